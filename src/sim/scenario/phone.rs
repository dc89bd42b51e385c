//! The phones of a scenario, one entry for several alike.

use super::{Expect, Scenario};
use crate::phone_id::Mac;
use crate::sim::phone::spec::{Fault, PhoneSpec, StartState, StoredLease};
use serde::Deserialize;

/// A phone, or several alike, and what must become of each.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PhoneEntry {
    /// As the command line names it.
    pub model: String,
    /// How many; each has its own MAC address.
    #[serde(default = "one")]
    pub count: u8,
    /// Of the first; the next ones count on. Made up from the place in the file when not given.
    pub mac: Option<Mac>,
    /// What is in its flash.
    pub state: StartState,
    /// The load it runs, or ran last.
    pub load: Option<String>,
    /// The version of its universal loader (`PAS3…`), where it has one.
    pub loader: Option<String>,
    /// The newest release that its boot code takes when it is wiped.
    pub takes_up_to: Option<String>,
    /// The oldest release that its hardware takes.
    pub needs_at_least: Option<String>,
    /// A lease of an earlier network.
    pub stored_lease: Option<StoredLease>,
    /// Seconds until it gets power; those after the first follow 2 s apart.
    #[serde(default)]
    pub power_at: u64,
    /// What is wrong with it.
    #[serde(default)]
    pub faults: Vec<Fault>,
    /// What must come out.
    pub expect: Expect,
}

const fn one() -> u8 {
    1
}

impl Scenario {
    /// The same bench with `n` phones: its kinds of phones in turn. What was done by hand to single phones is left out.
    #[must_use]
    pub fn with_phones(mut self, n: usize) -> Self {
        let kinds = self.phones.len().max(1);
        for (place, entry) in self.phones.iter_mut().enumerate() {
            let count = n / kinds + usize::from(place < n % kinds);
            entry.count = u8::try_from(count).unwrap_or(u8::MAX);
        }
        self.phones.retain(|entry| entry.count > 0);
        self.actions.clear();
        self
    }

    /// Every phone by itself, with what must become of it.
    #[must_use]
    pub fn phones(&self) -> Vec<(PhoneSpec, Expect)> {
        let mut all = Vec::new();
        for (place, entry) in (0u64..).zip(&self.phones) {
            for n in 0..u64::from(entry.count) {
                let first = entry.mac.unwrap_or_else(|| made_up(place));
                let spec = PhoneSpec {
                    model: entry.model.clone(),
                    mac: counted_on(first, n),
                    state: entry.state,
                    load: entry.load.clone(),
                    loader: entry.loader.clone(),
                    takes_up_to: entry.takes_up_to.clone(),
                    needs_at_least: entry.needs_at_least.clone(),
                    stored_lease: entry.stored_lease,
                    power_at: entry.power_at + 2 * n,
                    faults: entry.faults.clone(),
                };
                all.push((spec, entry.expect.clone()));
            }
        }
        all
    }
}

/// A MAC address of the vendor for the entry at that place.
fn made_up(place: u64) -> Mac {
    counted_on(Mac([0x00, 0x1b, 0x0c, 0x18, 0x00, 0x10]), place << 8)
}

/// The MAC address so many numbers further.
fn counted_on(mac: Mac, n: u64) -> Mac {
    let mut number = [0; 8];
    let (_, low) = number.split_at_mut(2);
    low.copy_from_slice(&mac.0);
    let [_, _, next @ ..] = (u64::from_be_bytes(number) + n).to_be_bytes();
    Mac(next)
}
