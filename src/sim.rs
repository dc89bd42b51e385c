//! (in work)

pub mod firmware;
