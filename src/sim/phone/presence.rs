//! How others learn of a phone: its announcements, its registration, its page.

use super::model::Kind;
use super::task::Task;
use super::{FIRST_PORT, Phone, SCCP, SIP, sayings, web_client};
use crate::clock::Instant;
use crate::load::{LoadName, Protocol};
use crate::sim::Datagram;
use std::net::SocketAddrV4;
use std::time::Duration;

/// After its start it registers, once more in case the first was lost.
const REGISTERS: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(33)];

impl Phone {
    /// What it answers to who asks for its page; `None`: nobody listens there.
    #[must_use]
    pub fn page(&self, question: &[u8]) -> Option<Vec<u8>> {
        if matches!(self.task, Task::Off) {
            return None;
        }
        let application = self.firmware.page()?;
        let model = format!("CP-{}G", self.spec.model);
        let page = sayings::page(self.spec.mac, &model, &application);
        Some(web_client::page(question, page))
    }

    /// A frame for its neighbours.
    pub(super) fn announcement(&self) -> Option<Vec<u8>> {
        let load = self.firmware.announced(self.model)?;
        Some(sayings::announcement(self.spec.mac, &format!("Cisco IP Phone {}", self.spec.model), &load))
    }

    /// Turns to the exchange, which its configuration says is where its files come from; twice, as the first may be lost.
    pub(super) fn register(&mut self, now: Instant) {
        let Some(load) = self.running().map(str::to_owned) else { return };
        let Some((own, server)) = self.dhcp.lease().and_then(|l| Some((l.address, l.tftp?))) else {
            return;
        };
        let (mac, number) = (self.spec.mac, self.model.type_id);
        let java = self.model.kind == Kind::Java;
        let sip = load.parse::<LoadName>().is_ok_and(|load| load.protocol == Protocol::Sip);
        let from = SocketAddrV4::new(own, if sip { SIP } else { FIRST_PORT });
        // Classic phones say no load, neither in SIP nor in SCCP (`classic-phones` 7).
        let said = Some(load.as_str()).filter(|_| java);
        let agent = format!("Cisco-CP{}G/8.0", self.spec.model);
        let (port, bytes) = if sip {
            (SIP, sayings::sip_registration(mac, number, &agent, said, from))
        } else {
            (SCCP, sayings::sccp_registration(mac, number, said))
        };
        let datagram = Datagram { from, to: SocketAddrV4::new(server, port), bytes };
        for at in REGISTERS {
            self.post(now + at, vec![datagram.clone()]);
        }
    }
}
