//! What is tried with a phone that takes an address and asks for nothing: one change to the reply at each of its starts.
//!
//! Nobody has ever explained that state (`peers` 5, F16; `java-phones` 6); people got out of it by accident, with another
//! server that happened to leave something out. This is that accident, in order.

use super::reply::{Order, Part, Variation};

/// One change.
#[derive(Clone, Copy, Debug)]
pub struct Attempt {
    /// In words: `without option 150`.
    pub change: &'static str,
    /// The reply.
    pub variation: Variation,
}

const FULL: Variation = Variation::FULL;

/// All changes, the most promising first. Padding is not among them: a full reply is longer than what it pads to. The last
/// one is only for phones that don't ask for a broadcast.
pub const ATTEMPTS: [Attempt; 12] = [
    Attempt { change: "without option 150", variation: FULL.without(Part::Option150) },
    Attempt {
        change: "with option 150 alone",
        variation: FULL.without(Part::Option66).without(Part::Siaddr).without(Part::Sname),
    },
    Attempt {
        change: "with its options in the order of their numbers",
        variation: FULL.ordered(Order::Ascending),
    },
    Attempt { change: "with option 150 first", variation: FULL.ordered(Order::First150) },
    Attempt { change: "without option 66", variation: FULL.without(Part::Option66) },
    Attempt { change: "without a next server", variation: FULL.without(Part::Siaddr) },
    Attempt { change: "without a server name", variation: FULL.without(Part::Sname) },
    Attempt { change: "without a DNS server", variation: FULL.without(Part::Dns) },
    Attempt { change: "without a router", variation: FULL.without(Part::Router) },
    Attempt { change: "without a lease time", variation: FULL.without(Part::LeaseTime) },
    // A loader that turns to HTTP first and finds something there that it can't use (`java-phones` 1.5).
    Attempt { change: "with TCP port 6970 closed", variation: FULL.without(Part::Web) },
    Attempt { change: "sent to its address alone", variation: FULL.unicast() },
];
