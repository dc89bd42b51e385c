//! macOS: `ifconfig`, `networksetup`, `lsof`, `pfctl`, `arp` and the application firewall's own tool.

mod firewall;

use super::interfaces::Kind;
use super::run::{Argv, Run, Trouble};
use super::system::{Change, Firewall, Holder, Manager, System};
use std::net::Ipv4Addr;
use std::path::Path;

/// macOS, by its commands.
#[derive(Debug)]
pub struct MacOs<R> {
    run: R,
}

impl<R: Run> MacOs<R> {
    /// With this way to run commands.
    pub const fn new(run: R) -> Self {
        Self { run }
    }
}

/// Adds an address beside those that are there; the system's own settings stay untouched. A second address without a word
/// before it would be the one for broadcasts: the length of the network stands with the first.
fn add(interface: &str, address: Ipv4Addr, prefix: u8) -> Argv {
    Argv::new("ifconfig").with(interface).with("inet").with(format!("{address}/{prefix}")).with("alias")
}

/// Takes an address away.
fn remove(interface: &str, address: Ipv4Addr) -> Argv {
    Argv::new("ifconfig").with(interface).with("inet").with(address.to_string()).with("-alias")
}

/// Switches an interface on or off.
fn switch(interface: &str, on: bool) -> Argv {
    Argv::new("ifconfig").with(interface).with(if on { "up" } else { "down" })
}

/// `lsof -nP -iUDP:PORT -F pcn`: process, command and name on lines of their own.
fn lsof(out: &str, port: u16) -> Vec<Holder> {
    let (mut pid, mut name, mut held) = (None, None, Vec::new());
    for line in out.lines() {
        let Some(kind) = line.chars().next() else { continue };
        let value = line.get(1..).unwrap_or_default();
        match kind {
            'p' => pid = value.parse::<u32>().ok(),
            'c' => name = Some(value.to_owned()),
            'n' => {
                let Some((address, at)) = value.rsplit_once(':') else { continue };
                if at.parse() == Ok(port) {
                    let address = address.parse().unwrap_or(Ipv4Addr::UNSPECIFIED);
                    held.push(Holder {
                        address,
                        interface: None,
                        process: name.clone().zip(pid),
                        service: None,
                    });
                }
            }
            _ => {}
        }
    }
    held
}

/// `networksetup -listallhardwareports`: what the port of a device is called.
fn hardware_port(out: &str, device: &str) -> Option<String> {
    let mut port = None;
    for line in out.lines() {
        if let Some(name) = line.strip_prefix("Hardware Port: ") {
            port = Some(name.to_owned());
        } else if line.strip_prefix("Device: ") == Some(device) {
            return port;
        }
    }
    None
}

/// The kind of a port from its name.
fn kind_of_port(port: &str) -> Kind {
    match port {
        _ if port.contains("Wi-Fi") || port.contains("AirPort") => Kind::WiFi,
        _ if port.contains("Bridge") => Kind::Bridge,
        _ if port.contains("VPN") => Kind::Vpn,
        _ => Kind::Ethernet,
    }
}

/// `arp -n ADDRESS`: the hardware address.
fn arp(out: &str) -> Option<String> {
    let mac = out.split_once(" at ")?.1.split_whitespace().next()?;
    mac.contains(':').then(|| mac.to_owned())
}

impl<R: Run> MacOs<R> {
    /// Who holds a port, in a list of `lsof`.
    fn held(&self, of: &str, port: u16) -> Result<Vec<Holder>, Trouble> {
        let argv = Argv::new("lsof -nP -F pcn").and(of);
        let held = match self.run.run(&argv) {
            Ok(out) => lsof(&out, port),
            // lsof ends with an error when nobody listens.
            Err(Trouble::Failed { said, .. }) if said == "it said nothing" => Vec::new(),
            Err(trouble) => return Err(trouble),
        };
        // Others' programs, and the system's among them, are shown to an administrator only.
        if held.is_empty() && !self.run.run(&Argv::new("id -u")).is_ok_and(|id| id.trim() == "0") {
            return Err(Trouble::Permission(argv.to_string()));
        }
        Ok(held)
    }
}

impl<R: Run> System for MacOs<R> {
    fn boot(&self) -> Option<String> {
        let out = self.run.run(&Argv::new("sysctl -n kern.bootsessionuuid")).ok()?;
        Some(out.trim().to_owned()).filter(|id| !id.is_empty())
    }

    fn manager(&self, _interface: &str) -> Result<Option<Manager>, Trouble> {
        Ok(None) // an alias is left alone by the system's configuration
    }

    fn make(&self, change: &Change) -> Result<(), Trouble> {
        self.command(change).map_or(Ok(()), |argv| self.run.run(&argv).map(drop))
    }

    fn command(&self, change: &Change) -> Option<Argv> {
        match change {
            Change::Up { interface } => Some(switch(interface, true)),
            Change::Address { interface, address, prefix } => Some(add(interface, *address, *prefix)),
            Change::Open { wall, .. } => Some(firewall::open(wall, true)),
            _ => None,
        }
    }

    fn undo(&self, change: &Change) -> Result<(), Trouble> {
        if let Change::Open { wall, .. } = change {
            return match self.run.run(&firewall::open(wall, false)) {
                Err(Trouble::Failed { said, .. }) if said.contains("already enabled") => Ok(()),
                told => told.map(drop),
            };
        }
        let Some(seen) = self.look(change.subject()) else { return Ok(()) };
        match change {
            Change::Up { interface } if seen.up => self.run.run(&switch(interface, false)).map(drop),
            Change::Address { interface, address, .. }
                if seen.addresses.iter().any(|(a, _)| a == address) =>
            {
                self.run.run(&remove(interface, *address)).map(drop)
            }
            _ => Ok(()),
        }
    }

    fn holders(&self, port: u16) -> Result<Vec<Holder>, Trouble> {
        self.held(&format!("-iUDP:{port}"), port)
    }

    fn listeners(&self, port: u16) -> Result<Vec<Holder>, Trouble> {
        self.held(&format!("-iTCP:{port} -sTCP:LISTEN"), port)
    }

    fn firewall(&self, interface: &str, ports: &[u16]) -> Firewall {
        let program = std::env::current_exe().unwrap_or_default();
        firewall::look(&self.run, interface, ports, &program.display().to_string())
    }

    fn default_route(&self) -> Option<String> {
        let out = self.run.run(&Argv::new("route -n get default")).ok()?;
        out.lines().find_map(|l| l.trim().strip_prefix("interface: ")).map(str::to_owned)
    }

    fn kind(&self, interface: &str) -> Option<Kind> {
        let out = self.run.run(&Argv::new("networksetup -listallhardwareports")).ok()?;
        hardware_port(&out, interface).map(|port| kind_of_port(&port))
    }

    fn neighbour(&self, _interface: &str, address: Ipv4Addr) -> Result<Option<String>, Trouble> {
        Ok(arp(&self.run.run(&Argv::new("arp -n").with(address.to_string()))?))
    }

    fn free_bytes(&self, folder: &Path) -> Option<u64> {
        let out = self.run.run(&Argv::new("df -P -k").with(folder.display().to_string())).ok()?;
        super::linux::parse::df(&out)
    }

    fn rights(&self, _program: &str) -> String {
        "run it with sudo".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::run::pretend::Pretend;

    #[test]
    fn an_address_is_set_and_taken_away_by_these_commands() {
        let address = Ipv4Addr::new(192, 168, 1, 1);
        assert_eq!(add("en5", address, 24).to_string(), "ifconfig en5 inet 192.168.1.1/24 alias");
        assert_eq!(add("en5", address, 32).to_string(), "ifconfig en5 inet 192.168.1.1/32 alias");
        assert_eq!(remove("en5", address).to_string(), "ifconfig en5 inet 192.168.1.1 -alias");
        assert_eq!(switch("en5", false).to_string(), "ifconfig en5 down");
    }

    #[test]
    fn the_holder_of_a_port_is_named() {
        let run = Pretend::new(&[("lsof", "p321\ncbootpd\nf4\nn*:67\np322\ncother\nn*:5353\n")]);
        let held = MacOs::new(run).holders(67).unwrap();
        assert_eq!(held.len(), 1);
        assert_eq!(held[0].process, Some(("bootpd".into(), 321)));
    }

    #[test]
    fn only_an_administrator_sees_that_nobody_holds_a_port() {
        let held = |id: &str| {
            let mut run = Pretend::new(&[("id -u", id)]);
            let said = "it said nothing".to_owned();
            run.answers.push(("lsof", Err(Trouble::Failed { command: "lsof".into(), said })));
            MacOs::new(run).holders(67)
        };
        assert_eq!(held("0\n"), Ok(Vec::new()));
        assert!(matches!(held("501\n"), Err(Trouble::Permission(_))));
    }

    #[test]
    fn ports_have_kinds() {
        let out = "\nHardware Port: USB 10/100/1000 LAN\nDevice: en5\nEthernet Address: a\n\nHardware Port: Wi-Fi\nDevice: en0\n";
        let macos = MacOs::new(Pretend::new(&[("networksetup", out)]));
        assert_eq!(macos.kind("en5"), Some(Kind::Ethernet));
        assert_eq!(macos.kind("en0"), Some(Kind::WiFi));
        assert_eq!(macos.kind("en9"), None);
    }

    #[test]
    fn neighbours_and_routes_are_read() {
        assert_eq!(
            arp("? (192.168.1.20) at 0:1b:c:18:bd:c1 on en5 ifscope [ethernet]\n").as_deref(),
            Some("0:1b:c:18:bd:c1")
        );
        assert_eq!(arp("192.168.1.20 (192.168.1.20) -- no entry\n"), None);
        let run = Pretend::new(&[("route", "   route to: default\n  interface: en0\n")]);
        assert_eq!(MacOs::new(run).default_route().as_deref(), Some("en0"));
    }
}
