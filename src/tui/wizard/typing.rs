//! What is typed and pasted into the fields of the wizard's pages.

use super::firmware::take;
use super::folder::is_path;
use super::update::answered;
use super::{LoadRow, Wizard};
use crate::tui::{Effect, Model, Page};
use crossterm::event::KeyCode;

/// Text of the page's field; `false` when the key is none for it.
pub(super) fn typed(model: &mut Model, code: KeyCode) -> bool {
    let page = model.page;
    let Some(wizard) = &mut model.wizard else { return false };
    // After a path that can't be looked into, the next letter begins a new one; Backspace mends it.
    let changes = matches!(code, KeyCode::Char(c) if c != '?') || code == KeyCode::Backspace;
    if page == Page::Files && changes && wizard.folder.error.take().is_some() && code != KeyCode::Backspace {
        wizard.folder.typed.clear();
    }
    let fresh = wizard.fresh;
    wizard.fresh &= !matches!(code, KeyCode::Char(_) | KeyCode::Backspace | KeyCode::Esc);
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
        KeyCode::Char(c) => letter(wizard, page, c, fresh),
        KeyCode::Backspace if !text.is_empty() => {
            text.pop();
        }
        KeyCode::Backspace if page == Page::Account => {}
        // An answer that was gone on from is no typing that Esc takes back.
        KeyCode::Esc if fresh && page == Page::Shows => return false,
        KeyCode::Esc if !text.is_empty() && !matches!(page, Page::Account | Page::Ready) => {
            empty(model);
            return true;
        }
        _ => return false,
    }
    changed(wizard, page);
    true
}

/// One more letter of the page's field.
fn letter(wizard: &mut Wizard, page: Page, c: char, fresh: bool) {
    if page == Page::Files {
        return wizard.folder.type_in(c);
    }
    let Some(text) = field(wizard, page) else { return };
    // The key that began it, pressed twice, is no part of an address.
    if page == Page::Ready && !matches!(c, '0'..='9' | '.' | '/') {
        return;
    }
    if fresh && matches!(page, Page::Model | Page::Shows | Page::Practise) {
        text.clear();
    }
    text.push(c);
}

/// The text of the page's field is another: the first row that fits it is chosen.
fn changed(wizard: &mut Wizard, page: Page) {
    match page {
        Page::Model => wizard.model_at = 0,
        Page::Shows => wizard.shows_at = wizard.shows_like().unwrap_or(wizard.shows_at),
        Page::Files => wizard.folder.at = 0,
        Page::Practise => wizard.exercise_at = 0,
        _ => {}
    }
    answered(wizard, page);
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

/// Empties the field; what was chosen stays chosen.
pub(super) fn empty(model: &mut Model) {
    let page = model.page;
    let Some(wizard) = &mut model.wizard else { return };
    let chosen = wizard.model().map(|m| m.name.clone());
    let exercise = wizard.exercise().map(|e| e.name.clone());
    let Some(text) = field(wizard, page) else { return };
    text.clear();
    match page {
        Page::Model => {
            let at = wizard.found().iter().position(|m| Some(&m.name) == chosen.as_ref());
            wizard.model_at = at.unwrap_or(0);
        }
        Page::Practise => {
            let at = wizard.exercises_found().iter().position(|e| Some(&e.name) == exercise.as_ref());
            wizard.exercise_at = at.unwrap_or(0);
        }
        Page::Files => wizard.folder.at = 0,
        _ => {}
    }
    answered(wizard, page);
}

/// Text from the clipboard: a path is taken as firmware, anything else is typed. None of its letters is a key.
pub(in crate::tui) fn paste(model: &mut Model, text: &str) -> Vec<Effect> {
    let page = model.page;
    let text = text.trim();
    let is_path = is_path(text);
    let firmware = match page {
        Page::Files => is_path,
        // On the row of the account a paste is no path.
        Page::Load => is_path && !on_account(model),
        _ => false,
    };
    let Some(wizard) = &mut model.wizard else { return Vec::new() };
    if firmware {
        let path = wizard.folder.meant(text);
        if page == Page::Files {
            wizard.folder.typed = path.display().to_string();
        }
        return take(model, path);
    }
    if page == Page::Files && wizard.folder.error.take().is_some() {
        wizard.folder.typed.clear();
    }
    let mut fresh = std::mem::take(&mut wizard.fresh);
    for c in text.chars().filter(|c| !c.is_control()) {
        letter(wizard, page, c, std::mem::take(&mut fresh));
    }
    if field(wizard, page).is_some() && !text.is_empty() {
        changed(wizard, page);
    }
    Vec::new()
}

fn on_account(model: &Model) -> bool {
    let wizard = model.wizard.as_ref();
    wizard.is_some_and(|w| w.load_rows().get(w.load_row) == Some(&LoadRow::Account))
}
