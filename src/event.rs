//! The contract between the engine and everybody who watches it: one typed event for all that happens.
//!
//! An event is never edited. Screen, report, replay and the engine itself fold the same events
//! ([`crate::session::State::apply`]); the journal writes them one a line.

use crate::clock::Instant;
use crate::load::{Family, Protocol};
use crate::phone_id::Mac;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::net::{Ipv4Addr, SocketAddrV4};

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Its number in the session, from 1, without gaps. Proofs quote it.
    pub n: u64,
    /// When.
    pub at: Instant,
    /// The phone it concerns.
    pub phone: Option<Mac>,
    /// What.
    pub kind: Kind,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Kind {
    /// The servers answered from here on.
    SessionStarted(Session),
    /// An interrupted session goes on in the same journal.
    SessionResumed {
        /// Seconds nobody was there.
        gap_s: u64,
    },
    /// An address was offered.
    DhcpOffer {
        /// The address.
        address: Ipv4Addr,
        /// How the phone asked, when that is new.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        asked: Option<Box<Fingerprint>>,
    },
    /// A lease was given or renewed.
    DhcpAck {
        /// The address.
        address: Ipv4Addr,
        /// In which state the phone asked: `selecting`, `init-reboot`, `renewing`, `rebinding`, `inform`, `bootp`.
        how: String,
        /// How the phone asked, when that is new.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        asked: Option<Box<Fingerprint>>,
    },
    /// A phone wanted an address that it can't have and was told to start over.
    DhcpNak {
        /// The address it wanted.
        address: Ipv4Addr,
        /// It is of another network; otherwise somebody else has it.
        foreign: bool,
    },
    /// A phone found its address in use.
    DhcpDecline {
        /// The address.
        address: Ipv4Addr,
    },
    /// A phone gave its address back.
    DhcpRelease {
        /// The address.
        address: Ipv4Addr,
    },
    /// Somebody asked for an address and got no answer.
    DhcpIgnored {
        /// Who.
        from: Mac,
        /// Why there was no answer.
        why: String,
        /// How it asked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        asked: Option<Box<Fingerprint>>,
        /// How many times since the last such event.
        count: u32,
    },
    /// A file is being read.
    ReadStarted {
        /// The read, for the events that follow.
        read: u64,
        /// The reader's address and port.
        peer: SocketAddrV4,
        /// The name as it was asked for.
        asked: String,
        /// The name under which it was found or made.
        file: String,
        /// What kind of file it is.
        role: Role,
        /// The load it belongs to or names.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        load: Option<String>,
        /// Its size in bytes.
        size: u64,
        /// Made by the program for this phone, not taken from the shelf.
        made: bool,
        /// Which part of its load this is, and of how many.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        part: Option<(u32, u32)>,
    },
    /// A request was answered with an error at once.
    ReadRefused {
        /// The reader's address and port.
        peer: SocketAddrV4,
        /// The name as it was asked for.
        asked: String,
        /// What kind of file it would have been.
        role: Role,
        /// Why, in words.
        why: String,
        /// An everyday miss (trust lists, locales, ring tones): nothing to worry about.
        usual: bool,
    },
    /// A read goes on. At most five a second for each read.
    ReadProgress {
        /// The read.
        read: u64,
        /// Bytes acknowledged.
        bytes: u64,
        /// Blocks sent more than once.
        resent: u64,
    },
    /// A file was read to its end.
    ReadFinished {
        /// The read.
        read: u64,
        /// Bytes acknowledged.
        bytes: u64,
        /// How long it took, in milliseconds.
        ms: u64,
        /// Blocks sent more than once.
        resent: u64,
        /// The last block was acknowledged; if not, the reader closed its port after it.
        last_ack: bool,
    },
    /// A read ended early.
    ReadFailed {
        /// The read.
        read: u64,
        /// Bytes acknowledged until then.
        bytes: u64,
        /// Blocks sent more than once.
        resent: u64,
        /// Why.
        why: ReadFailure,
        /// The reader's own words, when it sent some.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        text: String,
    },
    /// Somebody wanted to write.
    WriteRefused {
        /// Who.
        peer: SocketAddrV4,
        /// The name.
        asked: String,
    },
    /// Packets that made no sense.
    Garbage {
        /// `dhcp`, `tftp`, `sip` or `sccp`.
        port: String,
        /// Who sent the last of them.
        from: SocketAddrV4,
        /// What was wrong with it.
        why: String,
        /// How many since the last such event.
        count: u32,
    },
    /// A limit was reached; the rest is dropped.
    LimitReached {
        /// Which limit, in words.
        what: String,
        /// How many times since the last such event.
        count: u32,
    },
    /// The program has worked out what a phone is.
    Identified(Identity),
    /// A way from what the phone runs to its target was planned, or planned anew.
    Planned(Plan),
    /// There is no way; nothing is served that could change this phone.
    NoPlan(NoPlan),
    /// The phone started anew.
    Booted {
        /// What showed it.
        because: String,
    },
    /// One hop of the plan is behind the phone.
    HopDone {
        /// Which, from 1.
        hop: u32,
        /// Its load.
        load: String,
        /// What showed it.
        proof: Vec<String>,
    },
    /// A phone's case is closed, or opened again.
    Verdict {
        /// The word.
        verdict: Verdict,
        /// The load it runs, where that is shown.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        running: Option<String>,
        /// The events that show it.
        proof: Vec<String>,
        /// One sentence.
        reason: String,
    },
    /// Something is going wrong, or needs a hand.
    Symptom {
        /// Stable code.
        code: String,
        /// How bad it is.
        severity: Severity,
        /// What was seen.
        seen: String,
        /// What it means.
        means: String,
        /// The one thing to do.
        next: String,
    },
    /// A symptom has passed.
    SymptomGone {
        /// Its code.
        code: String,
    },
    /// The technician had a phone forgotten.
    Forgotten,
    /// The end of a finished run.
    Summary(Summary),
    /// A phone said itself what it is or runs.
    Evidence(Evidence),
    /// An address was set on this computer for the session; it is taken away again at the end.
    AddressSet {
        /// The interface.
        interface: String,
        /// The address.
        address: Ipv4Addr,
        /// It had been there before, and the system had dropped it.
        again: bool,
    },
    /// The link of the interface that the phones are on came or went.
    Link {
        /// The interface.
        interface: String,
        /// It is there.
        up: bool,
    },
    /// The interface that the phones are on went, as an adapter that is pulled out does, or came again.
    Interface {
        /// The interface.
        interface: String,
        /// It is there.
        there: bool,
    },
    /// The servers were asked by the program itself, as a phone would.
    SelfTest {
        /// Everything was answered.
        ok: bool,
        /// What was asked and answered, in one sentence.
        text: String,
    },
    /// There is another DHCP server on the wire; it was looked for when the link came.
    OtherServer {
        /// Who, what that means and what to do, in sentences.
        text: String,
    },
    /// Somebody on the wire wants files from an address that is not ours.
    WrongAddress {
        /// The hardware address of who asks.
        from: Mac,
        /// The address that it asks.
        asked: Ipv4Addr,
        /// What that means, in one sentence.
        means: String,
    },
    /// The answers to a phone that asks for nothing are changed in one thing.
    ReplyVaried {
        /// Which of the changes, from 1.
        attempt: u32,
        /// In words: `without option 150`.
        change: String,
    },
    /// A phone asked for a file at last: the change that freed it is kept for its model.
    ReplyFreed {
        /// Which of the changes.
        attempt: u32,
        /// In words.
        change: String,
    },
}

/// What a session set out to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Name and version of the program.
    pub program: String,
    /// `serve` or `rehearse`.
    pub mode: String,
    /// The address the servers answer on.
    pub server: Ipv4Addr,
    /// We give the addresses.
    pub dhcp: bool,
    /// Which load each model shall have, as on the command line: `7960=P0S3-8-12-00` or `SIP41.9-4-2SR3-1S`.
    pub targets: Vec<String>,
    /// Phones after which the run is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expect: Option<u32>,
    /// The scenario that is rehearsed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scenario: Option<String>,
    /// Its seed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
}

/// How a phone asks for an address: enough to tell its generation (`classic-phones` era tables).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprint {
    /// Option 60, without trailing NUL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    /// Option 12.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host_name: Option<String>,
    /// Option 55: what it wants to know.
    pub params: Vec<u8>,
    /// The order of its options.
    pub order: Vec<u8>,
}

/// What a phone said of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// Where it said so.
    pub source: Source,
    /// How much that proves ([`weight`]); the strongest piece wins.
    pub weight: u8,
    /// Its model, by the catalogue's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The load it runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub load: Option<String>,
    /// The release alone, as it writes it: too coarse to prove a load.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<String>,
    /// Its own words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
}

/// Where a phone says what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// Its announcement to its neighbour.
    Cdp,
    /// Its registration at an SCCP exchange.
    Sccp,
    /// Its registration at a SIP exchange.
    Sip,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Cdp => "CDP",
            Self::Sccp => "SCCP registration",
            Self::Sip => "SIP registration",
        })
    }
}

/// How much a piece proves: 3 an application that registers and names its load, 2 an announcement that does (a loader
/// announces itself, too), 1 what names none.
#[must_use]
pub const fn weight(source: Source, names_load: bool) -> u8 {
    match (names_load, source) {
        (false, _) => 1,
        (true, Source::Cdp) => 2,
        (true, Source::Sccp | Source::Sip) => 3,
    }
}

/// What a file is to a phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// `CTLSEP….tlv`, `ITLSEP….tlv`, `ITLFile.tlv`: a miss is normal.
    TrustList,
    /// `SEP….cnf.xml`.
    SepConfig,
    /// `SIP….cnf`.
    SipConfig,
    /// `MGC….cnf`, `MGCDefault.cnf`.
    MgcpConfig,
    /// `XMLDefault.cnf.xml`.
    XmlDefault,
    /// `SIPDefault.cnf`.
    SipDefault,
    /// `OS79XX.TXT`.
    Os79xx,
    /// `SEPDefault.cnf` and other binary files of the first years.
    OldConfig,
    /// `<load>.loads`.
    LoadsList,
    /// `term….default.loads`.
    TermList,
    /// The universal loader of a 7940/7960.
    Loader,
    /// The application image of a 7940/7960.
    Application,
    /// An image that is a whole load.
    Image,
    /// One of the parts of a Java load.
    Part,
    /// A file that only a running application asks for (ring lists, tones, dial plans).
    AppFile,
    /// Anything else.
    Other,
}

impl Role {
    /// A file that carries firmware.
    #[must_use]
    pub const fn is_firmware(self) -> bool {
        matches!(self, Self::Loader | Self::Application | Self::Image | Self::Part)
    }

    /// A file that tells a phone which load to run.
    #[must_use]
    pub const fn is_config(self) -> bool {
        matches!(
            self,
            Self::SepConfig
                | Self::SipConfig
                | Self::MgcpConfig
                | Self::XmlDefault
                | Self::SipDefault
                | Self::Os79xx
                | Self::OldConfig
        )
    }
}

/// Why a read ended early.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReadFailure {
    /// The reader fell silent.
    Silent,
    /// The reader answers, and never with anything new.
    Stuck,
    /// The reader closed its port: it did not like what it got, or lost its power.
    Closed,
    /// The reader said an error.
    Peer,
    /// The same port asked for something new: it had started over.
    Replaced,
    /// It was pushed out by a phone that is alive.
    Evicted,
}

/// How a phone starts, as far as the wire tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// Not known yet.
    #[default]
    Unknown,
    /// Factory state: asks for its default list and nothing else.
    Wiped,
    /// A loader is asking, the application may be broken.
    Loader,
    /// A load of the years before the universal loader.
    SingleImage,
    /// An application runs.
    Application,
}

/// What a phone is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Its model, by the catalogue's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The family of loads it takes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub family: Option<Family>,
    /// How it starts.
    pub condition: Condition,
    /// The protocol of the application that runs, where one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protocol: Option<Protocol>,
    /// What showed it.
    pub because: String,
}

/// The way a phone is led.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Where it starts: a load, or `unknown`.
    pub from: String,
    /// Where it ends.
    pub target: String,
    /// The loads on the way, the target last. Empty when it runs the target already.
    pub hops: Vec<PlannedHop>,
    /// Why this plan replaces an earlier one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revised: Option<String>,
}

/// One load on the way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedHop {
    /// Its name.
    pub load: String,
    /// Why it is there.
    pub why: String,
    /// The step is known to work; if not, it is the best that is known.
    pub certain: bool,
}

/// Why a phone can't be led to its target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoPlan {
    /// Stable code.
    pub code: String,
    /// What is in the way.
    pub text: String,
    /// What to get.
    pub get: String,
}

/// How bad a symptom is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; nothing to do.
    Note,
    /// The phone needs a hand.
    Hand,
    /// It speaks against a recovery.
    Wrong,
}

/// How a case ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// There is proof that the phone runs its target.
    Recovered,
    /// There is no proof, and nothing speaks against it.
    Unproven,
    /// It did not get there.
    Failed,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Recovered => "recovered",
            Self::Unproven => "unproven",
            Self::Failed => "failed",
        })
    }
}

/// The last line of a finished run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// Over the phones that had a load to be led to: `recovered` (all), `failed` (none), otherwise `partial`, also when
    /// there was no such phone.
    pub verdict: String,
    /// One entry a phone, in the order in which they were first seen.
    pub phones: Vec<PhoneSummary>,
}

/// One phone of the summary.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PhoneSummary {
    /// Who.
    pub phone: Mac,
    /// Its model.
    pub model: Option<String>,
    /// What it ran at first, where that is known.
    pub from: Option<String>,
    /// What it was to run.
    pub target: Option<String>,
    /// What it runs, where that is shown.
    pub running: Option<String>,
    /// How its case ended.
    pub verdict: Verdict,
    /// Why, in one sentence.
    pub reason: String,
    /// The events that show it.
    pub proof: Vec<String>,
    /// Codes of the symptoms that were not withdrawn.
    pub symptoms: Vec<String>,
    /// The loads it was led over, and how long each took in seconds.
    pub hops: Vec<HopSummary>,
    /// What it still holds of this bench's configuration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holds: Option<String>,
    /// From first packet to verdict, in seconds.
    pub seconds: f64,
    /// Bytes that it read.
    pub bytes: u64,
}

/// One hop of the summary.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HopSummary {
    /// Its load.
    pub load: String,
    /// It is behind the phone.
    pub done: bool,
    /// How long it took, in seconds.
    pub seconds: f64,
}
