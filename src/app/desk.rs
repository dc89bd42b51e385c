//! The wizard's errands: folders, firmware, this computer, and the start of a session.

mod folders;
mod laptop;
mod start;

use super::rehearse;
use super::screen::{self, Live, Look};
use super::{Exit, Style};
use crate::firmware::Shelf;
use crate::host::files;
use crate::host::ledger::Ledger;
use crate::host::privileges;
use crate::host::remedy::Act;
use crate::host::setup::Setup;
use crate::host::state::StateDir;
use crate::host::system::system;
use crate::sim::scenario::{Scenario, builtin};
use crate::tui::wizard::{Exercise, Finding, Order};
use crate::tui::{Effect, Mode, Msg};
use anyhow::Result;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// The wizard, from the first question on.
pub(super) fn run(state: Option<&Path>, style: Style) -> Result<Exit> {
    let store = StateDir::open(state).ok();
    super::doctor::after_a_crash(store.as_ref());
    privileges::give_up_early();
    let (sender, answers) = unbounded_channel();
    let desk = Desk {
        store,
        shelf: Shelf::default(),
        paths: Vec::new(),
        hands: None,
        acts: HashMap::new(),
        starting: None,
        fixing: None,
        looked: false,
        reading: Arc::default(),
        live: None,
        sender,
        answers,
    };
    let look = Look { mode: Mode::Serve, interface: String::new(), style };
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(screen::ask(desk, look))
}

/// Does what the wizard asks for.
pub(super) struct Desk {
    store: Option<StateDir>,
    shelf: Shelf,
    paths: Vec<PathBuf>,
    /// What was changed on the laptop before a session; the session takes it over.
    hands: Option<Setup>,
    /// What the program can do about the findings that are shown, by their codes.
    acts: HashMap<String, Act>,
    starting: Option<start::Starting>,
    /// Who changes the laptop just now.
    fixing: Option<JoinHandle<()>>,
    /// The interfaces of this computer have been looked at.
    looked: bool,
    /// Set, it calls off what is being read.
    reading: Arc<AtomicBool>,
    /// A session that the screen has not taken yet.
    live: Option<Live>,
    sender: UnboundedSender<Answer>,
    answers: UnboundedReceiver<Answer>,
}

/// What a thread of the desk comes back with.
enum Answer {
    /// Something that only the screen has to know.
    Msg(Msg),
    /// What came of reading firmware, unless that was called off.
    Read { called_off: Arc<AtomicBool>, msg: Msg },
    /// What was found on this computer, and what could be done about it.
    Found { number: u64, findings: Vec<Finding>, acts: HashMap<String, Act> },
    /// What was done about a finding, and the changes to the laptop so far.
    Fixed { hands: Option<Setup>, done: std::result::Result<String, String> },
    /// Everything that the servers need, or why not.
    Opened(Box<start::Opened>),
}

impl Drop for Desk {
    fn drop(&mut self) {
        if let Some(starting) = self.starting.take() {
            starting.join();
        }
        // What it has changed comes back with its answer, and is put back with that.
        let _ = self.fixing.take().map(JoinHandle::join);
    }
}

impl Desk {
    /// The next answer to something that takes time.
    pub(super) async fn answer(&mut self) -> Option<Msg> {
        let too_late = |answer: &Answer| matches!(answer, Answer::Read { called_off, .. } if called_off.load(Ordering::Relaxed));
        let mut answer = self.answers.recv().await?;
        while too_late(&answer) {
            answer = self.answers.recv().await?;
        }
        Some(match answer {
            Answer::Read { msg, .. } => {
                if let Msg::Shelf(Ok((shelf, paths))) = &msg {
                    (self.shelf, self.paths) = (shelf.clone(), paths.clone());
                    if let Some(store) = &self.store {
                        // The newest stands first here, and last among the places. What can't be read is no place to
                        // go back to.
                        let bad = |path: &Path| {
                            let is = |file: &str| Path::new(file) == path;
                            shelf.loads().is_empty()
                                || shelf.problems().iter().any(|p| p.is_unreadable() && is(&p.file))
                        };
                        store.remember(&paths.iter().rev().filter(|p| !bad(p)).cloned().collect::<Vec<_>>());
                    }
                }
                msg
            }
            Answer::Msg(msg) => msg,
            Answer::Found { number, findings, acts } => {
                self.acts = acts;
                Msg::Preflight { number, findings }
            }
            Answer::Fixed { hands, done } => {
                self.hands = hands;
                Msg::Fixed(done)
            }
            Answer::Opened(opened) => self.opened(*opened),
        })
    }

    /// The session that has begun.
    pub(super) fn take_live(&mut self) -> Option<Live> {
        self.live.take()
    }

    /// Does it. What takes time is answered later.
    pub(super) fn carry_out(&mut self, effect: Effect) -> Option<Msg> {
        match effect {
            Effect::ListDir(path) => return Some(self.list(&path)),
            // The first time there is nothing to show until it is known; before that nobody needs it.
            Effect::Interfaces if !self.looked => {
                self.looked = true;
                return Some(Msg::Interfaces(laptop::ports()));
            }
            Effect::Interfaces => self.look(),
            Effect::Exercises => return Some(exercises()),
            Effect::Open(paths) => self.open(paths, false),
            Effect::OpenLarge(paths) => self.open(paths, true),
            Effect::StopReading => self.reading.store(true, Ordering::Relaxed),
            Effect::Check(order) => return Some(Msg::Checked(laptop::check(&order))),
            Effect::Preflight { number, order } => self.examine(number, *order),
            Effect::Fix { code } => return self.fix(&code),
            Effect::Start(order) => return self.prepare(&order),
            Effect::CallOff => {
                if let Some(starting) = &self.starting {
                    starting.call_off();
                }
            }
            Effect::Practise(name) => return Some(self.practise(&name)),
            _ => {}
        }
        None
    }

    fn practise(&mut self, name: &str) -> Msg {
        match rehearse::exercise(name) {
            Ok(rehearse::Exercise::Live(live, interface)) => {
                self.live = Some(*live);
                Msg::Started { mode: Mode::Rehearsal, interface }
            }
            Ok(rehearse::Exercise::Refused(refused)) => Msg::Refused(Box::new(refused)),
            Err(e) => Msg::Notice(format!("This exercise can't be played: {e:#}.")),
        }
    }

    fn list(&self, path: &Path) -> Msg {
        let path = folders::meant(path);
        let places = self.store.as_ref().map(StateDir::places).unwrap_or_default();
        let listing =
            folders::entries(&path).map_err(|e| format!("{} can't be looked into: {e}.", path.display()));
        Msg::DirListed { path, listing, places }
    }

    /// Does this on a thread of its own. Nobody waits for its answer any more when the program ends.
    fn later(&self, name: &str, work: impl FnOnce() -> Answer + Send + 'static) -> Option<JoinHandle<()>> {
        let sender = self.sender.clone();
        let spawned = std::thread::Builder::new().name(name.into()).spawn(move || {
            let _ = sender.send(work());
        });
        let refused = |e: &std::io::Error| {
            let word = format!("This computer has no room for one more thread ({e}).");
            let _ = self.sender.send(Answer::Msg(Msg::Notice(word)));
        };
        spawned.inspect_err(refused).ok()
    }

    /// Looks at the interfaces.
    pub(super) fn look(&self) {
        self.later("interfaces", || Answer::Msg(Msg::Interfaces(laptop::ports())));
    }

    /// Reads firmware, and calls off what is being read: the newer order has all of it. What is new is weighed first,
    /// unless the technician has said that it may be `large`.
    fn open(&mut self, paths: Vec<PathBuf>, large: bool) {
        self.reading.store(true, Ordering::Relaxed);
        self.reading = Arc::default();
        let called_off = Arc::clone(&self.reading);
        self.later("firmware", move || {
            let paths: Vec<_> = paths.iter().map(|path| folders::meant(path)).collect();
            let weight = paths.first().filter(|_| !large).and_then(|path| folders::too_much(path));
            let msg = if let Some(weight) = weight {
                Msg::Large(weight)
            } else {
                let shelf = files::gather_while(&paths, &|| !called_off.load(Ordering::Relaxed));
                let shelf = shelf.map_err(|e| format!("{e}. Check the path."));
                Msg::Shelf(shelf.map(|shelf| (shelf, paths)))
            };
            Answer::Read { called_off, msg }
        });
    }

    fn examine(&self, number: u64, order: Order) {
        let folder = self.store.as_ref().map(|store| store.path().to_owned());
        let ours = self.hands.is_some();
        self.later("preflight", move || {
            let (findings, acts) = laptop::examine(&order, folder.as_deref(), ours);
            Answer::Found { number, findings, acts }
        });
    }

    /// Does what a finding asks for; what is changed is put back when the program ends.
    fn fix(&mut self, code: &str) -> Option<Msg> {
        let act = self.acts.get(code)?.clone();
        let Some(store) = self.store.clone() else {
            let why = "without a state folder nothing is changed, for nobody could put it back".to_owned();
            return Some(Msg::Fixed(Err(why)));
        };
        let hands = self.hands.take();
        self.fixing = self.later("remedy", move || {
            let mut hands = match hands.map_or_else(|| Ledger::open(store.path()).map(begin), Ok) {
                Ok(hands) => hands,
                Err(e) => return Answer::Fixed { hands: None, done: Err(format!("{e}.")) },
            };
            let done = hands.carry_out(&act).map_err(|e| format!("{e}."));
            Answer::Fixed { hands: Some(hands), done }
        });
        None
    }
}

/// What can be practised.
fn exercises() -> Msg {
    let exercise = |s: Scenario| Exercise { name: s.name, title: s.title, teaches: s.teaches };
    match builtin() {
        Ok(all) => Msg::Exercises(all.into_iter().map(exercise).collect()),
        Err(e) => Msg::Notice(format!("The benches to practise on can't be read: {e}.")),
    }
}

fn begin(ledger: Ledger) -> Setup {
    Setup::begin(system(), ledger).0
}
