//! What follows from what a phone says of itself. The strongest piece wins, and a contradiction is shown, never averaged.
//!
//! Rules, by the name under which a proof quotes them: `says-target` (the strongest piece names the load that is due),
//! `says-another` (it names another one).

use super::answer::Desk;
use super::rules;
use crate::catalogue::{Catalogue, Era};
use crate::clock::Instant;
use crate::event::{Condition, Identity, Kind, Verdict};
use crate::evidence::is_boot_code;
use crate::load::LoadName;
use crate::route::Start;
use crate::session::Phone;
use crate::session::phone::Saying;

/// The application that a piece names.
fn application(saying: &Saying) -> Option<LoadName> {
    saying.said.load.as_deref()?.parse::<LoadName>().ok().filter(|load| !load.loader)
}

/// The strongest piece that names an application.
fn strongest(phone: &Phone) -> Option<(&Saying, LoadName)> {
    phone.sayings().into_iter().find_map(|saying| Some((saying, application(saying)?)))
}

fn same(named: &LoadName, load: &str) -> bool {
    load.parse::<LoadName>().is_ok_and(|load| load == *named)
}

/// It says itself that it runs another application than this load.
pub(super) fn another_than(phone: &Phone, load: &str) -> bool {
    strongest(phone).is_some_and(|(_, named)| !same(&named, load))
}

/// The load that a phone says it runs, to plan from.
pub(super) fn start(phone: &Phone) -> Option<Start> {
    let (saying, _) = strongest(phone)?;
    saying.said.load.clone().map(Start::Load)
}

/// What the pieces tell of the phone that is not known yet, or known worse.
pub(super) fn identify(catalogue: &Catalogue, phone: &Phone, identity: &mut Identity) {
    for saying in phone.sayings() {
        let because = || format!("#{} its {} says so", saying.event, saying.said.source);
        if let (None, Some(model)) = (&identity.model, &saying.said.model) {
            identity.family = catalogue.model(model).map(|m| m.family).or(identity.family);
            identity.model = Some(model.to_owned());
            identity.because = because();
        }
        let Some(load) = &saying.said.load else { continue };
        let before = (identity.family, identity.condition, identity.protocol);
        if let Some(named) = application(saying) {
            identity.family = identity.family.or(Some(named.family));
            if strongest(phone).is_some_and(|(s, _)| s.event == saying.event) {
                // Before the universal loader the load is all there is.
                (identity.condition, identity.protocol) = match catalogue.era(&named) {
                    Era::Unsigned | Era::Signed => (Condition::SingleImage, None),
                    Era::Universal | Era::Java => (Condition::Application, Some(named.protocol)),
                };
            }
        } else if is_boot_code(load) {
            (identity.condition, identity.protocol) = (Condition::Wiped, None);
        }
        if before != (identity.family, identity.condition, identity.protocol) {
            identity.because = because();
        }
    }
}

/// `says-target`: the strongest piece names this load.
fn names(phone: &Phone, load: &str) -> Option<Vec<String>> {
    let (saying, named) = strongest(phone).filter(|(_, named)| same(named, load))?;
    let text = saying.said.load.as_deref().unwrap_or_default();
    let mut proof = vec![format!("#{} says-target: its {} names {text}", saying.event, saying.said.source)];
    let others = phone.sayings().into_iter().filter_map(|s| Some((s, application(s)?)));
    for (other, _) in others.filter(|(_, other)| *other != named) {
        let load = other.said.load.as_deref().unwrap_or_default();
        proof.push(format!("#{} although its {} named {load}", other.event, other.said.source));
    }
    Some(proof)
}

/// A registration or its page proves a load alone. A loader announces itself, too, and may have the name of its load: there
/// an application must be seen besides, or the load have been read whole.
pub(super) fn proves(
    desk: &Desk<'_>,
    phone: &Phone,
    load: &str,
    read_whole: bool,
    now: Instant,
) -> Option<Vec<String>> {
    let mut proof = names(phone, load)?;
    let (saying, named) = strongest(phone)?;
    if !saying.said.source.is_application() && !read_whole {
        proof.push(rules::application_shown(desk, phone, named.protocol, now)?);
    }
    Some(proof)
}

/// The strongest piece, where it names another application than the one the phone was led to.
pub(super) fn another(phone: &Phone) -> Option<(&Saying, &str)> {
    let plan = phone.plan.as_ref().filter(|_| phone.at_target())?;
    let (saying, named) = strongest(phone)?;
    let load = saying.said.load.as_deref()?;
    (!same(&named, &plan.target)).then_some((saying, load))
}

/// The symptom of a phone that says that it runs another load.
pub(super) const RUNS_ANOTHER: &str = "runs-another";

/// It said that it runs another load, and has said nothing since: a start alone takes no word back.
pub(super) fn not_disproved(phone: &Phone) -> bool {
    phone.symptoms.contains_key(RUNS_ANOTHER) && phone.at_target() && strongest(phone).is_none()
}

/// `says-another`: nothing else counts as proof while it holds. What it was before it read firmware, it need not be now.
pub(super) fn contradicted(phone: &Phone) -> bool {
    let raised = phone.symptoms.get(RUNS_ANOTHER).map(|symptom| symptom.at);
    let read_since = phone.trail.firmware.iter().any(|mark| raised.is_some_and(|at| mark.at > at));
    another(phone).is_some() || not_disproved(phone) && !read_since
}

/// The verdict that the pieces demand, before and after one was given.
pub(super) fn verdict(desk: &Desk<'_>, phone: &Phone, now: Instant) -> Option<Kind> {
    let target = &phone.plan.as_ref().filter(|_| phone.at_target())?.target;
    let closed = phone.closed.as_ref();
    if let (Some((saying, load)), Some(Verdict::Recovered)) = (another(phone), phone.verdict()) {
        let source = saying.said.source;
        let mut proof = vec![format!("#{} says-another: its {source} names {load}", saying.event)];
        proof.extend(closed.iter().flat_map(|c| c.proof.clone()));
        let reason = format!(
            "Contradicted: it seemed to run {target}, and now its {source} says that it runs {load}."
        );
        return Some(Kind::Verdict {
            verdict: Verdict::Failed,
            running: Some(load.to_owned()),
            proof,
            reason,
        });
    }
    let open = match closed {
        None => true,
        Some(closed) => closed.verdict == Verdict::Failed && closed.running.is_some(),
    };
    if !open || phone.no_plan.is_some() {
        return None;
    }
    let behind = phone.hops_done.last().filter(|hop| hop.load.eq_ignore_ascii_case(target));
    let behind: Vec<String> = behind.map(|hop| hop.proof.clone()).unwrap_or_default();
    let read_whole = behind.iter().any(|line| line.contains(rules::READ_WHOLE));
    let mut proof = proves(desk, phone, target, read_whole, now)?;
    let says = strongest(phone)?.0.said.source;
    let new = behind.into_iter().filter(|line| !line.contains("says-target") && !proof.contains(line));
    let new: Vec<String> = new.collect();
    proof.extend(new);
    let reason = format!("It runs {target}: its {says} names it. {}", rules::UNREGISTERED);
    Some(Kind::Verdict { verdict: Verdict::Recovered, running: Some(target.clone()), proof, reason })
}
