//! What a file that is asked for, read or refused means for its phone.

use super::reached;
use crate::catalogue::Catalogue;
use crate::clock::Instant;
use crate::event::{Event, Kind, ReadFailure, Role};
use crate::limits;
use crate::session::phone::{Again, Asked, Broken, Mark, Phone, Read, Stage, Trail};

pub(super) fn asked_for(phone: &mut Phone, name: &str, given: bool, at: Instant) {
    (phone.trail.leases_in_vain, phone.trail.leases_unchanged) = (0, 0);
    (phone.trail.elsewhere, phone.asks_at) = (None, None);
    if given {
        phone.trail.refused = None;
    }
    let folded = name.to_ascii_lowercase();
    if phone.names.len() < limits::NAMES_PER_PHONE || phone.names.contains_key(&folded) {
        let new = Asked { name: String::new(), count: 0, last: at, given };
        let asked = phone.names.entry(folded).or_insert(new);
        name.clone_into(&mut asked.name);
        asked.count = asked.count.saturating_add(1);
        asked.last = at;
        asked.given = given;
    }
}

pub(super) fn refused_again(trail: &mut Trail, name: &str, role: Role, at: Instant) {
    match trail.refused.as_mut().filter(|again| again.file.eq_ignore_ascii_case(name)) {
        Some(again) if at.since(again.last) >= Catalogue::builtin().habits().same_request() => {
            again.count += 1;
            again.last = at;
        }
        Some(_) => {}
        None => {
            trail.refused = Some(Again { file: name.to_owned(), role, count: 1, since: at, last: at });
        }
    }
}

/// The stage of a phone that asks for such a file. A closed case stays closed for everyday questions.
pub(super) fn asks(role: Role, now: Stage) -> Stage {
    match role {
        Role::LoadsList | Role::TermList => Stage::List,
        Role::Loader => Stage::Loader,
        Role::Application | Role::Image | Role::Part => Stage::Parts,
        Role::AppFile | Role::SipDefault => Stage::Proof,
        // A running SIP application asks for its own file again and again.
        Role::SipConfig if now == Stage::Proof => Stage::Proof,
        Role::Other => now,
        _ => Stage::Config,
    }
}

fn mark(read: &Read, event: &Event) -> Mark {
    Mark { file: read.file.clone(), load: read.load.clone(), role: read.role, event: event.n, at: event.at }
}

pub(super) fn read_started(phone: &mut Phone, event: &Event, read: Read) {
    let Kind::ReadStarted { read: id, .. } = event.kind else { return };
    reached(phone, asks(read.role, phone.stage), event.at);
    let mark = mark(&read, event);
    if read.role.is_firmware() {
        let trail = &mut phone.trail;
        if trail.firmware.iter().any(|m| m.file == mark.file) || trail.had.contains(&mark.file) {
            trail.again += 1;
        }
        (trail.lists_in_vain, trail.list) = (0, None);
        wants_firmware(trail);
    }
    note_app_file(phone, mark);
    if let Some(older) = phone.read.replace(Read { id, ..read }) {
        phone.left.push(older);
        // A phone reads one file at a time; what is older than a few has been given up on both sides.
        if phone.left.len() > limits::READS_LEFT {
            phone.left.remove(0);
        }
    }
}

/// It asks for firmware: whatever it showed before, it does not run what it is told.
pub(super) fn wants_firmware(trail: &mut Trail) {
    (trail.config, trail.app_file, trail.app_file_last) = (None, None, None);
}

pub(super) fn note_app_file(phone: &mut Phone, mark: Mark) {
    let trail = &mut phone.trail;
    match mark.role {
        Role::AppFile | Role::SipDefault => {
            trail.past += u32::from(trail.app_file.is_none() && trail.booted && !trail.listed);
            trail.app_file.get_or_insert_with(|| mark.clone());
            trail.lists_in_vain = 0;
            trail.app_file_last = Some(mark);
        }
        Role::SipConfig if trail.app_file.is_some() => trail.app_file_last = Some(mark),
        Role::Other => {}
        // Whatever else it asks for belongs to another start than the application file before it.
        _ => (trail.app_file, trail.app_file_last) = (None, None),
    }
}

/// Bytes acknowledged for the first time.
pub(super) fn read_moved(phone: &mut Phone, id: u64, bytes: u64, resent: u64) -> u64 {
    let under_way = phone.read.iter_mut().chain(&mut phone.left);
    let Some(read) = under_way.into_iter().find(|r| r.id == id) else { return 0 };
    let gained = bytes.saturating_sub(read.bytes);
    phone.bytes += gained;
    phone.resent += resent.saturating_sub(read.resent);
    (read.bytes, read.resent) = (bytes.max(read.bytes), resent.max(read.resent));
    gained
}

/// Takes a read out that has ended.
pub(super) fn ended(phone: &mut Phone, id: u64) -> Option<Read> {
    let newest = phone.read.take_if(|r| r.id == id);
    newest.or_else(|| phone.left.iter().position(|r| r.id == id).map(|at| phone.left.remove(at)))
}

pub(super) fn broke(trail: &mut Trail, read: &Read, bytes: u64, why: ReadFailure) {
    let closed = why == ReadFailure::Closed;
    let firmware = read.role.is_firmware() || matches!(read.role, Role::LoadsList | Role::TermList);
    match trail.broken.as_mut().filter(|b| b.file == read.file && b.bytes == bytes) {
        Some(broken) => {
            broken.count += 1;
            broken.closed &= closed;
        }
        None => trail.broken = Some(Broken { file: read.file.clone(), bytes, count: 1, closed, firmware }),
    }
}

pub(super) fn read_finished(phone: &mut Phone, event: &Event) {
    let Kind::ReadFinished { read: id, .. } = event.kind else { return };
    let Some(read) = ended(phone, id) else { return };
    phone.trail.broken.take_if(|broken| broken.file == read.file);
    phone.configured |= read.made && read.role.is_config();
    let mark = mark(&read, event);
    let trail = &mut phone.trail;
    if mark.role.is_firmware() {
        // The last file of a load comes after all others: who broke off before has not had it.
        let last = read.part.is_none_or(|(k, n)| k == n);
        let had = trail.firmware.iter().any(|m| m.file == mark.file) || trail.had.contains(&mark.file);
        trail.rounds += u32::from(last && had);
        trail.firmware.retain(|m| m.file != mark.file);
        if trail.firmware.len() < limits::NAMES_PER_PHONE {
            trail.firmware.push(mark);
        }
        trail.booted = false;
        phone.says.clear();
        // Some seconds pass between two parts of a Java load; it writes only when it has them all.
        let more = read.role == Role::Part && read.part.is_some_and(|(k, n)| k < n);
        reached(phone, if more { Stage::Parts } else { Stage::Flashing }, event.at);
    } else if matches!(mark.role, Role::LoadsList | Role::TermList) {
        let again = trail
            .list
            .as_ref()
            .is_some_and(|l| event.at.since(l.at) < Catalogue::builtin().habits().same_reading());
        if !again {
            trail.lists_in_vain += 1;
            trail.lists += 1;
        }
        (trail.listed, trail.past) = (true, 0);
        trail.list = Some(mark);
    } else if mark.role.is_config() && mark.load.is_some() {
        trail.config = Some(mark);
    }
}
