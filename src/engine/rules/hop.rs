//! When a hop is behind a phone. Each proof names its rule: `read-whole`, `goes-on`, `told`, `application-asks`, `not-wanted`.

use super::Sign;
use super::way::{started_past, wanted_list};
use crate::catalogue::Era;
use crate::clock::Instant;
use crate::engine::answer::Desk;
use crate::engine::said;
use crate::event::{Kind, Role};
use crate::firmware::Load;
use crate::load::Protocol;
use crate::session::Phone;
use crate::session::phone::Mark;

pub(in crate::engine) fn hop_done(
    desk: &Desk<'_>,
    phone: &Phone,
    sign: Sign<'_>,
    now: Instant,
) -> Option<Kind> {
    let hop = phone.plan.as_ref()?.hops.get(phone.hop)?;
    let load = desk.shelf.load(&hop.load)?;
    let proof = match desk.catalogue.era(&load.parsed) {
        Era::Universal => application_read(desk, phone, load, sign, now),
        Era::Unsigned | Era::Signed => image_read(desk, phone, load, sign, now),
        Era::Java => parts_read(desk, phone, load, sign, now),
    };
    let says = said::proves(desk, phone, &hop.load, false, now);
    let proof = says.or(proof).or_else(|| runs_already(desk, phone, load, sign, now))?;
    let number = u32::try_from(phone.hop + 1).unwrap_or(u32::MAX);
    Some(Kind::HopDone { hop: number, load: hop.load.clone(), proof })
}

/// How a proof says that a file was read to its end.
pub(in crate::engine) const READ_WHOLE: &str = "read-whole:";

/// How a proof says that a configuration named the load.
const TOLD: &str = "told:";

/// A mark as a proof quotes it.
fn quote(mark: &Mark, what: &str) -> String {
    format!("#{} {what} {}", mark.event, mark.file)
}

fn same_file(sign: Sign<'_>, mark: &Mark) -> bool {
    matches!(sign, Sign::Asks(_, file) if file.eq_ignore_ascii_case(&mark.file))
}

/// A universal load is taken when its application was read whole and the phone goes on to something else.
fn application_read(
    desk: &Desk<'_>,
    phone: &Phone,
    load: &Load,
    sign: Sign<'_>,
    now: Instant,
) -> Option<Vec<String>> {
    let of_load = |m: &&Mark| m.role == Role::Application && m.load.as_deref() == Some(&load.name);
    let application = phone.trail.firmware.iter().find(of_load)?;
    // The list of the same load: it did not take what it read.
    let round = matches!(sign, Sign::Asks(Role::LoadsList | Role::Loader, _));
    let goes_on = !round
        && !matches!(sign, Sign::Nothing)
        && now.since(application.at) >= desk.catalogue.habits().same_start();
    (goes_on && !same_file(sign, application))
        .then(|| vec![quote(application, READ_WHOLE), goes_on_with(sign)])
}

fn goes_on_with(sign: Sign<'_>) -> String {
    match sign {
        Sign::Asks(_, file) => format!("goes-on: it asked for {file}"),
        Sign::Starts(event) => format!("#{event} goes-on: it started anew and asked for an address"),
        Sign::Nothing => "goes-on: time passed".to_owned(),
    }
}

/// A single image is taken when it was read whole and the phone starts anew.
fn image_read(
    desk: &Desk<'_>,
    phone: &Phone,
    load: &Load,
    sign: Sign<'_>,
    now: Instant,
) -> Option<Vec<String>> {
    let of_load = |m: &&Mark| m.role == Role::Image && m.load.as_deref() == Some(&load.name);
    let image = phone.trail.firmware.iter().find(of_load)?;
    let anew = match sign {
        Sign::Starts(_) => true,
        Sign::Asks(role, _) => !role.is_firmware(),
        Sign::Nothing => false,
    };
    (anew && now.since(image.at) >= desk.catalogue.habits().same_start() && !same_file(sign, image))
        .then(|| vec![quote(image, READ_WHOLE), goes_on_with(sign)])
}

/// A Java load is taken when its last part was read and the phone, started anew, asks for its configuration and not
/// for its default list (`java-phones` 6, loop detector).
fn parts_read(
    desk: &Desk<'_>,
    phone: &Phone,
    load: &Load,
    sign: Sign<'_>,
    now: Instant,
) -> Option<Vec<String>> {
    let last = load.members.last()?;
    let part = phone.trail.firmware.iter().find(|m| m.file.eq_ignore_ascii_case(&last.name))?;
    let Sign::Asks(Role::TrustList | Role::SepConfig | Role::XmlDefault, file) = sign else { return None };
    let newest = phone.trail.firmware.iter().map(|m| m.at).max()?;
    let anew = phone.trail.booted || now.since(newest) >= desk.catalogue.habits().settle();
    let count = phone.trail.firmware.len();
    anew.then(|| {
        vec![
            format!("{} ({count} parts)", quote(part, READ_WHOLE)),
            format!("goes-on: it started anew and asked for {file}"),
        ]
    })
}

/// It read a configuration that names the load, asked for none of its firmware and went on to what an application asks
/// for. A universal loader reads the list at each start; a Java phone only when it means to change, so a list in between
/// is a refusal.
fn runs_already(
    desk: &Desk<'_>,
    phone: &Phone,
    load: &Load,
    sign: Sign<'_>,
    now: Instant,
) -> Option<Vec<String>> {
    let trail = &phone.trail;
    let config = trail.config.as_ref().filter(|m| m.load.as_deref() == Some(&load.name))?;
    if trail.firmware.iter().any(|m| m.role != Role::Loader) {
        return None;
    }
    let shown = match desk.catalogue.era(&load.parsed) {
        Era::Unsigned | Era::Signed => {
            return image_not_wanted(desk, phone, &load.name, sign, now).map(|shown| vec![shown]);
        }
        Era::Universal if trail.lists > desk.catalogue.habits().lists_at_starts() || started_past(phone) => {
            return None;
        }
        Era::Java if wanted_list(phone) => return None,
        Era::Universal | Era::Java => application_shown(desk, phone, load.parsed.protocol, now)?,
    };
    Some(vec![quote(config, TOLD), shown])
}

/// A load of the years before the universal loader shows itself by asking for nothing more. Silence alone shows nothing:
/// after it, the phone must give a sign of life that is no request for an image.
pub(in crate::engine) fn image_not_wanted(
    desk: &Desk<'_>,
    phone: &Phone,
    load: &str,
    sign: Sign<'_>,
    now: Instant,
) -> Option<String> {
    let config = phone.trail.config.as_ref().filter(|m| m.load.as_deref() == Some(load))?;
    let quiet = now.since(config.at);
    let alive = match sign {
        Sign::Starts(event) => format!("#{event} started anew"),
        Sign::Asks(role, file) if !role.is_firmware() => format!("asked for {file}"),
        _ => return None,
    };
    (quiet >= desk.catalogue.habits().settle_silent() && phone.read.is_none()).then(|| {
        format!(
            "{} named this load; not-wanted: it asked for no image for {} s, then {alive}",
            quote(config, TOLD),
            quiet.as_secs()
        )
    })
}

/// The application's own requests, once they have stood for a while without a start over.
pub(in crate::engine) fn application_shown(
    desk: &Desk<'_>,
    phone: &Phone,
    protocol: Protocol,
    now: Instant,
) -> Option<String> {
    let first = phone.trail.app_file.as_ref()?;
    let last = phone.trail.app_file_last.as_ref().unwrap_or(first);
    let speaks = [first, last].iter().find_map(|m| desk.catalogue.role(&m.file).1);
    let contradicted = speaks.is_some_and(|speaks| speaks != protocol);
    let settled = now.since(first.at) >= desk.catalogue.habits().settle()
        && phone.read.as_ref().is_none_or(|r| !r.role.is_firmware());
    (settled && !contradicted).then(|| {
        let seconds = now.since(first.at).as_secs();
        format!(
            "#{} application-asks: {}, as only a running application does, and it did not start over for {seconds} s",
            first.event, first.file
        )
    })
}
