//! The images of 7940 and 7960: which load they are.
//!
//! ARM code without an envelope: load id in ASCII at 0x20, loader version (`PAS3…`) at 0x120 in a universal loader.

/// What an image says about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// The load's name without an extension.
    pub load: String,
    /// Version of the universal loader, if it is one.
    pub loader_version: Option<String>,
}

/// Where the load id stands.
pub const LOAD_ID: usize = 0x20;
/// Where a loader's version stands, 8 characters.
const LOADER_VERSION: usize = 0x120;

/// Reads an image without its envelope; `None` when no load id is where it should be.
#[must_use]
pub fn read(bytes: &[u8]) -> Option<Image> {
    let load = text(bytes.get(LOAD_ID..LOAD_ID + 16)?);
    // P003…, P0S3…, P0M3…, P004… (7910), P005… (7935), S001… (7914): the platform digit is the fourth.
    let known = matches!(load.as_bytes(), [b'P' | b'S', b'0', b'0' | b'S' | b'M' | b'D', b'0'..=b'9', ..]);
    if !known || load.len() < 6 {
        return None;
    }
    let version = text(bytes.get(LOADER_VERSION..LOADER_VERSION + 8).unwrap_or_default());
    Some(Image { load, loader_version: version.starts_with("PAS").then_some(version) })
}

fn text(bytes: &[u8]) -> String {
    bytes.iter().take_while(|b| b.is_ascii_graphic()).copied().map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn load_and_loader_version() {
        let mut bytes = vec![0xea; 0x200];
        assert_eq!(read(&bytes), None);
        bytes[0x20..0x2d].copy_from_slice(b"P0030801SR02\0");
        bytes[0x120..0x128].copy_from_slice(b"PAS30831");
        let image = read(&bytes).unwrap();
        assert_eq!(image.load, "P0030801SR02");
        assert_eq!(image.loader_version.as_deref(), Some("PAS30831"));
        assert_eq!(read(&bytes[..0x40]).unwrap().loader_version, None);
    }
}
