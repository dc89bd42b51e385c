//! The report for people: within 80 columns, in sentences that can be read aloud.

use super::json::{ModelReport, NOTHING, models, origin};
use crate::firmware::known::Known;
use crate::firmware::problem::{Problem, Severity, enumerate};
use crate::firmware::shelf::{Load, Shelf};
use crate::load::Family;
use crate::paragraph::{add as line, list};

/// For people: within 80 columns, in sentences that can be read aloud. `models_of` names the models of a family.
pub fn text(shelf: &Shelf, models_of: impl Fn(Family) -> Vec<String>) -> String {
    let mut out = String::new();
    let (loads, files) = (shelf.loads().len(), shelf.files().count());
    line(
        &mut out,
        "",
        &format!(
            "Found {} and {}, {} in all.",
            count(loads, "load"),
            count(files, "file"),
            megabytes(shelf.total_bytes())
        ),
    );
    for load in shelf.loads() {
        out.push('\n');
        describe(&mut out, shelf, load, &models_of(load.parsed.family));
    }
    verdicts(&mut out, &models(shelf, &models_of));
    findings(&mut out, shelf.problems());
    out
}

fn describe(out: &mut String, shelf: &Shelf, load: &Load, models: &[String]) {
    let parsed = &load.parsed;
    line(out, "", &format!("{}: {} {} for {}.", load.name, parsed.protocol, parsed.release, all(models)));
    if load.complete {
        line(out, "  ", "Can be served, every part is here.");
    } else {
        line(out, "  ", &format!("Can't be served: {}.", load.lacking()));
    }
    line(out, "  ", &format!("Found in {}.", origin(shelf, load)));
    match shelf.set(load.set).map(|set| &set.known) {
        Some(Known::Good(name)) => {
            line(out, "  ", &format!("Known good: the digest of {name} is the published one."));
        }
        Some(Known::Differs(name)) => line(
            out,
            "  ",
            &format!("Not as published: the digest of {name} is another. It may have been packed again."),
        ),
        Some(Known::Unknown) | None => {}
    }
    if let Some(version) = &load.loader_version {
        line(out, "  ", &format!("Comes with the loader {version}."));
    }
    if let Some(mark) = load.hardware {
        line(out, "  ", &format!("Its hardware mark is {mark}."));
    }
    let terms: Vec<&str> = load.terms.iter().filter_map(|id| Some(shelf.file(*id)?.wanted_name())).collect();
    if !terms.is_empty() && load.complete {
        line(out, "  ", &format!("Wiped phones get it by {}.", enumerate(&terms)));
    } else if terms.is_empty() && load.list.is_some() && parsed.family != Family::Classic {
        line(out, "  ", "Wiped phones can't get it: no term list here names its parts.");
    }
    for member in &load.members {
        let state = match (member.size, member.sound) {
            (None, _) => "missing".to_owned(),
            (Some(size), true) => format!("{} bytes", grouped(size)),
            (Some(size), false) => format!("{} bytes, damaged", grouped(size)),
        };
        line(out, "    ", &format!("{:<28} {state}", member.name));
        if let Some(file) = member.file.and_then(|id| shelf.file(id)) {
            line(out, "      ", &format!("sha256 {}", file.sha256_hex()));
        }
    }
}

/// Models of one verdict in one sentence.
fn verdicts(out: &mut String, models: &[ModelReport]) {
    let (none, some): (Vec<_>, Vec<_>) = models.iter().partition(|model| model.because == [NOTHING]);
    out.push('\n');
    if !some.is_empty() {
        line(out, "", "What each model can be given:");
    }
    for same in some.chunk_by(|a, b| (&a.loads, &a.because) == (&b.loads, &b.because)) {
        let names: Vec<String> = same.iter().map(|model| model.model.clone()).collect();
        let verdict = match same {
            [model, ..] if model.servable => format!("can be served {}", model.loads.join(", ")),
            [model, ..] => format!("can't be served, because of {}", model.because.join("; ")),
            [] => continue,
        };
        line(out, "  ", &format!("{}: {verdict}.", all(&names)));
    }
    if !none.is_empty() {
        let names: Vec<String> = none.iter().map(|model| model.model.clone()).collect();
        line(out, "", &format!("Nothing here is for the {}.", all(&names)));
    }
}

fn findings(out: &mut String, problems: &[Problem]) {
    out.push('\n');
    if problems.is_empty() {
        return line(out, "", "No findings.");
    }
    line(out, "", &format!("{}:", count(problems.len(), "finding")));
    for problem in problems {
        let severity = match problem.severity {
            Severity::Error => "Error",
            Severity::Warning => "Warning",
            Severity::Info => "Note",
        };
        line(out, "  ", &format!("{severity} ({}): {}", problem.code, problem.file));
        line(out, "    ", &problem.text);
    }
}

fn count(count: usize, what: &str) -> String {
    match count {
        0 => format!("no {what}"),
        1 => format!("1 {what}"),
        count => format!("{count} {what}s"),
    }
}

fn all(names: &[String]) -> String {
    if names.is_empty() { "no known model".to_owned() } else { list(names) }
}

fn megabytes(bytes: usize) -> String {
    if bytes < 1_000_000 {
        format!("{} kB", bytes / 1_000)
    } else {
        format!("{}.{} MB", bytes / 1_000_000, bytes / 100_000 % 10)
    }
}

/// `1 234 567`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(' ');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_names() {
        assert_eq!(
            (grouped(0), grouped(999), grouped(756_524)),
            ("0".into(), "999".into(), "756 524".into())
        );
        assert_eq!(
            (count(0, "load"), count(1, "load"), count(2, "load")),
            ("no load".into(), "1 load".into(), "2 loads".into())
        );
        assert_eq!(all(&["7940".into(), "7960".into()]), "7940 and 7960");
    }
}
