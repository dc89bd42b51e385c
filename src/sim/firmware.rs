//! Synthetic firmware with the real layout, for rehearsals and tests. No octet of a vendor is in it.
//!
//! The bytes are written here by hand, not with the parsers of [`crate::firmware`], so that each checks the other.
//! Sizes and layout: measured on public copies of real sets (cmterm archives of 8.5(4), 9.4(2)SR1, P0S3-8-12-00).

mod classic;
pub mod damage;
mod envelope;
mod files;
mod java;
mod noise;

pub use envelope::sign;
pub use files::{Files, Scale};

use crate::load::{Family, LoadName};

/// All files of a load as its archive has them; empty when the name isn't a load's.
#[must_use]
pub fn set(load_name: &str, seed: u64, scale: Scale) -> Files {
    let name = load_name.trim().trim_end_matches(".loads");
    match name.parse::<LoadName>() {
        Ok(load) if load.family == Family::Classic => classic::set(name, &load, seed, scale),
        Ok(load) => java::set(name, &load, seed, scale),
        Err(_) => Files::new(),
    }
}

#[cfg(test)]
mod tests;
