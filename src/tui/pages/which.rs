//! Which phone, what does it show, and what to practise on.

use crate::catalogue::{Model as Phone, Symptom};
use crate::tui::panes::{Pane, Text, beside};
use crate::tui::theme::Meaning;
use crate::tui::widgets::figure;
use crate::tui::widgets::text::{fit, fit_end};
use crate::tui::wizard::Wizard;
use crate::tui::{Model, Theme};
use ratatui::layout::Rect;
use ratatui::style::Style;

/// Columns kept for what is typed.
const TYPED: usize = 24;

fn left(body: Rect) -> u16 {
    if body.width >= 130 { 52 } else { 34 }
}

/// Which phone?
pub(super) fn model(model: &Model, wizard: &Wizard, body: Rect) -> Vec<Pane> {
    let theme = model.theme;
    let [list, about] = beside(body, left(body));
    let mut rows = Text::new(theme, Pane::columns(list));
    let found = wizard.found();
    for (n, phone) in found.iter().enumerate() {
        let keys = match phone.lines {
            0 | 1 => "no line keys".to_owned(),
            n => format!("{n} keys, {}", phone.display.word().trim_start_matches("colour ")),
        };
        rows.choice((n, wizard.model_at), &phone.name, &keys, Style::new());
    }
    let unknown = found.len();
    rows.choice((unknown, wizard.model_at), "I don't know: plug it in", "", Style::new());
    let mut pane = Pane::list(list, "which phone?", rows.rows, wizard.model_at);
    if !wizard.search.is_empty() {
        pane.right = format!("{}_", fit_end(&wizard.search, Pane::columns(list).saturating_sub(18)));
    }
    let mut text = Text::new(theme, Pane::columns(about));
    match (wizard.model(), wizard.blocker(crate::tui::Page::Model)) {
        (_, Some(why)) => {
            text.say(&why.text, theme.bold());
            text.blank();
            text.say(&why.remedy, Style::new());
            wizard.symptoms().iter().take(2).for_each(|symptom| book(theme, symptom, &mut text));
        }
        (Some(phone), None) => about_phone(theme, phone, body, &mut text),
        (None, None) => {
            text.say("The wire tells what it is.", theme.bold());
            text.blank();
            for line in [
                "Choose firmware for the phones that may come; each is recognised by what it asks for, and gets only a load of its own family.",
                "The model also stands on the label under the phone: CP-7960G is a 7960.",
                "A phone that is none of these gets no load and is named.",
            ] {
                text.item("·", line, theme.dim(), Style::new());
            }
        }
    }
    let title = match wizard.model() {
        Some(phone) => format!("Cisco {}", phone.name),
        None if wizard.blocker(crate::tui::Page::Model).is_some() => {
            fit(wizard.search.trim(), Pane::columns(about))
        }
        None => "any phone".to_owned(),
    };
    vec![pane, Pane::text(about, title, text.rows)]
}

fn about_phone(theme: Theme, phone: &Phone, body: Rect, text: &mut Text) {
    // A low window shows the words before the drawing.
    if body.height >= 18 {
        text.rows.extend(figure::phone(theme, phone));
    }
    text.labelled("looks", &phone.shape, Style::new());
    text.labelled("power", &phone.power, Style::new());
    text.labelled("cable", &phone.jack, Style::new());
}

/// What does it show?
pub(super) fn shows(model: &Model, wizard: &Wizard, body: Rect) -> Vec<Pane> {
    let theme = model.theme;
    let shows = wizard.shows();
    let wanted = u16::try_from(shows.len() + 2).unwrap_or(u16::MAX);
    let [list, about] = if body.width >= 130 {
        beside(body, 64)
    } else {
        crate::tui::panes::above(body, wanted.min(body.height.saturating_sub(6)))
    };
    let mut rows = Text::new(theme, Pane::columns(list));
    for (n, show) in shows.iter().enumerate() {
        rows.choice((n, wizard.shows_at), &show.text, "", Style::new());
    }
    let name = wizard.model().map_or("it", |m| &m.name);
    let mut pane = Pane::list(list, format!("what does the {name} show now?"), rows.rows, wizard.shows_at);
    if !wizard.said.is_empty() {
        pane.right = format!("{}_", fit_end(&wizard.said, TYPED));
    }
    let mut text = Text::new(theme, Pane::columns(about));
    let symptoms = wizard.symptoms();
    if wizard.contradiction() {
        let (typed, shown) = (wizard.start().to_string(), wizard.shown().map_or("", |show| &show.text));
        let said = format!(
            "A phone that runs {typed} does not show \"{shown}\": these don't go together. What was typed counts for the plan; Esc takes it away, and what was chosen counts."
        );
        text.item("▲", &said, theme.of(Meaning::NeedsYou), theme.bold());
    } else if symptoms.is_empty() {
        if let Some(show) = wizard.shown() {
            text.labelled("means", &show.means, Style::new());
            text.labelled("do", &show.hint, theme.bold());
        }
        if let Some(phone) = wizard.model() {
            text.labelled("power", &phone.power, Style::new());
        }
    } else {
        symptoms.iter().take(3).for_each(|symptom| book(theme, symptom, &mut text));
    }
    if wizard.said.is_empty() {
        text.labelled(
            "type",
            "the load or release it runs, if you know it: P00303010102, 8.3(2), SIP41.8-5-4S.",
            theme.dim(),
        );
        text.labelled(
            "",
            "Or the text on its screen, such as Load rejected HC: what it means stands here then.",
            theme.dim(),
        );
    } else if symptoms.is_empty() && wizard.shows_like().is_none() {
        if let Some(start) = wizard.typed_start() {
            text.labelled("runs", &format!("{start} (as you typed it)"), theme.bold());
        } else {
            let why = wizard.blocker(crate::tui::Page::Shows).map(|why| why.text).unwrap_or_default();
            text.labelled("type", &format!("{why} Esc takes it away."), theme.bold());
        }
    } else if let Some(show) = wizard.shown() {
        text.blank();
        text.labelled("plan", &format!("made for: {}. Choose what comes nearest.", show.text), theme.dim());
    }
    vec![pane, Pane::text(about, "that means", text.rows)]
}

/// What the book says about a text on the screen.
fn book(theme: Theme, symptom: &Symptom, text: &mut Text) {
    text.blank();
    text.labelled("seen", &symptom.seen, Style::new());
    text.labelled("means", &symptom.means, Style::new());
    text.labelled("do", &symptom.next, theme.bold());
    for next in &symptom.further {
        text.labelled("then", next, Style::new());
    }
    text.labelled("code", &symptom.code, theme.dim());
}

/// Which bench to practise on?
pub(super) fn practise(model: &Model, wizard: &Wizard, body: Rect) -> Vec<Pane> {
    let theme = model.theme;
    let [list, about] = if body.width >= 130 {
        beside(body, 78)
    } else {
        crate::tui::panes::above(body, body.height.saturating_sub(7))
    };
    let mut rows = Text::new(theme, Pane::columns(list));
    for (n, exercise) in wizard.exercises_found().into_iter().enumerate() {
        rows.choice((n, wizard.exercise_at), &exercise.title, "", Style::new());
    }
    let mut text = Text::new(theme, Pane::columns(about));
    if wizard.exercise().is_none() {
        rows.say("No bench has that in its name or in what it teaches.", theme.dim());
        text.say("Esc shows all of them again.", Style::new());
    }
    if let Some(exercise) = wizard.exercise() {
        text.say(&exercise.teaches, Style::new());
        text.blank();
        text.say(
            "Virtual phones, twenty times faster than life. No network, no firmware; nothing of this computer is touched.",
            theme.dim(),
        );
    }
    let mut list = Pane::list(list, "practise: which bench?", rows.rows, wizard.exercise_at);
    if !wizard.sought.is_empty() {
        list.right = format!("{}_", fit_end(&wizard.sought, TYPED));
    }
    vec![list, Pane::text(about, "what it teaches", text.rows)]
}
