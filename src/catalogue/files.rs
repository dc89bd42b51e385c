//! What a file is to a phone, by its name (`assets/catalogue/files.toml`).

use super::phones::like;
use super::types::Confidence;
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
    #[expect(dead_code, reason = "asked of the author of every entry, read by people")]
    source: String,
    #[expect(dead_code, reason = "as the source")]
    confidence: Confidence,
}

impl Files {
    /// The role of a file, and the protocol of the only application that asks for it.
    pub(super) fn role(&self, name: &str) -> (Role, Option<Protocol>) {
        let base = name.rsplit('/').next().unwrap_or(name);
        let entry = self.file.iter().find(|e| e.names.iter().any(|pattern| like(pattern, base)));
        entry.map_or((Role::Other, None), |e| (e.role, e.protocol))
    }
}
