//! Every plan that is made for a shelf is walked by a virtual phone.
//!
//! The phone's physics (`sim`) know nothing of the planner's rules (`assets/catalogue/routes.toml`): where the two
//! disagree, one of them contradicts its sources.

use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::RngSeed;
use rescue79::catalogue::Catalogue;
use rescue79::clock::Instant;
use rescue79::event::{Event, Kind, Role, Verdict};
use rescue79::load::{Family, LoadName};
use rescue79::route::{Owned, Plan, Start, plan};
use rescue79::sim::firmware::Scale;
use rescue79::sim::phone::Deed;
use rescue79::sim::run::{self, BadWorld, World};
use rescue79::sim::scenario::{Deed as ByHand, Scenario};

/// Minutes until a walk without a verdict is over.
const PATIENCE: u64 = 90;

/// What is in the phone, what is said about it, what it shall run, and what is on the shelf.
#[derive(Clone, Debug)]
struct Bench {
    model: String,
    /// The load in flash; `None`: the universal loader alone, or a wiped phone.
    runs: Option<String>,
    /// The technician says so.
    told: bool,
    target: String,
    shelf: Vec<String>,
}

impl Bench {
    fn classic(&self) -> bool {
        Catalogue::builtin().model(&self.model).unwrap().family == Family::Classic
    }

    fn start(&self) -> Start {
        match (&self.runs, self.told) {
            (_, false) => Start::Unknown,
            (Some(load), true) => Start::parse(load),
            (None, true) => Start::parse(if self.classic() { "pai" } else { "wiped" }),
        }
    }

    fn plan(&self) -> Plan {
        let owned: Vec<_> = self.shelf.iter().map(|name| Owned { name, complete: true }).collect();
        let catalogue = Catalogue::builtin();
        plan(catalogue, catalogue.model(&self.model).unwrap(), &self.start(), &self.target, &owned)
    }

    fn scenario(&self) -> Scenario {
        let Self { model, target, shelf, .. } = self;
        let state = match (&self.runs, self.classic()) {
            (Some(load), _) => format!("state = \"running\"\nload = \"{load}\""),
            (None, true) => "state = \"pai\"".to_owned(),
            (None, false) => "state = \"wiped\"".to_owned(),
        };
        let said =
            if self.told { format!("[from]\n\"{model}\" = \"{}\"\n", self.start()) } else { String::new() };
        let text = format!(
            "title = \"\"\nteaches = \"\"\nseed_rows = []\nseconds = 1\n[shelf]\nloads = {shelf:?}\n\
             [targets]\n\"{model}\" = \"{target}\"\n{said}\
             [[phones]]\nmodel = \"{model}\"\n{state}\n[phones.expect]\nverdict = \"recovered\"\n"
        );
        Scenario::read("walk", &text).unwrap_or_else(|bad| panic!("{bad}\n{text}"))
    }
}

/// How a walk ended.
struct Walked {
    running: Option<String>,
    verdict: Option<Verdict>,
    /// Anything that it read.
    refused: bool,
    events: Vec<Event>,
    /// For whoever reads a failure.
    story: String,
}

/// Lets the phone go until there is a verdict, as long as anybody would wait. `None`: the order was refused.
fn walk(bench: &Bench, seed: u64) -> Option<Walked> {
    let scenario = bench.scenario();
    let mut world = match World::new(&scenario, run::shelf(&scenario, seed, Scale::FAST), seed) {
        Ok(world) => world,
        Err(BadWorld::Refused(_)) => return None,
        Err(bad) => panic!("{bad}"),
    };
    let mut all = world.advance(Instant::ZERO);
    for minute in 1..=PATIENCE {
        let events = world.advance(Instant::from_millis(minute * 60_000));
        // Whoever stands at the bench does what the program says.
        let asked =
            |event: &Event| matches!(&event.kind, Kind::Symptom { code, .. } if code == "power-cycle");
        if events.iter().any(asked) {
            world.by_hand(0, &ByHand::PowerCycle);
        }
        all.extend(events);
        if world.state().phones.iter().any(|phone| phone.closed.is_some()) {
            break;
        }
    }
    let verdict = world.state().phones.first().and_then(|p| p.closed.as_ref()).map(|c| c.verdict);
    let phone = &world.phones()[0];
    let refused = |deed: &Deed| matches!(deed, Deed::Refused { .. });
    Some(Walked {
        running: phone.running().map(str::to_owned),
        verdict,
        events: all,
        refused: phone.history().iter().any(|(_, deed)| refused(deed)),
        story: format!("{verdict:?} {:?} {:#?}", phone.screen(), phone.history()),
    })
}

fn loads(family: Family) -> Vec<String> {
    Catalogue::builtin().loads().iter().filter(|l| l.load.family == family).map(|l| l.name.clone()).collect()
}

/// Any phone, running anything that was published for it or nothing, and a shelf that is more often useful than not.
fn bench() -> impl Strategy<Value = Bench> {
    select(Catalogue::builtin().models()).prop_flat_map(|model| {
        let own = loads(model.family);
        let hubs: Vec<String> = Catalogue::builtin()
            .loads()
            .iter()
            .filter(|l| l.load.family == model.family && l.hub.is_some())
            .map(|l| l.name.clone())
            .collect();
        let runs = prop_oneof![5 => select(own.clone()).prop_map(Some), 1 => Just(None)];
        let shelf = prop::collection::vec(select(own.clone()), 0..5);
        (runs, any::<bool>(), select(own), prop::collection::vec(select(hubs), 0..3), shelf).prop_map(
            move |(runs, told, target, hubs, mut shelf)| {
                shelf.extend(hubs);
                shelf.push(target.clone());
                shelf.sort();
                shelf.dedup();
                Bench { model: model.name.clone(), runs, told, target, shelf }
            },
        )
    })
}

/// Walks it, and says everything that isn't as the plan promised.
fn wrong(bench: &Bench, seed: u64) -> Option<String> {
    let plan = bench.plan();
    let said = |what: &str, story: &str| Some(format!("{what}\n{bench:#?}\n{plan}{story}"));
    let Some(walked) = walk(bench, seed) else {
        return if plan.possible { said("a plan that isn't served", "") } else { None };
    };
    if !plan.possible {
        return said("served without a plan", &walked.story);
    }
    // `TERM11.7-0-3-0S` and `SCCP11.7-0-3-0S` name one load: a phone that took it from its default list knows it by the
    // second name.
    let load = |name: &str| name.parse::<LoadName>().ok();
    let there = walked.running.as_deref().and_then(load) == load(&bench.target);
    let recovered = walked.verdict == Some(Verdict::Recovered);
    if recovered && !there {
        return said("a verdict without the load", &walked.story);
    }
    // A phone may refuse a hop of which the plan says that it isn't certain, or say that it runs what there is no way
    // from; then the plan promised nothing.
    let no_way = walked.events.iter().any(|event| matches!(event.kind, Kind::NoPlan(_)));
    let promised = plan.hops.iter().all(|hop| hop.certain) || !(walked.refused || no_way);
    if promised && !(there && recovered) { said("not at its target", &walked.story) } else { None }
}

proptest! {
    // A walk takes some 20 ms; PROPTEST_CASES asks for more of them.
    // The dice are fixed: what CI says of a change must not depend on luck.
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(79),
        ..ProptestConfig::default()
    })]

    #[test]
    fn every_plan_is_walked_to_its_target(bench in bench(), seed in 0..1_000_u64) {
        prop_assert_eq!(wrong(&bench, seed), None);
    }
}

fn told(model: &str, runs: &str, target: &str, shelf: &[&str]) -> Bench {
    Bench {
        model: model.to_owned(),
        runs: (runs != "nothing").then(|| runs.to_owned()),
        told: true,
        target: target.to_owned(),
        shelf: shelf.iter().chain([&target]).map(|&name| name.to_owned()).collect(),
    }
}

/// Walks that once went wrong, and those of the guide's rows.
#[test]
fn walks_of_the_guide() {
    for bench in [
        // G9: the whole climb. S1: 5.0 needs no reset. S12: with its hop the 3.x phone gets to SIP 7.
        told("7960", "P00303010102", "P0S3-8-12-00", &["P00305000500", "P00308000900"]),
        told("7940", "P00305000500", "P00308000900", &[]),
        told("7960", "P00303010102", "P0S3-07-5-00", &["P00305000500"]),
        // A phone on 5.0 was told the application, where only the loader helps it.
        told("7960", "P00305000500", "P0S3-07-4-00", &[]),
        // The verdict on MGCP was missing, because its ring list was taken for SIP's.
        told("7960", "P00308000900", "P0M3-07-7-00", &[]),
        // S14: back to SCCP without a reset. S16: a wiped 7970 over 8.5(2).
        told("7961", "SIP41.9-2-1S", "SCCP41.9-2-1S", &[]),
        told("7970", "nothing", "SIP70.9-4-2SR3-1S", &["SIP70.8-5-2S"]),
        // What a phone runs turns out to be the first rung: it is switched off and on for the next.
        Bench { told: false, ..told("7941", "SCCP41.8-5-2S", "SCCP41.9-4-2SR3-1S", &["SCCP41.8-5-2S"]) },
        Bench { told: false, ..told("7960", "P00305000500", "P00308000900", &["P00305000500"]) },
    ] {
        assert_eq!(wrong(&bench, 79), None);
    }
}

/// Every file that was given, what it is, and the load that it names or belongs to.
fn given(walked: &Walked) -> Vec<(&str, Role, Option<&str>)> {
    let read = |event| match event {
        &Event { kind: Kind::ReadStarted { ref file, role, ref load, .. }, .. } => {
            Some((file.as_str(), role, load.as_deref()))
        }
        _ => None,
    };
    walked.events.iter().filter_map(read).collect()
}

#[test]
fn s10_a_wiped_7962_is_given_its_default_list_and_parts_not_xmldefault() {
    let bench = told("7962", "nothing", "SIP42.8-5-2S", &["SIP41.8-5-2S"]);
    assert_eq!(wrong(&bench, 79), None);
    let walked = walk(&bench, 79).unwrap();
    let given = given(&walked);
    let first: Vec<_> = given.iter().take(1).map(|(file, ..)| *file).collect();
    assert_eq!(first, ["term62.default.loads"]);
    // Nothing of the other family on the shelf, and all five parts before any configuration.
    assert!(given.iter().all(|(_, _, load)| *load != Some("SIP41.8-5-2S")), "{given:?}");
    let parts = given.iter().filter(|(_, role, _)| *role == Role::Part).count();
    let config = given.iter().position(|(_, role, _)| matches!(role, Role::SepConfig | Role::XmlDefault));
    assert_eq!(parts, 5, "{given:?}");
    assert!(config.is_none_or(|at| at > 5), "{given:?}");
    // With the other family alone on the shelf the order is refused, not served in vain.
    let other = Bench { shelf: vec!["SIP41.8-5-2S".to_owned()], ..bench };
    assert!(walk(&other, 79).is_none() && !other.plan().possible);
}

#[test]
fn s11_every_configuration_file_names_the_load_of_its_hop() {
    let shelf = ["P00305000500", "P00308000900"];
    let walked = walk(&told("7960", "P00303010102", "P0S3-8-12-00", &shelf), 79).unwrap();
    let mut hops = ["P00305000500", "P00308000900", "P0S3-8-12-00"].into_iter().peekable();
    let mut kinds = Vec::new();
    for event in &walked.events {
        match &event.kind {
            Kind::HopDone { .. } => _ = hops.next(),
            Kind::ReadStarted { role, load: Some(load), .. } if role.is_config() => {
                let due = hops.peek().copied().unwrap_or("P0S3-8-12-00");
                assert_eq!(load, due, "{event:?}");
                kinds.push(*role);
            }
            _ => {}
        }
    }
    // All files that the reader asked about, on one way.
    for role in [Role::Os79xx, Role::SepConfig, Role::SipDefault, Role::SipConfig] {
        assert!(kinds.contains(&role), "{role:?} of {kinds:?}");
    }
}
