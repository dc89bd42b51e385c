//! A key on the Bench all the way round: command, engine, event, screen, and the phone at the other end of the wire.

use crate::screens::{COLOUR, drawn, press, text};
use crossterm::event::KeyCode;
use rescue79::clock::Instant;
use rescue79::event::{ClosedBy, Event, Kind, Remedy, Request};
use rescue79::session::Phone;
use rescue79::sim::firmware::Scale;
use rescue79::sim::run::{self, World};
use rescue79::sim::scenario::builtin;
use rescue79::tui::{Effect, Mode, Model, Msg, Setup, update};

/// A virtual bench behind a screen.
struct Bench {
    world: World,
    model: Model,
}

impl Bench {
    fn open(name: &str) -> Self {
        let mut scenario = builtin().unwrap().into_iter().find(|s| s.name == name).unwrap();
        // Nobody's hand but ours.
        scenario.actions.clear();
        let world = World::new(&scenario, run::shelf(&scenario, 79, Scale::FAST), 79).unwrap();
        let (mode, interface) = (Mode::Rehearsal, "192.168.1.1".to_owned());
        let model = Model::new(Setup { mode, interface, theme: COLOUR, size: (80, 24) });
        Self { world, model }
    }

    fn tell(&mut self, events: Vec<Event>) -> Vec<Kind> {
        let kinds = events.iter().map(|event| event.kind.clone()).collect();
        for event in events {
            update(&mut self.model, Msg::Event(event));
        }
        kinds
    }

    /// Lets time pass until the phone is as it should be; what happened until then.
    fn until(&mut self, so: impl Fn(&Phone) -> bool) -> Vec<Kind> {
        let mut told = Vec::new();
        for _ in 0..400 {
            if self.model.state.phones.first().is_some_and(&so) {
                return told;
            }
            let to = Instant::from_millis(self.world.now().as_millis() + 15_000);
            let events = self.world.advance(to);
            told.extend(self.tell(events));
        }
        panic!("it never came to that:\n{}", text(&drawn(&self.model)));
    }

    /// Presses the key and carries its command out; what the engine tells of it.
    fn press(&mut self, key: char) -> Vec<Kind> {
        let effects = press(&mut self.model, &[KeyCode::Char(key)]);
        let [Effect::Command(command)] = effects.as_slice() else { panic!("{effects:?}") };
        let events = self.world.command(command);
        self.tell(events)
    }

    fn said(&self) -> String {
        text(&drawn(&self.model))
    }
}

#[test]
fn m_does_what_the_symptom_asks_for_and_the_phone_goes_on() {
    let mut bench = Bench::open("default-in-the-way");
    bench.until(|phone| !phone.offers().is_empty());
    assert!(bench.said().contains("M help it"), "{}", bench.said());
    let told = bench.press('m');
    let hidden =
        |kind: &Kind| matches!(kind, Kind::Remedied { remedy: Remedy::HideDefault, unasked: false, .. });
    assert!(told.iter().any(hidden), "{told:?}");
    assert!(!bench.said().contains("M help it"), "{}", bench.said());
    // The phone at the other end of the wire was in need of exactly that.
    bench.until(|phone| phone.closed.is_some());
    let said = bench.said();
    assert!(said.contains("recovered"), "{said}");
    // Why it is so stands there to its last word, while there is room.
    let words = said.replace('│', " ").split_whitespace().collect::<Vec<_>>().join(" ");
    let reason = &bench.model.state.phones[0].closed.as_ref().unwrap().reason;
    assert!(words.contains(reason.as_str()), "{reason}\n{said}");
}

#[test]
fn d_closes_what_was_asked_of_the_technician() {
    let mut bench = Bench::open("deaf");
    bench.until(|phone| phone.request.is_some());
    assert!(bench.said().contains("D done") && bench.said().contains("D: it is done."), "{}", bench.said());
    let told = bench.press('D');
    let closed = |kind: &Kind| {
        matches!(kind, Kind::RequestClosed { request: Request::UnplugServer, by: ClosedBy::Technician, .. })
    };
    assert!(told.iter().any(closed), "{told:?}");
    assert!(!bench.said().contains("D done"), "{}", bench.said());
}
