//! What a session set out to do, and what it came to.

use super::case::Verdict;
use crate::phone_id::Mac;
use serde::{Deserialize, Serialize};
use std::net::Ipv4Addr;

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
    /// The network is not ours alone, so phones can't register here.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub leads_elsewhere: bool,
    /// Which load each model shall have, as on the command line: `7960=P0S3-8-12-00` or `SIP41.9-4-2SR3-1S`.
    pub targets: Vec<String>,
    /// Targets that are given although the plan says no, because the technician insists.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub forced: Vec<String>,
    /// The SIP account that phones are given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<GivenAccount>,
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

impl Session {
    /// Phones can register here, and tell by that what they run.
    #[must_use]
    pub const fn registers(&self) -> bool {
        self.dhcp && !self.leads_elsewhere
    }
}

/// A SIP account that is written into a phone's configuration. Its password is never in a journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GivenAccount {
    /// Who and where: `201 at pbx.example.org:5060`.
    pub user: String,
    /// The only phone that gets it; `None`: every phone that is led to SIP.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only: Option<Mac>,
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
    /// The loads on its way, those that it did not get to included.
    pub hops: Vec<HopSummary>,
    /// Its serial number, where it said it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serial: Option<String>,
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
