//! What the mouse does. It hits what [`super::layout`] says is there, as drawing does.

use super::keys::Action;
use super::update::{acted, log_by, scroll};
use super::{Effect, Model, Page, layout, wizard};
use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::{Position, Rect};

/// Changes the model for the mouse, and says what the app shall do.
pub(super) fn moused(model: &mut Model, mouse: MouseEvent) -> Vec<Effect> {
    let by = match mouse.kind {
        MouseEventKind::ScrollUp => -1,
        MouseEventKind::ScrollDown => 1,
        MouseEventKind::Down(MouseButton::Left) => 0,
        _ => return Vec::new(),
    };
    model.stale = true;
    let areas = layout(Rect::new(0, 0, model.size.0, model.size.1), model);
    let here = Position::new(mouse.column, mouse.row);
    if model.overlay.is_none() && by == 0 {
        if let Some((step, _)) = areas.steps.iter().find(|(_, area)| area.contains(here)) {
            wizard::jump(model, *step);
            return Vec::new();
        }
        if let Some(row) = areas.panes.iter().find_map(|pane| pane.hit(here, model.scroll)) {
            return wizard::pick(model, row);
        }
    } else if model.overlay.is_none() && model.page.is_made_of_panes() {
        let over_list = areas.panes.iter().any(|pane| pane.at.is_some() && pane.area.contains(here));
        if over_list {
            wizard::move_by(model, by);
        } else {
            scroll(model, by * 3);
        }
        return Vec::new();
    }
    if model.overlay.is_some() || matches!(model.page, Page::Phone(_)) {
        scroll(model, by * 3);
    } else if by != 0 && areas.log.contains(here) {
        log_by(model, by * 3);
    } else if by != 0 {
        return acted(model, Action::Move(by));
    } else if let Some((mac, _)) = areas.phones.iter().find(|(_, area)| area.contains(here)) {
        // A second click opens what the first one chose.
        if model.chosen == Some(*mac) {
            return acted(model, Action::Open);
        }
        model.chosen = Some(*mac);
    }
    Vec::new()
}
