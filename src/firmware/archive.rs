//! Archives opened in memory: recognised by content, read within limits that are counted while inflating.
//!
//! Nothing that an archive's headers claim is believed: not sizes, not counts, not names.

mod tarball;
mod zipped;

use crate::firmware::{names, signed};
use crate::limits;
use flate2::read::GzDecoder;
use std::collections::BTreeMap;
use std::io::Read;

/// One regular file out of an archive.
pub(super) struct Member {
    /// Safe relative path with `/`.
    pub(super) path: String,
    pub(super) bytes: Vec<u8>,
}

/// Why an archive, or the rest of it, wasn't taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Fault {
    /// More members than any real set.
    #[error("more than {} members", limits::ARCHIVE_MEMBERS)]
    Members,
    /// More bytes than any real set.
    #[error("more than {} MB inside", limits::ARCHIVE_BYTES >> 20)]
    Bytes,
    /// Inflates out of all proportion.
    #[error("a bomb: inflates more than {} times", limits::ARCHIVE_RATIO)]
    Bomb,
    /// Two members share bytes.
    #[error("members overlap")]
    Overlap,
    /// Ends too early.
    #[error("cut off")]
    Truncated,
    /// Anything else; what the reader said.
    #[error("damaged: {0}")]
    Damaged(String),
}

impl Fault {
    /// Members read before are kept: they are whole. After the others nothing is worth having.
    pub(super) fn keeps_members(&self) -> bool {
        matches!(self, Self::Truncated | Self::Damaged(_))
    }
}

/// Why single members were left out, or taken with a remark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Remark {
    /// Symbolic or hard link.
    Link,
    /// Device, pipe, sparse file.
    Special,
    /// The name leaves the archive.
    UnsafePath,
    /// Needs a password.
    Encrypted,
    /// Packed in a way that isn't read.
    Method,
    /// Larger than one file may be.
    TooLarge,
    /// Two sizes for one member: two readers would see two contents.
    SizesDisagree,
    /// Check sum or compressed data are wrong.
    Damaged,
    /// The name isn't text; taken under a readable form of it.
    NotText,
    /// An archive within too many archives.
    TooDeep,
    /// Two members with one name, with different contents; the first was taken.
    Duplicate,
}

/// Remarks on members, counted; the first few by name.
#[derive(Debug, Default)]
pub(super) struct Remarks(BTreeMap<Remark, Vec<String>>);

impl Remarks {
    pub(super) fn note(&mut self, remark: Remark, name: &str) {
        self.0.entry(remark).or_default().push(names::shown(name));
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (Remark, &[String])> {
        self.0.iter().map(|(remark, names)| (*remark, names.as_slice()))
    }
}

/// What one outermost archive may still cost, shared by all archives inside it.
pub(super) struct Budget {
    stored: usize,
    inflated: usize,
    members: usize,
    /// A limit was hit: nothing more is opened.
    pub(super) spent: bool,
}

impl Budget {
    pub(super) fn new(stored: usize) -> Self {
        Self { stored, inflated: 0, members: 0, spent: false }
    }

    /// Bytes that may still be inflated.
    fn left(&self) -> usize {
        limits::ARCHIVE_BYTES.saturating_sub(self.inflated)
    }

    fn inflate(&mut self, bytes: usize) -> Result<(), Fault> {
        self.inflated = self.inflated.saturating_add(bytes);
        let bomb = self.inflated > limits::ARCHIVE_RATIO_FLOOR
            && self.inflated / limits::ARCHIVE_RATIO > self.stored;
        if bomb {
            self.spent = true;
            return Err(Fault::Bomb);
        }
        if self.inflated > limits::ARCHIVE_BYTES {
            self.spent = true;
            return Err(Fault::Bytes);
        }
        Ok(())
    }

    fn member(&mut self) -> Result<(), Fault> {
        self.members += 1;
        if self.members > limits::ARCHIVE_MEMBERS {
            self.spent = true;
            return Err(Fault::Members);
        }
        Ok(())
    }
}

/// An archive, recognised by its content, and where in the file it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Zip,
    Tar(usize),
    GzipTar(usize),
}

/// Octets after a signature in which a gzip header may hide when the envelope can't be read.
const GZIP_WITHIN: usize = 500;
const GZIP: [u8; 3] = [0x1f, 0x8b, 8];
const TAR_BLOCK: usize = 512;

/// What kind of archive the bytes are; `None` for any other file.
pub(super) fn shape(bytes: &[u8]) -> Option<Shape> {
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        // A `.jar` of a locale is a file that phones read, not a bundle of files.
        let jar = bytes.get(30..).is_some_and(|name| name.starts_with(b"META-INF/"));
        return (!jar).then_some(Shape::Zip);
    }
    if let Some(shape) = shape_at(bytes, 0) {
        return Some(shape);
    }
    if let Some(envelope) = signed::read(bytes)
        && let Some(shape) = shape_at(bytes, envelope.header_len)
    {
        return Some(shape);
    }
    let head = bytes.get(..GZIP_WITHIN.min(bytes.len()))?;
    let at = head.windows(GZIP.len()).position(|window| window == GZIP)?;
    (at > 0 && begins_tar(&inflated_head(bytes.get(at..)?).ok()?)).then_some(Shape::GzipTar(at))
}

fn shape_at(bytes: &[u8], at: usize) -> Option<Shape> {
    let bytes = bytes.get(at..)?;
    if bytes.starts_with(&GZIP) {
        // What can't be inflated at all is an archive that is damaged; what holds no tar is just a packed file.
        return inflated_head(bytes).map_or(true, |head| begins_tar(&head)).then_some(Shape::GzipTar(at));
    }
    begins_tar(bytes).then_some(Shape::Tar(at))
}

fn inflated_head(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut head = Vec::with_capacity(TAR_BLOCK);
    GzDecoder::new(bytes).take(TAR_BLOCK as u64).read_to_end(&mut head)?;
    Ok(head)
}

/// A header block whose check sum is right, or that at least calls itself one.
fn begins_tar(bytes: &[u8]) -> bool {
    let Some(block) = bytes.get(..TAR_BLOCK) else { return false };
    if block.get(257..262) == Some(b"ustar") {
        return true;
    }
    let stated = block.get(148..156).unwrap_or_default();
    let octal = stated.iter().skip_while(|b| **b == b' ').take_while(|b| b.is_ascii_digit());
    let stated = octal.fold(0_u32, |sum, digit| sum.wrapping_mul(8).wrapping_add(u32::from(digit - b'0')));
    let blanked = block.iter().enumerate().map(|(at, b)| if (148..156).contains(&at) { b' ' } else { *b });
    block.first() != Some(&0) && stated == blanked.map(u32::from).sum::<u32>()
}

/// Reads all regular members. A fault ends the reading; [`Fault::keeps_members`] tells what they are worth.
pub(super) fn open(
    bytes: &[u8],
    shape: Shape,
    budget: &mut Budget,
    remarks: &mut Remarks,
) -> (Vec<Member>, Option<Fault>) {
    let mut members = Vec::new();
    let done = match shape {
        Shape::Zip => zipped::read(bytes, budget, remarks, &mut members),
        Shape::Tar(at) => tarball::read(bytes.get(at..).unwrap_or_default(), budget, remarks, &mut members),
        Shape::GzipTar(at) => {
            let inflate = GzDecoder::new(bytes.get(at..).unwrap_or_default());
            tarball::read(inflate, budget, remarks, &mut members)
        }
    };
    let fault = done.err();
    if fault.as_ref().is_some_and(|fault| !fault.keeps_members()) {
        members.clear();
    }
    (members, fault)
}

/// Of two members with one path the first stands; differing contents are worth a remark.
fn push(members: &mut Vec<Member>, member: Member, remarks: &mut Remarks) {
    match members.iter().find(|m| m.path == member.path) {
        Some(first) if first.bytes != member.bytes => remarks.note(Remark::Duplicate, &member.path),
        Some(_) => {}
        None => members.push(member),
    }
}
