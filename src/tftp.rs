//! TFTP as a reader of files sees it: packets, names, and one read as a state machine.
//!
//! [`wire`] turns bytes into packets and is total; [`name`] turns what was asked for into a key of the shelf;
//! [`transfer`] sends one file to one reader. Nothing here writes files, and nothing here builds a path of the
//! host from what came over the wire.
//!
//! Sources: RFC 1350 (TFTP), 1123 4.2.3 (no resend on a repeated ACK, adaptive timer), 2347 to 2349 and 7440
//! (options), 6298 (the timer), and what phones of the 79xx family were seen to do.

pub mod name;
mod source;
mod timer;
pub mod transfer;
pub mod wire;

pub use name::{BadName, Name, clean};
pub use transfer::{Failure, Progress, Step, Transfer};
pub use wire::{ErrorCode, Garbage, Mode, Options, Packet, Request, SELF_TEST, data, decode, error};

/// Text from the wire made harmless for a screen, a log or a report: what is not printable is written as an
/// escape, and no more than `limit` characters of the original are kept.
fn escaped(raw: &[u8], limit: usize) -> String {
    let mut text = String::new();
    let mut left = limit;
    for chunk in raw.utf8_chunks() {
        for c in chunk.valid().chars() {
            if left == 0 {
                break;
            }
            left -= 1;
            match c {
                // `escape_debug` would double or mask these; they do no harm.
                '\\' | '\'' | '"' => text.push(c),
                c => text.extend(c.escape_debug()),
            }
        }
        for byte in chunk.invalid().iter().take(left) {
            left -= 1;
            text.extend(byte.escape_ascii().map(char::from));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::escaped;
    use proptest::prelude::*;

    #[test]
    fn what_could_move_a_cursor_is_written_out() {
        assert_eq!(escaped(b"SEP\x1b[2J\r\n%n", 99), "SEP\\u{1b}[2J\\r\\n%n");
        assert_eq!(escaped("a\u{202e}b".as_bytes(), 99), "a\\u{202e}b");
        assert_eq!(escaped(b"\\tftp\\'x'", 99), "\\tftp\\'x'");
        assert_eq!(escaped(b"a\xff\xfeb", 99), "a\\xff\\xfeb");
        assert_eq!(escaped("für".as_bytes(), 99), "für");
        assert_eq!(escaped(b"abcdef", 3), "abc");
    }

    proptest! {
        #[test]
        fn escaped_text_is_printable(raw in proptest::collection::vec(any::<u8>(), 0..200), limit in 0..100_usize) {
            let text = escaped(&raw, limit);
            prop_assert!(!text.chars().any(char::is_control));
            prop_assert!(text.len() <= limit * 10);
        }
    }
}
