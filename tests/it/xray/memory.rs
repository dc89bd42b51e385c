//! What hostile archives cost: the real binary reads them with its memory capped, and writes nothing.

use super::pack::{gzip, tar, zip};
use crate::serving::{program, put};
use rescue79::limits;
use rescue79::sim::firmware::Files;
use std::fs;
use std::io::{Cursor, Write};
use std::path::Path;
use std::process::Command;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// What a process may map while it reads one archive. More than it can have resident, so the stricter measure.
const CAP: usize = 4 * limits::ARCHIVE_BYTES;
/// The largest member that is taken.
const LARGEST: usize = limits::FILE_BYTES;

/// Makes an archive of files.
type Pack = fn(&Files) -> Vec<u8>;

/// Octets that don't pack.
fn noise(len: usize, seed: u64) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(len + 8);
    let mut state = seed;
    while bytes.len() < len {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        bytes.extend((state ^ (state >> 29)).to_le_bytes());
    }
    bytes.truncate(len);
    bytes
}

fn stored(files: &Files) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, bytes) in files {
        writer.start_file(name, options).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// Members that differ, each of the largest size that is taken, of zeros but for their beginning.
fn zeros(count: usize) -> Files {
    let member = |n: usize| {
        let mut bytes = vec![0; LARGEST];
        bytes[0] = u8::try_from(n).unwrap();
        (format!("{n}.sbn"), bytes)
    };
    (0..count).map(member).collect()
}

/// `inspect` of the folder `in` under the cap: its exit status. Nothing may be there afterwards that wasn't before.
fn inspect(folder: &Path) -> i32 {
    let program = program().get_program().to_owned();
    let mut shell = Command::new("sh");
    shell.args(["-c", "ulimit -v \"$1\"; shift; exec \"$@\"", "sh", &(CAP >> 10).to_string()]);
    shell.arg(program).args(["inspect", "--json", "--state"]).arg(folder.join("state")).arg("in");
    let out = shell.current_dir(folder).env("TMPDIR", folder).env("HOME", folder).output().unwrap();
    let said = String::from_utf8_lossy(&out.stderr);
    let left: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(left, [folder.join("in")], "{said}");
    out.status.code().unwrap_or_else(|| panic!("{:?}: {said}", out.status))
}

#[test]
fn no_archive_costs_more_than_four_times_what_one_may_hold() {
    let almost = limits::ARCHIVE_BYTES / LARGEST;
    let within_every_limit = {
        let mut files = zeros(almost - 1);
        files.push(("noise".to_owned(), noise(2 << 20, 1)));
        files
    };
    let nested: Files = (0..16).map(|n| (format!("{n}.zip"), zip(&zeros(1)))).collect();
    let honest: Files = (0..almost as u64 - 1).map(|n| (format!("{n}.bin"), noise(LARGEST, n))).collect();
    let many: Files = (0..70_000).map(|n| (format!("{n}.txt"), Vec::new())).collect();
    let cases: [(&str, Pack, &Files); 7] = [
        ("flat.zip", zip, &zeros(almost + 1)),
        ("flat.tgz", |files| gzip(&tar(files)), &zeros(almost + 1)),
        ("within.zip", zip, &within_every_limit),
        ("within.tgz", |files| gzip(&tar(files)), &within_every_limit),
        ("42.zip", zip, &nested),
        ("honest.zip", stored, &honest),
        ("many.zip", zip, &many),
    ];
    for (name, pack, files) in cases {
        let folder = tempfile::tempdir().unwrap();
        // In a folder, where the archive is kept as a file beside its members.
        put(folder.path(), &format!("in/{name}"), &pack(files));
        // None holds a load.
        assert_eq!(inspect(folder.path()), 5, "{name}");
    }
}
