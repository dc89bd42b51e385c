//! The log, newest at the bottom.

use super::pane::frame;
use super::text::{fit, wrap};
use crate::tui::Model;
use crate::tui::log::{Entry, Field};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget};

/// How much of an event is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::tui) enum Style {
    /// What fits in a line.
    OneLine,
    /// Everything.
    Whole,
    /// Everything but the phone it is about.
    OfOnePhone,
}

/// The log in a frame.
pub(in crate::tui) fn render(model: &Model, style: Style, area: Rect, buf: &mut Buffer) {
    if area.height < 3 {
        return;
    }
    let theme = model.theme;
    let log = &model.log;
    let mut right = Vec::new();
    let fields = [(Field::Filter, "/", &log.filter), (Field::Search, "search:", &log.search)];
    for (field, name, text) in fields {
        let typing = log.typing == Some(field);
        if typing || !text.is_empty() {
            let cursor = if typing { "_" } else { "" };
            let style = if typing { theme.accent() } else { theme.bold() };
            right.push(Span::styled(format!(" {name} {text}{cursor} "), style));
        }
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
        let mut told = told(model, entry, columns, style);
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
pub(in crate::tui) fn told(model: &Model, entry: &Entry, columns: usize, style: Style) -> Vec<Line<'static>> {
    let dim = model.theme.dim();
    // What is searched has a mark in the air before the sentence.
    let sought = model.log.is_sought(entry);
    let gap = if sought { " ▸" } else { "  " };
    let mut before =
        vec![Span::styled(format!("{:>9}", entry.time()), dim), Span::styled(gap, model.theme.accent())];
    if style != Style::OfOnePhone {
        before.push(Span::raw(format!("{}  ", entry.tail())));
    }
    before.push(Span::styled(format!("{:<5}  ", entry.area), dim));
    let indent: usize = before.iter().map(Span::width).sum();
    let room = columns.saturating_sub(indent).max(1);
    let texts = if style == Style::OneLine { vec![fit(&entry.text, room)] } else { wrap(&entry.text, room) };
    let usual = if entry.usual { dim } else { ratatui::style::Style::new() };
    let ink = entry.meaning.map_or(usual, |m| model.theme.of(m));
    texts
        .into_iter()
        .map(|text| {
            let mut spans = std::mem::replace(&mut before, vec![Span::raw(" ".repeat(indent))]);
            spans.push(Span::styled(text, ink));
            Line::from(spans)
        })
        .collect()
}
