//! The laptop: its files, its interfaces, its state folder.

pub mod files;
pub mod interfaces;
pub mod state;
