//! The house stands in layers: `src/` is read and held against the table of `ARCHITECTURE.md`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Module, its layer, the modules of its own layer that it may use, the outside crates that it may name.
const HOUSE: &[(&str, u8, &[&str], &[&str])] = &[
    ("clock", 0, &[], &[]),
    ("phone_id", 0, &[], &["serde", "thiserror"]),
    ("load", 0, &[], &["serde", "thiserror"]),
    ("limits", 0, &[], &[]),
    ("paragraph", 0, &[], &[]),
    ("event", 0, &["clock", "phone_id", "load"], &["serde"]),
    ("catalogue", 1, &[], &["serde", "thiserror", "toml"]),
    ("firmware", 1, &["catalogue"], &["flate2", "serde", "sha1", "sha2", "tar", "thiserror", "toml", "zip"]),
    ("route", 1, &["catalogue"], &["serde"]),
    ("provision", 1, &["catalogue"], &["quick_xml", "thiserror"]),
    ("dhcp", 1, &["catalogue"], &["dhcproto", "thiserror"]),
    ("tftp", 1, &[], &["thiserror"]),
    ("evidence", 1, &[], &["thiserror"]),
    ("web", 1, &[], &["httparse", "thiserror"]),
    ("session", 1, &["catalogue"], &["serde"]),
    ("job", 1, &["catalogue", "firmware", "provision", "route"], &["serde", "thiserror"]),
    ("journal", 1, &[], &["jiff", "serde", "serde_json", "thiserror"]),
    ("engine", 2, &[], &[]),
    ("sim", 3, &[], &["serde", "thiserror", "toml"]),
    ("net", 4, &[], &["mio", "quinn_udp", "rustix", "socket2", "thiserror", "tokio"]),
    ("host", 4, &[], &["etcetera", "netdev", "rustix", "serde", "serde_json", "socket2", "thiserror"]),
    ("tui", 4, &[], &["crossterm", "ratatui"]),
    ("cli", 5, &[], &["clap", "anyhow"]),
    (
        "app",
        5,
        &["cli"],
        &[
            "anyhow",
            "clap",
            "crossterm",
            "futures_util",
            "ratatui",
            "rustix",
            "serde",
            "serde_json",
            "thiserror",
            "tokio",
        ],
    ),
    ("main", 6, &[], &["anyhow", "clap"]),
];

/// Every file of Rust in a folder and the folders in it.
pub(crate) fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

/// The module a file belongs to: the first name below `src/`.
fn module_of(path: &Path) -> String {
    let first = path.strip_prefix("src").unwrap().components().next().unwrap();
    first.as_os_str().to_str().unwrap().trim_end_matches(".rs").to_owned()
}

/// The code without comments and without its unit tests (which may use anything).
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let text = text.split("#[cfg(test)]\nmod ").next().unwrap();
    text.lines().filter(|l| !l.trim_start().starts_with("//")).flat_map(|l| [l, "\n"]).collect()
}

/// The first path segment after each `prefix` in the code, also inside `use crate::{a, b::c}`.
fn names_after(code: &str, prefix: &str) -> Vec<String> {
    let mut names = Vec::new();
    for (at, _) in code.match_indices(prefix) {
        let rest = &code[at + prefix.len()..];
        if let Some(group) = rest.strip_prefix('{') {
            let (mut depth, mut item) = (0, String::new());
            for c in group.chars() {
                match c {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    ',' if depth == 0 => names.push(std::mem::take(&mut item)),
                    c if depth == 0 => item.push(c),
                    _ => {}
                }
            }
            names.push(item);
        } else {
            names.push(rest.to_owned());
        }
    }
    let word = |n: String| {
        n.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>()
    };
    names.into_iter().map(word).filter(|n| !n.is_empty()).collect()
}

#[test]
fn layers_hold() {
    let house: BTreeMap<_, _> =
        HOUSE.iter().map(|(m, layer, beside, crates)| (*m, (*layer, *beside, *crates))).collect();
    let manifest: toml_names::Manifest = toml_names::read();
    let mut files = Vec::new();
    rust_files(Path::new("src"), &mut files);
    let mut wrong = Vec::new();
    for path in files {
        let module = module_of(&path);
        if module == "lib" {
            continue;
        }
        let Some((layer, beside, crates)) = house.get(module.as_str()) else {
            wrong.push(format!("{}: module `{module}` has no room in the table", path.display()));
            continue;
        };
        let code = code(&path);
        for prefix in ["crate::", "rescue79::"] {
            for used in names_after(&code, prefix) {
                let Some((below, _, _)) = house.get(used.as_str()) else { continue };
                if used != module && below >= layer && !beside.contains(&used.as_str()) {
                    wrong.push(format!(
                        "{}: `{module}` (layer {layer}) uses `{used}` (layer {below})",
                        path.display()
                    ));
                }
            }
        }
        for dependency in &manifest.dependencies {
            let named =
                code.contains(&format!("{dependency}::")) || code.contains(&format!("use {dependency};"));
            if named && !crates.contains(&dependency.as_str()) {
                wrong.push(format!("{}: `{module}` names the crate `{dependency}`", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "the house is out of true:\n{}", wrong.join("\n"));
}

#[test]
fn dhcproto_is_a_second_opinion_alone() {
    let mut files = Vec::new();
    rust_files(Path::new("src"), &mut files);
    let knowing: Vec<_> = files.iter().filter(|f| code(f).contains("dhcproto::")).collect();
    let may = ["src/dhcp/probe.rs", "src/dhcp/wire/tests.rs"];
    assert!(knowing.iter().all(|f| may.iter().any(|may| f.ends_with(may))), "{knowing:?}");
}

#[test]
fn below_the_shells_there_is_no_world() {
    let mut files = Vec::new();
    rust_files(Path::new("src"), &mut files);
    let house: BTreeMap<_, _> = HOUSE.iter().map(|(m, layer, ..)| (*m, *layer)).collect();
    let mut wrong = Vec::new();
    for path in files.iter().filter(|f| house.get(module_of(f).as_str()).is_some_and(|layer| *layer < 4)) {
        let code = code(path);
        for world in [
            "std::fs",
            "std::env",
            "std::process",
            "std::thread",
            "UdpSocket",
            "TcpStream",
            "SystemTime",
            "time::Instant",
            "std::io::std",
            "cfg(unix",
            "cfg(windows",
            "cfg(target_os",
            "println!",
            "eprintln!",
        ] {
            if code.contains(world) {
                wrong.push(format!("{}: {world}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "below layer 4:\n{}", wrong.join("\n"));
}

/// The names in `[dependencies]`, as code spells them.
mod toml_names {
    pub(super) struct Manifest {
        pub(super) dependencies: Vec<String>,
    }

    pub(super) fn read() -> Manifest {
        let text = std::fs::read_to_string("Cargo.toml").unwrap();
        let table: toml::Table = text.parse().unwrap();
        let of_systems = table["target"].as_table().unwrap().values().filter_map(|t| t.get("dependencies"));
        let all = of_systems.chain([&table["dependencies"]]).flat_map(|t| t.as_table().unwrap().keys());
        Manifest { dependencies: all.map(|k| k.replace('-', "_")).collect() }
    }
}
