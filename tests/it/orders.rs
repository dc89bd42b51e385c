//! What the technician decides while the bench is live: each order is carried out or refused with its reason, and either
//! way the events alone tell all of it.

use crate::talk::{MAC, Talk};
use rescue79::clock::Wall;
use rescue79::engine::Command;
use rescue79::event::{ClosedBy, Kind, Order, Remedy, Request};
use rescue79::journal::{Reader, encode};
use rescue79::phone_id::Mac;
use rescue79::session::phone::Pause;
use rescue79::session::{Phone, State};

const LIST: &str = "P0S3-8-12-00.loads";
const LOADER: &str = "P003-8-12-00.sbn";

fn mac() -> Mac {
    MAC.parse().unwrap()
}

impl Talk {
    fn phone(&self) -> &Phone {
        self.engine.state().phone(mac()).unwrap()
    }

    fn told(&self, is: impl Fn(&Kind) -> bool) -> usize {
        self.events.iter().filter(|e| is(&e.kind)).count()
    }

    /// Why the last order was refused.
    fn refused(&self) -> Option<(Order, &str)> {
        match &self.events.last()?.kind {
            Kind::OrderRefused { order, why } => Some((*order, why)),
            _ => None,
        }
    }

    /// A leased 7960 that has asked for its trust list.
    fn leased() -> Self {
        let mut talk = Self::new(true);
        talk.dhcp(1);
        talk.dhcp(3);
        talk.ask(50_000, &format!("CTLSEP{MAC}.tlv"));
        talk
    }

    /// Whoever folds the journal sees what the engine sees.
    fn folds(&self) {
        let (mut state, mut journal) = (State::default(), Reader::default());
        for event in &self.events {
            let line = encode(Wall(0), event).unwrap();
            let read = journal.line(&line).unwrap();
            assert_eq!(read.kind, event.kind, "{line}");
            state.apply(event);
        }
        assert_eq!(&state, self.engine.state());
        assert!(self.events.iter().map(|e| e.n).eq(1..=state.events), "numbers have gaps");
    }
}

/// ERROR 1.
fn is_refusal(sent: &[(rescue79::engine::Endpoint, Vec<u8>)]) -> bool {
    matches!(sent, [(_, bytes)] if bytes.starts_with(&[0, 5, 0, 1]))
}

#[test]
fn a_paused_phone_keeps_its_address_and_gets_no_file() {
    let mut talk = Talk::leased();
    talk.order(&Command::Pause(mac()));
    assert_eq!(talk.phone().pause, Some(Pause::Held));
    let acks = talk.told(|k| matches!(k, Kind::DhcpAck { .. }));
    talk.dhcp(1);
    talk.dhcp(3);
    assert_eq!(talk.told(|k| matches!(k, Kind::DhcpAck { .. })), acks + 1, "its address is its own");
    let before = talk.phone().hop;
    for round in 0..8 {
        // At once, with the error that every phone takes for an everyday miss.
        assert!(is_refusal(&talk.ask(51_000 + round, &format!("CTLSEP{MAC}.tlv"))));
        assert!(is_refusal(&talk.ask(52_000 + round, LIST)));
        talk.wait(20);
    }
    assert_eq!(talk.phone().hop, before);
    assert!(
        talk.phone().symptoms.is_empty(),
        "what it asks in vain is our doing: {:?}",
        talk.phone().symptoms
    );
    talk.order(&Command::Pause(mac()));
    assert_eq!(talk.refused(), Some((Order::Pause, "it is paused already")));
    talk.order(&Command::Resume(mac()));
    assert_eq!(talk.phone().pause, None);
    assert!(talk.read(53_000, LIST, 9).is_some(), "it is served again");
    talk.order(&Command::Resume(mac()));
    assert_eq!(talk.refused(), Some((Order::Resume, "it is not paused")));
    talk.folds();
}

#[test]
fn a_pause_waits_for_the_flash() {
    let mut talk = Talk::leased();
    talk.read(50_001, LIST, 9);
    let read = talk.read(50_002, LOADER, 3).unwrap();
    talk.order(&Command::Pause(mac()));
    assert_eq!(talk.phone().pause, Some(Pause::Asked), "it reads firmware");
    // The read goes on to its end, and so does the write that follows.
    let mut sent = talk.input(rescue79::engine::Endpoint::Transfer(read), 50_002, &[0, 4, 0, 4]);
    while let Some((at, data)) = sent.pop() {
        sent = talk.input(at, 50_002, &[0, 4, data[2], data[3]]);
        if data.len() < 516 {
            break;
        }
    }
    talk.wait(3);
    assert_eq!(talk.told(|k| matches!(k, Kind::ReadFinished { .. })), 2, "list and loader");
    assert_eq!(talk.phone().pause, Some(Pause::Asked), "it writes its flash");
    talk.dhcp(1);
    talk.wait(2);
    assert_eq!(talk.phone().pause, Some(Pause::Held), "it started anew");
    assert!(is_refusal(&talk.ask(50_010, LIST)));
    talk.folds();
}

#[test]
fn a_phone_is_led_elsewhere_only_where_a_way_leads() {
    let replan = |target: &str, from: Option<&str>| Command::Replan {
        phone: mac(),
        target: Some(target.to_owned()),
        from: from.map(str::to_owned),
    };
    let mut talk = Talk::leased();
    assert_eq!(talk.phone().plan.as_ref().unwrap().target, "P0S3-8-12-00");
    talk.order(&replan("SIP41.8-5-2S", None));
    assert!(
        talk.refused().is_some_and(|(order, why)| order == Order::Replan && why.contains("7960")),
        "another family's"
    );
    talk.order(&replan("P0S3-8-11-00", None));
    assert!(talk.refused().is_some_and(|(_, why)| why.contains("not on the shelf")));
    talk.order(&replan("P0S3-8-12-00", None));
    assert_eq!(talk.refused(), Some((Order::Replan, "it is led to P0S3-8-12-00 already")));
    talk.order(&replan("P00308000900", None));
    let plan = talk.phone().plan.clone().unwrap();
    assert_eq!(plan.target, "P00308000900");
    assert_eq!(plan.revised.as_deref(), Some("the technician chose P00308000900"));
    talk.ask(50_003, &format!("SEP{MAC}.cnf.xml"));
    let named = talk.events.iter().rev().find_map(|e| match &e.kind {
        Kind::ReadStarted { load, .. } => load.clone(),
        _ => None,
    });
    assert_eq!(named.as_deref(), Some("P00308000900"), "its file names the load that was chosen");
    talk.wait(30);
    assert_eq!(talk.phone().plan.as_ref().unwrap().target, "P00308000900", "no rule turns it back");
    talk.read(50_004, LOADER, 2);
    talk.order(&replan("P0S3-8-12-00", None));
    assert!(talk.refused().is_some_and(|(_, why)| why.contains("firmware")), "not while it reads firmware");
    let stranger = "001B0C18BDFF".parse().unwrap();
    talk.order(&Command::Replan { phone: stranger, target: None, from: None });
    assert!(talk.refused().is_some_and(|(_, why)| why.contains("not on this bench")));
    assert_eq!(talk.engine.state().phones.len(), 1, "an order makes no phone");
    talk.folds();
}

#[test]
fn what_would_help_nothing_is_refused_with_its_reason() {
    let remedy = |remedy| Command::Remedy { phone: mac(), remedy };
    let mut talk = Talk::leased();
    for (what, why) in
        [(Remedy::OwnFile, "no configuration on the shelf"), (Remedy::VaryReply, "asks for files")]
    {
        talk.order(&remedy(what));
        assert!(talk.refused().is_some_and(|(_, told)| told.contains(why)), "{what:?}: {:?}", talk.refused());
        assert!(talk.phone().remedies.is_empty());
    }
    talk.order(&remedy(Remedy::EmptyTrustList));
    assert!(talk.phone().remedies.contains_key(&Remedy::EmptyTrustList));
    assert_eq!(talk.ask(50_005, &format!("CTLSEP{MAC}.tlv"))[0].1, [0, 3, 0, 1], "an empty file");
    talk.order(&remedy(Remedy::EmptyTrustList));
    assert_eq!(talk.refused(), Some((Order::Remedy, "that is done already")));
    talk.order(&remedy(Remedy::RungDown));
    assert_eq!(talk.phone().due(), Some("P00308000900"), "then up again to where it was led");
    talk.order(&remedy(Remedy::RungDown));
    assert!(talk.refused().is_some_and(|(_, told)| told.contains("no older load")));
    talk.order(&Command::Done { phone: mac(), request: Request::UnplugServer });
    assert!(talk.refused().is_some_and(|(order, _)| order == Order::Done), "nobody asked for it");
    assert_eq!(talk.told(|k| matches!(k, Kind::RequestClosed { by: ClosedBy::Technician, .. })), 0);
    talk.folds();
}
