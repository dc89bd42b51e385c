//! What a file is to a phone, and how a read of it ends.

use serde::{Deserialize, Serialize};

/// What a file is to a phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// `CTLSEP….tlv`, `ITLSEP….tlv`, `ITLFile.tlv`: a miss is normal.
    TrustList,
    /// `SEP….cnf.xml`.
    SepConfig,
    /// `SIP….cnf`.
    SipConfig,
    /// `MGC….cnf`, `MGCDefault.cnf`.
    MgcpConfig,
    /// `XMLDefault.cnf.xml`.
    XmlDefault,
    /// `SIPDefault.cnf`.
    SipDefault,
    /// `OS79XX.TXT`.
    Os79xx,
    /// `SEPDefault.cnf` and other binary files of the first years.
    OldConfig,
    /// `<load>.loads`.
    LoadsList,
    /// `term….default.loads`.
    TermList,
    /// The universal loader of a 7940/7960.
    Loader,
    /// The application image of a 7940/7960.
    Application,
    /// An image that is a whole load.
    Image,
    /// One of the parts of a Java load.
    Part,
    /// A file that only a running application asks for (ring lists, tones, dial plans).
    AppFile,
    /// Anything else.
    Other,
}

impl Role {
    /// A file that carries firmware.
    #[must_use]
    pub const fn is_firmware(self) -> bool {
        matches!(self, Self::Loader | Self::Application | Self::Image | Self::Part)
    }

    /// A file that tells a phone which load to run.
    #[must_use]
    pub const fn is_config(self) -> bool {
        matches!(
            self,
            Self::SepConfig
                | Self::SipConfig
                | Self::MgcpConfig
                | Self::XmlDefault
                | Self::SipDefault
                | Self::Os79xx
                | Self::OldConfig
        )
    }
}

/// Why a read ended early.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReadFailure {
    /// The reader fell silent.
    Silent,
    /// The reader answers, and never with anything new.
    Stuck,
    /// The reader closed its port: it did not like what it got, or lost its power.
    Closed,
    /// The reader said an error.
    Peer,
    /// The same port asked for something new: it had started over.
    Replaced,
    /// It was pushed out by a phone that is alive.
    Evicted,
}
