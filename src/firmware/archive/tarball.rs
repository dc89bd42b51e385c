//! `.tar`, and what is left of `.tar.gz`, `.cop` and `.cop.sgn` once they are inflated.

use super::{Budget, Fault, Member, Remark, Remarks, push};
use crate::firmware::names;
use crate::limits;
use std::cell::Cell;
use std::io::{self, ErrorKind, Read};
use tar::{Archive, Entry, EntryType};

/// Counts what is read and stops at a limit; tar keeps names and PAX records in memory as long as they claim to be.
struct Counted<'a, R> {
    reader: R,
    read: &'a Cell<usize>,
    limit: usize,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.read.get() > self.limit {
            return Err(io::Error::other("limit"));
        }
        let count = self.reader.read(buf)?;
        self.read.set(self.read.get().saturating_add(count));
        Ok(count)
    }
}

pub(super) fn read(
    reader: impl Read,
    budget: &mut Budget,
    remarks: &mut Remarks,
    members: &mut Vec<Member>,
) -> Result<(), Fault> {
    let read = Cell::new(0);
    let limit = budget.left();
    let mut archive = Archive::new(Counted { reader, read: &read, limit });
    let mut counted = 0;
    let walked = archive.entries().map_err(|error| fault(&error)).and_then(|entries| {
        for entry in entries {
            budget.member()?;
            let entry = entry.map_err(|error| fault(&error));
            let taken = entry.and_then(|entry| member(entry, remarks, members));
            budget.inflate(read.get() - counted)?;
            counted = read.get();
            taken?;
        }
        Ok(())
    });
    // The rest after the last member: its check sum tells whether the stream is whole.
    let walked = walked.and_then(|()| {
        io::copy(&mut archive.into_inner(), &mut io::sink()).map(|_| ()).map_err(|error| fault(&error))
    });
    budget.inflate(read.get() - counted)?;
    walked
}

fn member<R: Read>(
    mut entry: Entry<'_, R>,
    remarks: &mut Remarks,
    members: &mut Vec<Member>,
) -> Result<(), Fault> {
    let raw = entry.path_bytes().into_owned();
    let name = String::from_utf8_lossy(&raw).into_owned();
    let skip = match entry.header().entry_type() {
        EntryType::Directory | EntryType::XGlobalHeader | EntryType::XHeader => return Ok(()),
        EntryType::Regular | EntryType::Continuous => None,
        EntryType::Link | EntryType::Symlink => Some(Remark::Link),
        _ => Some(Remark::Special),
    };
    let sizes_agree = entry.header().entry_size().is_ok_and(|size| size == entry.size());
    let path = names::safe(&name);
    let (None, Ok(path), true) = (skip, path, sizes_agree) else {
        // Whatever follows a member of disputed size is disputed too, and is refused by its own check sums.
        remarks.note(
            skip.unwrap_or(if sizes_agree { Remark::UnsafePath } else { Remark::SizesDisagree }),
            &name,
        );
        return Ok(());
    };
    if entry.size() > limits::FILE_BYTES as u64 {
        remarks.note(Remark::TooLarge, &name);
        return Ok(());
    }
    let mut bytes = Vec::new();
    entry.read_to_end(&mut bytes).map_err(|error| fault(&error))?;
    if (bytes.len() as u64) < entry.size() {
        return Err(Fault::Truncated);
    }
    if std::str::from_utf8(&raw).is_err() {
        remarks.note(Remark::NotText, &name);
    }
    push(members, Member { path, bytes }, remarks);
    Ok(())
}

fn fault(error: &io::Error) -> Fault {
    let text = error.to_string();
    if error.kind() == ErrorKind::UnexpectedEof || text.contains("EOF") {
        Fault::Truncated
    } else {
        Fault::Damaged(text)
    }
}
