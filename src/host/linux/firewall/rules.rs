//! The rules as nftables and iptables list them.

use super::{Action, Chains, Match, Rule};
use serde_json::Value;

/// `nft -j list ruleset`.
pub(super) fn nft(out: &str) -> Option<Chains> {
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
        } else if let Some(to) = part.get("jump") {
            action = Action::Jump(target(rule, to));
        } else if let Some(to) = part.get("goto") {
            action = Action::Goto(target(rule, to));
        }
    }
    Rule { matches, action, text }
}

/// A chain of the same table.
fn target(rule: &Value, to: &Value) -> String {
    let part = |value, key| word(value, key).unwrap_or_default();
    format!("{} {} {}", part(rule, "family"), part(rule, "table"), part(to, "target"))
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
        (_, Some("pkttype")) => {
            Match::To { us: names(right, "host", 0) == same, all: names(right, "broadcast", 1) == same }
        }
        (_, Some("iifname" | "iif")) => {
            right.as_str().map_or(Match::Other, |name| Match::Interface(name.to_owned(), same))
        }
        _ if left.get("fib").is_some_and(is_type_of_destination) => {
            Match::To { us: names(right, "local", 2) == same, all: names(right, "broadcast", 3) == same }
        }
        _ if left.get("ct").and_then(|ct| word(ct, "key")) == Some("state") => Match::State {
            new: names(right, "new", 8) == same,
            answer: names(right, "established", 2) == same,
        },
        _ => Match::Other,
    }
}

/// `fib daddr type`, also of one interface.
fn is_type_of_destination(fib: &Value) -> bool {
    let flags = fib.get("flags");
    let daddr = |flag: &Value| flag.as_str() == Some("daddr");
    let many = flags.and_then(Value::as_array).is_some_and(|flags| flags.iter().any(daddr));
    word(fib, "result") == Some("type") && (many || flags.is_some_and(daddr))
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
pub(super) fn iptables(out: &str) -> Chains {
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
            "--dst-type" | "--pkt-type" => {
                let ours = if word == "--dst-type" { "LOCAL" } else { "unicast" };
                let kinds = value();
                let takes = |name: &str| kinds.split(',').any(|k| k.eq_ignore_ascii_case(name)) == same;
                matches.push(Match::To { us: takes(ours), all: takes("broadcast") });
            }
            "-g" => action = Action::Goto(value().to_owned()),
            "-j" => {
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
