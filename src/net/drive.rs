//! The drive loop: what arrives goes into the engine, what the engine says goes out.

use super::doors::Doors;
use super::sockets::{Bound, Line, line};
use super::talks::{Heard, Talks};
use crate::clock::Instant;
use crate::engine::{Command, ConnId, Endpoint, Engine, Input, Output, TransferId};
use crate::event::{Event, Kind, Session};
use crate::limits;
use mio::{Events, Interest, Poll, Token, Waker};
use std::collections::HashMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4, UdpSocket};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::mpsc;

/// What the app wants of the running servers.
#[derive(Debug)]
pub enum Order {
    /// The technician decided something.
    Command(Command),
    /// Tell what was noticed about this computer or the wire.
    Note(Box<Kind>),
    /// Answer TFTP at this further address, too; the socket is bound to it ([`super::door`]).
    Door(UdpSocket, Ipv4Addr),
    /// Say the summary and end.
    Finish,
}

/// Servers that run.
pub struct Running {
    orders: Orders,
    thread: JoinHandle<io::Result<()>>,
}

/// Takes orders to servers that run.
#[derive(Clone)]
pub struct Orders {
    sender: Sender<Order>,
    waker: Arc<Waker>,
}

impl Orders {
    /// Hands an order over. Orders to servers that have ended are lost.
    pub fn give(&self, order: Order) {
        if self.sender.send(order).is_ok() {
            let _ = self.waker.wake();
        }
    }
}

impl Running {
    /// Where to give orders.
    #[must_use]
    pub fn orders(&self) -> Orders {
        self.orders.clone()
    }

    /// Waits for the end.
    ///
    /// # Errors
    /// The poller failed.
    pub fn join(self) -> io::Result<()> {
        self.thread.join().unwrap_or_else(|_| Err(io::Error::other("the servers ended unexpectedly")))
    }
}

/// Runs the engine on its sockets in a thread of its own. Events come out of `events`, in order; a receiver that is slow
/// holds the servers back rather than losing one. `began` is the session time at which this call happens.
///
/// # Errors
/// The system gives no poller or no thread.
pub fn start(
    engine: Engine,
    bound: Bound,
    began: Instant,
    session: Session,
    events: mpsc::Sender<Event>,
) -> io::Result<Running> {
    let poll = Poll::new()?;
    let waker = Arc::new(Waker::new(poll.registry(), WAKE)?);
    let (sender, inbox) = channel();
    let mut drive = Drive::new(engine, bound, began, poll, inbox, events)?;
    let thread = std::thread::Builder::new().name("servers".into()).spawn(move || drive.run(session))?;
    Ok(Running { orders: Orders { sender, waker }, thread })
}

const DHCP: Token = Token(0);
const TFTP: Token = Token(1);
const WAKE: Token = Token(2);
const SIP_DATAGRAMS: Token = Token(3);
const SIP: Token = Token(4);
const SCCP: Token = Token(5);
const CDP: Token = Token(6);
const LLDP: Token = Token(7);
/// Tokens of reads: from here on, two for each.
const READS: usize = 8;
/// The reader has closed its port.
fn refused(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionReset)
}

struct Drive {
    engine: Engine,
    poll: Poll,
    inbox: Receiver<Order>,
    events: mpsc::Sender<Event>,
    dhcp: Option<mio::net::UdpSocket>,
    tftp: mio::net::UdpSocket,
    address: Ipv4Addr,
    doors: Doors,
    talks: Talks,
    /// TFTP request ports at further addresses.
    further: Vec<(mio::net::UdpSocket, Ipv4Addr)>,
    /// The further port by which the request came that is being answered: its answer must leave by the same address.
    via: Option<usize>,
    /// Slots of open reads; a read's tokens are made from its slot.
    slots: Vec<Option<Open>>,
    free: Vec<usize>,
    at: HashMap<TransferId, usize>,
    clock: Clock,
    deadline: Option<Instant>,
    out: Box<[u8; 2048]>,
}

/// A read with its sockets.
struct Open {
    id: TransferId,
    phone: SocketAddrV4,
    line: Line,
}

/// Session time from the system's monotonic clock.
struct Clock {
    began: Instant,
    started: std::time::Instant,
}

impl Clock {
    fn new(began: Instant) -> Self {
        #[expect(clippy::disallowed_methods, reason = "the shell that reads the clock for the engine")]
        let started = std::time::Instant::now();
        Self { began, started }
    }

    fn now(&self) -> Instant {
        self.began + self.started.elapsed()
    }
}

impl Drive {
    fn new(
        engine: Engine,
        bound: Bound,
        began: Instant,
        poll: Poll,
        inbox: Receiver<Order>,
        events: mpsc::Sender<Event>,
    ) -> io::Result<Self> {
        let mut tftp = mio::net::UdpSocket::from_std(bound.tftp);
        poll.registry().register(&mut tftp, TFTP, Interest::READABLE)?;
        let mut dhcp = bound.dhcp.map(mio::net::UdpSocket::from_std);
        if let Some(dhcp) = &mut dhcp {
            poll.registry().register(dhcp, DHCP, Interest::READABLE)?;
        }
        let mut doors = bound.doors;
        if let Some(door) = &mut doors.sip_datagrams {
            poll.registry().register(door, SIP_DATAGRAMS, Interest::READABLE)?;
        }
        for (door, token) in [(&mut doors.cdp, CDP), (&mut doors.lldp, LLDP)] {
            if let Some(door) = door {
                poll.registry().register(door, token, Interest::READABLE)?;
            }
        }
        for (door, token) in [(&mut doors.sip, SIP), (&mut doors.sccp, SCCP)] {
            if let Some(door) = door {
                poll.registry().register(door, token, Interest::READABLE)?;
            }
        }
        Ok(Self {
            engine,
            poll,
            inbox,
            events,
            dhcp,
            tftp,
            address: bound.address,
            doors,
            talks: Talks::default(),
            further: Vec::new(),
            via: None,
            slots: Vec::new(),
            free: Vec::new(),
            at: HashMap::new(),
            clock: Clock::new(began),
            deadline: None,
            out: Box::new([0; 2048]),
        })
    }

    fn run(&mut self, session: Session) -> io::Result<()> {
        let mut ready = Events::with_capacity(1_024);
        let mut buf = [0; 2048];
        let now = self.clock.now();
        self.engine.start(now, session);
        self.drain(now);
        let mut again = false;
        loop {
            let ends = self.talks.next_end().map(|(at, _)| at);
            let next = self.deadline.into_iter().chain(ends).min();
            let wait = if again { Some(Duration::ZERO) } else { next.map(|at| at.since(self.clock.now())) };
            match self.poll.poll(&mut ready, wait) {
                Err(e) if e.kind() != io::ErrorKind::Interrupted => return Err(e),
                _ => {}
            }
            // Both request ports first, whatever the poller named first.
            again = self.requests(&mut buf);
            for event in &ready {
                let token = event.token();
                if let Some(slot) = Talks::slot(token) {
                    self.talk(slot, &mut buf);
                } else if let Some(slot) = token.0.checked_sub(READS) {
                    self.read(slot / 2, slot % 2 == 1, &mut buf);
                } else {
                    self.knocked(token, &mut buf);
                }
            }
            while let Some((_, slot)) = self.talks.next_end().filter(|(at, _)| *at <= self.clock.now()) {
                self.over(slot);
            }
            if self.deadline.is_some_and(|at| at <= self.clock.now()) {
                self.feed(Input::Tick);
            }
            while let Ok(order) = self.inbox.try_recv() {
                match order {
                    Order::Command(command) => self.feed(Input::Command(&command)),
                    Order::Note(kind) => {
                        let now = self.clock.now();
                        self.engine.note(now, *kind);
                        self.drain(now);
                    }
                    Order::Door(socket, address) => {
                        let mut socket = mio::net::UdpSocket::from_std(socket);
                        // It only has to wake the loop, which looks at all request ports every time.
                        self.poll.registry().register(&mut socket, WAKE, Interest::READABLE)?;
                        self.further.push((socket, address));
                        again = true;
                    }
                    Order::Finish => {
                        let now = self.clock.now();
                        self.engine.finish(now);
                        self.drain(now);
                        return Ok(());
                    }
                }
            }
            if self.events.is_closed() {
                return Ok(());
            }
        }
    }

    /// Takes what waits at the request ports. `true`: more waits.
    fn requests(&mut self, buf: &mut [u8]) -> bool {
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
                if taken >= limits::DATAGRAMS_AT_ONCE {
                    more = true;
                    break;
                }
            }
        }
        more | self.at_doors(buf)
    }

    /// Takes what waits at further addresses. `true`: more waits.
    fn at_doors(&mut self, buf: &mut [u8]) -> bool {
        let mut taken = 0;
        for n in 0..self.further.len() {
            while let Some(Ok((len, from))) = self.further.get(n).map(|(socket, _)| socket.recv_from(buf)) {
                taken += 1;
                if let SocketAddr::V4(from) = from {
                    self.via = Some(n);
                    self.feed(Input::Datagram {
                        at: Endpoint::Tftp,
                        from,
                        bytes: buf.get(..len).unwrap_or_default(),
                    });
                    self.via = None;
                }
                if taken >= limits::DATAGRAMS_AT_ONCE {
                    return true;
                }
            }
        }
        false
    }

    /// Tells the engine something and does what it says. One look at the clock for all of it.
    fn feed(&mut self, input: Input<'_>) {
        let now = self.clock.now();
        self.engine.handle(now, input);
        self.drain(now);
    }

    /// Somebody says something at one of the doors that are no request port.
    fn knocked(&mut self, token: Token, buf: &mut [u8]) {
        match token {
            SIP_DATAGRAMS | CDP | LLDP => self.overheard(token, buf),
            SIP | SCCP => {
                let now = self.clock.now();
                let (door, at): (_, fn(ConnId) -> Endpoint) = if token == SIP {
                    (&self.doors.sip, Endpoint::Sip)
                } else {
                    (&self.doors.sccp, Endpoint::Sccp)
                };
                while let Some(Ok((stream, from))) = door.as_ref().map(mio::net::TcpListener::accept) {
                    // A connection that can't be watched is dropped, and the phone comes again.
                    let _ = self.talks.begin(self.poll.registry(), now, stream, from, at);
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
    fn talk(&mut self, slot: usize, buf: &mut [u8]) {
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

    fn over(&mut self, slot: usize) {
        let who = self.talks.who(slot);
        self.talks.end(self.poll.registry(), slot);
        if let Some((_, id, _)) = who {
            self.feed(Input::HungUp(id));
        }
    }

    /// Takes what waits at the port of a read.
    fn read(&mut self, slot: usize, stranger: bool, buf: &mut [u8]) {
        for _ in 0..limits::DATAGRAMS_AT_ONCE {
            let Some(Some(Open { id, line, .. })) = self.slots.get(slot) else { return };
            let id = *id;
            let socket = if stranger { line.strangers.as_ref() } else { Some(&line.phone) };
            let Some(socket) = socket else { return };
            match socket.recv_from(buf) {
                Ok((len, SocketAddr::V4(from))) => {
                    let bytes = buf.get(..len).unwrap_or_default();
                    self.feed(Input::Datagram { at: Endpoint::Transfer(id), from, bytes });
                }
                Err(e) if refused(&e) => self.feed(Input::Unreachable(id)),
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => return,
                _ => {}
            }
        }
    }

    /// Does what the engine says, until it has nothing more to say.
    fn drain(&mut self, now: Instant) {
        loop {
            match self.engine.poll(now, self.out.as_mut_slice()) {
                Output::Send { from, to, len } => self.send(now, from, to, len),
                Output::Close(id) => self.close(id),
                Output::HangUp(id) => self.talks.hang_up(self.poll.registry(), id),
                Output::Event(event) => {
                    // A closed channel ends the loop at its next turn.
                    let _ = self.events.blocking_send(event);
                }
                Output::Idle(deadline) => {
                    self.deadline = deadline;
                    return;
                }
            }
        }
    }

    /// A packet that can't be sent is a lost packet: the timer of its read, or the phone, sends again.
    fn send(&mut self, now: Instant, from: Endpoint, to: SocketAddrV4, len: usize) {
        if let Endpoint::Transfer(id) = from
            && !self.at.contains_key(&id)
            && self.open(id, to).is_none()
        {
            return;
        }
        let Some(bytes) = self.out.get(..len) else { return };
        let sent = match from {
            Endpoint::SipUdp => self.doors.sip_datagrams.as_ref().map(|door| door.send_to(bytes, to.into())),
            Endpoint::Sip(id) | Endpoint::Sccp(id) => {
                self.talks.send(id, bytes);
                None
            }
            Endpoint::Cdp | Endpoint::Lldp => None,
            Endpoint::Dhcp => self.dhcp.as_ref().map(|socket| socket.send_to(bytes, to.into())),
            Endpoint::Tftp => {
                let door =
                    self.via.and_then(|n| self.further.get(n)).map_or(&self.tftp, |(socket, _)| socket);
                Some(door.send_to(bytes, to.into()))
            }
            Endpoint::Transfer(id) => {
                let open = self.at.get(&id).and_then(|slot| self.slots.get(*slot)).and_then(Option::as_ref);
                open.map(|open| match &open.line.strangers {
                    _ if open.phone == to => open.line.phone.send(bytes),
                    Some(door) => door.send_to(bytes, to.into()),
                    None => Ok(0),
                })
            }
        };
        if let (Some(Err(e)), Endpoint::Transfer(id)) = (&sent, from)
            && refused(e)
        {
            self.engine.handle(now, Input::Unreachable(id));
        }
    }

    fn open(&mut self, id: TransferId, phone: SocketAddrV4) -> Option<usize> {
        let own = self.via.and_then(|n| self.further.get(n)).map_or(self.address, |(_, address)| *address);
        let mut line = line(own, phone).ok()?;
        let slot = self.free.pop().unwrap_or_else(|| {
            self.slots.push(None);
            self.slots.len() - 1
        });
        let token = READS + slot * 2;
        self.poll.registry().register(&mut line.phone, Token(token), Interest::READABLE).ok()?;
        if let Some(door) = &mut line.strangers {
            self.poll.registry().register(door, Token(token + 1), Interest::READABLE).ok()?;
        }
        *self.slots.get_mut(slot)? = Some(Open { id, phone, line });
        self.at.insert(id, slot);
        Some(slot)
    }

    fn close(&mut self, id: TransferId) {
        let Some(slot) = self.at.remove(&id) else { return };
        if let Some(Open { mut line, .. }) = self.slots.get_mut(slot).and_then(Option::take) {
            let _ = self.poll.registry().deregister(&mut line.phone);
            if let Some(door) = &mut line.strangers {
                let _ = self.poll.registry().deregister(door);
            }
            self.free.push(slot);
        }
    }
}
