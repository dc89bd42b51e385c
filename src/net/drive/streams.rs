//! The ports where phones say what they are: connections, SIP datagrams, announcements below IP.

use super::{CDP, Drive, LLDP, SCCP, SIP, SIP_DATAGRAMS};
use crate::engine::{ConnId, Endpoint, Input};
use crate::limits;
use crate::net::talks::Heard;
use crate::net::web::Told;
use mio::Token;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};

impl Drive {
    /// Somebody says something at one of the doors that are no request port.
    pub(super) fn knocked(&mut self, token: Token, buf: &mut [u8]) {
        match token {
            SIP_DATAGRAMS | CDP | LLDP => self.overheard(token, buf),
            SIP | SCCP => {
                let now = self.look();
                let (door, at): (_, fn(ConnId) -> Endpoint) = if token == SIP {
                    (&self.doors.sip, Endpoint::Sip)
                } else {
                    (&self.doors.sccp, Endpoint::Sccp)
                };
                while let Some(Ok((stream, from))) = door.as_ref().map(mio::net::TcpListener::accept) {
                    // A connection that can't be watched is dropped, and the phone comes again.
                    let _ = self.talks.begin(self.poller.registry(), now, stream, from, at);
                }
            }
            _ => {}
        }
    }

    fn overheard(&mut self, token: Token, buf: &mut [u8]) {
        let nobody = SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, 0);
        for _ in 0..limits::DATAGRAMS_AT_ONCE {
            let (door, at) = match token {
                CDP => (&self.doors.cdp, Endpoint::Cdp),
                LLDP => (&self.doors.lldp, Endpoint::Lldp),
                _ => (&self.doors.sip_datagrams, Endpoint::SipUdp),
            };
            let Some(door) = door else { return };
            // A frame below IP has no address that the system could tell.
            let heard = if at == Endpoint::SipUdp {
                door.recv_from(buf)
            } else {
                door.recv(buf).map(|len| (len, nobody.into()))
            };
            match heard {
                Ok((len, SocketAddr::V4(from))) => {
                    let bytes = buf.get(..len).unwrap_or_default();
                    self.feed(Input::Datagram { at, from, bytes });
                }
                Ok(_) => {}
                Err(e) if e.kind() == io::ErrorKind::ConnectionReset => {}
                Err(_) => return,
            }
        }
    }

    /// Takes what waits on a connection.
    pub(super) fn talk(&mut self, slot: usize, buf: &mut [u8]) {
        while let Some((at, _, from)) = self.talks.who(slot) {
            match self.talks.hear(slot, buf) {
                Heard::Bytes(len) => {
                    let bytes = buf.get(..len).unwrap_or_default();
                    self.feed(Input::Datagram { at, from, bytes });
                }
                Heard::Silence => return,
                Heard::Over => self.over(slot),
            }
        }
    }

    pub(super) fn over(&mut self, slot: usize) {
        let who = self.talks.who(slot);
        self.talks.end(self.poller.registry(), slot);
        if let Some((_, id, _)) = who {
            self.feed(Input::HungUp(id));
        }
    }

    /// Takes what the HTTP thread has to tell.
    pub(super) fn hear_web(&mut self) {
        while let Some(told) = self.web.heard() {
            match told {
                Told::Bytes { at, from, bytes } => self.feed(Input::Datagram { at, from, bytes: &bytes }),
                Told::Taken(id, bytes) => self.feed(Input::Taken(id, bytes)),
                Told::Delivered(id) => self.feed(Input::Delivered(id)),
                Told::Stalled(id) => self.feed(Input::Stalled(id)),
                Told::HungUp(id) => self.feed(Input::HungUp(id)),
            }
        }
    }
}
