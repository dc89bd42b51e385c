//! The wizard's errands: folders, firmware, interfaces, and the start of a session.

use super::laptop;
use super::rehearse;
use super::screen::{self, Live, Look};
use super::serve;
use super::{Exit, Stop, Style};
use crate::cli::{Answer, Serve};
use crate::firmware::Shelf;
use crate::host::setup::Setup;
use crate::host::state::StateDir;
use crate::host::{files, interfaces};
use crate::job::Blocker;
use crate::tui::wizard::{Entry, Exercise, Order, Port, Wizard};
use crate::tui::{Effect, Mode, Msg};
use anyhow::{Context, Result};
use std::path::{Path, PathBuf};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// Endings of files that can be firmware.
const FIRMWARE: [&str; 13] = [
    ".zip", ".cop", ".sgn", ".tar", ".gz", ".tgz", ".loads", ".sbn", ".sb2", ".bin", ".sbin", ".zup", ".cnu",
];

/// The wizard, from the first question on.
pub(super) fn run(state: Option<&Path>, style: Style) -> Result<Exit> {
    let store = StateDir::open(state).ok();
    laptop::after_a_crash(store.as_ref());
    let (sender, answers) = unbounded_channel();
    let (shelf, paths, hands) = (Shelf::default(), Vec::new(), None);
    let desk = Desk { store, shelf, paths, hands, sender, answers };
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
    sender: UnboundedSender<Msg>,
    answers: UnboundedReceiver<Msg>,
}

/// The interfaces as the wizard shows them: those with a link and an address first, the loopback last.
pub(super) fn ports() -> Vec<Port> {
    let port = |i: interfaces::Interface| Port {
        name: i.name,
        friendly: i.friendly,
        addresses: i.addresses,
        up: i.up,
    };
    let mut ports: Vec<Port> = interfaces::list().into_iter().map(port).collect();
    let loopback = |p: &Port| p.addresses.iter().any(|(a, _)| a.is_loopback());
    ports.sort_by_key(|p| (loopback(p), p.addresses.is_empty(), !p.up));
    ports
}

impl Desk {
    /// The wizard before its first question.
    pub(super) fn wizard() -> Result<Wizard> {
        let exercise =
            |s: crate::sim::scenario::Scenario| Exercise { name: s.name, title: s.title, teaches: s.teaches };
        let exercises = rehearse::exercises()?.into_iter().map(exercise).collect();
        Ok(Wizard { exercises, ports: ports(), ..Wizard::default() })
    }

    /// The next answer to something that takes time.
    pub(super) async fn answer(&mut self) -> Option<Msg> {
        let answer = self.answers.recv().await;
        if let Some(Msg::Shelf(Ok((shelf, paths)))) = &answer {
            (self.shelf, self.paths) = (shelf.clone(), paths.clone());
            if let Some(store) = &self.store {
                store.remember(paths);
            }
        }
        answer
    }

    /// Does it; with the session that begins, where one does. What takes time is answered later.
    pub(super) fn carry_out(&mut self, effect: Effect) -> Option<(Option<Live>, Msg)> {
        match effect {
            Effect::ListDir(path) => Some((None, self.list(path))),
            Effect::Interfaces => Some((None, Msg::Interfaces(ports()))),
            Effect::Open(paths) => {
                self.open(paths);
                None
            }
            Effect::Start(order) => Some(match self.start(&order) {
                Ok((live, interface)) => (Some(live), Msg::Started { mode: Mode::Serve, interface }),
                Err(e) => (None, Msg::NotStarted(blocker(&e))),
            }),
            Effect::Practise(name) => Some(match rehearse::exercise(&name) {
                Ok((live, interface)) => (Some(live), Msg::Started { mode: Mode::Rehearsal, interface }),
                Err(e) => (None, Msg::Notice(format!("This exercise can't be played: {e:#}."))),
            }),
            _ => None,
        }
    }

    fn list(&self, path: PathBuf) -> Msg {
        let path =
            if path.as_os_str().is_empty() { std::env::current_dir().unwrap_or_default() } else { path };
        let places = self.store.as_ref().map(StateDir::places).unwrap_or_default();
        let listing = entries(&path).map_err(|e| format!("{} can't be looked into: {e}.", path.display()));
        Msg::DirListed { path, listing, places }
    }

    fn open(&self, paths: Vec<PathBuf>) {
        let sender = self.sender.clone();
        let read = move || {
            let shelf = files::gather(&paths).map_err(|e| format!("{e}. Check the path."));
            // Nobody waits for it any more when the program ends.
            let _ = sender.send(Msg::Shelf(shelf.map(|shelf| (shelf, paths))));
        };
        if let Err(e) = std::thread::Builder::new().name("firmware".into()).spawn(read) {
            let _ = self.sender.send(Msg::Shelf(Err(format!("The firmware can't be read: {e}."))));
        }
    }

    fn start(&mut self, order: &Order) -> Result<(Live, String)> {
        let args = Serve {
            interface: Some(order.interface.clone()),
            listen: None,
            firmware: self.paths.clone(),
            target: order.draft.targets.clone(),
            from: order.draft.froms.clone(),
            force: order.draft.forced.clone(),
            account: order.draft.account.clone(),
            expect: None,
            time: None,
            answer: Answer::Phones,
            address: None,
            keep_address: true,
            dhcp_port: 67,
            tftp_port: 69,
            http_port: 6970,
            no_dhcp: !order.draft.dhcp,
            events: None,
            screen: true,
            adopt_addresses: false,
        };
        let shelf = self.shelf.clone();
        let ready = serve::open(&args, || Ok(shelf), self.store.clone(), &mut self.hands)?;
        let place = ready.place();
        let mut words = Vec::new();
        let live = serve::live(&args, ready, &mut words).context("the servers can't start")?;
        for word in words {
            let _ = self.sender.send(Msg::Notice(format!("Now {word}.")));
        }
        Ok((live, place))
    }
}

/// Why the servers did not start. The line of a [`Stop`] says what to do itself.
fn blocker(error: &anyhow::Error) -> Blocker {
    let text = error.downcast_ref::<Stop>().map_or_else(|| format!("{error:#}"), |stop| stop.line.clone());
    let (text, remedy) = match text.split_once("; ") {
        Some((text, remedy)) => (format!("{text}."), format!("{remedy}.")),
        None => (text, "Put that right, then press Enter to try again.".to_owned()),
    };
    Blocker { code: "not-started".into(), text, remedy }
}

/// Folders, then files that may be firmware, by name; and how many other files there are. Hidden ones are left out.
fn entries(path: &Path) -> std::io::Result<(Vec<Entry>, usize)> {
    let mut found = Vec::new();
    let mut others = 0;
    for entry in std::fs::read_dir(path)?.flatten().take(crate::limits::SHELF_FILES) {
        let name = entry.file_name().to_string_lossy().into_owned();
        let Ok(metadata) = std::fs::metadata(entry.path()) else { continue };
        let lower = name.to_lowercase();
        if name.starts_with('.') {
        } else if metadata.is_dir() || FIRMWARE.iter().any(|ending| lower.ends_with(ending)) {
            found.push(Entry { name, folder: metadata.is_dir(), size: metadata.len() });
        } else {
            others += 1;
        }
    }
    found.sort_by_key(|e| (!e.folder, e.name.to_lowercase()));
    Ok((found, others))
}
