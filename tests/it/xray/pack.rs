//! Packs synthetic sets as people get them, and builds archives nobody should have.

use flate2::Compression;
use flate2::write::GzEncoder;
use rescue79::firmware::{Intake, Shelf};
use rescue79::sim::firmware::{Files, sign};
use std::io::{Cursor, Write};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

pub(super) fn zip(files: &Files) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        writer.start_file(name, SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

pub(super) fn tar(files: &Files) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, bytes) in files {
        builder.append_data(&mut header(bytes.len()), name, bytes.as_slice()).unwrap();
    }
    builder.into_inner().unwrap()
}

pub(super) fn header(size: usize) -> tar::Header {
    let mut header = tar::Header::new_gnu();
    header.set_size(size as u64);
    header.set_mode(0o644);
    header.set_cksum();
    header
}

pub(super) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub(super) fn cop(files: &Files) -> Vec<u8> {
    gzip(&tar(files))
}

pub(super) fn cop_sgn(name: &str, files: &Files) -> Vec<u8> {
    sign(name, &cop(files))
}

pub(super) fn in_folder(folder: &str, files: Files) -> Files {
    files.into_iter().map(|(name, bytes)| (format!("{folder}/{name}"), bytes)).collect()
}

/// A shelf of one file that was given by itself.
pub(super) fn given(name: &str, bytes: Vec<u8>) -> Shelf {
    let mut intake = Intake::of_any_size();
    intake.given(name, bytes);
    intake.finish()
}

/// A shelf of one folder.
pub(super) fn folder(files: Files) -> Shelf {
    take(Intake::of_any_size(), files)
}

/// A shelf of one folder whose files have the sizes of real ones.
pub(super) fn real_folder(files: Files) -> Shelf {
    take(Intake::new(), files)
}

fn take(mut intake: Intake, files: Files) -> Shelf {
    for (name, bytes) in files {
        intake.file("fw", &name, bytes);
    }
    intake.finish()
}

/// Codes of all findings, sorted.
pub(super) fn codes(shelf: &Shelf) -> Vec<&'static str> {
    let mut codes: Vec<_> = shelf.problems().iter().map(|p| p.code).collect();
    codes.sort_unstable();
    codes
}
