//! The datagrams of the two request ports.

use super::Pieces;
use rescue79::clock::Instant;
use rescue79::dhcp::{self as server, Outcome, Policy, ReplyKind, Variation, probe, wire};
use rescue79::limits;
use rescue79::tftp::{self as protocol, Mode, Packet, Step, Transfer};
use std::net::{Ipv4Addr, SocketAddrV4};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

const SERVER: Ipv4Addr = Ipv4Addr::new(192, 168, 1, 1);

/// One datagram, sent three times, to a server that answers phones and to one that answers everybody.
pub fn dhcp(data: &[u8]) {
    let _ = probe::answer(data, 7, SERVER);
    let from = SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, 68);
    for answer in [Policy::Phones, Policy::Any] {
        let config = server::Config {
            server: SERVER,
            prefix: 24,
            lease: limits::LEASE,
            answer,
            variation: Variation::FULL,
        };
        let mut server = server::Server::new(config, []).unwrap();
        for second in 0..3 {
            let outcome = server.handle(Instant::from_millis(second * 1_000), from, data);
            let (reply, to) = match outcome {
                Outcome::Send { request, reply, to, .. } => {
                    assert_eq!((request.mac, request.xid), (reply.mac, reply.xid));
                    (reply, to)
                }
                Outcome::Probe { reply, to } => (reply, to),
                Outcome::Overheard | Outcome::Garbage(_) | Outcome::Silent { .. } | Outcome::Noted { .. } => {
                    continue;
                }
            };
            check_reply(&reply, to, data);
        }
        assert!(server.leases().count() <= 1, "one sender, one address");
    }
}

fn check_reply(reply: &server::Reply, to: SocketAddrV4, request: &[u8]) {
    let bytes = wire::encode(reply);
    assert!((limits::DHCP_REPLY_MIN..=1_500).contains(&bytes.len()), "{}", bytes.len());
    assert_eq!((bytes[0], &bytes[4..8]), (2, &request[4..8]), "a reply, to this request");
    assert_eq!(&bytes[28..34], &request[28..34], "to this phone");
    let yours = Ipv4Addr::new(bytes[16], bytes[17], bytes[18], bytes[19]);
    let given = matches!(reply.kind, ReplyKind::Offer | ReplyKind::Bootp);
    assert!(!given || yours.octets()[..3] == SERVER.octets()[..3], "{yours}");
    assert!(to.port() == 67 || to.port() == 68, "{to}");
}

/// A request, and whatever the reader sends afterwards: blocks are right, and it ends.
pub fn tftp(data: &[u8]) {
    let mut pieces = Pieces(data);
    let first = pieces.piece();
    let (mode, options) = match protocol::decode(first) {
        Ok(Packet::Read(request) | Packet::Write(request)) => {
            if let Ok(name) = protocol::clean(request.name) {
                let folded = name.folded();
                assert!(!folded.starts_with('/') && !folded.split('/').any(|part| part == ".."), "{folded}");
                assert!(!name.asked().contains(char::is_control), "{:?}", name.asked());
            }
            (request.mode, request.options)
        }
        Ok(_) => return,
        Err(garbage) => {
            if let Some((code, message)) = garbage.answer() {
                let mut buf = [0; 128];
                assert!(protocol::error(code, message, &mut buf) <= 128);
            }
            return;
        }
    };
    let mut now = Instant::ZERO;
    let mut transfer = Transfer::new(now, Arc::clone(content()), mode, options);
    let mut deadline = drain(&mut transfer, now, mode);
    while let (false, Some(due)) = (pieces.is_empty(), deadline) {
        let wait = Duration::from_millis(u64::from(pieces.byte()) * u64::from(pieces.byte()));
        let packet = pieces.piece();
        // The timers ring on the way.
        let until = now + wait;
        if due < until {
            now = due;
            if drain(&mut transfer, now, mode).is_none() {
                return;
            }
        }
        now = now.max(until);
        if let Ok(packet) = protocol::decode(packet) {
            transfer.packet(now, &packet);
        }
        deadline = drain(&mut transfer, now, mode);
    }
    // Then nothing more is heard.
    let silence = now;
    let mut rings = 0;
    while let Some(due) = deadline {
        assert!(due > now, "a timer lies ahead");
        now = due;
        rings += 1;
        assert!(rings < 2_000, "no busy loop");
        deadline = drain(&mut transfer, now, mode);
    }
    assert!(now.since(silence) <= limits::TFTP_GIVE_UP * 2, "it ends: {:?}", now.since(silence));
}

/// What is read: three blocks and a bit, with line ends for netascii.
fn content() -> &'static Arc<[u8]> {
    static CONTENT: OnceLock<Arc<[u8]>> = OnceLock::new();
    CONTENT
        .get_or_init(|| (0..1_700_u32).map(|n| if n % 40 == 39 { b'\n' } else { (n % 251) as u8 }).collect())
}

/// Sends what is to be sent; `None`: it is over.
fn drain(transfer: &mut Transfer, now: Instant, mode: Mode) -> Option<Instant> {
    let mut buf = [0; protocol::wire::PACKET_BYTES];
    for _ in 0..=usize::from(limits::TFTP_WINDOW) * 2 {
        match transfer.poll(now, &mut buf) {
            Step::Send(len) => check_block(&buf[..len], mode),
            Step::Wait(due) => {
                let progress = transfer.progress();
                assert!(progress.bytes_acked <= progress.size);
                return Some(due);
            }
            Step::Finished { .. } | Step::Failed(_) => return None,
        }
    }
    panic!("more than two windows at once");
}

fn check_block(packet: &[u8], mode: Mode) {
    if let (Ok(Packet::Data { bytes, .. }), Mode::Octet) = (protocol::decode(packet), mode) {
        let found = bytes.is_empty() || content().windows(bytes.len()).any(|window| window == bytes);
        assert!(found, "a block that is not of the file");
    }
}
