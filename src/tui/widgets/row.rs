//! One phone in one line.

use super::text::{pad, spread};
use crate::session::{Phone, words};
use crate::tui::glance::{self, Standing};
use crate::tui::{Model, widgets::pane};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

/// Columns that carry the percentage and the clock; narrower lines go without the first.
const WITH_PERCENT: u16 = 66;
/// Columns from which there is room for the load it is on.
const WITH_LOAD: u16 = 96;

/// Mark, number, model, MAC tail, hop, stage, hundredths, clock, and whether it may be unplugged.
pub(in crate::tui) fn render(
    model: &Model,
    phone: &Phone,
    number: usize,
    chosen: bool,
    area: Rect,
    buf: &mut Buffer,
) {
    let theme = model.theme;
    let standing = glance::standing(phone);
    let style = theme.of(standing.meaning());
    let hop = glance::hop(phone).filter(|_| phone.closed.is_none());
    let hop = hop.map_or_else(String::new, |(k, n)| format!("{k}/{n}"));
    let mut left = vec![
        Span::styled(standing.mark(), style),
        Span::styled(format!(" {number:>3} "), theme.dim()),
        Span::styled(pad(glance::model(phone), 9), theme.bold()),
        Span::raw(phone.mac.tail()),
        Span::styled(format!("  {hop:<5}"), theme.dim()),
    ];
    let doing = words::doing(phone);
    left.push(match standing {
        Standing::Working => Span::raw(pad(&doing, 20)),
        _ => Span::styled(pad(standing.word(), 20), style),
    });
    if area.width >= WITH_LOAD
        && let Some(load) = phone.due()
    {
        left.push(Span::styled(load.to_owned(), theme.dim()));
    }
    let mut right = Vec::new();
    if area.width >= WITH_PERCENT {
        let percent = glance::percent(phone).map_or_else(String::new, |p| format!("{p} %"));
        right.push(Span::raw(format!("{percent:>5}")));
    }
    let clock = match &phone.closed {
        Some(closed) => words::clock(closed.at.since(phone.first_seen)),
        None => glance::wait(phone, model.now).clock,
    };
    right.push(Span::raw(format!("{clock:>6}  ")));
    right.push(pane::power(theme, phone));
    if !phone.keep_powered() {
        // Both words end in the same column.
        right.pop();
        right.push(Span::styled(pad("safe", 13), theme.dim()));
    }
    let mut line: Line<'static> = spread(left, right, usize::from(area.width));
    if chosen {
        // One bar: a colour of its own for each part would leave holes in it.
        for span in &mut line.spans {
            span.style = theme.bold().add_modifier(Modifier::REVERSED);
        }
    }
    line.render(area, buf);
}
