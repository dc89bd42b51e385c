//! What keys and clicks do on the wizard's pages.

use super::firmware::{browse, choose_file, folder_above, put_back, remove};
use super::ready::{self, ask_to_insist};
use super::session::{coach_key, open_coach, report_key};
use super::typing::{empty, typed};
use super::{Form, LoadRow, Phase, Servers, Step, Wizard};
use crate::tui::{Effect, Model, Page};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

pub(super) fn go(model: &mut Model, page: Page) {
    model.page = page;
    model.scroll = 0;
    if let Some(wizard) = &mut model.wizard {
        wizard.fresh = true;
    }
}

/// A key on one of the wizard's pages. `None`: it means what it means everywhere.
pub(in crate::tui) fn key(model: &mut Model, key: KeyEvent) -> Option<Vec<Effect>> {
    if key.modifiers.contains(KeyModifiers::CONTROL) {
        return (key.code == KeyCode::Char('u')).then(|| {
            empty(model);
            Vec::new()
        });
    }
    match model.page {
        Page::Bench | Page::Phone(_) | Page::Log => return None,
        Page::Keys => return coach_key(model, key.code),
        Page::Report => return report_key(model, key.code),
        _ => {}
    }
    if typed(model, key.code) {
        return Some(Vec::new());
    }
    if model.page == Page::Ready
        && let Some(effects) = ready::key(model, key.code)
    {
        return Some(effects);
    }
    match key.code {
        KeyCode::Up | KeyCode::BackTab => move_by(model, -1),
        KeyCode::Down | KeyCode::Tab => move_by(model, 1),
        KeyCode::Home => move_by(model, i32::MIN / 2),
        KeyCode::End => move_by(model, i32::MAX / 2),
        KeyCode::Enter => return Some(on(model)),
        KeyCode::Left | KeyCode::Right if model.page == Page::Account => {}
        KeyCode::Right if !matches!(model.page, Page::Review | Page::Account | Page::Practise) => {
            return Some(on(model));
        }
        KeyCode::Backspace if model.page == Page::Files => return Some(folder_above(model)),
        KeyCode::Esc | KeyCode::Left | KeyCode::Backspace => return Some(back(model)),
        KeyCode::Char(c) => return letter(model, c.to_ascii_lowercase()),
        KeyCode::Delete => return letter(model, 'd'),
        _ => return None,
    }
    Some(Vec::new())
}

/// A letter that is a key of the page.
fn letter(model: &mut Model, c: char) -> Option<Vec<Effect>> {
    let wizard = model.wizard.as_mut()?;
    let real = wizard.aside.is_none();
    match (model.page, c) {
        (Page::Load, 'a') if real => return Some(browse(model)),
        (Page::Load, 'd') if wizard.can_remove() => return Some(remove(model)),
        (Page::Load, 'u') if wizard.can_put_back() => return Some(put_back(model)),
        (Page::Load, 's') if real && wizard.wants_account() => {
            wizard.form.open();
            go(model, Page::Account);
        }
        (Page::Load, 'n') if wizard.can_drop_account() => {
            wizard.form = Form::default();
            model.notice = Some("The SIP account is dropped: the phone gets its load alone.".to_owned());
        }
        (Page::Load, 'f') => wizard.all_findings = !wizard.all_findings,
        // A path that a terminal types instead of pasting it: none of its letters shall be taken for a key.
        (Page::Load, '/' | '~') if real => {
            let effects = browse(model);
            typed(model, KeyCode::Char(c));
            return Some(effects);
        }
        (Page::Model, 'p') => {
            go(model, Page::Practise);
            return Some(vec![Effect::Exercises]);
        }
        (Page::Load | Page::Network | Page::Ready, 'x') if ask_to_insist(model) => {}
        _ => return None,
    }
    Some(Vec::new())
}

/// An answer that others depend on has changed: what was chosen below it may not fit any more.
pub(super) fn answered(wizard: &mut Wizard, page: Page) {
    // What was said of the phone before stays, as far as another model can show it.
    if page == Page::Model {
        let same = |show: &&crate::catalogue::Shows| wizard.shows_id.as_deref() == Some(&*show.id);
        wizard.shows_at = wizard.shows().iter().position(same).unwrap_or(0);
    }
    if page == Page::Shows {
        wizard.shows_id = wizard.shown().map(|show| show.id.clone());
    }
    if matches!(page, Page::Model | Page::Shows) {
        (wizard.load_at, wizard.load_row) = (0, 0);
        wizard.forced.clear();
    }
    if page == Page::Network {
        wizard.insists = false;
        (wizard.ready_at, wizard.address.wrong) = (0, None);
        wizard.preflight.findings.clear();
    }
}

/// How many rows of the page can be chosen, and which one is.
fn cursor(model: &mut Model) -> Option<(usize, &mut usize)> {
    let page = model.page;
    let wizard = model.wizard.as_mut()?;
    Some(match page {
        // One more than was found: "I don't know".
        Page::Model => (wizard.found().len() + 1, &mut wizard.model_at),
        Page::Shows => (wizard.shows().len(), &mut wizard.shows_at),
        Page::Load => (wizard.load_rows().len(), &mut wizard.load_row),
        // One more than there are fields: the row that takes it all.
        Page::Account => (super::Field::ALL.len() + 1, &mut wizard.form.at),
        Page::Files => (wizard.folder.items(&wizard.places).len(), &mut wizard.folder.at),
        Page::Network => (wizard.ports.len(), &mut wizard.port_at),
        Page::Ready => (wizard.ready_rows().len(), &mut wizard.ready_at),
        Page::Practise => (wizard.exercises_found().len(), &mut wizard.exercise_at),
        _ => return None,
    })
}

/// Moves the cursor of the page.
pub(in crate::tui) fn move_by(model: &mut Model, by: i32) {
    let Some((count, at)) = cursor(model) else { return };
    let by = isize::try_from(by).unwrap_or(0);
    let to = at.saturating_add_signed(by).min(count.saturating_sub(1));
    choose(model, to);
}

fn choose(model: &mut Model, to: usize) {
    let page = model.page;
    let Some((_, at)) = cursor(model) else { return };
    let changed = std::mem::replace(at, to) != to;
    model.scroll = 0;
    let Some(wizard) = &mut model.wizard else { return };
    if page == Page::Load && to < wizard.offers().len() {
        wizard.load_at = to;
    }
    if changed {
        answered(wizard, page);
    }
}

/// A click: chooses a row; goes on from the row that was chosen already.
pub(in crate::tui) fn pick(model: &mut Model, row: usize) -> Vec<Effect> {
    if model.page == Page::Keys {
        // What the click stands for is the next step: the lamps answer, or the next key is pressed.
        match model.coach.phase {
            _ if model.coach.waits(&model.state) => {}
            Phase::Hold => model.coach.on(model.now),
            Phase::Keys(_) | Phase::Wait => model.coach.press(None, model.now),
        }
        return Vec::new();
    }
    if model.page == Page::Report {
        return vec![Effect::SaveReport];
    }
    let chosen = cursor(model).map(|(_, at)| *at);
    // The only row of Review that can be clicked starts the servers.
    if chosen == Some(row) || model.page == Page::Review {
        return on(model);
    }
    choose(model, row);
    Vec::new()
}

/// Goes to a step that was there before.
pub(in crate::tui) fn jump(model: &mut Model, step: Step) {
    match step {
        _ if !model.can_jump(step) => {}
        Step::Keys => open_coach(model),
        _ => go(model, step.page()),
    }
}

fn on(model: &mut Model) -> Vec<Effect> {
    let page = model.page;
    let Some(wizard) = &mut model.wizard else { return Vec::new() };
    match (page, wizard.load_rows().get(wizard.load_row)) {
        // The Enter that somebody gives behind a pasted path, which was taken at once.
        (Page::Load, Some(LoadRow::Add)) if wizard.reading => return Vec::new(),
        (Page::Load, Some(LoadRow::Add)) if wizard.aside.is_none() => return browse(model),
        (Page::Load, Some(LoadRow::Account)) => {
            wizard.form.open();
            go(model, Page::Account);
            return Vec::new();
        }
        (Page::Ready, _) => return ready::enter(model),
        (Page::Review, _) if matches!(wizard.servers, Servers::Failed(_)) => wizard.servers = Servers::Off,
        // From field to field, and from the last row back to the load.
        (Page::Account, _) if wizard.form.field().is_some() => {
            wizard.form.at += 1;
            return Vec::new();
        }
        _ => {}
    }
    if let Some(blocker) = wizard.blocker(page) {
        // Its line above the keys may have no room for all of it.
        model.notice = Some(format!("Can't go on: {blocker}"));
        return Vec::new();
    }
    match page {
        Page::Model if wizard.model().is_some() => {
            // A load of another family says nothing about this phone.
            if wizard.is_its_own(wizard.said.trim()) == Some(false) {
                wizard.said.clear();
            }
            go(model, Page::Shows);
        }
        Page::Model | Page::Shows => {
            let nothing = wizard.shelf.loads().is_empty() && !wizard.reading;
            go(model, Page::Load);
            if nothing {
                return browse(model);
            }
        }
        Page::Load if wizard.aside.is_none() => {
            go(model, Page::Network);
            return vec![Effect::Interfaces];
        }
        Page::Account => go(model, Page::Load),
        Page::Files => return choose_file(model),
        Page::Network => {
            let effects = ready::look(wizard);
            go(model, Page::Ready);
            return effects;
        }
        Page::Review => {
            wizard.servers = Servers::Starting;
            wizard.steps.clear();
            return vec![Effect::Start(Box::new(wizard.order()))];
        }
        Page::Practise => {
            let Some(exercise) = wizard.exercise() else { return Vec::new() };
            return vec![Effect::Practise(exercise.name.clone())];
        }
        _ => {}
    }
    Vec::new()
}

fn back(model: &mut Model) -> Vec<Effect> {
    let Some(wizard) = &mut model.wizard else { return Vec::new() };
    let known = wizard.model().is_some();
    let mut effects = Vec::new();
    if wizard.servers == Servers::Starting {
        wizard.servers = Servers::Off;
        model.notice = Some("Called off; what had been begun is being undone.".to_owned());
        return vec![Effect::CallOff];
    }
    if model.page == Page::Load && wizard.reading {
        wizard.reading = false;
        model.notice = Some("Called off; the shelf is as it was.".to_owned());
        return vec![Effect::StopReading];
    }
    if matches!(wizard.servers, Servers::Failed(_)) {
        wizard.servers = Servers::Off;
    }
    if let Some(real) = wizard.aside.take() {
        model.wizard = Some(real);
        go(model, Page::Practise);
        return effects;
    }
    let to = match model.page {
        Page::Load if known => Page::Shows,
        Page::Shows | Page::Load | Page::Practise => Page::Model,
        Page::Account | Page::Files | Page::Network => Page::Load,
        Page::Ready => Page::Network,
        Page::Review => {
            effects = ready::look(wizard);
            Page::Ready
        }
        other => other,
    };
    go(model, to);
    effects
}
