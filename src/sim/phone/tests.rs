use super::*;
use crate::sim::phone::spec::StartState::{Pai, Running, Wiped};
use crate::sim::phone::spec::{Break, Stage};
use crate::sim::testbench::{Bench, Files, java_set, put, signed, spec, universal, whole_image, xml};

const SIP812: &str = "P0S3-8-12-00";
const SCCP809: &str = "P00308000900";
const OWN_XML: &str = "SEP001B0C18BDC1.cnf.xml";

fn sip812() -> Files {
    let mut files = Files::new();
    universal(&mut files, SIP812, "P003-8-12-00", "PAS30830");
    files
}

/// The program's way: the default file names the load.
fn default_xml(files: &mut Files, load: &str) {
    let text = format!("<Default><loadInformation7>{load}</loadInformation7></Default>");
    put(files, "XMLDefault.cnf.xml", text.into_bytes());
}

#[test]
fn the_conversion_that_was_seen_on_a_wire() {
    let mut files = sip812();
    default_xml(&mut files, SIP812);
    let mut bench = Bench::new(&spec("7960", Running, Some(SCCP809)), files);
    bench.run(300);
    let asked = bench.asked();
    let list = [
        "CTLSEP<mac>.tlv",
        "SEP<mac>.cnf.xml",
        "SIP<mac>.cnf",
        "MGC<mac>.cnf",
        "XMLDefault.cnf.xml",
        "P0S3-8-12-00.loads",
    ];
    assert_eq!(asked[..6], list);
    assert_eq!(asked[6], "P003-8-12-00.sbn");
    assert_eq!(asked[7..13], list);
    assert_eq!(asked[13], "P0S3-8-12-00.sb2");
    assert_eq!(
        asked[14..],
        [
            vec!["SIPDefault.cnf", "./SIP<mac>.cnf", "RINGLIST.DAT", "dialplan.xml"],
            vec!["./SIP<mac>.cnf"; asked.len() - 18]
        ]
        .concat()
    );
    assert!(asked.len() >= 20, "asks for its own file for ever");
    assert_eq!(bench.phone.running(), Some(SIP812));
    assert_eq!(bench.phone.screen(), "Phone Unprovisioned");
    // Rough times of the real trace: loader after 2 s, list again at 27, application at 30, up at 75, then every 31.
    let first = bench.phone.history().iter().find(|(_, d)| matches!(d, Deed::Asked(_))).unwrap().0;
    let times: Vec<u64> = bench.asked_at(first).into_iter().map(|(at, _)| at).collect();
    assert!((1..=4).contains(&times[6]), "{times:?}");
    assert!((13..=32).contains(&times[7]), "{times:?}");
    assert!((15..=36).contains(&times[13]), "{times:?}");
    assert!((40..=85).contains(&times[14]), "{times:?}");
    assert!((31..=32).contains(&(times[19] - times[18])), "{times:?}");
}

#[test]
fn protocol_application_invalid_repeats_the_list_without_dhcp() {
    let mut bench = Bench::new(&spec("7940", Pai, None), Files::new());
    bench.run(120);
    assert_eq!(bench.phone.screen(), "Protocol Application Invalid");
    assert_eq!(bench.phone.running(), None);
    let rounds: Vec<u64> = bench
        .asked_at(Instant::ZERO)
        .into_iter()
        .filter(|(_, name)| name.starts_with("CTLSEP"))
        .map(|(at, _)| at)
        .collect();
    assert!(rounds.len() >= 3);
    assert!(rounds.windows(2).all(|w| (16..=39).contains(&(w[1] - w[0]))), "{rounds:?}");
    let leases = bench.phone.history().iter().filter(|(_, d)| matches!(d, Deed::Leased(_))).count();
    assert_eq!(leases, 1);
    // The files are put there, and it goes on by itself.
    bench.files = sip812();
    put(&mut bench.files, OWN_XML, xml(SIP812));
    bench.run(200);
    assert_eq!(bench.flashed(), ["PAS30830", SIP812]);
}

#[test]
fn a_chain_from_an_unsigned_image() {
    let mut files = sip812();
    put(&mut files, "P00305000500.bin", whole_image("P00305000500"));
    put(&mut files, "P00305000500.sbn", signed("P00305000500.sbn", &whole_image("P00305000500")));
    universal(&mut files, SCCP809, SCCP809, "PAS30809");
    let mut bench = Bench::new(&spec("7960", Running, Some("P00303010102")), files);
    // As the program does it: the next hop is named as soon as the last one is in flash.
    let mut hops = ["P00305000500", SCCP809, SIP812].into_iter();
    let mut hop = hops.next().unwrap();
    put(&mut bench.files, OWN_XML, xml(hop));
    for _ in 0..600 {
        bench.run(1);
        if bench.phone.running() == Some(hop)
            && let Some(next) = hops.next()
        {
            hop = next;
            put(&mut bench.files, OWN_XML, xml(hop));
        }
    }
    let asked = bench.asked();
    assert_eq!(asked[..3], ["OS79XX.TXT", "SEP<mac>.cnf.xml", "P00305000500.bin"]);
    assert_eq!(asked[3..5], ["SEP<mac>.cnf.xml", "OS79XX.txt"]);
    assert!(asked.contains(&"P00308000900.sbn".into()));
    assert!(asked.contains(&"P00308000900.sb2".into()));
    assert_eq!(bench.phone.running(), Some(SIP812), "{asked:?}");
}

#[test]
fn old_images_refuse_what_they_can_not_take() {
    // 3.1 straight to the universal loader.
    let mut files = Files::new();
    universal(&mut files, SCCP809, SCCP809, "PAS30809");
    put(&mut files, OWN_XML, xml(SCCP809));
    let mut bench = Bench::new(&spec("7960", Running, Some("P00303010102")), files);
    bench.run(200);
    assert_eq!(bench.refused(), [("P00308000900.bin", Refusal::HopMissing)]);
    // 5.0 back to an unsigned image.
    let mut files = Files::new();
    put(&mut files, "P00303010102.sbn", whole_image("P00303010102"));
    put(&mut files, OWN_XML, xml("P00303010102"));
    let mut bench = Bench::new(&spec("7960", Running, Some("P00305000500")), files);
    bench.run(200);
    assert_eq!(bench.refused(), [("P00303010102.sbn", Refusal::NotSigned)]);
    assert_eq!(bench.phone.running(), Some("P00305000500"));
}

#[test]
fn the_protocol_file_decides_only_between_protocols() {
    let mut files = Files::new();
    put(
        &mut files,
        "P003-07-5-00.sbn",
        signed("P003-07-5-00.sbn", &crate::sim::testbench::loader_image("P003-07-5-00", "PAS30750")),
    );
    put(&mut files, "OS79XX.TXT", b"P003-07-5-00\r\n".to_vec());
    put(&mut files, "SIPDefault.cnf", b"image_version: P0S3-06-3-00\n".to_vec());
    let mut bench = Bench::new(&spec("7960", Running, Some("P0S3-06-3-00")), files.clone());
    bench.run(200);
    assert_eq!(bench.flashed(), ["PAS30750"]);
    // An SCCP image begins with the same four characters: its own configuration decides.
    put(&mut files, OWN_XML, xml("P00305000500"));
    let mut bench = Bench::new(&spec("7960", Running, Some("P00305000500")), files.clone());
    bench.run(200);
    assert_eq!(bench.flashed(), [""; 0]);
    // A blank behind the name becomes part of it.
    put(&mut files, "OS79XX.TXT", b"P003-07-5-00 \r\n".to_vec());
    let mut bench = Bench::new(&spec("7960", Running, Some("P0S3-06-3-00")), files);
    bench.run(200);
    assert_eq!(bench.refused(), [("P003-07-5-00 .sbn", Refusal::Missing)]);
}

#[test]
fn the_loader_judges_what_it_reads() {
    let base = || {
        let mut files = sip812();
        put(&mut files, OWN_XML, xml(SIP812));
        files
    };
    let run = |files: Files| {
        let mut bench = Bench::new(&spec("7960", Pai, None), files);
        while bench.refused().is_empty() {
            bench.run(1);
        }
        let first = bench.refused().first().map(|(file, why)| ((*file).to_owned(), *why));
        (bench.phone.screen().to_owned(), first)
    };
    let with = |name: &str, bytes: Option<Vec<u8>>| {
        let mut files = base();
        match bytes {
            Some(bytes) => put(&mut files, name, bytes),
            None => drop(files.remove(&name.to_ascii_lowercase())),
        }
        run(files)
    };
    let sb2 = "P0S3-8-12-00.sb2";
    assert_eq!(
        with(sb2, Some(signed("P0S3-8-11-00.sb2", &whole_image(SIP812)))),
        ("File auth error".into(), Some((sb2.into(), Refusal::WrongName)))
    );
    assert_eq!(
        with(sb2, Some(whole_image(SIP812))),
        ("File auth error".into(), Some((sb2.into(), Refusal::NotSigned)))
    );
    assert_eq!(with(sb2, None), ("TFTP file not found".into(), Some((sb2.into(), Refusal::Missing))));
    assert_eq!(
        with("P0S3-8-12-00.loads", None),
        ("TFTP file not found".into(), Some(("P0S3-8-12-00.sbn".into(), Refusal::Missing)))
    );
    // An empty own file: no load, and no looking further.
    default_xml(&mut base(), SIP812);
    assert_eq!(
        with(OWN_XML, Some(Vec::new())),
        ("Protocol Application Invalid".into(), Some(("configuration".into(), Refusal::NoLoad)))
    );
    assert_eq!(
        with(OWN_XML, Some(vec![b' '; 9000])),
        ("TFTP error".into(), Some(("SEP".into(), Refusal::TooBig)))
    );
    assert_eq!(
        with(OWN_XML, Some(xml("SIP41.8-5-4S"))).1,
        Some(("SIP41.8-5-4S".into(), Refusal::WrongFamily))
    );
}

#[test]
fn a_list_that_is_missing_means_an_old_image() {
    let mut files = Files::new();
    put(&mut files, "P0S3-06-3-00.sbn", signed("P0S3-06-3-00.sbn", &whole_image("P0S3-06-3-00")));
    put(&mut files, OWN_XML, xml("P0S3-06-3-00"));
    let mut bench = Bench::new(&spec("7960", Running, Some("P0S3-07-5-00")), files);
    bench.run(300);
    assert_eq!(bench.flashed(), ["P0S3-06-3-00"]);
}

#[test]
fn the_loop_of_sip_7() {
    // The application obeys SIPDefault, the loader stops at XMLDefault, which names what it runs already.
    let mut files = Files::new();
    universal(&mut files, "P0S3-07-5-00", "P003-07-5-00", "PAS30750");
    universal(&mut files, "P0S3-07-4-00", "P003-07-4-00", "PAS30000");
    default_xml(&mut files, "P0S3-07-4-00");
    put(&mut files, "SIPDefault.cnf", b"image_version: \"P0S3-07-5-00\"\n".to_vec());
    let mut bench = Bench::new(&spec("7960", Running, Some("P0S3-07-4-00")), files.clone());
    bench.run(600);
    let restarts = bench.phone.history().iter().filter(|(_, d)| *d == Deed::Restarted).count();
    assert!(restarts > 5, "{restarts}");
    assert_eq!(bench.phone.running(), Some("P0S3-07-4-00"));
    // Its own file ends it.
    put(&mut bench.files, OWN_XML, xml("P0S3-07-5-00"));
    bench.run(300);
    assert_eq!(bench.phone.running(), Some("P0S3-07-5-00"));
    // 8.12 would have given up after one try.
    universal(&mut files, SIP812, "P003-8-12-00", "PAS30000");
    default_xml(&mut files, SIP812);
    let mut bench = Bench::new(&spec("7960", Running, Some(SIP812)), files);
    bench.run(600);
    assert_eq!(bench.phone.history().iter().filter(|(_, d)| *d == Deed::Restarted).count(), 1);
}

#[test]
fn silence_costs_39_seconds_a_file() {
    let mut bench = Bench::new(&spec("7960", Pai, None), Files::new());
    bench.silent = true;
    bench.run(60);
    let requests: Vec<_> = bench.sent.iter().filter(|(_, d)| d.to.port() == 69).collect();
    let begin = requests[0].0;
    let seen: Vec<(u64, u16)> =
        requests.iter().map(|(at, d)| ((*at - begin).as_secs(), d.from.port() - 49_152)).take(13).collect();
    assert_eq!(
        seen,
        [
            (0, 0),
            (1, 0),
            (5, 0),
            (9, 0),
            (13, 1),
            (14, 1),
            (18, 1),
            (22, 1),
            (26, 2),
            (27, 2),
            (31, 2),
            (35, 2),
            (39, 3)
        ]
    );
    bench.run(400);
    assert_eq!(bench.phone.screen(), "TFTP timeout");
}

#[test]
fn power_that_goes_while_the_application_is_written() {
    let mut files = sip812();
    put(&mut files, OWN_XML, xml(SIP812));
    let mut phone = spec("7960", Running, Some(SCCP809));
    phone.faults = vec![Fault::PowerCut { stage: Stage::ApplicationFlash, back_after: 20 }];
    let mut bench = Bench::new(&phone, files);
    let mut seen_dark = false;
    for _ in 0..300 {
        bench.run(1);
        if bench.phone.history().iter().any(|(_, d)| *d == Deed::PowerOff) && !seen_dark {
            seen_dark = true;
            assert_eq!((bench.phone.screen(), bench.phone.running()), ("", None));
        }
    }
    assert!(seen_dark);
    assert_eq!(bench.phone.running(), Some(SIP812), "the loader survives and reads again");
    assert_eq!(bench.flashed(), ["PAS30830", SIP812]);
}

#[test]
fn power_that_goes_at_other_moments() {
    for (stage, flashed) in [
        (Stage::Lease, vec!["PAS30830", SIP812]),
        (Stage::Transfer, vec!["PAS30830", SIP812]),
        (Stage::LoaderFlash, vec!["PAS30830", SIP812]),
    ] {
        let mut files = sip812();
        put(&mut files, OWN_XML, xml(SIP812));
        let mut phone = spec("7960", Running, Some(SCCP809));
        phone.faults = vec![Fault::PowerCut { stage, back_after: 15 }];
        let mut bench = Bench::new(&phone, files);
        bench.run(400);
        let offs = bench.phone.history().iter().filter(|(_, d)| *d == Deed::PowerOff).count();
        assert_eq!((offs, bench.flashed(), bench.phone.running()), (1, flashed, Some(SIP812)), "{stage:?}");
    }
    // The only image of an old phone: nothing is left.
    let mut files = Files::new();
    put(&mut files, "P00305000500.sbn", signed("P00305000500.sbn", &whole_image("P00305000500")));
    put(&mut files, OWN_XML, xml("P00305000500"));
    let mut phone = spec("7960", Running, Some("P00303010102"));
    phone.faults = vec![Fault::PowerCut { stage: Stage::ApplicationFlash, back_after: 15 }];
    let mut bench = Bench::new(&phone, files);
    bench.run(300);
    assert_eq!((bench.phone.running(), bench.phone.address()), (None, None));
    // A Java phone sees the damage and asks for its default list.
    let mut files = Files::new();
    java_set(&mut files, "sip", "41", "8-5-2", &["61"]);
    put(&mut files, OWN_XML, xml("SIP41.8-5-2S"));
    let mut phone = spec("7961", Running, Some("SCCP41.8-4-4S"));
    phone.faults = vec![Fault::PowerCut { stage: Stage::ApplicationFlash, back_after: 15 }];
    let mut bench = Bench::new(&phone, files);
    bench.run(700);
    assert!(bench.asked().contains(&"term61.default.loads".into()));
    assert_eq!(bench.phone.running(), Some("SIP41.8-5-2S"));
}

#[test]
fn a_wiped_phone_climbs_over_the_key_wall() {
    let mut files = Files::new();
    java_set(&mut files, "sip", "41", "9-4-2", &["41", "61"]);
    let mut bench = Bench::new(&spec("7961", Wiped, None), files);
    bench.run(400);
    let asked = bench.asked();
    assert!(asked.iter().all(|name| name == "term61.default.loads"), "{asked:?}");
    assert!(asked.len() >= 3);
    assert_eq!(bench.refused()[0], ("term61.default.loads", Refusal::UnknownKey));
    // One rung down: the five parts in their order.
    let mut files = Files::new();
    java_set(&mut files, "sip", "41", "8-5-2", &["41", "61"]);
    let begun = bench.now();
    bench.files = files;
    bench.run(500);
    let mut asked: Vec<_> = bench.asked_at(begun).into_iter().map(|(_, n)| n).collect();
    asked.dedup();
    assert_eq!(
        asked[..8],
        [
            "term61.default.loads",
            "jar41sip.8-5-2.sbn",
            "cnu41.8-5-2.sbn",
            "apps41.8-5-2.sbn",
            "dsp41.8-5-2.sbn",
            "cvm41sip.8-5-2.sbn",
            "CTLSEP<mac>.tlv",
            "SEP<mac>.cnf.xml"
        ]
    );
    assert_eq!(bench.phone.running(), Some("SIP41.8-5-2S"));
    // 8.5(2) knows both keys: the configuration takes it on, and 9.x asks for the newer trust lists.
    java_set(&mut bench.files, "sip", "41", "9-4-2", &["41", "61"]);
    put(&mut bench.files, OWN_XML, xml("SIP41.9-4-2S"));
    bench.phone.power_off(bench.now());
    bench.phone.power_on(bench.now());
    let begun = bench.now();
    bench.run(500);
    assert_eq!(bench.phone.running(), Some("SIP41.9-4-2S"));
    let asked: Vec<_> = bench.asked_at(begun).into_iter().map(|(_, n)| n).collect();
    assert!(asked.contains(&"ITLSEP<mac>.tlv".into()) && asked.contains(&"ITLFile.tlv".into()));
}

#[test]
fn another_protocol_of_the_same_release_needs_two_parts() {
    let mut files = Files::new();
    java_set(&mut files, "sccp", "41", "8-5-2", &["61"]);
    let mut bench = Bench::new(&spec("7961", Wiped, None), files);
    bench.run(500);
    assert_eq!(bench.phone.running(), Some("SCCP41.8-5-2S"));
    java_set(&mut bench.files, "sip", "41", "8-5-2", &[]);
    put(&mut bench.files, OWN_XML, xml("SIP41.8-5-2S"));
    bench.phone.power_off(bench.now());
    bench.phone.power_on(bench.now());
    let begun = bench.now();
    bench.run(500);
    let parts: Vec<_> =
        bench.asked_at(begun).into_iter().map(|(_, n)| n).filter(|n| n.contains(".sbn")).collect();
    assert_eq!(parts, ["jar41sip.8-5-2.sbn", "cvm41sip.8-5-2.sbn"]);
    assert_eq!(bench.phone.running(), Some("SIP41.8-5-2S"));
}

#[test]
fn java_phones_judge_what_they_read() {
    let run = |change: &dyn Fn(&mut PhoneSpec, &mut Files)| {
        let mut files = Files::new();
        java_set(&mut files, "sip", "41", "8-5-2", &["61"]);
        let mut phone = spec("7961", Wiped, None);
        change(&mut phone, &mut files);
        let mut bench = Bench::new(&phone, files);
        bench.run(300);
        bench.refused().first().map(|(file, why)| ((*file).to_owned(), *why))
    };
    let refused = |file: &str, why| Some((file.to_owned(), why));
    assert_eq!(run(&|_, f| drop(f.remove("dsp41.8-5-2.sbn"))), refused("dsp41.8-5-2.sbn", Refusal::Missing));
    assert_eq!(
        run(&|_, f| f.get_mut("apps41.8-5-2.sbn").unwrap().truncate(2000)),
        refused("apps41.8-5-2.sbn", Refusal::Truncated)
    );
    assert_eq!(
        run(&|p, _| p.needs_at_least = Some("9.3.1SR1".into())),
        refused("term61.default.loads", Refusal::Hardware)
    );
    assert_eq!(
        run(&|p, _| p.takes_up_to = Some("8.3.3".into())),
        refused("term61.default.loads", Refusal::UnknownKey)
    );
    assert_eq!(run(&|_, _| ()), None);
    // A running phone told another family's load stays as it is.
    let mut files = Files::new();
    java_set(&mut files, "sip", "42", "8-5-2", &[]);
    put(&mut files, OWN_XML, xml("SIP42.8-5-2S"));
    let mut bench = Bench::new(&spec("7961", Running, Some("SIP41.8-5-4S")), files);
    bench.run(100);
    assert_eq!(bench.refused(), [("SIP42.8-5-2S.loads", Refusal::WrongFamily)]);
    assert_eq!(bench.phone.running(), Some("SIP41.8-5-4S"));
}

#[test]
fn a_default_file_without_call_managers_has_no_effect() {
    let mut files = Files::new();
    java_set(&mut files, "sip", "42", "8-5-2", &[]);
    let text = |extra: &str| {
        format!("<Default>{extra}<loadInformation404>SIP42.8-5-2S</loadInformation404></Default>")
            .into_bytes()
    };
    put(&mut files, "XMLDefault.cnf.xml", text(""));
    let mut bench = Bench::new(&spec("7962", Running, Some("SCCP42.8-4-1S")), files);
    bench.run(400);
    assert_eq!(bench.phone.running(), Some("SCCP42.8-4-1S"));
    put(&mut bench.files, "XMLDefault.cnf.xml", text("<callManagerGroup/>"));
    bench.phone.power_off(bench.now());
    bench.phone.power_on(bench.now());
    bench.run(500);
    assert_eq!(bench.phone.running(), Some("SIP42.8-5-2S"));
}

#[test]
fn reset_keys_belong_to_a_generation() {
    let taken = |model: &str, state, load, keys: &str, ignored| {
        let mut phone = spec(model, state, load);
        if ignored {
            phone.faults.push(Fault::ResetKeysIgnored);
        }
        let mut bench = Bench::new(&phone, Files::new());
        bench.run(30);
        let now = bench.now();
        bench.phone.reset_keys(now, keys);
        bench.phone.history().iter().any(|(_, d)| *d == Deed::Reset)
    };
    let classic = "123456789*0#";
    let wipe = "3491672850*#";
    assert!(taken("7960", Running, Some(SCCP809), classic, false));
    assert!(
        taken("7960", Running, Some(SCCP809), "1223456789*0#2", false),
        "a doubled digit, then the answer"
    );
    assert!(taken("7960", Running, Some("P00303010102"), classic, false));
    assert!(!taken("7960", Running, Some("P00305000500"), classic, false), "5.0 has no prompt");
    assert!(!taken("7960", Running, Some(SCCP809), wipe, false));
    assert!(taken("7961", Running, Some("SIP41.8-5-4S"), wipe, false));
    assert!(taken("7961", Running, Some("SIP41.8-5-4S"), classic, false));
    assert!(!taken("7961", Running, Some("SIP41.8-5-4S"), "3491672850#*", false));
    assert!(!taken("7961", Running, Some("SIP41.8-5-4S"), wipe, true));
}

#[test]
fn a_read_that_breaks_off_is_begun_again() {
    for by in [Break::Restart, Break::Silence] {
        let mut files = sip812();
        put(&mut files, OWN_XML, xml(SIP812));
        let mut phone = spec("7960", Pai, None);
        phone.faults = vec![Fault::Breaks { file: ".sb2".into(), block: 20, times: 2, by }];
        let mut bench = Bench::new(&phone, files);
        bench.run(600);
        let reads = bench.asked().iter().filter(|n| n.contains(".sb2")).count();
        assert_eq!((reads, bench.phone.running()), (3, Some(SIP812)), "{by:?}");
    }
}

#[test]
fn a_block_that_is_too_large_ends_the_read() {
    let mut bench = Bench::new(&spec("7960", Pai, None), Files::new());
    bench.silent = true;
    while !bench.sent.iter().any(|(_, d)| d.to.port() == 69) {
        bench.run(1);
    }
    let from = bench.sent.last().unwrap().1.from;
    bench.deliver(3000, from, &[&[0, 3, 0, 1][..], &[0; 600]].concat());
    bench.silent = false;
    bench.run(10);
    assert_eq!(bench.asked()[1], "SEP<mac>.cnf.xml");
}

/// The wire as seen by a server that answers block by block, by hand.
struct ByHand {
    bench: Bench,
    from: SocketAddrV4,
}

impl ByHand {
    /// Until the phone asks for its first file.
    fn new(model: &str) -> Self {
        let state = if model == "7960" { Pai } else { Wiped };
        let mut bench = Bench::new(&spec(model, state, None), Files::new());
        bench.silent = true;
        while !bench.sent.iter().any(|(_, d)| d.to.port() == 69) {
            bench.run(1);
        }
        let from = bench.sent.last().unwrap().1.from;
        Self { bench, from }
    }

    /// Sends a block and says which blocks were acknowledged within the next 200 ms of the phone's time.
    fn data(&mut self, port: u16, block: u8, bytes: &[u8]) -> Vec<u8> {
        let before = self.bench.sent.len();
        self.bench.deliver(port, self.from, &[&[0, 3, 0, block][..], bytes].concat());
        self.bench.run_millis(200);
        self.bench.sent[before..]
            .iter()
            .filter(|(_, d)| d.to.port() == port && d.bytes.starts_with(&[0, 4]))
            .map(|(_, d)| d.bytes[3])
            .collect()
    }
}

#[test]
fn only_the_next_block_counts() {
    let mut wire = ByHand::new("7960");
    assert_eq!(wire.data(3000, 2, &[0; 512]), [0; 0], "not the next");
    assert_eq!(wire.data(3000, 1, &[0; 512]), [1]);
    assert_eq!(wire.data(3000, 1, &[0; 512]), [1], "a repeated block is acknowledged again");
    assert_eq!(wire.data(3001, 2, &[0; 512]), [0; 0], "a stranger's");
    assert_eq!(wire.data(3000, 2, &[0; 4]), [2]);
    assert_eq!(wire.data(3000, 2, &[0; 4]), [2], "the ACK of the last block was lost");
    assert_eq!(wire.bench.closed, 0);
    assert_eq!(wire.data(3000, 3, &[0; 4]), [2], "any block on that port");
    wire.bench.run(20);
    assert_eq!(wire.data(3000, 2, &[0; 4]), [0; 0]);
    assert_eq!(wire.bench.closed, 1, "after a while the port is closed");
}

#[test]
fn a_refused_list_closes_its_port() {
    let mut wire = ByHand::new("7961");
    let list = signed("term41.default.loads", &[b'x'; 400]);
    assert_eq!(wire.data(3000, 1, &list[..512]), [0; 0]);
    assert_eq!(wire.data(3000, 1, &list[..512]), [0; 0]);
    assert_eq!(wire.bench.closed, 1);
}

#[test]
fn only_models_and_loads_that_exist() {
    assert_eq!(Phone::new(&spec("7999", Pai, None), 1).unwrap_err(), BadPhone::UnknownModel("7999".into()));
    for (model, state, load) in [
        ("7960", Running, Some("SIP41.8-5-4S")),
        ("7960", Running, None),
        ("7960", Wiped, None),
        ("7961", Running, Some("SIP42.8-5-4S")),
        ("7961", Pai, Some("SIP41.8-5-4S")),
        ("8945", Wiped, None),
    ] {
        assert!(Phone::new(&spec(model, state, load), 1).is_err(), "{model} {state:?} {load:?}");
    }
}
