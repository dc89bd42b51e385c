//! `docs/firmware.md`: its tables are written from what the program knows.

use rescue79::catalogue::{Catalogue, Confidence, Hub};
use rescue79::firmware::CODES;
use rescue79::load::{Family, Protocol};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

const PAGE: &str = "docs/firmware.md";

fn codes() -> String {
    let mut table = "| code | what was found | what it means |\n|---|---|---|\n".to_owned();
    for (code, found, means) in CODES {
        let _ = writeln!(table, "| `{code}` | {found} | {means} |");
    }
    table
}

/// The hubs of each family, and the newest of each protocol that is surely published.
fn loads() -> String {
    let mut table = "| phones | load | why | usually in |\n|---|---|---|---|\n".to_owned();
    for family in Family::ALL {
        let phones: Vec<_> = Catalogue::builtin().models_of(family).map(|m| m.name.as_str()).collect();
        let of_family = || Catalogue::builtin().loads().iter().filter(|l| l.load.family == family);
        let mut own: Vec<_> = of_family()
            .filter_map(|load| {
                let why = match load.hub? {
                    Hub::Main => "the way up leads over it",
                    Hub::Fallback => "for phones that refuse the newer hub",
                };
                Some((load, why))
            })
            .collect();
        for protocol in [Protocol::Sccp, Protocol::Sip] {
            let sure = |l: &&rescue79::catalogue::KnownLoad| {
                l.load.protocol == protocol && l.confidence != Confidence::Low
            };
            own.extend(
                of_family()
                    .filter(sure)
                    .max_by(|a, b| a.load.release.cmp(&b.load.release))
                    .map(|load| (load, "the newest of its protocol")),
            );
        }
        own.dedup_by_key(|(load, _)| load.name.clone());
        for (load, why) in own {
            let _ =
                writeln!(table, "| {} | `{}` | {why} | `{}` |", phones.join(", "), load.name, load.archive);
        }
    }
    table
}

/// The page with what stands between `<!-- name -->` and `<!-- end -->` replaced.
fn filled(page: &str, name: &str, table: &str) -> String {
    let start = format!("<!-- {name} -->\n");
    let (before, rest) = page.split_once(&start).unwrap_or_else(|| panic!("{PAGE} has no {start}"));
    let (_, after) = rest.split_once("<!-- end -->").unwrap();
    format!("{before}{start}\n{table}\n<!-- end -->{after}")
}

#[test]
fn the_page_says_what_the_program_knows() {
    let page = fs::read_to_string(PAGE).unwrap().replace("\r\n", "\n");
    let fresh = filled(&filled(&page, "codes", &codes()), "loads", &loads());
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(PAGE, &fresh).unwrap();
    } else {
        assert!(page == fresh, "{PAGE} is stale: UPDATE_DOCS=1 cargo test --test it xray::page");
    }
}

fn sources(folder: &Path, text: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, text);
        } else if !path.ends_with("codes.rs") {
            *text += &fs::read_to_string(path).unwrap();
        }
    }
}

#[test]
fn every_code_is_explained_once_and_every_explanation_is_of_a_code() {
    let mut text = String::new();
    sources(Path::new("src/firmware"), &mut text);
    for (at, (code, found, means)) in CODES.iter().enumerate() {
        assert!(text.contains(&format!("\"{code}\"")), "nothing finds {code}");
        assert!(CODES[..at].iter().all(|(other, ..)| other != code), "{code} twice");
        assert!(found.ends_with('.') && means.ends_with('.'), "{code}");
    }
    // A code stands first where a finding is made.
    for call in ["Problem::error(", "Problem::warning(", "Problem::info("] {
        for (at, _) in text.match_indices(call) {
            let Some(rest) = text[at + call.len()..].trim_start().strip_prefix('"') else { continue };
            let code = rest.split('"').next().unwrap();
            assert!(CODES.iter().any(|(known, ..)| *known == code), "{code} isn't explained");
        }
    }
}
