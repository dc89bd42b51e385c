//! What the technician decides while the bench is live. Every decision becomes events, so that a journal is complete;
//! one that can't be carried out is told with its reason, and changes nothing.

use super::answer::Desk;
use super::{Command, Engine, hand, rules, said};
use crate::clock::Instant;
use crate::event::{ClosedBy, Kind, Order};
use crate::phone_id::Mac;
use crate::route::{self, Start};
use crate::session::phone::Pause;
use crate::session::{Phone, words};

/// The events that carry a decision out, or why it can't be.
type Outcome = Result<Vec<Kind>, String>;

impl Engine {
    pub(super) fn command(&mut self, now: Instant, command: &Command) {
        let mac = command.phone();
        let Some(order) = command.order() else { return self.forget(now, mac) };
        let Some(phone) = self.state.phone(mac) else {
            let why = format!("{mac} is not on this bench");
            return self.tell(now, None, Kind::OrderRefused { order, why });
        };
        let desk = self.desk();
        let outcome = match command {
            Command::Forget(_) => Ok(Vec::new()),
            Command::Pause(_) => pause(&desk, phone),
            Command::Resume(_) => resume(phone),
            Command::Replan { target, from, .. } => replan(&desk, phone, target.as_deref(), from.as_deref()),
            Command::Remedy { remedy, .. } => hand::remedy(&desk, phone, *remedy),
            Command::Done { request, .. } => match &phone.request {
                Some(open) if open.request == *request => {
                    let because = "the technician did it".to_owned();
                    let by = ClosedBy::Technician;
                    Ok(vec![Kind::RequestClosed { request: *request, by, because }])
                }
                _ => Err(format!("nobody asks to {} now", words::request(*request))),
            },
        };
        match outcome {
            Ok(kinds) => kinds.into_iter().for_each(|kind| self.tell(now, Some(mac), kind)),
            Err(why) => return self.tell(now, Some(mac), Kind::OrderRefused { order, why }),
        }
        self.conclude(now, mac, rules::Sign::Nothing);
    }

    fn forget(&mut self, now: Instant, mac: Mac) {
        if let Some(dhcp) = &mut self.dhcp {
            dhcp.forget(mac);
        }
        self.seen_at.retain(|_, (known, _)| *known != mac);
        self.tell(now, Some(mac), Kind::Forgotten);
    }
}

impl Command {
    /// The phone that it is about.
    #[must_use]
    pub const fn phone(&self) -> Mac {
        match self {
            Self::Forget(mac)
            | Self::Pause(mac)
            | Self::Resume(mac)
            | Self::Replan { phone: mac, .. }
            | Self::Remedy { phone: mac, .. }
            | Self::Done { phone: mac, .. } => *mac,
        }
    }

    /// Its name, where it can be refused.
    const fn order(&self) -> Option<Order> {
        Some(match self {
            Self::Forget(_) => return None,
            Self::Pause(_) => Order::Pause,
            Self::Resume(_) => Order::Resume,
            Self::Replan { .. } => Order::Replan,
            Self::Remedy { .. } => Order::Remedy,
            Self::Done { .. } => Order::Done,
        })
    }
}

/// At once where nothing is lost by it; else as soon as the phone has written what it is reading.
fn pause(desk: &Desk<'_>, phone: &Phone) -> Outcome {
    match phone.pause {
        Some(Pause::Held) => Err("it is paused already".to_owned()),
        Some(Pause::Asked) => Err("it will be paused as soon as it may be unplugged".to_owned()),
        None if hand::writes_flash(desk.catalogue, phone) => Ok(vec![Kind::Pausing]),
        None => Ok(vec![Kind::Paused]),
    }
}

fn resume(phone: &Phone) -> Outcome {
    phone.pause.map(|_| vec![Kind::Resumed]).ok_or_else(|| "it is not paused".to_owned())
}

/// Another target, or another start, as far as catalogue and shelf allow it.
fn replan(desk: &Desk<'_>, phone: &Phone, target: Option<&str>, from: Option<&str>) -> Outcome {
    if hand::writes_flash(desk.catalogue, phone) {
        return Err("it reads or writes its firmware now; wait until it may be unplugged".to_owned());
    }
    let Some(model) = rules::model(desk, phone) else {
        return Err("it has not shown yet which model it is, so no load can be checked for it".to_owned());
    };
    let Some(target) = target.or_else(|| rules::target(desk, phone, model)) else {
        return Err("no load was chosen for it".to_owned());
    };
    if let (Some(from), Some(Start::Load(says))) = (from, said::start(phone))
        && !says.eq_ignore_ascii_case(from)
    {
        return Err(format!("it says itself that it runs {says}, not {from}"));
    }
    let mut kinds = lead(desk, phone, model, target, from)?;
    kinds.extend(hand::at_next_start(desk, phone));
    Ok(kinds)
}

/// The events that lead a phone to a load at the technician's word.
pub(super) fn lead(
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
    let same = |old: &crate::event::Plan| old.target == to && old.hops.len() == plan.hops.len();
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
    let refused: crate::load::LoadName = due.parse().ok()?;
    let owned = crate::job::owned(desk.shelf);
    let rung = route::rung_below(desk.catalogue, refused.family, &refused, &owned)?;
    let model = rules::model(desk, phone)?;
    let climb = route::plan(desk.catalogue, model, &Start::Load(rung.clone()), &plan.target, &owned);
    if !climb.possible || plan.hops.iter().any(|hop| hop.load == rung) && phone.hop > 0 {
        return None;
    }
    let why = why.replace("{due}", due);
    let first = crate::event::PlannedHop { load: rung, why: why.clone(), certain: false };
    let Kind::Planned(mut climb) = rules::announce(&climb, Some(why)) else { return None };
    climb.from.clone_from(&plan.from);
    climb.hops.insert(0, first);
    Some(Kind::Planned(climb))
}
