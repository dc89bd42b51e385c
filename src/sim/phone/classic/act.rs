//! What a part of the firmware of a classic phone can want.

use crate::sim::phone::machine::{Ask, Context, Patience, Step};
use crate::sim::phone::model::Pace;

/// Buffers of the loader, in bytes.
pub(super) const CONFIG_BYTES: usize = 8_192;
pub(super) const CTL_BYTES: usize = 32_768;
pub(super) const LOADER_BYTES: usize = 393_216;
pub(super) const APPLICATION_BYTES: usize = 786_432;

/// What is to be written.
#[derive(Clone, Debug)]
pub(super) enum Burn {
    /// A single image over everything.
    Whole(String),
    /// The universal loader over a single image: nothing is left but the loader.
    FirstLoader(String),
    Loader(String),
    Application(String),
}

/// What a part of the firmware wants.
#[derive(Debug)]
pub(super) enum Act {
    Do(Step),
    Burn(Burn),
    /// The loader starts the application.
    Launch,
    /// The application restarts the phone to get this load.
    Reset(String),
}

/// A configuration file.
pub(super) fn config(name: String, cx: &mut Context<'_>) -> Act {
    ask(name, CONFIG_BYTES, Pace::FileGap, Patience::Loader, cx)
}

pub(super) fn ask(name: String, limit: usize, gap: Pace, patience: Patience, cx: &mut Context<'_>) -> Act {
    Act::Do(Step::Fetch(Ask { name, after: cx.draw(gap), limit, patience, check_name: false }))
}
