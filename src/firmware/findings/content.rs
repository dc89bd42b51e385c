//! What one file tells about itself: cut off, mangled, renamed, or something else than its name says.

use super::text_mode;
use crate::firmware::bench::Seen;
use crate::firmware::kind::{Kind, Look, term_family};
use crate::firmware::problem::Problem;
use crate::firmware::shelf::File;
use crate::firmware::{known, names};
use crate::load::{Family, LoadName};

/// A finding, and whether a phone would refuse the file for it.
pub(super) type Finding = (Problem, bool);

/// Extensions of firmware.
pub(super) const FIRMWARE: [&str; 4] = ["loads", "sbn", "sb2", "bin"];

/// The worst that can be said about a file.
pub(super) fn judge(seen: &Seen, sizes_count: bool) -> Option<Finding> {
    let Seen { file, look } = seen;
    let firmware = FIRMWARE.contains(&names::extension(&file.name).as_str())
        || FIRMWARE.contains(&names::extension(file.wanted_name()).as_str());
    if !firmware || matches!(file.kind, Kind::Archive | Kind::OtherPhone) {
        return None;
    }
    if file.bytes.is_empty() {
        return Some((empty(file), true));
    }
    damaged(seen)
        .or_else(|| unsigned(file, look.envelope.is_some()))
        .map(|problem| (problem, true))
        .or_else(|| (sizes_count.then(|| too_small(file)).flatten()).map(|problem| (problem, false)))
        .or_else(|| line_ends(seen).map(|problem| (problem, false)))
        .or_else(|| misnamed(seen).map(|problem| (problem, false)))
}

fn empty(file: &File) -> Problem {
    Problem::error(
        "empty",
        &file.origin,
        format!(
            "{} is empty: its download or copy failed. A phone that asks for it gets nothing and starts over. Get \
             it again.",
            file.name
        ),
    )
}

fn damaged(Seen { file, look }: &Seen) -> Option<Problem> {
    let name = &file.name;
    if text_mode::mangled(&file.bytes, look.envelope.as_ref()) {
        return Some(Problem::error(
            "text-mode",
            &file.origin,
            format!(
                "{name} was copied in text mode, which changed octets in it. A phone finds its signature wrong and \
                 refuses it. Copy it again in binary mode, or download the archive again."
            ),
        ));
    }
    let envelope = look.envelope.as_ref()?;
    let payload = envelope.payload(&file.bytes).len();
    if payload == 0 {
        return Some(truncated(
            file,
            format!("it ends within its signature, after {} bytes", file.bytes.len()),
        ));
    }
    if let Some(archive) = look.archive.as_ref().filter(|archive| (payload as u64) < archive.len) {
        let want = archive.len + envelope.header_len as u64;
        return Some(truncated(
            file,
            format!("by its own table it has {want} bytes, here are {}", file.bytes.len()),
        ));
    }
    if list_is_cut(file, look) {
        return Some(truncated(file, "its list of parts ends in the middle"));
    }
    (!envelope.fits).then(|| {
        Problem::error(
            "header-damaged",
            &file.origin,
            format!("The signature in front of {name} is damaged. A phone refuses the file. Get it again."),
        )
    })
}

/// A list that ends within a name, or before the first.
fn list_is_cut(file: &File, look: &Look) -> bool {
    let whole = |part: &String| ["sbn", "sb2", "bin"].contains(&names::extension(part).as_str());
    let name = file.wanted_name();
    let ours = names::extension(name) == "loads"
        && (term_family(name).is_some() || names::stem(name).parse::<LoadName>().is_ok());
    ours && !look.list.as_ref().and_then(|list| list.parts.last()).is_some_and(whole)
}

pub(super) fn truncated(file: &File, why: impl std::fmt::Display) -> Problem {
    Problem::error(
        "truncated",
        &file.origin,
        format!("{} is cut off: {why}. A phone refuses it. Get the whole release again.", file.name),
    )
}

fn unsigned(file: &File, signed: bool) -> Option<Problem> {
    let extension = names::extension(&file.name);
    (!signed && extension != "bin").then(|| {
        Problem::error(
            "unsigned",
            &file.origin,
            format!(
                "{} has no signature, but files that end in .{extension} always have one: its content is another \
                 file's, or was taken out of its envelope. A phone refuses it. Get it again.",
                file.name
            ),
        )
    })
}

/// Images have no table, so only known sizes tell. A warning: releases exist that nobody measured.
fn too_small(file: &File) -> Option<Problem> {
    let (least, exact) = known::least_size(file.wanted_name(), file.kind)?;
    let size = file.bytes.len();
    (size < least).then(|| {
        let known = if exact { "known copies of it have" } else { "images of this kind have at least" };
        Problem::warning(
            "truncated",
            &file.origin,
            format!(
                "{} is probably cut off: here are {size} bytes, {known} {least}. A phone would refuse it. Get the \
                 whole release again.",
                file.name
            ),
        )
    })
}

fn line_ends(Seen { file, look }: &Seen) -> Option<Problem> {
    let list = look.list.as_ref().filter(|_| look.envelope.is_some())?;
    let load = list.parts.last()?;
    let load = names::stem(load).parse::<LoadName>().ok();
    let odd = match load.filter(|load| load.family == Family::Classic) {
        // Lists of 8.x were seen to have LF; by its size one of 7.2(3) has CR LF.
        Some(load) => load.release.major() >= 8 && list.lf == 0 && list.crlf > 0,
        None => list.crlf == 0 && list.lf > 0,
    };
    odd.then(|| {
        Problem::warning(
            "text-mode",
            &file.origin,
            format!(
                "The line ends of {} are not those of its kind, as after a copy in text mode. A phone would find its \
                 signature wrong. Copy it again in binary mode.",
                file.name
            ),
        )
    })
}

/// The name outside against the name that was signed, or against the load id of an unsigned image.
fn misnamed(Seen { file, look }: &Seen) -> Option<Problem> {
    let (name, origin) = (&file.name, &file.origin);
    let Some(real) = &file.true_name else {
        let inside = look.image.as_ref()?.load.parse::<LoadName>().ok()?;
        let outside = names::stem(name).parse::<LoadName>().ok()?;
        return (inside.release != outside.release).then(|| {
            let inside = look.image.as_ref().map_or("", |image| &image.load);
            Problem::warning(
                "renamed",
                origin,
                format!(
                    "{name} holds the load {inside}. A phone would load it again and again, because it never gets \
                     what was asked. Give the file its real name, {inside}.bin."
                ),
            )
        });
    };
    if real == name {
        None
    } else if real.eq_ignore_ascii_case(name) {
        Some(Problem::info(
            "name-case",
            origin,
            format!("The real name is {real}. This program serves it in any case; other servers may not."),
        ))
    } else if names::stem(real).eq_ignore_ascii_case(names::stem(name)) {
        Some(Problem::warning(
            "wrong-kind",
            origin,
            format!(
                "{name} is really {real}. A phone that asks for {name} can't use it. This program serves it as \
                 {real}; remove it under the other name."
            ),
        ))
    } else {
        Some(Problem::warning(
            "renamed",
            origin,
            format!(
                "{name} is really {real} and a phone refuses it under any other name. This program serves it as \
                 {real}; give it that name back."
            ),
        ))
    }
}
