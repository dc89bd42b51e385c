//! A session as lines of text, for `serve`, `rehearse --headless` and `replay`.

use crate::event::{Event, Kind, Summary};
use crate::session::{State, words};

/// The line of an event, given the state before it; `None` for what only a screen has room for.
pub(super) fn line(before: &State, event: &Event) -> Option<String> {
    if matches!(
        event.kind,
        Kind::ReadProgress { .. } | Kind::ReadRefused { usual: true, .. } | Kind::Summary(_)
    ) {
        return None;
    }
    let reading = event.phone.and_then(|mac| before.phone(mac)).and_then(|phone| phone.read.as_ref());
    let sentence = words::sentence_of(event, reading.map(|read| read.file.as_str()));
    let at = words::clock(std::time::Duration::from_millis(event.at.as_millis()));
    let who = event.phone.map_or_else(String::new, |mac| format!("·{}", mac.tail()));
    Some(format!("{at:>7}  {who:<7}  {sentence}"))
}

/// The end of a session: one paragraph a phone, then the last word.
pub(super) fn summary(summary: &Summary) -> String {
    let mut lines = Vec::new();
    for phone in &summary.phones {
        let model = phone.model.as_deref().unwrap_or("phone");
        let way = phone.target.as_ref().map(|target| {
            let from = phone.from.as_deref().unwrap_or("unknown");
            format!("  from {from} to {target}")
        });
        lines.push(String::new());
        lines.push(format!(
            "{:<9} {model} {}{}",
            phone.verdict.to_string().to_uppercase(),
            phone.phone,
            way.unwrap_or_default()
        ));
        lines.push(format!("          {}", phone.reason));
        lines.extend(phone.proof.iter().map(|proof| format!("          proof: {proof}")));
    }
    lines.push(String::new());
    lines.push(words::ended(summary));
    lines.join("\n")
}
