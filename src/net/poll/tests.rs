use super::*;
use std::net::SocketAddr;
use std::time::Duration;

const HERE: Token = Token(7);
const AWAY: Token = Token(9);
const START: Instant = Instant::ZERO;
const SOON: Option<Instant> = Some(Instant::from_millis(5_000));
const NOW: Option<Instant> = Some(START);

fn pollers() -> [Poller; 2] {
    [Poller::new().unwrap(), Poller::portable().unwrap()]
}

fn socket() -> mio::net::UdpSocket {
    mio::net::UdpSocket::bind("127.0.0.1:0".parse::<SocketAddr>().unwrap()).unwrap()
}

#[test]
fn who_has_got_something_is_named_until_it_is_taken() {
    for mut poller in pollers() {
        let (mut here, there, mut ready, mut buf) = (socket(), socket(), Vec::new(), [0; 9]);
        poller.registry().datagrams(&mut here, HERE).unwrap();
        poller.wait(&mut ready, START, NOW).unwrap();
        assert_eq!(ready, []);
        for _ in 0..2 {
            there.send_to(b"ack", here.local_addr().unwrap()).unwrap();
        }
        poller.wait(&mut ready, START, SOON).unwrap();
        assert_eq!(ready, [HERE]);
        here.recv(&mut buf).unwrap();
        if poller.names_again() {
            poller.wait(&mut ready, START, SOON).unwrap();
            assert_eq!(ready, [HERE]);
        }
        here.recv(&mut buf).unwrap();
        assert_eq!(here.recv(&mut buf).unwrap_err().kind(), io::ErrorKind::WouldBlock);
        poller.wait(&mut ready, START, NOW).unwrap();
        assert_eq!(ready, []);
        poller.registry().deregister(&mut here).unwrap();
        there.send_to(b"ack", here.local_addr().unwrap()).unwrap();
        poller.wait(&mut ready, START, NOW).unwrap();
        assert_eq!(ready, []);
    }
}

#[test]
fn every_wake_ends_a_wait() {
    for mut poller in pollers() {
        let (waker, mut ready) = (poller.waker(AWAY).unwrap(), Vec::new());
        for _ in 0..3 {
            waker.wake().unwrap();
            waker.wake().unwrap();
            poller.wait(&mut ready, START, SOON).unwrap();
            assert_eq!(ready, [AWAY]);
            poller.wait(&mut ready, START, NOW).unwrap();
            assert_eq!(ready, []);
        }
    }
}

#[test]
fn a_wait_ends_at_its_time_and_not_before() {
    for mut poller in pollers() {
        let (began, mut ready) = (crate::net::drive::now(), Vec::new());
        let us = Instant::from_micros;
        poller.wait(&mut ready, START, Some(us(2_100))).unwrap();
        assert!(crate::net::drive::now() - began >= Duration::from_micros(2_100));
        // A later time does not put off an earlier one, and a nearer one comes before it.
        for until in [us(50_000_000), us(2_100)] {
            let mut here = socket();
            poller.registry().datagrams(&mut here, HERE).unwrap();
            socket().send_to(b"ack", here.local_addr().unwrap()).unwrap();
            poller.wait(&mut ready, START, Some(until)).unwrap();
            poller.registry().deregister(&mut here).unwrap();
        }
        let began = crate::net::drive::now();
        poller.wait(&mut ready, START, Some(us(2_100))).unwrap();
        assert!(ready.is_empty() && crate::net::drive::now() - began < Duration::from_secs(40));
    }
}
