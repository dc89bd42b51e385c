//! The payload of `.loads` and `term….default.loads`: the names of the parts of one release.
//!
//! 7940/7960: lines with LF, last line `LA_VERSION=PAS3…`. All others: CRLF, `#` comments (one of which,
//! `#HARDWARE_COMP_1 5`, has a meaning), blanks behind some names. Measured on public copies of 8.x and 9.x.

use crate::limits;

/// What a list names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct List {
    /// Files the phone reads next, in its order.
    pub parts: Vec<String>,
    /// Hardware the load is compatible with, as the list has it (probably a bit mask of revisions).
    pub hardware: Option<u32>,
    /// The universal loader the parts come with: `PAS30830`.
    pub loader_version: Option<String>,
    /// Lines that end with CR LF.
    pub crlf: usize,
    /// Lines that end with LF alone.
    pub lf: usize,
}

/// Reads a list; `None` when the bytes are something else.
#[must_use]
pub fn read(payload: &[u8]) -> Option<List> {
    let text = payload.iter().all(|b| matches!(b, b'\t' | b'\r' | b'\n' | b' '..=b'~' | 0xa0..));
    if !text || payload.len() > limits::LIST_BYTES {
        return None;
    }
    let mut list = List::default();
    for line in payload.split_inclusive(|b| *b == b'\n') {
        match line {
            [.., b'\r', b'\n'] => list.crlf += 1,
            [.., b'\n'] => list.lf += 1,
            _ => {}
        }
        let line: String = line.iter().copied().map(char::from).collect();
        list.line(line.trim())?;
    }
    (!list.parts.is_empty()).then_some(list)
}

impl List {
    /// Takes one line in; `None` when no list has such a line.
    fn line(&mut self, line: &str) -> Option<()> {
        if let Some(comment) = line.strip_prefix('#') {
            if let Some(mark) = comment.trim_start().strip_prefix("HARDWARE_COMP_1") {
                self.hardware = mark.trim().parse().ok().or(self.hardware);
            }
        } else if let Some((key, value)) = line.split_once('=') {
            if key.trim() == "LA_VERSION" {
                self.loader_version = Some(value.trim().to_owned());
            }
        } else if !line.is_empty() {
            let name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
            if !line.contains('.') || !line.chars().all(name) || self.parts.len() >= limits::LIST_PARTS {
                return None;
            }
            self.parts.push(line.to_owned());
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classic_list() {
        let list = read(b"P003-8-12-00.sbn\nP0S3-8-12-00.sb2\nLA_VERSION=PAS30830\n").unwrap();
        assert_eq!(list.parts, ["P003-8-12-00.sbn", "P0S3-8-12-00.sb2"]);
        assert_eq!(list.loader_version.as_deref(), Some("PAS30830"));
        assert_eq!((list.lf, list.crlf), (3, 0));
    }

    #[test]
    fn java_list_with_padding_comments_and_blanks() {
        let text = b"\r\r\r#\r\n# This file\r\n#HARDWARE_COMP_1 15\r\n\r\njar45sccp.9-4-2ES9.sbn\r\ndsp45.9-4-2ES9.sbn \r\n";
        let list = read(text).unwrap();
        assert_eq!(list.parts, ["jar45sccp.9-4-2ES9.sbn", "dsp45.9-4-2ES9.sbn"]);
        assert_eq!((list.hardware, list.lf, list.crlf), (Some(15), 0, 6));
    }

    #[test]
    fn other_text_is_no_list() {
        for other in [&b""[..], b"<device>\n</device>\n", b"hello world.\n", b"\x00\x01.sbn", b"# only\n"] {
            assert_eq!(read(other), None, "{other:?}");
        }
        assert_eq!(read(&b"a.sbn\n".repeat(limits::LIST_PARTS + 1)), None);
    }
}
