//! Is this computer ready?

use super::network::address;
use crate::dhcp::elsewhere;
use crate::tui::panes::{Pane, Text, above, beside};
use crate::tui::theme::Meaning;
use crate::tui::wizard::{Finding, Grade, ReadyRow, Wizard};
use crate::tui::{Model, Page, Theme};
use ratatui::layout::Rect;
use ratatui::style::Style;

pub(super) fn panes(model: &Model, wizard: &Wizard, body: Rect) -> Vec<Pane> {
    let theme = model.theme;
    let rows_wanted = wizard.ready_rows().len() + 4;
    let wanted = u16::try_from(rows_wanted).unwrap_or(u16::MAX);
    let [list, about] = if body.width >= 130 {
        beside(body, 84)
    } else {
        above(body, wanted.min(body.height.saturating_sub(8)))
    };
    let mut rows = Text::new(theme, Pane::columns(list));
    for (n, row) in wizard.ready_rows().into_iter().enumerate() {
        if matches!(row, ReadyRow::Set | ReadyRow::Finding(0)) && n > 0 {
            rows.blank();
        }
        one(model, wizard, row, (n, wizard.ready_at), &mut rows);
    }
    let fine = wizard.preflight.count(Grade::Fine);
    if fine > 0 {
        let word = if fine == 1 { "1 check is".to_owned() } else { format!("{fine} checks are") };
        rows.item("  ✓", &format!("{word} as it should be"), theme.dim(), theme.dim());
    }
    let name = wizard.port().map_or("this computer", |port| &port.name);
    let mut list = Pane::list(list, format!("is {name} ready?"), rows.rows, wizard.ready_at);
    if wizard.preflight.running {
        list.right.push_str("looking…");
    }

    let mut text = Text::new(theme, Pane::columns(about));
    let title = told(model, wizard, &mut text);
    vec![list, Pane::text(about, title, text.rows)]
}

fn mark(theme: Theme, grade: Grade) -> (&'static str, &'static str, Style) {
    match grade {
        Grade::Fine => ("✓", "fine", theme.of(Meaning::Good)),
        Grade::Unseen => ("?", "unseen", theme.dim()),
        Grade::Note => ("▲", "note", theme.of(Meaning::NeedsYou)),
        Grade::Bad => ("✗", "in the way", theme.of(Meaning::Wrong)),
    }
}

/// A row of the list.
fn one(model: &Model, wizard: &Wizard, row: ReadyRow, at: (usize, usize), rows: &mut Text) {
    let theme = model.theme;
    let chosen = |so: bool| if so { "●" } else { "○" };
    match row {
        ReadyRow::On => {
            let bad = wizard.preflight.count(Grade::Bad);
            let (word, style) = match (wizard.blocker(Page::Ready), bad) {
                (Some(_), 2..) => (format!("{bad} things are in the way"), theme.bold()),
                (Some(_), _) => ("something is in the way".to_owned(), theme.bold()),
                (None, 1..) => ("go on, against what was found".to_owned(), theme.bold()),
                (None, 0) if wizard.preflight.running => {
                    ("go on; it is still being looked at".to_owned(), theme.bold())
                }
                (None, 0) => ("it is ready: go on".to_owned(), theme.bold()),
            };
            rows.choice(at, &word, "", style);
        }
        ReadyRow::Set => {
            let keep = wizard.address.keep;
            let cursor = if wizard.address.before.is_some() { "_" } else { "" };
            let text =
                format!("address  {} set {}{cursor} for this session", chosen(!keep), wizard.address.typed);
            rows.choice(at, &text, "A: another", Style::new());
        }
        ReadyRow::Keep => {
            let has = wizard.port().map_or("no address".to_owned(), address);
            let text = format!("         {} keep what it has: {has}", chosen(wizard.address.keep));
            rows.choice(at, &text, "", Style::new());
        }
        ReadyRow::Ours => {
            let text = format!("phones   {} get their addresses from this program", chosen(wizard.dhcp));
            rows.choice(at, &text, "D: change", Style::new());
        }
        ReadyRow::Theirs => {
            let text =
                format!("         {} from another DHCP server, which has to stay", chosen(!wizard.dhcp));
            rows.choice(at, &text, "", Style::new());
        }
        ReadyRow::Finding(n) => {
            let Some(finding) = wizard.preflight.open().nth(n) else { return };
            let (mark, word, style) = mark(theme, finding.grade);
            let note = if finding.fix.is_some() { "Enter: do it" } else { word };
            rows.choice(at, &format!("{mark} {}: {}", finding.title, finding.seen), note, style);
        }
    }
}

/// What is said about the row under the cursor; gives the title.
fn told(model: &Model, wizard: &Wizard, text: &mut Text) -> String {
    let theme = model.theme;
    let name = wizard.port().map_or("the interface", |port| &port.name);
    match wizard.ready_row() {
        ReadyRow::On => {
            summary(model, wizard, text);
            "so far".to_owned()
        }
        ReadyRow::Set => {
            text.say(&format!("{name} gets this address when the servers start, beside what it has. It is written down first, and taken away at the end, also after a crash."), Style::new());
            text.say(
                "Phones get theirs from the same network: a /24 has room for more than 200.",
                theme.dim(),
            );
            text.labelled(
                "type",
                "A, then an address and the length of its network, such as 192.168.79.1/24.",
                theme.dim(),
            );
            "address".to_owned()
        }
        ReadyRow::Keep => {
            text.say(&format!("Nothing of {name} is changed. Phones are told its first address; another device on the wire may not have it."), Style::new());
            "address".to_owned()
        }
        ReadyRow::Ours => {
            text.say("Cisco phones get an address and are told where their files are. Everybody else on the wire is left alone.", Style::new());
            text.labelled("do", "Unplug every other DHCP server, such as a router, from this wire. If one has to stay, press D.", theme.bold());
            "who gives addresses".to_owned()
        }
        ReadyRow::Theirs => {
            let server = wizard.server().map(|(address, _)| address);
            if let Some(server) = server {
                text.say(
                    &format!("Only files are served, on {server}: an address of the other server's network, or phones never reach it. Write into that server:"),
                    Style::new(),
                );
                for entry in elsewhere::lines(server) {
                    text.blank();
                    text.say(entry.server, theme.accent());
                    for line in entry.lines {
                        text.item(" ", &line, Style::new(), theme.bold());
                    }
                }
            }
            "what the other server has to send".to_owned()
        }
        ReadyRow::Finding(_) => {
            let Some(finding) = wizard.finding() else { return String::new() };
            found(theme, finding, text);
            finding.title.to_lowercase()
        }
    }
}

fn found(theme: Theme, finding: &Finding, text: &mut Text) {
    let (mark, _, style) = mark(theme, finding.grade);
    text.item(mark, &finding.seen, style, Style::new());
    if !finding.means.is_empty() {
        text.labelled("means", &finding.means, Style::new());
    }
    if let Some(remedy) = &finding.remedy {
        text.labelled("do", remedy, theme.bold());
    }
    match &finding.fix {
        Some(fix) => text.labelled("Enter", &format!("{fix} You are asked first."), theme.bold()),
        // A running program is given no rights.
        None if finding.code == "rights" && finding.grade == Grade::Bad => text.labelled(
            "then",
            "Leave (Q) and start it again. The firmware stands among the places used before.",
            theme.bold(),
        ),
        None if finding.remedy.is_some() => text.labelled("then", "R looks again.", theme.dim()),
        None => {}
    }
    text.labelled("code", &finding.code, theme.dim());
}

/// Everything at a glance.
fn summary(model: &Model, wizard: &Wizard, text: &mut Text) {
    let theme = model.theme;
    let flight = &wizard.preflight;
    if flight.findings.is_empty() {
        let word = "This computer is being looked at: permission, link, ports, firewall, other DHCP servers, addresses. It takes up to 5 s and changes nothing.";
        text.say(word, Style::new());
        return;
    }
    for finding in flight.open().filter(|f| f.grade == Grade::Bad) {
        found(theme, finding, text);
    }
    let (notes, unseen) = (flight.count(Grade::Note), flight.count(Grade::Unseen));
    if flight.running {
        text.say("Looking…", theme.bold());
    } else if flight.count(Grade::Bad) == 0 {
        text.item("✓", "Nothing is in the way.", theme.of(Meaning::Good), theme.bold());
    }
    for (n, one, many) in [
        (
            notes,
            "thing should be known: choose it to read it.",
            "things should be known: choose them to read them.",
        ),
        (unseen, "thing can't be seen from here.", "things can't be seen from here."),
    ] {
        match n {
            0 => {}
            1 => text.say(&format!("1 {one}"), Style::new()),
            n => text.say(&format!("{n} {many}"), Style::new()),
        }
    }
    let word = "The servers ask themselves as a phone would, as soon as they run; what they say then stands in the footer and in the log.";
    text.say(word, theme.dim());
}
