//! The last word on a phone, and its withdrawal.

use super::Sign;
use super::hop::{READ_WHOLE, application_shown, image_not_wanted};
use super::way::{started_past, wanted_list};
use crate::catalogue::Era;
use crate::clock::Instant;
use crate::engine::answer::Desk;
use crate::engine::said;
use crate::event::{Kind, Role, Verdict};
use crate::load::LoadName;
use crate::session::Phone;

/// Why a recovered phone does not look like one.
pub(in crate::engine) const UNREGISTERED: &str = "Its screen may say \"Registering\" or \"Phone Unprovisioned\": it has no exchange here, which is no fault of its own.";

/// The last word on a phone, or its withdrawal.
pub(in crate::engine) fn verdict(
    desk: &Desk<'_>,
    phone: &Phone,
    sign: Sign<'_>,
    now: Instant,
) -> Option<Kind> {
    if let Some(said) = said::verdict(desk, phone, now) {
        return Some(said);
    }
    if let Some(closed) = &phone.closed {
        return (closed.verdict == Verdict::Recovered).then(|| starts_over(sign))?;
    }
    if said::contradicted(phone) {
        return None;
    }
    if let Some(no_plan) = &phone.no_plan {
        let reason = format!("{} {}", no_plan.text.trim_end(), no_plan.get);
        return Some(Kind::Verdict { verdict: Verdict::Failed, running: None, proof: Vec::new(), reason });
    }
    let plan = phone.plan.as_ref().filter(|_| phone.at_target())?;
    let load: LoadName = plan.target.parse().ok()?;
    let behind = phone.hops_done.last();
    let read = behind.is_some_and(|hop| hop.proof.iter().any(|proof| proof.contains(READ_WHOLE)));
    let shown = match desk.catalogue.era(&load) {
        Era::Unsigned | Era::Signed => image_not_wanted(desk, phone, &plan.target, sign, now)?,
        era => {
            let trail = &phone.trail;
            let told = trail.config.as_ref().is_some_and(|m| m.load.as_deref() == Some(plan.target.as_str()));
            let round = match era {
                Era::Java => wanted_list(phone),
                _ => trail.lists > desk.catalogue.habits().lists_at_starts() || !read && started_past(phone),
            };
            if !told || round || trail.again > 1 {
                return None;
            }
            application_shown(desk, phone, load.protocol, now)?
        }
    };
    let mut proof = behind.map(|hop| hop.proof.clone()).unwrap_or_default();
    if !proof.contains(&shown) {
        proof.push(shown);
    }
    let how =
        if read { "read all of it, started anew" } else { "was told to run it, asked for no part of it" };
    let reason = format!("It runs {}: it {how} and behaves as that load does. {UNREGISTERED}", plan.target);
    Some(Kind::Verdict { verdict: Verdict::Recovered, running: Some(plan.target.clone()), proof, reason })
}

/// A recovered phone that asks for firmware again was not, or has been wiped since.
fn starts_over(sign: Sign<'_>) -> Option<Kind> {
    let Sign::Asks(role, file) = sign else { return None };
    (role.is_firmware() || role == Role::TermList).then(|| Kind::Verdict {
        verdict: Verdict::Unproven,
        running: None,
        proof: Vec::new(),
        reason: format!("It was recovered, and now asks for {file} again."),
    })
}
