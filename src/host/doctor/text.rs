//! The report for a person: 80 columns, and sentences that also make sense when they are read aloud.

use super::{Outcome, Report};
use crate::host::interfaces::Interface;

const WIDTH: usize = 80;

/// The whole report.
#[must_use]
pub fn text(report: &Report) -> String {
    let count = |state| report.checks.iter().filter(|c| c.state == state).count();
    let (fails, warns, unseen) = (count(Outcome::Fail), count(Outcome::Warn), count(Outcome::Unknown));
    let on = report.interface.as_deref().unwrap_or("This laptop");
    let mut lines = Vec::new();
    let verdict = match fails {
        0 => format!("{on} is ready."),
        1 => format!("{on} is not ready: 1 thing is in the way."),
        n => format!("{on} is not ready: {n} things are in the way."),
    };
    let more = [(warns, "to know about"), (unseen, "that can't be seen from here")];
    let more = more.iter().filter(|(n, _)| *n > 0).map(|(n, what)| {
        let thing = if *n == 1 { "thing" } else { "things" };
        format!(" {n} {thing} {what}.")
    });
    wrap(&mut lines, "", &format!("{verdict}{}", more.collect::<String>()));
    if let (Some(name), Some(why)) = (&report.interface, &report.because) {
        wrap(&mut lines, "", &format!("{name} was chosen because {why}."));
    }
    lines.push(String::new());
    for check in report.checks.iter().filter(|c| c.state != Outcome::Ok) {
        wrap(&mut lines, &format!("{:<8}", word(check.state)), &format!("{}. {}", check.title, check.seen));
        if !check.means.is_empty() {
            wrap(&mut lines, "        ", &check.means);
        }
        if let Some(remedy) = &check.remedy {
            wrap(&mut lines, "        ", &format!("Do this: {}", remedy.text));
        }
        lines.push(format!("        ({})", check.code));
        lines.push(String::new());
    }
    for check in report.checks.iter().filter(|c| c.state == Outcome::Ok) {
        wrap(&mut lines, &format!("{:<8}", word(check.state)), &check.seen);
    }
    lines.push(String::new());
    lines.push("Interfaces of this computer:".to_owned());
    for interface in &report.interfaces {
        wrap(&mut lines, "  ", &described(interface));
    }
    lines.join("\n")
}

const fn word(state: Outcome) -> &'static str {
    match state {
        Outcome::Ok => "ok",
        Outcome::Unknown => "unseen",
        Outcome::Warn => "note",
        Outcome::Fail => "FAIL",
    }
}

fn described(i: &Interface) -> String {
    let mut parts = vec![i.kind.name().to_owned()];
    parts.extend(i.mac.clone());
    parts.push(match (i.on, i.up, i.speed) {
        (_, true, Some(speed)) => format!("link {speed} Mb/s"),
        (_, true, None) => "link".to_owned(),
        (true, false, _) => "no link".to_owned(),
        (false, ..) => "switched off".to_owned(),
    });
    parts.extend(i.addresses.iter().map(|(a, l)| format!("{a}/{l}")));
    if i.default_route {
        parts.push("the way to the internet".to_owned());
    }
    format!("{}: {}", i.friendly.as_deref().unwrap_or(&i.name), parts.join(", "))
}

/// Breaks a text at blanks; the first line begins with `head`, the others are indented as far.
fn wrap(lines: &mut Vec<String>, head: &str, text: &str) {
    let indent = " ".repeat(head.chars().count().max(if head.is_empty() { 0 } else { 2 }));
    let mut line = head.to_owned();
    let mut empty = true;
    for word in text.split_whitespace() {
        let room = line.chars().count() + usize::from(!empty) + word.chars().count() <= WIDTH;
        if !empty && !room {
            lines.push(std::mem::replace(&mut line, indent.clone()));
            empty = true;
        }
        if !empty {
            line.push(' ');
        }
        line.push_str(word);
        empty = false;
    }
    lines.push(line);
}
