use super::*;
use crate::tftp::Mode;
use std::time::Duration;

fn peer(host: u8, port: u16) -> SocketAddrV4 {
    SocketAddrV4::new([192, 168, 1, host].into(), port)
}

fn begin(reads: &mut Reads, now: Instant, peer: SocketAddrV4) -> TransferId {
    let transfer = Transfer::new(now, vec![7; 9_000].into(), Mode::Octet, crate::tftp::Options::default());
    reads.begin(now, peer, None, "a.bin".to_owned(), transfer)
}

fn confirm(reads: &mut Reads, now: Instant, id: TransferId) {
    let peer = reads.get(id).unwrap().peer;
    assert!(reads.packet(now, id, peer, &Packet::Ack(1)));
}

fn far(n: usize) -> SocketAddrV4 {
    SocketAddrV4::new(Ipv4Addr::from_bits(0x0a00_0000 + u32::try_from(n).unwrap()), 9)
}

#[test]
fn dead_reads_of_one_address_yield_and_live_ones_do_not() {
    let mut reads = Reads::default();
    let start = Instant::ZERO;
    let first = begin(&mut reads, start, peer(20, 1));
    for port in 2..=250 {
        begin(&mut reads, start + Duration::from_millis(port.into()), peer(20, port));
    }
    let dead = start + limits::TFTP_DEAD;
    assert_eq!(reads.room(Instant::from_millis(dead.as_millis() - 1), peer(20, 900)), Room::Free);
    assert_eq!(reads.room(dead, peer(20, 900)), Room::AfterOwn(first));
    assert_eq!(reads.room(dead, peer(21, 900)), Room::Free);
}

#[test]
fn a_crowd_at_one_address_pushes_out_its_own() {
    let mut reads = Reads::default();
    let phone = begin(&mut reads, Instant::ZERO, peer(21, 1));
    confirm(&mut reads, Instant::ZERO, phone);
    let later = Instant::ZERO + Duration::from_secs(1);
    let mut first = None;
    for port in 1..limits::TRANSFERS {
        let id = begin(&mut reads, later, peer(20, u16::try_from(port).unwrap()));
        confirm(&mut reads, later + Duration::from_millis(port as u64), id);
        first.get_or_insert(id);
    }
    let first = first.unwrap();
    assert_eq!(reads.room(later, peer(22, 1)), Room::After(first), "not the phone that is silent longer");
    assert_eq!(reads.room(later, peer(20, 5_000)), Room::Full, "nor round and round");
}

#[test]
fn who_never_confirms_has_few_reads_and_pushes_nobody_out() {
    let mut reads = Reads::default();
    let mut had = 0;
    for port in 1..=10_000 {
        match reads.room(Instant::ZERO, peer(20, port)) {
            Room::Free => {
                begin(&mut reads, Instant::ZERO, peer(20, port));
                had += 1;
            }
            other => assert_eq!(other, Room::Crowded),
        }
    }
    assert_eq!(had, limits::READS_UNHEARD);
    assert_eq!(reads.room(Instant::ZERO, peer(21, 1)), Room::Free);
}

#[test]
fn made_up_addresses_push_out_each_other_and_no_reader() {
    let mut reads = Reads::default();
    let ids: Vec<_> = (0..limits::TRANSFERS).map(|n| begin(&mut reads, Instant::ZERO, far(n))).collect();
    // The oldest is a reader's.
    confirm(&mut reads, Instant::ZERO, ids[0]);
    for (n, oldest) in ids.iter().enumerate().skip(1) {
        let now = Instant::from_millis(n as u64);
        assert_eq!(reads.room(now, peer(20, 1)), Room::After(*oldest));
        assert!(reads.end(*oldest, ReadFailure::Evicted).is_some());
        begin(&mut reads, now, far(limits::TRANSFERS + n));
    }
    assert!(reads.get(ids[0]).is_some());
}

#[test]
fn readers_yield_when_they_are_dead() {
    let mut reads = Reads::default();
    for n in 0..limits::TRANSFERS {
        let id = begin(&mut reads, Instant::ZERO, far(n));
        confirm(&mut reads, Instant::ZERO, id);
    }
    assert_eq!(reads.room(Instant::from_millis(20_000), peer(20, 1)), Room::Full);
    assert!(matches!(reads.room(Instant::ZERO + limits::TFTP_DEAD, peer(20, 1)), Room::After(_)));
}

#[test]
fn no_memory_is_left_of_reads_that_have_ended() {
    let mut reads = Reads::default();
    for n in 0..50 {
        let id = begin(&mut reads, Instant::ZERO, peer(20, n));
        if n % 2 == 0 {
            confirm(&mut reads, Instant::ZERO, id);
        }
        assert!(reads.end(id, ReadFailure::Replaced).is_some());
    }
    assert!(reads.is_empty());
}
