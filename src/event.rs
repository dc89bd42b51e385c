//! (in work)

/// x
#[derive(Debug)]
pub struct Event;
