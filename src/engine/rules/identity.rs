//! Who a phone is, by the way it asks for an address and by the names that it asks for.

use super::Sign;
use crate::catalogue::Class;
use crate::clock::Instant;
use crate::engine::answer::Desk;
use crate::engine::said;
use crate::event::{Condition, Identity, Kind, Role};
use crate::load::{Family, LoadName, Protocol};
use crate::session::Phone;
use std::borrow::Cow;

pub(in crate::engine) fn identify(
    desk: &Desk<'_>,
    phone: &Phone,
    sign: Sign<'_>,
    now: Instant,
) -> Option<Kind> {
    // Asked at every packet, and mostly with nothing new: then nothing is copied.
    let mut identity = Cow::Borrowed(&phone.identity);
    if let Some(class) = phone.asks.as_ref().and_then(|asks| asks.class.as_deref())
        && let Class::Model(model) = desk.catalogue.by_class(class)
        && (identity.model.as_ref(), identity.family) != (Some(&model.name), Some(model.family))
    {
        let identity = identity.to_mut();
        if identity.model.is_none() {
            identity.because = format!("it calls itself \"{class}\"");
        }
        identity.model = Some(model.name.clone());
        identity.family = Some(model.family);
    }
    // What shows itself later is stronger, and this stays what it said first.
    if let (Sign::Starts(_), Condition::Unknown, Some(asks)) = (sign, identity.condition, &phone.asks) {
        let looks = desk.catalogue.looks(asks).map(Box::new);
        if looks != identity.looks {
            let identity = identity.to_mut();
            if let ("", Some(class)) = (identity.because.as_str(), &asks.class) {
                identity.because = format!("it calls itself \"{class}\"");
            }
            identity.looks = looks;
        }
    }
    if let Sign::Asks(role, file) = sign {
        let in_list = goes_down_its_list(desk, phone, now);
        shown_by_request(desk, identity.to_mut(), role, file, in_list);
    }
    // Last: what a phone says of itself beats what its requests look like.
    if !phone.says.is_empty() {
        said::identify(desk.catalogue, phone, identity.to_mut());
    }
    let Cow::Owned(identity) = identity else { return None };
    let same = Identity { because: phone.identity.because.clone(), ..identity.clone() } == phone.identity;
    (!same).then_some(Kind::Identified(identity))
}

/// A universal loader asks for the files of all protocols, one right after the other; an application of SIP for its own
/// alone, and seconds after its loader (`classic-phones` 1.5).
fn goes_down_its_list(desk: &Desk<'_>, phone: &Phone, now: Instant) -> bool {
    let others = |name: &str| name == "xmldefault.cnf.xml" || name.starts_with("mgc");
    let gap = desk.catalogue.habits().list_gap();
    phone.names.iter().any(|(name, asked)| others(name) && now.since(asked.last) < gap)
}

/// What a file name gives away (`classic-phones` 1.5, `java-phones` 7.5).
fn shown_by_request(desk: &Desk<'_>, identity: &mut Identity, role: Role, file: &str, in_list: bool) {
    let before = (identity.family, identity.condition, identity.protocol);
    let classic = Some(Family::Classic);
    match role {
        Role::TermList => {
            let models = desk.catalogue.by_term_list(file);
            if let (None, [model]) = (&identity.model, models.as_slice()) {
                identity.model = Some(model.name.clone());
            }
            identity.family = identity.family.or(models.first().map(|m| m.family));
            (identity.condition, identity.protocol) = (Condition::Wiped, None);
        }
        Role::LoadsList | Role::Image | Role::Application if identity.family.is_none() => {
            let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
            identity.family = stem.parse::<LoadName>().ok().map(|load| load.family);
        }
        Role::Os79xx | Role::OldConfig => {
            identity.family = identity.family.or(classic);
            (identity.condition, identity.protocol) = (Condition::SingleImage, None);
        }
        Role::SipConfig | Role::MgcpConfig if identity.condition != Condition::Application => {
            identity.family = identity.family.or(classic);
            // Its own file alone may be asked for by whatever speaks SIP.
            if identity.condition == Condition::Unknown && (in_list || role == Role::MgcpConfig) {
                identity.condition = Condition::Loader;
            }
        }
        Role::SipDefault if in_list => identity.family = identity.family.or(classic),
        Role::SipDefault => {
            identity.family = identity.family.or(classic);
            if identity.condition != Condition::SingleImage {
                (identity.condition, identity.protocol) = (Condition::Application, Some(Protocol::Sip));
            }
        }
        // A load of the first years is loader and application in one, and may show itself by nothing else before.
        Role::AppFile
            if identity.condition == Condition::SingleImage
                || identity.family == classic
                    && identity.model.is_none()
                    && identity.condition == Condition::Unknown => {}
        Role::AppFile => {
            identity.condition = Condition::Application;
            identity.protocol = desk.catalogue.role(file).1.or(identity.protocol);
        }
        Role::TrustList if identity.family == classic => {
            (identity.condition, identity.protocol) = (Condition::Loader, None);
        }
        Role::TrustList | Role::SepConfig
            if identity.family.is_some_and(|f| f != Family::Classic)
                && identity.condition != Condition::Application =>
        {
            (identity.condition, identity.protocol) = (Condition::Application, None);
        }
        _ => {}
    }
    if before != (identity.family, identity.condition, identity.protocol) {
        identity.because = format!("it asks for {file}");
    }
}
