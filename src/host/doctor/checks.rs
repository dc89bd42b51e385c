//! The checks: what was gathered in, a sentence out. Only the disk and the ledger are looked at here.

use super::{Check, Gathered, Outcome};
use crate::clock::Wall;
use crate::dhcp::probe::{Answer, Fault};
use crate::host::interfaces::{Interface, Kind};
use crate::host::ledger;
use crate::host::plan::{self, BadPlan};
use crate::host::privileges::Rights;
use crate::host::probe::{self, Search};
use crate::host::remedy::{Act, Remedy};
use crate::host::state;
use crate::host::system::{Change, Firewall, System};
use crate::limits;
use crate::phone_id::Mac;
use crate::session::words::bytes;
use std::net::Ipv4Addr;
use std::path::Path;

pub(super) fn rights(rights: Option<Rights>, command: &str) -> Check {
    let check = |state, seen: &str| Check::new("rights", "Permission", state, seen);
    let remedy = format!("{command} (once), or start the program with sudo");
    match rights {
        None => check(Outcome::Unknown, "This system doesn't say what the program may do.")
            .means("Ports 67 and 69 are tried when a session starts."),
        Some(Rights { ports: false, .. }) => check(Outcome::Fail, "The program may not use ports 67 and 69.")
            .means("Phones ask for addresses and files at these two ports and at no other.")
            .remedy(remedy),
        Some(Rights { network: false, .. } | Rights { wire: false, .. }) => check(
            Outcome::Warn,
            "The program may use ports 67 and 69, but not set addresses or watch the wire.",
        )
        .means("It serves on an address that is there already (--keep-address).")
        .remedy(remedy),
        Some(_) => check(Outcome::Ok, "The program may use ports 67 and 69 and set addresses."),
    }
}

pub(super) fn no_interface(wanted: Option<&str>, all: &[Interface]) -> Check {
    let known: Vec<_> = all.iter().map(|i| i.friendly.as_deref().unwrap_or(&i.name)).collect();
    let seen = match wanted {
        Some(name) => format!("There is no interface {name}. This computer has: {}.", known.join(", ")),
        None => format!("There is no socket for a cable here. This computer has: {}.", known.join(", ")),
    };
    Check::new("no-interface", "Interface", Outcome::Fail, seen)
        .means("Phones of this series have only a cable.")
        .remedy("Plug in a USB network adapter, or name an interface with --interface.")
}

pub(super) fn kind(interface: &Interface) -> Check {
    let name = interface.system_name();
    let check = |state, seen| Check::new("interface", "Interface", state, seen);
    match interface.kind.refused() {
        Some(why) => check(Outcome::Fail, format!("{name} will not do: {why}."))
            .means("Servers would run there, and no phone would ever ask.")
            .remedy("Choose the socket that the phone's cable is in, with --interface NAME."),
        None if interface.kind == Kind::Virtual => {
            check(Outcome::Warn, format!("{name} is a virtual interface, made by a program."))
                .means("No cable leads into it: only phones that are programs, too, can be there.")
                .remedy("Choose the socket that the phone's cable is in, with --interface NAME.")
        }
        None if interface.default_route => {
            check(Outcome::Warn, format!("{name} is this laptop's own way to the internet."))
                .means("Other devices on that network would get their addresses from this program.")
                .remedy("Use another socket, or unplug the cable that leads to the office network.")
        }
        None => check(Outcome::Ok, format!("{name} is a socket for a cable.")),
    }
}

pub(super) fn link(interface: &Interface) -> Check {
    let name = interface.system_name();
    let check = |state, seen| Check::new("link", "Link", state, seen);
    match (interface.on, interface.up) {
        (_, true) => {
            let speed = interface.speed.map(|s| format!(" with {s} Mb/s")).unwrap_or_default();
            check(Outcome::Ok, format!("{name} has a link{speed}."))
        }
        (true, false) => check(Outcome::Warn, format!("{name} has no link."))
            .means("No cable is in it, the other end has no power, or the cable is in the phone's PC socket. Some 79xx need a crossover cable to a laptop.")
            .remedy("Put the cable into the phone's socket marked SW or 10/100 SW; best with a small switch between."),
        (false, false) => check(Outcome::Warn, format!("{name} is switched off."))
            .means("A session switches it on, and off again at its end.")
            .remedy("Nothing; or switch it on to have the rest checked now."),
    }
}

pub(super) fn firewall(found: Firewall) -> Check {
    let check = |state, seen| Check::new("firewall", "Firewall", state, seen);
    match found {
        Firewall::Open { seen } => check(Outcome::Ok, seen),
        Firewall::Closed { seen, remedy } => check(Outcome::Fail, seen)
            .means("What phones send never reaches the program, and nothing shows it.")
            .remedy(remedy),
        Firewall::Unknown { seen, remedy } => check(Outcome::Unknown, seen)
            .means("If a phone gets no answer, the firewall is the first suspect.")
            .remedy(remedy),
    }
}

pub(super) fn foreign(search: Search) -> Check {
    let check = |state, seen| Check::new("other-dhcp", "Other DHCP server", state, seen);
    match search {
        Search::Nobody => check(
            Outcome::Ok,
            format!("No other DHCP server answered within {:.1} s.", limits::FOREIGN_OFFER.as_secs_f32()),
        ),
        Search::CantSee(why) => {
            let again = match why {
                _ if why == probe::NO_LINK => "with the cable in place",
                _ if cfg!(windows) => "as administrator",
                _ => "with sudo",
            };
            check(Outcome::Unknown, format!("Whether there is another DHCP server can't be seen: {why}."))
                .means("If there is one, phones may listen to it instead.")
                .remedy(format!("Run it again {again}; a session looks, too."))
        }
        Search::Found(all) => {
            let one = |(answer, mac): &(Answer, Option<Mac>)| {
                let mac = mac.map(|mac| format!(" ({mac})")).unwrap_or_default();
                let mut does = answer.offers.map(|a| format!("offers {a}")).into_iter().collect::<Vec<_>>();
                does.extend(answer.tftp.first().map(|a| format!("sends phones to {a} for files")));
                does.extend(answer.fault.as_ref().map(|fault| match fault {
                    Fault::Text(text) => {
                        format!("sends option 150 as the text \"{text}\", which no phone can use")
                    }
                    Fault::Length(bytes) => {
                        format!("sends option 150 with {bytes} bytes, which are no addresses")
                    }
                    Fault::Nothing => "names no server for files".to_owned(),
                }));
                let does = does.join(" and ");
                let blank = if does.is_empty() { "" } else { " " };
                format!("{}{mac}{blank}{does}", answer.server)
            };
            let all: Vec<_> = all.iter().map(one).collect();
            check(Outcome::Fail, format!("There is another DHCP server: {}.", all.join("; ")))
                .means("Phones listen to whoever answers first.")
                .remedy("Unplug it from this network, or run with --no-dhcp, which shows the lines to write into it.")
        }
    }
}

pub(super) fn conflict(address: Ipv4Addr, found: Result<Option<String>, String>) -> Check {
    let check = |state, seen| Check::new("address-conflict", "Address", state, seen);
    match found {
        Ok(None) => check(Outcome::Ok, format!("Nobody else on the wire has {address}.")),
        Ok(Some(mac)) => check(Outcome::Fail, format!("{address} is in use by {mac}."))
            .means("Half of what phones send would go there.")
            .remedy("Unplug that device, or choose another address, for example --address 192.168.79.1/24."),
        Err(why) => {
            check(Outcome::Unknown, format!("Whether somebody else has {address} can't be seen: {why}."))
                .means("Two computers with one address confuse phones.")
        }
    }
}

pub(super) fn reverse_path(system: &dyn System, interface: &str) -> Option<Check> {
    let check = |state, seen| Check::new("reverse-path", "Reverse-path filter", state, seen);
    let filter = system.path_filter(interface)?;
    Some(if filter.strict {
        let check = check(Outcome::Warn, format!("The strict reverse-path filter is on for {interface}."))
            .means("Packets of a phone that still has an address of its old network are thrown away unseen.");
        let loose = Change::LoosePath { interface: interface.to_owned(), was: filter.own };
        match system.command(&loose) {
            Some(command) => check.remedy(Act::change(loose, command)),
            None => check,
        }
    } else {
        check(Outcome::Ok, format!("No strict reverse-path filter on {interface}."))
    })
}

pub(super) fn networks(all: &[Interface], of: &Gathered<'_>) -> Check {
    let check = |state, seen| Check::new("same-network", "Networks", state, seen);
    let (address, prefix) = of.address;
    match plan::check(all, of.interface, address, prefix, true) {
        Err(BadPlan::Elsewhere { other, theirs, length, instead }) => check(
            Outcome::Fail,
            format!("{other} is in the network of {address}/{prefix}, too: it has {theirs}/{length}."),
        )
        .means("Answers to phones would leave by the wrong interface.")
        .remedy(format!("Serve with --address {instead}/24, or switch {other} off.")),
        Err(bad @ (BadPlan::NoRoom { .. } | BadPlan::TooLarge { .. } | BadPlan::NotAHost { .. })) => {
            check(Outcome::Fail, format!("{address}/{prefix} can't serve phones."))
                .means(bad.to_string())
                .remedy("rescue79 serve with --address 192.168.1.1/24")
        }
        Err(BadPlan::OtherLength { length, .. }) => check(
            Outcome::Fail,
            format!("{} has {address} already, with the length /{length}.", of.interface.system_name()),
        )
        .means("One address can't be in two networks at once.")
        .remedy(format!(
            "Serve with --address {address}/{length}, or keep what is there with --keep-address."
        )),
        // The kind of interface has a check of its own.
        Ok(()) | Err(BadPlan::Kind { .. }) => {
            check(Outcome::Ok, format!("No other interface is in the network of {address}/{prefix}."))
        }
    }
}

pub(super) fn answer_address(interface: &Interface) -> Option<Check> {
    let [first, second, ..] = interface.addresses.as_slice() else { return None };
    let seen = format!(
        "{} has several addresses, {} and {} among them.",
        interface.system_name(),
        first.0,
        second.0
    );
    let means = format!("With --keep-address phones are told {}, the first.", first.0);
    let remedy = format!("To serve on another one, name it: --listen {}", second.0);
    Some(Check::new("answer-address", "Answer address", Outcome::Warn, seen).means(means).remedy(remedy))
}

pub(super) fn disk(system: &dyn System, folder: &Path) -> Option<Check> {
    let there = folder.ancestors().find(|f| f.exists())?;
    let free = system.free_bytes(there)?;
    let check = |state, seen| Check::new("disk", "Disk", state, seen);
    Some(if free < limits::DISK_FREE {
        check(Outcome::Warn, format!("Only {} are free for {}.", bytes(free), folder.display()))
            .means("The journal of a long session may not fit; the session itself goes on.")
            .remedy("Make room, or keep the journal elsewhere with --state DIR.")
    } else {
        check(Outcome::Ok, format!("{} are free for the journal.", bytes(free)))
    })
}

pub(super) fn left_behind(folder: &Path) -> Option<Check> {
    let check = |state, seen| Check::new("left-behind", "Left behind", state, seen);
    Some(match ledger::glance(folder)? {
        ledger::Glance::AtWork => {
            check(Outcome::Warn, "A session of this program is at work on this computer.".to_owned())
                .means("It holds ports and addresses, and puts everything back when it ends.")
        }
        ledger::Glance::Left => {
            check(Outcome::Warn, "A session that broke off left changes on this computer.".to_owned())
                .means("An address or a setting of a network interface isn't as it was.")
                .remedy(Remedy { text: state::restore_line(folder), act: Some(Act::restore()) })
        }
    })
}

pub(super) fn clock(wall: Wall) -> Check {
    /// 2025-01-01: before this program was written.
    const WRITTEN: i64 = 1_735_689_600_000;
    let check = |state, seen| Check::new("clock", "Clock", state, seen);
    let now = crate::journal::rfc3339(wall);
    if wall.0 < WRITTEN {
        check(Outcome::Warn, format!("The clock says {now}, which is long past."))
            .means("Times in the journal and in the report will be wrong.")
            .remedy(if cfg!(target_os = "linux") {
                "sudo timedatectl set-ntp true"
            } else {
                "Set the clock in the system's settings."
            })
    } else {
        check(Outcome::Ok, format!("The clock says {now}."))
    }
}
