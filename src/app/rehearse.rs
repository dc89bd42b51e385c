//! `rehearse`: the job with virtual phones, at any speed.

use super::bench::Bench;
use super::clocks::wall;
use super::recorder::Recorder;
use super::screen::{self, Live, Look};
use super::{Exit, Style, print_text, stop};
use crate::cli::Rehearse;
use crate::clock::Instant;
use crate::event::Event;
use crate::limits;
use crate::net::Order;
use crate::session::State;
use crate::sim::firmware::Scale;
use crate::sim::run::{self, BadWorld, World};
use crate::sim::scenario::{Scenario, builtin};
use crate::tui::Mode;
use crate::tui::wizard::Refused;
use anyhow::{Context, Result};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use tokio::sync::{mpsc, watch};

/// The bench that is rehearsed when no scenario is named.
const USUAL: &str = "mixed-bench";
/// Times faster than life on the screen, unless the technician says otherwise: a phone takes some ten seconds.
const ON_SCREEN: f64 = 20.0;
/// The chance that is played in an exercise.
const SEED: u64 = 79;

pub(super) fn run(args: &Rehearse, style: Style) -> Result<Exit> {
    if args.scenario.as_deref() == Some("list") {
        let lines: Vec<_> = builtin()?.iter().map(|s| format!("{:<26} {}", s.name, s.title)).collect();
        print_text(&lines.join("\n"))?;
        return Ok(Exit::Done);
    }
    let scenario = scenario(args)?;
    let world = world(&scenario, args.seed)?;
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(rehearse(args, &scenario, world, style))
}

/// The virtual bench, and the loads on its shelf.
fn world(scenario: &Scenario, seed: u64) -> Result<(World, Vec<String>)> {
    let shelf = run::shelf(scenario, seed, Scale::FULL);
    let loads = Live::loads(&shelf);
    let world = World::new(scenario, shelf, seed).map_err(|bad| match bad {
        BadWorld::Refused(blockers) => {
            let lines: Vec<_> = blockers.iter().map(ToString::to_string).collect();
            stop(Exit::Firmware, lines.join("\n          "))
        }
        other => stop(Exit::Usage, other),
    })?;
    Ok((world, loads))
}

/// The scenario that was named, from the program or from a file; the usual bench otherwise.
fn scenario(args: &Rehearse) -> Result<Scenario> {
    let builtin = builtin()?;
    let named = |name: &str| builtin.iter().find(|s| s.name == name).cloned();
    if let Some(name) = &args.scenario {
        if let Some(scenario) = named(name) {
            return Ok(scenario);
        }
        let unknown = |e: &dyn std::fmt::Display| {
            stop(
                Exit::Usage,
                format!(
                    "{name} is neither a scenario of the program nor a scenario file ({e}); `rescue79 rehearse --scenario list` lists them."
                ),
            )
        };
        let text = std::fs::read_to_string(name).map_err(|e| unknown(&e))?;
        let stem =
            Path::new(name).file_stem().map_or_else(|| name.clone(), |s| s.to_string_lossy().into_owned());
        Scenario::read(&stem, &text).map_err(|e| unknown(&e))
    } else {
        let usual = named(USUAL).context("the usual bench is missing")?;
        Ok(match args.phones {
            Some(n) => usual.with_phones(n.into()),
            None => usual,
        })
    }
}

async fn rehearse(
    args: &Rehearse,
    scenario: &Scenario,
    world: (World, Vec<String>),
    style: Style,
) -> Result<Exit> {
    let mut recorder = Recorder::new(wall());
    if let Some(target) = &args.events {
        recorder.events(target).with_context(|| format!("the events can't be written to {target}"))?;
    }
    let speed = args.speed.or((!args.headless).then_some(ON_SCREEN));
    let live = play(scenario, world, recorder, speed)?;
    if args.headless {
        return live.bench.headless(args.events.as_deref() == Some("-"), None).await;
    }
    let interface = scenario.server.address.to_string();
    screen::run(live, Look { mode: Mode::Rehearsal, interface, style }).await
}

/// A virtual bench that runs in a thread of its own.
fn play(
    scenario: &Scenario,
    (world, loads): (World, Vec<String>),
    recorder: Recorder,
    speed: Option<f64>,
) -> Result<Live> {
    let (orders, inbox) = channel();
    let (sender, events) = mpsc::channel(limits::EVENTS_UNDER_WAY);
    let (time, clock) = watch::channel(Instant::ZERO);
    let phones = u32::try_from(world.phones().len()).unwrap_or(u32::MAX);
    let pace = Pace { speed, end: Instant::from_millis(scenario.seconds * 1000) };
    let player = std::thread::Builder::new()
        .name("rehearsal".into())
        .spawn(move || pace.play(world, &inbox, &sender, &time))?;
    let bench = Bench {
        events,
        order: Box::new(move |order| drop(orders.send(order))),
        wanted: None,
        recorder,
        join: Box::new(move || {
            player.join().map_err(|_| anyhow::anyhow!("the rehearsal ended unexpectedly"))
        }),
        finishing: false,
        state: State::default(),
        expect: Some(phones),
        time: None,
        journal: None,
    };
    Ok(Live { bench, clock: Box::new(move || *clock.borrow()), loads })
}

/// An exercise as it begins.
pub(super) enum Exercise {
    /// Its servers run, and answer at this address.
    Live(Box<Live>, String),
    /// The wizard refuses what it asks for.
    Refused(Refused),
}

/// The exercise of this name.
pub(super) fn exercise(name: &str) -> Result<Exercise> {
    let scenario = builtin()?.into_iter().find(|s| s.name == name).context("there is no such exercise")?;
    if let Some(model) = scenario.plan.refused.keys().next() {
        let said = |wishes: &BTreeMap<String, String>| wishes.get(model).cloned();
        return Ok(Exercise::Refused(Refused {
            name: name.to_owned(),
            model: model.clone(),
            from: said(&scenario.from).unwrap_or_else(|| "unknown".to_owned()),
            target: said(&scenario.targets).unwrap_or_default(),
            shelf: run::shelf(&scenario, SEED, Scale::FULL),
        }));
    }
    let live = play(&scenario, world(&scenario, SEED)?, Recorder::new(wall()), Some(ON_SCREEN))?;
    Ok(Exercise::Live(Box::new(live), scenario.server.address.to_string()))
}

struct Pace {
    speed: Option<f64>,
    end: Instant,
}

impl Pace {
    /// Plays the bench until every phone has its verdict, the scenario is over, or the order to end comes.
    fn play(
        &self,
        mut world: World,
        inbox: &Receiver<Order>,
        events: &mpsc::Sender<Event>,
        time: &watch::Sender<Instant>,
    ) {
        #[expect(clippy::disallowed_methods, reason = "the rehearsal is paced by the real clock")]
        let began = std::time::Instant::now();
        loop {
            let until = match self.speed {
                Some(speed) => Instant::ZERO + began.elapsed().mul_f64(speed),
                None => world.now() + limits::REHEARSAL_STRIDE,
            };
            if !send(events, world.advance(until.min(self.end))) {
                return;
            }
            time.send_replace(world.now());
            let over = match inbox.try_recv() {
                Ok(Order::Finish) | Err(TryRecvError::Disconnected) => true,
                Ok(Order::Command(command)) => !send(events, world.command(&command)),
                Ok(Order::Note(kind)) => !send(events, world.note(*kind)),
                // A rehearsal has no laptop.
                Ok(Order::Door(..)) => false,
                Err(TryRecvError::Empty) => world.now() >= self.end || all_closed(&world),
            };
            if over {
                send(events, world.finish());
                return;
            }
            if self.speed.is_some() {
                #[expect(clippy::disallowed_methods, reason = "a thread of the app that only keeps time")]
                std::thread::sleep(limits::REHEARSAL_TURN);
            }
        }
    }
}

fn all_closed(world: &World) -> bool {
    let phones = &world.state().phones;
    phones.len() == world.phones().len() && phones.iter().all(|phone| phone.closed.is_some())
}

/// `false`: nobody listens any more.
fn send(sender: &mpsc::Sender<Event>, events: Vec<Event>) -> bool {
    events.into_iter().all(|event| sender.blocking_send(event).is_ok())
}
