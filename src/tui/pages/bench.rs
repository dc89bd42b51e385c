//! All phones, and the end of the log.

use crate::session::Phone;
use crate::tui::layout::Density;
use crate::tui::widgets::text::wrap;
use crate::tui::widgets::{events, pane, row};
use crate::tui::{Areas, Mode, Model};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::{Paragraph, Widget};

pub(super) fn render(model: &Model, areas: &Areas, buf: &mut Buffer) {
    if model.state.phones.is_empty() {
        let bottom = areas.log.y;
        nobody(model, Rect { height: bottom.saturating_sub(areas.body.y), ..areas.body }, buf);
    }
    if areas.density == Density::List {
        frame_of_list(model, areas, buf);
        if let Some((number, phone)) = model.selected().and_then(|phone| numbered(model, phone.mac)) {
            pane::large(model, phone, number, areas.focus, buf);
        }
    }
    let chosen = model.selected().map(|phone| phone.mac);
    for (mac, area) in &areas.phones {
        let Some((number, phone)) = numbered(model, *mac) else { continue };
        match areas.density {
            Density::Large => pane::large(model, phone, number, *area, buf),
            Density::Medium => pane::medium(model, phone, number, *area, buf),
            Density::List => row::render(model, phone, number, chosen == Some(*mac), *area, buf),
        }
    }
    events::render(model, events::Style::OneLine, areas.log, buf);
}

/// A phone with its number on the bench: they are counted in the order in which they came.
pub(super) fn numbered(model: &Model, mac: crate::phone_id::Mac) -> Option<(usize, &Phone)> {
    model.state.phones.iter().enumerate().find(|(_, p)| p.mac == mac).map(|(i, p)| (i + 1, p))
}

fn frame_of_list(model: &Model, areas: &Areas, buf: &mut Buffer) {
    let theme = model.theme;
    let (count, seen) = (model.state.phones.len(), areas.phones.len());
    let mut block = pane::frame(theme.dim()).title_top(" phones ");
    if seen < count {
        let (from, to) = (areas.first + 1, areas.first + seen);
        block = block
            .title_top(Line::styled(format!(" {from} to {to} of {count} "), theme.bold()).right_aligned());
    }
    block.render(areas.list, buf);
}

/// What is shown before the first phone is there.
fn nobody(model: &Model, area: Rect, buf: &mut Buffer) {
    let theme = model.theme;
    let block = pane::frame(theme.accent()).title_top(" no phone yet ");
    let inner = block.inner(area);
    block.render(area, buf);
    let columns = usize::from(inner.width);
    let mut lines = Vec::new();
    for (i, text) in advice(model).iter().enumerate() {
        let style = if i == 0 { theme.bold() } else { ratatui::style::Style::new() };
        lines.extend(wrap(text, columns).into_iter().map(|line| Line::styled(line, style)));
    }
    Paragraph::new(lines).render(inner, buf);
}

/// What to do before the first phone is there, in sentences.
pub(in crate::tui) fn advice(model: &Model) -> &'static [&'static str] {
    match model.mode {
        Mode::Rehearsal => &["The first virtual phone is being switched on. Nothing to do."],
        Mode::Replay => &["This journal has no phone so far."],
        Mode::Serve if model.state.session.is_none() => {
            &["The servers are starting. Leave the phone off until they answer."]
        }
        Mode::Serve => &[
            "The servers answer. Now:",
            "1  Cable from this laptop (or its switch) to the phone's jack 10/100 SW.",
            "2  Power on: the Cisco cube, or a PoE port that suits the phone.",
            "It usually asks after 0:05 to 1:30 and then appears here by itself. Still nothing: check the cable, then \
             power it from the cube.",
        ],
    }
}
