//! Which key does what, and how the footer says it.

mod wizard;

use super::{Model, Overlay, Page};
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
    Follow,
    Copy,
    Forget,
    /// What it came to.
    Report,
    /// The coach for reset keys.
    Coach,
    Help,
    Quit,
    Yes,
}

/// What a key means, outside of typing.
pub(super) fn action(key: KeyEvent) -> Option<Action> {
    if key.modifiers.contains(KeyModifiers::CONTROL) {
        return match key.code {
            KeyCode::Char('c' | 'q') => Some(Action::Quit),
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
        KeyCode::Char('f' | 'p' | ' ') => Action::Follow,
        KeyCode::Char('c') => Action::Copy,
        KeyCode::Char('F') => Action::Forget,
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
    hints
}

fn all_hints(model: &Model) -> Vec<(&'static str, &'static str)> {
    if model.log.typing {
        return vec![("Enter", "keep filter"), ("Esc", "clear filter")];
    }
    match (model.overlay, model.page) {
        (Some(Overlay::Help), _) => vec![("↑↓", "scroll"), ("Esc", "close")],
        (Some(Overlay::Quit), _) => vec![("Esc", "stay"), ("Q", "leave")],
        (Some(Overlay::Forget(_)), _) => vec![("Esc", "keep it"), ("Y", "forget it")],
        (Some(Overlay::Insist), _) => vec![("Esc", "no"), ("Y", "I insist")],
        (Some(Overlay::Fix), _) => vec![("Esc", "no"), ("Y", "do it")],
        (None, Page::Bench) => vec![
            ("?", "help"),
            ("Q", "quit"),
            ("↑↓", "phone"),
            ("Enter", "open"),
            ("L", "log"),
            ("R", "report"),
            ("K", "keys"),
            ("/", "filter"),
            ("f", if model.log.following() { "pause" } else { "follow" }),
            ("F", "forget"),
        ],
        (None, Page::Phone(_)) => {
            vec![
                ("?", "help"),
                ("Q", "quit"),
                ("Esc", "back"),
                ("↑↓", "scroll"),
                ("Tab", "next phone"),
                ("K", "keys"),
                ("F", "forget"),
            ]
        }
        (None, Page::Log) => vec![
            ("?", "help"),
            ("Q", "quit"),
            ("Esc", "back"),
            ("↑↓", "scroll"),
            ("/", "filter"),
            ("f", if model.log.following() { "pause" } else { "follow" }),
            ("c", "copy to file"),
        ],
        (None, page) => wizard::hints(model, page),
    }
}
