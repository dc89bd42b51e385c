//! The program's own question to DHCP servers: does ours answer, and does somebody else's?

use crate::phone_id::Mac;
use std::net::Ipv4Addr;

/// The class (option 60) by which our own server knows the question; it answers and remembers nothing.
pub const CLASS: &str = "rescue79 self-test";

/// The hardware address that asks: locally administered, so that no device has it.
pub const MAC: Mac = Mac([0x02, 0x79, 0x79, 0x79, 0x79, 0x79]);

/// What stands before the options (RFC 2131 3).
const MAGIC: [u8; 4] = [99, 130, 83, 99];

/// What a server offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The server (option 54, else siaddr).
    pub server: Ipv4Addr,
    /// The address it offers.
    pub address: Ipv4Addr,
    /// Where it sends phones for their files (option 150), as many addresses as it names.
    pub tftp: Vec<Ipv4Addr>,
}

/// A DISCOVER that wants its answer broadcast, and asks for what phones ask for.
#[must_use]
pub fn discover(xid: u32) -> Vec<u8> {
    let mut bytes = vec![1, 1, 6, 0];
    bytes.extend(xid.to_be_bytes());
    bytes.extend([0, 0, 0x80, 0]);
    bytes.extend([0; 16]);
    bytes.extend(MAC.0);
    bytes.resize(236, 0);
    bytes.extend(MAGIC);
    bytes.extend([53, 1, 1, 55, 5, 1, 3, 6, 66, 150, 60]);
    bytes.push(u8::try_from(CLASS.len()).unwrap_or(0));
    bytes.extend(CLASS.bytes());
    bytes.push(255);
    bytes.resize(300, 0);
    bytes
}

/// Reads an answer to the question with this number; `None` for everything else.
#[must_use]
pub fn offer(bytes: &[u8], xid: u32) -> Option<Offer> {
    let quad = |at: usize| -> Option<[u8; 4]> { bytes.get(at..at + 4)?.try_into().ok() };
    if bytes.first() != Some(&2) || quad(4)? != xid.to_be_bytes() || quad(236)? != MAGIC {
        return None;
    }
    let mut found = Offer { server: quad(20)?.into(), address: quad(16)?.into(), tftp: Vec::new() };
    let (mut rest, mut is_offer) = (bytes.get(240..)?, false);
    while let Some((code, tail)) = rest.split_first() {
        match code {
            0 => rest = tail,
            255 => break,
            code => {
                let Some((len, tail)) = tail.split_first() else { break };
                let Some((value, tail)) = tail.split_at_checked(usize::from(*len)) else { break };
                match (code, value) {
                    (53, [2]) => is_offer = true,
                    (54, [a, b, c, d]) => found.server = Ipv4Addr::new(*a, *b, *c, *d),
                    (150, value) => {
                        found.tftp.extend(value.as_chunks::<4>().0.iter().map(|a| Ipv4Addr::from(*a)));
                    }
                    _ => {}
                }
                rest = tail;
            }
        }
    }
    is_offer.then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Instant;
    use crate::dhcp::{Config, Outcome, Policy, Server, Variation, encode};
    use proptest::prelude::*;
    use std::net::SocketAddrV4;

    #[test]
    fn our_own_server_answers_and_remembers_nothing() {
        let server = Ipv4Addr::new(192, 168, 1, 1);
        let config = Config {
            server,
            prefix: 24,
            lease: crate::limits::LEASE,
            answer: Policy::Phones,
            variation: Variation::default(),
        };
        let mut ours = Server::new(config, []).unwrap();
        let from = SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, 68);
        let Outcome::Probe { reply, to } = ours.handle(Instant::ZERO, from, &discover(79)) else { panic!() };
        assert_eq!(to, SocketAddrV4::new(Ipv4Addr::BROADCAST, 68));
        let mut bytes = vec![0; 1_500];
        let len = encode(&reply, &mut bytes).unwrap();
        let seen = offer(&bytes[..len], 79).unwrap();
        assert_eq!(seen, Offer { server, address: server, tftp: vec![server] });
        assert_eq!(offer(&bytes[..len], 80), None);
        assert_eq!(ours.leases().count(), 0);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_a_fall(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = offer(&bytes, 79);
        }
    }
}
