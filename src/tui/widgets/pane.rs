//! One phone in a pane.

use super::text::{fit, pad, spread, width, wrap_in};
use crate::session::phone::Pause;
use crate::session::{Phone, words};
use crate::tui::glance::{self, Power, Standing, Step};
use crate::tui::theme::Meaning;
use crate::tui::{Model, Theme, hand};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Padding, Paragraph, Widget};

/// A rounded frame with one column of air.
pub(in crate::tui) fn frame(style: Style) -> Block<'static> {
    // A title is drawn over the border: it must not inherit how that looks.
    let title = Style::new().fg(Color::Reset).remove_modifier(Modifier::DIM | Modifier::BOLD);
    let block = Block::bordered().border_type(BorderType::Rounded).border_style(style).title_style(title);
    block.padding(Padding::horizontal(1))
}

/// The frame of a phone: its name at the left, whether it may be unplugged at the right.
fn phone_frame(model: &Model, phone: &Phone, number: usize, columns: u16) -> Block<'static> {
    let theme = model.theme;
    let standing = glance::standing(phone);
    let chosen = model.chosen == Some(phone.mac);
    // Keys act on one of them, also when none was chosen.
    let at = chosen || model.state.phones.len() > 1 && model.selected().is_some_and(|p| p.mac == phone.mac);
    let mac = phone.mac.to_string().to_uppercase();
    let name = if columns < 60 { phone.mac.tail() } else { mac };
    let left = vec![
        Span::styled(if at { "▸" } else { " " }, theme.accent()),
        Span::styled(standing.mark(), theme.of(standing.meaning())),
        Span::raw(format!(" {number}  ")),
        Span::styled(glance::model(phone).to_owned(), theme.bold()),
        Span::raw(format!("  {name} ")),
    ];
    let mut right = vec![Span::raw(" ")];
    if columns >= 60 {
        right.push(Span::styled(standing.word(), theme.of(standing.meaning())));
        right.push(Span::styled(" · ", theme.dim()));
    }
    right.push(power(theme, phone));
    right.push(Span::raw(" "));
    let border = if chosen { theme.accent() } else { theme.dim() };
    frame(border).title_top(Line::from(left)).title_top(Line::from(right).right_aligned())
}

/// Whether it may be unplugged.
pub(in crate::tui) fn power(theme: Theme, phone: &Phone) -> Span<'static> {
    let power = glance::power(phone);
    Span::styled(power.words(), if power == Power::Safe { theme.dim() } else { theme.bold() })
}

/// A pane with everything that fits.
pub(in crate::tui) fn large(model: &Model, phone: &Phone, number: usize, area: Rect, buf: &mut Buffer) {
    let block = phone_frame(model, phone, number, area.width);
    let inner = block.inner(area);
    block.render(area, buf);
    Paragraph::new(contents(model, phone, inner)).render(inner, buf);
}

/// A pane with what matters most.
pub(in crate::tui) fn medium(model: &Model, phone: &Phone, number: usize, area: Rect, buf: &mut Buffer) {
    let theme = model.theme;
    let block = phone_frame(model, phone, number, area.width);
    let inner = block.inner(area);
    block.render(area, buf);
    let (columns, rows) = (usize::from(inner.width), usize::from(inner.height));
    let lines = if matches!(glance::standing(phone), Standing::NeedsYou | Standing::Failed) {
        let key = hand::key(phone).map(|key| Line::from(fit(&key, columns)));
        let room = rows.saturating_sub(usize::from(key.is_some()));
        let mut lines = labelled("", glance::next(phone), theme.bold(), theme, columns, room);
        lines.extend(key);
        lines
    } else if let Some(closed) = &phone.closed {
        let mut lines = vec![stage(model, phone, columns)];
        lines.extend(closed.running.as_ref().map(|load| Line::from(fit(&format!("runs {load}"), columns))));
        let room = rows.saturating_sub(lines.len());
        lines.extend(labelled("", glance::next(phone), Style::new(), theme, columns, room));
        lines
    } else {
        let gauge = if phone.read.is_some() {
            gauge(theme, phone, columns)
        } else {
            let text = words::looks(&phone.identity).unwrap_or_else(|| route_end(phone));
            Line::styled(fit(&text, columns), theme.dim())
        };
        let usual = glance::wait(phone, model.now).usual.map(|usual| format!("usually {usual}"));
        vec![
            stage(model, phone, columns),
            gauge,
            Line::styled(fit(&usual.unwrap_or_default(), columns), theme.dim()),
        ]
    };
    Paragraph::new(lines).render(inner, buf);
}

fn route_end(phone: &Phone) -> String {
    phone.plan.as_ref().map_or_else(|| "no target chosen".to_owned(), |plan| format!("to {}", plan.target))
}

/// Lines of what was seen or why it ended, before the rest has its place.
const MATTER: usize = 3;

/// Lines in the order in which they are read, chosen by what matters most.
fn contents(model: &Model, phone: &Phone, inner: Rect) -> Vec<Line<'static>> {
    let theme = model.theme;
    let (columns, rows) = (usize::from(inner.width), usize::from(inner.height));
    let asks = glance::asks(phone);
    let mut room = rows.saturating_sub(1);
    let mut take = |wanted: usize| {
        let given = wanted.min(room);
        room -= given;
        given
    };
    let style = if asks { theme.bold() } else { Style::new() };
    let next_all = labelled("do", glance::next(phone), style, theme, columns, 4);
    let key_all = hand::key(phone)
        .map(|text| labelled("key", &text, Style::new(), theme, columns, 2))
        .unwrap_or_default();
    let matter_all = glance::matter(phone)
        .map(|(label, text)| labelled(label, &text, Style::new(), theme, columns, usize::MAX))
        .unwrap_or_default();
    let next = take(next_all.len());
    // What the key does stands beside it, before it is pressed.
    let key = take(key_all.len());
    let first = take(matter_all.len().min(if asks { MATTER } else { 1 }));
    let with_route = take(1) > 0;
    let with_gauge = take(1) > 0;
    let steps = if phone.closed.is_some() { Vec::new() } else { glance::steps(phone) };
    let with_steps = take(usize::from(!steps.is_empty())) > 0;
    let usual = first + take(matter_all.len().min(MATTER).saturating_sub(first));
    let lamps = glance::range(phone).filter(|_| !asks && take(1) > 0);
    // Nothing is cut while rows stay empty.
    let matter = usual + take(matter_all.len().saturating_sub(usual));

    let mut lines = Vec::new();
    if with_route {
        lines.push(route(theme, phone, columns));
    }
    lines.push(stage(model, phone, columns));
    if with_gauge {
        lines.push(gauge(theme, phone, columns));
    }
    if with_steps {
        lines.push(checklist(theme, &steps, columns));
    }
    if matter > 0
        && let Some((label, text)) = glance::matter(phone)
    {
        lines.extend(labelled(label, &text, Style::new(), theme, columns, matter));
    }
    if let Some(range) = lamps {
        lines.extend(labelled("lamps", &range.lamps, Style::new(), theme, columns, 1));
    }
    if next > 0 {
        lines.extend(labelled("do", glance::next(phone), style, theme, columns, next));
    }
    lines.extend(key_all.into_iter().take(key));
    lines
}

/// A dim label, and text beside it in at most so many lines.
pub(in crate::tui) fn labelled(
    label: &str,
    text: &str,
    style: Style,
    theme: Theme,
    columns: usize,
    most: usize,
) -> Vec<Line<'static>> {
    let indent = if label.is_empty() { 0 } else { 7 };
    wrap_in(text, columns.saturating_sub(indent), most)
        .into_iter()
        .enumerate()
        .map(|(i, line)| {
            let label = if i == 0 { label } else { "" };
            Line::from(vec![Span::styled(pad(label, indent), theme.dim()), Span::styled(line, style)])
        })
        .collect()
}

/// The loads on the way: those behind, the one it is on, those ahead.
pub(in crate::tui) fn route(theme: Theme, phone: &Phone, columns: usize) -> Line<'static> {
    let Some(plan) = &phone.plan else {
        let text = match &phone.no_plan {
            Some(_) => "no way to its target is known",
            None if phone.closed.is_some() => "",
            None => "what it runs isn't known yet",
        };
        return Line::styled(fit(text, columns), theme.dim());
    };
    if plan.hops.is_empty() {
        return Line::from(fit(&format!("runs {} already", plan.target), columns));
    }
    // The mark before a load says where the phone stands with it, as in the list of steps.
    let mut stops = vec![("", theme.dim(), plan.from.as_str(), theme.dim())];
    stops.extend(plan.hops.iter().enumerate().map(|(i, hop)| match i.cmp(&phone.hop) {
        std::cmp::Ordering::Less => (" ✓ ", theme.of(Meaning::Good), hop.load.as_str(), Style::new()),
        std::cmp::Ordering::Equal => (" ● ", theme.accent(), hop.load.as_str(), theme.accent()),
        std::cmp::Ordering::Greater => (" → ", theme.dim(), hop.load.as_str(), theme.dim()),
    }));
    // Too long: what is behind goes first.
    let size =
        |stops: &[(&str, Style, &str, Style)]| stops.iter().map(|s| width(s.0) + width(s.2)).sum::<usize>();
    while size(&stops) > columns && stops.len() > 3 {
        stops.remove(1);
        if let Some(first) = stops.first_mut() {
            first.2 = "…";
        }
    }
    let spans = stops
        .into_iter()
        .flat_map(|(mark, its, load, style)| [Span::styled(mark, its), Span::styled(load.to_owned(), style)])
        .collect();
    spread(spans, Vec::new(), columns)
}

/// Which hop, what it is doing; the clock at the right, beside the usual range.
pub(in crate::tui) fn stage(model: &Model, phone: &Phone, columns: usize) -> Line<'static> {
    let theme = model.theme;
    let mut left = Vec::new();
    if let Some(closed) = &phone.closed {
        let standing = glance::standing(phone);
        let style = theme.of(standing.meaning());
        left.push(Span::styled(format!("{} {}", standing.mark(), standing.word()), style));
        if let Some(running) = closed.running.as_ref().filter(|_| columns >= 50) {
            left.push(Span::raw(format!("  runs {running}")));
        }
        let took = words::clock(closed.at.since(phone.first_seen));
        return spread(left, vec![Span::styled("in ", theme.dim()), Span::raw(took)], columns);
    }
    if let Some((hop, of)) = glance::hop(phone) {
        left.push(Span::raw(if columns < 50 {
            format!("hop {hop}/{of}")
        } else {
            format!("hop {hop} of {of}")
        }));
        left.push(Span::styled(" · ", theme.dim()));
    }
    left.push(Span::raw(words::doing(phone)));
    if phone.pause == Some(Pause::Asked) {
        left.push(Span::styled(" · pause pending", theme.of(Meaning::NeedsYou)));
    }
    let wait = glance::wait(phone, model.now);
    let mut right = vec![Span::raw(wait.clock)];
    if columns >= 60 {
        match wait.usual {
            Some(usual) if wait.longer => right.push(Span::raw(format!("  longer than the usual {usual}"))),
            Some(usual) => right.push(Span::styled(format!("  usually {usual}"), theme.dim())),
            None => {}
        }
    }
    spread(left, right, columns)
}

/// The file under way: name, bar, hundredths, bytes, rate and time left.
pub(in crate::tui) fn gauge(theme: Theme, phone: &Phone, columns: usize) -> Line<'static> {
    let (Some(read), Some(percent)) = (&phone.read, glance::percent(phone)) else {
        let read = words::bytes(phone.bytes);
        let looks = words::looks(&phone.identity);
        let text = match (&phone.closed, looks) {
            (Some(_), _) => format!("{read} read in all"),
            // As long as that is open, it has read nothing.
            (None, Some(looks)) => looks,
            (None, None) => format!("no file under way · {read} read so far"),
        };
        return Line::styled(fit(&text, columns), theme.dim());
    };
    let mut right = format!("{percent:>3} %  {:>15}", of(read.bytes, read.size));
    if columns >= 60 {
        let (rate, left) = glance::pace(phone).map_or_else(
            || (String::new(), String::new()),
            |(rate, left)| (format!("{}/s", words::bytes(rate)), format!("{} left", words::clock(left))),
        );
        right = format!("{right}  {rate:>8}  {left:>9}");
    }
    let file = if columns >= 60 {
        pad(&read.file, 20.min(columns / 4).max(width(&read.file).min(24)))
    } else {
        String::new()
    };
    let gap = if file.is_empty() { 0 } else { 2 };
    let bar = columns.saturating_sub(width(&file) + gap + 2 + width(&right)).min(40);
    let full = bar * usize::try_from(percent).unwrap_or(0) / 100;
    Line::from(vec![
        Span::raw(file),
        Span::raw(" ".repeat(gap)),
        Span::styled("█".repeat(full), theme.of(Meaning::Working)),
        Span::styled("░".repeat(bar - full), theme.dim()),
        Span::raw("  "),
        Span::raw(right),
    ])
}

/// `482 of 708 kB`: both in the unit of the whole.
fn of(done: u64, size: u64) -> String {
    match size {
        0..1_000 => format!("{done} of {size} B"),
        1_000..1_000_000 => format!("{} of {} kB", done / 1_000, size / 1_000),
        _ => {
            let mb = |n: u64| format!("{}.{}", n / 1_000_000, n / 100_000 % 10);
            format!("{} of {} MB", mb(done), mb(size))
        }
    }
}

/// The steps of a hop: `lease ✓  config ✓  list ●  load ·`.
pub(in crate::tui) fn checklist(
    theme: Theme,
    steps: &[(&'static str, Step)],
    columns: usize,
) -> Line<'static> {
    let mut spans = Vec::new();
    for (name, step) in steps {
        let (style, mark, mark_style) = match step {
            Step::Done => (Style::new(), "✓", theme.of(Meaning::Good)),
            Step::Now => (theme.accent(), "●", theme.accent()),
            Step::Ahead => (theme.dim(), "·", theme.dim()),
        };
        spans.push(Span::styled(format!("{mark} "), mark_style));
        spans.push(Span::styled(format!("{name}   "), style));
    }
    spread(spans, Vec::new(), columns)
}
