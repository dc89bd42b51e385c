//! Events, stages, sizes and times in a technician's words: the screen's log, `replay` and the report say the same.

mod hand;
mod identity;
mod laptop;

pub use hand::{closes, order, remedied, remedy, request, request_in_full};
pub use identity::{looks, tells};
pub use laptop::unwritten;

use super::{Phone, Stage};
use crate::event::{Event, Evidence, Kind, Plan, ReadFailure, Session, Summary, Verdict};
use std::fmt::Write as _;
use std::time::Duration;

/// The event as one calm sentence. "It" is the phone of the event.
#[must_use]
pub fn sentence(event: &Event) -> String {
    sentence_of(event, None)
}

/// As [`sentence`], for somebody who remembers which file the read of the event is about.
#[must_use]
pub fn sentence_of(event: &Event, file: Option<&str>) -> String {
    match &event.kind {
        Kind::DhcpOffer { .. }
        | Kind::DhcpAck { .. }
        | Kind::DhcpNak { .. }
        | Kind::DhcpDecline { .. }
        | Kind::DhcpRelease { .. }
        | Kind::DhcpElsewhere { .. }
        | Kind::DhcpIgnored { .. } => address(&event.kind),
        Kind::ReadStarted { .. }
        | Kind::ReadRefused { .. }
        | Kind::ReadProgress { .. }
        | Kind::ReadFinished { .. }
        | Kind::ReadFailed { .. } => reading(event, file),
        kind => other(kind),
    }
}

/// Where an event comes from, in one word of at most five letters: `dhcp`, `tftp`, `plan`, `phone`, `hand`, `bench`.
#[must_use]
pub const fn area(kind: &Kind) -> &'static str {
    match kind {
        Kind::DhcpOffer { .. }
        | Kind::DhcpAck { .. }
        | Kind::DhcpNak { .. }
        | Kind::DhcpDecline { .. }
        | Kind::DhcpRelease { .. }
        | Kind::DhcpElsewhere { .. }
        | Kind::DhcpIgnored { .. }
        | Kind::ReplyVaried { .. }
        | Kind::ReplyFreed { .. }
        | Kind::ReplyRestored { .. } => "dhcp",
        Kind::ReadStarted { .. }
        | Kind::ReadRefused { .. }
        | Kind::ReadProgress { .. }
        | Kind::ReadFinished { .. }
        | Kind::ReadFailed { .. }
        | Kind::WriteRefused { .. } => "tftp",
        Kind::Planned(_) | Kind::NoPlan(_) => "plan",
        Kind::Identified(_)
        | Kind::Booted { .. }
        | Kind::HopDone { .. }
        | Kind::Verdict { .. }
        | Kind::Evidence(_) => "phone",
        Kind::Symptom { .. }
        | Kind::SymptomGone { .. }
        | Kind::Pausing
        | Kind::Paused
        | Kind::Resumed
        | Kind::Replanned { .. }
        | Kind::Remedied { .. }
        | Kind::Requested { .. }
        | Kind::RequestClosed { .. }
        | Kind::OrderRefused { .. } => "hand",
        Kind::SessionStarted(_)
        | Kind::SessionResumed { .. }
        | Kind::Garbage { .. }
        | Kind::LimitReached { .. }
        | Kind::Forgotten
        | Kind::AddressSet { .. }
        | Kind::Link { .. }
        | Kind::Interface { .. }
        | Kind::OtherServer { .. }
        | Kind::AddressTaken { .. }
        | Kind::SelfTest { .. }
        | Kind::NotWritten { .. }
        | Kind::WrittenAgain { .. }
        | Kind::WrongAddress { .. }
        | Kind::AddressWanted { .. }
        | Kind::Summary(_) => "bench",
    }
}

fn address(kind: &Kind) -> String {
    match kind {
        Kind::DhcpOffer { address, .. } => format!("It asked for an address and was offered {address}."),
        Kind::DhcpAck { address, how, .. } => match how.as_str() {
            "init-reboot" => format!("It came back with its address {address}."),
            "renewing" | "rebinding" => format!("It renewed its address {address}."),
            "inform" => format!("It has the address {address} and was told the rest."),
            _ => format!("It took the address {address}."),
        },
        Kind::DhcpNak { address, ordered: true, .. } => {
            format!("It wanted {address} again and was told to ask anew, as was ordered.")
        }
        Kind::DhcpNak { address, foreign: false, .. } => {
            format!("It wanted {address}, which somebody else has, and was told to ask anew.")
        }
        Kind::DhcpNak { address, .. } => {
            format!("It wanted {address} of another network and was told to ask anew.")
        }
        Kind::DhcpDecline { address } => format!("It found {address} in use; that address is set aside."),
        Kind::DhcpElsewhere { server } => {
            format!("It took the address that another DHCP server, {server}, offered it.")
        }
        Kind::DhcpRelease { address } => format!("It gave {address} back."),
        Kind::DhcpIgnored { from, why, count, .. } => {
            format!("{from} asked for an address{} and got no answer: {}", times(*count), stop(why))
        }
        _ => String::new(),
    }
}

fn reading(event: &Event, file: Option<&str>) -> String {
    let file = file.unwrap_or("the file");
    match &event.kind {
        Kind::ReadStarted { peer, asked, file, load, size, made, part, http, .. } => {
            let who = if event.phone.is_some() { "It".to_owned() } else { peer.to_string() };
            let mut text = format!("{who} reads {file} ({})", bytes(*size));
            // Writing to a String can't fail.
            if let Some((k, n)) = part.filter(|(_, n)| *n > 1) {
                let _ = write!(text, ", part {k} of {n}");
            }
            if *http {
                text.push_str(" over HTTP");
            }
            if *made {
                text.push_str(", written for it");
            }
            if let Some(load) = load.as_ref().filter(|load| !file.contains(load.as_str())) {
                let _ = write!(text, "{} {load}", if *made { ", naming" } else { " of" });
            }
            if !file.ends_with(asked.as_str()) && !asked.ends_with(file.as_str()) {
                let _ = write!(text, "; it asked for {asked}");
            }
            stop(&text)
        }
        Kind::ReadRefused { asked, usual: true, .. } => {
            format!("It asked for {asked}; phones do without it.")
        }
        Kind::ReadRefused { asked, why, .. } => {
            format!("It asked for {asked} and was refused: {}", stop(why))
        }
        Kind::ReadProgress { bytes: done, .. } => format!("It has read {} of {file}.", bytes(*done)),
        Kind::ReadFinished { bytes: done, ms, resent, last_ack, .. } => {
            let time = seconds(Duration::from_millis(*ms));
            let again = if *resent > 0 { format!(", {resent} blocks sent again") } else { String::new() };
            let end = if *last_ack { "" } else { ", and closed its port after the last block" };
            format!("It has read {file}: {} in {time}{again}{end}.", bytes(*done))
        }
        Kind::ReadFailed { bytes: done, why, text, .. } => {
            let done = bytes(*done);
            match why {
                ReadFailure::Stuck => {
                    format!("It is stuck in {file} after {done}: it answers, never with anything new.")
                }
                ReadFailure::Silent => format!("It fell silent in {file} after {done}."),
                ReadFailure::Closed => format!("It closed its port in {file} after {done}."),
                ReadFailure::Peer if text.is_empty() => format!("It stopped reading {file} after {done}."),
                ReadFailure::Peer => format!("It stopped reading {file} after {done}: {}", stop(text)),
                ReadFailure::Replaced => format!("It left {file} after {done} and asked anew."),
                ReadFailure::Evicted => format!("{file} was given up after {done} to make room for a phone."),
            }
        }
        _ => String::new(),
    }
}

fn other(kind: &Kind) -> String {
    match kind {
        Kind::SessionStarted(session) => started(session),
        Kind::SessionResumed { gap_s } => {
            format!("The session goes on after a break of {}.", clock(Duration::from_secs(*gap_s)))
        }
        Kind::WriteRefused { peer, asked } => {
            format!("{peer} wanted to write {asked}; nothing is written here.")
        }
        Kind::Garbage { port, from, why, count } => {
            format!(
                "{from} sent the {port} port something that makes no sense{}: {}",
                times(*count),
                stop(why)
            )
        }
        Kind::LimitReached { what, count } => format!("A limit is reached{}: {}", times(*count), stop(what)),
        Kind::Identified(identity) => identity::identified(identity),
        Kind::Planned(plan) => planned(plan),
        Kind::NoPlan(no_plan) => {
            format!("{} {}", stop(&no_plan.text), stop(&no_plan.get)).trim_end().to_owned()
        }
        Kind::Booted { because } => format!("It started anew: {}", stop(because)),
        Kind::HopDone { hop, load, .. } => format!("Hop {hop} is behind it: it has {load}."),
        Kind::Verdict { verdict: Verdict::Recovered, reason, .. } => format!("Recovered. {}", stop(reason)),
        Kind::Verdict { verdict: Verdict::Unproven, reason, .. } => format!("Not proven. {}", stop(reason)),
        Kind::Verdict { verdict: Verdict::Failed, reason, .. } => format!("Failed. {}", stop(reason)),
        Kind::Symptom { seen, means, next, .. } => format!("{} {} {}", stop(seen), stop(means), stop(next)),
        Kind::SymptomGone { code } => format!("That has passed ({code})."),
        Kind::Evidence(said) => says(said),
        Kind::ReplyVaried { attempt, change, starts } => varied(*attempt, change, *starts),
        Kind::ReplyFreed { change, doubt: None, .. } => {
            format!(
                "That freed it: an answer {change}. Phones of its model that ask for nothing get it first."
            )
        }
        Kind::ReplyFreed { change, doubt: Some(doubt), .. } => {
            format!(
                "It asks for files now. Whether an answer {change} freed it is not known: {}",
                stop(doubt)
            )
        }
        Kind::ReplyRestored { because, .. } => format!("It gets the full answer again: {}", stop(because)),
        Kind::Forgotten => "Forgotten; if it asks again it is a new phone.".to_owned(),
        Kind::Summary(summary) => ended(summary),
        kind => hand::sentence(kind).unwrap_or_else(|| laptop::sentence(kind)),
    }
}

fn varied(attempt: u32, change: &str, starts: u32) -> String {
    let starts = match starts {
        0 => String::new(),
        1 => ", the last start of that".to_owned(),
        starts => format!(", one change at each start, at most {starts} starts"),
    };
    format!("It asks for nothing, so its answer is varied{starts} (change {attempt}): {change}.")
}

fn started(session: &Session) -> String {
    let what = if session.dhcp { "addresses and files" } else { "files only" };
    let targets = if session.targets.is_empty() {
        "no target chosen, phones keep what they run".to_owned()
    } else {
        format!("target {}", session.targets.join(", "))
    };
    format!("The servers answer on {}: {what}; {targets}.", session.server)
}

/// The last line of a session: `5 of 6 phones are recovered.`
#[must_use]
pub fn ended(summary: &Summary) -> String {
    let recovered = summary.phones.iter().filter(|p| p.verdict == Verdict::Recovered).count();
    match summary.phones.len() {
        0 => "The session has ended; no phone was seen.".to_owned(),
        1 if recovered == 1 => "The session has ended: the phone is recovered.".to_owned(),
        1 => "The session has ended: the phone is not recovered.".to_owned(),
        n => format!("The session has ended: {recovered} of {n} phones are recovered."),
    }
}

fn says(said: &Evidence) -> String {
    let model = said.model.as_ref().map(|model| format!("it is a {model}"));
    let runs = match (&said.load, &said.release) {
        (Some(load), _) => Some(format!("it runs {load}")),
        (None, Some(release)) => Some(format!("it runs a load {release}")),
        (None, None) => None,
    };
    let parts: Vec<_> = model.into_iter().chain(runs).chain(unit(said)).collect();
    match (parts.as_slice(), said.text.as_str()) {
        ([], "") => format!("It showed itself by its {}.", said.source),
        ([], text) => format!("It says by its {}: {}", said.source, stop(text)),
        ([first, second], _) => format!("It says by its {}: {first} and {second}.", said.source),
        (parts, _) => format!("It says by its {}: {}.", said.source, parts.join(", ")),
    }
}

/// What it says of its own unit, whatever it runs: what starts it, its board, its serial number.
#[must_use]
pub fn unit(said: &Evidence) -> Vec<String> {
    let starts = said.boot.iter().map(|boot| format!("started by {boot}"));
    starts.chain(board(said.hardware.as_deref(), said.serial.as_deref())).collect()
}

/// The revision of a board and the serial number of a phone, those of them that are known.
#[must_use]
pub fn board(hardware: Option<&str>, serial: Option<&str>) -> Vec<String> {
    let known = [("hardware", hardware), ("serial number", serial)];
    known.into_iter().filter_map(|(what, value)| Some(format!("{what} {}", value?))).collect()
}

fn planned(plan: &Plan) -> String {
    let mut text = match plan.hops.split_last() {
        None => format!("It runs {} already; nothing has to be loaded.", plan.target),
        Some((_, [])) => format!("The way: from {} straight to {}.", plan.from, plan.target),
        Some((_, over)) => {
            let over: Vec<_> = over.iter().map(|hop| hop.load.as_str()).collect();
            format!("The way: from {} over {} to {}.", plan.from, over.join(" and "), plan.target)
        }
    };
    if let Some(why) = &plan.revised {
        text = format!("Planned anew: {} {text}", stop(why));
    }
    text
}

/// What a phone is doing, in a few words (at most 22 columns).
#[must_use]
pub fn doing(phone: &Phone) -> String {
    match phone.stage {
        Stage::Dhcp if phone.trail.booted && !phone.trail.firmware.is_empty() => "restarts".to_owned(),
        Stage::Dhcp => "asks for an address".to_owned(),
        Stage::Leased => "has its address".to_owned(),
        Stage::Config => "asks what to run".to_owned(),
        Stage::List => "reads the list".to_owned(),
        Stage::Loader => "reads the loader".to_owned(),
        Stage::Parts => match phone.read.as_ref().and_then(|r| r.part) {
            Some((k, n)) if n > 1 => format!("reads part {k} of {n}"),
            _ => "reads the load".to_owned(),
        },
        Stage::Flashing => "writes its flash".to_owned(),
        Stage::Proof => "runs, shows itself".to_owned(),
        Stage::Done => phone.verdict().map_or("done", verdict).to_owned(),
    }
}

/// The word for a verdict.
#[must_use]
pub const fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Recovered => "recovered",
        Verdict::Unproven => "not proven",
        Verdict::Failed => "failed",
    }
}

/// A time as `m:ss`, or `h:mm:ss` from an hour on.
#[must_use]
pub fn clock(time: Duration) -> String {
    let s = time.as_secs();
    if s >= 3600 {
        format!("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60)
    } else {
        format!("{}:{:02}", s / 60, s % 60)
    }
}

fn seconds(time: Duration) -> String {
    if time.as_secs() >= 60 {
        clock(time)
    } else if time.as_secs() == 0 {
        format!("{} ms", time.as_millis())
    } else {
        let tenths = time.as_millis() / 100;
        format!("{}.{} s", tenths / 10, tenths % 10)
    }
}

/// A size: `640 B`, `708 kB`, `12.4 MB`. A kB is 1000 bytes.
#[must_use]
pub fn bytes(n: u64) -> String {
    match n {
        0..1_000 => format!("{n} B"),
        1_000..1_000_000 => format!("{} kB", n / 1_000),
        1_000_000..1_000_000_000 => format!("{}.{} MB", n / 1_000_000, n / 100_000 % 10),
        _ => format!("{}.{} GB", n / 1_000_000_000, n / 100_000_000 % 10),
    }
}

fn times(count: u32) -> String {
    if count > 1 { format!(" {count} times") } else { String::new() }
}

/// The text with a full stop at its end, where it has none.
fn stop(text: &str) -> String {
    let text = text.trim_end();
    if text.is_empty() || text.ends_with(['.', '!', '?', '"', '…']) {
        text.to_owned()
    } else {
        format!("{text}.")
    }
}

#[cfg(test)]
mod tests;
