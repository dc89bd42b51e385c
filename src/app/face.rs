//! How the model is shown and answered: drawn on a terminal, or told in lines.

use crate::host::{aloud, privileges};
use crate::tui::{self, Effect, Model, Msg};
use anyhow::{Context, Result};
use crossterm::event::{
    DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture, Event, EventStream,
};
use crossterm::execute;
use futures_util::StreamExt;
use ratatui::DefaultTerminal;
use std::io::stdout;

/// Shows the model and takes the technician's answers.
pub(super) trait Face {
    /// What a technician does.
    type Input;

    /// A running session goes on when nobody is there any more, and Ctrl-C is something that the technician does.
    const GOES_ON: bool;

    /// Columns and rows.
    fn size(&self) -> Result<(u16, u16)>;

    /// The next thing that the technician does; `None` when nobody is there any more.
    async fn input(&mut self) -> Option<Self::Input>;

    /// Whether an answer is taken now.
    fn listens(&self, _: &Model) -> bool {
        true
    }

    /// Changes the model for it, and says what the app shall do.
    fn take(&mut self, model: &mut Model, input: Self::Input) -> Vec<Effect>;

    /// Shows what has changed.
    fn show(&mut self, model: &Model) -> Result<()>;
}

/// The screen. The terminal is as it was when this is gone, also after a panic.
pub(super) struct Screen {
    terminal: DefaultTerminal,
    keys: EventStream,
}

impl Screen {
    pub(super) fn open() -> Result<Self> {
        let terminal =
            ratatui::try_init().context("this is no terminal to draw on; use --plain, or --headless")?;
        // It starts a thread, which has the rights of the one that starts it and keeps them.
        let keys = std::thread::spawn(|| {
            privileges::give_up_all();
            EventStream::new()
        });
        let keys = keys.join().map_err(|_| anyhow::anyhow!("the keys can't be read"))?;
        let screen = Self { terminal, keys };
        aloud::hold();
        execute!(stdout(), EnableBracketedPaste, EnableMouseCapture)?;
        Ok(screen)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        if execute!(stdout(), DisableBracketedPaste, DisableMouseCapture).is_err() {
            nobody_hears();
        }
        // After a panic it is restored already, and what is to be read stands there: once more would go back over it.
        if !std::thread::panicking() {
            ratatui::restore();
        }
        aloud::release();
    }
}

/// The terminal is gone. What is still said to it goes nowhere: it must not end a session that goes on without it.
#[cfg(unix)]
fn nobody_hears() {
    use rustix::fs::fstat;
    let Ok(nowhere) = std::fs::File::options().write(true).open("/dev/null") else { return };
    // Unless that was sent elsewhere.
    let both = match (fstat(stdout()), fstat(std::io::stderr())) {
        (Ok(out), Ok(err)) => (out.st_dev, out.st_ino) == (err.st_dev, err.st_ino),
        _ => false,
    };
    let _ = rustix::stdio::dup2_stdout(&nowhere);
    if both {
        let _ = rustix::stdio::dup2_stderr(&nowhere);
    }
}

/// Here the program ends with its terminal.
#[cfg(not(unix))]
const fn nobody_hears() {}

impl Face for Screen {
    type Input = Event;

    /// The terminal is gone; there is nobody to show anything to.
    const GOES_ON: bool = false;

    fn size(&self) -> Result<(u16, u16)> {
        let size = self.terminal.size()?;
        Ok((size.width, size.height))
    }

    async fn input(&mut self) -> Option<Event> {
        self.keys.next().await?.ok()
    }

    fn take(&mut self, model: &mut Model, input: Event) -> Vec<Effect> {
        message(input).map_or_else(Vec::new, |msg| tui::update(model, msg))
    }

    fn show(&mut self, model: &Model) -> Result<()> {
        self.terminal.draw(|frame| tui::view(model, frame))?;
        Ok(())
    }
}

fn message(input: Event) -> Option<Msg> {
    Some(match input {
        Event::Key(key) => Msg::Key(key),
        Event::Mouse(mouse) => Msg::Mouse(mouse),
        Event::Resize(columns, rows) => Msg::Resize(columns, rows),
        Event::Paste(text) => Msg::Paste(text),
        Event::FocusGained | Event::FocusLost => return None,
    })
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use portable_pty::{CommandBuilder, PtySize, native_pty_system};
    use std::io::Read;

    #[test]
    #[ignore = "the test below runs it in a terminal of its own"]
    fn panics_in_the_middle_of_a_frame() {
        let _screen = Screen::open().unwrap();
        panic!("a mistake in a page");
    }

    #[test]
    fn a_panic_gives_the_terminal_back() {
        let size = PtySize { rows: 24, cols: 80, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(std::env::current_exe().unwrap());
        command.args([
            "--ignored",
            "--exact",
            "app::face::tests::panics_in_the_middle_of_a_frame",
            "--nocapture",
        ]);
        command.env("TERM", "xterm-256color");
        command.env("RUST_BACKTRACE", "0");
        let mut child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let mut output = pair.master.try_clone_reader().unwrap();
        let mut seen = Vec::new();
        let mut bytes = [0; 4096];
        // A pseudo-terminal ends with an error on some systems.
        while let Ok(n @ 1..) = output.read(&mut bytes) {
            seen.extend_from_slice(&bytes[..n]);
        }
        assert!(!child.wait().unwrap().success(), "it panicked");
        let mut terminal = vt100::Parser::new(24.try_into().unwrap(), 80.try_into().unwrap(), 0);
        terminal.process(&seen);
        let screen = terminal.screen();
        assert!(screen.contents().contains("a mistake in a page"), "the words are readable");
        assert!(!screen.alternate_screen() && !screen.bracketed_paste() && !screen.hide_cursor());
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
        let seen = String::from_utf8_lossy(&seen);
        assert!(seen.contains("\x1b[?1049h") && seen.contains("\x1b[?1000h"), "the screen was open");
    }
}
