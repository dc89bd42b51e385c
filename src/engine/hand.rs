//! What the program can do for one phone at one key: each remedy with the condition under which it can help at all.

use super::answer::Desk;
use super::{lead, rules};
use crate::catalogue::Reset;
use crate::event::{ClosedBy, Kind, Remedy, Request, Role, Verdict};
use crate::load::Family;
use crate::provision;
use crate::session::phone::OpenRequest;
use crate::session::{Phone, Stage, words};
use std::time::Duration;

/// Taking its files away now could cost the phone its firmware.
pub(super) fn writes_flash(phone: &Phone) -> bool {
    phone.read.iter().chain(&phone.left).any(|read| read.role.is_firmware()) || phone.keep_powered()
}

/// The events that carry a remedy out, or why it would help nothing.
pub(super) fn remedy(desk: &Desk<'_>, phone: &Phone, remedy: Remedy) -> Result<Vec<Kind>, String> {
    if phone.pause.is_some() {
        return Err("it is paused".to_owned());
    }
    if writes_flash(phone) {
        return Err("it reads or writes its firmware now; wait until it may be unplugged".to_owned());
    }
    let follows = possible(desk, phone, remedy)?;
    let text = words::remedied(remedy).to_owned();
    let mut kinds = vec![Kind::Remedied { remedy, unasked: false, text }];
    kinds.extend(follows);
    // Who asks elsewhere goes on asking, and is answered as soon as somebody is there.
    kinds.extend(at_next_start(desk, phone).filter(|_| !remedy.changes_laptop()));
    Ok(kinds)
}

/// A phone that asks for nothing takes notice of what was changed only when it starts.
pub(super) fn at_next_start(desk: &Desk<'_>, phone: &Phone) -> Option<Kind> {
    let idle = matches!(phone.stage, Stage::Leased | Stage::Config | Stage::Proof | Stage::Done)
        && phone.read.is_none();
    (idle && phone.request.is_none()).then(|| request_for(desk, phone, Request::PowerCycle, None))
}

/// Those of the remedies that can help this phone.
pub(super) fn helpful(desk: &Desk<'_>, phone: &Phone, remedies: &[Remedy]) -> Vec<Remedy> {
    remedies.iter().copied().filter(|remedy| possible(desk, phone, *remedy).is_ok()).collect()
}

/// What the program does without being asked: nothing else helps there, and it costs nothing.
pub(super) fn unasked(phone: &Phone) -> Option<Kind> {
    let remedy = Remedy::EmptyTrustList;
    let due = phone.symptoms.contains_key("trust-list-loop") && !phone.remedies.contains_key(&remedy);
    due.then(|| Kind::Remedied { remedy, unasked: true, text: words::remedied(remedy).to_owned() })
}

/// What follows from a remedy beside the changed answers, or why it is none for this phone now.
fn possible(desk: &Desk<'_>, phone: &Phone, remedy: Remedy) -> Result<Vec<Kind>, String> {
    let classic = phone.identity.family.is_none_or(|family| family == Family::Classic);
    let done = phone.remedies.contains_key(&remedy);
    match remedy {
        Remedy::OwnFile => {
            let model = rules::model(desk, phone).ok_or("it has not shown yet which model it is")?;
            let load = named_on_shelf(desk, phone, model.device_type)
                .ok_or("no configuration on the shelf names a load for it")?;
            lead::to(desk, phone, model, &load, None)
        }
        Remedy::RungDown => {
            lead::rung_down(desk, phone, "the technician wants an older load than {due} first")
                .map(|plan| vec![plan])
                .ok_or_else(|| {
                    "no older load of its family that leads on to its target is on the shelf".to_owned()
                })
        }
        Remedy::AdoptAddress => match phone.asks_at {
            Some((address, _)) => Ok(vec![Kind::AddressWanted { address }]),
            None => Err("it asks nobody else for files".to_owned()),
        },
        Remedy::NakLease if phone.leased.is_none() => Err("it has no address from here".to_owned()),
        Remedy::HideDefault | Remedy::EmptyTrustList if !classic => {
            Err("that is for the 7940 and 7960".to_owned())
        }
        Remedy::NakLease | Remedy::HideDefault | Remedy::EmptyTrustList if done => {
            Err("that is done already".to_owned())
        }
        Remedy::NakLease | Remedy::HideDefault | Remedy::EmptyTrustList => Ok(Vec::new()),
        Remedy::VaryReply => {
            super::addresses::next_change(phone).map(|change| vec![change]).ok_or_else(|| {
                "its answers can't be varied: it asks for files, or all changes were tried".to_owned()
            })
        }
    }
}

/// The load that a configuration on the shelf names for this phone: its own file first, then the defaults.
fn named_on_shelf(desk: &Desk<'_>, phone: &Phone, device_type: u32) -> Option<String> {
    let sip = format!("SIP{}.cnf", phone.mac.bare());
    let own = format!("{}.cnf.xml", phone.mac.sep());
    let files = [own.as_str(), &sip, "XMLDefault.cnf.xml", "OS79XX.TXT", "SIPDefault.cnf"];
    let named = files.iter().find_map(|name| {
        let file = desk.shelf.find(name, None)?;
        let load = provision::named_load(&file.bytes, device_type)?;
        desk.shelf.load(&load).filter(|load| load.complete)
    })?;
    let planned = phone.plan.as_ref().is_some_and(|plan| plan.target.eq_ignore_ascii_case(&named.name));
    (!planned).then(|| named.name.clone())
}

/// What the technician is asked to do, and when that is done.
pub(super) fn requests(desk: &Desk<'_>, phone: &Phone) -> Option<Kind> {
    match &phone.request {
        Some(open) => closed(desk, phone, open),
        None => asked(desk, phone),
    }
}

/// The worst symptom that stands and asks for a hand, and the next thing that it asks for.
fn asked(desk: &Desk<'_>, phone: &Phone) -> Option<Kind> {
    if phone.verdict() == Some(Verdict::Recovered) || writes_flash(phone) {
        return None;
    }
    let mut symptoms: Vec<_> = phone.symptoms.iter().collect();
    symptoms.sort_by_key(|(_, s)| (std::cmp::Reverse(s.severity), s.at));
    let (code, request) = symptoms.into_iter().find_map(|(code, standing)| {
        let next = desk.catalogue.symptom(code)?.requests.get(standing.requests)?;
        Some((code, *next))
    })?;
    Some(request_for(desk, phone, request, Some(code.clone())))
}

/// Asks for something.
pub(super) fn request_for(desk: &Desk<'_>, phone: &Phone, request: Request, symptom: Option<String>) -> Kind {
    let text = match (request, reset(desk, phone)) {
        (Request::HoldHash, Some((reset, keys))) => {
            format!("Switch it off. {} Then type {keys}{}.", reset.enter, answer(reset))
        }
        (Request::EnterSequence, Some((reset, keys))) => {
            format!("Type {keys} on its keys{}.", answer(reset))
        }
        _ => words::request_in_full(request).to_owned(),
    };
    Kind::Requested { request, symptom, text, closes: words::closes(request).to_owned() }
}

/// How this model is reset, and the keys for it.
pub(super) fn reset<'a>(desk: &Desk<'a>, phone: &Phone) -> Option<(&'a Reset, &'a str)> {
    let resets = desk.catalogue.resets(rules::model(desk, phone)?);
    resets.into_iter().find_map(|reset| Some((reset, reset.keys.as_deref()?)))
}

/// What the phone asks after the keys.
fn answer(reset: &Reset) -> String {
    reset.answer.as_ref().map_or_else(String::new, |key| format!(", and {key} when it asks"))
}

/// The event by which it started anew after it was asked for. Sooner than a phone takes to start, it did so by itself.
fn started_anew(desk: &Desk<'_>, phone: &Phone, open: &OpenRequest) -> u64 {
    let lately = phone.lately;
    let least = |family: Family| desk.catalogue.stage(family, "power").map(|range| range.usual[0]);
    let family = phone.identity.family.unwrap_or(Family::Classic);
    let boot = Duration::from_secs(least(family).unwrap_or_default().into());
    match phone.leased {
        // Its addresses are another's affair: its first file has to do.
        None => lately.begun,
        Some(_) if lately.started_at.since(open.at) >= boot => lately.started,
        Some(_) => 0,
    }
}

/// The last event that shows that this was done.
fn shown(desk: &Desk<'_>, phone: &Phone, open: &OpenRequest) -> u64 {
    let lately = phone.lately;
    let relinked = if lately.linked > open.event { lately.heard } else { 0 };
    let moved = if relinked > lately.linked { relinked } else { 0 };
    match open.request {
        Request::PowerCycle => started_anew(desk, phone, open).max(moved),
        Request::HoldHash => started_anew(desk, phone, open).max(moved).max(lately.wiped),
        Request::EnterSequence if phone.identity.family == Some(Family::Classic) => {
            lately.forgot.max(lately.wiped)
        }
        Request::EnterSequence => lately.wiped,
        Request::MoveToSwPort => moved,
        Request::Wait => lately.started.max(lately.asked),
        Request::UsePowerCube => lately.asked,
        Request::UnplugServer => lately.leased,
    }
}

/// A wire event shows that it was done, or what it was for has passed.
fn closed(desk: &Desk<'_>, phone: &Phone, open: &OpenRequest) -> Option<Kind> {
    let (request, shown) = (open.request, shown(desk, phone, open));
    if shown > open.event {
        let because = format!("#{shown} {}", words::closes(request));
        return Some(Kind::RequestClosed { request, by: ClosedBy::Wire, because });
    }
    if request.touches_power() && writes_flash(phone) {
        let because = "it goes on by itself and must keep its power now".to_owned();
        return Some(Kind::RequestClosed { request, by: ClosedBy::Passed, because });
    }
    let passed = match &open.symptom {
        Some(code) => !phone.symptoms.contains_key(code),
        None => false,
    };
    let because = "what it was for has passed".to_owned();
    (passed || phone.verdict() == Some(Verdict::Recovered)).then_some(Kind::RequestClosed {
        request,
        by: ClosedBy::Passed,
        because,
    })
}

/// Whether a remedy that was carried out changes the answer to this request.
pub(super) fn changes(phone: &Phone, role: Role) -> Option<Remedy> {
    let remedy = match role {
        Role::TrustList => Remedy::EmptyTrustList,
        Role::XmlDefault => Remedy::HideDefault,
        _ => return None,
    };
    phone.remedies.contains_key(&remedy).then_some(remedy)
}
