//! Takes files in, opens archives, and hands the result to the shelf's builder.

use crate::firmware::archive::{self, Budget, Fault, Remark, Remarks, Shape};
use crate::firmware::problem::enumerate;
use crate::firmware::{Known, Problem, Shelf, known, loads, names};
use crate::limits;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::Arc;

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

/// Where files come from: a folder that was given, or an archive.
pub(super) struct Container {
    /// What was given, then the way inside.
    pub(super) label: String,
    pub(super) archive: bool,
    /// What the published digests say about the archive.
    pub(super) known: Known,
}

/// A file on its way to the shelf.
pub(super) struct Taken {
    pub(super) container: usize,
    /// Relative to its container, with `/`.
    pub(super) path: String,
    pub(super) bytes: Arc<[u8]>,
    pub(super) sha256: [u8; 32],
    /// An archive that was opened as well.
    pub(super) opened: bool,
}

/// Collects files until [`Intake::finish`].
#[derive(Default)]
pub struct Intake {
    containers: Vec<Container>,
    roots: HashMap<String, usize>,
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
        loads::build(&self.containers, self.files, self.problems, self.bytes, !self.any_size)
    }

    fn take(&mut self, root: &str, path: &str, bytes: Vec<u8>, keep_archive: bool) {
        let label = root.trim_end_matches('/').to_owned();
        let shown = join(&label, path);
        let Ok(path) = names::safe(path) else {
            return self.problem(unsafe_path(&shown, &[names::shown(path)]));
        };
        if bytes.len() > limits::FILE_BYTES && archive::shape(&bytes).is_none() {
            return self.left_out(&shown, LeftOut::TooLarge);
        }
        let seen = self.roots.get(&label).copied();
        let container = seen.unwrap_or_else(|| self.container(label.clone(), false, Known::Unknown));
        self.roots.insert(label, container);
        let Some(shape) = archive::shape(&bytes) else {
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

pub(super) fn join(label: &str, path: &str) -> String {
    let path = names::shown(path);
    if label.is_empty() { path } else { format!("{}/{path}", names::shown(label)) }
}

fn is_web_page(bytes: &[u8]) -> bool {
    let head = bytes.get(..bytes.len().min(1024)).unwrap_or_default();
    let head =
        String::from_utf8_lossy(head).trim_start_matches(['\u{feff}', ' ', '\r', '\n', '\t']).to_lowercase();
    head.starts_with("<!doctype html") || head.starts_with("<html") || head.starts_with("<head")
}

fn shelf_full(path: &str) -> Problem {
    Problem::error(
        "shelf-full",
        path,
        format!(
            "There is more here than {} files or {} MB, so the rest was left out. Give only the folder that holds \
             the firmware.",
            limits::SHELF_FILES,
            limits::SHELF_BYTES >> 20
        ),
    )
}

fn unsafe_path(file: &str, names: &[String]) -> Problem {
    Problem::warning(
        "path-unsafe",
        file,
        format!(
            "The name of {} leads out of its folder. It was left out. Firmware has no such names; use another copy.",
            enumerate(names)
        ),
    )
}

fn fault_problem(fault: &Fault, file: &str) -> Problem {
    let (code, text) = match fault {
        Fault::Members => (
            "archive-members",
            format!(
                "This archive has more than {} members. No firmware has; nothing in it was taken.",
                limits::ARCHIVE_MEMBERS
            ),
        ),
        Fault::Bytes => (
            "archive-too-large",
            format!(
                "This archive holds more than {} MB. No firmware does; nothing in it was taken.",
                limits::ARCHIVE_BYTES >> 20
            ),
        ),
        Fault::Bomb => (
            "archive-bomb",
            "This archive inflates out of all proportion: it is made to fill memory. Nothing in it was taken; \
             don't open it elsewhere."
                .to_owned(),
        ),
        Fault::Overlap => (
            "archive-overlap",
            "Members of this archive share the same bytes, as only made-up archives do. Nothing in it was taken."
                .to_owned(),
        ),
        Fault::Truncated => (
            "archive-truncated",
            "This archive ends too early: its download or copy was cut off. Get it again.".to_owned(),
        ),
        Fault::Damaged(what) => (
            "archive-damaged",
            format!("This archive is damaged ({}). Get it again.", names::shown(what)),
        ),
    };
    Problem::error(code, file, text)
}

fn remark_problem(remark: Remark, file: &str, names: &[String]) -> Problem {
    let which = enumerate(names);
    match remark {
        Remark::Link => Problem::warning(
            "link-skipped",
            file,
            format!("{which}: a link, not a file. It was left out; firmware archives have none."),
        ),
        Remark::Special => Problem::warning(
            "special-skipped",
            file,
            format!(
                "{which}: a device or the like, not a file. It was left out; firmware archives have none."
            ),
        ),
        Remark::UnsafePath => unsafe_path(file, names),
        Remark::Encrypted => Problem::error(
            "archive-encrypted",
            file,
            format!("{which}: needs a password. Unpack the archive with it and give the folder."),
        ),
        Remark::Method => Problem::error(
            "archive-method",
            file,
            format!("{which}: packed in a way that isn't read here. Unpack the archive and give the folder."),
        ),
        Remark::TooLarge => Problem::warning(
            "too-large",
            file,
            format!(
                "{which}: larger than {} MB, so not firmware of a 79xx phone. It was left out.",
                limits::FILE_BYTES >> 20
            ),
        ),
        Remark::SizesDisagree => Problem::error(
            "archive-sizes-disagree",
            file,
            format!(
                "{which}: the archive gives two sizes for it, so two programs would read two contents. It was left out; use another copy."
            ),
        ),
        Remark::Damaged => Problem::error(
            "archive-damaged",
            file,
            format!("{which}: can't be unpacked, its check sum or data are wrong. Get the archive again."),
        ),
        Remark::NotText => Problem::info(
            "name-not-text",
            file,
            format!(
                "{which}: the name is in an old character set and was guessed. Names of firmware are plain ASCII."
            ),
        ),
        Remark::TooDeep => Problem::warning(
            "archive-too-deep",
            file,
            format!(
                "{which}: an archive inside {} others. It wasn't opened; unpack it and give the folder.",
                limits::ARCHIVE_DEPTH
            ),
        ),
        Remark::Duplicate => Problem::warning(
            "archive-duplicate",
            file,
            format!(
                "{which}: more than one member of this name, with different contents. The last one was taken; use another copy."
            ),
        ),
    }
}
