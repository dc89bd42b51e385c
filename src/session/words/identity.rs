//! Who a phone is, and what it may be, in a technician's words.

use super::stop;
use crate::event::{Condition, Identity, Likely, Looks};
use std::fmt::Write as _;

pub(super) fn identified(identity: &Identity) -> String {
    let what = match (&identity.model, identity.family) {
        (Some(model), _) => format!("a {model}"),
        (None, Some(family)) => format!("a phone of the {} family", family.as_str()),
        (None, None) => "a phone of a kind not known yet".to_owned(),
    };
    let mut text = match identity.because.as_str() {
        "" => format!("It is {what}."),
        because => format!("It is {what}: {}", stop(because)),
    };
    if let Some(looks) = looks(identity) {
        let said = text.trim_end_matches('.').len();
        text.truncate(said);
        let _ = write!(text, "; it may be {}", stop(&looks));
    }
    text
}

/// What it may be by the way it asks for an address, until something stronger has shown it:
/// `loader or SIP 8.12 application: its next file tells`.
#[must_use]
pub fn looks(identity: &Identity) -> Option<String> {
    let looks = identity.looks.as_ref().filter(|_| identity.condition == Condition::Unknown)?;
    let what = looks.may_be.iter().map(|likely| likely.what.as_str());
    match what.clone().count() {
        0 => None,
        1 => Some(format!("{}, by the way it asks for an address", any_of(what))),
        _ => Some(format!("{}: its next file tells", any_of(what))),
    }
}

/// What will tell the things apart that it may be: `CTLSEP… the loader, SIPDefault.cnf the SIP 8.12 application`.
#[must_use]
pub fn tells(looks: &Looks) -> Option<String> {
    let of = |likely: &Likely| format!("{} the {}", likely.next, likely.what);
    let each: Vec<_> = looks.may_be.iter().map(of).collect();
    (each.len() > 1).then(|| each.join(", "))
}

/// `a`, `a or b`, `a, b or c`.
fn any_of<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<_> = names.collect();
    match names.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity(names: &[&str], condition: Condition) -> Identity {
        let likely =
            |what: &&str| Likely { what: (*what).into(), next: "a file".into(), ..Likely::default() };
        let may_be = names.iter().map(likely).collect();
        let because = "it calls itself \"Cisco\"".into();
        let looks = Some(Box::new(Looks { may_be, protocol: None }));
        Identity { condition, because, looks, ..Identity::default() }
    }

    #[test]
    fn what_it_may_be_is_said_until_it_is_known() {
        let unknown = Condition::Unknown;
        let said = |names: &[&str]| looks(&identity(names, unknown));
        assert_eq!(said(&[]), None);
        assert_eq!(said(&["loader"]).unwrap(), "loader, by the way it asks for an address");
        assert_eq!(said(&["a", "b"]).unwrap(), "a or b: its next file tells");
        assert_eq!(said(&["a", "b", "c"]).unwrap(), "a, b or c: its next file tells");
        assert_eq!(looks(&identity(&["a", "b"], Condition::Loader)), None);
        assert!(
            identified(&identity(&["a", "b"], unknown))
                .ends_with("\"Cisco\"; it may be a or b: its next file tells.")
        );
        assert!(identified(&identity(&[], unknown)).ends_with("it calls itself \"Cisco\""));
        let both = identity(&["a", "b"], unknown).looks.unwrap();
        assert_eq!(tells(&both).unwrap(), "a file the a, a file the b");
        assert_eq!(tells(&identity(&["a"], unknown).looks.unwrap()), None);
    }
}
