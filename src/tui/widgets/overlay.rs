//! What lies over a page: help, and questions before something is lost.

use super::pane::frame;
use super::text::{cells, wrap};
use crate::session::{Phone, words};
use crate::tui::wizard::{Servers, Wizard};
use crate::tui::{Model, Overlay, Page, Theme, glance, hand};
use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Paragraph, Widget};

/// The help of the Bench, as `docs/` has it too.
const BENCH: &str = include_str!("../../../assets/help/bench.md");
/// The help of the wizard's pages, one section each.
const WIZARD: &str = include_str!("../../../assets/help/wizard.md");
/// Columns of an overlay, border and air included.
const WIDTH: u16 = 72;

/// Lines of the overlay.
pub(in crate::tui) fn lines(
    model: &Model,
    overlay: Overlay,
    columns: usize,
) -> (&'static str, Vec<Line<'static>>) {
    match overlay {
        Overlay::Help => (" help ", help(model.theme, &help_of(model.page), columns)),
        Overlay::Replan(_) => (" another target ", choosing(model, overlay, columns)),
        Overlay::Remedy(_) => (" what shall be done? ", choosing(model, overlay, columns)),
        Overlay::Insist => (" against the advice? ", insist(model, columns)),
        Overlay::Fix => (" shall the program do it? ", fix(model, columns)),
        Overlay::Large => (" a huge folder ", large(model, columns)),
        Overlay::Quit if !model.running() => (" leave? ", quit(model, columns)),
        Overlay::Quit => (" leave the bench? ", quit(model, columns)),
        Overlay::Forget(mac) => {
            let phone = model.state.phone(mac);
            let name = phone.map_or("79xx", |p| glance::model(p)).to_owned();
            let mut text = format!(
                "Forget the {name} ·{}? Its address and its plan go; what it has read stays in the phone. If it asks again it is a new phone.",
                mac.tail()
            );
            if phone.is_some_and(Phone::keep_powered) {
                text.push_str(" It is in the middle of a flash: wait, unless it is gone for good.");
            }
            let mut lines = paragraph(&text, columns);
            lines.push(Line::default());
            lines.push(answers(model.theme, [("Esc", "keep it"), ("Y", "forget it")]));
            (" forget a phone? ", lines)
        }
    }
}

/// Rows of an overlay to choose from that are seen at once.
const CHOICES: usize = 8;

/// The question, what can be chosen, and what is typed.
fn choosing(model: &Model, overlay: Overlay, columns: usize) -> Vec<Line<'static>> {
    let theme = model.theme;
    let mut lines = paragraph(&hand::question(model, overlay).unwrap_or_default(), columns);
    lines.push(Line::default());
    let (rows, at) = hand::choices(model, overlay).unwrap_or_default();
    let replan = matches!(overlay, Overlay::Replan(_));
    let first = at.saturating_sub(CHOICES / 2).min(rows.len().saturating_sub(CHOICES));
    for (n, row) in rows.iter().enumerate().skip(first).take(CHOICES) {
        let chosen = replan && n == at;
        let mark =
            if replan { (if chosen { "▸ " } else { "  " }).to_owned() } else { format!("{} ", n + 1) };
        let style = if chosen { theme.accent() } else { Style::new() };
        for (i, line) in wrap(row, columns.saturating_sub(2)).into_iter().enumerate() {
            let mark = if i == 0 { mark.clone() } else { "  ".to_owned() };
            lines.push(Line::from(vec![Span::styled(mark, theme.accent()), Span::styled(line, style)]));
        }
    }
    if rows.len() > CHOICES {
        lines.push(Line::styled(format!("  {} loads in all", rows.len()), theme.dim()));
    }
    if replan {
        lines.push(Line::default());
        let typed = vec![Span::styled("It runs: ", theme.dim()), Span::raw(format!("{}_", model.hand.says))];
        lines.push(Line::from(typed));
        let how =
            "Type the load or release if you know it: P00303010102, 8.3(2), wiped. Empty: as the wire shows.";
        lines.extend(wrap(how, columns).into_iter().map(|line| Line::styled(line, theme.dim())));
    }
    lines.push(Line::default());
    lines.push(if replan {
        answers(theme, [("Esc", "leave it as it is"), ("Enter", "lead it there")])
    } else {
        answers(theme, [("Esc", "leave it as it is"), (hand::numbers(rows.len()), "do that")])
    });
    lines
}

fn answers(theme: Theme, [stay, go]: [(&'static str, &'static str); 2]) -> Line<'static> {
    Line::from(vec![
        Span::styled(stay.0, theme.accent()),
        Span::styled(format!(" {}      ", stay.1), theme.bold()),
        Span::styled(go.0, theme.accent()),
        Span::raw(format!(" {}", go.1)),
    ])
}

fn paragraph(text: &str, columns: usize) -> Vec<Line<'static>> {
    wrap(text, columns).into_iter().map(Line::from).collect()
}

/// What it may cost to go on against the program's advice.
fn insist(model: &Model, columns: usize) -> Vec<Line<'static>> {
    let Some(wizard) = &model.wizard else { return Vec::new() };
    let blocker = wizard.blocker(model.page);
    let mut lines = paragraph(&blocker.map(|b| b.text).unwrap_or_default(), columns);
    lines.push(Line::default());
    let risk = match model.page {
        Page::Load => [
            "This step is not known to work. Usually the phone refuses the load and keeps what it runs. At worst only its loader is left: a 7940 or 7960 then shows \"Protocol Application Invalid\", the others ask for their load for ever, and another load has to be served.",
            "The load is given in one step. Review, the journal and the report say that you insisted.",
        ],
        Page::Network => [
            "The servers would run there, and no phone would ever ask. Insist only if you know better, such as a bridge of your own that the phone is behind.",
            "The program sets no address on it: the one that it has is kept.",
        ],
        _ => [
            "As long as that is so, a session can't work. If what was seen here is wrong, go on: the start tries it all the same.",
            "If it can't work after all, the start says so and leaves nothing behind.",
        ],
    };
    for text in risk {
        lines.extend(paragraph(text, columns));
        lines.push(Line::default());
    }
    lines.push(answers(model.theme, [("Esc", "no"), ("Y", "I insist")]));
    lines
}

/// What it costs to read a huge folder.
fn large(model: &Model, columns: usize) -> Vec<Line<'static>> {
    let Some(wizard) = model.wizard.as_deref().map(Wizard::real) else { return Vec::new() };
    let folder = wizard.wanted.first().map(|path| path.display().to_string()).unwrap_or_default();
    let (weight, least) = (wizard.weight, if wizard.weight.more { "at least " } else { "" });
    let bytes = words::bytes(weight.bytes);
    let text = [
        format!("{folder} holds {least}{} files with {bytes}.", grouped(weight.files)),
        "Every one of them is opened and looked at, which takes minutes and as much memory as the files have. Firmware for every model there is comes to some 300 MB.".to_owned(),
        "Better choose the folder or the archive that the firmware is in. While it is read, Esc calls it off.".to_owned(),
    ];
    let mut lines = Vec::new();
    for text in text {
        lines.extend(paragraph(&text, columns));
        lines.push(Line::default());
    }
    lines.push(answers(model.theme, [("Esc", "leave it"), ("Y", "read it all")]));
    lines
}

/// A number that is read at a glance: 12 000.
fn grouped(n: usize) -> String {
    if n < 1_000 { n.to_string() } else { format!("{} {:03}", grouped(n / 1_000), n % 1_000) }
}

/// What the program is about to do about a finding.
fn fix(model: &Model, columns: usize) -> Vec<Line<'static>> {
    let finding = model.wizard.as_ref().and_then(|wizard| wizard.finding());
    let Some((finding, fix)) = finding.and_then(|f| Some((f, f.fix.as_ref()?))) else { return Vec::new() };
    let mut lines = paragraph(&format!("{} {}", finding.seen, finding.means), columns);
    lines.push(Line::default());
    lines.extend(paragraph(fix, columns));
    lines.push(Line::default());
    lines.push(answers(model.theme, [("Esc", "no"), ("Y", "do it")]));
    lines
}

fn quit(model: &Model, columns: usize) -> Vec<Line<'static>> {
    if !model.running() {
        let starting = model.wizard.as_ref().is_some_and(|w| w.servers == Servers::Starting);
        let text = if starting {
            "The servers are being started. Leaving calls that off and undoes what was begun on this computer."
        } else {
            "Nothing was started and nothing of this computer was changed. The answers so far are not kept."
        };
        let mut lines = paragraph(text, columns);
        lines.push(Line::default());
        lines.push(answers(model.theme, [("Esc", "stay"), ("Y", "leave")]));
        return lines;
    }
    let flashing: Vec<_> = model.state.phones.iter().filter(|p| p.keep_powered()).collect();
    let open = model.state.phones.iter().filter(|p| p.closed.is_none()).count();
    let mut lines = match (flashing.as_slice(), open) {
        ([], 0) if model.state.phones.is_empty() => {
            paragraph("No phone has come yet. Serving stops now.", columns)
        }
        ([], 0) => paragraph("Every phone has its verdict. Serving stops now.", columns),
        ([], 1) => paragraph(
            "One phone has no verdict yet. Serving stops now; it will wait and keep asking.",
            columns,
        ),
        ([], n) => paragraph(
            &format!("{n} phones have no verdict yet. Serving stops now; they will wait and keep asking."),
            columns,
        ),
        (flashing, _) => {
            let names: Vec<_> =
                flashing.iter().take(6).map(|p| format!("{} ·{}", glance::model(p), p.mac.tail())).collect();
            let more = flashing.len().saturating_sub(6);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            let one = flashing.len() == 1;
            let (are, it, they) = if one { ("is", "it", "It keeps") } else { ("are", "them", "They keep") };
            let names = names.join(", ");
            let mut lines = paragraph(&format!("{names}{more} {are} in the middle of a flash."), columns);
            lines.push(Line::default());
            lines.extend(paragraph("Serving stops now, before that is done.", columns));
            let text = format!(
                "DO NOT UNPLUG {it}: leave {it} powered, also after this program has ended. {they} asking for files and can be served again later."
            );
            lines.extend(paragraph(&text, columns));
            lines
        }
    };
    lines.push(Line::default());
    lines.push(answers(model.theme, [("Esc", "stay"), ("Y", "leave")]));
    lines
}

/// What is said about the page.
fn help_of(page: Page) -> String {
    let section = match page {
        Page::Bench | Page::Phone(_) | Page::Log => return BENCH.to_owned(),
        Page::Model => "Phone",
        Page::Shows => "What it shows",
        Page::Practise => "Practise",
        Page::Load => "Load",
        Page::Files => "Firmware",
        Page::Account => "SIP account",
        Page::Network => "Network",
        Page::Ready => "Ready",
        Page::Review => "Review",
        Page::Keys => "Keys",
        Page::Report => "Report",
    };
    let named = |name: &str| {
        WIZARD.split("# ").find(|text| text.lines().next() == Some(name)).map(|text| format!("# {text}"))
    };
    [section, "Everywhere"].into_iter().filter_map(named).collect()
}

/// Markdown as far as the help uses it: headings, list items, paragraphs.
fn help(theme: Theme, text: &str, columns: usize) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    for text in text.lines() {
        if let Some(heading) = text.strip_prefix('#') {
            lines.push(Line::styled(heading.trim_start_matches('#').trim().to_owned(), theme.accent()));
        } else if let Some((key, what)) = text.strip_prefix("- ").and_then(|item| item.split_once(": ")) {
            for (i, line) in wrap(what, columns.saturating_sub(14)).into_iter().enumerate() {
                let key = if i == 0 { key } else { "" };
                lines.push(Line::from(vec![
                    Span::styled(format!("{key:<13} "), theme.bold()),
                    Span::raw(line),
                ]));
            }
        } else {
            lines.extend(paragraph(text, columns));
        }
    }
    lines
}

fn place(model: &Model, overlay: Overlay, area: Rect) -> (Rect, &'static str, Vec<Line<'static>>) {
    let width = WIDTH.min(area.width.saturating_sub(4));
    let (title, lines) = lines(model, overlay, usize::from(width.saturating_sub(4)));
    let height = cells(lines.len()).saturating_add(2).min(area.height.saturating_sub(2));
    (area.centered(Constraint::Length(width), Constraint::Length(height)), title, lines)
}

/// How far the overlay can be scrolled.
pub(in crate::tui) fn last_line(model: &Model, overlay: Overlay, area: Rect) -> u16 {
    let (place, _, lines) = place(model, overlay, area);
    cells(lines.len()).saturating_sub(place.height.saturating_sub(2))
}

/// Draws it over the page.
pub(in crate::tui) fn render(model: &Model, overlay: Overlay, area: Rect, buf: &mut Buffer) {
    let (place, title, lines) = place(model, overlay, area);
    let shown = usize::from(place.height.saturating_sub(2));
    let below = lines.len().saturating_sub(shown + usize::from(model.scroll));
    let mut block = frame(model.theme.accent()).title_top(title);
    if below > 0 && overlay == Overlay::Help {
        block = block.title_bottom(Line::from(format!(" {below} more ↓ ")).right_aligned());
    }
    let inner = block.inner(place);
    Clear.render(place, buf);
    block.render(place, buf);
    let scroll = if overlay == Overlay::Help { model.scroll } else { 0 };
    Paragraph::new(lines).scroll((scroll, 0)).render(inner, buf);
}
