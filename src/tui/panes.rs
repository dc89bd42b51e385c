//! Panes made of rows, some of which can be chosen: what the wizard's pages are made of. Drawing, mouse and the line mode
//! ask the same rows.

use super::widgets::pane::frame;
use super::widgets::text::{pad, wrap};
use super::{Model, Theme};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget};

/// One line of a pane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) line: Line<'static>,
    /// The number of the choice that it is.
    pub(super) pick: Option<usize>,
    /// What it says where nothing is drawn.
    pub(super) said: Said,
}

/// What a row says where nothing is drawn.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Said {
    /// The words that are drawn, if it has any.
    #[default]
    Drawn,
    /// The whole sentence, before it was cut into rows.
    Whole {
        /// A mark or a label; often nothing.
        mark: String,
        /// The words.
        text: String,
    },
    /// A row above has said it.
    Above,
}

impl From<Line<'static>> for Row {
    fn from(line: Line<'static>) -> Self {
        Self { line, pick: None, said: Said::Drawn }
    }
}

/// Rows in a frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pane {
    pub(super) area: Rect,
    pub(super) title: String,
    pub(super) right: String,
    pub(super) rows: Vec<Row>,
    /// The choice that stays in sight; a pane without one is scrolled by the technician.
    pub(super) at: Option<usize>,
}

impl Pane {
    /// A pane of choices.
    pub(super) fn list(area: Rect, title: impl Into<String>, rows: Vec<Row>, at: usize) -> Self {
        Self { area, title: title.into(), right: String::new(), rows, at: Some(at) }
    }

    /// A pane to read.
    pub(super) fn text(area: Rect, title: impl Into<String>, rows: Vec<Row>) -> Self {
        Self { area, title: title.into(), right: String::new(), rows, at: None }
    }

    /// The columns inside the frame of a pane this wide.
    pub(super) fn columns(area: Rect) -> usize {
        usize::from(area.width.saturating_sub(4))
    }

    fn height(&self) -> usize {
        usize::from(self.area.height.saturating_sub(2))
    }

    /// How far it can be scrolled.
    pub(super) fn last_line(&self) -> usize {
        if self.at.is_some() { 0 } else { self.rows.len().saturating_sub(self.height()) }
    }

    /// The first row that is seen.
    fn first(&self, scroll: u16) -> usize {
        let most = self.rows.len().saturating_sub(self.height());
        match self.at {
            None => usize::from(scroll).min(most),
            Some(at) => {
                let row = self.rows.iter().rposition(|row| row.pick == Some(at)).unwrap_or(0);
                row.saturating_sub(self.height() * 2 / 3).min(most)
            }
        }
    }

    /// The choice under the mouse.
    pub(super) fn hit(&self, here: Position, scroll: u16) -> Option<usize> {
        let inside = self.area.contains(here) && here.y > self.area.y && here.y + 1 < self.area.bottom();
        let row = self.first(scroll) + usize::from(here.y.saturating_sub(self.area.y + 1));
        self.rows.get(row).filter(|_| inside)?.pick
    }

    pub(super) fn render(&self, model: &Model, buf: &mut Buffer) {
        let theme = model.theme;
        let first = self.first(model.scroll);
        let below = self.rows.len().saturating_sub(first + self.height());
        let style = if self.at.is_some() { theme.accent() } else { theme.dim() };
        let mut block = frame(style).title_top(format!(" {} ", self.title));
        if !self.right.is_empty() {
            let right = Line::styled(format!(" {} ", self.right), theme.bold());
            block = block.title_top(right.right_aligned());
        }
        if below > 0 {
            let more = if self.at.is_some() { "more" } else { "more, PgDn" };
            block = block.title_bottom(Line::from(format!(" {below} {more} ↓ ")).right_aligned());
        }
        let inner = block.inner(self.area);
        block.render(self.area, buf);
        let lines: Vec<_> =
            self.rows.iter().skip(first).take(self.height()).map(|r| r.line.clone()).collect();
        Paragraph::new(lines).render(inner, buf);
    }
}

/// Rows for reading, one below the other.
pub(super) struct Text {
    pub(super) rows: Vec<Row>,
    theme: Theme,
    columns: usize,
}

impl Text {
    pub(super) const fn new(theme: Theme, columns: usize) -> Self {
        Self { rows: Vec::new(), theme, columns }
    }

    pub(super) fn blank(&mut self) {
        if !self.rows.is_empty() {
            self.rows.push(Line::default().into());
        }
    }

    pub(super) fn heading(&mut self, text: &str) {
        self.blank();
        self.say(text, self.theme.accent());
    }

    pub(super) fn say(&mut self, text: &str, style: Style) {
        self.item("", text, Style::new(), style);
    }

    /// A mark or a label before the first line, the text beside it.
    pub(super) fn item(&mut self, mark: &str, text: &str, its: Style, style: Style) {
        let indent = if mark.is_empty() { 0 } else { super::widgets::text::width(mark) + 1 };
        for (i, line) in wrap(text, self.columns.saturating_sub(indent)).into_iter().enumerate() {
            let shown = if i == 0 { mark } else { "" };
            let spans = vec![Span::styled(pad(shown, indent), its), Span::styled(line, style)];
            let whole = || Said::Whole { mark: mark.trim().to_owned(), text: text.to_owned() };
            let said = if i == 0 { whole() } else { Said::Above };
            self.rows.push(Row { line: Line::from(spans), pick: None, said });
        }
    }

    pub(super) fn labelled(&mut self, label: &str, text: &str, style: Style) {
        self.item(&pad(label, 6), text, self.theme.dim(), style);
    }

    /// A choice: marked where the cursor is, bold with it; a dim word at the right.
    pub(super) fn choice(&mut self, (n, at): (usize, usize), name: &str, note: &str, style: Style) {
        let chosen = n == at;
        let mark = if chosen { "▸ " } else { "  " };
        let style = if chosen { self.theme.accent() } else { style };
        let left = vec![Span::styled(mark, self.theme.accent()), Span::styled(name.to_owned(), style)];
        let right =
            Vec::from_iter((!note.is_empty()).then(|| Span::styled(note.to_owned(), self.theme.dim())));
        let line = super::widgets::text::spread(left, right, self.columns);
        let said = Said::Whole { mark: note.trim().to_owned(), text: name.to_owned() };
        self.rows.push(Row { line, pick: Some(n), said });
    }
}

/// Two panes beside each other, the left one so wide.
pub(super) fn beside(body: Rect, left: u16) -> [Rect; 2] {
    let left = left.min(body.width);
    let right = Rect { x: body.x + left, width: body.width - left, ..body };
    [Rect { width: left, ..body }, right]
}

/// Two panes, one above the other, the upper one so high.
pub(super) fn above(body: Rect, upper: u16) -> [Rect; 2] {
    let upper = upper.min(body.height);
    [Rect { height: upper, ..body }, Rect { y: body.y + upper, height: body.height - upper, ..body }]
}
