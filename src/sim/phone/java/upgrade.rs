//! How a Java phone gets another load: the list, then every part that it has not, then flash.

use super::load::{accept, check_part, load_of, refusal};
use super::{At, Java};
use crate::load::{LoadName, Release};
use crate::sim::phone::machine::{Context, Fetched, Refusal, Step};
use crate::sim::phone::model::Pace;
use crate::sim::phone::spec::{Fault, Stage};

/// In how many of a hundred cases the default list is asked for twice.
const TWICE: f64 = 60.0;

impl Java {
    /// A load so new is written in vain.
    pub(super) fn in_vain(&self, load: &LoadName, cx: &Context<'_>) -> bool {
        let over = cx.spec.faults.iter().find_map(|fault| match fault {
            Fault::NeedsStep { over } => Release::parse(over),
            _ => None,
        });
        let runs = self.running.as_ref().map(|running| &running.release);
        cx.spec.faults.contains(&Fault::WritesNothing)
            || over.is_some_and(|over| load.release > over && runs.is_none_or(|runs| *runs < over))
    }

    /// Wiped: the default list came, or didn't.
    pub(super) fn term(&mut self, again: bool, fetched: Fetched, cx: &mut Context<'_>) -> Step {
        let file = cx.model.term.clone().unwrap_or_default();
        if !again && cx.rng.percent(TWICE) {
            return self.look(At::Term { again: true }, cx);
        }
        let list = accept(&file, fetched);
        let made = list.and_then(|list| {
            let name = load_of(&list).ok_or(Refusal::NotAnImage)?;
            self.judge(&name, cx)?;
            let too_new = cx.spec.takes_up_to.as_deref().and_then(Release::parse);
            if too_new.is_some_and(|limit| name.1.release > limit) {
                return Err(Refusal::UnknownKey);
            }
            Ok((list, name))
        });
        match made {
            Ok((list, name)) => {
                cx.show("", "line keys cycle, headset green");
                self.list = list.parts;
                self.making = Some(name);
                self.next_part(0, cx)
            }
            Err(why) => self.refused(&file, why, cx),
        }
    }

    /// Family, keys, hardware.
    fn judge(&self, (_, load): &(String, LoadName), cx: &Context<'_>) -> Result<(), Refusal> {
        if Some(load.family) != cx.model.family {
            return Err(Refusal::WrongFamily);
        }
        if !self.keys.open(&load.release) {
            return Err(Refusal::UnknownKey);
        }
        let least = cx.spec.needs_at_least.as_deref().and_then(Release::parse);
        if least.is_some_and(|least| load.release < least) {
            return Err(Refusal::Hardware);
        }
        Ok(())
    }

    /// A wiped phone loops on its list; one with a load goes on with that.
    fn refused(&mut self, file: &str, why: Refusal, cx: &mut Context<'_>) -> Step {
        cx.refuse(file, why);
        self.making = None;
        if self.running_name.is_none() {
            self.at = At::Looping;
            return if cx.spec.faults.contains(&Fault::LiesStill) {
                Step::Rest
            } else {
                cx.wait(Pace::JavaLoop)
            };
        }
        cx.show(
            match why {
                Refusal::Hardware => "Load rejected HC",
                Refusal::WrongFamily => "Load ID incorrect",
                Refusal::Missing => "File not found",
                _ => "Auth Fail",
            },
            "off",
        );
        self.extra(0, cx)
    }

    pub(super) fn named_list(&mut self, load: String, fetched: Fetched, cx: &mut Context<'_>) -> Step {
        let file = format!("{load}.loads");
        let accepted = accept(&file, fetched).and_then(|list| {
            let name = load.parse().map_err(|_| Refusal::WrongFamily)?;
            let made = (load, name);
            self.judge(&made, cx)?;
            Ok((list, made))
        });
        match accepted {
            Ok((list, made)) => {
                self.list = list.parts;
                self.making = Some(made);
                self.next_part(0, cx)
            }
            Err(why) => self.refused(&file, why, cx),
        }
    }

    /// The next part that isn't held yet; after the last, flash.
    fn next_part(&mut self, from: usize, cx: &mut Context<'_>) -> Step {
        let missing = |part: &&String| !self.held.contains(*part);
        let next = self.list.iter().enumerate().skip(from).find(|(_, part)| missing(part));
        if let Some((n, _)) = next {
            return self.look(At::Part(n), cx);
        }
        self.at = At::Burning;
        cx.show("Upgrading", "off");
        Step::Burn(Stage::ApplicationFlash, cx.draw(Pace::JavaFlash))
    }

    pub(super) fn part(&mut self, n: usize, fetched: Fetched, cx: &mut Context<'_>) -> Step {
        let file = self.list.get(n).cloned().unwrap_or_default();
        match fetched.map_err(refusal).and_then(|bytes| check_part(&file, &bytes)) {
            Ok(()) => self.next_part(n + 1, cx),
            Err(why) => self.refused(&file, why, cx),
        }
    }
}
