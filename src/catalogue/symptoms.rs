//! What goes wrong, in words (`assets/symptoms/*.toml`).

use super::Confidence;
use crate::event::{Kind, Severity};
use serde::Deserialize;

/// A file of symptoms.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Symptoms {
    pub(super) symptom: Vec<Symptom>,
}

/// One symptom of the book.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Symptom {
    /// Stable code.
    pub code: String,
    /// How bad it is.
    pub severity: Severity,
    /// What was seen.
    pub seen: String,
    /// What it means.
    pub means: String,
    /// The one thing to do.
    pub next: String,
    /// Where this is known from.
    pub source: String,
    /// How sure it is.
    pub confidence: Confidence,
}

impl Symptom {
    /// The event that raises it, with each `{name}` replaced by its value.
    #[must_use]
    pub fn raise(&self, values: &[(&str, String)]) -> Kind {
        let fill = |text: &str| {
            values
                .iter()
                .fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
        };
        Kind::Symptom {
            code: self.code.clone(),
            severity: self.severity,
            seen: fill(&self.seen),
            means: fill(&self.means),
            next: fill(&self.next),
        }
    }
}
