//! Letting phones in, and taking that back: whoever writes the rules here is told.

use crate::host::remedy::{Act, Remedy};
use crate::host::run::{Argv, Run, Trouble};
use crate::host::system::{Change, Lets, Wall};
use serde_json::Value;

/// By this word our rules are found again.
const MARK: &str = "rescue79";

/// What opens the firewall: the one who writes the rules is asked first, else the chain that drops, else iptables.
pub(super) fn remedy<R: Run>(run: &R, interface: &str, chain: Option<&str>, lets: Lets) -> Remedy {
    let wall = wall(run, interface, chain, &lets);
    let command = allow(interface, &wall, &lets);
    Act::change(Change::Open { interface: interface.to_owned(), wall, lets }, command).into()
}

fn wall<R: Run>(run: &R, interface: &str, chain: Option<&str>, lets: &Lets) -> Wall {
    if run.run(&Argv::new("firewall-cmd --state")).is_ok_and(|out| out.trim() == "running") {
        let zone = run.run(&Argv::new("firewall-cmd").with(format!("--get-zone-of-interface={interface}")));
        return Wall::Firewalld { zone: zone.ok().map(|zone| zone.trim().to_owned()) };
    }
    let ufw = || run.run(&Argv::new("ufw status")).is_ok_and(|out| out.contains("Status: active"));
    match chain {
        // ufw lets answers in by itself; who doesn't is somebody else.
        _ if matches!(lets, Lets::Ports(_)) && ufw() => Wall::Ufw,
        // An accept in another table doesn't help against a drop in this one.
        Some(chain) => Wall::Nft { chain: chain.to_owned() },
        None => Wall::Iptables,
    }
}

fn list(ports: &[u16], between: &str) -> String {
    ports.iter().map(ToString::to_string).collect::<Vec<_>>().join(between)
}

/// The command that lets phones in.
pub(in crate::host::linux) fn allow(interface: &str, wall: &Wall, lets: &Lets) -> Argv {
    match wall {
        Wall::Firewalld { .. } => {
            Argv::new("firewall-cmd --zone=trusted").with(format!("--change-interface={interface}"))
        }
        Wall::Ufw => ufw(Argv::new("ufw"), interface, lets),
        Wall::Nft { chain } => {
            let rule = Argv::new(&format!("nft insert rule {chain} iifname")).with(interface);
            let rule = match lets {
                Lets::Ports(ports) => rule.and("udp dport").with(format!("{{ {} }}", list(ports, ", "))),
                Lets::Answers => rule.and("ct state established"),
            };
            rule.and("accept comment").with(MARK)
        }
        _ => iptables("-I", interface, lets),
    }
}

fn ufw(start: Argv, interface: &str, lets: &Lets) -> Argv {
    let ports = if let Lets::Ports(ports) = lets { list(ports, ",") } else { "any".to_owned() };
    start.and("allow in on").with(interface).and("to any port").with(ports).and("proto udp")
}

fn iptables(how: &str, interface: &str, lets: &Lets) -> Argv {
    let rule = Argv::new("iptables").with(how).and("INPUT -i").with(interface).and("-p udp -m");
    let rule = match lets {
        Lets::Ports(ports) => rule.and("multiport --dports").with(list(ports, ",")),
        Lets::Answers => rule.and("conntrack --ctstate ESTABLISHED"),
    };
    rule.and("-m comment --comment").with(MARK).and("-j ACCEPT")
}

/// Takes it back, however often it was said, and also when it was never said.
pub(in crate::host::linux) fn forget<R: Run>(
    run: &R,
    interface: &str,
    wall: &Wall,
    lets: &Lets,
) -> Result<(), Trouble> {
    match wall {
        Wall::Firewalld { zone } => {
            let back = match zone {
                Some(zone) => Argv::new("firewall-cmd")
                    .with(format!("--zone={zone}"))
                    .with(format!("--change-interface={interface}")),
                None => {
                    Argv::new("firewall-cmd --zone=trusted").with(format!("--remove-interface={interface}"))
                }
            };
            unless_said(run.run(&back), &["not running", "UNKNOWN_INTERFACE", "NOT_ENABLED"])
        }
        Wall::Ufw => unless_said(run.run(&ufw(Argv::new("ufw delete"), interface, lets)), &["non-existent"]),
        Wall::Nft { chain } => forget_nft(run, chain),
        _ => {
            let delete = iptables("-D", interface, lets);
            // iptables takes the same rule as often as it is given.
            for _ in 0..100 {
                match run.run(&delete) {
                    Ok(_) => {}
                    Err(trouble) => {
                        return unless_said(
                            Err(trouble),
                            &["does a matching rule exist", "No chain/target/match"],
                        );
                    }
                }
            }
            Ok(())
        }
    }
}

fn forget_nft<R: Run>(run: &R, chain: &str) -> Result<(), Trouble> {
    let out = match run.run(&Argv::new(&format!("nft -j -a list chain {chain}"))) {
        // Whoever made the chain has taken it away, and our rule with it.
        Err(trouble) => return unless_said(Err(trouble), &["No such file or directory"]),
        Ok(out) => out,
    };
    for handle in ours(&out) {
        run.run(&Argv::new(&format!("nft delete rule {chain} handle {handle}")))?;
    }
    Ok(())
}

/// `nft -j -a list chain …`: the handles of our rules.
fn ours(out: &str) -> Vec<u64> {
    let list: Value = serde_json::from_str(out).unwrap_or_default();
    let rules = list.get("nftables").and_then(Value::as_array).into_iter().flatten();
    let rules = rules.filter_map(|item| item.get("rule"));
    let ours = rules.filter(|rule| rule.get("comment").and_then(Value::as_str) == Some(MARK));
    ours.filter_map(|rule| rule.get("handle")?.as_u64()).collect()
}

/// What fails with one of these words has nothing to take back.
fn unless_said(result: Result<String, Trouble>, words: &[&str]) -> Result<(), Trouble> {
    match result {
        Err(Trouble::Failed { said, .. }) if words.iter().any(|word| said.contains(word)) => Ok(()),
        // Who is not on this computer any more has no rules here.
        Err(Trouble::Missing(_)) => Ok(()),
        other => other.map(drop),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::run::pretend::Pretend;

    fn ports() -> Lets {
        Lets::Ports(vec![67, 69])
    }

    /// What the remedy says, and the rule that is in the ledger.
    fn opened(answers: &[(&'static str, &str)], chain: Option<&str>, lets: Lets) -> (String, Wall) {
        let remedy = remedy(&Pretend::new(answers), "bench0", chain, lets);
        let act = remedy.act.unwrap();
        assert_eq!(remedy.text, format!("sudo {}", act.command));
        match act.deed {
            crate::host::remedy::Deed::Change(Change::Open { wall, .. }) => (act.command.to_string(), wall),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn whoever_writes_the_rules_is_told() {
        let (command, wall) = opened(&[], Some("inet bench in"), ports());
        assert_eq!(
            command,
            "nft insert rule inet bench in iifname bench0 udp dport \"{ 67, 69 }\" accept comment rescue79"
        );
        assert_eq!(wall, Wall::Nft { chain: "inet bench in".into() });
        let (command, wall) = opened(&[], None, Lets::Answers);
        assert_eq!(wall, Wall::Iptables);
        assert_eq!(
            command,
            "iptables -I INPUT -i bench0 -p udp -m conntrack --ctstate ESTABLISHED -m comment --comment rescue79 -j ACCEPT"
        );
        let (command, wall) = opened(&[("ufw status", "Status: active\n")], None, ports());
        assert_eq!(
            (command.as_str(), wall),
            ("ufw allow in on bench0 to any port 67,69 proto udp", Wall::Ufw)
        );
        let firewalld = [("firewall-cmd --state", "running\n"), ("firewall-cmd --get-zone", "home\n")];
        let (command, wall) = opened(&firewalld, Some("inet firewalld in"), ports());
        assert_eq!(command, "firewall-cmd --zone=trusted --change-interface=bench0");
        assert_eq!(wall, Wall::Firewalld { zone: Some("home".into()) });
    }

    #[test]
    fn what_was_said_is_taken_back_exactly() {
        let asked = |wall: Wall, answers: &[(&'static str, &str)]| {
            let run = Pretend::new(answers);
            forget(&run, "bench0", &wall, &ports()).unwrap();
            run.asked.into_inner().unwrap()
        };
        let zone = asked(Wall::Firewalld { zone: Some("home".into()) }, &[("firewall-cmd", "success")]);
        assert_eq!(zone, ["firewall-cmd --zone=home --change-interface=bench0"]);
        let none = asked(Wall::Firewalld { zone: None }, &[("firewall-cmd", "success")]);
        assert_eq!(none, ["firewall-cmd --zone=trusted --remove-interface=bench0"]);
        let ufw = asked(Wall::Ufw, &[("ufw", "Rule deleted")]);
        assert_eq!(ufw, ["ufw delete allow in on bench0 to any port 67,69 proto udp"]);
        let rules = r#"{"nftables": [{"chain": {}}, {"rule": {"handle": 4, "comment": "theirs"}},
            {"rule": {"handle": 7, "comment": "rescue79"}}, {"rule": {"handle": 9}}]}"#;
        let nft = [("nft -j -a list chain inet bench in", rules), ("nft delete", "")];
        let nft = asked(Wall::Nft { chain: "inet bench in".into() }, &nft);
        assert_eq!(nft[1..], ["nft delete rule inet bench in handle 7"]);
    }

    #[test]
    fn what_is_gone_already_needs_no_word() {
        let mut run = Pretend::default();
        for (command, said) in [
            ("iptables", "iptables: Bad rule (does a matching rule exist in that chain?)."),
            ("nft", "Error: No such file or directory; did you mean table"),
            ("ufw", "Could not delete non-existent rule"),
        ] {
            let failed = Trouble::Failed { command: command.into(), said: said.into() };
            run.answers.push((command, Err(failed)));
        }
        let chain = "inet bench in".to_owned();
        for wall in [Wall::Iptables, Wall::Nft { chain }, Wall::Ufw, Wall::Firewalld { zone: None }] {
            forget(&run, "bench0", &wall, &ports()).unwrap();
        }
    }
}
