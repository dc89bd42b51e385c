//! What the program concludes from what it saw: who a phone is, when a hop is behind it, when it is proven, what goes wrong.
//!
//! Every function reads the folded state and returns events; none changes anything. The rules run before a request is
//! answered, so that the answer is right for the hop the phone has just shown to be on, and once a second.

use super::answer::Desk;
use super::{hand, orders, said};
use crate::catalogue::{Class, Era, Model};
use crate::clock::Instant;
use crate::event::{Condition, Identity, Kind, NoPlan, Plan, PlannedHop, Role, Verdict};
use crate::firmware::Load;
use crate::load::{Family, LoadName, Protocol};
use crate::route::{self, Start};
use crate::session::Phone;
use crate::session::phone::{Mark, Pause};
use std::time::Duration;

/// What a phone is showing at this moment.
#[derive(Clone, Copy, Debug)]
pub(super) enum Sign<'a> {
    /// It asks for an address as a phone does that starts; the number of the event.
    Starts(u64),
    /// It asks for a file.
    Asks(Role, &'a str),
    /// Nothing; time has passed.
    Nothing,
}

/// After an application's first own request, the time in which it would start over if it did not run what it was told
/// (`classic-phones` 1.5, 4.3: the application resets after its configuration, within seconds).
pub(super) const SETTLE: Duration = Duration::from_secs(20);
/// The same for a load of the years before the universal loader, which shows itself by asking for nothing more.
pub(super) const SETTLE_SILENT: Duration = Duration::from_secs(60);
/// A request sooner than this after an image is the rest of the same start.
const SAME_START: Duration = Duration::from_secs(2);
/// A universal loader reads the list of its load at each start; more often than so within one hop, it is going round.
const LISTS_AT_STARTS: u32 = 2;
/// A Java phone whose default list has been read in vain so often refuses it (`java-phones` 6).
const IN_VAIN: u32 = 3;

/// Why a recovered phone does not look like one.
pub(super) const UNREGISTERED: &str = "Its screen may say \"Registering\" or \"Phone Unprovisioned\": it has no exchange here, which is no fault of its own.";

/// The first rule that has something to say, given the phone as it is now. Called until it says nothing.
pub(super) fn conclude(desk: &Desk<'_>, phone: &Phone, sign: Sign<'_>, now: Instant) -> Option<Kind> {
    if let Some(pause) = phone.pause {
        return identify(desk, phone, sign).or_else(|| paused(desk, phone, pause));
    }
    identify(desk, phone, sign)
        .or_else(|| plan(desk, phone))
        .or_else(|| refused(desk, phone, now))
        .or_else(|| hop_done(desk, phone, sign, now))
        .or_else(|| verdict(desk, phone, sign, now))
        .or_else(|| super::watch::symptoms(desk, phone, now))
        .or_else(|| hand::unasked(phone))
        .or_else(|| hand::requests(desk, phone))
}

/// A phone that the technician wants left alone is not led on; it is let go when nothing can be lost by it.
fn paused(desk: &Desk<'_>, phone: &Phone, pause: Pause) -> Option<Kind> {
    (pause == Pause::Asked && !hand::writes_flash(desk.catalogue, phone)).then_some(Kind::Paused)
}

fn identify(desk: &Desk<'_>, phone: &Phone, sign: Sign<'_>) -> Option<Kind> {
    let mut identity = phone.identity.clone();
    if let Some(class) = phone.asks.as_ref().and_then(|asks| asks.class.as_deref())
        && let Class::Model(model) = desk.catalogue.by_class(class)
    {
        if identity.model.is_none() {
            identity.because = format!("it calls itself \"{class}\"");
        }
        identity.model = Some(model.name.clone());
        identity.family = Some(model.family);
    }
    if let Sign::Asks(role, file) = sign {
        shown_by_request(desk, &mut identity, role, file);
    }
    // Last: what a phone says of itself beats what its requests look like.
    said::identify(desk.catalogue, phone, &mut identity);
    let same = Identity { because: phone.identity.because.clone(), ..identity.clone() } == phone.identity;
    (!same).then_some(Kind::Identified(identity))
}

/// What a file name gives away (`classic-phones` 1.5, `java-phones` 7.5).
fn shown_by_request(desk: &Desk<'_>, identity: &mut Identity, role: Role, file: &str) {
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
            if identity.condition == Condition::Unknown {
                identity.condition = Condition::Loader;
            }
        }
        Role::SipDefault => {
            identity.family = identity.family.or(classic);
            if identity.condition != Condition::SingleImage {
                (identity.condition, identity.protocol) = (Condition::Application, Some(Protocol::Sip));
            }
        }
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

/// The phone's model; where only its family is known, a model of it that has a target: they take the same loads.
pub(super) fn model<'a>(desk: &Desk<'a>, phone: &Phone) -> Option<&'a Model> {
    if let Some(name) = &phone.identity.model {
        desk.catalogue.model(name)
    } else {
        let family = phone.identity.family?;
        let wanted = |model: &&Model| desk.job.target(desk.catalogue, model).is_some();
        desk.catalogue.models_of(family).find(wanted).or_else(|| desk.catalogue.models_of(family).next())
    }
}

/// The load that this phone is to run: the technician's word about it, else the order for its model.
pub(super) fn target<'a>(desk: &Desk<'a>, phone: &'a Phone, model: &Model) -> Option<&'a str> {
    phone.wish.as_ref().map(|wish| wish.target.as_str()).or_else(|| desk.job.target(desk.catalogue, model))
}

/// What the phone shows or says that it runs, to plan from; `None`: only the order can say.
pub(super) fn start(desk: &Desk<'_>, phone: &Phone, model: &Model) -> Option<Start> {
    let wiped = phone.identity.condition == Condition::Wiped;
    let said = said::start(phone).filter(|_| !wiped && phone.hops_done.is_empty());
    let behind = phone.hops_done.last().map(|hop| Start::Load(hop.load.clone()));
    let told = phone.wish.as_ref().and_then(|wish| wish.from.as_deref()).map(Start::parse);
    match (wiped, desk.job.from(desk.catalogue, model)) {
        (true, _) => Some(Start::Wiped),
        _ if said.is_some() => said,
        _ if behind.is_some() => behind,
        _ if told.is_some() => told,
        (false, None) => universal(phone).then_some(Start::Era(Era::Universal)),
        (false, Some(_)) => None,
    }
}

/// The first plan, or a new one when a phone turns out to be wiped before anything was read.
fn plan(desk: &Desk<'_>, phone: &Phone) -> Option<Kind> {
    if phone.no_plan.is_some() || phone.closed.is_some() {
        return None;
    }
    if let Some(foreign) = foreign(desk, phone) {
        return Some(foreign);
    }
    let model = model(desk, phone)?;
    let target = target(desk, phone, model)?;
    let wiped = phone.identity.condition == Condition::Wiped;
    let said = said::start(phone).filter(|_| !wiped && phone.hops_done.is_empty());
    let revised = match &phone.plan {
        None => None,
        Some(plan) => {
            let fresh = phone.hop == 0 && phone.trail.firmware.is_empty() && phone.trail.list.is_none();
            let erased = wiped
                && (phone.at_target()
                    || fresh && plan.from != Start::Wiped.to_string() && plan.revised.is_none());
            let meant = !plan.target.eq_ignore_ascii_case(target) && plan.revised.is_none();
            let runs = said.as_ref().filter(|said| {
                fresh && plan.revised.is_none() && !said.to_string().eq_ignore_ascii_case(&plan.from)
            });
            match (erased, meant, runs) {
                (true, ..) => Some("it is in factory state".to_owned()),
                (false, true, _) => Some(format!("it has turned out to be a {}", model.name)),
                (false, false, Some(said)) => Some(format!("it says that it runs {said}")),
                (false, false, None) => return None,
            }
        }
    };
    let plan = desk.job.plan(desk.catalogue, desk.shelf, model, target, start(desk, phone, model));
    Some(announce(&plan, revised))
}

/// Only the universal loader and what came after it say their model (`classic-phones` 1.3).
fn universal(phone: &Phone) -> bool {
    phone.identity.family == Some(Family::Classic) && phone.identity.model.is_some()
}

fn foreign(desk: &Desk<'_>, phone: &Phone) -> Option<Kind> {
    let class = phone.asks.as_ref()?.class.as_deref()?;
    let Class::Foreign(foreign) = desk.catalogue.by_class(class) else { return None };
    Some(Kind::NoPlan(NoPlan {
        code: "not-ours".to_owned(),
        text: format!("This is a {}, which this program can't recover.", foreign.name),
        get: foreign.works.clone(),
    }))
}

pub(super) fn announce(plan: &route::Plan, revised: Option<String>) -> Kind {
    if !plan.possible {
        let (code, text, get) = plan.obstacle();
        return Kind::NoPlan(NoPlan { code, text, get });
    }
    let hops = plan
        .hops
        .iter()
        .map(|hop| PlannedHop { load: hop.load.clone(), why: hop.why.clone(), certain: hop.certain })
        .collect();
    Kind::Planned(Plan { from: plan.from.clone(), target: plan.to.clone(), hops, revised })
}

/// A phone that reads its list and then nothing refuses the load: one rung down, then climb.
fn refused(desk: &Desk<'_>, phone: &Phone, now: Instant) -> Option<Kind> {
    let trail = &phone.trail;
    let list = trail.list.as_ref()?;
    let vain =
        trail.lists_in_vain >= IN_VAIN || trail.again > 0 && trail.lists_in_vain >= 2 || declined(phone, now);
    if phone.closed.is_some() || !vain || now.since(list.at) < SAME_START {
        return None;
    }
    orders::rung_down(desk, phone, "it refused {due}, so it takes an older load first")
}

/// It was seen to start and read no list, which a universal loader does whenever it was told a load: what started is what
/// it had before.
pub(super) fn started_past(phone: &Phone) -> bool {
    phone.trail.booted && !phone.trail.listed && phone.trail.firmware.is_empty()
}

/// It read its configuration and then a list, so it does not run what it was told.
fn wanted_list(phone: &Phone) -> bool {
    let trail = &phone.trail;
    matches!((&trail.config, &trail.list), (Some(config), Some(list)) if list.event > config.event)
}

/// A running Java phone reads the list of a load only when that isn't the one it runs (`java-phones` 2); when it goes on
/// to its own files without a part of it, it refused the load ("Auth Fail").
pub(super) fn declined(phone: &Phone, now: Instant) -> bool {
    let trail = &phone.trail;
    let java = phone.identity.family.is_some_and(|family| family != Family::Classic);
    let (Some(config), Some(list)) = (&trail.config, &trail.list) else { return false };
    let after = |mark: &Mark| mark.at > list.at && now.since(mark.at) >= SETTLE;
    java && list.role == Role::LoadsList
        && list.at > config.at
        && trail.firmware.is_empty()
        && trail.app_file.as_ref().is_some_and(after)
}

fn hop_done(desk: &Desk<'_>, phone: &Phone, sign: Sign<'_>, now: Instant) -> Option<Kind> {
    let hop = phone.plan.as_ref()?.hops.get(phone.hop)?;
    let load = desk.shelf.load(&hop.load)?;
    let proof = match desk.catalogue.era(&load.parsed) {
        Era::Universal => application_read(phone, load, sign, now),
        Era::Unsigned | Era::Signed => image_read(phone, load, sign, now),
        Era::Java => parts_read(phone, load, sign, now),
    };
    let says = said::names(phone, &hop.load);
    let proof = says.or(proof).or_else(|| runs_already(desk, phone, load, sign, now))?;
    let number = u32::try_from(phone.hop + 1).unwrap_or(u32::MAX);
    Some(Kind::HopDone { hop: number, load: hop.load.clone(), proof })
}

/// How a proof says that a file was read to its end.
const READ_WHOLE: &str = "read whole:";

/// A mark as a proof quotes it.
fn quote(mark: &Mark, what: &str) -> String {
    format!("#{} {what} {}", mark.event, mark.file)
}

fn same_file(sign: Sign<'_>, mark: &Mark) -> bool {
    matches!(sign, Sign::Asks(_, file) if file.eq_ignore_ascii_case(&mark.file))
}

/// A universal load is taken when its application was read whole and the phone goes on to something else.
fn application_read(phone: &Phone, load: &Load, sign: Sign<'_>, now: Instant) -> Option<Vec<String>> {
    let of_load = |m: &&Mark| m.role == Role::Application && m.load.as_deref() == Some(&load.name);
    let application = phone.trail.firmware.iter().find(of_load)?;
    // The list of the same load: it did not take what it read.
    let round = matches!(sign, Sign::Asks(Role::LoadsList | Role::Loader, _));
    let goes_on = !round && !matches!(sign, Sign::Nothing) && now.since(application.at) >= SAME_START;
    (goes_on && !same_file(sign, application))
        .then(|| vec![quote(application, READ_WHOLE), goes_on_with(sign)])
}

fn goes_on_with(sign: Sign<'_>) -> String {
    match sign {
        Sign::Asks(_, file) => format!("then asked for {file}"),
        Sign::Starts(event) => format!("#{event} then started anew and asked for an address"),
        Sign::Nothing => "then went on".to_owned(),
    }
}

/// A single image is taken when it was read whole and the phone starts anew.
fn image_read(phone: &Phone, load: &Load, sign: Sign<'_>, now: Instant) -> Option<Vec<String>> {
    let of_load = |m: &&Mark| m.role == Role::Image && m.load.as_deref() == Some(&load.name);
    let image = phone.trail.firmware.iter().find(of_load)?;
    let anew = match sign {
        Sign::Starts(_) => true,
        Sign::Asks(role, _) => !role.is_firmware(),
        Sign::Nothing => false,
    };
    (anew && now.since(image.at) >= SAME_START && !same_file(sign, image))
        .then(|| vec![quote(image, READ_WHOLE), goes_on_with(sign)])
}

/// A Java load is taken when its last part was read and the phone, started anew, asks for its configuration and not
/// for its default list (`java-phones` 6, loop detector).
fn parts_read(phone: &Phone, load: &Load, sign: Sign<'_>, now: Instant) -> Option<Vec<String>> {
    let last = load.members.last()?;
    let part = phone.trail.firmware.iter().find(|m| m.file.eq_ignore_ascii_case(&last.name))?;
    let Sign::Asks(role @ (Role::TrustList | Role::SepConfig | Role::XmlDefault), file) = sign else {
        return None;
    };
    let newest = phone.trail.firmware.iter().map(|m| m.at).max()?;
    let anew = phone.trail.booted || now.since(newest) >= SETTLE;
    let count = phone.trail.firmware.len();
    (anew && !role.is_firmware()).then(|| {
        vec![
            format!("{} ({count} parts)", quote(part, READ_WHOLE)),
            format!("then started anew and asked for {file}"),
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
            return image_not_wanted(phone, &load.name, sign, now).map(|shown| vec![shown]);
        }
        Era::Universal if trail.lists > LISTS_AT_STARTS || started_past(phone) => return None,
        Era::Java if wanted_list(phone) => return None,
        Era::Universal | Era::Java => application_shown(desk, phone, load.parsed.protocol, now)?,
    };
    Some(vec![quote(config, "read, naming this load:"), shown])
}

/// A load of the years before the universal loader shows itself by asking for nothing more. Silence alone shows nothing:
/// after it, the phone must give a sign of life that is no request for an image.
fn image_not_wanted(phone: &Phone, load: &str, sign: Sign<'_>, now: Instant) -> Option<String> {
    let config = phone.trail.config.as_ref().filter(|m| m.load.as_deref() == Some(load))?;
    let quiet = now.since(config.at);
    let alive = match sign {
        Sign::Starts(event) => format!("#{event} started anew"),
        Sign::Asks(role, file) if !role.is_firmware() => format!("asked for {file}"),
        _ => return None,
    };
    (quiet >= SETTLE_SILENT && phone.read.is_none()).then(|| {
        format!(
            "{}, wanted no image for {} s, then {alive}",
            quote(config, "read, naming this load:"),
            quiet.as_secs()
        )
    })
}

/// The application's own requests, once they have stood for a while without a start over.
fn application_shown(desk: &Desk<'_>, phone: &Phone, protocol: Protocol, now: Instant) -> Option<String> {
    let first = phone.trail.app_file.as_ref()?;
    let last = phone.trail.app_file_last.as_ref().unwrap_or(first);
    let speaks = [first, last].iter().find_map(|m| desk.catalogue.role(&m.file).1);
    let contradicted = speaks.is_some_and(|speaks| speaks != protocol);
    let settled = now.since(first.at) >= SETTLE && phone.read.as_ref().is_none_or(|r| !r.role.is_firmware());
    (settled && !contradicted).then(|| {
        let seconds = now.since(first.at).as_secs();
        format!(
            "#{} asked for {}, which only a running application does, and did not start over for {seconds} s",
            first.event, first.file
        )
    })
}

/// The last word on a phone, or its withdrawal.
fn verdict(desk: &Desk<'_>, phone: &Phone, sign: Sign<'_>, now: Instant) -> Option<Kind> {
    if let Some(said) = said::verdict(phone) {
        return Some(said);
    }
    if let Some(closed) = &phone.closed {
        return (closed.verdict == Verdict::Recovered).then(|| starts_over(sign))?;
    }
    if said::contradicted(phone) {
        return None;
    }
    if let Some(no_plan) = &phone.no_plan {
        let reason = format!("{} {}", no_plan.text.trim_end(), no_plan.get);
        return Some(Kind::Verdict { verdict: Verdict::Failed, running: None, proof: Vec::new(), reason });
    }
    let plan = phone.plan.as_ref().filter(|_| phone.at_target())?;
    let load: LoadName = plan.target.parse().ok()?;
    let behind = phone.hops_done.last();
    let read = behind.is_some_and(|hop| hop.proof.iter().any(|proof| proof.contains(READ_WHOLE)));
    let shown = match desk.catalogue.era(&load) {
        Era::Unsigned | Era::Signed => image_not_wanted(phone, &plan.target, sign, now)?,
        era => {
            let trail = &phone.trail;
            let told = trail.config.as_ref().is_some_and(|m| m.load.as_deref() == Some(plan.target.as_str()));
            let round = match era {
                Era::Java => wanted_list(phone),
                _ => trail.lists > LISTS_AT_STARTS || !read && started_past(phone),
            };
            if !told || round || trail.again > 1 {
                return None;
            }
            application_shown(desk, phone, load.protocol, now)?
        }
    };
    let mut proof = behind.map(|hop| hop.proof.clone()).unwrap_or_default();
    if !proof.contains(&shown) {
        proof.push(shown);
    }
    let how =
        if read { "read all of it, started anew" } else { "was told to run it, asked for no part of it" };
    let reason = format!("It runs {}: it {how} and behaves as that load does. {UNREGISTERED}", plan.target);
    Some(Kind::Verdict { verdict: Verdict::Recovered, running: Some(plan.target.clone()), proof, reason })
}

/// A recovered phone that asks for firmware again was not, or has been wiped since.
fn starts_over(sign: Sign<'_>) -> Option<Kind> {
    let Sign::Asks(role, file) = sign else { return None };
    (role.is_firmware() || role == Role::TermList).then(|| Kind::Verdict {
        verdict: Verdict::Unproven,
        running: None,
        proof: Vec::new(),
        reason: format!("It was recovered, and now asks for {file} again."),
    })
}
