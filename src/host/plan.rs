//! Whether an address plan can work, before anything is touched. Nothing here asks the system.

use super::interfaces::Interface;
use crate::dhcp::pool::{Pool, mask};
use std::net::Ipv4Addr;

/// The address that is set when none is named: the one of the guides that people know.
pub const DEFAULT: (Ipv4Addr, u8) = (Ipv4Addr::new(192, 168, 1, 1), 24);

/// Why a plan can't work, with what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPlan {
    /// The kind of interface.
    #[error(
        "phones can't be on {interface}: {why}. Choose the socket that the phone's cable is in; `rescue79 doctor` names it."
    )]
    Kind {
        /// The interface.
        interface: String,
        /// Why.
        why: &'static str,
    },
    /// There is no room for phones.
    #[error(
        "a /{prefix} network has no room for phones. Give --address a shorter length, such as {address}/24."
    )]
    NoRoom {
        /// The address.
        address: Ipv4Addr,
        /// The length.
        prefix: u8,
    },
    /// The network is too large to serve.
    #[error(
        "a /{prefix} network is larger than a bench can be. Give --address a longer length, such as {address}/24."
    )]
    TooLarge {
        /// The address.
        address: Ipv4Addr,
        /// The length.
        prefix: u8,
    },
    /// No address for a computer.
    #[error(
        "{address}/{prefix} is not an address that a computer can have ({why}). Use one such as 192.168.1.1/24."
    )]
    NotAHost {
        /// The address.
        address: Ipv4Addr,
        /// The length.
        prefix: u8,
        /// Why.
        why: &'static str,
    },
    /// Another interface is in the network already.
    #[error(
        "{other} is in the same network already ({theirs}/{length}), and answers would leave by the wrong one. Choose another network, for example --address {instead}/24, or switch {other} off."
    )]
    Elsewhere {
        /// The other interface.
        other: String,
        /// Its address.
        theirs: Ipv4Addr,
        /// The length of its network.
        length: u8,
        /// A network that is free.
        instead: Ipv4Addr,
    },
    /// The interface has the address with another length.
    #[error(
        "{interface} has {address} already, with the length /{length}. Give --address {address}/{length}, or keep what is there with --keep-address."
    )]
    OtherLength {
        /// The interface.
        interface: String,
        /// The address.
        address: Ipv4Addr,
        /// The length it has.
        length: u8,
    },
}

fn same_network(a: (Ipv4Addr, u8), b: (Ipv4Addr, u8)) -> bool {
    let mask = u32::from(mask(a.1.min(b.1)));
    u32::from(a.0) & mask == u32::from(b.0) & mask
}

/// Checks a plan: this address on this interface, among all interfaces of the computer. `dhcp`: phones get theirs from
/// us, so there must be room for them.
///
/// # Errors
/// The first reason why it can't work.
pub fn check(
    all: &[Interface],
    interface: &Interface,
    address: Ipv4Addr,
    prefix: u8,
    dhcp: bool,
) -> Result<(), BadPlan> {
    let name = || interface.system_name().to_owned();
    if let Some(why) = interface.kind.refused() {
        return Err(BadPlan::Kind { interface: name(), why });
    }
    host(address, prefix)?;
    if dhcp {
        if prefix > 28 {
            return Err(BadPlan::NoRoom { address, prefix });
        }
        // The pool is made from the network, leaves the laptop's own address out, and is never larger than it.
        Pool::new(address, prefix).map_err(|_| BadPlan::TooLarge { address, prefix })?;
    }
    if let Some((_, length)) = interface.addresses.iter().find(|(a, l)| *a == address && *l != prefix) {
        return Err(BadPlan::OtherLength { interface: name(), address, length: *length });
    }
    let others = all.iter().filter(|other| other.name != interface.name && other.on);
    for other in others {
        let clash = other.addresses.iter().find(|theirs| same_network((address, prefix), **theirs));
        if let Some((theirs, length)) = clash {
            return Err(BadPlan::Elsewhere {
                other: other.system_name().to_owned(),
                theirs: *theirs,
                length: *length,
                instead: free(all),
            });
        }
    }
    Ok(())
}

fn host(address: Ipv4Addr, prefix: u8) -> Result<(), BadPlan> {
    let bad = |why| Err(BadPlan::NotAHost { address, prefix, why });
    if address.is_loopback() || address.is_unspecified() || address.is_multicast() || address.is_broadcast() {
        return bad("it is reserved");
    }
    if prefix == 0 || prefix > 30 {
        return Err(BadPlan::NoRoom { address, prefix });
    }
    let inside = u32::from(address) & !u32::from(mask(prefix));
    match inside {
        0 => bad("it is the network itself"),
        _ if inside == !u32::from(mask(prefix)) => bad("it is the broadcast address of its network"),
        _ => Ok(()),
    }
}

/// A network of /24 that no interface is in.
fn free(all: &[Interface]) -> Ipv4Addr {
    let taken = |candidate| all.iter().flat_map(|i| &i.addresses).any(|a| same_network((candidate, 24), *a));
    let candidates = [79, 97, 179, 197].map(|n| Ipv4Addr::new(192, 168, n, 1));
    let last = Ipv4Addr::new(10, 79, 79, 1);
    candidates.into_iter().find(|c| !taken(*c)).unwrap_or(last)
}

#[cfg(test)]
mod tests {
    use super::super::interfaces::Kind;
    use super::*;

    fn interface(name: &str, addresses: &[(&str, u8)]) -> Interface {
        Interface {
            name: name.into(),
            friendly: None,
            index: 1,
            kind: Kind::Ethernet,
            mac: None,
            addresses: addresses.iter().map(|(a, l)| (a.parse().unwrap(), *l)).collect(),
            on: true,
            up: true,
            speed: None,
            default_route: false,
        }
    }

    fn checked(address: &str, prefix: u8, own: &[(&str, u8)], other: &[(&str, u8)]) -> Result<(), BadPlan> {
        let all = [interface("eth0", own), interface("eth1", other)];
        check(&all, &all[0], address.parse().unwrap(), prefix, true)
    }

    #[test]
    fn the_usual_plan_works() {
        assert_eq!(checked("192.168.1.1", 24, &[("10.0.0.7", 8)], &[("172.16.0.1", 16)]), Ok(()));
        assert_eq!(checked("192.168.1.1", 24, &[("192.168.1.1", 24)], &[]), Ok(()));
    }

    #[test]
    fn plans_that_can_not_work_are_refused() {
        for prefix in [29, 30, 31, 32, 0] {
            assert!(
                matches!(checked("192.168.1.1", prefix, &[], &[]), Err(BadPlan::NoRoom { .. })),
                "{prefix}"
            );
        }
        assert!(matches!(checked("10.0.0.1", 2, &[], &[]), Err(BadPlan::TooLarge { .. })));
        for address in ["192.168.1.0", "192.168.1.255", "127.0.0.1", "224.0.0.1", "255.255.255.255"] {
            assert!(matches!(checked(address, 24, &[], &[]), Err(BadPlan::NotAHost { .. })), "{address}");
        }
        let other_length = checked("192.168.1.1", 24, &[("192.168.1.1", 16)], &[]);
        assert!(matches!(other_length, Err(BadPlan::OtherLength { length: 16, .. })));
    }

    #[test]
    fn a_network_that_is_elsewhere_already_is_refused_with_one_that_is_free() {
        let refused =
            checked("192.168.1.1", 24, &[], &[("192.168.1.37", 24), ("192.168.79.1", 24)]).unwrap_err();
        let text = refused.to_string();
        assert!(text.contains("eth1") && text.contains("192.168.1.37/24"), "{text}");
        assert!(text.contains("--address 192.168.97.1/24"), "{text}");
        // A wide network on another interface swallows ours.
        assert!(checked("10.1.2.1", 24, &[], &[("10.9.9.9", 8)]).is_err());
    }

    #[test]
    fn the_pool_lies_in_the_network_and_leaves_our_own_address_out() {
        for (address, prefix) in [("192.168.1.1", 24), ("192.168.1.130", 25), ("10.0.0.14", 28)] {
            let own: Ipv4Addr = address.parse().unwrap();
            let pool = Pool::new(own, prefix).unwrap();
            assert!(!pool.contains(own));
            assert_eq!(checked(address, prefix, &[], &[]), Ok(()));
        }
    }

    #[test]
    fn kinds_that_no_phone_is_on_are_refused() {
        for kind in [Kind::WiFi, Kind::Vpn, Kind::Bridge, Kind::Port, Kind::Loopback] {
            let all = [Interface { kind, ..interface("x", &[]) }];
            let refused = check(&all, &all[0], DEFAULT.0, DEFAULT.1, true);
            assert!(matches!(refused, Err(BadPlan::Kind { .. })), "{kind:?}");
        }
    }
}
