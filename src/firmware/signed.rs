//! The signed envelope of `.loads`, `.sbn`, `.sb2`, `.sgn` and `.cop.sgn`.
//!
//! Big-endian `u8 tag, u16 length, value` from offset 0, payload at the header length that tag 2 tells. Tags 3, 7
//! and 9 are containers that are entered; tag 13 is one octet of padding without a length. Layout measured on
//! public copies of 8.x and 9.x releases. The signature itself can't be checked: the key isn't public.

/// What an envelope says about the file it is around.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// Octets before the payload.
    pub header_len: usize,
    /// The file's own name. A phone refuses the file under any other.
    pub name: Option<String>,
    /// The fields end exactly where the header length says. They don't when a text-mode transfer has changed
    /// line ends, or when the file is cut inside its header.
    pub fits: bool,
}

/// First octets of the envelope of 78xx and later phones.
pub const LATER_PHONES: [u8; 4] = [0xcd, 0x34, 0x12, 0xab];

/// Octets of the two fields that say what it is and how long.
const FIXED: usize = 10;
const SIGNER: u8 = 3;
const SIGNATURE_INFO: u8 = 7;
const ALGORITHM: u8 = 9;
const SIGNATURE_ALGORITHM: u8 = 10;
const PADDING: u8 = 13;
const FILE_NAME: u8 = 14;

/// Reads the envelope; `None` when the bytes don't begin with one.
#[must_use]
pub fn read(bytes: &[u8]) -> Option<Envelope> {
    let [1, 0, 2, _, _, 2, 0, 2, high, low, ..] = *bytes else { return None };
    let header_len = usize::from(u16::from_be_bytes([high, low]));
    let header = bytes.get(..header_len).unwrap_or(bytes);
    let (mut at, mut name) = (0, None);
    while at < header_len {
        match header.get(at..) {
            // Padding stands at the end; before this field it is the CR of a text-mode transfer.
            Some([PADDING, SIGNATURE_ALGORITHM, ..]) => break,
            Some([PADDING, ..]) => at += 1,
            Some([SIGNER | SIGNATURE_INFO | ALGORITHM, _, _, ..]) => at += 3,
            Some([tag, high, low, rest @ ..]) => {
                let len = usize::from(u16::from_be_bytes([*high, *low]));
                let Some(value) = rest.get(..len) else { break };
                if *tag == FILE_NAME {
                    name = printable(value);
                }
                at += 3 + len;
            }
            _ => break,
        }
    }
    // What says that it is shorter than its own beginning is damaged.
    let fits = at == header_len && (FIXED..=bytes.len()).contains(&header_len);
    Some(Envelope { header_len, name, fits })
}

impl Envelope {
    /// What is signed; empty when the file ends before it.
    #[must_use]
    pub fn payload<'a>(&self, bytes: &'a [u8]) -> &'a [u8] {
        bytes.get(self.header_len..).unwrap_or_default()
    }
}

/// Text up to the first NUL, if it is a plain ASCII name.
fn printable(value: &[u8]) -> Option<String> {
    let text = value.split(|b| *b == 0).next().unwrap_or_default();
    let plain = !text.is_empty() && text.iter().all(u8::is_ascii_graphic);
    plain.then(|| text.iter().copied().map(char::from).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn envelope(name: &str) -> Vec<u8> {
        let mut bytes = vec![1, 0, 2, 1, 2, 2, 0, 2, 0, 0, 3, 0, 20, 4, 0, 4];
        bytes.extend(b"CN=\0");
        bytes.extend([7, 0, 15, 8, 0, 1, 1, 9, 0, 8, 10, 0, 1, 0, 11, 0, 1, 2, 12, 0, 3, 0x0a, 0x0d, 0xff]);
        bytes.extend([14, 0, u8::try_from(name.len() + 1).unwrap()]);
        bytes.extend(name.as_bytes());
        bytes.push(0);
        while bytes.len() % 4 != 0 {
            bytes.push(13);
        }
        let len = u16::try_from(bytes.len()).unwrap().to_be_bytes();
        bytes[8..10].copy_from_slice(&len);
        bytes
    }

    #[test]
    fn own_name_and_payload() {
        let mut bytes = envelope("jar41sip.8-5-4TH1-6.sbn");
        let len = bytes.len();
        bytes.extend(b"payload");
        let read = read(&bytes).unwrap();
        assert_eq!(read.name.as_deref(), Some("jar41sip.8-5-4TH1-6.sbn"));
        assert_eq!((read.header_len, read.fits, read.payload(&bytes)), (len, true, &b"payload"[..]));
    }

    #[test]
    fn a_header_that_is_cut_or_stretched_does_not_fit() {
        let bytes = envelope("P0S3-8-12-00.sb");
        for cut in 10..bytes.len() {
            assert!(!read(&bytes[..cut]).unwrap().fits, "{cut}");
        }
        let stretched: Vec<u8> =
            bytes.iter().flat_map(|b| if *b == 10 { vec![13, 10] } else { vec![*b] }).collect();
        assert!(!read(&stretched).unwrap().fits);
        // A signature without an LF: only one field moves, and the padding at the end makes room for it.
        let at = bytes.windows(2).position(|w| w == [0x0a, 0x0d]).unwrap();
        let mut quiet = bytes.clone();
        quiet[at] = 0x0b;
        assert!(read(&quiet).unwrap().fits);
        let at = quiet.windows(4).position(|w| w == [10, 0, 1, 0]).unwrap();
        quiet.insert(at, 13);
        assert!(!read(&quiet).unwrap().fits);
        assert_eq!(read(b"\x01\x00\x02\x01\x02\x02\x00\x02\x01"), None);
        assert_eq!(read(b"PK\x03\x04"), None);
    }
}
