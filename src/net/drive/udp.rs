//! Datagrams: the request ports, and a port for each read.

mod together;

use super::{Drive, Open, READS};
use crate::clock::Instant;
use crate::engine::{Endpoint, Input, TransferId};
use crate::limits;
use crate::net::sockets::{hear, line, second_door};
use mio::Token;
use std::io;
use std::net::{SocketAddr, SocketAddrV4};
pub(super) use together::{Run, Together};

/// The reader has closed its port.
fn refused(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionReset)
}

impl Drive {
    /// Takes what waits at the request ports. `true`: more waits.
    pub(super) fn requests(&mut self, buf: &mut [u8]) -> bool {
        let mut more = false;
        for at in [Endpoint::Tftp, Endpoint::Dhcp] {
            for taken in 0.. {
                let socket = if at == Endpoint::Tftp { Some(&self.tftp) } else { self.dhcp.as_ref() };
                let Some(socket) = socket else { break };
                match socket.recv_from(buf) {
                    Ok((len, SocketAddr::V4(from))) => {
                        let bytes = buf.get(..len).unwrap_or_default();
                        self.feed(Input::Datagram { at, from, bytes });
                    }
                    Err(e) if e.kind() == io::ErrorKind::WouldBlock => break,
                    // Windows tells here of earlier answers that found no reader and of datagrams that are too long; the
                    // port must be read on until it says that it is empty, or it is never heard of again.
                    _ => {}
                }
                if taken >= limits::REQUESTS_AT_ONCE {
                    more = true;
                    break;
                }
            }
        }
        more |= self.at_doors(buf);
        for slot in std::mem::take(&mut self.half_open) {
            self.open_wholly(slot);
        }
        more
    }

    /// Takes what waits at further addresses. `true`: more waits.
    fn at_doors(&mut self, buf: &mut [u8]) -> bool {
        let mut more = false;
        for n in 0..self.further.len() {
            for taken in 0.. {
                let Some(Ok((len, from))) = self.further.get(n).map(|(socket, _)| socket.recv_from(buf))
                else {
                    break;
                };
                if let SocketAddr::V4(from) = from {
                    self.via = Some(n);
                    self.feed(Input::Datagram {
                        at: Endpoint::Tftp,
                        from,
                        bytes: buf.get(..len).unwrap_or_default(),
                    });
                    self.via = None;
                }
                if taken >= limits::REQUESTS_AT_ONCE {
                    more = true;
                    break;
                }
            }
        }
        more
    }

    /// Takes what waits at the port of a read.
    pub(super) fn read(&mut self, slot: usize, stranger: bool, buf: &mut [u8]) {
        let times = if self.poller.names_again() { 1 } else { limits::DATAGRAMS_AT_ONCE };
        for _ in 0..times {
            let Some(Some(Open { id, phone, line })) = self.reads.get(slot) else { return };
            let id = *id;
            let heard = match (stranger, &line.strangers) {
                (false, _) => hear(&line.phone, buf).map(|len| (len, SocketAddr::V4(*phone))),
                (true, Some(door)) => door.recv_from(buf),
                (true, None) => return,
            };
            match heard {
                Ok((len, SocketAddr::V4(from))) => {
                    let bytes = buf.get(..len).unwrap_or_default();
                    self.feed_now(Input::Datagram { at: Endpoint::Transfer(id), from, bytes });
                }
                Err(e) if refused(&e) => self.feed_now(Input::Unreachable(id)),
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => return,
                _ => {}
            }
        }
    }

    /// Sends what has gathered. A packet that can't be sent is a lost packet: the timer of its read, or the phone, sends
    /// again. `true`: it found a closed port, which the engine knows now.
    pub(super) fn send(&mut self, now: Instant, run: Run) -> bool {
        let Run { from, to, .. } = run;
        if let Endpoint::Transfer(id) = from
            && self.open_read(id).is_none()
            && self.open(id, to).is_none()
        {
            return false;
        }
        let Some(bytes) = self.out.get(..run.bytes) else { return false };
        let sent = match from {
            Endpoint::SipUdp => self.doors.sip_datagrams.as_ref().map(|door| door.send_to(bytes, to.into())),
            Endpoint::Sip(id) | Endpoint::Sccp(id) => {
                self.talks.send(id, bytes);
                None
            }
            Endpoint::Cdp | Endpoint::Lldp | Endpoint::Web(_) | Endpoint::Page(_) => None,
            Endpoint::Dhcp => self.dhcp.as_ref().map(|socket| socket.send_to(bytes, to.into())),
            Endpoint::Tftp => {
                let door =
                    self.via.and_then(|n| self.further.get(n)).map_or(&self.tftp, |(socket, _)| socket);
                Some(door.send_to(bytes, to.into()))
            }
            Endpoint::Transfer(id) => self.open_read(id).map(|open| match &open.line.strangers {
                _ if open.phone == to => self.together.send(&open.line.phone, to, bytes, run.packet),
                Some(door) => door.send_to(bytes, to.into()),
                None => Ok(0),
            }),
        };
        if let (Some(Err(e)), Endpoint::Transfer(id)) = (&sent, from)
            && refused(e)
        {
            self.engine.handle(now, Input::Unreachable(id));
            return true;
        }
        false
    }

    fn open_read(&self, id: TransferId) -> Option<&Open> {
        self.reads.get(id.slot())?.as_ref().filter(|open| open.id == id)
    }

    fn open(&mut self, id: TransferId, phone: SocketAddrV4) -> Option<()> {
        let own = self.via.and_then(|n| self.further.get(n)).map_or(self.address, |(_, address)| *address);
        let mut line = line(own, phone).ok()?;
        let slot = id.slot();
        self.poller.registry().datagrams(&mut line.phone, Token(READS + slot * 2)).ok()?;
        if self.reads.len() <= slot {
            self.reads.resize_with(slot + 1, || None);
        }
        *self.reads.get_mut(slot)? = Some(Open { id, phone, line });
        self.half_open.push(slot);
        Some(())
    }

    /// Opens the second door of a read, at which strangers are told that they are.
    fn open_wholly(&mut self, slot: usize) {
        let Some(Some(open)) = self.reads.get_mut(slot) else { return };
        if open.line.strangers.is_none()
            && let Ok(mut door) = second_door(&open.line.phone)
            && self.poller.registry().datagrams(&mut door, Token(READS + slot * 2 + 1)).is_ok()
        {
            open.line.strangers = Some(door);
        }
    }

    pub(super) fn close(&mut self, id: TransferId) {
        let Some(place) = self.reads.get_mut(id.slot()).filter(|p| p.as_ref().is_some_and(|o| o.id == id))
        else {
            return;
        };
        if let Some(Open { mut line, .. }) = place.take() {
            let _ = self.poller.registry().deregister(&mut line.phone);
            if let Some(door) = &mut line.strangers {
                let _ = self.poller.registry().deregister(door);
            }
        }
    }
}
