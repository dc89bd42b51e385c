//! What a session came to, as Markdown.

use super::{State, words};
use crate::event::{PhoneSummary, Verdict};
use std::fmt::Write as _;
use std::time::Duration;

impl State {
    /// The report of the session as it stands: for each phone from where to where, what proves it, times, findings.
    #[must_use]
    pub fn report(&self) -> String {
        let summary = self.summary.clone().unwrap_or_else(|| self.summarise());
        let mut text = String::from("# Recovery of Cisco phones\n\n");
        if let Some(session) = &self.session {
            let mode = if session.mode == "rehearse" { " Virtual phones: a rehearsal." } else { "" };
            // Writing to a String can't fail.
            let _ = writeln!(text, "{}, servers on {}.{mode}\n", session.program, session.server);
        }
        for wish in self.session.iter().flat_map(|session| &session.forced) {
            let _ = writeln!(text, "The technician insisted on {wish}, against the plan.\n");
        }
        if let Some(account) = self.session.as_ref().and_then(|session| session.account.as_ref()) {
            let who = account.only.map_or("Phones led to SIP".to_owned(), |mac| mac.to_string());
            let _ = writeln!(text, "{who} got the SIP account {}.\n", account.user);
        }
        let done = summary.phones.iter().filter(|p| p.verdict == Verdict::Recovered).count();
        let _ = writeln!(text, "{done} of {} phones are recovered.", summary.phones.len());
        for phone in &summary.phones {
            self.one(phone, &mut text);
        }
        text
    }

    fn one(&self, phone: &PhoneSummary, text: &mut String) {
        let name = phone.model.as_deref().unwrap_or("79xx");
        let _ = writeln!(text, "\n## {name} {}: {}\n", phone.phone, phone.verdict);
        let clock = |seconds: f64| words::clock(Duration::from_secs_f64(seconds.clamp(0.0, 1e9)));
        let mut line = |label: &str, words: &str| {
            let _ = writeln!(text, "- {label}: {words}");
        };
        if let Some(serial) = &phone.serial {
            let board = self.phone(phone.phone).and_then(|p| p.hardware.as_ref());
            line(
                "unit",
                &board.map_or_else(|| serial.clone(), |board| format!("{serial}, hardware {board}")),
            );
        }
        line("from", phone.from.as_deref().unwrap_or("unknown"));
        line("to", phone.target.as_deref().unwrap_or("no load was chosen"));
        if let Some(running) = &phone.running {
            line("runs now", running);
        }
        line("why", &phone.reason);
        for proof in &phone.proof {
            line("proof", proof);
        }
        for hop in &phone.hops {
            let word = if hop.done { format!("in {}", clock(hop.seconds)) } else { "not reached".to_owned() };
            line("hop", &format!("{}, {word}", hop.load));
        }
        if let Some(holds) = &phone.holds {
            line("still holds", holds);
        }
        let planned = self.phone(phone.phone).and_then(|p| p.plan.as_ref());
        for hop in planned.iter().flat_map(|plan| &plan.hops).filter(|hop| !hop.certain) {
            line("not certain", &format!("{}: {}", hop.load, hop.why));
        }
        line("time", &format!("{}, {} read", clock(phone.seconds), words::bytes(phone.bytes)));
        for code in &phone.symptoms {
            if let Some(s) = self.phone(phone.phone).and_then(|p| p.symptoms.get(code)) {
                line("found", &format!("{} {} {} ({code})", s.seen, s.means, s.next));
            }
        }
    }
}
