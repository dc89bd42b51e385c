//! Between the engine and the phones: every parcel to whom it is for, every wish of the engine onto the wire.

use super::World;
use super::parcel::{Parcel, connection, peer};
use crate::engine::{Endpoint, Input, Output};
use crate::sim::Datagram;
use crate::sim::phone::{Delivery, web_client};
use std::net::{Ipv4Addr, SocketAddrV4};
use std::time::Duration;

/// Bytes a second that a phone takes over HTTP: what it writes to its memory, not what the wire can do.
const HTTP_RATE: u64 = 1_000_000;

impl World {
    pub(super) fn deliver(&mut self, parcel: &Parcel) {
        match parcel {
            Parcel::ToPhones(datagram) => self.deliver_to_phones(datagram),
            Parcel::Announcement(_) if !self.listens => {}
            Parcel::Announcement(frame) => {
                let from = SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, 0);
                self.engine.handle(self.now, Input::Datagram { at: Endpoint::Cdp, from, bytes: frame });
                self.drain();
            }
            Parcel::Answer(to, answer) => {
                self.hand_over(*to, answer.as_deref());
            }
            Parcel::Question(id, at, question) => {
                let asked = self.phones.iter().find(|phone| phone.address() == Some(*at.ip()));
                let page = asked.and_then(|phone| phone.page(question));
                self.lan.send_surely(self.now, Parcel::Page(*id, *at, page));
            }
            Parcel::Page(id, from, page) => {
                let at = Endpoint::Page(*id);
                match page {
                    Some(bytes) => self.engine.handle(self.now, Input::Datagram { at, from: *from, bytes }),
                    None => self.engine.handle(self.now, Input::HungUp(*id)),
                }
                self.drain();
            }
            Parcel::Unreachable(port) => {
                if let Some(id) = self.ports.read_at(*port) {
                    self.engine.handle(self.now, Input::Unreachable(id));
                    self.drain();
                }
            }
            Parcel::ToServer(datagram) => self.deliver_to_server(datagram),
        }
    }

    fn deliver_to_server(&mut self, datagram: &Datagram) {
        let replies: Vec<_> = self.routers.iter_mut().filter_map(|r| r.handle(datagram)).collect();
        for reply in replies {
            self.lan.send(self.now, Parcel::ToPhones(reply));
        }
        let to = *datagram.to.ip();
        if to != self.job.server && !to.is_broadcast() {
            return; // nobody has that address: no answer to ARP
        }
        let at = match datagram.to.port() {
            67 => Endpoint::Dhcp,
            69 => Endpoint::Tftp,
            // As in life these ports are open only where we give the addresses.
            5060 if self.listens && self.job.dhcp => Endpoint::SipUdp,
            2000 if self.listens && self.job.dhcp => Endpoint::Sccp(connection(datagram.from)),
            web_client::PORT if self.web != Some(true) => {
                return self.lan.send_surely(self.now, Parcel::Answer(datagram.from, None));
            }
            // A connection on which nothing is asked.
            web_client::PORT if datagram.bytes.is_empty() => return,
            web_client::PORT => Endpoint::Web(connection(datagram.from)),
            port => match self.ports.read_at(port) {
                Some(id) => Endpoint::Transfer(id),
                None => return,
            },
        };
        self.engine.handle(self.now, Input::Datagram { at, from: datagram.from, bytes: &datagram.bytes });
        self.drain();
    }

    /// A file has crossed the wire: the phone has it, or is gone.
    pub(super) fn answer(&mut self, to: SocketAddrV4, length: u64, bytes: &[u8]) {
        let id = connection(to);
        if self.hand_over(to, Some(bytes)) {
            self.engine.handle(self.now, Input::Taken(id, length));
            self.engine.handle(self.now, Input::Delivered(id));
        } else {
            self.engine.handle(self.now, Input::HungUp(id));
        }
        self.drain();
    }

    /// Whether a phone waited for it.
    fn hand_over(&mut self, to: SocketAddrV4, answer: Option<&[u8]>) -> bool {
        for index in 0..self.phones.len() {
            let taken = self.phones.get_mut(index).map(|phone| phone.answered(self.now, to, answer));
            if taken == Some(Delivery::Taken) {
                self.poll_phone(index);
                return true;
            }
        }
        false
    }

    fn deliver_to_phones(&mut self, datagram: &Datagram) {
        let everybody = datagram.to.ip().is_broadcast();
        for index in 0..self.phones.len() {
            let delivery = self.phones.get_mut(index).map(|phone| phone.handle(self.now, datagram));
            match delivery {
                Some(Delivery::Taken) => {
                    self.poll_phone(index);
                    if !everybody {
                        return;
                    }
                }
                Some(Delivery::PortClosed) => {
                    self.lan.send(self.now, Parcel::Unreachable(datagram.from.port()));
                    return;
                }
                _ => {}
            }
        }
    }

    /// Does what the engine says, until it has nothing more to say.
    pub(super) fn drain(&mut self) {
        let mut buf = [0; 2048];
        loop {
            match self.engine.poll(self.now, &mut buf) {
                Output::Send { from, to, len } => {
                    let port = match from {
                        Endpoint::Dhcp => 67,
                        Endpoint::Tftp => 69,
                        Endpoint::Transfer(id) => self.ports.of(id),
                        Endpoint::SipUdp | Endpoint::Sip(_) => 5060,
                        Endpoint::Sccp(_) => 2000,
                        Endpoint::Cdp | Endpoint::Lldp | Endpoint::Web(_) | Endpoint::Page(_) => continue,
                    };
                    let from = SocketAddrV4::new(self.job.server, port);
                    let bytes = buf.get(..len).unwrap_or_default().to_vec();
                    self.lan.send(self.now, Parcel::ToPhones(Datagram { from, to, bytes }));
                }
                Output::Close(id) => self.ports.close(id),
                Output::HangUp(_) => {}
                Output::Give { to, head, body } => {
                    let length = u64::try_from(body.len()).unwrap_or(u64::MAX);
                    let takes = Duration::from_micros(500 + length * 1_000_000 / HTTP_RATE);
                    let bytes = [&head, &*body].concat();
                    self.answers.push((self.now + takes, peer(to), length, bytes));
                }
                Output::Visit { id, at, question } => {
                    self.lan.send_surely(self.now, Parcel::Question(id, at, question));
                }
                Output::WebDoor { open } => self.web = self.web.map(|_| open),
                Output::Event(event) => self.happened.push(event),
                Output::Idle(wake) => {
                    self.engine_wake = wake;
                    return;
                }
            }
        }
    }
}
