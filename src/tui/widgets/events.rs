//! The log, newest at the bottom.

use super::pane::frame;
use super::text::{fit, wrap};
use crate::tui::Model;
use crate::tui::log::Entry;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget};

/// Columns before the sentence.
const BEFORE: usize = 9 + 2 + 7 + 2 + 5 + 2;

/// The log in a frame. `whole`: sentences go on over several lines.
pub(in crate::tui) fn render(model: &Model, whole: bool, area: Rect, buf: &mut Buffer) {
    if area.height < 3 {
        return;
    }
    let theme = model.theme;
    let log = &model.log;
    let mut right = Vec::new();
    if log.typing || !log.filter.is_empty() {
        let cursor = if log.typing { "_" } else { "" };
        let style = if log.typing { theme.accent() } else { theme.bold() };
        right.push(Span::styled(format!(" / {}{cursor} ", log.filter), style));
    }
    right.push(if log.following() {
        Span::styled(" following ", theme.dim())
    } else {
        Span::styled(format!(" paused · {} newer ", log.newer()), theme.accent())
    });
    let block = frame(theme.dim()).title_top(" events ").title_top(Line::from(right).right_aligned());
    let inner = block.inner(area);
    block.render(area, buf);

    let (columns, rows) = (usize::from(inner.width), usize::from(inner.height));
    let mut lines: Vec<Line<'_>> = Vec::new();
    for entry in log.shown() {
        let mut told = told(model, entry, columns, whole);
        told.reverse();
        lines.extend(told);
        if lines.len() >= rows {
            break;
        }
    }
    lines.truncate(rows);
    lines.reverse();
    if lines.is_empty() && !log.filter.is_empty() {
        lines.push(Line::styled("No event fits the filter. Esc clears it.", theme.dim()));
    }
    Paragraph::new(lines).render(inner, buf);
}

/// One event in one line, or in as many as it takes.
pub(in crate::tui) fn told(model: &Model, entry: &Entry, columns: usize, whole: bool) -> Vec<Line<'static>> {
    let theme = model.theme;
    let room = columns.saturating_sub(BEFORE).max(1);
    let texts = if whole { wrap(&entry.text, room) } else { vec![fit(&entry.text, room)] };
    let style = entry.meaning.map(|m| theme.of(m)).unwrap_or_default();
    let before = [format!("{:>9}  ", entry.time()), entry.tail(), format!("  {:<5}  ", entry.area)];
    texts
        .into_iter()
        .enumerate()
        .map(|(i, text)| {
            let [time, tail, area] = before.clone();
            let mut spans = match i {
                0 => vec![Span::styled(time, theme.dim()), Span::raw(tail), Span::styled(area, theme.dim())],
                _ => vec![Span::raw(" ".repeat(BEFORE))],
            };
            spans.push(Span::styled(text, style));
            Line::from(spans)
        })
        .collect()
}
