//! The names of loads for phones that aren't ours.

use crate::firmware::names::fold;
use serde::Deserialize;
use std::sync::LazyLock;

static OTHERS: LazyLock<Others> = LazyLock::new(|| {
    toml::from_str(include_str!("../../assets/catalogue/other-loads.toml")).unwrap_or_default()
});

#[derive(Default, Deserialize)]
pub(super) struct Others {
    pub(super) other: Vec<OtherPhones>,
}

#[derive(Deserialize)]
pub(super) struct OtherPhones {
    phones: String,
    pub(super) names: Vec<String>,
}

/// The phones that a file of this name is for, when they aren't ours.
pub(super) fn other_phones(name: &str) -> Option<&'static str> {
    let name = fold(name);
    let others = OTHERS.other.iter();
    others
        .flat_map(|other| other.names.iter().map(move |prefix| (prefix, other)))
        .find(|(prefix, _)| name.starts_with(&fold(prefix)))
        .map(|(_, other)| other.phones.as_str())
}
