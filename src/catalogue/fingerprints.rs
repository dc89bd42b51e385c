//! What the way a phone asks for an address says of it (`assets/catalogue/fingerprints.toml`).

use super::Catalogue;
use super::phones::Class;
use super::types::Confidence;
use crate::event::{Condition, Fingerprint, Likely, Looks};
use crate::load::{Family, Protocol};
use serde::Deserialize;

/// The table of requests and host names.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Fingerprints {
    fingerprint: Vec<Looking>,
    host: Vec<Host>,
}

/// What a class says of who sends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Calls {
    /// A 7940 or 7960.
    Classic,
    /// Another of our models.
    Java,
    /// A Cisco phone of no model.
    Bare,
}

impl Calls {
    const fn of(class: Class<'_>) -> Option<Self> {
        match class {
            Class::Model(model) if matches!(model.family, Family::Classic) => Some(Self::Classic),
            Class::Model(_) => Some(Self::Java),
            Class::Phone => Some(Self::Bare),
            Class::Foreign(_) | Class::Other => None,
        }
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::Classic => "a 7940 or 7960",
            Self::Java => "another of our models",
            Self::Bare => "no model",
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Looking {
    what: String,
    class: Calls,
    #[serde(default)]
    options: Vec<Vec<u8>>,
    #[serde(default)]
    order: Vec<u8>,
    #[serde(default)]
    host: Option<String>,
    condition: Condition,
    #[serde(default)]
    protocol: Option<Protocol>,
    next: String,
    source: String,
    confidence: Confidence,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Host {
    letters: String,
    class: Calls,
    protocol: Protocol,
    source: String,
    confidence: Confidence,
}

/// The address asked for and the server chosen: a message has them or not, whoever sends it.
const COME_AND_GO: [u8; 2] = [50, 54];

impl Looking {
    fn fits(&self, calls: Calls, asks: &Fingerprint) -> bool {
        let same_order = || {
            let order = asks.order.iter().filter(|code| !COME_AND_GO.contains(code));
            self.order.is_empty() || order.eq(&self.order)
        };
        self.class == calls
            && (self.options.is_empty() || self.options.contains(&asks.params))
            && same_order()
            && self.host.as_deref().is_none_or(|letters| starts_with(asks, letters))
    }
}

fn starts_with(asks: &Fingerprint, letters: &str) -> bool {
    asks.host_name.as_deref().and_then(|host| host.get(..letters.len())) == Some(letters)
}

impl Fingerprints {
    fn of(&self, calls: Calls, asks: &Fingerprint) -> Option<Looks> {
        let host = self.host.iter().find(|h| h.class == calls && starts_with(asks, &h.letters));
        let protocol = host.map(|host| host.protocol);
        let other = |l: &Looking| protocol.is_some() && l.protocol.is_some() && l.protocol != protocol;
        let fits = self.fingerprint.iter().filter(|l| l.fits(calls, asks) && !other(l));
        let may_be: Vec<_> = fits
            .map(|l| Likely {
                what: l.what.clone(),
                condition: l.condition,
                protocol: l.protocol,
                next: l.next.clone(),
                confidence: l.confidence.to_string(),
            })
            .collect();
        (protocol.is_some() || !may_be.is_empty()).then_some(Looks { may_be, protocol })
    }
}

/// A row of the table, for reading.
#[derive(Debug)]
pub struct FingerprintRow<'a> {
    /// What it is.
    pub what: String,
    /// What its request has.
    pub request: String,
    /// The file that it asks for next.
    pub next: &'a str,
    /// Where it is known from.
    pub source: &'a str,
    /// How sure it is.
    pub confidence: Confidence,
}

impl Catalogue {
    /// What the way it asks for an address says of a phone. Nothing where it says nothing, and of phones that are not ours.
    #[must_use]
    pub fn looks(&self, asks: &Fingerprint) -> Option<Looks> {
        self.fingerprints.of(Calls::of(self.by_class(asks.class.as_deref()?))?, asks)
    }

    /// The table, for reading.
    #[must_use]
    pub fn fingerprints(&self) -> Vec<FingerprintRow<'_>> {
        let numbers = |codes: &[u8]| codes.iter().map(u8::to_string).collect::<Vec<_>>().join(",");
        let looking = self.fingerprints.fingerprint.iter().map(|l| {
            let mut request = vec![format!("class: {}", l.class.as_str())];
            request.extend(l.options.iter().map(|list| format!("55 = {}", numbers(list))));
            request.extend((!l.order.is_empty()).then(|| format!("order {}", numbers(&l.order))));
            request.extend(l.host.as_ref().map(|letters| format!("host name {letters}…")));
            FingerprintRow {
                what: l.what.clone(),
                request: request.join("; "),
                next: &l.next,
                source: &l.source,
                confidence: l.confidence,
            }
        });
        let hosts = self.fingerprints.host.iter().map(|h| FingerprintRow {
            what: format!("starts {}", h.protocol),
            request: format!("class: {}; host name {}…", h.class.as_str(), h.letters),
            next: "",
            source: &h.source,
            confidence: h.confidence,
        });
        looking.chain(hosts).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asks(class: &str, host: &str, params: &[u8], order: &[u8]) -> Fingerprint {
        Fingerprint {
            class: Some(class.to_owned()),
            host_name: Some(format!("{host}000E84C060A6")),
            params: params.to_vec(),
            order: order.to_vec(),
        }
    }

    fn may_be(asks: &Fingerprint) -> Vec<String> {
        let looks = Catalogue::builtin().looks(asks);
        looks.into_iter().flat_map(|looks| looks.may_be).map(|likely| likely.what).collect()
    }

    const CLASSIC: &str = "Cisco Systems, Inc. IP Phone CP-7960G";
    const BARE: &str = "Cisco Systems, Inc. IP Phone";
    const LOADER: &[u8] = &[1, 66, 6, 3, 15, 150, 35, 151];
    const APPLICATION: &[u8] = &[1, 66, 6, 3, 15, 150, 35];

    #[test]
    fn what_fits_twice_is_said_twice() {
        // DISCOVER, INIT-REBOOT, REQUEST: the same phone.
        for order in [&[53, 61, 60, 12, 55][..], &[53, 61, 60, 12, 50, 55], &[53, 54, 61, 60, 12, 50, 55]] {
            let own = asks(CLASSIC, "SIP", LOADER, order);
            assert_eq!(may_be(&own), ["loader", "SIP 8.12 application"], "{order:?}");
            assert_eq!(Catalogue::builtin().looks(&own).unwrap().protocol, Some(Protocol::Sip));
        }
        let mgcp = asks(CLASSIC, "MGC", LOADER, &[53, 61, 60, 12, 55]);
        assert_eq!(may_be(&mgcp), ["loader", "MGCP application"]);
        let sccp = asks(CLASSIC, "SEP", APPLICATION, &[53, 61, 12, 60, 55]);
        assert_eq!(may_be(&sccp), ["SCCP application"]);
        assert_eq!(may_be(&asks(BARE, "SEP", LOADER, &[53, 60])).len(), 3);
    }

    #[test]
    fn what_is_not_on_record_says_nothing() {
        for asks in [
            asks(CLASSIC, "SEP", APPLICATION, &[53, 61, 60, 12, 55]),
            asks(CLASSIC, "SEP", LOADER, &[53, 61, 12, 60, 55]),
            asks(CLASSIC, "SEP", &[1, 150], &[53, 60, 55]),
            asks("Cisco Systems, Inc. IP Phone CP-7941G", "SEP", LOADER, &[53, 61, 60, 12, 55]),
            asks("Cisco Systems, Inc. IP Phone CP-7841", "SEP", APPLICATION, &[53, 61, 12, 60, 55]),
            asks("Cisco Systems, Inc. IP Phone 7905", "SEP", APPLICATION, &[53, 61, 12, 60, 55]),
            asks("MSFT 5.0", "SIP", LOADER, &[53, 61, 60, 12, 55]),
        ] {
            assert_eq!(Catalogue::builtin().looks(&asks), None, "{asks:?}");
        }
        let none = Fingerprint { class: None, ..asks(CLASSIC, "SIP", LOADER, &[53, 61, 60, 12, 55]) };
        assert_eq!(Catalogue::builtin().looks(&none), None);
    }
}
