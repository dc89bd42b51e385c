//! The network interfaces of this laptop.

use std::net::Ipv4Addr;

/// An interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interface {
    /// Its name for the operating system: `enp0s25`.
    pub name: String,
    /// Its name for people, where the system has one.
    pub friendly: Option<String>,
    /// Its index for the operating system.
    pub index: u32,
    /// Its addresses and the lengths of their networks.
    pub addresses: Vec<(Ipv4Addr, u8)>,
    /// It is switched on and has a link.
    pub up: bool,
}

/// All interfaces.
#[must_use]
pub fn list() -> Vec<Interface> {
    netdev::get_interfaces()
        .into_iter()
        .map(|i| Interface {
            up: i.is_up() && i.is_running(),
            addresses: i.ipv4.iter().map(|net| (net.addr(), net.prefix_len())).collect(),
            name: i.name,
            friendly: i.friendly_name,
            index: i.index,
        })
        .collect()
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
