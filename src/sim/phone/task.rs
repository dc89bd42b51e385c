//! What a phone is doing, and the faults that wear off.

use crate::clock::Instant;
use crate::sim::phone::machine::Fetched;
use crate::sim::phone::spec::{Break, Fault, Stage};
use crate::sim::phone::tftp_client::Read;
use crate::sim::phone::web_client::Get;
use std::time::Duration;

/// What a phone is doing.
#[derive(Debug)]
pub(super) enum Task {
    Off,
    /// The technician types keys; then the firmware starts.
    Keys(Instant),
    Wait(Instant),
    Burn {
        ends: Instant,
        cut: Option<(Instant, Duration)>,
    },
    Lease,
    Fetch(Box<Read>),
    /// The same by HTTP.
    Get(Box<Get>),
    /// A read fell silent; its port swallows what comes.
    Silent {
        until: Instant,
        port: u16,
    },
    /// A read that is over before it began.
    Answer(Fetched),
    Rest,
}

impl Task {
    /// When it goes on by itself.
    pub(super) fn due(&self, now: Instant) -> Option<Instant> {
        match self {
            Self::Keys(at) | Self::Wait(at) | Self::Silent { until: at, .. } => Some(*at),
            Self::Burn { ends, cut } => Some(cut.map_or(*ends, |(at, _)| at)),
            Self::Fetch(read) => Some(read.deadline()),
            Self::Get(get) if get.sent && get.stumbles => None,
            Self::Get(get) => Some(get.due),
            Self::Answer(_) => Some(now),
            Self::Off | Self::Lease | Self::Rest => None,
        }
    }
}

/// The faults that strike only so often, with how often they still do.
#[derive(Debug)]
pub(super) struct Wear(Vec<(Fault, u8)>);

impl Wear {
    pub(super) fn new(faults: &[Fault]) -> Self {
        let times = |fault: &Fault| if let Fault::Breaks { times, .. } = fault { *times } else { 1 };
        Self(faults.iter().map(|f| (f.clone(), times(f))).collect())
    }

    /// Whether a power cut of that stage strikes now, and how long it lasts.
    pub(super) fn struck(&mut self, stage: Stage) -> Option<Duration> {
        self.0.iter_mut().find_map(|(fault, left)| match fault {
            Fault::PowerCut { stage: at, back_after } if *at == stage && *left > 0 => {
                *left -= 1;
                Some(Duration::from_secs(*back_after))
            }
            _ => None,
        })
    }

    /// Whether the read of that file breaks off at that block.
    pub(super) fn broken(&mut self, name: &str, number: u64) -> Option<Break> {
        self.0.iter_mut().find_map(|(fault, left)| match fault {
            Fault::Breaks { file, block, by, .. }
                if *block == number && *left > 0 && name.contains(&**file) =>
            {
                *left -= 1;
                Some(*by)
            }
            _ => None,
        })
    }
}
