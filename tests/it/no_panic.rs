//! What can end the program and clippy can't see: in everything that reads what comes from the wire, an archive or a
//! journal, each such place stands in [`JUSTIFIED`] with the reason why it can't.
//!
//! Clippy denies `unwrap`, `expect`, `panic!`, `[…]` and slices of strings there (`Cargo.toml`); the compiler forbids `unsafe`.

use crate::layering::rust_files;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// What is looked at: the rooms of the house that meet input, and the files of the shells that do.
const LOOKED_AT: &[&str] = &[
    "catalogue",
    "clock",
    "dhcp",
    "engine",
    "event",
    "evidence",
    "firmware",
    "job",
    "journal",
    "load",
    "net",
    "paragraph",
    "phone_id",
    "provision",
    "route",
    "session",
    "tftp",
    "host/files",
    "host/state",
    "host/wire",
    "host/probe",
];

/// What can panic, abort, or cut a number short without a word.
const DANGEROUS: &[&str] = &[
    "unreachable!",
    "todo!",
    "unimplemented!",
    "assert!",
    "assert_eq!",
    "assert_ne!",
    "process::abort",
    "process::exit",
    ".split_at(",
    ".split_at_mut(",
    "copy_from_slice(",
    "clone_from_slice(",
    ".split_off(",
    ".drain(",
    ".splice(",
    ".remove(",
    ".swap_remove(",
    ".swap(",
    ".chunks(",
    ".chunks_exact(",
    ".windows(",
    ".step_by(",
    ".clamp(",
    ".div_ceil(",
    ".ilog",
    ".pow(",
    ".abs()",
    ".isqrt(",
    "from_secs_f64(",
    "from_secs_f32(",
    "mul_f64(",
    "div_f64(",
    ".rotate_left(",
    ".rotate_right(",
    ".insert_str(",
    ".replace_range(",
    ".split_to(",
    ".next_multiple_of(",
    " as u8",
    " as u16",
    " as u32",
    " as u64",
    " as usize",
    " as i32",
    " as i64",
    ".with_capacity(",
    "Instant::now() -",
    " as isize",
    " as i8",
    " as i16",
    " as f32",
];

/// File below `src/`, what is found there, and why it can't go wrong.
const JUSTIFIED: &[(&str, &str, &str)] = &[
    // Numbers of our own, or wider than what they come from.
    ("dhcp/reply.rs", "1 << part as u8", "an enum of nine parts"),
    ("tftp/wire.rs", "TFTP_BLOCK as usize", "a constant"),
    ("tftp/wire.rs", "(code as u16)", "an enum of nine codes"),
    ("tftp/source.rs", "bytes.len() as u64 + pairs as u64", "wider; neither is beyond the memory"),
    ("tftp/transfer.rs", "block_bytes as u64 + 1", "wider; at least 8 by `Transfer::new`"),
    ("tftp/transfer.rs", "self.block_bytes as u64", "wider"),
    ("firmware/cnu.rs", "u64::from(files) * ENTRY as u64 + TABLE as u64", "32 bits times 20 fit 64"),
    ("firmware/cnu.rs", "0..files as usize", "32 bits; the loop ends with the file"),
    ("firmware/archive.rs", "TAR_BLOCK as u64", "a constant"),
    ("firmware/archive/zipped.rs", "limit as u64 + 1", "wider; a limit of ours"),
    ("firmware/archive/tarball.rs", "limits::FILE_BYTES as u64", "wider"),
    ("firmware/archive/tarball.rs", "(bytes.len() as u64)", "wider"),
    ("firmware/bench.rs", "bytes.len() as u64", "wider"),
    ("firmware/loads.rs", "bytes.len() as u64", "wider"),
    ("firmware/report/json.rs", "bytes.len() as u64", "wider"),
    ("firmware/findings/content.rs", "(payload as u64)", "wider"),
    ("firmware/findings/content.rs", "envelope.header_len as u64", "wider; 16 bits"),
    ("host/files.rs", "limit as u64", "wider; a limit of ours"),
    // Lengths that were looked at on the same line or the one above.
    ("engine.rs", "place.copy_from_slice(&bytes)", "`get_mut(..bytes.len())` has that length"),
    ("tftp/wire.rs", "get_mut(..bytes.len())?.copy_from_slice(bytes)", "the same length"),
    ("tftp/source.rs", "to.copy_from_slice(bytes)", "both were cut to `n`"),
    ("tftp/wire.rs", "bytes.split_at(end)", "`position` found `end` in it"),
    (
        "engine/room.rs",
        "next.drain(..next.len().saturating_sub(limits::FORGOTTEN_AT_ONCE))",
        "no more than there are",
    ),
    ("engine/talks.rs", "heard.drain(..length)", "`sccp::next` takes no more than it was given; fuzzed"),
    ("engine/talks.rs", "heard.drain(..blank)", "counted in it"),
    ("engine/talks.rs", "heard.drain(..taken)", "`sip::next` takes no more than it was given; fuzzed"),
    ("net/talks.rs", "self.unsent.drain(..sent)", "the system sends no more than it was given"),
    ("session/phones.rs", "self.list.remove(place)", "`binary_search` found it"),
    ("session.rs", "self.phones.remove(mac)", "by key"),
    ("session/fold/reads.rs", "phone.left.remove(0)", "behind a look at its length"),
    ("session/fold/reads.rs", "phone.left.remove(at)", "`position` found it"),
    ("net/drive/udp/together.rs", "bytes.chunks(packet.max(1))", "one is not none"),
    // Windows and ranges of fixed, sensible size.
    ("load/release.rs", ".chunks(2)", "two is not none"),
    ("firmware/archive.rs", ".windows(GZIP.len())", "a constant of three octets"),
    ("firmware/findings/text_mode.rs", ".windows(REPLACED.len())", "a constant"),
    ("evidence/sip.rs", ".windows(4)", "four is not none"),
    ("tftp/timer.rs", ".clamp(self.floor, self.ceiling())", "the ceiling is made from the floor"),
    ("session/report.rs", "from_secs_f64(seconds.clamp(0.0, 1e9))", "between the two; JSON has no NaN"),
    // In debug builds alone, about our own tables.
    ("firmware/problem.rs", "debug_assert!(CODES", "a code of our own, tested one by one"),
];

/// Removing by key, or by a name of our own functions, is no removing by place.
const HARMLESS: &[&str] = &[
    "remove(&",
    "self.remove(id",
    "self.drain(now)",
    "self.drain(self.now)",
    "self.drain()",
    "remove(read)",
    "remove(code)",
    "remove(id)",
];

/// The lines of a file's code that hold something dangerous, with what it is.
fn dangers(path: &Path) -> Vec<(String, &'static str)> {
    let text = fs::read_to_string(path).unwrap();
    let code = text.split("#[cfg(test)]\nmod ").next().unwrap();
    let mut found = Vec::new();
    for line in code.lines().map(str::trim).filter(|line| !line.starts_with("//")) {
        let mut line = line.to_owned();
        for harmless in HARMLESS {
            line = line.replace(harmless, "");
        }
        for danger in DANGEROUS.iter().filter(|danger| line.contains(**danger)) {
            found.push((line.clone(), *danger));
        }
    }
    found
}

#[test]
fn nothing_that_came_from_outside_can_end_the_program() {
    let mut all = Vec::new();
    rust_files(Path::new("src"), &mut all);
    all.retain(|path| !path.ends_with("tests.rs") && !path.iter().any(|part| part == "tests"));
    let mut used = BTreeSet::new();
    let mut wrong = Vec::new();
    let mut seen = 0;
    for path in all {
        let name = path.strip_prefix("src").unwrap().to_str().unwrap().to_owned();
        let looked_at = |room: &&&str| {
            name.strip_prefix(**room).is_some_and(|rest| rest == ".rs" || rest.starts_with('/'))
        };
        if !LOOKED_AT.iter().any(|room| looked_at(&room)) {
            continue;
        }
        seen += 1;
        for (line, danger) in dangers(&path) {
            let just = |(file, what, _): &&(&str, &str, &str)| {
                *file == name && line.contains(what) && what.contains(danger)
            };
            match JUSTIFIED.iter().find(just) {
                Some((file, what, _)) => drop(used.insert((*file, *what))),
                None => wrong.push(format!("{name}: `{danger}` in `{line}`")),
            }
        }
    }
    assert!(seen > 80, "only {seen} files were looked at");
    assert!(
        wrong.is_empty(),
        "say why these can't end the program, or write them otherwise:\n{}",
        wrong.join("\n")
    );
    let stale: Vec<_> = JUSTIFIED.iter().filter(|(file, what, _)| !used.contains(&(*file, *what))).collect();
    assert!(stale.is_empty(), "no longer there: {stale:#?}");
}

#[test]
fn unsafe_code_is_forbidden_everywhere() {
    let manifest = fs::read_to_string("Cargo.toml").unwrap();
    assert!(manifest.contains("\nunsafe_code = \"forbid\"\n"));
    for lint in ["expect_used", "indexing_slicing", "panic", "string_slice", "unwrap_used"] {
        assert!(manifest.contains(&format!("\n{lint} = \"warn\"\n")), "{lint}");
    }
}
