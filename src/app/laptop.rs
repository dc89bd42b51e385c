//! The laptop in a session: what `serve` does with address and ports.

use super::doctor::say;
use super::{Exit, stop};
use crate::cli::Serve;
use crate::dhcp::elsewhere;
use crate::event::Kind;
use crate::host::doctor;
use crate::host::interfaces::{self, Interface};
use crate::host::keeper::{Adoption, Charge, Follow, Keeper};
use crate::host::ledger::{Ledger, Undone};
use crate::host::plan;
use crate::host::privileges;
use crate::host::probe;
use crate::host::setup::Setup;
use crate::host::state::StateDir;
use crate::host::system::{self, Announcement, System, system};
use crate::host::wire::Tap;
use crate::net::{self, BindError, Place};
use anyhow::Result;
use std::net::Ipv4Addr;

/// Told what is done next; an error ends the preparations, and what they did is undone.
pub(super) type Tell<'a> = &'a dyn Fn(&str) -> Result<()>;

/// The laptop, ready for a session.
pub(super) struct Ready {
    pub(super) interface: Interface,
    pub(super) address: Ipv4Addr,
    pub(super) prefix: u8,
    setup: Option<Setup>,
    tap: Option<Tap>,
    follower: Option<net::Follower>,
    set: bool,
    dhcp: bool,
}

/// Where to listen; nothing is changed yet.
pub(super) fn place(args: &Serve) -> Result<Ready> {
    if let Some(address) = args.listen {
        let found = interfaces::with_address(address);
        let (interface, prefix) =
            found.ok_or_else(|| stop(Exit::NotReady, BindError::NoAddress { address }))?;
        return Ok(Ready {
            interface,
            address,
            prefix,
            setup: None,
            tap: None,
            follower: None,
            set: false,
            dhcp: false,
        });
    }
    let name = args.interface.as_deref().unwrap_or_default();
    let all = interfaces::survey(system().as_ref());
    let found = all.iter().find(|i| i.name == name || i.friendly.as_deref() == Some(name)).cloned();
    let Some(interface) = found else {
        let usable = all.iter().filter(|i| i.kind.refused().is_none());
        let known: Vec<_> = usable.map(|i| i.friendly.as_deref().unwrap_or(&i.name)).collect();
        let line = match known.as_slice() {
            [] => format!(
                "there is no interface {name}, and none that a phone could be on. Plug in a USB network adapter."
            ),
            known => format!(
                "there is no interface {name}. Name one of these with --interface: {}; `rescue79 doctor` says which suits best.",
                known.join(", ")
            ),
        };
        return Err(stop(Exit::NotReady, line));
    };
    let (address, prefix) = if args.keep_address {
        interface.addresses.first().copied().ok_or_else(|| {
            stop(
                Exit::NotReady,
                format!("{name} has no IPv4 address. Leave --keep-address out, and the program sets one."),
            )
        })?
    } else {
        args.address.unwrap_or(plan::DEFAULT)
    };
    let checked = plan::check(&all, &interface, address, prefix, !args.no_dhcp);
    // An address that was there before us is its owner's decision.
    if let Err(bad) = checked
        && !args.keep_address
    {
        return Err(stop(Exit::NotReady, bad));
    }
    Ok(Ready {
        interface,
        address,
        prefix,
        setup: None,
        tap: None,
        follower: None,
        set: !args.keep_address,
        dhcp: !args.no_dhcp && args.dhcp_port == 67,
    })
}

impl Ready {
    /// Sets the address, when one is to be set, and takes the ports. `hands` holds what was changed on the laptop before;
    /// the session takes it over when it can begin.
    pub(super) fn prepare(
        &mut self,
        args: &Serve,
        store: Option<&StateDir>,
        hands: &mut Option<Setup>,
        tell: Tell<'_>,
    ) -> Result<net::Bound> {
        self.setup = hands.take();
        let mark = self.setup.as_ref().map(Setup::mark);
        let bound = self.set(args, store, tell).and_then(|()| self.bind(args, tell));
        if bound.is_err()
            && let Some(mark) = mark
            && let Some(mut setup) = self.setup.take()
        {
            let undone = setup.back_to(mark);
            say(&Undone { done: Vec::new(), ..undone }, setup.folder());
            *hands = Some(setup);
        }
        self.follower = bound.as_ref().ok().and_then(|bound| bound.follower().ok());
        bound
    }

    fn set(&mut self, args: &Serve, store: Option<&StateDir>, tell: Tell<'_>) -> Result<()> {
        if !self.set && !args.adopt_addresses {
            if args.listen.is_none() {
                self.hear(store, args.screen);
            }
            return Ok(());
        }
        tell(&format!("setting {}/{} on {}", self.address, self.prefix, self.interface.system_name()))?;
        let Some(store) = store else {
            return Err(stop(
                Exit::NotReady,
                "without a state folder no address is set, for nobody could put it back. Name one with --state DIR.",
            ));
        };
        let system = system();
        privileges::hand_down();
        if self.set
            && let Ok(Some(mac)) = probe::conflict(system.as_ref(), &self.interface, self.address)
        {
            let line = format!(
                "{} is in use by {mac} on {}. Unplug that device, or choose another address with --address.",
                self.address, self.interface.name
            );
            return Err(stop(Exit::NotReady, line));
        }
        if self.setup.is_none() {
            let ledger = Ledger::open(store.path()).map_err(|e| stop(Exit::NotReady, e))?;
            let (setup, undone) = Setup::begin(system, ledger);
            say(&undone, setup.folder());
            self.setup = Some(setup);
        }
        let name = self.interface.system_name();
        if !self.set {
            let _ = self.setup.as_mut().map(|setup| setup.hear(name));
            return Ok(());
        }
        if let Some(Err(e)) = self.setup.as_mut().map(|s| s.address(name, self.address, self.prefix)) {
            let hint =
                if cfg!(windows) { "Run the program as administrator" } else { "Run the program with sudo" };
            return Err(stop(
                Exit::NotReady,
                format!(
                    "the address {} can't be set on {name}: {e}. {hint}, or set it yourself and add --keep-address.",
                    self.address
                ),
            ));
        }
        // Without it the phones are led all the same.
        let _ = self.setup.as_mut().map(|setup| setup.hear(name));
        // As it is now: switched on, and with the address.
        if let Some(now) = interfaces::named(name) {
            self.interface =
                Interface { kind: self.interface.kind, default_route: self.interface.default_route, ..now };
        }
        Ok(())
    }

    /// Has the card let announcements in where its address is kept. Without it the phones are led all the same, so
    /// nothing ends here; and nothing is begun that could not be undone. `asked`: the technician may want another address.
    fn hear(&mut self, store: Option<&StateDir>, asked: bool) {
        let (system, name) = (system(), self.interface.system_name());
        let deaf = Announcement::ALL.into_iter().any(|what| !system.hears(name, what));
        if !(deaf || asked)
            || self.address.is_loopback()
            || !privileges::rights().is_some_and(|rights| rights.network)
        {
            return;
        }
        privileges::hand_down();
        if self.setup.is_none()
            && let Some(ledger) = store.and_then(|store| Ledger::open(store.path()).ok())
        {
            let (setup, undone) = Setup::begin(system, ledger);
            say(&undone, setup.folder());
            self.setup = Some(setup);
        }
        let _ = self.setup.as_mut().map(|setup| setup.hear(name));
    }

    /// The network is ours alone. A foreign DHCP server, the other mark of one that isn't, ends the start.
    pub(super) fn is_island(&self, args: &Serve) -> bool {
        !self.interface.default_route && (args.listen.is_none() || self.address.is_loopback())
    }

    /// Takes the ports, and makes sure that nothing else on laptop or wire is in the way.
    fn bind(&self, args: &Serve, tell: Tell<'_>) -> Result<net::Bound> {
        let system = system();
        tell("taking the ports of the servers")?;
        let place = Place {
            address: self.address,
            interface: Some(on_wire(&self.interface)),
            dhcp_port: (!args.no_dhcp).then_some(args.dhcp_port),
            tftp_port: args.tftp_port,
            http_port: (args.http_port != 0).then_some(args.http_port),
            island: self.is_island(args),
        };
        let bound = net::bind(&place).map_err(|e| stop(Exit::NotReady, refused(system.as_ref(), &e)))?;
        if args.listen.is_none() {
            let mut ports = vec![args.tftp_port];
            ports.extend((!args.no_dhcp).then_some(args.dhcp_port));
            ports.sort_unstable();
            tell("looking at the firewall")?;
            if let Some(closed) =
                doctor::closed_firewall(system.as_ref(), self.interface.system_name(), &ports)
            {
                return Err(stop(Exit::NotReady, closed));
            }
            // Phones ask at port 67; at another one nobody is a rival.
            if self.dhcp {
                tell("listening for other DHCP servers")?;
            }
            let rival = self.dhcp.then(|| doctor::foreign_server(&self.interface));
            if let Some(rival) = rival.flatten() {
                return Err(stop(Exit::NotReady, rival));
            }
        }
        Ok(bound)
    }

    /// Gives up the rights that are not needed any more; to be called before the servers' thread is started.
    pub(super) fn give_up_rights(&mut self, args: &Serve) {
        self.tap = Tap::open(self.interface.index).ok().filter(|_| !self.address.is_loopback());
        privileges::many_sockets();
        privileges::give_up(self.setup.is_some(), self.may_adopt(args));
    }

    /// Another port may have to be opened: whenever a phone wrongly asks elsewhere, or when the technician says so.
    pub(super) const fn may_adopt(&self, args: &Serve) -> bool {
        self.setup.is_some() && (args.adopt_addresses || args.screen)
    }

    /// Looks after the laptop from here on.
    pub(super) fn keep(self, tell: impl Fn(Kind) + Send + 'static, adoption: Adoption) -> Result<Keeper> {
        if self.set {
            let interface = self.interface.system_name().to_owned();
            tell(Kind::AddressSet { interface, address: self.address, again: false });
        }
        let charge = Charge {
            setup: self.setup,
            system: system(),
            interface: self.interface,
            address: (self.address, self.prefix),
            tap: self.tap,
            adoption,
            dhcp: self.dhcp,
            follow: self
                .follower
                .map(|follower| Box::new(move |to: &Interface| follower.to(&on_wire(to))) as Follow),
        };
        Ok(Keeper::start(charge, tell)?)
    }
}

/// The interface, as the servers name it.
fn on_wire(interface: &Interface) -> net::Interface {
    net::Interface { name: interface.name.clone(), index: interface.index }
}

/// Why a port can't be had, with the name of who has it.
fn refused(system: &dyn System, error: &BindError) -> String {
    match error {
        BindError::Taken { port } => match system::holder(system, *port) {
            Some(holder) => {
                format!("UDP port {port} is held by {holder}. End that program, then start again.")
            }
            None => error.to_string(),
        },
        _ => error.to_string(),
    }
}

/// What another DHCP server must be told, when addresses come from there.
pub(super) fn elsewhere(args: &Serve, address: Ipv4Addr) {
    if args.no_dhcp && !address.is_loopback() {
        eprint!("{}", elsewhere::text(address));
    }
}
