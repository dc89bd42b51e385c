//! The page that asks whether this computer is ready: its keys, and the expert's way past a refusal.

use super::update::go;
use super::{ReadyRow, Wizard};
use crate::job::Wish;
use crate::tui::{Effect, Model, Overlay, Page};
use crossterm::event::KeyCode;

/// Whether the chosen address can work, and what stands in the way on this computer.
pub(super) fn look(wizard: &mut Wizard) -> Vec<Effect> {
    let order = Box::new(wizard.order());
    wizard.preflight.number += 1;
    wizard.preflight.running = true;
    let number = wizard.preflight.number;
    vec![Effect::Check(order.clone()), Effect::Preflight { number, order }]
}

/// Enter on a row of the page.
pub(super) fn enter(model: &mut Model) -> Vec<Effect> {
    let Some(wizard) = &mut model.wizard else { return Vec::new() };
    if wizard.address.before.is_some() {
        return typed(wizard, true);
    }
    match wizard.ready_row() {
        ReadyRow::On if wizard.blocker(Page::Ready).is_none() => go(model, Page::Review),
        ReadyRow::Set if wizard.address.keep => return keep(wizard, false),
        ReadyRow::Set => edit(wizard),
        ReadyRow::Keep => return keep(wizard, true),
        ReadyRow::Ours => return give(wizard, true),
        ReadyRow::Theirs => return give(wizard, false),
        ReadyRow::Finding(_) if wizard.finding().is_some_and(|f| f.fix.is_some()) => {
            model.overlay = Some(Overlay::Fix);
        }
        ReadyRow::On | ReadyRow::Finding(_) => {}
    }
    Vec::new()
}

/// A key that is none for a field.
pub(super) fn key(model: &mut Model, code: KeyCode) -> Option<Vec<Effect>> {
    let wizard = model.wizard.as_mut()?;
    if wizard.address.before.is_some() {
        return Some(match code {
            KeyCode::Esc => typed(wizard, false),
            KeyCode::Enter | KeyCode::Up | KeyCode::Down | KeyCode::Tab => typed(wizard, true),
            KeyCode::Char('?') | KeyCode::F(1) => return None,
            _ => Vec::new(),
        });
    }
    match code {
        KeyCode::Char('a' | 'A') => {
            wizard.ready_at = 1;
            let effects = if wizard.address.keep { keep(wizard, false) } else { Vec::new() };
            edit(wizard);
            Some(effects)
        }
        KeyCode::Char('k' | 'K') => {
            let to = !wizard.address.keep;
            Some(keep(wizard, to))
        }
        KeyCode::Char('d' | 'D') => {
            let to = !wizard.dhcp;
            Some(give(wizard, to))
        }
        KeyCode::Char('r' | 'R') => Some(look(wizard)),
        _ => None,
    }
}

fn edit(wizard: &mut Wizard) {
    wizard.address.before = Some(wizard.address.typed.clone());
}

/// The end of typing an address; without `taken` what stood there before comes back.
fn typed(wizard: &mut Wizard, taken: bool) -> Vec<Effect> {
    let before = wizard.address.before.take().unwrap_or_default();
    if !taken {
        wizard.address.typed = before;
        return Vec::new();
    }
    // The next Enter goes on.
    wizard.ready_at = 0;
    if wizard.address.typed == before { Vec::new() } else { look(wizard) }
}

fn keep(wizard: &mut Wizard, keep: bool) -> Vec<Effect> {
    wizard.address.keep = keep;
    look(wizard)
}

fn give(wizard: &mut Wizard, dhcp: bool) -> Vec<Effect> {
    wizard.dhcp = dhcp;
    wizard.ready_at = if dhcp { 3 } else { 4 };
    look(wizard)
}

/// Has the program do what the finding under the cursor asks for.
pub(in crate::tui) fn fix(model: &Model) -> Vec<Effect> {
    let Some(wizard) = &model.wizard else { return Vec::new() };
    let finding = wizard.finding().filter(|f| f.fix.is_some());
    finding.map(|f| Effect::Fix { code: f.code.clone() }).into_iter().collect()
}

/// The technician has read what it may cost, and insists.
pub(in crate::tui) fn insist(model: &mut Model) -> Vec<Effect> {
    let page = model.page;
    let Some(wizard) = &mut model.wizard else { return Vec::new() };
    if page == Page::Load {
        let wishes: Vec<Wish> = wizard.offer().map(|offer| offer.targets).unwrap_or_default();
        wizard.forced.extend(wishes);
    } else {
        wizard.insists = true;
        // The program never sets an address on such an interface.
        wizard.address.keep |= wizard.port().is_some_and(|port| port.unfit.is_some());
    }
    Vec::new()
}

impl Wizard {
    /// Whether the technician may go on against the program's advice on this page.
    #[must_use]
    pub fn may_insist_on(&self, page: Page) -> bool {
        match page {
            Page::Load => self.may_insist(),
            Page::Network => self.port().is_some() && self.blocker(page).is_some(),
            // What is no address at all can't be insisted on.
            Page::Ready => {
                self.blocker(page).is_some_and(|b| self.preflight.open().any(|f| f.code == b.code))
            }
            _ => false,
        }
    }
}

/// Asks before something is done against the program's advice; `false` when there is nothing to insist on.
pub(super) fn ask_to_insist(model: &mut Model) -> bool {
    let may = model.wizard.as_ref().is_some_and(|wizard| wizard.may_insist_on(model.page));
    if may {
        model.overlay = Some(Overlay::Insist);
    }
    may
}
