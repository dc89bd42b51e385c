//! What a file is to a phone, by its name (`assets/catalogue/files.toml`).

use crate::event::Role;
use crate::load::Protocol;
use serde::Deserialize;

/// The table of names.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Files {
    file: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    role: Role,
    names: Vec<String>,
    #[serde(default)]
    protocol: Option<Protocol>,
    source: String,
    confidence: super::Confidence,
}

impl Files {
    /// The role of a file, and the protocol of the only application that asks for it.
    pub(super) fn role(&self, name: &str) -> (Role, Option<Protocol>) {
        let name = name.to_ascii_lowercase();
        let base = name.rsplit('/').next().unwrap_or(&name);
        let entry = self.file.iter().find(|e| e.names.iter().any(|pattern| matches(pattern, base)));
        entry.map_or((Role::Other, None), |e| (e.role, e.protocol))
    }
}

/// `*` stands for any run of characters, `?` for one.
fn matches(pattern: &str, name: &str) -> bool {
    let Some(first) = pattern.chars().next() else { return name.is_empty() };
    let rest = pattern.get(first.len_utf8()..).unwrap_or("");
    match first {
        '*' => {
            let ends = name.char_indices().map(|(i, _)| i).chain([name.len()]);
            ends.into_iter().any(|i| matches(rest, name.get(i..).unwrap_or("")))
        }
        _ => {
            let mut letters = name.chars();
            let fits = letters.next().is_some_and(|c| first == '?' || c == first);
            fits && matches(rest, letters.as_str())
        }
    }
}
