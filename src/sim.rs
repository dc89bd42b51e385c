//! Phones and a LAN without hardware: what the tests and `rehearse` run against.
//!
//! A [`phone::Phone`] is a machine without socket or clock, like the engine it talks to. It reads DHCP answers,
//! TFTP packets, lists, envelopes and configuration files with code of its own: had it shared the program's parsers,
//! a mistake in them would agree with itself.

mod classic;
mod config_reader;
mod dhcp_client;
pub mod firmware;
mod image;
mod java;
pub mod lan;
mod machine;
mod model;
pub mod phone;
pub mod rng;
pub mod router;
pub mod run;
pub mod sayings;
pub mod scenario;
#[cfg(test)]
mod testbench;
mod tftp_client;
pub mod web_client;

use std::net::SocketAddrV4;

/// A UDP datagram on the virtual wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Datagram {
    /// Who sent it; `0.0.0.0:68` from a phone without an address.
    pub from: SocketAddrV4,
    /// To whom.
    pub to: SocketAddrV4,
    /// Its payload.
    pub bytes: Vec<u8>,
}
