//! A SIP account on its way into a phone's file, and a load that somebody insists on: what the engine makes of the order.

use crate::talk::{MAC, Talk};
use rescue79::catalogue::Catalogue;
use rescue79::event::Kind;
use rescue79::firmware::Shelf;
use rescue79::job::Draft;
use rescue79::provision::Account;
use std::net::Ipv4Addr;

const PASSWORD: &str = "Geheim-1";

fn account(only: &str) -> Account {
    Account::read("pbx.example.org:5080", "201", "", PASSWORD, "Front desk", only).unwrap()
}

fn text(talk: &mut Talk, port: u16, name: &str) -> String {
    let sent = talk.ask(port, name);
    let (_, data) = sent.first().unwrap_or_else(|| panic!("{name} is not answered"));
    String::from_utf8_lossy(&data[4..]).into_owned()
}

#[test]
fn a_phone_that_is_led_to_sip_gets_its_account_and_no_journal_has_the_password() {
    let mut talk = Talk::ordered(|draft| Draft { account: Some(account(MAC)), ..draft });
    talk.dhcp(1);
    talk.dhcp(3);
    let own = text(&mut talk, 3_000, &format!("SIP{MAC}.cnf"));
    for said in ["proxy1_address: \"pbx.example.org\"", "proxy1_port: 5080", "line1_name: \"201\"", PASSWORD]
    {
        assert!(own.contains(said), "{said}: {own}");
    }
    let default = text(&mut talk, 3_001, "SIPDefault.cnf");
    assert!(default.contains("pbx.example.org") && !default.contains(PASSWORD), "{default}");
    for event in &talk.events {
        assert!(!format!("{event:?}").contains(PASSWORD), "{event:?}");
    }
    assert!(!talk.engine.state().report().contains(PASSWORD));
}

#[test]
fn an_account_for_one_phone_is_for_no_other() {
    let mut talk = Talk::ordered(|draft| Draft { account: Some(account("00:1b:0c:00:00:01")), ..draft });
    talk.dhcp(1);
    talk.dhcp(3);
    let own = text(&mut talk, 3_000, &format!("SIP{MAC}.cnf"));
    assert!(own.contains("proxy1_address: \"192.168.1.1\"") && !own.contains(PASSWORD), "{own}");
}

/// Only where it can register here is it given a line to do so; the call server is named in any case, for without one
/// newer phones take no notice of the file.
#[test]
fn a_line_leads_here_only_where_somebody_listens() {
    let own = |leads_elsewhere: bool, dhcp: bool| {
        let mut talk = Talk::ordered(|draft| Draft { leads_elsewhere, dhcp, ..draft });
        let sip = text(&mut talk, 3_000, &format!("SIP{MAC}.cnf"));
        let sep = text(&mut talk, 3_001, &format!("SEP{MAC}.cnf.xml"));
        assert!(sip.contains("proxy1_address: \"192.168.1.1\""), "{sip}");
        assert!(sep.contains("<processNodeName>192.168.1.1</processNodeName>"), "{sep}");
        sip.contains("line1_name")
    };
    assert!(own(false, true));
    assert!(!own(true, true), "the network leads elsewhere, where its exchange may be");
    assert!(!own(false, false));
}

#[test]
fn a_load_that_is_insisted_on_is_one_step_and_the_report_says_so() {
    let from_3_1 = |draft: Draft| Draft { froms: vec!["7960=P00303010102".parse().unwrap()], ..draft };
    let wish = "7960=P0S3-8-12-00".parse().unwrap();
    let mut talk = Talk::ordered(|draft| Draft { forced: vec![wish], ..from_3_1(draft) });
    talk.dhcp(1);
    talk.dhcp(3);
    text(&mut talk, 3_000, &format!("SEP{MAC}.cnf.xml"));
    let plan =
        talk.events.iter().find_map(|e| if let Kind::Planned(plan) = &e.kind { Some(plan) } else { None });
    let plan = plan.unwrap_or_else(|| panic!("{:?}", talk.events));
    let [hop] = plan.hops.as_slice() else { panic!("{plan:?}") };
    assert!(hop.load == "P0S3-8-12-00" && !hop.certain, "{hop:?}");
    assert!(hop.why.starts_with("The technician insisted on this step."), "{}", hop.why);
    let report = talk.engine.state().report();
    assert!(report.contains("not certain: P0S3-8-12-00: The technician insisted"), "{report}");
}

#[test]
fn nobody_can_insist_on_what_a_phone_would_not_even_read() {
    let wish = "7975=P0S3-8-12-00";
    let draft = Draft {
        targets: vec![wish.parse().unwrap()],
        forced: vec![wish.parse().unwrap()],
        server: Some(Ipv4Addr::new(192, 168, 1, 1)),
        prefix: 24,
        ..Draft::default()
    };
    let blockers = draft.finish(Catalogue::builtin(), &Shelf::default()).unwrap_err();
    assert_eq!(blockers[0].code, "family");
    // The password is of no interest to anybody who prints an order.
    let printed = format!("{:?}", Draft { account: Some(account("")), ..Draft::default() });
    assert!(printed.contains("201") && !printed.contains(PASSWORD), "{printed}");
}
