//! The state folder: journals and leases. What can't be read there is set aside with a word, never fatal.

use super::owner;
use crate::clock::Wall;
use crate::event::{Event, Kind};
use crate::journal;
use crate::limits;
use crate::phone_id::Mac;
use crate::session::State;
use etcetera::BaseStrategy;
use std::fs::{self, File};
use std::io::{self, BufReader, Read as _, Seek as _};
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};

/// The state folder.
#[derive(Clone, Debug)]
pub struct StateDir {
    path: PathBuf,
}

/// What is typed to undo what a session left that had this state folder.
#[must_use]
pub fn restore_line(folder: &Path) -> String {
    let sudo = if cfg!(windows) { "" } else { "sudo " };
    // Who is asked for a password by `sudo` has another home there, and another folder.
    let same = owner::is_root() && StateDir::place(None).is_ok_and(|place| place == folder);
    if same {
        return format!("{sudo}rescue79 restore");
    }
    let folder = folder.display().to_string();
    let quote = if folder.contains(char::is_whitespace) { "\"" } else { "" };
    format!("{sudo}rescue79 --state {quote}{folder}{quote} restore")
}

/// A journal without an end: its session was interrupted.
#[derive(Debug)]
pub struct Unfinished {
    file: File,
    /// Bytes of its whole lines.
    whole: u64,
    /// Where it is.
    pub path: PathBuf,
    /// When its session began.
    pub start: Wall,
    /// What its events came to.
    pub state: State,
}

impl StateDir {
    /// The folder that was named, else the platform's own for this program. It is made when it is not there.
    ///
    /// # Errors
    /// There is no home folder, or the folder can't be made.
    pub fn open(named: Option<&Path>) -> io::Result<Self> {
        let path = Self::place(named)?;
        let journals = path.join("journals");
        owner::folder(&journals)?;
        owner::no_link(&journals)?;
        // A folder that was named is meant, wherever it is.
        if named.is_none() {
            owner::no_link(&path)?;
        }
        Ok(Self { path })
    }

    /// Where the folder is, or would be.
    ///
    /// # Errors
    /// There is no home folder.
    pub fn place(named: Option<&Path>) -> io::Result<PathBuf> {
        if let Some(path) = named {
            return Ok(path.to_owned());
        }
        let base = etcetera::choose_base_strategy().map_err(io::Error::other)?;
        Ok(base.state_dir().unwrap_or_else(|| base.data_dir()).join("rescue79"))
    }

    /// The folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The leases of earlier sessions, oldest first. An unreadable file is renamed and an empty list given; the second
    /// value says so.
    #[must_use]
    pub fn leases(&self) -> (Vec<(Mac, Ipv4Addr)>, Option<String>) {
        let path = self.path.join("leases.json");
        let text = match read(&path) {
            Ok(text) => text,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return (Vec::new(), None),
            Err(e) => {
                return (
                    Vec::new(),
                    Some(format!("{} can't be read ({e}); phones get new addresses", path.display())),
                );
            }
        };
        match serde_json::from_slice(&text) {
            Ok(leases) => (leases, None),
            Err(e) => {
                let aside = self.path.join("leases.broken");
                let _ = fs::rename(&path, &aside);
                let word = format!(
                    "the list of leases was damaged ({e}); it is now {}, phones get new addresses",
                    aside.display()
                );
                (Vec::new(), Some(word))
            }
        }
    }

    /// Writes the leases, whole or not at all.
    ///
    /// # Errors
    /// The folder can't be written.
    pub fn save_leases(&self, leases: &[(Mac, Ipv4Addr)]) -> io::Result<()> {
        owner::write(&self.path.join("leases.json"), &serde_json::to_vec(leases)?)
    }

    /// Where firmware was found in earlier sessions and still is, the last first.
    #[must_use]
    pub fn places(&self) -> Vec<PathBuf> {
        let text = read(&self.path.join("places.json")).unwrap_or_default();
        let places: Vec<PathBuf> = serde_json::from_slice(&text).unwrap_or_default();
        places.into_iter().filter(|place| place.exists()).collect()
    }

    /// Remembers where firmware was found. It is a convenience: when it can't be written, nothing is lost.
    pub fn remember(&self, found: &[PathBuf]) {
        let mut places: Vec<PathBuf> =
            found.iter().rev().filter_map(|path| std::path::absolute(path).ok()).collect();
        places.extend(self.places().into_iter().filter(|place| !found.contains(place)));
        places.dedup();
        places.truncate(limits::PLACES);
        if let Ok(text) = serde_json::to_vec(&places) {
            let _ = owner::write(&self.path.join("places.json"), &text);
        }
    }

    /// A journal for a session that begins at `start`.
    ///
    /// # Errors
    /// The file can't be made.
    pub fn new_journal(&self, start: Wall) -> io::Result<(File, PathBuf)> {
        let name = journal::rfc3339(start).replace(':', "-");
        for n in 0..100 {
            let path = self.path.join("journals").join(format!("{name}-{n:02}.jsonl"));
            match owner::create(&path) {
                Ok(file) => {
                    // Told to others that look for an interrupted session; not having it costs nothing.
                    let _ = file.try_lock();
                    return Ok((file, path));
                }
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
                Err(e) => return Err(e),
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }

    /// The newest journal, when its session was interrupted and began after `not_before`. A journal that another program
    /// is writing, or that has a line which is not ours, is left alone.
    #[must_use]
    pub fn unfinished(&self, not_before: Wall) -> Option<Unfinished> {
        let journals = fs::read_dir(self.path.join("journals")).ok()?;
        let newest = journals
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|e| e == "jsonl"))
            .max()?;
        let file = owner::open(&newest, File::options().read(true).append(true)).ok()?;
        file.try_lock().ok()?;
        let mut reader = journal::Reader::default();
        let (mut state, mut whole, mut ended) = (State::default(), 0, true);
        let (mut lines, mut line) = (BufReader::new(&file), Vec::new());
        while journal::next_line(&mut lines, &mut line).ok()? {
            // Torn by a crash or a power cut: everything before it counts.
            if !line.ends_with(b"\n") {
                break;
            }
            let event = reader.bytes(&line).ok()?;
            state.apply(&event);
            ended = matches!(event.kind, Kind::Summary(_));
            whole += u64::try_from(line.len()).unwrap_or(0);
        }
        let start = reader.start().filter(|start| *start >= not_before)?;
        (!ended).then_some(Unfinished { file, whole, path: newest, start, state })
    }
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    owner::open(path, File::options().read(true))?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

impl Unfinished {
    /// Its events once more, in order.
    ///
    /// # Errors
    /// The journal can't be read again.
    pub fn events(&self) -> io::Result<impl Iterator<Item = Event>> {
        (&self.file).seek(io::SeekFrom::Start(0))?;
        let mut lines = BufReader::new((&self.file).take(self.whole));
        let (mut reader, mut line) = (journal::Reader::default(), Vec::new());
        Ok(std::iter::from_fn(move || {
            let more = journal::next_line(&mut lines, &mut line).ok()?;
            if more { reader.bytes(&line).ok() } else { None }
        }))
    }

    /// The journal, cut after its last whole line, to be written on.
    ///
    /// # Errors
    /// The file can't be cut.
    pub fn take_up(&self) -> io::Result<File> {
        self.file.set_len(self.whole)?;
        self.file.try_clone()
    }
}
