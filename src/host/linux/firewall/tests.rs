use super::*;
use crate::host::run::pretend::Pretend;

const HOOK: &str = r#"{"chain":{"family":"inet","table":"f","name":"in","handle":1,"type":"filter","hook":"input","prio":0,"policy":"POLICY"}}"#;

fn ruleset(policy: &str, rules: &[&str]) -> String {
    let chain = HOOK.replace("POLICY", policy);
    let rule = |expr: &&str| {
        format!(r#",{{"rule":{{"family":"inet","table":"f","chain":"in","handle":7,"expr":[{expr}]}}}}"#)
    };
    let rules = rules.iter().map(rule).collect::<Vec<_>>().concat();
    format!(r#"{{"nftables":[{chain},{{"chain":{{"family":"inet","table":"f","name":"own"}}}}{rules}]}}"#)
}

fn packet(interface: &str, port: u16) -> Packet<'_> {
    Packet { interface, port, answer: false, broadcast: false }
}

fn fate(policy: &str, rules: &[&str], port: u16) -> Option<String> {
    dropped(&nft(&ruleset(policy, rules)).unwrap(), packet("eth0", port)).map(|by| by.text)
}

const DPORTS: &str = r#"{"match":{"op":"==","left":{"payload":{"protocol":"udp","field":"dport"}},"right":{"set":[67,{"range":[69,70]}]}}}"#;

#[test]
fn an_nftables_rule_that_drops_is_named() {
    let drop = format!("{DPORTS},{}", r#"{"drop":null}"#);
    let by = fate("accept", &[&drop], 69).unwrap();
    assert_eq!(by, r#"rule 7 of the nftables chain "inet f in""#);
    assert_eq!(fate("accept", &[&drop], 68), None);
}

#[test]
fn the_policy_counts_when_no_rule_takes_the_packet() {
    let established = r#"{"match":{"op":"in","left":{"ct":{"key":"state"}},"right":["established","related"]}},{"accept":null}"#;
    assert!(fate("drop", &[established], 67).unwrap().contains("policy"));
    let accept = format!("{DPORTS},{}", r#"{"accept":null}"#);
    assert_eq!(fate("drop", &[established, &accept], 67), None);
    let other = r#"{"match":{"op":"==","left":{"meta":{"key":"iifname"}},"right":"wlan0"}},{"accept":null}"#;
    assert!(fate("drop", &[other], 67).is_some());
    let own = r#"{"match":{"op":"==","left":{"meta":{"key":"iifname"}},"right":"eth*"}},{"accept":null}"#;
    assert_eq!(fate("drop", &[own], 67), None);
}

#[test]
fn what_is_not_weighed_takes_nothing_and_drops_nothing() {
    let address = r#"{"match":{"op":"==","left":{"payload":{"protocol":"ip","field":"saddr"}},"right":"10.0.0.1"}},{"drop":null}"#;
    let tcp = r#"{"match":{"op":"==","left":{"payload":{"protocol":"tcp","field":"dport"}},"right":69}},{"drop":null}"#;
    assert_eq!(fate("accept", &[address, tcp], 69), None);
}

#[test]
fn chains_that_call_each_other_come_to_an_end() {
    let again = r#"{"jump":{"target":"in"}}"#;
    assert_eq!(fate("accept", &[again], 69), None);
}

#[test]
fn iptables_rules_are_walked_through_their_chains() {
    let out = "-P INPUT DROP\n-P FORWARD DROP\n-N own\n\
        -A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n\
        -A INPUT -i eth0 -j own\n\
        -A own -p udp -m udp --dport 69 -j ACCEPT\n\
        -A own -s 10.0.0.0/8 -p udp -m multiport --dports 67,68 -j ACCEPT\n";
    let chains = iptables(out);
    assert_eq!(dropped(&chains, packet("eth0", 69)), None);
    assert!(dropped(&chains, packet("eth1", 69)).unwrap().text.contains("policy"));
    assert!(dropped(&chains, packet("eth0", 67)).is_some(), "the rule holds only for 10.0.0.0/8");
    let by = dropped(
        &iptables(
            "-P INPUT ACCEPT\n-A INPUT -p udp -m udp --dport 67:69 -j REJECT --reject-with icmp-port-unreachable\n",
        ),
        packet("eth0", 68),
    );
    assert!(by.unwrap().text.contains("--dport 67:69"));
    let not = "-P INPUT ACCEPT\n-A INPUT ! -i lo -j DROP\n";
    assert!(dropped(&iptables(not), packet("eth0", 69)).is_some());
    assert!(dropped(&iptables(not), packet("lo", 69)).is_none());
}

/// Before ufw looks at what it was told, it throws away what is meant for others: `iptables -S`, shortened.
#[test]
fn what_ufw_throws_away_for_others_is_no_drop() {
    let ufw = |own: &str| {
        let rules = "-P INPUT DROP\n-A INPUT -j ufw-before-input\n-A INPUT -j ufw-after-input\n\
            -A ufw-before-input -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n\
            -A ufw-before-input -j ufw-not-local\n-A ufw-before-input -j ufw-user-input\n\
            -A ufw-not-local -m addrtype --dst-type LOCAL -j RETURN\n\
            -A ufw-not-local -m addrtype --dst-type BROADCAST -j RETURN\n-A ufw-not-local -j DROP\n\
            -A ufw-after-input -m addrtype --dst-type BROADCAST -j ufw-skip-to-policy-input\n\
            -A ufw-skip-to-policy-input -j DROP\n";
        closed(&iptables(&format!("{rules}{own}")), "eth0", &[67, 69])
    };
    let (port, by) = ufw("").unwrap();
    assert!(port == 67 && by.text.contains("ufw-skip-to-policy-input"), "{by:?}");
    let (port, by) = ufw("-A ufw-user-input -i eth0 -p udp -m multiport --dports 67 -j ACCEPT\n").unwrap();
    assert!(port == 69 && by.sure && by.text.contains("policy"), "{by:?}");
    assert_eq!(ufw("-A ufw-user-input -i eth0 -p udp -m multiport --dports 67,69 -j ACCEPT\n"), None);
}

#[test]
fn packets_to_everybody_are_told_from_those_to_us() {
    let to = |left: &str, right: &str, verdict: &str| {
        let text = format!(r#"{{"match":{{"op":"==","left":{left},"right":{right}}}}},{{"{verdict}":null}}"#);
        let chains = nft(&ruleset("accept", &[&text])).unwrap();
        let fate = |broadcast| dropped(&chains, Packet { broadcast, ..packet("eth0", 67) }).is_some();
        (fate(false), fate(true))
    };
    let fib = r#"{"fib":{"result":"type","flags":["daddr","iif"]}}"#;
    assert_eq!(to(fib, r#""broadcast""#, "drop"), (false, true));
    assert_eq!(to(fib, r#"{"set":["local","multicast"]}"#, "drop"), (true, false));
    assert_eq!(to(r#"{"meta":{"key":"pkttype"}}"#, r#""broadcast""#, "drop"), (false, true));
    let saddr = r#"{"fib":{"result":"type","flags":["saddr"]}}"#;
    assert_eq!(to(saddr, r#""local""#, "drop"), (false, false), "that is not weighed");
    let tables = iptables("-P INPUT ACCEPT\n-A INPUT -m pkttype ! --pkt-type unicast -j DROP\n");
    assert!(dropped(&tables, packet("eth0", 67)).is_none());
    assert!(dropped(&tables, Packet { broadcast: true, ..packet("eth0", 67) }).is_some());
}

/// A `goto` doesn't come back to the rule behind it.
#[test]
fn what_went_to_another_chain_for_good_meets_no_later_rule() {
    let out = |how: &str| {
        format!("-P INPUT ACCEPT\n-A INPUT -j zones\n-A zones {how} public\n-A zones -j DROP\n-N public\n")
    };
    assert!(dropped(&iptables(&out("-g")), packet("eth0", 69)).is_none());
    assert!(dropped(&iptables(&out("-j")), packet("eth0", 69)).is_some());
    let goto = r#"{"goto":{"target":"own"}}"#;
    assert_eq!(fate("accept", &[goto, r#"{"drop":null}"#], 69), None);
}

#[test]
fn the_remedy_is_the_one_of_whoever_writes_the_rules() {
    let closed = ruleset("drop", &[]);
    let look_with = |more: &[(&'static str, &str)]| {
        let mut answers = vec![("nft -j list ruleset", closed.as_str())];
        answers.extend_from_slice(more);
        match look(&Pretend::new(&answers), "eth0", &[67, 69]) {
            Firewall::Closed { seen, remedy } => (seen, remedy.text),
            other => panic!("{other:?}"),
        }
    };
    let (seen, remedy) = look_with(&[]);
    assert!(seen.starts_with("UDP port 67 on eth0 is dropped by"), "{seen}");
    assert_eq!(
        remedy,
        "sudo nft insert rule inet f in iifname eth0 udp dport \"{ 67, 69 }\" accept comment rescue79"
    );
    let (_, remedy) = look_with(&[("ufw status", "Status: active\n")]);
    assert_eq!(remedy, "sudo ufw allow in on eth0 to any port 67,69 proto udp");
    let (_, remedy) = look_with(&[("firewall-cmd --state", "running\n")]);
    assert_eq!(remedy, "sudo firewall-cmd --zone=trusted --change-interface=eth0");
}

#[test]
fn what_can_not_be_read_is_said() {
    let mut run = Pretend::default();
    run.answers.push(("nft", Err(Trouble::Permission("nft".into()))));
    assert!(matches!(look(&run, "eth0", &[69]), Firewall::Unknown { .. }));
    assert!(matches!(look(&Pretend::default(), "eth0", &[69]), Firewall::Open { .. }));
    assert!(matches!(look(&Pretend::new(&[("nft", "not json")]), "eth0", &[69]), Firewall::Unknown { .. }));
    let open = ruleset("accept", &[]);
    assert!(matches!(look(&Pretend::new(&[("nft", &open)]), "eth0", &[69]), Firewall::Open { .. }));
}

#[test]
fn answers_of_phones_that_read_must_come_in_too() {
    let accept = format!("{DPORTS},{}", r#"{"accept":null}"#);
    let established = r#"{"match":{"op":"in","left":{"ct":{"key":"state"}},"right":["established","related"]}},{"accept":null}"#;
    let look_at = |rules: &[&str]| {
        let text = ruleset("drop", rules);
        look(&Pretend::new(&[("nft -j list ruleset", &text)]), "eth0", &[67, 69])
    };
    match look_at(&[&accept]) {
        Firewall::Closed { seen, remedy } => {
            assert!(seen.contains("while they read"), "{seen}");
            assert!(remedy.text.contains("ct state established accept"), "{remedy:?}");
        }
        other => panic!("{other:?}"),
    }
    assert!(matches!(look_at(&[established, &accept]), Firewall::Open { .. }));
    let tables = iptables(
        "-P INPUT DROP\n-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n-A INPUT -p udp -m udp --dport 69 -j ACCEPT\n",
    );
    assert_eq!(closed(&tables, "eth0", &[69]), None);
}

/// `nft -j list ruleset` of nftables 1.0.6, shortened: a map with a name, and none; sets with names, of ports and of
/// interfaces.
const NAMED: &str = r#"{"nftables": [{"set": {"family": "inet", "name": "ports", "table": "f", "type": "inet_service",
    "flags": ["interval"], "elem": [67, {"range": [69, 70]}]}},
    {"set": {"family": "inet", "name": "cards", "table": "f", "type": "ifname", "elem": ["eth0", {"elem": {"val": "eth1", "comment": "x"}}]}},
    {"map": {"family": "inet", "name": "verdicts", "table": "f", "type": "inet_service", "map": "verdict",
    "elem": [[67, {"accept": null}], [69, {"jump": {"target": "own"}}]]}},
    {"chain": {"family": "inet", "table": "f", "name": "own"}},
    {"chain": {"family": "inet", "table": "f", "name": "in", "type": "filter", "hook": "input", "prio": 0, "policy": "drop"}},
    {"rule": {"family": "inet", "table": "f", "chain": "own", "handle": 3, "expr": [{"accept": null}]}},
    {"rule": {"family": "inet", "table": "f", "chain": "in", "handle": 7, "expr": [RULE]}}]}"#;

fn named(rule: &str) -> Chains {
    let states = r#"{"vmap": {"key": {"ct": {"key": "state"}}, "data": {"set": [["invalid", {"drop": null}], ["established", {"accept": null}]]}}}"#;
    let states = format!(
        r#"{states}]}}}}, {{"rule": {{"family": "inet", "table": "f", "chain": "in", "handle": 8, "expr": [{rule}"#
    );
    nft(&NAMED.replace("RULE", &states)).unwrap()
}

#[test]
fn sets_and_maps_are_looked_up_where_the_ruleset_shows_them() {
    let in_sets = r#"{"match": {"op": "==", "left": {"meta": {"key": "iifname"}}, "right": "@cards"}},
        {"match": {"op": "==", "left": {"payload": {"protocol": "udp", "field": "dport"}}, "right": "@ports"}}, {"accept": null}"#;
    assert_eq!(closed(&named(in_sets), "eth1", &[67, 69]), None);
    assert!(closed(&named(in_sets), "eth2", &[67, 69]).unwrap().1.sure);
    assert_eq!(closed(&named(in_sets), "eth0", &[68]).unwrap().0, 68);
    let in_map =
        r#"{"vmap": {"key": {"payload": {"protocol": "udp", "field": "dport"}}, "data": "@verdicts"}}"#;
    assert_eq!(closed(&named(in_map), "eth0", &[67, 69]), None);
    assert!(closed(&named(in_map), "eth0", &[68]).unwrap().1.sure);
    let by_card = r#"{"vmap": {"key": {"meta": {"key": "iifname"}}, "data": {"set": [["lo", {"accept": null}], ["eth0", {"jump": {"target": "own"}}]]}}}"#;
    assert_eq!(closed(&named(by_card), "eth0", &[67, 69]), None);
    let several = r#"{"match": {"op": "==", "left": {"meta": {"key": "iifname"}}, "right": {"set": ["lo", "eth0"]}}}, {"accept": null}"#;
    assert_eq!(closed(&named(several), "eth0", &[67, 69]), None);
}

#[test]
fn what_may_have_let_a_packet_in_makes_a_later_drop_doubtful() {
    let sure = |rule: &str| closed(&named(rule), "eth0", &[69]).map(|(_, by)| by.sure);
    let accept = |test: &str| format!(r#"{test}, {{"accept": null}}"#);
    let concat = r#"{"match": {"op": "==", "left": {"concat": [{"meta": {"key": "l4proto"}}, {"payload": {"protocol": "th", "field": "dport"}}]},
        "right": {"set": [{"concat": ["udp", 69]}]}}}"#;
    let from = r#"{"match": {"op": "==", "left": {"payload": {"protocol": "ip", "field": "saddr"}}, "right": {"prefix": {"addr": "10.0.0.0", "len": 8}}}}"#;
    let unshown = r#"{"match": {"op": "==", "left": {"payload": {"protocol": "udp", "field": "dport"}}, "right": "@elsewhere"}}"#;
    let map =
        r#"{"vmap": {"key": {"payload": {"protocol": "udp", "field": "dport"}}, "data": "@elsewhere"}}"#
            .to_owned();
    let goto = format!(r#"{from}, {{"goto": {{"target": "own"}}}}"#);
    for rule in [accept(concat), accept(from), accept(unshown), map, goto] {
        assert_eq!(sure(&rule), Some(false), "{rule}");
    }
    let dnat = r#"{"match": {"op": "in", "left": {"ct": {"key": "status"}}, "right": "dnat"}}"#;
    assert_eq!(sure(&accept(dnat)), Some(true));
    // Who has no address yet comes from no network: that is sure, and goes first.
    assert!(closed(&named(&accept(from)), "eth0", &[69, 67]).is_some_and(|(port, by)| port == 67 && by.sure));
}

#[test]
fn a_drop_in_doubt_is_a_warning() {
    let rules = ruleset(
        "drop",
        &[r#"{"match": {"op": "==", "left": {"mark": null}, "right": 1}}, {"accept": null}"#],
    );
    match look(&Pretend::new(&[("nft -j list ruleset", &rules)]), "eth0", &[67, 69]) {
        Firewall::Unknown { seen, remedy } => {
            assert!(seen.contains("UDP port 67 on eth0") && seen.contains("policy"), "{seen}");
            assert_eq!(remedy, "sudo nft list ruleset");
        }
        other => panic!("{other:?}"),
    }
}
