//! Whether macOS lets a phone's packets in: the application firewall, which asks who the program is, and the packet filter,
//! whose last fitting rule decides.

use crate::host::remedy::{Act, Remedy};
use crate::host::run::{Argv, Run};
use crate::host::system::{Change, Firewall, Lets, Wall};

/// The application firewall's own tool.
const TOOL: &str = "/usr/libexec/ApplicationFirewall/socketfilterfw";

/// What one of the two does with what phones send.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Fate {
    Open,
    Unsure(String, String),
    Closed(String, Remedy),
}

/// Lets phones in, or sets the firewall as it was. The packet filter is switched off only where it is on.
pub(super) fn open(wall: &Wall, open: bool) -> Argv {
    match wall {
        Wall::MacOsAll => Argv::new(TOOL).with("--setblockall").with(if open { "off" } else { "on" }),
        _ => Argv::new("pfctl").with(if open { "-d" } else { "-e" }),
    }
}

/// Opens the firewall by that command.
fn opened(interface: &str, ports: &[u16], wall: Wall) -> Remedy {
    let command = open(&wall, true);
    let (interface, lets) = (interface.to_owned(), Lets::Ports(ports.to_vec()));
    Act::change(Change::Open { interface, wall, lets }, command).into()
}

/// Looks at both.
pub(super) fn look<R: Run>(run: &R, interface: &str, ports: &[u16], program: &str) -> Firewall {
    let fates = [applications(run, interface, ports, program), packets(run, interface, ports)];
    let mut worst = Firewall::Open { seen: "No firewall drops what phones send.".into() };
    for fate in fates {
        match fate {
            Fate::Closed(seen, remedy) => return Firewall::Closed { seen, remedy },
            Fate::Unsure(seen, remedy) if matches!(worst, Firewall::Open { .. }) => {
                worst = Firewall::Unknown { seen, remedy };
            }
            _ => {}
        }
    }
    worst
}

fn applications<R: Run>(run: &R, interface: &str, ports: &[u16], program: &str) -> Fate {
    let ask = |what: &str| run.run(&Argv::new(TOOL).with(what));
    let (Ok(state), Ok(all)) = (ask("--getglobalstate"), ask("--getblockall")) else {
        return Fate::Unsure(
            "The macOS firewall can't be asked.".into(),
            format!("sudo {TOOL} --getglobalstate"),
        );
    };
    if state.contains("State = 0") {
        return Fate::Open;
    }
    if state.contains("State = 2") || blocks_all(&all) {
        let seen = "The macOS firewall blocks all incoming connections.".into();
        return Fate::Closed(seen, opened(interface, ports, Wall::MacOsAll));
    }
    match ask("--listapps").ok().and_then(|list| allowed(&list, program)) {
        Some(true) => Fate::Open,
        Some(false) => Fate::Closed(
            "The macOS firewall blocks what comes in for this program.".into(),
            format!("sudo {TOOL} --unblockapp {}", in_quotes(program)).into(),
        ),
        None => Fate::Unsure(
            "The macOS firewall is on and doesn't know this program yet.".into(),
            "When macOS asks whether it may accept incoming connections, allow it.".into(),
        ),
    }
}

fn in_quotes(path: &str) -> String {
    if path.contains(' ') { format!("\"{path}\"") } else { path.to_owned() }
}

/// `--getblockall`, in the words of today and of earlier systems.
fn blocks_all(out: &str) -> bool {
    let out = out.to_lowercase();
    ["block all state set to enabled", "block all enabled", "set to block all"]
        .iter()
        .any(|w| out.contains(w))
}

/// `--listapps`: `N :  PATH`, and below it whether it may accept connections; `None`: the program isn't in it. (Asked about
/// one program, the tool says that it is permitted also where it has never heard of it.)
fn allowed(out: &str, program: &str) -> Option<bool> {
    let mut lines = out.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.find(|line| line.split_once(':').is_some_and(|(_, path)| path.trim() == program))?;
    let says = lines.next()?;
    match (says.contains("Allow"), says.contains("Block")) {
        (true, false) => Some(true),
        (false, true) => Some(false),
        _ => None,
    }
}

fn packets<R: Run>(run: &R, interface: &str, ports: &[u16]) -> Fate {
    let unsure = |seen: &str| Fate::Unsure(seen.to_owned(), "sudo rescue79 doctor".into());
    let Ok(info) = run.run(&Argv::new("pfctl -s info")) else {
        return unsure("The packet filter may only be asked by an administrator.");
    };
    if info.contains("Status: Disabled") {
        return Fate::Open;
    }
    let (true, Ok(rules)) = (info.contains("Status: Enabled"), run.run(&Argv::new("pfctl -s rules"))) else {
        return unsure("The packet filter doesn't say what it does.");
    };
    let weighed: Vec<_> = ports.iter().map(|port| weigh(&rules, interface, *port)).collect();
    let blocked = weighed.iter().find_map(|(blocked, opened)| blocked.filter(|_| !opened));
    let doubted = weighed.iter().find_map(|(blocked, _)| *blocked);
    match (blocked, doubted) {
        (Some(rule), _) => Fate::Closed(
            format!("The packet filter has the rule \"{rule}\"."),
            opened(interface, ports, Wall::MacOsFilter),
        ),
        (None, Some(rule)) => Fate::Unsure(
            format!("Whether the rule \"{rule}\" of the packet filter drops what phones send can't be told."),
            "sudo pfctl -s rules".into(),
        ),
        (None, None) => Fate::Open,
    }
}

/// `pfctl -s rules`: what may become of a packet to this port: the rule that blocks it, and whether it may pass. The last
/// rule that fits decides, or the first with the word "quick".
fn weigh<'a>(rules: &'a str, interface: &str, port: u16) -> (Option<&'a str>, bool) {
    let (mut blocked, mut opened) = (None, true);
    let (mut blocked_before, mut opened_before) = (None, false);
    for rule in rules.lines().map(str::trim) {
        let words: Vec<_> = rule.split_whitespace().collect();
        let blocks = match words.first() {
            Some(&"block") => true,
            Some(&"pass") => false,
            _ => continue,
        };
        let quick = words.contains(&"quick");
        match fits(&words, interface, port) {
            Some(false) => {}
            Some(true) => {
                (blocked, opened) = (blocks.then_some(rule), !blocks);
                if quick {
                    break;
                }
            }
            None if quick => {
                blocked_before = blocked_before.or(blocks.then_some(rule));
                opened_before |= !blocks;
            }
            None => {
                blocked = blocked.or(blocks.then_some(rule));
                opened |= !blocks;
            }
        }
    }
    (blocked.or(blocked_before), opened || opened_before)
}

/// Whether a rule is about UDP that comes in by this interface to this port; `None`: it asks for more than is weighed here.
fn fits(words: &[&str], interface: &str, port: u16) -> Option<bool> {
    let after = |word| {
        let at = words.iter().position(|w| *w == word)?;
        words.get(at + 1).copied()
    };
    let elsewhere = match after("on") {
        Some("!") => words.windows(3).any(|w| matches!(w, ["on", "!", name] if *name == interface)),
        Some(name) => name != interface,
        None => false,
    };
    let other = |word, wanted: &str| after(word).is_some_and(|it| it != wanted);
    if elsewhere || words.contains(&"out") || words.contains(&"inet6") || other("proto", "udp") {
        return Some(false);
    }
    if words.contains(&"all") {
        return Some(true);
    }
    let at = words.windows(4).position(|w| w == ["from", "any", "to", "any"])?;
    match words.get(at + 4..)? {
        [] => Some(true),
        ["port", "=", number, ..] => Some(number.parse::<u16>().ok()? == port),
        ["port", range, ..] => {
            let (low, high) = range.split_once(':')?;
            Some((low.parse::<u16>().ok()?..=high.parse().ok()?).contains(&port))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::run::pretend::Pretend;

    const PROGRAM: &str = "/Users/me/my tools/rescue79";

    /// What is found when these answers differ from those of a Mac as it comes.
    fn found(answers: &[(&'static str, &str)]) -> Firewall {
        let mut all = answers.to_vec();
        all.extend_from_slice(&[
            ("/usr/libexec/ApplicationFirewall/socketfilterfw --getglobalstate", "Firewall is enabled. (State = 1)\n"),
            (
                "/usr/libexec/ApplicationFirewall/socketfilterfw --getblockall",
                "Firewall has block all state set to disabled.\n",
            ),
            (
                "/usr/libexec/ApplicationFirewall/socketfilterfw --listapps",
                "Total number of apps = 2 \n1 :  /usr/libexec/bootpd \n \t ( Block incoming connections ) \n\n\
                 2 :  /Users/me/my tools/rescue79 \n \t ( Allow incoming connections ) \n",
            ),
            ("pfctl -s info", "Status: Enabled for 0 days 00:01:02           Debug: Urgent\n"),
            ("pfctl -s rules", "scrub-anchor \"com.apple/*\" all fragment reassemble\nanchor \"com.apple/*\" all\n"),
        ]);
        look(&Pretend::new(&all), "en5", &[67, 69], PROGRAM)
    }

    fn rules(rules: &str) -> Firewall {
        found(&[("pfctl -s rules", rules)])
    }

    fn closed(found: &Firewall) -> bool {
        matches!(found, Firewall::Closed { .. })
    }

    fn unsure(found: &Firewall) -> bool {
        matches!(found, Firewall::Unknown { .. })
    }

    #[test]
    fn the_application_firewall_is_understood_in_all_its_wordings() {
        const STATE: &str = "/usr/libexec/ApplicationFirewall/socketfilterfw --getglobalstate";
        const ALL: &str = "/usr/libexec/ApplicationFirewall/socketfilterfw --getblockall";
        assert!(matches!(found(&[]), Firewall::Open { .. }));
        for said in [
            "Firewall has block all state set to enabled.\n",
            "Block all ENABLED! \n",
            "Firewall is set to block all non-essential incoming connections\n",
        ] {
            assert!(closed(&found(&[(ALL, said)])), "{said}");
            // A firewall that is off blocks nothing, whatever it would do.
            let off = found(&[(ALL, said), (STATE, "Firewall is disabled. (State = 0)\n")]);
            assert!(matches!(off, Firewall::Open { .. }), "{said}");
        }
        assert!(closed(&found(&[(STATE, "Firewall is enabled. (State = 2)\n")])));
    }

    #[test]
    fn a_program_that_is_blocked_by_name_is_told_and_one_that_is_not_known_is_in_doubt() {
        const APPS: &str = "/usr/libexec/ApplicationFirewall/socketfilterfw --listapps";
        match found(&[(APPS, "1 :  /Users/me/my tools/rescue79 \n ( Block incoming connections )\n")]) {
            Firewall::Closed { remedy, .. } => {
                assert!(remedy.text.ends_with("--unblockapp \"/Users/me/my tools/rescue79\""), "{remedy:?}");
                assert!(remedy.act.is_none());
            }
            other => panic!("{other:?}"),
        }
        assert!(unsure(&found(&[(APPS, "Total number of apps = 0\n")])));
        let nothing = Pretend::new(&[("pfctl -s info", "Status: Disabled\n")]);
        assert!(unsure(&look(&nothing, "en5", &[67, 69], PROGRAM)));
    }

    #[test]
    fn the_rules_of_the_packet_filter_count_only_while_it_is_on() {
        assert!(closed(&rules("scrub-anchor \"com.apple/*\" all\nblock drop in all\n")));
        let off = found(&[
            ("pfctl -s info", "Status: Disabled for 0 days\n"),
            ("pfctl -s rules", "block drop in all\n"),
        ]);
        assert!(matches!(off, Firewall::Open { .. }), "{off:?}");
        let mut nobody = Pretend::new(&[("/usr/libexec", "Firewall is disabled. (State = 0)\n")]);
        nobody.answers.push(("pfctl", Err(crate::host::run::Trouble::Permission("pfctl".into()))));
        assert!(unsure(&look(&nobody, "en5", &[67, 69], PROGRAM)));
    }

    #[test]
    fn the_last_fitting_rule_of_the_packet_filter_decides() {
        let open = |text| assert!(matches!(rules(text), Firewall::Open { .. }), "{text}");
        open("block drop in proto tcp all\nblock drop out all\npass in all\n");
        open("block drop in all\npass in proto udp all\n");
        open("pass in quick all\nblock drop in all\n");
        open("block drop in on en0 all\nblock drop in on ! en5 all\n");
        open("block drop in proto udp from any to any port = 5353\n");
        assert!(closed(&rules("pass in all\nblock drop in on en5 proto udp from any to any port = 69\n")));
        assert!(closed(&rules("block drop in quick proto udp from any to any port 67:69\npass in all\n")));
        assert!(unsure(&rules("block drop in from 10.0.0.0/8 to any\n")));
        assert!(unsure(&rules("block drop in all\npass in from 192.168.1.0/24 to any\n")));
    }
}
