//! What a phone looks like at a glance: drawn from its fold and from the catalogue, the same on every page.

use super::theme::Meaning;
use crate::catalogue::{Catalogue, StageRange};
use crate::clock::Instant;
use crate::event::{Condition, Request, Severity, Verdict};
use crate::session::phone::{OpenRequest, Pause, Symptom};
use crate::session::{Phone, Stage, State, words};
use std::time::Duration;

/// Where a phone stands. The order is the order on the bench: what needs a hand comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Standing {
    NeedsYou,
    Failed,
    Working,
    Paused,
    Unproven,
    Recovered,
}

impl Standing {
    pub(super) const fn meaning(self) -> Meaning {
        match self {
            Self::NeedsYou | Self::Unproven => Meaning::NeedsYou,
            Self::Failed => Meaning::Wrong,
            Self::Working | Self::Paused => Meaning::Working,
            Self::Recovered => Meaning::Good,
        }
    }

    pub(super) const fn mark(self) -> &'static str {
        match self {
            Self::NeedsYou => "▲",
            Self::Failed => "✗",
            Self::Working => "●",
            Self::Paused => "=",
            Self::Unproven => "?",
            Self::Recovered => "✓",
        }
    }

    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::NeedsYou => "needs you",
            Self::Failed => "failed",
            Self::Working => "working",
            Self::Paused => "paused",
            Self::Unproven => "not proven",
            Self::Recovered => "recovered",
        }
    }
}

/// Where a phone stands.
pub(super) fn standing(phone: &Phone) -> Standing {
    match phone.verdict() {
        Some(Verdict::Recovered) => Standing::Recovered,
        Some(Verdict::Failed) => Standing::Failed,
        Some(Verdict::Unproven) => Standing::Unproven,
        None if phone.pause == Some(Pause::Held) => Standing::Paused,
        None if request(phone).is_some() => Standing::NeedsYou,
        None if phone.no_plan.is_some() || symptom(phone).is_some() => Standing::NeedsYou,
        None => Standing::Working,
    }
}

/// The worst symptom that asks for a hand, the newest of them.
pub(super) fn symptom(phone: &Phone) -> Option<&Symptom> {
    worst(phone).map(|(_, symptom)| symptom)
}

/// The same with its code.
fn worst(phone: &Phone) -> Option<(&String, &Symptom)> {
    let standing =
        phone.symptoms.iter().filter(|(code, s)| s.severity > Severity::Note && may_do(phone, code));
    standing.max_by_key(|(_, s)| (s.severity, s.at))
}

/// Its next step takes nothing away that the phone must keep now.
pub(super) fn may_do(phone: &Phone, code: &str) -> bool {
    let touches = || Catalogue::builtin().symptom(code).is_some_and(|symptom| symptom.touches.is_some());
    !phone.keep_powered() || !touches()
}

/// What the technician is asked to do, unless the phone must keep its power now.
pub(super) fn request(phone: &Phone) -> Option<&OpenRequest> {
    phone.request.as_ref().filter(|open| !(phone.keep_powered() && open.request.touches_power()))
}

/// Indexes into the phones of the state: needs you, failed, working, not proven, recovered; in each the first seen first.
pub(super) fn order(state: &State) -> Vec<usize> {
    let mut order: Vec<_> = state.phones.iter().map(standing).enumerate().collect();
    order.sort_by_key(|(_, standing)| *standing);
    order.into_iter().map(|(i, _)| i).collect()
}

/// `7960`, or as much as is known.
pub(super) fn model(phone: &Phone) -> &str {
    phone.identity.model.as_deref().unwrap_or("79xx")
}

/// Whether it may be unplugged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Power {
    /// It may lose its firmware.
    Keep,
    /// What is asked of the technician is to leave it powered; "safe to unplug" beside that would be a contradiction.
    Leave,
    Safe,
}

pub(super) fn power(phone: &Phone) -> Power {
    if phone.keep_powered() {
        return Power::Keep;
    }
    let waits = phone.request.as_ref().is_some_and(|open| open.request == Request::Wait);
    if waits || advice(phone).leave_powered { Power::Leave } else { Power::Safe }
}

impl Power {
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::Keep => "DO NOT UNPLUG",
            Self::Leave => "leave powered",
            Self::Safe => "safe to unplug",
        }
    }
}

/// What is known about the stage the phone is in.
pub(super) fn range(phone: &Phone) -> Option<&'static StageRange> {
    let restarts = phone.stage == Stage::Dhcp && !phone.trail.firmware.is_empty();
    let key = if restarts { "rebooting" } else { phone.stage.key() };
    Catalogue::builtin().stage(phone.identity.family?, key)
}

/// How long it has been in its stage, beside how long that usually takes.
pub(super) struct Wait {
    pub(super) clock: String,
    pub(super) usual: Option<String>,
    pub(super) longer: bool,
}

pub(super) fn wait(phone: &Phone, now: Instant) -> Wait {
    let clock = |s: u32| words::clock(Duration::from_secs(s.into()));
    let waited = now.since(phone.stage_since);
    let usual = range(phone).map(|r| r.usual);
    Wait {
        clock: words::clock(waited),
        usual: usual.map(|[least, most]| format!("{} to {}", clock(least), clock(most))),
        longer: usual.is_some_and(|[_, most]| waited > Duration::from_secs(most.into())),
    }
}

/// `hop 3 of 4`, where it is led.
pub(super) fn hop(phone: &Phone) -> Option<(usize, usize)> {
    let hops = phone.plan.as_ref()?.hops.len();
    (hops > 0).then(|| ((phone.hop + 1).min(hops), hops))
}

/// The one thing to do.
pub(super) fn next(phone: &Phone) -> &str {
    advice(phone).text
}

/// What to do, and whether that is to leave the phone powered.
struct Advice<'a> {
    text: &'a str,
    leave_powered: bool,
}

fn advice(phone: &Phone) -> Advice<'_> {
    let act = |text| Advice { text, leave_powered: false };
    let leave = |text| Advice { text, leave_powered: true };
    if phone.pause == Some(Pause::Held) {
        return act("P: serve it again. It keeps its address and gets no file until then.");
    }
    if let Some(open) = request(phone) {
        return Advice { text: &open.text, leave_powered: open.request == Request::Wait };
    }
    if let Some((code, symptom)) = worst(phone).filter(|_| phone.verdict() != Some(Verdict::Recovered)) {
        let leave_powered = Catalogue::builtin().symptom(code).is_some_and(|entry| entry.leave_powered);
        return Advice { text: &symptom.next, leave_powered };
    }
    if let Some(no_plan) = &phone.no_plan {
        return act(&no_plan.get);
    }
    if phone.pause == Some(Pause::Asked) && phone.closed.is_none() {
        return leave(
            "Leave it powered: it is paused as soon as what it reads or writes now is done. P: no pause after all.",
        );
    }
    match (phone.verdict(), phone.stage) {
        (Some(Verdict::Recovered), _) => act("Unplug it, plug in the next phone."),
        (Some(Verdict::Unproven), _) => act("Look at its screen: only you can see now what it runs."),
        (Some(Verdict::Failed), _) => {
            act("Open it here (Enter) to see what was tried, then forget it (F) to try again.")
        }
        (None, Stage::Loader | Stage::Parts | Stage::Flashing) => {
            leave("Leave it powered; it goes on by itself.")
        }
        (None, _) => act("Nothing to do; it goes on by itself."),
    }
}

/// Whether [`next`] asks for something.
pub(super) fn asks(phone: &Phone) -> bool {
    !matches!(standing(phone), Standing::Working | Standing::Paused)
}

/// What is the matter: seen and meant where a hand is needed, how it ended where it ended, else what it should show.
pub(super) fn matter(phone: &Phone) -> Option<(&'static str, String)> {
    if let Some(closed) = &phone.closed {
        return Some(("why", closed.reason.clone()));
    }
    if let Some(symptom) = symptom(phone) {
        return Some(("seen", format!("{} {}", symptom.seen, symptom.means)));
    }
    if let Some(no_plan) = &phone.no_plan {
        return Some(("seen", no_plan.text.clone()));
    }
    range(phone).map(|r| ("screen", r.screen.clone()))
}

/// A step of the hop the phone is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Done,
    Now,
    Ahead,
}

/// The steps of the hop, as far as this kind of phone takes them.
pub(super) fn steps(phone: &Phone) -> Vec<(&'static str, Step)> {
    let at = match phone.stage {
        // All hops are behind it: whatever it asks for now, only the proof is missing.
        _ if phone.at_target() && phone.verdict() != Some(Verdict::Recovered) => 5,
        Stage::Dhcp if !phone.trail.firmware.is_empty() => 4,
        Stage::Dhcp => 0,
        Stage::Leased | Stage::Config => 1,
        Stage::List => 2,
        // A phone writes between its parts too, and nobody tells which was the last.
        Stage::Loader | Stage::Parts | Stage::Flashing => 3,
        Stage::Proof => 5,
        Stage::Done => 6,
    };
    let condition = phone.identity.condition;
    ["lease", "config", "list", "load", "restart", "proof"]
        .into_iter()
        .enumerate()
        // A wiped phone asks for its list at once, a load of the first years is one image without a list.
        .filter(|(_, name)| !(*name == "config" && condition == Condition::Wiped))
        .filter(|(_, name)| !(*name == "list" && condition == Condition::SingleImage))
        .map(|(i, name)| {
            let step = match i.cmp(&at) {
                std::cmp::Ordering::Less => Step::Done,
                std::cmp::Ordering::Equal => Step::Now,
                std::cmp::Ordering::Greater => Step::Ahead,
            };
            (name, step)
        })
        .collect()
}

/// How fast the file under way is read, in bytes a second, and how long the rest will take.
pub(super) fn pace(phone: &Phone) -> Option<(u64, Duration)> {
    let read = phone.read.as_ref()?;
    let ms = u64::try_from(phone.last_seen.since(read.since).as_millis()).ok().filter(|ms| *ms >= 500)?;
    let rate = read.bytes.saturating_mul(1000) / ms;
    let left = read.size.saturating_sub(read.bytes).checked_div(rate)?;
    Some((rate, Duration::from_secs(left + 1)))
}

/// Hundredths of the file under way, 0 to 100.
pub(super) fn percent(phone: &Phone) -> Option<u64> {
    let read = phone.read.as_ref()?;
    Some(read.bytes.saturating_mul(100).checked_div(read.size).unwrap_or(100).min(100))
}
