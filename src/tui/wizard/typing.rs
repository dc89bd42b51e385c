//! What is typed and pasted into the fields of the wizard's pages.

use super::folder::is_path;
use super::update::{answered, take};
use super::{LoadRow, Wizard};
use crate::tui::{Effect, Model, Page};
use crossterm::event::KeyCode;

/// Text of the page's field; `false` when the key is none for it.
pub(super) fn typed(model: &mut Model, code: KeyCode) -> bool {
    let page = model.page;
    let Some(wizard) = &mut model.wizard else { return false };
    // After a path that can't be looked into, the next letter begins a new one.
    if page == Page::Files
        && matches!(code, KeyCode::Char(c) if c != '?')
        && wizard.folder.error.take().is_some()
    {
        wizard.folder.typed.clear();
    }
    if let (Page::Files, KeyCode::Char(c)) = (page, code)
        && c != '?'
    {
        wizard.folder.type_in(c);
        wizard.folder.at = 0;
        return true;
    }
    let Some(text) = field(wizard, page) else { return false };
    match code {
        // Keys that mean something else as long as nothing is typed.
        KeyCode::Char('?') if page != Page::Account => return false,
        KeyCode::Char('q' | 'Q')
            if text.is_empty() && matches!(page, Page::Model | Page::Shows | Page::Practise) =>
        {
            return false;
        }
        KeyCode::Char('p' | 'P') if text.is_empty() && page == Page::Model => return false,
        // The key that began it, pressed twice, is no part of an address.
        KeyCode::Char(c) if page == Page::Ready && !matches!(c, '0'..='9' | '.' | '/') => {}
        KeyCode::Char(c) => text.push(c),
        KeyCode::Backspace if !text.is_empty() => {
            text.pop();
        }
        KeyCode::Backspace if page == Page::Account => {}
        KeyCode::Esc if !text.is_empty() && !matches!(page, Page::Account | Page::Ready) => text.clear(),
        _ => return false,
    }
    match page {
        Page::Model => wizard.model_at = 0,
        Page::Shows => wizard.shows_at = wizard.shows_like().unwrap_or(wizard.shows_at),
        Page::Files => wizard.folder.at = 0,
        Page::Practise => wizard.exercise_at = 0,
        _ => {}
    }
    answered(wizard, page);
    true
}

/// The field that takes what is typed.
fn field(wizard: &mut Wizard, page: Page) -> Option<&mut String> {
    match page {
        Page::Model => Some(&mut wizard.search),
        Page::Shows => Some(&mut wizard.said),
        Page::Files => Some(&mut wizard.folder.typed),
        Page::Practise => Some(&mut wizard.sought),
        Page::Account => wizard.form.text(),
        Page::Ready if wizard.address.before.is_some() => Some(&mut wizard.address.typed),
        _ => None,
    }
}

impl Wizard {
    /// The answer whose text is being typed.
    #[must_use]
    pub fn shows_like(&self) -> Option<usize> {
        let typed = self.said.trim().to_lowercase();
        let like = || self.shows().iter().position(|show| show.text.to_lowercase().contains(&typed));
        (typed.chars().count() >= 4).then(like)?
    }
}

/// Empties the field.
pub(super) fn empty(model: &mut Model) {
    let page = model.page;
    let Some(wizard) = &mut model.wizard else { return };
    if let Some(text) = field(wizard, page) {
        text.clear();
        answered(wizard, page);
    }
}

/// Text from the clipboard: a path is taken as firmware, anything else is typed.
pub(in crate::tui) fn paste(model: &mut Model, text: &str) -> Vec<Effect> {
    let text = text.trim();
    let is_path = is_path(text);
    let firmware = match model.page {
        Page::Files => is_path,
        // On the row of the account a paste is no path.
        Page::Load => is_path && !on_account(model),
        _ => false,
    };
    if firmware {
        let path = model.wizard.as_ref().map(|w| w.folder.meant(text));
        return path.map_or_else(Vec::new, |path| take(model, path));
    }
    for c in text.chars().filter(|c| !c.is_control()) {
        typed(model, KeyCode::Char(c));
    }
    Vec::new()
}

fn on_account(model: &Model) -> bool {
    let wizard = model.wizard.as_ref();
    wizard.is_some_and(|w| w.load_rows().get(w.load_row) == Some(&LoadRow::Account))
}
