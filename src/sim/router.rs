//! Somebody else's DHCP server: the house router that was not unplugged, or the one that does the job for us.

use super::Datagram;
use crate::phone_id::Mac;
use serde::Deserialize;
use std::net::{Ipv4Addr, SocketAddrV4};

/// How such a server is set up. No checks: it hands out what it was told.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RouterSpec {
    /// Its own address.
    pub address: Ipv4Addr,
    /// The first address it gives out.
    pub first: Ipv4Addr,
    /// Octets of option 150, right or wrong.
    #[serde(default)]
    pub option_150: Vec<u8>,
    /// Text of option 66.
    #[serde(default)]
    pub option_66: String,
    /// The header's next server.
    pub siaddr: Option<Ipv4Addr>,
    /// Name itself as router and DNS server.
    #[serde(default = "yes")]
    pub gateway: bool,
    /// Seconds of a lease.
    #[serde(default = "day")]
    pub lease: u32,
}

const fn yes() -> bool {
    true
}

const fn day() -> u32 {
    86_400
}

/// The server at work.
#[derive(Debug)]
pub struct Router {
    spec: RouterSpec,
    given: Vec<Mac>,
}

impl Router {
    /// A server that has given out nothing yet.
    #[must_use]
    pub const fn new(spec: RouterSpec) -> Self {
        Self { spec, given: Vec::new() }
    }

    /// Its answer to a datagram, if it is a DISCOVER or REQUEST meant for it.
    pub fn handle(&mut self, datagram: &Datagram) -> Option<Datagram> {
        let m = &datagram.bytes;
        let options = m.get(240..)?;
        if m.first() != Some(&1) || datagram.to.port() != 67 {
            return None;
        }
        let mac = Mac(m.get(28..34)?.try_into().ok()?);
        let address = self.address_of(mac);
        let asked = find(options, 50).or_else(|| m.get(12..16)).filter(|a| *a != [0; 4]);
        let kind = match find(options, 53)? {
            [1] => 2,
            [3] => {
                let chosen = find(options, 54);
                if chosen.is_some_and(|server| server != self.spec.address.octets()) {
                    return None;
                }
                if asked == Some(&address.octets()) { 5 } else { 6 }
            }
            _ => return None,
        };
        let bytes = self.reply(m, kind, address)?;
        let port = SocketAddrV4::new(Ipv4Addr::BROADCAST, 68);
        Some(Datagram { from: SocketAddrV4::new(self.spec.address, 67), to: port, bytes })
    }

    fn address_of(&mut self, mac: Mac) -> Ipv4Addr {
        let place = self.given.iter().position(|m| *m == mac).unwrap_or_else(|| {
            self.given.push(mac);
            self.given.len() - 1
        });
        Ipv4Addr::from(u32::from(self.spec.first).wrapping_add(u32::try_from(place).unwrap_or(0)))
    }

    fn reply(&self, request: &[u8], kind: u8, address: Ipv4Addr) -> Option<Vec<u8>> {
        let mut m = vec![2, 1, 6, 0];
        m.extend(request.get(4..8)?);
        m.extend([0, 0, 0x80, 0, 0, 0, 0, 0]);
        let nak = kind == 6;
        m.extend(if nak { [0; 4] } else { address.octets() });
        m.extend(self.spec.siaddr.filter(|_| !nak).unwrap_or(Ipv4Addr::UNSPECIFIED).octets());
        m.extend([0; 4]);
        m.extend(request.get(28..44)?);
        m.extend([0; 64 + 128]);
        m.extend([99, 130, 83, 99, 53, 1, kind]);
        let own = self.spec.address.octets();
        let mut option = |code: u8, value: &[u8]| {
            if let Ok(length @ 1..) = u8::try_from(value.len()) {
                m.extend([code, length]);
                m.extend(value);
            }
        };
        option(54, &own);
        if !nak {
            option(51, &self.spec.lease.to_be_bytes());
            option(1, &[255, 255, 255, 0]);
            if self.spec.gateway {
                option(3, &own);
                option(6, &own);
            }
            option(66, self.spec.option_66.as_bytes());
            option(150, &self.spec.option_150);
        }
        m.push(255);
        Some(m)
    }
}

/// The value of an option.
fn find(options: &[u8], code: u8) -> Option<&[u8]> {
    let mut at = 0;
    loop {
        let tag = *options.get(at)?;
        if tag == 255 {
            return None;
        }
        if tag == 0 {
            at += 1;
            continue;
        }
        let length = usize::from(*options.get(at + 1)?);
        let value = options.get(at + 2..at + 2 + length)?;
        if tag == code {
            return Some(value);
        }
        at += 2 + length;
    }
}
