//! Phones that ask for addresses without end, and more of them than there is room for.

use crate::talk::Talk;
use rescue79::event::Kind;
use rescue79::limits;
use rescue79::phone_id::Mac;
use std::net::Ipv4Addr;
use std::time::Duration;

const CLASS: &str = "Cisco Systems, Inc. IP Phone CP-7960G";
const SERVER: Option<Ipv4Addr> = Some(Ipv4Addr::new(192, 168, 1, 1));

/// How often each of these was told, and for how many.
fn counts(talk: &Talk, of: impl Fn(&Kind) -> Option<u32>) -> Vec<u32> {
    talk.events.iter().filter_map(|event| of(&event.kind)).collect()
}

#[test]
fn a_flood_of_declines_is_told_once_and_then_counted() {
    let mut talk = Talk::new(true);
    for _ in 0..limits::DECLINES_PER_PHONE {
        [1, 3, 4].into_iter().for_each(|kind| talk.dhcp(kind));
    }
    [1, 3].into_iter().for_each(|kind| talk.dhcp(kind));
    for _ in 0..1_000 {
        talk.dhcp(4);
    }
    let declined = |kind: &Kind| matches!(kind, Kind::DhcpDecline { .. }).then_some(1);
    assert_eq!(counts(&talk, declined).len(), limits::DECLINES_PER_PHONE, "no more are set aside");
    let refused = |kind: &Kind| match kind {
        Kind::DhcpIgnored { why, count, .. } if why.contains("one address after the other") => Some(*count),
        _ => None,
    };
    assert_eq!(counts(&talk, refused), [1]);
    talk.wait(12);
    assert_eq!(counts(&talk, refused), [1, 999], "the rest is told when the flood has stopped");
    assert!(talk.engine.state().phones.iter().all(|phone| phone.leased.is_some()), "it keeps its address");
}

#[test]
fn requests_beyond_what_a_person_can_use_are_answered_and_counted() {
    let mut talk = Talk::new(true);
    for _ in 0..1_000 {
        let sent = talk.dhcp_of(Mac([0, 0x1b, 0x0c, 0, 0, 1]), 1, CLASS, None, None);
        assert_eq!(sent.len(), 1, "answered each time");
    }
    let offers = |kind: &Kind| matches!(kind, Kind::DhcpOffer { .. }).then_some(1);
    // The first one made it known, and is not counted.
    assert_eq!(counts(&talk, offers).len(), 1 + limits::TOLD_PER_SENDER as usize);
    let limit = |kind: &Kind| match kind {
        Kind::LimitReached { what, count } if what.contains("requests of one phone") => Some(*count),
        _ => None,
    };
    assert_eq!(counts(&talk, limit), [1]);
    talk.wait(12);
    assert_eq!(counts(&talk, limit).iter().sum::<u32>(), 999 - limits::TOLD_PER_SENDER);
}

#[test]
fn on_a_full_bench_who_has_shown_least_and_longest_nothing_makes_room() {
    let mut talk = Talk::ordered(|draft| rescue79::job::Draft { prefix: 16, ..draft });
    let mac = |n: usize| {
        let [.., a, b] = n.to_be_bytes();
        Mac([0, 0x1b, 0x0c, 7, a, b])
    };
    let taken = |talk: &mut Talk, n: usize| {
        let offered = talk.dhcp_of(mac(n), 1, CLASS, None, None);
        let address =
            |sent: &[(_, Vec<u8>)]| Ipv4Addr::from(<[u8; 4]>::try_from(&sent[0].1[16..20]).unwrap());
        let wants = address(&offered);
        let acked = talk.dhcp_of(mac(n), 3, CLASS, Some(wants), SERVER);
        assert_eq!(address(&acked), wants, "the phone {n} has what it was offered");
        talk.now += Duration::from_millis(1);
        wants
    };
    // A model without a target has no plan, so whoever has an address only is known by that alone.
    let class = "Cisco Systems, Inc. IP Phone";
    for n in 0..limits::PHONES {
        let leased = n % 2 == 0;
        let sent = talk.dhcp_of(mac(n), 1, class, None, None);
        let offered = Ipv4Addr::from(<[u8; 4]>::try_from(&sent[0].1[16..20]).unwrap());
        if leased {
            talk.dhcp_of(mac(n), 3, class, Some(offered), SERVER);
        }
        talk.now += Duration::from_millis(1);
    }
    let mut given: Vec<_> = (0..200).map(|n| taken(&mut talk, limits::PHONES + n)).collect();
    assert_eq!(talk.engine.state().phones.len(), limits::PHONES);
    let gone: Vec<_> =
        talk.events.iter().filter(|e| matches!(e.kind, Kind::Forgotten)).filter_map(|e| e.phone).collect();
    let without_address: Vec<_> = (0..200).map(|n| mac(2 * n + 1)).collect();
    assert_eq!(gone, without_address, "who has no address goes first, in the order in which they came");
    given.sort_unstable();
    given.dedup();
    assert_eq!(given.len(), 200, "no address twice");
}
