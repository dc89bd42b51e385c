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

pub(crate) struct Terminal {
    keys: Box<dyn Write + Send>,
    screen: Arc<Mutex<vt100::Parser>>,
    child: Box<dyn portable_pty::Child + Send + Sync>,
    master: Box<dyn portable_pty::MasterPty + Send>,
}

const fn size(rows: u16, cols: u16) -> PtySize {
    PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }
}

impl Terminal {
    fn open(folder: &Path) -> Self {
        Self::with(folder, "xterm-256color", &[])
    }

    fn with(folder: &Path, term: &str, args: &[&str]) -> Self {
        let mut command = CommandBuilder::new(program().get_program());
        command.arg("--state");
        command.arg(folder.join("state"));
        command.args(args);
        for name in ["SUDO_UID", "SUDO_GID", "RESCUE79_STATE"] {
            command.env_remove(name);
        }
        Self::run(folder, term, command)
    }

    pub(crate) fn run(folder: &Path, term: &str, mut command: CommandBuilder) -> Self {
        let pair = native_pty_system().openpty(size(24, 80)).unwrap();
        command.cwd(folder);
        command.env("TERM", term);
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let screen =
            Arc::new(Mutex::new(vt100::Parser::new(24.try_into().unwrap(), 80.try_into().unwrap(), 0)));
        let (mut output, seen) = (pair.master.try_clone_reader().unwrap(), Arc::downgrade(&screen));
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let (Ok(n @ 1..), Some(seen)) = (output.read(&mut bytes), seen.upgrade()) {
                seen.lock().unwrap().process(&bytes[..n]);
            }
        });
        Self { keys: pair.master.take_writer().unwrap(), screen, child, master: pair.master }
    }

    pub(crate) fn text(&self) -> String {
        self.screen.lock().unwrap().screen().contents()
    }

    /// Waits until the screen shows this.
    pub(crate) fn until(&self, said: &str) {
        assert!(soon(|| self.text().contains(said)), "never showed {said:?}:\n{}", self.text());
    }

    pub(crate) fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    fn resize(&self, rows: u16, cols: u16) {
        self.master.resize(size(rows, cols)).unwrap();
        let (rows, cols) = (rows.try_into().unwrap(), cols.try_into().unwrap());
        self.screen.lock().unwrap().screen_mut().set_size(rows, cols);
    }

    /// What is typed is seen, as the terminal has it.
    #[cfg(unix)]
    fn echoes(&self) -> bool {
        // `ECHO` of termios.h, on Linux and macOS alike.
        self.master.get_termios().unwrap().local_flags.bits() & 8 != 0
    }

    #[cfg(target_os = "linux")]
    pub(crate) fn pid(&self) -> u32 {
        self.child.process_id().unwrap()
    }

    pub(crate) fn signal(&self, signal: &str) {
        let id = self.child.process_id().unwrap().to_string();
        let sent = std::process::Command::new("kill").args(["-s", signal, &id]).status().unwrap();
        assert!(sent.success());
    }

    /// The terminal is gone once what is still drawn on it shows that nobody reads.
    fn hang_up(self) -> Box<dyn portable_pty::Child + Send + Sync> {
        self.child
    }

    /// Waits for the program's end; its exit status, and the terminal as it was left.
    pub(crate) fn end(self) -> u32 {
        self.left().0
    }

    fn left(mut self) -> (u32, Arc<Mutex<vt100::Parser>>) {
        let mut status = None;
        if !soon(|| {
            status = self.child.try_wait().unwrap();
            status.is_some()
        }) {
            self.child.kill().unwrap();
        }
        let code = status.unwrap_or_else(|| panic!("it did not end:\n{}", self.text())).exit_code();
        (code, self.screen)
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
    terminal.press("y");
    assert_eq!(terminal.end(), 0);
}

#[test]
#[cfg(target_os = "linux")]
fn a_report_that_root_saves_belongs_to_the_caller_of_sudo() {
    use std::os::unix::fs::MetadataExt as _;
    let folder = tempfile::tempdir().unwrap();
    let root = std::fs::metadata(folder.path()).unwrap().uid() == 0;
    let mut command = CommandBuilder::new(program().get_program());
    command.arg("--state");
    command.arg(folder.path().join("state"));
    command.args(["rehearse", "--speed", "1"]);
    command.env("SUDO_UID", "12345");
    command.env("SUDO_GID", "12346");
    let mut terminal = Terminal::run(folder.path(), "xterm-256color", command);
    terminal.until("REHEARSAL");
    terminal.press("r");
    terminal.until("what it came to");
    terminal.press("s");
    terminal.until("The report is in");
    let saved: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|f| f.unwrap()).collect();
    let saved: Vec<_> = saved.iter().filter(|f| f.file_type().unwrap().is_file()).collect();
    assert_eq!(saved.len(), 2, "{saved:?}");
    for file in saved {
        let owner = file.metadata().unwrap().uid();
        assert!(!root || owner == 12_345, "{file:?} belongs to {owner}");
    }
    terminal.signal("TERM");
    terminal.end();
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
    terminal.press("y");
    assert_eq!(terminal.end(), 0);
    // What was found is remembered for the next time.
    let places = std::fs::read_to_string(folder.path().join("state/places.json")).unwrap();
    assert!(places.contains(&*folder.path().to_string_lossy()), "{places}");
}

#[test]
fn a_signal_gives_the_terminal_back() {
    for (signal, args) in [("TERM", &[] as &[&str]), ("INT", &[]), ("HUP", &["rehearse", "--speed", "1"])] {
        let folder = tempfile::tempdir().unwrap();
        let terminal = Terminal::with(folder.path(), "xterm-256color", args);
        terminal.until("rescue79");
        let drawn_on = |screen: &vt100::Screen| {
            screen.alternate_screen()
                || screen.bracketed_paste()
                || screen.hide_cursor()
                || screen.mouse_protocol_mode() != vt100::MouseProtocolMode::None
        };
        assert!(soon(|| drawn_on(terminal.screen.lock().unwrap().screen())));
        terminal.signal(signal);
        let (_, screen) = terminal.left();
        assert!(soon(|| !drawn_on(screen.lock().unwrap().screen())), "{signal}");
    }
}

#[test]
#[cfg(unix)]
fn a_line_that_drops_ends_nothing_while_a_phone_needs_its_power() {
    const APPLICATION: &str = "P0S3-8-12-00.sb2";
    let folder = tempfile::tempdir().unwrap();
    let root = firmware(folder.path(), &["P0S3-8-12-00"], Scale::FAST);
    let [port, _] = crate::loopback::ports();
    let server = std::net::SocketAddrV4::new(std::net::Ipv4Addr::LOCALHOST, port);
    let port = port.to_string();
    let args = ["serve", "--screen", "--listen", "127.0.0.1", "--no-dhcp", "--target", "7960=P0S3-8-12-00"];
    let args = [&args[..], &["--tftp-port", &port, "--firmware", root.to_str().unwrap()]].concat();
    let terminal = Terminal::with(folder.path(), "xterm-256color", &args);
    terminal.until("The program read a file from its own TFTP server");
    let start = |name| {
        let socket = std::net::UdpSocket::bind(("127.0.0.1", 0)).unwrap();
        crate::reader::Read::start(socket, server, name)
    };
    let _ = start("SEP001B0C18BDC1.cnf.xml").finish();
    let mut read = start(APPLICATION);
    assert_eq!(read.step(), Ok(false));
    terminal.until(APPLICATION);
    let pid = terminal.child.process_id().unwrap().to_string();
    let mut child = terminal.hang_up();
    // Without a phone it ends at once.
    crate::serving::pause(Duration::from_secs(3));
    assert!(child.try_wait().unwrap().is_none(), "the session goes on");
    while !read.step().unwrap() {}
    assert!(read.bytes == crate::serving::bytes_of("P0S3-8-12-00", APPLICATION, Scale::FAST));
    // Then it writes its flash, until it is heard of again.
    assert!(child.try_wait().unwrap().is_none(), "and goes on");
    let sent = std::process::Command::new("kill").args(["-s", "TERM", &pid]).status().unwrap();
    assert!(sent.success() && soon(|| child.try_wait().unwrap().is_some()));
    let journals = std::fs::read_dir(folder.path().join("state/journals")).unwrap();
    let mut left: Vec<_> = journals.map(|file| file.unwrap().path()).collect();
    left.sort();
    let endings: Vec<_> = left.iter().map(|path| path.extension().unwrap().to_str().unwrap()).collect();
    assert_eq!(endings, ["json", "jsonl", "md"]);
    let journal = std::fs::read_to_string(&left[1]).unwrap();
    assert!(journal.lines().last().unwrap().contains(r#""event":"summary""#), "{journal}");
}

#[test]
fn it_is_resized_at_any_moment() {
    let folder = tempfile::tempdir().unwrap();
    let mut terminal = Terminal::open(folder.path());
    terminal.until("which phone?");
    terminal.resize(10, 40);
    terminal.until("This window has 40 columns");
    terminal.resize(40, 140);
    terminal.until("which phone?");
    terminal.press("7960");
    terminal.until("6 line keys right of a monochrome screen");
    terminal.press("\x03");
    terminal.until("leave?");
    terminal.press("y");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn a_dumb_terminal_gets_lines() {
    let folder = tempfile::tempdir().unwrap();
    let mut terminal = Terminal::with(folder.path(), "dumb", &["rehearse", "--speed", "1"]);
    terminal.until("== Bench. REHEARSAL with virtual phones.");
    terminal.press("quit\n");
    terminal.until("leave the bench?");
    // Ctrl-C asks, too; the second time it leaves.
    terminal.press("stay\n");
    terminal.until("== Bench. REHEARSAL");
    terminal.press("\x03");
    terminal.until("leave the bench?");
    terminal.press("\x03");
    let (_, screen) = terminal.left();
    let screen = screen.lock().unwrap();
    assert!(!screen.screen().alternate_screen());
    let text = screen.screen().contents();
    assert!(text.contains("The session has ended"), "{text}");
}

/// At the question for the password of a SIP account, in lines.
#[cfg(unix)]
fn asked_for_a_password(folder: &Path) -> Terminal {
    let root = firmware(folder, &["P0S3-8-12-00"], Scale::FAST);
    let mut terminal = Terminal::with(folder, "xterm-256color", &["--plain"]);
    terminal.resize(200, 100);
    terminal.until("Which phone is in front of you?");
    terminal.press("7960\n\n\n");
    terminal.until("step 2 of 7");
    terminal.press(&format!("{}\n", root.display()));
    terminal.until("(chosen) [ok] P0S3-8-12-00");
    terminal.press("s\n");
    terminal.until("The phone's SIP account");
    terminal.press("pbx.example.org\n\n201\n\n");
    assert!(terminal.echoes());
    terminal.press("\n");
    assert!(soon(|| !terminal.echoes()), "{}", terminal.text());
    terminal
}

#[test]
#[cfg(unix)]
fn a_password_is_not_seen_while_it_is_typed() {
    let folder = tempfile::tempdir().unwrap();
    let mut terminal = asked_for_a_password(folder.path());
    terminal.press("s3cret\n");
    terminal.until("******");
    terminal.press("\n");
    assert!(soon(|| terminal.echoes()), "the next answer is seen again");
    terminal.press("Front desk\n");
    terminal.until("Front desk");
    let text = terminal.text();
    assert!(text.contains("pbx.example.org") && !text.contains("s3cret"), "{text}");
    terminal.press("quit\nleave\n");
    assert_eq!(terminal.end(), 0);
}

#[test]
#[cfg(unix)]
fn the_echo_comes_back_whatever_ends_the_question() {
    for how in ["quit", "TERM", "HUP", "QUIT"] {
        let folder = tempfile::tempdir().unwrap();
        let mut terminal = asked_for_a_password(folder.path());
        if how == "quit" {
            terminal.press("quit\nleave\n");
        } else {
            terminal.signal(how);
        }
        assert!(soon(|| terminal.child.try_wait().unwrap().is_some()), "{how}:\n{}", terminal.text());
        assert!(terminal.echoes(), "{how}");
    }
}
