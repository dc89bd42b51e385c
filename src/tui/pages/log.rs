//! The log alone, every sentence whole.

use crate::tui::widgets::events;
use crate::tui::{Areas, Model};
use ratatui::buffer::Buffer;

pub(super) fn render(model: &Model, areas: &Areas, buf: &mut Buffer) {
    events::render(model, events::Style::Whole, areas.log, buf);
}
