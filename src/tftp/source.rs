//! The bytes of one read in the form in which they travel.

use std::sync::Arc;

use super::wire::Mode;

/// A file's bytes and the mode they were asked in. Netascii is made while it is sent: a converted copy of a large
/// file for every reader would be memory that a stranger can ask for.
#[derive(Debug)]
pub(super) struct Source {
    bytes: Arc<[u8]>,
    mode: Mode,
    size: u64,
}

/// A place between two bytes as they travel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Cursor {
    at: usize,
    /// The first byte of the netascii pair that stands for `bytes[at]` is behind us, the second is not.
    half: bool,
}

impl Source {
    pub(super) fn new(bytes: Arc<[u8]>, mode: Mode) -> Self {
        let pairs = match mode {
            Mode::Octet => 0,
            Mode::Netascii => bytes.iter().filter(|b| matches!(b, b'\n' | b'\r')).count(),
        };
        let size = bytes.len() as u64 + pairs as u64;
        Self { bytes, mode, size }
    }

    /// Bytes that travel.
    pub(super) const fn size(&self) -> u64 {
        self.size
    }

    /// Fills `out` from `from` on. Gives the number of bytes written, which is short only at the end, and the
    /// place behind them.
    pub(super) fn read(&self, from: Cursor, out: &mut [u8]) -> (usize, Cursor) {
        if self.mode == Mode::Netascii {
            return self.read_netascii(from, out);
        }
        let rest = self.bytes.get(from.at..).unwrap_or_default();
        let n = rest.len().min(out.len());
        if let (Some(to), Some(bytes)) = (out.get_mut(..n), rest.get(..n)) {
            to.copy_from_slice(bytes);
        }
        (n, Cursor { at: from.at + n, half: false })
    }

    /// The place `n` travelling bytes after `from`, or the end.
    pub(super) fn skip(&self, from: Cursor, n: usize) -> Cursor {
        match self.mode {
            Mode::Octet => Cursor { at: from.at.saturating_add(n).min(self.bytes.len()), half: false },
            Mode::Netascii => {
                let mut cursor = from;
                for _ in 0..n {
                    if self.netascii(&mut cursor).is_none() {
                        break;
                    }
                }
                cursor
            }
        }
    }

    fn read_netascii(&self, from: Cursor, out: &mut [u8]) -> (usize, Cursor) {
        let mut cursor = from;
        let mut n = 0;
        for slot in out {
            let Some(byte) = self.netascii(&mut cursor) else { break };
            *slot = byte;
            n += 1;
        }
        (n, cursor)
    }

    /// The next byte in netascii (RFC 764): a line end is CR LF, a CR of its own is CR NUL.
    fn netascii(&self, cursor: &mut Cursor) -> Option<u8> {
        let byte = *self.bytes.get(cursor.at)?;
        let (first, second) = match byte {
            b'\n' => (b'\r', Some(b'\n')),
            b'\r' => (b'\r', Some(0)),
            other => (other, None),
        };
        match second {
            Some(_) if !cursor.half => {
                cursor.half = true;
                Some(first)
            }
            _ => {
                *cursor = Cursor { at: cursor.at + 1, half: false };
                Some(second.unwrap_or(first))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn source(bytes: &[u8], mode: Mode) -> Source {
        Source::new(bytes.into(), mode)
    }

    fn all(source: &Source, step: usize) -> Vec<u8> {
        let (mut out, mut cursor, mut buf) = (Vec::new(), Cursor::default(), vec![0; step]);
        loop {
            let (n, behind) = source.read(cursor, &mut buf);
            out.extend_from_slice(&buf[..n]);
            cursor = behind;
            if n < step {
                return out;
            }
        }
    }

    #[test]
    fn line_ends_travel_as_netascii_even_across_two_blocks() {
        let s = source(b"a\nb\rc\r\n", Mode::Netascii);
        for step in 1..12 {
            assert_eq!(all(&s, step), b"a\r\nb\r\0c\r\0\r\n", "blocks of {step}");
        }
        assert_eq!(s.size(), 11);
    }

    #[test]
    fn octets_are_left_alone() {
        let s = source(b"a\nb\r", Mode::Octet);
        assert_eq!((all(&s, 3), s.size()), (b"a\nb\r".to_vec(), 4));
    }

    proptest! {
        #[test]
        fn skipping_is_reading(text in "[ab\r\n]{0,40}", n in 0..90_usize, netascii: bool) {
            let s = source(text.as_bytes(), if netascii { Mode::Netascii } else { Mode::Octet });
            let (_, read) = s.read(Cursor::default(), &mut vec![0; n]);
            prop_assert_eq!(s.skip(Cursor::default(), n), read);
            prop_assert_eq!(all(&s, 7).len() as u64, s.size());
        }
    }
}
