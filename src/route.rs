//! Which load, in what order: the way from what a phone runs to what is wanted.
//!
//! The rules stand in `assets/catalogue/routes.toml`; here is only the search. A plan never crosses a forbidden
//! step, takes certain steps before uncertain ones and a short way before a long one, and uses what is on the shelf.

mod edge;
mod insist;
mod refusal;
mod search;
mod start;

#[cfg(test)]
mod tests;

pub use edge::{Edge, State, edge};
pub use refusal::Refusal;
pub use start::Start;

use crate::catalogue::{Catalogue, Model};
use crate::load::{Family, LoadName};
use crate::paragraph;
use search::{Graph, Path};
use serde::{Serialize, Serializer};
use std::fmt::{self, Write as _};

/// A load on the shelf.
#[derive(Clone, Copy, Debug)]
pub struct Owned<'a> {
    /// Its name, as in a configuration.
    pub name: &'a str,
    /// Every part that its list names is there.
    pub complete: bool,
}

/// One load to serve.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Hop {
    /// Its name.
    pub load: String,
    /// It is on the shelf and complete.
    pub have: bool,
    /// Why it is there: one line for a technician.
    pub why: String,
    /// The rule that the step crosses, for the log.
    pub rule: String,
    /// The phone is known to take it. If not, a refusal leaves the phone with what it runs.
    pub certain: bool,
}

/// A load to find. In JSON it is its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// Its name.
    pub load: String,
    /// The archive it is usually published in, where known.
    pub archive: Option<String>,
}

impl Serialize for Missing {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.load)
    }
}

/// The way, or why there is none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// The model, as the catalogue names it.
    pub model: String,
    /// What it runs, as far as it is known.
    pub from: String,
    /// What it is to run.
    pub to: String,
    /// Every hop is on the shelf and no step is forbidden.
    pub possible: bool,
    /// In order, the target last; none when the phone runs the target already.
    pub hops: Vec<Hop>,
    /// What has to be found before the way is possible.
    pub missing: Vec<Missing>,
    /// Why it isn't possible, and what to get.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refusal: Option<Refusal>,
    /// The technician insists; this is what the plan said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub forced: Option<String>,
    /// What the shelf could do instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub best_reachable: Option<String>,
}

impl Plan {
    /// Why the way is not possible: a stable code, what is in the way, what to get.
    #[must_use]
    pub fn obstacle(&self) -> (String, String, String) {
        match &self.refusal {
            Some(refusal) => (refusal.code.to_owned(), refusal.text.clone(), refusal.get.clone()),
            None => ("impossible".to_owned(), format!("There is no way to {}.", self.to), String::new()),
        }
    }
}

impl fmt::Display for Plan {
    /// The plan for a person, in sentences within 80 columns.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        paragraph::add(&mut text, "", &format!("{} from {} to {}", self.model, self.from, self.to));
        if self.possible && self.hops.is_empty() {
            paragraph::add(&mut text, "", "It runs that load already; nothing is to be done.");
        }
        for (n, hop) in self.hops.iter().enumerate() {
            let have = if hop.have { "on the shelf" } else { "MISSING" };
            let certain = if hop.certain { "" } else { ", not certain" };
            paragraph::add(&mut text, "  ", &format!("{}  {}  ({have}{certain})", n + 1, hop.load));
            paragraph::add(&mut text, "     ", &hop.why);
        }
        if let Some(refusal) = &self.refusal {
            paragraph::add(&mut text, "", &format!("{} {}", refusal.text, refusal.get));
        }
        if let Some(best) = self.best_reachable.as_ref().filter(|_| !self.possible) {
            paragraph::add(&mut text, "", &format!("With what is on the shelf it can be taken to {best}."));
        }
        f.write_str(&text)
    }
}

/// The way for one model from `start` to the load named `target` with what is on the shelf.
#[must_use]
pub fn plan(catalogue: &Catalogue, model: &Model, start: &Start, target: &str, shelf: &[Owned<'_>]) -> Plan {
    searched(catalogue, model, start, target, shelf, true)
}

/// The same for somebody who serves it and explains it to nobody: it does not say which load, of all that were ever
/// published, would make an uncertain way safer. That is by far the longest search.
#[must_use]
pub fn way(catalogue: &Catalogue, model: &Model, start: &Start, target: &str, shelf: &[Owned<'_>]) -> Plan {
    searched(catalogue, model, start, target, shelf, false)
}

fn searched(
    catalogue: &Catalogue,
    model: &Model,
    start: &Start,
    target: &str,
    shelf: &[Owned<'_>],
    hints: bool,
) -> Plan {
    let target = start::clean(target);
    let mut plan = Plan {
        model: model.name.clone(),
        from: start.to_string(),
        to: target.to_owned(),
        possible: false,
        hops: Vec::new(),
        missing: Vec::new(),
        refusal: None,
        forced: None,
        best_reachable: None,
    };
    let load = match refusal::target(catalogue, model, target) {
        Ok(load) => load,
        Err((refusal, protocol)) => {
            plan.refusal = Some(refusal);
            plan.best_reachable = State::of(catalogue, model.family, start)
                .ok()
                .and_then(|state| Graph::new(catalogue, model.family, protocol, None, shelf).best(&state));
            return plan;
        }
    };
    let state = match State::of(catalogue, model.family, start) {
        Ok(state) => state,
        Err(wrong) => {
            plan.refusal = Some(refusal::start(catalogue, model, &plan.from, wrong));
            return plan;
        }
    };
    let graph = Graph::new(catalogue, model.family, load.protocol, Some((target, &load)), shelf);
    graph.target_name().clone_into(&mut plan.to);
    if matches!(&state, State::Running(running) if edge::same(running, &load)) {
        plan.possible = true;
        return plan;
    }
    let unknown = matches!(start, Start::Unknown);
    let ideal = || graph.way(&state, &load, unknown, false);
    if let Some(path) = graph.way(&state, &load, unknown, true) {
        plan.possible = true;
        plan.hops = graph.hops(&state, &path);
        // Nothing is safer than safe.
        if hints && !path.is_safe() {
            hint_at_safer(&graph, &path, ideal().as_ref(), &mut plan.hops);
        }
        return plan;
    }
    plan.refusal = Some(match &ideal() {
        Some(path) => {
            plan.hops = graph.hops(&state, path);
            plan.missing = graph.missing(path);
            refusal::not_on_shelf(&plan, shelf)
        }
        None => refusal::impossible(&plan, &edge(catalogue, model.family, &state, &load).why),
    });
    plan.best_reachable = graph.best(&state);
    plan
}

/// Says on the first uncertain hop which load would make the way certain, when it is not on the shelf.
fn hint_at_safer(graph: &Graph<'_>, path: &Path, ideal: Option<&Path>, hops: &mut [Hop]) {
    let Some(ideal) = ideal.filter(|ideal| ideal.is_safer_than(path)) else { return };
    let names: Vec<_> = graph.missing(ideal).iter().map(refusal::with_archive).collect();
    if let (Some(hop), false) = (hops.iter_mut().find(|h| !h.certain), names.is_empty()) {
        let verb = if names.len() == 1 { "isn't" } else { "aren't" };
        // Writing to a String can't fail.
        let _ = write!(hop.why, " Safer with {}, which {verb} on the shelf.", paragraph::list(&names));
    }
}

/// The load to serve to a phone that refused `refused` and asks for its list again: the next rung down that is on
/// the shelf. When the phone has taken it, plan again from there.
#[must_use]
pub fn rung_below(
    catalogue: &Catalogue,
    family: Family,
    refused: &LoadName,
    shelf: &[Owned<'_>],
) -> Option<String> {
    let ladder = catalogue.routes().ladder(family)?;
    let at = ladder.rung.iter().position(|r| r.loads.holds(catalogue, refused)).unwrap_or(ladder.rung.len());
    let owned: Vec<(&str, LoadName)> = shelf
        .iter()
        .filter(|o| o.complete)
        .filter_map(|o| Some((o.name, o.name.parse::<LoadName>().ok()?)))
        .filter(|(_, load)| load.family == family && !load.loader)
        .collect();
    ladder.rung.iter().take(at).rev().find_map(|rung| {
        owned
            .iter()
            .filter(|(_, load)| rung.loads.holds(catalogue, load))
            .max_by(|(_, a), (_, b)| {
                let own_protocol = |load: &LoadName| load.protocol == refused.protocol;
                own_protocol(a).cmp(&own_protocol(b)).then_with(|| a.release.cmp(&b.release))
            })
            .map(|(name, _)| (*name).to_owned())
    })
}
