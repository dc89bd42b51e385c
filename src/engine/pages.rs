//! The page that a phone shows to a browser: asked for once its application has shown itself, and again after each start.
//!
//! Only the phone itself is asked, at the address that it has on this bench, and nothing that it answers leads elsewhere.

use super::{ConnId, Engine, Queued};
use crate::clock::Instant;
use crate::event::Source;
use crate::evidence::device_page;
use crate::limits;
use crate::phone_id::Mac;
use crate::session::Phone;
use crate::web;
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddrV4};

/// Where phones keep their page.
const PORT: u16 = 80;
/// Numbers of our own connections: from here on, far above those that phones begin.
const FIRST: u64 = 1 << 63;

/// Who was asked, and who is being asked.
#[derive(Default)]
pub(super) struct Pages {
    tried: BTreeMap<Mac, Tried>,
    under_way: BTreeMap<ConnId, Visit>,
    count: u64,
}

/// What was tried since the application of a phone showed itself.
#[derive(Clone, Copy)]
struct Tried {
    since: Instant,
    times: usize,
}

/// One question.
#[derive(Clone, Copy)]
struct Visit {
    phone: Mac,
    at: SocketAddrV4,
    /// Which of [`device_page::PATHS`].
    path: usize,
}

impl Engine {
    /// Asks a phone for its page where that is due.
    pub(super) fn look_at_page(&mut self, now: Instant, mac: Mac) {
        let Some((at, since)) = self.state.phone(mac).and_then(|phone| self.page_of(phone)) else { return };
        let fresh = Tried { since, times: 0 };
        let tried = self.pages.tried.get(&mac).copied().filter(|tried| tried.since == since).unwrap_or(fresh);
        let waits = limits::PAGE_WAITS.get(tried.times).is_some_and(|wait| now >= since + *wait);
        let busy = self.pages.under_way.len() >= limits::PAGES_AT_ONCE
            || self.pages.under_way.values().any(|visit| visit.phone == mac);
        if !waits || busy {
            return;
        }
        self.pages.tried.retain(|known, _| self.state.phone(*known).is_some());
        self.pages.tried.insert(mac, Tried { times: tried.times + 1, ..tried });
        self.visit(Visit { phone: mac, at, path: 0 });
    }

    /// Where the page of a phone is, and since when its application has been seen to run. `None`: it is not to be asked.
    fn page_of(&self, phone: &Phone) -> Option<(SocketAddrV4, Instant)> {
        if phone.says.contains_key(&Source::Page) || phone.read.is_some() || phone.keep_powered() {
            return None;
        }
        // Where another gives the addresses, only a phone that we know is ours to ask.
        let known = || phone.identity.model.as_ref().and(phone.address);
        let address = if self.dhcp.is_some() { phone.leased } else { known() }?;
        let on_bench = |a: Ipv4Addr| u32::from(a) & u32::from(crate::dhcp::pool::mask(self.job.prefix));
        let ours = on_bench(address) == on_bench(self.job.server) && address != self.job.server;
        let said =
            || phone.sayings().into_iter().filter(|s| s.said.source.is_application()).map(|s| s.at).min();
        let since = phone.trail.app_file.as_ref().map(|mark| mark.at).or_else(said)?;
        (ours && !address.is_loopback()).then_some((SocketAddrV4::new(address, PORT), since))
    }

    fn visit(&mut self, visit: Visit) {
        let Some(path) = device_page::PATHS.get(visit.path) else { return };
        self.pages.count += 1;
        let id = ConnId(FIRST + self.pages.count);
        self.pages.under_way.insert(id, visit);
        self.queue.push_back(Queued::Visit { id, at: visit.at, question: web::question(path) });
    }

    /// What came back: all of it.
    pub(super) fn page(&mut self, now: Instant, id: ConnId, bytes: &[u8]) {
        let Some(visit) = self.pages.under_way.remove(&id) else { return };
        match web::page(bytes).and_then(device_page::read) {
            // A page that is somebody else's says nothing of this phone.
            Some(said) if said.mac == Some(visit.phone) => {
                self.told_us(now, *visit.at.ip(), said, Source::Page);
            }
            _ => self.visit(Visit { path: visit.path + 1, ..visit }),
        }
    }

    /// Nobody answered.
    pub(super) fn no_page(&mut self, id: ConnId) {
        self.pages.under_way.remove(&id);
    }
}
