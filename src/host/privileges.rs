//! Rights: what the program needs, what it may do, and giving up the rest.

#[cfg(target_os = "linux")]
use crate::limits;

/// What this process may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rights {
    /// Listen on ports below 1024.
    pub ports: bool,
    /// Change addresses.
    pub network: bool,
    /// See what passes on the wire.
    pub wire: bool,
}

/// What this process may do; `None` where the system doesn't say.
#[cfg(target_os = "linux")]
#[must_use]
pub fn rights() -> Option<Rights> {
    use rustix::thread::{CapabilitySet, capabilities};
    let have = capabilities(None).ok()?.effective;
    let low = std::fs::read_to_string("/proc/sys/net/ipv4/ip_unprivileged_port_start").ok();
    let low = low.and_then(|text| text.trim().parse::<u16>().ok()).unwrap_or(1_024);
    Some(Rights {
        ports: low <= 67 || have.contains(CapabilitySet::NET_BIND_SERVICE),
        network: have.contains(CapabilitySet::NET_ADMIN),
        wire: have.contains(CapabilitySet::NET_RAW),
    })
}

/// What this process may do; `None` where the system doesn't say.
#[cfg(not(target_os = "linux"))]
#[must_use]
pub fn rights() -> Option<Rights> {
    None
}

/// Lets the commands that this program runs change addresses, when the program itself was given that right (`setcap`).
#[cfg(target_os = "linux")]
pub fn hand_down() {
    use rustix::thread::{
        CapabilitySet, capabilities, configure_capability_in_ambient_set, set_capabilities,
    };
    let Ok(mut sets) = capabilities(None) else { return };
    if super::owner::is_root() || !sets.permitted.contains(CapabilitySet::NET_ADMIN) {
        return;
    }
    sets.inheritable |= CapabilitySet::NET_ADMIN;
    if set_capabilities(None, sets).is_ok() {
        let _ = configure_capability_in_ambient_set(CapabilitySet::NET_ADMIN, true);
    }
}

/// Nothing to do here.
#[cfg(not(target_os = "linux"))]
pub const fn hand_down() {}

/// Gives up what is not needed once the ports are open. An administrator's process keeps `keep_network` (its commands
/// must be able to put the address back, and its sockets to follow an adapter that is plugged in again), `keep_ports`
/// (another port may have to be opened) and the right to write its own state folder, whoever owns that, and to give what it
/// writes to the caller of `sudo`; it loses all
/// the others, and so do the programs it runs. Threads that were started before keep what they have.
#[cfg(target_os = "linux")]
pub fn give_up(keep_network: bool, keep_ports: bool) {
    use rustix::thread::CapabilitySet;
    let mut keep = CapabilitySet::empty();
    if keep_network {
        keep |= CapabilitySet::NET_ADMIN | CapabilitySet::NET_RAW;
    }
    if keep_ports {
        keep |= CapabilitySet::NET_BIND_SERVICE;
    }
    keep_only(keep);
}

/// Gives up what not even the wizard needs, before it asks its first question. Beside all that a session needs it keeps the
/// right to see who holds a port, to end him, and to give up more later.
#[cfg(target_os = "linux")]
pub fn give_up_early() {
    use rustix::thread::CapabilitySet;
    keep_only(
        CapabilitySet::NET_ADMIN
            | CapabilitySet::NET_RAW
            | CapabilitySet::NET_BIND_SERVICE
            | CapabilitySet::SYS_PTRACE
            | CapabilitySet::KILL
            | CapabilitySet::SETPCAP,
    );
}

/// Gives up everything, for this thread and those that it starts: whoever only reads what is typed.
#[cfg(target_os = "linux")]
pub fn give_up_all() {
    use rustix::thread::{CapabilitySet, CapabilitySets, set_capabilities};
    let none = CapabilitySet::empty();
    let _ = set_capabilities(None, CapabilitySets { effective: none, permitted: none, inheritable: none });
}

/// Keeps these rights of the process, and those to its files.
#[cfg(target_os = "linux")]
fn keep_only(mut keep: rustix::thread::CapabilitySet) {
    use rustix::thread::{
        CapabilitySet, capabilities, capability_is_in_bounding_set, remove_capability_from_bounding_set,
        set_capabilities,
    };
    let Ok(mut sets) = capabilities(None) else { return };
    keep |= CapabilitySet::DAC_OVERRIDE;
    if super::owner::caller().is_some() {
        keep |= CapabilitySet::CHOWN;
    }
    // What runs as root gets all that the bounding set leaves.
    for capability in (CapabilitySet::all() - keep).iter() {
        if capability_is_in_bounding_set(capability).unwrap_or(false) {
            let _ = remove_capability_from_bounding_set(capability);
        }
    }
    sets.effective &= keep;
    sets.permitted &= keep;
    sets.inheritable &= keep;
    let _ = set_capabilities(None, sets);
}

/// Lets the process have as many sockets as the system allows: each read has two, and the usual 1024 are a room of 400
/// phones. Call it before other threads are started.
///
/// The table of open files gets its whole size now. It would grow by itself, but where there are threads the system then
/// waits until none can be reading the old one: 20 ms in all, in the instant in which a room full of phones starts.
#[cfg(target_os = "linux")]
pub fn many_sockets() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    let wanted = maximum.map_or(limits::SOCKETS, |most| most.min(limits::SOCKETS));
    let _ = setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum });
    let last = i32::try_from(wanted.saturating_sub(1)).unwrap_or_default();
    drop(rustix::io::fcntl_dupfd_cloexec(std::io::stderr(), last));
}

/// Elsewhere the system's own limit is higher, or is none.
#[cfg(not(target_os = "linux"))]
pub const fn many_sockets() {}

/// There is no such thing here that safe code could do.
#[cfg(not(target_os = "linux"))]
pub const fn give_up(_keep_network: bool, _keep_ports: bool) {}

/// As above.
#[cfg(not(target_os = "linux"))]
pub const fn give_up_early() {}

/// As above.
#[cfg(not(target_os = "linux"))]
pub const fn give_up_all() {}
