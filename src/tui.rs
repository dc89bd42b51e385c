//! The screen: a [`Model`] that folds events, [`update`] that changes it, [`view`] that draws it.
//!
//! No clock, no environment, no input or output in here: the app hands in [`Msg`]s and carries out [`Effect`]s. Drawing and
//! mouse share one [`layout`], so a click lands on what is seen.

mod glance;
mod hand;
mod keys;
mod layout;
mod log;
mod model;
mod mouse;
mod msg;
mod pages;
mod panes;
mod plain;
mod theme;
mod update;
mod view;
mod widgets;
pub mod wizard;

pub use hand::Hand;
pub use layout::{Areas, layout};
pub use log::Log;
pub use model::{Mode, Model, Overlay, Page, Setup};
pub use msg::{Command, Effect, Msg};
pub use plain::Plain;
pub use theme::Theme;
pub use update::update;
pub use view::view;
