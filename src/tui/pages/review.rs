//! Is all of it right? The whole plan in the technician's words, before anything is touched.

use super::network::address;
use crate::catalogue::{Catalogue, Kind};
use crate::load::Family;
use crate::route::Start;
use crate::session::words;
use crate::tui::panes::{Pane, Text, beside};
use crate::tui::theme::Meaning;
use crate::tui::wizard::{Grade, Offer, Order, Preflight, Servers, Wizard};
use crate::tui::{Model, Theme};
use ratatui::layout::Rect;
use ratatui::style::Style;
use std::time::Duration;

pub(super) fn panes(model: &Model, wizard: &Wizard, body: Rect) -> Vec<Pane> {
    let theme = model.theme;
    let title = "is all of it right?";
    if body.width >= 130 {
        let [left, right] = beside(body, body.width / 2);
        let mut phone = Text::new(theme, Pane::columns(left));
        standing(theme, wizard, &mut phone);
        phone.blank();
        the_phone(theme, wizard, true, &mut phone);
        what_is_seen(theme, wizard, &mut phone);
        let mut laptop = Text::new(theme, Pane::columns(right));
        this_laptop(theme, wizard, &mut laptop);
        return vec![Pane::text(left, title, phone.rows), Pane::text(right, "this computer", laptop.rows)];
    }
    let mut text = Text::new(theme, Pane::columns(body));
    standing(theme, wizard, &mut text);
    text.blank();
    the_phone(theme, wizard, false, &mut text);
    this_laptop(theme, wizard, &mut text);
    vec![Pane::text(body, title, text.rows)]
}

/// Where the servers stand.
fn standing(theme: Theme, wizard: &Wizard, text: &mut Text) {
    match &wizard.servers {
        Servers::Failed(why) => {
            let said = format!("The servers did not start. {}", why.text);
            text.item("✗", &said, theme.of(Meaning::Wrong), theme.bold());
            text.labelled("do", &why.remedy, theme.bold());
            text.choice((0, 0), "try again", "Enter", Style::new());
            text.labelled("", "What the attempt had changed is undone.", theme.dim());
        }
        Servers::Starting => {
            text.say("The servers are being started. Leave the phone off. Esc calls it off.", theme.bold());
            let last = wizard.steps.len().saturating_sub(1);
            for (n, step) in wizard.steps.iter().enumerate() {
                let (mark, style) = if n == last {
                    ("●", theme.of(Meaning::Working))
                } else {
                    ("✓", theme.of(Meaning::Good))
                };
                text.item(mark, step, style, Style::new());
            }
        }
        Servers::Off | Servers::On => {
            text.say("Nothing has been touched so far.", theme.bold());
            text.choice((0, 0), "start the servers, and do this:", "Enter", Style::new());
        }
    }
}

fn the_phone(theme: Theme, wizard: &Wizard, roomy: bool, text: &mut Text) {
    let phone = wizard.model().map_or("any phone that is recognised".to_owned(), |m| m.name.clone());
    let runs = wizard.typed_start().map(|start| format!(" · runs {start}, as typed"));
    let shows = runs.or_else(|| wizard.shown().map(|s| format!(" · {}", s.text))).unwrap_or_default();
    text.labelled("phone", &format!("{phone}{shows}"), Style::new());
    if let Some(offer) = wizard.offer() {
        the_way(theme, &offer, roomy, text);
    }
    if wizard.model().is_none() || wizard.start() == Start::Unknown {
        text.labelled("", "Planned anew for each phone as soon as the wire shows what it runs.", theme.dim());
    }
    if wizard.wants_account() {
        let said = match wizard.form.account() {
            Ok(Some(account)) => {
                let who = account.phone.map_or(String::new(), |mac| format!(" (only {mac})"));
                format!("account {account}, written at the last hop{who}")
            }
            _ => "no account: the phone gets its load alone".to_owned(),
        };
        text.labelled("SIP", &said, Style::new());
    }
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
}

/// The hops; each with its reason where there is room.
fn the_way(theme: Theme, offer: &Offer, roomy: bool, text: &mut Text) {
    for plan in &offer.plans {
        let hops: Vec<_> = plan.hops.iter().map(|hop| hop.load.as_str()).collect();
        let from = if offer.plans.len() > 1 { &plan.model } else { &plan.from };
        if roomy && offer.plans.len() == 1 && !hops.is_empty() {
            text.labelled(
                "way",
                &format!("from {from}, {} to take:", counted(hops.len(), "load")),
                theme.bold(),
            );
            for (n, hop) in plan.hops.iter().enumerate() {
                text.item(&format!("       {}", n + 1), &hop.load, theme.dim(), theme.bold());
                text.item("        ", &hop.why, Style::new(), theme.dim());
            }
        } else {
            let to = if hops.is_empty() { plan.to.clone() } else { hops.join(" → ") };
            text.labelled("way", &format!("{from} → {to}"), theme.bold());
        }
        if let Some(against) = &plan.forced {
            let said =
                format!("You insist on this, against the plan. {against} The journal and the report say so.");
            text.item("▲", &said, theme.of(Meaning::NeedsYou), theme.bold());
        }
    }
}

/// What the phone shows on the way, stage by stage, and which of them must not be cut off.
fn what_is_seen(theme: Theme, wizard: &Wizard, text: &mut Text) {
    let Some((family, stages)) = wizard.model().map(|m| (m.family, stages(m.family))) else { return };
    text.heading("What you will see, in each hop");
    for range in stages.iter().filter_map(|stage| Catalogue::builtin().stage(family, stage)) {
        let [least, most] = range.usual.map(|s| words::clock(Duration::from_secs(s.into())));
        let label = format!("{:<13}", format!("{least} to {most}"));
        text.item(&label, &range.screen, theme.dim(), Style::new());
        if range.do_not_unplug() {
            text.item(&" ".repeat(13), "DO NOT UNPLUG", Style::new(), theme.of(Meaning::NeedsYou));
        }
    }
}

/// The stages of one hop, in their order.
fn stages(family: Family) -> &'static [&'static str] {
    match Kind::of(family) {
        Kind::Classic => &["dhcp", "config", "list", "loader", "parts", "flashing"],
        Kind::Java => &["dhcp", "config", "list", "parts", "flashing"],
    }
}

fn counted(n: usize, word: &str) -> String {
    if n == 1 { format!("1 {word}") } else { format!("{n} {word}s") }
}

fn this_laptop(theme: Theme, wizard: &Wizard, text: &mut Text) {
    let flight = &wizard.preflight;
    if let Some(bad) = flight.open().find(|f| f.grade == Grade::Bad) {
        text.item(
            "▲",
            &format!("You go on although: {}", bad.seen),
            theme.of(Meaning::NeedsYou),
            theme.bold(),
        );
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
                "Phones that come to {server} on {} get files. Addresses come from the other DHCP server, which has to send option 150 = {server}.",
                order.interface
            )
        };
        text.labelled("answer", &who, Style::new());
    }
    let change = set(wizard, &order);
    text.labelled(
        "change",
        &format!(
            "{change} Announcements of phones (CDP, LLDP) are let in where the interface filters them. All of it is noted first and undone at the end, also after a crash."
        ),
        Style::new(),
    );
    let ports = if wizard.dhcp {
        "DHCP (67), TFTP (69), HTTP (6970), and where phones tell of themselves (2000, 5060), until you leave."
    } else {
        "TFTP (69) and HTTP (6970), until you leave."
    };
    text.labelled("ports", ports, Style::new());
    text.labelled(
        "notes",
        "A journal of the session is written, and a report beside it when a phone was there; no password is in them.",
        Style::new(),
    );
    if flight.count(Grade::Bad) == 0 {
        checks(theme, flight, text);
    }
}

/// What the look at this computer came to, where nothing is in the way.
fn checks(theme: Theme, flight: &Preflight, text: &mut Text) {
    if flight.running {
        text.labelled(
            "ready",
            "This computer is still being looked at; the start looks again itself.",
            theme.dim(),
        );
    } else if !flight.findings.is_empty() {
        let fine = flight.count(Grade::Fine);
        let more = flight.open().count();
        let more =
            if more > 0 { format!(", {} to know about", counted(more, "thing")) } else { String::new() };
        text.labelled("ready", &format!("{} as it should be{more}.", counted(fine, "check")), Style::new());
    }
}

/// What becomes of the addresses of the interface.
fn set(wizard: &Wizard, order: &Order) -> String {
    let keeps = || wizard.port().map(address).unwrap_or_default();
    match order.draft.server {
        Some(_) if order.keep => format!("{} keeps {}.", order.interface, keeps()),
        Some(server)
            if wizard.port().is_some_and(|p| p.addresses.contains(&(server, order.draft.prefix))) =>
        {
            format!("{} has {} already, and keeps it.{}", order.interface, keeps(), held(wizard))
        }
        Some(server) => {
            let beside = match wizard.port() {
                Some(port) if !port.addresses.is_empty() => format!(", beside {}", keeps()),
                _ => String::new(),
            };
            format!(
                "{} gets {server}/{} for the session{beside}.{}",
                order.interface,
                order.draft.prefix,
                held(wizard)
            )
        }
        None => String::new(),
    }
}

/// What setting an address brings with it.
fn held(wizard: &Wizard) -> &'static str {
    match wizard.port() {
        Some(port) if port.up => " NetworkManager or systemd-networkd is told to leave it alone.",
        _ => {
            " It is switched on if it is off, and NetworkManager or systemd-networkd is told to leave it alone."
        }
    }
}

/// How long all hops together usually take, from the stages of the catalogue.
fn usual_time(wizard: &Wizard) -> Option<String> {
    let family = wizard.model()?.family;
    let hops = u32::try_from(wizard.offer()?.plans.first()?.hops.len()).ok().filter(|n| *n > 0)?;
    let catalogue = Catalogue::builtin();
    let [least, most] =
        stages(family).iter().filter_map(|s| catalogue.stage(family, s)).fold([0, 0], |[a, b], s| {
            let [least, most] = s.usual;
            [a + least, b + most]
        });
    let clock = |s: u32| words::clock(Duration::from_secs((s * hops).into()));
    let word = if hops == 1 { "one hop".to_owned() } else { format!("{hops} hops") };
    let (least, most) = (clock(least), clock(most));
    Some(format!("{word}, usually {least} to {most}; the screen may look dead in between."))
}
