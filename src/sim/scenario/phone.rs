//! The phones of a scenario, one entry for several alike, and what must become of them.

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

/// What must have come out at the end.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// What the program must say.
    pub verdict: Verdict,
    /// What the phone must really run; empty: nothing.
    pub running: Option<String>,
    /// Symptoms that must have been named.
    #[serde(default)]
    pub symptoms: Vec<String>,
    /// Symptoms that chance may bring besides; none else may be named.
    #[serde(default)]
    pub may: Vec<String>,
    /// The loads it must have been led through, the last one included.
    #[serde(default)]
    pub hops: Vec<String>,
}

/// The three words of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Proven.
    Recovered,
    /// Nothing proves or contradicts it.
    Unproven,
    /// Contradicted.
    Failed,
}

impl PhoneEntry {
    /// The `n`th phone of the entry at that place in the file, both counted from 0.
    pub(super) fn spec(&self, place: u64, n: u8) -> PhoneSpec {
        let n = u64::from(n);
        PhoneSpec {
            model: self.model.clone(),
            mac: counted_on(self.mac.unwrap_or_else(|| made_up(place)), n),
            state: self.state,
            load: self.load.clone(),
            loader: self.loader.clone(),
            takes_up_to: self.takes_up_to.clone(),
            needs_at_least: self.needs_at_least.clone(),
            stored_lease: self.stored_lease,
            power_at: self.power_at + 2 * n,
            faults: self.faults.clone(),
        }
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
