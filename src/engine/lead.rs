//! Leading a phone another way than was planned: to another load, or over an older one.

use super::answer::Desk;
use super::rules;
use crate::event::{Kind, Plan, PlannedHop};
use crate::load::LoadName;
use crate::route::{self, Start};
use crate::session::Phone;

/// The events that carry a decision out, or why it can't be.
pub(super) type Outcome = Result<Vec<Kind>, String>;

/// The events that lead a phone to a load at the technician's word.
pub(super) fn to(
    desk: &Desk<'_>,
    phone: &Phone,
    model: &crate::catalogue::Model,
    target: &str,
    from: Option<&str>,
) -> Outcome {
    let seen = from.map(Start::parse).or_else(|| rules::start(desk, phone, model));
    let plan = desk.job.plan(desk.catalogue, desk.shelf, model, target, seen);
    if !plan.possible {
        let (_, text, get) = plan.obstacle();
        return Err(format!("{} {get}", text.trim_end()).trim_end().to_owned());
    }
    let to = plan.to.clone();
    let same = |old: &Plan| old.target == to && old.hops.len() == plan.hops.len();
    if from.is_none() && phone.closed.is_none() && phone.plan.as_ref().is_some_and(same) {
        return Err(format!("it is led to {to} already"));
    }
    let planned = rules::announce(&plan, Some(format!("the technician chose {to}")));
    Ok(vec![Kind::Replanned { target: to, from: from.map(str::to_owned) }, planned])
}

/// One rung down the ladder of its family, then up again to where it was led.
pub(super) fn rung_down(desk: &Desk<'_>, phone: &Phone, why: &str) -> Option<Kind> {
    let plan = phone.plan.as_ref()?;
    let due = phone.due()?;
    let refused: LoadName = due.parse().ok()?;
    let owned = crate::job::owned(desk.shelf);
    let rung = route::rung_below(desk.catalogue, refused.family, &refused, &owned)?;
    let model = rules::model(desk, phone)?;
    let climb = route::plan(desk.catalogue, model, &Start::Load(rung.clone()), &plan.target, &owned);
    if !climb.possible || plan.hops.iter().any(|hop| hop.load == rung) && phone.hop > 0 {
        return None;
    }
    let why = why.replace("{due}", due);
    let first = PlannedHop { load: rung, why: why.clone(), certain: false };
    let Kind::Planned(mut climb) = rules::announce(&climb, Some(why)) else { return None };
    climb.from.clone_from(&plan.from);
    climb.hops.insert(0, first);
    Some(Kind::Planned(climb))
}
