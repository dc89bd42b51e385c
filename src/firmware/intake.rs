//! Takes files in, opens archives, and hands them to be assembled.

mod words;

use crate::firmware::archive::{self, Budget, Remark, Remarks, Shape};
use crate::firmware::assemble;
use crate::firmware::bench::{Container, Taken};
use crate::firmware::known::{self, Known};
use crate::firmware::names::{self, join};
use crate::firmware::problem::Problem;
use crate::firmware::shelf::Shelf;
use crate::limits;
use sha2::{Digest, Sha256};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use words::{fault_problem, remark_problem, shelf_full, unsafe_path};

/// What a caller that walks folders leaves out, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeftOut {
    /// Larger than one file may be.
    TooLarge,
    /// A device, pipe or socket.
    NotRegular,
    /// Folders below folders below folders.
    TooDeep,
    /// A link that leads back to a folder above it.
    Loop,
}

/// Collects files until [`Intake::finish`].
#[derive(Default)]
pub struct Intake {
    containers: Vec<Container>,
    roots: HashMap<String, usize>,
    /// What was taken already: a folder and a file in it may both be named.
    seen: HashSet<String>,
    files: Vec<Taken>,
    shared: HashMap<[u8; 32], Arc<[u8]>>,
    bytes: usize,
    kept_archives: usize,
    full: bool,
    any_size: bool,
    problems: Vec<Problem>,
}

impl Intake {
    /// An empty intake.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// An intake for files of a simulator: their sizes aren't held against those of real releases.
    #[must_use]
    pub fn of_any_size() -> Self {
        Self { any_size: true, ..Self::default() }
    }

    /// Takes a file that lies in a folder: `path` is relative to `root`, with `/`. An archive is opened, and can be
    /// read under its own name too.
    pub fn file(&mut self, root: &str, path: &str, bytes: Vec<u8>) {
        self.take(root, path, bytes, true);
    }

    /// Takes a file that was named by itself. Of an archive only the members are taken.
    pub fn given(&mut self, path: &str, bytes: Vec<u8>) {
        let path = path.replace('\\', "/");
        self.take(names::folder(&path), names::base(&path), bytes, false);
    }

    /// Something that can't be read.
    pub fn unreadable(&mut self, path: &str, text: &str) {
        self.problem(Problem::error(
            "unreadable",
            path,
            format!("This can't be read: {text}. Check that it exists and that you may read it."),
        ));
    }

    /// Something that is left out on purpose.
    pub fn left_out(&mut self, path: &str, why: LeftOut) {
        let mb = limits::FILE_BYTES >> 20;
        let (code, text) = match why {
            LeftOut::TooLarge => (
                "too-large",
                format!(
                    "This is larger than {mb} MB, so it isn't firmware of a 79xx phone. It was left out."
                ),
            ),
            LeftOut::NotRegular => {
                ("special-skipped", "This is a device or a pipe, not a file. It was left out.".to_owned())
            }
            LeftOut::TooDeep => (
                "folder-too-deep",
                "Folders lie too deep in each other here. Name the folder with the firmware itself."
                    .to_owned(),
            ),
            LeftOut::Loop => (
                "link-skipped",
                "This link leads back to a folder that was read already. It was left out.".to_owned(),
            ),
        };
        self.problem(Problem::warning(code, path, text));
    }

    /// Sorts everything into sets and loads and judges it.
    #[must_use]
    pub fn finish(self) -> Shelf {
        assemble::shelf(&self.containers, self.files, self.problems, self.bytes, !self.any_size)
    }

    fn take(&mut self, root: &str, path: &str, bytes: Vec<u8>, keep_archive: bool) {
        let label = root.trim_end_matches('/').to_owned();
        let shown = join(&label, path);
        let Ok(path) = names::safe(path) else {
            return self.problem(unsafe_path(&shown, &[names::shown(path)]));
        };
        if !self.seen.insert(shown.clone()) {
            return;
        }
        let shape = archive::shape(&bytes);
        if bytes.len() > limits::FILE_BYTES && shape.is_none() {
            return self.left_out(&shown, LeftOut::TooLarge);
        }
        let seen = self.roots.get(&label).copied();
        let container = seen.unwrap_or_else(|| self.container(label.clone(), false, Known::Unknown));
        self.roots.insert(label, container);
        let Some(shape) = shape else {
            self.suspicious(&shown, &bytes);
            return self.store(container, path, bytes, false);
        };
        let (mut budget, mut remarks) = (Budget::new(bytes.len()), Remarks::default());
        self.unpack(&shown, &bytes, shape, 1, &mut budget, &mut remarks);
        for (remark, names) in remarks.iter() {
            self.problem(remark_problem(remark, &shown, names));
        }
        if keep_archive && self.kept_archives + bytes.len() <= limits::KEPT_ARCHIVES_BYTES {
            self.kept_archives += bytes.len();
            self.store(container, path, bytes, true);
        }
    }

    fn container(&mut self, label: String, archive: bool, known: Known) -> usize {
        self.containers.push(Container { label, archive, known });
        self.containers.len() - 1
    }

    fn unpack(
        &mut self,
        label: &str,
        bytes: &[u8],
        shape: Shape,
        depth: usize,
        budget: &mut Budget,
        remarks: &mut Remarks,
    ) {
        let (members, fault) = archive::open(bytes, shape, budget, remarks);
        if let Some(fault) = fault {
            self.problem(fault_problem(&fault, label));
        }
        let digests = known::archive(names::base(label), bytes);
        let container = self.container(label.to_owned(), true, digests);
        for member in members {
            let shown = join(label, &member.path);
            match archive::shape(&member.bytes) {
                Some(_) if budget.spent => {}
                Some(shape) if depth < limits::ARCHIVE_DEPTH => {
                    self.unpack(&shown, &member.bytes, shape, depth + 1, budget, remarks);
                }
                shape => {
                    if shape.is_some() {
                        remarks.note(Remark::TooDeep, &member.path);
                    } else {
                        self.suspicious(&shown, &member.bytes);
                    }
                    self.store(container, member.path, member.bytes, false);
                }
            }
        }
    }

    fn store(&mut self, container: usize, path: String, bytes: Vec<u8>, opened: bool) {
        let sha256: [u8; 32] = Sha256::digest(&bytes).into();
        let known = self.shared.get(&sha256).cloned();
        let more = if known.is_some() { 0 } else { bytes.len() };
        if self.bytes + more > limits::SHELF_BYTES || self.files.len() >= limits::SHELF_FILES {
            if !self.full {
                self.full = true;
                self.problem(shelf_full(&path));
            }
            return;
        }
        self.bytes += more;
        let bytes = known.unwrap_or_else(|| Arc::from(bytes));
        self.shared.entry(sha256).or_insert_with(|| Arc::clone(&bytes));
        self.files.push(Taken { container, path, bytes, sha256, opened });
    }

    /// Files that were taken for something they are not.
    fn suspicious(&mut self, shown: &str, bytes: &[u8]) {
        const ARCHIVES: [&str; 7] = ["zip", "tar", "gz", "tgz", "cop", "sgn", "sha512"];
        const FIRMWARE: [&str; 4] = ["loads", "sbn", "sb2", "bin"];
        let extension = names::extension(shown);
        let archive = ARCHIVES.contains(&extension.as_str());
        let unsupported = [&b"Rar!\x1a\x07"[..], b"7z\xbc\xaf\x27\x1c", b"BZh9", b"\xfd7zXZ\0"];
        if bytes.is_empty() && archive {
            self.problem(Problem::error(
                "empty",
                shown,
                "This archive is empty: its download or copy failed. Get it again.",
            ));
        } else if (archive || FIRMWARE.contains(&extension.as_str())) && is_web_page(bytes) {
            self.problem(Problem::error(
                "web-page",
                shown,
                "This is a web page, not firmware: the download needed a login or the link was dead. Open it in a \
                 browser to see what it says, then download again.",
            ));
        } else if unsupported.iter().any(|magic| bytes.starts_with(magic)) {
            self.problem(Problem::error(
                "archive-unsupported",
                shown,
                "This archive is of a kind that isn't read here. Unpack it into a folder and give that folder.",
            ));
        } else if ["zip", "tar", "tgz", "cop"].contains(&extension.as_str()) {
            self.problem(Problem::error(
                "not-an-archive",
                shown,
                "This is named like an archive, but its content is none: the download is damaged. Get it again.",
            ));
        }
    }

    fn problem(&mut self, problem: Problem) {
        if self.problems.len() < limits::SHELF_PROBLEMS {
            self.problems.push(problem);
        }
    }
}

fn is_web_page(bytes: &[u8]) -> bool {
    let head = bytes.get(..bytes.len().min(1024)).unwrap_or_default();
    let head =
        String::from_utf8_lossy(head).trim_start_matches(['\u{feff}', ' ', '\r', '\n', '\t']).to_lowercase();
    head.starts_with("<!doctype html") || head.starts_with("<html") || head.starts_with("<head")
}
