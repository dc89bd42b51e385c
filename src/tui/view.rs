//! Draws the model. Changes nothing.

use super::glance::{self, Standing};
use super::theme::Meaning;
use super::widgets::text::{fit, spread, width, wrap, wrap_in};
use super::wizard::{Servers, Step};
use super::{Mode, Model, Overlay, Page, keys, layout, pages, widgets};
use crate::clock::Instant;
use crate::session::words;
use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Paragraph, Widget};

/// Rows of a notice.
const NOTICE_LINES: usize = 2;

/// Draws the whole screen.
pub fn view(model: &Model, frame: &mut Frame<'_>) {
    let area = frame.area();
    let buf = frame.buffer_mut();
    if area.width < layout::SMALLEST.0 || area.height < layout::SMALLEST.1 {
        too_small(model, area, buf);
    } else {
        let areas = layout::layout(area, model);
        header(model, &areas, buf);
        pages::render(model, &areas, buf);
        why(model, areas.why, buf);
        unwritten(model, areas.unwritten, buf);
        footer(model, areas.footer, buf);
        notice(model, areas.footer, buf);
        if let Some(overlay) = model.overlay {
            widgets::overlay::render(model, overlay, area, buf);
        }
    }
    model.theme.plain(buf);
}

fn too_small(model: &Model, area: Rect, buf: &mut Buffer) {
    let (columns, rows) = layout::SMALLEST;
    let text = if model.overlay == Some(Overlay::Quit) {
        let risk = if model.at_risk() { " A phone is in the middle of a flash: DO NOT UNPLUG." } else { "" };
        format!("Leave?{risk} Y leaves, Esc stays.")
    } else {
        format!(
            "This window has {} columns and {} rows; {columns} and {rows} are needed. Nothing has stopped: make it larger. Q leaves.",
            area.width, area.height
        )
    };
    let lines: Vec<_> = wrap(&text, usize::from(area.width)).into_iter().map(Line::from).collect();
    Paragraph::new(lines).render(area, buf);
}

/// Why the page can't be left forwards.
fn why(model: &Model, area: Rect, buf: &mut Buffer) {
    let blocker = model.wizard.as_ref().and_then(|wizard| wizard.blocker(model.page));
    if let Some(blocker) = blocker.filter(|_| area.height > 0) {
        let columns = usize::from(area.width).saturating_sub(4);
        let text = fit(&format!("Can't go on: {blocker}"), columns);
        let mark = Span::styled(" ▲ ", model.theme.of(Meaning::NeedsYou));
        Line::from(vec![mark, Span::styled(text, model.theme.bold())]).render(area, buf);
    }
}

/// Nobody must learn only afterwards that nothing was kept.
fn unwritten(model: &Model, area: Rect, buf: &mut Buffer) {
    if let Some(text) = words::unwritten(&model.state).filter(|_| area.height > 0) {
        let text = fit(&text, usize::from(area.width).saturating_sub(4));
        let mark = Span::styled(" ▲ ", model.theme.of(Meaning::NeedsYou));
        Line::from(vec![mark, Span::styled(text, model.theme.bold())]).render(area, buf);
    }
}

/// Where the technician is: steps behind have a tick, the one at hand stands out.
fn breadcrumb(model: &Model, areas: &layout::Areas, buf: &mut Buffer) {
    let theme = model.theme;
    let area = Rect { height: 1, ..areas.header };
    Line::from(vec![Span::raw(" "), Span::styled("rescue79", theme.accent())]).render(area, buf);
    let here = Step::of(model.page);
    let practice = model.wizard.as_ref().is_some_and(|w| w.practice);
    for (n, (step, place)) in areas.steps.iter().enumerate() {
        let skipped = practice && *step < Step::Bench;
        // The coach is behind somebody only who was there.
        let skipped = skipped || *step == Step::Keys && model.coach.model.is_none() && *step < here;
        let behind = *step < here && !skipped;
        let mark = if behind {
            "✓".to_owned()
        } else if skipped {
            " ".to_owned()
        } else {
            (n + 1).to_string()
        };
        let word = if *step == here { step.word().to_uppercase() } else { step.word().to_owned() };
        let (its, style) = match () {
            () if *step == here => (theme.accent(), theme.accent()),
            () if behind => (theme.of(Meaning::Good), Style::new()),
            () => (theme.dim(), theme.dim()),
        };
        Line::from(vec![Span::styled(format!("{mark} "), its), Span::styled(word, style)])
            .render(*place, buf);
    }
    let from = areas.steps.last().map_or(area.x, |(_, place)| place.right()) + 1;
    let room = Rect { x: from.min(area.right()), width: area.right().saturating_sub(from), ..area };
    let clock = format!("{} ", words::clock(model.now.since(Instant::ZERO)));
    let where_ = format!("{}   {clock}", model.interface);
    let fits = [where_, clock].into_iter().find(|text| width(text) <= usize::from(room.width));
    if let Some(text) = fits.filter(|_| model.running()) {
        Line::raw(text).right_aligned().render(room, buf);
    }
}

/// The question of the page, and whether phones are virtual.
fn question(model: &Model, area: Rect, buf: &mut Buffer) {
    let theme = model.theme;
    let mut spans = vec![Span::raw(" ")];
    if is_exercise(model) || model.mode == Mode::Rehearsal && model.running() {
        spans.push(Span::styled(" REHEARSAL ", theme.badge()));
        spans.push(Span::raw("  "));
    }
    let taken: usize = spans.iter().map(Span::width).sum();
    spans.push(Span::styled(
        sentences(question_of(model), usize::from(area.width).saturating_sub(taken)),
        theme.dim(),
    ));
    Line::from(spans).render(area, buf);
}

/// The first sentences of a text, as many as fit; of the first one as much as fits.
fn sentences(text: &str, columns: usize) -> String {
    let ends = text.match_indices(['.', '?', ':']).map(|(at, _)| at + 1);
    let fitting = ends.filter_map(|end| text.get(..end)).rfind(|part| width(part) <= columns);
    fit(fitting.unwrap_or(text), columns)
}

/// A load is looked at that an exercise wants, and that is refused.
fn is_exercise(model: &Model) -> bool {
    model.wizard.as_ref().is_some_and(|wizard| wizard.aside.is_some())
}

/// What the page asks, or what it is for.
pub(super) fn question_of(model: &Model) -> &'static str {
    let servers = model.wizard.as_ref().map(|wizard| &wizard.servers);
    match model.page {
        _ if is_exercise(model) => "Refused before anything is served; the page says why.",
        Page::Model => "Which phone is in front of you? Type a part of its number, or choose.",
        Page::Shows => "What does it show now? The answer sets the plan.",
        Page::Load => "What shall it run? Only what fits is offered.",
        Page::Files => "Where is the firmware? Choose an archive or a folder, or paste a path.",
        Page::Account => "The phone's SIP account. It is optional; empty fields leave it out.",
        Page::Network => "Which socket of this computer is the phone's cable in?",
        Page::Ready => "Is this computer ready? Nothing is changed on this page without being asked.",
        Page::Review if servers == Some(&Servers::Starting) => {
            "It is being prepared; the phone comes when the servers answer."
        }
        Page::Review => "Read it once. Nothing is touched before you confirm.",
        Page::Keys => "Reset the phone with its keys. The wire tells whether it took.",
        Page::Report => "What was done, and what proves it.",
        Page::Practise => "Practise with virtual phones: which bench? Type a word to find one.",
        Page::Bench | Page::Phone(_) | Page::Log => "",
    }
}

fn header(model: &Model, areas: &layout::Areas, buf: &mut Buffer) {
    let theme = model.theme;
    let area = areas.header;
    let second = Rect { y: area.y + 1, height: 1, ..area };
    if model.wizard.is_some() {
        breadcrumb(model, areas, buf);
        if model.page.is_made_of_panes() {
            question(model, second, buf);
        } else {
            totals(model, usize::from(area.width)).render(second, buf);
        }
        return;
    }
    let mut left = vec![Span::raw(" "), Span::styled("rescue79", theme.accent()), Span::raw("   ")];
    match model.mode {
        Mode::Serve => left.push(Span::styled("Bench", theme.bold())),
        Mode::Rehearsal => {
            left.push(Span::styled(" REHEARSAL ", theme.badge()));
            left.push(Span::styled("  virtual phones", theme.dim()));
        }
        Mode::Replay => {
            left.push(Span::styled(" REPLAY ", theme.badge()));
            left.push(Span::styled("  an old session", theme.dim()));
        }
    }
    let right = vec![
        Span::raw(model.interface.clone()),
        Span::raw(format!("   {} ", words::clock(model.now.since(Instant::ZERO)))),
    ];
    let [top, sums] = [0, 1].map(|i| Rect { y: area.y + i, height: 1, ..area });
    spread(left, right, usize::from(area.width)).render(top, buf);
    totals(model, usize::from(area.width)).render(sums, buf);
}

/// `5 phones · 2 recovered · 1 needs you`, and the bytes served.
pub(super) fn totals(model: &Model, columns: usize) -> Line<'static> {
    let theme = model.theme;
    let mut left = vec![Span::raw(" ")];
    if model.mode == Mode::Rehearsal && model.wizard.is_some() {
        left.push(Span::styled(" REHEARSAL ", theme.badge()));
        left.push(Span::raw("  "));
    }
    if model.ended {
        let text = model.state.summary.as_ref().map_or("The session has ended.".to_owned(), words::ended);
        left.push(Span::styled(text, theme.bold()));
    } else {
        let phones = model.state.phones.len();
        left.push(Span::raw(if phones == 1 { "1 phone".to_owned() } else { format!("{phones} phones") }));
    }
    let all = [
        Standing::NeedsYou,
        Standing::Failed,
        Standing::Working,
        Standing::Paused,
        Standing::Unproven,
        Standing::Recovered,
    ];
    for standing in all {
        let n = model.state.phones.iter().filter(|p| glance::standing(p) == standing).count();
        if n > 0 && !(model.ended && standing == Standing::Recovered) {
            let word = if standing == Standing::NeedsYou && n > 1 { "need you" } else { standing.word() };
            left.push(Span::styled(" · ", theme.dim()));
            left.push(Span::styled(format!("{} {n} {word}", standing.mark()), theme.of(standing.meaning())));
        }
    }
    let ignored = match model.state.strangers.len() {
        0 => String::new(),
        1 => "1 other device ignored · ".to_owned(),
        n => format!("{n} other devices ignored · "),
    };
    let served = format!("{} served ", words::bytes(model.state.totals.bytes));
    let room = columns.saturating_sub(left.iter().map(Span::width).sum::<usize>() + 2);
    let mut right = vec![Span::styled(ignored, theme.dim()), Span::raw(served)];
    // The phones matter more.
    while right.iter().map(Span::width).sum::<usize>() > room {
        right.remove(0);
    }
    spread(left, right, columns)
}

/// The notice in as many lines as it takes, at most [`NOTICE_LINES`].
pub(super) fn notice_lines(model: &Model, columns: u16) -> Vec<String> {
    let wrapped = |text: &String| wrap_in(text, usize::from(columns.saturating_sub(2)), NOTICE_LINES);
    model.notice.as_ref().map(wrapped).unwrap_or_default()
}

/// Stands above the keys, over whatever is there, until the next key.
fn notice(model: &Model, footer: Rect, buf: &mut Buffer) {
    let lines = notice_lines(model, footer.width);
    if lines.is_empty() {
        return;
    }
    let height = u16::try_from(lines.len()).unwrap_or(0).min(footer.y);
    let area = Rect { y: footer.y - height, height, ..footer };
    Clear.render(area, buf);
    for (row, line) in area.rows().zip(lines) {
        // Good news and bad: it has no colour of its own.
        Line::styled(format!(" {line}"), model.theme.bold()).render(row, buf);
    }
}

fn footer(model: &Model, area: Rect, buf: &mut Buffer) {
    let theme = model.theme;
    let columns = usize::from(area.width);
    let mut hints = keys::hints(model);
    let size = |hints: &[(&str, &str)]| hints.iter().map(|(k, w)| width(k) + width(w) + 3).sum::<usize>() + 1;
    // The last are the least wanted.
    while size(&hints) > columns && hints.len() > 2 {
        hints.pop();
    }
    // Help and leaving stand at the end, where everybody looks for them.
    if hints.first().is_some_and(|(key, _)| matches!(*key, "?" | "F1")) {
        hints.rotate_left(2);
    }
    let mut spans = vec![Span::raw(" ")];
    for (key, word) in hints {
        spans.push(Span::styled(key, theme.accent()));
        spans.push(Span::styled(format!(" {word}  "), theme.dim()));
    }
    Line::from(spans).render(area, buf);
}
