//! The steps of the wizard, and why one can't be left.

use super::{Servers, Wizard, blocked};
use crate::catalogue::Catalogue;
use crate::job::Blocker;
use crate::phone_id::Mac;
use crate::tui::Page;

/// The steps, in their fixed order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Which phone, and what does it show?
    Phone,
    /// What shall it run?
    Load,
    /// Where is it?
    Network,
    /// Is all of it right?
    Review,
    /// Reset keys.
    Keys,
    /// What it does.
    Bench,
    /// What it came to.
    Report,
}

impl Step {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Phone, Self::Load, Self::Network, Self::Review, Self::Keys, Self::Bench, Self::Report];

    /// As the breadcrumb says it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Phone => "Phone",
            Self::Load => "Load",
            Self::Network => "Network",
            Self::Review => "Review",
            Self::Keys => "Keys",
            Self::Bench => "Bench",
            Self::Report => "Report",
        }
    }

    /// The step that a page belongs to.
    #[must_use]
    pub const fn of(page: Page) -> Self {
        match page {
            Page::Model | Page::Shows | Page::Practise => Self::Phone,
            Page::Load | Page::Account | Page::Files => Self::Load,
            Page::Network | Page::Ready => Self::Network,
            Page::Review => Self::Review,
            Page::Keys => Self::Keys,
            Page::Bench | Page::Phone(_) | Page::Log => Self::Bench,
            Page::Report => Self::Report,
        }
    }

    /// The page that a step begins with.
    #[must_use]
    pub const fn page(self) -> Page {
        match self {
            Self::Phone => Page::Model,
            Self::Load => Page::Load,
            Self::Network => Page::Network,
            Self::Review => Page::Review,
            Self::Keys => Page::Keys,
            Self::Bench => Page::Bench,
            Self::Report => Page::Report,
        }
    }
}

impl Wizard {
    /// Why the page can't be left forwards.
    #[must_use]
    pub fn blocker(&self, page: Page) -> Option<Blocker> {
        match page {
            Page::Model => self.model_blocker(),
            Page::Shows => self.shows_blocker(),
            Page::Load if self.reading => {
                Some(blocked("reading", "The firmware is still being read.", "Esc calls it off."))
            }
            Page::Load => self.offer().map_or_else(
                || {
                    let text = "No load that fits is at hand.";
                    Some(blocked("no-load", text, "Press A to add firmware."))
                },
                |offer| offer.blocker.or_else(|| self.unfinished_account()),
            ),
            Page::Account => self.account_blocker(),
            Page::Files if self.folder.items(&self.places).is_empty() => {
                let text = format!("Nothing here has \"{}\" in its name.", self.folder.typed);
                Some(blocked("no-file", text, "Esc clears it."))
            }
            Page::Practise if self.exercise().is_none() => {
                let text = format!("No bench has \"{}\" in its name or in what it teaches.", self.sought);
                Some(blocked("no-exercise", text, "Esc clears it."))
            }
            Page::Network => self.port_blocker(),
            Page::Ready => self.ready_blocker(),
            Page::Review => match &self.servers {
                Servers::Starting => Some(blocked("starting", "The servers are being started.", "")),
                Servers::Failed(why) => Some(why.clone()),
                Servers::Off | Servers::On => self
                    .draft()
                    .finish(Catalogue::builtin(), &self.shelf)
                    .err()
                    .and_then(|all| all.into_iter().next()),
            },
            _ => None,
        }
    }

    fn model_blocker(&self) -> Option<Blocker> {
        if !self.found().is_empty() || self.search.trim().is_empty() {
            return None;
        }
        let typed = self.search.trim();
        Some(match self.foreign() {
            Some(foreign) => {
                blocked("foreign", format!("{typed} is none of the phones recovered here."), &foreign.works)
            }
            None if typed.parse::<Mac>().is_ok() => blocked(
                "mac",
                "That is a MAC address: it says who a phone is, not which model.",
                "It is read off the wire by itself. Type the number of the model, such as 7960.",
            ),
            None if !self.symptoms().is_empty() => blocked(
                "screen-text",
                "That is what a phone shows; which phone is it?",
                "Type its number first; the next page asks what it shows.",
            ),
            None => blocked(
                "no-model",
                format!("No phone here is called {typed}."),
                "Type a part of its number, such as 796; Esc shows all of them.",
            ),
        })
    }

    fn shows_blocker(&self) -> Option<Blocker> {
        let known =
            self.typed_start().is_some() || !self.symptoms().is_empty() || self.shows_like().is_some();
        if self.said.trim().is_empty() || known {
            return None;
        }
        if let Some(false) = self.is_its_own(self.said.trim()) {
            let name = self.model().map_or("this phone", |model| &model.name);
            let text = format!("{} is a load of other phones; a {name} can't run it.", self.said.trim());
            return Some(blocked("not-its-own", text, "Esc clears it; then choose what comes nearest."));
        }
        let text =
            format!("\"{}\" is no load, no release, and no text that phones are known to show.", self.said);
        Some(blocked("not-known", text, "Esc clears it; then choose what comes nearest."))
    }
}
