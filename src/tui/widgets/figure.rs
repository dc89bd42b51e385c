//! Drawings that tell phones apart: the screen, its line keys, the keypad.

use crate::catalogue::{Display, Model};
use crate::tui::Theme;
use crate::tui::panes::Row;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

/// Columns of a phone.
pub(in crate::tui) const WIDTH: usize = 38;
/// Rows of the keypad.
pub(in crate::tui) const KEYPAD: [[char; 3]; 4] =
    [['1', '2', '3'], ['4', '5', '6'], ['7', '8', '9'], ['*', '0', '#']];

/// A phone from the front.
pub(in crate::tui) fn phone(theme: Theme, model: &Model) -> Vec<Row> {
    // The 7931 has its keys in blocks of eight; a phone without line keys has one line.
    let (blocks, keys) = match model.lines {
        0 | 1 => (0, 0),
        2..=8 => (1, usize::from(model.lines)),
        more => (usize::from(more / 8), 8),
    };
    let screen_columns = if blocks > 1 {
        13
    } else if model.display == Display::Small {
        14
    } else {
        19
    };
    let screen_rows = if model.display == Display::Small { 3 } else { keys.max(5) };
    let dim = theme.dim();
    let edge = |left: &str, right: &str| {
        Row::from(Line::styled(format!("{left}{}{right}", "─".repeat(WIDTH - 2)), dim))
    };
    let mut rows = vec![edge("╭", "╮")];
    for row in 0..screen_rows {
        let middle = row == screen_rows / 2;
        let word = if middle { model.display.word() } else { "" };
        let inside = format!("{word:^0$}", screen_columns - 2);
        let screen = match row {
            0 => format!("╭{}╮", "─".repeat(screen_columns - 2)),
            last if last + 1 == screen_rows => format!("╰{}╯", "─".repeat(screen_columns - 2)),
            _ => format!("│{inside}│"),
        };
        let key = if row < keys { " ●".repeat(blocks) } else { String::new() };
        rows.push(line(theme, &handset(row == 0, false), &screen, &key));
    }
    for (n, pad) in KEYPAD.iter().enumerate() {
        let digits: String = pad.iter().flat_map(|key| [*key, ' ', ' ']).collect();
        rows.push(line(
            theme,
            &handset(false, n + 1 == KEYPAD.len()),
            &format!("     {}", digits.trim_end()),
            "",
        ));
    }
    rows.push(edge("╰", "╯"));
    rows
}

fn handset(first: bool, last: bool) -> String {
    if first {
        "╭──╮"
    } else if last {
        "╰──╯"
    } else {
        "│  │"
    }
    .to_owned()
}

fn line(theme: Theme, handset: &str, screen: &str, keys: &str) -> Row {
    let used = 2 + handset.chars().count() + 2 + screen.chars().count() + 1 + keys.chars().count();
    let rest = " ".repeat((WIDTH - 1).saturating_sub(used));
    Line::from(vec![
        Span::styled(format!("│ {handset}  "), theme.dim()),
        Span::styled(screen.to_owned(), Style::new()),
        Span::raw(" "),
        Span::styled(keys.to_owned(), theme.accent()),
        Span::styled(format!("{rest}│"), theme.dim()),
    ])
    .into()
}

/// A keypad with one key marked.
pub(in crate::tui) fn keypad(theme: Theme, marked: Option<char>) -> Vec<Row> {
    let dim = theme.dim();
    let mut rows = vec![Row::from(Line::styled("╭───────────╮", dim))];
    for keys in KEYPAD {
        let mut spans = vec![Span::styled("│", dim)];
        for (i, key) in keys.into_iter().enumerate() {
            let its = if marked == Some(key) { theme.badge() } else { Style::new() };
            spans.push(Span::styled(format!(" {key} "), its));
            if i < 2 {
                spans.push(Span::raw(" "));
            }
        }
        spans.push(Span::styled("│", dim));
        rows.push(Line::from(spans).into());
    }
    rows.push(Line::styled("╰───────────╯", dim).into());
    rows
}
