//! The real binary at work: started for a test, watched through its events, ended or killed.

use rescue79::sim::firmware::{self, Scale};
use serde_json::Value;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// The moment a test is at.
pub(crate) fn now() -> Instant {
    #[expect(clippy::disallowed_methods, reason = "a test waits for a real process")]
    Instant::now()
}

/// Lets a real process do something.
pub(crate) fn pause(time: Duration) {
    #[expect(clippy::disallowed_methods, reason = "a test looks again after a short while; it never hopes")]
    std::thread::sleep(time);
}

/// Looks until there is something to see; `None` after so many seconds.
pub(crate) fn until<T>(seconds: u64, mut look: impl FnMut() -> Option<T>) -> Option<T> {
    let end = now() + Duration::from_secs(seconds);
    loop {
        let seen = look();
        if seen.is_some() || now() >= end {
            return seen;
        }
        pause(Duration::from_millis(20));
    }
}

/// A number that no other test of this machine is using now.
pub(crate) fn unique() -> u32 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// Writes synthetic sets into a folder for each load.
pub(crate) fn firmware(folder: &Path, loads: &[&str], scale: Scale) -> PathBuf {
    let root = folder.join("firmware");
    for load in loads {
        for (name, bytes) in firmware::set(load, 79, scale) {
            put(&root, &format!("{load}/{name}"), &bytes);
        }
    }
    root
}

/// What a file of such a set holds.
pub(crate) fn bytes_of(load: &str, file: &str, scale: Scale) -> Vec<u8> {
    firmware::set(load, 79, scale).into_iter().find(|(name, _)| name == file).unwrap().1
}

/// Writes one file, with the folders above it.
pub(crate) fn put(root: &Path, name: &str, bytes: &[u8]) {
    let path = root.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

/// The program, without arguments.
pub(crate) fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rescue79"));
    command.env_remove("RESCUE79_STATE").env_remove("SUDO_UID").env_remove("SUDO_GID").stdin(Stdio::null());
    command
}

/// `serve`, running.
pub(crate) struct Serving {
    child: Child,
    events: PathBuf,
    said: PathBuf,
}

impl Serving {
    /// Starts `serve` and waits until the servers answer. `command` ends where the arguments of `serve` begin; events,
    /// state and what it says go to `folder`.
    pub(crate) fn start(command: Command, folder: &Path, args: &[&str]) -> Self {
        let mut serving = Self::launch(command, folder, args);
        serving.wait("the servers to answer", |e| {
            e["event"] == "session_started" || e["event"] == "session_resumed"
        });
        serving
    }

    fn launch(mut command: Command, folder: &Path, args: &[&str]) -> Self {
        let number = unique();
        let events = folder.join(format!("events-{number}.jsonl"));
        let said = folder.join(format!("said-{number}.txt"));
        let child = command
            .arg("serve")
            .args(args)
            .arg("--events")
            .arg(&events)
            .arg("--state")
            .arg(folder.join("state"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::create(&said).unwrap())
            .spawn()
            .unwrap();
        Self { child, events, said }
    }

    /// All events so far.
    pub(crate) fn events(&self) -> Vec<Value> {
        let text = fs::read_to_string(&self.events).unwrap_or_default();
        let whole = text.rfind('\n').map_or("", |end| &text[..end]);
        whole.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// The events of one kind.
    pub(crate) fn events_of(&self, kind: &str) -> Vec<Value> {
        self.events().into_iter().filter(|e| e["event"] == kind).collect()
    }

    /// Waits for an event, at most 60 s.
    pub(crate) fn wait(&mut self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let found = until(60, || {
            let event = self.events().into_iter().find(|e| wanted(e));
            let ended = self.child.try_wait().unwrap();
            assert!(
                event.is_some() || ended.is_none(),
                "ended while the test waited for {what}: {}",
                self.story()
            );
            event
        });
        found.unwrap_or_else(|| panic!("waited in vain for {what}: {}", self.story()))
    }

    /// Waits until it ends by itself.
    pub(crate) fn end(mut self, seconds: u64) -> (ExitStatus, Vec<Value>) {
        let status = until(seconds, || self.child.try_wait().unwrap());
        let status = status.unwrap_or_else(|| panic!("it did not end: {}", self.story()));
        (status, self.events())
    }

    /// Takes its life, as the end of a battery does.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Whether it runs.
    pub(crate) fn is_alive(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Its process number.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What it said so far on standard error.
    pub(crate) fn said(&self) -> String {
        fs::read_to_string(&self.said).unwrap_or_default()
    }

    /// What happened, for the message of a failure.
    pub(crate) fn story(&self) -> String {
        let events: Vec<_> = self.events().iter().map(Value::to_string).collect();
        let last = &events[events.len().saturating_sub(60)..];
        format!("{}\n{}", fs::read_to_string(&self.said).unwrap_or_default(), last.join("\n"))
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
