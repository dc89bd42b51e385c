//! One page at a time.

mod bench;
mod log;
mod phone;

use super::{Areas, Model, Page, layout, widgets};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Draws the page.
pub(super) fn render(model: &Model, areas: &Areas, buf: &mut Buffer) {
    match model.page {
        Page::Bench => bench::render(model, areas, buf),
        Page::Phone(mac) => phone::render(model, mac, areas, buf),
        Page::Log => log::render(model, areas, buf),
    }
}

/// How far that which is scrolled now can be scrolled.
pub(super) fn last_line(model: &Model) -> u16 {
    let area = Rect::new(0, 0, model.size.0, model.size.1);
    match (model.overlay, model.page) {
        (Some(overlay), _) => widgets::overlay::last_line(model, overlay, area),
        (None, Page::Phone(mac)) => phone::last_line(model, mac, &layout(area, model)),
        (None, _) => 0,
    }
}
