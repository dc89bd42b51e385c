//! The names that a configuration file may carry, and why one is not made.

use std::io;

/// A file could not be made.
#[derive(Debug, thiserror::Error)]
pub enum Unmade {
    /// The load name would not survive a phone's own reader.
    #[error("`{0}` is no load name for a configuration file")]
    BadLoad(String),
    /// The file is larger than a classic loader takes.
    #[error("the file would have {0} bytes, a classic phone takes 8192")]
    TooLarge(usize),
    /// Writing to memory failed.
    #[error("the file could not be written: {0}")]
    Write(#[from] io::Error),
}

/// A load name as a configuration file may carry it: no extension, no blanks, at most 31 of the characters that the
/// classic loader's own reader accepts (`classic-phones` 4.1).
///
/// # Errors
/// [`Unmade::BadLoad`] when nothing acceptable is left.
pub fn load_name(load: &str) -> Result<&str, Unmade> {
    let name = load.trim();
    let name = [".loads", ".sbn", ".sb2", ".bin"].iter().find_map(|e| name.strip_suffix(e)).unwrap_or(name);
    let fits = (1..=31).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b":_=.-".contains(&b));
    if fits { Ok(name) } else { Err(Unmade::BadLoad(load.to_owned())) }
}
