//! The coach for reset keys.

use crate::catalogue::{Reset, Wipes};
use crate::event::Request;
use crate::session::{Phone, words};
use crate::tui::Model;
use crate::tui::glance::{self, Power};
use crate::tui::panes::{Pane, Row, Text, above, beside};
use crate::tui::theme::Meaning;
use crate::tui::widgets::figure;
use crate::tui::wizard::{Outcome, Phase};
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use std::time::Duration;

pub(super) fn panes(model: &Model, body: Rect) -> Vec<Pane> {
    let theme = model.theme;
    let coach = &model.coach;
    let Some(reset) = coach.reset() else {
        let mut text = Text::new(theme, Pane::columns(body));
        text.say("No key sequence is known for this phone.", theme.bold());
        return vec![Pane::text(body, "reset keys", text.rows)];
    };
    let [now, more] = above(body, if body.height > 30 { 15 } else { 11.min(body.height) });
    let [pad, steps] = beside(now, 19);
    let keys = coach.keys();
    let next = match coach.phase {
        _ if coach.waits(&model.state) => None,
        Phase::Hold if reset.hold.is_some() => Some('#'),
        Phase::Keys(at) => keys.get(at).copied(),
        Phase::Hold | Phase::Wait => None,
    };
    // Every key of the drawing stands for the next one: a click says that it was pressed.
    let mut drawing: Vec<Row> = figure::keypad(theme, next);
    for row in &mut drawing {
        row.pick = Some(0);
    }
    drawing.push(Line::default().into());
    drawing.extend(lamps(model, reset));
    let name = coach.model.as_deref().unwrap_or("phone");
    let mut text = Text::new(theme, Pane::columns(steps));
    let busy = coach.busy(&model.state);
    match busy {
        Some(phone) if coach.waits(&model.state) => wait_for(model, phone, &mut text),
        _ => guide(model, reset, &mut text),
    }
    let mut steps = Pane::list(steps, format!("reset keys of the {name}"), text.rows, 0);
    let count = coach.sequences().len();
    if busy.is_some() {
        steps.right.push_str(Power::Keep.words());
    } else if count > 1 {
        steps.right = format!("way {} of {count}, Tab", coach.sequence + 1);
    }
    let mut rest = Text::new(theme, Pane::columns(more));
    if let Some(why) = needless(model) {
        rest.labelled("need", why, theme.bold());
    }
    // The phone is switched on only when somebody will answer it.
    match model.wizard.as_ref().filter(|w| !w.practice).map(|w| &w.self_test) {
        None => {}
        Some(Some((true, _))) => {
            let seen = "The servers have answered themselves, as they will answer the phone.";
            rest.item("✓", seen, theme.of(Meaning::Good), Style::new());
        }
        // A phone that is there must not be told to be off.
        Some(None) if busy.is_some() || coach.outcome(&model.state).is_some() => {}
        Some(None) => rest.labelled(
            "wait",
            "The servers are still asking themselves; leave the phone off.",
            theme.bold(),
        ),
        Some(Some((false, why))) => rest.item("▲", why, theme.of(Meaning::NeedsYou), theme.bold()),
    }
    let erases = match reset.wipes {
        Wipes::Nothing => "nothing",
        Wipes::Settings => "the settings; the load stays",
        Wipes::Load => "the settings and the load",
    };
    if reset.loads != "all" {
        rest.labelled("for", &reset.loads, Style::new());
    }
    rest.labelled("lamps", &reset.lamps, Style::new());
    rest.labelled("then", &reset.then, Style::new());
    rest.labelled("else", &reset.wrong, Style::new());
    vec![Pane::text(pad, "press", drawing), steps, Pane::text(more, format!("it erases {erases}"), rest.rows)]
}

/// The lamps as they should look while this step lasts.
fn lamps(model: &Model, reset: &Reset) -> Vec<Row> {
    let theme = model.theme;
    let lines = model.coach.phone().map_or(0, |m| usize::from(m.lines.min(8)));
    let lit = match model.coach.phase {
        _ if reset.hold.is_none() => 0,
        Phase::Hold => 0,
        Phase::Keys(_) | Phase::Wait => lines,
    };
    let marks: String = (0..lines).flat_map(|n| [if n < lit { '●' } else { '○' }, ' ']).collect();
    let word = if lit > 0 { "lamps answer" } else { "lamps dark" };
    if lines < 2 {
        return Vec::new();
    }
    vec![
        Line::from(Span::styled(
            marks.trim_end().to_owned(),
            if lit > 0 { theme.of(Meaning::NeedsYou) } else { theme.dim() },
        ))
        .into(),
        Line::styled(word, theme.dim()).into(),
    ]
}

/// What a step of the guide looks like: its mark, and its ink while it lasts or not.
fn step(model: &Model, n: u8, now: bool) -> (String, Style) {
    let mark = if now { "▸" } else { " " };
    (format!("{mark} {n}"), if now { model.theme.bold() } else { model.theme.dim() })
}

/// Why no keys are needed, where that is so.
fn needless(model: &Model) -> Option<&'static str> {
    let Some(mac) = model.coach.mac else {
        let shown = model.wizard.as_ref().filter(|w| !w.practice).and_then(|w| w.shown())?;
        let known = !shown.keys && shown.start != "unknown";
        return known
            .then_some("For what this phone shows no keys are needed: plug it in, it goes on by itself.");
    };
    let phone = model.state.phone(mac).filter(|phone| phone.plan.is_some() && phone.closed.is_none())?;
    let asked = phone.request.as_ref().map(|open| open.request);
    let keys = matches!(asked, Some(Request::HoldHash | Request::EnterSequence));
    (!keys).then_some("No keys are needed as long as it goes on by itself: it is led from what it asks for.")
}

/// A phone that writes its firmware is reset later.
fn wait_for(model: &Model, phone: &Phone, text: &mut Text) {
    let theme = model.theme;
    let name = format!("{} ·{}", glance::model(phone), phone.mac.tail());
    let seen = format!("DO NOT UNPLUG: the {name} is in the middle of a flash ({}).", words::doing(phone));
    text.item("▲", &seen, theme.of(Meaning::NeedsYou), theme.bold());
    text.blank();
    text.say(
        "Keys need the power off and on, so they wait until the phone may be unplugged; this page says when. \
         It may not need them at all: Esc goes to the Bench.",
        Style::new(),
    );
}

fn guide(model: &Model, reset: &Reset, text: &mut Text) {
    let theme = model.theme;
    let holding = model.coach.phase == Phase::Hold;
    let (mark, style) = step(model, 1, holding);
    text.item(&mark, &reset.enter, theme.accent(), style);
    if let Some([least, most]) = reset.hold.filter(|_| holding) {
        let clock = |s: u32| words::clock(Duration::from_secs(s.into()));
        let words =
            format!("# is held for {} to {}. Enter when the lamps answer.", clock(least), clock(most));
        text.item("   ", &words, Style::new(), theme.dim());
    }
    press(model, reset, text);
    outcome(model, text);
}

/// The keys, the time that is left for them, and the key that was wrong.
fn press(model: &Model, reset: &Reset, text: &mut Text) {
    let theme = model.theme;
    let coach = &model.coach;
    let keys = coach.keys();
    if keys.is_empty() {
        let grip = match &reset.keys {
            Some(keys) => format!("Press {keys}."),
            None => "Nothing is to be pressed. Enter when it is switched on again.".to_owned(),
        };
        let (mark, style) = step(model, 2, false);
        text.item(&mark, &grip, theme.accent(), style);
        return;
    }
    let (mark, style) = step(model, 2, matches!(coach.phase, Phase::Keys(_)));
    text.item(&mark, "Press these keys on the phone, one after the other:", theme.accent(), style);
    text.rows.push(sequence(model, &keys));
    let Phase::Keys(at) = coach.phase else { return };
    let along = "Type along, or press Space for each key.";
    let window = reset.window.map(|s| Duration::from_secs(s.into()));
    let (words, ink) = match window.map(|w| w.saturating_sub(model.now.since(coach.since))) {
        Some(left) if left.is_zero() => {
            ("The time is over: switch it off and begin again (R).".to_owned(), theme.of(Meaning::NeedsYou))
        }
        Some(left) => (format!("{} left. {along}", words::clock(left)), theme.dim()),
        None => (along.to_owned(), theme.dim()),
    };
    text.item("   ", &words, Style::new(), ink);
    if let Some(wrong) = coach.wrong {
        let next = keys.get(at).copied().unwrap_or('#');
        let words = format!(
            "The next key is {next}, not {wrong}. Pressed on the phone, a wrong key cancels: begin again (R)."
        );
        text.item("  ▲", &words, theme.of(Meaning::NeedsYou), theme.bold());
    }
}

/// What the wire says.
fn outcome(model: &Model, text: &mut Text) {
    let theme = model.theme;
    let coach = &model.coach;
    match coach.outcome(&model.state) {
        Some(Outcome::Took(seen)) => {
            text.item("  ✓", &seen, theme.of(Meaning::Good), theme.bold());
            text.item("   ", "Enter: go on to the Bench.", Style::new(), Style::new());
        }
        Some(Outcome::Booted(seen)) => {
            text.item("  ✗", &seen, theme.of(Meaning::Wrong), theme.bold());
            let todo = "R: once more. Tab: another way. Or go on (Enter): many loads need no reset.";
            text.item("   ", todo, Style::new(), Style::new());
        }
        None => {
            let waits = coach.phase == Phase::Wait;
            let (mark, style) = step(model, 3, waits);
            let words = if waits {
                let waited = words::clock(model.now.since(coach.since));
                format!("Waiting for it on the wire: {waited}. Don't unplug it.")
            } else {
                "The wire tells whether it took.".to_owned()
            };
            text.item(&mark, &words, theme.accent(), style);
        }
    }
}

/// The keys with those behind, the next, and those ahead.
fn sequence(model: &Model, keys: &[char]) -> Row {
    let theme = model.theme;
    let behind = match model.coach.phase {
        Phase::Hold => 0,
        Phase::Keys(at) => at,
        Phase::Wait => keys.len(),
    };
    let now = matches!(model.coach.phase, Phase::Keys(_));
    let mut spans = vec![Span::raw("    ")];
    for (i, key) in keys.iter().enumerate() {
        let style = match i.cmp(&behind) {
            std::cmp::Ordering::Less => theme.dim(),
            std::cmp::Ordering::Equal if now => theme.badge(),
            _ => theme.bold(),
        };
        spans.push(Span::styled(format!(" {key} "), style));
    }
    Line::from(spans).into()
}
