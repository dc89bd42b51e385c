//! 7906 to 7975: the boot code of a wiped phone, and a load that obeys its configuration.
//! Source: server logs of recoveries, public boot logs, what is published about 8.3 to 9.4.

mod load;
mod upgrade;

use super::config_reader::strict_xml;
use super::machine::{Ask, Context, Failure, Fetched, Heard, Patience, Refusal, Step, Voice};
use super::model::{Model, Pace};
use super::spec::{BadPhone, Fault, PhoneSpec, StartState};
use crate::load::{LoadName, Protocol, Release};
use load::Keys;

/// Largest configuration file, list and part, in bytes.
const CONFIG_BYTES: usize = 550_001;
const PART_BYTES: usize = 8 << 20;
/// Both sequences end with a phone that asks for its default list.
const RESET_KEYS: [&str; 2] = ["123456789*0#", "3491672850*#"];
/// What a load asks for after its configuration; misses are harmless.
const SIP_EXTRAS: [&str; 4] =
    ["dialplan.xml", "softkeys.xml", "English_United_States/mk-sip.jar", "United_States/g3-tones.xml"];
const SCCP_EXTRAS: [&str; 4] = [
    "English_United_States/mk-sccp.jar",
    "United_States/g3-tones.xml",
    "Ringlist.xml",
    "Desktops/320x196x4/List.xml",
];

#[derive(Clone, Debug, PartialEq, Eq)]
enum At {
    Booting,
    Leasing,
    /// Wiped: the default list, perhaps for the second time.
    Term {
        again: bool,
    },
    Ctl,
    Itl,
    ItlFile,
    Sep,
    XmlDefault,
    List(String),
    Part(usize),
    Burning,
    Extra(usize),
    /// Wiped: waits before it begins anew.
    Looping,
}

#[derive(Debug)]
pub(super) struct Java {
    /// None: only the boot code is left.
    running: Option<LoadName>,
    running_name: Option<String>,
    keys: Keys,
    at: At,
    /// The parts that the running load came with.
    held: Vec<String>,
    /// The list at work, and the load that it makes.
    list: Vec<String>,
    making: Option<(String, LoadName)>,
    /// Its own configuration was read since it started.
    provisioned: bool,
}

impl Java {
    pub(super) fn new(spec: &PhoneSpec, model: &Model) -> Result<Self, BadPhone> {
        let load = spec.load.as_deref();
        let name: Option<LoadName> = load.and_then(|l| l.parse().ok());
        let fits = match (load, &name, model.family) {
            (None, ..) => spec.state == StartState::Wiped,
            // Phones of other kinds run loads whose names are not read here.
            (Some(_), _, None) => true,
            (Some(_), Some(name), Some(family)) => name.family == family,
            (Some(_), None, Some(_)) => false,
        };
        if !fits {
            let load = load.unwrap_or("nothing").to_owned();
            return Err(BadPhone::WrongLoad(spec.model.clone(), load));
        }
        // A wiped phone whose last load isn't told is taken to know the old key only: the hard case.
        let keys = name.as_ref().map_or(Keys::Old, |n| Keys::of(&n.release));
        let (running, running_name) = match spec.state {
            StartState::Running => (name, spec.load.clone()),
            StartState::Wiped if model.term.is_some() => (None, None),
            StartState::Wiped | StartState::Pai => return Err(BadPhone::WrongState(spec.model.clone())),
        };
        Ok(Self {
            running,
            running_name,
            keys,
            at: At::Booting,
            held: Vec::new(),
            list: Vec::new(),
            making: None,
            provisioned: false,
        })
    }

    pub(super) fn running(&self) -> Option<&str> {
        self.running_name.as_deref()
    }

    /// What it announces to its neighbour: its load, or its boot code's name (`java-phones` 1.3).
    pub(super) fn announced(&self, model: &Model) -> Option<String> {
        let wiped =
            || model.term.as_deref()?.get(..6).map(|term| format!("{}_LOAD", term.to_ascii_uppercase()));
        self.running_name.clone().or_else(wiped)
    }

    /// Loads of the last years try HTTP before TFTP. Which was the first is not known: one after 9.0, and 9.4 does
    /// (`java-phones` 1.5). Boot code never does.
    pub(super) fn asks_by_http(&self) -> bool {
        self.running
            .as_ref()
            .is_some_and(|load| Release::parse("9.4").is_some_and(|first| load.release >= first))
    }

    /// The name of its application on its page, which it shows once a configuration has said so.
    pub(super) fn page(&self) -> Option<String> {
        let jar =
            || self.held.iter().find(|part| part.starts_with("jar"))?.strip_suffix(".sbn").map(str::to_owned);
        let (kind, build) = self.running_name.as_deref().filter(|_| self.provisioned)?.split_once('.')?;
        let digits = kind.trim_start_matches(|c: char| c.is_ascii_alphabetic());
        let protocol = kind.strip_suffix(digits)?.to_ascii_lowercase();
        jar().or_else(|| Some(format!("jar{digits}{protocol}.{build}")))
    }

    /// Power is gone; while parts are written the load is damaged, which the boot code sees.
    pub(super) fn power_lost(&mut self, burning: bool) {
        if burning {
            self.erase();
        }
    }

    fn erase(&mut self) {
        (self.running, self.running_name) = (None, None);
        self.held.clear();
    }

    /// Whether the keys are one of the two sequences (a repeated key is tolerated); then the loads are gone.
    pub(super) fn reset(&mut self, keys: &str) -> bool {
        let mut typed: Vec<char> = keys.chars().filter(|c| !c.is_whitespace()).collect();
        typed.dedup();
        let known = RESET_KEYS.iter().any(|k| k.chars().eq(typed.iter().copied()));
        if known {
            self.erase();
        }
        known
    }

    pub(super) fn step(&mut self, heard: Heard, cx: &mut Context<'_>) -> Step {
        let fetched = match heard {
            Heard::Start => return self.boot(cx),
            Heard::Leased => return self.leased(cx),
            Heard::Waited => return self.waited(cx),
            Heard::Fetched(fetched) => fetched,
        };
        if fetched == Err(Failure::NoServer) {
            self.at = At::Looping;
            return cx.wait(Pace::JavaNoServer);
        }
        match self.at.clone() {
            At::Term { again } => self.term(again, fetched, cx),
            At::Ctl if self.trusts() => self.look(At::Itl, cx),
            At::Itl => self.look(At::ItlFile, cx),
            At::Ctl | At::ItlFile => self.look(At::Sep, cx),
            At::Sep | At::XmlDefault => self.config(fetched, cx),
            At::List(load) => self.named_list(load, fetched, cx),
            At::Part(n) => self.part(n, fetched, cx),
            At::Extra(n) => self.extra(n + 1, cx),
            At::Booting | At::Leasing | At::Burning | At::Looping => Step::Rest,
        }
    }

    fn boot(&mut self, cx: &mut Context<'_>) -> Step {
        self.at = At::Booting;
        self.provisioned = false;
        if self.running_name.is_some() {
            cx.show("Cisco", "line keys lit one after another");
        } else {
            cx.show("", "line keys cycle, headset green");
        }
        cx.wait(Pace::JavaBoot)
    }

    fn waited(&mut self, cx: &mut Context<'_>) -> Step {
        match self.at {
            At::Burning => {
                if let Some((load, name)) = self.making.take().filter(|(_, name)| !self.in_vain(name, cx)) {
                    let load = Fault::written(&cx.spec.faults, load);
                    let name = load.parse().unwrap_or(name);
                    cx.flashed(&load);
                    self.keys = Keys::of(&name.release);
                    (self.running, self.running_name) = (Some(name), Some(load));
                    self.held = std::mem::take(&mut self.list);
                }
                Step::Restart
            }
            At::Looping if self.running_name.is_none() => Step::Restart,
            At::Looping => self.leased(cx),
            _ => {
                self.at = At::Leasing;
                Step::Lease(Voice::Java)
            }
        }
    }

    fn leased(&mut self, cx: &mut Context<'_>) -> Step {
        if self.running_name.is_some() {
            cx.show("Requesting Configuration", "off");
            return self.look(At::Ctl, cx);
        }
        self.look(At::Term { again: false }, cx)
    }

    /// Loads from 9 on ask for the newer trust lists too.
    fn trusts(&self) -> bool {
        self.running.as_ref().is_none_or(|r| r.release.major() >= 9)
    }

    fn look(&mut self, at: At, cx: &mut Context<'_>) -> Step {
        let mac = cx.mac.bare();
        let gap = if at == (At::Term { again: true }) { Pace::TermAgain } else { Pace::JavaFileGap };
        let name = match &at {
            At::Term { .. } => cx.model.term.clone().unwrap_or_default(),
            At::Ctl => format!("CTLSEP{mac}.tlv"),
            At::Itl => format!("ITLSEP{mac}.tlv"),
            At::ItlFile => "ITLFile.tlv".to_owned(),
            At::Sep => format!("SEP{mac}.cnf.xml"),
            At::XmlDefault => "XMLDefault.cnf.xml".to_owned(),
            At::List(load) => format!("{load}.loads"),
            At::Part(n) => self.list.get(*n).cloned().unwrap_or_default(),
            _ => String::new(),
        };
        let check_name = matches!(at, At::Term { .. } | At::List(_) | At::Part(_));
        let (gap, limit) =
            if matches!(at, At::Part(_)) { (Pace::JavaPartGap, PART_BYTES) } else { (gap, CONFIG_BYTES) };
        self.at = at;
        let after = cx.draw(gap);
        Step::Fetch(Ask { name, after, limit, patience: Patience::Application, check_name })
    }

    /// The configuration of a running phone.
    fn config(&mut self, fetched: Fetched, cx: &mut Context<'_>) -> Step {
        let own = self.at == At::Sep;
        let file = if own { "SEP" } else { "XMLDefault.cnf.xml" };
        let bytes = match fetched {
            Ok(bytes) => bytes,
            Err(_) if own => return self.look(At::XmlDefault, cx),
            Err(why) => {
                cx.show("Unprovisioned", "off");
                if why == Failure::Timeout {
                    self.at = At::Looping;
                    return cx.wait(Pace::ConfigRetry);
                }
                return self.extra(0, cx);
            }
        };
        let Some(elements) = strict_xml(&bytes) else {
            cx.refuse(file, Refusal::BadConfig);
            cx.show("Unprovisioned", "off");
            return self.extra(0, cx);
        };
        let tag =
            if own { "loadInformation".to_owned() } else { format!("loadInformation{}", cx.model.type_id) };
        // A default file without call managers has no effect.
        let heeded = own || elements.iter().any(|(name, _)| name == "callManagerGroup");
        let load = elements.iter().rev().find(|(name, value)| *name == tag && !value.is_empty());
        match load.filter(|_| heeded) {
            Some((_, load)) if Some(load.trim()) != self.running_name.as_deref() => {
                let load = load.trim().to_owned();
                cx.show("Upgrading", "off");
                self.look(At::List(load), cx)
            }
            _ => {
                self.provisioned = own;
                cx.show(if own { "Registering" } else { "Unprovisioned" }, "off");
                self.extra(0, cx)
            }
        }
    }

    /// What a running load asks for besides.
    fn extra(&mut self, n: usize, cx: &mut Context<'_>) -> Step {
        let sip = self.running.as_ref().is_some_and(|r| r.protocol == Protocol::Sip);
        let extras = if sip { SIP_EXTRAS } else { SCCP_EXTRAS };
        let Some(name) = extras.get(n) else {
            return if self.provisioned { Step::Register } else { Step::Rest };
        };
        self.at = At::Extra(n);
        let after = cx.draw(Pace::JavaFileGap);
        Step::Fetch(Ask {
            name: (*name).to_owned(),
            after,
            limit: CONFIG_BYTES,
            patience: Patience::Application,
            check_name: false,
        })
    }
}
