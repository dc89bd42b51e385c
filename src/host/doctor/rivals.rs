//! Who holds a port of ours, and what ends that on each operating system.

use super::{Check, Outcome};
use crate::host::privileges::Rights;
use crate::host::remedy::{Act, Remedy};
use crate::host::run::{Argv, Trouble};
use crate::host::system::{Change, Holder};
use crate::web;

/// Whose commands the technician has at hand.
#[derive(Clone, Copy, Debug)]
pub(super) enum Commands {
    Linux,
    MacOs,
    Windows,
}

impl Commands {
    /// The one that this program runs on.
    pub(super) const fn here() -> Self {
        if cfg!(windows) {
            Self::Windows
        } else if cfg!(target_os = "macos") {
            Self::MacOs
        } else {
            Self::Linux
        }
    }

    /// The command that names who holds a port.
    fn names(self, protocol: &str, port: u16) -> String {
        match (self, protocol) {
            (Self::Linux, "UDP") => format!("sudo ss -lunp sport = :{port}"),
            (Self::Linux, _) => format!("sudo ss -ltnp sport = :{port}"),
            (Self::MacOs, _) => format!("sudo lsof -nP -i{protocol}:{port}"),
            (Self::Windows, _) => format!("netstat -ano -p {protocol}"),
        }
    }

    /// What to do about a program that is better not ended: it is the system's own, or carries other services as well.
    fn instead(self, port: u16, name: &str, pid: u32) -> Option<String> {
        let name = name.to_lowercase();
        match (self, name.as_str(), port) {
            // The system's launcher holds the ports of what it will start.
            (Self::MacOs, "launchd" | "bootpd", 67) => Some(
                "Switch Internet Sharing off; if it is off: sudo launchctl bootout system/com.apple.bootpd"
                    .into(),
            ),
            (Self::MacOs, "launchd" | "tftpd", 69) => {
                Some("sudo launchctl bootout system/com.apple.tftpd".into())
            }
            (Self::MacOs, "launchd", _) => {
                Some("sudo launchctl list shows what it starts; boot that out.".into())
            }
            (Self::Windows, "svchost.exe" | "system", _) => Some(format!(
                "tasklist /SVC /FI \"PID eq {pid}\" names its service (SharedAccess is Internet sharing); end that one: net stop SERVICE"
            )),
            _ => None,
        }
    }
}

pub(super) fn port(
    port: u16,
    interface: &str,
    holders: Result<Vec<Holder>, Trouble>,
    rights: Option<Rights>,
    os: Commands,
) -> Check {
    let (code, title) = if port == 67 { ("port-67", "Port 67") } else { ("port-69", "Port 69") };
    let check = |state, seen| Check::new(code, title, state, seen);
    let held = match holders {
        Ok(held) => held,
        Err(trouble) => {
            return check(Outcome::Unknown, format!("Who holds UDP port {port} can't be seen: {trouble}."))
                .means("It is tried when a session starts.");
        }
    };
    let Some(rival) = rival(&held, interface) else {
        return check(Outcome::Ok, format!("UDP port {port} is free."));
    };
    let what = if port == 67 { "addresses" } else { "files" };
    let means = format!("Phones would get their {what} from that program, or from nobody.");
    if let Some((name, pid)) = &rival.process {
        let named = rival.name().unwrap_or_default();
        let end: Remedy = match (&rival.service, os.instead(port, name, *pid)) {
            (Some(service), _) => {
                let stop = Argv::new("systemctl stop").with(service);
                Act::change(Change::Stop { service: service.clone() }, stop).into()
            }
            (None, Some(instead)) => instead.into(),
            (None, None) => Act::end(port, name, *pid).into(),
        };
        check(Outcome::Fail, format!("UDP port {port} is held by {named}.")).means(means).remedy(end)
    } else {
        let hidden = rights.is_some_and(|r| !r.network);
        let why = if hidden { "; only an administrator may see by whom" } else { "" };
        check(Outcome::Fail, format!("UDP port {port} is held by another program{why}."))
            .means(means)
            .remedy(format!("{} names it; end that program.", os.names("UDP", port)))
    }
}

/// Worth a word only where somebody is in the way: phones do without that port.
pub(super) fn web_port(
    interface: &str,
    listeners: Result<Vec<Holder>, Trouble>,
    os: Commands,
) -> Option<Check> {
    let port = web::PORT;
    let rival = rival(&listeners.ok()?, interface)?.clone();
    let named = rival.name().unwrap_or_else(|| "another program".to_owned());
    let end = match (&rival.service, &rival.process) {
        (Some(service), _) => format!("sudo systemctl stop {service}"),
        (None, Some((name, pid))) => os.instead(port, name, *pid).unwrap_or_else(|| match os {
            Commands::Windows => format!("taskkill /PID {pid}"),
            Commands::Linux | Commands::MacOs => format!("sudo kill {pid}"),
        }),
        (None, None) => format!("{} names it; end that program.", os.names("TCP", port)),
    };
    let seen = format!("TCP port {port} is held by {named}.");
    let means = "Late loads ask there first: that program would answer them, and only then they ask by TFTP.";
    Some(Check::new("port-6970", "Port 6970", Outcome::Warn, seen).means(means).remedy(end))
}

/// A program that keeps to another interface is no rival.
fn rival<'a>(held: &'a [Holder], interface: &str) -> Option<&'a Holder> {
    held.iter().find(|h| h.interface.as_deref().is_none_or(|i| i == interface) && !h.address.is_loopback())
}
