//! How the program ends: the status, and one line that says what and what to do.

use crate::loopback::ports;
use crate::serving::{firmware, program};
use rescue79::sim::firmware::Scale;
use std::fs;
use std::net::{Ipv4Addr, UdpSocket};
use std::path::Path;
use std::process::Command;

const LOAD: &str = "P0S3-8-12-00";

/// Runs it to its end: status, standard output, standard error.
fn end(command: &mut Command) -> (i32, String, String) {
    let out = command.output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (out.status.code().unwrap(), text(&out.stdout), text(&out.stderr))
}

/// `serve` on the loopback address and high ports; `--for` ends it should it not refuse.
fn serve(folder: &Path, args: &[&str]) -> (i32, String, String) {
    let [tftp, dhcp] = ports().map(|port| port.to_string());
    let mut command = program();
    command.args(["serve", "--listen", "127.0.0.1", "--tftp-port", &tftp, "--dhcp-port", &dhcp]);
    command.args(["--for", "2s", "--state"]).arg(folder.join("state")).arg("--firmware");
    end(command.arg(folder.join("firmware")).args(args))
}

fn bench(loads: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    firmware(folder.path(), loads, Scale::FAST);
    folder
}

#[test]
fn a_missing_part_is_named_in_the_same_words_by_inspect_and_serve() {
    let folder = bench(&[LOAD]);
    fs::remove_file(folder.path().join("firmware").join(LOAD).join("P0S3-8-12-00.sb2")).unwrap();
    let (status, json, _) = end(program().args(["inspect", "--json"]).arg(folder.path().join("firmware")));
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let names_it =
        |p: &&serde_json::Value| p["text"].as_str().is_some_and(|t| t.contains("P0S3-8-12-00.sb2"));
    let problem = json["problems"].as_array().unwrap().iter().find(names_it).unwrap();
    assert_eq!((status, &problem["severity"]), (5, &"error".into()), "{json}");
    let (status, _, said) = serve(folder.path(), &["--target", "7960=P0S3-8-12-00"]);
    assert_eq!(status, 5, "{said}");
    assert!(said.contains(problem["text"].as_str().unwrap()), "{said}\n{problem}");
}

#[test]
fn what_the_firmware_cannot_do_is_refused_before_serving() {
    let folder = bench(&[LOAD]);
    for (args, words) in [
        // Of another family.
        (&["--target", "7975=P0S3-8-12-00"][..], &["7975", LOAD][..]),
        // From 3.1 no phone takes it at once.
        (&["--target", "7960=P0S3-8-12-00", "--from", "7960=P00303010102"], &["P00305000500"]),
        // Not on the shelf.
        (&["--target", "7961=SIP41.9-4-2SR3-1S"], &["SIP41.9-4-2SR3-1S"]),
        (&["--target", "6921=SIP41.9-4-2SR3-1S"], &["6921", "rescue79 models"]),
        (&["--target", "7960=nonsense"], &["nonsense"]),
    ] {
        let (status, out, said) = serve(folder.path(), args);
        assert_eq!((status, &*out), (5, ""), "{args:?}: {said}");
        for word in words {
            assert!(said.contains(word), "{args:?} does not name {word}: {said}");
        }
    }
}

#[test]
fn a_given_archive_that_is_none_is_5_and_one_in_a_folder_is_a_finding() {
    let folder = bench(&[LOAD]);
    let firmware = folder.path().join("firmware");
    let page = firmware.join("cmterm-7941_7961-sip.8-5-4.zip");
    fs::write(&page, "<!DOCTYPE html><html>Log in</html>").unwrap();
    let inspect = |paths: &[&Path]| end(program().arg("inspect").args(paths));
    let (status, out, said) = inspect(&[&firmware]);
    assert_eq!((status, &*said), (0, ""), "{out}");
    assert!(out.contains("Error (web-page)"), "{out}");
    let (status, out, said) = inspect(&[&firmware.join(LOAD), &page]);
    assert_eq!((status, said.lines().count()), (5, 1), "{out}{said}");
    assert!(said.contains("web page") && out.contains("can be served P0S3-8-12-00"), "{out}{said}");
}

#[test]
fn a_plan_says_by_its_status_whether_it_can_be_walked() {
    let folder = bench(&["P00305000500", "P00308000900", LOAD]);
    let plan = |model: &str, from: &str, to: &str, firmware: &str| {
        let mut command = program();
        command.args(["plan", "--model", model, "--from", from, "--to", to, "--firmware"]);
        end(command.arg(folder.path().join(firmware)))
    };
    let (status, out, said) = plan("CP-7960G", "P00303010102", LOAD, "firmware");
    assert_eq!((status, &*said), (0, ""), "{out}");
    assert!(out.contains("P00305000500  (on the shelf)"), "{out}");
    let (status, out, said) = plan("7960", "P00303010102", "P0S3-07-5-00", "firmware");
    assert_eq!(status, 5, "{out}");
    assert!(said.contains("P0S3-07-5-00") && said.lines().count() == 1, "{said}");
    assert!(out.contains("MISSING") && out.contains("can be taken to"), "{out}");
    for (model, from, to) in
        [("7975", "unknown", LOAD), ("7960", "unknown", "nonsense"), ("7960", "what", LOAD)]
    {
        let (status, out, said) = plan(model, from, to, "firmware");
        assert_eq!((status, said.lines().count()), (5, 1), "{model} {from} {to}: {said}");
        assert!(out.lines().all(|line| line.chars().count() <= 80), "{out}");
    }
    assert_eq!(plan("7960", "unknown", LOAD, "nowhere").0, 5);
    let (status, _, said) = plan("6921", "unknown", LOAD, "firmware");
    assert_eq!(status, 2, "{said}");
    assert!(said.contains("rescue79 models"), "{said}");
}

#[test]
fn a_folder_that_is_not_there_is_the_firmware_not_the_command_line() {
    let folder = tempfile::tempdir().unwrap();
    let (status, _, said) = serve(folder.path(), &[]);
    assert_eq!(status, 5, "{said}");
    assert!(said.contains("firmware"), "{said}");
}

#[test]
fn a_port_that_is_taken_is_named() {
    let folder = bench(&[LOAD]);
    let taken = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let (status, _, said) = end(program()
        .args(["serve", "--listen", "127.0.0.1", "--no-dhcp", "--tftp-port", &port, "--for", "2s", "--state"])
        .arg(folder.path().join("state"))
        .arg("--firmware")
        .arg(folder.path().join("firmware")));
    assert_eq!(status, 4, "{said}");
    assert!(said.contains(&port), "{said}");
}

#[test]
fn an_interface_or_address_that_is_not_there_is_named() {
    let folder = bench(&[LOAD]);
    for place in [&["--interface", "nope0", "--keep-address"][..], &["--listen", "203.0.113.79"]] {
        let (status, _, said) = end(program()
            .arg("serve")
            .args(place)
            .args(["--tftp-port", "6979", "--no-dhcp", "--for", "2s", "--firmware"])
            .arg(folder.path().join("firmware")));
        assert_eq!(status, 4, "{said}");
        assert!(said.contains(place[1]), "{said}");
    }
}

#[test]
fn a_command_line_that_means_nothing_is_2() {
    for args in [
        &["serve"][..],
        &["nonsense"],
        &["serve", "--listen", "127.0.0.1", "--firmware", ".", "--for", "soon"],
        &["serve", "--listen", "127.0.0.1", "--interface", "lo", "--firmware", "."],
        &["plan", "--model", "7912", "--from", "unknown", "--to", LOAD, "--firmware", "."],
        &["replay", "nowhere.jsonl"],
        &["rehearse", "--phones", "0"],
    ] {
        let (status, out, said) = end(program().args(args));
        assert_eq!((status, &*out), (2, ""), "{args:?}: {said}");
        assert!(!said.is_empty());
    }
}

#[test]
fn the_wizard_without_a_terminal_says_how_it_asks_there() {
    let (status, out, said) = end(&mut program());
    assert_eq!((status, &*out, said.lines().count()), (2, "", 1), "{said}");
    assert!(said.contains("--plain"), "{said}");
    assert!(end(program().arg("--help")).1.contains("Without a command the wizard starts"));
}

#[test]
fn a_run_that_was_served_and_timed_out_is_done() {
    let folder = bench(&[LOAD]);
    let (status, out, said) = serve(folder.path(), &["--no-dhcp", "--events", "-"]);
    assert_eq!(status, 0, "{said}");
    let last: serde_json::Value = serde_json::from_str(out.lines().last().unwrap()).unwrap();
    assert_eq!((&last["event"], &last["phones"]), (&"summary".into(), &serde_json::json!([])));
}

#[test]
fn an_expected_phone_that_never_came_is_3() {
    let folder = bench(&[LOAD]);
    let (status, _, said) = serve(folder.path(), &["--target", LOAD, "--expect", "1"]);
    assert_eq!(status, 3, "{said}");
}

#[test]
fn each_command_has_an_example() {
    for command in ["rehearse", "serve", "inspect", "plan", "replay"] {
        let (status, help, _) = end(program().args([command, "--help"]));
        assert_eq!(status, 0);
        assert!(help.contains("Example") && help.contains(&format!("rescue79 {command}")), "{help}");
    }
}
