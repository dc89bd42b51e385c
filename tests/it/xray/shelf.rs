use rescue79::catalogue::Catalogue;
use rescue79::firmware::{Intake, Kind, Severity, Shelf};
use rescue79::load::Family;
use rescue79::sim::firmware::{Scale, set};

fn shelf(sets: &[(&str, &[&str])]) -> Shelf {
    let mut intake = Intake::of_any_size();
    for (root, loads) in sets {
        for (name, bytes) in loads.iter().flat_map(|load| set(load, 1, Scale::FAST)) {
            intake.file(root, &name, bytes);
        }
    }
    intake.finish()
}

#[test]
fn a_load_of_every_era_and_family() {
    for (name, members) in [
        ("P00303010102", 1),
        ("P0S30202", 1),
        ("P00305000500", 1),
        ("P0S3-06-3-00", 1),
        ("P00308000900", 2),
        ("P0S3-8-12-00", 2),
        ("P0M3-07-7-00", 2),
        ("SIP11.8-5-4S", 5),
        ("SCCP31.9-2-1S", 5),
        ("SIP41.8-5-4S", 5),
        ("SCCP42.9-4-2SR1-1S", 5),
        ("SIP45.9-4-2SR3-1S", 5),
        ("TERM70.7-0-2-0S", 5),
        ("SIP75.9-3-1S", 5),
    ] {
        let shelf = shelf(&[("fw", &[name])]);
        assert_eq!(shelf.problems(), [], "{name}");
        let load = shelf.load(name).unwrap_or_else(|| panic!("{name}"));
        assert_eq!((load.members.len(), load.complete), (members, true), "{name}: {load:?}");
        assert_eq!(shelf.loads().len(), 1, "{name}");
        if load.parsed.family != Family::Classic {
            assert!(!load.terms.is_empty(), "{name}");
        }
    }
}

#[test]
fn what_a_load_says() {
    let shelf = shelf(&[("a", &["P0S3-8-12-00"]), ("b", &["SCCP45.9-4-2SR1-1S"])]);
    assert_eq!(shelf.load("p0s3-8-12-00.LOADS").unwrap().loader_version.as_deref(), Some("PAS30830"));
    assert_eq!(shelf.load("SCCP45.9-4-2SR1-1S").unwrap().hardware, Some(15));
    let kind = |name: &str| shelf.find(name, None).unwrap().kind;
    assert_eq!(kind("P003-8-12-00.bin"), Kind::Loader);
    assert_eq!(kind("P003-8-12-00.sbn"), Kind::Loader);
    assert_eq!(kind("P0S3-8-12-00.sb2"), Kind::App);
    assert_eq!(kind("P0S3-8-12-00.loads"), Kind::LoadsList);
    assert_eq!(kind("OS79XX.TXT"), Kind::Config);
    assert_eq!(kind("term65.default.loads"), Kind::TermList);
    assert_eq!(kind("cnu45.9-4-2ES9.sbn"), Kind::JavaPart);
}

#[test]
fn two_releases_in_two_folders_stay_apart() {
    let shelf = shelf(&[("old", &["SIP41.8-5-4S"]), ("new", &["SIP41.9-3-1S"])]);
    for name in ["SIP41.8-5-4S", "SIP41.9-3-1S"] {
        let load = shelf.load(name).unwrap();
        let term = shelf.find("TERM41.default.loads", Some(load.set)).unwrap();
        assert!(load.terms.contains(&term.id), "{name}");
        assert_eq!(term.set, load.set);
    }
    let first = shelf.find("term41.default.loads", None).unwrap();
    assert_eq!(first.set, shelf.load("SIP41.8-5-4S").unwrap().set);
}

#[test]
fn a_list_without_one_part_is_not_whole() {
    let mut intake = Intake::of_any_size();
    for (name, bytes) in set("SIP41.8-5-4S", 1, Scale::FAST) {
        if !name.starts_with("dsp") {
            intake.file("fw", &name, bytes);
        }
    }
    let shelf = intake.finish();
    let load = shelf.load("SIP41.8-5-4S").unwrap();
    assert!(!load.complete);
    assert_eq!(load.missing().collect::<Vec<_>>(), ["dsp41.8-5-4TH1-6.sbn"]);
    let term = shelf.find("term61.default.loads", None).unwrap().id;
    assert_eq!(shelf.list_is_whole(term), Err(vec!["dsp41.8-5-4TH1-6.sbn".to_owned()]));
    let [problem] = shelf.problems() else { panic!("{:?}", shelf.problems()) };
    assert_eq!((problem.code, problem.severity), ("part-missing", Severity::Error));
    assert!(problem.text.contains("dsp41.8-5-4TH1-6.sbn is missing"), "{}", problem.text);
    assert!(problem.text.contains("SIP41.8-5-4S.loads"), "{}", problem.text);
}

#[test]
fn equal_contents_are_held_once() {
    let once = shelf(&[("a", &["SIP41.8-5-4S"])]);
    let twice = shelf(&[("a", &["SIP41.8-5-4S"]), ("b", &["SIP41.8-5-4S"])]);
    assert_eq!(once.total_bytes(), twice.total_bytes());
    assert_eq!(twice.files().count(), 2 * once.files().count());
    assert_eq!(twice.problems(), []);
}

#[test]
fn sets_have_the_sizes_that_were_measured() {
    let measured = Catalogue::builtin().loads().iter().filter(|load| !load.parts.is_empty());
    let mut sets = 0;
    for load in measured {
        let files = set(&load.name, 1, Scale::FULL);
        for (name, size) in &load.parts {
            let made = files.iter().find(|(file, _)| file == name).map(|(_, bytes)| bytes.len() as u64);
            assert_eq!(made, Some(*size), "{name} of {}", load.name);
        }
        let mut intake = Intake::new();
        for (name, bytes) in files {
            intake.file("fw", &name, bytes);
        }
        let shelf = intake.finish();
        assert_eq!(shelf.problems(), [], "{}", load.name);
        assert!(shelf.load(&load.name).is_some_and(|load| load.complete), "{}", load.name);
        sets += 1;
    }
    assert!(sets >= 8, "{sets}");
}
