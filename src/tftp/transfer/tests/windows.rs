//! Several blocks under way at once.

use super::*;

#[test]
fn an_ack_inside_the_window_moves_it_and_mends_what_stays_unanswered() {
    let mut t = windowed(50_000, 4);
    assert_eq!(blocks(&mut t, at(2)), [1, 2, 3, 4]);
    t.packet(at(4), &Packet::Ack(2));
    assert_eq!(blocks(&mut t, at(4)), [5, 6]);
    let mend = wait(&mut t, at(4));
    assert!((at(4) + MS(3)..at(4) + MS(10)).contains(&mend), "a few round trips of 2 ms: {mend:?}");
    assert_eq!(blocks(&mut t, mend), [3, 4, 5, 6]);
    assert_eq!(t.progress().blocks_resent, 4);
    t.packet(mend + MS(2), &Packet::Ack(6));
    assert_eq!(blocks(&mut t, mend + MS(2)), [7, 8, 9, 10]);
}

#[test]
fn an_ack_inside_the_window_mends_nothing_if_the_rest_is_confirmed() {
    let mut t = windowed(50_000, 4);
    assert_eq!(blocks(&mut t, at(2)), [1, 2, 3, 4]);
    t.packet(at(4), &Packet::Ack(2));
    assert_eq!(blocks(&mut t, at(4)), [5, 6]);
    t.packet(at(5), &Packet::Ack(6));
    assert_eq!(blocks(&mut t, at(5)), [7, 8, 9, 10]);
    assert_eq!(wait(&mut t, at(5)), at(5) + TFTP_RESEND_FLOOR, "the hint is gone");
}

#[test]
fn a_lost_first_block_is_told_by_a_repeated_ack_and_mended_once() {
    let mut t = windowed(50_000, 4);
    assert_eq!(blocks(&mut t, at(2)), [1, 2, 3, 4]);
    t.packet(at(4), &Packet::Ack(4));
    assert_eq!(blocks(&mut t, at(4)), [5, 6, 7, 8]);
    assert_eq!(wait(&mut t, at(4)), at(4) + TFTP_RESEND_FLOOR);
    t.packet(at(5), &Packet::Ack(4));
    let mend = wait(&mut t, at(5));
    assert!((at(4) + MS(3)..at(4) + MS(10)).contains(&mend), "a few round trips of 2 ms: {mend:?}");
    for _ in 0..9 {
        t.packet(at(6), &Packet::Ack(4));
        assert_eq!(wait(&mut t, at(6)), mend, "repeating it moves nothing");
    }
    assert_eq!(blocks(&mut t, mend), [5, 6, 7, 8]);
    for _ in 0..9 {
        t.packet(mend + MS(1), &Packet::Ack(4));
        assert_eq!(
            wait(&mut t, mend + MS(1)),
            mend + TFTP_RESEND_FLOOR,
            "once is enough, the timer does the rest"
        );
    }
    t.packet(mend + MS(2), &Packet::Ack(8));
    assert_eq!(blocks(&mut t, mend + MS(2)), [9, 10, 11, 12]);
    let due = wait(&mut t, mend + MS(2));
    t.packet(mend + MS(3), &Packet::Ack(8));
    assert_eq!(wait(&mut t, mend + MS(3)), due, "perhaps an echo of the window that was sent twice");
}

#[test]
fn an_ack_of_what_was_sent_before_the_timer_counts() {
    let mut t = windowed(50_000, 4);
    assert_eq!(blocks(&mut t, at(2)), [1, 2, 3, 4]);
    let due = wait(&mut t, at(2));
    let mut buf = [0; PACKET_BYTES];
    assert_eq!(t.poll(due, &mut buf), Step::Send(516), "block 1 again, 2 to 4 still to come");
    t.packet(due, &Packet::Ack(4));
    assert_eq!(blocks(&mut t, due), [5, 6, 7, 8]);
}
