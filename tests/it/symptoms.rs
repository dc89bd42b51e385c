//! The symptom book: each row that can be seen has an entry, each rule a case in which it speaks and one beside it in which
//! it does not, and no healthy phone ever raises one.

use crate::scenarios::{SEED, play};
use crate::talk::{MAC, PHONE, Talk};
use rescue79::catalogue::text::plain;
use rescue79::catalogue::{Catalogue, ShownBy, Symptom};
use rescue79::clock::Instant;
use rescue79::dhcp::{elsewhere, probe};
use rescue79::engine::Command;
use rescue79::event::{Event, Kind, Remedy, Request, Role, Severity};
use rescue79::load::Family;
use rescue79::phone_id::Mac;
use rescue79::session::State;
use rescue79::sim::scenario::{LanSpec, Verdict, builtin};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::net::Ipv4Addr;

const PAGE: &str = "docs/symptoms.md";

fn entry(page: &mut String, symptom: &Symptom) {
    let severity = match symptom.severity {
        Severity::Note => "worth knowing",
        Severity::Hand => "needs a hand",
        Severity::Wrong => "speaks against a recovery",
    };
    // Writing to a String can't fail.
    let _ = write!(page, "\n### {}\n\n", symptom.code);
    for sentence in [&symptom.seen, &symptom.means] {
        let _ = writeln!(page, "{}", plain(sentence));
    }
    let _ = writeln!(page, "\n**Do this:** {}", plain(&symptom.next));
    for further in &symptom.further {
        let _ = writeln!(page, "- {further}");
    }
    let screen: Vec<_> = symptom.screen.iter().map(|text| format!("“{text}”")).collect();
    if !screen.is_empty() {
        let _ = writeln!(page, "\nOn the screen: {}.", screen.join(", "));
    }
    let stage =
        symptom.stage.as_ref().map(|stage| format!(" Not before the usual time of the stage *{stage}*."));
    let _ = writeln!(
        page,
        "\n*{severity}; sure: {}; {}.*{}",
        symptom.confidence,
        symptom.source,
        stage.unwrap_or_default()
    );
}

fn page() -> String {
    let mut page = format!(
        "# Symptoms\n\nWhat goes wrong, what it means, the one thing to do: edition {} of the book. Made from `assets/symptoms/` by \
         `UPDATE_DOCS=1 cargo test --test it symptoms`. `rescue79 symptoms TEXT` finds an entry by what the phone shows.\n",
        Catalogue::builtin().edition()
    );
    for (shown_by, title) in [
        (ShownBy::Wire, "Seen on the wire"),
        (ShownBy::Screen, "Read off the phone"),
        (ShownBy::Archive, "Said of the firmware, before anything is served"),
        (ShownBy::Laptop, "Said of the laptop"),
    ] {
        let _ = write!(page, "\n## {title}\n");
        let of = |s: &&Symptom| s.shown_by == shown_by;
        Catalogue::builtin().symptoms().iter().filter(of).for_each(|s| entry(&mut page, s));
    }
    page
}

#[test]
fn the_page_is_what_the_book_says() {
    let page = page();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(PAGE, &page).unwrap();
    }
    let written = fs::read_to_string(PAGE).unwrap_or_default().replace("\r\n", "\n");
    assert!(written == page, "{PAGE} is stale: UPDATE_DOCS=1 cargo test --test it symptoms");
}

#[test]
fn every_report_that_can_be_seen_has_an_entry() {
    // A repeated request and a phone that asks over HTTP first are no symptoms: they are answered.
    let answered = ["F35", "F45"];
    let rows: BTreeSet<_> = Catalogue::builtin().symptoms().iter().flat_map(|s| s.rows.clone()).collect();
    let all = (1..=20).map(|n| format!("S{n}")).chain((1..=48).map(|n| format!("F{n}")));
    let missing: Vec<_> = all.filter(|r| !rows.contains(r) && !answered.contains(&r.as_str())).collect();
    assert!(missing.is_empty(), "{missing:?}");
    let codes: Vec<_> = Catalogue::builtin().symptoms().iter().map(|s| &s.code).collect();
    assert_eq!(codes.len(), codes.iter().collect::<BTreeSet<_>>().len(), "a code stands twice");
}

fn file(prefix: &str, tail: &str) -> String {
    format!("{prefix}{MAC}{tail}")
}

thread_local! {
    /// Codes of the cases that were played.
    static PLAYED: std::cell::RefCell<BTreeSet<String>> = std::cell::RefCell::default();
}

/// Plays a case and the one beside it.
fn pair(code: &str, dhcp: bool, speaks: impl Fn(&mut Talk), silent: impl Fn(&mut Talk)) -> Talk {
    PLAYED.with_borrow_mut(|played| played.insert(code.to_owned()));
    let mut near = Talk::new(dhcp);
    silent(&mut near);
    assert!(!near.raised(code), "{code} was raised in the near miss");
    let mut case = Talk::new(dhcp);
    speaks(&mut case);
    assert!(case.stands(code), "{code} was not raised: {:?}", case.engine.state().phones);
    assert!(too_soon(&case.events).is_empty(), "{:?}", too_soon(&case.events));
    case
}

fn times(n: u32, gap: u64, what: impl Fn(&mut Talk)) -> impl Fn(&mut Talk) {
    move |talk| {
        for _ in 0..n {
            what(talk);
            talk.wait(gap);
        }
    }
}

#[test]
fn addresses() {
    // Four requests within the usual 26 s are a healthy phone's.
    pair("no-request", true, times(5, 8, |t| t.dhcp(1)), times(4, 6, |t| t.dhcp(1)));
    let lease = |t: &mut Talk| {
        t.dhcp(1);
        t.dhcp(3);
    };
    let mut case = pair("no-read", true, |t| (lease(t), t.wait(160)).1, |t| (lease(t), t.wait(40)).1);
    case.ask(50_000, &file("CTLSEP", ".tlv"));
    case.wait(1);
    assert!(!case.stands("no-read"), "it asked, so the alarm is withdrawn");
    let mut case = pair("lease-in-vain", true, times(9, 20, lease), times(2, 20, lease));
    case.ask(50_000, &file("CTLSEP", ".tlv"));
    case.wait(1);
    assert!(!case.stands("lease-in-vain"));
    let restart = |t: &mut Talk| t.dhcp_with(3, "Cisco Systems, Inc. IP Phone CP-7960G", Some(t.at), None);
    let stuck = |starts: u32| {
        move |t: &mut Talk| {
            lease(t);
            t.wait(160);
            times(starts, 60, restart)(t);
        }
    };
    let mut case = pair("answers-in-vain", true, stuck(12), stuck(11));
    case.ask(50_000, &file("CTLSEP", ".tlv"));
    case.wait(1);
    assert!(!case.stands("answers-in-vain"), "it asked");
    let mut case = pair("address-in-use", true, |t| (lease(t), t.dhcp(4), t.wait(2)).2, lease);
    lease(&mut case);
    assert!(!case.stands("address-in-use"), "it took another");
    let ask = |t: &mut Talk| {
        t.ask(50_000, &file("SEP", ".cnf.xml"));
        t.wait(2);
    };
    let case = pair("address-from-elsewhere", true, ask, lease);
    assert_eq!(case.engine.state().phones.len(), 1);
    pair("address-from-elsewhere", true, ask, |t| {
        *t = {
            let mut off = Talk::new(false);
            ask(&mut off);
            off
        }
    });
}

#[test]
fn names() {
    let ctl = |t: &mut Talk| drop(t.ask(50_000, &file("CTLSEP", ".tlv")));
    let sep = |t: &mut Talk| drop(t.ask(50_001, &file("SEP", ".cnf.xml")));
    let healthy = times(6, 20, move |t| (ctl(t), sep(t)).1);
    let mut case = pair("trust-list-loop", false, times(4, 8, ctl), healthy);
    let given = case.ask(50_002, &file("CTLSEP", ".tlv"));
    assert_eq!(given.first().map(|(_, data)| &data[..]), Some(&[0, 3, 0, 1][..]), "an empty one from now on");
    case.input(given[0].0, 50_002, &[0, 4, 0, 1]);
    sep(&mut case);
    case.wait(1);
    assert!(!case.stands("trust-list-loop"), "it goes on");
    let signed = |t: &mut Talk| (t.ask(50_000, &file("SEP", ".cnf.xml.sgn")), t.wait(1)).1;
    pair("signed-config", false, signed, |t| {
        t.read(50_000, &file("SEP", ".cnf.xml"), 9);
        t.wait(1);
    });
    let ask = |name: &'static str| {
        move |t: &mut Talk| {
            t.ask(50_000, &file("CTLSEP", ".tlv"));
            t.ask(50_001, name);
            t.wait(1);
        }
    };
    pair("blank-in-name", false, ask("P0S3-8-12-00 .loads"), ask("P0S3-8-12-00.loads"));
    pair("ending-in-name", false, ask("P0S3-8-12-00.sbn.loads"), ask("P0S3-8-12-00.loads"));
    pair("file-missing", false, ask("P0S3-8-11-00.loads"), ask("RINGLIST.DAT"));
    // Without a target nothing is written for it, so its own file is missing for ever.
    let own = |t: &mut Talk| drop(t.ask(50_000, "SIP001D45963F27.cnf"));
    let other = |t: &mut Talk| drop(t.ask(50_001, "RINGLIST.DAT"));
    let bare = |t: &mut Talk| *t = Talk::bare();
    pair(
        "unprovisioned",
        false,
        move |t| (bare(t), times(3, 31, own)(t)).1,
        move |t| (bare(t), times(4, 31, move |t| (own(t), other(t)).1)(t)).1,
    );
}

#[test]
fn reads() {
    let part = "P0S3-8-12-00.sb2";
    let begin = |t: &mut Talk| drop(t.ask(49_999, &file("CTLSEP", ".tlv")));
    let closes = |after: u16| {
        move |t: &mut Talk| {
            begin(t);
            let id = t.read(50_000, part, after).unwrap();
            t.unreachable(id);
            t.wait(20);
        }
    };
    // Once is a phone that lost its power.
    let mut case = pair("header-refused", false, times(2, 1, closes(0)), closes(0));
    case.read(50_001, part, u16::MAX);
    case.wait(1);
    assert!(!case.stands("header-refused"), "it took the file after all");
    pair("same-block", false, times(2, 1, closes(4)), |t| (closes(4)(t), closes(5)(t)).1);
    pair(
        "read-stalled",
        false,
        |t| (begin(t), t.read(50_000, part, 3), t.wait(100)).2,
        |t| (begin(t), t.read(50_000, part, u16::MAX), t.wait(100)).2,
    );
    let list = "term41.default.loads";
    let wiped = |t: &mut Talk| (begin(t), t.read(50_000, list, 9)).1;
    pair(
        "list-refused",
        false,
        times(2, 100, move |t| assert!(wiped(t).is_some())),
        // The same list twice, a second apart, is how a wiped phone asks.
        times(2, 1, move |t| assert!(wiped(t).is_some())),
    );
}

const OLD: &str = "Cisco Systems, Inc. IP Phone";
const NEW: &str = "Cisco Systems, Inc. IP Phone CP-7960G";

#[test]
fn strangers_and_other_servers() {
    let [ours, other] = [Ipv4Addr::new(192, 168, 1, 1), Ipv4Addr::new(192, 168, 1, 254)];
    let wants = |address: [u8; 4]| move |t: &mut Talk| t.dhcp_with(3, NEW, Some(address.into()), None);
    let mut case = pair("foreign-address", true, wants([10, 0, 0, 7]), wants([192, 168, 1, 77]));
    case.dhcp(1);
    case.dhcp(3);
    assert!(!case.stands("foreign-address"), "it took one of ours");
    let class = |class: &'static str| move |t: &mut Talk| t.dhcp_as(1, class);
    pair("not-ours", true, class("Cisco Systems, Inc. IP Phone CP-8945"), class(NEW));
    let takes = |server: Ipv4Addr| {
        move |t: &mut Talk| {
            t.dhcp(1);
            t.dhcp_with(3, NEW, Some(Ipv4Addr::new(192, 168, 1, 44)), Some(server));
        }
    };
    let mut case = pair("another-server", true, takes(other), takes(ours));
    assert!(
        !case.events.iter().any(|e| matches!(e.kind, Kind::DhcpIgnored { .. })),
        "it is told of the phone"
    );
    assert_eq!(case.engine.state().phones[0].trail.elsewhere, Some(other));
    case.ask(50_000, &file("SEP", ".cnf.xml"));
    case.wait(1);
    assert!(!case.stands("another-server"), "it found us all the same");
}

#[test]
fn files_from_another_address() {
    let asks = |t: &mut Talk| {
        let (from, asked) = (MAC.parse().unwrap(), Ipv4Addr::new(10, 0, 0, 5));
        t.engine.note(t.now, Kind::WrongAddress { from, asked, means: "It remembers it.".into() });
        t.drain();
    };
    // Whoever asks for a neighbour and then reads here has found us.
    let finds_us = |t: &mut Talk| {
        asks(t);
        t.wait(5);
        t.ask(50_000, &file("SEP", ".cnf.xml"));
        t.wait(60);
    };
    let mut case = pair("asks-elsewhere", true, |t| (asks(t), t.wait(20)).1, finds_us);
    let phone = &case.engine.state().phones[0];
    assert_eq!(phone.offers(), [Remedy::AdoptAddress], "also of one that was never heard of");
    let order = Command::Remedy { phone: phone.mac, remedy: Remedy::AdoptAddress };
    for _ in 0..2 {
        // The laptop may refuse: it can be tried again.
        case.order(&order);
        let wanted = |e: &rescue79::event::Event| matches!(e.kind, Kind::AddressWanted { address } if address == Ipv4Addr::new(10, 0, 0, 5));
        assert!(case.events.drain(..).any(|e| wanted(&e)));
        assert_eq!(case.engine.state().phones[0].offers(), [Remedy::AdoptAddress]);
        assert_eq!(case.engine.state().phones[0].request, None, "nobody need switch it off and on");
    }
    case.ask(50_000, &file("SEP", ".cnf.xml"));
    case.wait(1);
    assert!(!case.stands("asks-elsewhere"), "it is answered");
    case.order(&order);
    assert!(matches!(case.events.last().unwrap().kind, Kind::OrderRefused { .. }));
}

/// Somebody else gives the addresses, and what that server says of files leads no phone here.
#[test]
fn servers_that_name_nobody() {
    let asks = |octets: [u8; 4]| {
        move |t: &mut Talk| {
            let (from, asked) = (MAC.parse().unwrap(), octets.into());
            t.engine.note(t.now, Kind::WrongAddress { from, asked, means: String::new() });
            t.wait(20);
        }
    };
    let case = pair("asks-letters", false, asks([48, 120, 48, 49]), asks([10, 0, 0, 5]));
    assert!(!case.stands("asks-elsewhere"), "one word is enough");
    let own = Ipv4Addr::new(192, 168, 1, 1);
    let judged = |fault| {
        let server = Ipv4Addr::new(192, 168, 1, 254);
        let answer = probe::Answer { server, offers: Some(PHONE), tftp: Vec::new(), fault };
        elsewhere::symptom(&answer, own)
    };
    assert_eq!(judged(None), None);
    for (code, fault, value) in [
        ("option-150-text", probe::Fault::Text("0x0101A8C0".to_owned()), "0x0101A8C0"),
        ("option-150-length", probe::Fault::Length(14), "14"),
        ("names-no-server", probe::Fault::Nothing, "192.168.1.254"),
    ] {
        let Some(Kind::Symptom { code: raised, seen, next, .. }) = judged(Some(fault)) else {
            panic!("{code}")
        };
        assert_eq!(raised, code);
        assert!(seen.contains(value) && next.contains("192.168.1.1"), "{seen} {next}");
        PLAYED.with_borrow_mut(|played| played.insert(code.to_owned()));
    }
    // On a bench: the one with text is named, the one with an address is not.
    for (bench, wanted) in
        [("router-with-text-150", Some("option-150-text")), ("router-gives-addresses", None)]
    {
        let bench = builtin().unwrap().into_iter().find(|b| b.name == bench).unwrap();
        let (_, events) = play(&bench, SEED).unwrap();
        let of = |e: &rescue79::event::Event| match &e.kind {
            Kind::Symptom { code, .. } if e.phone.is_none() => Some(code.clone()),
            _ => None,
        };
        assert_eq!(events.iter().find_map(of).as_deref(), wanted, "{}", bench.name);
    }
}

/// One action, in one sentence, and nothing that is typed before the program starts.
#[test]
fn what_is_to_be_done_next_is_one_thing() {
    for symptom in Catalogue::builtin().symptoms() {
        let next = &symptom.next;
        let stops = next.matches(". ").count() + usize::from(next.ends_with('.'));
        assert_eq!(stops, 1, "{}: {next}", symptom.code);
        for second in ["--", ";", ", then", " else "] {
            assert!(!next.contains(second), "{}: {next}", symptom.code);
        }
    }
}

#[test]
fn a_phone_of_another_line_is_known_by_its_files() {
    for (file, ours) in [("cp7912r.zup", false), ("ldragonr.zup", false), ("RINGLIST.XML", true)] {
        let mut talk = Talk::new(true);
        talk.dhcp_as(1, "something");
        talk.dhcp_as(3, "something");
        talk.ask(50_000, file);
        talk.wait(2);
        assert_eq!(talk.stands("not-ours"), !ours, "{file}");
    }
    assert_eq!(Catalogue::builtin().symptoms_like("menu locked")[0].code, "menu-locked");
    assert_eq!(
        Catalogue::builtin().symptoms_like("Incorrect factory reset sequence")[0].code,
        "reset-not-taken"
    );
}

#[test]
fn files_that_lead_nowhere() {
    let shelf: &'static [(&str, &str)] =
        &[("OS79XX.TXT", "P00308000900"), ("XMLDefault.cnf.xml", "<Default></Default>")];
    let given = |files: &'static [(&str, &str)], class: &'static str| {
        move |t: &mut Talk| {
            *t = Talk::with_files(&["P00308000900"], files);
            t.dhcp_as(1, class);
            t.ask(50_000, &file("SEP", ".cnf.xml"));
            t.read(50_001, "OS79XX.txt", 9);
            t.wait(100);
        }
    };
    let same: &'static [(&str, &str)] =
        &[("OS79XX.TXT", "P00305000500"), ("XMLDefault.cnf.xml", "<Default></Default>")];
    let case = pair("default-ignored", true, given(shelf, OLD), given(same, OLD));
    assert_eq!(case.engine.state().phones[0].offers(), [Remedy::OwnFile]);
    let told = |list: bool| {
        move |t: &mut Talk| {
            t.dhcp(1);
            t.dhcp(3);
            t.ask(50_000, &file("CTLSEP", ".tlv"));
            t.read(50_001, "XMLDefault.cnf.xml", 9);
            if list {
                t.read(50_002, "P0S3-8-12-00.loads", 9);
            }
            t.dhcp(1);
            t.dhcp(3);
            t.read(50_003, "SIPDefault.cnf", 9);
            t.wait(30);
        }
    };
    let mut case = pair("loader-misled", true, told(false), told(true));
    assert!(case.engine.state().phones[0].closed.is_none() && case.engine.state().phones[0].hop == 0);
    assert_eq!(case.engine.state().phones[0].offers(), [Remedy::HideDefault]);
    case.read(50_004, "P0S3-8-12-00.loads", 9);
    case.wait(1);
    assert!(!case.stands("loader-misled"), "its loader asks for the load after all");
}

#[test]
fn what_was_read_and_what_was_not() {
    let part = "P0S3-8-12-00.sb2";
    let begin = |t: &mut Talk| drop(t.ask(49_999, &file("CTLSEP", ".tlv")));
    // Twice may be an answer that was lost; three times is a phone that can't write.
    let reads = |times: u16| {
        move |t: &mut Talk| {
            begin(t);
            for n in 0..times {
                t.read(50_000 + n, "P0S3-8-12-00.loads", 9);
                t.read(51_000 + n, part, u16::MAX);
                t.wait(60);
            }
        }
    };
    let case = pair("flash-repeats", false, reads(3), reads(2));
    assert!(case.engine.state().phones[0].closed.is_none());
    // A load of the first years that is told what it runs looks again only when it starts.
    let told = |seconds: u64| {
        move |t: &mut Talk| {
            *t = Talk::with_files(&["P00305000500"], &[]);
            t.dhcp_as(1, OLD);
            t.dhcp_as(3, OLD);
            t.read(50_000, "OS79XX.TXT", 9);
            t.order(&Command::Replan {
                phone: MAC.parse().unwrap(),
                target: Some("P00305000500".into()),
                from: Some("P00303010102".into()),
            });
            t.read(50_001, "OS79XX.TXT", 9);
            t.wait(seconds);
        }
    };
    let mut case = pair("power-cycle", true, told(100), told(30));
    let request = case.engine.state().phones[0].request.clone().unwrap();
    assert_eq!(request.request, Request::PowerCycle);
    case.dhcp_as(1, OLD);
    case.wait(1);
    assert_eq!(case.engine.state().phones[0].request, None, "it was switched off and on");
    let announces = |load: &'static str| {
        move |t: &mut Talk| {
            t.dhcp(1);
            t.dhcp(3);
            t.read(50_000, "P0S3-8-12-00.loads", 9);
            t.read(50_001, part, u16::MAX);
            t.wait(30);
            t.ask(50_002, "SIPDefault.cnf");
            t.wait(1);
            t.announces("Cisco IP Phone 7960", load);
            t.wait(1);
        }
    };
    pair("runs-another", true, announces("P0S3-7-4-00"), announces("P0S3-8-12-00"));
}

/// The stages that an event belongs to: a phone is in them from the first event of a row of them on.
fn stages(kind: &Kind) -> &'static [&'static str] {
    match kind {
        Kind::DhcpOffer { .. } | Kind::DhcpAck { .. } | Kind::DhcpNak { .. } => &["dhcp", "leased"],
        Kind::ReadStarted { role, .. } | Kind::ReadRefused { role, .. } => match role {
            Role::LoadsList | Role::TermList => &["list"],
            Role::Loader | Role::Image | Role::Application | Role::Part => &["loader", "parts", "flashing"],
            Role::AppFile | Role::SipDefault | Role::SipConfig => &["config", "proof"],
            _ => &["config"],
        },
        _ => &[],
    }
}

/// Symptoms that were raised before the usual range of their stage had passed. Every bench is held against it, with every
/// seed.
pub(crate) fn too_soon(events: &[Event]) -> Vec<String> {
    let (mut wrong, mut state) = (Vec::new(), State::default());
    let mut since: BTreeMap<(Mac, &str), Instant> = BTreeMap::new();
    for event in events {
        state.apply(event);
        let Some(mac) = event.phone else { continue };
        let of = stages(&event.kind);
        if !of.is_empty() {
            since.retain(|(phone, stage), _| *phone != mac || of.contains(stage));
        }
        for stage in of {
            since.entry((mac, stage)).or_insert(event.at);
        }
        let Kind::Symptom { code, .. } = &event.kind else { continue };
        let book = Catalogue::builtin().symptom(code).unwrap();
        let Some(stage) = book.stage.as_deref() else { continue };
        let family = state.phone(mac).and_then(|phone| phone.identity.family).unwrap_or(Family::Classic);
        let usual = u64::from(Catalogue::builtin().stage(family, stage).unwrap().usual[1]);
        let waited = since.get(&(mac, stage)).map(|since| event.at.since(*since).as_secs());
        if waited.is_none_or(|waited| waited < usual) {
            wrong.push(format!("#{} {code} after {waited:?} s of {stage}, usually up to {usual}", event.n));
        }
    }
    wrong
}

#[test]
fn every_rule_of_the_book_has_a_case_and_a_near_miss() {
    for group in [
        addresses,
        names,
        reads,
        strangers_and_other_servers,
        files_from_another_address,
        servers_that_name_nobody,
        files_that_lead_nowhere,
        what_was_read_and_what_was_not,
    ] {
        group();
    }
    let played = PLAYED.with_borrow(Clone::clone);
    let wire = Catalogue::builtin().symptoms().iter().filter(|s| s.shown_by == ShownBy::Wire);
    let wire: BTreeSet<_> = wire.map(|s| s.code.clone()).collect();
    assert_eq!(played, wire);
    // What is said before anything is served: a bench that is refused for it, and what refuses it.
    let benches = builtin().unwrap();
    for (code, bench, refusal) in [
        ("wrong-family", "wrong-family", Some("family")),
        ("hop-missing", "hop-missing", Some("hop-missing")),
        ("incomplete", "missing-part", Some("incomplete")),
        ("two-lists", "two-releases", None),
    ] {
        assert_eq!(Catalogue::builtin().symptom(code).unwrap().shown_by, ShownBy::Archive);
        let bench = benches.iter().find(|b| b.name == bench).unwrap();
        assert_eq!(bench.plan.refused.values().next().map(String::as_str), refusal, "{code}");
    }
    let archive = Catalogue::builtin().symptoms().iter().filter(|s| s.shown_by == ShownBy::Archive).count();
    assert_eq!(archive, 4, "each has its bench above");
}

/// What a healthy bench may say: facts, not alarms.
const FACTS: [&str; 1] = ["foreign-address"];

#[test]
fn no_healthy_phone_raises_an_alarm_even_on_a_bad_line() {
    let bad = LanSpec { delay_us: [500, 30_000], loss: 2.0, duplicates: 2.0, reorder: 2.0 };
    let mut played = 0;
    for mut scenario in builtin().unwrap() {
        let healthy = |expect: &rescue79::sim::scenario::Expect| {
            expect.verdict == Verdict::Recovered && expect.symptoms.is_empty()
        };
        let phones = scenario.phones();
        if !scenario.plan.refused.is_empty()
            || !phones.iter().all(|(spec, e)| healthy(e) && spec.faults.is_empty())
        {
            continue;
        }
        for (seed, lan) in [(SEED, None), (5, None), (11, Some(&bad)), (12, Some(&bad)), (13, Some(&bad))] {
            if let Some(lan) = lan {
                scenario.lan = lan.clone();
            }
            let (world, events) = play(&scenario, seed).unwrap();
            let raised = events.iter().filter_map(|e| match &e.kind {
                Kind::Symptom { code, seen, .. } if !FACTS.contains(&code.as_str()) => {
                    Some((e.at, code, seen))
                }
                Kind::Requested { text, .. } => Some((e.at, text, text)),
                _ => None,
            });
            let raised: Vec<_> = raised.collect();
            assert!(
                raised.is_empty(),
                "{} (seed {seed}): {raised:?}\n{:?}",
                scenario.name,
                world.state().phones
            );
            played += 1;
        }
    }
    assert!(played >= 40, "only {played} benches are healthy");
}
