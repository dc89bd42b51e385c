//! What the app answers to the wizard's wishes.

use super::update::go;
use super::{Entry, Finding, LoadRow, Port, Refused, Servers, Weight, Wizard, ready};
use crate::firmware::Shelf;
use crate::job::Blocker;
use crate::tui::{Effect, Model, Overlay, Page};
use std::path::PathBuf;

impl Wizard {
    /// The answers that firmware is for: what was asked for before an exercise was opened is for the real ones.
    #[must_use]
    pub fn real(&self) -> &Self {
        self.aside.as_deref().unwrap_or(self)
    }

    pub(super) fn real_mut(&mut self) -> &mut Self {
        if self.aside.is_none() {
            return self;
        }
        self.aside.get_or_insert_default()
    }
}

/// The folder that is to be read holds a great deal: nothing is read before a yes.
pub(in crate::tui) fn large(model: &mut Model, weight: Weight) {
    let Some(wizard) = model.wizard.as_deref_mut().map(Wizard::real_mut) else { return };
    (wizard.reading, wizard.weight) = (false, weight);
    model.overlay = Some(Overlay::Large);
}

/// The app has read firmware, or could not.
pub(in crate::tui) fn shelf(model: &mut Model, read: Result<(Shelf, Vec<PathBuf>), String>) {
    let page = model.page;
    let Some(wizard) = model.wizard.as_deref_mut().map(Wizard::real_mut) else { return };
    wizard.reading = false;
    let tried = wizard.folder.tried.take();
    match read {
        Ok((shelf, paths)) => {
            (wizard.shelf, wizard.paths) = (shelf, paths);
            (wizard.load_at, wizard.load_row) = (0, 0);
            wizard.forced.clear();
        }
        Err(why) => match tried.filter(|_| page == Page::Load) {
            // Back to where it can be mended.
            Some(typed) => {
                (wizard.folder.typed, wizard.folder.error, wizard.folder.at) = (typed, Some(why), 0);
                go(model, Page::Files);
            }
            None => wizard.unreadable = Some(why),
        },
    }
}

/// The app has looked into a folder, or could not.
pub(in crate::tui) fn listed(
    model: &mut Model,
    path: PathBuf,
    listing: Result<(Vec<Entry>, usize), String>,
    places: Vec<PathBuf>,
) {
    let Some(wizard) = &mut model.wizard else { return };
    wizard.places = places;
    let folder = &mut wizard.folder;
    match listing {
        Ok((entries, hidden)) => {
            if folder.path != path {
                // What was typed before the first folder was there is the beginning of a path.
                if !folder.path.as_os_str().is_empty() {
                    folder.typed.clear();
                }
                (folder.at, folder.path) = (0, path);
            }
            (folder.entries, folder.hidden, folder.error) = (entries, hidden, None);
        }
        Err(why) => folder.error = Some(why),
    }
}

/// The interfaces of this computer, as they are now. The chosen one stays chosen; when its link or its addresses have
/// changed, the rest is looked at again.
pub(in crate::tui) fn ports(model: &mut Model, ports: Vec<Port>) -> Vec<Effect> {
    let Some(wizard) = &mut model.wizard else { return Vec::new() };
    model.stale |= !std::mem::replace(&mut wizard.looked, true);
    if wizard.ports == ports {
        return Vec::new();
    }
    let before = wizard.port().cloned();
    let at = before.as_ref().and_then(|b| ports.iter().position(|port| port.name == b.name));
    let best = ports.iter().position(|port| port.recommended.is_some());
    wizard.port_at = at.or(best).unwrap_or(0);
    wizard.ports = ports;
    model.stale = true;
    let changed = wizard.port() != before.as_ref();
    if changed && model.page == Page::Ready { ready::look(wizard) } else { Vec::new() }
}

/// Whether the address can work on the interface.
pub(in crate::tui) fn checked(model: &mut Model, wrong: Option<Blocker>) {
    if let Some(wizard) = &mut model.wizard {
        wizard.address.wrong = wrong;
    }
}

/// What was found on this computer. An answer to an older look is too late.
pub(in crate::tui) fn preflight(model: &mut Model, number: u64, findings: Vec<Finding>) {
    let Some(wizard) = model.wizard.as_mut().filter(|w| w.preflight.number == number) else { return };
    let finding = wizard.finding().map(|f| f.code.clone());
    wizard.preflight.running = false;
    wizard.preflight.findings = findings;
    wizard.preflight.findings.sort_by_key(|f| std::cmp::Reverse(f.grade));
    // The cursor stays on what it was on.
    if let Some(code) = finding {
        let at = wizard.preflight.open().position(|f| f.code == code);
        let rows = wizard.ready_rows().len() - wizard.preflight.open().count();
        wizard.ready_at = at.map_or(0, |at| rows + at);
    }
}

/// What the program did about a finding: it is looked at again.
pub(in crate::tui) fn fixed(model: &mut Model, done: Result<String, String>) -> Vec<Effect> {
    model.stale = true;
    model.notice = Some(match done {
        Ok(done) => done,
        Err(why) => format!("That did not work: {why}"),
    });
    let Some(wizard) = &mut model.wizard else { return Vec::new() };
    ready::look(wizard)
}

/// A step towards servers that answer.
pub(in crate::tui) fn progress(model: &mut Model, step: String) {
    if let Some(wizard) = model.wizard.as_mut().filter(|w| w.servers == Servers::Starting) {
        wizard.steps.push(step);
    }
}

/// An exercise that the wizard itself refuses: its firmware on the page, the real answers kept.
pub(in crate::tui) fn refused(model: &mut Model, refused: Refused) {
    let Some(wizard) = model.wizard.take() else { return };
    let mut stage = Wizard {
        search: refused.model,
        said: if refused.from == "unknown" { String::new() } else { refused.from },
        shelf: refused.shelf,
        paths: vec![format!("exercise {}", refused.name).into()],
        practice: true,
        ..Wizard::default()
    };
    let unknown = stage.shows().iter().position(|show| show.id == "unknown");
    stage.shows_at = unknown.unwrap_or(0);
    let offers = stage.offers();
    stage.load_at = offers.iter().position(|o| o.title.eq_ignore_ascii_case(&refused.target)).unwrap_or(0);
    stage.load_row = stage.load_rows().iter().position(|r| *r == LoadRow::Offer(stage.load_at)).unwrap_or(0);
    stage.aside = Some(wizard);
    model.wizard = Some(Box::new(stage));
    (model.page, model.scroll) = (Page::Load, 0);
}
