//! Which SIP account?

use crate::tui::Model;
use crate::tui::panes::{Pane, Text, above, beside};
use crate::tui::theme::Meaning;
use crate::tui::widgets::text::fit_end;
use crate::tui::wizard::{Field, Wizard};
use ratatui::layout::Rect;
use ratatui::style::Style;

pub(super) fn panes(model: &Model, wizard: &Wizard, body: Rect) -> Vec<Pane> {
    let theme = model.theme;
    let form = &wizard.form;
    let [list, about] = if body.width >= 130 { beside(body, 74) } else { above(body, 10.min(body.height)) };
    let mut rows = Text::new(theme, Pane::columns(list));
    for (n, field) in Field::ALL.into_iter().enumerate() {
        let cursor = if n == form.at { "_" } else { "" };
        let shown = fit_end(&form.shown(field), Pane::columns(list).saturating_sub(19));
        let wrong = form.wrong() == Some(field);
        let (mark, style) = if wrong { ("▲", theme.of(Meaning::NeedsYou)) } else { (" ", Style::new()) };
        rows.choice((n, form.at), &format!("{mark} {:<13} {shown}{cursor}", field.label()), "", style);
    }
    let done = if form.is_empty() { "no account: back to the load" } else { "take it" };
    rows.choice((Field::ALL.len(), form.at), &format!("  {done}"), "", Style::new());
    let name = wizard.model().map_or("the phone".to_owned(), |m| format!("the {}", m.name));
    let list = Pane::list(list, format!("SIP account of {name}"), rows.rows, form.at);

    let mut text = Text::new(theme, Pane::columns(about));
    if let Some(field) = form.field() {
        text.say(field.hint(), Style::new());
        text.blank();
    }
    match form.account() {
        Ok(None) => text.say(
            "Without an account the phone gets its load alone, and shows that it is not registered; that is no fault of the load.",
            theme.dim(),
        ),
        Ok(Some(account)) => {
            let who = account.phone.map_or("Each phone led to SIP".to_owned(), |mac| mac.to_string());
            let said = format!("{who} registers as {account}, shown as {}.", account.display);
            text.item("✓", &said, theme.of(Meaning::Good), Style::new());
            let with = wizard.model().map_or("its configuration file", |m| {
                if m.family == crate::load::Family::Classic { "SIP<MAC>.cnf" } else { "SEP<MAC>.cnf.xml" }
            });
            text.say(
                &format!("It is written into {with} at the last hop. The phone keeps it and uses it wherever it reaches the exchange; on this bench it does not."),
                theme.dim(),
            );
        }
        Err(bad) => {
            text.item("▲", &bad.to_string(), theme.of(Meaning::NeedsYou), Style::new());
            text.say("With this it can't go on. On the page before, N drops the account.", theme.dim());
        }
    }
    let title = form.field().map_or("account", Field::label);
    vec![list, Pane::text(about, title, text.rows)]
}
