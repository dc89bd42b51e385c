//! Whether the firewall of Linux lets a phone's packets in: the rules are walked as the kernel walks them, for a packet
//! that a phone would send.

pub(super) mod open;
mod rules;

use crate::host::run::{Argv, Run, Trouble};
use crate::host::system::{Firewall, Lets};
use rules::{iptables, nft};
use std::collections::HashMap;

/// A rule that matters here: what it asks of the packet, and what it does.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Rule {
    matches: Vec<Match>,
    action: Action,
    /// How a person would find it.
    text: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Match {
    /// UDP, or all protocols.
    Protocol(bool),
    /// The destination port lies in one of these ranges (`true`), or in none of them.
    Port(Vec<(u16, u16)>, bool),
    /// The interface it comes in by is this one (a trailing `*` stands for anything), or is not.
    Interface(String, bool),
    /// Whether the rule takes packets that begin something new, and those that answer us.
    State { new: bool, answer: bool },
    /// Whether the rule takes packets to an address of this computer, and those to everybody.
    To { us: bool, all: bool },
    /// Something that this program doesn't weigh: an address, a mark, a rate.
    Other,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Action {
    Accept,
    Drop,
    Jump(String),
    /// As a jump, but what is undecided there goes back to who jumped here.
    Goto(String),
    Return,
    Nothing,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Chain {
    /// For chains at the kernel's input hook: drop what no rule took.
    base: Option<bool>,
    rules: Vec<Rule>,
}

/// What became of the packet.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Fate {
    Accepted,
    Dropped(String),
    Undecided,
}

type Chains = HashMap<String, Chain>;

/// A packet that a phone sends.
#[derive(Clone, Copy)]
struct Packet<'a> {
    interface: &'a str,
    port: u16,
    /// It answers a packet of ours.
    answer: bool,
    /// It is sent to everybody, as whoever has no address yet must.
    broadcast: bool,
}

/// One of the ports that reads are sent from; phones answer there, once we have sent the first block.
const TRANSFER_PORT: u16 = 40_000;

/// The port at which addresses are asked for.
const DHCP_PORT: u16 = 67;

/// How deep chains may call each other; the kernel allows 16.
const DEPTH: u8 = 16;

fn walk(chains: &Chains, name: &str, packet: Packet<'_>, depth: u8) -> Fate {
    let Some(chain) = chains.get(name).filter(|_| depth < DEPTH) else { return Fate::Undecided };
    for rule in &chain.rules {
        let fits = rule.matches.iter().all(|m| match m {
            Match::Protocol(udp) => *udp,
            Match::Port(ranges, inside) => {
                ranges.iter().any(|(low, high)| (*low..=*high).contains(&packet.port)) == *inside
            }
            Match::Interface(pattern, same) => {
                let hit = pattern
                    .strip_suffix(['*', '+'])
                    .map_or(pattern == packet.interface, |p| packet.interface.starts_with(p));
                hit == *same
            }
            Match::State { new, answer } => {
                if packet.answer {
                    *answer
                } else {
                    *new
                }
            }
            Match::To { us, all } => {
                if packet.broadcast {
                    *all
                } else {
                    *us
                }
            }
            Match::Other => false,
        });
        if !fits {
            continue;
        }
        match &rule.action {
            Action::Accept => return Fate::Accepted,
            Action::Drop => return Fate::Dropped(rule.text.clone()),
            Action::Return => return Fate::Undecided,
            Action::Nothing => {}
            Action::Goto(to) => return walk(chains, to, packet, depth + 1),
            Action::Jump(to) => match walk(chains, to, packet, depth + 1) {
                Fate::Undecided => {}
                decided => return decided,
            },
        }
    }
    Fate::Undecided
}

/// The first thing that drops a packet to this port: every chain at the input hook must let it pass.
fn dropped(chains: &Chains, packet: Packet<'_>) -> Option<String> {
    let mut names: Vec<_> = chains.iter().filter(|(_, c)| c.base.is_some()).collect();
    names.sort_by_key(|(name, _)| name.as_str());
    names.into_iter().find_map(|(name, chain)| match walk(chains, name, packet, 0) {
        Fate::Dropped(by) => Some(by),
        Fate::Undecided if chain.base == Some(true) => {
            Some(format!("the policy of the chain \"{name}\", which drops what no rule takes"))
        }
        _ => None,
    })
}

/// The first of our ports that is closed, and by what; then the ports of reads, where only answers come.
fn closed(chains: &Chains, interface: &str, ports: &[u16]) -> Option<(u16, String)> {
    let request = |port, broadcast| Packet { interface, port, answer: false, broadcast };
    // A phone without an address asks everybody for one, and renews it at ours.
    let asks = ports.iter().filter(|port| **port == DHCP_PORT).map(|port| request(*port, true));
    let requests = asks.chain(ports.iter().map(|port| request(*port, false)));
    let reads = Packet { interface, port: TRANSFER_PORT, answer: true, broadcast: false };
    requests.chain([reads]).find_map(|packet| Some((packet.port, dropped(chains, packet)?)))
}

/// Looks at everything that can drop a phone's packet.
pub(super) fn look<R: Run>(run: &R, interface: &str, ports: &[u16]) -> Firewall {
    let nft_out = run.run(&Argv::new("nft -j list ruleset"));
    let tables_out = run.run(&Argv::new("iptables -S"));
    let mut looked = Vec::new();
    let mut by = None;
    let mut by_nft = false;
    if let Some(mut chains) = nft_out.as_ref().ok().and_then(|out| nft(out)) {
        looked.push("nftables");
        // Rules that iptables wrote hold parts that only iptables can read; it is asked below.
        if tables_out.is_ok() {
            chains.remove("ip filter INPUT");
        }
        by = closed(&chains, interface, ports);
        by_nft = by.is_some();
    }
    if let Ok(out) = &tables_out {
        looked.push("iptables");
        let chains = iptables(out);
        by = by.or_else(|| closed(&chains, interface, ports));
    }
    if let Some((port, by)) = by {
        let chain = by.split('"').nth(1).filter(|_| by_nft);
        let (seen, lets) = if port == TRANSFER_PORT {
            (format!("Phones' answers while they read on {interface} are dropped by {by}."), Lets::Answers)
        } else {
            (format!("UDP port {port} on {interface} is dropped by {by}."), Lets::Ports(ports.to_vec()))
        };
        return Firewall::Closed { seen, remedy: open::remedy(run, interface, chain, lets) };
    }
    match (nft_out, tables_out) {
        (Err(Trouble::Permission(_)), _) | (_, Err(Trouble::Permission(_))) => Firewall::Unknown {
            seen: "The firewall's rules may only be read by an administrator.".into(),
            remedy: format!("sudo rescue79 doctor --interface {interface}"),
        },
        (Err(Trouble::Missing(_)), Err(Trouble::Missing(_))) => {
            Firewall::Open { seen: "There is no nftables and no iptables on this computer.".into() }
        }
        _ if looked.is_empty() => Firewall::Unknown {
            seen: "The firewall's rules can't be read.".into(),
            remedy: "sudo nft list ruleset".into(),
        },
        _ => Firewall::Open { seen: format!("No rule of {} drops what phones send.", looked.join(" and ")) },
    }
}

#[cfg(test)]
mod tests;
