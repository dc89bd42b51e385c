//! The start of a session, on a thread of its own: it takes seconds, is told step by step, and can be called off.

use super::{Answer, Desk};
use crate::app::serve::{self, Ready};
use crate::app::{Exit, Stop, stop};
use crate::cli::{self, Serve};
use crate::host::privileges;
use crate::host::setup::Setup;
use crate::job::Blocker;
use crate::tui::wizard::Order;
use crate::tui::{Mode, Msg};
use anyhow::{Context, Result};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

/// A start under way.
pub(super) struct Starting {
    called_off: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl Starting {
    /// Ends the preparations at their next step.
    pub(super) fn call_off(&self) {
        self.called_off.store(true, Ordering::Relaxed);
    }

    /// Waits until everything that was begun is undone.
    pub(super) fn join(self) {
        self.call_off();
        let _ = self.thread.join();
    }
}

/// What the preparations came to.
pub(super) struct Opened {
    args: Serve,
    ready: Result<Ready>,
    /// What was changed on the laptop before, when the session did not take it over.
    hands: Option<Setup>,
}

impl Desk {
    /// Prepares everything that the servers need; the answer comes later.
    pub(super) fn prepare(&mut self, order: &Order) -> Option<Msg> {
        if self.starting.is_some() {
            return Some(Msg::NotStarted(Blocker {
                code: "undoing".into(),
                text: "The start that was called off is still being undone.".into(),
                remedy: "Press Enter again in a few seconds.".into(),
            }));
        }
        let args = self.args(order);
        let (shelf, store, sender) = (self.shelf.clone(), self.store.clone(), self.sender.clone());
        let mut hands = self.hands.take();
        let called_off = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&called_off);
        // The thread that will run the servers' commands inherits the rights of this one.
        privileges::hand_down();
        let prepare = move || {
            let tell = |step: &str| {
                let _ = sender.send(Answer::Msg(Msg::Progress(step.to_owned())));
                if flag.load(Ordering::Relaxed) { Err(stop(Exit::NotReady, "called off")) } else { Ok(()) }
            };
            let mut ready = serve::open(&args, || Ok(shelf), store, &mut hands, &tell);
            if flag.load(Ordering::Relaxed) {
                // Dropping what is ready puts the laptop back.
                ready = Err(stop(Exit::NotReady, "called off"));
            }
            let _ = sender.send(Answer::Opened(Box::new(Opened { args, ready, hands })));
        };
        match std::thread::Builder::new().name("start".into()).spawn(prepare) {
            Ok(thread) => self.starting = Some(Starting { called_off, thread }),
            Err(e) => {
                let why = blocker(&anyhow::Error::new(e).context("the servers can't be prepared"));
                return Some(Msg::NotStarted(why));
            }
        }
        None
    }

    /// Starts the servers with what was prepared; what they are told is kept until the screen takes it.
    pub(super) fn opened(&mut self, opened: Opened) -> Msg {
        self.hands = opened.hands;
        let called_off = self.starting.take().is_some_and(|s| s.called_off.load(Ordering::Relaxed));
        let started = opened.ready.and_then(|ready| {
            if called_off {
                return Err(stop(Exit::NotReady, "called off"));
            }
            let place = ready.place();
            let mut words = Vec::new();
            let live = serve::live(&opened.args, ready, &mut words).context("the servers can't start")?;
            self.live = Some(live);
            Ok((place, words))
        });
        match started {
            Ok((interface, words)) => {
                for word in words {
                    let _ = self.sender.send(Answer::Msg(Msg::Notice(format!("Now {word}."))));
                }
                Msg::Started { mode: Mode::Serve, interface }
            }
            Err(e) => Msg::NotStarted(blocker(&e)),
        }
    }

    fn args(&self, order: &Order) -> Serve {
        let address = order.draft.server.filter(|_| !order.keep).map(|a| (a, order.draft.prefix));
        Serve {
            interface: Some(order.interface.clone()),
            listen: None,
            firmware: self.paths.clone(),
            target: order.draft.targets.clone(),
            from: order.draft.froms.clone(),
            force: order.draft.forced.clone(),
            account: order.draft.account.clone(),
            expect: None,
            time: None,
            answer: cli::Answer::Phones,
            address,
            keep_address: order.keep,
            dhcp_port: 67,
            tftp_port: 69,
            http_port: crate::web::PORT,
            no_dhcp: !order.draft.dhcp,
            events: None,
            screen: true,
            adopt_addresses: false,
        }
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
