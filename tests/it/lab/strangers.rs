//! Packets of somebody else, and packets that come twice.

use super::{CLIENT, Lab, TFTP};
use crate::reader::{Read, request};
use crate::serving::{bytes_of, firmware, pause};
use rescue79::sim::firmware::Scale;
use std::net::{Ipv4Addr, UdpSocket};
use std::time::Duration;

const LOAD: &str = "P0S3-8-12-00";
const APPLICATION: &str = "P0S3-8-12-00.sb2";

fn wanted() -> Vec<u8> {
    bytes_of(LOAD, APPLICATION, Scale::FAST)
}

#[test]
fn a_stranger_gets_error_5_and_disturbs_nobody() {
    let Some(lab) = Lab::open() else { return };
    let firmware = firmware(lab.path(), &[LOAD], Scale::FAST);
    let other = Ipv4Addr::new(192, 168, 79, 251);
    lab.address(CLIENT);
    lab.address(other);
    let mut serving = lab.serve(&firmware, &["--no-dhcp"]);
    let bytes = lab.inside(move || {
        let mut read = Read::start(UdpSocket::bind((CLIENT, 0)).unwrap(), TFTP, APPLICATION);
        let mut over = read.step().unwrap();
        // Another port of the same computer, and another computer.
        for address in [CLIENT, other] {
            let stranger = UdpSocket::bind((address, 0)).unwrap();
            stranger.set_read_timeout(Some(Duration::from_secs(1))).unwrap();
            let mut buf = [0; 600];
            // The door for strangers opens right behind the first block; who is faster than that is not heard.
            let mut ask = |_| {
                for packet in [&[0, 4, 0, 1][..], &[0, 5, 0, 0, 0], &[0, 4, 0, 9]] {
                    stranger.send_to(packet, read.from.unwrap()).unwrap();
                }
                stranger.recv_from(&mut buf).ok()
            };
            let (len, from) = (0..5).find_map(&mut ask).unwrap();
            assert_eq!((&buf[..4], Some(from)), (&[0, 5, 0, 5][..], read.from), "{:?}", &buf[..len]);
        }
        while !over {
            over = read.step().unwrap();
        }
        read.bytes
    });
    assert!(bytes.join().unwrap() == wanted(), "other bytes than the shelf's");
    serving.wait("the end of the read", |e| e["event"] == "read_finished");
    assert_eq!(serving.events_of("read_finished").len(), 1);
    assert!(serving.events_of("read_failed").is_empty());
}

#[test]
fn a_repeated_request_starts_nothing_twice() {
    let Some(lab) = Lab::open() else { return };
    let firmware = firmware(lab.path(), &[LOAD], Scale::FAST);
    lab.address(CLIENT);
    let serving = lab.serve(&firmware, &["--no-dhcp"]);
    let bytes = lab.inside(move || {
        // As a loader does whose first answer is lost: the same request again from the same port.
        let mut read = Read::start(UdpSocket::bind((CLIENT, 0)).unwrap(), TFTP, APPLICATION);
        for _ in 0..3 {
            pause(Duration::from_millis(100));
            read.socket.send_to(&request(1, APPLICATION), TFTP).unwrap();
        }
        // `step` fails when a second port answers.
        while !read.step().unwrap() {}
        read.bytes
    });
    assert!(bytes.join().unwrap() == wanted(), "other bytes than the shelf's");
    assert_eq!(serving.events_of("read_started").len(), 1);
}

#[test]
fn a_repeated_ack_doubles_nothing() {
    let Some(lab) = Lab::open() else { return };
    let firmware = firmware(lab.path(), &[LOAD], Scale::FAST);
    lab.address(CLIENT);
    let mut serving = lab.serve(&firmware, &["--no-dhcp"]);
    let bytes = lab.inside(move || {
        let mut read = Read::start(UdpSocket::bind((CLIENT, 0)).unwrap(), TFTP, APPLICATION);
        while !read.step().unwrap() {
            read.repeat();
        }
        read.bytes
    });
    assert!(bytes.join().unwrap() == wanted(), "other bytes than the shelf's");
    let finished = serving.wait("the end of the read", |e| e["event"] == "read_finished");
    // Doubled traffic would send each of its 14 blocks again; a busy machine may let a timer or two run out.
    assert!(finished["resent"].as_u64().unwrap() < 5, "{finished:?}");
}
