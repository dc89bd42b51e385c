//! The files that tell a phone what to run, made for each phone and each hop.
//!
//! Rules of the loaders (`classic-phones` 4.1, 4.2): no comments, no blanks around a load name, no extension behind it,
//! never without a load name, and small: a classic loader takes 8 192 bytes.

mod account;
mod line;
mod load_name;
mod named;
mod text;
mod xml;

pub use account::{Account, BadAccount, Secret};
pub use line::Line;
pub use load_name::{Unmade, load_name};
pub use named::named_load;
pub use text::{os79xx, text_config};
pub use xml::{DefaultLoad, Sep, sep, xml_default};

#[cfg(test)]
mod tests;
