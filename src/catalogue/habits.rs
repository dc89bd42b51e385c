//! How often phones do a thing and how soon (`assets/catalogue/habits.toml`): the numbers from which conclusions are drawn.

use super::Confidence;
use serde::Deserialize;
use std::time::Duration;

/// A time.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Span {
    seconds: u64,
    what: String,
    source: String,
    confidence: Confidence,
}

/// A number of times.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Count {
    times: u32,
    what: String,
    source: String,
    confidence: Confidence,
}

/// One of them, for reading.
#[derive(Debug)]
pub struct Habit<'a> {
    /// Its name in the file.
    pub name: &'static str,
    /// Its value with its unit.
    pub value: String,
    /// What it means.
    pub what: &'a str,
    /// Where it is known from.
    pub source: &'a str,
    /// How sure it is.
    pub confidence: Confidence,
}

macro_rules! habits {
    ($($span:ident)* ; $($times:ident)*) => {
        /// All of them; what each means stands in the file.
        #[derive(Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct Habits {
            $($span: Span,)*
            $($times: Count,)*
        }

        impl Habits {
            $(
                #[doc = concat!("The time `", stringify!($span), "`.")]
                #[must_use]
                pub const fn $span(&self) -> Duration {
                    Duration::from_secs(self.$span.seconds)
                }
            )*
            $(
                #[doc = concat!("The number `", stringify!($times), "`.")]
                #[must_use]
                pub const fn $times(&self) -> u32 {
                    self.$times.times
                }
            )*

            /// All of them, for reading.
            #[must_use]
            pub fn all(&self) -> Vec<Habit<'_>> {
                vec![
                    $(Habit {
                        name: stringify!($span),
                        value: format!("{} s", self.$span.seconds),
                        what: &self.$span.what,
                        source: &self.$span.source,
                        confidence: self.$span.confidence,
                    },)*
                    $(Habit {
                        name: stringify!($times),
                        value: format!("{} times", self.$times.times),
                        what: &self.$times.what,
                        source: &self.$times.source,
                        confidence: self.$times.confidence,
                    },)*
                ]
            }
        }
    };
}

habits! {
    settle settle_silent same_start list_gap same_request same_reading lease_in_vain offers_for own_files_for;
    lists_at_starts lists_in_vain offers leases trust_lists own_files starts_past read_again refused_header
}
