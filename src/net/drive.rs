//! The drive loop: what arrives goes into the engine, what the engine says goes out.

mod streams;
mod told;
mod udp;

use super::doors::Doors;
use super::poll::{Poller, Waker};
use super::sockets::{Bound, Line};
use super::talks::Talks;
use super::web::{Errand, Web};
use crate::clock::Instant;
use crate::engine::{Command, Engine, Input, Output, TransferId};
use crate::event::{Event, Kind, Session};
use crate::limits;
use mio::{Interest, Token};
use std::collections::VecDeque;
use std::io;
use std::net::{Ipv4Addr, SocketAddrV4, UdpSocket};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use tokio::sync::mpsc;
use told::Told;
use udp::{Run, Together};

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
    start_with(Poller::new()?, Together::where_possible(), engine, bound, began, session, events)
}

fn start_with(
    poller: Poller,
    together: Together,
    engine: Engine,
    bound: Bound,
    began: Instant,
    session: Session,
    events: mpsc::Sender<Event>,
) -> io::Result<Running> {
    let waker = Arc::new(poller.waker(WAKE)?);
    let (sender, inbox) = channel();
    let mut drive = Drive::new(engine, bound, began, (poller, together), inbox, events, Arc::clone(&waker))?;
    let thread = std::thread::Builder::new().name("servers".into()).spawn(move || drive.run(session))?;
    Ok(Running { orders: Orders { sender, waker }, thread })
}

const DHCP: Token = Token(0);
const TFTP: Token = Token(1);
/// TFTP at further addresses, which are all looked at when one is named.
const FURTHER: Token = Token(2);
const WAKE: Token = Token(3);
const SIP_DATAGRAMS: Token = Token(4);
const SIP: Token = Token(5);
const SCCP: Token = Token(6);
const CDP: Token = Token(7);
const LLDP: Token = Token(8);
/// Tokens of reads: from here on, two for each.
const READS: usize = 9;

struct Drive {
    engine: Engine,
    poller: Poller,
    together: Together,
    inbox: Receiver<Order>,
    told: Told,
    dhcp: Option<mio::net::UdpSocket>,
    tftp: mio::net::UdpSocket,
    address: Ipv4Addr,
    doors: Doors,
    talks: Talks,
    /// TFTP request ports at further addresses.
    further: Vec<(mio::net::UdpSocket, Ipv4Addr)>,
    /// The further port by which the request came that is being answered: its answer must leave by the same address.
    via: Option<usize>,
    /// Open reads, each in the slot of its number; its tokens are made from the slot.
    reads: Vec<Option<Open>>,
    /// Reads whose second door is still to be opened: their first block goes before it.
    half_open: Vec<usize>,
    /// Those at the other doors who have something to say and did not get their turn yet.
    line: VecDeque<Token>,
    /// When doors are looked at again that gave an error.
    doors_again_at: Option<Instant>,
    clock: Clock,
    /// The time at the last look at the clock.
    now: Instant,
    web: Web,
    deadline: Option<Instant>,
    out: Box<[u8]>,
}

/// A read with its sockets.
struct Open {
    id: TransferId,
    phone: SocketAddrV4,
    line: Line,
}

/// Session time from the system's monotonic clock.
#[derive(Clone, Copy)]
pub(super) struct Clock {
    began: Instant,
    started: std::time::Instant,
}

/// The system's monotonic clock.
pub(super) fn now() -> std::time::Instant {
    #[expect(clippy::disallowed_methods, reason = "the shell that reads the clock for the engine")]
    std::time::Instant::now()
}

impl Clock {
    fn new(began: Instant) -> Self {
        Self { began, started: now() }
    }

    pub(super) fn now(self) -> Instant {
        self.began + self.started.elapsed()
    }
}

impl Drive {
    fn new(
        engine: Engine,
        bound: Bound,
        began: Instant,
        (poller, together): (Poller, Together),
        inbox: Receiver<Order>,
        events: mpsc::Sender<Event>,
        waker: Arc<Waker>,
    ) -> io::Result<Self> {
        let clock = Clock::new(began);
        let web = Web::start(bound.web, clock, waker)?;
        let registry = poller.registry();
        let mut tftp = mio::net::UdpSocket::from_std(bound.tftp);
        registry.datagrams(&mut tftp, TFTP)?;
        let mut dhcp = bound.dhcp.map(mio::net::UdpSocket::from_std);
        if let Some(dhcp) = &mut dhcp {
            registry.datagrams(dhcp, DHCP)?;
        }
        let mut doors = bound.doors;
        let overheard =
            [(&mut doors.sip_datagrams, SIP_DATAGRAMS), (&mut doors.cdp, CDP), (&mut doors.lldp, LLDP)];
        for (door, token) in overheard {
            if let Some(door) = door {
                registry.register(door, token, Interest::READABLE)?;
            }
        }
        for (door, token) in [(&mut doors.sip, SIP), (&mut doors.sccp, SCCP)] {
            if let Some(door) = door {
                registry.register(door, token, Interest::READABLE)?;
            }
        }
        Ok(Self {
            engine,
            poller,
            together,
            inbox,
            told: Told::new(events),
            dhcp,
            tftp,
            address: bound.address,
            doors,
            talks: Talks::default(),
            further: Vec::new(),
            via: None,
            reads: Vec::new(),
            half_open: Vec::new(),
            line: VecDeque::new(),
            doors_again_at: None,
            clock,
            now: began,
            web,
            deadline: None,
            out: vec![0; limits::BYTES_TOGETHER].into(),
        })
    }

    fn run(&mut self, session: Session) -> io::Result<()> {
        let (mut ready, mut buf) = (Vec::new(), [0; 2048]);
        let now = self.look();
        self.engine.start(now, session);
        self.drain(now);
        self.told.hand_over(now);
        let mut again = false;
        loop {
            let ends = self.talks.next_end().map(|(at, _)| at);
            let next = [self.deadline, ends, self.told.at(), self.doors_again_at].into_iter().flatten().min();
            let at_once = again || !self.line.is_empty();
            self.poller.wait(&mut ready, self.now, if at_once { Some(self.now) } else { next })?;
            self.look();
            again = self.hear(&ready, again, &mut buf);
            if ends.is_some_and(|at| at <= self.now) {
                while let Some((_, slot)) = self.talks.next_end().filter(|(at, _)| *at <= self.now) {
                    self.over(slot);
                }
            }
            if self.deadline.is_some_and(|at| at <= self.now) {
                self.feed(Input::Tick);
            }
            // Who has something for this thread wakes it.
            if ready.contains(&WAKE) {
                while let Ok(order) = self.inbox.try_recv() {
                    if matches!(order, Order::Finish) {
                        let now = self.look();
                        self.engine.finish(now);
                        self.drain(now);
                        self.told.hand_over(now);
                        return Ok(());
                    }
                    again |= self.carry_out(order);
                }
            }
            if self.told.is_due(self.now) {
                self.told.hand_over(self.now);
            }
            if self.told.is_closed() {
                return Ok(());
            }
        }
    }

    /// Looks at the clock. A block costs less than that is worth: one look serves all that is named at once, or some of it.
    fn look(&mut self) -> Instant {
        self.now = self.clock.now();
        self.now
    }

    /// Takes what waits at the sockets that were named. `true`: more waits at the request ports.
    fn hear(&mut self, ready: &[Token], again: bool, buf: &mut [u8]) -> bool {
        // The request ports first, whatever the poller named first, and again after some reads: a phone that starts does
        // not wait behind phones that read.
        let mut more = false;
        if again || ready.iter().any(|token| [DHCP, TFTP, FURTHER].contains(token)) {
            more = self.requests(buf);
        }
        let mut reads = 0;
        for token in ready {
            if let Some(slot) = token.0.checked_sub(READS).filter(|_| Talks::slot(*token).is_none()) {
                self.read(slot / 2, slot % 2 == 1, buf);
                reads += 1;
                if reads % limits::READS_AT_ONCE == 0 {
                    more |= self.requests(buf);
                }
                if reads % limits::READS_A_LOOK == 0 {
                    self.look();
                }
            } else if ![DHCP, TFTP, FURTHER].contains(token) {
                self.in_line(*token);
            }
        }
        self.others(buf);
        more
    }

    /// `true`: something may wait at the request ports.
    fn carry_out(&mut self, order: Order) -> bool {
        match order {
            Order::Command(command) => self.feed(Input::Command(&command)),
            Order::Note(kind) => self.note(*kind),
            Order::Door(socket, address) => {
                let mut socket = mio::net::UdpSocket::from_std(socket);
                match self.poller.registry().datagrams(&mut socket, FURTHER) {
                    Ok(()) => self.further.push((socket, address)),
                    // The others are served all the same.
                    Err(e) => self.note(Kind::LimitReached {
                        what: format!("files can't be given at {address}, too: {e}"),
                        count: 1,
                    }),
                }
                return true;
            }
            Order::Finish => {}
        }
        false
    }

    fn note(&mut self, kind: Kind) {
        let now = self.look();
        self.engine.note(now, kind);
        self.drain(now);
    }

    /// Tells the engine something and does what it says.
    fn feed(&mut self, input: Input<'_>) {
        self.look();
        self.feed_now(input);
    }

    /// The same for what is so frequent that the last look at the clock must do.
    fn feed_now(&mut self, input: Input<'_>) {
        self.engine.handle(self.now, input);
        self.drain(self.now);
    }

    /// Does what the engine says, until it has nothing more to say. Packets of a window gather in the buffer and leave
    /// together.
    fn drain(&mut self, now: Instant) {
        let mut run: Option<Run> = None;
        loop {
            let used = run.as_ref().map_or(0, |run| run.bytes);
            let said = self.engine.poll(now, self.out.get_mut(used..).unwrap_or_default());
            if let (Output::Send { from, to, len }, Some(run)) = (&said, &mut run)
                && run.takes(*from, *to, *len)
            {
                continue;
            }
            let more = run.take().is_some_and(|run| self.send(now, run));
            match said {
                Output::Send { from, to, len } => {
                    if used > 0 {
                        self.out.copy_within(used..used + len, 0);
                    }
                    run = Some(Run::new(from, to, len));
                }
                Output::Close(id) => self.close(id),
                Output::HangUp(id) => {
                    self.talks.hang_up(self.poller.registry(), id);
                    self.web.send(Errand::HangUp(id));
                }
                Output::Give { to, head, body } => self.web.send(Errand::Give { to, head, body }),
                Output::Visit { id, at, question } => self.web.send(Errand::Visit { id, at, question }),
                Output::WebDoor { open } => self.web.send(Errand::Door(open)),
                Output::Event(event) => self.told.tell(now, event),
                // What was sent last found nobody, which is still to be told.
                Output::Idle(_) if more => {}
                Output::Idle(deadline) => {
                    self.deadline = deadline;
                    return;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
