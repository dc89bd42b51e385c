//! The ports where phones say what they are: connections, SIP datagrams, announcements below IP.

use super::{CDP, Drive, LLDP, SCCP, SIP, WAKE};
use crate::engine::{ConnId, Endpoint, Input};
use crate::limits;
use crate::net::talks::{Heard, Talks};
use crate::net::web::Told;
use mio::Token;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};

impl Drive {
    /// Somebody says something at one of the doors that are no request port. He gets his turn when those before him had theirs.
    pub(super) fn in_line(&mut self, token: Token) {
        if !self.line.contains(&token) {
            self.line.push_back(token);
        }
    }

    /// Takes a little of what waits at the doors that are no request port. Who says more is heard again in a later turn:
    /// nobody who talks without end makes a read wait, nor another who talks.
    pub(super) fn others(&mut self, buf: &mut [u8]) {
        if self.doors_again_at.is_some_and(|at| at <= self.now) {
            self.doors_again_at = None;
            self.in_line(SIP);
            self.in_line(SCCP);
        }
        for _ in 0..self.line.len().min(limits::TALKS_AT_ONCE) {
            let Some(token) = self.line.pop_front() else { return };
            let more = match (token, Talks::slot(token)) {
                (_, Some(slot)) => self.talk(slot, buf),
                (SIP | SCCP, _) => self.welcome(token),
                (WAKE, _) => self.hear_web(),
                _ => self.overheard(token, buf),
            };
            if more {
                self.line.push_back(token);
            }
        }
    }

    /// Takes connections in. `true`: more may wait.
    fn welcome(&mut self, token: Token) -> bool {
        let now = self.look();
        let (door, at): (_, fn(ConnId) -> Endpoint) =
            if token == SIP { (&self.doors.sip, Endpoint::Sip) } else { (&self.doors.sccp, Endpoint::Sccp) };
        let Some(door) = door else { return false };
        for _ in 0..limits::TAKEN_AT_ONCE {
            match door.accept() {
                // A connection that can't be watched is dropped, and the phone comes again.
                Ok((stream, from)) => drop(self.talks.begin(self.poller.registry(), now, stream, from, at)),
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => return false,
                // No handle is left, most likely. Who waits already is not named again.
                Err(_) => {
                    self.doors_again_at = Some(now + limits::DOOR_AGAIN);
                    return false;
                }
            }
        }
        true
    }

    /// Takes datagrams that want no read. `true`: more may wait.
    fn overheard(&mut self, token: Token, buf: &mut [u8]) -> bool {
        let nobody = SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, 0);
        for _ in 0..limits::TAKEN_AT_ONCE {
            let (door, at) = match token {
                CDP => (&self.doors.cdp, Endpoint::Cdp),
                LLDP => (&self.doors.lldp, Endpoint::Lldp),
                _ => (&self.doors.sip_datagrams, Endpoint::SipUdp),
            };
            let Some(door) = door else { return false };
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
                Err(_) => return false,
            }
        }
        true
    }

    /// Takes some of what waits on a connection. `true`: more may wait.
    fn talk(&mut self, slot: usize, buf: &mut [u8]) -> bool {
        let Some((at, _, from)) = self.talks.who(slot) else { return false };
        match self.talks.hear(slot, buf) {
            Heard::Bytes(len) => {
                let bytes = buf.get(..len).unwrap_or_default();
                self.feed(Input::Datagram { at, from, bytes });
                true
            }
            Heard::Silence => false,
            Heard::Over => {
                self.over(slot);
                false
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

    /// Takes what the HTTP thread has to tell. `true`: it may have more.
    fn hear_web(&mut self) -> bool {
        for _ in 0..limits::TAKEN_AT_ONCE {
            match self.web.heard() {
                None => return false,
                Some(Told::Bytes { at, from, bytes }) => {
                    self.feed(Input::Datagram { at, from, bytes: &bytes });
                }
                Some(Told::Taken(id, bytes)) => self.feed(Input::Taken(id, bytes)),
                Some(Told::Delivered(id)) => self.feed(Input::Delivered(id)),
                Some(Told::Stalled(id)) => self.feed(Input::Stalled(id)),
                Some(Told::HungUp(id)) => self.feed(Input::HungUp(id)),
            }
        }
        true
    }
}
