//! What the rules need of the recent past.

use crate::clock::Instant;
use crate::event::Role;
use std::net::Ipv4Addr;

/// Something on the wire that a proof can quote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The file.
    pub file: String,
    /// The load it belongs to or names.
    pub load: Option<String>,
    /// What the file is.
    pub role: Role,
    /// Number of the event.
    pub event: u64,
    /// When.
    pub at: Instant,
}

/// What the rules need of the recent past.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trail {
    /// Offers since the phone last took one or was given a file.
    pub offers: u32,
    /// When the first of those offers was made.
    pub offers_since: Instant,
    /// The address of another network that it wanted and was refused, until it took one of ours.
    pub refused_address: Option<Ipv4Addr>,
    /// Firmware read to its end since the hop began.
    pub firmware: Vec<Mark>,
    /// The last list read to its end since the last firmware.
    pub list: Option<Mark>,
    /// Times a list was read to its end, some seconds apart, with no firmware after it.
    pub lists_in_vain: u32,
    /// Firmware of the hop before this one, by file: to read it again is to have failed to write it.
    pub had: Vec<String>,
    /// Times firmware that had been read was read again.
    pub again: u32,
    /// Times a load that had been read whole was read whole again.
    pub rounds: u32,
    /// Times a list was read to its end since the hop began, some seconds apart.
    pub lists: u32,
    /// The list of the load that is due was read to its end.
    pub listed: bool,
    /// Times an application showed itself after a start at which no list was read.
    pub past: u32,
    /// The last configuration that named a load, since firmware was last asked for.
    pub config: Option<Mark>,
    /// The first file that only an application asks for, since firmware, a list or a trust list was last asked for.
    pub app_file: Option<Mark>,
    /// The last of them.
    pub app_file_last: Option<Mark>,
    /// An address was asked for since the last firmware.
    pub booted: bool,
    /// Addresses taken, some seconds apart, since it last asked for a file.
    pub leases_in_vain: u32,
    /// Those of them that came after the last change to our replies.
    pub leases_unchanged: u32,
    /// When it took the first of them.
    pub leases_since: Instant,
    /// When it took the last of them.
    pub leases_last: Instant,
    /// The name that it was refused last, and how often in a row.
    pub refused: Option<Again>,
    /// The file that it broke off last, and how often at the same place.
    pub broken: Option<Broken>,
    /// The DHCP server whose offer it took instead of ours, until it takes ours or asks for a file.
    pub elsewhere: Option<Ipv4Addr>,
    /// The address that it declined, until it took another.
    pub declined: Option<Ipv4Addr>,
}

/// A name that was refused several times in a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Again {
    /// The name.
    pub file: String,
    /// What the file would have been.
    pub role: Role,
    /// How often, some seconds apart.
    pub count: u32,
    /// When for the first time.
    pub since: Instant,
    /// When last.
    pub last: Instant,
}

/// A read that was broken off at the same place each time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The file.
    pub file: String,
    /// Bytes acknowledged until then.
    pub bytes: u64,
    /// How often.
    pub count: u32,
    /// It closed its port each time.
    pub closed: bool,
    /// The file tells what to run, or is firmware.
    pub firmware: bool,
}
