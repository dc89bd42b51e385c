//! The terminal's echo, which is off while a password is typed. When this is gone the terminal is as it was.

#[cfg(unix)]
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
#[cfg(unix)]
use std::io::stdin;

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
    /// No safe code can do that here.
    #[expect(clippy::unused_self, reason = "as on the other systems")]
    pub(super) const fn hide(&mut self, _hidden: bool) {}
}
