//! `.zip`.

mod directory;

use super::{Budget, Fault, Member, Remark, Remarks, push};
use crate::firmware::names;
use crate::limits;
use std::io::{Cursor, Read};
use zip::result::{ZipError, ZipResult};
use zip::{CompressionMethod, ZipArchive};

const FILE_TYPE: u32 = 0o170_000;
const REGULAR: u32 = 0o100_000;
/// Deflate never yields more for one octet; a claim beyond isn't a reason to reserve memory.
const RESERVE: usize = 1 << 20;

pub(super) fn read(
    bytes: &[u8],
    budget: &mut Budget,
    remarks: &mut Remarks,
    members: &mut Vec<Member>,
) -> Result<(), Fault> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| fault(&error))?;
    if archive.len() > limits::ARCHIVE_MEMBERS {
        budget.spent = true;
        return Err(Fault::Members);
    }
    // An unreadable local header shows up again when its member is read.
    if archive.has_overlapping_entries().unwrap_or(false) {
        return Err(Fault::Overlap);
    }
    // The reader keeps the last of two entries with one name; we keep the first.
    if archive.has_duplicate_names() {
        let (start, offset) = (archive.central_directory_start(), archive.offset());
        let firsts = directory::of_firsts(bytes, start, offset).ok_or(Fault::Truncated)?;
        firsts.doubled.iter().for_each(|name| remarks.note(Remark::Duplicate, name));
        return members_of(ZipArchive::new(Cursor::new(firsts.bytes.as_slice())), budget, remarks, members);
    }
    members_of(Ok(archive), budget, remarks, members)
}

fn members_of(
    archive: ZipResult<ZipArchive<Cursor<&[u8]>>>,
    budget: &mut Budget,
    remarks: &mut Remarks,
    members: &mut Vec<Member>,
) -> Result<(), Fault> {
    let mut archive = archive.map_err(|error| fault(&error))?;
    for index in 0..archive.len() {
        budget.member()?;
        member(&mut archive, index, budget, remarks, members)?;
    }
    Ok(())
}

fn member(
    archive: &mut ZipArchive<Cursor<&[u8]>>,
    index: usize,
    budget: &mut Budget,
    remarks: &mut Remarks,
    members: &mut Vec<Member>,
) -> Result<(), Fault> {
    let Ok(entry) = archive.by_index_data(index) else { return Ok(()) };
    let raw = entry.name_raw().to_vec();
    let lossy = String::from_utf8_lossy(&raw).into_owned();
    let name = entry.name().map_or(lossy, std::borrow::Cow::into_owned);
    let special = entry.unix_mode().is_some_and(|mode| !matches!(mode & FILE_TYPE, 0 | REGULAR));
    let skip = if entry.is_dir() {
        return Ok(());
    } else if entry.is_symlink() {
        Some(Remark::Link)
    } else if special {
        Some(Remark::Special)
    } else if entry.encrypted() {
        Some(Remark::Encrypted)
    } else if !matches!(entry.compression(), CompressionMethod::Stored | CompressionMethod::Deflated) {
        Some(Remark::Method)
    } else {
        None
    };
    let path = names::safe(&name);
    let (None, Ok(path)) = (skip, path) else {
        remarks.note(skip.unwrap_or(Remark::UnsafePath), &name);
        return Ok(());
    };
    if std::str::from_utf8(&raw).is_err() {
        remarks.note(Remark::NotText, &name);
    }
    let limit = limits::FILE_BYTES.min(budget.left());
    let claimed = usize::try_from(entry.size()).unwrap_or(usize::MAX);
    let mut bytes = Vec::with_capacity(claimed.min(limit).min(RESERVE));
    let inflated = match archive.by_index(index) {
        Ok(mut file) => file.by_ref().take(limit as u64 + 1).read_to_end(&mut bytes).is_ok(),
        Err(_) => false,
    };
    budget.inflate(bytes.len())?;
    if bytes.len() > limits::FILE_BYTES {
        remarks.note(Remark::TooLarge, &name);
    } else if inflated {
        push(members, Member { path, bytes }, remarks);
    } else {
        remarks.note(Remark::Damaged, &name);
    }
    Ok(())
}

/// A zip whose directory is gone was cut off: the directory stands at its end.
fn fault(error: &ZipError) -> Fault {
    match error {
        ZipError::Io(error) if error.kind() != std::io::ErrorKind::UnexpectedEof => {
            Fault::Damaged(error.to_string())
        }
        ZipError::UnsupportedArchive(what) => Fault::Damaged((*what).to_owned()),
        _ => Fault::Truncated,
    }
}
