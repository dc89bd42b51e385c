//! What a session comes to: the last line of its journal.

use super::{Phone, State};
use crate::event::{HopSummary, PhoneSummary, Severity, Summary, Verdict};
use crate::load::{LoadName, Protocol};

impl State {
    /// The summary of the session as it stands. A phone without a verdict is `unproven`, or `failed` when something
    /// speaks against it; never recovered.
    #[must_use]
    pub fn summarise(&self) -> Summary {
        let phones: Vec<_> = self.phones.iter().map(|p| self.phone_summary(p)).collect();
        let expected = phones.iter().filter(|p| p.counts());
        let recovered = expected.clone().filter(|p| p.verdict == Verdict::Recovered).count();
        let verdict = match (expected.count(), recovered) {
            (0, _) => "partial",
            (_, 0) => "failed",
            (all, n) if n == all => "recovered",
            _ => "partial",
        };
        Summary { verdict: verdict.to_owned(), phones }
    }

    /// What a configuration of this bench leaves in a phone until its next exchange writes another.
    fn left_behind(&self, phone: &Phone) -> Option<String> {
        let session = self.session.as_ref()?;
        let sip = phone.at_target() && phone.plan.as_ref().is_some_and(|plan| is_sip(&plan.target));
        let account = session.account.as_ref().filter(|a| sip && a.only.is_none_or(|mac| mac == phone.mac));
        if let Some(account) = account {
            return Some(format!(
                "It has the SIP account {}, shows its web page and shares no firmware with other phones, until its next exchange writes another configuration.",
                account.user
            ));
        }
        let line = if session.registers() { ", a line named after its own address" } else { "" };
        let sccp = phone.plan.as_ref().is_some_and(|plan| !is_sip(&plan.target));
        let alone = if session.registers() || !sccp {
            ""
        } else {
            " Until then it may start over now and then, because no exchange answers it."
        };
        Some(format!(
            "It still takes {} for its exchange{line}, shows its web page and shares no firmware with other phones, until its next exchange writes another configuration.{alone}",
            session.server
        ))
    }

    fn phone_summary(&self, phone: &Phone) -> PhoneSummary {
        let (verdict, reason) = ending(phone);
        let closed = phone.closed.as_ref();
        let end = closed.map_or(self.last, |c| c.at);
        let mut hops: Vec<_> = phone
            .hops_done
            .iter()
            .map(|hop| HopSummary { load: hop.load.clone(), done: true, seconds: rounded(hop.seconds) })
            .collect();
        let ahead = phone.plan.iter().flat_map(|p| p.hops.iter().skip(phone.hop));
        hops.extend(ahead.map(|hop| HopSummary { load: hop.load.clone(), done: false, seconds: 0.0 }));
        PhoneSummary {
            phone: phone.mac,
            model: phone.identity.model.clone(),
            from: phone.plan.as_ref().map(|p| p.from.clone()),
            target: phone.plan.as_ref().map(|p| p.target.clone()),
            running: closed.and_then(|c| c.running.clone()),
            verdict,
            reason,
            proof: closed.map(|c| c.proof.clone()).unwrap_or_default(),
            symptoms: phone.symptoms.keys().cloned().collect(),
            hops,
            serial: phone.serial.clone(),
            holds: phone.configured.then(|| self.left_behind(phone)).flatten(),
            seconds: rounded(end.since(phone.first_seen).as_secs_f64()),
            bytes: phone.bytes,
        }
    }
}

impl PhoneSummary {
    /// It is a phone that was to be led somewhere, or one of ours that could not be. Strangers and phones that were
    /// only served files don't count.
    #[must_use]
    pub const fn counts(&self) -> bool {
        self.target.is_some() || matches!(self.verdict, Verdict::Failed) && self.model.is_some()
    }
}

fn is_sip(load: &str) -> bool {
    load.parse::<LoadName>().is_ok_and(|load| load.protocol == Protocol::Sip)
}

fn rounded(seconds: f64) -> f64 {
    (seconds * 10.0).round() / 10.0
}

/// The verdict of a phone if the session ended now, and why: `failed` only when something speaks against it.
#[must_use]
pub fn ending(phone: &Phone) -> (Verdict, String) {
    if let Some(closed) = &phone.closed {
        return (closed.verdict, closed.reason.clone());
    }
    if let Some(no_plan) = &phone.no_plan {
        return (Verdict::Failed, no_plan.text.clone());
    }
    let worst = phone.symptoms.values().max_by_key(|s| s.severity).filter(|s| s.severity > Severity::Note);
    let symptom = worst.map(|s| format!(" {}", s.means)).unwrap_or_default();
    let against = worst.is_some_and(|s| s.severity == Severity::Wrong);
    let open = if against { Verdict::Failed } else { Verdict::Unproven };
    match (&phone.plan, phone.at_target()) {
        (None, _) => (open, format!("It was served files; no load was chosen for it.{symptom}")),
        (Some(plan), true) => {
            (open, format!("It read all of {}, and has not shown yet that it runs it.{symptom}", plan.target))
        }
        (Some(plan), false) => {
            let due = phone.due().unwrap_or(&plan.target);
            let at = format!("hop {} of {}", phone.hop + 1, plan.hops.len());
            (open, format!("The session ended at {at} ({due}).{symptom}"))
        }
    }
}
