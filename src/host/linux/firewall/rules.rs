//! The rules as nftables and iptables list them.

use super::{Action, Chains, Match, Rule};
use serde_json::{Value, json};
use std::collections::HashMap;

/// The sets and maps with a name that a ruleset shows, by their place.
type Sets<'a> = HashMap<String, &'a Value>;

/// `nft -j list ruleset`.
pub(super) fn nft(out: &str) -> Option<Chains> {
    let list: Value = serde_json::from_str(out).ok()?;
    let items = list.get("nftables")?.as_array()?;
    let named = items.iter().filter_map(|item| item.get("set").or_else(|| item.get("map")));
    let sets: Sets<'_> = named.filter_map(|set| Some((chain_name(set, "name")?, set))).collect();
    let mut chains = Chains::new();
    for item in items {
        if let Some(chain) = item.get("chain") {
            let filter = word(chain, "type") == Some("filter") && word(chain, "hook") == Some("input");
            let base = (filter && sees_ipv4(chain)).then(|| word(chain, "policy") == Some("drop"));
            chains.entry(chain_name(chain, "name")?).or_default().base = base;
        } else if let Some(rule) = item.get("rule") {
            let name = chain_name(rule, "chain")?;
            chains.entry(name).or_default().rules.extend(nft_rules(rule, &sets));
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

/// A rule; one that looks its verdict up in a map is one for each entry.
fn nft_rules(rule: &Value, sets: &Sets<'_>) -> Vec<Rule> {
    let place = chain_name(rule, "chain").unwrap_or_default();
    let handle = rule.get("handle").and_then(Value::as_u64).unwrap_or(0);
    let text = format!("rule {handle} of the nftables chain \"{place}\"");
    let (mut matches, mut action) = (Vec::new(), Action::Nothing);
    for part in rule.get("expr").and_then(Value::as_array).into_iter().flatten() {
        if let Some(m) = part.get("match") {
            matches.push(nft_match(m, rule, sets));
        } else if part.get("xt").is_some() || part.get("limit").is_some() {
            matches.push(Match::Other);
        } else if let Some(map) = part.get("vmap") {
            return by_map(map, rule, sets, &Rule { matches, action, text });
        } else {
            action = verdict(part, rule).unwrap_or(action);
        }
    }
    vec![Rule { matches, action, text }]
}

fn verdict(part: &Value, rule: &Value) -> Option<Action> {
    let has = |key| part.get(key).is_some();
    Some(match part {
        _ if has("accept") => Action::Accept,
        _ if has("drop") || has("reject") => Action::Drop,
        _ if has("return") => Action::Return,
        _ => match (part.get("jump"), part.get("goto")) {
            (Some(to), _) => Action::Jump(target(rule, to)),
            (None, Some(to)) => Action::Goto(target(rule, to)),
            (None, None) => return None,
        },
    })
}

/// A rule for each entry of a verdict map. What isn't shown may let the packet in.
fn by_map(map: &Value, rule: &Value, sets: &Sets<'_>, start: &Rule) -> Vec<Rule> {
    let entry = |entry: &Value| {
        let (value, then) = (entry.get(0)?, entry.get(1)?);
        let mut one = start.clone();
        let test = json!({ "left": map.get("key")?, "right": plain(value) });
        one.matches.push(nft_match(&test, rule, sets));
        one.action = verdict(then, rule)?;
        Some(one)
    };
    let data = map.get("data").and_then(|data| shown(data, rule, sets));
    let entries = data.as_ref().and_then(|data| data.get("set")?.as_array());
    entries.and_then(|all| all.iter().map(entry).collect()).unwrap_or_else(|| {
        let mut unknown = start.clone();
        unknown.matches.push(Match::Other);
        unknown.action = Action::Accept;
        vec![unknown]
    })
}

/// A value, with the entries of the set where it is one with a name; `None`: that isn't shown, or changes by itself.
fn shown(value: &Value, rule: &Value, sets: &Sets<'_>) -> Option<Value> {
    let Some(name) = value.as_str().and_then(|text| text.strip_prefix('@')) else {
        return Some(value.clone());
    };
    let place = format!("{} {} {name}", word(rule, "family")?, word(rule, "table")?);
    let set = sets.get(&place)?;
    let flags = set.get("flags").and_then(Value::as_array);
    if flags
        .is_some_and(|flags| flags.iter().any(|flag| matches!(flag.as_str(), Some("dynamic" | "timeout"))))
    {
        return None;
    }
    Some(json!({ "set": set.get("elem").cloned().unwrap_or_else(|| json!([])) }))
}

/// An entry without its comment or counter.
fn plain(entry: &Value) -> &Value {
    entry.get("elem").and_then(|elem| elem.get("val")).unwrap_or(entry)
}

/// A chain of the same table.
fn target(rule: &Value, to: &Value) -> String {
    let part = |value, key| word(value, key).unwrap_or_default();
    format!("{} {} {}", part(rule, "family"), part(rule, "table"), part(to, "target"))
}

fn nft_match(m: &Value, rule: &Value, sets: &Sets<'_>) -> Match {
    let same = !matches!(word(m, "op"), Some("!="));
    let Some(left) = m.get("left") else { return Match::Other };
    let Some(right) = &m.get("right").and_then(|right| shown(right, rule, sets)) else { return Match::Other };
    let payload = left.get("payload").and_then(|p| Some((word(p, "protocol")?, word(p, "field")?)));
    let meta = left.get("meta").and_then(|p| word(p, "key"));
    match (payload, meta) {
        (Some(("udp" | "th", "dport")), _) => {
            ranges(right).map_or(Match::Other, |ranges| Match::Port(ranges, same))
        }
        (Some(("ip", "saddr")), _) if same => Match::From,
        (Some(("tcp" | "icmp" | "icmpv6" | "ip6" | "sctp" | "dccp", _)), _) => Match::Always(false),
        (Some(("ip", "protocol")), _) | (_, Some("l4proto")) => {
            Match::Always(names(right, "udp", 17) == same)
        }
        (_, Some("nfproto")) => Match::Always(names(right, "ipv4", 2) == same),
        (_, Some("protocol")) => Match::Always(names(right, "ip", 8) == same),
        (_, Some("pkttype")) => {
            Match::To { us: names(right, "host", 0) == same, all: names(right, "broadcast", 1) == same }
        }
        (_, Some("iifname" | "iif")) => {
            texts(right).map_or(Match::Other, |names| Match::Interface(names, same))
        }
        _ if left.get("fib").is_some_and(is_type_of_destination) => {
            Match::To { us: names(right, "local", 2) == same, all: names(right, "broadcast", 3) == same }
        }
        _ if left.get("ct").and_then(|ct| word(ct, "key")) == Some("state") => Match::State {
            new: names(right, "new", 8) == same,
            answer: names(right, "established", 2) == same,
        },
        // Nothing sends phones' packets to another address than they were sent to.
        _ if left.get("ct").and_then(|ct| word(ct, "key")) == Some("status") && names(right, "dnat", 32) => {
            Match::Always(!same)
        }
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
        Some(many) => many.iter().any(|v| one(plain(v))),
        None => one(right),
    }
}

/// A value, or all of a set; `None`: one of them is something else.
fn all<T>(right: &Value, one: impl Fn(&Value) -> Option<T>) -> Option<Vec<T>> {
    match right.get("set").and_then(Value::as_array) {
        Some(many) => many.iter().map(|v| one(plain(v))).collect(),
        None => Some(vec![one(right)?]),
    }
}

fn texts(right: &Value) -> Option<Vec<String>> {
    all(right, |v| v.as_str().map(str::to_owned))
}

fn ranges(right: &Value) -> Option<Vec<(u16, u16)>> {
    let port = |v: &Value| v.as_u64().and_then(|n| u16::try_from(n).ok());
    all(right, |v| match v.get("range").and_then(Value::as_array) {
        Some(ends) => Some((port(ends.first()?)?, port(ends.get(1)?)?)),
        None => port(v).map(|p| (p, p)),
    })
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
            "-p" => matches.push(Match::Always(matches!(value(), "udp" | "all" | "17") == same)),
            "-i" => matches.push(Match::Interface(vec![value().to_owned()], same)),
            "-s" if same => {
                value();
                matches.push(Match::From);
            }
            // Nothing sends phones' packets to another address than they were sent to.
            "--ctstatus" if value() == "DNAT" => matches.push(Match::Always(!same)),
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
