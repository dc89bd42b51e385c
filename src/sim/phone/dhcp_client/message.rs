//! What a phone writes into its DHCP messages.

use crate::phone_id::Mac;
use crate::sim::Datagram;
use crate::sim::phone::machine::Voice;
use crate::sim::phone::model::old_class;
use std::net::{Ipv4Addr, SocketAddrV4};

pub(super) const DISCOVER: u8 = 1;
pub(super) const OFFER: u8 = 2;
pub(super) const REQUEST: u8 = 3;
pub(super) const ACK: u8 = 5;
pub(super) const NAK: u8 = 6;
pub(super) const COOKIE: [u8; 4] = [99, 130, 83, 99];
/// Small answers may not get through old relays; one of the offer needs asks for this size.
pub(super) const PADDED: usize = 300;

/// Who speaks, and how.
#[derive(Debug)]
pub(super) struct Speaker {
    pub(super) mac: Mac,
    /// The class of its model, without the NUL.
    pub(super) class: &'static str,
    pub(super) voice: Voice,
    /// It asks for answers to everybody while it has no address.
    pub(super) wants_broadcast: bool,
}

impl Speaker {
    /// The last four octets of the MAC, for ever.
    pub(super) fn xid(&self) -> [u8; 4] {
        let [_, _, a, b, c, d] = self.mac.0;
        [a, b, c, d]
    }

    /// A message from a phone without an address, the `count`th of its kind.
    pub(super) fn broadcast(
        &self,
        kind: u8,
        count: u8,
        address: Option<Ipv4Addr>,
        server: Option<Ipv4Addr>,
    ) -> Datagram {
        Datagram {
            from: SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, 68),
            to: SocketAddrV4::new(Ipv4Addr::BROADCAST, 67),
            bytes: self.message(kind, count, Ipv4Addr::UNSPECIFIED, address, server),
        }
    }

    /// A message; with a client address it is a renewal.
    pub(super) fn message(
        &self,
        kind: u8,
        count: u8,
        client: Ipv4Addr,
        address: Option<Ipv4Addr>,
        server: Option<Ipv4Addr>,
    ) -> Vec<u8> {
        let mut m = vec![1, 1, 6, 0];
        m.extend(self.xid());
        m.extend([0, 2 * count.saturating_sub(1)]);
        let broadcast = client.is_unspecified() && self.wants_broadcast;
        m.extend(if broadcast { [0x80, 0] } else { [0, 0] });
        m.extend(client.octets());
        m.extend([0; 12]);
        m.extend(self.mac.0);
        m.extend([0; 10 + 64 + 128]);
        m.extend(COOKIE);
        for code in self.order() {
            let value = match code {
                53 => vec![kind],
                54 => server.map_or_else(Vec::new, |s| s.octets().to_vec()),
                61 => [&[1], &self.mac.0[..]].concat(),
                60 => [self.class().as_bytes(), &[0]].concat(),
                12 => format!("{}{}", self.prefix(), self.mac.bare()).into_bytes(),
                50 => address.map_or_else(Vec::new, |a| a.octets().to_vec()),
                _ => self.wishes().to_vec(),
            };
            if let Ok(length @ 1..) = u8::try_from(value.len()) {
                m.extend([code, length]);
                m.extend(value);
            }
        }
        m.push(255);
        m.resize(m.len().max(PADDED), 0);
        m
    }

    fn order(&self) -> [u8; 7] {
        match self.voice {
            Voice::Loader(_) => [53, 54, 61, 60, 12, 50, 55],
            Voice::Old(_) | Voice::SccpApplication | Voice::Java => [53, 54, 61, 12, 60, 50, 55],
        }
    }

    fn wishes(&self) -> &'static [u8] {
        match self.voice {
            Voice::Old(_) => &[6, 3, 1, 66, 15, 150],
            Voice::Loader(_) => &[1, 66, 6, 3, 15, 150, 35, 151],
            Voice::SccpApplication | Voice::Java => &[1, 66, 6, 3, 15, 150, 35],
        }
    }

    fn class(&self) -> &'static str {
        if matches!(self.voice, Voice::Old(_)) { old_class() } else { self.class }
    }

    fn prefix(&self) -> &'static str {
        match self.voice {
            Voice::Old(prefix) | Voice::Loader(prefix) => prefix,
            Voice::SccpApplication | Voice::Java => "SEP",
        }
    }
}
