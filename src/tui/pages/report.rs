//! What the session came to.

use crate::event::{HopSummary, PhoneSummary, Verdict};
use crate::session::words;
use crate::tui::Model;
use crate::tui::panes::{Pane, Text};
use crate::tui::theme::Meaning;
use ratatui::layout::Rect;
use ratatui::style::Style;
use std::time::Duration;

pub(super) fn panes(model: &Model, body: Rect) -> Vec<Pane> {
    let theme = model.theme;
    let summary = model.state.summary.clone().unwrap_or_else(|| model.state.summarise());
    let mut text = Text::new(theme, Pane::columns(body));
    if summary.phones.is_empty() {
        text.say("No phone has come to the bench yet.", theme.bold());
    } else if !model.ended {
        let open = model.state.phones.iter().filter(|p| p.closed.is_none()).count();
        let word = match open {
            0 => "Every phone has its verdict. Unplug them, plug in the next, or leave.".to_owned(),
            1 => "One phone is still at work; this is how things stand now.".to_owned(),
            n => format!("{n} phones are still at work; this is how things stand now."),
        };
        text.say(&word, theme.bold());
    }
    // Also for the mouse; no other row of the page can be chosen.
    text.choice((0, usize::MAX), "save it as Markdown and JSON", "S", Style::new());
    order(model, &mut text);
    for phone in &summary.phones {
        text.blank();
        let at_work = model.state.phone(phone.phone).filter(|p| p.closed.is_none() && !model.ended);
        let meaning = match phone.verdict {
            _ if at_work.is_some() => ("●", Meaning::Working),
            Verdict::Recovered => ("✓", Meaning::Good),
            Verdict::Unproven => ("?", Meaning::NeedsYou),
            Verdict::Failed => ("✗", Meaning::Wrong),
        };
        let name = phone.model.as_deref().unwrap_or("79xx");
        let mac = phone.phone.to_string().to_uppercase();
        let verdict = at_work.map_or_else(|| phone.verdict.to_string(), |_| "at work".to_owned());
        text.item(meaning.0, &format!("{name}  {mac}  {verdict}"), theme.of(meaning.1), theme.bold());
        let mut say = |label: &str, words: &str| {
            text.item(&format!("  {label:<6}"), words, theme.dim(), Style::new());
        };
        let from = phone.from.as_deref().unwrap_or("unknown");
        if let Some(target) = &phone.target {
            let took = words::clock(Duration::from_secs_f64(phone.seconds.clamp(0.0, 1e9)));
            say("way", &format!("{from} → {target}, {} read in {took}", words::bytes(phone.bytes)));
        }
        hops(phone, at_work.is_some(), &mut say);
        match at_work {
            Some(at_work) => say("now", &words::doing(at_work)),
            None => say("why", &phone.reason),
        }
        for proof in &phone.proof {
            say("proof", proof);
        }
        for code in &phone.symptoms {
            if let Some(symptom) = model.state.phone(phone.phone).and_then(|p| p.symptoms.get(code)) {
                say("found", &format!("{} {}", symptom.seen, symptom.next));
            }
        }
        if let Some(holds) = &phone.holds {
            say("keeps", holds);
        }
    }
    vec![Pane::text(body, "what it came to", text.rows)]
}

/// What was special about the order.
fn order(model: &Model, text: &mut Text) {
    let Some(session) = &model.state.session else { return };
    for wish in &session.forced {
        let said = format!("You insisted on {wish}, against the plan.");
        text.item("▲", &said, model.theme.of(Meaning::NeedsYou), Style::new());
    }
    if let Some(account) = &session.account {
        let who = account.only.map_or("phones led to SIP".to_owned(), |mac| mac.to_string());
        text.item("·", &format!("SIP account {} for {who}.", account.user), model.theme.dim(), Style::new());
    }
}

/// The loads behind a phone with their times, and those that it did not reach.
fn hops(phone: &PhoneSummary, at_work: bool, say: &mut impl FnMut(&str, &str)) {
    if phone.hops.len() < 2 {
        return;
    }
    let hop = |hop: &HopSummary| {
        let took = words::clock(Duration::from_secs_f64(hop.seconds.clamp(0.0, 1e9)));
        match (hop.done, at_work) {
            (true, _) => format!("{} in {took}", hop.load),
            (false, true) => format!("{} ahead", hop.load),
            (false, false) => format!("{} not reached", hop.load),
        }
    };
    let all: Vec<_> = phone.hops.iter().map(hop).collect();
    say("hops", &all.join(", "));
}
