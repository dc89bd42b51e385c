//! Whole recoveries: the real binary leads virtual phones over a real wire.

use super::Lab;
use super::phone::{Plugged, running};
use crate::serving::{Serving, firmware, pause};
use rescue79::sim::firmware::Scale;
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

/// The summary of a run that ended well, and that it says what is true.
fn recovered(serving: Serving, phone: Plugged) -> Value {
    let story = |events: &[Value]| events.iter().map(Value::to_string).collect::<Vec<_>>().join("\n");
    let (status, events) = serving.end(170);
    let phone = phone.unplug();
    assert!(status.success(), "{status}\n{}\n{:?}", story(&events), phone.history());
    assert_eq!(phone.running(), Some("P0S3-8-12-00"), "{:?}", phone.history());
    let summary = events.last().unwrap();
    assert_eq!((&summary["event"], &summary["verdict"]), (&"summary".into(), &"recovered".into()));
    let one = summary["phones"][0].clone();
    assert_eq!((&one["phone"], &one["running"]), (&MAC.into(), &"P0S3-8-12-00".into()));
    let hops: Vec<_> = one["hops"].as_array().unwrap().iter().map(|hop| hop["load"].clone()).collect();
    assert_eq!(hops, CHAIN, "{one}");
    assert!(!one["proof"].as_array().unwrap().is_empty(), "{one}");
    one
}

#[test]
fn a_phone_of_2002_goes_the_whole_way_without_a_touch() {
    let Some(lab) = Lab::open() else { return };
    let firmware = firmware(lab.path(), &CHAIN, Scale::FAST);
    let serving = serve(&lab, &firmware);
    let phone = Plugged::new(&lab, &running("7960", MAC, OLD), SPEED);
    recovered(serving, phone);
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
    recovered(serving, phone);
}
