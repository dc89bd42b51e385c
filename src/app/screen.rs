//! A session that is watched: answers and events in, what is seen out, effects carried out.

use super::bench::{Bench, exit};
use super::clocks::{monotonic, wall};
use super::desk::Desk;
use super::face::{Face, Screen};
use super::pace::Pace;
use super::plain::Lines;
use super::signals::{Wish, interrupted, terminated};
use super::{Exit, Style, lines, print_text, report};
use crate::clock::Instant;
use crate::event::Event;
use crate::firmware::Shelf;
use crate::host::{aloud, owner};
use crate::journal;
use crate::limits;
use crate::net::Order;
use crate::session::State;
use crate::tui::wizard::Wizard;
use crate::tui::{self, Effect, Mode, Model, Msg, Page, Setup};
use anyhow::Result;
use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::time::{MissedTickBehavior, interval};

/// Tells session time.
pub(super) type Clock = Box<dyn Fn() -> Instant>;

/// A session that runs behind the screen.
pub(super) struct Live {
    pub(super) bench: Bench,
    pub(super) clock: Clock,
    /// What a phone can be led to.
    pub(super) loads: Vec<String>,
}

impl Live {
    /// The names of the complete loads of a shelf.
    pub(super) fn loads(shelf: &Shelf) -> Vec<String> {
        shelf.loads().iter().filter(|load| load.complete).map(|load| load.name.clone()).collect()
    }

    /// What the screen has to know of a session that begins, or goes on.
    fn introduce(&self, model: &mut Model) {
        model.take_up(&self.bench.state);
        tui::update(model, Msg::Loads(self.loads.clone()));
    }
}

/// What the screen is told before its first frame.
pub(super) struct Look {
    pub(super) mode: Mode,
    pub(super) interface: String,
    pub(super) style: Style,
}

impl Look {
    fn setup(self, size: (u16, u16)) -> Setup {
        Setup { mode: self.mode, interface: self.interface, theme: self.style.theme, size }
    }
}

/// Shows the bench until the technician leaves.
pub(super) async fn run(live: Live, look: Look) -> Result<Exit> {
    let (mode, plain) = (look.mode, look.style.plain);
    let mut show = Show::new(Some(live), None);
    let wish = watched(&mut show, plain, |size| Model::new(look.setup(size))).await?;
    left(show, wish, mode).await
}

/// Asks the technician, page by page, and shows the bench that comes of it.
pub(super) async fn ask(desk: Desk, look: Look) -> Result<Exit> {
    // Nothing that the first question doesn't need is done before it is asked.
    let wizard = Wizard::default();
    let plain = look.style.plain;
    let mut show = Show::new(None, Some(desk));
    let wish = watched(&mut show, plain, |size| Model::asking(look.setup(size), wizard)).await?;
    left(show, wish, Mode::Serve).await
}

/// Nobody watches any more.
async fn left(show: Show, wish: Wish, mode: Mode) -> Result<Exit> {
    let Some(mut live) = show.live else { return Ok(Exit::Done) };
    if wish == Wish::HungUp {
        live.bench.see_through().await;
    }
    finish(live, mode).await
}

async fn watched(show: &mut Show, plain: bool, model: impl FnOnce((u16, u16)) -> Model) -> Result<Wish> {
    if plain {
        show.run(&mut Lines::open()?, model).await
    } else {
        show.run(&mut Screen::open()?, model).await
    }
}

/// Says how it ended, and leaves the report beside the journal.
async fn finish(live: Live, mode: Mode) -> Result<Exit> {
    let (state, journal, expect) = end(live).await?;
    let summary = match &state.summary {
        Some(summary) => summary.clone(),
        // An old session may have been interrupted; a live one ends with its summary.
        None if mode == Mode::Replay => state.summarise(),
        None => anyhow::bail!("the servers ended without a summary"),
    };
    // Nobody may be there to read it.
    let tell = |text: &str| drop(print_text(text));
    tell(&lines::summary(&summary));
    match &journal {
        Some(journal) if summary.phones.is_empty() => {
            tell(&format!("The journal is in {}.", journal.display()));
        }
        Some(journal) => match report::beside(journal, &state) {
            Ok(path) => tell(&format!("The report is in {}.", path.display())),
            Err(e) => aloud::say(&format!("the report can't be written ({e}).")),
        },
        None => {}
    }
    exit(&summary, expect)
}

/// Whatever is still under way ends with its summary, also when the technician left early. Gives what it all came to,
/// the journal, and how many phones were expected.
async fn end(live: Live) -> Result<(State, Option<PathBuf>, Option<u32>)> {
    let mut bench = live.bench;
    (bench.order)(Order::Finish);
    while let Some(event) = bench.events.recv().await {
        bench.take(&event);
    }
    (bench.join)()?;
    Ok((bench.state, bench.journal, bench.expect))
}

/// The screen, what runs behind it, and who does what the wizard asks for.
struct Show {
    live: Option<Live>,
    desk: Option<Desk>,
    /// Events of a session are still to come.
    running: bool,
}

impl Show {
    fn new(live: Option<Live>, desk: Option<Desk>) -> Self {
        Self { running: live.is_some(), live, desk }
    }
}

/// The next event of the session; waits for ever when there is none.
async fn next_event(live: Option<&mut Live>) -> Option<Event> {
    match live {
        Some(live) => live.bench.events.recv().await,
        None => std::future::pending().await,
    }
}

/// The next answer to what the wizard asked for.
async fn next_answer(desk: Option<&mut Desk>) -> Option<Msg> {
    match desk {
        Some(desk) => desk.answer().await,
        None => std::future::pending().await,
    }
}

impl Show {
    async fn run<F: Face>(&mut self, face: &mut F, model: impl FnOnce((u16, u16)) -> Model) -> Result<Wish> {
        let mut model = model(face.size()?);
        if let Some(live) = &self.live {
            live.introduce(&mut model);
        }
        let mut frames = interval(limits::FRAME_EVERY);
        frames.set_missed_tick_behavior(MissedTickBehavior::Skip);
        let mut looks = interval(limits::INTERFACES_EVERY);
        let mut signalled =
            Box::pin(async { if F::GOES_ON { terminated().await } else { interrupted().await } });
        let time = self.live.as_ref().and_then(|live| live.bench.time).unwrap_or(Duration::MAX);
        let mut over = Box::pin(tokio::time::sleep(time));
        let (mut timed_out, mut listening, mut pace) = (false, true, Pace::default());
        loop {
            let mut effects = VecDeque::new();
            tokio::select! {
                event = next_event(self.live.as_mut()), if self.running => {
                    self.running = event.is_some();
                    self.take(event, &mut model);
                    if !self.running {
                        pace.hurry();
                        tui::update(&mut model, Msg::Ended);
                    }
                }
                input = face.input(), if listening && face.listens(&model) => match input {
                    Some(input) => {
                        pace.hurry();
                        effects.extend(face.take(&mut model, input));
                    }
                    None if F::GOES_ON => listening = false,
                    None => return Ok(Wish::HungUp),
                },
                answer = next_answer(self.desk.as_mut()) => {
                    pace.hurry();
                    effects.extend(answer.into_iter().flat_map(|msg| self.hear(msg, &mut model)));
                }
                _ = frames.tick() => {
                    let there = self.frame(face, &mut model, &mut pace)?;
                    if !there {
                        return Ok(Wish::HungUp);
                    }
                    // Nobody is there, and nothing goes on.
                    if !listening && !self.running {
                        return Ok(Wish::End);
                    }
                }
                _ = looks.tick() => {
                    let looks = matches!(model.page, Page::Network | Page::Ready);
                    if let Some(desk) = self.desk.as_ref().filter(|_| looks) {
                        desk.look();
                    }
                }
                () = &mut over, if !timed_out => {
                    timed_out = true;
                    self.order(Order::Finish);
                }
                wish = &mut signalled => return Ok(wish),
            }
            // An answer may ask for more.
            while let Some(effect) = effects.pop_front() {
                if effect == Effect::Quit {
                    return Ok(Wish::End);
                }
                let answer = self.carry_out(effect).await;
                effects.extend(answer.into_iter().flat_map(|msg| self.hear(msg, &mut model)));
            }
        }
    }

    /// One more frame, when it is time for one. `false`: the terminal is gone.
    fn frame<F: Face>(&self, face: &mut F, model: &mut Model, pace: &mut Pace) -> Result<bool> {
        if let Some(live) = self.live.as_ref().filter(|_| self.running) {
            tui::update(model, Msg::Tick((live.clock)()));
        }
        let now = monotonic();
        if pace.allows(now) && model.take_stale() {
            let drawn = face.show(model);
            if drawn.is_err() && !F::GOES_ON && self.running {
                return Ok(false);
            }
            drawn?;
            pace.drew(now, monotonic());
        }
        Ok(true)
    }

    /// Changes the model for an answer; takes over the session that the desk has started.
    fn hear(&mut self, answer: Msg, model: &mut Model) -> Vec<Effect> {
        let begins = matches!(answer, Msg::Started { .. });
        let effects = tui::update(model, answer);
        if begins {
            self.live = self.desk.as_mut().and_then(Desk::take_live).or(self.live.take());
            self.running = self.live.is_some();
            if let Some(live) = &self.live {
                live.introduce(model);
            }
        }
        effects
    }

    /// Takes the event in, and those that wait behind it.
    fn take(&mut self, event: Option<Event>, model: &mut Model) {
        let Some(live) = &mut self.live else { return };
        let mut next = event;
        let mut taken = 0;
        while let Some(event) = next {
            live.bench.take(&event);
            tui::update(model, Msg::Event(event));
            taken += 1;
            next = if taken < limits::EVENTS_AT_ONCE { live.bench.events.try_recv().ok() } else { None };
        }
    }

    fn order(&self, order: Order) {
        if let Some(live) = &self.live {
            (live.bench.order)(order);
        }
    }

    async fn carry_out(&mut self, effect: Effect) -> Option<Msg> {
        match effect {
            Effect::Quit => None,
            Effect::Command(command) => {
                self.order(Order::Command(command));
                None
            }
            Effect::SaveLog(lines) => {
                let name = format!("rescue79-log-{}.txt", journal::rfc3339(wall()).replace(':', "-"));
                Some(Msg::Notice(match save(&name, &lines) {
                    Ok(()) => format!("The log is in {name}."),
                    Err(e) => format!("{name} can't be written: {e}."),
                }))
            }
            Effect::SaveReport => {
                let bench = &self.live.as_ref()?.bench;
                Some(Msg::Notice(match report::write(bench.journal.as_deref(), &bench.state) {
                    Ok(path) => format!("The report is in {}, and as .json beside it.", path.display()),
                    Err(e) => format!("The report can't be written: {e}."),
                }))
            }
            Effect::Stop => {
                self.running = false;
                let ended = end(self.live.take()?).await;
                ended.err().map(|e| Msg::Notice(format!("The session did not end well: {e:#}.")))
            }
            effect => self.desk.as_mut()?.carry_out(effect),
        }
    }
}

fn save(name: &str, lines: &[String]) -> std::io::Result<()> {
    owner::write(Path::new(name), (lines.join("\n") + "\n").as_bytes())
}
