//! Each kind of damage is found under its code; its undamaged twin has no finding.

use super::pack::{codes, folder, given, real_folder, zip};
use rescue79::firmware::{Severity, Shelf};
use rescue79::sim::firmware::damage::{copy_over, drop_part, mix, rename, text_mode, truncate};
use rescue79::sim::firmware::{Files, Scale, set, sign};

const SIP41: &str = "SIP41.8-5-4S";
const JAR41: &str = "jar41sip.8-5-4TH1-6.sbn";
const SIP8: &str = "P0S3-8-12-00";

fn files(name: &str) -> Files {
    set(name, 3, Scale::FAST)
}

/// Damages a set, expects exactly these codes, and that the set as it was has none.
fn found(name: &str, damage: impl Fn(&mut Files), expected: &[&str]) -> Shelf {
    let twin = folder(files(name));
    assert_eq!(codes(&twin), [] as [&str; 0], "{:#?}", twin.problems());
    let mut damaged = files(name);
    damage(&mut damaged);
    assert_ne!(damaged, files(name), "nothing was damaged");
    let shelf = folder(damaged);
    assert_eq!(codes(&shelf), expected, "{:#?}", shelf.problems());
    shelf
}

fn complete(shelf: &Shelf, name: &str) -> bool {
    shelf.load(name).is_some_and(|load| load.complete)
}

#[test]
fn no_set_of_real_size_has_a_finding() {
    for name in [
        "P00303010102",
        "P0S30202",
        "P00305000500",
        "P0S3-06-3-00",
        "P00307020300",
        "P00308000900",
        "P0030801SR02",
        SIP8,
        "SIP11.9-4-2SR1-1S",
        "SCCP31.9-2-1S",
        SIP41,
        "SIP42.8-5-4S",
        "SCCP45.9-4-2SR3-1S",
        "SCCP70.8-3-3S",
        "SIP75.9-3-1S",
    ] {
        let shelf = real_folder(set(name, 1, Scale::FULL));
        assert_eq!(shelf.problems(), [], "{name}");
        assert!(complete(&shelf, name), "{name}");
    }
}

#[test]
fn sip_and_sccp_of_one_release_in_two_folders_are_no_finding() {
    let mut both = super::pack::in_folder("sip", files("SIP41.8-5-2S"));
    both.extend(super::pack::in_folder("sccp", files("SCCP41.8-5-2S")));
    assert_eq!(codes(&folder(both)), [] as [&str; 0]);
}

#[test]
fn missing_part() {
    let shelf = found(SIP41, |f| drop_part(f, JAR41), &["part-missing"]);
    assert!(!complete(&shelf, SIP41));
    let text = &shelf.problems()[0].text;
    assert!(text.contains(JAR41) && text.contains("SIP41.8-5-4S.loads"), "{text}");
    found(SIP8, |f| drop_part(f, "P003-8-12-00.sbn"), &["part-missing"]);
}

#[test]
fn missing_list() {
    let shelf = found(SIP8, |f| drop_part(f, "P0S3-8-12-00.loads"), &["list-missing"]);
    assert_eq!(shelf.load(SIP8).unwrap().missing().next(), Some("P0S3-8-12-00.loads"));
    found(SIP41, |f| drop_part(f, "SIP41.8-5-4S.loads"), &["list-missing"]);
    let one_term = found(SIP41, |f| drop_part(f, "term61.default.loads"), &["term-missing"]);
    assert!(complete(&one_term, SIP41) && one_term.problems()[0].text.contains("term61.default.loads"));
    let without_lists = |f: &mut Files| f.retain(|(name, _)| !name.ends_with(".loads"));
    found(SIP41, without_lists, &["part-unlisted"]);
}

#[test]
fn renamed_file_is_served_under_its_true_name() {
    let shelf = found(SIP41, |f| rename(f, JAR41, "jar41sip (1).sbn"), &["renamed"]);
    assert!(complete(&shelf, SIP41));
    assert_eq!(shelf.find(JAR41, None).unwrap().name, "jar41sip (1).sbn");
    let list = found(SIP8, |f| rename(f, "P0S3-8-12-00.loads", "P0S3-8-11-00.loads"), &["renamed"]);
    assert!(complete(&list, SIP8) && list.load("P0S3-8-11-00").is_none());
}

#[test]
fn a_part_that_only_carries_the_name_is_missing() {
    let damage = |f: &mut Files| {
        drop_part(f, JAR41);
        rename(f, "dsp41.8-5-4TH1-6.sbn", JAR41);
    };
    let shelf = found(SIP41, damage, &["part-missing", "renamed"]);
    let missing = shelf.problems().iter().find(|p| p.code == "part-missing").unwrap();
    assert!(missing.text.contains("is really dsp41.8-5-4TH1-6.sbn"), "{}", missing.text);
}

#[test]
fn unsigned_image_under_another_releases_name() {
    let shelf = found("P00303010102", |f| rename(f, "P00303010102.bin", "P00305000500.bin"), &["renamed"]);
    assert!(shelf.problems()[0].text.contains("P00303010102"));
}

#[test]
fn wrong_case_is_told_and_served() {
    let shelf = found(SIP41, |f| rename(f, JAR41, &JAR41.to_uppercase()), &["name-case"]);
    assert_eq!(shelf.problems()[0].severity, Severity::Info);
    assert!(complete(&shelf, SIP41));
}

#[test]
fn cut_off_by_every_measure() {
    // A Java part by its own table.
    for len in [500, 1_500, 16_000] {
        let shelf = found(SIP41, |f| truncate(f, JAR41, len), &["truncated"]);
        assert!(!complete(&shelf, SIP41));
        assert_eq!(shelf.problems()[0].severity, Severity::Error);
    }
    // Any file within its signature.
    found(SIP8, |f| truncate(f, "P0S3-8-12-00.sb2", 300), &["truncated"]);
    found(SIP8, |f| truncate(f, "P0S3-8-12-00.sb2", 404), &["truncated"]);
    // A list in the middle of a name.
    for len in [405, 430, 436] {
        let shelf = found(SIP8, |f| truncate(f, "P0S3-8-12-00.loads", len), &["truncated"]);
        assert!(!complete(&shelf, SIP8));
    }
    found(SIP41, |f| truncate(f, "term61.default.loads", 500), &["truncated"]);
    // A loader by its other half, whichever is short.
    for half in ["P003-8-12-00.bin", "P003-8-12-00.sbn"] {
        found(SIP8, |f| truncate(f, half, 1_900), &["truncated"]);
    }
    // An image by the size of its class.
    for (name, file) in [
        (SIP8, "P0S3-8-12-00.sb2"),
        ("P0S3-08-9-00", "P0S3-08-9-00.sb2"),
        ("P00305000500", "P00305000500.sbn"),
        ("P00303010102", "P00303010102.bin"),
    ] {
        let mut files = set(name, 3, Scale::FULL);
        truncate(&mut files, file, 250_000);
        assert_eq!(codes(&real_folder(files)), ["truncated"], "{name}");
    }
}

#[test]
fn text_mode_transfer() {
    for (name, file) in [
        (SIP41, JAR41),
        (SIP41, "SIP41.8-5-4S.loads"),
        (SIP8, "P0S3-8-12-00.sb2"),
        (SIP8, "P0S3-8-12-00.loads"),
    ] {
        found(name, |f| text_mode(f, file), &["text-mode"]);
    }
    let mangled = found(SIP41, |f| text_mode(f, "term41.default.loads"), &["text-mode"]);
    let term = mangled.find("term41.default.loads", None).unwrap().id;
    assert_eq!(mangled.list_is_whole(term), Err(vec!["term41.default.loads".to_owned()]));
    let mut full = set(SIP8, 3, Scale::FULL);
    text_mode(&mut full, "P003-8-12-00.bin");
    assert_eq!(codes(&real_folder(full)), ["text-mode"]);
    let unix_line_ends = |f: &mut Files| {
        let list = f.iter_mut().find(|(name, _)| name == "SIP41.8-5-4S.loads").unwrap();
        let (header, payload) = list.1.split_at(404);
        let payload: Vec<u8> = payload.iter().copied().filter(|b| *b != b'\r').collect();
        list.1 = [header, &payload].concat();
    };
    found(SIP41, unix_line_ends, &["text-mode"]);
}

#[test]
fn an_editor_saved_it() {
    let through_an_editor = |f: &mut Files| {
        let part = f.iter_mut().find(|(name, _)| name == JAR41).unwrap();
        part.1 = [&part.1[..408], String::from_utf8_lossy(&part.1[408..]).as_bytes()].concat();
    };
    found(SIP41, through_an_editor, &["text-mode"]);
}

#[test]
fn zero_length() {
    let shelf = found(SIP41, |f| truncate(f, JAR41, 0), &["empty"]);
    assert_eq!(shelf.load(SIP41).unwrap().missing().collect::<Vec<_>>(), [JAR41]);
    assert_eq!(codes(&given("SIP41.zip", Vec::new())), ["empty"]);
}

#[test]
fn bin_that_is_an_sb2() {
    let swap = |f: &mut Files| copy_over(f, "P0S3-8-12-00.sb2", "P0S3-8-12-00.bin");
    let shelf = found(SIP8, swap, &["wrong-kind"]);
    assert!(complete(&shelf, SIP8));
    let unsigned = |f: &mut Files| copy_over(f, "P003-8-12-00.bin", "P003-8-12-00.sbn");
    found(SIP8, unsigned, &["unsigned"]);
}

#[test]
fn damaged_header() {
    let damage = |f: &mut Files| {
        let part = f.iter_mut().find(|(name, _)| name == JAR41).unwrap();
        part.1[123] = 0x10;
    };
    found(SIP41, damage, &["header-damaged"]);
}

#[test]
fn two_contents_under_one_name() {
    let mut two = super::pack::in_folder("a", files(SIP8));
    two.extend(super::pack::in_folder("b", set(SIP8, 4, Scale::FAST)));
    let shelf = folder(two);
    assert!(codes(&shelf).iter().all(|code| *code == "duplicate-differs"), "{:?}", codes(&shelf));
    assert!(!shelf.problems().is_empty());
    let mut same = super::pack::in_folder("a", files(SIP8));
    same.extend(super::pack::in_folder("b", files(SIP8)));
    assert_eq!(codes(&folder(same)), [] as [&str; 0]);
}

#[test]
fn two_releases_over_each_other() {
    let both = folder(mix(files(SIP41), files("SIP41.9-3-1S")));
    assert_eq!(codes(&both), ["releases-mixed"]);
    assert!(complete(&both, SIP41) && complete(&both, "SIP41.9-3-1S"));
    // The list files of one, the parts of the other.
    let mut over = files("SIP41.9-3-1S");
    over.retain(|(name, _)| name.starts_with("term"));
    let shelf = folder(mix(files(SIP41), over));
    assert_eq!(codes(&shelf), ["term-other-release", "term-other-release"]);
    let term = shelf.find("term41.default.loads", None).unwrap();
    assert!(shelf.list_is_whole(term.id).is_err());
    assert!(complete(&shelf, SIP41));
}

#[test]
fn parts_that_no_list_names() {
    let mut parts = files("SIP41.9-3-1S");
    parts.retain(|(name, _)| name.starts_with("apps"));
    let shelf = folder(mix(files(SIP41), parts));
    assert_eq!(codes(&shelf), ["part-unlisted"]);
    assert!(shelf.problems()[0].text.contains("apps41.9-3-1TH1-6.sbn"));
}

#[test]
fn s19_firmware_of_other_phones_is_named_and_never_a_load() {
    let later = [&[0xcd, 0x34, 0x12, 0xab][..], &[7; 600]].concat();
    for (name, bytes, phones) in [
        ("sip78xx.12-1-1SR1-4.loads", later.clone(), "78xx"),
        ("rootfs88xx.12-5-1.sbn", later.clone(), "88xx"),
        ("something.sbn", later, "later generation"),
        ("SIP9951.9-4-2.loads", sign("sip9951.9-4-2.loads", b"kern9951.9-4-2.sebn\r\n"), "9951"),
        (
            "SCCP69xx.9-4-1-3SR3.loads",
            sign("SCCP69xx.9-4-1-3SR3.loads", b"BOOT69xx.0-0-0-14.zz.sgn\r\n"),
            "6921",
        ),
        ("CP7921G-1.4.3.4.LOADS", sign("CP7921G-1.4.3.4.LOADS", b"APPS-1.4.3.4.SBN\r\n"), "7921"),
        ("P00405000700.bin", set("P00303010102", 1, Scale::FAST)[0].1.clone(), "7910"),
    ] {
        let shelf = folder(vec![(name.to_owned(), bytes)]);
        assert_eq!(codes(&shelf), ["other-phone"], "{name}");
        assert!(shelf.problems()[0].text.contains(phones), "{}", shelf.problems()[0].text);
        assert!(shelf.loads().is_empty());
    }
}

#[test]
fn login_page_instead_of_firmware() {
    let page = b"\r\n<!DOCTYPE html><html><title>Log in</title></html>".to_vec();
    assert_eq!(codes(&given("cmterm-7941_7961-sip.8-5-4.zip", page.clone())), ["web-page"]);
    let shelf = found(
        SIP41,
        |f| f.iter_mut().filter(|(name, _)| name == JAR41).for_each(|file| file.1.clone_from(&page)),
        &["web-page"],
    );
    assert!(!complete(&shelf, SIP41));
    assert_eq!(codes(&folder(vec![("readme.html".to_owned(), page)])), [] as [&str; 0]);
}

#[test]
fn what_people_keep_beside_firmware_is_no_finding() {
    let mut files = files(SIP8);
    for (name, bytes) in [
        ("RINGLIST.DAT", &b"ring\r\n"[..]),
        ("XMLDefault.cnf.xml", b"<Default/>"),
        ("copstart.sh", b"#!/bin/sh\n"),
        ("load30.txt", b""),
        ("._P0S3-8-12-00.sb2.txt", &[0, 5, 22, 7]),
        ("Classic1.raw", &[0xd5; 8_000]),
        ("German_Germany/tc-sccp.jar", b"PK\x03\x04aaaabbbbccccddddeeeeffff\x14\0META-INF/MANIFEST.MF"),
        ("S00105000400.sbn", &sign("S00105000400.sbn", &[9; 3_000])),
    ] {
        files.push((name.to_owned(), bytes.to_vec()));
    }
    let shelf = folder(files.clone());
    assert_eq!(codes(&shelf), [] as [&str; 0], "{:?}", shelf.problems());
    for (path, bytes) in &files {
        assert_eq!(&*shelf.find(path.rsplit('/').next().unwrap(), None).unwrap().bytes, bytes, "{path}");
        assert_eq!(&*shelf.find(path, None).unwrap().bytes, bytes, "{path}");
    }
    assert_eq!(codes(&given("set.zip", zip(&files))), [] as [&str; 0]);
}

#[test]
fn text_mode_is_found_whatever_the_signature() {
    for seed in 0..40 {
        for name in [SIP41, SIP8] {
            for (file, _) in set(name, seed, Scale::FAST) {
                let mut files = set(name, seed, Scale::FAST);
                text_mode(&mut files, &file);
                let shelf = folder(files);
                if !file.ends_with(".bin") && file != "OS79XX.TXT" {
                    assert!(codes(&shelf).contains(&"text-mode"), "{seed} {file}: {:?}", codes(&shelf));
                }
            }
        }
    }
}
