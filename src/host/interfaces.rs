//! The network interfaces of this laptop, and which of them the phones should be on.

use super::system::System;
use serde::Serialize;
use std::net::Ipv4Addr;

/// What kind of thing an interface is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A socket for a cable.
    Ethernet,
    /// Radio.
    #[serde(rename = "wifi")]
    WiFi,
    /// A tunnel.
    Vpn,
    /// A bridge or virtual switch.
    Bridge,
    /// A part of a bridge or bond, which takes what comes in at it.
    Port,
    /// Made by a program: containers, virtual machines.
    Virtual,
    /// The computer itself.
    Loopback,
}

impl Kind {
    /// In words.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ethernet => "Ethernet",
            Self::WiFi => "Wi-Fi",
            Self::Vpn => "VPN",
            Self::Bridge => "bridge",
            Self::Port => "part of a bridge",
            Self::Virtual => "virtual",
            Self::Loopback => "loopback",
        }
    }

    /// Why phones can't be on such an interface; `None`: they can.
    #[must_use]
    pub const fn refused(self) -> Option<&'static str> {
        match self {
            Self::Ethernet | Self::Virtual => None,
            Self::WiFi => Some("it is Wi-Fi, and these phones have only a cable"),
            Self::Vpn => Some("it is a VPN tunnel, which no phone is on"),
            Self::Bridge => Some("it is a bridge or virtual switch, which takes part in other networks"),
            Self::Port => {
                Some("it is part of a bridge or bond, which takes what phones send before we hear it")
            }
            Self::Loopback => Some("it is this computer itself"),
        }
    }
}

/// An interface.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Interface {
    /// Its name for the operating system: `enp0s25`.
    pub name: String,
    /// Its name for people, where the system has one.
    pub friendly: Option<String>,
    /// Its index for the operating system.
    pub index: u32,
    /// What kind of thing it is.
    pub kind: Kind,
    /// Its hardware address.
    pub mac: Option<String>,
    /// Its addresses and the lengths of their networks.
    pub addresses: Vec<(Ipv4Addr, u8)>,
    /// It is switched on.
    pub on: bool,
    /// It is switched on and has a link.
    pub up: bool,
    /// Its speed in Mb/s, where the system knows it.
    pub speed: Option<u64>,
    /// The way to the internet goes over it.
    pub default_route: bool,
}

impl Interface {
    /// The name that commands of this system take.
    #[must_use]
    pub fn system_name(&self) -> &str {
        // Windows names adapters by a number in braces; its commands want the name that people see.
        self.friendly.as_deref().filter(|_| self.name.starts_with('{')).unwrap_or(&self.name)
    }
}

/// All interfaces, with what the library alone knows of them.
#[must_use]
pub fn list() -> Vec<Interface> {
    netdev::get_interfaces()
        .into_iter()
        .map(|i| Interface {
            kind: kind_by_name(
                &i.name,
                i.friendly_name.as_deref(),
                i.description.as_deref(),
                i.is_loopback(),
            ),
            on: i.is_up(),
            up: i.is_up() && i.is_running(),
            mac: i.mac_addr.map(|mac| mac.to_string()),
            addresses: i.ipv4.iter().map(|net| (net.addr(), net.prefix_len())).collect(),
            // Some drivers say "unknown" as the largest number there is.
            speed: i.transmit_speed.map(|s| s / 1_000_000).filter(|s| (1..=400_000).contains(s)),
            name: i.name,
            friendly: i.friendly_name,
            index: i.index,
            default_route: false,
        })
        .collect()
}

/// All interfaces, with what the system knows of them.
#[must_use]
pub fn survey(system: &dyn System) -> Vec<Interface> {
    let default = system.default_route();
    let mut all = list();
    for interface in &mut all {
        interface.kind = system.kind(&interface.name).unwrap_or(interface.kind);
        interface.default_route = default.is_some()
            && (default.as_deref() == Some(&interface.name) || default == interface.friendly);
    }
    all
}

/// The kind of an interface, as its names tell it.
fn kind_by_name(name: &str, friendly: Option<&str>, description: Option<&str>, loopback: bool) -> Kind {
    let said = format!("{name} {} {}", friendly.unwrap_or_default(), description.unwrap_or_default());
    let said = said.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|w| said.contains(w));
    let begins = |words: &[&str]| words.iter().any(|w| name.to_lowercase().starts_with(w));
    match () {
        () if loopback => Kind::Loopback,
        () if says(&["wi-fi", "wifi", "wireless", "wlan", "airport"]) || begins(&["wl"]) => Kind::WiFi,
        () if says(&["vpn", "tunnel", "wireguard", "tap-windows", "anyconnect", "wintun"])
            || begins(&["tun", "tap", "utun", "wg", "ppp", "ipsec"]) =>
        {
            Kind::Vpn
        }
        () if says(&["hyper-v", "vswitch", "bridge", "vethernet"]) || begins(&["br-", "virbr", "docker"]) => {
            Kind::Bridge
        }
        () if says(&["vmware", "virtualbox", "npcap", "bluetooth"])
            || begins(&["veth", "vmnet", "vnet", "dummy", "awdl", "llw", "anpi", "gif", "stf"]) =>
        {
            Kind::Virtual
        }
        () => Kind::Ethernet,
    }
}

/// The interface that the phones should be on, and the reason; `None` when none will do.
#[must_use]
pub fn recommend(all: &[Interface]) -> Option<(&Interface, String)> {
    let score = |i: &Interface| {
        // The cable that carries this laptop's own traffic is the last choice; a link is the best sign.
        (i.kind == Kind::Ethernet, !i.default_route, i.up, i.on)
    };
    let usable = all.iter().filter(|i| i.kind.refused().is_none() && i.mac.is_some());
    // On equal terms the first by name: systems list them in another order each time.
    let best = usable.clone().max_by_key(|i| (score(i), std::cmp::Reverse(&i.name)))?;
    let fitting = usable.clone().count();
    let equal = usable.filter(|i| score(i) == score(best)).count();
    if equal > 1 {
        let why = format!(
            "it is only the first by name; {equal} fit equally, so choose the one with the phone's cable"
        );
        return Some((best, why));
    }
    let why = match best {
        i if i.default_route => {
            "it is the only socket for a cable; this laptop's own way to the internet goes over it, too"
        }
        i if i.kind != Kind::Ethernet && fitting > 1 => "it fits best of those that could be it",
        i if i.kind != Kind::Ethernet => "it is the only one that is not Wi-Fi, a VPN or a bridge",
        i if i.up => "it is the only socket with a cable in it that this laptop doesn't use itself",
        _ => "it is a free socket; no cable is in it yet, or the other end is off",
    };
    Some((best, why.to_owned()))
}

/// The interface with this name, for the system or for people.
#[must_use]
pub fn named(name: &str) -> Option<Interface> {
    list().into_iter().find(|i| i.name == name || i.friendly.as_deref() == Some(name))
}

/// The interface that has this address, and the length of its network.
#[must_use]
pub fn with_address(address: Ipv4Addr) -> Option<(Interface, u8)> {
    list().into_iter().find_map(|i| {
        let prefix = i.addresses.iter().find_map(|(a, prefix)| (*a == address).then_some(*prefix));
        // Everything below 127 is at home on the loopback interface, whether it is listed or not.
        let prefix = prefix.or_else(|| {
            let loopback = i.addresses.iter().find(|(a, _)| a.is_loopback())?;
            address.is_loopback().then_some(loopback.1)
        });
        prefix.map(|prefix| (i, prefix))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interface(name: &str, kind: Kind, up: bool, default_route: bool) -> Interface {
        Interface {
            name: name.into(),
            friendly: None,
            index: 1,
            kind,
            mac: Some("00:1b:0c:18:bd:c1".into()),
            addresses: Vec::new(),
            on: true,
            up,
            speed: None,
            default_route,
        }
    }

    #[test]
    fn the_free_cable_is_recommended_with_its_reason() {
        let all = [
            interface("wlp3s0", Kind::WiFi, true, true),
            interface("docker0", Kind::Bridge, true, false),
            interface("enp0s25", Kind::Ethernet, true, false),
            interface("enx00", Kind::Ethernet, false, false),
        ];
        let (best, why) = recommend(&all).unwrap();
        assert_eq!(best.name, "enp0s25");
        assert!(why.contains("only socket with a cable in it"), "{why}");
        let (best, why) = recommend(&all[3..]).unwrap();
        assert_eq!((best.name.as_str(), why.contains("no cable")), ("enx00", true));
        assert!(recommend(&all[..2]).is_none());
        let own = [interface("enp0s25", Kind::Ethernet, true, true)];
        assert!(recommend(&own).unwrap().1.contains("internet"));
    }

    #[test]
    fn of_two_that_fit_equally_the_first_by_name_is_recommended_in_any_order() {
        for kind in [Kind::Virtual, Kind::Ethernet] {
            let mut all = [interface("peer0", kind, true, false), interface("ethlab0", kind, true, false)];
            let first = recommend(&all).map(|(i, why)| (i.name.clone(), why)).unwrap();
            all.reverse();
            let second = recommend(&all).map(|(i, why)| (i.name.clone(), why)).unwrap();
            assert_eq!(first, second);
            assert_eq!(first.0, "ethlab0");
            assert!(first.1.contains("2 fit equally") && !first.1.contains("only one"), "{}", first.1);
        }
    }

    #[test]
    fn names_tell_kinds() {
        let kind = |name, friendly| kind_by_name(name, friendly, None, false);
        assert_eq!(kind("{A1}", Some("Wi-Fi 2")), Kind::WiFi);
        assert_eq!(kind("{A1}", Some("vEthernet (Default Switch)")), Kind::Bridge);
        assert_eq!(kind("{A1}", Some("Ethernet 3")), Kind::Ethernet);
        assert_eq!(kind("utun4", None), Kind::Vpn);
        assert_eq!(kind("wlp3s0", None), Kind::WiFi);
        assert_eq!(kind("enp0s25", None), Kind::Ethernet);
        assert_eq!(kind("veth1a", None), Kind::Virtual);
    }
}
