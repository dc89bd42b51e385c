//! What `inspect` says about a shelf: for people within 80 columns, and for scripts.

mod json;
mod text;

pub use json::{FileReport, LoadReport, MemberReport, ModelReport, Report, json};
pub use text::text;
