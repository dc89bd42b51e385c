//! What a typed line means: the keys that stand for it, a choice, or text.

use super::pages::sections;
use crate::phone_id::Mac;
use crate::tui::{Model, Overlay, Page, keys};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

pub(super) const ENTER: KeyEvent = KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE);
pub(super) const ESC: KeyEvent = KeyEvent::new(KeyCode::Esc, KeyModifiers::NONE);
/// Empties the field of the page.
pub(super) const EMPTY: KeyEvent = KeyEvent::new(KeyCode::Char('u'), KeyModifiers::CONTROL);
const LEAVE: KeyEvent = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);

/// What is said at the end of every help.
pub(super) const HOW: &str = "In lines: a number chooses, an empty line is Enter, a key is typed by its name or its word \
(A, Tab, back), anything else is text for the question. look: the page once more. status: a line for every phone. \
/TEXT: the latest events with this text, and only such from then on; / alone: all. why: what is in the way. quit: leave.";

/// What is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    Keys(Vec<KeyEvent>),
    /// So many choices on, or back.
    Choice(i32),
    Phone(Mac),
    Text(String),
    Filter(String),
    Help,
    Why,
    Status,
    Look,
}

pub(super) const fn char(c: char) -> KeyEvent {
    KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE)
}

pub(super) fn understand(model: &Model, line: &str) -> Asked {
    if let Some(keys) = on_the_phone(model, line) {
        return keys;
    }
    if let Some(text) = line.strip_prefix('/').filter(|_| !model.page.is_made_of_panes()) {
        return Asked::Filter(text.trim().to_owned());
    }
    if let Some(key) = hinted(model, line) {
        return Asked::Keys(vec![key]);
    }
    match line.to_ascii_lowercase().as_str() {
        "" => Asked::Keys(vec![ENTER]),
        "quit" | "exit" | "q" => Asked::Keys(vec![LEAVE]),
        "yes" => Asked::Keys(vec![char('y')]),
        "back" | "no" => Asked::Keys(vec![ESC]),
        "help" | "?" => Asked::Help,
        "why" => Asked::Why,
        "status" if model.running() => Asked::Status,
        "look" => Asked::Look,
        word => match key_named(word) {
            Some(key) => Asked::Keys(vec![key]),
            None => number(model, word).unwrap_or_else(|| Asked::Text(line.to_owned())),
        },
    }
}

/// At the coach the digits are those of the phone.
fn on_the_phone(model: &Model, line: &str) -> Option<Asked> {
    let keypad = |c: char| matches!(c, '0'..='9' | '*' | '#' | ' ');
    let keys =
        model.page == Page::Keys && model.overlay.is_none() && !line.is_empty() && line.chars().all(keypad);
    keys.then(|| Asked::Keys(line.chars().filter(|c| *c != ' ').map(char).collect()))
}

/// A key of the footer, by its name or by its word.
fn hinted(model: &Model, line: &str) -> Option<KeyEvent> {
    let hints = keys::hints(model);
    let by = |fits: &dyn Fn(&(&str, &str)) -> bool| hints.iter().find(|hint| fits(hint)).map(|(key, _)| *key);
    let key = by(&|(key, _)| *key == line)
        .or_else(|| by(&|(key, _)| key.eq_ignore_ascii_case(line)))
        .or_else(|| by(&|(_, word)| word.eq_ignore_ascii_case(line)))?;
    let mut chars = key.chars();
    match (chars.next(), chars.next()) {
        // Help closes again by itself.
        (Some('?' | '/'), None) => None,
        (Some(c), None) => Some(char(c)),
        _ => key_named(&key.to_ascii_lowercase()),
    }
}

fn key_named(name: &str) -> Option<KeyEvent> {
    let code = match name {
        "enter" => KeyCode::Enter,
        "esc" => KeyCode::Esc,
        "tab" => KeyCode::Tab,
        "space" => KeyCode::Char(' '),
        "backspace" => KeyCode::Backspace,
        "pgdn" => KeyCode::PageDown,
        "pgup" => KeyCode::PageUp,
        "ctrl-c" => return Some(LEAVE),
        "ctrl-u" => return Some(EMPTY),
        _ => return None,
    };
    Some(KeyEvent::new(code, KeyModifiers::NONE))
}

/// How many choices the page has.
pub(super) fn choices(model: &Model) -> usize {
    sections(model).iter().flat_map(|s| &s.rows).filter_map(|row| row.pick).map(|n| n + 1).max().unwrap_or(0)
}

/// A choice of the page, or a phone of the bench.
fn number(model: &Model, word: &str) -> Option<Asked> {
    let n = word.parse::<usize>().ok()?.checked_sub(1)?;
    if matches!(model.page, Page::Bench | Page::Phone(_)) && model.overlay.is_none() {
        return model.state.phones.get(n).map(|phone| Asked::Phone(phone.mac));
    }
    let with_choices = sections(model).into_iter().find(|section| section.at.is_some())?;
    with_choices.rows.iter().find(|row| row.pick == Some(n))?;
    match model.overlay {
        Some(Overlay::Remedy(_)) => return Some(Asked::Keys(word.chars().map(char).collect())),
        Some(Overlay::Replan(_)) => {
            let by = n.abs_diff(with_choices.at?);
            let code = if Some(n) < with_choices.at { KeyCode::Up } else { KeyCode::Down };
            return Some(Asked::Keys(vec![KeyEvent::new(code, KeyModifiers::NONE); by]));
        }
        _ => {}
    }
    let by = i64::try_from(n).ok()? - i64::try_from(with_choices.at?).ok()?;
    Some(Asked::Choice(i32::try_from(by).ok()?))
}
