//! What a Java phone checks in lists and parts, and the keys it knows.

use crate::load::{LoadName, Release};
use crate::sim::phone::image::{self, JavaList, PartFault};
use crate::sim::phone::machine::{Failure, Fetched, Refusal};

/// The signing keys that a load knows. They changed after 8.5(2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keys {
    Old,
    Both,
    New,
}

impl Keys {
    /// What a load of that release knows: both from 8.3(3) to 8.5(2).
    pub(super) fn of(release: &Release) -> Self {
        match (Release::parse("8.3.3"), Release::parse("8.5.2")) {
            (Some(both), _) if *release < both => Self::Old,
            (_, Some(last)) if *release <= last => Self::Both,
            _ => Self::New,
        }
    }

    /// Old keys do not open what was signed with the new one; the new one's loads still take the old.
    pub(super) fn open(self, release: &Release) -> bool {
        !(self == Self::Old && Self::of(release) == Self::New)
    }
}

/// A part: signed, named as asked for, an archive, whole.
pub(super) fn check_part(file: &str, bytes: &[u8]) -> Result<(), Refusal> {
    let signed = image::open(bytes).ok_or(Refusal::NotSigned)?;
    if !signed.name.eq_ignore_ascii_case(file) {
        return Err(Refusal::WrongName);
    }
    image::java_part(signed.payload).map_err(|fault| match fault {
        PartFault::NotAnArchive => Refusal::NotAnImage,
        PartFault::Truncated => Refusal::Truncated,
    })
}

/// The load that a default list makes: protocol and family from its parts, release from the build in its comment. A
/// build `8-5-4TH1-6` is the release 8.5(4); of `9-4-2ES26` no more can be said than that it came after 9.4(2), so the
/// phone calls itself by the build until a configuration names the load.
pub(super) fn load_of(list: &JavaList) -> Option<(String, LoadName)> {
    let jar = list.parts.iter().find(|p| p.to_ascii_lowercase().starts_with("jar"))?;
    let head = jar.split('.').next()?.get(3..)?.to_ascii_uppercase();
    let digits: String = head.chars().take_while(char::is_ascii_digit).collect();
    let protocol = head.strip_prefix(&*digits)?;
    let build = list.build.as_deref()?;
    let release = build.split_once("TH").map_or(build, |(release, _)| release);
    let load = format!("{protocol}{digits}.{release}S");
    let name = load.parse().ok()?;
    Some((load, name))
}

/// A list that carries its own name.
pub(super) fn accept(file: &str, fetched: Fetched) -> Result<JavaList, Refusal> {
    let bytes = fetched.map_err(refusal)?;
    let signed = image::open(&bytes).ok_or(Refusal::NotSigned)?;
    if !signed.name.eq_ignore_ascii_case(file) {
        return Err(Refusal::WrongName);
    }
    image::java_list(signed.payload).ok_or(Refusal::NotAnImage)
}

pub(super) fn refusal(failure: Failure) -> Refusal {
    match failure {
        Failure::WrongName => Refusal::WrongName,
        Failure::TooBig => Refusal::TooBig,
        _ => Refusal::Missing,
    }
}
