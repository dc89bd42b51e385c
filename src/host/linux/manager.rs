//! Who looks after interfaces by itself, `NetworkManager` or systemd-networkd: told to let go of one, and told back.
//!
//! Told back, both bring what their own settings say and take away what anybody else had set beside it; `NetworkManager`
//! may even keep what it finds as a connection of nobody's. So what was there is written down before, and looked after.

use super::{Linux, parse};
use crate::host::run::{Argv, Run, Trouble};
use crate::host::system::{Belongings, Manager};
use crate::limits;
use std::fs;
use std::io;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

/// A look at a manager that is on its way.
fn pause() {
    #[expect(clippy::disallowed_methods, reason = "a shell that waits for the system")]
    std::thread::sleep(limits::MANAGER_LOOK);
}

/// Looks again and again for a while; `None`: it never came.
fn settled<T>(look: impl Fn() -> Option<T>) -> Option<T> {
    (0..limits::MANAGER_LOOKS).find_map(|n| {
        if n > 0 {
            pause();
        }
        look()
    })
}

impl<R: Run> Linux<R> {
    /// Who looks after the interface.
    pub(super) fn looked_after(&self, interface: &str) -> Result<Option<Manager>, Trouble> {
        if parse::network_manager_holds(&self.answer(&shown(interface))?) {
            return Ok(Some(Manager::NetworkManager));
        }
        let holds = parse::networkd_holds(&self.answer(&listed(interface))?, interface);
        Ok(holds.then_some(Manager::Networkd))
    }

    /// What a manager says. One that isn't there or doesn't know the interface says nothing; one that doesn't answer may
    /// well look after it.
    fn answer(&self, question: &Argv) -> Result<String, Trouble> {
        match self.run.run(question) {
            Err(Trouble::Missing(_) | Trouble::Failed { .. }) => Ok(String::new()),
            told => told,
        }
    }

    /// What must be there again when the manager is told back.
    pub(super) fn had(&self, interface: &str, manager: Manager) -> Belongings {
        let connection = match manager {
            Manager::NetworkManager => {
                self.run.run(&shown(interface)).ok().and_then(|out| parse::connection(&out))
            }
            Manager::Networkd => None,
        };
        Belongings { connection, addresses: self.addresses(interface), routes: self.routes(interface) }
    }

    fn addresses(&self, interface: &str) -> Vec<(IpAddr, u8)> {
        let all = self.run.run(&Argv::new("ip -j address show dev").with(interface));
        all.map_or_else(|_| Vec::new(), |all| parse::lasting_addresses(&all))
    }

    fn routes(&self, interface: &str) -> Vec<String> {
        let of = |question: &str| self.run.run(&Argv::new(question).with(interface)).unwrap_or_default();
        [of("ip -4 route show dev"), of("ip -6 route show dev")]
            .iter()
            .flat_map(|out| parse::lasting_routes(out))
            .collect()
    }

    /// Tells a manager to look after the interface again, and sees to it that what was there is there.
    pub(super) fn give_back(
        &self,
        interface: &str,
        manager: Manager,
        had: &Belongings,
    ) -> Result<(), Trouble> {
        match manager {
            Manager::NetworkManager => match self.run.run(&managed(interface, true)) {
                // A manager that was ended meanwhile looks after everything when it is started.
                Err(Trouble::Failed { said, .. }) if nobody_there(&said) => {}
                Err(trouble) => return Err(trouble),
                Ok(_) => self.connect(interface, had),
            },
            Manager::Networkd => {
                self.networkd(interface, false)?;
                if !had.addresses.is_empty() || !had.routes.is_empty() {
                    settled(|| parse::networkd_is_done(&self.answer(&listed(interface)).ok()?, interface));
                }
            }
        }
        let (addresses, routes) = (self.addresses(interface), self.routes(interface));
        for (address, prefix) in had.addresses.iter().filter(|had| !addresses.contains(had)) {
            let argv =
                Argv::new("ip address add").with(format!("{address}/{prefix}")).and("dev").with(interface);
            self.unless_there(&argv)?;
        }
        for route in had.routes.iter().filter(|had| !routes.contains(had)) {
            let family = if route.contains(':') { "-6" } else { "-4" };
            let argv = Argv::new("ip").with(family).and("route add").and(route).and("dev").with(interface);
            self.unless_there(&argv)?;
        }
        Ok(())
    }

    /// Has `NetworkManager` bring up the connection that was up, unless it does so by itself. Without a link it can't yet,
    /// and will when there is one.
    fn connect(&self, interface: &str, had: &Belongings) {
        let Some(connection) = &had.connection else { return };
        let up = settled(|| {
            let out = self.run.run(&shown(interface)).ok()?;
            parse::connected(&out).then(|| parse::connection(&out))
        });
        if up.flatten().as_ref() != Some(connection) {
            let argv = Argv::new("nmcli --wait 10 connection up uuid").with(connection).and("ifname");
            let _ = self.run.run(&argv.with(interface));
        }
    }

    /// What is there already need not be added.
    fn unless_there(&self, argv: &Argv) -> Result<(), Trouble> {
        match self.run.run(argv) {
            Err(Trouble::Failed { said, .. }) if said.contains("File exists") => Ok(()),
            told => told.map(drop),
        }
    }

    /// Tells systemd-networkd to leave the interface alone, or to look after it again.
    pub(super) fn networkd(&self, interface: &str, leave: bool) -> Result<(), Trouble> {
        let file = networkd_file(interface);
        let told = if leave {
            let text = format!("[Match]\nName={interface}\n\n[Link]\nUnmanaged=yes\n");
            let folder = file.parent().map_or(Ok(()), fs::create_dir_all);
            folder.and_then(|()| fs::write(&file, text))
        } else {
            fs::remove_file(&file)
        };
        match told {
            // The lights may have gone out between the file and the word about it.
            Err(e) if !leave && e.kind() == io::ErrorKind::NotFound => {}
            Err(e) if e.kind() == io::ErrorKind::PermissionDenied => {
                return Err(Trouble::Permission(format!("a change to {}", file.display())));
            }
            Err(e) => {
                return Err(Trouble::Failed {
                    command: format!("a change to {}", file.display()),
                    said: e.to_string(),
                });
            }
            Ok(()) => {}
        }
        match self.run.run(&Argv::new("networkctl reload")) {
            // Who is not there any more, or was ended meanwhile, looks after everything when it is started.
            Err(Trouble::Missing(_)) if !leave => Ok(()),
            Err(Trouble::Failed { said, .. }) if !leave && nobody_there(&said) => Ok(()),
            told => told.map(drop),
        }
    }
}

/// `nmcli` or `networkctl` found nobody to talk to.
fn nobody_there(said: &str) -> bool {
    ["is not running", "connect system bus", "Could not connect"].iter().any(|words| said.contains(words))
}

/// Where systemd-networkd is told to leave an interface alone; the folder is gone after a restart.
fn networkd_file(interface: &str) -> PathBuf {
    Path::new("/run/systemd/network").join(format!("00-rescue79-{interface}.network"))
}

/// What `NetworkManager` says of an interface.
fn shown(interface: &str) -> Argv {
    Argv::new("nmcli -t -f GENERAL.STATE,GENERAL.CON-UUID device show").with(interface)
}

/// What systemd-networkd says of an interface.
fn listed(interface: &str) -> Argv {
    Argv::new("networkctl --no-legend --no-pager list").with(interface)
}

/// Takes an interface from `NetworkManager`, or gives it back.
pub(super) fn managed(interface: &str, managed: bool) -> Argv {
    Argv::new("nmcli device set").with(interface).with("managed").with(if managed { "yes" } else { "no" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::run::pretend::Pretend;
    use crate::host::system::{Change, System as _};

    const SHOWN: &str = "nmcli -t -f GENERAL.STATE,GENERAL.CON-UUID device show eth0";

    #[test]
    fn a_manager_that_holds_the_interface_is_told_to_let_go() {
        let linux = Linux::new(Pretend::new(&[
            (SHOWN, "GENERAL.STATE:100 (connected)\n"),
            ("nmcli device set eth0 managed no", ""),
        ]));
        let manager = linux.manager("eth0").unwrap().unwrap();
        assert_eq!(manager, Manager::NetworkManager);
        linux.make(&Change::Hold { interface: "eth0".into(), manager, had: Belongings::default() }).unwrap();
        assert_eq!(linux.run.asked.lock().unwrap().last().unwrap(), "nmcli device set eth0 managed no");
        assert_eq!(managed("eth0", true).to_string(), "nmcli device set eth0 managed yes");
        assert!(networkd_file("eth0").ends_with("run/systemd/network/00-rescue79-eth0.network"));
    }

    #[test]
    fn a_manager_that_does_not_answer_is_not_taken_for_none() {
        let mut run = Pretend::default();
        run.answers.push(("nmcli", Err(Trouble::Slow("nmcli".to_owned()))));
        assert!(matches!(Linux::new(run).manager("eth0"), Err(Trouble::Slow(_))));
    }

    #[test]
    fn a_manager_that_was_ended_needs_no_word() {
        let mut run = Pretend::default();
        let said = "Error: NetworkManager is not running.".to_owned();
        run.answers.push(("nmcli", Err(Trouble::Failed { command: "nmcli".into(), said })));
        let had = Belongings::default();
        let hold =
            Change::Hold { interface: "no-such-interface".into(), manager: Manager::NetworkManager, had };
        Linux::new(run).undo(&hold).unwrap();
    }

    #[test]
    fn what_the_manager_does_not_bring_back_is_set_again() {
        let linux = Linux::new(Pretend::new(&[
            ("nmcli device set eth0 managed yes", ""),
            (SHOWN, "GENERAL.STATE:100 (connected (externally))\nGENERAL.CON-UUID:of-nobody\n"),
            ("nmcli --wait 10 connection up uuid 79-79 ifname eth0", ""),
            (
                "ip -j address show dev eth0",
                r#"[{"addr_info":[{"family":"inet","local":"10.9.9.9","prefixlen":24,"scope":"global"}]}]"#,
            ),
            ("ip -4 route show dev eth0", "default via 10.9.9.1 proto static metric 100\n"),
            ("ip -6 route show dev eth0", ""),
            ("ip address add 10.8.8.8/24 dev eth0", ""),
            ("ip -4 route add 10.77.0.0/16 via 10.8.8.1 dev eth0", ""),
        ]));
        let had = Belongings {
            connection: Some("79-79".to_owned()),
            addresses: vec![("10.9.9.9".parse().unwrap(), 24), ("10.8.8.8".parse().unwrap(), 24)],
            routes: vec![
                "default via 10.9.9.1 proto static metric 100".to_owned(),
                "10.77.0.0/16 via 10.8.8.1".to_owned(),
            ],
        };
        linux.give_back("eth0", Manager::NetworkManager, &had).unwrap();
        let asked = linux.run.asked.lock().unwrap();
        assert!(asked.iter().any(|a| a == "nmcli --wait 10 connection up uuid 79-79 ifname eth0"));
        let added: Vec<_> = asked.iter().filter(|a| a.contains(" add ")).map(String::as_str).collect();
        assert_eq!(
            added,
            ["ip address add 10.8.8.8/24 dev eth0", "ip -4 route add 10.77.0.0/16 via 10.8.8.1 dev eth0"]
        );
    }
}
