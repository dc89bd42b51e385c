//! The bodies of the fuzz targets over a small corpus and seeded mutations of it: what a fuzzer does for hours in
//! `fuzz/`, for a second in every run of the tests.

#[path = "fuzz_smoke/bodies.rs"]
#[expect(unreachable_pub, reason = "the fuzzer's crate uses it from outside")]
mod bodies;
mod seeds;

use bodies::TARGETS;
use rescue79::event::Event;
use rescue79::sim::rng::Rng;
use std::fs;
use std::panic::catch_unwind;
use std::path::PathBuf;

/// Mutations of one target: some seconds for all targets together, in a debug build.
const MUTATIONS: u64 = 150;
/// A conversation takes a hundred times as long as a packet: each begins with a way to plan for every model.
const CONVERSATIONS: u64 = 30;

fn corpus(target: &str) -> PathBuf {
    PathBuf::from("tests/it/fuzz_smoke/corpus").join(target)
}

/// The committed inputs of a target, by name.
fn inputs(target: &str) -> Vec<(String, Vec<u8>)> {
    let mut inputs: Vec<_> = fs::read_dir(corpus(target))
        .unwrap_or_else(|e| panic!("the corpus of {target}: {e}"))
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), fs::read(&path).unwrap()))
        .collect();
    inputs.sort();
    inputs
}

/// A number below `end`.
fn below(rng: &mut Rng, end: usize) -> usize {
    usize::try_from(rng.between(0, end as u64 - 1)).unwrap()
}

fn byte(rng: &mut Rng) -> u8 {
    u8::try_from(below(rng, 256)).unwrap()
}

/// Bytes changed as a fuzzer changes them: some overwritten, a piece cut out or doubled, the end lost.
fn mutate(rng: &mut Rng, bytes: &mut Vec<u8>) {
    for _ in 0..=below(rng, 6) {
        let len = bytes.len();
        if len == 0 {
            return bytes.push(byte(rng));
        }
        let at = below(rng, len);
        let to = (at + below(rng, 40)).min(bytes.len());
        match below(rng, 8) {
            0..=3 => bytes[at] = byte(rng),
            4 => bytes[at] = [0, 1, 0x7f, 0x80, 0xff][below(rng, 5)],
            5 => drop(bytes.drain(at..to)),
            6 => {
                let piece = bytes[at..to].to_vec();
                bytes.splice(at..at, piece);
            }
            _ => bytes.truncate(at),
        }
    }
}

/// Runs a body, and says which input was too much for it.
fn run(target: bodies::Target, input: &[u8], name: &str) {
    let (of, body) = target;
    if catch_unwind(|| body(input)).is_err() {
        let path = std::env::temp_dir().join(format!("rescue79-fuzz-{of}"));
        fs::write(&path, input).unwrap();
        panic!("{of} does not stand {name}; the input is in {}", path.display());
    }
}

#[test]
fn the_corpus_stands() {
    for target in TARGETS {
        let inputs = inputs(target.0);
        assert!(inputs.len() >= 3, "{}", target.0);
        for (name, input) in inputs {
            run(*target, &input, &name);
        }
        run(*target, b"", "nothing at all");
    }
}

#[test]
fn seeded_mutations_of_the_corpus_stand() {
    for target in TARGETS {
        let inputs = inputs(target.0);
        for seed in 0..if target.0 == "conversation" { CONVERSATIONS } else { MUTATIONS } {
            let mut rng = Rng::new(seed);
            let (name, mut input) = inputs[below(&mut rng, inputs.len())].clone();
            mutate(&mut rng, &mut input);
            run(*target, &input, &format!("mutation {seed} of {name}"));
        }
    }
}

/// Every body has its target for the fuzzer; `UPDATE_DOCS=1` writes the seeds of the corpus anew.
#[test]
fn every_target_is_complete() {
    let manifest = fs::read_to_string("fuzz/Cargo.toml").unwrap();
    for (target, _) in TARGETS {
        assert!(manifest.contains(&format!("name = \"{target}\"")), "fuzz/Cargo.toml lacks {target}");
        assert!(fs::exists(format!("fuzz/fuzz_targets/{target}.rs")).unwrap(), "{target}.rs");
        let seeds = seeds::seeds(target);
        if std::env::var_os("UPDATE_DOCS").is_some() {
            fs::create_dir_all(corpus(target)).unwrap();
            for (n, seed) in seeds.iter().enumerate() {
                fs::write(corpus(target).join(format!("seed-{n:02}")), seed).unwrap();
            }
        }
        let count = inputs(target).iter().filter(|(name, _)| name.starts_with("seed-")).count();
        assert_eq!(count, seeds.len(), "seeds of {target}: UPDATE_DOCS=1 writes them");
    }
}

/// For the invariants: any bytes as a conversation.
pub(crate) fn conversation(bytes: &[u8]) {
    bodies::conversation::conversation(bytes);
}

/// For the invariants: what is told of so many phones that look for a server, and of nothing else.
pub(crate) fn crowd(senders: u32) -> Vec<Event> {
    bodies::conversation::crowd(senders)
}

/// For the invariants: what is told of one address that asks so often.
pub(crate) fn insistent(requests: u32) -> Vec<Event> {
    bodies::conversation::insistent(requests)
}

/// For the invariants: what is told of so many addresses that ask once, and of a reader behind them.
pub(crate) fn strangers(senders: u32, file: &str) -> Vec<Event> {
    bodies::conversation::strangers(senders, file)
}

/// For the invariants: that reader.
pub(crate) use bodies::conversation::READER;

/// For the loopback: files as a zip.
pub(crate) fn zip(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    bodies::zip(files)
}

/// For the lab: a DISCOVER of a phone, written by hand.
#[cfg(target_os = "linux")]
pub(crate) fn discover(mac: rescue79::phone_id::Mac) -> Vec<u8> {
    bodies::conversation::request(mac, 1, 1, None)
}

/// For the room: a request of a phone, written by hand, and what an answer to it is.
pub(crate) use bodies::conversation::{kind_of, request as dhcp_request};
