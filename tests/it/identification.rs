//! Who a phone is, by what it asks: a labelled corpus, from the virtual phones over many seeds and from the references by
//! hand, gives a confusion matrix. Unknown is allowed; another family never is.

use crate::scenarios::play;
use crate::talk::{MAC, Talk};
use rescue79::catalogue::{Catalogue, Era};
use rescue79::event::{Condition, Identity, Kind};
use rescue79::load::{Family, Protocol};
use rescue79::sim::scenario::{PhoneSpec, StartState, builtin};
use std::collections::BTreeMap;

/// What is true of a phone before anything is done to it.
#[derive(Debug)]
struct Label {
    model: Option<String>,
    /// None for a phone that is not ours.
    family: Option<Family>,
    states: Vec<Condition>,
}

fn label(spec: &PhoneSpec) -> Label {
    let catalogue = Catalogue::builtin();
    let model = catalogue.model(&spec.model);
    let era = spec.load.as_ref().and_then(|load| load.parse().ok()).map(|load| catalogue.era(&load));
    let states = match (spec.state, era) {
        (StartState::Wiped, _) => vec![Condition::Wiped],
        (StartState::Running, Some(Era::Unsigned | Era::Signed)) => vec![Condition::SingleImage],
        (StartState::Running, Some(Era::Java)) => vec![Condition::Application],
        // Its loader asks first, whether or not an application stands behind it.
        _ => vec![Condition::Loader, Condition::Application],
    };
    Label { model: model.map(|m| m.name.clone()), family: model.map(|m| m.family), states }
}

/// What was named, and what of it was right.
#[derive(Debug, Default)]
struct Score {
    named: u32,
    right: u32,
    wrong: Vec<String>,
    /// True family to named family.
    families: BTreeMap<(String, String), u32>,
}

impl Score {
    fn one(&mut self, right: bool, what: impl FnOnce() -> String) {
        self.named += 1;
        if right {
            self.right += 1;
        } else {
            self.wrong.push(what());
        }
    }

    fn judge(&mut self, who: &str, label: &Label, said: &Identity) {
        let name = |family: Option<Family>| family.map_or("unknown".to_owned(), |f| f.to_string());
        *self.families.entry((name(label.family), name(said.family))).or_default() += 1;
        if said.family.is_some() {
            self.one(said.family == label.family, || format!("{who}: {label:?} named {said:?}"));
        }
        if said.model.is_some() {
            self.one(said.model == label.model, || format!("{who}: {label:?} named {said:?}"));
        }
        if said.condition != Condition::Unknown {
            self.one(label.states.contains(&said.condition), || format!("{who}: {label:?} named {said:?}"));
        }
    }

    fn holds(&self) {
        let taken: Vec<_> =
            self.families.keys().filter(|(is, said)| said != "unknown" && is != said).collect();
        assert!(taken.is_empty(), "taken for another family: {taken:?}\n{}", self.wrong.join("\n"));
        let share = f64::from(self.right) / f64::from(self.named);
        assert!(
            share >= 0.98,
            "{} of {} right\n{:?}\n{}",
            self.right,
            self.named,
            self.families,
            self.wrong.join("\n")
        );
    }
}

#[test]
fn virtual_phones_are_taken_for_what_they_are() {
    let mut score = Score::default();
    for listens in [true, false] {
        for seed in [1, 2, 3] {
            for mut scenario in builtin().unwrap() {
                scenario.server.listens = listens;
                // Another server's phones, and a phone whose flash changes by hand, are other labels.
                if !scenario.plan.refused.is_empty() || !scenario.actions.is_empty() {
                    continue;
                }
                let Some((_, events)) = play(&scenario, seed) else { continue };
                for (spec, _) in scenario.phones() {
                    let label = label(&spec);
                    // Every word said of it before it has read firmware.
                    let of_it = events.iter().filter(|e| e.phone == Some(spec.mac));
                    let read =
                        |kind: &Kind| matches!(kind, Kind::ReadStarted { role, .. } if role.is_firmware());
                    for event in of_it.take_while(|e| !read(&e.kind)) {
                        if let Kind::Identified(said) = &event.kind {
                            score.judge(&format!("{} {} {seed}", scenario.name, spec.model), &label, said);
                        }
                    }
                }
            }
        }
    }
    score.holds();
    assert!(score.named > 1_000, "only {} words", score.named);
}

/// A sequence of the references: the names in their order, from a phone whose DHCP says no model, so that the names speak
/// alone.
struct Sequence {
    source: &'static str,
    asks: &'static [&'static str],
    family: Option<Family>,
    states: &'static [Condition],
    protocol: Option<Protocol>,
}

const SEQUENCES: &[Sequence] = &[
    Sequence {
        source: "classic-phones 1.5 (b/d), the universal loader",
        asks: &[
            "CTLSEP{}.tlv",
            "SEP{}.cnf.xml",
            "SIP{}.cnf",
            "MGC{}.cnf",
            "XMLDefault.cnf.xml",
            "SIPDefault.cnf",
        ],
        family: Some(Family::Classic),
        states: &[Condition::Loader, Condition::Application],
        protocol: None,
    },
    Sequence {
        source: "classic-phones 1.5 (a), 3.x",
        asks: &["OS79XX.TXT", "SEP{}.cnf.xml", "XMLDefault.cnf.xml"],
        family: Some(Family::Classic),
        states: &[Condition::SingleImage],
        protocol: None,
    },
    Sequence {
        source: "classic-phones 1.5 (a), 2.x",
        asks: &["OS79XX.txt", "SEP{}.cnf", "SEPDefault.cnf"],
        family: Some(Family::Classic),
        states: &[Condition::SingleImage],
        protocol: None,
    },
    Sequence {
        source: "classic-phones 1.5 (c), SIP 8.12",
        asks: &[
            "CTLSEP{}.tlv",
            "SEP{}.cnf.xml",
            "SIPDefault.cnf",
            "./SIP{}.cnf",
            "RINGLIST.DAT",
            "dialplan.xml",
        ],
        family: Some(Family::Classic),
        states: &[Condition::Application],
        protocol: Some(Protocol::Sip),
    },
    Sequence {
        source: "java-phones 1.4, wiped 7941",
        asks: &["term41.default.loads", "term41.default.loads"],
        family: Some(Family::F41),
        states: &[Condition::Wiped],
        protocol: None,
    },
    Sequence {
        source: "java-phones 1.1, wiped 7971",
        asks: &["TERM71.DEFAULT.loads"],
        family: Some(Family::F70),
        states: &[Condition::Wiped],
        protocol: None,
    },
    Sequence {
        source: "peers F18, wiped 7906",
        asks: &["term06.default.loads", "term06.default.loads"],
        family: Some(Family::F11),
        states: &[Condition::Wiped],
        protocol: None,
    },
    Sequence {
        source: "java-phones 1.4, a 9.x phone: no name says its family",
        asks: &["CTLSEP{}.tlv", "ITLSEP{}.tlv", "ITLFile.tlv", "SEP{}.cnf.xml", "XMLDefault.cnf.xml"],
        family: None,
        states: &[],
        protocol: None,
    },
    Sequence {
        source: "java-phones 1.4, a SIP application",
        asks: &["CTLSEP{}.tlv", "SEP{}.cnf.xml", "English_United_States/mk-sip.jar"],
        family: None,
        states: &[Condition::Application],
        protocol: Some(Protocol::Sip),
    },
    Sequence {
        source: "peers F38, a 7912",
        asks: &["SEP{}.cnf.xml", "cp7912r.zup"],
        family: None,
        states: &[],
        protocol: None,
    },
];

#[test]
fn sequences_of_the_references_are_taken_for_what_they_are() {
    let mut score = Score::default();
    for (n, sequence) in (0_u16..).zip(SEQUENCES) {
        let mut talk = Talk::new(true);
        // The class of the boot loaders and of the first years, which says no model (`java-phones` 1.2).
        for kind in [1, 3] {
            talk.dhcp_as(kind, "Cisco Systems, Inc. IP Phone");
        }
        for name in sequence.asks {
            talk.ask(50_000 + n, &name.replace("{}", MAC));
            talk.wait(2);
        }
        let said = talk.engine.state().phones[0].identity.clone();
        let label = Label { model: None, family: sequence.family, states: sequence.states.to_vec() };
        let said = Identity { model: None, ..said };
        score.judge(sequence.source, &label, &said);
        assert!(
            sequence.protocol.is_none() || said.protocol == sequence.protocol,
            "{}: {said:?}",
            sequence.source
        );
    }
    score.holds();
    assert_eq!(score.right, score.named, "{}", score.wrong.join("\n"));
}
