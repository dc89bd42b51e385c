//! The real binary in a pseudo-terminal, from the first question to the report of an exercise.

use crate::serving::{firmware, program};
use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use rescue79::sim::firmware::Scale;
use std::io::{Read, Write};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// So often the screen is looked at: a minute's worth.
const LOOKS: u32 = 2_000;

struct Terminal {
    keys: Box<dyn Write + Send>,
    screen: Arc<Mutex<vt100::Parser>>,
    child: Box<dyn portable_pty::Child + Send + Sync>,
    _master: Box<dyn portable_pty::MasterPty + Send>,
}

impl Terminal {
    fn open(folder: &Path) -> Self {
        let size = PtySize { rows: 24, cols: 80, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(program().get_program());
        command.arg("--state");
        command.arg(folder.join("state"));
        command.cwd(folder);
        command.env("TERM", "xterm-256color");
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let screen =
            Arc::new(Mutex::new(vt100::Parser::new(24.try_into().unwrap(), 80.try_into().unwrap(), 0)));
        let (mut output, seen) = (pair.master.try_clone_reader().unwrap(), Arc::clone(&screen));
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(n @ 1..) = output.read(&mut bytes) {
                seen.lock().unwrap().process(&bytes[..n]);
            }
        });
        Self { keys: pair.master.take_writer().unwrap(), screen, child, _master: pair.master }
    }

    fn text(&self) -> String {
        self.screen.lock().unwrap().screen().contents()
    }

    /// Waits until the screen shows this.
    fn until(&self, said: &str) {
        assert!(soon(|| self.text().contains(said)), "never showed {said:?}:\n{}", self.text());
    }

    fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    /// Waits for the program's end; its exit status.
    fn end(mut self) -> u32 {
        let mut status = None;
        if !soon(|| {
            status = self.child.try_wait().unwrap();
            status.is_some()
        }) {
            self.child.kill().unwrap();
        }
        status.unwrap_or_else(|| panic!("it did not end:\n{}", self.text())).exit_code()
    }
}

/// Looks again until it is so, as long as a slow machine may take.
fn soon(mut so: impl FnMut() -> bool) -> bool {
    for _ in 0..LOOKS {
        if so() {
            return true;
        }
        #[expect(
            clippy::disallowed_methods,
            reason = "a test looks again after a short while; it never hopes"
        )]
        std::thread::sleep(Duration::from_millis(30));
    }
    false
}

#[test]
fn an_exercise_from_the_first_question_to_the_report() {
    let folder = tempfile::tempdir().unwrap();
    let mut terminal = Terminal::open(folder.path());
    terminal.until("which phone?");
    terminal.press("p");
    terminal.until("practise: which bench?");
    terminal.press("\r");
    terminal.until("REHEARSAL");
    // Twenty times faster than life.
    terminal.until("recovered · safe to unplug");
    terminal.press("r");
    terminal.until("what it came to");
    terminal.until("7911 00:1B:0C:18:00:10 recovered");
    terminal.press("s");
    terminal.until("The report is in");
    let saved: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|f| f.unwrap().path()).collect();
    let with = |ending: &str| saved.iter().find(|p| p.extension().is_some_and(|e| e == ending)).unwrap();
    let report = std::fs::read_to_string(with("md")).unwrap();
    assert!(report.contains("1 of 1 phones are recovered") && report.contains("a rehearsal"), "{report}");
    let json: serde_json::Value = serde_json::from_slice(&std::fs::read(with("json")).unwrap()).unwrap();
    assert_eq!(json["summary"]["verdict"], "recovered");
    // The next exercise, and out.
    terminal.press("n");
    terminal.until("practise: which bench?");
    terminal.press("q");
    terminal.until("Nothing was started");
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn from_the_phone_to_the_review_with_firmware_from_the_disk() {
    let folder = tempfile::tempdir().unwrap();
    firmware(folder.path(), &["P0S3-8-12-00"], Scale::FAST);
    let mut terminal = Terminal::open(folder.path());
    terminal.until("which phone?");
    terminal.press("7960\r");
    terminal.until("what does the 7960 show now?");
    terminal.press("\r");
    terminal.until("use this whole folder");
    terminal.press("\r");
    terminal.until("P0S3-8-12-00");
    terminal.press("\r");
    terminal.until("where is the phone?");
    // The loopback stands last: no phone can be on it, but somebody may insist.
    terminal.press("\x1b[F");
    terminal.until("it is this computer itself");
    terminal.press("x");
    terminal.until("against the advice?");
    terminal.press("y\r");
    terminal.until("keep what it has: 127.0.0.1/8");
    terminal.press("\r");
    terminal.until("Nothing has been touched so far.");
    terminal.until("universal loader → P0S3-8-12-00");
    terminal.press("\x03");
    terminal.until("leave?");
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
    // What was found is remembered for the next time.
    let places = std::fs::read_to_string(folder.path().join("state/places.json")).unwrap();
    assert!(places.contains(&*folder.path().to_string_lossy()), "{places}");
}
