//! Release numbers, and their order.

use std::cmp::Ordering;
use std::fmt;

/// A release number such as `8.12.0`, `8.0.9` or `9.4.2SR3-1`; ordered as Cisco published them.
#[derive(Clone, Debug)]
pub struct Release {
    /// Major, minor, maintenance, build; those that the name gives.
    parts: Vec<u16>,
    /// Service release and its sub-number: `SR3-1` is `(3, 1)`.
    service: Option<(u16, u16)>,
    /// What follows and is not ordered further: an engineering special such as `ES4-0-1`.
    special: Option<String>,
}

impl Release {
    /// The first number: 8 of `8.12.0`.
    #[must_use]
    pub fn major(&self) -> u16 {
        self.parts.first().copied().unwrap_or(0)
    }

    /// The release without what is not ordered: 8.5(2) of the build 8-5-2TH1-6.
    #[must_use]
    pub fn plain(&self) -> Self {
        Self { special: None, ..self.clone() }
    }

    fn key(&self) -> ([u16; 4], (u16, u16)) {
        let at = |i: usize| self.parts.get(i).copied();
        // A service release that is given without a maintenance number, 8.1(SR.2), came after all of 8.1(x).
        let late = if self.service.is_some() { u16::MAX } else { 0 };
        let parts = [self.major(), at(1).unwrap_or(0), at(2).unwrap_or(late), at(3).unwrap_or(0)];
        (parts, self.service.unwrap_or((0, 0)))
    }

    /// Reads `8.12.0`, `8-5-2`, `9-4-2SR3-1`, `8-0-4ES4-0-1`, `8.5(2)SR1`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().replace(['(', ')'], ".").to_ascii_uppercase();
        let split = text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len());
        let (numbers, rest) = text.split_at_checked(split)?;
        let parts = numbers
            .split(['.', '-'])
            .filter(|p| !p.is_empty())
            .map(|p| p.parse().ok())
            .collect::<Option<Vec<u16>>>()?;
        if parts.is_empty() || parts.len() > 4 {
            return None;
        }
        let mut release = Self { parts, service: None, special: None };
        if let Some(sr) = rest.strip_prefix("SR") {
            let mut numbers = sr.split(['-', '.']).filter(|p| !p.is_empty());
            release.service =
                Some((numbers.next()?.parse().ok()?, numbers.next().map_or(Some(0), |n| n.parse().ok())?));
        } else if !rest.is_empty() {
            release.special = Some(rest.to_owned());
        }
        Some(release)
    }
}

/// 7.0.2 and 7.0.2.0 are the same release.
impl PartialEq for Release {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Release {}

impl PartialOrd for Release {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Release {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key()).then_with(|| self.special.cmp(&other.special))
    }
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = self.parts.iter().map(u16::to_string).collect::<Vec<_>>().join(".");
        if let Some((sr, sub)) = self.service {
            text += "SR";
            text += &sr.to_string();
            if sub > 0 {
                text.push('-');
                text += &sub.to_string();
            }
        }
        text.push_str(self.special.as_deref().unwrap_or(""));
        f.pad(&text)
    }
}

/// `08000900` is 8.0(9), `03010102` is 3.1(1.2), `0801SR02` is 8.1(SR.2), `0202` is 2.2.
pub(super) fn digits_release(version: &str) -> Option<Release> {
    let (digits, service) = match version.split_once("SR") {
        Some((digits, sr)) => (digits, Some((sr.parse().ok()?, 0))),
        None => (version, None),
    };
    if !matches!(digits.len(), 4 | 6 | 8) || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let mut parts = digits
        .as_bytes()
        .chunks(2)
        .map(|pair| std::str::from_utf8(pair).ok()?.parse().ok())
        .collect::<Option<Vec<u16>>>()?;
    if parts.len() == 4 && parts.last() == Some(&0) {
        parts.pop();
    }
    Some(Release { parts, service, special: None })
}
