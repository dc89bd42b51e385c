//! The text that people read and the keys that scripts read.

use super::pack::{folder, in_folder, zip};
use rescue79::catalogue::Catalogue;
use rescue79::firmware::report;
use rescue79::load::Family;
use rescue79::sim::firmware::damage::{drop_part, rename};
use rescue79::sim::firmware::{Scale, set};

fn models(family: Family) -> Vec<String> {
    Catalogue::builtin().models_of(family).map(|model| model.name.clone()).collect()
}

fn mixed() -> rescue79::firmware::Shelf {
    let mut java = set("SIP41.8-5-4S", 1, Scale::FAST);
    drop_part(&mut java, "dsp41.8-5-4TH1-6.sbn");
    rename(&mut java, "jar41sip.8-5-4TH1-6.sbn", "jar41sip.8-5-4TH1-6 (copy of the one from the forum).sbn");
    let mut files = in_folder("seven", java);
    files.push(("classic.zip".to_owned(), zip(&set("P0S3-8-12-00", 1, Scale::FAST))));
    folder(files)
}

#[test]
fn text_of_a_mixed_folder() {
    let text = report::text(&mixed(), models);
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    insta::assert_snapshot!(text);
}

#[test]
fn keys_of_the_contract() {
    let json = serde_json::to_value(report::json(&mixed(), models)).unwrap();
    let load = |name: &str| json["loads"].as_array().unwrap().iter().find(|l| l["name"] == name).unwrap();
    let classic = load("P0S3-8-12-00");
    assert_eq!(classic["protocol"], "sip");
    assert_eq!(classic["family"], "classic");
    assert_eq!(classic["models"], serde_json::json!(["7940", "7960"]));
    assert_eq!(classic["release"], "8.12.0");
    assert_eq!(classic["complete"], true);
    let member = &classic["members"][1];
    assert_eq!((&member["name"], &member["present"]), (&"P0S3-8-12-00.sb2".into(), &true.into()));
    assert!(member["size"].is_u64());
    let java = load("SIP41.8-5-4S");
    assert_eq!((&java["family"], &java["complete"]), (&"41".into(), &false.into()));
    assert!(java["members"].as_array().unwrap().iter().any(|m| m["present"] == false && m["size"].is_null()));
    for problem in json["problems"].as_array().unwrap() {
        for key in ["code", "severity", "file", "text"] {
            assert!(problem[key].is_string(), "{problem}");
        }
    }
    assert_eq!(json["problems"][0]["severity"], "error");
    assert_eq!(json["files"][0]["sha256"].as_str().unwrap().len(), 64);
    let verdict =
        |model: &str| json["models"].as_array().unwrap().iter().find(|m| m["model"] == model).unwrap();
    assert_eq!(verdict("7960")["servable"], true);
    assert_eq!(json["models"].as_array().unwrap().len(), 16);
    assert_eq!(
        (&verdict("7975")["servable"], &verdict("7975")["because"][0]),
        (&false.into(), &"no load for it is here".into())
    );
    assert!(verdict("7961G-GE")["because"][0].as_str().unwrap().contains("dsp41.8-5-4TH1-6.sbn"));
}
