//! The archive inside a `.sbn` of the Java phones: its table says how long the file must be.
//!
//! Big-endian, offsets from the payload: magic at 0, count of files at 0x30, offset of the first content at 0x34,
//! then from 0x248 on 20 octets for each file, whose third word is its size. Offset and sizes add up to the length
//! of the payload in 39 of 41 public parts and are one pad octet short in two.

/// First octets of the payload.
pub const MAGIC: &[u8; 20] = b"CNU_File_Archive_3.0";
/// Where the table begins.
pub const TABLE: usize = 0x248;
/// Octets of one entry of the table.
pub const ENTRY: usize = 20;

/// What the table says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Archive {
    /// Length the payload must have at least.
    pub len: u64,
    /// Version in the kernel's header, `9.4(2ES26.)`, when the first content is a kernel.
    pub version: Option<String>,
}

/// Reads the table; `None` when the payload isn't such an archive or its table makes no sense.
#[must_use]
pub fn read(payload: &[u8]) -> Option<Archive> {
    if !payload.starts_with(MAGIC) {
        return None;
    }
    let (Some(files), Some(first)) = (word(payload, 0x30), word(payload, 0x34)) else {
        return Some(Archive { len: 0x38, version: None });
    };
    let table_end = u64::from(files) * ENTRY as u64 + TABLE as u64;
    if files == 0 || u64::from(first) < table_end {
        return None;
    }
    let mut len = u64::from(first);
    for entry in 0..files as usize {
        match word(payload, entry.checked_mul(ENTRY)?.checked_add(TABLE + 8)?) {
            Some(size) => len += u64::from(size),
            // The file ends inside its table; what is known of its length is more than it has.
            None => return Some(Archive { len: len.max(table_end), version: None }),
        }
    }
    let content = usize::try_from(first).ok().and_then(|first| payload.get(first..)).unwrap_or_default();
    Some(Archive { len, version: kernel_version(content) })
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at.checked_add(4)?)?.try_into().ok().map(u32::from_be_bytes)
}

fn kernel_version(content: &[u8]) -> Option<String> {
    let header = content.strip_prefix(b"LoadHdrStart").and(content.get(0x20..0x40))?;
    let text: String = header.iter().take_while(|b| b.is_ascii_graphic()).copied().map(char::from).collect();
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn archive(contents: &[&[u8]]) -> Vec<u8> {
        let mut bytes = vec![0; TABLE];
        bytes[..20].copy_from_slice(MAGIC);
        bytes[0x30..0x34].copy_from_slice(&u32::try_from(contents.len()).unwrap().to_be_bytes());
        let first = u32::try_from(TABLE + ENTRY * contents.len()).unwrap();
        bytes[0x34..0x38].copy_from_slice(&first.to_be_bytes());
        for content in contents {
            for word in [7, 2, u32::try_from(content.len()).unwrap(), 0, 0] {
                bytes.extend(u32::to_be_bytes(word));
            }
        }
        bytes.extend(contents.concat());
        bytes
    }

    #[test]
    fn sizes_add_up_and_the_kernel_tells_its_version() {
        let kernel = [&b"LoadHdrStart"[..], &[0; 20], b"9.4(2ES26.)\0\0\0\0\0rest of the kernel"].concat();
        let bytes = archive(&[&kernel, b"second"]);
        let read = read(&bytes).unwrap();
        assert_eq!(read.len, bytes.len() as u64);
        assert_eq!(read.version.as_deref(), Some("9.4(2ES26.)"));
    }

    #[test]
    fn cut_anywhere_it_is_known_to_be_short() {
        let bytes = archive(&[&[1; 50], &[2; 70]]);
        for cut in 20..bytes.len() {
            assert!(read(&bytes[..cut]).unwrap().len > cut as u64, "{cut}");
        }
    }

    #[test]
    fn a_table_without_sense_is_not_judged() {
        let mut bytes = archive(&[&[1; 50]]);
        bytes[0x30] = 0xff;
        assert_eq!(read(&bytes), None);
        assert_eq!(read(b"CNU_File_Archive_2.0"), None);
    }
}
