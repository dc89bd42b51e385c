use super::super::pool::{BadPool, mask};
use super::*;
use proptest::prelude::*;
use std::collections::HashSet;

const SERVER: Ipv4Addr = Ipv4Addr::new(192, 168, 1, 1);

fn mac(n: u16) -> Mac {
    let [a, b] = n.to_be_bytes();
    Mac([0, 0x1b, 0x0c, 1, a, b])
}

fn at(seconds: u64) -> Instant {
    Instant::from_millis(seconds * 1000)
}

fn host(n: u8) -> Ipv4Addr {
    Ipv4Addr::new(192, 168, 1, n)
}

fn bench(prefix: u8, remembered: &[(Mac, Ipv4Addr)]) -> Leases {
    Leases::new(Pool::new(SERVER, prefix).unwrap(), limits::LEASE, remembered.iter().copied())
}

#[test]
fn a_pool_is_the_subnet_without_its_edges() {
    let pool = Pool::new(SERVER, 24).unwrap();
    for (n, inside) in [(0, false), (1, false), (9, false), (10, true), (254, true), (255, false)] {
        assert_eq!(pool.contains(host(n)), inside, "{n}");
    }
    assert!(!Pool::new(host(77), 24).unwrap().contains(host(77)));
    assert!(!pool.contains(Ipv4Addr::new(192, 168, 2, 20)));
    assert_eq!((mask(0), mask(20), mask(32)), ([0; 4].into(), [255, 255, 240, 0].into(), [255; 4].into()));
    let refused: [(Ipv4Addr, u8, BadPool); 11] = [
        (SERVER, 0, BadPool::Prefix(0)),
        (SERVER, 7, BadPool::Prefix(7)),
        (SERVER, 31, BadPool::Prefix(31)),
        (SERVER, 32, BadPool::Prefix(32)),
        (SERVER, 255, BadPool::Prefix(255)),
        (SERVER, 29, BadPool::NoRoom(29)),
        ([255, 255, 255, 253].into(), 30, BadPool::NoRoom(30)),
        (host(0), 24, BadPool::NotAHost(host(0))),
        (host(255), 24, BadPool::NotAHost(host(255))),
        ([224, 0, 0, 5].into(), 24, BadPool::NotAHost([224, 0, 0, 5].into())),
        ([0, 0, 0, 0].into(), 8, BadPool::NotAHost([0, 0, 0, 0].into())),
    ];
    for (server, prefix, why) in refused {
        assert_eq!(Pool::new(server, prefix), Err(why));
    }
}

#[test]
fn a_phone_keeps_its_address() {
    let mut leases = bench(24, &[(mac(1), host(33))]);
    assert_eq!(leases.offer(at(0), mac(1), Some(host(40))), Ok(host(33)), "remembered beats asked for");
    assert_eq!(leases.offer(at(0), mac(2), Some(host(40))), Ok(host(40)), "asked for beats hash");
    assert_ne!(leases.offer(at(0), mac(3), Some(host(40))), Ok(host(40)), "not what another was offered");
    let hashed = leases.offer(at(0), mac(4), Some(host(1))).unwrap();
    assert_eq!(leases.offer(at(500), mac(4), None), Ok(hashed), "a repeated DISCOVER gets the same offer");
    assert_eq!(bench(24, &[]).offer(at(9), mac(4), None), Ok(hashed), "the same on another day");
    assert_eq!(leases.take(at(501), mac(4), hashed), Ok(true));
    assert!(leases.release(at(502), mac(4), hashed));
    assert!(!leases.release(at(502), mac(2), hashed));
    assert_eq!(leases.offer(at(90_000), mac(4), None), Ok(hashed), "released, and still its own");
    leases.forget(mac(4));
    assert_eq!((leases.address_of(mac(4)), leases.mac_of(hashed)), (None, None));
}

#[test]
fn what_is_held_is_not_taken_and_what_ran_out_is() {
    let mut leases = bench(24, &[(mac(1), host(33))]);
    assert_eq!(leases.take(at(1), mac(2), host(33)), Err(NoAddress::Held(host(33))), "remembered");
    assert_eq!(leases.take(at(1), mac(1), host(33)), Ok(true));
    assert_eq!(leases.take(at(9), mac(1), host(33)), Ok(false), "a renewal is nothing new");
    assert_eq!(leases.take(at(9), mac(2), host(33)), Err(NoAddress::Held(host(33))), "bound");
    let hour = limits::LEASE.as_secs();
    assert_eq!(leases.take(at(hour + 5), mac(2), host(33)), Err(NoAddress::Held(host(33))), "renewed at 9 s");
    assert_eq!(leases.take(at(hour + 9), mac(2), host(33)), Ok(true), "ran out");
    assert_eq!(leases.address_of(mac(1)), None);

    leases.offer(at(0), mac(5), Some(host(50))).unwrap();
    let hold = limits::OFFER_HOLD.as_secs();
    assert_eq!(leases.take(at(hold - 1), mac(6), host(50)), Err(NoAddress::Held(host(50))), "just offered");
    assert_eq!(leases.take(at(hold), mac(6), host(50)), Ok(true), "offered long ago");
    assert_eq!(leases.take(at(hold), mac(6), host(51)), Ok(true), "a phone may move");
    assert_eq!(leases.mac_of(host(50)), None, "and then leaves its old address");
    assert_eq!(leases.take(at(0), mac(7), host(9)), Err(NoAddress::Foreign(host(9))));
}

#[test]
fn a_declined_address_rests() {
    let mut leases = bench(28, &[]);
    let first = leases.offer(at(0), mac(1), None).unwrap();
    let foreign = leases.decline(at(1), mac(2), first);
    assert_eq!(foreign, Err(NotAside::NotItsAddress(first)), "only its phone can decline it");
    assert_eq!(leases.decline(at(1), mac(1), first), Ok(()));
    assert_ne!(leases.offer(at(2), mac(1), Some(first)).unwrap(), first);
    let rest = 1 + limits::DECLINE_HOLD.as_secs();
    assert_eq!(leases.take(at(rest - 1), mac(3), first), Err(NoAddress::Held(first)));
    assert_eq!(leases.take(at(rest), mac(3), first), Ok(true));
}

#[test]
fn declines_can_use_up_the_pool_but_not_for_ever() {
    let mut leases = bench(28, &[]);
    for n in 0..5 {
        let address = leases.offer(at(0), mac(n), None).unwrap();
        assert_eq!(leases.decline(at(0), mac(n), address), Ok(()));
    }
    assert_eq!(leases.offer(at(1), mac(9), None), Err(NoAddress::Exhausted));
    assert!(leases.offer(at(limits::DECLINE_HOLD.as_secs()), mac(9), None).is_ok());
}

#[test]
fn one_phone_sets_only_a_few_addresses_aside() {
    for (prefix, most) in [(24, limits::DECLINES_PER_PHONE), (28, 2)] {
        let mut leases = bench(prefix, &[]);
        let turned_down = |leases: &mut Leases, second| {
            let address = leases.offer(at(second), mac(1), None).unwrap();
            leases.decline(at(second), mac(1), address)
        };
        for n in 0..300 {
            assert_eq!(turned_down(&mut leases, 1).is_ok(), n < most, "/{prefix}, number {n}");
        }
        let own = leases.address_of(mac(1)).unwrap();
        assert_eq!(leases.decline(at(1), mac(1), own), Err(NotAside::TooMany(own)));
        assert!(leases.offer(at(1), mac(2), None).is_ok(), "others find room");
        assert_eq!(
            turned_down(&mut leases, 1 + limits::DECLINE_HOLD.as_secs()),
            Ok(()),
            "and it has it again"
        );
    }
}

#[test]
fn made_up_phones_block_nobody() {
    let mut leases = bench(24, &[]);
    let mut bound = Vec::new();
    for n in 0..20 {
        let address = leases.offer(at(0), mac(n), None).unwrap();
        leases.take(at(0), mac(n), address).unwrap();
        bound.push(address);
    }
    for n in 1000..1300 {
        assert!(leases.offer(at(1), mac(n), None).is_ok());
    }
    let address = leases.offer(at(2), mac(50), None).unwrap();
    assert_eq!(leases.take(at(2), mac(50), address), Ok(true));
    assert!(bound.iter().enumerate().all(|(n, a)| leases.mac_of(*a) == Some(mac(u16::try_from(n).unwrap()))));
}

#[test]
fn a_short_pool_takes_from_who_misses_it_least() {
    // 10..14: one remembered twice over (the older first), one released, one bound, one offered.
    let mut leases = bench(28, &[(mac(8), host(10)), (mac(1), host(11))]);
    for (n, address) in [(2, host(12)), (3, host(13))] {
        leases.take(at(0), mac(n), address).unwrap();
    }
    leases.release(at(1), mac(2), host(12));
    assert_eq!(leases.offer(at(1), mac(4), None), Ok(host(14)));
    assert_eq!(leases.offer(at(2), mac(5), None), Ok(host(12)), "the released one");
    assert_eq!(leases.offer(at(3), mac(6), None), Ok(host(10)), "the older of those not seen since long");
    assert_eq!(leases.offer(at(4), mac(7), None), Ok(host(11)), "the other");
    assert_eq!(leases.offer(at(5), mac(9), None), Ok(host(14)), "the oldest offer");
    for (n, address) in [(5, host(12)), (6, host(10)), (7, host(11)), (9, host(14))] {
        assert_eq!(leases.take(at(6), mac(n), address), Ok(true), "{address}");
    }
    assert_eq!(leases.offer(at(7), mac(10), None), Err(NoAddress::Exhausted), "all bound");
    assert_eq!(leases.offer(at(limits::LEASE.as_secs()), mac(10), None), Ok(host(13)), "until one runs out");
}

#[test]
fn of_contradicting_memories_the_last_counts() {
    let foreign = Ipv4Addr::new(10, 0, 0, 7);
    let leases = bench(
        24,
        &[(mac(1), host(20)), (mac(2), host(20)), (mac(3), host(21)), (mac(3), host(22)), (mac(4), foreign)],
    );
    let known: Vec<_> = leases.iter().collect();
    assert_eq!(known, [(mac(2), host(20), false), (mac(3), host(22), false)]);
}

#[test]
fn the_table_is_bounded() {
    let mut leases = bench(16, &[]);
    for n in 0..u16::try_from(limits::LEASES).unwrap() {
        let address = leases.offer(at(0), mac(n), None).unwrap();
        leases.take(at(0), mac(n), address).unwrap();
    }
    assert_eq!(leases.offer(at(1), mac(60_000), None), Err(NoAddress::TableFull));
    assert_eq!(leases.take(at(1), mac(60_000), Ipv4Addr::new(192, 168, 250, 250)), Err(NoAddress::TableFull));
    leases.release(at(1), mac(7), leases.address_of(mac(7)).unwrap());
    assert!(leases.offer(at(1), mac(60_000), None).is_ok());
    assert_eq!(leases.iter().count(), limits::LEASES);
    assert_eq!(leases.address_of(mac(7)), None);
}

#[derive(Clone, Debug)]
enum Act {
    Offer(Option<u8>),
    Take(u8),
    TakeOwn,
    Decline,
    Release,
    Forget,
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        4 => proptest::option::of(any::<u8>()).prop_map(Act::Offer),
        4 => Just(Act::TakeOwn),
        2 => any::<u8>().prop_map(Act::Take),
        1 => Just(Act::Decline),
        1 => Just(Act::Release),
        1 => Just(Act::Forget),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// 300 MACs, 244 addresses: whatever they do and however the time runs, an address has one phone, a bound
    /// phone keeps its own, and the tables agree with each other.
    #[test]
    fn two_phones_never_hold_one_address(acts in proptest::collection::vec((0u16..300, 0u64..40, act()), 1..900)) {
        let mut leases = bench(24, &[(mac(1), host(33)), (mac(2), host(34))]);
        let mut now = at(0);
        for (n, pause, act) in acts {
            now += Duration::from_secs(pause);
            let mac = mac(n);
            let held: Vec<_> = leases.phones.iter()
                .filter(|(m, l)| **m != mac && l.hold == Hold::Bound && l.until > now)
                .map(|(m, l)| (*m, l.address)).collect();
            match act {
                Act::Offer(asked) => {
                    if let Ok(address) = leases.offer(now, mac, asked.map(host)) {
                        prop_assert_eq!(leases.mac_of(address), Some(mac));
                    }
                }
                Act::Take(n) => {
                    let taken = leases.take(now, mac, host(n)).is_ok();
                    prop_assert!(!taken || leases.address_of(mac) == Some(host(n)));
                }
                Act::TakeOwn => {
                    if let Some(own) = leases.address_of(mac) {
                        prop_assert!(leases.take(now, mac, own).is_ok());
                    }
                }
                Act::Decline => { leases.address_of(mac).map(|own| leases.decline(now, mac, own)); }
                Act::Release => { leases.address_of(mac).map(|own| leases.release(now, mac, own)); }
                Act::Forget => leases.forget(mac),
            }
            for (other, address) in held {
                prop_assert_eq!(leases.mac_of(address), Some(other), "a bound phone lost its address");
            }
        }
        let given: Vec<_> = leases.iter().map(|(_, address, _)| address).collect();
        prop_assert_eq!(given.iter().collect::<HashSet<_>>().len(), given.len());
        prop_assert!(given.iter().all(|a| leases.pool.contains(*a)));
        prop_assert_eq!(leases.queue.len(), leases.phones.len());
        prop_assert_eq!(leases.addresses.len(), 1 + leases.phones.len() + leases.declined.len());
    }
}
