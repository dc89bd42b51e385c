//! What each event means for its phone.

mod reads;

use super::phone::{
    Closed, HopBehind, Mark, OpenRequest, Pause, Phone, Read, Saying, Stage, Symptom, Trail, Wish,
};
use crate::catalogue::Catalogue;
use crate::clock::Instant;
use crate::event::{ClosedBy, Event, Kind, Remedy, Role, Verdict};
use crate::limits;
use reads::{
    asked_for, asks, broke, ended, note_app_file, read_finished, read_moved, read_started, refused_again,
    wants_firmware,
};

/// Folds one event into its phone. Returns the bytes that it acknowledged.
pub(super) fn apply(phone: &mut Phone, event: &Event) -> u64 {
    if from_the_phone(&event.kind) {
        phone.last_seen = event.at;
        lately(phone, event);
    }
    match &event.kind {
        Kind::DhcpOffer { .. }
        | Kind::DhcpAck { .. }
        | Kind::DhcpNak { .. }
        | Kind::DhcpDecline { .. }
        | Kind::DhcpRelease { .. }
        | Kind::DhcpElsewhere { .. } => dhcp(phone, event),
        Kind::ReadStarted { peer, asked, file, role, load, size, part, made, .. } => {
            phone.address = Some(*peer.ip());
            let read = Read {
                id: 0,
                file: file.clone(),
                role: *role,
                load: load.clone(),
                part: *part,
                made: *made,
                bytes: 0,
                size: *size,
                resent: 0,
                since: event.at,
                event: event.n,
            };
            phone.trail.offers = 0;
            asked_for(phone, asked, true, event.at);
            read_started(phone, event, read);
        }
        Kind::ReadRefused { peer, asked, role, .. } => {
            phone.address = Some(*peer.ip());
            asked_for(phone, asked, false, event.at);
            refused_again(&mut phone.trail, asked, *role, event.at);
            reached(phone, asks(*role, phone.stage), event.at);
            note_app_file(
                phone,
                Mark { file: asked.clone(), load: None, role: *role, event: event.n, at: event.at },
            );
        }
        Kind::ReadProgress { read, bytes, resent } => return read_moved(phone, *read, *bytes, *resent),
        Kind::ReadFinished { read, bytes, resent, .. } => {
            let gained = read_moved(phone, *read, *bytes, *resent);
            read_finished(phone, event);
            return gained;
        }
        Kind::ReadFailed { read, bytes, resent, why, .. } => {
            let gained = read_moved(phone, *read, *bytes, *resent);
            if let Some(read) = ended(phone, *read) {
                broke(&mut phone.trail, &read, *bytes, *why);
                phone.stalled = read.role.is_firmware() && phone.read.is_none() && phone.left.is_empty();
            }
            return gained;
        }
        Kind::WrongAddress { asked, .. } => phone.asks_at = Some((*asked, event.at)),
        Kind::Evidence(said) => {
            let registers = said.source.is_application();
            phone.serial = said.serial.clone().or(phone.serial.take());
            phone.hardware = said.hardware.clone().or(phone.hardware.take());
            phone.says.insert(said.source, Saying { said: said.clone(), event: event.n, at: event.at });
            if registers {
                reached(phone, Stage::Proof, event.at);
            }
        }
        kind => decided(phone, kind, event),
    }
    0
}

const fn from_the_phone(kind: &Kind) -> bool {
    matches!(
        kind,
        Kind::DhcpOffer { .. }
            | Kind::DhcpAck { .. }
            | Kind::DhcpNak { .. }
            | Kind::DhcpDecline { .. }
            | Kind::DhcpRelease { .. }
            | Kind::DhcpElsewhere { .. }
            | Kind::ReadStarted { .. }
            | Kind::ReadRefused { .. }
            | Kind::ReadProgress { .. }
            | Kind::ReadFinished { .. }
            | Kind::WrongAddress { .. }
            | Kind::Evidence(_)
    )
}

fn lately(phone: &mut Phone, event: &Event) {
    let had = phone.leased.is_some();
    let lately = &mut phone.lately;
    lately.heard = event.n;
    match &event.kind {
        Kind::DhcpOffer { .. } => {
            (lately.started, lately.started_at) = (event.n, event.at);
            // Who remembers an address asks for that one first (`classic-phones` 1.3).
            if had && lately.refused < lately.leased {
                lately.forgot = event.n;
            }
        }
        Kind::DhcpNak { .. } => lately.refused = event.n,
        Kind::DhcpAck { how, .. } => {
            lately.leased = event.n;
            // Who selects an offer began when it was made.
            if starts(how) && how != "selecting" {
                (lately.started, lately.started_at) = (event.n, event.at);
            }
        }
        Kind::ReadStarted { role, .. } | Kind::ReadRefused { role, .. } => {
            lately.asked = event.n;
            match role {
                Role::TermList => (lately.begun, lately.wiped) = (event.n, event.n),
                Role::TrustList | Role::Os79xx => lately.begun = event.n,
                _ => {}
            }
        }
        _ => {}
    }
}

/// The link of the laptop came back. A phone that is alone on the wire may have been moved or switched off.
pub(super) fn linked(phone: &mut Phone, event: u64) {
    phone.lately.linked = event;
}

/// A renewal says nothing about what the phone is doing.
fn starts(how: &str) -> bool {
    matches!(how, "selecting" | "init-reboot" | "bootp")
}

fn dhcp(phone: &mut Phone, event: &Event) {
    match &event.kind {
        Kind::DhcpOffer { asked, .. } => {
            if phone.trail.offers == 0 {
                phone.trail.offers_since = event.at;
            }
            phone.trail.offers += 1;
            phone.asked_anew = true;
            // What it did before it forgot its address shows nothing of what it does now.
            if phone.has_forgotten() {
                (phone.starts_anew, phone.trail.leases_unchanged) = (true, 0);
            }
            phone.trail.booted = true;
            phone.says.clear();
            if let Some(asked) = asked {
                phone.asks = Some((**asked).clone());
            }
            reached(phone, Stage::Dhcp, event.at);
        }
        Kind::DhcpAck { address, how, asked } => {
            (phone.address, phone.leased) = (Some(*address), Some(*address));
            phone.trail.offers = 0;
            (phone.trail.refused_address, phone.trail.declined) = (None, None);
            phone.trail.elsewhere = None;
            if let Some(asked) = asked {
                phone.asks = Some((**asked).clone());
            }
            if starts(how) {
                phone.trail.booted = true;
                phone.says.clear();
                phone.starts_anew &= how != "init-reboot";
                if let Some(varied) = &mut phone.varied {
                    varied.heard = true;
                }
                leased_again(&mut phone.trail, event.at);
                reached(phone, Stage::Leased, event.at);
            }
        }
        Kind::DhcpNak { address, foreign, ordered } => {
            phone.asked_anew |= ordered;
            phone.starts_anew = true;
            phone.trail.refused_address = foreign.then_some(*address);
            reached(phone, Stage::Dhcp, event.at);
        }
        Kind::DhcpElsewhere { server } => phone.trail.elsewhere = Some(*server),
        Kind::DhcpDecline { address } => {
            phone.trail.declined = Some(*address);
            (phone.address, phone.leased) = (None, None);
            reached(phone, Stage::Dhcp, event.at);
        }
        _ => (phone.address, phone.leased) = (None, None),
    }
}

fn leased_again(trail: &mut Trail, at: Instant) {
    if trail.leases_in_vain > 0 && at.since(trail.leases_last) < Catalogue::builtin().habits().same_request()
    {
        return;
    }
    if trail.leases_in_vain == 0 {
        trail.leases_since = at;
    }
    trail.leases_in_vain += 1;
    trail.leases_unchanged += 1;
    trail.leases_last = at;
}

fn reached(phone: &mut Phone, stage: Stage, at: Instant) {
    phone.stalled = false;
    let stage = if phone.closed.is_some() && !stage.keep_powered() { Stage::Done } else { stage };
    if phone.stage != stage {
        phone.stage = stage;
        phone.stage_since = at;
    }
}

fn decided(phone: &mut Phone, kind: &Kind, event: &Event) {
    let at = event.at;
    match kind {
        Kind::Identified(identity) => phone.identity = identity.clone(),
        Kind::Planned(plan) => {
            phone.plan = Some(plan.clone());
            phone.no_plan = None;
            phone.hop = 0;
            begin_hop(phone, at);
        }
        Kind::NoPlan(no_plan) => {
            phone.no_plan = Some(no_plan.clone());
            phone.plan = None;
        }
        Kind::Booted { .. } => phone.boots += 1,
        Kind::ReplyVaried { attempt, .. } => {
            phone.varied.get_or_insert_default().turn(Some(*attempt), at);
            phone.trail.leases_unchanged = 0;
        }
        Kind::ReplyFreed { .. } => phone.varied.get_or_insert_default().freed = true,
        Kind::ReplyRestored { all, .. } => {
            let varied = phone.varied.get_or_insert_default();
            varied.turn(None, at);
            varied.exhausted |= all;
            phone.trail.leases_unchanged = 0;
        }
        Kind::HopDone { load, proof, .. } => {
            let seconds = at.since(phone.hop_since).as_secs_f64();
            if phone.hops_done.len() < limits::NAMES_PER_PHONE {
                phone.hops_done.push(HopBehind { load: load.clone(), seconds, proof: proof.clone() });
            }
            phone.hop += 1;
            begin_hop(phone, at);
        }
        // A case that is opened again.
        Kind::Verdict { verdict: Verdict::Unproven, .. } => {
            phone.closed = None;
            phone.says.clear();
            (phone.trail.app_file, phone.trail.app_file_last) = (None, None);
        }
        Kind::Verdict { verdict, running, proof, reason } => {
            phone.closed = Some(Closed {
                verdict: *verdict,
                running: running.clone(),
                proof: proof.clone(),
                reason: reason.clone(),
                at,
            });
            reached(phone, Stage::Done, at);
        }
        Kind::Symptom { code, severity, seen, means, next, remedies } => {
            let symptom = Symptom {
                severity: *severity,
                seen: seen.clone(),
                means: means.clone(),
                next: next.clone(),
                remedies: remedies.clone(),
                requests: 0,
                at,
            };
            phone.symptoms.insert(code.clone(), symptom);
        }
        Kind::SymptomGone { code } => {
            phone.symptoms.remove(code);
        }
        kind => ordered(phone, kind, event),
    }
}

/// What the technician decided, and what he is asked to do.
fn ordered(phone: &mut Phone, kind: &Kind, event: &Event) {
    let at = event.at;
    match kind {
        Kind::Pausing => phone.pause = Some(Pause::Asked),
        Kind::Paused => phone.pause = Some(Pause::Held),
        Kind::Resumed => served_again(phone, at),
        Kind::Replanned { target, from } => {
            phone.wish = Some(Wish { target: target.clone(), from: from.clone() });
            phone.no_plan = None;
            if phone.closed.take().is_some() {
                reached(phone, Stage::Proof, at);
            }
        }
        Kind::Remedied { remedy, .. } => {
            phone.asked_anew &= *remedy != Remedy::NakLease;
            phone.remedies.insert(*remedy, at);
        }
        Kind::Requested { request, symptom, text, closes } => {
            if let Some(symptom) = symptom.as_ref().and_then(|code| phone.symptoms.get_mut(code)) {
                symptom.requests += 1;
            }
            phone.request = Some(OpenRequest {
                request: *request,
                symptom: symptom.clone(),
                text: text.clone(),
                closes: closes.clone(),
                at,
                event: event.n,
            });
        }
        Kind::RequestClosed { request, by, .. } => {
            if *by != ClosedBy::Passed && request.may_free() {
                phone.acted = Some((*request, at));
            }
            let closed = phone.request.take_if(|open| open.request == *request);
            let symptom = closed.and_then(|open| phone.symptoms.get_mut(&open.symptom?));
            if let Some(symptom) = symptom {
                symptom.requests = match by {
                    // What the wire shows to be done needs no second thing.
                    ClosedBy::Wire => usize::MAX,
                    ClosedBy::Technician => symptom.requests,
                    // Nobody did it: it is asked for again if it is still needed later.
                    ClosedBy::Passed => symptom.requests.saturating_sub(1),
                };
            }
        }
        _ => {}
    }
}

/// What it asked in vain while it was paused shows nothing. A pause that had not begun leaves nothing behind.
fn served_again(phone: &mut Phone, at: Instant) {
    if phone.pause.take() != Some(Pause::Held) {
        return;
    }
    phone.stage_since = at;
    let trail = &mut phone.trail;
    (trail.refused, trail.offers) = (None, 0);
    (trail.leases_in_vain, trail.leases_unchanged, trail.lists_in_vain) = (0, 0, 0);
}

/// A new hop begins with a clean trail, except for what the phone is showing of itself right now.
fn begin_hop(phone: &mut Phone, at: Instant) {
    phone.hop_since = at;
    let old = std::mem::take(&mut phone.trail);
    phone.trail = Trail {
        listed: old.listed && phone.at_target(),
        had: old.firmware.into_iter().map(|m| m.file).collect(),
        offers: old.offers,
        offers_since: old.offers_since,
        config: old.config,
        app_file: old.app_file,
        app_file_last: old.app_file_last,
        booted: old.booted,
        ..Trail::default()
    };
}

/// Nobody watched for a while: what was under way is over, and silence in that time shows nothing.
pub(super) fn resumed(phone: &mut Phone, at: Instant) {
    (phone.read, phone.stage_since) = (None, at);
    phone.left.clear();
    let trail = &mut phone.trail;
    (trail.offers, trail.refused_address) = (0, None);
    wants_firmware(trail);
}
