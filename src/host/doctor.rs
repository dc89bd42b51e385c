//! Is this laptop ready? Each check says what was seen, what it means and one thing to do. Nothing is changed.

mod checks;
mod rivals;
mod text;

pub use text::text;

use super::interfaces::{self, Interface};
use super::plan;
use super::privileges::{self, Rights};
use super::probe::{self, Search};
use super::remedy::Remedy;
use super::system::System;
use crate::clock::Wall;
use crate::dhcp::elsewhere;
use crate::event::Kind;
use crate::web;
use rivals::Commands;
use serde::Serialize;
use std::net::Ipv4Addr;
use std::path::Path;

/// How a check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// As it should be.
    Ok,
    /// It can't be seen from here.
    Unknown,
    /// It works, and something should be known.
    Warn,
    /// A session can't work like this.
    Fail,
}

/// One check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Stable code.
    pub code: &'static str,
    /// What it is about, in two or three words.
    pub title: &'static str,
    /// How it came out.
    pub state: Outcome,
    /// What was seen.
    pub seen: String,
    /// What it means.
    pub means: String,
    /// The one thing to do, with the exact command where there is one.
    #[serde(flatten)]
    pub remedy: Option<Remedy>,
}

impl Check {
    pub(super) fn new(
        code: &'static str,
        title: &'static str,
        state: Outcome,
        seen: impl Into<String>,
    ) -> Self {
        Self { code, title, state, seen: seen.into(), means: String::new(), remedy: None }
    }

    pub(super) fn means(mut self, means: impl Into<String>) -> Self {
        self.means = means.into();
        self
    }

    pub(super) fn remedy(mut self, remedy: impl Into<Remedy>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }

    /// What to do, in words; empty when there is nothing.
    #[must_use]
    pub fn to_do(&self) -> &str {
        self.remedy.as_ref().map_or("", |remedy| &remedy.text)
    }
}

/// What was found.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Nothing failed.
    pub ready: bool,
    /// The interface that was looked at.
    pub interface: Option<String>,
    /// Why that one, when the program chose it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
    /// The address that phones would be told.
    pub address: Option<Ipv4Addr>,
    /// The checks, the worst first.
    pub checks: Vec<Check>,
    /// All interfaces of this computer.
    pub interfaces: Vec<Interface>,
}

/// What the checks look at beside the interface.
pub struct Scene<'a> {
    /// The operating system.
    pub system: &'a dyn System,
    /// The path of this program, for the command that gives it rights.
    pub program: &'a str,
    /// Where the state would be kept.
    pub folder: Option<&'a Path>,
    /// The address that a session would set, and the length of its network; `None`: the interface keeps its own.
    pub address: Option<(Ipv4Addr, u8)>,
    /// The wall clock.
    pub wall: Wall,
}

/// Everything that the checks need to know of an interface; gathered first, judged by pure functions.
pub(super) struct Gathered<'a> {
    pub(super) interface: &'a Interface,
    pub(super) address: (Ipv4Addr, u8),
    pub(super) rights: Option<Rights>,
}

/// Looks at everything.
#[must_use]
pub fn examine(scene: &Scene<'_>, wanted: Option<&str>) -> Report {
    let system = scene.system;
    let all = interfaces::survey(system);
    let (chosen, because) = match wanted {
        Some(name) => (all.iter().find(|i| i.name == name || i.friendly.as_deref() == Some(name)), None),
        None => interfaces::recommend(&all).map_or((None, None), |(i, why)| (Some(i), Some(why))),
    };
    let rights = privileges::rights();
    let mut found = vec![checks::rights(rights, &system.rights(scene.program))];
    let mut address = None;
    if let Some(interface) = chosen {
        let own = scene.address.or(interface.addresses.first().copied()).unwrap_or(plan::DEFAULT);
        address = Some(own.0);
        found.extend(on(scene, &all, &Gathered { interface, address: own, rights }));
    } else {
        found.push(checks::no_interface(wanted, &all));
    }
    found.extend(scene.folder.and_then(|folder| checks::disk(system, folder)));
    found.extend(scene.folder.and_then(checks::left_behind));
    found.push(checks::clock(scene.wall));
    // The worst first; among equals, the order in which a technician would go.
    found.sort_by_key(|check| std::cmp::Reverse(check.state));
    Report {
        ready: found.iter().all(|c| c.state != Outcome::Fail),
        interface: chosen.map(|i| i.system_name().to_owned()),
        because,
        address,
        checks: found,
        interfaces: all,
    }
}

fn on(scene: &Scene<'_>, all: &[Interface], of: &Gathered<'_>) -> Vec<Check> {
    let system = scene.system;
    let name = of.interface.system_name();
    let mut found = vec![checks::kind(of.interface), checks::link(of.interface)];
    for port in [67, 69] {
        found.push(rivals::port(port, name, system.holders(port), of.rights, Commands::here()));
    }
    found.extend(rivals::web_port(name, system.listeners(web::PORT), Commands::here()));
    found.push(checks::firewall(system.firewall(name, &[67, 69])));
    found.push(checks::foreign(probe::foreign(of.interface)));
    let conflict = probe::conflict(system, of.interface, of.address.0);
    found.push(checks::conflict(of.address.0, conflict));
    found.extend(checks::reverse_path(system, name));
    found.push(checks::networks(all, of));
    found.extend(checks::answer_address(of.interface));
    found
}

/// Another DHCP server, as one sentence with a remedy; `None`: there is none that can be seen.
#[must_use]
pub fn foreign_server(interface: &Interface) -> Option<String> {
    match probe::foreign(interface) {
        found @ Search::Found(_) => {
            let check = checks::foreign(found);
            Some(format!("{} {} {}", check.seen, check.means, check.to_do()))
        }
        _ => None,
    }
}

/// What is wrong with what the DHCP servers that give the addresses say of files; phones are to look for them at `own`.
#[must_use]
pub fn misdirected(interface: &Interface, own: Ipv4Addr) -> Vec<Kind> {
    let Search::Found(all) = probe::foreign(interface) else { return Vec::new() };
    all.iter().filter_map(|(answer, _)| elsewhere::symptom(answer, own)).collect()
}

/// What the firewall does, when it keeps phones out: one sentence with the command that opens it.
#[must_use]
pub fn closed_firewall(system: &dyn System, interface: &str, ports: &[u16]) -> Option<String> {
    let check = checks::firewall(system.firewall(interface, ports));
    (check.state == Outcome::Fail).then(|| format!("{} Open it with: {}", check.seen, check.to_do()))
}

#[cfg(test)]
mod tests;
