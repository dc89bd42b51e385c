//! One page at a time.

mod account;
mod bench;
mod files;
mod keys;
mod load;
mod log;
mod network;
mod phone;
mod ready;
mod report;
mod review;
mod which;

pub(super) use bench::advice;
pub(super) use phone::about;

use super::panes::Pane;
use super::{Areas, Model, Page, layout, widgets};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Draws the page.
pub(super) fn render(model: &Model, areas: &Areas, buf: &mut Buffer) {
    match model.page {
        Page::Bench => bench::render(model, areas, buf),
        Page::Phone(mac) => phone::render(model, mac, areas, buf),
        Page::Log => log::render(model, areas, buf),
        _ => areas.panes.iter().for_each(|pane| pane.render(model, buf)),
    }
}

/// The panes of a page that is made of them.
pub(super) fn panes(model: &Model, body: Rect) -> Vec<Pane> {
    let wizard = model.wizard.as_deref();
    match (model.page, wizard) {
        (Page::Keys, _) => keys::panes(model, body),
        (Page::Report, _) => report::panes(model, body),
        (Page::Model, Some(wizard)) => which::model(model, wizard, body),
        (Page::Shows, Some(wizard)) => which::shows(model, wizard, body),
        (Page::Practise, Some(wizard)) => which::practise(model, wizard, body),
        (Page::Load, Some(wizard)) => load::load(model, wizard, body),
        (Page::Files, Some(wizard)) => files::panes(model, wizard, body),
        (Page::Account, Some(wizard)) => account::panes(model, wizard, body),
        (Page::Network, Some(wizard)) => network::panes(model, wizard, body),
        (Page::Ready, Some(wizard)) => ready::panes(model, wizard, body),
        (Page::Review, Some(wizard)) => review::panes(model, wizard, body),
        _ => Vec::new(),
    }
}

/// How far that which is scrolled now can be scrolled.
pub(super) fn last_line(model: &Model) -> u16 {
    let area = Rect::new(0, 0, model.size.0, model.size.1);
    match (model.overlay, model.page) {
        (Some(overlay), _) => widgets::overlay::last_line(model, overlay, area),
        (None, Page::Phone(mac)) => phone::last_line(model, mac, &layout(area, model)),
        (None, _) => {
            let lines = layout(area, model).panes.iter().map(Pane::last_line).max();
            widgets::text::cells(lines.unwrap_or(0))
        }
    }
}
