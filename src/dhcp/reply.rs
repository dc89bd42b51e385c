//! A reply before it is written, and how it can differ from the full one.

use super::pool::mask;
use crate::phone_id::Mac;
use std::net::Ipv4Addr;
use std::time::Duration;

/// A reply before it is written; [`super::wire::encode`] knows its options.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// What is said.
    pub kind: ReplyKind,
    /// The request's.
    pub xid: u32,
    /// The phone's.
    pub mac: Mac,
    /// The address given; unspecified in a NAK and in the answer to an INFORM.
    pub yiaddr: Ipv4Addr,
    /// The request's; unspecified in an OFFER and a NAK.
    pub ciaddr: Ipv4Addr,
    /// The relay's.
    pub giaddr: Ipv4Addr,
    /// The broadcast flag, for the relay.
    pub broadcast: bool,
    /// This computer: server, router, DNS and TFTP server at once.
    pub server: Ipv4Addr,
    /// Length of the subnet's prefix in bits.
    pub prefix: u8,
    /// Lease time; none in the answer to an INFORM, to BOOTP, and in a NAK.
    pub lease: Option<Duration>,
    /// What is left out or done differently.
    pub variation: Variation,
}

impl Reply {
    /// The subnet mask.
    #[must_use]
    pub fn mask(&self) -> Ipv4Addr {
        mask(self.prefix)
    }

    /// The same request refused: the phone is told to start over.
    #[must_use]
    pub fn refused(self) -> Self {
        let none = Ipv4Addr::UNSPECIFIED;
        Self { kind: ReplyKind::Nak, yiaddr: none, ciaddr: none, broadcast: true, lease: None, ..self }
    }
}

/// Option 53 of a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReplyKind {
    /// To a DISCOVER.
    Offer,
    /// To a REQUEST that is granted, and to an INFORM.
    Ack,
    /// To a REQUEST for an address that can't be had here.
    Nak,
    /// No option 53: to plain BOOTP.
    Bootp,
}

/// A part of the reply that a [`Variation`] can leave out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// TFTP server as four octets.
    Option150,
    /// TFTP server as dotted text.
    Option66,
    /// Next server in the header.
    Siaddr,
    /// Server name in the header.
    Sname,
    /// Option 3.
    Router,
    /// Option 6.
    Dns,
    /// Options 51, 58 and 59.
    LeaseTime,
    /// Zeros up to 300 bytes.
    Padding,
    /// No part of the reply, but of what it promises: the HTTP port beside the TFTP port.
    Web,
}

/// Order of the options in a reply.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// 53, 54, 51, 58, 59, 1, 3, 6, 150, 66.
    #[default]
    Usual,
    /// By code: 66 and 150 last.
    Ascending,
    /// 150 before all others but 53.
    First150,
}

/// How replies differ from the full ones. The default leaves nothing out; the rest is for a phone that has a lease
/// and asks for no file, where one looks for the part that it stumbles over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Variation {
    left_out: u16,
    /// Order of the options.
    pub order: Order,
    /// Send to the offered address instead of to everybody.
    pub unicast: bool,
}

impl Variation {
    /// The full reply.
    pub const FULL: Self = Self { left_out: 0, order: Order::Usual, unicast: false };

    /// The same without one part.
    #[must_use]
    pub const fn without(mut self, part: Part) -> Self {
        self.left_out |= 1 << part as u8;
        self
    }

    /// The same with the options in this order.
    #[must_use]
    pub const fn ordered(mut self, order: Order) -> Self {
        self.order = order;
        self
    }

    /// The same, sent to the offered address.
    #[must_use]
    pub const fn unicast(mut self) -> Self {
        self.unicast = true;
        self
    }

    /// Whether the part is sent.
    #[must_use]
    pub const fn has(self, part: Part) -> bool {
        self.left_out & (1 << part as u8) == 0
    }
}
