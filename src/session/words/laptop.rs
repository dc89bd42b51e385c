//! The laptop's side of a session in words: its address, its cable, what it can't write.

use super::{clock, stop};
use crate::clock::Instant;
use crate::event::Kind;
use crate::session::{State, Unwritten};

/// What happens to this computer.
pub(super) fn sentence(kind: &Kind) -> String {
    match kind {
        Kind::AddressSet { interface, address, again: false } => {
            format!("{interface} has the address {address} for this session.")
        }
        Kind::AddressSet { interface, address, again: true } => {
            format!("{interface} had lost the address {address}; it has it again.")
        }
        Kind::Link { interface, up: true } => format!("{interface} has a link."),
        Kind::Link { interface, up: false } => {
            format!("{interface} has no link: a phone restarts, or the cable or the switch is off.")
        }
        Kind::Interface { interface, there: true } => {
            format!("{interface} is there again; the session goes on.")
        }
        Kind::Interface { interface, there: false } => {
            format!(
                "{interface} is gone: its adapter was pulled out. Plug it in again; the session then goes on."
            )
        }
        Kind::SelfTest { text, .. } | Kind::OtherServer { text } => stop(text),
        Kind::AddressTaken { address, by } => format!(
            "Unplug {by}: it uses {address}, this computer's address, and phones may ask it for their files."
        ),
        Kind::NotWritten { what, path, why } => capital(&format!(
            "{what} ({path}) can't be written any more: {}; the session goes on without it. {MAKE_ROOM}",
            why.trim_end_matches('.')
        )),
        Kind::WrittenAgain { what, lost: 0 } => capital(&format!("{what} is written again.")),
        Kind::WrittenAgain { what, lost } => {
            capital(&format!("{what} is written again; {lost} events of the time between are not in it."))
        }
        Kind::AddressWanted { address } => {
            format!("The technician wants this computer to answer at {address}, too.")
        }
        Kind::WrongAddress { from, asked, means } => {
            format!("{from} looks for files at {asked}, which is not this computer. {}", stop(means))
        }
        _ => String::new(),
    }
}

/// What to do about a record that can't be written.
const MAKE_ROOM: &str = "Make room on that disk; it is tried again.";

/// One line as long as something is not written; nothing when all is well.
#[must_use]
pub fn unwritten(state: &State) -> Option<String> {
    let (what, Unwritten { why, since }) = state.unwritten.first_key_value()?;
    let since = clock(since.since(Instant::ZERO));
    Some(capital(&format!("{what} is not written since {since}: {}. {MAKE_ROOM}", why.trim_end_matches('.'))))
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(char::to_uppercase).into_iter().flatten().chain(letters).collect()
}
