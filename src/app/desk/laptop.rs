//! This computer as the wizard shows it: its interfaces, and whether it is ready.

use crate::app::clocks::wall;
use crate::host::doctor::{self, Check, Outcome, Scene};
use crate::host::interfaces::{self, Interface};
use crate::host::plan::{self, BadPlan};
use crate::host::remedy::Act;
use crate::host::system::system;
use crate::job::Blocker;
use crate::tui::wizard::{Finding, Grade, Order, Port};
use std::collections::HashMap;
use std::path::Path;

/// The interfaces: the one that should be chosen first, those that no phone can be on last.
pub(super) fn ports() -> Vec<Port> {
    let all = interfaces::survey(system().as_ref());
    let best = interfaces::recommend(&all).map(|(i, why)| (i.name.clone(), why));
    let port = |i: &Interface| Port {
        name: i.name.clone(),
        friendly: i.friendly.clone(),
        addresses: i.addresses.clone(),
        up: i.up,
        speed: i.speed.filter(|_| i.up),
        unfit: i.kind.refused().map(str::to_owned),
        recommended: best.as_ref().filter(|(name, _)| *name == i.name).map(|(_, why)| why.clone()),
        internet: i.default_route,
    };
    let mut ports: Vec<Port> = all.iter().map(port).collect();
    arrange(&mut ports);
    ports
}

/// Puts the interfaces in an order that doesn't depend on the one in which the system lists them.
fn arrange(ports: &mut [Port]) {
    let loopback = |p: &Port| p.addresses.iter().any(|(a, _)| a.is_loopback());
    ports.sort_by_cached_key(|p| {
        (p.recommended.is_none(), loopback(p), p.unfit.is_some(), !p.up, p.name.clone())
    });
}

/// Why the address of the order can't work, in the words of the page where it is typed.
pub(super) fn check(order: &Order) -> Option<Blocker> {
    let all = interfaces::survey(system().as_ref());
    let interface = all.iter().find(|i| i.name == order.interface)?;
    let address = order.draft.server.filter(|_| !order.keep)?;
    let bad = plan::check(&all, interface, address, order.draft.prefix, order.draft.dhcp).err()?;
    Some(refused(&bad))
}

fn refused(bad: &BadPlan) -> Blocker {
    let (text, remedy) = match bad {
        BadPlan::Kind { interface, why } => {
            (format!("Phones can't be on {interface}: {why}."), "Choose another socket (Esc).".to_owned())
        }
        BadPlan::NoRoom { address, prefix } => (
            format!("A /{prefix} network has no room for phones."),
            format!("Type (A) a shorter length: {address}/24."),
        ),
        BadPlan::TooLarge { address, prefix } => (
            format!("A /{prefix} network is larger than a bench can be."),
            format!("Type (A) a longer length: {address}/24."),
        ),
        BadPlan::NotAHost { address, prefix, why } => (
            format!("No computer can have {address}/{prefix}: {why}."),
            "Type (A) one such as 192.168.1.1/24.".to_owned(),
        ),
        BadPlan::Elsewhere { other, theirs, length, instead } => (
            format!("{other} is in the same network already ({theirs}/{length}): answers would leave there."),
            format!("Type (A) {instead}/24, or switch {other} off."),
        ),
        BadPlan::OtherLength { interface, address, length } => (
            format!("{interface} has {address} already, as /{length}."),
            format!("Type (A) {address}/{length}, or keep what it has (K)."),
        ),
    };
    Blocker { code: "address".into(), text, remedy }
}

/// What was found, and what the program could do about it, by code.
pub(super) type Found = (Vec<Finding>, HashMap<String, Act>);

/// Looks whether this computer is ready for the order. Takes some seconds; changes nothing. `ours`: the ledger is in use
/// by this program itself.
pub(super) fn examine(order: &Order, folder: Option<&Path>, ours: bool) -> Found {
    let system = system();
    let program = std::env::current_exe().map_or_else(|_| "rescue79".to_owned(), |p| p.display().to_string());
    let address = order.draft.server.filter(|_| !order.keep).map(|a| (a, order.draft.prefix));
    let scene = Scene { system: system.as_ref(), program: &program, folder, address, wall: wall() };
    let report = doctor::examine(&scene, Some(&order.interface));
    let has = |i: &Interface| address.is_none_or(|(a, _)| i.addresses.iter().any(|(own, _)| *own == a));
    let there = report.interfaces.iter().filter(|i| i.name == order.interface).all(has);
    let checks = report.checks.into_iter().filter(|check| concerns(check.code, order, ours));
    let wrong = check(order);
    let (mut findings, mut acts) = (Vec::new(), HashMap::new());
    for check in checks {
        if let Some(act) = check.remedy.as_ref().and_then(|r| r.act.clone()) {
            acts.insert(check.code.to_owned(), act);
        }
        findings.push(finding(check, there, order.draft.dhcp));
    }
    // An address that can't work is told in the words of the page, where no option of a command can be given.
    if let (Some(wrong), Some(found)) = (wrong, findings.iter_mut().find(|f| f.code == "same-network")) {
        (found.means, found.remedy) = (wrong.text, Some(wrong.remedy));
    }
    (findings, acts)
}

/// Whether a check is about this order: another server may give addresses, the address may stay what it is.
fn concerns(code: &str, order: &Order, ours: bool) -> bool {
    match code {
        "port-67" => order.draft.dhcp,
        "left-behind" => !ours,
        "answer-address" => order.keep,
        _ => true,
    }
}

/// A check in the words of the page. `there`: no address has to be set; `dhcp`: this program gives addresses.
fn finding(check: Check, there: bool, dhcp: bool) -> Finding {
    let remedy = |text: &str| {
        match check.code {
        "other-dhcp" if !dhcp => "See that this computer is in the network that it offers: keep the address (K), or type one (A) of that network that is free.".to_owned(),
        "other-dhcp" => {
            "Unplug it from this wire. If it has to stay, press D: then it gives the addresses.".to_owned()
        }
        "address-conflict" => {
            "Unplug that device, or press A and type another address: 192.168.79.1/24.".to_owned()
        }
        "same-network" => "Press A and type an address of another network: 192.168.79.1/24.".to_owned(),
        "interface" | "no-interface" => "Choose the socket that the phone's cable is in (Esc).".to_owned(),
        "answer-address" => "Nothing, if that is the one; else remove the others first.".to_owned(),
        _ => text.to_owned(),
    }
    };
    let grade = match check.state {
        // What is only worth a word for a session that keeps its address is in the way of one that sets it.
        Outcome::Warn if check.code == "rights" && !there => Grade::Bad,
        // It is wanted; that it is there is good to know.
        Outcome::Fail if check.code == "other-dhcp" && !dhcp => Grade::Note,
        Outcome::Ok => Grade::Fine,
        Outcome::Unknown => Grade::Unseen,
        Outcome::Warn => Grade::Note,
        Outcome::Fail => Grade::Bad,
    };
    let act = check.remedy.as_ref().and_then(|r| r.act.as_ref());
    Finding {
        code: check.code.to_owned(),
        title: check.title.to_owned(),
        grade,
        fix: act.map(|act| format!("The program can do it: {}. {}", act.command, act.promise())),
        remedy: check.remedy.as_ref().map(|r| remedy(&r.text)),
        seen: check.seen,
        means: match check.code {
            "other-dhcp" if !dhcp => "It gives the phones their addresses, as you chose.".to_owned(),
            _ => check.means,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::job::Draft;

    #[test]
    fn the_rows_stand_in_one_order_however_the_system_lists_them() {
        let port = |name: &str, up| Port { name: name.into(), up, ..Port::default() };
        let mut ports = [port("peer0", true), port("a0", false), port("ethlab0", true)];
        for _ in 0..2 {
            ports.reverse();
            arrange(&mut ports);
            assert_eq!(ports.each_ref().map(|p| p.name.as_str()), ["ethlab0", "peer0", "a0"]);
            ports.reverse();
        }
    }

    #[test]
    fn a_check_that_is_not_about_the_order_is_left_out() {
        let order =
            |dhcp, keep| Order { draft: Draft { dhcp, ..Draft::default() }, interface: "x".into(), keep };
        for (code, dhcp, keep, ours, concerned) in [
            ("port-67", true, false, false, true),
            ("port-67", false, false, false, false),
            ("answer-address", true, true, false, true),
            ("answer-address", true, false, false, false),
            ("left-behind", true, false, false, true),
            ("left-behind", true, false, true, false),
            ("firewall", false, false, true, true),
        ] {
            assert_eq!(concerns(code, &order(dhcp, keep), ours), concerned, "{code}");
        }
    }

    #[test]
    fn what_the_order_needs_decides_how_bad_it_is() {
        let check = |code, state| Check {
            code,
            title: "t",
            state,
            seen: "s".into(),
            means: String::new(),
            remedy: Some("--no-dhcp".into()),
        };
        assert_eq!(finding(check("rights", Outcome::Warn), false, true).grade, Grade::Bad);
        assert_eq!(finding(check("rights", Outcome::Warn), true, true).grade, Grade::Note);
        let rival = finding(check("other-dhcp", Outcome::Fail), true, true);
        assert!(
            rival.grade == Grade::Bad && rival.remedy.unwrap().contains("press D") && rival.fix.is_none()
        );
        let wanted = finding(check("other-dhcp", Outcome::Fail), true, false);
        assert!(wanted.grade == Grade::Note && wanted.remedy.unwrap().contains("network that it offers"));
    }
}
