//! Whole recoveries: the real binary leads virtual phones over a real wire.

use super::Lab;
use super::phone::{Plugged, running};
use crate::serving::{Serving, firmware, pause};
use rescue79::sim::firmware::Scale;
use rescue79::sim::scenario::{PhoneSpec, StartState};
use serde_json::Value;
use std::path::Path;
use std::time::Duration;

const OLD: &str = "P00303010102";
const CHAIN: [&str; 3] = ["P00305000500", "P00308000900", "P0S3-8-12-00"];
const MAC: &str = "00:1b:0c:18:bd:c1";
/// How much faster than life the phones are.
const SPEED: u32 = 10;

fn serve(lab: &Lab, firmware: &Path) -> Serving {
    let from = format!("7960={OLD}");
    lab.serve(firmware, &["--target", "7960=P0S3-8-12-00", "--from", &from, "--expect", "1", "--for", "150s"])
}

/// The run ends well, and what its summary says of each phone is true. Phones with what they must run.
fn recovered(serving: Serving, phones: Vec<(Plugged, &str)>) -> Vec<Value> {
    let (status, events) = serving.end(170);
    let story = || events.iter().map(Value::to_string).collect::<Vec<_>>().join("\n");
    assert!(status.success(), "{status}\n{}", story());
    let summary = events.last().unwrap();
    assert_eq!((&summary["event"], &summary["verdict"]), (&"summary".into(), &"recovered".into()));
    let count = phones.len();
    for (phone, load) in phones {
        let phone = phone.unplug();
        assert_eq!(phone.running(), Some(load), "{:?}\n{}", phone.history(), story());
        let of_it = |p: &&Value| p["phone"] == phone.mac().to_string();
        let said = summary["phones"].as_array().unwrap().iter().find(of_it).unwrap();
        assert_eq!(said["running"], load);
        assert!(!said["proof"].as_array().unwrap().is_empty(), "{said}");
    }
    let said = summary["phones"].as_array().unwrap().clone();
    assert_eq!(said.len(), count);
    said
}

/// The hops that the summary tells of a phone.
fn hops(phone: &Value) -> Vec<&Value> {
    phone["hops"].as_array().unwrap().iter().map(|hop| &hop["load"]).collect()
}

#[test]
fn a_phone_of_2002_goes_the_whole_way_without_a_touch() {
    let Some(lab) = Lab::open() else { return };
    let firmware = firmware(lab.path(), &CHAIN, Scale::FAST);
    let serving = serve(&lab, &firmware);
    let phone = Plugged::new(&lab, &running("7960", MAC, OLD), SPEED);
    let said = recovered(serving, vec![(phone, "P0S3-8-12-00")]);
    assert_eq!(hops(&said[0]), CHAIN, "{said:?}");
}

#[test]
fn phones_of_three_families_at_once() {
    let Some(lab) = Lab::open() else { return };
    let loads = ["P0S3-8-12-00", "SIP41.8-5-2S", "SIP42.8-5-4S"];
    let firmware = firmware(lab.path(), &loads, Scale::FAST);
    let mut args = vec!["--target", "7960=P0S3-8-12-00", "SIP41.8-5-2S", "7962=SIP42.8-5-4S"];
    args.extend(["--from", "7962=SCCP42.8-5-2S", "--expect", "3", "--for", "150s"]);
    let serving = lab.serve(&firmware, &args);
    let start = |model: &str, tail: &str, state: StartState, load: Option<&str>| {
        let mac = format!("00:1b:0c:18:be:{tail}");
        let spec = PhoneSpec { state, load: load.map(str::to_owned), ..running(model, &mac, OLD) };
        Plugged::new(&lab, &spec, SPEED)
    };
    let phones = vec![
        (start("7960", "01", StartState::Pai, None), "P0S3-8-12-00"),
        (start("7941", "02", StartState::Wiped, None), "SIP41.8-5-2S"),
        (start("7962", "03", StartState::Running, Some("SCCP42.8-5-2S")), "SIP42.8-5-4S"),
    ];
    recovered(serving, phones);
}

#[test]
fn a_program_that_was_killed_takes_the_phone_up_where_it_was() {
    let Some(lab) = Lab::open() else { return };
    let firmware = firmware(lab.path(), &CHAIN, Scale::FULL);
    let mut serving = serve(&lab, &firmware);
    let phone = Plugged::new(&lab, &running("7960", MAC, OLD), SPEED);
    let lease = serving.wait("a lease", |e| e["event"] == "dhcp_ack");
    let read = serving.wait("the second hop's application", |e| {
        e["event"] == "read_started" && e["file"] == "P00308000900.sb2"
    });
    // Some of it: the whole takes four times as long.
    pause(Duration::from_millis(400));
    serving.kill();
    let finished = serving.events_of("read_finished");
    assert!(finished.iter().all(|e| e["read"] != read["read"]), "killed too late: {}", serving.story());
    // Long enough that the phone notices.
    pause(Duration::from_secs(2));
    let mut serving = serve(&lab, &firmware);
    serving.wait("the same session", |e| e["event"] == "session_resumed");
    let again = serving.wait("a lease", |e| e["event"] == "dhcp_ack");
    assert_eq!(again["address"], lease["address"]);
    let said = recovered(serving, vec![(phone, "P0S3-8-12-00")]);
    assert_eq!(hops(&said[0]), CHAIN, "{said:?}");
}
