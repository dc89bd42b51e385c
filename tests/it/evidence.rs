//! What phones say of themselves: it identifies them, proves a recovery, and can take the proof back.

use crate::talk::{MAC, PHONE, Talk};
use rescue79::engine::{ConnId, Endpoint, Input};
use rescue79::event::{Condition, Kind, Source, Verdict};
use rescue79::phone_id::Mac;
use rescue79::session::words;
use rescue79::sim::sayings;
use std::net::{Ipv4Addr, SocketAddrV4};

const TARGET: &str = "SIP41.8-5-2S";

fn mac() -> Mac {
    MAC.parse().unwrap()
}

impl Talk {
    pub(crate) fn announces(&mut self, platform: &str, load: &str) {
        let from = SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, 0);
        let frame = sayings::announcement(mac(), platform, load);
        self.engine.handle(self.now, Input::Datagram { at: Endpoint::Cdp, from, bytes: &frame });
        self.drain();
    }

    /// Registers at the SIP port; what it was answered.
    fn registers(&mut self, load: &str) -> Vec<(Endpoint, Vec<u8>)> {
        let from = SocketAddrV4::new(PHONE, 5060);
        let bytes = sayings::sip_registration(mac(), 115, "Cisco-CP7941G/8.5.2", Some(load), from);
        self.input(Endpoint::SipUdp, 5060, &bytes)
    }

    fn verdict(&self) -> Option<Verdict> {
        self.engine.state().phone(mac()).unwrap().verdict()
    }

    fn sentences(&self) -> String {
        self.events.iter().map(words::sentence).collect::<Vec<_>>().join("\n")
    }
}

#[test]
fn an_announcement_tells_what_it_is_before_it_asks_for_anything() {
    let mut talk = Talk::new(true);
    talk.announces("Cisco IP Phone 7941", "TERM41_LOAD");
    let phone = &talk.engine.state().phones[0];
    assert_eq!(phone.identity.model.as_deref(), Some("7941"));
    assert_eq!(phone.identity.condition, Condition::Wiped);
    assert_eq!(phone.plan.as_ref().map(|p| p.from.as_str()), Some("wiped"), "{:?}", phone.plan);
    let mut talk = Talk::new(true);
    talk.announces("Cisco IP Phone 7941", "SCCP41.8-5-2S");
    let plan = talk.engine.state().phones[0].plan.as_ref().unwrap();
    assert_eq!(plan.from, "SCCP41.8-5-2S");
    assert!(talk.sentences().contains("It says by its CDP: it is a 7941 and it runs SCCP41.8-5-2S."));
    let before = talk.events.len();
    talk.announces("Cisco IP Phone 7941", "SCCP41.8-5-2S");
    assert_eq!(talk.events.len(), before, "the same again is no news");
}

#[test]
fn a_registration_proves_and_another_one_takes_the_proof_back() {
    let mut talk = Talk::new(false);
    let answer = talk.registers(TARGET);
    assert!(answer[0].1.starts_with(b"SIP/2.0 200 OK\r\n"));
    assert_eq!(talk.verdict(), Some(Verdict::Recovered), "{}", talk.sentences());
    let closed = talk.engine.state().phones[0].closed.clone().unwrap();
    assert!(
        closed.proof[0].contains("says-target: its SIP registration names SIP41.8-5-2S"),
        "{:?}",
        closed.proof
    );
    assert!(closed.reason.contains("Registering"), "{}", closed.reason);
    // A weaker piece that names another load is shown, and proves nothing.
    talk.announces("Cisco IP Phone 7941", "SCCP41.8-5-2S");
    assert_eq!(talk.verdict(), Some(Verdict::Recovered));
    talk.registers("SIP41.8-4-2S");
    assert_eq!(talk.verdict(), Some(Verdict::Failed));
    assert!(talk.stands("runs-another"));
    assert!(talk.sentences().contains("Contradicted: it seemed to run SIP41.8-5-2S"));
    talk.registers(TARGET);
    assert_eq!(talk.verdict(), Some(Verdict::Recovered), "opened again");
    assert!(!talk.stands("runs-another"));
}

/// A loader announces itself, too, and may have the name of its load.
#[test]
fn an_announcement_proves_only_beside_an_application_or_a_load_that_was_read_whole() {
    let quoted = |talk: &Talk, rules: [&str; 2]| {
        let closed = talk.engine.state().phones[0].closed.clone().unwrap();
        assert_eq!(closed.verdict, Verdict::Recovered);
        for rule in rules {
            assert!(closed.proof.iter().any(|line| line.contains(rule)), "{rule}: {:?}", closed.proof);
        }
    };
    let mut talk = Talk::new(true);
    talk.announces("Cisco IP Phone 7941", TARGET);
    talk.wait(120);
    talk.announces("Cisco IP Phone 7941", TARGET);
    assert_eq!(talk.verdict(), None, "{}", talk.sentences());
    talk.dhcp_as(1, "Cisco Systems, Inc. IP Phone CP-7941G");
    talk.dhcp_as(3, "Cisco Systems, Inc. IP Phone CP-7941G");
    talk.ask(50_000, "dialplan.xml");
    talk.wait(1);
    talk.announces("Cisco IP Phone 7941", TARGET);
    talk.wait(5);
    assert_eq!(talk.verdict(), None, "it may start over yet: {}", talk.sentences());
    talk.wait(20);
    quoted(&talk, ["says-target: its CDP", "application-asks"]);

    let reads = |load: &str| {
        let mut talk = Talk::new(true);
        talk.dhcp(1);
        talk.dhcp(3);
        talk.read(50_000, "P0S3-8-12-00.loads", 9);
        talk.read(50_001, "P0S3-8-12-00.sb2", u16::MAX);
        talk.wait(30);
        talk.dhcp(1);
        talk.dhcp(3);
        talk.announces("Cisco IP Phone 7960", load);
        talk.wait(1);
        talk
    };
    quoted(&reads("P0S3-8-12-00"), ["says-target: its CDP", "read-whole"]);
    assert_eq!(reads("PAS30830").verdict(), None, "its loader speaks");
    assert_eq!(reads("P0S3-7-4-00").verdict(), None);
}

#[test]
fn what_it_says_beats_what_it_reads() {
    let mut talk = Talk::new(true);
    talk.announces("Cisco IP Phone 7941", "SCCP41.8-5-2S");
    talk.registers("SIP41.8-4-2S");
    assert_eq!(talk.verdict(), None);
    let sources: Vec<_> = talk.engine.state().phones[0].sayings().iter().map(|s| s.said.source).collect();
    assert_eq!(sources, [Source::Sip, Source::Cdp]);
    assert_eq!(talk.engine.state().phones[0].plan.as_ref().unwrap().from, "SIP41.8-4-2S");
}

#[test]
fn a_stream_may_come_in_pieces_and_is_ended_politely() {
    let mut talk = Talk::new(false);
    let at = Endpoint::Sccp(ConnId(7));
    let bytes = sayings::sccp_registration(mac(), 115, Some("SCCP41.8-5-3S"));
    let (first, rest) = bytes.split_at(50);
    assert!(talk.input(at, 50_000, first).is_empty() && talk.events.is_empty());
    let answer = talk.input(at, 50_000, rest);
    assert_eq!(answer[0].1[8], 0x9d, "a registration is declined");
    let phone = &talk.engine.state().phones[0];
    assert_eq!(phone.identity.model.as_deref(), Some("7941"));
    assert_eq!(phone.sayings()[0].said.load.as_deref(), Some("SCCP41.8-5-3S"));
}

#[test]
fn garbage_is_counted_and_changes_nothing() {
    let mut talk = Talk::new(true);
    talk.registers(TARGET);
    let before = talk.engine.state().phones.clone();
    let mut noise = 0x2545_f491_4f6c_dd1d_u64;
    for n in 0..2_000_u64 {
        let mut bytes = Vec::new();
        for _ in 0..(n % 97) {
            noise ^= noise << 13;
            noise ^= noise >> 7;
            noise ^= noise << 17;
            bytes.push(noise.to_le_bytes()[3]);
        }
        for at in
            [Endpoint::Cdp, Endpoint::SipUdp, Endpoint::Sip(ConnId(n)), Endpoint::Sccp(ConnId(n + 5_000))]
        {
            talk.input(at, 40_000, &bytes);
        }
        talk.engine.handle(talk.now, Input::HungUp(ConnId(n)));
        talk.engine.handle(talk.now, Input::HungUp(ConnId(n + 5_000)));
    }
    assert_eq!(talk.engine.state().phones, before);
    let told = talk.events.iter().filter(|e| matches!(e.kind, Kind::Garbage { .. })).count();
    assert!((1..10).contains(&told), "{told}");
}
