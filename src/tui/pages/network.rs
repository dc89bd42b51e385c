//! Where is the phone, and is all of it right?

use crate::catalogue::{Catalogue, Kind};
use crate::session::words;
use crate::tui::panes::{Pane, Text, above, beside};
use crate::tui::theme::Meaning;
use crate::tui::wizard::{Port, Servers, Wizard};
use crate::tui::{Model, Theme};
use ratatui::layout::Rect;
use ratatui::style::Style;
use std::time::Duration;

fn address(port: &Port) -> String {
    match port.addresses.first() {
        Some((address, prefix)) => format!("{address}/{prefix}"),
        None => "no address".to_owned(),
    }
}

/// Where is the phone?
pub(super) fn network(model: &Model, wizard: &Wizard, body: Rect) -> Vec<Pane> {
    let theme = model.theme;
    let wanted = u16::try_from(wizard.ports.len() + 4).unwrap_or(u16::MAX);
    let [list, about] = if body.width >= 130 {
        beside(body, 70)
    } else {
        above(body, wanted.min(body.height.saturating_sub(9)))
    };
    let mut rows = Text::new(theme, Pane::columns(list));
    for (n, port) in wizard.ports.iter().enumerate() {
        let link = if port.up { "● link" } else { "○ no link" };
        let chosen = if n == wizard.port_at { "✓ " } else { "  " };
        let style = if port.addresses.is_empty() { theme.dim() } else { Style::new() };
        let friendly = port.friendly.as_ref().map(|f| format!(" ({f})")).unwrap_or_default();
        let note = format!("{:<18} {link:<9}", address(port));
        rows.choice((n, wizard.port_row), &format!("{chosen}{}{friendly}", port.name), &note, style);
    }
    rows.blank();
    let (who, mark) = if wizard.dhcp { ("this program", "✓") } else { ("another DHCP server", "○") };
    let toggle = format!("{mark} addresses are given by {who} (D changes it)");
    rows.choice((wizard.ports.len(), wizard.port_row), &toggle, "", Style::new());
    let pane = Pane::list(list, "where is the phone?", rows.rows, wizard.port_row);

    let mut text = Text::new(theme, Pane::columns(about));
    if let Some(port) = wizard.port() {
        let own = port.addresses.first().map(|(a, _)| a.to_string());
        if own.as_deref().is_some_and(|a| a.starts_with("127.")) {
            let seen = "That is this computer alone: no phone can be plugged into it.";
            text.item("▲", seen, theme.of(Meaning::NeedsYou), Style::new());
        } else if port.up {
            text.item(
                "●",
                &format!("{} has a link: something is plugged in and powered.", port.name),
                theme.of(Meaning::Good),
                Style::new(),
            );
        } else {
            let seen = format!("{} has no link.", port.name);
            text.item("▲", &seen, theme.of(Meaning::NeedsYou), Style::new());
            let todo = "Plug the cable into the phone or its switch. You can go on: it is looked at again while you wait.";
            text.labelled("do", todo, theme.bold());
        }
        text.blank();
        match (&own, wizard.dhcp) {
            (None, _) => {}
            (Some(own), true) => {
                text.say(&format!("The servers answer on {own}, this interface only. Cisco phones get an address, everybody else is left alone."), Style::new());
                let todo = "Unplug every other DHCP server, such as a router, from this wire. If one has to stay, press D.";
                text.labelled("do", todo, Style::new());
            }
            (Some(own), false) => {
                text.say(
                    &format!(
                        "Only files are served, on {own}. Phones are recognised by the files they ask for."
                    ),
                    Style::new(),
                );
                let todo = format!(
                    "The other DHCP server has to send option 150 (or 66) = {own}. Nothing else of it is changed."
                );
                text.labelled("do", &todo, theme.bold());
            }
        }
    }
    if let Some(phone) = wizard.model() {
        text.blank();
        text.labelled("cable", &phone.jack, Style::new());
        text.labelled("power", &phone.power, Style::new());
    }
    vec![pane, Pane::text(about, "that wire", text.rows)]
}

/// Where the servers stand.
fn standing(theme: Theme, servers: &Servers, text: &mut Text) {
    match servers {
        Servers::Failed(why) => {
            text.item(
                "✗",
                &format!("The servers did not start. {}", why.text),
                theme.of(Meaning::Wrong),
                theme.bold(),
            );
            text.labelled("do", &why.remedy, theme.bold());
            text.blank();
        }
        Servers::Starting => text.say("The servers are being started…", theme.bold()),
        Servers::Off | Servers::On => {
            text.say(
                "Nothing has been touched so far. Enter starts the servers and does this:",
                theme.bold(),
            );
        }
    }
}

/// Is all of it right?
pub(super) fn review(model: &Model, wizard: &Wizard, body: Rect) -> Vec<Pane> {
    let theme = model.theme;
    let mut text = Text::new(theme, Pane::columns(body));
    standing(theme, &wizard.servers, &mut text);
    text.blank();
    let phone = wizard.model().map_or("any phone that is recognised".to_owned(), |m| m.name.clone());
    let shows = wizard.shown().map(|s| format!(" · {}", s.text)).unwrap_or_default();
    text.labelled("phone", &format!("{phone}{shows}"), Style::new());
    if let Some(offer) = wizard.offer() {
        for plan in &offer.plans {
            let hops: Vec<_> = plan.hops.iter().map(|hop| hop.load.as_str()).collect();
            let from = if offer.plans.len() > 1 { plan.model.clone() } else { plan.from.clone() };
            let to = if hops.is_empty() { plan.to.clone() } else { hops.join(" → ") };
            text.labelled("way", &format!("{from} → {to}"), theme.bold());
        }
        if wizard.model().is_none() || wizard.start() == crate::route::Start::Unknown {
            text.labelled(
                "",
                "Planned anew for each phone as soon as the wire shows what it runs.",
                theme.dim(),
            );
        }
    }
    let order = wizard.order();
    if let Some(server) = order.draft.server {
        let who = if wizard.dhcp {
            format!(
                "Cisco phones on {} get an address of {server}/{} and files. Other devices are left alone.",
                order.interface, order.draft.prefix
            )
        } else {
            format!(
                "Phones that come to {server} on {} get files. Addresses come from the other DHCP server.",
                order.interface
            )
        };
        text.labelled("answer", &who, Style::new());
    }
    let ports = if wizard.dhcp {
        "The ports of DHCP (67), TFTP (69) and for what phones tell of themselves (2000, 5060) are"
    } else {
        "UDP port 69 is"
    };
    text.labelled("laptop", &format!("Its addresses and settings stay as they are. {ports} used until you leave. A journal of the session is written."), Style::new());
    if let Some(time) = usual_time(wizard) {
        text.labelled("time", &time, Style::new());
    }
    if wizard.shown().is_some_and(|s| s.keys) {
        text.labelled("keys", "First the phone is reset with its keys; the coach follows.", Style::new());
    }
    text.labelled(
        "power",
        "Don't cut it while a phone says DO NOT UNPLUG on the Bench: it may cost the phone its firmware.",
        theme.bold(),
    );
    vec![Pane::text(body, "is all of it right?", text.rows)]
}

/// How long all hops together usually take, from the stages of the catalogue.
fn usual_time(wizard: &Wizard) -> Option<String> {
    let family = wizard.model()?.family;
    let hops = u32::try_from(wizard.offer()?.plans.first()?.hops.len()).ok().filter(|n| *n > 0)?;
    let catalogue = Catalogue::builtin();
    let stages: &[&str] = match Kind::of(family) {
        Kind::Classic => &["dhcp", "config", "list", "loader", "parts", "flashing"],
        Kind::Java => &["dhcp", "config", "list", "parts", "flashing"],
    };
    let [least, most] = stages.iter().filter_map(|s| catalogue.stage(family, s)).fold([0, 0], |[a, b], s| {
        let [least, most] = s.usual;
        [a + least, b + most]
    });
    let clock = |s: u32| words::clock(Duration::from_secs((s * hops).into()));
    let word = if hops == 1 { "one hop".to_owned() } else { format!("{hops} hops") };
    let (least, most) = (clock(least), clock(most));
    Some(format!("{word}, usually {least} to {most}; the screen may look dead in between."))
}
