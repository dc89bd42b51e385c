//! What happened: one variant for everything that the engine tells.

use super::bench::{Session, Summary};
use super::case::{Severity, Verdict};
use super::file::{ReadFailure, Role};
use super::hand::{ClosedBy, Order, Remedy, Request};
use super::phone::{Fingerprint, Identity, NoPlan, Plan};
use super::said::Evidence;
use crate::phone_id::Mac;
use serde::{Deserialize, Serialize};
use std::net::{Ipv4Addr, SocketAddrV4};

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
        /// It could have had it, and was refused because the technician wants it to ask anew.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        ordered: bool,
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
    /// A phone of this bench takes the address that another server offered it.
    DhcpElsewhere {
        /// That server.
        server: Ipv4Addr,
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
        /// By HTTP, as loads from 9 on read; otherwise by TFTP.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        http: bool,
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
        /// `dhcp`, `tftp`, `http`, `sip` or `sccp`.
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
        /// What the program can do about it at one key.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        remedies: Vec<Remedy>,
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
    /// Another device on the wire uses our address, too.
    AddressTaken {
        /// The address.
        address: Ipv4Addr,
        /// The hardware address of the other device.
        by: Mac,
    },
    /// What is kept of the session can't be written any more; nothing else depends on it, and it is tried again.
    NotWritten {
        /// In words: `the journal`.
        what: String,
        /// Where it is.
        path: String,
        /// What the system said.
        why: String,
    },
    /// It is written again.
    WrittenAgain {
        /// In words: `the journal`.
        what: String,
        /// So many events of the time between are not in it.
        lost: u64,
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
    /// The technician wants this computer to answer at an address that a phone wrongly asks. `AddressSet` follows, or
    /// `OrderRefused`.
    AddressWanted {
        /// The address.
        address: Ipv4Addr,
    },
    /// The answers to a phone that asks for nothing are changed in one thing.
    ReplyVaried {
        /// Which of the changes, from 1.
        attempt: u32,
        /// In words: `without option 150`.
        change: String,
        /// How many starts of the phone this takes at most, with this one.
        #[serde(default, skip_serializing_if = "no_starts")]
        starts: u32,
    },
    /// A phone asked for a file at last: the change that freed it is kept for its model.
    ReplyFreed {
        /// Which of the changes.
        attempt: u32,
        /// In words.
        change: String,
        /// What else may have freed it; then nothing is kept.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        doubt: Option<String>,
    },
    /// A phone whose answers were varied gets the full one again.
    ReplyRestored {
        /// All changes were tried, and none freed it.
        all: bool,
        /// Why, in words.
        because: String,
    },
    /// The technician wants a phone left alone; it is, as soon as it may be unplugged.
    Pausing,
    /// From here on a phone keeps its address and gets no file.
    Paused,
    /// A paused phone is served again.
    Resumed,
    /// The technician chose anew where a phone is led, or what it runs.
    Replanned {
        /// The load it is to run.
        target: String,
        /// What it runs, where the technician said so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<String>,
    },
    /// The program does something for a phone that it does not do by default.
    Remedied {
        /// What.
        remedy: Remedy,
        /// The program decided it by itself; otherwise the technician did.
        unasked: bool,
        /// What is different from here on, in one sentence.
        text: String,
    },
    /// The technician is asked to do something.
    Requested {
        /// What.
        request: Request,
        /// The symptom that it is for, where there is one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        symptom: Option<String>,
        /// The same in one sentence.
        text: String,
        /// What on the wire will show that it was done.
        closes: String,
    },
    /// A request was carried out, or is no longer needed.
    RequestClosed {
        /// Which.
        request: Request,
        /// What closed it.
        by: ClosedBy,
        /// In words.
        because: String,
    },
    /// A decision of the technician that can't be carried out.
    OrderRefused {
        /// Which.
        order: Order,
        /// Why.
        why: String,
    },
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde wants it")]
const fn no_starts(starts: &u32) -> bool {
    *starts == 0
}
