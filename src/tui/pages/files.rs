//! Where is the firmware?

use crate::tui::Model;
use crate::tui::panes::{Pane, Text};
use crate::tui::theme::Meaning;
use crate::tui::widgets::text::fit_end;
use crate::tui::wizard::Wizard;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// Columns kept for what is typed.
const TYPED: usize = 24;

pub(super) fn panes(model: &Model, wizard: &Wizard, body: Rect) -> Vec<Pane> {
    let theme = model.theme;
    let folder = &wizard.folder;
    let mut rows = Text::new(theme, Pane::columns(body));
    let items = folder.items(&wizard.places);
    for (n, item) in items.iter().enumerate() {
        rows.choice((n, folder.at), &item.name, &item.note, Style::new());
    }
    if let Some(why) = &folder.error {
        rows.item("✗", why, theme.of(Meaning::Wrong), Style::new());
    }
    if items.is_empty() {
        rows.say("Nothing here has that in its name. Esc clears it.", theme.dim());
    } else if folder.hidden > 0 && !folder.is_path() {
        let said = match folder.hidden {
            1 => "  1 other file can't be firmware and is not shown".to_owned(),
            n => format!("  {n} other files can't be firmware and are not shown"),
        };
        rows.say(&said, theme.dim());
    }
    let path = if folder.is_path() { "a path".to_owned() } else { folder.path.display().to_string() };
    let path = fit_end(&path, Pane::columns(body).saturating_sub(TYPED));
    let mut pane = Pane::list(body, path, rows.rows, folder.at);
    if !folder.typed.is_empty() {
        pane.right = format!("{}_", fit_end(&folder.typed, TYPED - 3));
    }
    vec![pane]
}
