//! What runs on a phone, whichever of the two generations it is.

use super::classic::Classic;
use super::java::Java;
use super::machine::{Context, Heard, Step};
use super::model::{Kind, Model, Pace};
use super::spec::{BadPhone, PhoneSpec};
use crate::sim::rng::Rng;
use std::time::Duration;

#[derive(Debug)]
pub(super) enum Firmware {
    Classic(Classic),
    Java(Java),
}

impl Firmware {
    pub(super) fn new(spec: &PhoneSpec, model: &Model) -> Result<Self, BadPhone> {
        Ok(match model.kind {
            Kind::Classic => Self::Classic(Classic::new(spec)?),
            Kind::Java => Self::Java(Java::new(spec, model)?),
        })
    }

    /// The application load that flash holds whole.
    pub(super) fn running(&self) -> Option<&str> {
        match self {
            Self::Classic(f) => f.running(),
            Self::Java(f) => f.running(),
        }
    }

    /// The load that it names to its neighbour.
    pub(super) fn announced(&self, model: &Model) -> Option<String> {
        match self {
            Self::Classic(f) => f.announced(),
            Self::Java(f) => f.announced(model),
        }
    }

    /// The load that its page names, while it has one.
    pub(super) fn page(&self) -> Option<String> {
        match self {
            Self::Classic(f) => f.page(),
            Self::Java(f) => f.page(),
        }
    }

    /// It tries HTTP before TFTP.
    pub(super) fn asks_by_http(&self) -> bool {
        matches!(self, Self::Java(f) if f.asks_by_http())
    }

    /// Power is gone; `burning` while flash was being written.
    pub(super) fn power_lost(&mut self, burning: bool) {
        match self {
            Self::Classic(f) => f.power_lost(burning),
            Self::Java(f) => f.power_lost(burning),
        }
    }

    /// Whether the reset keys took, and how long it then formats its flash.
    pub(super) fn reset(&mut self, keys: &str, rng: &mut Rng) -> (bool, Duration) {
        match self {
            Self::Classic(f) => (f.reset(keys), Duration::ZERO),
            Self::Java(f) => (f.reset(keys), Pace::JavaFormat.draw(rng)),
        }
    }

    pub(super) fn step(&mut self, heard: Heard, cx: &mut Context<'_>) -> Step {
        match self {
            Self::Classic(f) => f.step(heard, cx),
            Self::Java(f) => f.step(heard, cx),
        }
    }
}
