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
    /// It holds for whatever a phone sends, or for nothing of it.
    Always(bool),
    /// The destination port lies in one of these ranges (`true`), or in none of them.
    Port(Vec<(u16, u16)>, bool),
    /// The interface it comes in by is one of these (a trailing `*` stands for anything), or is none.
    Interface(Vec<String>, bool),
    /// Whether the rule takes packets that begin something new, and those that answer us.
    State { new: bool, answer: bool },
    /// Whether the rule takes packets to an address of this computer, and those to everybody.
    To { us: bool, all: bool },
    /// The address it comes from, which this program doesn't weigh; who has none yet comes from no network.
    From,
    /// Something else that this program doesn't weigh: a mark, a rate, a set that isn't shown.
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
    Dropped(By),
    Undecided,
}

/// What drops a packet.
#[derive(Clone, Debug, PartialEq, Eq)]
struct By {
    text: String,
    /// Nothing before it that this program doesn't weigh may have let the packet in.
    sure: bool,
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

impl Match {
    /// `None`: that hangs on something that isn't weighed.
    fn fits(&self, packet: Packet<'_>) -> Option<bool> {
        Some(match self {
            Self::Always(fits) => *fits,
            Self::Port(ranges, inside) => {
                ranges.iter().any(|(low, high)| (*low..=*high).contains(&packet.port)) == *inside
            }
            Self::Interface(names, same) => {
                let hit = |name: &String| {
                    name.strip_suffix(['*', '+'])
                        .map_or(name == packet.interface, |start| packet.interface.starts_with(start))
                };
                names.iter().any(hit) == *same
            }
            Self::State { new, answer } => {
                if packet.answer {
                    *answer
                } else {
                    *new
                }
            }
            Self::To { us, all } => {
                if packet.broadcast {
                    *all
                } else {
                    *us
                }
            }
            Self::From if packet.broadcast => false,
            Self::From | Self::Other => return None,
        })
    }
}

impl Rule {
    fn fits(&self, packet: Packet<'_>) -> Option<bool> {
        let fits: Vec<_> = self.matches.iter().map(|m| m.fits(packet)).collect();
        if fits.contains(&Some(false)) {
            return Some(false);
        }
        (!fits.contains(&None)).then_some(true)
    }
}

/// A rule that may take the packet, or not, is held against nobody: what it would drop counts as not dropped, and a drop
/// behind it isn't sure once it may have let the packet in (`doubt`).
fn walk(chains: &Chains, name: &str, packet: Packet<'_>, depth: u8, doubt: &mut bool) -> Fate {
    let Some(chain) = chains.get(name).filter(|_| depth < DEPTH) else { return Fate::Undecided };
    for rule in &chain.rules {
        let sure = match rule.fits(packet) {
            Some(false) => continue,
            Some(true) => true,
            None => false,
        };
        let mut doubt_there = *doubt;
        let fate = match &rule.action {
            Action::Accept => Fate::Accepted,
            Action::Drop => Fate::Dropped(By { text: rule.text.clone(), sure: !*doubt }),
            Action::Nothing => continue,
            Action::Return => Fate::Undecided,
            Action::Jump(to) | Action::Goto(to) => walk(chains, to, packet, depth + 1, &mut doubt_there),
        };
        *doubt = doubt_there;
        let ends = !matches!(rule.action, Action::Jump(_)) || fate != Fate::Undecided;
        match (sure, ends) {
            (true, true) => return fate,
            (false, true) => *doubt |= !matches!(fate, Fate::Dropped(_)),
            (_, false) => {}
        }
    }
    Fate::Undecided
}

/// The first thing that drops a packet to this port: every chain at the input hook must let it pass. What is sure goes first.
fn dropped(chains: &Chains, packet: Packet<'_>) -> Option<By> {
    let mut names: Vec<_> = chains.iter().filter(|(_, c)| c.base.is_some()).collect();
    names.sort_by_key(|(name, _)| name.as_str());
    let by = names.into_iter().filter_map(|(name, chain)| {
        let mut doubt = false;
        match walk(chains, name, packet, 0, &mut doubt) {
            Fate::Dropped(by) => Some(by),
            Fate::Undecided if chain.base == Some(true) => {
                let text = format!("the policy of the chain \"{name}\", which drops what no rule takes");
                Some(By { text, sure: !doubt })
            }
            _ => None,
        }
    });
    by.min_by_key(|by| !by.sure)
}

/// The first of our ports that is closed, and by what; then the ports of reads, where only answers come. What is sure goes
/// first.
fn closed(chains: &Chains, interface: &str, ports: &[u16]) -> Option<(u16, By)> {
    let request = |port, broadcast| Packet { interface, port, answer: false, broadcast };
    // A phone without an address asks everybody for one, and renews it at ours.
    let asks = ports.iter().filter(|port| **port == DHCP_PORT).map(|port| request(*port, true));
    let requests = asks.chain(ports.iter().map(|port| request(*port, false)));
    let reads = Packet { interface, port: TRANSFER_PORT, answer: true, broadcast: false };
    let all = requests.chain([reads]).filter_map(|packet| Some((packet.port, dropped(chains, packet)?)));
    all.min_by_key(|(_, by)| !by.sure)
}

/// Looks at everything that can drop a phone's packet.
pub(super) fn look<R: Run>(run: &R, interface: &str, ports: &[u16]) -> Firewall {
    let nft_out = run.run(&Argv::new("nft -j list ruleset"));
    let tables_out = run.run(&Argv::new("iptables -S"));
    let mut looked = Vec::new();
    let mut found: Vec<(u16, By, bool)> = Vec::new();
    if let Some(mut chains) = nft_out.as_ref().ok().and_then(|out| nft(out)) {
        looked.push("nftables");
        // Rules that iptables wrote hold parts that only iptables can read; it is asked below.
        if tables_out.is_ok() {
            chains.remove("ip filter INPUT");
        }
        found.extend(closed(&chains, interface, ports).map(|(port, by)| (port, by, true)));
    }
    if let Ok(out) = &tables_out {
        looked.push("iptables");
        found.extend(closed(&iptables(out), interface, ports).map(|(port, by)| (port, by, false)));
    }
    if let Some((port, By { text: by, sure }, by_nft)) = found.into_iter().min_by_key(|(_, by, _)| !by.sure) {
        if !sure {
            let what = if port == TRANSFER_PORT {
                format!("Phones' answers while they read on {interface}")
            } else {
                format!("UDP port {port} on {interface}")
            };
            return Firewall::Unknown {
                seen: format!(
                    "{what} may be dropped by {by}; rules before it ask for more than this program weighs."
                ),
                remedy: format!("sudo {}", if by_nft { "nft list ruleset" } else { "iptables -S" }),
            };
        }
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
