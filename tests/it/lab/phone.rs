//! A virtual phone with real sockets: its datagrams leave through the phones' end of the cable.
//!
//! Its clock runs faster than life; the server's does not.

use super::{Lab, PHONE_END};
use crate::serving::now;
use mio::net::UdpSocket;
use mio::{Events, Interest, Poll, Token};
use rescue79::clock;
use rescue79::sim::Datagram;
use rescue79::sim::phone::{Delivery, Phone, PhoneOutput};
use rescue79::sim::scenario::{PhoneSpec, StartState};
use rescue79::sim::web_client;
use socket2::{Domain, Protocol, Socket, Type};
use std::collections::HashMap;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4, TcpListener};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// A phone as it stands on the bench.
pub(super) fn running(model: &str, mac: &str, load: &str) -> PhoneSpec {
    PhoneSpec {
        model: model.to_owned(),
        mac: mac.parse().unwrap(),
        state: StartState::Running,
        load: Some(load.to_owned()),
        loader: None,
        takes_up_to: None,
        needs_at_least: None,
        stored_lease: None,
        power_at: 0,
        faults: Vec::new(),
    }
}

/// A phone that is on, until it is unplugged.
pub(super) struct Plugged {
    unplugged: Arc<AtomicBool>,
    thread: Option<JoinHandle<Phone>>,
}

impl Plugged {
    /// Gives a phone power.
    pub(super) fn new(lab: &Lab, spec: &PhoneSpec, speed: u32) -> Self {
        let unplugged = Arc::new(AtomicBool::new(false));
        let (phone, over) = (Phone::new(spec, 79).unwrap(), Arc::clone(&unplugged));
        let thread = lab.inside(move || Wired::new(phone, speed).run(&over));
        Self { unplugged, thread: Some(thread) }
    }

    /// Takes its power, and gives the phone as it really is.
    pub(super) fn unplug(mut self) -> Phone {
        self.unplugged.store(true, Ordering::Relaxed);
        self.thread.take().unwrap().join().unwrap()
    }
}

impl Drop for Plugged {
    fn drop(&mut self) {
        self.unplugged.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

const DHCP_PORT: u16 = 68;

struct Wired {
    phone: Phone,
    speed: u32,
    started: Instant,
    poll: Poll,
    /// The sockets of its ports, each under its port's number as token.
    ports: HashMap<u16, (SocketAddrV4, UdpSocket)>,
    /// The address that the interface was given for it.
    address: Option<Ipv4Addr>,
    /// Where it shows its page.
    page: Option<TcpListener>,
}

/// A question to the HTTP port on a connection of its own; the whole answer.
fn over_tcp(question: &Datagram) -> std::io::Result<Vec<u8>> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, Some(Protocol::TCP))?;
    socket.bind(&SocketAddrV4::new(*question.from.ip(), 0).into())?;
    socket.connect(&question.to.into())?;
    let mut stream: std::net::TcpStream = socket.into();
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    stream.write_all(&question.bytes)?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(answer)
}

impl Wired {
    fn new(phone: Phone, speed: u32) -> Self {
        let poll = Poll::new().unwrap();
        let mut wired =
            Self { phone, speed, started: now(), poll, ports: HashMap::new(), address: None, page: None };
        // Bound to no address, so that broadcasts come; to the interface, because there is no route yet.
        let socket = Socket::new(Domain::IPV4, Type::DGRAM, Some(Protocol::UDP)).unwrap();
        socket.set_reuse_address(true).unwrap();
        socket.set_broadcast(true).unwrap();
        socket.bind_device(Some(PHONE_END.as_bytes())).unwrap();
        wired.keep(SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, DHCP_PORT), socket);
        wired
    }

    fn keep(&mut self, own: SocketAddrV4, socket: Socket) {
        socket.bind(&own.into()).unwrap();
        socket.set_nonblocking(true).unwrap();
        let mut socket = UdpSocket::from_std(socket.into());
        let token = Token(own.port().into());
        self.poll.registry().register(&mut socket, token, Interest::READABLE).unwrap();
        self.ports.insert(own.port(), (own, socket));
    }

    fn time(&self) -> clock::Instant {
        clock::Instant::ZERO + self.started.elapsed() * self.speed
    }

    fn run(mut self, unplugged: &AtomicBool) -> Phone {
        let mut events = Events::with_capacity(64);
        self.phone.power_on(self.time());
        while !unplugged.load(Ordering::Relaxed) {
            let deadline = self.talk();
            let wait = deadline.map_or(Duration::MAX, |at| at.since(self.time()) / self.speed);
            // Short enough to notice that it is unplugged.
            let polled = self.poll.poll(&mut events, Some(wait.min(Duration::from_millis(50))));
            // A child that ends interrupts whoever waits.
            assert!(polled.is_ok() || polled.is_err_and(|e| e.kind() == std::io::ErrorKind::Interrupted));
            let heard: Vec<_> = events.iter().map(|e| u16::try_from(e.token().0).unwrap()).collect();
            for port in heard {
                self.listen(port);
            }
            self.show_page();
        }
        self.phone.power_off(self.time());
        self.phone
    }

    /// Sends what the phone has to say; until when it is silent.
    fn talk(&mut self) -> Option<clock::Instant> {
        loop {
            match self.phone.poll(self.time()) {
                PhoneOutput::Send(datagram) => self.send(&datagram),
                // Frames below IP have a lab test of their own.
                PhoneOutput::Announce(_) => {}
                PhoneOutput::Idle(deadline) => return deadline,
            }
        }
    }

    fn send(&mut self, datagram: &Datagram) {
        self.follow_lease();
        let port = datagram.from.port();
        if datagram.to.port() == web_client::PORT {
            let answer = over_tcp(datagram).ok();
            self.phone.answered(self.time(), datagram.from, answer.as_deref());
            return;
        }
        // A port of an earlier address is another port.
        if port != DHCP_PORT && self.ports.get(&port).is_none_or(|(own, _)| *own != datagram.from) {
            self.close(port);
            let socket = Socket::new(Domain::IPV4, Type::DGRAM, Some(Protocol::UDP)).unwrap();
            self.keep(datagram.from, socket);
        }
        let (_, socket) = &self.ports[&port];
        // What can't be sent is lost: nobody may be there, as after the program was killed.
        let _ = socket.send_to(&datagram.bytes, datagram.to.into());
    }

    /// The system must have the phone's address as its own before it sends from there.
    fn follow_lease(&mut self) {
        let Some(address) = self.phone.address().filter(|leased| self.address != Some(*leased)) else {
            return;
        };
        let network = format!("{address}/24");
        let set = Command::new("ip").args(["address", "replace", &network, "dev", PHONE_END]).status();
        assert!(set.unwrap().success(), "{address} can't be set");
        self.address = Some(address);
        let door = TcpListener::bind((address, 80)).unwrap();
        door.set_nonblocking(true).unwrap();
        self.page = Some(door);
    }

    /// Shows its page to who asks.
    fn show_page(&self) {
        while let Some(Ok((mut stream, _))) = self.page.as_ref().map(TcpListener::accept) {
            stream.set_nonblocking(false).unwrap();
            stream.set_read_timeout(Some(Duration::from_secs(1))).unwrap();
            let mut question = [0; 1_024];
            let len = stream.read(&mut question).unwrap_or(0);
            if let Some(answer) = self.phone.page(&question[..len]) {
                let _ = stream.write_all(&answer);
            }
        }
    }

    fn listen(&mut self, port: u16) {
        let mut buf = [0; 2048];
        loop {
            let Some((own, socket)) = self.ports.get(&port) else { return };
            let own = *own;
            let (len, from) = match socket.recv_from(&mut buf) {
                Ok((len, SocketAddr::V4(from))) => (len, from),
                Err(e) if e.kind() == std::io::ErrorKind::WouldBlock => return,
                // Port unreachable, said to an earlier packet: a phone doesn't look at it.
                _ => continue,
            };
            // The answer to a phone without an address comes as a broadcast; the socket doesn't tell.
            let to = if port == DHCP_PORT { SocketAddrV4::new(Ipv4Addr::BROADCAST, port) } else { own };
            let datagram = Datagram { from, to, bytes: buf[..len].to_vec() };
            let delivery = self.phone.handle(self.time(), &datagram);
            self.talk();
            if delivery != Delivery::Taken && port != DHCP_PORT {
                // From here on the system says "port unreachable" for the phone.
                return self.close(port);
            }
        }
    }

    fn close(&mut self, port: u16) {
        if let Some((_, mut socket)) = self.ports.remove(&port) {
            self.poll.registry().deregister(&mut socket).unwrap();
        }
    }
}
