//! What shall it run, and where is the firmware?

use crate::catalogue::Catalogue;
use crate::firmware::{Problem, Severity};
use crate::load::{Family, Protocol};
use crate::route::Plan;
use crate::tui::panes::{Pane, Text, above, beside};
use crate::tui::theme::Meaning;
use crate::tui::wizard::{LoadRow, Offer, Wizard};
use crate::tui::{Model, Theme};
use ratatui::layout::Rect;
use ratatui::style::Style;

/// What shall it run?
pub(super) fn load(model: &Model, wizard: &Wizard, body: Rect) -> Vec<Pane> {
    let theme = model.theme;
    let offers = wizard.offers();
    let rows_wanted = u16::try_from(wizard.load_rows().len() + 3).unwrap_or(u16::MAX);
    let [list, about] =
        if body.width >= 130 { beside(body, 64) } else { above(body, rows_wanted.min(body.height / 2)) };
    let mut rows = Text::new(theme, Pane::columns(list));
    for (n, row) in wizard.load_rows().into_iter().enumerate() {
        let at = (n, wizard.load_row);
        match row {
            LoadRow::Offer(n) => {
                let Some(offer) = offers.get(n) else { continue };
                let forced = offer.plans.iter().any(|plan| plan.forced.is_some());
                let doubtful = offer.plans.iter().flat_map(|plan| &plan.hops).any(|hop| !hop.certain);
                let (mark, style) = match (&offer.blocker, forced) {
                    (Some(_), _) => ("✗ ", theme.dim()),
                    (None, true) => ("▲ ", theme.of(Meaning::NeedsYou)),
                    (None, false) if doubtful => ("? ", Style::new()),
                    (None, false) if n == wizard.load_at => ("✓ ", theme.bold()),
                    (None, false) => ("✓ ", Style::new()),
                };
                let doubt = if doubtful && offer.blocker.is_none() { ", not certain" } else { "" };
                rows.choice(at, &format!("{mark}{}", offer.title), &format!("{}{doubt}", offer.note), style);
            }
            LoadRow::Account => {
                let account = match wizard.form.account() {
                    Ok(None) => "none, the load alone".to_owned(),
                    Ok(Some(account)) => account.to_string(),
                    Err(_) => "not right; N drops it".to_owned(),
                };
                let wrong = wizard.form.wrong().is_some();
                let (mark, style) =
                    if wrong { ("▲ ", theme.of(Meaning::NeedsYou)) } else { ("  ", Style::new()) };
                rows.choice(at, &format!("{mark}SIP account (S): {account}"), "", style);
            }
            LoadRow::Add => rows.choice(at, "+ add an archive or a folder (A)", "", Style::new()),
        }
    }
    if wizard.reading {
        rows.say("  Reading the firmware…", theme.bold());
    }
    let name = wizard.model().map_or("each phone".to_owned(), |m| format!("the {}", m.name));
    let mut pane = Pane::list(list, format!("what shall {name} run?"), rows.rows, wizard.load_row);
    pane.right = wizard.shown().map_or(String::new(), |_| format!("now: {}", wizard.start()));

    let mut text = Text::new(theme, Pane::columns(about));
    if let Some(why) = &wizard.unreadable {
        text.item("✗", why, theme.of(Meaning::Wrong), theme.bold());
        text.blank();
    }
    let row = wizard.load_rows().get(wizard.load_row).copied();
    let adds = row.is_none_or(|row| row == LoadRow::Add);
    match offers.get(wizard.load_at).filter(|_| !adds) {
        Some(offer) => the_way(theme, offer, &mut text),
        None if !wizard.reading => to_get(theme, wizard, offers.is_empty(), &mut text),
        None => {
            text.say(
                "It is opened, unpacked and looked through. A large folder takes a while.",
                Style::new(),
            );
            for path in &wizard.wanted {
                text.item("·", &path.display().to_string(), theme.dim(), Style::new());
            }
        }
    }
    xray(theme, wizard, &mut text);
    let title = if adds { "firmware" } else { "the way there, and why" };
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
        text.labelled("do", &why.remedy, theme.bold());
    }
    for against in offer.plans.iter().filter_map(|plan| plan.forced.as_ref()) {
        text.blank();
        text.item(
            "▲",
            &format!("You insist, against the plan: {against}"),
            theme.of(Meaning::NeedsYou),
            Style::new(),
        );
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
        let word = match (wizard.shelf.loads(), wizard.paths.as_slice()) {
            ([], []) => "No firmware has been added yet.",
            ([], _) => "No load was found in what was added; what was found in it stands below.",
            _ => "Nothing here fits.",
        };
        text.say(&format!("{word} Press Enter and show where firmware for {whose} is."), theme.bold());
        text.say(
            "Archives are taken as they come: .zip, .cop, .cop.sgn, .tar.gz. No need to extract or rename.",
            theme.dim(),
        );
    } else {
        text.say("Adds to what is here; nothing is changed on the disk.", Style::new());
    }
    if let Some(model) = wizard.model().filter(|_| nothing) {
        theirs(theme, wizard, &model.name, text);
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

/// The loads that are there and fit other phones only.
fn theirs(theme: Theme, wizard: &Wizard, name: &str, text: &mut Text) {
    let catalogue = Catalogue::builtin();
    let loads = wizard.shelf.loads();
    for load in loads.iter().take(4) {
        let models: Vec<_> = catalogue.models_of(load.parsed.family).map(|m| m.name.as_str()).collect();
        let said = format!("{} is a load of the {}; a {name} can't run it.", load.name, models.join(", "));
        text.item("✗", &said, theme.of(Meaning::Wrong), Style::new());
    }
    if loads.len() > 4 {
        text.say(&format!("{} more loads here are for other phones.", loads.len() - 4), theme.dim());
    }
}

/// What the firmware is like, in plain words: what concerns the chosen model, the worst first; the rest on a key.
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
        text.say(
            &format!(
                "{} {word}, {whole} complete; {files} {}, {bytes}.",
                loads.len(),
                if files == 1 { "file" } else { "files" }
            ),
            theme.dim(),
        );
        if wizard.shelf.problems().iter().any(|problem| problem.code == "shelf-full") {
            text.item(
                "▲",
                "The shelf is full, so the rest was not read: remove the big folder (D removes the \
                 newest, the first in this list).",
                theme.of(Meaning::NeedsYou),
                Style::new(),
            );
        }
    }
    let (ours, others): (Vec<_>, Vec<_>) =
        wizard.shelf.problems().iter().partition(|problem| wizard.concerns(problem));
    if ours.is_empty() && others.is_empty() {
        return;
    }
    text.heading("What the X-ray found");
    if ours.is_empty() {
        text.say("Nothing about the loads of this phone.", Style::new());
    }
    for problem in &ours {
        finding(theme, problem, text);
    }
    let n = others.len();
    match (n, wizard.all_findings) {
        (0, _) => {}
        (_, true) => {
            text.blank();
            text.say("About loads of other phones (F hides them):", theme.dim());
            for problem in others {
                finding(theme, problem, text);
            }
        }
        (1, false) => text.say("1 finding is about loads of other phones: F shows it.", theme.dim()),
        (_, false) => {
            text.say(&format!("{n} findings are about loads of other phones: F shows them."), theme.dim());
        }
    }
}

fn finding(theme: Theme, problem: &Problem, text: &mut Text) {
    let (mark, meaning) = match problem.severity {
        Severity::Error => ("✗", theme.of(Meaning::Wrong)),
        Severity::Warning => ("▲", theme.of(Meaning::NeedsYou)),
        Severity::Info => ("·", theme.dim()),
    };
    text.item(mark, &problem.text, meaning, Style::new());
    text.item(" ", &problem.file, Style::new(), theme.dim());
}
