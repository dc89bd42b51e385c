//! What can happen to the screen, and what it wants done.

use super::Mode;
use super::wizard::{Entry, Exercise, Finding, Order, Port, Refused, Weight};
use crate::clock::Instant;
pub use crate::engine::Command;
use crate::event::Event;
use crate::firmware::Shelf;
use crate::job::Blocker;
use crossterm::event::{KeyEvent, MouseEvent};
use std::path::PathBuf;

/// Something that happened.
#[derive(Clone, Debug)]
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
    /// What a folder holds and how many of its files are not shown, or why it can't be read; and earlier places.
    DirListed {
        /// The folder.
        path: PathBuf,
        /// Its entries.
        listing: Result<(Vec<Entry>, usize), String>,
        /// Folders and archives of earlier sessions.
        places: Vec<PathBuf>,
    },
    /// The firmware at these paths, or why it can't be read.
    Shelf(Result<(Shelf, Vec<PathBuf>), String>),
    /// What is to be read holds so much that it is asked first; [`Effect::OpenLarge`].
    Large(Weight),
    /// The interfaces of this computer.
    Interfaces(Vec<Port>),
    /// What can be practised.
    Exercises(Vec<Exercise>),
    /// A session begins.
    Started {
        /// With which phones.
        mode: Mode,
        /// Where the servers answer.
        interface: String,
    },
    /// The complete loads of the session's shelf, by name.
    Loads(Vec<String>),
    /// The servers did not start.
    NotStarted(Blocker),
    /// One more step towards servers that answer is done, or has begun.
    Progress(String),
    /// Whether the chosen address can work on the chosen interface; [`Effect::Check`].
    Checked(Option<Blocker>),
    /// What was found on this computer; [`Effect::Preflight`].
    Preflight {
        /// The number of the look that it belongs to.
        number: u64,
        /// Everything that was looked at.
        findings: Vec<Finding>,
    },
    /// What the program did about a finding, or why it could not; [`Effect::Fix`].
    Fixed(Result<String, String>),
    /// An exercise ends before anything is served: the wizard refuses what it asks for.
    Refused(Box<Refused>),
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
    /// Write the report beside the journal, and say where.
    SaveReport,
    /// Look into a folder; an empty path is the folder where the program was started.
    ListDir(PathBuf),
    /// Read firmware; the first path is new. A folder that holds a great deal is asked about first ([`Msg::Large`]).
    Open(Vec<PathBuf>),
    /// Read it, however much it is.
    OpenLarge(Vec<PathBuf>),
    /// Call off what is being read.
    StopReading,
    /// Say what can be practised.
    Exercises,
    /// Look at the interfaces of this computer.
    Interfaces,
    /// Say at once whether the chosen address can work on the chosen interface.
    Check(Box<Order>),
    /// Look whether this computer is ready; nothing is changed. It takes some seconds.
    Preflight {
        /// The number of this look.
        number: u64,
        /// What it has to be ready for.
        order: Box<Order>,
    },
    /// Do what the finding of this code asks for.
    Fix {
        /// Its code.
        code: String,
    },
    /// Start the servers. It takes some seconds, and is told step by step.
    Start(Box<Order>),
    /// Call the start off, and undo what it has done.
    CallOff,
    /// Start this exercise.
    Practise(String),
    /// End the session, not the program.
    Stop,
}
