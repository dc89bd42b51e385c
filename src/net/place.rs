//! Where the servers listen.

use std::net::Ipv4Addr;

/// An interface, as the system knows it: Linux goes by the name, macOS by the index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interface {
    /// Its name.
    pub name: String,
    /// Its index.
    pub index: u32,
}

/// Where the servers listen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The address that phones are told.
    pub address: Ipv4Addr,
    /// The interface that has it; DHCP is spoken on no other.
    pub interface: Option<Interface>,
    /// The DHCP port, 67; `None`: no DHCP.
    pub dhcp_port: Option<u16>,
    /// The TFTP port, 69.
    pub tftp_port: u16,
    /// The HTTP port, 6970; `None`: files by TFTP alone.
    pub http_port: Option<u16>,
    /// The network is ours alone, so phones may register here.
    pub island: bool,
}
