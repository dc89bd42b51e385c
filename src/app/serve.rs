//! `serve`: the servers without the wizard.

use super::bench::Bench;
use super::clocks::{monotonic, wall};
use super::leases::Leases;
use super::outlet::Outlet;
use super::recorder::{self, Recorder};
use super::screen::{self, Live, Look};
use super::scribe::Scribe;
use super::signals::interrupted;
use super::{Exit, Style, doctor, firmware, laptop, stop};
use crate::catalogue::Catalogue;
use crate::cli::{Answer, Serve};
use crate::clock::{Instant, Wall};
use crate::engine::Engine;
use crate::event::{Kind, Session};
use crate::firmware::{Severity, Shelf};
use crate::host::aloud;
use crate::host::keeper::{Adopt, Adoption, Keeper};
use crate::host::probe::{self, SelfTest};
use crate::host::setup::Setup;
use crate::host::state::{StateDir, Unfinished};
use crate::job::{Draft, Job};
use crate::limits;
use crate::net::{self, Order};
use crate::session::State;
use crate::tui::Mode;
use anyhow::{Context, Result};
use futures_util::FutureExt;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use tokio::sync::mpsc;

/// An interrupted session is taken up again within this time.
const RESUME_WITHIN_MS: i64 = 12 * 3_600 * 1_000;

pub(super) fn run(args: &Serve, state: Option<&Path>, style: Style) -> Result<Exit> {
    if args.screen && args.events.as_deref() == Some("-") {
        return Err(firmware::usage(
            "the screen and the events can't share standard output; give --events a file".into(),
        ));
    }
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(prepare(args, state, style))
}

async fn prepare(args: &Serve, state: Option<&Path>, style: Style) -> Result<Exit> {
    // From here on Ctrl-C no longer ends the program in the middle of a change; it is looked at again in between.
    let mut interrupted = Box::pin(interrupted());
    let _ = (&mut interrupted).now_or_never();
    let store = StateDir::open(state);
    if let Err(e) = &store {
        aloud::say(&format!("the state folder can't be used ({e}); nothing is kept of this session."));
    }
    let store = store.ok();
    doctor::after_a_crash(store.as_ref());
    let ready = open(args, || firmware::shelf(&args.firmware), store, &mut None, &|_| Ok(()))?;
    laptop::elsewhere(args, ready.laptop.address);
    if (&mut interrupted).now_or_never().is_some() {
        return Ok(Exit::Done); // and dropping `ready` puts the laptop back
    }
    serve(args, ready, style).await
}

/// Has everything that can fail before the servers start: the laptop, the order, the ports. What was changed on the
/// laptop before is taken out of `hands` when the session can begin.
pub(super) fn open(
    args: &Serve,
    shelf: impl FnOnce() -> Result<Shelf>,
    store: Option<StateDir>,
    hands: &mut Option<Setup>,
    tell: laptop::Tell<'_>,
) -> Result<Ready> {
    let mut laptop = laptop::place(args)?;
    let shelf = shelf()?;
    let job = job(args, &shelf, &laptop)?;
    let bound = laptop.prepare(args, store.as_ref(), hands, tell)?;
    Ok(Ready { laptop, job, shelf, bound, store })
}

fn job(args: &Serve, shelf: &Shelf, laptop: &laptop::Ready) -> Result<Job> {
    let insists = args.force.iter().filter(|wish| !args.target.contains(wish));
    let draft = Draft {
        targets: insists.chain(&args.target).cloned().collect(),
        froms: args.from.clone(),
        server: Some(laptop.address),
        prefix: laptop.prefix,
        dhcp: !args.no_dhcp,
        leads_elsewhere: !laptop.is_island(args),
        any: args.answer == Answer::Any,
        forced: args.force.clone(),
        account: args.account.clone(),
    };
    // A part that is missing is said in the words of `inspect`, and ends the run when a target needs it.
    let errors: Vec<_> = shelf.problems().iter().filter(|p| p.severity == Severity::Error).collect();
    draft.finish(Catalogue::builtin(), shelf).map_err(|blockers| {
        let mut lines: Vec<_> = blockers.iter().map(ToString::to_string).collect();
        lines.extend(errors.iter().map(|p| format!("{}: {}", p.file, p.text)));
        stop(Exit::Firmware, lines.join("\n          "))
    })
}

/// Everything that has been had before the servers start.
pub(super) struct Ready {
    laptop: laptop::Ready,
    job: Job,
    shelf: Shelf,
    bound: net::Bound,
    store: Option<StateDir>,
}

impl Ready {
    /// Where the servers will answer.
    pub(super) fn place(&self) -> String {
        format!("{} {}", self.laptop.interface.name, self.job.server)
    }
}

async fn serve(args: &Serve, ready: Ready, style: Style) -> Result<Exit> {
    let look = Look { mode: Mode::Serve, interface: ready.place(), style };
    let mut words = Vec::new();
    let live = live(args, ready, &mut words)?;
    for word in words {
        aloud::say(&format!("{word}."));
    }
    if !args.screen {
        let lines = Outlet::new("standard output".to_owned(), std::io::stdout())?;
        return live.bench.headless(args.events.as_deref() == Some("-"), Some(lines)).await;
    }
    screen::run(live, look).await
}

/// Starts the servers. What is worth knowing about journal and leases is added to `words`.
pub(super) fn live(args: &Serve, ready: Ready, words: &mut Vec<String>) -> Result<Live> {
    let Ready { mut laptop, job, shelf, bound, store } = ready;
    words.extend(bound.missing().iter().map(|m| m.trim_end_matches('.').to_owned()));
    let catalogue = Catalogue::builtin();
    let (leases, word) = store.as_ref().map(StateDir::leases).unwrap_or_default();
    words.extend(word);
    let now = wall();
    let unfinished = store.as_ref().and_then(|s| s.unfinished(Wall(now.0.saturating_sub(RESUME_WITHIN_MS))));
    let old = unfinished.filter(|u| resumable(&u.state, &job, &shelf));
    let state = old.as_ref().map(|u| u.state.clone()).unwrap_or_default();
    let start = old.as_ref().map_or(now, |u| u.start);
    let mut recorder = Recorder::new(start);
    let events = args.events.as_deref().map(|target| {
        recorder::open(target).with_context(|| format!("the events can't be written to {target}"))
    });
    let events = events.transpose()?;
    // Threads have the rights that the process has when they start.
    laptop.give_up_rights(args);
    if let Some(events) = events {
        recorder.events_at_leisure(events).context("the events can't be written")?;
    }
    let journal = record(&mut recorder, store.as_ref(), old, start, words);
    let session = Session {
        program: concat!("rescue79 ", env!("CARGO_PKG_VERSION")).to_owned(),
        mode: "serve".to_owned(),
        server: job.server,
        dhcp: job.dhcp,
        leads_elsewhere: false,
        targets: Vec::new(),
        forced: Vec::new(),
        account: None,
        expect: args.expect,
        scenario: None,
        seed: None,
    };
    let loads = Live::loads(&shelf);
    let engine = Engine::new(catalogue, shelf, job, state.clone(), leases.clone())
        .map_err(|e| stop(Exit::NotReady, e))?;
    let (sender, happened) = mpsc::channel(limits::EVENTS_UNDER_WAY);
    let began = start.moment(now).max(state.last) + std::time::Duration::from_millis(1);
    let began = if state.session.is_some() { began } else { Instant::ZERO };
    let tftp = bound.tftp_address()?.port();
    let running = net::start(engine, bound, began, session, sender).context("the servers can't start")?;
    let orders = running.orders();
    let notes = running.orders();
    let note = Box::new(move |kind| notes.give(Order::Note(Box::new(kind))));
    let leases = Leases::new(store, &leases);
    let (events, scribe) = Scribe::start(happened, recorder, leases, note)?;
    let (wanted, adopts) = std::sync::mpsc::channel();
    let keeper = look_after(args, laptop, tftp, &orders, adopts)?;
    let bench = Bench {
        events,
        order: Box::new(move |order| orders.give(order)),
        recorder: Recorder::new(start),
        wanted: Some(wanted),
        join: Box::new(move || {
            let ended = running.join().context("the servers failed");
            scribe.join().map_err(|_| anyhow::anyhow!("the journal ended unexpectedly"))?;
            drop(keeper); // puts the laptop back
            ended
        }),
        finishing: false,
        state,
        expect: args.expect,
        time: args.time,
        journal,
    };
    let started = monotonic();
    Ok(Live { bench, clock: Box::new(move || began + started.elapsed()), loads })
}

/// Has the laptop looked after, and the servers asked by ourselves as a phone would.
fn look_after(
    args: &Serve,
    laptop: laptop::Ready,
    tftp: u16,
    running: &net::Orders,
    wanted: std::sync::mpsc::Receiver<Ipv4Addr>,
) -> Result<Keeper> {
    let orders = running.clone();
    let note = move |kind| orders.give(Order::Note(Box::new(kind)));
    let (interface, address) = (laptop.interface.clone(), laptop.address);
    let dhcp = (!args.no_dhcp).then_some(args.dhcp_port);
    let doors = running.clone();
    let adopt = move |address| {
        doors.give(Order::Door(net::door(address, tftp)?, address));
        Ok(())
    };
    let open = laptop.may_adopt(args).then_some(Box::new(adopt) as Adopt);
    let adoption = Adoption { open, unasked: args.adopt_addresses, wanted };
    let keeper = laptop.keep(note.clone(), adoption)?;
    std::thread::spawn(move || {
        let SelfTest { ok, text } = probe::self_test(&interface, address, tftp, dhcp);
        note(Kind::SelfTest { ok, text });
    });
    Ok(keeper)
}

/// A session is taken up again only for the same order on the same address, with every load still at hand.
fn resumable(state: &State, job: &Job, shelf: &Shelf) -> bool {
    let same = |s: &Session| s.mode == "serve" && s.server == job.server && s.targets == job.targets();
    let ahead = state.phones.iter().flat_map(|p| p.plan.iter().flat_map(|plan| plan.hops.iter().skip(p.hop)));
    let at_hand = |load: &str| shelf.load(load).is_some_and(|load| load.complete);
    state.session.as_ref().is_some_and(|s| same(s) && !s.targets.is_empty())
        && ahead.map(|hop| &hop.load).all(|load| at_hand(load))
}

fn record(
    recorder: &mut Recorder,
    store: Option<&StateDir>,
    old: Option<Unfinished>,
    start: Wall,
    words: &mut Vec<String>,
) -> Option<PathBuf> {
    match (old, store) {
        (Some(old), _) => {
            words.push(format!("going on with the interrupted session in {}", old.path.display()));
            // Proofs quote events by number, so who is told of this session is told of all of it.
            match old.events() {
                Ok(events) if recorder.is_read() => events.for_each(|event| drop(recorder.write(&event))),
                Ok(_) => {}
                Err(e) => words.push(format!("what it told before can't be told again ({e})")),
            }
            match old.take_up() {
                Ok(file) => {
                    recorder.journal(file, &old.path);
                    Some(old.path)
                }
                Err(e) => {
                    words.push(format!("its journal can't be written on ({e})"));
                    None
                }
            }
        }
        (None, Some(store)) => match store.new_journal(start) {
            Ok((file, path)) => {
                recorder.journal(file, &path);
                Some(path)
            }
            Err(e) => {
                words.push(format!("no journal can be written ({e}); the session goes on without one"));
                None
            }
        },
        (None, None) => None,
    }
}
