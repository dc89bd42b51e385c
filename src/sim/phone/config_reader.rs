//! Configuration files as phones read them: leniently, and each generation with its own oddities.

use std::collections::BTreeMap;

/// Longest load name a classic loader takes.
const LOAD_CHARS: usize = 31;

/// The load a classic loader finds in XML: a case-blind scan for element names that contain `loadinformation<number>`
/// or are `loadInformation`; the last valid value wins. A comment ends at its first `>`, so tags in comments count.
pub(super) fn classic_load(xml: &[u8], type_id: u32) -> Option<String> {
    let text = String::from_utf8_lossy(xml);
    let wanted = format!("loadinformation{type_id}");
    let mut found = None;
    let mut rest: &str = &text;
    while let Some((_, after)) = rest.split_once('<') {
        let Some((tag, after)) = after.split_once('>') else { break };
        rest = after;
        let name = tag.split([' ', '\t', '\r', '\n', '/']).next().unwrap_or("").to_ascii_lowercase();
        if name.contains(&wanted) || name == "loadinformation" {
            let value = after.split('<').next().unwrap_or("");
            if valid_load(value) {
                found = Some(value.to_owned());
            }
        }
    }
    found
}

/// Whether a classic phone takes the text for the name of a load.
pub(super) fn valid_load(value: &str) -> bool {
    !value.is_empty()
        && value.len() <= LOAD_CHARS
        && value.bytes().all(|b| b.is_ascii_alphanumeric() || b":_=.-".contains(&b))
}

/// `key: value` lines of `SIPDefault.cnf` and its like: `#` and `;` begin comments, quotes may stand around values.
/// Blanks inside quotes stay, as they do in a phone.
pub(super) fn text_config(bytes: &[u8]) -> BTreeMap<String, String> {
    let text = String::from_utf8_lossy(bytes);
    text.lines()
        .filter(|line| !line.trim_start().starts_with(['#', ';']))
        .filter_map(|line| line.split_once(':'))
        .map(|(key, value)| {
            let value = value.trim();
            let value = value.strip_prefix('"').and_then(|v| v.strip_suffix('"')).unwrap_or(value);
            (key.trim().to_ascii_lowercase(), value.to_owned())
        })
        .collect()
}

/// The image named in `OS79XX.TXT`: the first line as it is. A blank behind the name becomes part of it.
pub(super) fn os79xx(bytes: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(bytes);
    text.lines().next().map(str::to_owned).filter(|name| !name.is_empty())
}

/// XML as Java phones read it: one mistake and the whole file is thrown away. Elements by path-free name, in order;
/// only those with text directly inside.
pub(super) fn strict_xml(bytes: &[u8]) -> Option<Vec<(String, String)>> {
    let text = std::str::from_utf8(bytes).ok()?;
    let mut open: Vec<String> = Vec::new();
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    let mut roots = 0;
    while let Some((before, after)) = rest.split_once('<') {
        let value = unescape(before)?;
        if open.is_empty() && !value.trim().is_empty() {
            return None;
        }
        if let Some(after) = after.strip_prefix("!--") {
            rest = after.split_once("-->")?.1;
            continue;
        }
        if let Some(after) = after.strip_prefix('?') {
            rest = after.split_once("?>")?.1;
            continue;
        }
        let (tag, after) = after.split_once('>')?;
        rest = after;
        if let Some(name) = tag.strip_prefix('/') {
            if open.pop().as_deref() != Some(name.trim_end()) {
                return None;
            }
            if !value.trim().is_empty() {
                found.push((name.trim_end().to_owned(), value));
            }
            continue;
        }
        roots += u8::from(open.is_empty());
        let name = element(tag)?;
        // An element without text still says that it is there.
        found.push((name.to_owned(), String::new()));
        if !tag.ends_with('/') {
            open.push(name.to_owned());
        }
    }
    (open.is_empty() && roots == 1 && rest.trim().is_empty()).then_some(found)
}

/// The name in a start tag whose attributes are quoted as they should be.
fn element(tag: &str) -> Option<&str> {
    let tag = tag.strip_suffix('/').unwrap_or(tag);
    let (name, mut attributes) = tag.split_once(|c: char| c.is_ascii_whitespace()).unwrap_or((tag, ""));
    let plain = |n: &str| {
        n.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && n.chars().all(|c| c.is_ascii_alphanumeric() || "_-.:".contains(c))
    };
    while !attributes.trim().is_empty() {
        let (key, value) = attributes.trim_start().split_once('=')?;
        let quote = value.trim_start().chars().next().filter(|c| matches!(c, '"' | '\''))?;
        let (value, behind) = value.trim_start().strip_prefix(quote)?.split_once(quote)?;
        if !plain(key.trim()) || unescape(value).is_none() {
            return None;
        }
        attributes = behind;
    }
    plain(name).then_some(name)
}

/// Text with its entities resolved; none when one of them is not XML's own.
fn unescape(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        let (name, after) = after.split_once(';')?;
        out.push(match name {
            "lt" => '<',
            "gt" => '>',
            "amp" => '&',
            "quot" => '"',
            "apos" => '\'',
            _ => char::from_u32(name.strip_prefix('#')?.parse().ok()?)?,
        });
        rest = after;
    }
    out.push_str(rest);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_classic_scan_is_as_odd_as_the_phone() {
        let load = |xml: &str, id| classic_load(xml.as_bytes(), id);
        assert_eq!(
            load("<d><LOADINFORMATION8 model=\"x\">A</LOADINFORMATION8></d>", 8).as_deref(),
            Some("A")
        );
        assert_eq!(load("<loadInformation7>A</loadInformation7>", 8), None);
        assert_eq!(load("<loadInformation>A</loadInformation>", 8).as_deref(), Some("A"));
        assert_eq!(
            load("<loadInformation80000>B</loadInformation80000>", 8).as_deref(),
            Some("B"),
            "substring"
        );
        assert_eq!(
            load("<loadInformation>A</loadInformation><loadInformation8>B</loadInformation8>", 8).as_deref(),
            Some("B")
        );
        assert_eq!(
            load("<loadInformation>A</loadInformation><loadInformation>a b</loadInformation>", 8).as_deref(),
            Some("A")
        );
        assert_eq!(load("<!-- x --><loadInformation>A</loadInformation>", 8).as_deref(), Some("A"));
        assert_eq!(
            load("<!-- > <loadInformation>A</loadInformation> -->", 8).as_deref(),
            Some("A"),
            "comments count"
        );
        assert_eq!(load("<loadInformation></loadInformation>", 8), None);
        assert_eq!(load("", 8), None);
        assert_eq!(load("<loadInformation", 8), None);
    }

    #[test]
    fn text_files_and_their_blanks() {
        let config = text_config(
            b"# c\r\nimage_version: \"P0S3-8-12-00\"\r\n; x\r\nProxy1_address : 10.0.0.1\r\nbad: \" P\"\r\n",
        );
        assert_eq!(config["image_version"], "P0S3-8-12-00");
        assert_eq!(config["proxy1_address"], "10.0.0.1");
        assert_eq!(config["bad"], " P");
        assert_eq!(os79xx(b"P003-07-5-00\r\n").as_deref(), Some("P003-07-5-00"));
        assert_eq!(os79xx(b"P003-07-5-00 \n").as_deref(), Some("P003-07-5-00 "));
        assert_eq!(os79xx(b""), None);
    }

    #[test]
    fn java_phones_forgive_nothing() {
        let good = strict_xml(
            b"<?xml version=\"1.0\"?>\n<device><a x='1' y=\"&lt;\">1 &amp; 2</a><b/><c></c></device>\n",
        )
        .unwrap();
        assert!(good.contains(&("a".into(), "1 & 2".into())));
        assert!(good.contains(&("b".into(), String::new())));
        for bad in [
            "",
            "<a>",
            "<a></b>",
            "<a>&nbsp;</a>",
            "<a>x & y</a>",
            "<a x=1></a>",
            "<a></a><b></b>",
            "<a></a>tail",
            "text<a></a>",
            "<a <b></a>",
            "<a/",
            "<1/>",
        ] {
            assert_eq!(strict_xml(bad.as_bytes()), None, "{bad}");
        }
    }
}
