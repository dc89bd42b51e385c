//! Archives and folders with random damage: never a panic, never beyond a limit, always the same answer.

use super::pack::{cop, cop_sgn, given, tar, zip};
use proptest::prelude::*;
use rescue79::firmware::{cnu, image, list, report, signed};
use rescue79::limits;
use rescue79::sim::firmware::{Files, Scale, set};

fn files() -> Files {
    let mut files = set("SIP41.8-5-4S", 3, Scale::divided_by(1_000));
    files.extend(set("P0S3-8-12-00", 3, Scale::divided_by(1_000)));
    files
}

fn packed() -> Vec<Vec<u8>> {
    let nested = vec![("inner.zip".to_owned(), zip(&files())), ("inner.tar".to_owned(), tar(&files()))];
    vec![zip(&files()), tar(&files()), cop(&files()), cop_sgn("a.cop.sgn", &files()), zip(&nested)]
}

/// What happens to bytes: some overwritten, a piece cut out, a piece doubled, the end lost.
#[derive(Clone, Debug)]
enum Mutation {
    Set(prop::sample::Index, u8),
    Cut(prop::sample::Index, usize),
    Double(prop::sample::Index, usize),
    End(prop::sample::Index),
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let at = any::<prop::sample::Index>;
    prop_oneof![
        6 => (at(), any::<u8>()).prop_map(|(at, byte)| Mutation::Set(at, byte)),
        1 => (at(), 1..600_usize).prop_map(|(at, len)| Mutation::Cut(at, len)),
        1 => (at(), 1..600_usize).prop_map(|(at, len)| Mutation::Double(at, len)),
        1 => at().prop_map(Mutation::End),
    ]
}

fn mutate(bytes: &mut Vec<u8>, mutation: &Mutation) {
    if bytes.is_empty() {
        return;
    }
    match mutation {
        Mutation::Set(at, byte) => *at.get_mut(bytes) = *byte,
        Mutation::Cut(at, len) => {
            let at = at.index(bytes.len());
            bytes.drain(at..(at + len).min(bytes.len()));
        }
        Mutation::Double(at, len) => {
            let at = at.index(bytes.len());
            let piece = bytes[at..(at + len).min(bytes.len())].to_vec();
            bytes.splice(at..at, piece);
        }
        Mutation::End(at) => bytes.truncate(at.index(bytes.len())),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn mutated_archives(which in 0..5_usize, mutations in prop::collection::vec(mutation(), 1..8)) {
        let mut bytes = packed().swap_remove(which);
        for mutation in &mutations {
            mutate(&mut bytes, mutation);
        }
        let shelf = given("a.zip", bytes.clone());
        prop_assert!(shelf.total_bytes() <= limits::ARCHIVE_BYTES);
        prop_assert!(shelf.files().count() <= limits::ARCHIVE_MEMBERS);
        prop_assert!(shelf.problems().len() <= limits::SHELF_PROBLEMS);
        let text = report::text(&shelf, |_| vec!["7961".to_owned()]);
        prop_assert!(text.lines().all(|line| line.chars().count() <= 80), "{}", text);
        prop_assert_eq!(text, report::text(&given("a.zip", bytes), |_| vec!["7961".to_owned()]));
        // A load that is called complete can be read to its end.
        for load in shelf.loads().iter().filter(|load| load.complete) {
            for member in &load.members {
                prop_assert!(shelf.find(&member.name, Some(load.set)).is_some_and(|file| file.sound));
            }
        }
    }

    #[test]
    fn any_bytes_through_every_parser(bytes in prop::collection::vec(any::<u8>(), 0..2_000), start in 0..6_usize) {
        let heads: [&[u8]; 6] = [b"", &[1, 0, 2, 1, 2, 2, 0, 2, 1, 0x94], cnu::MAGIC, b"PK\x03\x04", &[0x1f, 0x8b, 8, 0], b"#\r\n"];
        let bytes = [heads[start], &bytes].concat();
        if let Some(envelope) = signed::read(&bytes) {
            prop_assert!(envelope.payload(&bytes).len() <= bytes.len());
        }
        let _ = (list::read(&bytes), cnu::read(&bytes), image::read(&bytes));
        let _ = given("SIP41.8-5-4S.loads", bytes);
    }
}
