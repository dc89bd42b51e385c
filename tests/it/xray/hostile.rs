//! Archives made to hurt: one problem each, never a panic, never more memory than allowed.

use super::pack::{codes, cop, cop_sgn, folder, given, gzip, header, in_folder, tar, zip};
use rescue79::firmware::Shelf;
use rescue79::limits;
use rescue79::sim::firmware::{Files, Scale, set};
use std::io::{Cursor, Write};
use tar::EntryType;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const SIP41: &str = "SIP41.8-5-4S";

fn files() -> Files {
    set(SIP41, 3, Scale::FAST)
}

fn one(shelf: &Shelf, code: &str) {
    assert_eq!(codes(shelf), [code], "{:#?}", shelf.problems());
}

fn complete(shelf: &Shelf) {
    assert_eq!(codes(shelf), [] as [&str; 0], "{:#?}", shelf.problems());
    assert!(shelf.load(SIP41).is_some_and(|load| load.complete), "{:?}", shelf.loads());
}

#[test]
fn g1_every_wrapping_is_taken_as_it_is_whatever_its_name() {
    let packed = [
        zip(&files()),
        tar(&files()),
        gzip(&tar(&files())),
        cop_sgn("cmterm-7941_7961-sip.8-5-4.cop.sgn", &files()),
        zip(&in_folder("deep/inside", files())),
        zip(&vec![("cmterm.cop".to_owned(), cop(&files()))]),
        cop(&vec![("inner.tar".to_owned(), tar(&files()))]),
        cop(&in_folder("usr/local/cm/tftp", files())),
        // An envelope that can't be read, with the gzip stream somewhere behind it.
        [&[0x55; 333][..], &cop(&files())].concat(),
    ];
    for (at, bytes) in packed.into_iter().enumerate() {
        for name in ["a.zip", "b.cop.sgn", "c", "d.bin"] {
            let shelf = given(&format!("/home/t/{name}"), bytes.clone());
            assert!(
                shelf.load(SIP41).is_some_and(|load| load.complete),
                "{at} {name}: {:?}",
                shelf.problems()
            );
            assert_eq!(shelf.problems(), [], "{at} {name}");
        }
        complete(&folder(vec![("lying/in/a/folder.zip".to_owned(), bytes)]));
    }
}

#[test]
fn an_archive_in_a_folder_is_a_file_too() {
    let bytes = zip(&files());
    let shelf = folder(vec![("a/firmware.zip".to_owned(), bytes.clone())]);
    assert_eq!(&*shelf.find("firmware.ZIP", None).unwrap().bytes, bytes);
    assert_eq!(shelf.sets().len(), 2);
}

#[test]
fn g12_two_releases_in_one_archive_stay_apart() {
    let mut both = in_folder("old", files());
    both.extend(in_folder("new", set("SIP41.9-3-1S", 3, Scale::FAST)));
    let shelf = given("both.zip", zip(&both));
    complete(&shelf);
    let (old, new) = (shelf.load(SIP41).unwrap(), shelf.load("SIP41.9-3-1S").unwrap());
    assert_ne!(old.set, new.set);
    assert!(!old.terms.is_empty() && !new.terms.is_empty());
}

#[test]
fn names_that_leave_the_archive() {
    for name in ["../evil.sbn", "/etc/evil.sbn", "a/../../evil.sbn", "C:\\evil.sbn", "\\\\host\\evil.sbn"] {
        let mut files = files();
        files.push((name.to_owned(), b"evil".to_vec()));
        let shelf = given("a.zip", zip(&files));
        one(&shelf, "path-unsafe");
        assert!(shelf.find("evil.sbn", None).is_none() && shelf.load(SIP41).unwrap().complete, "{name}");
    }
}

#[test]
fn links_and_devices() {
    for (kind, code) in [
        (EntryType::Symlink, "link-skipped"),
        (EntryType::Link, "link-skipped"),
        (EntryType::Char, "special-skipped"),
        (EntryType::Block, "special-skipped"),
        (EntryType::Fifo, "special-skipped"),
    ] {
        let mut builder = tar::Builder::new(Vec::new());
        let mut entry = header(0);
        entry.set_entry_type(kind);
        builder.append_link(&mut entry, "jar.sbn", "/etc/shadow").unwrap();
        for (name, bytes) in files() {
            builder.append_data(&mut header(bytes.len()), name, bytes.as_slice()).unwrap();
        }
        let shelf = given("a.tar", builder.into_inner().unwrap());
        one(&shelf, code);
        assert!(shelf.load(SIP41).unwrap().complete && shelf.find("jar.sbn", None).is_none());
    }
    let mut writer = ZipWriter::new_append(Cursor::new(zip(&files()))).unwrap();
    writer.add_symlink("jar.sbn", "/etc/shadow", SimpleFileOptions::default()).unwrap();
    one(&given("a.zip", writer.finish().unwrap().into_inner()), "link-skipped");
}

#[test]
fn bombs() {
    let zeros = vec![0; 60 << 20];
    let flat: Files = (0..3).map(|n| (format!("{n}.sbn"), zeros.clone())).collect();
    let shelf = given("flat.zip", zip(&flat));
    one(&shelf, "archive-bomb");
    assert_eq!(shelf.files().count(), 0);
    one(&given("flat.tgz", gzip(&tar(&flat))), "archive-bomb");
    // An archive of archives of zeros, and whole firmware beside them.
    let inner = zip(&vec![("0.sbn".to_owned(), zeros)]);
    let mut nested: Files = (0..16).map(|n| (format!("{n}.zip"), inner.clone())).collect();
    nested.extend(files());
    let shelf = given("42.zip", zip(&nested));
    one(&shelf, "archive-bomb");
    assert!(shelf.load(SIP41).unwrap().complete);
}

#[test]
fn a_tar_that_claims_a_huge_record() {
    // The size of a PAX record is believed by readers that don't count; zeros inflate to it for nothing.
    let mut entry = header(300 << 20);
    entry.set_entry_type(EntryType::XHeader);
    entry.set_path("pax").unwrap();
    entry.set_cksum();
    let bytes = [entry.as_bytes().as_slice(), &vec![0; 300 << 20]].concat();
    let shelf = given("a.tgz", gzip(&bytes));
    one(&shelf, "archive-bomb");
}

#[test]
fn too_many_members() {
    let many: Files = (0..70_000).map(|n| (format!("{n}.txt"), Vec::new())).collect();
    for (name, bytes) in [("a.zip", zip(&many)), ("a.tar", tar(&many))] {
        let shelf = given(name, bytes);
        one(&shelf, "archive-members");
        assert_eq!(shelf.files().count(), 0);
    }
}

#[test]
fn one_member_too_large() {
    let mut files = files();
    let noise: Vec<u8> = (0..=limits::FILE_BYTES as u64)
        .map(|n| (n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as u8)
        .collect();
    files.push(("huge.iso".to_owned(), noise));
    for (name, bytes) in [("a.zip", zip(&files)), ("a.tar", tar(&files))] {
        let shelf = given(name, bytes);
        one(&shelf, "too-large");
        assert!(shelf.load(SIP41).unwrap().complete);
    }
}

#[test]
fn archives_too_deep_in_each_other() {
    let inner = zip(&vec![("c.zip".to_owned(), zip(&files()))]);
    let shelf = given("a.zip", zip(&vec![("b.zip".to_owned(), inner)]));
    one(&shelf, "archive-too-deep");
    assert!(shelf.loads().is_empty());
}

#[test]
fn password() {
    let mut bytes = zip(&files());
    // Bit 0 of the flags, in the local headers and in the directory.
    for at in 0..bytes.len() - 10 {
        match &bytes[at..at + 4] {
            b"PK\x03\x04" => bytes[at + 6] |= 1,
            b"PK\x01\x02" => bytes[at + 8] |= 1,
            _ => {}
        }
    }
    let shelf = given("a.zip", bytes);
    one(&shelf, "archive-encrypted");
    assert!(shelf.problems()[0].text.contains("password"));
}

#[test]
fn packed_in_another_way() {
    let mut bytes = zip(&files());
    let at = bytes.windows(4).rposition(|w| w == b"PK\x01\x02").unwrap();
    bytes[at + 10] = 14;
    assert!(codes(&given("a.zip", bytes)).contains(&"archive-method"));
    one(&given("a.rar", b"Rar!\x1a\x07\x00rest".to_vec()), "archive-unsupported");
    one(&given("a.zip", b"just some text".to_vec()), "not-an-archive");
}

#[test]
fn cut_off() {
    for (name, bytes) in
        [("a.zip", zip(&files())), ("a.tgz", cop(&files())), ("a.cop.sgn", cop_sgn("a.cop.sgn", &files()))]
    {
        let half = bytes[..bytes.len() / 2].to_vec();
        let shelf = given(name, half);
        assert!(codes(&shelf).contains(&"archive-truncated"), "{name}: {:?}", shelf.problems());
        assert!(!shelf.load(SIP41).is_some_and(|load| load.complete));
    }
    let tar = tar(&files());
    assert!(codes(&given("a.tar", tar[..tar.len() / 2].to_vec())).contains(&"archive-truncated"));
}

#[test]
fn wrong_check_sum_costs_one_member() {
    let mut bytes = zip(&vec![("a.txt".to_owned(), vec![b'a'; 40]), ("b.txt".to_owned(), vec![b'b'; 40])]);
    let at = bytes.windows(4).position(|w| w == b"PK\x01\x02").unwrap();
    bytes[at + 16] ^= 0xff;
    let shelf = given("a.zip", bytes);
    one(&shelf, "archive-damaged");
    assert!(shelf.find("a.txt", None).is_none() && shelf.find("b.txt", None).is_some());
}

#[test]
fn overlapping_entries() {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer.start_file("kernel.sbn", SimpleFileOptions::default()).unwrap();
    writer.write_all(&[7; 9_000]).unwrap();
    for copy in 0..40 {
        writer.shallow_copy_file("kernel.sbn", &format!("{copy}.sbn")).unwrap();
    }
    let shelf = given("a.zip", writer.finish().unwrap().into_inner());
    one(&shelf, "archive-overlap");
    assert_eq!(shelf.files().count(), 0);
}

/// A zip in which every `b` of the second name became an `a`.
fn zip_with_double(second: &[u8]) -> Vec<u8> {
    let pair = vec![("a.txt".to_owned(), b"first".to_vec()), ("b.txt".to_owned(), second.to_vec())];
    let mut bytes = zip(&[pair, files()].concat());
    for at in 0..bytes.len() - 5 {
        if &bytes[at..at + 5] == b"b.txt" {
            bytes[at] = b'a';
        }
    }
    bytes
}

#[test]
fn of_two_members_of_one_name_the_first_is_taken() {
    let mut twice = files();
    twice.extend([("a.txt".to_owned(), b"first".to_vec()), ("./a.txt".to_owned(), b"second".to_vec())]);
    let behind_another = [zip(&vec![("c".to_owned(), vec![1; 700])]), zip_with_double(b"second")].concat();
    for (name, bytes) in [
        ("a.zip", zip_with_double(b"second")),
        ("b.zip", behind_another),
        ("c.zip", zip(&twice)),
        ("a.tar", tar(&twice)),
        ("a.tgz", cop(&twice)),
    ] {
        let shelf = given(name, bytes);
        one(&shelf, "archive-duplicate");
        assert_eq!(&*shelf.find("a.txt", None).unwrap().bytes, b"first", "{name}");
        assert!(shelf.problems()[0].text.contains("a.txt"), "{}", shelf.problems()[0].text);
        assert!(shelf.load(SIP41).unwrap().complete);
    }
    // The same content twice is no finding.
    complete(&given("a.zip", zip_with_double(b"first")));
}

#[test]
fn sizes_that_disagree() {
    let mut builder = tar::Builder::new(Vec::new());
    builder.append_pax_extensions([("size", &b"1024"[..])]).unwrap();
    let mut entry = header(512);
    entry.set_path("two.txt").unwrap();
    entry.set_cksum();
    builder.append(&entry, &[b'x'; 512][..]).unwrap();
    builder.append_data(&mut header(512), "hidden.txt", &[b'y'; 512][..]).unwrap();
    let shelf = given("a.tar", builder.into_inner().unwrap());
    assert!(codes(&shelf).contains(&"archive-sizes-disagree"), "{:?}", shelf.problems());
    assert!(shelf.find("two.txt", None).is_none());
}

#[test]
fn names_that_are_no_text() {
    let mut bytes = zip(&vec![("aXb.txt".to_owned(), b"content".to_vec())]);
    for at in 0..bytes.len() - 7 {
        if &bytes[at..at + 7] == b"aXb.txt" {
            bytes[at + 1] = 0xe4;
        }
    }
    let mut tarred = tar(&vec![("aXb.txt".to_owned(), b"content".to_vec())]);
    tarred[1] = 0xe4;
    tarred[148..156].fill(b' ');
    let sum: u32 = tarred[..512].iter().copied().map(u32::from).sum();
    tarred[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    for bytes in [bytes, tarred] {
        let shelf = given("a", bytes);
        one(&shelf, "name-not-text");
        assert_eq!(shelf.files().count(), 1);
    }
}

#[test]
fn control_characters_never_reach_a_screen() {
    let files = vec![("a\u{1b}[2J/../x".to_owned(), Vec::new()), ("b\u{7}.sbn".to_owned(), vec![1; 100])];
    let shelf = given("a.zip", zip(&files));
    let report = rescue79::firmware::report::text(&shelf, |_| Vec::new());
    assert!(shelf.problems().len() == 2 && !report.contains(['\u{1b}', '\u{7}']), "{report:?}");
}
