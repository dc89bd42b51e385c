//! HTTP in a thread of its own, so that no file that is read so ever makes a TFTP block wait: files at port 6970, and our
//! own questions for the pages of phones. What is asked and answered is the engine's; this carries it.

pub(super) mod door;
mod line;

use super::drive::Clock;
use super::poll;
use crate::clock::Instant;
use crate::engine::ConnId;
use crate::limits;
use door::{Door, listen};
pub(super) use line::Told;
use line::{Line, Now, Stage};
use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token, Waker};
use socket2::{Domain, Protocol, SockRef, Socket, Type};
use std::io;
use std::net::{SocketAddr, SocketAddrV4};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

/// Numbers of connections at port 6970: from here on, apart from those of the ports where phones register.
const FIRST: u64 = 1 << 62;

/// What the engine wants of this thread.
pub(super) enum Errand {
    /// Send this, then end.
    Give { to: ConnId, head: Vec<u8>, body: Arc<[u8]> },
    /// End.
    HangUp(ConnId),
    /// Ask for a page.
    Visit { id: ConnId, at: SocketAddrV4, question: Vec<u8> },
    /// Open or close the port.
    Door(bool),
}

/// The thread, as the drive loop knows it. Dropping it closes the port.
pub(super) struct Web {
    errands: Option<Sender<Errand>>,
    told: Receiver<Told>,
    waker: Arc<Waker>,
    thread: Option<JoinHandle<()>>,
}

impl Web {
    /// Starts it; `drive` is woken when there is something to hear.
    pub(super) fn start(door: Door, clock: Clock, drive: Arc<poll::Waker>) -> io::Result<Self> {
        let poll = Poll::new()?;
        let waker = Arc::new(Waker::new(poll.registry(), WAKE)?);
        let (errands, inbox) = channel();
        let (teller, told) = channel();
        let mut work =
            Work { poll, inbox, teller, drive, clock, door, knocked: None, lines: Vec::new(), count: FIRST };
        work.watch_door();
        let thread = std::thread::Builder::new().name("http".into()).spawn(move || work.run())?;
        Ok(Self { errands: Some(errands), told, waker, thread: Some(thread) })
    }

    /// Hands an errand over.
    pub(super) fn send(&self, errand: Errand) {
        if self.errands.as_ref().is_some_and(|errands| errands.send(errand).is_ok()) {
            // A poller that can't be woken looks at its timers.
            let _ = self.waker.wake();
        }
    }

    /// The next thing it tells.
    pub(super) fn heard(&self) -> Option<Told> {
        self.told.try_recv().ok()
    }
}

impl Drop for Web {
    fn drop(&mut self) {
        self.errands = None;
        let _ = self.waker.wake();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

const WAKE: Token = Token(0);
const DOOR: Token = Token(1);
/// Tokens of connections: from here on.
const LINES: usize = 2;

struct Work {
    poll: Poll,
    inbox: Receiver<Errand>,
    teller: Sender<Told>,
    drive: Arc<poll::Waker>,
    clock: Clock,
    door: Door,
    /// When it is looked whether somebody waits at the door; it names nobody twice.
    knocked: Option<Instant>,
    lines: Vec<Option<Line>>,
    count: u64,
}

impl Work {
    fn run(&mut self) {
        let mut ready = Events::with_capacity(256);
        loop {
            let more = self.lines.iter().flatten().any(|line| line.more);
            let next =
                self.lines.iter().flatten().map(|line| line.ends.min(line.last)).chain(self.knocked).min();
            let wait = if more {
                Some(std::time::Duration::ZERO)
            } else {
                next.map(|at| at.since(self.clock.now()))
            };
            match self.poll.poll(&mut ready, wait) {
                Err(e) if e.kind() != io::ErrorKind::Interrupted => return,
                _ => {}
            }
            for event in &ready {
                match event.token() {
                    WAKE => {}
                    DOOR => self.knocked = Some(self.clock.now()),
                    Token(n) => {
                        if let Some(Some(line)) = self.lines.get_mut(n.saturating_sub(LINES)) {
                            line.more = true;
                        }
                    }
                }
            }
            if self.knocked.is_some_and(|at| at <= self.clock.now()) {
                self.knocked = self.welcome();
            }
            loop {
                match self.inbox.try_recv() {
                    Ok(errand) => self.run_errand(errand),
                    Err(std::sync::mpsc::TryRecvError::Empty) => break,
                    Err(std::sync::mpsc::TryRecvError::Disconnected) => return,
                }
            }
            for slot in 0..self.lines.len() {
                self.look_after(slot);
            }
        }
    }

    fn tell(&self, told: Told) {
        if self.teller.send(told).is_ok() {
            // A loop that can't be woken hears it at its next turn.
            let _ = self.drive.wake();
        }
    }

    fn watch_door(&mut self) {
        if let Some(door) = &mut self.door.listener
            && self.poll.registry().register(door, DOOR, Interest::READABLE).is_err()
        {
            self.door.listener = None;
        }
    }

    fn run_errand(&mut self, errand: Errand) {
        let now = self.clock.now();
        match errand {
            Errand::Give { to, head, body } => {
                if let Some(line) = self.line(to) {
                    (line.ends, line.told, line.more) = (now + limits::HTTP_STALL, (0, now), true);
                    line.stage = Stage::Gives { head, body, sent: 0 };
                }
            }
            Errand::HangUp(id) => {
                let slot = self.lines.iter().position(|line| line.as_ref().is_some_and(|line| line.id == id));
                if slot.is_some() {
                    self.end(slot);
                    // What it had said meanwhile was heard as the begin of something; this is its end.
                    self.tell(Told::HungUp(id));
                }
            }
            Errand::Visit { id, at, question } => match self.call(at) {
                Ok(stream) => {
                    let stage = Stage::Visits { question, sent: 0, answer: Vec::new() };
                    self.keep(id, at, stream, stage, limits::PAGE_TIME);
                }
                Err(_) => self.tell(Told::HungUp(id)),
            },
            Errand::Door(false) => {
                if let Some(mut door) = self.door.listener.take() {
                    let _ = self.poll.registry().deregister(&mut door);
                }
            }
            Errand::Door(true) => {
                if self.door.listener.is_none() && self.door.at.port() != 0 {
                    self.door.listener = listen(self.door.at).ok();
                    self.watch_door();
                }
            }
        }
    }

    /// A connection to a phone, from our address on the bench and from no other.
    fn call(&self, at: SocketAddrV4) -> io::Result<TcpStream> {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, Some(Protocol::TCP))?;
        socket.set_nonblocking(true)?;
        socket.bind(&SocketAddrV4::new(*self.door.at.ip(), 0).into())?;
        match socket.connect(&at.into()) {
            Err(e) if !connecting(&e) => Err(e),
            _ => Ok(TcpStream::from_std(socket.into())),
        }
    }

    fn line(&mut self, id: ConnId) -> Option<&mut Line> {
        self.lines.iter_mut().flatten().find(|line| line.id == id)
    }

    /// Takes in who is at the door, as far as there is room. More may wait there, to be looked for then.
    fn welcome(&mut self) -> Option<Instant> {
        for _ in 0..limits::TAKEN_AT_ONCE {
            let (stream, from) = match self.door.listener.as_ref()?.accept() {
                Ok((stream, SocketAddr::V4(from))) => (stream, from),
                Ok(_) => continue,
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => return None,
                // No handle is left, most likely. Who waits already is not named again.
                Err(_) => return Some(self.clock.now() + limits::DOOR_AGAIN),
            };
            let ours = self.lines.iter().flatten().filter(|line| !matches!(line.stage, Stage::Visits { .. }));
            let of_peer = ours.clone().filter(|line| line.peer.ip() == from.ip()).count();
            if ours.count() < limits::HTTP_CONNECTIONS && of_peer < limits::HTTP_PER_PEER {
                // Answers are short or long, never a conversation.
                let _ = SockRef::from(&stream).set_tcp_nodelay(true);
                self.count += 1;
                let (id, time) = (ConnId(self.count), limits::HTTP_QUESTION);
                self.keep(id, from, stream, Stage::Hears { heard: 0 }, time);
            }
        }
        Some(self.clock.now())
    }

    fn keep(
        &mut self,
        id: ConnId,
        peer: SocketAddrV4,
        mut stream: TcpStream,
        stage: Stage,
        time: std::time::Duration,
    ) {
        let slot = self.lines.iter().position(Option::is_none).unwrap_or(self.lines.len());
        let both = Interest::READABLE | Interest::WRITABLE;
        if self.poll.registry().register(&mut stream, Token(LINES + slot), both).is_err() {
            return self.tell(Told::HungUp(id));
        }
        let now = self.clock.now();
        let (ends, last, told) = (now + time, now + limits::HTTP_WHOLE, (0, now));
        let line = Line { id, peer, stream, stage, ends, last, told, more: true };
        match self.lines.get_mut(slot) {
            Some(place) => *place = Some(line),
            None => self.lines.push(Some(line)),
        }
    }

    fn look_after(&mut self, slot: usize) {
        let now = self.clock.now();
        let Some(Some(line)) = self.lines.get_mut(slot) else { return };
        let mut news = Vec::new();
        let state = if std::mem::take(&mut line.more) { line.work(now, &mut news) } else { Now::Goes };
        let state = match state {
            Now::Goes if now >= line.ends.min(line.last) => Now::Over(line.given_up()),
            state => state,
        };
        for told in news {
            self.tell(told);
        }
        match state {
            Now::Goes => {}
            Now::Over(told) => {
                self.end(Some(slot));
                self.tell(told);
            }
        }
    }

    fn end(&mut self, slot: Option<usize>) {
        if let Some(mut line) = slot.and_then(|slot| self.lines.get_mut(slot)).and_then(Option::take) {
            let _ = self.poll.registry().deregister(&mut line.stream);
        }
    }
}

/// Not an error yet: a connection that is being made has a word of its own on each system, and none in `io`.
fn connecting(error: &io::Error) -> bool {
    use io::ErrorKind as Kind;
    !matches!(
        error.kind(),
        Kind::ConnectionRefused
            | Kind::HostUnreachable
            | Kind::NetworkUnreachable
            | Kind::NetworkDown
            | Kind::AddrNotAvailable
            | Kind::PermissionDenied
    )
}
