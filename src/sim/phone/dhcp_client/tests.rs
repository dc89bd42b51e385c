use super::*;
use crate::sim::phone::Deed;
use crate::sim::router::{Router, RouterSpec};
use crate::sim::scenario::StartState::{Pai, Running, Wiped};
use crate::sim::testbench::{Bench, Files, SERVER, router, spec};

fn codes(datagram: &Datagram) -> Vec<u8> {
    let mut codes = Vec::new();
    let mut rest = &datagram.bytes[240..];
    while let [code, length, tail @ ..] = rest
        && *code != 255
    {
        codes.push(*code);
        rest = &tail[usize::from(*length)..];
    }
    codes
}

fn option(datagram: &Datagram, wanted: u8) -> Option<Vec<u8>> {
    let mut rest = &datagram.bytes[240..];
    while let [code, length, tail @ ..] = rest
        && *code != 255
    {
        let (value, tail) = tail.split_at(usize::from(*length));
        if *code == wanted {
            return Some(value.to_vec());
        }
        rest = tail;
    }
    None
}

#[test]
fn the_first_words_of_a_loader() {
    let mut bench = Bench::new(&spec("7960", Pai, None), Files::new());
    bench.run(30);
    let discover = &bench.sent[0].1;
    assert_eq!(codes(discover), [53, 61, 60, 12, 55]);
    assert_eq!(discover.bytes[4..8], [0x0c, 0x18, 0xbd, 0xc1], "the transaction never changes");
    assert_eq!(discover.bytes[8..12], [0, 0, 0x80, 0]);
    assert_eq!(option(discover, 60).unwrap(), b"Cisco Systems, Inc. IP Phone CP-7960G\0");
    assert_eq!(option(discover, 12).unwrap(), b"SEP001B0C18BDC1");
    assert_eq!(option(discover, 55).unwrap(), [1, 66, 6, 3, 15, 150, 35, 151]);
    let request = &bench.sent[1].1;
    assert_eq!(codes(request), [53, 54, 61, 60, 12, 50, 55]);
    assert_eq!(option(request, 50).unwrap(), [192, 168, 1, 20]);
    assert_eq!(request.bytes[4..8], discover.bytes[4..8]);
}

#[test]
fn every_era_has_its_voice() {
    let first = |model: &str, state, load| {
        let mut bench = Bench::new(&spec(model, state, load), Files::new());
        bench.run(60);
        bench.sent[0].1.clone()
    };
    let old = first("7960", Running, Some("P00305000500"));
    assert_eq!(option(&old, 60).unwrap(), b"Cisco Systems, Inc. IP Phone\0");
    assert_eq!(option(&old, 55).unwrap(), [6, 3, 1, 66, 15, 150]);
    let sip = first("7940", Running, Some("P0S3-8-12-00"));
    assert_eq!(option(&sip, 12).unwrap(), b"SIP001B0C18BDC1");
    let java = first("7961", Wiped, None);
    assert_eq!(codes(&java), [53, 61, 12, 60, 55]);
    assert_eq!(option(&java, 60).unwrap(), b"Cisco Systems, Inc. IP Phone CP-7961G\0");
}

#[test]
fn silence_is_asked_into_after_4_8_16_and_32_seconds() {
    let mut bench = Bench::new(&spec("7960", Pai, None), Files::new());
    bench.router = None;
    bench.run(150);
    let begin = bench.sent[0].0;
    let times: Vec<u64> = bench.sent.iter().map(|(at, _)| (*at - begin).as_secs()).take(6).collect();
    assert_eq!(times, [0, 4, 12, 28, 60, 64]);
    assert_eq!(bench.sent[2].1.bytes[9], 4, "seconds field is twice the retry");
}

fn stored(tftp: Option<Ipv4Addr>) -> PhoneSpec {
    let lease = StoredLease { address: Ipv4Addr::new(10, 1, 2, 3), tftp };
    PhoneSpec { stored_lease: Some(lease), ..spec("7960", Pai, None) }
}

#[test]
fn a_stored_lease_is_asked_for_again_until_the_server_says_no() {
    let mut bench = Bench::new(&stored(None), Files::new());
    bench.run(30);
    let first = &bench.sent[0].1;
    assert_eq!(option(first, 53).unwrap(), [3]);
    assert_eq!(option(first, 50).unwrap(), [10, 1, 2, 3]);
    assert_eq!(option(first, 54), None);
    assert_eq!(option(&bench.sent[1].1, 53).unwrap(), [1], "after NAK it begins anew, at once");
    assert_eq!(bench.sent[1].0, bench.sent[0].0);
    assert_eq!(bench.phone.address(), Some(Ipv4Addr::new(192, 168, 1, 20)));
    // The next start asks for what it got.
    let now = bench.now();
    bench.phone.power_off(now);
    bench.phone.power_on(now);
    let before = bench.sent.len();
    bench.run(30);
    assert_eq!(option(&bench.sent[before].1, 50).unwrap(), [192, 168, 1, 20]);
}

#[test]
fn without_any_server_the_old_settings_are_used() {
    let mut bench = Bench::new(&stored(Some(Ipv4Addr::new(10, 1, 2, 1))), Files::new());
    bench.router = None;
    bench.run(145);
    let kinds: Vec<u8> = bench
        .sent
        .iter()
        .filter(|(_, d)| d.to.port() == 67)
        .map(|(_, d)| option(d, 53).unwrap()[0])
        .collect();
    assert_eq!(kinds, [3, 3, 3, 3, 1, 1, 1, 1]);
    assert_eq!(bench.phone.address(), Some(Ipv4Addr::new(10, 1, 2, 3)));
    let read = &bench.sent.iter().find(|(_, d)| d.to.port() == 69).unwrap().1;
    assert_eq!(*read.to.ip(), Ipv4Addr::new(10, 1, 2, 1));
}

/// Whom the phone asks for files, with this answer and these faults.
fn server(model: &str, spec_: RouterSpec, faults: &[Fault]) -> Option<Ipv4Addr> {
    let state = if model == "7960" { Pai } else { Wiped };
    let mut phone = spec(model, state, None);
    phone.faults = faults.to_vec();
    let mut bench = Bench::new(&phone, Files::new());
    bench.router = Some(Router::new(spec_));
    bench.run(80);
    bench.sent.iter().find(|(_, d)| d.to.port() == 69).map(|(_, d)| *d.to.ip())
}

#[test]
fn where_the_file_server_is_read() {
    let four = |n: u8| Ipv4Addr::new(192, 168, 1, n);
    let all = || RouterSpec {
        option_150: four(50).octets().to_vec(),
        option_66: "192.168.1.66".into(),
        siaddr: Some(four(7)),
        ..router()
    };
    assert_eq!(server("7960", all(), &[]), Some(four(50)));
    let ignores = |field| Fault::Ignores { field };
    let no150 = ignores(ServerField::Option150);
    let no66 = ignores(ServerField::Option66);
    assert_eq!(server("7960", all(), std::slice::from_ref(&no150)), Some(four(66)));
    assert_eq!(server("7960", all(), &[no150.clone(), no66.clone()]), Some(four(7)));
    assert_eq!(server("7960", all(), &[no150, no66, ignores(ServerField::Siaddr)]), None);
    let typed = Ipv4Addr::new(10, 0, 0, 9);
    assert_eq!(server("7960", all(), &[Fault::AlternateTftp { address: typed }]), Some(typed));
    // The guide's value, sent as text: a classic phone takes its first four characters, a Java phone no answer at all.
    let text = || RouterSpec { option_150: b"0x0101A8C0".to_vec(), siaddr: Some(SERVER), ..router() };
    assert_eq!(server("7960", text(), &[]), Some(Ipv4Addr::new(48, 120, 48, 49)));
    assert_eq!(server("7961", text(), &[]), None);
    assert_eq!(server("7961", RouterSpec { option_150: Vec::new(), ..text() }, &[]), Some(SERVER));
}

#[test]
fn phones_that_stay_mute_or_deaf() {
    assert_eq!(server("7961", router(), &[Fault::Deaf]), None);
    assert_eq!(server("7961", router(), &[Fault::AsksNothing { unless: None }]), None);
    let needs66 = [Fault::AsksNothing { unless: Some(OfferNeed::Option66) }];
    assert_eq!(server("7961", router(), &needs66), None);
    let with66 = RouterSpec { option_66: "192.168.1.1".into(), ..router() };
    assert_eq!(server("7961", with66, &needs66), Some(SERVER));
}

#[test]
fn a_lease_is_renewed_at_half_its_time() {
    let mut bench = Bench::new(&spec("7960", Pai, None), Files::new());
    bench.router = Some(Router::new(RouterSpec { lease: 200, ..router() }));
    bench.run(500);
    let renewals =
        bench.sent.iter().filter(|(_, d)| *d.from.ip() != Ipv4Addr::UNSPECIFIED && d.to.port() == 67);
    assert!(renewals.clone().count() >= 3);
    assert!(renewals.clone().all(|(_, d)| *d.to.ip() == SERVER && d.bytes[12..16] == [192, 168, 1, 20]));
    assert!(renewals.clone().all(|(_, d)| d.bytes[10..12] == [0, 0] && option(d, 50).is_none()));
    assert_eq!(bench.phone.history().iter().filter(|(_, d)| *d == Deed::Restarted).count(), 0);
    // The server is gone: when the time is over the phone begins anew.
    bench.router = None;
    bench.run(300);
    assert!(bench.phone.history().iter().any(|(_, d)| *d == Deed::Restarted));
    assert_eq!(bench.phone.address(), None);
}
