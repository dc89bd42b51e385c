//! Windows: `netsh`, `netstat`, `tasklist`, `arp` and PowerShell's `Get-Net…`.

use super::interfaces::Kind;
use super::remedy::Act;
use super::run::{Argv, Run, Trouble};
use super::system::{Change, Firewall, Holder, Lets, Manager, System, Wall};
use std::net::Ipv4Addr;
use std::path::Path;

/// Windows, by its commands.
#[derive(Debug)]
pub struct Windows<R> {
    run: R,
}

impl<R: Run> Windows<R> {
    /// With this way to run commands.
    pub const fn new(run: R) -> Self {
        Self { run }
    }

    fn has(&self, interface: &str, address: Ipv4Addr) -> bool {
        self.look(interface).is_some_and(|seen| seen.addresses.iter().any(|(a, _)| *a == address))
    }
}

/// Adds an address until the next restart.
fn add(interface: &str, address: Ipv4Addr, prefix: u8) -> Argv {
    Argv::new("netsh interface ipv4 add address")
        .with(format!("name={interface}"))
        .with(format!("address={address}"))
        .with(format!("mask={}", mask(prefix)))
        .with("store=active")
}

/// Takes an address away.
fn remove(interface: &str, address: Ipv4Addr) -> Argv {
    Argv::new("netsh interface ipv4 delete address")
        .with(format!("name={interface}"))
        .with(format!("address={address}"))
        .with("store=active")
}

/// Switches an adapter on or off.
fn switch(interface: &str, on: bool) -> Argv {
    Argv::new("netsh interface set interface").with(format!("name={interface}")).with(if on {
        "admin=enabled"
    } else {
        "admin=disabled"
    })
}

fn powershell(script: &str) -> Argv {
    Argv::new("powershell -NoProfile -NonInteractive -Command").with(script)
}

fn mask(prefix: u8) -> Ipv4Addr {
    crate::dhcp::pool::mask(prefix)
}

/// `netstat -ano -p UDP`: address and process number of those who listen on a port.
fn netstat(out: &str, port: u16) -> Vec<(Ipv4Addr, u32)> {
    let line = |line: &str| {
        let mut words = line.split_whitespace();
        let (protocol, local, peer, pid) = (words.next()?, words.next()?, words.next()?, words.next()?);
        let (address, at) = local.rsplit_once(':')?;
        // TCP has a state before the process; its word is in the language of the system, the peer of who listens is not.
        let (listens, pid) = match protocol {
            "UDP" => (true, pid),
            "TCP" => (peer.ends_with(":0"), words.next()?),
            _ => return None,
        };
        (listens && at.parse() == Ok(port)).then_some((address.parse().ok()?, pid.parse().ok()?))
    };
    out.lines().filter_map(line).collect()
}

/// `tasklist /FI "PID eq N" /FO CSV /NH`: the name of the program.
fn tasklist(out: &str) -> Option<String> {
    let line = out.lines().find(|l| l.starts_with('"'))?;
    Some(line.trim_matches('"').split("\",\"").next()?.to_owned())
}

/// `arp -a ADDRESS`: the hardware address.
fn arp(out: &str, address: Ipv4Addr) -> Option<String> {
    let wanted = address.to_string();
    let line = out.lines().find(|l| l.split_whitespace().next() == Some(&wanted))?;
    Some(line.split_whitespace().nth(1)?.replace('-', ":"))
}

/// Lines of `profile|enabled|action` (the script below): the profiles that block what no rule allows.
fn blocking(out: &str) -> Vec<String> {
    let line = |line: &str| {
        let mut parts = line.trim().split('|');
        let (name, enabled, action) = (parts.next()?, parts.next()?, parts.next()?);
        (enabled == "True" && action != "Allow").then(|| name.to_owned())
    };
    out.lines().filter_map(line).collect()
}

const PROFILES: &str =
    "Get-NetFirewallProfile | ForEach-Object { \"$($_.Name)|$($_.Enabled)|$($_.DefaultInboundAction)\" }";
/// Names of enabled rules that allow inbound UDP on a port of ours, one a line.
const RULES: &str = "Get-NetFirewallRule -Direction Inbound -Action Allow -Enabled True | Where-Object { \
    $p = $_ | Get-NetFirewallPortFilter; $p.Protocol -eq 'UDP' -and ($p.LocalPort -contains '69' -or $p.LocalPort -eq 'Any') } \
    | ForEach-Object { $_.DisplayName }";

/// The rule that lets phones in.
fn allow(ports: &[u16]) -> Argv {
    let ports = ports.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
    Argv::new("netsh advfirewall firewall add rule name=rescue79 dir=in action=allow protocol=UDP")
        .with(format!("localport={ports}"))
}

/// Takes that rule away again.
fn forget() -> Argv {
    Argv::new("netsh advfirewall firewall delete rule name=rescue79")
}

/// Opens the firewall by that rule.
fn opened(interface: &str, ports: &[u16]) -> Act {
    let (interface, lets) = (interface.to_owned(), Lets::Ports(ports.to_vec()));
    Act::change(Change::Open { interface, wall: Wall::Windows, lets }, allow(ports))
}

impl<R: Run> Windows<R> {
    /// Who holds a port, in a list of `netstat`.
    fn held(&self, list: &str, port: u16) -> Result<Vec<Holder>, Trouble> {
        let out = self.run.run(&Argv::new(list))?;
        let named = |pid: u32| {
            let argv = Argv::new("tasklist /FO CSV /NH /FI").with(format!("PID eq {pid}"));
            Some((tasklist(&self.run.run(&argv).ok()?)?, pid))
        };
        let holder = |(address, pid)| Holder { address, interface: None, process: named(pid), service: None };
        Ok(netstat(&out, port).into_iter().map(holder).collect())
    }
}

impl<R: Run> System for Windows<R> {
    fn boot(&self) -> Option<String> {
        None
    }

    fn manager(&self, _interface: &str) -> Result<Option<Manager>, Trouble> {
        Ok(None) // Windows keeps an address that was added by hand
    }

    fn make(&self, change: &Change) -> Result<(), Trouble> {
        self.command(change).map_or(Ok(()), |argv| self.run.run(&argv).map(drop))
    }

    fn command(&self, change: &Change) -> Option<Argv> {
        match change {
            Change::Up { interface } => Some(switch(interface, true)),
            Change::Address { interface, address, prefix } => Some(add(interface, *address, *prefix)),
            Change::Open { lets: Lets::Ports(ports), .. } => Some(allow(ports)),
            _ => None,
        }
    }

    fn undo(&self, change: &Change) -> Result<(), Trouble> {
        match change {
            Change::Up { interface } if self.look(interface).is_some_and(|seen| seen.up) => {
                self.run.run(&switch(interface, false)).map(drop)
            }
            Change::Address { interface, address, .. } if self.has(interface, *address) => {
                self.run.run(&remove(interface, *address)).map(drop)
            }
            Change::Open { .. } => match self.run.run(&forget()) {
                Err(Trouble::Failed { said, .. }) if said.contains("No rules match") => Ok(()),
                told => told.map(drop),
            },
            _ => Ok(()),
        }
    }

    fn holders(&self, port: u16) -> Result<Vec<Holder>, Trouble> {
        self.held("netstat -ano -p UDP", port)
    }

    fn listeners(&self, port: u16) -> Result<Vec<Holder>, Trouble> {
        self.held("netstat -ano -p TCP", port)
    }

    fn firewall(&self, interface: &str, ports: &[u16]) -> Firewall {
        let Ok(profiles) = self.run.run(&powershell(PROFILES)) else {
            return Firewall::Unknown {
                seen: "The Windows firewall can't be asked.".into(),
                remedy: "netsh advfirewall show allprofiles".into(),
            };
        };
        let blocking = blocking(&profiles);
        let rules = self.run.run(&powershell(RULES)).unwrap_or_default();
        let rule = rules.lines().map(str::trim).find(|l| !l.is_empty());
        match (blocking.as_slice(), rule) {
            ([], _) => Firewall::Open { seen: "The Windows firewall lets inbound packets pass.".into() },
            (_, Some(rule)) => {
                Firewall::Open { seen: format!("The firewall rule \"{rule}\" lets phones in.") }
            }
            (profiles, None) => Firewall::Closed {
                seen: format!(
                    "The Windows firewall (profile {}) has no rule that lets UDP port 69 in.",
                    profiles.join(", ")
                ),
                remedy: opened(interface, ports).into(),
            },
        }
    }

    fn default_route(&self) -> Option<String> {
        let script = "(Get-NetRoute -DestinationPrefix 0.0.0.0/0 | Sort-Object RouteMetric | Select-Object -First 1).InterfaceAlias";
        let out = self.run.run(&powershell(script)).ok()?;
        Some(out.trim().to_owned()).filter(|name| !name.is_empty())
    }

    fn kind(&self, _interface: &str) -> Option<Kind> {
        None
    }

    fn neighbour(&self, _interface: &str, address: Ipv4Addr) -> Result<Option<String>, Trouble> {
        let argv = Argv::new("arp -a").with(address.to_string());
        Ok(arp(&self.run.run(&argv)?, address))
    }

    fn free_bytes(&self, folder: &Path) -> Option<u64> {
        let drive =
            folder.components().next()?.as_os_str().to_str()?.trim_end_matches([':', '\\']).to_owned();
        let out = self.run.run(&powershell(&format!("(Get-PSDrive -Name {drive}).Free"))).ok()?;
        out.trim().parse().ok()
    }

    fn rights(&self, _program: &str) -> String {
        "open the terminal with \"Run as administrator\"".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::remedy::Deed;
    use crate::host::run::pretend::Pretend;

    #[test]
    fn an_address_is_set_and_taken_away_by_these_commands() {
        let address = Ipv4Addr::new(192, 168, 1, 1);
        assert_eq!(
            add("Ethernet 2", address, 24).to_string(),
            r#"netsh interface ipv4 add address "name=Ethernet 2" address=192.168.1.1 mask=255.255.255.0 store=active"#
        );
        assert_eq!(
            remove("Ethernet 2", address).to_string(),
            r#"netsh interface ipv4 delete address "name=Ethernet 2" address=192.168.1.1 store=active"#
        );
        assert_eq!(
            switch("Ethernet", false).to_string(),
            "netsh interface set interface name=Ethernet admin=disabled"
        );
    }

    #[test]
    fn the_holder_of_a_port_is_named() {
        let windows = Windows::new(Pretend::new(&[
            (
                "netstat",
                "\nActive Connections\n  Proto  Local Address  Foreign Address  PID\n  UDP    0.0.0.0:69   *:*   4711\n  UDP    [::]:69   *:*   4711\n",
            ),
            ("tasklist", "\"tftpd64.exe\",\"4711\",\"Console\",\"1\",\"9,000 K\"\r\n"),
        ]));
        let held = windows.holders(69).unwrap();
        assert_eq!(held.len(), 1);
        assert_eq!(held[0].process, Some(("tftpd64.exe".into(), 4711)));
        assert!(windows.holders(67).unwrap().is_empty());
        // Who is connected to somebody's port listens at none.
        let listens = "  TCP    0.0.0.0:6970   0.0.0.0:0   ABH\u{d6}REN   4711\n";
        let connected = "  TCP    192.168.1.1:6970   192.168.1.20:50000   ESTABLISHED   4712\n";
        assert_eq!(netstat(&[connected, listens].concat(), 6970), [(Ipv4Addr::UNSPECIFIED, 4711)]);
    }

    #[test]
    fn a_firewall_without_our_rule_is_closed() {
        let profiles = "Domain|True|NotConfigured\r\nPrivate|False|Block\r\nPublic|True|Block\r\n";
        let ask = |rules: &str| {
            let run = Pretend::new(&[
                ("powershell -NoProfile -NonInteractive -Command \"Get-NetFirewallProfile", profiles),
                ("powershell -NoProfile -NonInteractive -Command \"Get-NetFirewallRule", rules),
            ]);
            Windows::new(run).firewall("Ethernet", &[67, 69])
        };
        match ask("") {
            Firewall::Closed { seen, remedy } => {
                assert!(seen.contains("Domain, Public"), "{seen}");
                assert!(remedy.text.contains("localport=67,69"), "{remedy:?}");
                let Some(Act { command, deed: Deed::Change(change) }) = remedy.act else { panic!() };
                let windows = Windows::new(Pretend::new(&[("netsh advfirewall", "Ok.")]));
                windows.make(&change).unwrap();
                windows.undo(&change).unwrap();
                let asked = windows.run.asked.into_inner().unwrap();
                assert_eq!(asked, [command.to_string(), forget().to_string()]);
                assert!(change.survives_restart());
            }
            other => panic!("{other:?}"),
        }
        assert!(matches!(ask("rescue79\r\n"), Firewall::Open { .. }));
    }

    #[test]
    fn neighbours_are_read() {
        let out = "\nInterface: 192.168.1.1 --- 0x5\n  Internet Address      Physical Address      Type\n  192.168.1.20          00-1b-0c-18-bd-c1     dynamic\n";
        assert_eq!(arp(out, Ipv4Addr::new(192, 168, 1, 20)).as_deref(), Some("00:1b:0c:18:bd:c1"));
        assert_eq!(arp(out, Ipv4Addr::new(192, 168, 1, 2)), None);
    }
}
