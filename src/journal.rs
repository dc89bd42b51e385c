//! The journal's lines: one JSON object an event (`docs/journal.md`).

use crate::clock::Wall;
use crate::event::{Event, Kind};
use crate::limits;
use crate::phone_id::Mac;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::io::{self, BufRead, Read as _};

/// A line that is not an event of ours.
#[derive(Debug, thiserror::Error)]
pub enum BadLine {
    /// Not JSON, or not an event that this version knows.
    #[error("not an event: {0}")]
    Json(#[from] serde_json::Error),
    /// The time can't be read.
    #[error("`at` is not a time: {0}")]
    Time(#[from] jiff::Error),
    /// Not UTF-8.
    #[error("not text: {0}")]
    Text(#[from] std::str::Utf8Error),
}

#[derive(Serialize, Deserialize)]
struct Line<K> {
    at: String,
    n: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    phone: Option<Mac>,
    #[serde(flatten)]
    kind: K,
}

/// The line of an event in a session that began at `start`, without a line end.
///
/// # Errors
/// Only when an event holds what JSON cannot say, which no event does.
pub fn encode(start: Wall, event: &Event) -> Result<String, serde_json::Error> {
    serde_json::to_string(&Line {
        at: rfc3339(start.at(event.at)),
        n: event.n,
        phone: event.phone,
        kind: &event.kind,
    })
}

/// Takes the next line, with its end, in place of the one before. `false`: there is none. What is longer than any line of
/// ours is cut at [`limits::JOURNAL_LINE`], so whatever is read costs no more memory than that.
///
/// # Errors
/// It can't be read on.
pub fn next_line(from: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<bool> {
    line.clear();
    Ok(from.take(limits::JOURNAL_LINE).read_until(b'\n', line)? > 0)
}

/// Reads a journal line by line. The first line gives the start of the session.
#[derive(Debug, Default)]
pub struct Reader {
    start: Option<Wall>,
}

impl Reader {
    /// One line, as an event of the session. The first line's time becomes moment zero, less what it says of itself.
    ///
    /// # Errors
    /// [`BadLine`]: the line is torn, or not an event.
    pub fn line(&mut self, line: &str) -> Result<Event, BadLine> {
        let line: Line<Kind> = serde_json::from_str(&harmless(line))?;
        let at = Wall(line.at.parse::<Timestamp>()?.as_millisecond());
        let start = *self.start.get_or_insert(at);
        Ok(Event { n: line.n, at: start.moment(at), phone: line.phone, kind: line.kind })
    }

    /// One line as it lies on the disk, where a crash may have torn a letter.
    ///
    /// # Errors
    /// As [`Reader::line`].
    pub fn bytes(&mut self, line: &[u8]) -> Result<Event, BadLine> {
        self.line(std::str::from_utf8(line)?)
    }

    /// When the session began, once a line has been read.
    #[must_use]
    pub const fn start(&self) -> Option<Wall> {
        self.start
    }
}

/// A line without the control characters that a journal of ours never holds. A journal may come from anywhere, and its
/// words are shown on a terminal.
fn harmless(line: &str) -> Cow<'_, str> {
    // 0xc2 begins the control characters behind ASCII, and some letters; looking at bytes is quicker than at characters.
    if !line.bytes().any(|b| matches!(b, b'\\' | ..0x20 | 0x7f | 0xc2)) {
        return Cow::Borrowed(line);
    }
    let mut clean = String::with_capacity(line.len());
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('u') => {
                    let digits: String = chars.by_ref().take(4).collect();
                    let control = u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32);
                    if control.is_some_and(char::is_control) {
                        clean.push(' ');
                    } else {
                        clean.push_str("\\u");
                        clean.push_str(&digits);
                    }
                }
                Some('b' | 'f' | 'n' | 'r' | 't') => clean.push(' '),
                other => clean.extend(['\\'].into_iter().chain(other)),
            },
            c if c.is_control() => clean.push(' '),
            c => clean.push(c),
        }
    }
    Cow::Owned(clean)
}

/// `2026-11-22T08:16:19.214Z`.
#[must_use]
pub fn rfc3339(at: Wall) -> String {
    let at = Timestamp::from_millisecond(at.0).unwrap_or(Timestamp::UNIX_EPOCH);
    format!("{at:.3}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Instant;

    #[test]
    fn a_line_is_read_as_it_was_written() {
        let start = Wall(1_763_800_000_000);
        let first = Event { n: 1, at: Instant::ZERO, phone: None, kind: Kind::SessionResumed { gap_s: 3 } };
        let mac = Mac([0, 0x1b, 0x0c, 0x18, 0xbd, 0xc1]);
        let second = Event {
            n: 2,
            at: Instant::from_millis(1_234),
            phone: Some(mac),
            kind: Kind::DhcpNak { address: [10, 0, 0, 7].into(), foreign: true, ordered: false },
        };
        let mut reader = Reader::default();
        for event in [first, second] {
            let line = encode(start, &event).unwrap();
            assert_eq!(reader.line(&line).unwrap(), event, "{line}");
        }
        let line = encode(start, &Event { n: 9, at: Instant::ZERO, phone: Some(mac), kind: Kind::Forgotten })
            .unwrap();
        assert_eq!(
            line,
            r#"{"at":"2025-11-22T08:26:40.000Z","n":9,"phone":"00:1b:0c:18:bd:c1","event":"forgotten"}"#
        );
        assert!(reader.line("{\"at\":\"2025-11-22T").is_err());
    }

    #[test]
    fn a_strangers_journal_can_not_move_the_cursor() {
        let line = r#"{"at":"2025-11-22T08:26:40.000Z","n":1,"event":"booted","because":"a\u001b[2Jb\n\"c\" \\u0041 \u00e4"}"#;
        let event = Reader::default().line(line).unwrap();
        assert_eq!(event.kind, Kind::Booted { because: "a [2Jb \"c\" \\u0041 \u{e4}".into() });
        let raw = line.replace("\\u001b", "\u{7f}\u{9b}");
        assert_eq!(
            Reader::default().line(&raw).unwrap().kind,
            Kind::Booted { because: "a  [2Jb \"c\" \\u0041 \u{e4}".into() }
        );
    }
}
