//! Who looks for files at a wrong address, and who has ours.

use super::Frame;
use crate::dhcp;
use crate::dhcp::elsewhere::letters;
use crate::limits;
use crate::phone_id::Mac;
use std::collections::{HashMap, HashSet};
use std::net::Ipv4Addr;

/// Somebody wants files from an address that is not ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// Who.
    pub from: Mac,
    /// The address it asks.
    pub asked: Ipv4Addr,
    /// What that means, in one sentence.
    pub means: String,
}

/// Finds those who look for files at a wrong address.
#[derive(Debug)]
pub struct Askers {
    own: Ipv4Addr,
    prefix: u8,
    phones: HashSet<Mac>,
    asked: HashMap<(Mac, Ipv4Addr), u32>,
    /// Other devices that use our address.
    doubles: HashSet<Mac>,
}

impl Askers {
    /// With our own address and the length of its network.
    #[must_use]
    pub fn new(own: Ipv4Addr, prefix: u8) -> Self {
        Self { own, prefix, phones: HashSet::new(), asked: HashMap::new(), doubles: HashSet::new() }
    }

    /// Another device that uses our address (RFC 5227 2.4), as far as a frame of others shows; each is named once.
    ///
    /// Who had it when the session began was looked for then; with the cable out nobody could be seen.
    pub fn double(&mut self, frame: Frame<'_>) -> Option<Mac> {
        let (from, uses) = match frame {
            Frame::Arp { from, own, .. } => (from, own),
            Frame::Udp { from, source, .. } => (from, source),
        };
        let news = uses == self.own && self.doubles.len() < limits::WRONG_ASKERS && self.doubles.insert(from);
        news.then_some(from)
    }

    /// Takes one frame in; each asker is named once for each address.
    pub fn take(&mut self, frame: Frame<'_>) -> Option<Wrong> {
        let (from, asked, sure) = match frame {
            Frame::Udp { from, port: 67, bytes, .. } => {
                let request = dhcp::wire::decode(bytes).ok().filter(dhcp::is_phone);
                if request.is_some() && self.phones.len() < limits::WRONG_ASKERS {
                    self.phones.insert(from);
                }
                return None;
            }
            Frame::Udp { from, to, port: 69, .. } => (from, to, true),
            Frame::Arp { from, own, wanted } => {
                // A probe for one's own address, or the announcement of it, is no question.
                let probe = own.is_unspecified() || own == wanted || wanted.is_link_local();
                let misread = self.swapped(wanted) || letters(wanted).is_some();
                if probe || !(self.phones.contains(&from) || misread) {
                    return None;
                }
                (from, wanted, false)
            }
            Frame::Udp { .. } => return None,
        };
        if asked == self.own || asked.is_broadcast() || asked.is_multicast() || asked.is_unspecified() {
            return None;
        }
        if self.asked.len() >= limits::WRONG_ASKERS && !self.asked.contains_key(&(from, asked)) {
            return None;
        }
        let count = self.asked.entry((from, asked)).or_default();
        let before = *count;
        *count = count.saturating_add(if sure { limits::WRONG_QUESTIONS } else { 1 });
        let news = before < limits::WRONG_QUESTIONS && *count >= limits::WRONG_QUESTIONS;
        news.then(|| Wrong { from, asked, means: self.means(asked) })
    }

    fn swapped(&self, asked: Ipv4Addr) -> bool {
        let [a, b, c, d] = self.own.octets();
        asked.octets() == [d, c, b, a]
    }

    fn means(&self, asked: Ipv4Addr) -> String {
        let mask = u32::from(dhcp::pool::mask(self.prefix));
        if self.swapped(asked) {
            format!(
                "That is {} backwards: the DHCP server that the phone listens to has option 150 with its bytes swapped. Write the address {} there as an IP address, then restart the phone.",
                self.own, self.own
            )
        } else if let Some(text) = letters(asked) {
            format!(
                "Those are the letters \"{text}\": the DHCP server that the phone listens to sends option 150 as text. Write the address {} there as an IP address, then restart the phone.",
                self.own
            )
        } else if u32::from(asked) & mask == u32::from(self.own) & mask {
            "The phone was told so by another DHCP server, or has that address as its \"Alternate TFTP\". Erase the phone's settings, or have it answered there, too: with M on the Bench, or with --adopt-addresses.".to_owned()
        } else {
            "The phone remembers that server from its old place, or has it as its \"Alternate TFTP\". Erase the phone's settings, or have it answered there, too: with M on the Bench, or with --adopt-addresses.".to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::frame;
    use super::*;
    use proptest::prelude::*;

    const PHONE: Mac = Mac([0x00, 0x1b, 0x0c, 0x18, 0xbd, 0xc1]);
    const OWN: Ipv4Addr = Ipv4Addr::new(192, 168, 1, 1);

    fn arp(own: Ipv4Addr, wanted: Ipv4Addr) -> Vec<u8> {
        let mut bytes = vec![0xff; 6];
        bytes.extend(PHONE.0);
        bytes.extend([8, 6, 0, 1, 8, 0, 6, 4, 0, 1]);
        bytes.extend(PHONE.0);
        bytes.extend(own.octets());
        bytes.extend([0; 6]);
        bytes.extend(wanted.octets());
        bytes
    }

    fn udp(to: Ipv4Addr, port: u16, payload: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0; 6];
        bytes.extend(PHONE.0);
        bytes.extend([8, 0, 0x45, 0, 0, 0, 0, 0, 0, 0, 64, 17, 0, 0, 192, 168, 1, 20]);
        bytes.extend(to.octets());
        bytes.extend([0xc0, 0]);
        bytes.extend(port.to_be_bytes());
        bytes.extend([0; 4]);
        bytes.extend(payload);
        bytes
    }

    fn asker() -> Askers {
        Askers::new(OWN, 24)
    }

    #[test]
    fn swapped_bytes_are_recognised_from_the_second_question_on_and_told_once() {
        let mut askers = asker();
        let question = arp([192, 168, 1, 20].into(), [1, 1, 168, 192].into());
        let told: Vec<_> = (0..5).filter_map(|_| askers.take(frame(&question).unwrap())).collect();
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].asked, Ipv4Addr::new(1, 1, 168, 192));
        assert!(told[0].means.contains("bytes swapped"), "{}", told[0].means);
    }

    #[test]
    fn letters_of_an_address_are_recognised_from_the_second_question_on() {
        for (asked, text) in
            [([48, 120, 48, 49], "0x01"), ([49, 57, 50, 46], "192."), ([49, 48, 46, 49], "10.1")]
        {
            let mut askers = asker();
            let question = arp([192, 168, 1, 20].into(), asked.into());
            let told: Vec<_> = (0..5).filter_map(|_| askers.take(frame(&question).unwrap())).collect();
            assert_eq!(told.len(), 1);
            assert!(told[0].means.contains(&format!("letters \"{text}\"")), "{}", told[0].means);
        }
        // Addresses beside them that are none.
        for asked in [[48, 120, 48, 103], [49, 57, 50, 51], [46, 49, 57, 50], [10, 1, 46, 49]] {
            assert_eq!(letters(asked.into()), None);
        }
    }

    #[test]
    fn who_uses_our_address_is_named_once() {
        let mut askers = asker();
        let other = arp([192, 168, 1, 20].into(), OWN);
        assert_eq!(askers.double(frame(&other).unwrap()), None, "it only looks for us");
        let announced = arp(OWN, OWN);
        let named: Vec<_> = (0..3).filter_map(|_| askers.double(frame(&announced).unwrap())).collect();
        assert_eq!(named, [PHONE]);
    }

    #[test]
    fn a_read_request_to_a_stranger_is_named_at_once() {
        let read = udp([10, 1, 2, 3].into(), 69, b"\0\x01x\0octet\0");
        let wrong = asker().take(frame(&read).unwrap()).unwrap();
        assert_eq!((wrong.from, wrong.asked), (PHONE, Ipv4Addr::new(10, 1, 2, 3)));
        assert!(wrong.means.contains("Alternate TFTP"));
        let ours = udp(OWN, 69, b"\0\x01x\0octet\0");
        assert_eq!(asker().take(frame(&ours).unwrap()), None);
    }

    #[test]
    fn only_phones_questions_count_and_probes_never() {
        let question = arp([192, 168, 1, 20].into(), [192, 168, 1, 5].into());
        let mut askers = asker();
        assert!((0..9).all(|_| askers.take(frame(&question).unwrap()).is_none()), "a stranger's");
        // The same device shows itself as a phone.
        let mut discover = crate::dhcp::probe::discover(1);
        let class = discover.windows(18).position(|w| w == crate::dhcp::probe::CLASS.as_bytes()).unwrap();
        discover[class..class + 18].copy_from_slice(b"Cisco Systems, Inc");
        assert_eq!(askers.take(frame(&udp(Ipv4Addr::BROADCAST, 67, &discover)).unwrap()), None);
        let told = (0..9).filter_map(|_| askers.take(frame(&question).unwrap())).count();
        assert_eq!(told, 1);
        let probe = arp(Ipv4Addr::UNSPECIFIED, [192, 168, 1, 30].into());
        let announcement = arp([192, 168, 1, 30].into(), [192, 168, 1, 30].into());
        for bytes in [probe, announcement] {
            assert!((0..9).all(|_| askers.take(frame(&bytes).unwrap()).is_none()));
        }
    }

    proptest! {
        #[test]
        fn any_frame_is_read_without_a_fall(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            if let Some(frame) = frame(&bytes) {
                let _ = asker().take(frame);
            }
        }
    }
}
