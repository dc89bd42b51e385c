//! Phones and a LAN without hardware: what the tests and `rehearse` run against.
//!
//! A [`phone::Phone`] is a machine without socket or clock, like the engine it talks to. It reads DHCP answers,
//! TFTP packets, lists, envelopes and configuration files with code of its own: had it shared the program's parsers,
//! a mistake in them would agree with itself.

pub mod firmware;
pub mod lan;
pub mod phone;
pub mod rng;
pub mod router;
pub mod run;
pub mod scenario;
#[cfg(test)]
mod testbench;

pub use phone::{sayings, web_client};

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
