//! A read against a reader that knows nothing of this module's code, over a path that may do anything.

use std::sync::Arc;
use std::time::Duration;

mod path;
mod timer;
mod windows;

use path::{CLEAN, Path, Reader, asked, right, run};
use proptest::prelude::*;

use super::*;
use crate::limits::{TFTP_RESEND_CEILING, TFTP_RESEND_EARLY, TFTP_RESEND_FIRST, TFTP_RESEND_FLOOR};
use crate::tftp::wire::{PACKET_BYTES, decode};

const MS: fn(u64) -> Duration = Duration::from_millis;

fn at(ms: u64) -> Instant {
    Instant::from_millis(ms)
}

/// Bytes in which no two places look alike.
fn content(len: usize) -> Arc<[u8]> {
    (0..len as u64).map(|i| (i.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 56) as u8).collect()
}

fn start(len: usize, options: Options) -> Transfer {
    Transfer::new(at(0), content(len), Mode::Octet, options)
}

fn plain(len: usize) -> Transfer {
    start(len, Options::default())
}

fn windowed(len: usize, window: u64) -> Transfer {
    let mut t = start(len, Options { windowsize: Some(window), ..Options::default() });
    assert_eq!(drain(&mut t, at(0)).len(), 1, "an OACK");
    t.packet(at(2), &Packet::Ack(0));
    t
}

/// Everything that is to be sent now, and what comes then.
fn drain_to(t: &mut Transfer, now: Instant) -> (Vec<Vec<u8>>, Step) {
    let mut sent = Vec::new();
    let mut buf = [0; PACKET_BYTES];
    loop {
        match t.poll(now, &mut buf) {
            Step::Send(len) => sent.push(buf[..len].to_vec()),
            step => return (sent, step),
        }
    }
}

fn drain(t: &mut Transfer, now: Instant) -> Vec<Vec<u8>> {
    drain_to(t, now).0
}

/// Numbers of the DATA blocks that are to be sent now.
fn blocks(t: &mut Transfer, now: Instant) -> Vec<u16> {
    let number = |p: Vec<u8>| {
        assert_eq!(p[..2], [0, 3], "{p:?}");
        u16::from_be_bytes([p[2], p[3]])
    };
    drain(t, now).into_iter().map(number).collect()
}

fn wait(t: &mut Transfer, now: Instant) -> Instant {
    match drain_to(t, now) {
        (sent, Step::Wait(until)) if sent.is_empty() => until,
        other => panic!("{other:?}"),
    }
}

// ---- bytes ---------------------------------------------------------------------------------------------------------

#[test]
fn every_size_in_lock_step_with_not_one_packet_too_many() {
    for len in [0, 1, 511, 512, 513, 1023, 1024, 1025, 51_200, 100_000] {
        let o = right(len, Options::default(), CLEAN);
        assert_eq!((o.packets, o.oacks), (len as u64 / 512 + 1, 0), "{len}");
        assert_eq!(o.progress.blocks_resent, 0);
    }
}

#[test]
fn block_numbers_roll_over() {
    for len in [65_534 * 8, 65_535 * 8, 65_536 * 8, 65_536 * 8 + 3, 131_073 * 8 + 1] {
        let o = right(len, asked(8, 1), CLEAN);
        assert_eq!(o.packets, 1 + len as u64 / 8 + 1);
    }
    right(65_540 * 8, asked(8, 64), Path { loss: 1, ..CLEAN });
}

#[test]
fn more_than_32_mib_in_blocks_of_512() {
    let len = 65_536 * 512 + 700;
    right(len, Options::default(), CLEAN);
}

#[test]
fn windows_of_all_sizes_with_not_one_packet_too_many() {
    for window in [1, 2, 3, 16, 63, 64] {
        for len in [0, 1, 1427, 1428, 1428 * 2, 1428 * 64, 1428 * 64 + 1, 300_000] {
            let o = right(len, asked(1428, window), CLEAN);
            assert_eq!((o.packets, o.oacks), (len as u64 / 1428 + 2, 1), "{len} in windows of {window}");
        }
    }
}

#[test]
fn every_path_delivers_the_right_bytes() {
    for seed in 1..40 {
        let harsh = Path {
            loss: seed % 4 * 7,
            doubled: seed % 3 * 20,
            delay_us: 800,
            jitter_us: seed % 5 * 900,
            seed,
        };
        for options in [Options::default(), asked(512, 4), asked(1468, 16), asked(100, 64)] {
            right(20_011, options, harsh);
        }
    }
}

#[test]
fn a_reader_that_resends_its_acks_is_no_trouble() {
    for seed in 1..30 {
        let path = Path { loss: 10, doubled: 10, delay_us: 1000, jitter_us: 500, seed };
        let o = run(plain(30_000), Reader::new(Some(40_000)), path, false);
        assert!(o.end == Step::Finished { last_ack: true } && o.got == *content(30_000));
    }
}

#[test]
fn netascii_arrives_as_text_for_the_wire() {
    let text = "line\nwith \rreturn\r\n".repeat(200);
    let wire = "line\r\nwith \r\0return\r\0\r\n".repeat(200);
    for seed in 1..20 {
        for window in [1, 5] {
            let t = Transfer::new(at(0), text.as_bytes().into(), Mode::Netascii, asked(97, window));
            let path = Path { loss: 10, doubled: 5, delay_us: 700, jitter_us: 700, seed };
            let o = run(t, Reader::new(None), path, false);
            assert!(
                o.end == Step::Finished { last_ack: true } && o.got == wire.as_bytes(),
                "{seed} {window}"
            );
            assert_eq!(o.progress.size, wire.len() as u64);
        }
    }
}

// ---- options -------------------------------------------------------------------------------------------------------

fn first_packet(len: usize, options: Options) -> Vec<u8> {
    drain(&mut start(len, options), at(0)).remove(0)
}

#[test]
fn an_oack_only_when_something_was_asked_for_and_granted() {
    assert_eq!(first_packet(3, Options::default())[..4], [0, 3, 0, 1]);
    let none = Options { blksize: Some(7), timeout: Some(0), windowsize: Some(0), ..Options::default() };
    assert_eq!(first_packet(3, none)[..4], [0, 3, 0, 1]);
    let late = Options { timeout: Some(256), ..Options::default() };
    assert_eq!(first_packet(3, late)[..4], [0, 3, 0, 1]);
}

#[test]
fn options_are_cut_to_what_we_do() {
    let much =
        Options { blksize: Some(65_464), timeout: Some(255), tsize: Some(0), windowsize: Some(u64::MAX) };
    let oack = first_packet(70_000, much);
    let granted =
        format!("\0\x06blksize\0{TFTP_BLOCK}\0timeout\x00255\0tsize\x0070000\0windowsize\0{TFTP_WINDOW}\0");
    assert_eq!(oack, granted.as_bytes());
    let size = Options { tsize: Some(0), ..Options::default() };
    assert_eq!(first_packet(5, size), b"\0\x06tsize\x005\0");
}

#[test]
fn only_ack_0_answers_an_oack_and_only_once_it_was_sent() {
    let mut t = start(3, asked(512, 1));
    t.packet(at(0), &Packet::Ack(0));
    assert_eq!(drain(&mut t, at(0))[0][1], 6, "not yet sent, so not yet confirmed");
    t.packet(at(1), &Packet::Ack(1));
    assert_eq!(drain(&mut t, at(1)).len(), 0);
    assert_eq!(drain(&mut t, at(250))[0][1], 6, "it is sent again");
    t.packet(at(251), &Packet::Ack(0));
    assert_eq!(blocks(&mut t, at(251)), [1]);
}

#[test]
fn a_reader_that_refuses_the_options_ends_it() {
    let mut t = start(3, asked(512, 1));
    drain(&mut t, at(0));
    t.packet(at(1), &Packet::Error { code: 8, message: b"no \x1b[31mthanks" });
    let refused = Failure::Peer { code: 8, message: "no \\u{1b}[31mthanks".into() };
    assert_eq!(drain_to(&mut t, at(1)), (vec![], Step::Failed(refused.clone())));
    t.packet(at(2), &Packet::Ack(0));
    t.closed(at(2));
    assert_eq!(drain_to(&mut t, at(9000)).1, Step::Failed(refused), "an end is an end");
}

#[test]
fn a_small_buffer_sends_nothing_and_loses_nothing() {
    let mut t = windowed(1000, 4);
    let now = at(2);
    for room in 0..516 {
        assert_eq!(t.poll(now, &mut vec![0; room]), Step::Wait(now));
    }
    assert_eq!(blocks(&mut t, now), [1, 2]);
    let mut offer = start(1, asked(512, 1));
    assert_eq!(offer.poll(now, &mut [0; 8]), Step::Wait(now));
    assert_eq!(drain(&mut offer, now).len(), 1);
}

// ---- repeated, foreign and senseless packets -----------------------------------------------------------------------

#[test]
fn a_repeated_ack_sends_nothing_and_moves_no_timer() {
    let mut t = plain(5000);
    assert_eq!(blocks(&mut t, at(0)), [1]);
    t.packet(at(4), &Packet::Ack(1));
    assert_eq!(blocks(&mut t, at(4)), [2]);
    let due = wait(&mut t, at(4));
    assert_eq!(due, at(4) + TFTP_RESEND_EARLY);
    for ms in 5..24 {
        t.packet(at(ms), &Packet::Ack(1));
        t.packet(at(ms), &Packet::Ack(0));
        assert_eq!(wait(&mut t, at(ms)), due);
    }
    assert_eq!(blocks(&mut t, at(54)), [2], "the timer alone sends again");
}

#[test]
fn an_ack_flood_changes_nothing() {
    let mut t = plain(5000);
    assert_eq!(blocks(&mut t, at(0)), [1]);
    for number in (2..=u16::MAX).chain([0]) {
        t.packet(at(1), &Packet::Ack(number));
        assert_eq!(wait(&mut t, at(1)), at(0) + TFTP_RESEND_FIRST);
    }
    assert_eq!(t.progress().bytes_acked, 0);
    t.packet(at(2), &Packet::Ack(1));
    assert_eq!(blocks(&mut t, at(2)), [2]);
}

#[test]
fn packets_that_no_reader_sends_are_passed_over() {
    let mut t = plain(5000);
    assert_eq!(blocks(&mut t, at(0)), [1]);
    for bytes in [&b"\0\x03\0\x01x"[..], b"\0\x06", b"\0\x01a\0octet\0", b"\0\x02a\0octet\0"] {
        t.packet(at(1), &decode(bytes).unwrap());
        assert_eq!(wait(&mut t, at(1)), at(250));
    }
    assert_eq!(t.progress().heard, at(0));
}

#[test]
fn frames_doubled_on_the_path_double_nothing() {
    for (options, len) in [(Options::default(), 100_000), (asked(1428, 16), 1_000_000)] {
        for seed in 1..10 {
            let o = right(len, options, Path { doubled: 20, seed, ..CLEAN });
            assert_eq!(o.progress.blocks_resent, 0, "{options:?}");
        }
    }
}

#[test]
fn a_slow_reader_sets_off_no_chain_of_doubles() {
    // The first answer is later than the first wait: block 1 goes out twice, and both are confirmed.
    let slow = Path { delay_us: 150_000, ..CLEAN };
    let o = right(50_000, Options::default(), slow);
    assert_eq!(o.progress.blocks_resent, 1, "the wait adapts at once");
    // With a window a repeated ACK could be taken for a loss, for ever.
    let o = right(500_000, asked(512, 8), slow);
    assert!(o.progress.blocks_resent <= 8, "{}", o.progress.blocks_resent);
}

// ---- anything at all -----------------------------------------------------------------------------------------------

#[derive(Clone, Debug)]
enum Storm {
    Ack(u16),
    /// Relative to what was confirmed.
    Near(u16),
    Bytes(Vec<u8>),
    Sleep(u64),
    Poll,
}

fn storm() -> impl Strategy<Value = Storm> {
    prop_oneof![
        2 => any::<u16>().prop_map(Storm::Ack),
        6 => (0..70_u16).prop_map(Storm::Near),
        1 => proptest::collection::vec(any::<u8>(), 0..40).prop_map(Storm::Bytes),
        4 => prop_oneof![0..5_000_u64, 0..3_000_000_u64].prop_map(Storm::Sleep),
        4 => Just(Storm::Poll),
    ]
}

proptest! {
    #[test]
    fn a_storm_of_packets_gets_no_more_than_it_is_due(
        steps in proptest::collection::vec(storm(), 0..300),
        len in 0..40_000_usize,
        blksize in proptest::option::of(0..2000_u64),
        windowsize in proptest::option::of(0..100_u64),
        netascii: bool,
    ) {
        let options = Options { blksize, windowsize, ..Options::default() };
        let mode = if netascii { Mode::Netascii } else { Mode::Octet };
        let mut t = Transfer::new(at(0), content(len), mode, options);
        let window = t.window;
        let (mut now, mut packets, mut expiries, mut advances) = (at(0), 0, 0, 1_u64);
        for step in steps {
            let before = t.progress().bytes_acked;
            match step {
                Storm::Ack(n) => t.packet(now, &Packet::Ack(n)),
                Storm::Near(n) => t.packet(now, &Packet::Ack(low_16(t.acked).wrapping_add(n))),
                Storm::Bytes(bytes) => if let Ok(packet) = decode(&bytes) { t.packet(now, &packet) },
                Storm::Sleep(us) => now += Duration::from_micros(us),
                Storm::Poll => {
                    expiries += u64::from(!t.ready() && now >= t.due);
                    packets += drain(&mut t, now).len() as u64;
                }
            }
            let progress = t.progress();
            advances += u64::from(progress.bytes_acked > before);
            prop_assert!(progress.bytes_acked >= before && progress.bytes_acked <= progress.size);
            prop_assert!(t.acked <= t.next && t.next <= t.reached && t.reached <= t.blocks);
            prop_assert!(t.reached - t.acked <= window);
            // A window for each step forward, one for each ring of the timer, at most one repair for each step
            // forward; and the OACK.
            prop_assert!(packets <= 1 + window * (2 * advances + expiries));
            if window == 1 {
                prop_assert!(packets <= 1 + advances + expiries);
            }
        }
    }

    #[test]
    fn any_path_ends_in_the_right_bytes_or_in_a_failure(
        seed: u64, loss in 0..60_u64, doubled in 0..50_u64, delay_us in 1..400_000_u64, jitter_us in 0..400_000_u64,
        len in 0..6_000_usize, blksize in 8..1468_u64, window in 1..20_u64, closes: bool,
    ) {
        let path = Path { loss, doubled, delay_us, jitter_us, seed };
        let o = run(start(len, asked(blksize, window)), Reader::new(Some(900_000)), path, closes);
        match o.end {
            Step::Finished { last_ack: true } => prop_assert!(o.got == *content(len)),
            Step::Finished { last_ack: false } => prop_assert!(closes),
            _ => prop_assert!(content(len).starts_with(&o.got)),
        }
    }
}
