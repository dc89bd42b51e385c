use super::super::interfaces::Kind;
use super::super::run::Argv;
use super::super::setup::Setup;
use super::super::system::{Firewall, Holder, Manager, Seen};
use super::*;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};

/// A laptop in memory: one interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::host) struct State {
    up: bool,
    held: bool,
    addresses: Vec<(Ipv4Addr, u8)>,
    /// Changes of the other kinds that are in force.
    others: Vec<Change>,
    /// Who holds a port, as long as the process with that number lives.
    pub(in crate::host) holders: Vec<Holder>,
}

#[derive(Clone)]
pub(in crate::host) struct Laptop {
    pub(in crate::host) state: Arc<Mutex<State>>,
    boot: &'static str,
    /// So many changes are made; then the lights go out in the middle of the next call.
    steps: Arc<Mutex<usize>>,
}

impl Laptop {
    pub(in crate::host) fn new() -> Self {
        let addresses = vec![([10, 0, 0, 7].into(), 24)];
        let (others, holders) = (Vec::new(), Vec::new());
        let state = State { up: false, held: true, addresses, others, holders };
        Self { state: Arc::new(Mutex::new(state)), boot: "a", steps: Arc::new(Mutex::new(usize::MAX)) }
    }

    pub(in crate::host) fn state(&self) -> State {
        self.state.lock().unwrap().clone()
    }

    fn step(&self) -> Result<(), Trouble> {
        let mut steps = self.steps.lock().unwrap();
        if *steps == 0 {
            return Err(Trouble::Slow("the lights are out".into()));
        }
        *steps -= 1;
        Ok(())
    }
}

impl System for Laptop {
    fn boot(&self) -> Option<String> {
        Some(self.boot.to_owned())
    }

    fn look(&self, _: &str) -> Option<Seen> {
        let state = self.state();
        Some(Seen { index: 2, up: state.up, link: state.up, addresses: state.addresses })
    }

    fn manager(&self, _: &str) -> Result<Option<Manager>, Trouble> {
        Ok(self.state().held.then_some(Manager::NetworkManager))
    }

    fn make(&self, change: &Change) -> Result<(), Trouble> {
        self.step()?;
        let mut state = self.state.lock().unwrap();
        match change {
            Change::Hold { .. } => state.held = false,
            Change::Up { .. } => state.up = true,
            Change::Address { address, prefix, .. } => state.addresses.push((*address, *prefix)),
            other => state.others.push(other.clone()),
        }
        Ok(())
    }

    fn undo(&self, change: &Change) -> Result<(), Trouble> {
        self.step()?;
        let mut state = self.state.lock().unwrap();
        match change {
            Change::Hold { .. } => state.held = true,
            Change::Up { .. } => state.up = false,
            Change::Address { address, prefix, .. } => state.addresses.retain(|a| *a != (*address, *prefix)),
            other => state.others.retain(|made| made != other),
        }
        Ok(())
    }

    fn listeners(&self, _: u16) -> Result<Vec<Holder>, Trouble> {
        Ok(Vec::new())
    }

    fn holders(&self, _: u16) -> Result<Vec<Holder>, Trouble> {
        let alive = |h: &Holder| {
            h.process.as_ref().is_some_and(|(_, pid)| Path::new(&format!("/proc/{pid}/exe")).exists())
        };
        Ok(self.state().holders.into_iter().filter(alive).collect())
    }

    fn firewall(&self, _: &str, _: &[u16]) -> Firewall {
        Firewall::Open { seen: String::new() }
    }

    fn default_route(&self) -> Option<String> {
        None
    }

    fn kind(&self, _: &str) -> Option<Kind> {
        None
    }

    fn neighbour(&self, _: &str, _: Ipv4Addr) -> Result<Option<String>, Trouble> {
        Ok(None)
    }

    fn command(&self, _: &Change) -> Option<Argv> {
        None
    }

    fn free_bytes(&self, _: &Path) -> Option<u64> {
        None
    }

    fn rights(&self, _: &str) -> String {
        String::new()
    }
}

const OURS: Ipv4Addr = Ipv4Addr::new(192, 168, 1, 1);

fn set_up(laptop: &Laptop, folder: &Path) -> Result<Setup, LedgerError> {
    let (mut setup, _) = Setup::begin(Box::new(laptop.clone()), Ledger::open(folder)?);
    setup.address("eth0", OURS, 24)?;
    Ok(setup)
}

#[test]
fn what_was_set_is_put_back_exactly() {
    let folder = tempfile::tempdir().unwrap();
    let laptop = Laptop::new();
    let before = laptop.state();
    let setup = set_up(&laptop, folder.path()).unwrap();
    let during = laptop.state();
    assert!(during.up && !during.held && during.addresses.contains(&(OURS, 24)));
    assert_eq!(during.addresses.len(), 2, "what was there stays");
    drop(setup);
    assert_eq!(laptop.state(), before);
    assert_eq!(glance(folder.path()), None);
}

#[test]
fn what_is_there_already_is_left_and_not_taken_away() {
    let folder = tempfile::tempdir().unwrap();
    let laptop = Laptop::new();
    {
        let mut state = laptop.state.lock().unwrap();
        (state.up, state.held) = (true, false);
        state.addresses.push((OURS, 24));
    }
    let before = laptop.state();
    drop(set_up(&laptop, folder.path()).unwrap());
    assert_eq!(laptop.state(), before);
}

#[test]
fn a_panic_puts_back() {
    let folder = tempfile::tempdir().unwrap();
    let laptop = Laptop::new();
    let before = laptop.state();
    let thrown = std::panic::catch_unwind({
        let (laptop, folder) = (laptop.clone(), folder.path().to_owned());
        move || {
            let _setup = set_up(&laptop, &folder).unwrap();
            panic!("in the middle of a session");
        }
    });
    assert!(thrown.is_err());
    assert_eq!(laptop.state(), before);
}

/// Every file that the ledger can be when the lights go out: each whole line, and each line torn at each byte.
#[test]
fn the_lights_go_out_at_every_step_and_every_byte() {
    let whole = tempfile::tempdir().unwrap();
    let laptop = Laptop::new();
    let before = laptop.state();
    let setup = set_up(&laptop, whole.path()).unwrap();
    let text = std::fs::read(whole.path().join("ledger.jsonl")).unwrap();
    let after = laptop.state();
    drop(setup);
    let lines_of = |bytes: &[u8]| bytes.split(|b| *b == b'\n').count() - 1;
    assert_eq!(lines_of(&text), 3, "manager, switch, address");
    for cut in 0..=text.len() {
        let written = lines_of(&text[..cut]);
        // The last written change may have been made or not.
        for made in [written.saturating_sub(1), written] {
            let crashed = Laptop::new();
            {
                let mut state = crashed.state.lock().unwrap();
                state.held &= made < 1;
                state.up |= made >= 2;
                if made >= 3 {
                    state.addresses.push((OURS, 24));
                }
            }
            let folder = tempfile::tempdir().unwrap();
            std::fs::write(folder.path().join("ledger.jsonl"), &text[..cut]).unwrap();
            let undone = Ledger::open(folder.path()).unwrap().undo_all(&crashed);
            assert!(undone.failed.is_empty());
            assert_eq!(undone.done.len(), written);
            assert_eq!(crashed.state(), before, "cut at byte {cut}, {made} changes made");
            assert_eq!(glance(folder.path()), None);
            // And a new session can be set up on it; once for each line, for each time costs a dozen disk writes.
            if text[..cut].ends_with(b"\n") {
                drop(set_up(&crashed, folder.path()).unwrap());
                assert_eq!(crashed.state(), before);
            }
        }
    }
    assert_ne!(after, before);
}

#[test]
fn an_undoing_that_breaks_off_goes_on_next_time() {
    for steps in 3..6 {
        let folder = tempfile::tempdir().unwrap();
        let laptop = Laptop::new();
        let before = laptop.state();
        *laptop.steps.lock().unwrap() = steps;
        drop(set_up(&laptop, folder.path()).unwrap());
        *laptop.steps.lock().unwrap() = usize::MAX;
        let left = Ledger::open(folder.path()).unwrap().undo_all(&laptop);
        assert_eq!(left.done.len(), 6 - steps);
        assert_eq!(laptop.state(), before);
    }
}

#[test]
fn a_set_up_that_is_refused_half_way_is_put_back() {
    for steps in 0..3 {
        let folder = tempfile::tempdir().unwrap();
        let laptop = Laptop::new();
        let before = laptop.state();
        *laptop.steps.lock().unwrap() = steps;
        assert!(set_up(&laptop, folder.path()).is_err());
        *laptop.steps.lock().unwrap() = usize::MAX;
        Ledger::open(folder.path()).unwrap().undo_all(&laptop);
        assert_eq!(laptop.state(), before);
    }
}

#[test]
fn after_a_restart_nothing_is_touched() {
    let folder = tempfile::tempdir().unwrap();
    let mut laptop = Laptop::new();
    let setup = set_up(&laptop, folder.path()).unwrap();
    let text = std::fs::read(folder.path().join("ledger.jsonl")).unwrap();
    drop(setup);
    std::fs::write(folder.path().join("ledger.jsonl"), text).unwrap();
    laptop.boot = "b";
    // The user switched it on and gave it that address by hand.
    laptop.state.lock().unwrap().up = true;
    laptop.state.lock().unwrap().addresses.push((OURS, 24));
    let by_hand = laptop.state();
    let undone = Ledger::open(folder.path()).unwrap().undo_all(&laptop);
    assert_eq!(undone.done.len(), 3);
    assert_eq!(laptop.state(), by_hand);
    assert_eq!(glance(folder.path()), None);
}

#[test]
fn what_was_changed_before_a_mark_stays() {
    let folder = tempfile::tempdir().unwrap();
    let laptop = Laptop::new();
    let before = laptop.state();
    let (mut setup, _) = Setup::begin(Box::new(laptop.clone()), Ledger::open(folder.path()).unwrap());
    setup.change(&Change::LoosePath { interface: "eth0".into(), was: 1 }).unwrap();
    let (mark, marked) = (setup.mark(), laptop.state());
    setup.address("eth0", OURS, 24).unwrap();
    assert_eq!(setup.back_to(mark).done.len(), 3);
    assert_eq!(laptop.state(), marked);
    drop(setup);
    assert_eq!(laptop.state(), before);
}

#[test]
fn nobody_undoes_a_session_that_lives() {
    let folder = tempfile::tempdir().unwrap();
    let setup = set_up(&Laptop::new(), folder.path()).unwrap();
    assert!(matches!(Ledger::open(folder.path()), Err(LedgerError::Busy)));
    assert_eq!(glance(folder.path()), Some(Glance::AtWork));
    drop(setup);
    assert!(Ledger::open(folder.path()).is_ok());
}

#[test]
fn a_lost_address_is_set_again() {
    let folder = tempfile::tempdir().unwrap();
    let laptop = Laptop::new();
    let before = laptop.state();
    let setup = set_up(&laptop, folder.path()).unwrap();
    assert!(setup.renew().is_empty());
    laptop.state.lock().unwrap().addresses.retain(|a| a.0 != OURS);
    assert_eq!(setup.renew(), [OURS]);
    assert!(setup.renew().is_empty());
    drop(setup);
    assert_eq!(laptop.state(), before);
}

/// What was there before the session is wanted just as much, and is no change of ours.
#[test]
fn an_address_that_was_there_before_is_set_again_and_stays() {
    let folder = tempfile::tempdir().unwrap();
    let laptop = Laptop::new();
    laptop.state.lock().unwrap().addresses.push((OURS, 24));
    laptop.state.lock().unwrap().held = false;
    laptop.state.lock().unwrap().up = true;
    let before = laptop.state();
    let setup = set_up(&laptop, folder.path()).unwrap();
    laptop.state.lock().unwrap().addresses.retain(|a| a.0 != OURS);
    assert_eq!(setup.renew(), [OURS]);
    drop(setup);
    assert_eq!(laptop.state(), before);
}
