//! Which key does what, and how the footer says it.

use super::log::Field;
use super::wizard::Phase;
use super::{Model, Overlay, Page, hand};
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
    if matches!(model.page, Page::Bench | Page::Phone(_)) && model.overlay.is_none() {
        let keys = [("M", Action::Remedy), ("D", Action::Done), ("T", Action::Replan), ("P", Action::Pause)];
        for (key, _) in keys.into_iter().filter(|(_, action)| !hand::offered(model, *action)) {
            hints.retain(|(hint, _)| *hint != key);
        }
    }
    hints
}

fn all_hints(model: &Model) -> Vec<(&'static str, &'static str)> {
    match model.log.typing {
        Some(Field::Filter) => return vec![("Enter", "keep filter"), ("Esc", "clear filter")],
        Some(Field::Search) => return vec![("Enter", "find it"), ("Esc", "leave it")],
        None => {}
    }
    match (model.overlay, model.page) {
        (Some(Overlay::Help), _) => vec![("↑↓", "scroll"), ("Esc", "close")],
        (Some(Overlay::Quit), _) => vec![("Esc", "stay"), ("Q", "leave")],
        (Some(Overlay::Forget(_)), _) => vec![("Esc", "keep it"), ("Y", "forget it")],
        (Some(Overlay::Replan(_)), _) => {
            vec![("↑↓", "choose"), ("type", "what it runs"), ("Enter", "lead it there"), ("Esc", "leave it")]
        }
        (Some(Overlay::Remedy(_)), _) => vec![("1 2 3", "do that"), ("Esc", "leave it")],
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
        (None, page) => wizard_hints(model, page),
    }
}

/// The phone that is looked at is left alone.
fn paused(model: &Model) -> bool {
    model.selected().is_some_and(|phone| phone.pause.is_some())
}

/// Something is typed into the field of the page: Esc takes it away.
pub(super) fn is_typed(model: &Model) -> bool {
    model.wizard.as_ref().is_some_and(|wizard| match model.page {
        Page::Model => !wizard.search.is_empty(),
        Page::Shows => !wizard.said.is_empty(),
        Page::Files => !wizard.folder.typed.is_empty(),
        _ => false,
    })
}

/// The keys of the wizard's pages.
fn wizard_hints(model: &Model, page: Page) -> Vec<(&'static str, &'static str)> {
    let wizard = model.wizard.as_deref();
    let typed = page == Page::Files || is_typed(model);
    let mut hints = vec![("?", "help"), if typed { ("Ctrl-C", "quit") } else { ("Q", "quit") }];
    if let Some(wizard) = wizard.filter(|w| w.blocker(page).is_none()) {
        match page {
            Page::Review => hints.push(("Enter", "start the servers")),
            Page::Practise => hints.push(("Enter", "start")),
            Page::Files => hints.push(("Enter", "take it, or look into it")),
            Page::Load if wizard.load_at >= wizard.offers().len() => hints.push(("Enter", "look for files")),
            Page::Keys | Page::Report => {}
            _ => hints.push(("Enter", "go on")),
        }
    }
    hints.extend_from_slice(match page {
        Page::Model if typed => &[("↑↓", "choose"), ("Esc", "clear")],
        Page::Model => &[("↑↓", "choose"), ("type", "its number"), ("P", "practise")],
        Page::Shows if typed => &[("Esc", "clear"), ("↑↓", "choose")],
        Page::Shows => &[("Esc", "back"), ("↑↓", "choose"), ("type", "its load")],
        Page::Load => &[("Esc", "back"), ("↑↓", "choose"), ("A", "add firmware"), ("PgDn", "read on")],
        Page::Files => &[("Esc", "back"), ("↑↓", "choose"), ("type", "find"), ("Backspace", "up")],
        Page::Network => &[("Esc", "back"), ("↑↓", "choose"), ("D", "who gives addresses")],
        Page::Review => &[("Esc", "back, nothing is lost"), ("PgDn", "read on")],
        Page::Keys => match model.coach.phase {
            Phase::Hold => &[("Enter", "lamps answer"), ("Esc", "bench"), ("Tab", "another way")],
            Phase::Keys(_) => {
                &[("Space", "key pressed"), ("R", "again"), ("Esc", "bench"), ("Tab", "another way")]
            }
            Phase::Wait => &[("Enter", "bench"), ("R", "again"), ("Tab", "another way")],
        },
        Page::Report if model.ended && !wizard.is_some_and(|w| w.practice) => {
            &[("Esc", "bench"), ("S", "save"), ("PgDn", "read on")]
        }
        Page::Report => &[("Esc", "bench"), ("S", "save"), ("N", "next phone"), ("PgDn", "read on")],
        Page::Practise => &[("Esc", "back"), ("↑↓", "choose")],
        _ => &[],
    });
    hints
}
