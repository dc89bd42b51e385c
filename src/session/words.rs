//! Events and endings in sentences, for everybody who shows them.

use crate::event::{Event, Kind, Summary};

/// One line for an event that a person wants to know; `None` for the rest.
#[must_use]
pub fn line(event: &Event) -> Option<String> {
    if matches!(event.kind, Kind::ReadProgress { .. }) { None } else { Some(format!("{event:?}")) }
}

/// The end of a session.
#[must_use]
pub fn summary(summary: &Summary) -> String {
    format!("{summary:?}")
}
