//! Scenarios: virtual benches as TOML, with what must come out. Rehearsal and tests read the same files.

mod bench;
mod builtin;
mod phone;

pub use super::lan::LanSpec;
pub use super::phone::spec::{
    Break, Fault, OfferNeed, PhoneSpec, ServerField, Stage, StartState, StoredLease,
};
pub use super::router::RouterSpec;
pub use bench::{
    Action, BadScenario, Damage, Deed, ExtraFile, LineSpec, PlanSpec, Scenario, ServerSpec, ShelfSpec,
};
pub use builtin::builtin;
pub use phone::{Expect, PhoneEntry, Verdict};
