//! Pages written by hand must name everything that the code has.

use std::fs;

/// The words of `src/event/` that reach a journal: variants as serde writes them, and keys.
fn words_of_the_contract() -> Vec<String> {
    let files = fs::read_dir("src/event").unwrap().map(|entry| entry.unwrap().path());
    // What stands before the first type of a file is no word.
    let files: Vec<_> = files.map(|path| fs::read_to_string(path).unwrap()).collect();
    let source = files.join("\n#[derive()]\n");
    let mut words = Vec::new();
    let mut written = false;
    for line in source.lines() {
        let line = line.trim();
        // Types that are written down say so in their derive; `Event` itself is written by hand.
        if line.starts_with("#[derive(") {
            written = line.contains("Serialize");
        }
        let word: String = line
            .trim_start_matches("pub ")
            .chars()
            .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
            .collect();
        let rest = line.trim_start_matches("pub ").strip_prefix(&word).unwrap();
        let key =
            rest.starts_with(": ") && rest.ends_with(',') && word.starts_with(|c: char| c.is_lowercase());
        let variant = word.starts_with(|c: char| c.is_uppercase())
            && matches!(rest.chars().next(), Some(',' | '(' | ' '));
        if written && key {
            words.push(word);
        } else if written && variant {
            words.push(snake(&word));
        }
    }
    words
}

fn snake(camel: &str) -> String {
    let mut snake = String::new();
    for (at, c) in camel.char_indices() {
        if at > 0 && c.is_uppercase() {
            snake.push('_');
        }
        snake.extend(c.to_lowercase());
    }
    snake
}

#[test]
fn the_page_of_the_journal_names_every_event_and_key() {
    let page = fs::read_to_string("docs/journal.md").unwrap();
    let words = words_of_the_contract();
    for sure in ["read_started", "dhcp_ignored", "host_name", "single_image", "evicted", "resent", "summary"]
    {
        assert!(words.iter().any(|w| w == sure), "the reader of src/event/ has lost {sure}: {words:?}");
    }
    let missing: Vec<_> = words.iter().filter(|word| !page.contains(&format!("`{word}`"))).collect();
    assert!(missing.is_empty(), "docs/journal.md does not name {missing:?}");
}

#[test]
fn every_known_problem_says_where_it_is_answered() {
    let page = fs::read_to_string("docs/seed-rows.md").unwrap();
    let scenarios: Vec<_> =
        rescue79::sim::scenario::builtin().unwrap().into_iter().map(|s| format!("`{}`", s.name)).collect();
    let rows = (1..=13).map(|n| format!("G{n}")).chain((1..=20).map(|n| format!("S{n}")));
    for row in rows {
        let line =
            page.lines().find(|l| l.starts_with(&format!("| {row} |"))).unwrap_or_else(|| panic!("{row}"));
        let [_, _, _, screen, answer, practise, _] = line.split('|').map(str::trim).collect::<Vec<_>>()[..]
        else {
            panic!("{line}")
        };
        assert!(!screen.is_empty() && !answer.is_empty(), "{line}");
        assert!(practise.is_empty() || scenarios.iter().any(|s| s == practise), "{line}");
    }
}

/// The rows that are the laptop's: a test's name begins with the row, or with several.
#[test]
fn every_row_of_the_laptop_has_a_test_by_its_name() {
    let mut names = Vec::new();
    let mut folders = vec![std::path::PathBuf::from("src"), "tests/it".into()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                let tests = text.split("#[test]\n").skip(1);
                names
                    .extend(tests.filter_map(|t| Some(t.split_once("fn ")?.1.split('(').next()?.to_owned())));
            }
        }
    }
    let row_of = |part: &str| {
        let number = part.strip_prefix(['g', 's']);
        number.is_some_and(|n| !n.is_empty() && n.chars().all(|c| c.is_ascii_digit()))
    };
    for row in ["g2", "g3", "g4", "g5", "g6", "g7", "s2", "s3", "s5", "s6", "s8", "s20"] {
        let named = names.iter().any(|name| name.split('_').take_while(|p| row_of(p)).any(|p| p == row));
        assert!(named, "no test's name begins with {row}");
    }
}
