//! What a virtual phone is built from: what is in its flash, what it remembers, what is wrong with it.

use crate::load::LoadName;
use crate::phone_id::Mac;
use serde::Deserialize;
use std::net::Ipv4Addr;

/// One phone, ready to be built.
#[derive(Clone, Debug)]
pub struct PhoneSpec {
    /// As the command line names it.
    pub model: String,
    /// Its MAC address.
    pub mac: Mac,
    /// What is in its flash.
    pub state: StartState,
    /// The load it runs, or ran last.
    pub load: Option<String>,
    /// The version of its universal loader.
    pub loader: Option<String>,
    /// The newest release that its boot code takes when it is wiped.
    pub takes_up_to: Option<String>,
    /// The oldest release that its hardware takes.
    pub needs_at_least: Option<String>,
    /// A lease of an earlier network.
    pub stored_lease: Option<StoredLease>,
    /// Seconds until it gets power.
    pub power_at: u64,
    /// What is wrong with it.
    pub faults: Vec<Fault>,
}

/// What is in a phone's flash when the bench begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StartState {
    /// An application; `load` says which.
    Running,
    /// 7940/7960: the universal loader alone, "Protocol Application Invalid".
    Pai,
    /// Java: only the boot code is left.
    Wiped,
}

/// Network settings that a phone has kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoredLease {
    /// Its address.
    pub address: Ipv4Addr,
    /// The file server of that network.
    pub tftp: Option<Ipv4Addr>,
}

/// What can be wrong with a phone.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Fault {
    /// The power goes in the middle of a stage, once, and is back after some seconds.
    PowerCut {
        /// The stage.
        stage: Stage,
        /// Seconds without power.
        back_after: u64,
    },
    /// No key sequence is taken.
    ResetKeysIgnored,
    /// No DHCP answer reaches it.
    Deaf,
    /// It takes a lease and asks for no file.
    AsksNothing {
        /// Unless the answer has this.
        unless: Option<OfferNeed>,
    },
    /// A server address typed into its menu; beats DHCP.
    AlternateTftp {
        /// The address.
        address: Ipv4Addr,
    },
    /// It does not look at one of the places where a file server is named.
    Ignores {
        /// The place.
        field: ServerField,
    },
    /// Its loader asks for its trust list until it gets one, and for nothing else.
    WaitsForTrustList,
    /// Its loader knows no files of its own, and stops at `XMLDefault.cnf.xml` where there is one, whatever that names.
    DefaultStops,
    /// With a stored lease it takes the address from the answer, and keeps to the file server that it remembers.
    TrustsStoredServer,
    /// Wiped, it asks for its list once at each start: a load that it refuses leaves it silent.
    LiesStill,
    /// Whatever it writes, its flash stays as it was.
    WritesNothing,
    /// Whatever load it reads, it is this one that is in its flash afterwards.
    WritesAnother {
        /// The load; for another kind of phone it is none.
        load: String,
    },
    /// Loads newer than this release are written in vain while the running one is older than it.
    NeedsStep {
        /// The release.
        over: String,
    },
    /// A read breaks off at a block.
    Breaks {
        /// Part of the file's name.
        file: String,
        /// The block, counted from 1.
        block: u64,
        /// How often before it goes through.
        times: u8,
        /// What the phone does then.
        by: Break,
    },
}

impl Fault {
    /// What is in the flash of a phone with these faults once this load was written.
    pub(super) fn written(faults: &[Self], load: String) -> String {
        let family = |name: &str| name.parse::<LoadName>().ok().map(|name| name.family);
        let another = faults.iter().find_map(|fault| match fault {
            Self::WritesAnother { load: other } if family(other) == family(&load) => Some(other.clone()),
            _ => None,
        });
        another.unwrap_or(load)
    }
}

/// How a read breaks off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Break {
    /// The phone restarts.
    Restart,
    /// It falls silent and tries again later.
    Silence,
}

/// What a phone with a hidden rule wants to see in a DHCP answer before it asks for files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OfferNeed {
    /// Option 3.
    Router,
    /// Option 6.
    Dns,
    /// Option 66.
    Option66,
    /// No option 150.
    No150,
    /// Neither option 66 nor a next server nor a server name.
    Only150,
    /// Options in the order of their numbers.
    Ascending,
    /// No option 66.
    No66,
    /// No next server.
    NoSiaddr,
    /// No server name.
    NoSname,
    /// No option 6.
    NoDns,
    /// No option 3.
    NoRouter,
    /// A `siaddr` that isn't zero.
    Siaddr,
    /// At least 300 bytes.
    Padded,
    /// A lease of under a day.
    ShortLease,
    /// Nobody listens at the HTTP port.
    WebClosed,
    /// No lease time at all.
    NoLease,
    /// Option 150 right after the kind of the message.
    First150,
    /// Sent to its own address alone; it does not ask for a broadcast.
    Unicast,
}

/// Where a DHCP answer can name the file server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ServerField {
    /// Option 150.
    Option150,
    /// Option 66.
    Option66,
    /// The header's next server.
    Siaddr,
    /// The header's server name.
    Sname,
}

/// A moment of a recovery at which the power may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// Just after the address came.
    Lease,
    /// In the middle of reading an image.
    Transfer,
    /// While the loader is written.
    LoaderFlash,
    /// While an application, a whole image or the parts of a Java load are written.
    ApplicationFlash,
}

/// A phone that can't be built.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPhone {
    /// Not in `assets/sim/phones.toml`.
    #[error("no virtual phone is called {0}")]
    UnknownModel(String),
    /// The state needs a load, or the load is of another family.
    #[error("a {0} can't run {1}")]
    WrongLoad(String, String),
    /// The state does not exist on this generation.
    #[error("a {0} can't be in that state")]
    WrongState(String),
}
