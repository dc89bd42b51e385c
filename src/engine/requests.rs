//! The TFTP port and the ports of the reads: who asks, what he gets, and what that is told as.

use super::answer::{Answer, Given};
use super::reads::Room;
use super::rules::Sign;
use super::{Endpoint, Engine, Queued, TransferId, watch};
use crate::clock::Instant;
use crate::event::{Kind, ReadFailure, Role};
use crate::limits;
use crate::phone_id::Mac;
use crate::session::words;
use crate::tftp::{self, ErrorCode, Mode, Packet, Transfer};
use std::net::{Ipv4Addr, SocketAddrV4};
use std::sync::Arc;

impl Engine {
    pub(super) fn transfer(&mut self, now: Instant, id: TransferId, from: SocketAddrV4, bytes: &[u8]) {
        match tftp::decode(bytes) {
            Ok(packet) => {
                if !self.reads.packet(now, id, from, &packet) {
                    self.tftp_error(
                        Endpoint::Transfer(id),
                        from,
                        ErrorCode::UnknownTransfer,
                        "this is not your transfer",
                    );
                }
            }
            Err(garbage) => self.complain(now, "tftp", from, garbage.to_string()),
        }
    }

    pub(super) fn request(&mut self, now: Instant, from: SocketAddrV4, bytes: &[u8]) {
        match tftp::decode(bytes) {
            // A question of the program's own, answered whole in one block; it leaves no trace.
            Ok(Packet::Read(request)) if request.name == tftp::SELF_TEST.as_bytes() => {
                let mut bytes = vec![0; 64];
                if let Some(len) = tftp::data(1, tftp::SELF_TEST.as_bytes(), &mut bytes) {
                    bytes.truncate(len);
                    self.queue.push_back(Queued::Reply { from: Endpoint::Tftp, to: from, bytes });
                }
            }
            Ok(Packet::Read(_)) if !self.asked.allows(now, *from.ip(), limits::REQUESTS_PER_PEER) => {
                self.limit(now, "requests of one address");
            }
            Ok(Packet::Read(request)) => match tftp::clean(request.name) {
                Ok(name) => self.read(now, from, &name, request.mode, &request),
                Err(bad) => {
                    self.complain(now, "tftp", from, bad.to_string());
                    self.tftp_error(Endpoint::Tftp, from, ErrorCode::Access, "that is not a file name");
                }
            },
            Ok(Packet::Write(request)) => {
                let asked = String::from_utf8_lossy(request.name).escape_default().to_string();
                let kind = || Kind::WriteRefused { peer: from, asked };
                if let Some(kind) = self.writes.count(now, *from.ip(), kind) {
                    self.tell(now, None, kind);
                }
                self.tftp_error(Endpoint::Tftp, from, ErrorCode::Access, "this server only gives files");
            }
            // A late ACK or ERROR at the request port belongs to nothing; an answer would only make more noise.
            Ok(_) => {}
            Err(garbage) => {
                self.complain(now, "tftp", from, garbage.to_string());
                if let Some((code, message)) = garbage.answer() {
                    self.tftp_error(Endpoint::Tftp, from, code, message);
                }
            }
        }
    }

    fn tftp_error(&mut self, at: Endpoint, to: SocketAddrV4, code: ErrorCode, message: &str) {
        let mut bytes = vec![0; 128];
        let len = tftp::error(code, message, &mut bytes);
        bytes.truncate(len);
        self.queue.push_back(Queued::Reply { from: at, to, bytes });
    }

    /// Whose request this is: the lease says it, else the name (`SEP<MAC>…`), else the address it was seen at lately.
    fn who(&mut self, now: Instant, from: SocketAddrV4, name: &tftp::Name) -> Option<Mac> {
        let ip = *from.ip();
        let (leased, seen) = self.last_at(now, ip);
        let mac = leased.or_else(|| Mac::in_name(name.base())).or(seen)?;
        self.seen(now, ip, mac);
        Some(mac)
    }

    /// Who has this address by our lease, and who was seen at it lately.
    pub(super) fn last_at(&self, now: Instant, ip: Ipv4Addr) -> (Option<Mac>, Option<Mac>) {
        // Only a lease that was taken in this session says who it is; a remembered one may be somebody else's by now.
        let leased = self.dhcp.as_ref().and_then(|dhcp| dhcp.bound_to(ip));
        let seen = self
            .seen_at
            .get(&ip)
            .filter(|(_, at)| now.since(*at) < limits::ADDRESS_SEEN)
            .map(|(mac, _)| *mac);
        (leased, seen)
    }

    fn read(
        &mut self,
        now: Instant,
        from: SocketAddrV4,
        name: &tftp::Name,
        mode: Mode,
        request: &tftp::Request<'_>,
    ) {
        if let Some((id, reading)) = self.reads.of_peer(from) {
            let same = reading.file.eq_ignore_ascii_case(name.base());
            if same && reading.transfer.repeated(now) {
                return; // its own timer answers
            }
            self.end_read(now, id, ReadFailure::Replaced);
        }
        match self.asked(now, from, name) {
            None => {}
            Some((mac, _, Answer::Give(given))) => self.give(now, from, mac, name, mode, request, given),
            Some((mac, role, Answer::Refuse { why, usual })) => {
                self.tftp_error(Endpoint::Tftp, from, ErrorCode::NotFound, &why);
                self.refused(now, from, mac, name, role, why, usual);
            }
        }
    }

    /// Somebody asks for a file: who it is, what kind of file, and what he gets, after all that his asking shows has been
    /// concluded. `None`: there is no room for one more phone, which has been told.
    pub(super) fn asked(
        &mut self,
        now: Instant,
        from: SocketAddrV4,
        name: &tftp::Name,
    ) -> Option<(Option<Mac>, Role, Answer)> {
        let mac = self.who(now, from, name);
        let role = self.catalogue.role(name.base()).0;
        // A phone that is seen for the first time by its request is made by the event of its answer; rules that must
        // come before the answer need it now.
        if let Some(mac) = mac.filter(|mac| self.state.phone(*mac).is_none()) {
            if !self.has_room(now, limits::PHONE_SILENT) {
                self.limit(now, "phones on one bench");
                return None;
            }
            self.tell(now, Some(mac), Kind::Booted { because: format!("it asks for {}", name.asked()) });
        }
        if let Some(mac) = mac {
            self.settle_reads(now, mac);
            self.freed(now, mac, role);
            self.conclude(now, mac, Sign::Asks(role, name.base()));
        }
        let phone = mac.and_then(|mac| self.state.phone(mac));
        Some((mac, role, self.desk().answer(phone, name, role)))
    }

    /// Tells a refusal, and what it means for the phone.
    #[expect(
        clippy::too_many_arguments,
        reason = "everything that a refusal is told with, known to its caller alone"
    )]
    pub(super) fn refused(
        &mut self,
        now: Instant,
        from: SocketAddrV4,
        mac: Option<Mac>,
        name: &tftp::Name,
        role: Role,
        why: String,
        usual: bool,
    ) {
        if !self.missed.allows_together(now, *from.ip(), limits::TOLD_PER_SENDER) {
            return self.limit(now, "files asked for in vain");
        }
        let asked = name.asked().to_owned();
        let symptom = phone_symptom(self, mac, role, &asked, usual);
        self.tell(now, mac, Kind::ReadRefused { peer: from, asked, role, why, usual });
        if let Some(symptom) = symptom {
            self.tell(now, mac, symptom);
        }
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "everything that a read begins with, known to its caller alone"
    )]
    fn give(
        &mut self,
        now: Instant,
        from: SocketAddrV4,
        mac: Option<Mac>,
        name: &tftp::Name,
        mode: Mode,
        request: &tftp::Request<'_>,
        given: Given,
    ) {
        let mut full = false;
        loop {
            match self.reads.room(now, from) {
                Room::Free => break,
                Room::AfterOwn(id) => {
                    self.end_read(now, id, ReadFailure::Evicted);
                    self.limit(now, "reads of one address");
                }
                Room::After(id) => {
                    full = true;
                    self.end_read(now, id, ReadFailure::Evicted);
                    self.limit(now, "reads under way at once");
                }
                // It is heard when it asks again; an error would make a phone give up.
                Room::Crowded => return self.limit(now, "reads of one address that are never confirmed"),
                Room::Full => return self.limit(now, "reads under way at once"),
            }
        }
        let transfer = Transfer::new(now, Arc::clone(&given.bytes), mode, request.options);
        let id = self.reads.begin(now, from, mac, name.base().to_owned(), transfer);
        let started = given.started(id.0, from, name, false);
        if full {
            self.reads.tell_when_confirmed(id, started);
        } else {
            self.tell(now, mac, started);
        }
    }

    fn end_read(&mut self, now: Instant, id: TransferId, why: ReadFailure) {
        let untold = self.reads.untold(id).is_some();
        if let Some((phone, kind)) = self.reads.end(id, why) {
            if !untold {
                self.tell(now, phone, kind);
            }
            self.queue.push_back(Queued::Close(id));
        }
    }

    /// Tells the end of a read, and what it means for the phone.
    pub(super) fn tell_end(&mut self, now: Instant, phone: Option<Mac>, kind: Kind) {
        let silent = match (&kind, phone.and_then(|mac| self.state.phone(mac))) {
            (Kind::ReadFailed { why: ReadFailure::Silent, bytes, .. }, Some(phone)) => {
                phone.read.as_ref().map(|read| (read.file.clone(), *bytes))
            }
            _ => None,
        };
        let finished = matches!(kind, Kind::ReadFinished { .. });
        self.tell(now, phone, kind);
        let Some(mac) = phone else { return };
        let stalled = self.state.phone(mac).is_some_and(|p| p.symptoms.contains_key("read-stalled"));
        match silent {
            Some((file, bytes)) if !stalled => {
                if let Some(symptom) = self.catalogue.symptom("read-stalled") {
                    let kind = symptom.raise(&[("file", file), ("bytes", words::bytes(bytes))], Vec::new());
                    self.tell(now, phone, kind);
                }
            }
            _ if stalled && finished => {
                self.tell(now, phone, Kind::SymptomGone { code: "read-stalled".into() });
            }
            _ => {}
        }
        self.conclude(now, mac, Sign::Nothing);
    }

    /// A phone goes on to something else, so it has what was sent to it whole.
    pub(super) fn settle_reads(&mut self, now: Instant, mac: Mac) {
        for id in self.reads.all_sent_to(mac) {
            if let Some(started) = self.reads.untold(id) {
                self.tell(now, Some(mac), started);
            }
            if let Some((phone, kind)) = self.reads.end_read_whole(now, id) {
                self.tell_end(now, phone, kind);
                self.queue.push_back(Queued::Close(id));
            }
        }
        self.settle_served(now, mac);
    }
}

fn phone_symptom(engine: &Engine, mac: Option<Mac>, role: Role, asked: &str, usual: bool) -> Option<Kind> {
    let phone = engine.state.phone(mac?)?;
    if usual || phone.pause.is_some() { None } else { watch::refused(&engine.desk(), phone, role, asked) }
}

impl Given {
    /// The event that tells of it.
    pub(super) fn started(self, read: u64, peer: SocketAddrV4, name: &tftp::Name, http: bool) -> Kind {
        let size = u64::try_from(self.bytes.len()).unwrap_or(u64::MAX);
        let asked = name.asked().to_owned();
        let Self { file, role, load, made, part, .. } = self;
        Kind::ReadStarted { read, peer, asked, file, role, load, size, made, part, http }
    }
}
