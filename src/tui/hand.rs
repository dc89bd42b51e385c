//! What the technician decides for one phone of a running bench: led elsewhere, left alone, helped, ticked off.

use super::keys::Action;
use super::{Command, Effect, Model, Overlay, Page, glance};
use crate::event::Remedy;
use crate::load::LoadName;
use crate::phone_id::Mac;
use crate::session::phone::OpenRequest;
use crate::session::{Phone, words};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// The loads that can be chosen here, and what is being chosen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hand {
    /// Complete loads of the shelf, by name.
    pub loads: Vec<String>,
    /// The chosen row of the loads that fit the phone.
    pub at: usize,
    /// What the technician says that it runs.
    pub says: String,
}

/// A load that a phone can be led to.
pub(super) struct Target {
    pub(super) load: String,
    /// Protocol and release.
    pub(super) note: String,
    /// It is led there now.
    pub(super) now: bool,
}

/// The loads at hand for the family of this phone, the newest first in each protocol.
pub(super) fn targets(model: &Model, phone: &Phone) -> Vec<Target> {
    let Some(family) = phone.identity.family else { return Vec::new() };
    let now = phone.plan.as_ref().map(|plan| plan.target.as_str());
    let named = model.hand.loads.iter().filter_map(|load| Some((load, load.parse::<LoadName>().ok()?)));
    let mut fitting: Vec<_> = named.filter(|(_, name)| name.family == family && !name.loader).collect();
    fitting.sort_by(|(_, a), (_, b)| {
        (a.protocol.to_string(), &b.release).cmp(&(b.protocol.to_string(), &a.release))
    });
    fitting.dedup_by(|(a, _), (b, _)| a.eq_ignore_ascii_case(b));
    let target = |(load, name): (&String, LoadName)| Target {
        load: load.clone(),
        note: format!("{} {}", name.protocol, name.release),
        now: now.is_some_and(|now| now.eq_ignore_ascii_case(load)),
    };
    fitting.into_iter().map(target).collect()
}

/// What the program can do for it at one key, and what is different then: `lead it over an older load. It takes …`.
pub(super) fn does(remedy: Remedy) -> String {
    format!("{}. {}", words::remedy(remedy), words::remedied(remedy))
}

/// What is left for the technician to say: `D` or `M`, and what that does.
pub(super) fn key(phone: &Phone) -> Option<String> {
    if let Some(OpenRequest { closes, .. }) = glance::request(phone) {
        let closes = closes.trim_end_matches('.');
        return Some(format!("D: it is done. It is also seen when {closes}."));
    }
    let offers = phone.offers();
    let more = if offers.len() > 1 { format!(" (and {} more)", offers.len() - 1) } else { String::new() };
    offers.first().map(|remedy| format!("M{more}: {}", does(*remedy)))
}

/// Whether a key of the hand does something for the phone that is looked at; for the footer.
pub(super) fn offered(model: &Model, action: Action) -> bool {
    let phone = model.selected().filter(|_| !model.ended);
    phone.is_some_and(|phone| match action {
        Action::Remedy => !phone.offers().is_empty(),
        Action::Done => glance::request(phone).is_some(),
        _ => true,
    })
}

/// A key of the hand on the Bench, for the phone that is looked at.
pub(super) fn acted(model: &mut Model, action: Action) -> Vec<Effect> {
    if model.ended || !matches!(model.page, Page::Bench | Page::Phone(_)) {
        return Vec::new();
    }
    let Some(mac) = model.selected().map(|phone| phone.mac) else { return Vec::new() };
    // The next key means the same phone, whatever stands first then.
    model.chosen = Some(mac);
    let Some(phone) = model.state.phone(mac) else { return Vec::new() };
    let command = match action {
        Action::Pause if phone.pause.is_some() => Command::Resume(mac),
        Action::Pause => Command::Pause(mac),
        Action::Done => match &phone.request {
            Some(open) => Command::Done { phone: mac, request: open.request },
            None => return nothing(model, "Nothing is asked of you for this phone now."),
        },
        Action::Remedy => match phone.offers().as_slice() {
            [] => return nothing(model, "Nothing can be done for this phone at a key now."),
            [remedy] if !remedy.changes_laptop() => Command::Remedy { phone: mac, remedy: *remedy },
            _ => {
                model.overlay = Some(Overlay::Remedy(mac));
                return Vec::new();
            }
        },
        _ => {
            let at = targets(model, phone).iter().position(|target| target.now).unwrap_or(0);
            (model.hand.at, model.overlay) = (at, Some(Overlay::Replan(mac)));
            model.hand.says.clear();
            return Vec::new();
        }
    };
    vec![Effect::Command(command)]
}

fn nothing(model: &mut Model, text: &str) -> Vec<Effect> {
    model.notice = Some(text.to_owned());
    Vec::new()
}

/// A key while something is chosen for a phone; `None`: it means what it means everywhere.
pub(super) fn pressed(model: &mut Model, key: KeyEvent) -> Option<Vec<Effect>> {
    if key.modifiers.contains(KeyModifiers::CONTROL) {
        return None;
    }
    match model.overlay? {
        Overlay::Replan(mac) => Some(replanning(model, mac, key.code)),
        Overlay::Remedy(mac) => helping(model, mac, key.code),
        _ => None,
    }
}

fn replanning(model: &mut Model, mac: Mac, code: KeyCode) -> Vec<Effect> {
    let rows = model.state.phone(mac).map_or(0, |phone| targets(model, phone).len());
    let hand = &mut model.hand;
    match code {
        KeyCode::Up => hand.at = hand.at.saturating_sub(1),
        KeyCode::Down => hand.at = (hand.at + 1).min(rows.saturating_sub(1)),
        KeyCode::Char(c) if hand.says.chars().count() < crate::limits::FILTER_CHARS => hand.says.push(c),
        KeyCode::Backspace => drop(hand.says.pop()),
        KeyCode::Esc if !hand.says.is_empty() => hand.says.clear(),
        KeyCode::Esc => model.overlay = None,
        KeyCode::Enter => {
            model.overlay = None;
            return chosen(model, mac);
        }
        _ => {}
    }
    Vec::new()
}

/// What was chosen, as far as it differs from what is.
fn chosen(model: &mut Model, mac: Mac) -> Vec<Effect> {
    let Some(phone) = model.state.phone(mac) else { return Vec::new() };
    let target = targets(model, phone).into_iter().nth(model.hand.at).filter(|t| !t.now).map(|t| t.load);
    let says = model.hand.says.trim();
    let from = (!says.is_empty()).then(|| says.to_owned());
    if target.is_none() && from.is_none() {
        return nothing(model, "It is led there already.");
    }
    vec![Effect::Command(Command::Replan { phone: mac, target, from })]
}

fn helping(model: &mut Model, mac: Mac, code: KeyCode) -> Option<Vec<Effect>> {
    let offers = model.state.phone(mac).map(Phone::offers).unwrap_or_default();
    let n = match code {
        KeyCode::Char(c @ '1'..='9') => c.to_digit(10).and_then(|n| usize::try_from(n).ok())?,
        KeyCode::Enter | KeyCode::Char('m' | 'M' | 'y' | 'Y') => 1,
        _ => return None,
    };
    let remedy = n.checked_sub(1).and_then(|n| offers.get(n))?;
    model.overlay = None;
    Some(vec![Effect::Command(Command::Remedy { phone: mac, remedy: *remedy })])
}

/// The keys that choose among so many remedies.
pub(super) const fn numbers(offers: usize) -> &'static str {
    match offers {
        0 | 1 => "Enter",
        2 => "1 2",
        3 => "1 2 3",
        _ => "1 to 9",
    }
}

/// What can be chosen in an overlay, and which of it is.
pub(super) fn choices(model: &Model, overlay: Overlay) -> Option<(Vec<String>, usize)> {
    match overlay {
        Overlay::Replan(mac) => {
            let row = |t: Target| format!("{}  {}{}", t.load, t.note, if t.now { ", as now" } else { "" });
            let rows: Vec<_> = targets(model, model.state.phone(mac)?).into_iter().map(row).collect();
            (!rows.is_empty()).then_some((rows, model.hand.at))
        }
        Overlay::Remedy(mac) => Some((model.state.phone(mac)?.offers().into_iter().map(does).collect(), 0)),
        _ => None,
    }
}

/// What is asked in an overlay.
pub(super) fn question(model: &Model, overlay: Overlay) -> Option<String> {
    let (Overlay::Replan(mac) | Overlay::Remedy(mac)) = overlay else { return None };
    let phone = model.state.phone(mac)?;
    let name = format!("{} ·{}", glance::model(phone), mac.tail());
    Some(match (overlay, &phone.plan) {
        (Overlay::Remedy(_), _) if phone.offers().len() == 1 => {
            format!("Shall this be done for the {name}? Enter: yes. Esc: no.")
        }
        (Overlay::Remedy(_), _) => format!("What shall be done for the {name}? Each changes one thing."),
        _ if phone.identity.family.is_none() => {
            format!("The {name} has not shown yet what it is, so no load can be offered.")
        }
        _ if targets(model, phone).is_empty() => {
            format!("No load for the {name} is here. What it runs can still be said.")
        }
        (_, Some(plan)) if phone.keep_powered() => format!(
            "The {name} is led to {}. It writes its firmware now: it can be led elsewhere as soon as it may be unplugged.",
            plan.target
        ),
        (_, Some(plan)) => format!("The {name} is led to {}. Where shall it go?", plan.target),
        (_, None) => format!("Where shall the {name} go?"),
    })
}
