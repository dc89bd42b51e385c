//! How fast firmware is taken in: a folder, zips and a `.cop` of synthetic releases, to the shelf with all its judgements.

#![expect(clippy::unwrap_used, reason = "a bench that can't be set up ends there")]

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use flate2::Compression;
use flate2::write::GzEncoder;
use rescue79::firmware::{Intake, Shelf};
use rescue79::sim::firmware::{Files, Scale, set};
use std::io::{Cursor, Write};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// One release of each age: images alone, images with a loader, Java.
const LOADS: [&str; 3] = ["P00308000900", "P0S3-8-12-00", "SIP41.9-4-2SR3-1S"];

fn zip(files: &Files) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        writer.start_file(name, SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn cop(files: &Files) -> Vec<u8> {
    let mut builder = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::default()));
    for (name, bytes) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        builder.append_data(&mut header, name, bytes.as_slice()).unwrap();
    }
    builder.into_inner().unwrap().finish().unwrap()
}

/// Takes them as members of one folder.
fn taken(files: Files) -> Shelf {
    let mut intake = Intake::new();
    for (name, bytes) in files {
        intake.file("firmware", &name, bytes);
    }
    intake.finish()
}

fn intake(c: &mut Criterion) {
    let sets: Vec<(&str, Files)> = LOADS.iter().map(|load| (*load, set(load, 79, Scale::FULL))).collect();
    let bytes: usize = sets.iter().flat_map(|(_, files)| files).map(|(_, bytes)| bytes.len()).sum();
    let packed = |pack: fn(&Files) -> Vec<u8>, ending: &str| -> Files {
        sets.iter().map(|(load, files)| (format!("{load}.{ending}"), pack(files))).collect()
    };
    let inside = |(load, files): &(&str, Files)| -> Files {
        files.iter().map(|(name, bytes)| (format!("{load}/{name}"), bytes.clone())).collect()
    };
    let ways = [
        ("folder", sets.iter().flat_map(inside).collect()),
        ("zip", packed(zip, "zip")),
        ("cop", packed(cop, "cop")),
    ];
    let mut group = c.benchmark_group("intake");
    // Of the bytes that a phone would be given.
    group.throughput(Throughput::Bytes(bytes as u64)).sample_size(10);
    for (name, files) in ways {
        assert_eq!(taken(files.clone()).loads().iter().filter(|load| load.complete).count(), LOADS.len());
        group.bench_function(name, |b| b.iter_batched(|| files.clone(), taken, BatchSize::LargeInput));
    }
    group.finish();
}

criterion_group!(benches, intake);
criterion_main!(benches);
