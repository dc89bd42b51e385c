//! What is said about archives and names that weren't taken as they are.

use crate::firmware::archive::{Fault, Remark};
use crate::firmware::names;
use crate::firmware::problem::{Problem, enumerate};
use crate::limits;

pub(super) fn shelf_full(path: &str) -> Problem {
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

pub(super) fn unsafe_path(file: &str, names: &[String]) -> Problem {
    Problem::warning(
        "path-unsafe",
        file,
        format!(
            "The name of {} leads out of its folder. It was left out. Firmware has no such names; use another copy.",
            enumerate(names)
        ),
    )
}

pub(super) fn fault_problem(fault: &Fault, file: &str) -> Problem {
    let (code, text) = match fault {
        Fault::Members => (
            "archive-members",
            format!(
                "This archive has more than {} members, as no firmware has; nothing in it was taken. Unpack it and give the \
                 folder with the firmware.",
                limits::ARCHIVE_MEMBERS
            ),
        ),
        Fault::Bytes => (
            "archive-too-large",
            format!(
                "This archive holds more than {} MB, as no firmware does; nothing in it was taken. Unpack it and give the \
                 folder with the firmware.",
                limits::ARCHIVE_BYTES >> 20
            ),
        ),
        Fault::Bomb => (
            "archive-bomb",
            "This archive inflates out of all proportion: it is made to fill memory. Nothing in it was taken. \
             Don't open it elsewhere; use another copy."
                .to_owned(),
        ),
        Fault::Overlap => (
            "archive-overlap",
            "Members of this archive share the same bytes, as only made-up archives do. Nothing in it was taken; \
             use another copy."
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

pub(super) fn remark_problem(remark: Remark, file: &str, names: &[String]) -> Problem {
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
                "{which}: more than one member of this name, with different contents. The first one was taken; use another copy."
            ),
        ),
    }
}
