//! What the technician is asked for: each request is closed by the event that shows it done, by nothing that only looks like
//! it, and by the technician's own word.

use crate::talk::{MAC, Talk};
use rescue79::engine::Command;
use rescue79::event::{ClosedBy, Kind, Request};
use std::net::Ipv4Addr;

const NEW: &str = "Cisco Systems, Inc. IP Phone CP-7960G";
const PART: &str = "P0S3-8-12-00.sb2";

fn own(tail: &str) -> String {
    format!("SEP{MAC}{tail}")
}

impl Talk {
    fn open(&self) -> Option<Request> {
        self.engine.state().phone(MAC.parse().unwrap())?.request.as_ref().map(|open| open.request)
    }

    fn text(&self) -> String {
        let phone = self.engine.state().phone(MAC.parse().unwrap()).unwrap();
        phone.request.as_ref().map(|open| open.text.clone()).unwrap_or_default()
    }

    fn done(&mut self, request: Request) {
        self.order(&Command::Done { phone: MAC.parse().unwrap(), request });
    }

    /// By whom this request was closed last.
    fn closed(&self, asked: Request) -> Option<ClosedBy> {
        self.events.iter().rev().find_map(|event| match &event.kind {
            Kind::RequestClosed { request, by, .. } if *request == asked => Some(*by),
            _ => None,
        })
    }

    fn leases(&mut self) {
        self.dhcp(1);
        self.dhcp(3);
    }

    /// It starts and remembers its address.
    fn remembers(&mut self) {
        let address = self.engine.state().phone(MAC.parse().unwrap()).unwrap().leased;
        self.dhcp_with(3, NEW, address, None);
    }

    fn link(&mut self, up: bool) {
        self.engine.note(self.now, Kind::Link { interface: "enp0s25".into(), up });
        self.drain();
    }
}

/// A bench on which this is asked for.
fn asked(request: Request) -> Talk {
    let mut talk = Talk::new(true);
    talk.leases();
    match request {
        Request::HoldHash | Request::EnterSequence => {
            talk.ask(50_000, &own(".cnf.xml.sgn"));
            talk.wait(1);
            if request == Request::EnterSequence {
                talk.done(Request::HoldHash);
                talk.wait(1);
            }
        }
        Request::PowerCycle => {
            talk.ask(50_000, "P0S3-8-12-00 .loads");
            talk.wait(1);
        }
        Request::MoveToSwPort => {
            talk.read(50_000, PART, 3);
            talk.wait(100);
        }
        Request::UsePowerCube => (0..8).for_each(|_| {
            talk.wait(20);
            talk.leases();
        }),
        Request::UnplugServer => {
            talk.dhcp(1);
            let [address, server] = [44, 254].map(|host| Some(Ipv4Addr::new(192, 168, 1, host)));
            talk.dhcp_with(3, NEW, address, server);
            talk.wait(1);
        }
        Request::Wait => talk.wait(160),
    }
    assert_eq!(talk.open(), Some(request), "{:?}", talk.events);
    talk
}

/// What only looks like it.
fn near(request: Request, talk: &mut Talk) {
    match request {
        // A file, and a start that began before anybody could have done it.
        Request::HoldHash | Request::PowerCycle => {
            talk.ask(50_010, &own(".cnf.xml.sgn"));
            talk.wait(3);
            talk.remembers();
        }
        // It starts and remembers its address; it starts, is refused another one, and asks anew.
        Request::EnterSequence => {
            talk.wait(10);
            talk.remembers();
            talk.wait(10);
            talk.dhcp_with(3, NEW, Some(Ipv4Addr::new(10, 0, 0, 7)), None);
            talk.dhcp(1);
        }
        // It is heard, without its cable having been touched.
        Request::MoveToSwPort => talk.dhcp(1),
        Request::UsePowerCube => talk.leases(),
        Request::UnplugServer => drop(talk.ask(50_010, "RINGLIST.DAT")),
        Request::Wait => talk.announces("Cisco IP Phone 7960", "PAS30830"),
    }
    talk.wait(1);
}

/// What shows it.
fn wire(request: Request, talk: &mut Talk) {
    match request {
        Request::HoldHash | Request::PowerCycle => {
            talk.wait(10);
            talk.remembers();
        }
        Request::EnterSequence => {
            talk.leases();
            talk.wait(10);
            talk.dhcp(1);
        }
        Request::MoveToSwPort => {
            talk.link(false);
            talk.link(true);
            talk.dhcp(1);
        }
        Request::UsePowerCube | Request::Wait => drop(talk.ask(50_020, "RINGLIST.DAT")),
        Request::UnplugServer => talk.leases(),
    }
    talk.wait(1);
}

#[test]
fn each_request_is_closed_by_what_shows_it_and_by_nothing_else() {
    for request in Request::ALL {
        let mut talk = asked(request);
        // What another symptom's end closes shows nothing of the near miss.
        if request != Request::UnplugServer {
            near(request, &mut talk);
            assert_eq!(talk.open(), Some(request), "closed by a near miss: {:?}", talk.events.last());
        }
        wire(request, &mut talk);
        assert_eq!(talk.closed(request), Some(ClosedBy::Wire), "{request:?}: {:?}", talk.open());

        let mut talk = asked(request);
        talk.done(request);
        assert_eq!(talk.closed(request), Some(ClosedBy::Technician), "{request:?}");
    }
}

/// The cable of a phone that is alone on the wire: it was switched off and on.
#[test]
fn a_link_that_comes_back_shows_a_power_cycle_once_the_phone_is_heard() {
    let mut talk = asked(Request::PowerCycle);
    talk.link(false);
    talk.link(true);
    talk.wait(1);
    assert_eq!(talk.open(), Some(Request::PowerCycle), "it may lie there without power");
    talk.ask(50_020, &own(".cnf.xml"));
    talk.wait(1);
    assert_eq!(talk.closed(Request::PowerCycle), Some(ClosedBy::Wire));
}

/// Without our addresses, a start shows by the first file of one.
#[test]
fn a_phone_with_an_address_of_somebody_else_starts_with_its_trust_list() {
    let mut talk = Talk::new(false);
    talk.ask(50_000, &format!("CTL{}", own(".tlv")));
    talk.ask(50_001, "P0S3-8-12-00 .loads");
    talk.wait(1);
    assert_eq!(talk.open(), Some(Request::PowerCycle));
    talk.ask(50_002, "RINGLIST.DAT");
    talk.wait(30);
    assert_eq!(talk.open(), Some(Request::PowerCycle));
    talk.ask(50_003, &format!("CTL{}", own(".tlv")));
    talk.wait(1);
    assert_eq!(talk.closed(Request::PowerCycle), Some(ClosedBy::Wire));
}

#[test]
fn the_keys_are_those_of_the_model() {
    let mut talk = asked(Request::HoldHash);
    assert!(talk.text().contains("# must be down before the screen lights"), "{}", talk.text());
    assert!(talk.text().ends_with("Then type 123456789*0#, and 2 when it asks."), "{}", talk.text());
    let phone = talk.engine.state().phone(MAC.parse().unwrap()).unwrap();
    assert!(phone.symptoms["signed-config"].next.ends_with("the keys 123456789*0#."));
    talk.done(Request::HoldHash);
    talk.wait(1);
    assert_eq!(talk.text(), "Type 123456789*0# on its keys, and 2 when it asks.");
    for (model, lamps) in [("7941G", "line keys light amber"), ("7911G", "handset lamp blinks red")] {
        let mut talk = Talk::new(true);
        let class = format!("Cisco Systems, Inc. IP Phone CP-{model}");
        talk.dhcp_as(1, &class);
        talk.dhcp_as(3, &class);
        talk.ask(50_000, &own(".cnf.xml.sgn"));
        talk.wait(1);
        assert!(talk.text().contains(lamps), "{}", talk.text());
        assert!(talk.text().ends_with("Then type 3491672850*#."), "{}", talk.text());
        talk.done(Request::HoldHash);
        talk.wait(10);
        talk.dhcp_as(1, &class);
        talk.dhcp_as(3, &class);
        talk.wait(1);
        assert_eq!(talk.open(), Some(Request::EnterSequence), "a start alone shows no wipe");
        talk.ask(50_001, "term41.default.loads");
        talk.wait(1);
        assert_eq!(talk.closed(Request::EnterSequence), Some(ClosedBy::Wire));
    }
}
