//! The timer and the end.

use super::*;

#[test]
fn a_silent_reader_is_asked_for_75_s_and_then_given_up() {
    let mut t = plain(5000);
    let (mut now, mut sent) = (at(0), Vec::new());
    let end = loop {
        match drain_to(&mut t, now) {
            (packets, Step::Wait(until)) => {
                sent.extend(packets.iter().map(|_| now.as_millis()));
                now = until;
            }
            (packets, end) => {
                assert!(packets.is_empty());
                break end;
            }
        }
    };
    assert_eq!(end, Step::Failed(Failure::Silent));
    assert_eq!(sent[..6], [0, 250, 750, 1750, 3750, 5750]);
    assert!(sent.len() < 45, "{} resends", sent.len());
    let silence = now.since(at(0));
    assert!((TFTP_GIVE_UP..=TFTP_GIVE_UP + TFTP_RESEND_CEILING).contains(&silence), "{silence:?}");
}

#[test]
fn a_phone_that_erases_flash_for_20_s_goes_on_and_is_served_fast_again() {
    let mut t = plain(50_000);
    let mut now = at(0);
    for block in 1..=10 {
        assert_eq!(blocks(&mut t, now), [block]);
        now += MS(1);
        t.packet(now, &Packet::Ack(block));
    }
    let erased = now + MS(20_000);
    while now < erased {
        now = match drain_to(&mut t, now).1 {
            Step::Wait(until) => until.min(erased),
            end => panic!("{end:?}"),
        };
    }
    t.packet(erased, &Packet::Ack(11));
    assert_eq!(blocks(&mut t, erased), [12]);
    t.packet(erased + MS(1), &Packet::Ack(12));
    assert_eq!(blocks(&mut t, erased + MS(1)), [13]);
    assert_eq!(wait(&mut t, erased + MS(1)), erased + MS(1) + TFTP_RESEND_EARLY);
}

#[test]
fn a_reader_that_was_only_busy_is_asked_too_early_once() {
    let mut t = plain(50_000);
    let mut now = at(0);
    let mut packets = 0;
    for block in 1..=60 {
        // From the tenth block on each second ACK takes 30 ms; a reader answers each packet that it gets.
        let busy = block > 10 && block % 2 == 0;
        assert_eq!(blocks(&mut t, now), [block]);
        let answered = now + if busy { MS(30) } else { MS(1) };
        let mut answers = 1;
        while let Step::Wait(until) = drain_to(&mut t, now).1
            && until < answered
        {
            now = until;
            answers += drain(&mut t, now).len();
        }
        now = answered;
        for _ in 0..answers {
            t.packet(now, &Packet::Ack(block));
        }
        packets += answers;
    }
    assert_eq!(packets, 61, "one block was sent twice");
    assert_eq!(t.progress().blocks_resent, 1);
}

#[test]
fn a_reader_that_only_repeats_itself_is_given_up_as_stuck() {
    let mut t = plain(5000);
    let mut now = at(0);
    loop {
        match drain_to(&mut t, now).1 {
            Step::Wait(_) => {
                now += MS(500);
                assert!(now < at(80_000));
                t.packet(now, &Packet::Ack(0));
            }
            end => return assert_eq!(end, Step::Failed(Failure::Stuck)),
        }
    }
}

#[test]
fn a_laptop_that_slept_asks_again_before_it_gives_up() {
    let mut t = plain(5000);
    assert_eq!(blocks(&mut t, at(0)), [1]);
    let woken = at(3_600_000);
    assert_eq!(blocks(&mut t, woken), [1]);
    t.packet(woken + MS(2), &Packet::Ack(1));
    assert_eq!(blocks(&mut t, woken + MS(2)), [2]);
}

#[test]
fn the_timeout_option_is_a_floor() {
    let mut t = start(5000, Options { timeout: Some(3), ..Options::default() });
    drain(&mut t, at(0));
    for block in [1, 2] {
        let now = at(u64::from(block));
        t.packet(now, &Packet::Ack(block - 1));
        assert_eq!(blocks(&mut t, now), [block]);
        assert_eq!(wait(&mut t, now), now + MS(3000));
    }
}

#[test]
fn losses_cost_milliseconds() {
    // A reader that never resends, 2 % loss both ways, a round trip of 2 ms.
    for (options, percent) in [(Options::default(), 40), (asked(1428, 16), 15)] {
        let len = 1_000_000;
        let clean = right(len, options, Path { delay_us: 1000, ..CLEAN }).ended.as_micros();
        for seed in 1..6 {
            let lossy =
                right(len, options, Path { delay_us: 1000, loss: 2, seed, ..CLEAN }).ended.as_micros();
            let kept = clean * 100 / lossy;
            assert!(kept >= percent, "{kept} % of the speed without loss: {options:?}");
        }
    }
}

#[test]
fn a_closed_port_is_evidence_before_the_end_and_no_error_after_it() {
    let mut t = plain(1024);
    assert_eq!(blocks(&mut t, at(0)), [1]);
    t.closed(at(1));
    assert_eq!(drain_to(&mut t, at(1)).1, Step::Failed(Failure::Closed));

    let mut t = plain(1024);
    for block in 1..=3 {
        assert_eq!(blocks(&mut t, at(0)), [block]);
        if block < 3 {
            t.packet(at(0), &Packet::Ack(block));
        }
    }
    t.closed(at(1));
    assert_eq!(drain_to(&mut t, at(1)).1, Step::Finished { last_ack: false });

    let mut t = start(1, asked(512, 1));
    drain(&mut t, at(0));
    t.closed(at(1));
    assert_eq!(drain_to(&mut t, at(1)).1, Step::Failed(Failure::Closed), "only options were sent");
}

#[test]
fn a_reader_whose_last_ack_is_lost_is_no_failure() {
    let mut without = 0;
    for seed in 1..60 {
        let path = Path { loss: 20, seed, ..CLEAN };
        let o = run(plain(2000), Reader::new(None), path, true);
        assert!(matches!(o.end, Step::Finished { .. }) && o.got == *content(2000), "{:?}", o.end);
        without += u32::from(o.end == Step::Finished { last_ack: false });
    }
    assert!(without > 3);
}

#[test]
fn a_repeated_request_is_told_from_a_new_one() {
    let mut t = plain(5000);
    assert_eq!(blocks(&mut t, at(0)), [1]);
    for seconds in [0, 1, 5, 9, 20] {
        assert!(t.repeated(at(seconds * 1000)), "nothing was confirmed, after {seconds} s");
    }
    t.packet(at(21_000), &Packet::Ack(1));
    assert!(t.repeated(at(20_999) + TFTP_REPEAT));
    assert!(!t.repeated(at(21_000) + TFTP_REPEAT));
    t.closed(at(21_001));
    assert!(!t.repeated(at(21_001)), "over");
    let mut offer = start(1, asked(512, 1));
    drain(&mut offer, at(0));
    offer.packet(at(1), &Packet::Ack(9));
    assert!(offer.repeated(at(30_000)));
}
