//! Which way a phone is led: the plan, a new one when it shows itself to be another, a rung down when it refuses.

use crate::catalogue::{Class, Era, Model};
use crate::clock::Instant;
use crate::engine::answer::Desk;
use crate::engine::lead;
use crate::engine::said;
use crate::event::{Condition, Kind, NoPlan, Plan, PlannedHop, Role};
use crate::load::Family;
use crate::route::{self, Start};
use crate::session::Phone;
use crate::session::phone::Mark;

/// The phone's model; where only its family is known, a model of it that has a target: they take the same loads.
pub(in crate::engine) fn model<'a>(desk: &Desk<'a>, phone: &Phone) -> Option<&'a Model> {
    if let Some(name) = &phone.identity.model {
        desk.catalogue.model(name)
    } else {
        let family = phone.identity.family?;
        let wanted = |model: &&Model| desk.job.target(desk.catalogue, model).is_some();
        desk.catalogue.models_of(family).find(wanted).or_else(|| desk.catalogue.models_of(family).next())
    }
}

/// The load that this phone is to run: the technician's word about it, else the order for its model.
pub(in crate::engine) fn target<'a>(desk: &Desk<'a>, phone: &'a Phone, model: &Model) -> Option<&'a str> {
    phone.wish.as_ref().map(|wish| wish.target.as_str()).or_else(|| desk.job.target(desk.catalogue, model))
}

/// What the phone shows or says that it runs, to plan from; `None`: only the order can say.
pub(in crate::engine) fn start(desk: &Desk<'_>, phone: &Phone, model: &Model) -> Option<Start> {
    let wiped = phone.identity.condition == Condition::Wiped;
    let said = said::start(phone).filter(|_| !wiped && phone.hops_done.is_empty());
    let behind = phone.hops_done.last().map(|hop| Start::Load(hop.load.clone()));
    let told = phone.wish.as_ref().and_then(|wish| wish.from.as_deref()).map(Start::parse);
    match (wiped, desk.job.from(desk.catalogue, model)) {
        (true, _) => Some(Start::Wiped),
        _ if said.is_some() => said,
        _ if behind.is_some() => behind,
        _ if told.is_some() => told,
        (false, None) => universal(phone).then_some(Start::Era(Era::Universal)),
        (false, Some(_)) => None,
    }
}

/// The first plan, or a new one when a phone turns out to be wiped before anything was read.
pub(in crate::engine) fn plan(desk: &Desk<'_>, phone: &Phone) -> Option<Kind> {
    if phone.no_plan.is_some() || phone.closed.is_some() {
        return None;
    }
    if let Some(foreign) = foreign(desk, phone) {
        return Some(foreign);
    }
    let model = model(desk, phone)?;
    let target = target(desk, phone, model)?;
    let wiped = phone.identity.condition == Condition::Wiped;
    let said = said::start(phone).filter(|_| !wiped && phone.hops_done.is_empty());
    let revised = match &phone.plan {
        None => None,
        Some(plan) => {
            let fresh = phone.hop == 0 && phone.trail.firmware.is_empty() && phone.trail.list.is_none();
            let erased = wiped
                && (phone.at_target()
                    || fresh && plan.from != Start::Wiped.to_string() && plan.revised.is_none());
            let meant = !plan.target.eq_ignore_ascii_case(target) && plan.revised.is_none();
            let runs = said.as_ref().filter(|said| {
                fresh && plan.revised.is_none() && !said.to_string().eq_ignore_ascii_case(&plan.from)
            });
            match (erased, meant, runs) {
                (true, ..) => Some("it is in factory state".to_owned()),
                (false, true, _) => Some(format!("it has turned out to be a {}", model.name)),
                (false, false, Some(said)) => Some(format!("it says that it runs {said}")),
                (false, false, None) => return None,
            }
        }
    };
    let plan = desk.job.plan(desk.catalogue, desk.shelf, model, target, start(desk, phone, model));
    Some(announce(&plan, revised))
}

/// Only the universal loader and what came after it say their model (`classic-phones` 1.3).
fn universal(phone: &Phone) -> bool {
    phone.identity.family == Some(Family::Classic) && phone.identity.model.is_some()
}

fn foreign(desk: &Desk<'_>, phone: &Phone) -> Option<Kind> {
    let class = phone.asks.as_ref().and_then(|asks| asks.class.as_deref());
    // Whose class says nothing of it is known by the files that only its line asks for.
    let by_file = || phone.names.keys().find_map(|file| desk.catalogue.foreign_load(file));
    let foreign = match class.map(|class| desk.catalogue.by_class(class)) {
        Some(Class::Foreign(foreign)) => foreign,
        _ if phone.identity.family.is_none() => by_file()?,
        _ => return None,
    };
    Some(Kind::NoPlan(NoPlan {
        code: "not-ours".to_owned(),
        text: format!("This is a {}, which this program can't recover.", foreign.name),
        get: foreign.works.clone(),
    }))
}

pub(in crate::engine) fn announce(plan: &route::Plan, revised: Option<String>) -> Kind {
    if !plan.possible {
        let (code, text, get) = plan.obstacle();
        return Kind::NoPlan(NoPlan { code, text, get });
    }
    let hops = plan
        .hops
        .iter()
        .map(|hop| PlannedHop { load: hop.load.clone(), why: hop.why.clone(), certain: hop.certain })
        .collect();
    Kind::Planned(Plan { from: plan.from.clone(), target: plan.to.clone(), hops, revised })
}

/// A phone that reads its list and then nothing refuses the load: one rung down, then climb.
pub(in crate::engine) fn refused(desk: &Desk<'_>, phone: &Phone, now: Instant) -> Option<Kind> {
    let (trail, habits) = (&phone.trail, desk.catalogue.habits());
    let list = trail.list.as_ref()?;
    let vain = trail.lists_in_vain >= habits.lists_in_vain()
        || trail.again > 0 && trail.lists_in_vain >= 2
        || declined(desk, phone, now);
    if phone.closed.is_some() || !vain || now.since(list.at) < habits.same_start() {
        return None;
    }
    lead::rung_down(desk, phone, "it refused {due}, so it takes an older load first")
}

/// It read its configuration and then a list, so it does not run what it was told.
pub(in crate::engine) fn wanted_list(phone: &Phone) -> bool {
    let trail = &phone.trail;
    matches!((&trail.config, &trail.list), (Some(config), Some(list)) if list.event > config.event)
}

/// A running Java phone reads the list of a load only when that isn't the one it runs (`java-phones` 2); when it goes on
/// to its own files without a part of it, it refused the load ("Auth Fail").
pub(in crate::engine) fn declined(desk: &Desk<'_>, phone: &Phone, now: Instant) -> bool {
    let trail = &phone.trail;
    let java = phone.identity.family.is_some_and(|family| family != Family::Classic);
    let (Some(config), Some(list)) = (&trail.config, &trail.list) else { return false };
    let after = |mark: &Mark| mark.at > list.at && now.since(mark.at) >= desk.catalogue.habits().settle();
    java && list.role == Role::LoadsList
        && list.at > config.at
        && trail.firmware.is_empty()
        && trail.app_file.as_ref().is_some_and(after)
}

/// It was seen to start and read no list, which a universal loader does whenever it was told a load: what started is what
/// it had before.
pub(in crate::engine) fn started_past(phone: &Phone) -> bool {
    phone.trail.booted && !phone.trail.listed && phone.trail.firmware.is_empty()
}
