//! Where is the phone?

use crate::tui::Model;
use crate::tui::panes::{Pane, Text, above, beside};
use crate::tui::theme::Meaning;
use crate::tui::wizard::{Port, Wizard};
use ratatui::layout::Rect;
use ratatui::style::Style;

/// Its first address, and the length of its network.
pub(super) fn address(port: &Port) -> String {
    match port.addresses.first() {
        Some((address, prefix)) => format!("{address}/{prefix}"),
        None => "no address".to_owned(),
    }
}

pub(super) fn panes(model: &Model, wizard: &Wizard, body: Rect) -> Vec<Pane> {
    let theme = model.theme;
    let wanted = u16::try_from(wizard.ports.len() + 2).unwrap_or(u16::MAX);
    let [list, about] = if body.width >= 130 {
        beside(body, 76)
    } else {
        // Three sockets are seen in the smallest window.
        above(body, wanted.max(4).min(body.height.saturating_sub(10).max(5)))
    };
    let mut rows = Text::new(theme, Pane::columns(list));
    for (n, port) in wizard.ports.iter().enumerate() {
        let link = if port.up { "● link" } else { "○ no link" };
        let mark = match port {
            Port { unfit: Some(_), .. } => "✗ ",
            Port { recommended: Some(_), .. } => "✓ ",
            _ => "  ",
        };
        let style = if port.unfit.is_some() { theme.dim() } else { Style::new() };
        let friendly = port.friendly.as_ref().map(|f| format!(" ({f})")).unwrap_or_default();
        let note = format!("{:<18} {link:<9}", address(port));
        rows.choice((n, wizard.port_at), &format!("{mark}{}{friendly}", port.name), &note, style);
    }
    if wizard.ports.is_empty() {
        rows.say("This computer has no network interface.", theme.bold());
    }
    let mut list = Pane::list(list, "where is the phone?", rows.rows, wizard.port_at);
    list.right.push_str("seen live");

    let mut text = Text::new(theme, Pane::columns(about));
    if let Some(port) = wizard.port() {
        socket(model, port, &mut text);
    }
    if let Some(phone) = wizard.model() {
        text.blank();
        text.labelled("cable", &phone.jack, Style::new());
        text.labelled("power", &phone.power, Style::new());
    }
    let title = wizard.port().map_or("", |port| &port.name);
    vec![list, Pane::text(about, title, text.rows)]
}

/// What is known of a socket, and what to do about it.
fn socket(model: &Model, port: &Port, text: &mut Text) {
    let theme = model.theme;
    let (good, hand) = (theme.of(Meaning::Good), theme.of(Meaning::NeedsYou));
    let name = &port.name;
    if let Some(why) = &port.unfit {
        text.item("✗", &format!("No phone can be on {name}: {why}."), theme.of(Meaning::Wrong), theme.bold());
        text.labelled("do", "Choose the socket that the phone's cable is in.", theme.bold());
        return;
    }
    if let Some(why) = &port.recommended {
        text.item("✓", &format!("{name} is the one to choose: {why}."), good, Style::new());
    }
    if port.up {
        let speed = port.speed.map(|s| format!(" with {s} Mb/s")).unwrap_or_default();
        let seen = format!("{name} has a link{speed}: something is plugged in and powered.");
        text.item("●", &seen, good, Style::new());
    } else {
        text.item("▲", &format!("{name} has no link."), hand, Style::new());
        let todo = "Plug the cable into the phone or its switch. You can go on: it is looked at again while you wait.";
        text.labelled("do", todo, theme.bold());
    }
    if port.internet {
        let seen = format!(
            "{name} is this computer's own way to the internet: others on that network would be next to your phones."
        );
        text.item("▲", &seen, hand, Style::new());
        text.labelled(
            "do",
            "Use another socket, or unplug the cable that leads to the office.",
            theme.bold(),
        );
    }
}
