//! Whether the firewall of Linux lets a phone's packets in: the rules are walked as the kernel walks them, for a packet
//! that a phone would send.

use crate::host::run::{Argv, Run, Trouble};
use crate::host::system::Firewall;
use serde_json::Value;
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
    /// Something that this program doesn't weigh: an address, a mark, a rate.
    Other,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Action {
    Accept,
    Drop,
    Jump(String),
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
}

/// One of the ports that reads are sent from; phones answer there, once we have sent the first block.
const TRANSFER_PORT: u16 = 40_000;

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
    let requests = ports.iter().map(|port| Packet { interface, port: *port, answer: false });
    let reads = Packet { interface, port: TRANSFER_PORT, answer: true };
    requests.chain([reads]).find_map(|packet| Some((packet.port, dropped(chains, packet)?)))
}

/// `nft -j list ruleset`.
fn nft(out: &str) -> Option<Chains> {
    let list: Value = serde_json::from_str(out).ok()?;
    let mut chains = Chains::new();
    for item in list.get("nftables")?.as_array()? {
        if let Some(chain) = item.get("chain") {
            let filter = word(chain, "type") == Some("filter") && word(chain, "hook") == Some("input");
            let base = (filter && sees_ipv4(chain)).then(|| word(chain, "policy") == Some("drop"));
            chains.entry(chain_name(chain, "name")?).or_default().base = base;
        } else if let Some(rule) = item.get("rule") {
            let name = chain_name(rule, "chain")?;
            let rule = nft_rule(rule);
            chains.entry(name).or_default().rules.push(rule);
        }
    }
    Some(chains)
}

fn sees_ipv4(item: &Value) -> bool {
    matches!(word(item, "family"), Some("ip" | "inet"))
}

fn word<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key)?.as_str()
}

fn chain_name(item: &Value, key: &str) -> Option<String> {
    Some(format!("{} {} {}", word(item, "family")?, word(item, "table")?, word(item, key)?))
}

fn nft_rule(rule: &Value) -> Rule {
    let place = chain_name(rule, "chain").unwrap_or_default();
    let handle = rule.get("handle").and_then(Value::as_u64).unwrap_or(0);
    let text = format!("rule {handle} of the nftables chain \"{place}\"");
    let (mut matches, mut action) = (Vec::new(), Action::Nothing);
    for part in rule.get("expr").and_then(Value::as_array).into_iter().flatten() {
        if let Some(m) = part.get("match") {
            matches.push(nft_match(m));
        } else if part.get("xt").is_some() || part.get("limit").is_some() || part.get("vmap").is_some() {
            matches.push(Match::Other);
        } else if part.get("accept").is_some() {
            action = Action::Accept;
        } else if part.get("drop").is_some() || part.get("reject").is_some() {
            action = Action::Drop;
        } else if part.get("return").is_some() {
            action = Action::Return;
        } else if let Some(to) = part.get("jump").or_else(|| part.get("goto")).and_then(|j| word(j, "target"))
        {
            let table = (word(rule, "family").unwrap_or_default(), word(rule, "table").unwrap_or_default());
            action = Action::Jump(format!("{} {} {to}", table.0, table.1));
        }
    }
    Rule { matches, action, text }
}

fn nft_match(m: &Value) -> Match {
    let same = !matches!(word(m, "op"), Some("!="));
    let (Some(left), Some(right)) = (m.get("left"), m.get("right")) else { return Match::Other };
    let payload = left.get("payload").and_then(|p| Some((word(p, "protocol")?, word(p, "field")?)));
    let meta = left.get("meta").and_then(|p| word(p, "key"));
    match (payload, meta) {
        (Some(("udp" | "th", "dport")), _) => Match::Port(ranges(right), same),
        (Some(("tcp" | "icmp" | "icmpv6" | "ip6" | "sctp" | "dccp", _)), _) => Match::Protocol(false),
        (Some(("ip", "protocol")), _) | (_, Some("l4proto")) => {
            Match::Protocol(names(right, "udp", 17) == same)
        }
        (_, Some("nfproto")) => Match::Protocol(names(right, "ipv4", 2) == same),
        (_, Some("protocol")) => Match::Protocol(names(right, "ip", 8) == same),
        (_, Some("iifname" | "iif")) => {
            right.as_str().map_or(Match::Other, |name| Match::Interface(name.to_owned(), same))
        }
        _ if left.get("ct").and_then(|ct| word(ct, "key")) == Some("state") => Match::State {
            new: names(right, "new", 8) == same,
            answer: names(right, "established", 2) == same,
        },
        _ => Match::Other,
    }
}

/// Whether a value, or a set of them, holds this name or number.
fn names(right: &Value, name: &str, number: u64) -> bool {
    let one = |v: &Value| v.as_str() == Some(name) || v.as_u64() == Some(number);
    match right.get("set").or(Some(right)).and_then(Value::as_array) {
        Some(many) => many.iter().any(one),
        None => one(right),
    }
}

fn ranges(right: &Value) -> Vec<(u16, u16)> {
    let port = |v: &Value| v.as_u64().and_then(|n| u16::try_from(n).ok());
    let one = |v: &Value| match v.get("range").and_then(Value::as_array) {
        Some(ends) => Some((port(ends.first()?)?, port(ends.get(1)?)?)),
        None => port(v).map(|p| (p, p)),
    };
    match right.get("set").and_then(Value::as_array) {
        Some(many) => many.iter().filter_map(one).collect(),
        None => one(right).into_iter().collect(),
    }
}

/// `iptables -S`.
fn iptables(out: &str) -> Chains {
    let mut chains = Chains::new();
    for line in out.lines() {
        let words: Vec<_> = line.split_whitespace().collect();
        match words.as_slice() {
            ["-P", name, policy] => {
                let base = (*name == "INPUT").then_some(*policy == "DROP");
                chains.entry((*name).to_owned()).or_default().base = base;
            }
            ["-N", name] => {
                chains.entry((*name).to_owned()).or_default();
            }
            ["-A", name, rest @ ..] => {
                let rule = iptables_rule(line, rest);
                chains.entry((*name).to_owned()).or_default().rules.push(rule);
            }
            _ => {}
        }
    }
    chains
}

fn iptables_rule(line: &str, words: &[&str]) -> Rule {
    let (mut matches, mut action) = (Vec::new(), Action::Nothing);
    let mut words = words.iter().copied();
    let mut same = true;
    while let Some(word) = words.next() {
        let mut value = || words.next().unwrap_or_default();
        match word {
            "!" => {
                same = false;
                continue;
            }
            "-m" | "--reject-with" | "--comment" => drop(value()),
            "-p" => matches.push(Match::Protocol(matches!(value(), "udp" | "all" | "17") == same)),
            "-i" => matches.push(Match::Interface(value().to_owned(), same)),
            "--dport" | "--dports" => matches.push(Match::Port(iptables_ports(value()), same)),
            "--ctstate" | "--state" => {
                let states = value();
                let takes = |state| states.split(',').any(|s| s == state) == same;
                matches.push(Match::State { new: takes("NEW"), answer: takes("ESTABLISHED") });
            }
            "-j" | "-g" => {
                action = match value() {
                    "ACCEPT" => Action::Accept,
                    "DROP" | "REJECT" => Action::Drop,
                    "RETURN" => Action::Return,
                    "LOG" | "NFLOG" | "MARK" | "CONNMARK" => Action::Nothing,
                    chain => Action::Jump(chain.to_owned()),
                };
            }
            _ if word.starts_with('-') => {
                // What follows is its value, or the next switch; either way this rule asks for more than we weigh.
                matches.push(Match::Other);
            }
            _ => {}
        }
        same = true;
    }
    Rule { matches, action, text: format!("the rule \"iptables {line}\"") }
}

fn iptables_ports(text: &str) -> Vec<(u16, u16)> {
    let one = |part: &str| {
        let (low, high) = part.split_once(':').unwrap_or((part, part));
        Some((low.parse().ok()?, high.parse().ok()?))
    };
    text.split(',').filter_map(one).collect()
}

/// The command that lets phones in, for whoever writes the rules here.
fn remedy<R: Run>(run: &R, interface: &str, ports: &[u16]) -> String {
    let list = |between: &str| ports.iter().map(ToString::to_string).collect::<Vec<_>>().join(between);
    if run.run(&Argv::new("firewall-cmd --state")).is_ok_and(|out| out.trim() == "running") {
        return format!("sudo firewall-cmd --zone=trusted --change-interface={interface}");
    }
    if run.run(&Argv::new("ufw status")).is_ok_and(|out| out.contains("Status: active")) {
        return format!("sudo ufw allow in on {interface} to any port {} proto udp", list(","));
    }
    format!("sudo iptables -I INPUT -i {interface} -p udp -m multiport --dports {} -j ACCEPT", list(","))
}

/// The command that lets the answers of phones in that read.
fn answers_remedy(interface: &str, by: &str, by_nft: bool) -> String {
    match by.split('"').nth(1) {
        Some(chain) if by_nft => {
            format!("sudo nft insert rule {chain} iifname {interface} ct state established accept")
        }
        _ => format!(
            "sudo iptables -I INPUT -i {interface} -p udp -m conntrack --ctstate ESTABLISHED -j ACCEPT"
        ),
    }
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
        let remedy = match (remedy(run, interface, ports), by.split('"').nth(1)) {
            // An accept in another table doesn't help against a drop in this one.
            (text, Some(chain)) if by_nft && text.starts_with("sudo iptables") => {
                let ports = ports.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
                format!("sudo nft insert rule {chain} iifname {interface} udp dport '{{ {ports} }}' accept")
            }
            (text, _) => text,
        };
        if port == TRANSFER_PORT {
            let seen = format!("Phones' answers while they read on {interface} are dropped by {by}.");
            return Firewall::Closed { seen, remedy: answers_remedy(interface, &by, by_nft) };
        }
        return Firewall::Closed {
            seen: format!("UDP port {port} on {interface} is dropped by {by}."),
            remedy,
        };
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
