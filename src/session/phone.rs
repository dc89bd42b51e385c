//! One phone as the events left it.

mod stage;
mod trail;
mod varied;

use crate::clock::Instant;
use crate::event::{
    Evidence, Fingerprint, Identity, NoPlan, Plan, Remedy, Request, Role, Severity, Source, Verdict,
};
use crate::phone_id::Mac;
pub use stage::Stage;
use std::collections::BTreeMap;
use std::net::Ipv4Addr;
pub use trail::{Again, Broken, Mark, Trail};
pub use varied::Varied;

/// A phone.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a sign of its own, and any of them may hold")]
pub struct Phone {
    /// Who.
    pub mac: Mac,
    /// Its first packet.
    pub first_seen: Instant,
    /// Its last packet.
    pub last_seen: Instant,
    /// Its address, leased or observed.
    pub address: Option<Ipv4Addr>,
    /// The address that it has from us.
    pub leased: Option<Ipv4Addr>,
    /// The address, not ours, that it asks for its files, and since when.
    pub asks_at: Option<(Ipv4Addr, Instant)>,
    /// How it asks for an address.
    pub asks: Option<Fingerprint>,
    /// What it said of itself since it started last.
    pub says: BTreeMap<Source, Saying>,
    /// Its serial number, where it said it.
    pub serial: Option<String>,
    /// The revision of its board, where it said it.
    pub hardware: Option<String>,
    /// What it is.
    pub identity: Identity,
    /// How it is led.
    pub plan: Option<Plan>,
    /// Why it can't be led.
    pub no_plan: Option<NoPlan>,
    /// Index of the hop it is on; the number of hops once all are behind it.
    pub hop: usize,
    /// When that hop began.
    pub hop_since: Instant,
    /// Hops behind it.
    pub hops_done: Vec<HopBehind>,
    /// What it is doing.
    pub stage: Stage,
    /// Since when.
    pub stage_since: Instant,
    /// It broke off its last read of firmware, and nothing was heard of it since: it neither reads nor writes.
    pub stalled: bool,
    /// Boots seen.
    pub boots: u32,
    /// The read under way, the newest where one has not ended yet.
    pub read: Option<Read>,
    /// Reads that were under way when it began the newest one.
    pub left: Vec<Read>,
    /// Names it asked for, folded to lower case.
    pub names: BTreeMap<String, Asked>,
    /// What the rules need of the recent past.
    pub trail: Trail,
    /// Bytes it acknowledged.
    pub bytes: u64,
    /// Blocks that had to be sent again.
    pub resent: u64,
    /// It has read a configuration that was written for it here.
    pub configured: bool,
    /// What was tried with its replies.
    pub varied: Option<Varied>,
    /// It asks anew for an address at each start, though it has one of ours.
    pub starts_anew: bool,
    /// How its case was closed.
    pub closed: Option<Closed>,
    /// Symptoms that were not withdrawn, by code.
    pub symptoms: BTreeMap<String, Symptom>,
    /// The technician wants it left alone.
    pub pause: Option<Pause>,
    /// What the technician said of this phone alone.
    pub wish: Option<Wish>,
    /// What was done for it at a key, and when last.
    pub remedies: BTreeMap<Remedy, Instant>,
    /// Its remembered address was refused as ordered, or it asked anew by itself.
    pub asked_anew: bool,
    /// What the technician is asked to do.
    pub request: Option<OpenRequest>,
    /// What the technician was asked for and did last, of that which may free a phone by itself.
    pub acted: Option<(Request, Instant)>,
    /// What it did last, by which a request is seen to be carried out.
    pub lately: Lately,
}

/// Numbers of the last events of some kinds; 0: none yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lately {
    /// It was heard.
    pub heard: u64,
    /// It asked for an address as a phone does that starts.
    pub started: u64,
    /// When.
    pub started_at: Instant,
    /// It asked for a file with which a phone begins.
    pub begun: u64,
    /// It asked for an address and named none, although it had one from us and was refused none: it has forgotten it.
    pub forgot: u64,
    /// It was refused the address that it wanted.
    pub refused: u64,
    /// It took an address from us.
    pub leased: u64,
    /// It asked for a file.
    pub asked: u64,
    /// It asked for its default list, as a wiped phone does.
    pub wiped: u64,
    /// The link came back while it was alone on the wire.
    pub linked: u64,
}

/// How far it is left alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pause {
    /// Wanted; it is still served, because it reads or writes firmware.
    Asked,
    /// It gets no file.
    Held,
}

/// What the technician said of one phone alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// The load it is to run.
    pub target: String,
    /// What it runs.
    pub from: Option<String>,
}

/// What the technician is asked to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenRequest {
    /// What.
    pub request: Request,
    /// The symptom that it is for.
    pub symptom: Option<String>,
    /// In one sentence.
    pub text: String,
    /// What on the wire will show that it was done.
    pub closes: String,
    /// Since when.
    pub at: Instant,
    /// Number of the event that asked.
    pub event: u64,
}

/// A hop behind a phone.
#[derive(Clone, Debug, PartialEq)]
pub struct HopBehind {
    /// Its load.
    pub load: String,
    /// How long it took.
    pub seconds: f64,
    /// The events that show it.
    pub proof: Vec<String>,
}

/// Something that a phone said of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saying {
    /// What.
    pub said: Evidence,
    /// Number of the event.
    pub event: u64,
    /// When.
    pub at: Instant,
}

/// The read under way.
#[derive(Clone, Debug, PartialEq)]
pub struct Read {
    /// Its number.
    pub id: u64,
    /// The file.
    pub file: String,
    /// What the file is.
    pub role: Role,
    /// The load it belongs to or names.
    pub load: Option<String>,
    /// Which part of its load, of how many.
    pub part: Option<(u32, u32)>,
    /// It was written for the phone.
    pub made: bool,
    /// Bytes acknowledged.
    pub bytes: u64,
    /// Its size in bytes.
    pub size: u64,
    /// Blocks sent more than once.
    pub resent: u64,
    /// When it began.
    pub since: Instant,
    /// Number of the event that began it.
    pub event: u64,
}

/// How often a name was asked for, and how it was answered last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// As it was spelled last.
    pub name: String,
    /// How often.
    pub count: u32,
    /// When last.
    pub last: Instant,
    /// It was given.
    pub given: bool,
}

/// How a case was closed.
#[derive(Clone, Debug, PartialEq)]
pub struct Closed {
    /// The word.
    pub verdict: Verdict,
    /// What it runs, where that is shown.
    pub running: Option<String>,
    /// The events that show it.
    pub proof: Vec<String>,
    /// One sentence.
    pub reason: String,
    /// When.
    pub at: Instant,
}

/// A symptom, as it was raised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Symptom {
    /// How bad it is.
    pub severity: Severity,
    /// What was seen.
    pub seen: String,
    /// What it means.
    pub means: String,
    /// The one thing to do.
    pub next: String,
    /// What the program can do about it.
    pub remedies: Vec<Remedy>,
    /// How many things the technician was asked for on its account.
    pub requests: usize,
    /// When.
    pub at: Instant,
}

impl Phone {
    pub(super) fn new(mac: Mac, at: Instant) -> Self {
        Self {
            mac,
            first_seen: at,
            last_seen: at,
            address: None,
            leased: None,
            asks_at: None,
            asks: None,
            says: BTreeMap::new(),
            serial: None,
            hardware: None,
            identity: Identity::default(),
            plan: None,
            no_plan: None,
            hop: 0,
            hop_since: at,
            hops_done: Vec::new(),
            stage: Stage::default(),
            stage_since: at,
            stalled: false,
            boots: 0,
            read: None,
            left: Vec::new(),
            names: BTreeMap::new(),
            trail: Trail::default(),
            bytes: 0,
            resent: 0,
            configured: false,
            varied: None,
            starts_anew: false,
            closed: None,
            symptoms: BTreeMap::new(),
            pause: None,
            wish: None,
            remedies: BTreeMap::new(),
            asked_anew: false,
            request: None,
            acted: None,
            lately: Lately::default(),
        }
    }

    /// Taking the power away now can cost it its firmware.
    #[must_use]
    pub const fn keep_powered(&self) -> bool {
        self.stage.keep_powered() && !self.stalled
    }

    /// The load of the hop it is on; the target once all hops are behind it.
    #[must_use]
    pub fn due(&self) -> Option<&str> {
        let plan = self.plan.as_ref()?;
        Some(plan.hops.get(self.hop).map_or(plan.target.as_str(), |hop| hop.load.as_str()))
    }

    /// All hops are behind it.
    #[must_use]
    pub fn at_target(&self) -> bool {
        self.plan.as_ref().is_some_and(|plan| self.hop >= plan.hops.len())
    }

    /// What it says of itself, the strongest first, of equals the newest.
    #[must_use]
    pub fn sayings(&self) -> Vec<&Saying> {
        let mut all: Vec<_> = self.says.values().collect();
        all.sort_by_key(|s| std::cmp::Reverse((s.said.weight, s.event)));
        all
    }

    /// What the program can do for it at one key: what its symptoms offer, the worst first. Nothing while it is paused,
    /// recovered, or may not be disturbed.
    #[must_use]
    pub fn offers(&self) -> Vec<Remedy> {
        let quiet = self.pause.is_some() || self.keep_powered();
        if quiet || self.verdict() == Some(Verdict::Recovered) {
            return Vec::new();
        }
        let mut symptoms: Vec<_> = self.symptoms.values().collect();
        symptoms.sort_by_key(|s| (std::cmp::Reverse(s.severity), s.at));
        let mut offers: Vec<Remedy> = Vec::new();
        for symptom in symptoms {
            let fresh = |remedy: &&Remedy| {
                remedy.repeats() || self.remedies.get(remedy).is_none_or(|done| *done < symptom.at)
            };
            let new =
                symptom.remedies.iter().filter(fresh).filter(|r| !offers.contains(r)).collect::<Vec<_>>();
            let new: Vec<Remedy> = new.into_iter().copied().collect();
            offers.extend(new);
        }
        offers
    }

    /// Whether a phone that asks anew for an address now has forgotten the one that it had from us: as after a reset.
    #[must_use]
    pub const fn has_forgotten(&self) -> bool {
        self.trail.leases_in_vain > 0 && !self.starts_anew
    }

    /// The word of its verdict, where its case is closed.
    #[must_use]
    pub fn verdict(&self) -> Option<Verdict> {
        self.closed.as_ref().map(|c| c.verdict)
    }
}
