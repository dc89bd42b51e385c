//! The contract between the engine and everybody who watches it: one typed event for all that happens.
//!
//! An event is never edited. Screen, report, replay and the engine itself fold the same events
//! ([`crate::session::State::apply`]); the journal writes them one a line.

mod bench;
mod case;
mod file;
mod hand;
mod kind;
mod phone;
mod said;

pub use bench::{GivenAccount, HopSummary, PhoneSummary, Session, Summary};
pub use case::{Severity, Verdict};
pub use file::{ReadFailure, Role};
pub use hand::{ClosedBy, Order, Remedy, Request};
pub use kind::Kind;
pub use phone::{Condition, Fingerprint, Identity, Likely, Looks, NoPlan, Plan, PlannedHop};
pub use said::{Evidence, Source, weight};

use crate::clock::Instant;
use crate::phone_id::Mac;

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Its number in the session, from 1, without gaps. Proofs quote it.
    pub n: u64,
    /// When.
    pub at: Instant,
    /// The phone it concerns.
    pub phone: Option<Mac>,
    /// What.
    pub kind: Kind,
}
