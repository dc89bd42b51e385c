//! What can happen to the screen, and what it wants done.

use crate::clock::Instant;
use crate::event::Event;
use crate::phone_id::Mac;
use crossterm::event::{KeyEvent, MouseEvent};

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Msg {
    /// The session told an event.
    Event(Event),
    /// A key. Releases are ignored.
    Key(KeyEvent),
    /// The mouse.
    Mouse(MouseEvent),
    /// Session time went on. Needed about once a second; more often costs nothing.
    Tick(Instant),
    /// The terminal has this many columns and rows.
    Resize(u16, u16),
    /// Text was pasted.
    Paste(String),
    /// One sentence for the footer, such as where the log was written. The next key takes it away.
    Notice(String),
    /// The session has finished: clocks stand still, leaving needs no question.
    Ended,
}

/// Something the app shall do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// End the session and the program.
    Quit,
    /// Tell the session.
    Command(Command),
    /// Write these lines to a file beside the journal, and say where ([`Msg::Notice`]).
    SaveLog(Vec<String>),
}

/// What a technician can tell a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Forget a phone and its lease.
    Forget(Mac),
}
