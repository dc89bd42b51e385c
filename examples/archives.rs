//! Writes archives of synthetic firmware into a folder, as `benches/inspect.sh` needs them:
//! `archives FOLDER MEGABYTES`.
//!
//! Three of four are zips, the others `.tar.gz` and `.cop`, as they lie on the disks of people who collect firmware.
//! Half of each file is noise and half packs well, so that a set packs to about the five eighths of real ones.

use flate2::Compression;
use flate2::write::GzEncoder;
use rescue79::catalogue::Catalogue;
use rescue79::sim::firmware::{Files, Scale, set};
use std::io::{Cursor, Error, Result, Write};
use std::path::Path;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// Past headers, tables and load ids.
const HEAD: usize = 2_048;
/// Noise and text take turns.
const STRETCH: usize = 16_384;

fn main() -> Result<()> {
    let mut args = std::env::args().skip(1);
    let (Some(folder), Some(megabytes)) = (args.next(), args.next().and_then(|n| n.parse::<usize>().ok()))
    else {
        return Err(Error::other("usage: archives FOLDER MEGABYTES"));
    };
    std::fs::create_dir_all(&folder)?;
    let (mut left, loads) = (megabytes << 20, Catalogue::builtin().loads());
    for (number, load) in loads.iter().cycle().enumerate() {
        let mut files = set(&load.name, number as u64, Scale::FULL);
        for (_, bytes) in &mut files {
            soften(bytes);
        }
        let (name, bytes) = match number % 4 {
            0 if number % 8 == 0 => (format!("{number}-{}.tar.gz", load.name), tar_gz(&files)?),
            0 => (format!("{number}-{}.cop", load.name), tar_gz(&files)?),
            _ => (format!("{number}-{}.zip", load.name), zip(&files)?),
        };
        std::fs::write(Path::new(&folder).join(name), &bytes)?;
        left = left.saturating_sub(bytes.len());
        if left == 0 {
            return Ok(());
        }
    }
    Ok(())
}

/// Every second stretch becomes words, as code and tables are.
fn soften(bytes: &mut [u8]) {
    let Some(body) = bytes.get_mut(HEAD..) else { return };
    for stretch in body.chunks_mut(STRETCH).step_by(2) {
        for word in stretch.chunks_mut(8) {
            if let [a, b, c, rest @ ..] = word {
                *a &= 0x3f;
                *b &= 0x03;
                *c = 0xe5;
                rest.fill(0x10);
            }
        }
    }
}

fn zip(files: &Files) -> Result<Vec<u8>> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        writer.start_file(name, SimpleFileOptions::default()).map_err(Error::other)?;
        writer.write_all(bytes)?;
    }
    Ok(writer.finish().map_err(Error::other)?.into_inner())
}

fn tar_gz(files: &Files) -> Result<Vec<u8>> {
    let mut builder = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::default()));
    for (name, bytes) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        builder.append_data(&mut header, name, bytes.as_slice())?;
    }
    builder.into_inner()?.finish()
}
