//! What the screen knows.

use super::{Log, Theme, glance};
use crate::clock::Instant;
use crate::phone_id::Mac;
use crate::session::{Phone, State};

/// What kind of session is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Real phones.
    Serve,
    /// Virtual phones.
    Rehearsal,
    /// An old journal.
    Replay,
}

/// What the app knows before the first event.
#[derive(Clone, Debug)]
pub struct Setup {
    /// What kind of session it is.
    pub mode: Mode,
    /// Where the servers answer: `127.0.0.1`, or `enp0s25 192.168.1.1`.
    pub interface: String,
    /// How to draw.
    pub theme: Theme,
    /// Columns and rows of the terminal.
    pub size: (u16, u16),
}

/// What fills the screen between header and footer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    /// All phones, and the end of the log.
    Bench,
    /// Everything about one phone.
    Phone(Mac),
    /// The log alone.
    Log,
}

/// What lies over the page and takes the keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overlay {
    /// The help of the page.
    Help,
    /// Leave a running bench?
    Quit,
    /// Forget this phone?
    Forget(Mac),
}

/// The screen's whole state. [`super::update`] changes it, [`super::view`] draws it.
#[derive(Clone, Debug)]
pub struct Model {
    /// Session time.
    pub now: Instant,
    /// The fold of all events so far.
    pub state: State,
    /// The events in words.
    pub log: Log,
    /// What kind of session it is.
    pub mode: Mode,
    /// Where the servers answer.
    pub interface: String,
    /// How to draw.
    pub theme: Theme,
    /// What fills the screen.
    pub page: Page,
    /// What lies over it.
    pub overlay: Option<Overlay>,
    /// The phone that the technician chose. Without a choice it is the one that most needs a look.
    pub chosen: Option<Mac>,
    /// First line shown of a page or an overlay that is longer than the screen.
    pub scroll: u16,
    /// A sentence for the footer.
    pub notice: Option<String>,
    /// The session has finished.
    pub ended: bool,
    /// Columns and rows of the terminal.
    pub size: (u16, u16),
    pub(super) stale: bool,
}

impl Model {
    /// A screen before the first event.
    #[must_use]
    pub fn new(setup: Setup) -> Self {
        Self {
            now: Instant::ZERO,
            state: State::default(),
            log: Log::default(),
            mode: setup.mode,
            interface: setup.interface,
            theme: setup.theme,
            page: Page::Bench,
            overlay: None,
            chosen: None,
            scroll: 0,
            notice: None,
            ended: false,
            size: setup.size,
            stale: true,
        }
    }

    /// Something that is drawn has changed since this was last asked: draw a frame. At least once a second while a
    /// session runs, for its clocks; never when nothing changes.
    #[must_use]
    pub fn take_stale(&mut self) -> bool {
        std::mem::take(&mut self.stale)
    }

    /// The phone that keys act on.
    #[must_use]
    pub fn selected(&self) -> Option<&Phone> {
        match self.page {
            Page::Phone(mac) => self.state.phone(mac),
            _ => self
                .chosen
                .and_then(|mac| self.state.phone(mac))
                .or_else(|| glance::order(&self.state).first().and_then(|i| self.state.phones.get(*i))),
        }
    }
}
