//! Who a phone is, by what it asks: a labelled corpus, from the virtual phones over many seeds and from the references by
//! hand, gives a confusion matrix; so do captures of other people's programs, and packets of real phones as the references
//! tell of them (`golden`). Unknown is allowed; another family never is.

mod golden;

use crate::scenarios::play;
use crate::talk::{MAC, Talk};
use rescue79::catalogue::{Catalogue, Era};
use rescue79::event::{Condition, Identity, Kind, Likely};
use rescue79::load::{Family, Protocol};
use rescue79::sim::scenario::{PhoneSpec, Scenario, StartState, builtin};
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

/// What was named of one attribute, and what of it was right.
#[derive(Debug, Default)]
struct Share {
    named: u32,
    right: u32,
    wrong: Vec<String>,
}

/// A confusion matrix, attribute by attribute: a strong one must not hide a weak one.
#[derive(Debug, Default)]
struct Score {
    of: BTreeMap<&'static str, Share>,
    /// True family to named family.
    families: BTreeMap<(String, String), u32>,
}

impl Score {
    fn one(&mut self, attribute: &'static str, right: bool, what: impl FnOnce() -> String) {
        let share = self.of.entry(attribute).or_default();
        share.named += 1;
        if right {
            share.right += 1;
        } else {
            share.wrong.push(what());
        }
    }

    fn judge(&mut self, who: &str, label: &Label, said: &Identity) {
        let name = |family: Option<Family>| family.map_or("unknown".to_owned(), |f| f.to_string());
        *self.families.entry((name(label.family), name(said.family))).or_default() += 1;
        let told = || format!("{who}: {label:?} named {said:?}");
        if said.family.is_some() {
            self.one("family", said.family == label.family, told);
        }
        if said.model.is_some() {
            self.one("model", said.model == label.model, told);
        }
        if said.condition != Condition::Unknown {
            self.one("condition", label.states.contains(&said.condition), told);
        }
        self.first_packet(label, said, told);
    }

    /// What the way it asks for an address says of a phone, where its state is known: the truth is among what it may be, and
    /// where that is one thing alone, it is the truth. Of a phone that is not ours, nothing alone is said.
    fn first_packet(&mut self, label: &Label, said: &Identity, told: impl Fn() -> String) {
        let Some(looks) = &said.looks else { return };
        let is = |likely: &Likely| match label.family {
            Some(_) => label.states.contains(&likely.condition),
            None => likely.condition == Condition::Unknown,
        };
        if !label.states.is_empty() || label.family.is_none() {
            self.one("first packet, alternatives", looks.may_be.iter().any(is), &told);
            if let [one] = looks.may_be.as_slice() {
                self.one("first packet, named", is(one), &told);
            }
        }
    }

    fn wrong(&self) -> Vec<&str> {
        self.of.values().flat_map(|share| &share.wrong).map(String::as_str).collect()
    }

    fn named(&self) -> u32 {
        self.of.values().map(|share| share.named).sum()
    }

    fn holds(&self) {
        let taken: Vec<_> =
            self.families.keys().filter(|(is, said)| said != "unknown" && is != said).collect();
        assert!(taken.is_empty(), "taken for another family: {taken:?}\n{:?}", self.of);
        for (attribute, Share { named, right, wrong }) in &self.of {
            let share = f64::from(*right) / f64::from(*named);
            let some = wrong.iter().take(40).cloned().collect::<Vec<_>>().join("\n");
            assert!(share >= 0.98, "{attribute}: {right} of {named} right\n{some}");
            assert!(!attribute.starts_with("first packet") || wrong.is_empty(), "{attribute}:\n{some}");
        }
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
    assert!(score.named() > 1_000, "only {} words", score.named());
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
        // The class stands for no class; it is the names that are judged.
        let said = Identity { model: None, looks: None, ..said };
        score.judge(sequence.source, &label, &said);
        assert!(
            sequence.protocol.is_none() || said.protocol == sequence.protocol,
            "{}: {said:?}",
            sequence.source
        );
    }
    score.holds();
    assert!(score.wrong().is_empty(), "{}", score.wrong().join("\n"));
}

/// A model with what it can be found in: how the bench's file says it, and what is true then.
fn states(model: &str, family: Family) -> Vec<(String, Vec<Condition>, Option<Protocol>)> {
    use Condition::{Application, Loader, SingleImage, Wiped};
    let running = |load: &str| format!("state = \"running\"\nload = \"{load}\"");
    if family == Family::Classic {
        // Which protocol a load of the first years speaks is in its name alone, which it does not say.
        let single = ["P00303010102", "P00305000500", "P0S30203", "P0S3-06-3-00"];
        let single = single.map(|load| (running(load), vec![SingleImage], None));
        let universal = [("P00306000100", Protocol::Sccp), ("P00308000900", Protocol::Sccp)];
        let sip = [("P0S3-07-4-00", Protocol::Sip), ("P0S3-8-12-00", Protocol::Sip)];
        // Its loader asks before the application does.
        let universal = universal.into_iter().chain(sip);
        let universal = universal.map(|(load, p)| (running(load), vec![Loader, Application], Some(p)));
        let pai = ("state = \"pai\"".to_owned(), vec![Loader], None);
        return single.into_iter().chain(universal).chain([pai]).collect();
    }
    let releases = ["8-3-3S", "8-5-2S", "8-5-4S", "9-4-2SR3-1S"];
    let loads =
        releases.into_iter().flat_map(|release| [(Protocol::Sip, release), (Protocol::Sccp, release)]);
    let mut all: Vec<_> = loads
        .map(|(protocol, release)| {
            let load = format!("{protocol}{}.{release}", family.as_str());
            (running(&load), vec![Application], Some(protocol))
        })
        .collect();
    let wiped = || ("state = \"wiped\"".to_owned(), vec![Wiped], None);
    if model == "7970" || model == "7971G-GE" {
        // Their first loads spoke SCCP alone.
        all.push((running("SCCP70.7-0-3S"), vec![Application], Some(Protocol::Sccp)));
    }
    all.push(wiped());
    all
}

/// One phone alone on the bench, led nowhere. `dhcp`: we give the address, so that we see how it asks for one.
fn alone(model: &str, state: &str, dhcp: bool, listens: bool) -> Scenario {
    let text = format!(
        "title = \"one\"\nteaches = \"it\"\nseed_rows = []\nseconds = 400\n\
         [server]\ndhcp = {dhcp}\nlistens = {listens}\n{}\
         [[phones]]\nmodel = \"{model}\"\n{state}\nexpect = {{ verdict = \"unproven\" }}\n",
        if dhcp {
            ""
        } else {
            "[[routers]]\naddress = \"192.168.1.254\"\nfirst = \"192.168.1.100\"\noption_150 = [192, 168, 1, 1]\n"
        }
    );
    Scenario::read("alone", &text).unwrap_or_else(|e| panic!("{e}\n{text}"))
}

/// What a piece of the corpus is taken for at the end of its first start, as one word.
fn word(condition: Condition, family: Option<Family>) -> String {
    format!("{} {condition:?}", family.map_or("unknown", |f| f.as_str()))
}

/// All sixteen models in all their states, SIP and SCCP, loads of all eras; with and without our own DHCP, with and without
/// an ear for what they say of themselves. The matrix has true states as rows and what was named as columns.
#[test]
fn every_model_in_every_state_is_taken_for_itself_or_for_nothing() {
    let mut score = Score::default();
    let mut matrix: BTreeMap<(String, String), u32> = BTreeMap::new();
    let (mut cases, mut known, mut protocols) = (0_u32, 0_u32, (0_u32, Vec::new()));
    for model in Catalogue::builtin().models() {
        for (state, conditions, protocol) in states(&model.name, model.family) {
            for (dhcp, listens) in [(true, true), (true, false), (false, true), (false, false)] {
                let scenario = alone(&model.name, &state, dhcp, listens);
                let (_, events) = play(&scenario, 7).unwrap();
                let label = Label {
                    model: Some(model.name.clone()),
                    family: Some(model.family),
                    states: conditions.clone(),
                };
                let state = state.replace('\n', " ");
                let who = format!("{} {state} dhcp {dhcp} listens {listens}", model.name);
                let mut last = Identity::default();
                for event in &events {
                    let Kind::Identified(said) = &event.kind else { continue };
                    score.judge(&who, &label, said);
                    if let (Some(is), Some(named)) = (protocol, said.protocol) {
                        protocols.0 += 1;
                        if is != named {
                            protocols.1.push(format!("{who}: {named}"));
                        }
                    }
                    last = said.clone();
                }
                cases += 1;
                known += u32::from(last.family.is_some());
                let is = *conditions.last().unwrap();
                let row = word(is, Some(model.family));
                *matrix.entry((row, word(last.condition, last.family))).or_default() += 1;
            }
        }
    }
    let lines: Vec<_> =
        matrix.iter().map(|((is, said), n)| format!("{is:>22}  taken for {said:<22} {n:>4}")).collect();
    println!("{}", lines.join("\n"));
    score.holds();
    let first = |attribute| score.of.get(attribute).map_or(0, |share: &Share| share.named);
    assert!(first("first packet, alternatives") > 200, "{}", first("first packet, alternatives"));
    assert!(protocols.1.len() * 50 <= usize::try_from(protocols.0).unwrap(), "{:?}", protocols.1);
    assert!(cases > 400, "{cases} cases");
    // Where we give the address, its first packet says the family (a load of the first years says no model: its files do);
    // where neither address nor announcement comes to us, the names of files alone may leave it open.
    assert!(
        known * 10 >= cases * 7,
        "only {known} of {cases} have a family at the end\n{}",
        lines.join("\n")
    );
}
