use super::*;
use crate::load::Release;
use std::collections::BTreeSet;

fn catalogue() -> &'static Catalogue {
    Catalogue::builtin()
}

fn name(load: &str) -> LoadName {
    load.parse().unwrap_or_else(|_| panic!("{load}"))
}

#[test]
fn the_built_in_catalogue_reads() {
    let read = Catalogue::parse(&parse::BUILTIN).unwrap();
    let models: Vec<_> = read.models().iter().map(|m| m.name.as_str()).collect();
    assert_eq!(
        models.join(" "),
        "7940 7960 7906 7911 7931 7941 7941G-GE 7942 7945 7961 7961G-GE 7962 7965 7970 7971G-GE 7975"
    );
}

#[test]
fn a_catalogue_that_does_not_hold_together_says_where() {
    let broken = parse::Texts { eras: "[[era]]\nfamilies = [\"99\"]", ..parse::BUILTIN };
    assert!(Catalogue::parse(&broken).unwrap_err().to_string().starts_with("eras.toml: "));
    let resets = parse::BUILTIN.resets.replace("\"7931\"", "\"7932\"");
    let broken = parse::Texts { resets: &resets, ..parse::BUILTIN };
    assert_eq!(Catalogue::parse(&broken).unwrap_err().to_string(), "resets.toml: `7932` is no model");
    let loads = parse::BUILTIN.loads.replace("P00305000500\"", "P09905000500\"");
    let broken = parse::Texts { loads: &loads, ..parse::BUILTIN };
    assert!(Catalogue::parse(&broken).unwrap_err().to_string().contains("P09905000500"));
}

#[test]
fn models_are_found_as_people_write_them() {
    for (written, meant) in [
        ("7960", "7960"),
        ("7960g", "7960"),
        ("CP-7960G", "7960"),
        ("cp-7940", "7940"),
        ("7941G-GE", "7941G-GE"),
        ("7961-ge", "7961G-GE"),
        ("7971", "7971G-GE"),
        ("CP-7971G-GE", "7971G-GE"),
        (" 7975G ", "7975"),
    ] {
        assert_eq!(catalogue().model(written).map(|m| m.name.as_str()), Some(meant), "{written}");
    }
    for other in ["", "7912", "8945", "G", "GE", "7960x", "7942G-GE"] {
        assert!(catalogue().model(other).is_none(), "{other}");
    }
}

#[test]
fn every_model_is_found_by_what_it_says_on_the_wire() {
    for model in catalogue().models() {
        for class in &model.class {
            let sent = format!("{class}\0");
            assert!(
                matches!(catalogue().by_class(&sent), Class::Model(m) if m.name == model.name),
                "{class}"
            );
        }
        assert_eq!(catalogue().by_device_type(model.device_type).map(|m| &m.name), Some(&model.name));
        let Some(list) = &model.term_list else {
            assert_eq!(model.family, Family::Classic);
            continue;
        };
        let asked = catalogue().by_term_list(&list.to_ascii_uppercase());
        assert!(asked.iter().any(|m| m.name == model.name));
        assert!(asked.iter().all(|m| m.family == model.family), "{list}");
        let digits = list.get(4..6).unwrap();
        assert_eq!(Family::from_digits(digits), Some(model.family));
    }
}

#[test]
fn other_classes_are_told_apart() {
    let c = catalogue();
    assert!(matches!(c.by_class("Cisco Systems, Inc. IP Phone\0"), Class::Phone));
    assert!(matches!(c.by_class("Cisco Systems, Inc."), Class::Phone));
    for (class, whose) in [
        ("Cisco System, Inc. IP Phone CP-8945", "8941, 8945"),
        ("Cisco Systems, Inc. IP Phone CP-9951\0", "8961, 9951, 9971"),
        ("Cisco Systems, Inc. IP Phone CP-7841", "78xx (7811, 7821, 7841, 7861)"),
        ("Cisco IP Phone 7905", "7902, 7905, 7912"),
        ("Cisco Systems, Inc. IP Phone 7920\0", "7920, 7921, 7925, 7926"),
        ("Cisco Systems, Inc. IP Phone CP-7937G\0", "7935, 7936, 7937"),
        ("Cisco Systems, Inc. IP Phone CP-1234", "Cisco telephone of another kind"),
    ] {
        assert!(matches!(c.by_class(class), Class::Foreign(f) if f.name == whose), "{class}");
    }
    for (class, model) in [
        ("Cisco Systems, Inc. IP Phone 7960\0", "7960"),
        ("Cisco Systems, Inc. IP Phone 7941G-GE", "7941G-GE"),
        ("Cisco Systems, Inc. IP Phone CP-7962", "7962"),
    ] {
        assert!(matches!(c.by_class(class), Class::Model(m) if m.name == model), "{class}");
    }
    for other in ["", "\0", "MSFT 5.0", "udhcp 1.36", "PXEClient:Arch:00000", "Cisco AP c1240"] {
        assert!(matches!(c.by_class(other), Class::Other), "{other}");
    }
}

#[test]
fn foreign_loads_are_named_and_ours_are_not_foreign() {
    for (file, whose) in [
        ("P00405000700", "7910"),
        ("P00503021900.bin", "7935, 7936, 7937"),
        ("sip9951.9-4-2.loads", "8961, 9951, 9971"),
        ("sip78xx.12-1-1.loads", "78xx (7811, 7821, 7841, 7861)"),
        ("SCCP69xx.9-4-1-3SR3.loads", "69xx (6901, 6911, 6921, 6941, 6945, 6961)"),
        ("CP7921G-1.4.6.3.LOADS", "7920, 7921, 7925, 7926"),
        ("cmterm_7936.3-3-21-0.bin", "7935, 7936, 7937"),
        ("CP7912080003SCCP070409A.sbin", "7902, 7905, 7912"),
    ] {
        assert_eq!(catalogue().foreign_load(file).map(|f| f.name.as_str()), Some(whose), "{file}");
    }
    for load in catalogue().loads() {
        let names = [&load.name, &load.archive];
        assert!(names.iter().all(|n| catalogue().foreign_load(n).is_none()), "{}", load.name);
        assert!(load.parts.keys().all(|n| catalogue().foreign_load(n).is_none()), "{}", load.name);
    }
}

#[test]
fn eras_follow_the_release() {
    for (load, era) in [
        ("P00303010102", Era::Unsigned),
        ("P00305000500", Era::Signed),
        ("P00306000100", Era::Universal),
        ("P00308000900", Era::Universal),
        ("P0S30202", Era::Unsigned),
        ("P0S3-04-4-00", Era::Unsigned),
        ("P0S3-06-3-00", Era::Signed),
        ("P0S3-07-5-00", Era::Universal),
        ("P003-8-12-00", Era::Universal),
        ("P0M3-07-7-00", Era::Universal),
        ("SIP41.8-5-4S", Era::Java),
        ("TERM70.7-0-2-0S", Era::Java),
    ] {
        assert_eq!(catalogue().era(&name(load)), era, "{load}");
    }
}

#[test]
fn known_loads_are_found_by_any_spelling_and_only_once() {
    let find = |n: &str| catalogue().known_load(n).map(|l| l.name.as_str());
    assert_eq!(find("p00308000900"), Some("P00308000900"));
    assert_eq!(find("sip41.8-5-2s.loads"), Some("SIP41.8-5-2S"));
    assert_eq!(find("P0S3-8-11-00"), Some("P0S3-08-11-00"));
    // The loader inside a SIP set is no load of its own.
    assert_eq!(find("P003-8-12-00"), None);
    assert_eq!(find("P00309999900"), None);
    let mut seen = BTreeSet::new();
    assert!(catalogue().loads().iter().all(|l| seen.insert(l.name.to_ascii_uppercase())));
    let measured = catalogue().known_load("SIP41.8-5-4S").unwrap();
    assert_eq!(measured.parts.len(), 8);
    let hub = catalogue().known_load("SCCP75.8-5-2S").unwrap();
    assert_eq!((hub.hub, hub.archive.as_str()), (Some(Hub::Main), "cmterm-7975-sccp.8-5-2.zip"));
}

#[test]
fn every_family_has_a_newest_load_in_both_protocols() {
    for family in Family::ALL {
        for protocol in [Protocol::Sip, Protocol::Sccp] {
            let newest = catalogue().newest(family, protocol).unwrap();
            assert!(newest.load.release > Release::parse("8.1").unwrap(), "{}", newest.name);
        }
    }
}

#[test]
fn stages_are_complete_and_in_order() {
    for family in [Family::Classic, Family::F70] {
        for stage in
            ["power", "dhcp", "config", "list", "loader", "parts", "flashing", "rebooting", "wiping", "proof"]
        {
            let range = catalogue().stage(family, stage).unwrap_or_else(|| panic!("{family} {stage}"));
            assert!(range.usual[0] < range.usual[1] && range.usual[1] < range.alarm, "{family} {stage}");
        }
        let flashing = catalogue().stage(family, "flashing").unwrap();
        assert!(flashing.do_not_unplug());
        assert!(!catalogue().stage(family, "dhcp").unwrap().do_not_unplug());
    }
    assert!(catalogue().stage(Family::Classic, "dreaming").is_none());
}

#[test]
fn every_model_has_a_reset_with_keys_first() {
    for model in catalogue().models() {
        let resets = catalogue().resets(model);
        let first = resets.first().unwrap();
        let (wipe, wipes) = match Kind::of(model.family) {
            Kind::Classic => ("123456789*0#", Wipes::Settings),
            Kind::Java => ("3491672850*#", Wipes::Load),
        };
        assert_eq!((first.keys.as_deref(), first.wipes), (Some(wipe), wipes), "{}", model.name);
        assert!(first.hold.is_some() && first.window.is_some());
        assert!(resets.iter().any(|r| r.wipes == Wipes::Nothing), "{}: a restart", model.name);
    }
    let classic = catalogue().resets(catalogue().model("7940").unwrap());
    let silent = classic.iter().find(|r| r.eras == [Era::Signed]).unwrap();
    assert!(silent.keys.is_none() && silent.then.contains("next load"));
}

#[test]
fn patterns_are_globs_without_case() {
    for (pattern, text, fits) in [
        ("a*c", "abbc", true),
        ("A?c", "abc", true),
        ("a?c", "ac", false),
        ("*b*", "abc", true),
        ("a*", "a", true),
        ("a", "ab", false),
        ("*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false),
        ("", "", true),
        ("", "a", false),
    ] {
        assert_eq!(phones::like(pattern, text), fits, "{pattern} {text}");
    }
}

#[test]
fn the_models_text_fits_the_screen_and_names_everything() {
    let text = text::models(catalogue());
    assert!(text.lines().all(|l| l.chars().count() <= 80), "{text}");
    for model in catalogue().models() {
        assert!(text.lines().any(|l| l.starts_with(&format!("{} ", model.name))), "{}", model.name);
    }
    for foreign in catalogue().foreign() {
        assert!(text.contains(&foreign.name), "{}", foreign.name);
    }
}

#[test]
fn rules_have_names_of_their_own_and_one_line_each() {
    let routes = catalogue().routes();
    let mut seen = BTreeSet::new();
    for rule in &routes.rule {
        assert!(seen.insert(&rule.id), "{} twice", rule.id);
        assert!(rule.why.ends_with('.') && !rule.why.contains('\n') && rule.why.len() < 130, "{}", rule.id);
    }
    for family in Family::ALL {
        assert!(routes.ladder(family).is_some_and(|l| l.rung.len() > 2));
    }
}
