//! (phone, file name) → bytes or refusal. No file is edited by hand: what a phone is told depends on who asks, and on
//! which hop it is.

use super::{hand, rules};
use crate::catalogue::{Catalogue, Class, Era, Model};
use crate::event::{Condition, Remedy, Role};
use crate::firmware::{File, Load, Shelf};
use crate::job::Job;
use crate::load::{LoadName, Protocol};
use crate::provision::{self, Account, DefaultLoad, Line, Sep};
use crate::route::Start;
use crate::session::Phone;
use crate::session::phone::Pause;
use crate::tftp::Name;
use std::sync::Arc;

/// The ending of a file that a phone with a trust list asks for (folded).
const SIGNED: &str = ".sgn";

/// What a request gets.
pub(super) enum Answer {
    /// Bytes.
    Give(Given),
    /// ERROR 1, at once.
    Refuse {
        /// Why, in words.
        why: String,
        /// An everyday miss.
        usual: bool,
    },
}

/// A file for a phone.
pub(super) struct Given {
    pub(super) bytes: Arc<[u8]>,
    /// The name under which it was found or made.
    pub(super) file: String,
    pub(super) role: Role,
    /// The load it belongs to or names.
    pub(super) load: Option<String>,
    pub(super) made: bool,
    /// Which part of its load, of how many.
    pub(super) part: Option<(u32, u32)>,
}

/// What a reader is told who is not known yet: the first hop of each model that has a target. Worked out once; a search
/// for each request would be a gift to whoever sends many.
pub(super) struct FirstHop {
    device_type: u32,
    model: String,
    term_list: Option<String>,
    /// When nothing is known of what it runs.
    unknown: Option<String>,
    /// When it is in factory state.
    wiped: Option<String>,
}

/// The first hops of all models that have a target.
pub(super) fn first_hops(catalogue: &Catalogue, shelf: &Shelf, job: &Job) -> Vec<FirstHop> {
    let hop = |model: &Model, to: &str, seen: Option<Start>| job.first_hop(catalogue, shelf, model, to, seen);
    let wanted = catalogue.models().iter().filter_map(|model| Some((model, job.target(catalogue, model)?)));
    wanted
        .map(|(model, target)| FirstHop {
            device_type: model.device_type,
            model: model.name.clone(),
            term_list: model.term_list.clone(),
            unknown: hop(model, target, None),
            wiped: hop(model, target, Some(Start::Wiped)),
        })
        .collect()
}

/// Everything an answer depends on.
#[derive(Clone, Copy)]
pub(super) struct Desk<'a> {
    pub(super) first_hops: &'a [FirstHop],
    pub(super) catalogue: &'a Catalogue,
    pub(super) shelf: &'a Shelf,
    pub(super) job: &'a Job,
}

impl Desk<'_> {
    /// The answer for this phone; `None` for somebody who is no phone of this bench.
    pub(super) fn answer(&self, phone: Option<&Phone>, name: &Name, role: Role) -> Answer {
        if phone.is_some_and(|phone| phone.pause == Some(Pause::Held)) {
            // Every phone knows a file that isn't there: it keeps what it runs and asks again later. Silence would cost it
            // a minute a file, and shows "TFTP timeout" (`classic-phones` 1.4).
            return Answer::Refuse { why: "the phone is paused".to_owned(), usual: false };
        }
        let due = phone.and_then(Phone::due);
        let remedied = phone.and_then(|phone| hand::changes(phone, role));
        let made = match (role, phone, due) {
            // Some loaders wait for ever for one; an empty one lets them go on (`peers` F1).
            _ if remedied == Some(Remedy::EmptyTrustList) => Some(Ok(Vec::new())),
            // A loader that finds it looks no further, and reads another file than the application does (`classic-phones` 4.3).
            _ if remedied == Some(Remedy::HideDefault) => return usual("it is hidden from this phone"),
            (Role::TrustList, Some(_), Some(_)) => return usual("no trust list is needed"),
            (Role::SepConfig, Some(phone), Some(due)) => self.sep(phone, due, name),
            (Role::XmlDefault, phone, due) => self.xml_default(phone, due),
            (Role::SipDefault | Role::SipConfig | Role::MgcpConfig, Some(phone), Some(due))
                if is_classic(phone) =>
            {
                Some(self.text_config(phone, due, role))
            }
            (Role::Os79xx, Some(_), Some(due)) => Some(provision::os79xx(&self.image_of(due))),
            _ => None,
        };
        match made {
            Some(Ok(bytes)) => Answer::Give(Given {
                bytes: bytes.into(),
                file: name.base().to_owned(),
                role,
                load: due.filter(|_| role.is_config()).map(str::to_owned),
                made: true,
                part: None,
            }),
            Some(Err(unmade)) => Answer::Refuse { why: unmade.to_string(), usual: false },
            None => self.on_shelf(phone, due, name, role),
        }
    }

    fn sep(&self, phone: &Phone, due: &str, name: &Name) -> Option<Result<Vec<u8>, provision::Unmade>> {
        // A name that asks for a signed file would be thrown away unsigned; a miss makes the phone ask for the plain one.
        if name.folded().ends_with(SIGNED) {
            return None;
        }
        let load: LoadName = due.parse().ok()?;
        let stamp = format!("{}-{}-{due}", phone.mac.tail(), phone.hop);
        let java = self.catalogue.era(&load) == Era::Java;
        let named = self.named(phone, due);
        let (server, tail) = (self.job.server.to_string(), phone.mac.tail());
        let account = self.account(phone, due);
        Some(provision::sep(&Sep {
            load: &named,
            protocol: load.protocol,
            server: account.map_or(&server, |account| &account.proxy),
            stamp: &stamp,
            java,
            line: account.map_or_else(|| self.seen(&server, &tail), |account| Some(account.line())),
        }))
    }

    fn text_config(&self, phone: &Phone, due: &str, role: Role) -> Result<Vec<u8>, provision::Unmade> {
        let (server, tail) = (self.job.server.to_string(), phone.mac.tail());
        let account = self.account(phone, due);
        let line = account.map_or_else(|| self.seen(&server, &tail), |account| Some(account.line()));
        let server = account.map_or(&server, |account| &account.proxy);
        provision::text_config(due, server, line.filter(|_| role == Role::SipConfig))
    }

    /// The line with which it shall register here: only where the ports for it are open.
    ///
    /// Where they are closed, XML still names the laptop as call server. That harms least: without one, newer phones take
    /// no notice of the file (`java-phones` 5.3) and an SCCP application lacks what it needs (`classic-phones` 4.2), and any
    /// other address might be somebody's. A closed port refuses at once. What the phone then does is no fault of its
    /// firmware, and stands in the book under `registering` (`classic-phones` 6.3, `java-phones` 6).
    fn seen<'b>(&self, server: &'b str, name: &'b str) -> Option<Line<'b>> {
        self.job.registers().then(|| Line::to_be_seen(server, name))
    }

    /// The account of this phone, once it is told to run what it is to keep. On its way there it registers here, if it
    /// does at all.
    fn account(&self, phone: &Phone, due: &str) -> Option<&Account> {
        let target = phone.plan.as_ref().is_some_and(|plan| plan.target.eq_ignore_ascii_case(due));
        let sip = due.parse::<LoadName>().is_ok_and(|load| load.protocol == Protocol::Sip);
        self.job.account.as_ref().filter(|account| target && sip && account.is_for(phone.mac))
    }

    /// For a phone on its way: its own hop. For anybody else: the first hop of each model that has a target.
    fn xml_default(
        &self,
        phone: Option<&Phone>,
        due: Option<&str>,
    ) -> Option<Result<Vec<u8>, provision::Unmade>> {
        let server = self.job.server;
        if let (Some(phone), Some(due)) = (phone, due) {
            let family = due.parse::<LoadName>().ok()?.family;
            let named = self.named(phone, due);
            let mut loads = Vec::new();
            for model in self.catalogue.models_of(family) {
                let own = phone.identity.model.as_deref().is_none_or(|own| own == model.name);
                if own {
                    loads.push(default_load(model, &named));
                }
            }
            return Some(provision::xml_default(server, Some(&named), &loads));
        }
        let first = |hop: &FirstHop| {
            let load = hop.unknown.clone()?;
            Some(DefaultLoad { device_type: hop.device_type, model: hop.model.clone(), load })
        };
        let loads: Vec<_> = self.first_hops.iter().filter_map(first).collect();
        if loads.is_empty() { None } else { Some(provision::xml_default(server, None, &loads)) }
    }

    /// What XML names to this phone. A load before the universal loader asks for `<name>.sbn` and nothing else, so it
    /// is told the loader of a SIP or MGCP set (`classic-phones` 3, SCCP 5 to SIP 7, and 4.4 on `OS79XX.TXT`).
    fn named(&self, phone: &Phone, due: &str) -> String {
        let class = phone.asks.as_ref().and_then(|asks| asks.class.as_deref()).unwrap_or_default();
        // Only the universal loader and what came after it say their model.
        let universal = matches!(self.catalogue.by_class(class), Class::Model(_))
            || phone.identity.condition == Condition::Loader;
        let runs = phone.hops_done.last().map(|hop| &hop.load).or(phone.plan.as_ref().map(|p| &p.from));
        let old = runs.and_then(|load| load.parse::<LoadName>().ok()).map(|load| self.catalogue.era(&load));
        let single =
            phone.identity.condition == Condition::SingleImage || old.is_some_and(|era| era < Era::Universal);
        let single = single && !universal;
        if single { self.image_of(due) } else { due.to_owned() }
    }

    /// The image that `OS79XX.TXT` names for a load: the loader of a universal set, else the load itself.
    fn image_of(&self, load: &str) -> String {
        let loader = self.shelf.load(load).and_then(|load| {
            let member = load.members.iter().find(|m| m.name.to_ascii_lowercase().ends_with(".sbn"))?;
            member.name.rsplit_once('.').map(|(stem, _)| stem.to_owned())
        });
        loader.unwrap_or_else(|| load.to_owned())
    }

    fn on_shelf(&self, phone: Option<&Phone>, due: Option<&str>, name: &Name, role: Role) -> Answer {
        let due_load = due.and_then(|due| self.shelf.load(due));
        let wanted = match role {
            Role::LoadsList => self.loads_list(due_load, name),
            Role::TermList => self.term_list(due_load, name),
            _ => self.shelf.find(name.path(), due_load.map(|load| load.set)),
        };
        let Some(file) = wanted else { return self.missing(name, role, due) };
        if let Err(parts) = self.shelf.list_is_whole(file.id) {
            let why =
                format!("{} is on the shelf, but {} is not, so it isn't served", file.name, parts.join(", "));
            return Answer::Refuse { why, usual: false };
        }
        let load = self.load_of(due_load, file);
        if let (Some(phone), Some(load)) = (phone, load) {
            let family = phone.identity.family;
            if role == Role::LoadsList && family.is_some_and(|family| family != load.parsed.family) {
                let why = format!("{} is for family {}, not for this phone", load.name, load.parsed.family);
                return Answer::Refuse { why, usual: false };
            }
        }
        Answer::Give(Given {
            bytes: Arc::clone(&file.bytes),
            file: file.name.clone(),
            role: load.map_or(role, |load| refined(role, load, file)),
            load: load.map(|load| load.name.clone()).or_else(|| self.names(phone, file, role)),
            made: false,
            part: load.and_then(|load| part_of(load, file)),
        })
    }

    /// The load that a configuration on the shelf names for this phone.
    fn names(&self, phone: Option<&Phone>, file: &File, role: Role) -> Option<String> {
        let model = rules::model(self, phone.filter(|_| role.is_config())?)?;
        provision::named_load(&file.bytes, model.device_type)
    }

    /// The list of the due load, when that is asked for; else the list of any whole load of that name.
    fn loads_list(&self, due: Option<&Load>, name: &Name) -> Option<&File> {
        let stem = name.folded().rsplit('/').next().and_then(|n| n.strip_suffix(".loads"))?;
        let load = due.filter(|load| load.name.eq_ignore_ascii_case(stem)).or_else(|| self.shelf.load(stem));
        load.and_then(|load| self.shelf.file(load.list?)).or_else(|| self.shelf.find(name.path(), None))
    }

    /// The default list of the due load's own release: another release's list under the same name is never given.
    fn term_list(&self, due: Option<&Load>, name: &Name) -> Option<&File> {
        let asks =
            |hop: &&FirstHop| hop.term_list.as_deref().is_some_and(|t| t.eq_ignore_ascii_case(name.base()));
        let first = || self.first_hops.iter().find(asks).map(|hop| hop.wiped.as_deref());
        let due = match (due, first()) {
            (Some(due), _) => due,
            (None, Some(wiped)) => self.shelf.load(wiped?)?,
            (None, None) => return self.shelf.find(name.path(), None),
        };
        let terms = due.terms.iter().filter_map(|id| self.shelf.file(*id));
        terms.into_iter().find(|file| file.name.eq_ignore_ascii_case(name.base()))
    }

    fn missing(&self, name: &Name, role: Role, due: Option<&str>) -> Answer {
        let why = match (role, due) {
            (Role::TermList, Some(due)) => format!("the set of {due} has no {}", name.base()),
            _ => match self.catalogue.foreign_load(name.base()) {
                Some(foreign) => {
                    format!("{} is a file of another line of phones ({})", name.base(), foreign.name)
                }
                None => format!("{} is not on the shelf", name.base()),
            },
        };
        let firmware = role.is_firmware() || matches!(role, Role::LoadsList | Role::TermList);
        // Phones try the spellings of a load in turn: `.bin`, then `.sbn`; `.loads`, then `.sbn`.
        let stem = name.base().rsplit_once('.').map_or(name.base(), |(stem, _)| stem);
        let other_spelling = self.shelf.load(stem).is_some_and(|load| load.complete);
        let of_another_line = self.catalogue.foreign_load(name.base()).is_some();
        Answer::Refuse { why, usual: !(firmware || of_another_line) || other_spelling }
    }

    /// The load a file belongs to: the due one if it names the file, else the load of its own set that does.
    fn load_of<'b>(&'b self, due: Option<&'b Load>, file: &File) -> Option<&'b Load> {
        let holds = |load: &&Load| {
            load.set == file.set
                && (load.list == Some(file.id)
                    || load.terms.contains(&file.id)
                    || load.members.iter().any(|m| m.file == Some(file.id)))
        };
        due.filter(holds).or_else(|| self.shelf.loads().iter().find(holds))
    }
}

fn default_load(model: &Model, load: &str) -> DefaultLoad {
    DefaultLoad { device_type: model.device_type, model: model.name.clone(), load: load.to_owned() }
}

fn is_classic(phone: &Phone) -> bool {
    phone.identity.family.is_none_or(|family| family == crate::load::Family::Classic)
}

/// A loader and a whole image look alike by name; the list of their load tells them apart.
fn refined(role: Role, load: &Load, file: &File) -> Role {
    let is_member = load.members.iter().any(|m| m.file == Some(file.id));
    if role == Role::Image && load.list.is_some() && is_member { Role::Loader } else { role }
}

fn part_of(load: &Load, file: &File) -> Option<(u32, u32)> {
    let at = load.members.iter().position(|m| m.file == Some(file.id))?;
    Some((u32::try_from(at + 1).ok()?, u32::try_from(load.members.len()).ok()?))
}

fn usual(why: &str) -> Answer {
    Answer::Refuse { why: why.to_owned(), usual: true }
}
