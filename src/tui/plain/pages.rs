//! The page as sections of text: what stands on it, in the words of the screen.

use super::speech::Section;
use crate::session::{Phone, words};
use crate::tui::glance::Step;
use crate::tui::log::Entry;
use crate::tui::widgets::overlay;
use crate::tui::wizard::{self, Phase};
use crate::tui::{Mode, Model, Overlay, Page, glance, hand, pages, view};
use ratatui::layout::Rect;
use std::time::Duration;

/// What pages are laid out for. Rows are told whole, so the size decides only that panes stand below each other.
const BODY: Rect = Rect::new(0, 0, 80, 100);
/// Columns of lines that are made for the screen: so many that no sentence is cut.
const WIDE: usize = 2_000;
/// Phones that are told of when a page is come to; `status` tells of all.
pub(super) const AT_ONCE: usize = 12;
/// Events that are told when the log is come to.
const LATEST: usize = 20;

/// Where the technician is, and what is asked.
pub(super) fn heading(model: &Model) -> String {
    let rehearsal = match (model.mode, model.running()) {
        (Mode::Rehearsal, true) => " REHEARSAL with virtual phones.",
        (Mode::Replay, _) => " REPLAY of an old session.",
        _ => "",
    };
    let step = wizard::Step::of(model.page);
    let at = match wizard::Step::ALL.iter().position(|s| *s == step).filter(|_| model.wizard.is_some()) {
        Some(n) => format!(", step {} of {}", n + 1, wizard::Step::ALL.len()),
        None => String::new(),
    };
    let name = match model.page {
        Page::Log => "Log",
        Page::Phone(_) => "Bench, one phone",
        _ => step.word(),
    };
    let asked = view::question_of(model);
    format!("== {name}{at}.{rehearsal}{}{asked}", if asked.is_empty() { "" } else { " " })
}

/// What stands on the page, or over it.
pub(super) fn sections(model: &Model) -> Vec<Section> {
    if let Some(overlay) = model.overlay {
        return vec![over(model, overlay)];
    }
    let mut sections = match model.page {
        Page::Bench => vec![bench(model, AT_ONCE)],
        Page::Phone(mac) => model.state.phone(mac).map(|phone| one(model, phone)).into_iter().collect(),
        Page::Log => vec![log(model)],
        _ => pages::panes(model, BODY).iter().filter_map(Section::of).collect(),
    };
    if model.page == Page::Keys {
        sections.extend(next_key(model));
    }
    sections
}

fn over(model: &Model, overlay: Overlay) -> Section {
    if let Some((rows, at)) = hand::choices(model, overlay) {
        let mut section = Section::new(&hand::question(model, overlay).unwrap_or_default());
        rows.iter().enumerate().for_each(|(n, row)| section.choice(n, row));
        section.at = Some(at);
        return section;
    }
    let (title, mut lines) = overlay::lines(model, overlay, WIDE);
    if overlay != Overlay::Help {
        // The keys that answer; they are told at the end of everything.
        lines.pop();
    }
    let mut section = Section::new(title);
    section.lines(&lines);
    section
}

/// The sums, and one line for each phone: those that need a hand first.
pub(super) fn bench(model: &Model, most: usize) -> Section {
    let mut section = Section::new(&totals(model));
    let order = glance::order(&model.state);
    for number in order.iter().take(most) {
        if let Some(phone) = model.state.phones.get(*number) {
            section.say(&format!("{}. {}", number + 1, standing(model, phone)));
        }
    }
    if order.len() > most {
        section.say(&format!("and {} more; status tells of all", order.len() - most));
    }
    if order.is_empty() {
        for text in pages::advice(model) {
            section.say(text);
        }
    }
    section
}

/// The sums over all phones.
pub(super) fn totals(model: &Model) -> String {
    let line = view::totals(model, BODY.width.into());
    let parts = line.spans.iter().map(|span| span.content.trim());
    parts
        .filter(|part| !matches!(*part, "" | "·" | "REHEARSAL"))
        .map(|part| part.trim_end_matches('.'))
        .collect::<Vec<_>>()
        .join(", ")
}

/// A phone in one line.
fn standing(model: &Model, phone: &Phone) -> String {
    let mut said = vec![glance::standing(phone).word().to_owned()];
    if let Some(closed) = &phone.closed {
        said.extend(closed.running.as_ref().map(|load| format!("runs {load}")));
        said.push(format!("took {}", words::clock(closed.at.since(phone.first_seen))));
    } else {
        said.extend(glance::hop(phone).map(|(hop, of)| format!("hop {hop} of {of}")));
        said.push(words::doing(phone));
        let wait = glance::wait(phone, model.now);
        said.push(match wait.usual {
            Some(usual) => format!("for {}, usually {usual}", wait.clock),
            None => format!("for {}", wait.clock),
        });
        if let (Some(read), Some(percent)) = (&phone.read, glance::percent(phone)) {
            let left = glance::pace(phone).map(|(_, left)| format!(", {} left", words::clock(left)));
            said.push(format!("{percent} % of {}{}", read.file, left.unwrap_or_default()));
        }
    }
    said.push(glance::power(phone).words().to_owned());
    let mut asks = if glance::asks(phone) { format!(". Do: {}", glance::next(phone)) } else { String::new() };
    asks.extend(hand::key(phone).map(|key| format!(" {key}")));
    format!("{} {}: {}{asks}", glance::model(phone), phone.mac.tail(), said.join(", "))
}

fn one(model: &Model, phone: &Phone) -> Section {
    let mac = phone.mac.to_string().to_uppercase();
    let mut section = Section::new(&format!("{} {mac}", glance::model(phone)));
    section.say(&standing(model, phone));
    if phone.closed.is_none() {
        let step = |(name, step)| match step {
            Step::Done => format!("{name} done"),
            Step::Now => format!("{name} now"),
            Step::Ahead => format!("{name} ahead"),
        };
        let steps: Vec<_> = glance::steps(phone).into_iter().map(step).collect();
        section.say(&format!("steps: {}", steps.join(", ")));
    }
    section.lines(&pages::about(model, phone, WIDE));
    section
}

fn log(model: &Model) -> Section {
    let log = &model.log;
    let filter = if log.filter.is_empty() { String::new() } else { format!(" with \"{}\"", log.filter) };
    let mut section = Section::new(&format!("the latest events{filter}"));
    let mut latest: Vec<_> = log.shown().take(LATEST).collect();
    latest.reverse();
    for entry in latest {
        section.say(&event(entry));
    }
    if section.rows.is_empty() {
        section.say("No event fits.");
    }
    section
}

/// One event as a sentence.
pub(super) fn event(entry: &Entry) -> String {
    let at = words::clock(entry.at.since(crate::clock::Instant::ZERO));
    let who = entry.phone.map_or_else(String::new, |mac| format!(" {}", mac.tail()));
    format!("{at}{who}  {}", entry.text)
}

/// Which key comes now, in words: the screen only marks it.
pub(super) fn next_key(model: &Model) -> Option<Section> {
    let Phase::Keys(at) = model.coach.phase else { return None };
    if model.coach.waits(&model.state) {
        return None;
    }
    let keys = model.coach.keys();
    let key = keys.get(at)?;
    let mut section = Section::new("");
    let left = time_left(model).map(|left| format!(", {} left", words::clock(left)));
    section.say(&format!(
        "Next key: {key}, key {} of {}{}. Press it on the phone and type it here; several at once are fine.",
        at + 1,
        keys.len(),
        left.unwrap_or_default()
    ));
    Some(section)
}

/// How much time is left for the keys, where they have to be quick.
pub(super) fn time_left(model: &Model) -> Option<Duration> {
    let window = model.coach.reset()?.window?;
    Some(Duration::from_secs(window.into()).saturating_sub(model.now.since(model.coach.since)))
}
