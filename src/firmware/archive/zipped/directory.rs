//! The directory at the end of a zip whose entries share names, written again with the first entry of each.
//!
//! Layout: PKWARE's APPNOTE 4.3.12 and 4.3.16.

use std::collections::HashMap;

/// Begins each entry.
const ENTRY: &[u8] = b"PK\x01\x02";
/// Begins the record after the last entry.
const END: &[u8] = b"PK\x05\x06";
/// Octets of an entry before its name.
const FIXED: usize = 46;

/// The archive with a directory of first entries.
pub(super) struct Firsts {
    /// The archive.
    pub(super) bytes: Vec<u8>,
    /// Names of later entries with another content.
    pub(super) doubled: Vec<String>,
}

/// Writes the directory again. `start` is where it begins, `offset` what stands before the archive, both in octets.
/// `None` when it can't be walked, or is larger than an archive that is read here can be.
pub(super) fn of_firsts(bytes: &[u8], start: u64, offset: u64) -> Option<Firsts> {
    let from = usize::try_from(start).ok()?;
    let mut first: HashMap<&[u8], &[u8]> = HashMap::new();
    let (mut kept, mut doubled) = (Vec::new(), Vec::new());
    let mut rest = bytes.get(from..)?;
    while rest.starts_with(ENTRY) {
        let len = |at: usize| Some(usize::from(u16::from_le_bytes(rest.get(at..at + 2)?.try_into().ok()?)));
        let (entry, after) = rest.split_at_checked(FIXED + len(28)? + len(30)? + len(32)?)?;
        let name = entry.get(FIXED..FIXED + len(28)?)?;
        // Check sum, packed and real size.
        let content = entry.get(16..28)?;
        match first.get(name) {
            Some(earlier) if *earlier != content => doubled.push(String::from_utf8_lossy(name).into_owned()),
            Some(_) => {}
            None => {
                first.insert(name, content);
                kept.extend_from_slice(entry);
            }
        }
        rest = after;
    }
    let count = u16::try_from(first.len()).ok()?.to_le_bytes();
    let size = u32::try_from(kept.len()).ok()?.to_le_bytes();
    let at = u32::try_from(start.checked_sub(offset)?).ok()?.to_le_bytes();
    let one_disk = [0; 4];
    let no_comment = [0; 2];
    let end = [END, &one_disk, &count, &count, &size, &at, &no_comment].concat();
    Some(Firsts { bytes: [bytes.get(..from)?, &kept, &end].concat(), doubled })
}
