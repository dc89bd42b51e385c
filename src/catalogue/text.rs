//! The catalogue as `rescue79 models` prints it, in 80 columns.

use super::{Catalogue, Model, Symptom};
use std::fmt::Write as _;

/// All models, one to a line, and below them the phones that are not ours.
#[must_use]
pub fn models(catalogue: &Catalogue) -> String {
    let mut text = String::new();
    line(&mut text, "MODEL", "FAMILY", "LINES", "AFTER A WIPE IT ASKS FOR", "RESET KEYS");
    for model in catalogue.models() {
        let asks = model.term_list.as_deref().unwrap_or("(keeps its load)");
        line(
            &mut text,
            &model.name,
            model.family.as_str(),
            &model.lines.to_string(),
            asks,
            keys(catalogue, model),
        );
    }
    text.push_str("\nPower and cable\n");
    for (label, models) in by_power(catalogue) {
        paragraph(&mut text, &models.join(" "), label);
    }
    text.push_str("\nOther Cisco phones: recognised, never served a load of ours\n");
    for foreign in catalogue.foreign() {
        paragraph(&mut text, &foreign.name, &foreign.works);
    }
    text
}

/// Symptoms as a technician reads them: what is seen, what it means, the one thing to do, and what to try after that.
#[must_use]
pub fn symptoms(found: &[&Symptom]) -> String {
    let mut text = String::new();
    for symptom in found {
        if !text.is_empty() {
            text.push('\n');
        }
        let _ = writeln!(text, "{}", symptom.code);
        for sentence in [&symptom.seen, &symptom.means] {
            crate::paragraph::add(&mut text, "  ", &plain(sentence));
        }
        crate::paragraph::add(&mut text, "  ", &format!("Do this: {}", plain(&symptom.next)));
        for further in &symptom.further {
            crate::paragraph::add(&mut text, "    ", &format!("Then: {further}"));
        }
    }
    text
}

/// A sentence with a word in capitals where a rule fills in what it saw, as manuals have it: `N` for a number.
#[must_use]
pub fn plain(sentence: &str) -> String {
    let mut text = String::new();
    for (n, piece) in sentence.split(['{', '}']).enumerate() {
        match piece {
            _ if n % 2 == 0 => text.push_str(piece),
            "count" | "seconds" => text.push('N'),
            "times" => text.push_str("N times"),
            _ => text.push_str(&piece.to_uppercase()),
        }
    }
    text
}

/// The keys to try first.
fn keys<'a>(catalogue: &'a Catalogue, model: &Model) -> &'a str {
    catalogue.resets(model).first().and_then(|r| r.keys.as_deref()).unwrap_or("none needed")
}

fn by_power(catalogue: &Catalogue) -> Vec<(&str, Vec<&str>)> {
    let mut groups: Vec<(&str, Vec<&str>)> = Vec::new();
    for model in catalogue.models() {
        match groups.iter_mut().find(|(power, _)| *power == model.power) {
            Some((_, models)) => models.push(&model.name),
            None => groups.push((&model.power, vec![&model.name])),
        }
    }
    groups
}

fn line(text: &mut String, model: &str, family: &str, lines: &str, asks: &str, keys: &str) {
    let row = format!("{model:<10}{family:<9}{lines:>5}  {asks:<26}{keys}");
    // Writing to a String can't fail.
    let _ = writeln!(text, "{}", row.trim_end());
}

/// A heading and a sentence below it.
fn paragraph(text: &mut String, heading: &str, sentence: &str) {
    crate::paragraph::add(text, "  ", heading);
    crate::paragraph::add(text, "      ", sentence);
}
