//! What a configuration names, read as roughly as a phone does: enough to know which load somebody meant.

/// The load that a configuration names for a phone of this device type: `<loadInformation…>` of its own number or without
/// one, `image_version:`, or the single word of `OS79XX.TXT`. `None`: it names none that could be one.
#[must_use]
pub fn named_load(bytes: &[u8], device_type: u32) -> Option<String> {
    let text = String::from_utf8_lossy(bytes);
    let text = text.trim_start_matches('\u{feff}').trim();
    let named = if text.starts_with('<') {
        element(text, &format!("loadInformation{device_type}"))
            .or_else(|| element(text, "loadInformation"))?
    } else if let Some(line) = text.lines().find(|line| line.trim_start().starts_with("image_version")) {
        line.split_once(':')?.1.trim().trim_matches('"')
    } else {
        text
    };
    super::load_name(named).ok().map(str::to_owned)
}

/// The text of the first element of this name.
fn element<'a>(xml: &'a str, name: &str) -> Option<&'a str> {
    let mut rest = xml;
    loop {
        let (_, after) = rest.split_once(&format!("<{name}"))?;
        // `<loadInformation8` is not `<loadInformation`.
        if after.starts_with(['>', ' ', '\t', '\r', '\n']) {
            let (_, value) = after.split_once('>')?;
            let (value, _) = value.split_once("</")?;
            return Some(value.trim());
        }
        rest = after;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_each_file_names() {
        let default = "<Default><loadInformation8 model=\"IP Phone 7940\">P0S3-8-12-00</loadInformation8>\
                       <loadInformation30006>SIP70.8-5-2S</loadInformation30006></Default>";
        assert_eq!(named_load(default.as_bytes(), 8).as_deref(), Some("P0S3-8-12-00"));
        assert_eq!(named_load(default.as_bytes(), 30_006).as_deref(), Some("SIP70.8-5-2S"));
        assert_eq!(named_load(default.as_bytes(), 7), None);
        let own = "\u{feff}<device>\r\n<loadInformation> SIP41.8-5-2S\n</loadInformation></device>";
        assert_eq!(named_load(own.as_bytes(), 115).as_deref(), Some("SIP41.8-5-2S"));
        let sip = "# mine\nimage_version: \"P0S3-8-12-00\"\nproxy1_address: x\n";
        assert_eq!(named_load(sip.as_bytes(), 8).as_deref(), Some("P0S3-8-12-00"));
        assert_eq!(named_load(b"P00308000900\r\n", 8).as_deref(), Some("P00308000900"));
        let bad = [
            "",
            "<loadInformation",
            "<a><loadInformation></loadInformation></a>",
            "two words",
            "image_version",
        ];
        for nothing in bad {
            assert_eq!(named_load(nothing.as_bytes(), 8), None, "{nothing}");
        }
    }
}
