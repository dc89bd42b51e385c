//! The search over the loads of one family.

use super::edge::{Edge, State, edge, same};
use super::{Hop, Missing, Owned};
use crate::catalogue::rules::{First, Ladder, Verdict};
use crate::catalogue::{Catalogue, Confidence, Hub};
use crate::limits;
use crate::load::{Family, LoadName, Protocol};
use std::cmp::Reverse;

/// A load that a way may lead over.
struct Node {
    name: String,
    load: LoadName,
    have: bool,
    /// Small for hubs, for the target's protocol and for names that are sure.
    dislike: u32,
}

/// What a way costs; compared from the first field to the last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Cost {
    may_refuse: u32,
    uncertain: u32,
    missing: u32,
    hops: u32,
    dislike: u32,
}

/// A way: nodes in order, the last one the target, and the rung each was taken from, if any.
pub(super) struct Path {
    steps: Vec<Step>,
    cost: Cost,
}

struct Step {
    node: usize,
    rung: Option<String>,
}

impl Path {
    pub(super) fn is_safer_than(&self, other: &Self) -> bool {
        self.risk() < other.risk()
    }

    /// No way can be safer.
    pub(super) fn is_safe(&self) -> bool {
        self.risk() == (0, 0)
    }

    const fn risk(&self) -> (u32, u32) {
        (self.cost.may_refuse, self.cost.uncertain)
    }
}

/// The loads of one family: those on the shelf, those known to be published, and the target.
pub(super) struct Graph<'a> {
    catalogue: &'a Catalogue,
    family: Family,
    protocol: Protocol,
    /// Best liked first, so that the first of equals wins.
    nodes: Vec<Node>,
    target: Option<usize>,
}

impl<'a> Graph<'a> {
    pub(super) fn new(
        catalogue: &'a Catalogue,
        family: Family,
        protocol: Protocol,
        target: Option<(&str, &LoadName)>,
        shelf: &[Owned<'_>],
    ) -> Self {
        let mut nodes: Vec<Node> = Vec::new();
        let owned = shelf.iter().filter_map(|o| Some((o.name, o.name.parse().ok()?, o.complete)));
        // The target first, so that the limit never cuts it off; complete copies before incomplete ones.
        let mut owned: Vec<(&str, LoadName, bool)> =
            owned.filter(|(_, load, _): &(_, LoadName, _)| load.family == family && !load.loader).collect();
        owned.sort_by_key(|(_, load, have)| {
            (Reverse(target.is_some_and(|(_, t)| same(t, load))), Reverse(*have))
        });
        let known = catalogue.loads().iter().filter(|l| l.load.family == family);
        let published = known.map(|l| (l.name.as_str(), l.load.clone(), false));
        let target_node = target.map(|(name, load)| (name, load.clone(), false));
        for (name, load, have) in
            owned.into_iter().take(limits::ROUTE_LOADS).chain(published).chain(target_node)
        {
            if !nodes.iter().any(|n| same(&n.load, &load)) {
                let dislike = dislike(catalogue, &load, protocol);
                nodes.push(Node { name: super::start::clean(name).to_owned(), load, have, dislike });
            }
        }
        nodes.sort_by(|a, b| a.dislike.cmp(&b.dislike).then_with(|| b.load.release.cmp(&a.load.release)));
        let target = target.and_then(|(_, load)| nodes.iter().position(|n| same(&n.load, load)));
        Self { catalogue, family, protocol, nodes, target }
    }

    /// The target as the shelf or the catalogue spells it.
    pub(super) fn target_name(&self) -> &str {
        self.target.and_then(|t| self.nodes.get(t)).map_or("", |n| &n.name)
    }

    /// The best way to the target. A phone of which nothing is known climbs the ladder, if any rung is at hand.
    pub(super) fn way(&self, from: &State, to: &LoadName, unknown: bool, shelf_only: bool) -> Option<Path> {
        let target = self.target?;
        if shelf_only && !self.nodes.get(target)?.have {
            return None;
        }
        let ladder = self.catalogue.routes().ladder(self.family).filter(|_| unknown);
        let ladder = ladder.filter(|ladder| ladder.to.holds(self.catalogue, to));
        ladder.and_then(|ladder| self.climb(ladder, from, target, shelf_only)).or_else(|| {
            let found = self.shortest(from, Some(target), shelf_only);
            found.into_iter().find(|(node, _)| *node == target).map(|(_, p)| p)
        })
    }

    /// The rungs that are at hand below the target, and then the target.
    fn climb(&self, ladder: &Ladder, from: &State, target: usize, shelf_only: bool) -> Option<Path> {
        let goal = &self.nodes.get(target)?.load;
        let holds = |rung: usize, node: &Node| {
            ladder.rung.get(rung).is_some_and(|r| r.loads.holds(self.catalogue, &node.load))
        };
        let top = (0..ladder.rung.len())
            .find(|r| ladder.rung.get(*r).is_some_and(|r| r.loads.holds(self.catalogue, goal)));
        let below = |n: &Node| n.load.protocol != goal.protocol || n.load.release < goal.release;
        let pick = |rung: usize| {
            let fits = |n: &&(usize, &Node)| holds(rung, n.1) && below(n.1);
            let all: Vec<_> = self.nodes.iter().enumerate().collect();
            let owned = all.iter().find(|n| n.1.have && fits(n));
            owned.or_else(|| all.iter().find(|n| !shelf_only && fits(n))).map(|n| n.0)
        };
        let mut steps = Vec::new();
        let mut instead = None;
        for (at, rung) in ladder.rung.iter().enumerate().take(top.unwrap_or(ladder.rung.len())) {
            let step = pick(at).map(|node| Step { node, rung: Some(rung.why.clone()) });
            match rung.first {
                First::No => {}
                First::Instead => instead = step,
                First::Always => {
                    let better = instead.take().filter(|s| self.nodes.get(s.node).is_some_and(|n| n.have));
                    let lacks = step.as_ref().is_none_or(|s| self.nodes.get(s.node).is_none_or(|n| !n.have));
                    steps.extend(if lacks { better.or(step) } else { step });
                }
            }
        }
        if steps.is_empty() {
            return None;
        }
        steps.push(Step { node: target, rung: None });
        self.priced(from, steps)
    }

    /// The cost of a given way, or nothing when it crosses a forbidden step.
    fn priced(&self, from: &State, steps: Vec<Step>) -> Option<Path> {
        let mut cost = Cost::default();
        let mut state = from.clone();
        for step in &steps {
            let node = self.nodes.get(step.node)?;
            cost = self.after(cost, &state, node)?;
            state = State::Running(node.load.clone());
        }
        Some(Path { steps, cost })
    }

    fn edge(&self, from: &State, to: &Node) -> Edge {
        edge(self.catalogue, self.family, from, &to.load)
    }

    fn after(&self, cost: Cost, from: &State, to: &Node) -> Option<Cost> {
        let edge = self.edge(from, to);
        (edge.verdict != Verdict::Forbidden).then(|| Cost {
            may_refuse: cost.may_refuse + u32::from(edge.may_refuse),
            uncertain: cost.uncertain + u32::from(edge.verdict == Verdict::Uncertain),
            missing: cost.missing + u32::from(!to.have),
            hops: cost.hops + 1,
            dislike: cost.dislike + to.dislike,
        })
    }

    /// The cheapest way to every load that can be reached (Dijkstra over a few hundred nodes at most); `to`: to this one,
    /// and the search ends there.
    fn shortest(&self, from: &State, to: Option<usize>, shelf_only: bool) -> Vec<(usize, Path)> {
        let usable = |n: &Node| n.have || !shelf_only;
        let mut best: Vec<Option<(Cost, Option<usize>)>> = self
            .nodes
            .iter()
            .map(|n| usable(n).then(|| self.after(Cost::default(), from, n)).flatten().map(|c| (c, None)))
            .collect();
        let mut done = vec![false; self.nodes.len()];
        loop {
            let open = best.iter().zip(&done).enumerate();
            let nearest = open
                .filter_map(|(at, (found, done))| Some((found.filter(|_| !done)?.0, at)))
                .min_by_key(|(cost, at)| (*cost, *at));
            let Some((cost, at)) = nearest.filter(|(_, at)| to != Some(*at)) else { break };
            if let Some(done) = done.get_mut(at) {
                *done = true;
            }
            let Some(here) = self.nodes.get(at) else { break };
            let state = State::Running(here.load.clone());
            for ((next, found), done) in self.nodes.iter().zip(&mut best).zip(&done) {
                if *done || !usable(next) {
                    continue;
                }
                if let Some(cost) = self.after(cost, &state, next)
                    && found.is_none_or(|(known, _)| cost < known)
                {
                    *found = Some((cost, Some(at)));
                }
            }
        }
        (0..best.len()).filter_map(|to| Some((to, trace(&best, to)?))).collect()
    }

    /// The load nearest to what was wanted that the shelf can bring the phone to: the wanted protocol before the
    /// others, a certain way before an uncertain one, then the newest.
    pub(super) fn best(&self, from: &State) -> Option<String> {
        let ways = self.shortest(from, None, true);
        let new = ways
            .iter()
            .filter_map(|(at, path)| Some((self.nodes.get(*at)?, path)))
            .filter(|(node, _)| !matches!(from, State::Running(load) if same(load, &node.load)));
        new.max_by(|(a, path_a), (b, path_b)| {
            let wanted = |n: &Node| n.load.protocol == self.protocol;
            let risk = |p: &Path| Reverse(p.cost.may_refuse);
            wanted(a)
                .cmp(&wanted(b))
                .then_with(|| risk(path_a).cmp(&risk(path_b)))
                .then_with(|| a.load.release.cmp(&b.load.release))
        })
        .map(|(node, _)| node.name.clone())
    }

    /// The way in the technician's words.
    pub(super) fn hops(&self, from: &State, path: &Path) -> Vec<Hop> {
        let mut state = from.clone();
        let mut hops = Vec::new();
        for step in &path.steps {
            let Some(node) = self.nodes.get(step.node) else { break };
            let crossed = self.edge(&state, node);
            let certain = crossed.verdict == Verdict::Allowed;
            let why = step.rung.clone().unwrap_or_else(|| {
                // A hop stands there because of what would happen without it.
                let beyond =
                    self.target.and_then(|t| self.nodes.get(t)).map(|target| self.edge(&state, target));
                let worse =
                    beyond.filter(|e| (e.verdict, e.may_refuse) > (crossed.verdict, crossed.may_refuse));
                worse.map_or(crossed.why, |e| e.why)
            });
            hops.push(Hop { load: node.name.clone(), have: node.have, why, rule: crossed.rule, certain });
            state = State::Running(node.load.clone());
        }
        hops
    }

    /// What of the way is not on the shelf.
    pub(super) fn missing(&self, path: &Path) -> Vec<Missing> {
        let nodes = path.steps.iter().filter_map(|s| self.nodes.get(s.node));
        nodes
            .filter(|n| !n.have)
            .map(|n| Missing {
                load: n.name.clone(),
                archive: self.catalogue.known_load(&n.name).map(|l| l.archive.clone()),
            })
            .collect()
    }
}

fn trace(best: &[Option<(Cost, Option<usize>)>], to: usize) -> Option<Path> {
    let (cost, mut before) = (*best.get(to)?)?;
    let mut steps = vec![Step { node: to, rung: None }];
    while let Some(node) = before {
        steps.push(Step { node, rung: None });
        before = (*best.get(node)?)?.1;
    }
    steps.reverse();
    Some(Path { steps, cost })
}

fn dislike(catalogue: &Catalogue, load: &LoadName, wanted: Protocol) -> u32 {
    let known = catalogue.loads().iter().find(|l| same(&l.load, load));
    let hub = match known.and_then(|l| l.hub) {
        Some(Hub::Main) => 0,
        Some(Hub::Fallback) => 1,
        None => 2,
    };
    let name = if known.is_some_and(|l| l.confidence == Confidence::Low) { 4 } else { 0 };
    hub + name + u32::from(load.protocol != wanted)
}
