//! Symbols as words: what stands on the screen, for a voice or a typewriter.

use crate::tui::panes::{Pane, Row, Said};
use crate::tui::widgets::text::wrap;
use ratatui::text::Line;

/// Columns of a line: what an old serial console shows.
const COLUMNS: usize = 78;

/// A heading, and what stands below it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Section {
    pub(super) title: String,
    pub(super) rows: Vec<Told>,
    /// The choice that is made, where there are any.
    pub(super) at: Option<usize>,
}

/// A sentence or a choice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) pick: Option<usize>,
    pub(super) text: String,
}

impl Section {
    pub(super) fn new(title: &str) -> Self {
        Self { title: spoken(title), ..Self::default() }
    }

    /// A pane; `None` when all of it is a drawing.
    pub(super) fn of(pane: &Pane) -> Option<Self> {
        // The screen shows a cursor behind what is typed.
        let title = match pane.right.trim_end_matches('_') {
            "" => pane.title.clone(),
            right => format!("{} ({right})", pane.title),
        };
        let rows: Vec<_> = pane.rows.iter().filter_map(|row| told(row, pane.at.is_some())).collect();
        let at = pane.at.filter(|at| rows.iter().any(|row| row.pick == Some(*at)));
        (!rows.is_empty()).then(|| Self { title: spoken(&title), rows, at })
    }

    pub(super) fn say(&mut self, text: &str) {
        self.rows.push(Told { pick: None, text: spoken(text) });
    }

    pub(super) fn choice(&mut self, n: usize, text: &str) {
        self.rows.push(Told { pick: Some(n), text: spoken(text) });
    }

    /// Lines that were made for the screen; drawings are left out.
    pub(super) fn lines<'a>(&mut self, lines: impl IntoIterator<Item = &'a Line<'a>>) {
        self.rows.extend(lines.into_iter().filter_map(drawn).map(|text| Told { pick: None, text }));
    }

    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        if !self.title.is_empty() {
            text.push_str(&self.title);
            text.push('\n');
        }
        for row in &self.rows {
            let chosen = if row.pick.is_some() && row.pick == self.at { "(chosen) " } else { "" };
            let mark = row.pick.map_or_else(String::new, |n| format!("{}. {chosen}", n + 1));
            text.push_str(&hanging(2, &format!("{mark}{}", row.text)));
        }
        text
    }
}

fn told(row: &Row, choices: bool) -> Option<Told> {
    let pick = row.pick.filter(|_| choices);
    let text = match &row.said {
        Said::Above => return None,
        Said::Drawn => drawn(&row.line)?,
        // Beside a choice stands a note, before a sentence a mark.
        Said::Whole { mark, text } if pick.is_some() => {
            let note = spoken(mark);
            // The cursor is told before a choice; that it is the one in force, behind it.
            let chosen = if text.contains('●') { " (chosen)" } else { "" };
            spoken(text) + chosen + if note.is_empty() { "" } else { ", " } + &note
        }
        Said::Whole { text, .. } if text.is_empty() => return None,
        Said::Whole { mark, text } => before(mark) + &spoken(text),
    };
    Some(Told { pick, text })
}

/// What stands before a sentence.
fn before(mark: &str) -> String {
    match mark {
        "" | "·" | "●" => String::new(),
        number if number.chars().all(|c| c.is_ascii_digit()) => format!("{number}. "),
        now if now.starts_with('▸') => format!("now: {}. ", now.trim_start_matches(['▸', ' '])),
        label if label.chars().all(|c| c.is_alphanumeric() || c == ' ') => format!("{label}: "),
        sign => format!("{} ", spoken(sign)),
    }
}

/// A line of the screen in words; `None` when it is a drawing.
fn drawn(line: &Line<'_>) -> Option<String> {
    // A label and its text; marks have no letter.
    if let [label, text] = line.spans.as_slice()
        && label.content.ends_with(' ')
        && label.content.contains(char::is_alphabetic)
    {
        return Some(format!("{}: {}", spoken(&label.content), spoken(&text.content)));
    }
    let text = line.to_string();
    let is_drawn = |c| ('\u{2500}'..='\u{259f}').contains(&c);
    if text.contains(is_drawn) || !text.contains(char::is_alphanumeric) {
        return None;
    }
    let text = text.trim();
    let now = text.strip_prefix("● ").map(|rest| format!("[now] {rest}"));
    Some(spoken(now.as_deref().unwrap_or(text)))
}

/// A text without symbols. Letters of any language stay: they may be in the name of a file.
pub(super) fn spoken(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let text = text.replace(" · ", ", ").replace(" → ", " to ");
    let mut spoken = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '✓' => spoken.push_str("[ok]"),
            '✗' => spoken.push_str("[no]"),
            '▲' => spoken.push_str("[!]"),
            '→' => spoken.push_str(" to "),
            '…' => spoken.push_str("..."),
            '↑' => spoken.push_str("up"),
            '↓' => spoken.push_str("down"),
            '“' | '”' => spoken.push('"'),
            '–' | '—' => spoken.push('-'),
            '×' => spoken.push('x'),
            // A word stands beside each of them.
            '●' | '○' | '▸' | '·' => {}
            c => spoken.push(c),
        }
    }
    let mut begins = true;
    let mut words = Vec::new();
    for word in spoken.split_whitespace() {
        let is_key = word.trim_matches(|c: char| !c.is_alphanumeric()) == "Esc";
        words.push(if is_key {
            word.replace("Esc", if begins { "Back" } else { "back" })
        } else {
            word.to_owned()
        });
        begins = word.ends_with(['.', ':']);
    }
    words.join(" ")
}

/// What is typed in lines for a key that they don't have.
pub(super) fn key(key: &str) -> &str {
    if key == "Esc" { "back" } else { key }
}

/// Lines of a paragraph, each ended.
pub(super) fn paragraph(text: &str) -> String {
    wrap(text, COLUMNS).into_iter().map(|line| line + "\n").collect()
}

/// Lines of a sentence that begins so many columns from the left, the rest of it two more.
pub(super) fn hanging(indent: usize, text: &str) -> String {
    let lines = wrap(text, COLUMNS - indent - 2).into_iter().enumerate();
    lines.map(|(i, line)| " ".repeat(indent + if i == 0 { 0 } else { 2 }) + &line + "\n").collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::panes::Text;
    use crate::tui::{Theme, theme::Meaning};
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    const THEME: Theme = Theme { colour: false, light: false, ascii: true };

    #[test]
    fn symbols_become_words() {
        assert_eq!(spoken("7960 ·18BDC1 · hop 3 → 4…"), "7960 18BDC1, hop 3 to 4...");
        assert_eq!(spoken("Nothing has that. Esc clears it."), "Nothing has that. Back clears it.");
        assert_eq!(spoken("Choose another socket (Esc)."), "Choose another socket (back).");
        assert_eq!(spoken("✗ “Häuser.zip”   ● link"), "[no] \"Häuser.zip\" link");
    }

    #[test]
    fn a_pane_is_told_whole_and_without_its_drawing() {
        let area = Rect::new(0, 0, 30, 9);
        let mut rows = Text::new(THEME, Pane::columns(area));
        rows.rows.push(Line::raw("╭──────╮").into());
        rows.rows.push(Line::raw("○ ○ ○ ○").into());
        rows.item("▲", "a sentence that is longer than the pane is wide", Style::new(), THEME.bold());
        rows.labelled("do", "one thing", THEME.of(Meaning::Good));
        rows.item("▸ 2", "press", Style::new(), Style::new());
        let section = Section::of(&Pane::text(area, "title", rows.rows)).unwrap();
        assert_eq!(
            section.text(),
            "title\n  [!] a sentence that is longer than the pane is wide\n  do: one thing\n  now: 2. press\n"
        );
    }

    #[test]
    fn the_choice_in_force_is_told_in_words() {
        let area = Rect::new(0, 0, 40, 9);
        let mut rows = Text::new(THEME, Pane::columns(area));
        rows.choice((0, 2), "address ● set one", "A: another", Style::new());
        rows.choice((1, 2), "○ keep it", "● link", Style::new());
        let section = Section::of(&Pane::list(area, "which?", rows.rows, 2)).unwrap();
        assert_eq!(section.text(), "which?\n  1. address set one (chosen), A: another\n  2. keep it, link\n");
    }

    #[test]
    fn choices_are_numbered_as_they_are_picked() {
        let area = Rect::new(0, 0, 20, 9);
        let mut rows = Text::new(THEME, Pane::columns(area));
        rows.choice((0, 1), "✓ a name that is cut on the screen", "note", Style::new());
        rows.choice((1, 1), "short", "", Style::new());
        let mut pane = Pane::list(area, "which?", rows.rows, 1);
        pane.right = "796_".into();
        let section = Section::of(&pane).unwrap();
        assert_eq!(
            section.text(),
            "which? (796)\n  1. [ok] a name that is cut on the screen, note\n  2. (chosen) short\n"
        );
        assert_eq!(section.at, Some(1));
    }
}
