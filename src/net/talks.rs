//! Connections of phones that register: few, short, and each with an end.

use super::poll::Registry;
use crate::clock::Instant;
use crate::engine::{ConnId, Endpoint};
use crate::limits;
use mio::net::TcpStream;
use mio::{Interest, Token};
use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, SocketAddrV4};

/// Tokens of connections: from here on, far above those of reads.
const FIRST: usize = usize::MAX / 2;

/// What became of a connection.
pub(super) enum Heard {
    /// So many bytes came.
    Bytes(usize),
    /// Nothing more for now.
    Silence,
    /// It is over.
    Over,
}

struct Talk {
    at: Endpoint,
    id: ConnId,
    from: SocketAddrV4,
    stream: TcpStream,
    ends: Instant,
    /// Bytes that came on it.
    heard: usize,
    /// What the peer has not taken yet.
    unsent: Vec<u8>,
    /// It ends when that has left.
    closing: bool,
}

/// All of them.
#[derive(Default)]
pub(super) struct Talks {
    slots: Vec<Option<Talk>>,
    count: u64,
    /// The first that must end, and when: the loop asks in each of its turns.
    first_end: Option<(Instant, usize)>,
}

impl Talks {
    /// Takes a connection in, unless there are too many.
    pub(super) fn begin(
        &mut self,
        registry: Registry<'_>,
        now: Instant,
        mut stream: TcpStream,
        from: SocketAddr,
        at: fn(ConnId) -> Endpoint,
    ) -> io::Result<()> {
        let SocketAddr::V4(from) = from else { return Ok(()) };
        let open = self.slots.iter().flatten();
        let of_peer = open.clone().filter(|talk| talk.from.ip() == from.ip()).count();
        if open.count() >= limits::TALKS || of_peer >= limits::TALKS_PER_PEER {
            return Ok(());
        }
        let slot = self.slots.iter().position(Option::is_none).unwrap_or(self.slots.len());
        registry.register(&mut stream, Token(FIRST + slot), Interest::READABLE | Interest::WRITABLE)?;
        self.count += 1;
        let id = ConnId(self.count);
        let ends = now + limits::TALK_TIME;
        let talk = Talk { at: at(id), id, from, stream, ends, heard: 0, unsent: Vec::new(), closing: false };
        match self.slots.get_mut(slot) {
            Some(place) => *place = Some(talk),
            None => self.slots.push(Some(talk)),
        }
        // All last equally long, so a later one is never the first to end.
        self.first_end.get_or_insert((ends, slot));
        Ok(())
    }

    /// The slot that a token means.
    pub(super) fn slot(token: Token) -> Option<usize> {
        token.0.checked_sub(FIRST)
    }

    /// Who speaks there.
    pub(super) fn who(&self, slot: usize) -> Option<(Endpoint, ConnId, SocketAddrV4)> {
        self.slots.get(slot)?.as_ref().map(|talk| (talk.at, talk.id, talk.from))
    }

    /// Reads what has come, and sends what waits.
    pub(super) fn hear(&mut self, slot: usize, buf: &mut [u8]) -> Heard {
        let Some(Some(talk)) = self.slots.get_mut(slot) else { return Heard::Silence };
        if talk.flush().is_err() {
            return Heard::Over;
        }
        if talk.closing {
            return if talk.unsent.is_empty() { Heard::Over } else { Heard::Silence };
        }
        match talk.stream.read(buf) {
            Ok(0) => Heard::Over,
            Ok(len) => {
                talk.heard += len;
                if talk.heard > limits::TALK_WHOLE { Heard::Over } else { Heard::Bytes(len) }
            }
            Err(e) if e.kind() == io::ErrorKind::WouldBlock => Heard::Silence,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => Heard::Bytes(0),
            Err(_) => Heard::Over,
        }
    }

    /// Sends, as far as the peer takes it; the rest waits.
    pub(super) fn send(&mut self, id: ConnId, bytes: &[u8]) {
        if let Some(talk) = self.slots.iter_mut().flatten().find(|talk| talk.id == id)
            && talk.unsent.len() + bytes.len() <= limits::TALK_BYTES
        {
            talk.unsent.extend_from_slice(bytes);
            // An error comes again at the next look.
            let _ = talk.flush();
        }
    }

    /// Ends a connection once what was sent on it has left.
    pub(super) fn hang_up(&mut self, registry: Registry<'_>, id: ConnId) {
        let at = self.slots.iter().position(|talk| talk.as_ref().is_some_and(|talk| talk.id == id));
        let Some(slot) = at else { return };
        let Some(Some(talk)) = self.slots.get_mut(slot) else { return };
        talk.closing = true;
        if talk.unsent.is_empty() {
            self.end(registry, slot);
        }
    }

    /// Ends a connection at once.
    pub(super) fn end(&mut self, registry: Registry<'_>, slot: usize) {
        if let Some(mut talk) = self.slots.get_mut(slot).and_then(Option::take) {
            let _ = talk.stream.shutdown(Shutdown::Write);
            let _ = registry.deregister(&mut talk.stream);
            if self.first_end.is_some_and(|(_, first)| first == slot) {
                let all = self.slots.iter().enumerate();
                self.first_end = all.filter_map(|(slot, talk)| Some((talk.as_ref()?.ends, slot))).min();
            }
        }
    }

    /// The first that must end, and when.
    pub(super) const fn next_end(&self) -> Option<(Instant, usize)> {
        self.first_end
    }
}

impl Talk {
    fn flush(&mut self) -> io::Result<()> {
        while !self.unsent.is_empty() {
            match self.stream.write(&self.unsent) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(sent) => drop(self.unsent.drain(..sent)),
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::poll::Poller;
    use std::time::Duration;

    #[test]
    fn the_first_that_must_end_is_known_whoever_ends_before() {
        let poller = Poller::new().unwrap();
        let door = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let mut talks = Talks::default();
        let mut callers = Vec::new();
        for n in 0..5 {
            callers.push(std::net::TcpStream::connect(door.local_addr().unwrap()).unwrap());
            let (stream, from) = door.accept().unwrap();
            stream.set_nonblocking(true).unwrap();
            let now = Instant::ZERO + Duration::from_secs(n);
            talks.begin(poller.registry(), now, TcpStream::from_std(stream), from, Endpoint::Sccp).unwrap();
        }
        let end = |n| Instant::ZERO + Duration::from_secs(n) + limits::TALK_TIME;
        assert_eq!(talks.next_end(), Some((end(0), 0)));
        talks.end(poller.registry(), 1);
        assert_eq!(talks.next_end(), Some((end(0), 0)));
        talks.end(poller.registry(), 0);
        assert_eq!(talks.next_end(), Some((end(2), 2)));
        for slot in [4, 3, 2] {
            talks.end(poller.registry(), slot);
        }
        assert_eq!(talks.next_end(), None);
    }
}
