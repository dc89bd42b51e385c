use super::*;
use crate::catalogue::Era;
use crate::catalogue::rules::Verdict;
use crate::load::{Protocol, Release};
use proptest::prelude::*;

fn catalogue() -> &'static Catalogue {
    Catalogue::builtin()
}

fn shelf<'a>(names: &[&'a str]) -> Vec<Owned<'a>> {
    names.iter().map(|name| Owned { name, complete: true }).collect()
}

fn way(model: &str, from: &str, to: &str, owned: &[&str]) -> Plan {
    let model = catalogue().model(model).unwrap();
    plan(catalogue(), model, &Start::parse(from), to, &shelf(owned))
}

fn loads(plan: &Plan) -> Vec<&str> {
    plan.hops.iter().map(|h| h.load.as_str()).collect()
}

fn missing(plan: &Plan) -> Vec<&str> {
    plan.missing.iter().map(|m| m.load.as_str()).collect()
}

fn code(plan: &Plan) -> &'static str {
    plan.refusal.as_ref().map_or("", |r| r.code)
}

const SEED: [&str; 4] = ["P00303010102", "P00305000500", "P00308000900", "P0S3-8-12-00"];

#[test]
fn g9_from_3_1_over_5_0_and_8_0_9_to_sip() {
    let plan = way("7960", "P00303010102", "P0S3-8-12-00", &SEED);
    assert!(plan.possible && plan.missing.is_empty() && plan.refusal.is_none());
    assert_eq!(loads(&plan), ["P00305000500", "P00308000900", "P0S3-8-12-00"]);
    assert!(plan.hops.iter().all(|h| h.certain && h.have && !h.why.is_empty()), "{plan:#?}");
    assert!(plan.hops[0].why.contains("5.x"), "{}", plan.hops[0].why);
    let mgcp = way("7960", "P0M3-07-7-00", "P0030801SR02", &["P0030801SR02"]);
    assert!(mgcp.possible && mgcp.hops[0].certain);
}

#[test]
fn g12_two_releases_on_one_shelf_stay_two_hops() {
    let both = ["SIP42.8-5-4S", "SCCP42.9-4-2SR1-1S", "SIP42.8-5-2S"];
    assert_eq!(loads(&way("7962", "wiped", "SIP42.8-5-4S", &both)), ["SIP42.8-5-2S", "SIP42.8-5-4S"]);
}

#[test]
fn s1_a_phone_on_5_0_climbs_without_a_reset() {
    let plan = way("7940", "P00305000500", "P00308000900", &SEED);
    assert_eq!((loads(&plan), plan.hops[0].certain), (vec!["P00308000900"], true));
}

#[test]
fn s7_a_7940_load_for_a_7975_is_refused_with_both_families() {
    let plan = way("7975", "unknown", "P0S3-8-12-00", &["P0S3-8-12-00", "SIP75.8-5-2S"]);
    assert!(!plan.possible && plan.hops.is_empty());
    let refusal = plan.refusal.as_ref().unwrap();
    assert_eq!(refusal.code, "family");
    assert!(refusal.text.contains("7940 and 7960") && refusal.text.contains("7975"), "{}", refusal.text);
    assert!(refusal.get.contains("SIP75.") && refusal.get.contains("cmterm-7975-sip"), "{}", refusal.get);
    assert_eq!(plan.best_reachable.as_deref(), Some("SIP75.8-5-2S"));
}

#[test]
fn s12_bernie_3_x_straight_to_sip_7_names_the_missing_hop() {
    let plan = way("7960", "P00303010102", "P0S3-07-5-00", &["P0S3-07-5-00"]);
    assert!(!plan.possible);
    assert_eq!(missing(&plan), ["P00305000500"]);
    assert_eq!(loads(&plan), ["P00305000500", "P0S3-07-5-00"]);
    assert_eq!((code(&plan), plan.hops[0].have, plan.hops[1].have), ("hop-missing", false, true));
    assert!(plan.refusal.unwrap().get.contains("P00305000500.zip"));
}

#[test]
fn s14_steve_sip_back_to_sccp_is_one_hop_without_a_reset() {
    let plan = way("7961", "SIP41.9-2-1S", "SCCP41.9-2-1S", &["SCCP41.9-2-1S", "SCCP41.8-5-2S"]);
    assert_eq!((loads(&plan), plan.hops[0].certain), (vec!["SCCP41.9-2-1S"], true));
    assert_eq!(plan.hops[0].rule, "java-same-release");
}

#[test]
fn s15_a_loop_on_the_term_list_goes_one_rung_down_and_climbs() {
    let owned = ["SIP42.9-4-2SR3-1S", "SCCP42.9-2-1S", "SIP42.8-5-2S", "SCCP42.8-3-3S", "SIP70.8-0-4S"];
    let down =
        |refused: &str| rung_below(catalogue(), Family::F42, &refused.parse().unwrap(), &shelf(&owned));
    assert_eq!(down("SIP42.9-4-2SR3-1S").as_deref(), Some("SIP42.8-5-2S"));
    assert_eq!(down("SIP42.8-5-2S").as_deref(), Some("SCCP42.8-3-3S"));
    assert_eq!(down("SCCP42.8-3-3S"), None);
    let climb = way("7962", "SCCP42.8-3-3S", "SIP42.9-4-2SR3-1S", &owned);
    assert_eq!(loads(&climb), ["SIP42.8-5-2S", "SIP42.9-4-2SR3-1S"]);
    // A part of a set missing is no rung.
    let broken = [Owned { name: "SIP42.8-5-2S", complete: false }];
    let refused = "SIP42.9-4-2SR3-1S".parse().unwrap();
    assert_eq!(rung_below(catalogue(), Family::F42, &refused, &broken), None);
}

#[test]
fn s16_a_7970_of_unknown_age_passes_8_5_2_and_an_old_one_the_whole_ladder() {
    let owned = ["TERM70.7-0-3-0S", "SIP70.8-0-4S", "SCCP70.8-3-3S", "SIP70.8-5-2S", "SIP70.9-4-2SR3-1S"];
    let unknown = way("7970", "unknown", "SIP70.9-4-2SR3-1S", &owned);
    assert_eq!(loads(&unknown), ["SIP70.8-5-2S", "SIP70.9-4-2SR3-1S"]);
    let wiped = way("7970", "TERM70_LOAD", "SIP70.9-4-2SR3-1S", &owned);
    assert_eq!(loads(&wiped), ["SIP70.8-5-2S", "SIP70.9-4-2SR3-1S"]);
    assert!(wiped.hops.iter().all(|h| h.certain) && !unknown.hops[0].certain);
    let old = way("7970", "TERM70.6-0-3S", "SIP70.9-4-2SR3-1S", &owned);
    assert_eq!(
        loads(&old),
        ["TERM70.7-0-3-0S", "SIP70.8-0-4S", "SCCP70.8-3-3S", "SIP70.8-5-2S", "SIP70.9-4-2SR3-1S"]
    );
}

#[test]
fn s19_loads_of_other_phones_are_named() {
    let plan = way("7960", "unknown", "sip9951.9-4-2", &[]);
    assert_eq!(code(&plan), "foreign");
    assert!(plan.refusal.unwrap().text.contains("8961, 9951, 9971"));
}

#[test]
fn an_unknown_classic_climbs_the_ladder_that_is_on_the_shelf() {
    let plan = way("7960", "unknown", "P0S3-8-12-00", &SEED);
    assert_eq!(loads(&plan), ["P00305000500", "P00308000900", "P0S3-8-12-00"]);
    assert!(plan.possible && !plan.hops[0].certain && plan.hops[2].certain);
    let fallback = way("7960", "unknown", "P0S3-8-12-00", &["P00308000400", "P00305000500", "P0S3-8-12-00"]);
    assert_eq!(loads(&fallback), ["P00305000500", "P00308000400", "P0S3-8-12-00"]);
    let bare = way("7960", "unknown", "P0S3-8-12-00", &["P0S3-8-12-00"]);
    assert_eq!(loads(&bare), ["P0S3-8-12-00"]);
    assert!(bare.possible && !bare.hops[0].certain);
    assert!(bare.hops[0].why.contains("Safer with P00305000500"), "{}", bare.hops[0].why);
    // A phone that shows the universal loader needs no ladder.
    let dead = way("7960", "Protocol Application Invalid", "P0S3-8-12-00", &SEED);
    assert_eq!((loads(&dead), dead.hops[0].certain), (vec!["P0S3-8-12-00"], true));
    // The ladder ends below the target.
    assert_eq!(loads(&way("7960", "?", "P00308000900", &SEED)), ["P00305000500", "P00308000900"]);
    // With nothing on the shelf the whole ladder is missing.
    let nothing = way("7960", "unknown", "P0S3-8-12-00", &[]);
    assert_eq!(missing(&nothing), ["P00305000500", "P00308000900", "P0S3-8-12-00"]);
    assert_eq!(code(&nothing), "not-on-shelf");
}

#[test]
fn an_uncertain_step_says_what_would_be_safer() {
    let plan = way("7945", "wiped", "SIP45.9-4-2SR3-1S", &["SIP45.9-4-2SR3-1S"]);
    assert!(plan.possible && !plan.hops[0].certain);
    assert!(plan.hops[0].why.contains("Safer with SIP45.8-5-2S (cmterm-7945_7965-sip.8-5-2.zip)"));
    let with_hub = way("7945", "wiped", "SIP45.9-4-2SR3-1S", &["SIP45.9-4-2SR3-1S", "SCCP45.8-5-2S"]);
    assert_eq!(loads(&with_hub), ["SCCP45.8-5-2S", "SIP45.9-4-2SR3-1S"]);
    assert!(with_hub.hops.iter().all(|h| h.certain));
}

#[test]
fn sip_climbs_its_own_ladder() {
    let owned = ["P0S30202", "P0S3-04-4-00", "P0S3-05-3-00", "P0S3-06-3-00", "P0S3-07-5-00", "P0S3-8-12-00"];
    let plan = way("7940", "P0S30201", "P0S3-8-12-00", &owned);
    assert_eq!(loads(&plan), owned);
    assert!(plan.hops.iter().all(|h| h.certain), "{plan:#?}");
    let lacking = way("7940", "P0S3-04-4-00", "P0S3-8-12-00", &["P0S3-8-12-00"]);
    assert_eq!(missing(&lacking), ["P0S3-05-3-00", "P0S3-06-3-00", "P0S3-07-5-00"]);
}

#[test]
fn what_runs_already_needs_no_hop() {
    for (model, from, to) in
        [("7960", "P0S3-08-11-00", "P0S3-8-11-00.loads"), ("7961", "jar41sip.9-2-1S", "SIP41.9-2-1S")]
    {
        let plan = way(model, from, to, &[]);
        assert!(plan.possible && plan.hops.is_empty() && plan.missing.is_empty(), "{from}");
    }
}

#[test]
fn targets_that_are_none_are_refused() {
    for (model, to, wanted) in [
        ("7960", "P003-8-12-00", "loader"),
        ("7960", "P003-8-12-00.sbn", "loader"),
        ("7960", "", "unknown-name"),
        ("7960", "SIP 8.12", "unknown-name"),
        ("7960", "SIP41.8-5-2S", "family"),
        ("7942", "SIP41.8-5-2S", "family"),
        ("7962", "P00405000700", "foreign"),
        ("7960", "P00303010102", "not-on-shelf"),
    ] {
        let plan = way(model, "unknown", to, &[]);
        assert_eq!((code(&plan), plan.possible), (wanted, false), "{model} {to}");
        let refusal = plan.refusal.unwrap();
        assert!(!refusal.get.is_empty() && refusal.text.ends_with('.'), "{refusal:?}");
    }
    let loader = way("7960", "unknown", "P003-8-12-00", &[]).refusal.unwrap();
    assert!(loader.get.contains("P0S3-8-12-00"));
    let back = way("7960", "P0S3-8-12-00", "P00303010102", &SEED);
    assert_eq!(code(&back), "impossible");
    assert_eq!(back.best_reachable.as_deref(), Some("P00308000900"));
    assert_eq!(code(&way("7960", "SIP75.8-5-2S", "P0S3-8-12-00", &SEED)), "start-family");
    assert_eq!(code(&way("7960", "who knows", "P0S3-8-12-00", &SEED)), "unknown-start");
}

#[test]
fn an_incomplete_set_is_not_on_the_shelf() {
    let owned = [Owned { name: "P0S3-8-12-00", complete: false }];
    let plan = plan(
        catalogue(),
        catalogue().model("7960").unwrap(),
        &Start::parse("P00308000900"),
        "p0s3-8-12-00.SB2",
        &owned,
    );
    assert_eq!(
        (code(&plan), plan.to.as_str(), missing(&plan)),
        ("incomplete", "P0S3-8-12-00", vec!["P0S3-8-12-00"])
    );
}

#[test]
fn starts_are_read_as_people_and_phones_write_them() {
    for (text, start) in [
        ("unknown", Start::Unknown),
        (" Wiped ", Start::Wiped),
        ("TERM70_LOAD", Start::Wiped),
        ("7970_default_load", Start::Wiped),
        ("SIP", Start::Protocol(Protocol::Sip)),
        ("8.3(2)", Start::Release(Release::parse("8.3.2").unwrap())),
        ("jar75sccp.9-4-2SR3-1S", Start::Load("SCCP75.9-4-2SR3-1S".to_owned())),
        ("P0S3-8-12-00.loads", Start::Load("P0S3-8-12-00".to_owned())),
        ("PAI", Start::Era(Era::Universal)),
        ("ümlaut.sb", Start::Load("ümlaut.sb".to_owned())),
    ] {
        assert_eq!(Start::parse(text), start, "{text}");
    }
}

/// The walls and ladders of the reference, step by step.
#[test]
fn steps_are_judged_as_the_sources_say() {
    use Verdict::{Allowed, Forbidden, Uncertain};
    for (from, to, verdict, rule) in [
        ("P00308000900", "P00303010102", Forbidden, "classic-never-unsigned-again"),
        ("P0S3-06-3-00", "P0S3-04-4-00", Forbidden, "classic-never-unsigned-again"),
        ("P00303010102", "P0S3-07-5-00", Forbidden, "classic-signed-wall"),
        ("P0S3-04-4-00", "P0S3-07-5-00", Forbidden, "classic-sip-ladder"),
        ("P00303010102", "P00305000500", Allowed, "classic-sccp-to-5"),
        ("P00302000000", "P00305000500", Uncertain, "classic-sccp-old"),
        ("P0S3-04-4-00", "P0S3-05-3-00", Allowed, "classic-sip-4-5"),
        ("P0S30302", "P0S3-05-3-00", Uncertain, "classic-sip-rung"),
        ("P0S3-05-3-00", "P0S3-07-5-00", Uncertain, "classic-sip-5-7"),
        ("P0S3-06-3-00", "P0S3-07-5-00", Allowed, "classic-sip-6-7"),
        ("P00305000500", "P0S3-07-5-00", Allowed, "classic-sccp-5-sip-7"),
        ("P00305000500", "P0S3-8-12-00", Uncertain, "classic-sccp-5-beyond"),
        ("P00303010102", "P0S3-04-4-00", Allowed, "classic-dual-boot"),
        ("P0S3-06-3-00", "P00308000900", Uncertain, "classic-sip-to-sccp-old"),
        ("P00308000900", "P0030801SR02", Uncertain, "classic-8-1-2"),
        ("P00308010100", "P0030801SR02", Allowed, "classic-universal"),
        ("P0S3-07-5-00", "P0S3-06-3-00", Allowed, "classic-down-sip"),
        ("P0S3-8-12-00", "P0S3-06-3-00", Uncertain, "classic-down"),
        ("P00305000500", "P0M3-07-7-00", Uncertain, "classic-sccp-5-beyond"),
        ("SCCP75.8-3-2S", "SCCP75.9-2-1S", Forbidden, "java-key-wall"),
        ("SCCP75.8-3-2S", "SCCP75.8-5-2S", Allowed, "java-old"),
        ("SCCP75.8-3-2S", "SCCP75.8-5-2SR1S", Forbidden, "java-key-wall"),
        ("SCCP41.8-3-3S", "SCCP41.9-2-1S", Uncertain, "java-key-half"),
        ("SIP41.8-5-2S", "SCCP41.9-2-1S", Allowed, "java-key-hub"),
        ("SCCP41.8-5-4S", "SIP41.8-5-4S", Uncertain, "java-41-8-5-4"),
        ("SCCP41.8-5-4S", "SIP41.8-5-2S", Allowed, "java-41-8-5-4-cure"),
        ("SCCP42.8-5-4S", "SIP42.8-5-4S", Allowed, "java-same-release"),
        ("SIP42.9-4-2SR3-1S", "SIP42.9-2-1S", Uncertain, "java-hardware-minimum"),
        ("SIP41.9-4-2SR3-1S", "SIP41.9-2-1S", Allowed, "java-new"),
        ("SIP41.9-4-2SR3-1S", "SIP41.8-5-2S", Uncertain, "java-back-over-key"),
        ("TERM70.6-0-3S", "SIP70.8-5-2S", Uncertain, "java-old-6"),
        ("TERM70.7-0-3-0S", "SIP70.8-5-2S", Uncertain, "java-old-7"),
        ("SIP70.8-0-4S", "SIP70.8-5-2S", Uncertain, "java-old-8-0"),
        ("TERM70.7-0-3-0S", "SIP70.8-0-4S", Allowed, "java-old-up"),
        ("SIP70.8-5-2S", "TERM70.7-0-3-0S", Uncertain, "default"),
        ("SIP70.8-5-2S", "SIP75.8-5-2S", Forbidden, "other-family"),
        ("SIP75.8-5-2S", "sip75.8-5-2s", Allowed, "same-load"),
    ] {
        let (from, to): (LoadName, LoadName) = (from.parse().unwrap(), to.parse().unwrap());
        let edge = edge(catalogue(), from.family, &State::Running(from.clone()), &to);
        assert_eq!((edge.verdict, edge.rule.as_str()), (verdict, rule), "{from:?} {to:?}");
    }
    for (family, to, verdict) in [
        (Family::F75, "SIP75.8-5-2S", Allowed),
        (Family::F75, "SIP75.9-2-1S", Uncertain),
        (Family::F75, "SIP75.8-3-2S", Uncertain),
        (Family::F70, "TERM70.7-0-3-0S", Allowed),
    ] {
        let edge = edge(catalogue(), family, &State::Wiped, &to.parse().unwrap());
        assert_eq!(edge.verdict, verdict, "wiped {to}");
    }
}

#[test]
fn every_rule_decides_some_step_between_published_loads() {
    let mut idle: Vec<_> = catalogue().routes().rule.iter().map(|r| r.id.as_str()).collect();
    let mut all: Vec<LoadName> = catalogue().loads().iter().map(|l| l.load.clone()).collect();
    for old in ["P0S30201", "P00302000000", "TERM70.6-0-3S"] {
        all.push(old.parse().unwrap());
    }
    for family in Family::ALL {
        for to in all.iter().filter(|l| l.family == family) {
            let running = all.iter().filter(|l| l.family == family).cloned().map(State::Running);
            for from in running.chain([State::Wiped]) {
                let rule = edge(catalogue(), family, &from, to).rule;
                idle.retain(|id| *id != rule);
            }
        }
    }
    assert!(idle.is_empty(), "rules that never decide: {idle:?}");
}

/// A model, a start, a target and a shelf of the model's family (with a stranger now and then).
fn bench() -> impl Strategy<Value = (usize, Start, String, Vec<(String, bool)>)> {
    (0..16_usize).prop_flat_map(|model| {
        let family = catalogue().models()[model].family;
        let loads = catalogue().loads();
        let own: Vec<String> =
            loads.iter().filter(|l| l.load.family == family).map(|l| l.name.clone()).collect();
        let any: Vec<String> = loads.iter().map(|l| l.name.clone()).collect();
        let start = prop_oneof![
            6 => prop::sample::select(own.clone()).prop_map(Start::Load),
            1 => Just(Start::Unknown),
            1 => Just(Start::Wiped),
            1 => prop_oneof![Just(Protocol::Sip), Just(Protocol::Sccp)].prop_map(Start::Protocol),
            1 => (2..10_u16, 0..6_u16)
                .prop_map(|(a, b)| Start::Release(Release::parse(&format!("{a}.{b}")).unwrap())),
        ];
        let owned = prop_oneof![9 => prop::sample::select(own.clone()), 1 => prop::sample::select(any)];
        let shelf = prop::collection::vec((owned, prop::bool::weighted(0.9)), 0..9);
        (Just(model), start, prop::sample::select(own), shelf)
    })
}

/// All loads that can be reached without a forbidden step: the plain closure, to hold the search against.
fn reachable(family: Family, from: &State, owned: &[LoadName]) -> Vec<LoadName> {
    let open =
        |from: &State, to: &LoadName| edge(catalogue(), family, from, to).verdict != Verdict::Forbidden;
    let mut found: Vec<LoadName> = Vec::new();
    loop {
        let next = owned.iter().find(|to| {
            !found.contains(to)
                && (open(from, to) || found.iter().any(|f| open(&State::Running(f.clone()), to)))
        });
        let Some(next) = next else { return found };
        found.push(next.clone());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn no_plan_crosses_a_forbidden_step((model, start, target, owned) in bench()) {
        let model = &catalogue().models()[model];
        let shelf: Vec<_> = owned.iter().map(|(name, complete)| Owned { name, complete: *complete }).collect();
        let plan = plan(catalogue(), model, &start, &target, &shelf);
        let mut state = State::of(catalogue(), model.family, &start).unwrap();
        for hop in &plan.hops {
            let load: LoadName = hop.load.parse().unwrap();
            let edge = edge(catalogue(), model.family, &state, &load);
            prop_assert_ne!(edge.verdict, Verdict::Forbidden, "{:#?}", plan);
            prop_assert_eq!(edge.verdict == Verdict::Allowed, hop.certain);
            let on_shelf = owned.iter().any(|(name, complete)| *complete && *name == hop.load);
            prop_assert_eq!(hop.have, on_shelf);
            prop_assert!(!plan.possible || hop.have);
            state = State::Running(load);
        }
        prop_assert!(plan.hops.last().is_none_or(|h| h.load == plan.to));
        prop_assert_eq!(plan.possible, plan.refusal.is_none());
        prop_assert!(!plan.possible || plan.missing.is_empty());
        prop_assert!(plan.to_string().lines().all(|line| line.chars().count() <= 80), "{}", plan);
        let lacking: Vec<_> = plan.hops.iter().filter(|h| !h.have).map(|h| &h.load).collect();
        prop_assert!(lacking.iter().eq(plan.missing.iter().map(|m| &m.load).collect::<Vec<_>>().iter()));
    }

    #[test]
    fn a_plan_exists_whenever_the_shelf_allows_one((model, start, target, owned) in bench()) {
        let model = &catalogue().models()[model];
        let shelf: Vec<_> = owned.iter().map(|(name, complete)| Owned { name, complete: *complete }).collect();
        let plan = plan(catalogue(), model, &start, &target, &shelf);
        let wanted: LoadName = target.parse().unwrap();
        let complete: Vec<LoadName> = owned
            .iter()
            .filter(|(_, complete)| *complete)
            .map(|(name, _)| name.parse().unwrap())
            .filter(|l: &LoadName| l.family == model.family)
            .collect();
        let state = State::of(catalogue(), model.family, &start).unwrap();
        let there = state == State::Running(wanted.clone());
        let reached = reachable(model.family, &state, &complete);
        prop_assert_eq!(plan.possible, there || reached.contains(&wanted), "{:#?}", plan);
        // Who only serves it serves the same.
        let way = super::way(catalogue(), model, &start, &target, &shelf);
        let loads = |plan: &Plan| plan.hops.iter().map(|hop| hop.load.clone()).collect::<Vec<_>>();
        prop_assert_eq!((way.possible, loads(&way), &way.refusal), (plan.possible, loads(&plan), &plan.refusal));
        if let Some(best) = &plan.best_reachable {
            prop_assert!(reached.contains(&best.parse().unwrap()));
        }
        // Among owned loads a certain way is never passed over for an uncertain one.
        let certain = |from: &State, to: &LoadName| edge(catalogue(), model.family, from, to).verdict == Verdict::Allowed;
        if plan.possible && !there && certain(&state, &wanted) && !matches!(start, Start::Unknown) {
            prop_assert_eq!(plan.hops.len(), 1);
        }
    }

    #[test]
    fn nothing_typed_upsets_the_planner(start in ".{0,24}", target in ".{0,24}", owned in ".{0,24}") {
        let model = &catalogue().models()[0];
        let plan = plan(catalogue(), model, &Start::parse(&start), &target, &[Owned { name: &owned, complete: true }]);
        prop_assert_eq!(plan.possible, plan.refusal.is_none());
        prop_assert!(plan.to_string().lines().all(|line| line.chars().count() <= 80), "{}", plan);
    }
}
