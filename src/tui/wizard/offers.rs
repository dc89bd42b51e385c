//! The loads on the shelf that fit, and the way to each of them.

use super::Wizard;
use crate::catalogue::{Catalogue, Model};
use crate::firmware::Load;
use crate::job::{Blocker, Wish, owned};
use crate::load::{Family, Protocol};
use crate::route::{self, Plan};

/// What a phone, or every phone, can be given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The protocol.
    pub protocol: Protocol,
    /// What stands in the list: the load, or what it means for phones of all kinds.
    pub title: String,
    /// Release, or what it lacks.
    pub note: String,
    /// The wishes that it stands for.
    pub targets: Vec<Wish>,
    /// The way, one for each model.
    pub plans: Vec<Plan>,
    /// Why it can't be chosen.
    pub blocker: Option<Blocker>,
}

impl Wizard {
    /// What the shelf has for the chosen model, the most likely wanted first.
    #[must_use]
    pub fn offers(&self) -> Vec<Offer> {
        match self.model() {
            Some(model) => self.for_model(model),
            None => [Protocol::Sip, Protocol::Sccp].into_iter().filter_map(|p| self.for_all(p)).collect(),
        }
    }

    fn for_model(&self, model: &Model) -> Vec<Offer> {
        let shelf = owned(&self.shelf);
        let mut loads: Vec<&Load> = Vec::new();
        for load in self.shelf.loads().iter().filter(|l| l.parsed.family == model.family && !l.parsed.loader)
        {
            match loads.iter_mut().find(|known| known.name.eq_ignore_ascii_case(&load.name)) {
                Some(known) if load.complete && !known.complete => *known = load,
                Some(_) => {}
                None => loads.push(load),
            }
        }
        let wanted = self.wanted();
        loads.sort_by(|a, b| {
            let key = |l: &Load| (!l.complete, l.parsed.protocol != wanted);
            key(a).cmp(&key(b)).then_with(|| b.parsed.release.cmp(&a.parsed.release))
        });
        let start = self.start();
        let offer = |load: &Load| {
            let plan = route::plan(Catalogue::builtin(), model, &start, &load.name, &shelf);
            let (code, text, remedy) = plan.obstacle();
            let blocker = (!plan.possible).then_some(Blocker { code, text, remedy });
            let state = if load.complete { "" } else { ", not complete" };
            Offer {
                protocol: load.parsed.protocol,
                title: load.name.clone(),
                note: format!("{} {}{state}", load.parsed.protocol, load.parsed.release),
                targets: vec![Wish { model: Some(model.name.clone()), load: load.name.clone() }],
                plans: vec![plan],
                blocker,
            }
        };
        loads.into_iter().map(offer).collect()
    }

    /// The newest complete load of every family in this protocol.
    fn for_all(&self, protocol: Protocol) -> Option<Offer> {
        let catalogue = Catalogue::builtin();
        let newest = |family: Family| {
            let fits = |l: &&Load| {
                l.complete && !l.parsed.loader && l.parsed.family == family && l.parsed.protocol == protocol
            };
            self.shelf.loads().iter().filter(fits).max_by(|a, b| a.parsed.release.cmp(&b.parsed.release))
        };
        let loads: Vec<&Load> = Family::ALL.into_iter().filter_map(newest).collect();
        if loads.is_empty() {
            return None;
        }
        let shelf = owned(&self.shelf);
        let plan = |load: &&Load| {
            let model = catalogue.models_of(load.parsed.family).next()?;
            Some(route::plan(catalogue, model, &route::Start::Unknown, &load.name, &shelf))
        };
        Some(Offer {
            protocol,
            title: format!("{protocol}, the newest here"),
            note: format!("for {} kinds of phones", loads.len()),
            targets: loads.iter().map(|l| Wish { model: None, load: l.name.clone() }).collect(),
            plans: loads.iter().filter_map(plan).filter(|plan| plan.possible).collect(),
            blocker: None,
        })
    }
}
