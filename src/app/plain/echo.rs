//! The terminal's echo, which is off while a password is typed. When this is gone the terminal is as it was.

#[cfg(any(not(unix), test))]
use crate::limits;
#[cfg(any(not(unix), test))]
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
#[cfg(not(unix))]
use crossterm::{
    event::{self, Event},
    terminal,
};
#[cfg(unix)]
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
#[cfg(unix)]
use std::io::stdin;
#[cfg(not(unix))]
use std::io::{Write, stdout};

/// Whether what is typed is seen.
#[derive(Default)]
pub(super) struct Echo {
    /// The terminal as it was, while its echo is off.
    #[cfg(unix)]
    before: Option<Termios>,
}

#[cfg(unix)]
impl Echo {
    /// Switches it off, or back to what it was. What isn't a terminal has none.
    pub(super) fn hide(&mut self, hidden: bool) {
        if !hidden {
            self.back();
        } else if self.before.is_none()
            && let Ok(before) = tcgetattr(stdin())
        {
            let mut silent = before.clone();
            silent.local_modes.remove(LocalModes::ECHO);
            // The end of the line is seen all the same.
            silent.local_modes.insert(LocalModes::ECHONL);
            if tcsetattr(stdin(), OptionalActions::Now, &silent).is_ok() {
                self.before = Some(before);
            }
        }
    }

    fn back(&mut self) {
        if let Some(before) = self.before.take() {
            let _ = tcsetattr(stdin(), OptionalActions::Now, &before);
        }
    }
}

#[cfg(unix)]
impl Drop for Echo {
    fn drop(&mut self) {
        self.back();
    }
}

#[cfg(not(unix))]
impl Echo {
    /// Here a line is read unseen, key by key: [`unseen`].
    #[expect(clippy::unused_self, reason = "as on the other systems")]
    pub(super) const fn hide(&mut self, _hidden: bool) {}
}

#[cfg(not(unix))]
impl Drop for Echo {
    fn drop(&mut self) {
        if terminal::is_raw_mode_enabled().unwrap_or(false) {
            let _ = terminal::disable_raw_mode();
        }
    }
}

/// Reads a line that nobody sees, where the terminal's echo can't be switched off. `None`: read it as any other.
#[cfg(unix)]
pub(super) const fn unseen() -> Option<String> {
    None
}

/// Reads a line that nobody sees, where the terminal's echo can't be switched off. `None`: read it as any other.
#[cfg(not(unix))]
pub(super) fn unseen() -> Option<String> {
    // The terminals of MSYS look like one, but their keys come through a pipe and not as events.
    if std::env::var_os("MSYSTEM").is_some() {
        return None;
    }
    terminal::enable_raw_mode().ok()?;
    let mut unseen = Unseen::default();
    let line = loop {
        match event::read() {
            Ok(Event::Key(key)) if key.is_press() => {
                if let Some(line) = unseen.key(key) {
                    break Some(line);
                }
            }
            Ok(_) => {}
            Err(_) => break None,
        }
    };
    let _ = terminal::disable_raw_mode();
    // The end of the line is seen all the same.
    let _ = stdout().write_all(b"\n");
    line
}

/// A line on its way, key by key.
#[cfg(any(not(unix), test))]
#[derive(Default)]
struct Unseen(String);

#[cfg(any(not(unix), test))]
impl Unseen {
    /// Takes a key; the line, when it was its end.
    fn key(&mut self, key: KeyEvent) -> Option<String> {
        let control =
            key.modifiers.contains(KeyModifiers::CONTROL) && !key.modifiers.contains(KeyModifiers::ALT);
        match key.code {
            KeyCode::Enter => return Some(std::mem::take(&mut self.0)),
            KeyCode::Char('c') if control => return Some("Ctrl-C".to_owned()),
            KeyCode::Char('u') if control => self.0.clear(),
            KeyCode::Char(c) if !control && self.0.len() < limits::TYPED_LINE => self.0.push(c),
            KeyCode::Backspace => _ = self.0.pop(),
            KeyCode::Esc => self.0.clear(),
            _ => {}
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_put_together_key_by_key() {
        let mut unseen = Unseen::default();
        let mut typed = |code, modifiers| unseen.key(KeyEvent::new(code, modifiers));
        let none = KeyModifiers::NONE;
        for c in "wrong".chars() {
            assert_eq!(typed(KeyCode::Char(c), none), None);
        }
        typed(KeyCode::Char('u'), KeyModifiers::CONTROL);
        for c in "s3cretx".chars() {
            typed(KeyCode::Char(c), KeyModifiers::SHIFT);
        }
        typed(KeyCode::Backspace, none);
        // What a German keyboard types with AltGr comes with both.
        typed(KeyCode::Char('@'), KeyModifiers::CONTROL | KeyModifiers::ALT);
        assert_eq!(typed(KeyCode::Enter, none).as_deref(), Some("s3cret@"));
        assert_eq!(typed(KeyCode::Enter, none).as_deref(), Some(""), "nothing is left of it");
        assert_eq!(typed(KeyCode::Char('c'), KeyModifiers::CONTROL).as_deref(), Some("Ctrl-C"));
    }
}
