//! What the screen knows.

use super::wizard::{Coach, Servers, Step, Wizard};
use super::{Hand, Log, Theme, glance, layout};
use crate::catalogue::{self, Catalogue};
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
    /// Which phone?
    Model,
    /// What does it show?
    Shows,
    /// What shall it run?
    Load,
    /// Where is the firmware?
    Files,
    /// Which SIP account?
    Account,
    /// Where is the phone?
    Network,
    /// Is this computer ready?
    Ready,
    /// Is all of it right?
    Review,
    /// The coach for reset keys.
    Keys,
    /// What it came to.
    Report,
    /// Which bench to practise on?
    Practise,
}

impl Page {
    /// It is one of the wizard's pages, drawn as panes of rows.
    #[must_use]
    pub const fn is_made_of_panes(self) -> bool {
        !matches!(self, Self::Bench | Self::Phone(_) | Self::Log)
    }
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
    /// Lead this phone elsewhere?
    Replan(Mac),
    /// Which of several remedies for this phone?
    Remedy(Mac),
    /// Go on against the program's advice?
    Insist,
    /// Have the program do what a finding asks for?
    Fix,
    /// Read a huge folder?
    Large,
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
    /// The answers before the servers start; none for a session that was started otherwise.
    pub wizard: Option<Box<Wizard>>,
    /// The coach for reset keys.
    pub coach: Coach,
    /// What the technician decides for one phone.
    pub hand: Hand,
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
            wizard: None,
            coach: Coach::default(),
            hand: Hand::default(),
            stale: true,
        }
    }

    /// A screen that begins with the first question.
    #[must_use]
    pub fn asking(setup: Setup, wizard: Wizard) -> Self {
        Self { page: Page::Model, wizard: Some(Box::new(wizard)), ..Self::new(setup) }
    }

    /// Goes on from where an interrupted session was left.
    pub fn take_up(&mut self, state: &State) {
        self.state = state.clone();
        self.now = self.now.max(state.last);
        self.stale = true;
    }

    /// The window has no room for a page.
    #[must_use]
    pub(super) const fn too_small(&self) -> bool {
        self.size.0 < layout::SMALLEST.0 || self.size.1 < layout::SMALLEST.1
    }

    /// Somebody who leaves now leaves a phone in the middle of a flash.
    pub(super) fn at_risk(&self) -> bool {
        self.running() && !self.ended && self.state.phones.iter().any(Phone::keep_powered)
    }

    /// Servers run, or ran, behind the screen.
    #[must_use]
    pub fn running(&self) -> bool {
        self.wizard.as_ref().is_none_or(|w| w.servers == Servers::On)
    }

    /// Whether a click on the breadcrumb leads there: back among the answers before the servers start, anywhere among
    /// the pages of the session afterwards.
    #[must_use]
    pub fn can_jump(&self, step: Step) -> bool {
        match (self.running(), step) {
            (false, step) => {
                step < Step::of(self.page) && self.wizard.as_ref().is_some_and(|w| w.may_go_back())
            }
            (true, Step::Keys) => self.coachable().is_some(),
            (true, step) => step > Step::Keys,
        }
    }

    /// The model whose keys the coach would teach: that of the phone looked at, else that of the wizard.
    pub(super) fn coachable(&self) -> Option<&'static catalogue::Model> {
        let seen = self.selected().and_then(|phone| phone.identity.model.as_deref());
        let seen = seen.and_then(|name| Catalogue::builtin().model(name));
        seen.or_else(|| self.wizard.as_ref().filter(|w| !w.practice).and_then(|w| w.model()))
    }

    /// Goes to where the next phone is waited for: to the coach where keys come first, else to the Bench.
    pub(super) fn first_page(&mut self) {
        self.scroll = 0;
        self.page = Page::Bench;
        let wizard = self.wizard.as_ref().filter(|w| !w.practice);
        if let Some(model) = wizard.filter(|w| w.shown().is_some_and(|s| s.keys)).and_then(|w| w.model()) {
            self.coach = Coach::start(model, self.now);
            self.page = Page::Keys;
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
