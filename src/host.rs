//! The laptop: its files, its interfaces and addresses, what stands in the way of a session, its state folder.
//!
//! What is changed on it is written down first ([`ledger`]) and undone whatever happens ([`setup`]). Everything that
//! differs between operating systems stands behind [`system::System`].

pub mod aloud;
pub mod change;
pub mod doctor;
pub mod files;
pub mod interfaces;
pub mod keeper;
pub mod ledger;
pub mod linux;
pub mod macos;
pub mod owner;
pub mod plan;
pub mod privileges;
pub mod probe;
pub mod remedy;
pub mod run;
pub mod setup;
pub mod state;
pub mod system;
pub mod windows;
pub mod wire;
