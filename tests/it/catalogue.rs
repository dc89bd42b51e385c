//! The catalogue from outside: `docs/catalogue.md` is what `assets/catalogue/` says, and JSON is the contract's.

use rescue79::catalogue::{Catalogue, Hub, Kind, Wipes};
use rescue79::load::Family;
use rescue79::route::{Owned, Start, plan};
use std::fmt::Write as _;
use std::fs;

const PAGE: &str = "docs/catalogue.md";

// Writing to a String can't fail, so the results of `write!` are dropped below.

/// One table; `|` in a cell is escaped.
fn table(page: &mut String, head: &[&str], rows: impl IntoIterator<Item = Vec<String>>) {
    let _ = writeln!(page, "\n| {} |", head.join(" | "));
    let _ = writeln!(page, "|{}", "---|".repeat(head.len()));
    for row in rows {
        assert_eq!(row.len(), head.len());
        let cells: Vec<_> = row.iter().map(|cell| cell.replace('|', "\\|")).collect();
        let _ = writeln!(page, "| {} |", cells.join(" | "));
    }
}

fn heading(page: &mut String, title: &str, text: &str) {
    let _ = write!(page, "\n## {title}\n\n{text}\n");
}

fn code(text: &str) -> String {
    format!("`{text}`")
}

fn phones(page: &mut String, c: &Catalogue) {
    heading(page, "Models", "The phones that the program recovers.");
    let head =
        ["model", "family", "lines", "after a wipe it asks for", "type", "class string", "sure", "source"];
    table(
        page,
        &head,
        c.models().iter().map(|m| {
            vec![
                m.name.clone(),
                m.family.to_string(),
                m.lines.to_string(),
                m.term_list.as_deref().map_or("nothing, it keeps its load".to_owned(), code),
                m.device_type.to_string(),
                m.class.iter().map(|c| code(c)).collect::<Vec<_>>().join(", "),
                m.confidence.to_string(),
                m.source.clone(),
            ]
        }),
    );
    heading(page, "Power, jack and looks", "What to look at before the cable goes in.");
    table(
        page,
        &["model", "looks", "jack", "power"],
        c.models().iter().map(|m| vec![m.name.clone(), m.shape.clone(), m.jack.clone(), m.power.clone()]),
    );
    heading(page, "Other phones", "Recognised and named, never served a load.");
    table(
        page,
        &["phones", "what would work", "class string", "files", "sure", "source"],
        c.foreign().iter().map(|f| {
            let list = |patterns: &[String]| patterns.iter().map(|p| code(p)).collect::<Vec<_>>().join(" ");
            vec![
                f.name.clone(),
                f.works.clone(),
                list(&f.class),
                list(&f.files),
                f.confidence.to_string(),
                f.source.clone(),
            ]
        }),
    );
}

fn resets(page: &mut String, c: &Catalogue) {
    heading(page, "Reset keys", "For each model the first entry is the one to try first.");
    for reset in c.all_resets() {
        let keys = reset.keys.as_deref().map_or("none".to_owned(), code);
        let answer = reset.answer.as_deref().map_or(String::new(), |a| format!(", then `{a}`"));
        let erases = match reset.wipes {
            Wipes::Nothing => "nothing",
            Wipes::Settings => "settings",
            Wipes::Load => "settings and the load",
        };
        let _ = write!(page, "\n### {} ({})\n\n", reset.models.join(" "), reset.id);
        let _ = writeln!(page, "- Loads: {}.", reset.loads);
        let _ = writeln!(page, "- Keys: {keys}{answer}; erases {erases}.");
        if let (Some([least, most]), Some(window)) = (reset.hold, reset.window) {
            let _ = writeln!(page, "- Times: hold # for {least} to {most} s, then {window} s for the keys.");
        }
        for (label, text) in [
            ("How", &reset.enter),
            ("Lamps", &reset.lamps),
            ("Then", &reset.then),
            ("Otherwise", &reset.wrong),
        ] {
            let _ = writeln!(page, "- {label}: {text}");
        }
        let _ = writeln!(page, "- Source ({} confidence): {}.", reset.confidence, reset.source);
    }
}

fn stages(page: &mut String, c: &Catalogue) {
    heading(
        page,
        "Stages",
        "Seconds that a stage usually takes, and the silence after which something is said.",
    );
    for (kind, family) in [(Kind::Classic, Family::Classic), (Kind::Java, Family::F41)] {
        let of_kind = c.stages().iter().filter(|s| s.kind == kind);
        assert!(of_kind.clone().all(|s| c.stage(family, &s.stage).is_some()));
        table(
            page,
            &["phones", "stage", "usual", "said after", "unplug", "screen", "lamps", "sure", "source"],
            of_kind.map(|s| {
                let [least, most] = s.usual;
                vec![
                    kind.to_string(),
                    s.stage.clone(),
                    format!("{least} to {most}"),
                    s.alarm.to_string(),
                    if s.do_not_unplug() { "never" } else { "safe" }.to_owned(),
                    s.screen.clone(),
                    s.lamps.clone(),
                    s.confidence.to_string(),
                    s.source.clone(),
                ]
            }),
        );
    }
}

fn habits(page: &mut String, c: &Catalogue) {
    heading(
        page,
        "Habits",
        "How often phones do a thing and how soon, as far as a conclusion is drawn from it.",
    );
    let rows = c.habits().all().into_iter().map(|habit| {
        let (what, source) = (habit.what.to_owned(), habit.source.to_owned());
        vec![code(habit.name), habit.value, what, habit.confidence.to_string(), source]
    });
    table(page, &["habit", "value", "what it means", "sure", "source"], rows);
}

fn fingerprints(page: &mut String, c: &Catalogue) {
    heading(
        page,
        "How a phone asks for an address",
        "What it may be by its first packet. Where several fit, it may be each of them, and its next file tells.",
    );
    let rows = c.fingerprints().into_iter().map(|row| {
        let (next, source) = (row.next.to_owned(), row.source.to_owned());
        vec![row.what, row.request, next, row.confidence.to_string(), source]
    });
    table(page, &["it is", "its request", "its next file", "sure", "source"], rows);
}

fn loads(page: &mut String, c: &Catalogue) {
    heading(page, "Eras", "How a load is packed, and so what the phone that runs it accepts.");
    table(
        page,
        &["families", "protocol", "from", "before", "era", "sure", "source"],
        c.eras().iter().map(|e| {
            vec![
                e.families.to_string(),
                e.protocol.map_or("any".to_owned(), |p| p.to_string()),
                e.from.as_ref().map_or(String::new(), ToString::to_string),
                e.below.as_ref().map_or(String::new(), ToString::to_string),
                e.era.to_string(),
                e.confidence.to_string(),
                e.source.clone(),
            ]
        }),
    );
    heading(page, "Loads", "Published loads that a plan may ask for. The program brings none of them.");
    table(
        page,
        &["load", "family", "usually in", "hub", "measured", "sure", "source"],
        c.loads().iter().map(|l| {
            vec![
                code(&l.name),
                l.load.family.to_string(),
                code(&l.archive),
                match l.hub {
                    Some(Hub::Main) => "hub",
                    Some(Hub::Fallback) => "when the hub is refused",
                    None => "",
                }
                .to_owned(),
                if l.parts.is_empty() { String::new() } else { format!("{} files", l.parts.len()) },
                l.confidence.to_string(),
                l.source.clone(),
            ]
        }),
    );
}

fn routes(page: &mut String, c: &Catalogue) {
    heading(
        page,
        "Which load takes which",
        "The first rule that holds decides; a step that no rule knows is uncertain.",
    );
    table(
        page,
        &["rule", "families", "from", "to", "verdict", "why", "sure", "source"],
        c.routes().rule.iter().map(|r| {
            let same = if r.same_release { " of the same release" } else { "" };
            vec![
                r.id.clone(),
                r.families.to_string(),
                r.from.to_string(),
                format!("{}{same}", r.to),
                r.verdict.to_string(),
                r.why.clone(),
                r.confidence.to_string(),
                r.source.clone(),
            ]
        }),
    );
    for ladder in &c.routes().ladder {
        heading(
            page,
            &format!("Ladder: {}", ladder.families),
            &format!("Lowest first. {} confidence: {}.", ladder.confidence, ladder.source),
        );
        table(page, &["rung", "why"], ladder.rung.iter().map(|r| vec![r.loads.to_string(), r.why.clone()]));
    }
}

fn page() -> String {
    let c = Catalogue::builtin();
    let mut page = String::from(
        "# The catalogue\n\nWritten from `assets/catalogue/*.toml` by `UPDATE_DOCS=1 cargo test --test it catalogue`; change \
         the facts there. \"Sure\" is how well a fact is known: high (seen in a file or capture, or told twice), medium \
         (one good source), low (hearsay).\n",
    );
    phones(&mut page, c);
    resets(&mut page, c);
    stages(&mut page, c);
    habits(&mut page, c);
    fingerprints(&mut page, c);
    loads(&mut page, c);
    routes(&mut page, c);
    page
}

#[test]
fn the_page_is_what_the_catalogue_says() {
    let page = page();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::create_dir_all("docs").unwrap();
        fs::write(PAGE, &page).unwrap();
    }
    let written = fs::read_to_string(PAGE).unwrap_or_default().replace("\r\n", "\n");
    assert!(written == page, "{PAGE} is stale: UPDATE_DOCS=1 cargo test --test it catalogue");
}

#[test]
fn every_entry_says_where_it_comes_from() {
    let folders = ["assets/catalogue", "assets/symptoms"].map(|folder| fs::read_dir(folder).unwrap());
    for entry in folders.into_iter().flatten() {
        let path = entry.unwrap().path();
        let text: toml::Table = fs::read_to_string(&path).unwrap().parse().unwrap();
        for (kind, entries) in
            text.iter().filter(|(kind, _)| !["archives", "default", "edition"].contains(&kind.as_str()))
        {
            // A table that stands alone is an entry, too.
            let entries = entries.as_array().cloned().unwrap_or_else(|| vec![entries.clone()]);
            for (at, entry) in entries.iter().enumerate() {
                let place = format!("{} {kind} {at}", path.display());
                let source = entry.get("source").and_then(|s| s.as_str()).unwrap_or_default();
                assert!(source.len() > 5, "{place}: no source");
                assert!(entry.get("confidence").is_some(), "{place}: no confidence");
            }
        }
    }
}

#[test]
fn plans_and_models_as_json() {
    let c = Catalogue::builtin();
    let owned = ["P00308000900", "P0S3-8-12-00"].map(|name| Owned { name, complete: true });
    let plan = plan(c, c.model("CP-7960G").unwrap(), &Start::parse("P00303010102"), "P0S3-8-12-00", &owned);
    let json = serde_json::to_value(&plan).unwrap();
    assert_eq!(json["model"], "7960");
    assert_eq!(json["from"], "P00303010102");
    assert_eq!(json["to"], "P0S3-8-12-00");
    assert_eq!(json["possible"], false);
    assert_eq!(json["missing"], serde_json::json!(["P00305000500"]));
    assert_eq!(json["hops"].as_array().unwrap().len(), 3);
    assert_eq!(json["hops"][0]["load"], "P00305000500");
    assert_eq!((&json["hops"][0]["have"], &json["hops"][1]["have"]), (&false.into(), &true.into()));
    assert!(json["hops"].as_array().unwrap().iter().all(|hop| hop["why"].is_string()));
    let models = serde_json::to_value(c.models()).unwrap();
    assert_eq!((&models[0]["name"], &models[0]["family"]), (&"7940".into(), &"classic".into()));
    assert_eq!((&models[15]["name"], &models[15]["family"]), (&"7975".into(), &"75".into()));
}

#[test]
fn what_a_phone_shows_says_where_to_start() {
    let catalogue = rescue79::catalogue::Catalogue::builtin();
    for kind in [rescue79::catalogue::Kind::Classic, rescue79::catalogue::Kind::Java] {
        let shows: Vec<_> = catalogue.shows(kind).collect();
        assert!(shows.len() >= 8);
        assert_eq!(shows.last().map(|s| s.id.as_str()), Some("unknown"));
        for show in shows {
            // A word that the planner doesn't know would be taken for the name of a load.
            assert!(
                !matches!(rescue79::route::Start::parse(&show.start), rescue79::route::Start::Load(_)),
                "{}",
                show.id
            );
            assert!(
                show.text.len() < 60 && !show.source.is_empty() && show.means.ends_with('.'),
                "{}",
                show.id
            );
        }
    }
}
