//! What public sources say about releases: digests and sizes.

use crate::firmware::kind::Kind;
use serde::Deserialize;
use sha1::{Digest, Sha1};
use std::sync::LazyLock;

static DIGESTS: LazyLock<Digests> =
    LazyLock::new(|| toml::from_str(include_str!("../../assets/catalogue/digests.toml")).unwrap_or_default());
#[derive(Default, Deserialize)]
struct Digests {
    archive: Vec<KnownArchive>,
    file: Vec<KnownSize>,
    class: Vec<Class>,
}

#[derive(Deserialize)]
struct KnownArchive {
    name: String,
    size: usize,
    sha1: String,
}

#[derive(Deserialize)]
struct KnownSize {
    name: String,
    size: usize,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Class {
    kind: String,
    at_least: usize,
}

/// What the published digests say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Known {
    /// Out of the archive of this name, whose digest is the published one.
    Good(String),
    /// Nothing was published about it.
    #[default]
    Unknown,
    /// Out of an archive of a published name, whose digest is another.
    Differs(String),
}

/// Holds an archive's bytes against the published digests.
pub(super) fn archive(name: &str, bytes: &[u8]) -> Known {
    archive_in(&DIGESTS.archive, name, bytes)
}

fn archive_in(table: &[KnownArchive], name: &str, bytes: &[u8]) -> Known {
    let same_size = || table.iter().filter(|known| known.size == bytes.len());
    if same_size().next().is_some() {
        let digest = hex(&Sha1::digest(bytes));
        if let Some(known) = same_size().find(|known| known.sha1 == digest) {
            return Known::Good(known.name.clone());
        }
    }
    let named = table.iter().find(|known| known.name.eq_ignore_ascii_case(name));
    named.map_or(Known::Unknown, |known| Known::Differs(known.name.clone()))
}

/// Octets in hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or('0');
    bytes.iter().flat_map(|b| [digit(b >> 4), digit(b & 15)]).collect()
}

/// Octets that a classic image must have at least, and whether that is the exact size of a published file.
pub(super) fn least_size(name: &str, kind: Kind) -> Option<(usize, bool)> {
    if let Some(known) = DIGESTS.file.iter().find(|known| known.name.eq_ignore_ascii_case(name)) {
        return Some((known.size, true));
    }
    let class = match kind {
        Kind::Loader => "loader",
        Kind::App => "application",
        Kind::SingleImage => "single-image",
        _ => return None,
    };
    DIGESTS.class.iter().find(|known| known.kind == class).map(|known| (known.at_least, false))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::firmware::others::{Others, other_phones};

    #[test]
    fn the_tables_can_be_read() {
        let digests: Digests = toml::from_str(include_str!("../../assets/catalogue/digests.toml")).unwrap();
        assert!(digests.archive.iter().all(|a| a.sha1.len() == 40 && a.size > 0));
        assert_eq!(digests.class.len(), 3);
        let others: Others = toml::from_str(include_str!("../../assets/catalogue/other-loads.toml")).unwrap();
        assert!(
            others.other.iter().flat_map(|o| &o.names).all(|n| n.parse::<crate::load::LoadName>().is_err())
        );
    }

    #[test]
    fn digests_sizes_and_other_phones() {
        assert_eq!(archive("some.zip", b"PK"), Known::Unknown);
        let known = "cmterm-7931-sccp.9-4-2SR1-1.zip";
        assert_eq!(archive("CMTERM-7931-sccp.9-4-2SR1-1.zip", b"PK"), Known::Differs(known.to_owned()));
        assert_eq!(archive(known, &vec![0; 5_202_666]), Known::Differs(known.to_owned()));
        let table = [KnownArchive {
            name: "abc.zip".to_owned(),
            size: 3,
            sha1: "a9993e364706816aba3e25717850c26c9cd0d89d".to_owned(),
        }];
        // By content, whatever its name.
        assert_eq!(archive_in(&table, "download(1).zip", b"abc"), Known::Good("abc.zip".to_owned()));
        assert_eq!(archive_in(&table, "abc.zip", b"abd"), Known::Differs("abc.zip".to_owned()));
        assert_eq!(least_size("p0s3-8-12-00.SB2", Kind::App), Some((756_524, true)));
        assert_eq!(least_size("P0S3-8-9-00.sb2", Kind::App), Some((600_000, false)));
        assert_eq!(least_size("jar41sip.8-5-4TH1-6.sbn", Kind::JavaPart), None);
        assert_eq!(other_phones("sip9951.9-4-2.loads"), Some("8961, 9951 or 9971"));
        assert_eq!(other_phones("SIP41.8-5-4S.loads"), None);
    }
}
