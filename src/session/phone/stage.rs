//! What a phone is doing.

/// What a phone is doing, as far as the wire tells. The names are the keys of `assets/catalogue/stages.toml`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Asks for an address and has none.
    #[default]
    Dhcp,
    /// Has an address, has asked for nothing yet.
    Leased,
    /// Reads what it shall run.
    Config,
    /// Reads the list of a load.
    List,
    /// Reads a loader.
    Loader,
    /// Reads an image or the parts of a load.
    Parts,
    /// Silent after firmware: writes it to its flash.
    Flashing,
    /// Its application runs and asks for its own files.
    Proof,
    /// Its case is closed.
    Done,
}

impl Stage {
    /// The key of this stage in the catalogue.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Dhcp => "dhcp",
            Self::Leased => "leased",
            Self::Config => "config",
            Self::List => "list",
            Self::Loader => "loader",
            Self::Parts => "parts",
            Self::Flashing => "flashing",
            Self::Proof => "proof",
            Self::Done => "done",
        }
    }

    /// Taking the power away in this stage can cost the phone its firmware.
    #[must_use]
    pub const fn keep_powered(self) -> bool {
        matches!(self, Self::Loader | Self::Parts | Self::Flashing)
    }
}
