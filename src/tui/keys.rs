//! Which key does what, and how the footer says it.

mod wizard;

use super::log::Field;
use super::{Model, Overlay, Page, hand, pages};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// What a key asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    /// So many phones or lines back (negative) or on.
    Move(i32),
    /// So many phones back or on, on whichever page.
    Next(i32),
    /// So many screens of log or text back or on.
    Screen(i32),
    First,
    Last,
    Open,
    Back,
    Log,
    Filter,
    /// A search in the log.
    Search,
    /// The next event with what is searched: older, or newer.
    Seek(bool),
    Follow,
    Copy,
    Forget,
    /// Leave the phone alone, or serve it again.
    Pause,
    /// Lead the phone elsewhere.
    Replan,
    /// Do for the phone what its symptom asks for.
    Remedy,
    /// What was asked for is done.
    Done,
    /// What it came to.
    Report,
    /// The coach for reset keys.
    Coach,
    Help,
    Quit,
    /// Leave, also while something is typed; pressed twice it leaves where no phone can be harmed.
    Interrupt,
    Yes,
}

/// What a key means, outside of typing.
pub(super) fn action(key: KeyEvent) -> Option<Action> {
    if key.modifiers.contains(KeyModifiers::CONTROL) {
        return match key.code {
            KeyCode::Char('c' | 'q') => Some(Action::Interrupt),
            _ => None,
        };
    }
    Some(match key.code {
        KeyCode::Up | KeyCode::Left => Action::Move(-1),
        KeyCode::Down | KeyCode::Right => Action::Move(1),
        KeyCode::BackTab => Action::Next(-1),
        KeyCode::Tab => Action::Next(1),
        KeyCode::PageUp => Action::Screen(-1),
        KeyCode::PageDown => Action::Screen(1),
        KeyCode::Home => Action::First,
        KeyCode::End => Action::Last,
        KeyCode::Enter => Action::Open,
        KeyCode::Esc | KeyCode::Backspace => Action::Back,
        KeyCode::Char('l' | 'L') => Action::Log,
        KeyCode::Char('/') => Action::Filter,
        KeyCode::Char('s' | 'S') => Action::Search,
        KeyCode::Char('n') => Action::Seek(true),
        KeyCode::Char('N') => Action::Seek(false),
        KeyCode::Char('f' | ' ') => Action::Follow,
        KeyCode::Char('c') => Action::Copy,
        KeyCode::Char('F') => Action::Forget,
        KeyCode::Char('p' | 'P') => Action::Pause,
        KeyCode::Char('t' | 'T') => Action::Replan,
        KeyCode::Char('m' | 'M') => Action::Remedy,
        KeyCode::Char('d' | 'D') => Action::Done,
        KeyCode::Char('r' | 'R') => Action::Report,
        KeyCode::Char('k' | 'K') => Action::Coach,
        KeyCode::Char('?' | 'h') | KeyCode::F(1) => Action::Help,
        KeyCode::Char('q' | 'Q') => Action::Quit,
        KeyCode::Char('y' | 'Y') => Action::Yes,
        _ => return None,
    })
}

/// The keys that do something now, the most wanted first.
pub(super) fn hints(model: &Model) -> Vec<(&'static str, &'static str)> {
    let mut hints = all_hints(model);
    // There is a coach only for a model that is known.
    if model.coachable().is_none() {
        hints.retain(|hint| *hint != ("K", "keys"));
    }
    // Nothing is read on where all of it is seen.
    let scrolled = [("PgDn", "read on"), ("↑↓", "scroll")];
    let reads =
        matches!(model.page, Page::Phone(_)) || model.page.is_made_of_panes() || model.overlay.is_some();
    if reads && hints.iter().any(|hint| scrolled.contains(hint)) && pages::last_line(model) == 0 {
        hints.retain(|hint| !scrolled.contains(hint));
    }
    if matches!(model.page, Page::Bench | Page::Phone(_)) && model.overlay.is_none() {
        if model.state.phones.is_empty() {
            hints.retain(|(hint, _)| !matches!(*hint, "Enter" | "↑↓"));
        }
        if model.state.phones.is_empty() || model.ended {
            hints.retain(|(hint, _)| *hint != "F");
        }
        let keys = [("M", Action::Remedy), ("D", Action::Done), ("T", Action::Replan), ("P", Action::Pause)];
        for (key, _) in keys.into_iter().filter(|(_, action)| !hand::offered(model, *action)) {
            hints.retain(|(hint, _)| *hint != key);
        }
    }
    hints
}

fn all_hints(model: &Model) -> Vec<(&'static str, &'static str)> {
    match model.log.typing.filter(|_| model.overlay.is_none()) {
        Some(Field::Filter) => return vec![("Enter", "keep filter"), ("Esc", "clear filter")],
        Some(Field::Search) => return vec![("Enter", "find it"), ("Esc", "leave it")],
        None => {}
    }
    match (model.overlay, model.page) {
        (Some(Overlay::Help), _) => vec![("↑↓", "scroll"), ("Esc", "close")],
        (Some(Overlay::Quit), _) => vec![("Esc", "stay"), ("Y", "leave")],
        (Some(Overlay::Forget(_)), _) => vec![("Esc", "keep it"), ("Y", "forget it")],
        (Some(Overlay::Replan(_)), _) => {
            vec![("↑↓", "choose"), ("type", "what it runs"), ("Enter", "lead it there"), ("Esc", "leave it")]
        }
        (Some(Overlay::Remedy(mac)), _) => {
            let offers = model.state.phone(mac).map_or(0, |phone| phone.offers().len());
            vec![(hand::numbers(offers), "do that"), ("Esc", "leave it")]
        }
        (Some(Overlay::Insist), _) => vec![("Esc", "no"), ("Y", "I insist")],
        (Some(Overlay::Large), _) => vec![("Esc", "leave it"), ("Y", "read it all")],
        (Some(Overlay::Fix), _) => vec![("Esc", "no"), ("Y", "do it")],
        (None, Page::Bench) => vec![
            ("?", "help"),
            ("Q", "quit"),
            ("Enter", "open"),
            ("M", "help it"),
            ("D", "done"),
            ("L", "log"),
            ("R", "report"),
            ("K", "keys"),
            ("T", "target"),
            ("P", if paused(model) { "go on" } else { "pause" }),
            ("↑↓", "phone"),
            ("/", "filter"),
            ("f", if model.log.following() { "hold log" } else { "follow log" }),
            ("F", "forget"),
        ],
        (None, Page::Phone(_)) => {
            vec![
                ("?", "help"),
                ("Q", "quit"),
                ("Esc", "back"),
                ("↑↓", "scroll"),
                ("Tab", "next phone"),
                ("M", "help it"),
                ("D", "done"),
                ("K", "keys"),
                ("T", "target"),
                ("P", if paused(model) { "go on" } else { "pause" }),
                ("F", "forget"),
            ]
        }
        (None, Page::Log) => vec![
            ("?", "help"),
            ("Q", "quit"),
            ("Esc", "back"),
            ("↑↓", "scroll"),
            ("/", "filter"),
            ("S", "search"),
            ("n N", "next found"),
            ("f", if model.log.following() { "hold" } else { "follow" }),
            ("c", "copy to file"),
        ],
        (None, page) => wizard::hints(model, page),
    }
}

/// The phone that is looked at is left alone.
fn paused(model: &Model) -> bool {
    model.selected().is_some_and(|phone| phone.pause.is_some())
}
