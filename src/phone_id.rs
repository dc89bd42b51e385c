//! The one name a phone cannot lose: its MAC address, and the file names made from it.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// A MAC address. Printed as `00:1b:0c:18:bd:c1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mac(pub [u8; 6]);

/// The text is not a MAC address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a MAC address: twelve hex digits are expected, as in 00:1b:0c:18:bd:c1")]
pub struct NotAMac;

impl Mac {
    /// The name a phone gives itself (option 12) and its files: `SEP001B0C18BDC1`.
    #[must_use]
    pub fn sep(self) -> String {
        format!("SEP{}", self.bare())
    }

    /// Twelve upper-case hex digits, as file names carry them: `001B0C18BDC1`.
    #[must_use]
    pub fn bare(self) -> String {
        let [a, b, c, ..] = self.0;
        format!("{a:02X}{b:02X}{c:02X}{}", self.tail())
    }

    /// The last three octets, by which a phone is called on a bench: `18BDC1`.
    #[must_use]
    pub fn tail(self) -> String {
        let [_, _, _, a, b, c] = self.0;
        format!("{a:02X}{b:02X}{c:02X}")
    }

    /// The MAC in a file or host name that starts with `SEP`, `SIP`, `MGC`, `CTLSEP` or `ITLSEP`
    /// and goes on with twelve hex digits, in any case: `sep001b0c18bdc1.cnf.xml`.
    #[must_use]
    pub fn in_name(name: &str) -> Option<Self> {
        let upper = name.to_ascii_uppercase();
        let rest = ["CTLSEP", "ITLSEP", "SEP", "SIP", "MGC"].iter().find_map(|p| upper.strip_prefix(p))?;
        rest.get(..12)?.parse().ok()
    }
}

impl fmt::Display for Mac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // In one piece: every event of a phone is written with it.
        let digit = |n: u8| if n < 10 { b'0' + n } else { b'a' + n - 10 };
        let mut text = [b':'; 17];
        for (place, octet) in text.chunks_mut(3).zip(self.0) {
            if let [high, low, ..] = place {
                (*high, *low) = (digit(octet >> 4), digit(octet & 15));
            }
        }
        f.write_str(std::str::from_utf8(&text).unwrap_or_default())
    }
}

impl FromStr for Mac {
    type Err = NotAMac;

    /// Takes `00:1b:0c:18:bd:c1`, `00-1B-0C-18-BD-C1`, `001b.0c18.bdc1` and `001B0C18BDC1`.
    fn from_str(text: &str) -> Result<Self, NotAMac> {
        let digits = text.trim().bytes().filter(|b| !b":-.".contains(b));
        let mut mac = [0u8; 6];
        let mut count = 0;
        for (i, digit) in digits.enumerate() {
            let value = char::from(digit).to_digit(16).ok_or(NotAMac)?;
            let octet = mac.get_mut(i / 2).ok_or(NotAMac)?;
            *octet = (*octet << 4) | u8::try_from(value).map_err(|_| NotAMac)?;
            count = i + 1;
        }
        if count == 12 { Ok(Self(mac)) } else { Err(NotAMac) }
    }
}

impl Serialize for Mac {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Mac {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_is_the_same_phone() {
        let mac = Mac([0, 0x1b, 0x0c, 0x18, 0xbd, 0xc1]);
        for text in ["00:1b:0c:18:bd:c1", "00-1B-0C-18-BD-C1", "001b.0c18.bdc1", " 001B0C18BDC1 "] {
            assert_eq!(text.parse(), Ok(mac), "{text}");
        }
        for text in ["", "00:1b:0c:18:bd", "00:1b:0c:18:bd:c1:00", "00:1b:0c:18:bd:cg"] {
            assert_eq!(text.parse::<Mac>(), Err(NotAMac), "{text}");
        }
        assert_eq!(mac.sep(), "SEP001B0C18BDC1");
        assert_eq!(mac.tail(), "18BDC1");
        assert_eq!(Mac::in_name("CTLSEP001B0C18BDC1.tlv"), Some(mac));
        assert_eq!(Mac::in_name("sip001b0c18bdc1.cnf"), Some(mac));
        assert_eq!(Mac::in_name("SEPDefault.cnf"), None);
        assert_eq!(Mac::in_name("SEP001B0C18BDé1"), None);
    }
}
