//! How the screen changes.

use super::keys::{self, Action};
use super::log::Field;
use super::{Command, Effect, Model, Msg, Overlay, Page, glance, hand, mouse, pages, wizard};
use crate::event::{Event, Kind};
use crate::limits;
use crate::phone_id::Mac;
use crate::session::words;
use crossterm::event::{KeyCode, KeyEvent};

/// Changes the model for one message, and says what the app shall do about it.
pub fn update(model: &mut Model, msg: Msg) -> Vec<Effect> {
    match msg {
        Msg::Event(event) => happened(model, &event),
        Msg::Tick(now) => {
            let before = model.now;
            if !model.ended && now > before {
                model.now = now;
                model.stale |= now.as_millis() / 1000 != before.as_millis() / 1000;
            }
            return Vec::new();
        }
        Msg::Key(key) if !key.is_press() && !key.is_repeat() => return Vec::new(),
        Msg::Key(key) => {
            model.stale = true;
            model.notice = None;
            return pressed(model, key);
        }
        Msg::Mouse(_) | Msg::Paste(_) if model.too_small() => return Vec::new(),
        Msg::Mouse(mouse) => return mouse::moused(model, mouse),
        Msg::Resize(columns, rows) => model.size = (columns, rows),
        Msg::Loads(loads) => model.hand.loads = loads,
        Msg::Paste(text) if model.log.typing.is_some() => model.log.type_in(&text),
        Msg::Paste(text) if matches!(model.overlay, Some(Overlay::Replan(_))) => {
            let room = limits::FILTER_CHARS.saturating_sub(model.hand.says.chars().count());
            model.hand.says.extend(text.trim().chars().filter(|c| !c.is_control()).take(room));
        }
        Msg::Paste(text) => {
            model.stale = true;
            return wizard::paste(model, &text);
        }
        Msg::Notice(text) => model.notice = Some(text),
        Msg::DirListed { path, listing, places } => wizard::listed(model, path, listing, places),
        Msg::Shelf(read) => wizard::shelf(model, read),
        Msg::Large(weight) => wizard::large(model, weight),
        Msg::Exercises(all) => {
            if let Some(wizard) = &mut model.wizard {
                wizard.exercises = all;
            }
        }
        Msg::Interfaces(ports) => return wizard::ports(model, ports),
        Msg::Started { mode, interface } => wizard::started(model, mode, interface),
        Msg::NotStarted(why) => wizard::not_started(model, why),
        Msg::Progress(step) => wizard::progress(model, step),
        Msg::Checked(wrong) => wizard::checked(model, wrong),
        Msg::Preflight { number, findings } => wizard::preflight(model, number, findings),
        Msg::Fixed(done) => return wizard::fixed(model, done),
        Msg::Refused(refused) => wizard::refused(model, *refused),
        Msg::Ended => {
            model.ended = true;
            if model.overlay == Some(Overlay::Quit) {
                model.overlay = None;
            }
        }
    }
    model.stale = true;
    Vec::new()
}

/// Takes an event in.
fn happened(model: &mut Model, event: &Event) {
    // Nobody watches the log for the answer to a key, or for what asks for a hand and belongs to no phone.
    if matches!(event.kind, Kind::OrderRefused { .. } | Kind::AddressTaken { .. } | Kind::OtherServer { .. })
    {
        model.notice = Some(words::sentence(event));
    }
    let again = says_again(model, event);
    model.state.apply(event);
    model.log.push(event, again);
    model.now = model.now.max(event.at);
    // The answer to the only question that the technician has after the start.
    if let (Kind::SelfTest { ok, text }, Some(wizard)) = (&event.kind, &mut model.wizard) {
        wizard.self_test = Some((*ok, text.clone()));
        // The coach says so itself, and needs the footer for its keys.
        model.notice = (model.page != Page::Keys).then(|| text.clone());
    }
    gone(model);
}

/// A phone says of itself what it has said before: they do so every minute.
fn says_again(model: &Model, event: &Event) -> bool {
    let Kind::Evidence(said) = &event.kind else { return false };
    let known = event.phone.and_then(|mac| model.state.phone(mac)?.says.get(&said.source));
    known.is_some_and(|known| known.said == *said)
}

/// Leaves what was about a phone that is no more.
fn gone(model: &mut Model) {
    let missing = |model: &Model, mac: Mac| model.state.phone(mac).is_none();
    if let Page::Phone(mac) = model.page
        && missing(model, mac)
    {
        go(model, Page::Bench);
    }
    if let Some(Overlay::Forget(mac) | Overlay::Replan(mac) | Overlay::Remedy(mac)) = model.overlay
        && missing(model, mac)
    {
        model.overlay = None;
    }
    if model.chosen.is_some_and(|mac| missing(model, mac)) {
        model.chosen = None;
    }
}

fn go(model: &mut Model, page: Page) {
    model.page = page;
    model.scroll = 0;
}

fn pressed(model: &mut Model, key: KeyEvent) -> Vec<Effect> {
    // What can't be seen can't be answered: only leaving, which says so, and its answer.
    if model.too_small() {
        return match (model.overlay, keys::action(key)) {
            (Some(Overlay::Quit), Some(action)) => answered(model, Overlay::Quit, action),
            (_, Some(Action::Quit | Action::Interrupt)) => leave(model),
            _ => Vec::new(),
        };
    }
    if model.log.typing.is_some() && model.overlay.is_none() && keys::action(key) != Some(Action::Interrupt) {
        typed(model, key.code);
        return Vec::new();
    }
    if let Some(effects) = hand::pressed(model, key) {
        return effects;
    }
    if model.overlay.is_none()
        && let Some(effects) = wizard::key(model, key)
    {
        return effects;
    }
    let Some(action) = keys::action(key) else { return Vec::new() };
    match model.overlay {
        Some(overlay) => answered(model, overlay, action),
        None => acted(model, action),
    }
}

fn typed(model: &mut Model, code: KeyCode) {
    match code {
        KeyCode::Char(c) => model.log.type_in(c.encode_utf8(&mut [0; 4])),
        KeyCode::Backspace => model.log.take_back(),
        KeyCode::Enter => {
            let typed = model.log.typing.take();
            if typed == Some(Field::Search) {
                seek(model, true);
            }
        }
        KeyCode::Esc => match model.log.typing.take() {
            Some(Field::Search) => model.log.search.clear(),
            _ => model.log.all(),
        },
        _ => {}
    }
}

/// Goes to the next event that has what is searched.
fn seek(model: &mut Model, older: bool) {
    if !model.log.seek(older) {
        let way = if older { "older" } else { "newer" };
        model.notice = Some(match model.log.search.as_str() {
            "" => "Nothing is searched: S begins.".to_owned(),
            sought => format!("No {way} event has {sought}."),
        });
    }
}

fn answered(model: &mut Model, overlay: Overlay, action: Action) -> Vec<Effect> {
    match (overlay, action) {
        (Overlay::Quit, Action::Yes) => return vec![Effect::Quit],
        // Once too often is no yes while a phone is in the middle of a flash.
        (Overlay::Quit, Action::Interrupt) if !model.at_risk() => return vec![Effect::Quit],
        (Overlay::Quit, Action::Quit | Action::Interrupt) => {
            model.notice = Some("Y leaves. Esc stays.".to_owned());
        }
        (Overlay::Forget(mac), Action::Yes) => {
            model.overlay = None;
            return vec![Effect::Command(Command::Forget(mac))];
        }
        (Overlay::Insist | Overlay::Fix | Overlay::Large, Action::Yes) => {
            model.overlay = None;
            return match overlay {
                Overlay::Insist => wizard::insist(model),
                Overlay::Large => wizard::read_large(model),
                _ => wizard::fix(model),
            };
        }
        (_, Action::Quit | Action::Interrupt) => return leave(model),
        (Overlay::Help, Action::Move(by)) => scroll(model, by),
        (Overlay::Help, Action::Screen(by)) => scroll(model, by * 8),
        (Overlay::Help, Action::Help | Action::Back | Action::Open) | (_, Action::Back) => {
            model.overlay = None;
            model.scroll = 0;
        }
        _ => {}
    }
    Vec::new()
}

fn leave(model: &mut Model) -> Vec<Effect> {
    if model.ended {
        return vec![Effect::Quit];
    }
    model.overlay = Some(Overlay::Quit);
    Vec::new()
}

pub(super) fn acted(model: &mut Model, action: Action) -> Vec<Effect> {
    match (action, model.page) {
        (Action::Quit | Action::Interrupt, _) => return leave(model),
        (Action::Help, _) => {
            model.overlay = Some(Overlay::Help);
            model.scroll = 0;
        }
        (Action::Screen(by), page) if page.is_made_of_panes() => {
            scroll(model, by * i32::from(model.size.1 / 2).max(1));
        }
        (Action::Back | Action::Log | Action::Filter | Action::Follow | Action::Forget, page)
            if page.is_made_of_panes() => {}
        (Action::Pause | Action::Replan | Action::Remedy | Action::Done, _) => {
            return hand::acted(model, action);
        }
        (Action::Report, page) if !page.is_made_of_panes() => go(model, Page::Report),
        (Action::Coach, page) if !page.is_made_of_panes() => wizard::open_coach(model),
        (Action::Back, Page::Bench) => back_to_plain(model),
        (Action::Back, _) | (Action::Log, Page::Log) => go(model, Page::Bench),
        (Action::Log, _) => go(model, Page::Log),
        (Action::Filter | Action::Follow, Page::Phone(_)) => {}
        (Action::Filter, _) => model.log.typing = Some(Field::Filter),
        (Action::Search, Page::Log) => {
            model.log.search.clear();
            model.log.typing = Some(Field::Search);
        }
        (Action::Seek(older), Page::Log) => seek(model, older),
        (Action::Follow, _) => model.log.toggle(),
        (Action::Copy, Page::Log) => return vec![Effect::SaveLog(model.log.lines())],
        (Action::Forget, _) if !model.ended => {
            model.overlay = model.selected().map(|phone| Overlay::Forget(phone.mac));
        }
        (Action::Open, Page::Bench) => {
            if let Some(mac) = model.selected().map(|phone| phone.mac) {
                model.chosen = Some(mac);
                go(model, Page::Phone(mac));
            }
        }
        (Action::Move(by) | Action::Next(by), Page::Bench) => choose_by(model, by),
        (Action::Next(by), Page::Phone(_)) => {
            choose_by(model, by);
            if let Some(mac) = model.chosen {
                go(model, Page::Phone(mac));
            }
        }
        (Action::First, Page::Bench) => choose(model, |_, _| 0),
        (Action::Last, Page::Bench) => choose(model, |_, last| last),
        (Action::Screen(by), Page::Bench) => log_by(model, by * 4),
        (Action::Move(by), Page::Log) => log_by(model, by),
        (Action::Screen(by), Page::Log) => log_by(model, by * i32::from(model.size.1.saturating_sub(6))),
        (Action::First, Page::Log) => model.log.up(usize::MAX),
        (Action::Last, Page::Log) => model.log.follow(),
        (Action::Move(by), Page::Phone(_)) => scroll(model, by),
        (Action::Screen(by), Page::Phone(_)) => scroll(model, by * i32::from(model.size.1.saturating_sub(6))),
        (Action::First, Page::Phone(_)) => model.scroll = 0,
        (Action::Last, Page::Phone(_)) => scroll(model, i32::from(u16::MAX)),
        _ => {}
    }
    Vec::new()
}

/// The filter first, then the choice: each Esc takes one thing away.
fn back_to_plain(model: &mut Model) {
    if !model.log.filter.is_empty() {
        model.log.all();
    } else if model.chosen.take().is_none() {
        model.notice = Some("Esc leads no further back from here: Q leaves.".to_owned());
    }
}

fn choose(model: &mut Model, to: impl Fn(usize, usize) -> usize) {
    let order = glance::order(&model.state);
    let at = |mac: Mac| order.iter().position(|i| model.state.phones.get(*i).is_some_and(|p| p.mac == mac));
    let now = model.selected().and_then(|phone| at(phone.mac)).unwrap_or(0);
    let wanted = to(now, order.len().saturating_sub(1));
    model.chosen = order.get(wanted).and_then(|i| model.state.phones.get(*i)).map(|phone| phone.mac);
}

fn choose_by(model: &mut Model, by: i32) {
    let by = isize::try_from(by).unwrap_or(0);
    choose(model, |at, last| at.saturating_add_signed(by).min(last));
}

pub(super) fn log_by(model: &mut Model, by: i32) {
    let lines = usize::try_from(by.unsigned_abs()).unwrap_or(1);
    if by < 0 { model.log.up(lines) } else { model.log.down(lines) }
}

pub(super) fn scroll(model: &mut Model, by: i32) {
    let last = i32::from(pages::last_line(model));
    let to = i32::from(model.scroll).saturating_add(by).clamp(0, last);
    model.scroll = u16::try_from(to).unwrap_or(0);
}
