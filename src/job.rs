//! From what the technician wants to what the servers may do: a [`Draft`] collects answers, [`Draft::finish`] is the
//! only way to a [`Job`].

use crate::catalogue::{Catalogue, Model};
use crate::firmware::Shelf;
use crate::load::LoadName;
use crate::provision::Account;
use crate::route::{self, Owned, Plan, Start};
use std::fmt;
use std::net::Ipv4Addr;
use std::str::FromStr;

/// A load for a model, or for all models that can take it: `7960=P0S3-8-12-00`, `SIP41.9-4-2SR3-1S`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// The model, as typed.
    pub model: Option<String>,
    /// The load, as typed.
    pub load: String,
}

impl FromStr for Wish {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (model, load) = match text.split_once('=') {
            Some((model, load)) => (Some(model.trim()), load.trim()),
            None => (None, text.trim()),
        };
        if load.is_empty() || model.is_some_and(str::is_empty) {
            return Err("expected LOAD or MODEL=LOAD, for example 7960=P0S3-8-12-00");
        }
        Ok(Self { model: model.map(str::to_owned), load: load.to_owned() })
    }
}

impl fmt::Display for Wish {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.model {
            Some(model) => write!(f, "{model}={}", self.load),
            None => f.write_str(&self.load),
        }
    }
}

/// What stands between a draft and a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blocker {
    /// Stable code.
    pub code: String,
    /// What is in the way.
    pub text: String,
    /// What to do about it.
    pub remedy: String,
}

impl fmt::Display for Blocker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.text.trim_end(), self.remedy)
    }
}

/// The technician's answers so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    /// What each model shall run.
    pub targets: Vec<Wish>,
    /// What each model runs now, where it is known.
    pub froms: Vec<Wish>,
    /// The address of the servers.
    pub server: Option<Ipv4Addr>,
    /// The length of its network.
    pub prefix: u8,
    /// Give addresses.
    pub dhcp: bool,
    /// The network leads elsewhere, where phones may have their exchange: none registers here.
    pub leads_elsewhere: bool,
    /// Answer anybody, not only phones.
    pub any: bool,
    /// Targets that a phone is given although the plan says no: the technician insists.
    pub forced: Vec<Wish>,
    /// The SIP account of a phone.
    pub account: Option<Account>,
}

/// A checked order: all that the engine needs to know of the technician's wishes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    targets: Vec<Wish>,
    froms: Vec<Wish>,
    forced: Vec<Wish>,
    /// The SIP account of a phone.
    pub account: Option<Account>,
    /// The address of the servers.
    pub server: Ipv4Addr,
    /// The length of its network.
    pub prefix: u8,
    /// Give addresses.
    pub dhcp: bool,
    /// The network leads elsewhere: none registers here.
    pub leads_elsewhere: bool,
    /// Answer anybody, not only phones.
    pub any: bool,
}

impl Draft {
    /// The job, when nothing stands in the way.
    ///
    /// # Errors
    /// Every blocker that was found, the firmware's first.
    pub fn finish(self, catalogue: &Catalogue, shelf: &Shelf) -> Result<Job, Vec<Blocker>> {
        let mut blockers = Vec::new();
        for from in &self.froms {
            if let Some(name) = from.model.as_deref().filter(|name| catalogue.model(name).is_none()) {
                blockers.push(unknown_model(name));
            }
        }
        let Self { targets, froms, server, prefix, dhcp, leads_elsewhere, any, forced, account } = self;
        if server.is_none() {
            blockers.push(Blocker {
                code: "no-address".into(),
                text: "The servers have no address.".into(),
                remedy: "Choose an interface, or give --listen an address.".into(),
            });
        }
        let server = server.unwrap_or(Ipv4Addr::LOCALHOST);
        let job = Job { targets, froms, forced, account, server, prefix, dhcp, leads_elsewhere, any };
        for target in &job.targets {
            blockers.extend(job.target_blockers(target, catalogue, shelf));
        }
        if blockers.is_empty() { Ok(job) } else { Err(blockers) }
    }
}

fn unknown_model(name: &str) -> Blocker {
    Blocker {
        code: "unknown-model".into(),
        text: format!("There is no model {name} here."),
        remedy: "`rescue79 models` lists them.".into(),
    }
}

impl Job {
    fn target_blockers(&self, target: &Wish, catalogue: &Catalogue, shelf: &Shelf) -> Vec<Blocker> {
        let models: Vec<&Model> = match &target.model {
            Some(name) => match catalogue.model(name) {
                Some(model) => vec![model],
                None => return vec![unknown_model(name)],
            },
            // One model stands for its family: they take the same loads.
            None => target
                .load
                .parse::<LoadName>()
                .ok()
                .and_then(|load| catalogue.models_of(load.family).next())
                .or_else(|| catalogue.models().first())
                .into_iter()
                .collect(),
        };
        let plans = models.into_iter().map(|model| self.plan(catalogue, shelf, model, &target.load, None));
        plans.filter_map(|plan| blocker(&plan)).collect()
    }

    /// The ports where phones register are open: we give the addresses, on a network that is ours alone.
    #[must_use]
    pub const fn registers(&self) -> bool {
        self.dhcp && !self.leads_elsewhere
    }

    /// The load that this model shall run: the wish that names the model wins over the one that names its family.
    #[must_use]
    pub fn target(&self, catalogue: &Catalogue, model: &Model) -> Option<&str> {
        wish_for(&self.targets, catalogue, model)
    }

    /// What this model is said to run.
    #[must_use]
    pub fn from(&self, catalogue: &Catalogue, model: &Model) -> Option<&str> {
        wish_for(&self.froms, catalogue, model)
    }

    /// The targets, as on the command line.
    #[must_use]
    pub fn targets(&self) -> Vec<String> {
        self.targets.iter().map(Wish::to_string).collect()
    }

    /// The way of a phone of this model to a load, from what the wire shows, else from what the technician said.
    #[must_use]
    pub fn plan(
        &self,
        catalogue: &Catalogue,
        shelf: &Shelf,
        model: &Model,
        to: &str,
        seen: Option<Start>,
    ) -> Plan {
        let start = self.start(catalogue, model, seen);
        let plan = route::plan(catalogue, model, &start, to, &owned(shelf));
        if self.insists(catalogue, model, to) { plan.insist(model, &owned(shelf)) } else { plan }
    }

    /// The first load on that way; none when it is not possible, or there already.
    #[must_use]
    pub fn first_hop(
        &self,
        catalogue: &Catalogue,
        shelf: &Shelf,
        model: &Model,
        to: &str,
        seen: Option<Start>,
    ) -> Option<String> {
        let start = self.start(catalogue, model, seen);
        let way = route::way(catalogue, model, &start, to, &owned(shelf));
        let way = if self.insists(catalogue, model, to) { way.insist(model, &owned(shelf)) } else { way };
        way.hops.into_iter().next().filter(|_| way.possible).map(|hop| hop.load)
    }

    fn start(&self, catalogue: &Catalogue, model: &Model, seen: Option<Start>) -> Start {
        let said = || self.from(catalogue, model).map_or(Start::Unknown, Start::parse);
        seen.unwrap_or_else(said)
    }

    /// Whether the technician wants this load for this model, whatever the plan says.
    fn insists(&self, catalogue: &Catalogue, model: &Model, to: &str) -> bool {
        let named = |wish: &Wish| wish.model.as_deref().and_then(|name| catalogue.model(name));
        let fits = |wish: &&Wish| wish.model.is_none() || named(wish).is_some_and(|m| m.name == model.name);
        self.forced.iter().filter(fits).any(|wish| wish.load.eq_ignore_ascii_case(to))
    }

    /// The targets on which the technician insists, as on the command line.
    #[must_use]
    pub fn forced(&self) -> Vec<String> {
        self.forced.iter().map(Wish::to_string).collect()
    }
}

/// The loads of a shelf, as the planner asks for them.
#[must_use]
pub fn owned(shelf: &Shelf) -> Vec<Owned<'_>> {
    shelf.loads().iter().map(|load| Owned { name: &load.name, complete: load.complete }).collect()
}

fn wish_for<'a>(wishes: &'a [Wish], catalogue: &Catalogue, model: &Model) -> Option<&'a str> {
    let named = |wish: &&Wish| {
        wish.model
            .as_deref()
            .and_then(|name| catalogue.model(name))
            .is_some_and(|named| named.name == model.name)
    };
    let fits = |wish: &&Wish| {
        wish.model.is_none()
            && (wish.load == "unknown"
                || wish.load.parse::<LoadName>().is_ok_and(|load| load.family == model.family))
    };
    let wish = wishes.iter().find(named).or_else(|| wishes.iter().find(fits))?;
    Some(&wish.load)
}

fn blocker(plan: &Plan) -> Option<Blocker> {
    if plan.possible {
        return None;
    }
    let (code, text, remedy) = plan.obstacle();
    Some(Blocker { code, text, remedy })
}
