//! Firmware as people have it: archives, folders and single files become one [`Shelf`] in memory.
//!
//! Bytes go into an [`Intake`], a [`Shelf`] comes out: every file by its name, every load with its parts, and
//! every [`Problem`] in the words a technician reads. Nothing is judged by its extension alone and nothing is
//! written to disk; a hostile archive costs one problem and never more memory than `limits` says.

mod archive;
mod assemble;
mod bench;
pub mod cnu;
mod findings;
pub mod image;
mod intake;
mod kind;
mod known;
pub mod list;
mod loads;
mod names;
mod others;
mod problem;
pub mod report;
mod shelf;
pub mod signed;

pub use intake::{Intake, LeftOut};
pub use kind::Kind;
pub use known::Known;
pub use names::fold;
pub use problem::{CODES, Problem, Severity};
pub use shelf::{File, FileId, Load, Member, Set, SetId, Shelf};
