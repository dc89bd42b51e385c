//! What a phone reads in a DHCP answer.

use super::message::{COOKIE, PADDED};
use crate::phone_id::Mac;
use crate::sim::phone::spec::{OfferNeed, ServerField};
use std::net::Ipv4Addr;

/// A lease that one of the offer needs calls short, in seconds.
const SHORT_LEASE: u32 = 24 * 3600;

/// The first four octets, whatever they were meant to be.
fn first_address(value: &[u8]) -> Option<Ipv4Addr> {
    let octets: [u8; 4] = value.get(..4)?.try_into().ok()?;
    Some(Ipv4Addr::from(octets))
}

/// A server's answer to this phone.
pub(super) struct Reply<'a> {
    pub(super) kind: u8,
    pub(super) yours: Ipv4Addr,
    siaddr: Ipv4Addr,
    sname: &'a [u8],
    options: &'a [u8],
    length: usize,
    unicast: bool,
}

impl<'a> Reply<'a> {
    pub(super) fn read(bytes: &'a [u8], mac: Mac, xid: [u8; 4], unicast: bool) -> Option<Self> {
        let ours = bytes.first() == Some(&2)
            && bytes.get(4..8)? == xid
            && bytes.get(28..34)? == mac.0
            && bytes.get(236..240)? == COOKIE;
        let mut reply = Self {
            kind: 0,
            yours: first_address(bytes.get(16..20)?)?,
            siaddr: first_address(bytes.get(20..24)?)?,
            sname: bytes.get(44..108)?,
            options: bytes.get(240..)?,
            length: bytes.len(),
            unicast,
        };
        reply.kind = *reply.option(53)?.first()?;
        ours.then_some(reply)
    }

    pub(super) fn option(&self, code: u8) -> Option<&'a [u8]> {
        let mut at = 0;
        loop {
            match *self.options.get(at)? {
                0 => at += 1,
                255 => return None,
                tag => {
                    let length = usize::from(*self.options.get(at + 1)?);
                    let value = self.options.get(at + 2..at + 2 + length)?;
                    if tag == code {
                        return Some(value);
                    }
                    at += 2 + length;
                }
            }
        }
    }

    pub(super) fn address(&self, code: u8) -> Option<Ipv4Addr> {
        self.option(code).and_then(first_address)
    }

    pub(super) fn long(&self, code: u8) -> Option<u32> {
        self.address(code).map(u32::from)
    }

    /// 150 before 66 before siaddr before sname. A 150 that is there is used, however wrong.
    pub(super) fn file_server(&self, ignored: &[ServerField]) -> Option<Ipv4Addr> {
        let heeds = |field| !ignored.contains(&field);
        if heeds(ServerField::Option150)
            && let Some(value) = self.option(150)
        {
            return first_address(value);
        }
        let dotted = |bytes: &[u8]| {
            let text: String = bytes.iter().take_while(|b| **b != 0).map(|b| char::from(*b)).collect();
            text.trim().parse().ok()
        };
        let by_66 = self.option(66).filter(|_| heeds(ServerField::Option66)).and_then(dotted);
        let by_siaddr = Some(self.siaddr).filter(|a| heeds(ServerField::Siaddr) && !a.is_unspecified());
        let by_sname = dotted(self.sname).filter(|_| heeds(ServerField::Sname));
        by_66.or(by_siaddr).or(by_sname)
    }

    /// A 150 that isn't a list of addresses: Java phones drop the whole answer.
    pub(super) fn odd_150(&self) -> bool {
        self.option(150).is_some_and(|v| v.is_empty() || v.len() % 4 != 0)
    }

    /// The numbers of its options rise.
    fn ascending(&self) -> bool {
        let (mut at, mut last) = (0, 0);
        while let Some(&tag) = self.options.get(at).filter(|tag| **tag != 255) {
            if tag < last {
                return false;
            }
            last = tag;
            at += 2 + self.options.get(at + 1).copied().map_or(0, usize::from);
        }
        true
    }

    /// The number of its second option.
    fn second(&self) -> Option<u8> {
        let first = self.options.get(1).copied().map_or(0, usize::from);
        self.options.get(2 + first).copied()
    }

    pub(super) fn meets(&self, need: OfferNeed) -> bool {
        match need {
            OfferNeed::Router => self.option(3).is_some(),
            OfferNeed::Dns => self.option(6).is_some(),
            OfferNeed::Option66 => self.option(66).is_some(),
            OfferNeed::No150 => self.option(150).is_none(),
            OfferNeed::Only150 => {
                [OfferNeed::No66, OfferNeed::NoSiaddr, OfferNeed::NoSname].iter().all(|n| self.meets(*n))
            }
            OfferNeed::Ascending => self.ascending(),
            OfferNeed::No66 => self.option(66).is_none(),
            OfferNeed::NoSiaddr => self.siaddr.is_unspecified(),
            OfferNeed::NoSname => self.sname.iter().all(|b| *b == 0),
            OfferNeed::NoDns => self.option(6).is_none(),
            OfferNeed::NoRouter => self.option(3).is_none(),
            OfferNeed::Siaddr => !self.siaddr.is_unspecified(),
            OfferNeed::Padded => self.length >= PADDED,
            // It finds out later, at the port itself.
            OfferNeed::WebClosed => true,
            OfferNeed::NoLease => self.option(51).is_none(),
            OfferNeed::First150 => self.second() == Some(150),
            OfferNeed::Unicast => self.unicast,
            OfferNeed::ShortLease => self.long(51).is_some_and(|s| s < SHORT_LEASE),
        }
    }
}
