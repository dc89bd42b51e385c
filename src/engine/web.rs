//! The shelf over HTTP: the same answers as over TFTP, told as the same events. The shell carries the bytes and says how
//! far it got.

use super::answer::{Answer, Given};
use super::{ConnId, Engine, Queued};
use crate::clock::Instant;
use crate::event::{Kind, ReadFailure};
use crate::limits;
use crate::phone_id::Mac;
use crate::tftp;
use crate::web::{self, Method, Status};
use std::net::SocketAddrV4;
use std::sync::Arc;

/// A file under way on a connection.
pub(super) struct Served {
    read: u64,
    phone: Option<Mac>,
    size: u64,
    taken: u64,
    began: Instant,
    told: Instant,
}

/// How a file on a connection ended.
pub(super) enum End {
    /// The reader ended the connection in order, behind its last byte.
    Whole,
    /// The connection broke.
    Broken,
    /// The reader took nothing more for too long.
    Silent,
}

impl Served {
    fn over(&self, now: Instant, end: &End) -> Kind {
        let (read, bytes) = (self.read, self.taken);
        let ms = u64::try_from(now.since(self.began).as_millis()).unwrap_or(u64::MAX);
        let why = match end {
            End::Whole => {
                return Kind::ReadFinished { read, bytes: self.size, ms, resent: 0, last_ack: true };
            }
            End::Broken if bytes == self.size => {
                return Kind::ReadFinished { read, bytes, ms, resent: 0, last_ack: false };
            }
            End::Broken => ReadFailure::Closed,
            End::Silent => ReadFailure::Silent,
        };
        Kind::ReadFailed { read, bytes, resent: 0, why, text: String::new() }
    }
}

impl Engine {
    /// More of a request. What is no request is told, and answered as such.
    pub(super) fn web_stream(&mut self, now: Instant, id: ConnId, from: SocketAddrV4, bytes: &[u8]) {
        if self.served.contains_key(&id) {
            return; // one question for each connection
        }
        let open = self.talks.len().max(self.served.len());
        if !self.talks.contains_key(&id) && open >= limits::HTTP_CONNECTIONS {
            self.queue.push_back(Queued::HangUp(id));
            return self.limit(now, "connections at once");
        }
        let mut heard = self.talks.remove(&id).unwrap_or_default();
        heard.extend_from_slice(bytes);
        match web::request(&heard) {
            Ok(None) => {
                self.talks.insert(id, heard);
            }
            Ok(Some(request)) => self.web_request(now, id, from, &request),
            Err(bad) => {
                self.complain(now, "http", from, bad.to_string());
                let status = if bad == web::Bad::TooLong { Status::TooLong } else { Status::NotUnderstood };
                self.web_answer(id, status, &bad.to_string());
            }
        }
    }

    fn web_request(&mut self, now: Instant, id: ConnId, from: SocketAddrV4, request: &web::Request) {
        // One budget, whichever way it asks.
        if !self.asked.allows(now, *from.ip(), limits::REQUESTS_PER_PEER) {
            self.queue.push_back(Queued::HangUp(id));
            return self.limit(now, "requests of one address");
        }
        let name = match tftp::clean(&request.path) {
            Ok(name) => name,
            Err(bad) => {
                self.complain(now, "http", from, bad.to_string());
                return self.web_answer(id, Status::Forbidden, "that is not a file name");
            }
        };
        match request.method {
            Method::Other => self.web_answer(id, Status::ReadOnly, "this server only gives files"),
            // Nothing is read, so nothing is concluded from it.
            Method::Head => {
                let (leased, seen) = self.last_at(now, *from.ip());
                let phone = leased.or(seen).and_then(|mac| self.state.phone(mac));
                let role = self.catalogue.role(name.base()).0;
                let (status, length) = match self.desk().answer(phone, &name, role) {
                    Answer::Give(given) => (Status::Given, given.bytes.len()),
                    Answer::Refuse { .. } => (Status::NotFound, 0),
                };
                let head = web::head(status, length);
                self.queue.push_back(Queued::Give { to: id, head, body: Arc::default() });
            }
            Method::Get => match self.asked(now, from, &name) {
                None => self.web_answer(id, Status::NotFound, "there are too many phones"),
                Some((mac, _, Answer::Give(given))) => self.web_give(now, id, from, mac, &name, given),
                Some((mac, role, Answer::Refuse { why, usual })) => {
                    self.web_answer(id, Status::NotFound, &why);
                    self.refused(now, from, mac, &name, role, why, usual);
                }
            },
        }
    }

    fn web_answer(&mut self, to: ConnId, status: Status, words: &str) {
        let head = web::head(status, words.len());
        self.queue.push_back(Queued::Give { to, head, body: words.as_bytes().into() });
    }

    fn web_give(
        &mut self,
        now: Instant,
        to: ConnId,
        from: SocketAddrV4,
        phone: Option<Mac>,
        name: &tftp::Name,
        given: Given,
    ) {
        let head = web::head(Status::Given, given.bytes.len());
        let body = Arc::clone(&given.bytes);
        let read = self.reads.number();
        let size = u64::try_from(body.len()).unwrap_or(u64::MAX);
        self.served.insert(to, Served { read, phone, size, taken: 0, began: now, told: now });
        self.tell(now, phone, given.started(read, from, name, true));
        self.queue.push_back(Queued::Give { to, head, body });
    }

    /// So many bytes of its file has the reader's side of a connection taken.
    pub(super) fn taken(&mut self, now: Instant, id: ConnId, bytes: u64) {
        let Some(served) = self.served.get_mut(&id) else { return };
        served.taken = bytes.min(served.size);
        if now.since(served.told) < limits::PROGRESS_EVERY || served.taken == served.size {
            return;
        }
        served.told = now;
        let (phone, read, bytes) = (served.phone, served.read, served.taken);
        self.tell(now, phone, Kind::ReadProgress { read, bytes, resent: 0 });
    }

    /// A connection with a file is over.
    pub(super) fn served(&mut self, now: Instant, id: ConnId, end: &End) {
        self.talks.remove(&id);
        if let Some(served) = self.served.remove(&id) {
            self.tell_end(now, served.phone, served.over(now, end));
        }
    }

    /// The phone goes on to something else, so it has what was handed to it whole.
    pub(super) fn settle_served(&mut self, now: Instant, mac: Mac) {
        let whole =
            |(_, served): &(&ConnId, &Served)| served.phone == Some(mac) && served.taken == served.size;
        let ids: Vec<_> = self.served.iter().filter(whole).map(|(id, _)| *id).collect();
        for id in ids {
            self.served(now, id, &End::Broken);
        }
    }
}
