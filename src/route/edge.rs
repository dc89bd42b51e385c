//! One step: would a phone in this state take that load?

use super::Start;
use crate::catalogue::rules::{Routes, Verdict};
use crate::catalogue::{Catalogue, Kind};
use crate::load::{Family, LoadName, Protocol, Release};

/// What a phone runs, as far as it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// This load.
    Running(LoadName),
    /// Nothing: its boot code asks for the term list. Only Java phones.
    Wiped,
    /// One of these; `None` is wiped.
    Possible(Vec<Option<LoadName>>),
}

/// What can be wrong with a start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WrongStart {
    /// It is no name of a load.
    NoName,
    /// It is a load of other phones.
    Family(Family),
}

impl State {
    pub(super) fn of(catalogue: &Catalogue, family: Family, start: &Start) -> Result<Self, WrongStart> {
        let among = |keep: &dyn Fn(&LoadName) -> bool| {
            let known = catalogue.loads().iter().map(|l| &l.load).filter(|l| l.family == family && keep(l));
            Self::Possible(known.cloned().map(Some).collect())
        };
        let state = match start {
            Start::Load(name) => {
                let load: LoadName = name.parse().map_err(|_| WrongStart::NoName)?;
                if load.family != family {
                    return Err(WrongStart::Family(load.family));
                }
                Self::Running(load)
            }
            Start::Wiped if Kind::of(family).wipe_erases_load() => Self::Wiped,
            Start::Release(release) => Self::Possible(of_release(family, release)),
            Start::Protocol(protocol) => among(&|l| l.protocol == *protocol),
            Start::Era(era) => among(&|l| catalogue.era(l) == *era),
            Start::Unknown | Start::Wiped => Self::Possible(Vec::new()),
        };
        Ok(match state {
            // Nothing that is published fits what was said, so it says nothing.
            Self::Possible(loads) if loads.is_empty() => Self::unknown(catalogue, family),
            state => state,
        })
    }

    /// Anything that is published for the family; a Java phone may be wiped, too.
    #[must_use]
    pub fn unknown(catalogue: &Catalogue, family: Family) -> Self {
        let wiped = Kind::of(family).wipe_erases_load().then_some(None);
        let known = catalogue.loads().iter().filter(|l| l.load.family == family);
        Self::Possible(wiped.into_iter().chain(known.map(|l| Some(l.load.clone()))).collect())
    }
}

fn of_release(family: Family, release: &Release) -> Vec<Option<LoadName>> {
    [Protocol::Sccp, Protocol::Sip]
        .map(|protocol| Some(LoadName { family, protocol, release: release.clone(), loader: false }))
        .to_vec()
}

/// What is known of one step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge {
    /// What comes of it.
    pub verdict: Verdict,
    /// One line for a technician.
    pub why: String,
    /// The rule that decided.
    pub rule: String,
    /// The phone would refuse the load if it ran some of what it may run. Only when that isn't known.
    pub may_refuse: bool,
}

/// Whether a phone of `family` in the state `from` takes the load `to`. A load of another family is forbidden.
#[must_use]
pub fn edge(catalogue: &Catalogue, family: Family, from: &State, to: &LoadName) -> Edge {
    if to.family != family {
        return Edge {
            verdict: Verdict::Forbidden,
            why: "A load of other phones: its signature and hardware mark are refused.".to_owned(),
            rule: "other-family".to_owned(),
            may_refuse: false,
        };
    }
    let possible = match from {
        State::Running(load) => return one(catalogue, Some(load), to),
        State::Wiped => return one(catalogue, None, to),
        State::Possible(loads) => loads,
    };
    let edges: Vec<Edge> = possible.iter().map(|load| one(catalogue, load.as_ref(), to)).collect();
    let refused = edges.iter().filter(|e| e.verdict == Verdict::Forbidden).count();
    let all = edges.len();
    let worst = edges.into_iter().max_by_key(|e| e.verdict);
    let Some(mut edge) = worst else { return by_default(catalogue) };
    if edge.verdict != Verdict::Allowed && refused < all {
        edge.verdict = Verdict::Uncertain;
        edge.may_refuse = refused > 0;
        edge.why = format!("What the phone runs isn't known for sure. {}", edge.why);
    }
    edge
}

fn one(catalogue: &Catalogue, from: Option<&LoadName>, to: &LoadName) -> Edge {
    if from.is_some_and(|from| same(from, to)) {
        return Edge {
            verdict: Verdict::Allowed,
            why: "It is what the phone runs.".to_owned(),
            rule: "same-load".to_owned(),
            may_refuse: false,
        };
    }
    let rule = catalogue.routes().rule.iter().find(|rule| rule.holds(catalogue, from, to));
    rule.map_or_else(
        || by_default(catalogue),
        |rule| Edge {
            verdict: rule.verdict,
            why: rule.why.clone(),
            rule: rule.id.clone(),
            may_refuse: false,
        },
    )
}

fn by_default(catalogue: &Catalogue) -> Edge {
    Edge {
        verdict: Verdict::Uncertain,
        why: catalogue.routes().default.why.clone(),
        rule: Routes::DEFAULT.to_owned(),
        may_refuse: false,
    }
}

/// Whether two names mean the same load: `P0S3-08-11-00` is `P0S3-8-11-00`.
pub(super) fn same(a: &LoadName, b: &LoadName) -> bool {
    a.family == b.family
        && a.protocol == b.protocol
        && a.loader == b.loader
        && a.release.cmp(&b.release).is_eq()
}
