//! The laptop made ready for a session, and put back: whatever ends the session, dropping a [`Setup`] undoes it.

use super::aloud;
use super::ledger::{Ledger, LedgerError, Mark, Undone};
use super::run::Trouble;
use super::state::restore_line;
use super::system::{Announcement, Change, System};
use std::net::Ipv4Addr;
use std::path::Path;

/// Changes to the laptop that last as long as this value.
pub struct Setup {
    system: Box<dyn System>,
    ledger: Ledger,
    /// Addresses that must be there, whether they were set by us or were there before.
    wanted: Vec<Change>,
}

impl Setup {
    /// Begins with an empty ledger: what an earlier session left is undone first; the second value says what.
    #[must_use]
    pub fn begin(system: Box<dyn System>, mut ledger: Ledger) -> (Self, Undone) {
        let undone = ledger.undo_all(system.as_ref());
        (Self { system, ledger, wanted: Vec::new() }, undone)
    }

    /// Gives the interface this address: its manager lets go, it is switched on, the address is added. What is so
    /// already is left as it is and is not put back later.
    ///
    /// # Errors
    /// The first step that failed; dropping the set-up undoes the steps before it.
    pub fn address(&mut self, interface: &str, address: Ipv4Addr, prefix: u8) -> Result<(), LedgerError> {
        let system = self.system.as_ref();
        let held =
            self.ledger.changes().any(|c| matches!(c, Change::Hold { interface: i, .. } if i == interface));
        if !held && let Some(manager) = system.manager(interface)? {
            let had = system.belongings(interface, manager);
            self.ledger.make(system, &Change::Hold { interface: interface.to_owned(), manager, had })?;
        }
        let change = Change::Address { interface: interface.to_owned(), address, prefix };
        self.wanted.push(change.clone());
        // Looked at now: who has just been told to let go may have taken away what it had set. What can't be seen must not
        // count as switched off, or it would be switched off at the end.
        let seen = system.look(interface).ok_or_else(|| Trouble::NoInterface(interface.to_owned()))?;
        if !seen.up {
            self.ledger.make(system, &Change::Up { interface: interface.to_owned() })?;
        }
        if seen.addresses.contains(&(address, prefix)) {
            return Ok(());
        }
        self.ledger.make(system, &change)
    }

    /// Has the card let announcements of neighbours in, which say more of a phone than anything else. What it lets in
    /// already is left as it is.
    ///
    /// # Errors
    /// It can't be written down, or the system refused it; nothing depends on it.
    pub fn hear(&mut self, interface: &str) -> Result<(), LedgerError> {
        for what in Announcement::ALL {
            if !self.system.hears(interface, what) {
                self.change(&Change::Hear { interface: interface.to_owned(), what })?;
            }
        }
        Ok(())
    }

    /// Makes a change for as long as this value lasts; what was changed so already is left as it is.
    ///
    /// # Errors
    /// It can't be written down, or the system refused it.
    pub fn change(&mut self, change: &Change) -> Result<(), LedgerError> {
        if self.ledger.changes().any(|made| made == change) {
            return Ok(());
        }
        self.ledger.make(self.system.as_ref(), change)
    }

    /// The state folder that its changes are noted in.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.ledger.folder()
    }

    /// The operating system that is changed.
    #[must_use]
    pub fn system(&self) -> &dyn System {
        self.system.as_ref()
    }

    /// Adds one more address for the session, without a network around it.
    ///
    /// # Errors
    /// It can't be written down, or the system refused it.
    pub fn adopt(&mut self, interface: &str, address: Ipv4Addr) -> Result<(), LedgerError> {
        let change = Change::Address { interface: interface.to_owned(), address, prefix: 32 };
        self.ledger.make(self.system.as_ref(), &change)?;
        self.wanted.push(change);
        Ok(())
    }

    /// This address was added for the session.
    #[must_use]
    pub fn has_adopted(&self, adopted: Ipv4Addr) -> bool {
        self.wanted.iter().any(
            |change| matches!(change, Change::Address { address, prefix: 32, .. } if *address == adopted),
        )
    }

    /// Sets again what the system dropped: when the link drops, some systems take the address away. Gives the addresses
    /// that are there again.
    #[must_use]
    pub fn renew(&self) -> Vec<Ipv4Addr> {
        let mut again = Vec::new();
        for change in &self.wanted {
            let Change::Address { interface, address, prefix } = change else { continue };
            let Some(seen) = self.system.look(interface) else { continue };
            if seen.addresses.contains(&(*address, *prefix)) {
                continue;
            }
            // The interface may have come back switched off, as a replugged adapter does.
            if !seen.up {
                let _ = self.system.make(&Change::Up { interface: interface.clone() });
            }
            if self.system.make(change).is_ok() {
                again.push(*address);
            }
        }
        again
    }

    /// A place to go back to.
    #[must_use]
    pub const fn mark(&self) -> Mark {
        self.ledger.mark()
    }

    /// Puts back what was changed since then; what was changed before stays.
    pub fn back_to(&mut self, mark: Mark) -> Undone {
        self.ledger.undo_since(mark, self.system.as_ref())
    }

    /// Tells again what is told of an interface, which another adapter has taken the place of: the old one took it along.
    pub fn tell_again(&self, interface: &str) {
        for change in self.ledger.changes().filter(|change| change.subject() == interface) {
            if matches!(change, Change::Hold { .. } | Change::Hear { .. }) {
                let _ = self.system.make(change);
            }
        }
    }

    /// Puts everything back now.
    pub fn restore(&mut self) -> Undone {
        self.ledger.undo_all(self.system.as_ref())
    }
}

impl Drop for Setup {
    fn drop(&mut self) {
        for failed in self.restore().failed {
            let line = restore_line(self.folder());
            aloud::say(&format!("not put back: {failed}. `{line}` tries it again."));
        }
    }
}
