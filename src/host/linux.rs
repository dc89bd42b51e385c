//! Linux: `ip`, `ss`, `nmcli`, `networkctl`, `nft`, `iptables`, and what `/proc` and `/sys` tell.

mod firewall;
mod manager;
pub(super) mod parse;

use super::interfaces::Kind;
use super::run::{Argv, Run, Trouble};
use super::system::{Announcement, Belongings, Change, Firewall, Holder, Manager, PathFilter, System};
use std::fs;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};

/// Linux, by its commands.
#[derive(Debug)]
pub struct Linux<R> {
    run: R,
}

impl<R: Run> Linux<R> {
    /// With this way to run commands.
    pub const fn new(run: R) -> Self {
        Self { run }
    }

    /// A change of an interface that is not there any more is undone already.
    fn unless_gone(&self, interface: &str, result: Result<String, Trouble>) -> Result<(), Trouble> {
        match result {
            Ok(_) => Ok(()),
            Err(_) if self.look(interface).is_none() => Ok(()),
            Err(trouble) => Err(trouble),
        }
    }

    /// Who holds a port, in a list of `ss`.
    fn held(&self, list: &str, port: u16) -> Result<Vec<Holder>, Trouble> {
        let mut held = parse::ss(&self.run.run(&Argv::new(list))?, port);
        for holder in &mut held {
            holder.service = holder.process.as_ref().and_then(|(_, pid)| self.service(*pid));
        }
        Ok(held)
    }

    /// The service that a process is the main process of.
    fn service(&self, pid: u32) -> Option<String> {
        let unit = parse::unit(&fs::read_to_string(format!("/proc/{pid}/cgroup")).ok()?)?;
        let main = self.run.run(&Argv::new("systemctl show --property MainPID --value").with(&unit)).ok()?;
        (main.trim() == pid.to_string()).then_some(unit)
    }
}

/// Switches an interface on or off.
fn switch(interface: &str, on: bool) -> Argv {
    Argv::new("ip link set dev").with(interface).with(if on { "up" } else { "down" })
}

/// The loose kind of reverse-path filter, which lets phones with an old address through.
const LOOSE: u8 = 2;

/// Sets the reverse-path filter. With slashes, for an interface may have a dot in its name.
fn path_filter(interface: &str, to: u8) -> Argv {
    Argv::new("sysctl -w").with(format!("net/ipv4/conf/{interface}/rp_filter={to}"))
}

/// A group below IP, as `ip` writes it.
fn group(of: Announcement) -> String {
    of.group().map(|byte| format!("{byte:02x}")).join(":")
}

/// Has the card let announcements in, or filter them again.
fn announcements(interface: &str, what: Announcement, hear: bool) -> Argv {
    let argv = Argv::new("ip maddress").with(if hear { "add" } else { "delete" });
    argv.with(group(what)).with("dev").with(interface)
}

/// Adds an address.
pub(super) fn add(interface: &str, address: Ipv4Addr, prefix: u8) -> Argv {
    let argv = Argv::new("ip address add").with(format!("{address}/{prefix}"));
    // A network of one address has no broadcast address.
    let argv = if prefix < 31 { argv.with("broadcast").with("+") } else { argv };
    argv.with("dev").with(interface)
}

/// Takes an address away.
fn remove(interface: &str, address: Ipv4Addr, prefix: u8) -> Argv {
    Argv::new("ip address delete").with(format!("{address}/{prefix}")).with("dev").with(interface)
}

fn sys(interface: &str, file: &str) -> PathBuf {
    Path::new("/sys/class/net").join(interface).join(file)
}

impl<R: Run> System for Linux<R> {
    fn boot(&self) -> Option<String> {
        let id = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
        Some(id.trim().to_owned())
    }

    fn manager(&self, interface: &str) -> Result<Option<Manager>, Trouble> {
        self.looked_after(interface)
    }

    fn belongings(&self, interface: &str, manager: Manager) -> Belongings {
        self.had(interface, manager)
    }

    fn make(&self, change: &Change) -> Result<(), Trouble> {
        match change {
            Change::Hold { interface, manager: Manager::Networkd, .. } => self.networkd(interface, true),
            change => self.command(change).map_or(Ok(()), |argv| self.run.run(&argv).map(drop)),
        }
    }

    fn command(&self, change: &Change) -> Option<Argv> {
        Some(match change {
            Change::Hold { manager: Manager::Networkd, .. } => return None,
            Change::Hold { interface, manager: Manager::NetworkManager, .. } => {
                manager::managed(interface, false)
            }
            Change::Up { interface } => switch(interface, true),
            Change::Address { interface, address, prefix } => add(interface, *address, *prefix),
            Change::Open { interface, wall, lets } => firewall::open::allow(interface, wall, lets),
            Change::Hear { interface, what } => announcements(interface, *what, true),
            Change::LoosePath { interface, .. } => path_filter(interface, LOOSE),
            Change::Stop { service } => Argv::new("systemctl stop").with(service),
        })
    }

    fn undo(&self, change: &Change) -> Result<(), Trouble> {
        let interface = change.subject();
        let seen = self.look(interface);
        match change {
            Change::Hold { manager, had, .. } => {
                let told = self.give_back(interface, *manager, had);
                self.unless_gone(interface, told.map(|()| String::new()))
            }
            Change::Up { .. } if seen.as_ref().is_some_and(|seen| seen.up) => {
                self.unless_gone(interface, self.run.run(&switch(interface, false)))
            }
            Change::Address { address, prefix, .. }
                if seen.is_some_and(|seen| seen.addresses.contains(&(*address, *prefix))) =>
            {
                self.unless_gone(interface, self.run.run(&remove(interface, *address, *prefix)))
            }
            Change::Up { .. } | Change::Address { .. } => Ok(()),
            Change::Open { wall, lets, .. } => firewall::open::forget(&self.run, interface, wall, lets),
            Change::Hear { what, .. } => match self.run.run(&announcements(interface, *what, false)) {
                Err(Trouble::Failed { said, .. }) if said.contains("No such file") => Ok(()),
                told => self.unless_gone(interface, told),
            },
            Change::LoosePath { was, .. } => {
                self.unless_gone(interface, self.run.run(&path_filter(interface, *was)))
            }
            Change::Stop { service } => self.run.run(&Argv::new("systemctl start").with(service)).map(drop),
        }
    }

    fn hears(&self, interface: &str, what: Announcement) -> bool {
        let table = fs::read_to_string("/proc/net/dev_mcast");
        table.is_ok_and(|table| parse::hears(&table, interface, &group(what)))
    }

    fn holders(&self, port: u16) -> Result<Vec<Holder>, Trouble> {
        self.held("ss -lunpH", port)
    }

    fn listeners(&self, port: u16) -> Result<Vec<Holder>, Trouble> {
        self.held("ss -ltnpH", port)
    }

    fn firewall(&self, interface: &str, ports: &[u16]) -> Firewall {
        firewall::look(&self.run, interface, ports)
    }

    fn default_route(&self) -> Option<String> {
        parse::default_route(&fs::read_to_string("/proc/net/route").ok()?)
    }

    fn kind(&self, interface: &str) -> Option<Kind> {
        if !sys(interface, "").exists() {
            return None;
        }
        // The kernel's own words first: names are chosen by people.
        Some(match () {
            () if interface == "lo" => Kind::Loopback,
            () if sys(interface, "master").exists() => Kind::Port,
            () if sys(interface, "wireless").exists() || sys(interface, "phy80211").exists() => Kind::WiFi,
            () if sys(interface, "bridge").exists() => Kind::Bridge,
            () if sys(interface, "tun_flags").exists() => Kind::Vpn,
            () if fs::read_to_string(sys(interface, "type")).is_ok_and(|t| t.trim() != "1") => Kind::Vpn,
            () if sys(interface, "device").exists() => Kind::Ethernet,
            () => Kind::Virtual,
        })
    }

    fn neighbour(&self, interface: &str, address: Ipv4Addr) -> Result<Option<String>, Trouble> {
        let argv = Argv::new("ip neighbour show").with(address.to_string()).with("dev").with(interface);
        Ok(parse::neighbour(&self.run.run(&argv)?))
    }

    fn path_filter(&self, interface: &str) -> Option<PathFilter> {
        let of = |name: &str| -> Option<u8> {
            let path = Path::new("/proc/sys/net/ipv4/conf").join(name).join("rp_filter");
            fs::read_to_string(path).ok()?.trim().parse().ok()
        };
        let own = of(interface)?;
        // The larger of the two counts.
        Some(PathFilter { strict: of("all")?.max(own) == 1, own })
    }

    fn free_bytes(&self, folder: &Path) -> Option<u64> {
        let argv = Argv::new("df -P -k").with(folder.display().to_string());
        parse::df(&self.run.run(&argv).ok()?)
    }

    fn rights(&self, program: &str) -> String {
        format!("sudo setcap cap_net_bind_service,cap_net_raw,cap_net_admin+ep {program}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_set_and_taken_away_by_these_commands() {
        let address = Ipv4Addr::new(192, 168, 1, 1);
        assert_eq!(
            add("enp0s25", address, 24).to_string(),
            "ip address add 192.168.1.1/24 broadcast + dev enp0s25"
        );
        assert_eq!(add("enp0s25", address, 32).to_string(), "ip address add 192.168.1.1/32 dev enp0s25");
        assert_eq!(
            remove("enp0s25", address, 24).to_string(),
            "ip address delete 192.168.1.1/24 dev enp0s25"
        );
        assert_eq!(
            announcements("enp0s25", Announcement::Cdp, true).to_string(),
            "ip maddress add 01:00:0c:cc:cc:cc dev enp0s25"
        );
        assert_eq!(
            announcements("enp0s25", Announcement::Lldp, false).to_string(),
            "ip maddress delete 01:80:c2:00:00:0e dev enp0s25"
        );
        assert_eq!(switch("enp0s25", false).to_string(), "ip link set dev enp0s25 down");
    }
}
