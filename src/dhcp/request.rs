//! What a client asks for, as it stood on the wire.

use crate::phone_id::Mac;
use std::net::Ipv4Addr;

/// What a client wants, option 53.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Looks for servers.
    Discover,
    /// Selects an offer, comes back after a reboot, renews or rebinds (RFC 2131 4.3.2).
    Request,
    /// The address is in use by somebody else.
    Decline,
    /// The address is no longer needed.
    Release,
    /// Has an address, wants the rest.
    Inform,
    /// No option 53 at all: plain BOOTP.
    Bootp,
}

/// A request as it was on the wire; texts escaped, nothing judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The sender's hardware address. Never all zeros or all ones.
    pub mac: Mac,
    /// Transaction id. Classic phones use the tail of their MAC, for ever; it tells nothing about freshness.
    pub xid: u32,
    /// What is wanted.
    pub kind: Kind,
    /// Seconds that the client has been trying, by its own account.
    pub secs: u16,
    /// The address the client has and uses; unspecified unless it renews, rebinds, releases or informs.
    pub ciaddr: Ipv4Addr,
    /// The relay it came through; unspecified without one.
    pub giaddr: Ipv4Addr,
    /// The client can't receive unicast yet.
    pub broadcast: bool,
    /// Option 50, the address asked for.
    pub requested: Option<Ipv4Addr>,
    /// Option 54, the server that is meant.
    pub server: Option<Ipv4Addr>,
    /// Option 60: printable ASCII, everything else as `\xNN`; trailing NULs, which all phones send, cut off.
    pub class: Option<String>,
    /// Option 12, written as `class` is.
    pub host_name: Option<String>,
    /// Option 61, raw.
    pub client_id: Option<Vec<u8>>,
    /// Option 55: the options asked for, in the client's order.
    pub params: Vec<u8>,
    /// Codes of all options, in the order in which they came: a fingerprint of the sender's software.
    pub order: Vec<u8>,
}

impl Request {
    /// The client's state as RFC 2131 4.3.2 tells it from what it fills in.
    #[must_use]
    pub fn how(&self) -> &'static str {
        let has_address = !self.ciaddr.is_unspecified();
        match self.kind {
            Kind::Bootp => "bootp",
            Kind::Inform => "inform",
            Kind::Request if has_address && self.broadcast => "rebinding",
            Kind::Request if has_address => "renewing",
            Kind::Request if self.server.is_some() => "selecting",
            Kind::Request => "init-reboot",
            Kind::Discover => "discover",
            Kind::Decline => "decline",
            Kind::Release => "release",
        }
    }
}
