//! The loads on the shelf that fit, and the way to each of them.

use super::Wizard;
use crate::catalogue::{Catalogue, Model};
use crate::firmware::{Load, Problem};
use crate::job::{Blocker, Wish, owned};
use crate::load::{Family, LoadName, Protocol};
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

/// A row of the page that asks what the phone shall run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoadRow {
    /// A load, by its place among the offers.
    Offer(usize),
    /// The SIP account.
    Account,
    /// More firmware.
    Add,
}

impl Wizard {
    /// The load that was chosen.
    #[must_use]
    pub fn offer(&self) -> Option<Offer> {
        self.offers().into_iter().nth(self.load_at)
    }

    /// The rows of the page that asks what the phone shall run.
    #[must_use]
    pub fn load_rows(&self) -> Vec<LoadRow> {
        let offers = (0..self.offers().len()).map(LoadRow::Offer);
        offers.chain(self.wants_account().then_some(LoadRow::Account)).chain([LoadRow::Add]).collect()
    }

    /// Whether the technician may insist on the chosen load against the plan.
    #[must_use]
    pub fn may_insist(&self) -> bool {
        let blocked = self.offer().filter(|offer| offer.blocker.is_some());
        let shelf = owned(&self.shelf);
        let could = |(model, offer): (&Model, Offer)| {
            offer.plans.iter().any(|plan| plan.could_be_forced(model, &shelf))
        };
        self.aside.is_none() && self.model().zip(blocked).is_some_and(could)
    }

    /// Whether a finding may be about the chosen model: everything is that doesn't belong to a load of another family.
    #[must_use]
    pub fn concerns(&self, problem: &Problem) -> bool {
        let Some(model) = self.model() else { return true };
        let file = problem.file.rsplit(['/', '\\']).next().unwrap_or(&problem.file);
        let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
        let mut families: Vec<Family> = Vec::from_iter(stem.parse::<LoadName>().ok().map(|load| load.family));
        for load in self.shelf.loads() {
            let is = |name: &str| name.eq_ignore_ascii_case(file);
            let lists = load.list.iter().chain(&load.terms).filter_map(|id| self.shelf.file(*id));
            if lists.into_iter().any(|list| is(&list.name)) || load.members.iter().any(|m| is(&m.name)) {
                families.push(load.parsed.family);
            }
        }
        families.is_empty() || families.contains(&model.family)
    }

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
            let wish = Wish { model: Some(model.name.clone()), load: load.name.clone() };
            let plan = route::plan(Catalogue::builtin(), model, &start, &load.name, &shelf);
            let plan = if self.forced.contains(&wish) { plan.insist(model, &shelf) } else { plan };
            let (code, text, remedy) = plan.obstacle();
            let blocker = (!plan.possible).then_some(Blocker { code, text, remedy });
            let state = if load.complete { "" } else { ", not complete" };
            Offer {
                protocol: load.parsed.protocol,
                title: load.name.clone(),
                note: format!("{} {}{state}", load.parsed.protocol, load.parsed.release),
                targets: vec![wish],
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
            note: match loads.len() {
                1 => "for one kind of phones".to_owned(),
                n => format!("for {n} kinds of phones"),
            },
            targets: loads.iter().map(|l| Wish { model: None, load: l.name.clone() }).collect(),
            plans: loads.iter().filter_map(plan).filter(|plan| plan.possible).collect(),
            blocker: None,
        })
    }
}
