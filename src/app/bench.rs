//! A live bench, real or rehearsed: events come, orders go, and everything is written down.

use super::outlet::{Fate, Outlet};
use super::recorder::Recorder;
use super::signals::{Wish, interrupted, terminated};
use super::{Exit, lines, stop};
use crate::event::{Event, Kind, PhoneSummary, Summary, Verdict};
use crate::host::aloud;
use crate::limits;
use crate::net::Order;
use crate::session::{Phone, State, words};
use anyhow::{Context, Result};
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::mpsc::Sender;
use std::time::Duration;
use tokio::sync::mpsc::Receiver;

/// A bench that runs.
pub(super) struct Bench {
    /// What happens.
    pub(super) events: Receiver<Event>,
    /// Takes orders.
    pub(super) order: Box<dyn Fn(Order)>,
    /// Writes everything down, where nobody else does.
    pub(super) recorder: Recorder,
    /// Takes the addresses that this computer shall answer at, too, where it can.
    pub(super) wanted: Option<Sender<Ipv4Addr>>,
    /// Waits for whoever runs it, and says how that ended.
    pub(super) join: Box<dyn FnOnce() -> Result<()>>,
    /// The order to end was given.
    pub(super) finishing: bool,
    /// What all events came to.
    pub(super) state: State,
    /// End when so many phones have a final verdict.
    pub(super) expect: Option<u32>,
    /// End after this time.
    pub(super) time: Option<Duration>,
    /// Where its journal is.
    pub(super) journal: Option<PathBuf>,
}

impl Bench {
    /// Takes one event in.
    pub(super) fn take(&mut self, event: &Event) {
        for news in self.recorder.write(event) {
            (self.order)(Order::Note(Box::new(news)));
        }
        self.state.apply(event);
        if let (Kind::AddressWanted { address }, Some(wanted)) = (&event.kind, &self.wanted) {
            // Who looks after the laptop goes last.
            let _ = wanted.send(*address);
        }
        if !self.finishing && self.all_here() {
            self.finishing = true;
            (self.order)(Order::Finish);
        }
    }

    /// The expected phones have their verdicts, and none is in the middle of its firmware.
    fn all_here(&self) -> bool {
        let Some(expect) = self.expect else { return false };
        let ours = |p: &&Phone| p.plan.is_some() || p.identity.model.is_some();
        let closed = self.state.phones.iter().filter(ours).filter(|p| p.closed.is_some()).count();
        let busy = |p: &Phone| p.closed.is_none() && p.read.as_ref().is_some_and(|r| r.role.is_firmware());
        closed >= usize::try_from(expect).unwrap_or(usize::MAX) && !self.state.phones.iter().any(busy)
    }

    /// Taking the power away now would cost a real phone its firmware, and so would ending its servers.
    fn needs_us(&self) -> bool {
        let real = self.state.session.as_ref().is_some_and(|session| session.mode == "serve");
        real && self.state.phones.iter().any(|phone| phone.stage.keep_powered())
    }

    /// Goes on without anybody who watches until no phone needs it, but not for ever.
    pub(super) async fn see_through(&mut self) {
        let end = tokio::time::Instant::now() + limits::WITHOUT_TERMINAL;
        let mut wish = Box::pin(terminated());
        while self.needs_us() {
            tokio::select! {
                event = self.events.recv() => match event {
                    Some(event) => self.take(&event),
                    None => return,
                },
                wished = &mut wish => match wished {
                    Wish::End => return,
                    Wish::HungUp => wish = Box::pin(terminated()),
                },
                () = tokio::time::sleep_until(end) => return,
            }
        }
    }

    /// Runs to its end without a screen: one line for each event that a person wants to know, unless standard output
    /// already gets them all. `lines_to`: where they go, when whoever reads them is not waited for.
    pub(super) async fn headless(mut self, mut quiet: bool, mut lines_to: Option<Outlet>) -> Result<Exit> {
        let mut interrupted = Box::pin(interrupted());
        let end = self.time.unwrap_or(Duration::MAX);
        let mut over = Box::pin(tokio::time::sleep(end));
        let (mut signalled, mut timed_out, mut hung_up) = (false, false, false);
        let mut bundle = Vec::new();
        loop {
            tokio::select! {
                taken = self.events.recv_many(&mut bundle, limits::EVENTS_AT_ONCE) => {
                    if taken == 0 {
                        break;
                    }
                    for event in bundle.drain(..) {
                        let mut line = if quiet { None } else { lines::line(&self.state, &event) };
                        // Whatever becomes of standard output.
                        if matches!(event.kind, Kind::NotWritten { .. }) {
                            aloud::say(&words::sentence(&event));
                            line = None;
                        }
                        self.take(&event);
                        let Some(line) = line else { continue };
                        match &mut lines_to {
                            Some(outlet) => {
                                if let Fate::Broken(name, why) = outlet.line(line, false) {
                                    aloud::say(&format!(
                                        "{name} can't be written any more ({why}); the session goes on without it."
                                    ));
                                }
                            }
                            // Whoever read our lines may go; the phones stay.
                            None => quiet = super::print_text(&line).is_err(),
                        }
                    }
                    if hung_up && !signalled && !self.needs_us() {
                        signalled = true;
                        (self.order)(Order::Finish);
                    }
                    // One bundle at a time is brought to whoever takes it; to be woken for each event of it costs more.
                    tokio::time::sleep(limits::BUNDLE_GATHERS).await;
                }
                wish = &mut interrupted, if !signalled => match wish {
                    Wish::HungUp if self.needs_us() => {
                        interrupted = Box::pin(self::interrupted());
                        let latest = tokio::time::Instant::now() + limits::WITHOUT_TERMINAL;
                        if !std::mem::replace(&mut hung_up, true) && latest < over.deadline() {
                            over.as_mut().reset(latest);
                        }
                    }
                    _ => {
                        signalled = true;
                        (self.order)(Order::Finish);
                    }
                },
                () = &mut over, if !timed_out => {
                    timed_out = true;
                    (self.order)(Order::Finish);
                }
            }
        }
        (self.join)()?;
        let summary = self.state.summary.clone().context("the servers ended without a summary")?;
        if !quiet {
            let text = lines::summary(&summary);
            match &mut lines_to {
                Some(outlet) => outlet.last(text),
                // As above: nobody may be there to read it.
                None => drop(super::print_text(&text)),
            }
        }
        exit(&summary, self.expect)
    }
}

/// The exit status of a finished session.
pub(super) fn exit(summary: &Summary, expect: Option<u32>) -> Result<Exit> {
    let recovered = summary.phones.iter().filter(|p| p.verdict == Verdict::Recovered).count();
    let wanted = |p: &&PhoneSummary| p.counts();
    let open = summary.phones.iter().filter(wanted).filter(|p| p.verdict != Verdict::Recovered).count();
    let short = usize::try_from(expect.unwrap_or(0)).unwrap_or(usize::MAX).saturating_sub(recovered);
    match (open, short) {
        (0, 0) => Ok(Exit::Done),
        (0, short) => Err(stop(
            Exit::NotRecovered,
            format!("{short} of the expected phones never came. Check cable and power, and run it again."),
        )),
        (open, _) => {
            let first = summary.phones.iter().filter(wanted).find(|p| p.verdict != Verdict::Recovered);
            let why = first.map(|p| format!("{}: {}", p.phone, p.reason)).unwrap_or_default();
            Err(stop(Exit::NotRecovered, format!("{open} phone(s) not recovered. {why}")))
        }
    }
}
