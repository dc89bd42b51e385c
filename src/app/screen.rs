//! The Bench on a terminal: keys and events in, frames out, effects carried out.

use super::bench::{Bench, exit, interrupted, wall};
use super::{Exit, lines, print_text};
use crate::clock::Instant;
use crate::engine;
use crate::journal;
use crate::net::Order;
use crate::tui::{self, Command, Effect, Mode, Model, Msg, Setup, Theme};
use anyhow::{Context, Result};
use crossterm::event::{
    DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture, Event as Input,
    EventStream,
};
use crossterm::execute;
use futures_util::StreamExt;
use ratatui::DefaultTerminal;
use std::fs::File;
use std::io::{Write, stdout};
use std::time::Duration;
use tokio::time::{MissedTickBehavior, interval};

/// Frames at most so often; fewer when nothing changes.
const FRAME: Duration = Duration::from_millis(33);
/// Events taken in at once before keys and frames get their turn.
const EVENTS_AT_ONCE: usize = 1_000;

/// Tells session time.
pub(super) type Clock = Box<dyn Fn() -> Instant>;

/// What the screen is told before its first frame.
pub(super) struct Look {
    pub(super) mode: Mode,
    pub(super) interface: String,
    pub(super) theme: Theme,
}

/// Shows the bench until the technician leaves.
pub(super) async fn run(mut bench: Bench, clock: Clock, look: Look) -> Result<Exit> {
    let mut terminal = ratatui::try_init().context("this is no terminal to draw on; use --headless")?;
    let shown = show(&mut terminal, &mut bench, &clock, look).await;
    let _ = execute!(stdout(), DisableBracketedPaste, DisableMouseCapture);
    ratatui::restore();
    shown?;
    // Whatever is still under way ends with its summary, also when the technician left early.
    (bench.order)(Order::Finish);
    while let Some(event) = bench.events.recv().await {
        bench.take(&event);
    }
    let summary = bench.state.summary.clone().unwrap_or_else(|| bench.state.summarise());
    print_text(&lines::summary(&summary))?;
    exit(&summary, bench.expect)
}

async fn show(terminal: &mut DefaultTerminal, bench: &mut Bench, clock: &Clock, look: Look) -> Result<()> {
    execute!(stdout(), EnableBracketedPaste, EnableMouseCapture)?;
    let size = terminal.size()?;
    let setup = Setup {
        mode: look.mode,
        interface: look.interface,
        theme: look.theme,
        size: (size.width, size.height),
    };
    let mut model = Model::new(setup);
    let mut keys = EventStream::new();
    let mut frames = interval(FRAME);
    frames.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut signalled = Box::pin(interrupted());
    let mut over = Box::pin(tokio::time::sleep(bench.time.unwrap_or(Duration::MAX)));
    let (mut live, mut timed_out) = (true, false);
    loop {
        let mut messages = Vec::new();
        tokio::select! {
            event = bench.events.recv(), if live => {
                if event.is_none() {
                    live = false;
                    messages.push(Msg::Ended);
                }
                let mut next = event;
                while let Some(event) = next {
                    bench.take(&event);
                    messages.push(Msg::Event(event));
                    next = if messages.len() < EVENTS_AT_ONCE { bench.events.try_recv().ok() } else { None };
                }
            }
            input = keys.next() => match input {
                Some(Ok(input)) => messages.extend(message(input)),
                // The terminal is gone; there is nobody to show anything to.
                Some(Err(_)) | None => return Ok(()),
            },
            _ = frames.tick() => {
                if live {
                    messages.push(Msg::Tick(clock()));
                }
                if model.take_stale() {
                    terminal.draw(|frame| tui::view(&model, frame))?;
                }
            }
            () = &mut over, if !timed_out => {
                timed_out = true;
                (bench.order)(Order::Finish);
            }
            () = &mut signalled => return Ok(()),
        }
        for message in messages {
            for effect in tui::update(&mut model, message) {
                if effect == Effect::Quit {
                    return Ok(());
                }
                carry_out(effect, bench, &mut model);
            }
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

fn carry_out(effect: Effect, bench: &Bench, model: &mut Model) {
    match effect {
        Effect::Quit => {}
        Effect::Command(Command::Forget(mac)) => (bench.order)(Order::Command(engine::Command::Forget(mac))),
        Effect::SaveLog(lines) => {
            let name = format!("rescue79-log-{}.txt", journal::rfc3339(wall()).replace(':', "-"));
            let notice = match save(&name, &lines) {
                Ok(()) => format!("The log is in {name}."),
                Err(e) => format!("{name} can't be written: {e}."),
            };
            tui::update(model, Msg::Notice(notice));
        }
    }
}

fn save(name: &str, lines: &[String]) -> std::io::Result<()> {
    let mut file = File::create_new(name)?;
    file.write_all(lines.join("\n").as_bytes())?;
    file.write_all(b"\n")
}
