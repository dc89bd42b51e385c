//! What shall it run, and where is the firmware?

use crate::catalogue::Catalogue;
use crate::firmware::Severity;
use crate::load::{Family, Protocol};
use crate::route::Plan;
use crate::tui::panes::{Pane, Text, above, beside};
use crate::tui::theme::Meaning;
use crate::tui::wizard::{Offer, Wizard};
use crate::tui::{Model, Theme};
use ratatui::layout::Rect;
use ratatui::style::Style;

/// What shall it run?
pub(super) fn load(model: &Model, wizard: &Wizard, body: Rect) -> Vec<Pane> {
    let theme = model.theme;
    let offers = wizard.offers();
    let rows_wanted = u16::try_from(offers.len() + 4).unwrap_or(u16::MAX);
    let [list, about] =
        if body.width >= 130 { beside(body, 60) } else { above(body, rows_wanted.min(body.height / 2)) };
    let mut rows = Text::new(theme, Pane::columns(list));
    for (n, offer) in offers.iter().enumerate() {
        let style = if offer.blocker.is_some() { theme.dim() } else { Style::new() };
        let mark = if offer.blocker.is_some() { "✗ " } else { "✓ " };
        rows.choice((n, wizard.load_at), &format!("{mark}{}", offer.title), &offer.note, style);
    }
    if wizard.reading {
        rows.say("  Reading the firmware…", theme.bold());
    }
    rows.choice((offers.len(), wizard.load_at), "+ add an archive or a folder (A)", "", Style::new());
    let name = wizard.model().map_or("each phone".to_owned(), |m| format!("the {}", m.name));
    let mut pane = Pane::list(list, format!("what shall {name} run?"), rows.rows, wizard.load_at);
    pane.right = wizard.shown().map_or(String::new(), |_| format!("now: {}", wizard.start()));

    let mut text = Text::new(theme, Pane::columns(about));
    if let Some(why) = &wizard.unreadable {
        text.item("✗", why, theme.of(Meaning::Wrong), theme.bold());
        text.blank();
    }
    match offers.get(wizard.load_at) {
        Some(offer) => the_way(theme, offer, &mut text),
        None if !wizard.reading => to_get(theme, wizard, offers.is_empty(), &mut text),
        None => {}
    }
    xray(theme, wizard, &mut text);
    let title = offers.get(wizard.load_at).map_or("firmware", |_| "the way there, and why");
    vec![pane, Pane::text(about, title, text.rows)]
}

fn the_way(theme: Theme, offer: &Offer, text: &mut Text) {
    for plan in &offer.plans {
        if offer.plans.len() > 1 {
            let names: Vec<_> = Catalogue::builtin().model(&plan.model).map_or_else(Vec::new, |m| {
                Catalogue::builtin().models_of(m.family).map(|m| m.name.as_str()).collect()
            });
            text.say(&format!("{} → {}", names.join(", "), plan.to), Style::new());
        } else {
            hops(theme, plan, text);
        }
    }
    if let Some(why) = &offer.blocker {
        text.blank();
        text.item("▲", &why.text, theme.of(Meaning::NeedsYou), Style::new());
        text.labelled("get", &why.remedy, theme.bold());
    }
    if let Some(best) = offer.plans.iter().filter(|p| !p.possible).find_map(|p| p.best_reachable.as_ref()) {
        text.labelled("or", &format!("With what is here it can be taken to {best}."), Style::new());
    }
}

/// The hops of a plan with their reasons.
fn hops(theme: Theme, plan: &Plan, text: &mut Text) {
    if plan.possible && plan.hops.is_empty() {
        text.say("It runs that load already: it is left alone, and its proof is waited for.", Style::new());
    }
    for (n, hop) in plan.hops.iter().enumerate() {
        let n = format!("{}", n + 1);
        let (have, style) =
            if hop.have { ("", theme.bold()) } else { ("  MISSING", theme.of(Meaning::Wrong)) };
        text.item(&n, &format!("{}{have}", hop.load), theme.dim(), style);
        let doubt = if hop.certain { "" } else { " Not certain; a refusal leaves it as it is." };
        text.item(" ", &format!("{}{doubt}", hop.why), Style::new(), theme.dim());
    }
}

/// What to look for when nothing fits.
fn to_get(theme: Theme, wizard: &Wizard, nothing: bool, text: &mut Text) {
    let catalogue = Catalogue::builtin();
    let family = wizard.model().map(|m| m.family);
    if nothing {
        let whose = wizard.model().map_or("any phone".to_owned(), |m| format!("a {}", m.name));
        let word = if wizard.shelf.loads().is_empty() {
            "No firmware has been added yet."
        } else {
            "Nothing here fits."
        };
        text.say(&format!("{word} Press Enter and show where the files for {whose} are."), theme.bold());
        text.say(
            "Archives are taken as they come: .zip, .cop, .cop.sgn, .tar.gz. No need to extract or rename.",
            theme.dim(),
        );
    } else {
        text.say("Adds to what is here; nothing is changed on the disk.", Style::new());
    }
    text.blank();
    let families: Vec<Family> = family.into_iter().collect();
    for protocol in [Protocol::Sip, Protocol::Sccp] {
        for known in families.iter().filter_map(|f| catalogue.newest(*f, protocol)) {
            text.labelled(
                &protocol.to_string(),
                &format!("{} comes in {}", known.name, known.archive),
                Style::new(),
            );
        }
    }
}

/// What the firmware is like, in plain words, worst first.
fn xray(theme: Theme, wizard: &Wizard, text: &mut Text) {
    if !wizard.paths.is_empty() {
        text.heading("On the shelf");
        for path in &wizard.paths {
            text.item("·", &path.display().to_string(), theme.dim(), Style::new());
        }
        let (loads, files) = (wizard.shelf.loads(), wizard.shelf.files().count());
        let whole = loads.iter().filter(|l| l.complete).count();
        let bytes = crate::session::words::bytes(wizard.shelf.total_bytes() as u64);
        let word = if loads.len() == 1 { "load" } else { "loads" };
        text.say(&format!("{} {word}, {whole} complete; {files} files, {bytes}.", loads.len()), theme.dim());
    }
    let problems = wizard.shelf.problems();
    if !problems.is_empty() {
        text.heading("What the X-ray found");
        for problem in problems {
            let (mark, meaning) = match problem.severity {
                Severity::Error => ("✗", theme.of(Meaning::Wrong)),
                Severity::Warning => ("▲", theme.of(Meaning::NeedsYou)),
                Severity::Info => ("·", theme.dim()),
            };
            text.item(mark, &problem.text, meaning, Style::new());
            text.item(" ", &problem.file, Style::new(), theme.dim());
        }
    }
}

/// Where is the firmware?
pub(super) fn files(model: &Model, wizard: &Wizard, body: Rect) -> Vec<Pane> {
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
    } else if folder.hidden > 0 {
        rows.say(
            &format!("  {} other files can't be firmware and are not shown", folder.hidden),
            theme.dim(),
        );
    }
    let mut pane = Pane::list(body, folder.path.display().to_string(), rows.rows, folder.at);
    if !folder.typed.is_empty() {
        pane.right = format!("{}_", folder.typed);
    }
    vec![pane]
}
