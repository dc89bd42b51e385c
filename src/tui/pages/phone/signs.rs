//! What shows who a phone is before it says so itself: the way it asks for an address, and the files that it asks for.

use crate::catalogue::Catalogue;
use crate::event::{Condition, Fingerprint, Identity, Role};
use crate::session::phone::Asked;
use crate::session::{Phone, words};

/// One of them, and how much it proves.
pub(super) struct Sign {
    pub(super) what: String,
    pub(super) proves: String,
}

/// So many names of files; all of them stand below.
const FILES: usize = 3;

pub(super) fn of(phone: &Phone) -> Vec<Sign> {
    let mut signs = phone.asks.as_ref().map(|asks| request(asks, &phone.identity)).unwrap_or_default();
    signs.extend(files(phone));
    signs
}

fn request(asks: &Fingerprint, identity: &Identity) -> Vec<Sign> {
    // As it asks now: what the case began with may have been another piece of its software.
    let looks = Catalogue::builtin().looks(asks).unwrap_or_default();
    let mut signs = Vec::new();
    let mut sign = |what: String, proves: String| signs.push(Sign { what, proves });
    if let Some(class) = &asks.class {
        let says = if identity.model.is_some() { "it says a model, and no load" } else { "it says no model" };
        sign(format!("DHCP class: {class}"), format!("weight 1 of 3, proves little: {says}"));
    }
    if !asks.params.is_empty() {
        let what = format!("option list: {}; order {}", numbers(&asks.params), numbers(&asks.order));
        let each = looks.may_be.iter().map(|l| format!("{} (sure: {})", l.what, l.confidence));
        let each = each.collect::<Vec<_>>().join(", ");
        let tells = words::tells(&looks).filter(|_| identity.condition == Condition::Unknown);
        let proves = match tells {
            _ if each.is_empty() => {
                "weight 0 of 3, proves nothing: no phone of ours is on record with it".to_owned()
            }
            Some(tells) => format!("weight 1 of 3, looks like {each}; its next file tells: {tells}"),
            None => format!("weight 1 of 3, looks like {each}"),
        };
        sign(what, proves);
    }
    if let Some(host) = &asks.host_name {
        let proves = looks.protocol.map_or_else(
            || "weight 0 of 3, proves nothing: it says no protocol".to_owned(),
            |protocol| format!("weight 1 of 3, proves little: its letters stand for {protocol}"),
        );
        sign(format!("host name: {host}"), proves);
    }
    signs
}

/// The firmware that it asks for is what it was told to ask for.
fn files(phone: &Phone) -> Option<Sign> {
    let told = |role: Role| role.is_firmware() || role == Role::LoadsList;
    let own = |asked: &&Asked| !told(Catalogue::builtin().role(&asked.name).0);
    let mut names: Vec<_> = phone.names.values().filter(own).collect();
    names.sort_by_key(|asked| asked.last);
    let first: Vec<_> = names.iter().take(FILES).map(|asked| asked.name.as_str()).collect();
    let more = names.len().saturating_sub(FILES);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let because = &phone.identity.because;
    let proves = if because.starts_with("it asks for") {
        format!("weight 2 of 3, proves some: {because}")
    } else {
        "weight 1 of 3, proves little: they say nothing of it that is not known otherwise".to_owned()
    };
    (!first.is_empty()).then(|| Sign { what: format!("files: {}{more}", first.join(", ")), proves })
}

fn numbers(codes: &[u8]) -> String {
    codes.iter().map(u8::to_string).collect::<Vec<_>>().join(" ")
}
