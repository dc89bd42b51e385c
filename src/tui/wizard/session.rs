//! From the first page of a session to its report, as far as the wizard has a part in it.

use super::update::go;
use super::{Coach, Phase, Servers};
use crate::clock::Instant;
use crate::job::Blocker;
use crate::session::State;
use crate::tui::{Effect, Log, Mode, Model, Page};
use crossterm::event::KeyCode;

pub(super) fn coach_key(model: &mut Model, code: KeyCode) -> Option<Vec<Effect>> {
    let now = model.now;
    // No key is taught to a phone that must not be switched off; it is said on the page.
    if model.coach.waits(&model.state)
        && matches!(code, KeyCode::Char('0'..='9' | '*' | '#' | ' ') | KeyCode::Enter)
    {
        return Some(Vec::new());
    }
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

pub(super) fn report_key(model: &mut Model, code: KeyCode) -> Option<Vec<Effect>> {
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
        let mac = model.selected().map(|seen| seen.mac);
        let same = model.coach.model.as_deref() == Some(phone.name.as_str()) && model.coach.mac == mac;
        if !same || model.coach.phase == Phase::Wait {
            model.coach = Coach { mac, ..Coach::start(phone, model.now) };
        }
        go(model, Page::Keys);
    }
}

/// A session begins: what was seen before belongs to another.
pub(in crate::tui) fn started(model: &mut Model, mode: Mode, interface: String) {
    if let Some(wizard) = &mut model.wizard {
        (wizard.servers, wizard.self_test) = (Servers::On, None);
        wizard.practice = mode == Mode::Rehearsal;
    }
    (model.mode, model.interface) = (mode, interface);
    (model.state, model.log, model.now) = (State::default(), Log::default(), Instant::ZERO);
    (model.ended, model.chosen, model.notice, model.coach) = (false, None, None, Coach::default());
    model.first_page();
}

/// The servers did not start. An answer to a start that was called off says nothing new.
pub(in crate::tui) fn not_started(model: &mut Model, why: Blocker) {
    if let Some(wizard) = model.wizard.as_mut().filter(|w| w.servers == Servers::Starting) {
        wizard.servers = Servers::Failed(why);
    }
}
