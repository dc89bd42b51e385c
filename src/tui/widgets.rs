//! Parts that pages are made of.

pub(super) mod events;
pub(super) mod figure;
pub(super) mod overlay;
pub(super) mod pane;
pub(super) mod row;
pub(super) mod text;
