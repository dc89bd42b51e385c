//! Looks after the laptop while a session lives: link, address, wrong askers. Ending it puts the laptop back.

use super::doctor;
use super::interfaces::Interface;
use super::probe;
use super::setup::Setup;
use super::system::{Seen, System};
use super::wire::{Askers, Tap, Wrong};
use crate::event::{Kind, Order};
use crate::limits;
use crate::phone_id::Mac;
use std::net::Ipv4Addr;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// What looks after the laptop.
pub struct Keeper {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// What a keeper looks after.
pub struct Charge {
    /// What was changed on the laptop; `None`: nothing was.
    pub setup: Option<Setup>,
    /// The system.
    pub system: Box<dyn System>,
    /// The interface that the phones are on.
    pub interface: Interface,
    /// Our address and the length of its network.
    pub address: (Ipv4Addr, u8),
    /// The ear on the wire, where there is one.
    pub tap: Option<Tap>,
    /// How an address that phones wrongly ask is answered at.
    pub adoption: Adoption,
    /// We give addresses: another server that does is looked for whenever the link comes.
    pub dhcp: bool,
    /// Takes the servers along to another adapter.
    pub follow: Option<Follow>,
}

/// Takes the servers along to the interface as it is now.
pub type Follow = Box<dyn Fn(&Interface) -> std::io::Result<()> + Send>;

/// How an address that phones wrongly ask becomes one of this computer, for the session.
pub struct Adoption {
    /// Opens the port for files there; `None`: it can't be opened any more.
    pub open: Option<Adopt>,
    /// Nobody is asked first.
    pub unasked: bool,
    /// The addresses that the technician wants to be answered at.
    pub wanted: Receiver<Ipv4Addr>,
}

/// Opens the port for files at an address that this computer has from now on.
pub type Adopt = Box<dyn Fn(Ipv4Addr) -> std::io::Result<()> + Send>;

impl Keeper {
    /// Starts looking. What is noticed goes to `tell`.
    ///
    /// # Errors
    /// The system gives no thread; what was changed is put back.
    pub fn start(charge: Charge, tell: impl Fn(Kind) + Send + 'static) -> std::io::Result<Self> {
        let (stop, stopped) = channel();
        let thread =
            std::thread::Builder::new().name("laptop".into()).spawn(move || watch(charge, &stopped, tell))?;
        Ok(Self { stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn watch(mut charge: Charge, stopped: &Receiver<()>, tell: impl Fn(Kind)) {
    let mut askers = Askers::new(charge.address.0, charge.address.1);
    let mut link = Some(charge.interface.up);
    if link == Some(false) {
        tell(Kind::Link { interface: charge.interface.system_name().to_owned(), up: false });
    }
    // Who gives the addresses in our place is there from the beginning.
    let mut search = (!charge.dhcp && charge.interface.up).then(|| look_for_others(&charge));
    let mut looked = now();
    let mut buf = [0; 2_048];
    loop {
        // What is heard on the wire is looked at in turns: to be woken for each frame would cost a crowd of phones more than
        // their answers.
        if stopped.recv_timeout(limits::KEEPER_TURN) != Err(RecvTimeoutError::Timeout) {
            return; // dropping the set-up puts everything back
        }
        for _ in 0..limits::DATAGRAMS_AT_ONCE {
            let Some(tap) = &charge.tap else { break };
            match tap.next(&mut buf, Duration::ZERO) {
                Ok(Some(frame)) => {
                    if let Some(by) = askers.double(frame).filter(|by| !is_own(&charge.interface, *by)) {
                        tell(Kind::AddressTaken { address: charge.address.0, by });
                    }
                    if let Some(wrong) = askers.take(frame) {
                        noticed(&mut charge, wrong, &tell);
                    }
                }
                Ok(None) => break,
                Err(_) => charge.tap = None,
            }
        }
        while let Ok(wanted) = charge.adoption.wanted.try_recv() {
            if let Err(why) = adopt(&mut charge, wanted, &tell) {
                tell(Kind::OrderRefused { order: Order::Remedy, why });
            }
        }
        if looked.elapsed() >= limits::LINK_EVERY {
            looked = now();
            let came = look(&mut charge, &mut link, &tell);
            if came && search.is_none() {
                search = Some(look_for_others(&charge));
            }
            let found = search.take_if(|search| search.is_finished()).and_then(|search| search.join().ok());
            found.into_iter().flatten().for_each(&tell);
        }
    }
}

fn look_for_others(charge: &Charge) -> JoinHandle<Vec<Kind>> {
    let (interface, dhcp, own) = (charge.interface.clone(), charge.dhcp, charge.address.0);
    std::thread::spawn(move || other_servers(&interface, dhcp, own))
}

/// Beside ours another server is one too many; where others give the addresses, it must name us for files.
fn other_servers(interface: &Interface, dhcp: bool, own: Ipv4Addr) -> Vec<Kind> {
    if dhcp {
        doctor::foreign_server(interface).map(|text| Kind::OtherServer { text }).into_iter().collect()
    } else {
        doctor::misdirected(interface, own)
    }
}

/// A frame of ours that came back.
fn is_own(interface: &Interface, mac: Mac) -> bool {
    interface.mac.as_deref().and_then(|text| text.parse().ok()) == Some(mac)
}

/// Tells of a wrong asker, and has it answered where nobody is to be asked first.
fn noticed(charge: &mut Charge, wrong: Wrong, tell: &impl Fn(Kind)) {
    let Wrong { from, asked, means } = wrong;
    tell(Kind::WrongAddress { from, asked, means });
    if charge.adoption.unasked {
        // Why it can't be is said to whoever asks for it.
        let _ = adopt(charge, asked, tell);
    }
}

/// Makes an address one of this computer, and has files served there.
fn adopt(charge: &mut Charge, address: Ipv4Addr, tell: &impl Fn(Kind)) -> Result<(), String> {
    let (Some(setup), Some(open)) = (&mut charge.setup, &charge.adoption.open) else {
        return Err(
            "this program may not set addresses; start it with the rights for it (`rescue79 doctor`)"
                .to_owned(),
        );
    };
    if setup.has_adopted(address) {
        return Ok(());
    }
    // A computer that is there keeps its address.
    match probe::conflict(charge.system.as_ref(), &charge.interface, address) {
        Ok(None) => {}
        Ok(Some(mac)) => {
            return Err(format!(
                "{mac} has the address {address}; unplug that device, and try it again a minute later"
            ));
        }
        Err(why) => return Err(format!("whether somebody has {address} can't be seen: {why}")),
    }
    let interface = charge.interface.system_name();
    setup.adopt(interface, address).map_err(|e| e.to_string())?;
    open(address).map_err(|e| format!("no port can be opened at {address}: {e}"))?;
    tell(Kind::AddressSet { interface: interface.to_owned(), address, again: false });
    Ok(())
}

/// The adapter was pulled out, or put in again: then it is another one to the system, by the same name.
fn moved(charge: &mut Charge, index: u32, tell: &impl Fn(Kind)) {
    charge.interface.index = index;
    let interface = charge.interface.system_name().to_owned();
    let there = index != GONE;
    if there {
        if let Some(setup) = &charge.setup {
            setup.tell_again(&interface);
        }
        if let Some(follow) = &charge.follow {
            let _ = follow(&charge.interface);
        }
        charge.tap = Tap::open(index).ok();
    }
    tell(Kind::Interface { interface, there });
}

fn now() -> Instant {
    #[expect(clippy::disallowed_methods, reason = "a shell that looks every second")]
    Instant::now()
}

/// The index of no interface.
const GONE: u32 = 0;

/// Looks at link and addresses. `true`: the link has come.
fn look(charge: &mut Charge, link: &mut Option<bool>, tell: &impl Fn(Kind)) -> bool {
    let seen: Option<Seen> = charge.system.look(charge.interface.system_name());
    let there = seen.as_ref().map_or(GONE, |seen| seen.index);
    if there != charge.interface.index {
        moved(charge, there, tell);
        if there == GONE {
            *link = Some(false);
            return false;
        }
    }
    let up = seen.as_ref().is_some_and(|seen| seen.link);
    charge.interface.up = up;
    let interface = charge.interface.system_name();
    let came = up && *link != Some(up);
    if *link != Some(up) {
        *link = Some(up);
        tell(Kind::Link { interface: interface.to_owned(), up });
    }
    // A system that takes the address away with the link takes it again until the link is back.
    if !up && cfg!(windows) {
        return false;
    }
    for address in charge.setup.as_ref().map(Setup::renew).unwrap_or_default() {
        tell(Kind::AddressSet { interface: interface.to_owned(), address, again: true });
    }
    came
}
