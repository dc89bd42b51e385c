use super::*;

fn event(n: u64, mac: u8, what: &str) -> Event {
    let kind = Kind::LimitReached { what: what.to_owned(), count: 1 };
    Event { n, at: Instant::from_millis(n * 10), phone: Some(Mac([0, 0x1b, 0x0c, 0x18, 0xbd, mac])), kind }
}

/// Every third one is about a file.
fn log(count: u64) -> Log {
    let mut log = Log::default();
    for n in 1..=count {
        let what = if n % 3 == 0 { format!("P{n:05}.SBN") } else { format!("nothing {n}") };
        log.push(&event(n, u8::try_from(n % 7).unwrap(), &what), false);
    }
    log
}

fn numbers(log: &Log) -> Vec<u64> {
    log.shown().map(|e| e.n).collect()
}

fn filtered(log: &mut Log, text: &str) {
    log.typing = Some(Field::Filter);
    log.type_in(text);
}

#[test]
fn a_filter_lets_the_same_through_letter_by_letter_and_while_events_come() {
    let mut slowly = log(100);
    for letter in [".", "s", "B", "n"] {
        filtered(&mut slowly, letter);
    }
    let mut at_once = log(100);
    filtered(&mut at_once, ".sbn");
    let wanted: Vec<_> = (1..=100).rev().filter(|n| n % 3 == 0).collect();
    assert_eq!(numbers(&slowly), wanted);
    assert_eq!(numbers(&at_once), wanted);
    at_once.push(&event(101, 1, "nothing"), false);
    at_once.push(&event(102, 1, "new.sbn"), false);
    assert_eq!(numbers(&at_once).first(), Some(&102));
    slowly.take_back();
    slowly.take_back();
    assert_eq!(slowly.filter, ".s");
    assert_eq!(numbers(&slowly), wanted);
    slowly.all();
    assert_eq!(numbers(&slowly).len(), 100);
}

#[test]
fn an_address_is_found_however_it_is_written() {
    for text in ["00:1b:0c:18:bd:03", "001B0C18BD03", "·18BD03", "18-bd-03", "d03"] {
        let mut log = log(21);
        filtered(&mut log, text);
        assert_eq!(numbers(&log), [17, 10, 3], "{text}");
    }
    let mut log = log(21);
    filtered(&mut log, "18bd03x");
    assert!(numbers(&log).is_empty());
}

#[test]
fn it_stands_still_while_events_come_and_old_ones_go() {
    let mut log = log(10);
    log.up(3);
    assert_eq!((numbers(&log)[0], log.newer()), (7, 3));
    log.push(&event(11, 1, "new"), false);
    assert_eq!((numbers(&log)[0], log.newer()), (7, 4));
    log.down(2);
    assert_eq!(numbers(&log)[0], 9);
    log.down(2);
    assert!(log.following());
    log.up(usize::MAX);
    assert_eq!(numbers(&log), [1]);
    // The one it stands at is dropped: the oldest that is left takes its place.
    for n in 0..u64::try_from(limits::LOG_LINES).unwrap() + 5 {
        log.push(&event(12 + n, 2, "much"), false);
    }
    let oldest = log.entries.front().unwrap().n;
    assert_eq!(numbers(&log), [oldest]);
    assert_eq!(log.entries.len(), limits::LOG_LINES);
}

#[test]
fn a_filter_forgets_what_the_log_drops() {
    let mut log = log(30);
    filtered(&mut log, ".sbn");
    for n in 0..u64::try_from(limits::LOG_LINES).unwrap() {
        log.push(&event(31 + n, 2, "much"), false);
    }
    assert_eq!((numbers(&log), log.fitting.len()), (Vec::new(), 0));
}

#[test]
fn a_search_goes_from_one_to_the_next_and_hides_nothing() {
    let mut log = log(20);
    assert!(!log.seek(true), "nothing is searched");
    log.typing = Some(Field::Search);
    log.type_in("p00009");
    assert!(log.seek(true));
    assert_eq!(numbers(&log)[..2], [9, 8]);
    assert!(!log.seek(true) && !log.seek(false), "there is no other");
    assert_eq!(numbers(&log)[0], 9);
    for _ in 0..6 {
        log.take_back();
    }
    log.type_in(".sbn");
    assert!(log.seek(false));
    assert_eq!(numbers(&log)[0], 12);
    assert!(log.is_sought(log.shown().next().unwrap()));
}

#[test]
fn only_what_is_new_is_told() {
    let mut log = log(6);
    let refused = Event {
        kind: Kind::ReadRefused {
            peer: "192.168.1.20:50000".parse().unwrap(),
            asked: "CTLSEP.tlv".into(),
            role: crate::event::Role::TrustList,
            why: "none".into(),
            usual: true,
        },
        ..event(7, 1, "")
    };
    log.push(&refused, false);
    log.push(&event(8, 1, "said before"), true);
    log.push(&event(9, 1, "new"), false);
    assert_eq!(log.since(4).map(|e| e.n).collect::<Vec<_>>(), [5, 6, 9]);
    assert_eq!(log.since(9).count(), 0);
}

#[test]
fn the_events_of_a_phone_are_its_own_also_after_old_ones_went() {
    let mut log = log(20);
    let mac = Mac([0, 0x1b, 0x0c, 0x18, 0xbd, 3]);
    let numbers = |log: &Log, most| log.newest_of(mac, most).1.map(|e| e.n).collect::<Vec<_>>();
    assert_eq!(numbers(&log, 3), [3, 10, 17]);
    assert_eq!((numbers(&log, 2), log.newest_of(mac, 2).0), (vec![10, 17], 1));
    for n in 0..u64::try_from(limits::LOG_LINES).unwrap() - 15 {
        log.push(&event(21 + n, 2, "much"), false);
    }
    assert_eq!(numbers(&log, 3), [10, 17]);
    for n in 0..15 {
        log.push(&event(1_000_000 + n, 2, "much"), false);
    }
    assert_eq!((numbers(&log, 3).len(), log.phones.len()), (0, 1), "nothing of it is kept");
}
