//! One connection: what it is at, and how far it got.

use crate::clock::Instant;
use crate::engine::{ConnId, Endpoint};
use crate::limits;
use mio::net::TcpStream;
use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, SocketAddrV4};
use std::sync::Arc;

/// What this thread tells the engine.
pub(in crate::net) enum Told {
    Bytes { at: Endpoint, from: SocketAddrV4, bytes: Vec<u8> },
    Taken(ConnId, u64),
    Delivered(ConnId),
    Stalled(ConnId),
    HungUp(ConnId),
}

/// Where a connection stands.
pub(super) enum Stage {
    /// A question comes in, so many bytes so far.
    Hears { heard: usize },
    /// The answer leaves: what stands before the file, the file, and how much of both has left.
    Gives { head: Vec<u8>, body: Arc<[u8]>, sent: usize },
    /// All has left; the reader has to say that it has it by ending the connection.
    Ends,
    /// Our own question leaves, then its answer comes in.
    Visits { question: Vec<u8>, sent: usize, answer: Vec<u8> },
}

pub(super) struct Line {
    pub(super) id: ConnId,
    pub(super) peer: SocketAddrV4,
    pub(super) stream: TcpStream,
    pub(super) stage: Stage,
    /// It is given up then, unless something moves.
    pub(super) ends: Instant,
    /// It is given up then, whatever moves.
    pub(super) last: Instant,
    /// What of the file was told as taken, and when.
    pub(super) told: (usize, Instant),
    /// It may have more to take or to give without being asked.
    pub(super) more: bool,
}

/// What became of a connection.
pub(super) enum Now {
    Goes,
    Over(Told),
}

/// What a socket gave: `None` for nothing now.
fn moved(result: io::Result<usize>) -> io::Result<Option<usize>> {
    match result {
        Ok(len) => Ok(Some(len)),
        Err(e) if matches!(e.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::NotConnected) => Ok(None),
        Err(e) if e.kind() == io::ErrorKind::Interrupted => Ok(None),
        Err(e) => Err(e),
    }
}

impl Line {
    /// Takes and gives what it can now.
    pub(super) fn work(&mut self, now: Instant, news: &mut Vec<Told>) -> Now {
        let worked = match self.stage {
            Stage::Hears { .. } => self.hear(news),
            Stage::Gives { .. } => self.give(now, news),
            Stage::Ends => self.drain(),
            Stage::Visits { .. } => self.visit(),
        };
        worked.unwrap_or(Now::Over(Told::HungUp(self.id)))
    }

    fn hear(&mut self, news: &mut Vec<Told>) -> io::Result<Now> {
        let Stage::Hears { heard } = &mut self.stage else { return Ok(Now::Goes) };
        let mut buf = [0; 2_048];
        // The engine says when it has heard enough; what comes behind the longest head is left where it is until then.
        while *heard <= limits::HTTP_HEAD {
            let Some(len) = moved(self.stream.read(&mut buf))? else { break };
            if len == 0 {
                return Ok(Now::Over(Told::HungUp(self.id)));
            }
            *heard += len;
            let bytes = buf.get(..len).unwrap_or_default().to_vec();
            news.push(Told::Bytes { at: Endpoint::Web(self.id), from: self.peer, bytes });
            if len < buf.len() {
                break;
            }
        }
        Ok(Now::Goes)
    }

    fn give(&mut self, now: Instant, news: &mut Vec<Told>) -> io::Result<Now> {
        let Stage::Gives { head, body, sent } = &mut self.stage else { return Ok(Now::Goes) };
        let before = *sent;
        while *sent < head.len() + body.len() {
            let rest = head.get(*sent..).filter(|rest| !rest.is_empty());
            let rest = rest.or_else(|| body.get(sent.saturating_sub(head.len())..)).unwrap_or_default();
            let Some(len) = moved(self.stream.write(rest))? else { break };
            *sent += len;
            if *sent - before >= limits::HTTP_TURN {
                self.more = true;
                break;
            }
        }
        let taken = sent.saturating_sub(head.len());
        let whole = *sent == head.len() + body.len();
        if *sent > before {
            self.ends = now + limits::HTTP_STALL;
        }
        let (told, at) = self.told;
        if taken > told && (whole || now.since(at) >= limits::PROGRESS_EVERY) {
            self.told = (taken, now);
            news.push(Told::Taken(self.id, u64::try_from(taken).unwrap_or(u64::MAX)));
        }
        if whole {
            self.stage = Stage::Ends;
            self.stream.shutdown(Shutdown::Write)?;
            return self.drain();
        }
        Ok(Now::Goes)
    }

    /// Whatever else it says is not heard; that it ends says that it has all.
    fn drain(&mut self) -> io::Result<Now> {
        let mut buf = [0; 2_048];
        for _ in 0..limits::HTTP_LINES {
            match moved(self.stream.read(&mut buf))? {
                Some(0) => return Ok(Now::Over(Told::Delivered(self.id))),
                Some(_) => {}
                None => return Ok(Now::Goes),
            }
        }
        Ok(Now::Over(Told::HungUp(self.id)))
    }

    fn visit(&mut self) -> io::Result<Now> {
        let Stage::Visits { question, sent, answer } = &mut self.stage else { return Ok(Now::Goes) };
        if let Some(e) = self.stream.take_error()? {
            return Err(e);
        }
        while let Some(rest) = question.get(*sent..).filter(|rest| !rest.is_empty()) {
            let Some(len) = moved(self.stream.write(rest))? else { return Ok(Now::Goes) };
            *sent += len;
        }
        let mut buf = [0; 4_096];
        loop {
            match moved(self.stream.read(&mut buf)) {
                Ok(None) => return Ok(Now::Goes),
                Ok(Some(len)) if len > 0 && answer.len() < limits::PAGE_BYTES => {
                    answer.extend_from_slice(buf.get(..len).unwrap_or_default());
                }
                // Some phones end with a reset what they have said whole.
                Ok(Some(_)) => return Ok(Now::Over(self.given_up())),
                Err(_) if !answer.is_empty() => return Ok(Now::Over(self.given_up())),
                Err(e) => return Err(e),
            }
        }
    }

    /// What is told when it ends as it stands.
    pub(super) fn given_up(&mut self) -> Told {
        match &mut self.stage {
            Stage::Visits { answer, .. } if !answer.is_empty() => {
                let bytes = std::mem::take(answer);
                Told::Bytes { at: Endpoint::Page(self.id), from: self.peer, bytes }
            }
            Stage::Gives { .. } | Stage::Ends => Told::Stalled(self.id),
            Stage::Hears { .. } | Stage::Visits { .. } => Told::HungUp(self.id),
        }
    }
}
