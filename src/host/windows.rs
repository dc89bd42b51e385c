//! Windows: `netsh`, `netstat`, `tasklist`, `arp` and PowerShell's `Get-Net…`.

mod firewall;

use super::interfaces::Kind;
use super::run::{Argv, Run, Trouble};
use super::system::{Change, Firewall, Holder, Lets, Manager, System};
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

/// The levels of who may change the system: administrator and the system itself. They are the same in every language.
const ELEVATED: [&str; 2] = ["S-1-16-12288", "S-1-16-16384"];

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

    /// Runs what changes something. Windows refuses in its own language: who was refused is known by who he is.
    fn change(&self, argv: &Argv) -> Result<(), Trouble> {
        match self.run.run(argv) {
            Err(Trouble::Failed { .. }) if self.elevated() == Some(false) => {
                Err(Trouble::Permission(argv.to_string()))
            }
            told => told.map(drop),
        }
    }

    /// This program was started as administrator; `None`: that can't be seen.
    fn elevated(&self) -> Option<bool> {
        let groups = self.run.run(&Argv::new("whoami /groups")).ok()?;
        Some(ELEVATED.iter().any(|level| groups.contains(level)))
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
        self.command(change).map_or(Ok(()), |argv| self.change(&argv))
    }

    fn command(&self, change: &Change) -> Option<Argv> {
        match change {
            Change::Up { interface } => Some(switch(interface, true)),
            Change::Address { interface, address, prefix } => Some(add(interface, *address, *prefix)),
            Change::Open { lets: Lets::Ports(ports), .. } => Some(firewall::allow(ports)),
            _ => None,
        }
    }

    fn undo(&self, change: &Change) -> Result<(), Trouble> {
        match change {
            Change::Up { interface } if self.look(interface).is_some_and(|seen| seen.up) => {
                self.change(&switch(interface, false))
            }
            Change::Address { interface, address, .. } if self.has(interface, *address) => {
                self.change(&remove(interface, *address))
            }
            Change::Open { .. } => match self.run.run(&firewall::count()) {
                Ok(rules) if rules.trim() == "0" => Ok(()),
                _ => self.change(&firewall::forget()),
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
        let program = std::env::current_exe().unwrap_or_default();
        match self.run.run(&firewall::question(interface, &program.display().to_string())) {
            Ok(told) => firewall::look(&told, interface, ports),
            Err(_) => firewall::cant_ask(),
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
    use crate::host::run::pretend::Pretend;
    use crate::host::system::Wall;

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
    fn a_rule_is_taken_away_once_and_no_word_of_windows_is_read() {
        let lets = Lets::Ports(vec![67, 69]);
        let open = Change::Open { interface: "Ethernet".into(), wall: Wall::Windows, lets };
        let asked = |rules: &str, netsh: Result<String, Trouble>, level: &str| {
            let mut run = Pretend::new(&[("powershell", rules), ("whoami /groups", level)]);
            run.answers.push(("netsh advfirewall", netsh));
            let windows = Windows::new(run);
            let undone = windows.undo(&open);
            let asked = windows.run.asked.into_inner().unwrap();
            (undone, asked.iter().any(|command| *command == firewall::forget().to_string()))
        };
        let refused = || {
            let said = "Der angeforderte Vorgang erfordert erh\u{f6}hte Rechte.".to_owned();
            Err(Trouble::Failed { command: "netsh".into(), said })
        };
        assert_eq!(asked("1\r\n", Ok("OK.".into()), ""), (Ok(()), true));
        assert_eq!(asked("0\r\n", refused(), ""), (Ok(()), false));
        let (undone, _) = asked("1\r\n", refused(), "Bezeichnung S-1-16-8192");
        assert!(matches!(undone, Err(Trouble::Permission(_))), "{undone:?}");
        let (undone, _) = asked("1\r\n", refused(), "Bezeichnung S-1-16-12288");
        assert!(matches!(undone, Err(Trouble::Failed { .. })), "{undone:?}");
    }

    #[test]
    fn the_firewall_is_asked_once() {
        let windows = Windows::new(Pretend::new(&[("powershell", "no answer")]));
        assert!(matches!(windows.firewall("Ethernet", &[67, 69]), Firewall::Unknown { .. }));
        assert_eq!(windows.run.asked.into_inner().unwrap().len(), 1);
    }

    #[test]
    fn neighbours_are_read() {
        let out = "\nInterface: 192.168.1.1 --- 0x5\n  Internet Address      Physical Address      Type\n  192.168.1.20          00-1b-0c-18-bd-c1     dynamic\n";
        assert_eq!(arp(out, Ipv4Addr::new(192, 168, 1, 20)).as_deref(), Some("00:1b:0c:18:bd:c1"));
        assert_eq!(arp(out, Ipv4Addr::new(192, 168, 1, 2)), None);
    }
}
