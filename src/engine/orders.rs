//! What the technician decides while the bench is live. Every decision becomes events, so that a journal is complete;
//! one that can't be carried out is told with its reason, and changes nothing.

use super::answer::Desk;
use super::{Command, Engine, hand, lead, rules, said};
use crate::clock::Instant;
use crate::event::{ClosedBy, Kind, Order};
use crate::phone_id::Mac;
use crate::route::Start;
use crate::session::phone::Pause;
use crate::session::{Phone, words};

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
            Command::Pause(_) => pause(phone),
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
fn pause(phone: &Phone) -> lead::Outcome {
    match phone.pause {
        Some(Pause::Held) => Err("it is paused already".to_owned()),
        Some(Pause::Asked) => Err("it will be paused as soon as it may be unplugged".to_owned()),
        None if hand::writes_flash(phone) => Ok(vec![Kind::Pausing]),
        None => Ok(vec![Kind::Paused]),
    }
}

fn resume(phone: &Phone) -> lead::Outcome {
    phone.pause.map(|_| vec![Kind::Resumed]).ok_or_else(|| "it is not paused".to_owned())
}

/// Another target, or another start, as far as catalogue and shelf allow it.
fn replan(desk: &Desk<'_>, phone: &Phone, target: Option<&str>, from: Option<&str>) -> lead::Outcome {
    if hand::writes_flash(phone) {
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
    let mut kinds = lead::to(desk, phone, model, target, from)?;
    kinds.extend(hand::at_next_start(desk, phone));
    Ok(kinds)
}
