//! The Bench on a terminal: keys and events in, frames out, effects carried out.

use super::bench::{Bench, exit, interrupted, wall};
use super::desk::Desk;
use super::{Exit, lines, print_text, report};
use crate::clock::Instant;
use crate::engine;
use crate::event::Event;
use crate::journal;
use crate::limits;
use crate::net::Order;
use crate::session::State;
use crate::tui::{self, Command, Effect, Mode, Model, Msg, Page, Setup, Theme};
use anyhow::{Context, Result};
use crossterm::event::{
    DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture, Event as Input,
    EventStream,
};
use crossterm::execute;
use futures_util::StreamExt;
use ratatui::DefaultTerminal;
use std::collections::VecDeque;
use std::fs::File;
use std::io::{Write, stdout};
use std::path::PathBuf;
use std::time::Duration;
use tokio::time::{MissedTickBehavior, interval};

/// Frames at most so often; fewer when nothing changes.
const FRAME: Duration = Duration::from_millis(33);
/// How often the interfaces are looked at while they are shown.
const LOOK_AGAIN: Duration = Duration::from_secs(2);
/// Tells session time.
pub(super) type Clock = Box<dyn Fn() -> Instant>;

/// A session that runs behind the screen.
pub(super) struct Live {
    pub(super) bench: Bench,
    pub(super) clock: Clock,
}

/// What the screen is told before its first frame.
pub(super) struct Look {
    pub(super) mode: Mode,
    pub(super) interface: String,
    pub(super) theme: Theme,
}

impl Look {
    fn setup(self, size: (u16, u16)) -> Setup {
        Setup { mode: self.mode, interface: self.interface, theme: self.theme, size }
    }
}

/// Shows the bench until the technician leaves.
pub(super) async fn run(live: Live, look: Look) -> Result<Exit> {
    let mode = look.mode;
    let mut show = Show { live: Some(live), desk: None };
    on_terminal(&mut show, |size| Model::new(look.setup(size))).await?;
    match show.live {
        Some(live) => finish(live, mode).await,
        None => Ok(Exit::Done),
    }
}

/// Asks the technician, page by page, and shows the bench that comes of it.
pub(super) async fn ask(desk: Desk, look: Look) -> Result<Exit> {
    let wizard = Desk::wizard()?;
    let mut show = Show { live: None, desk: Some(desk) };
    on_terminal(&mut show, |size| Model::asking(look.setup(size), wizard)).await?;
    match show.live {
        Some(live) => finish(live, Mode::Serve).await,
        None => Ok(Exit::Done),
    }
}

async fn on_terminal(show: &mut Show, model: impl FnOnce((u16, u16)) -> Model) -> Result<()> {
    let mut terminal = ratatui::try_init().context("this is no terminal to draw on; use --headless")?;
    let shown = show.run(&mut terminal, model).await;
    let _ = execute!(stdout(), DisableBracketedPaste, DisableMouseCapture);
    ratatui::restore();
    shown
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
    print_text(&lines::summary(&summary))?;
    if let (Some(journal), false) = (&journal, summary.phones.is_empty()) {
        match report::beside(journal, &state) {
            Ok(path) => print_text(&format!("The report is in {}.", path.display()))?,
            Err(e) => eprintln!("rescue79: the report can't be written ({e})."),
        }
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
    async fn run(
        &mut self,
        terminal: &mut DefaultTerminal,
        model: impl FnOnce((u16, u16)) -> Model,
    ) -> Result<()> {
        execute!(stdout(), EnableBracketedPaste, EnableMouseCapture)?;
        let size = terminal.size()?;
        let mut model = model((size.width, size.height));
        if let Some(live) = &self.live {
            model.take_up(&live.bench.state);
        }
        let mut keys = EventStream::new();
        let mut frames = interval(FRAME);
        frames.set_missed_tick_behavior(MissedTickBehavior::Skip);
        let mut looks = interval(LOOK_AGAIN);
        let mut signalled = Box::pin(interrupted());
        let time = self.live.as_ref().and_then(|live| live.bench.time).unwrap_or(Duration::MAX);
        let mut over = Box::pin(tokio::time::sleep(time));
        let (mut running, mut timed_out) = (true, false);
        loop {
            let mut messages = Vec::new();
            tokio::select! {
                event = next_event(self.live.as_mut()), if running => {
                    if event.is_none() {
                        running = false;
                        messages.push(Msg::Ended);
                    }
                    self.take(event, &mut messages);
                }
                input = keys.next() => match input {
                    Some(Ok(input)) => messages.extend(message(input)),
                    // The terminal is gone; there is nobody to show anything to.
                    Some(Err(_)) | None => return Ok(()),
                },
                answer = next_answer(self.desk.as_mut()) => messages.extend(answer),
                _ = frames.tick() => {
                    if let Some(live) = self.live.as_ref().filter(|_| running) {
                        messages.push(Msg::Tick((live.clock)()));
                    }
                    if model.take_stale() {
                        terminal.draw(|frame| tui::view(&model, frame))?;
                    }
                }
                _ = looks.tick() => {
                    if let Some(desk) = self.desk.as_ref().filter(|_| matches!(model.page, Page::Network | Page::Ready)) {
                        desk.look();
                    }
                }
                () = &mut over, if !timed_out => {
                    timed_out = true;
                    self.order(Order::Finish);
                }
                () = &mut signalled => return Ok(()),
            }
            // An answer may ask for more.
            let mut messages = VecDeque::from(messages);
            while let Some(message) = messages.pop_front() {
                let begins = matches!(message, Msg::Started { .. });
                for effect in tui::update(&mut model, message) {
                    if effect == Effect::Quit {
                        return Ok(());
                    }
                    messages.extend(self.carry_out(effect).await);
                }
                if begins {
                    running |= self.begin(&mut model);
                }
            }
        }
    }

    /// Takes over the session that the desk has started.
    fn begin(&mut self, model: &mut Model) -> bool {
        self.live = self.desk.as_mut().and_then(Desk::take_live).or(self.live.take());
        if let Some(live) = &self.live {
            model.take_up(&live.bench.state);
        }
        self.live.is_some()
    }

    /// Takes the event in, and those that wait behind it.
    fn take(&mut self, event: Option<Event>, messages: &mut Vec<Msg>) {
        let Some(live) = &mut self.live else { return };
        let mut next = event;
        while let Some(event) = next {
            live.bench.take(&event);
            messages.push(Msg::Event(event));
            next = if messages.len() < limits::EVENTS_AT_ONCE {
                live.bench.events.try_recv().ok()
            } else {
                None
            };
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
            Effect::Command(Command::Forget(mac)) => {
                self.order(Order::Command(engine::Command::Forget(mac)));
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
                let ended = end(self.live.take()?).await;
                ended.err().map(|e| Msg::Notice(format!("The session did not end well: {e:#}.")))
            }
            effect => self.desk.as_mut()?.carry_out(effect),
        }
    }
}

fn message(input: Input) -> Option<Msg> {
    Some(match input {
        Input::Key(key) => Msg::Key(key),
        Input::Mouse(mouse) => Msg::Mouse(mouse),
        Input::Resize(columns, rows) => Msg::Resize(columns, rows),
        Input::Paste(text) => Msg::Paste(text),
        Input::FocusGained | Input::FocusLost => return None,
    })
}

fn save(name: &str, lines: &[String]) -> std::io::Result<()> {
    let mut file = File::create_new(name)?;
    file.write_all(lines.join("\n").as_bytes())?;
    file.write_all(b"\n")
}
