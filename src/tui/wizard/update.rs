//! What keys, clicks and answers of the app do on the wizard's pages.

use super::Port;
use super::folder::Choice;
use super::{Entry, Phase, Servers, Step, Wizard};
use crate::clock::Instant;
use crate::firmware::Shelf;
use crate::session::State;
use crate::tui::{Effect, Log, Mode, Model, Page};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use std::path::PathBuf;

fn go(model: &mut Model, page: Page) {
    model.page = page;
    model.scroll = 0;
}

/// A key on one of the wizard's pages. `None`: it means what it means everywhere.
pub(in crate::tui) fn key(model: &mut Model, key: KeyEvent) -> Option<Vec<Effect>> {
    if key.modifiers.contains(KeyModifiers::CONTROL) {
        return None;
    }
    match model.page {
        Page::Bench | Page::Phone(_) | Page::Log => return None,
        Page::Keys => return coach_key(model, key.code),
        Page::Report => return report_key(model, key.code),
        Page::Model | Page::Shows | Page::Files => {
            if typed(model, key.code) {
                return Some(Vec::new());
            }
        }
        Page::Load | Page::Network | Page::Review | Page::Practise => {}
    }
    match key.code {
        KeyCode::Up => move_by(model, -1),
        KeyCode::Down | KeyCode::Tab => move_by(model, 1),
        KeyCode::Home => move_by(model, i32::MIN / 2),
        KeyCode::End => move_by(model, i32::MAX / 2),
        KeyCode::Enter => return Some(on(model)),
        KeyCode::Right if model.page != Page::Review => return Some(on(model)),
        KeyCode::Backspace if model.page == Page::Files => return Some(folder_above(model)),
        KeyCode::Esc | KeyCode::Left | KeyCode::Backspace => return Some(back(model)),
        KeyCode::Char('a' | 'A') if model.page == Page::Load => return Some(browse(model)),
        KeyCode::Char('d' | 'D') if model.page == Page::Network => toggle_dhcp(model),
        KeyCode::Char('p' | 'P') if model.page == Page::Model => go(model, Page::Practise),
        _ => return None,
    }
    Some(Vec::new())
}

/// Text of the page's field; `false` when the key is none for it.
fn typed(model: &mut Model, code: KeyCode) -> bool {
    let page = model.page;
    let Some(wizard) = &mut model.wizard else { return false };
    let (text, at) = match page {
        Page::Model => (&mut wizard.search, &mut wizard.model_at),
        Page::Shows => (&mut wizard.said, &mut 0),
        _ => (&mut wizard.folder.typed, &mut wizard.folder.at),
    };
    match code {
        // Keys that mean something else as long as nothing is typed.
        KeyCode::Char('?') => return false,
        KeyCode::Char('q' | 'Q') if text.is_empty() && page != Page::Files => return false,
        KeyCode::Char('p' | 'P') if text.is_empty() && page == Page::Model => return false,
        KeyCode::Char(c) => text.push(c),
        KeyCode::Backspace if !text.is_empty() => {
            text.pop();
        }
        KeyCode::Esc if !text.is_empty() => text.clear(),
        _ => return false,
    }
    *at = 0;
    answered(wizard, page);
    true
}

/// An answer that others depend on has changed: what was chosen below it may not fit any more.
fn answered(wizard: &mut Wizard, page: Page) {
    if page == Page::Model {
        wizard.shows_at = 0;
        wizard.said.clear();
    }
    if matches!(page, Page::Model | Page::Shows) {
        wizard.load_at = 0;
    }
}

/// Text from the clipboard: a path is taken as firmware, anything else is typed.
pub(in crate::tui) fn paste(model: &mut Model, text: &str) -> Vec<Effect> {
    let text = text.trim().trim_matches(['\'', '"']);
    if matches!(model.page, Page::Load | Page::Files) && text.contains(['/', '\\']) {
        return take(model, PathBuf::from(text));
    }
    if matches!(model.page, Page::Model | Page::Shows | Page::Files) {
        for c in text.chars().filter(|c| !c.is_control()) {
            typed(model, KeyCode::Char(c));
        }
    }
    Vec::new()
}

/// How many rows of the page can be chosen, and which one is.
fn cursor(model: &mut Model) -> Option<(usize, &mut usize)> {
    let page = model.page;
    let wizard = model.wizard.as_mut()?;
    Some(match page {
        // One more than was found: "I don't know".
        Page::Model => (wizard.found().len() + 1, &mut wizard.model_at),
        Page::Shows => (wizard.shows().len(), &mut wizard.shows_at),
        Page::Load => (wizard.offers().len() + 1, &mut wizard.load_at),
        Page::Files => (wizard.folder.items(&wizard.places).len(), &mut wizard.folder.at),
        Page::Network => (wizard.ports.len() + 1, &mut wizard.port_row),
        Page::Practise => (wizard.exercises.len(), &mut wizard.exercise_at),
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
    if page == Page::Network && to < wizard.ports.len() {
        wizard.port_at = to;
    }
    if changed {
        answered(wizard, page);
    }
}

/// A click: chooses a row; goes on from the row that was chosen already.
pub(in crate::tui) fn pick(model: &mut Model, row: usize) -> Vec<Effect> {
    if model.page == Page::Keys {
        model.coach.press(None, model.now);
        return Vec::new();
    }
    let chosen = cursor(model).map(|(_, at)| *at);
    if chosen == Some(row) {
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
    match page {
        Page::Load if wizard.load_at >= wizard.offers().len() => return browse(model),
        Page::Network if wizard.port_row >= wizard.ports.len() => {
            toggle_dhcp(model);
            return Vec::new();
        }
        Page::Review if matches!(wizard.servers, Servers::Failed(_)) => wizard.servers = Servers::Off,
        _ => {}
    }
    if wizard.blocker(page).is_some() {
        return Vec::new();
    }
    match page {
        Page::Model if wizard.model().is_some() => go(model, Page::Shows),
        Page::Model | Page::Shows => {
            let nothing = wizard.shelf.loads().is_empty() && !wizard.reading;
            go(model, Page::Load);
            if nothing {
                return browse(model);
            }
        }
        Page::Load => {
            go(model, Page::Network);
            return vec![Effect::Interfaces];
        }
        Page::Files => return choose_file(model),
        Page::Network => go(model, Page::Review),
        Page::Review => {
            wizard.servers = Servers::Starting;
            return vec![Effect::Start(Box::new(wizard.order()))];
        }
        Page::Practise => {
            let Some(exercise) = wizard.exercises.get(wizard.exercise_at) else { return Vec::new() };
            return vec![Effect::Practise(exercise.name.clone())];
        }
        _ => {}
    }
    Vec::new()
}

fn back(model: &mut Model) -> Vec<Effect> {
    let known = model.wizard.as_ref().is_some_and(|w| w.model().is_some());
    if let Some(wizard) = model.wizard.as_mut().filter(|w| matches!(w.servers, Servers::Failed(_))) {
        wizard.servers = Servers::Off;
    }
    let to = match model.page {
        Page::Load if known => Page::Shows,
        Page::Shows | Page::Load | Page::Practise => Page::Model,
        Page::Files | Page::Network => Page::Load,
        Page::Review => Page::Network,
        other => other,
    };
    go(model, to);
    Vec::new()
}

fn browse(model: &mut Model) -> Vec<Effect> {
    go(model, Page::Files);
    let path = model.wizard.as_ref().map(|w| w.folder.path.clone()).unwrap_or_default();
    vec![Effect::ListDir(path)]
}

fn folder_above(model: &mut Model) -> Vec<Effect> {
    let above = model.wizard.as_ref().and_then(|w| w.folder.path.parent());
    above.map(|path| Effect::ListDir(path.to_owned())).into_iter().collect()
}

fn choose_file(model: &mut Model) -> Vec<Effect> {
    let Some(wizard) = &model.wizard else { return Vec::new() };
    match wizard.folder.items(&wizard.places).into_iter().nth(wizard.folder.at).map(|item| item.choice) {
        Some(Choice::Take(path)) => take(model, path),
        Some(Choice::Into(path)) => vec![Effect::ListDir(path)],
        None => Vec::new(),
    }
}

fn take(model: &mut Model, path: PathBuf) -> Vec<Effect> {
    go(model, Page::Load);
    let Some(wizard) = &mut model.wizard else { return Vec::new() };
    let mut paths = wizard.paths.clone();
    if !paths.contains(&path) {
        paths.push(path);
    }
    (wizard.reading, wizard.unreadable) = (true, None);
    vec![Effect::Open(paths)]
}

/// The app has read firmware, or could not.
pub(in crate::tui) fn shelf(model: &mut Model, read: Result<(Shelf, Vec<PathBuf>), String>) {
    let Some(wizard) = &mut model.wizard else { return };
    wizard.reading = false;
    match read {
        Ok((shelf, paths)) => (wizard.shelf, wizard.paths, wizard.load_at) = (shelf, paths, 0),
        Err(why) => wizard.unreadable = Some(why),
    }
}

/// The app has looked into a folder, or could not.
pub(in crate::tui) fn listed(
    model: &mut Model,
    path: PathBuf,
    listing: Result<(Vec<Entry>, usize), String>,
    places: Vec<PathBuf>,
) {
    let Some(wizard) = &mut model.wizard else { return };
    wizard.places = places;
    let folder = &mut wizard.folder;
    match listing {
        Ok((entries, hidden)) => {
            if folder.path != path {
                (folder.at, folder.path) = (0, path);
                folder.typed.clear();
            }
            (folder.entries, folder.hidden, folder.error) = (entries, hidden, None);
        }
        Err(why) => folder.error = Some(why),
    }
}

fn toggle_dhcp(model: &mut Model) {
    if let Some(wizard) = &mut model.wizard {
        wizard.dhcp = !wizard.dhcp;
    }
}

fn coach_key(model: &mut Model, code: KeyCode) -> Option<Vec<Effect>> {
    let now = model.now;
    match code {
        KeyCode::Char(c @ ('0'..='9' | '*' | '#')) => model.coach.press(Some(c), now),
        KeyCode::Char(' ') => model.coach.press(None, now),
        KeyCode::Enter if model.coach.phase == Phase::Wait => go(model, Page::Bench),
        KeyCode::Enter => model.coach.on(now),
        KeyCode::Tab => model.coach.next_sequence(now),
        KeyCode::Char('r' | 'R') | KeyCode::Backspace => model.coach.again(now),
        KeyCode::Char('b' | 'B') | KeyCode::Esc => go(model, Page::Bench),
        _ => return None,
    }
    Some(Vec::new())
}

fn report_key(model: &mut Model, code: KeyCode) -> Option<Vec<Effect>> {
    match code {
        KeyCode::Char('s' | 'S') => return Some(vec![Effect::SaveReport]),
        KeyCode::Char('n' | 'N') => return next_phone(model),
        KeyCode::Esc | KeyCode::Backspace | KeyCode::Left | KeyCode::Enter => go(model, Page::Bench),
        _ => return None,
    }
    Some(Vec::new())
}

/// The next phone with the same plan; after an exercise, the next exercise.
fn next_phone(model: &mut Model) -> Option<Vec<Effect>> {
    let practice = model.wizard.as_ref().is_some_and(|w| w.practice);
    if practice {
        if let Some(wizard) = &mut model.wizard {
            (wizard.practice, wizard.servers) = (false, Servers::Off);
        }
        model.ended = false;
        go(model, Page::Practise);
        return Some(vec![Effect::Stop]);
    }
    if model.ended {
        return None;
    }
    model.chosen = None;
    model.first_page();
    Some(Vec::new())
}

/// Opens the coach for the phone that is looked at, or for the model of the wizard.
pub(in crate::tui) fn open_coach(model: &mut Model) {
    if let Some(phone) = model.coachable() {
        if model.coach.model.as_deref() != Some(phone.name.as_str()) || model.coach.phase == Phase::Wait {
            model.coach = super::Coach::start(phone, model.now);
        }
        go(model, Page::Keys);
    }
}

/// The interfaces of this computer, as they are now. The first time the one that looks most like a bench is chosen.
pub(in crate::tui) fn ports(model: &mut Model, ports: Vec<Port>) -> Vec<Effect> {
    let Some(wizard) = &mut model.wizard else { return Vec::new() };
    if wizard.ports == ports {
        return Vec::new();
    }
    let chosen = wizard.port().map(|port| port.name.clone());
    let at = |name: &str| ports.iter().position(|port| port.name == name);
    let on_toggle = wizard.port_row >= wizard.ports.len() && !wizard.ports.is_empty();
    wizard.port_at = chosen.and_then(|name| at(&name)).unwrap_or(0);
    wizard.port_row = if on_toggle { ports.len() } else { wizard.port_at };
    wizard.ports = ports;
    model.stale = true;
    Vec::new()
}

/// A session begins: what was seen before belongs to another.
pub(in crate::tui) fn started(model: &mut Model, mode: Mode, interface: String) {
    if let Some(wizard) = &mut model.wizard {
        wizard.servers = Servers::On;
        wizard.practice = mode == Mode::Rehearsal;
    }
    (model.mode, model.interface) = (mode, interface);
    (model.state, model.log, model.now) = (State::default(), Log::default(), Instant::ZERO);
    (model.ended, model.chosen, model.notice) = (false, None, None);
    model.first_page();
}
