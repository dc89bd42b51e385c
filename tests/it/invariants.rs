//! What holds whatever happens: random benches on bad wires, and random conversations with the engine.

use crate::fuzz_smoke::conversation;
use proptest::prelude::*;
use proptest::sample::select;
use rescue79::clock::{Instant, Wall};
use rescue79::engine::Command;
use rescue79::event::{Event, Kind};
use rescue79::host::state::StateDir;
use rescue79::journal::{self, Reader};
use rescue79::limits;
use rescue79::phone_id::Mac;
use rescue79::session::State;
use rescue79::sim::firmware::Scale;
use rescue79::sim::phone::Deed as Did;
use rescue79::sim::run::{self, World};
use rescue79::sim::scenario::{Deed, Scenario};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::net::Ipv4Addr;

/// What a technician, a power grid or a bad plug does in the middle of everything.
#[derive(Clone, Debug)]
enum Blow {
    PowerCycle(usize),
    Forget(usize),
    ResetKeys(usize),
}

/// A bench: its phones, its wire, and what befalls it.
#[derive(Clone, Debug)]
struct Bench {
    phones: Vec<&'static str>,
    loss: u32,
    duplicates: u32,
    reorder: u32,
    delay_us: u64,
    restarts: Vec<u64>,
    /// At which second what.
    blows: Vec<(u64, Blow)>,
    seed: u64,
}

const PHONES: [&str; 5] = [
    "model = \"7960\"\nstate = \"pai\"",
    "model = \"7960\"\nstate = \"running\"\nload = \"P00303010102\"",
    "model = \"7941\"\nstate = \"wiped\"",
    "model = \"7941\"\nstate = \"running\"\nload = \"SCCP41.8-5-2S\"",
    "model = \"7940\"\nstate = \"running\"\nload = \"P00308000900\"",
];

fn bench() -> impl Strategy<Value = Bench> {
    let blow = |phone: usize| {
        prop_oneof![
            3 => Just(Blow::PowerCycle(phone)), 1 => Just(Blow::Forget(phone)), 1 => Just(Blow::ResetKeys(phone)),
        ]
    };
    let blows = prop::collection::vec((5..600_u64, (0..4_usize).prop_flat_map(blow)), 0..6);
    let wire = (0..6_u32, 0..10_u32, 0..10_u32, select(vec![200_u64, 1_000, 30_000]));
    (
        prop::collection::vec(select(PHONES.to_vec()), 1..4),
        wire,
        prop::collection::vec(20..500_u64, 0..2),
        blows,
        any::<u64>(),
    )
        .prop_map(|(phones, (loss, duplicates, reorder, delay_us), restarts, blows, seed)| Bench {
            phones,
            loss,
            duplicates,
            reorder,
            delay_us,
            restarts,
            blows,
            seed,
        })
}

impl Bench {
    fn scenario(&self) -> Scenario {
        let start =
            |phone: &&str| ["[[phones]]\n", phone, "\n[phones.expect]\nverdict = \"recovered\"\n"].concat();
        let phones: String = self.phones.iter().map(start).collect();
        let mut restarts = self.restarts.clone();
        restarts.sort_unstable();
        let text = format!(
            "title = \"\"\nteaches = \"\"\nseed_rows = []\nseconds = 1\n[shelf]\n\
             loads = [\"P00305000500\", \"P00308000900\", \"P0S3-8-12-00\", \"SIP41.8-5-2S\"]\n\
             [targets]\n\"7960\" = \"P0S3-8-12-00\"\n\"7940\" = \"P0S3-8-12-00\"\n\"7941\" = \"SIP41.8-5-2S\"\n\
             [server]\nrestarts = {restarts:?}\n\
             [lan]\ndelay_us = [100, {}]\nloss = {}.0\nduplicates = {}.0\nreorder = {}.0\n{phones}",
            self.delay_us, self.loss, self.duplicates, self.reorder,
        );
        Scenario::read("random", &text).unwrap_or_else(|bad| panic!("{bad}\n{text}"))
    }

    /// All that happened in so many seconds, and the world afterwards.
    fn live(&self, seconds: u64) -> (Vec<Event>, World) {
        let scenario = self.scenario();
        let shelf = run::shelf(&scenario, self.seed, Scale::FAST);
        let mut world = World::new(&scenario, shelf, self.seed).unwrap();
        let mut events = world.advance(Instant::ZERO);
        let mut blows = self.blows.clone();
        blows.sort_by_key(|(at, _)| *at);
        for (at, blow) in blows {
            events.extend(world.advance(Instant::from_millis(at * 1_000)));
            match blow {
                Blow::PowerCycle(n) => world.by_hand(n % self.phones.len(), &Deed::PowerCycle),
                Blow::ResetKeys(n) => {
                    world.by_hand(n % self.phones.len(), &Deed::ResetKeys("123456789*0#".into()));
                }
                Blow::Forget(n) => {
                    let mac = world.phones()[n % self.phones.len()].mac();
                    events.extend(world.command(&Command::Forget(mac)));
                }
            }
        }
        events.extend(world.advance(Instant::from_millis(seconds * 1_000)));
        (events, world)
    }
}

/// The same events, folded anew; and read from the lines of a journal.
fn folds(events: &[Event]) -> [State; 2] {
    let start = Wall(1_800_000_000_000);
    let mut reader = Reader::default();
    let mut states = [State::default(), State::default()];
    for event in events {
        states[0].apply(event);
        states[1].apply(&reader.line(&journal::encode(start, event).unwrap()).unwrap());
    }
    states
}

/// The state as it is said at the end, which knows no times finer than the journal's.
fn said(state: &State) -> String {
    let mut summary = state.summarise();
    summary.phones.iter_mut().for_each(|phone| phone.seconds = phone.seconds.round());
    format!(
        "{:?}",
        summary.phones.iter().map(|p| (&p.phone, &p.running, &p.verdict, &p.proof)).collect::<Vec<_>>()
    )
}

fn every_read_ends(events: &[Event]) -> Result<(), TestCaseError> {
    let mut open = BTreeSet::new();
    for event in events {
        match &event.kind {
            Kind::ReadStarted { read, .. } => {
                prop_assert!(open.insert(*read), "a number is used once: {event:?}");
            }
            Kind::ReadFinished { read, .. } | Kind::ReadFailed { read, .. } => {
                prop_assert!(open.remove(read), "it had begun: {event:?}");
            }
            // Who is killed leaves reads behind; whoever comes next begins anew, with the numbers too.
            Kind::SessionResumed { .. } => open.clear(),
            _ => {}
        }
    }
    prop_assert!(open.is_empty(), "without an end: {open:?}");
    Ok(())
}

/// At no moment do two phones have one address.
fn leases_are_unique(events: &[Event]) -> Result<(), TestCaseError> {
    let mut held: BTreeMap<Ipv4Addr, Mac> = BTreeMap::new();
    for event in events {
        let Some(mac) = event.phone else { continue };
        match &event.kind {
            Kind::DhcpAck { address, .. } => {
                let other = held.insert(*address, mac);
                prop_assert!(other.is_none_or(|other| other == mac), "{address} of {other:?} goes to {mac}");
            }
            Kind::DhcpRelease { .. } | Kind::DhcpDecline { .. } | Kind::Forgotten => {
                held.retain(|_, of| *of != mac);
            }
            _ => {}
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_befalls_a_bench(bench in bench()) {
        // Half an hour of mishaps; then everybody is unplugged, and silence for longer than a silent reader is waited for.
        let (mut events, mut world) = bench.live(1_500);
        for n in 0..bench.phones.len() {
            world.by_hand(n, &Deed::Unplug);
        }
        events.extend(world.advance(Instant::from_millis(1_800_000)));
        let numbers: Vec<_> = events.iter().map(|event| event.n).collect();
        prop_assert!(numbers.iter().copied().eq(1..=events.len() as u64), "numbered without gaps");
        prop_assert!(events.is_sorted_by_key(|event| event.at), "time goes forward");
        leases_are_unique(&events)?;

        let [screen, replayed] = folds(&events);
        prop_assert_eq!(&screen, world.state(), "the screen's fold");
        prop_assert_eq!(said(&replayed), said(&screen), "the journal's fold");
        prop_assert!(screen.phones.len() <= limits::PHONES);
        for phone in &screen.phones {
            prop_assert!(phone.names.len() <= limits::NAMES_PER_PHONE && phone.left.len() <= limits::READS_LEFT);
        }
        // A phone never burns what is not its own; what it has is what the shelf has.
        for phone in world.phones() {
            let refused = |deed: &Did| matches!(deed, Did::Refused { .. });
            prop_assert!(!phone.history().iter().any(|(_, deed)| refused(deed)), "{:?}", phone.history());
        }
        every_read_ends(&events)?;
        prop_assert!(screen.phones.iter().all(|phone| phone.read.is_none()), "a phone reads what has ended");
    }
}

proptest! {
    // Each takes some milliseconds.
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_conversation(moves in prop::collection::vec(any::<u8>(), 0..600)) {
        conversation(&moves);
    }
}

/// Memory for senders is bounded, whoever they say they are.
#[test]
fn a_crowd_of_senders_does_not_grow_the_state() {
    let events = crate::fuzz_smoke::crowd(20_000);
    let mut state = State::default();
    for event in &events {
        state.apply(event);
    }
    assert_eq!(state.phones.len(), limits::PHONES);
    assert!(state.strangers.len() <= limits::COMPLAINERS);
    // One event each while there is room, then a number now and then.
    assert!(events.len() < 6 * limits::PHONES + 2 * limits::COMPLAINERS, "{}", events.len());
    let refused: u32 =
        events.iter().map(|e| if let Kind::LimitReached { count, .. } = e.kind { count } else { 0 }).sum();
    assert!(
        refused as usize > 20_000 - limits::PHONES - 1,
        "each that was turned away is counted: {refused}"
    );
}

/// Nobody is answered without end, and a person is told so once in ten seconds with the number.
#[test]
fn one_address_is_answered_so_often_and_no_more() {
    let (asked, beyond) = (limits::REQUESTS_PER_PEER + 900, 900);
    let events = crate::fuzz_smoke::insistent(asked);
    let unanswered = told(&events, "requests of one address");
    assert_eq!((unanswered.len(), unanswered.iter().sum()), (2, beyond), "{unanswered:?}");
    let vain = told(&events, "files asked for in vain");
    assert!(
        vain.len() <= 2 && vain.iter().sum::<u32>() + limits::TOLD_PER_SENDER == asked - beyond,
        "{vain:?}"
    );
    let refused = events.iter().filter(|event| matches!(event.kind, Kind::ReadRefused { .. })).count();
    assert_eq!(u32::try_from(refused), Ok(limits::TOLD_PER_SENDER));
}

fn told(events: &[Event], limit: &str) -> Vec<u32> {
    let counts = events.iter().filter_map(|event| match &event.kind {
        Kind::LimitReached { what, count } if what == limit => Some(*count),
        _ => None,
    });
    counts.collect()
}

/// Each asks for something else than all others have, and nobody's line in the journal is worth that of a phone.
#[test]
fn a_crowd_that_asks_in_vain_is_told_together() {
    let senders = 30_000;
    let events = crate::fuzz_smoke::strangers(senders, "nothing");
    let refused = events.iter().filter(|event| matches!(event.kind, Kind::ReadRefused { .. })).count();
    assert!(refused <= limits::PHONES + limits::TOLD_PER_SENDER as usize, "{refused} refusals are told");
    let counted = told(&events, "files asked for in vain");
    assert!(counted.len() <= 3, "{counted:?}");
    assert_eq!(counted.iter().sum::<u32>() as usize + refused, senders as usize + 1);
}

/// All reads are taken by made-up addresses: a reader that comes then is served, and the journal doesn't grow with them.
#[test]
fn a_crowd_that_confirms_nothing_locks_nobody_out() {
    let senders = 5_000;
    let events = crate::fuzz_smoke::strangers(senders, "ringlist.xml");
    let read = events.iter().find_map(|event| match event.kind {
        Kind::ReadStarted { peer, read, .. } if peer == crate::fuzz_smoke::READER => Some(read),
        _ => None,
    });
    let finished =
        |event: &Event| matches!(event.kind, Kind::ReadFinished { read: of, .. } if Some(of) == read);
    assert!(read.is_some() && events.iter().any(finished), "it was not served");
    assert!(events.len() < 2 * limits::TRANSFERS + 20, "{} events", events.len());
    let yielded = told(&events, "reads under way at once");
    assert!(yielded.len() <= 4, "{yielded:?}");
    assert_eq!(yielded.iter().sum::<u32>() as usize, senders as usize + 1 - limits::TRANSFERS);
    assert!(told(&events, "reads of one address that are never confirmed").is_empty());
}

/// A journal that breaks off anywhere is taken up with all of its whole lines, and cut there.
#[test]
fn a_journal_torn_at_any_byte_is_read_up_to_the_tear() {
    let folder = tempfile::tempdir().unwrap();
    let state = StateDir::open(Some(folder.path())).unwrap();
    let path = folder.path().join("journals/2027-01-15T08-00-00.000Z-00.jsonl");
    let lines: String = crate::fuzz_smoke::crowd(3)
        .iter()
        .map(|e| journal::encode(Wall(1_800_000_000_000), e).unwrap() + "\n")
        .collect();
    assert!(lines.lines().count() > 6, "{lines}");
    for cut in 0..=lines.len() {
        fs::write(&path, &lines.as_bytes()[..cut]).unwrap();
        let whole = lines[..cut].rfind('\n').map_or("", |end| &lines[..=end]);
        // A program that another test starts at this moment may have the lock for a moment, too.
        let found = match whole {
            "" => state.unfinished(Wall(0)),
            _ => crate::serving::until(2, || state.unfinished(Wall(0))),
        };
        match found {
            None => assert!(whole.is_empty(), "lost at {cut}"),
            Some(found) => {
                let events: Vec<_> = found.events().unwrap().collect();
                assert_eq!(events.len(), whole.lines().count(), "at {cut}");
                assert_eq!(found.state, folds(&events)[0], "at {cut}");
                drop(found.take_up().unwrap());
                assert_eq!(fs::read_to_string(&path).unwrap(), whole, "at {cut}");
            }
        }
    }
}
