//! What passes between the program and the technician: what the program can do at one key, and what it asks for.

use serde::{Deserialize, Serialize};

/// What the program can do for a phone by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Remedy {
    /// Lead it to the load that the configuration on the shelf names, through the phone's own `SEP….cnf.xml`.
    OwnFile,
    /// Lead it over the next older load that is on the shelf.
    RungDown,
    /// Refuse the address that it remembers, so that it asks anew and hears everything.
    NakLease,
    /// Answer `XMLDefault.cnf.xml` as if there were none.
    HideDefault,
    /// Answer its trust list with an empty file.
    EmptyTrustList,
    /// Change the DHCP answer in one thing more.
    VaryReply,
    /// Have this computer answer at the address that it wrongly asks, too.
    AdoptAddress,
}

impl Remedy {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::OwnFile,
        Self::RungDown,
        Self::NakLease,
        Self::HideDefault,
        Self::EmptyTrustList,
        Self::VaryReply,
        Self::AdoptAddress,
    ];

    /// It can be of use more than once for the same finding: each time something else is tried, or the laptop may have
    /// refused.
    #[must_use]
    pub const fn repeats(self) -> bool {
        matches!(self, Self::VaryReply | Self::AdoptAddress)
    }

    /// It changes this computer, not only what the phone is answered: nobody shall do that with one slip of a finger.
    #[must_use]
    pub const fn changes_laptop(self) -> bool {
        matches!(self, Self::AdoptAddress)
    }
}

/// What only the technician can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Request {
    /// Hold `#` while it gets power.
    HoldHash,
    /// Type the reset sequence of its model.
    EnterSequence,
    /// Switch it off and on once.
    PowerCycle,
    /// Put the cable into the jack marked SW.
    MoveToSwPort,
    /// Power it from the Cisco power cube.
    UsePowerCube,
    /// Unplug every other DHCP server.
    UnplugServer,
    /// Leave it alone.
    Wait,
}

impl Request {
    /// It takes the phone's power or cable away, if only for a moment.
    #[must_use]
    pub const fn touches_power(self) -> bool {
        match self {
            Self::HoldHash
            | Self::EnterSequence
            | Self::PowerCycle
            | Self::MoveToSwPort
            | Self::UsePowerCube => true,
            Self::UnplugServer | Self::Wait => false,
        }
    }

    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::HoldHash,
        Self::EnterSequence,
        Self::PowerCycle,
        Self::MoveToSwPort,
        Self::UsePowerCube,
        Self::UnplugServer,
        Self::Wait,
    ];

    /// Carried out, it may free a phone that asks for nothing; to start it or to wait is only what all else needs.
    #[must_use]
    pub const fn may_free(self) -> bool {
        !matches!(self, Self::PowerCycle | Self::Wait)
    }
}

/// What closed a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClosedBy {
    /// An event on the wire shows that it was carried out.
    Wire,
    /// The technician says so.
    Technician,
    /// What it was for has passed.
    Passed,
}

/// A decision of the technician, by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// Serve it nothing for a while.
    Pause,
    /// Serve it again.
    Resume,
    /// Lead it elsewhere.
    Replan,
    /// Carry out a remedy.
    Remedy,
    /// A request was carried out.
    Done,
}
