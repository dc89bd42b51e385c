//! Everything about one phone.

mod signs;

use super::bench::numbered;
use crate::catalogue::Catalogue;
use crate::limits;
use crate::phone_id::Mac;
use crate::session::phone::Saying;
use crate::session::{Phone, words};
use crate::tui::theme::Meaning;
use crate::tui::widgets::text::{cells, fit, pad, spread, wrap};
use crate::tui::widgets::{events, pane};
use crate::tui::{Areas, Model, Theme, glance, hand};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget};
use std::time::Duration;

/// From so many columns on, what was asked and when stands beside the rest.
const TWO_COLUMNS: u16 = 130;

fn inner(areas: &Areas) -> Rect {
    let body = areas.body;
    Rect::new(body.x + 2, body.y + 1, body.width.saturating_sub(4), body.height.saturating_sub(2))
}

/// The text in one or two columns.
fn columns(model: &Model, phone: &Phone, inner: Rect) -> Vec<(Rect, Vec<Line<'static>>)> {
    if inner.width < TWO_COLUMNS {
        let mut lines = now(model, phone, usize::from(inner.width));
        lines.extend(about(model, phone, usize::from(inner.width)));
        return vec![(inner, lines)];
    }
    let half = inner.width / 2 - 1;
    let left = Rect { width: half, ..inner };
    let right = Rect { x: inner.x + half + 2, width: inner.width - half - 2, ..inner };
    let mut lines = now(model, phone, usize::from(left.width));
    lines.extend(story(model, phone, usize::from(left.width)));
    vec![(left, lines), (right, record(model, phone, usize::from(right.width)))]
}

/// How far the page can be scrolled.
pub(super) fn last_line(model: &Model, mac: Mac, areas: &Areas) -> u16 {
    let Some(phone) = model.state.phone(mac) else { return 0 };
    let inner = inner(areas);
    let longest = columns(model, phone, inner).iter().map(|(_, lines)| lines.len()).max().unwrap_or(0);
    cells(longest).saturating_sub(inner.height)
}

pub(super) fn render(model: &Model, mac: Mac, areas: &Areas, buf: &mut Buffer) {
    let Some((number, phone)) = numbered(model, mac) else { return };
    let theme = model.theme;
    let standing = glance::standing(phone);
    let left = vec![
        Span::raw(" "),
        Span::styled(standing.mark(), theme.of(standing.meaning())),
        Span::raw(format!(" {number}  ")),
        Span::styled(glance::model(phone).to_owned(), theme.bold()),
        Span::raw(format!("  {} ", phone.mac.to_string().to_uppercase())),
    ];
    let right = vec![
        Span::raw(" "),
        Span::styled(standing.word(), theme.of(standing.meaning())),
        Span::styled(" · ", theme.dim()),
        pane::power(theme, phone),
        Span::raw(" "),
    ];
    let inner = inner(areas);
    let columns = columns(model, phone, inner);
    let longest = columns.iter().map(|(_, lines)| lines.len()).max().unwrap_or(0);
    let scroll = model.scroll.min(cells(longest).saturating_sub(inner.height));
    let below = longest.saturating_sub(usize::from(scroll) + usize::from(inner.height));
    let mut block =
        pane::frame(theme.accent()).title_top(Line::from(left)).title_top(Line::from(right).right_aligned());
    if below > 0 {
        block = block.title_bottom(Line::from(format!(" {below} more ↓ ")).right_aligned());
    }
    block.render(areas.body, buf);
    for (area, lines) in columns {
        Paragraph::new(lines).scroll((scroll, 0)).render(area, buf);
    }
}

/// All that is known of it, one line below the other.
pub(in crate::tui) fn about(model: &Model, phone: &Phone, columns: usize) -> Vec<Line<'static>> {
    let mut lines = story(model, phone, columns);
    lines.push(Line::default());
    lines.extend(record(model, phone, columns));
    lines
}

/// What it does now, drawn: stage, gauge, steps.
fn now(model: &Model, phone: &Phone, columns: usize) -> Vec<Line<'static>> {
    let theme = model.theme;
    let mut lines = vec![pane::stage(model, phone, columns), pane::gauge(theme, phone, columns)];
    if phone.closed.is_none() {
        lines.push(pane::checklist(theme, &glance::steps(phone), columns));
    }
    lines
}

/// What needs a hand, how it ended, and the way with its reasons.
fn story(model: &Model, phone: &Phone, columns: usize) -> Vec<Line<'static>> {
    let theme = model.theme;
    let mut lines = Vec::new();
    let mut say = |label: &str, text: &str, style: Style| {
        lines.extend(pane::labelled(label, text, style, theme, columns, usize::MAX));
    };
    if let Some(range) = glance::range(phone).filter(|_| phone.closed.is_none()) {
        say("screen", &range.screen, Style::new());
        say("lamps", &range.lamps, Style::new());
    }
    say("net", &network(phone), Style::new());
    // It stays true when the phone starts anew, and what it said before no longer counts.
    let board = words::board(phone.hardware.as_deref(), phone.serial.as_deref());
    if !board.is_empty() {
        say("unit", &board.join(" · "), Style::new());
    }
    for (code, symptom) in &phone.symptoms {
        say("seen", &symptom.seen, Style::new());
        say("means", &symptom.means, Style::new());
        if glance::may_do(phone, code) {
            say("do", &symptom.next, theme.bold());
        }
        let entry = Catalogue::builtin().symptom(code);
        // What to try after that may take hold of power or cable.
        let further = entry.filter(|_| !phone.keep_powered()).map(|entry| &entry.further);
        for text in further.into_iter().flatten() {
            say("then", text, theme.dim());
        }
        let sure = entry.map(|entry| format!(" (sure: {})", entry.confidence));
        say("code", &format!("{code}{}", sure.unwrap_or_default()), theme.dim());
    }
    if let Some(no_plan) = &phone.no_plan {
        say("seen", &no_plan.text, Style::new());
        say("get", &no_plan.get, theme.bold());
    }
    if let Some(open) = glance::request(phone) {
        say("please", &open.text, theme.bold());
    }
    if let Some(key) = hand::key(phone) {
        say("key", &key, Style::new());
    }
    if phone.symptoms.is_empty() && phone.no_plan.is_none() && phone.request.is_none() {
        say("do", glance::next(phone), if glance::asks(phone) { theme.bold() } else { Style::new() });
    }
    if let Some(closed) = &phone.closed {
        heading(&mut lines, theme.accent(), "Proof");
        let reason = wrap(&closed.reason, columns);
        lines.extend(reason.into_iter().map(Line::from));
        for proof in &closed.proof {
            item(&mut lines, "✓", theme.of(Meaning::Good), proof, columns);
        }
    }
    way(model, phone, columns, &mut lines);
    lines
}

/// Its address, and what the wire cost.
fn network(phone: &Phone) -> String {
    let address = phone.address.map_or_else(|| "no address".to_owned(), |a| format!("address {a}"));
    let starts = match phone.boots {
        0 => String::new(),
        1 => " · started anew once".to_owned(),
        n => format!(" · started anew {n} times"),
    };
    let resent =
        if phone.resent > 0 { format!(" · {} blocks sent again", phone.resent) } else { String::new() };
    format!("{address}{starts}{resent}")
}

fn heading(lines: &mut Vec<Line<'static>>, style: Style, text: &str) {
    if !lines.is_empty() {
        lines.push(Line::default());
    }
    lines.push(Line::styled(text.to_owned(), style));
}

fn item(lines: &mut Vec<Line<'static>>, mark: &str, style: Style, text: &str, columns: usize) {
    for (i, line) in wrap(text, columns.saturating_sub(2)).into_iter().enumerate() {
        let mark = if i == 0 { mark } else { " " };
        lines.push(Line::from(vec![Span::styled(format!("{mark} "), style), Span::raw(line)]));
    }
}

/// The way, and why each hop is on it.
fn way(model: &Model, phone: &Phone, columns: usize, lines: &mut Vec<Line<'static>>) {
    let theme = model.theme;
    let Some(plan) = &phone.plan else { return };
    heading(lines, theme.accent(), "The way");
    lines.push(Line::from(vec![Span::styled("  from ", theme.dim()), Span::raw(plan.from.clone())]));
    if plan.hops.is_empty() {
        lines.push(Line::from(format!("  It runs {} already.", plan.target)));
    }
    let took = phone.hops_done.iter().rev().take(phone.hop).rev();
    let mut took = took.map(|hop| words::clock(Duration::from_secs_f64(hop.seconds.clamp(0.0, 1e9))));
    for (i, hop) in plan.hops.iter().enumerate() {
        let (mark, style) = match i.cmp(&phone.hop) {
            std::cmp::Ordering::Less => ("✓", theme.of(Meaning::Good)),
            std::cmp::Ordering::Equal => ("●", theme.accent()),
            std::cmp::Ordering::Greater => ("·", theme.dim()),
        };
        let name =
            vec![Span::styled(format!("{mark} "), style), Span::styled(hop.load.clone(), theme.bold())];
        let time = took.next().map(|t| Span::styled(format!("in {t}"), theme.dim()));
        lines.push(spread(name, time.into_iter().collect(), columns));
        let doubt = if hop.certain { "" } else { "; not certain, the best that is known" };
        let why = format!("{}{doubt}", hop.why.trim_end_matches('.'));
        for line in wrap(&why, columns.saturating_sub(2)) {
            lines.push(Line::styled(format!("  {line}"), theme.dim()));
        }
    }
    if let Some(why) = &plan.revised {
        item(lines, "·", theme.dim(), &format!("Planned anew: {why}"), columns);
    }
}

/// A saying: its source, how much it proves, its own words.
fn evidence(theme: Theme, saying: &Saying, columns: usize) -> Vec<Line<'static>> {
    let said = &saying.said;
    let proves = match said.weight {
        0 | 1 => "proves little: it names no load",
        2 => "proves some: a loader says so, too",
        _ => "proves most: only an application registers",
    };
    let names = [said.model.as_ref(), said.load.as_ref(), said.release.as_ref()];
    let names: Vec<_> = names.into_iter().flatten().map(String::as_str).collect();
    let what = if names.is_empty() { said.text.clone() } else { names.join(", ") };
    let what = [what].into_iter().filter(|what| !what.is_empty()).chain(words::unit(said));
    let what = what.collect::<Vec<_>>().join(", ");
    let mut lines = Vec::new();
    item(&mut lines, "·", theme.dim(), &format!("{}: {what}", said.source), columns);
    let weight = format!("  weight {} of 3, {proves}; event {}", said.weight, saying.event);
    lines.extend(
        wrap(&weight, columns.saturating_sub(2))
            .into_iter()
            .map(|line| Line::styled(format!("  {line}"), theme.dim())),
    );
    lines
}

/// Who it is, everything it asked for, and what happened when.
fn record(model: &Model, phone: &Phone, columns: usize) -> Vec<Line<'static>> {
    let theme = model.theme;
    let mut lines = Vec::new();
    let shown = signs::of(phone);
    if !shown.is_empty() {
        heading(&mut lines, theme.accent(), "What shows who it is");
        for sign in shown {
            item(&mut lines, "·", theme.dim(), &sign.what, columns);
            let proves = wrap(&sign.proves, columns.saturating_sub(2));
            lines.extend(proves.into_iter().map(|line| Line::styled(format!("  {line}"), theme.dim())));
        }
    }
    if !phone.says.is_empty() {
        heading(&mut lines, theme.accent(), "What it says of itself");
        for saying in phone.sayings() {
            lines.extend(evidence(theme, saying, columns));
        }
    }
    if !phone.names.is_empty() {
        heading(&mut lines, theme.accent(), "Asked for");
        let mut names: Vec<_> = phone.names.values().collect();
        names.sort_by_key(|asked| asked.last);
        for asked in names {
            let name = &asked.name;
            let last = words::clock(asked.last.since(crate::clock::Instant::ZERO));
            let given = ("✓", theme.of(Meaning::Good), "given");
            let (mark, style, word) = if asked.given { given } else { ("·", theme.dim(), "not here") };
            let left = vec![Span::styled(format!("{mark} "), style), Span::raw(name.clone())];
            let right = format!("{:>4} × {}  last {last:>6}", asked.count, pad(word, 8));
            lines.push(spread(left, vec![Span::styled(right, theme.dim())], columns));
        }
    }
    heading(&mut lines, theme.accent(), "What happened");
    let (earlier, told) = model.log.newest_of(phone.mac, limits::PHONE_LINES);
    if earlier > 0 {
        let all = format!("{earlier} events before these are in the log: L, then /{}", phone.mac.tail());
        lines.push(Line::styled(fit(&all, columns), theme.dim()));
    }
    for entry in told {
        lines.extend(events::told(model, entry, columns, events::Style::OfOnePhone));
    }
    lines
}
