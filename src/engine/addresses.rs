//! The DHCP port: what the server decides, told as events.

use super::answer::Desk;
use super::rules::Sign;
use super::{Endpoint, Engine, Queued, watch};
use crate::clock::Instant;
use crate::dhcp::{self, Change, Outcome};
use crate::event::{Condition, Fingerprint, Kind, Remedy, Role};
use crate::limits;
use crate::phone_id::Mac;
use crate::session::phone::Varied;
use crate::session::{Phone, Stage, words};
use std::net::{Ipv4Addr, SocketAddrV4};
use std::time::Duration;

impl Engine {
    pub(super) fn dhcp(&mut self, now: Instant, from: SocketAddrV4, bytes: &[u8]) {
        let Some(dhcp) = &mut self.dhcp else { return };
        match dhcp.handle(now, from, bytes) {
            Outcome::Garbage(garbage) => self.complain(now, "dhcp", from, garbage.to_string()),
            Outcome::Silent { request, why: dhcp::Why::AnotherServer(server) }
                if self.state.phone(request.mac).is_some() =>
            {
                // Once a while is enough: it asks the other one again at every start.
                if self.elsewhere.allows(now, request.mac, 1) {
                    self.tell(now, Some(request.mac), Kind::DhcpElsewhere { server });
                    self.conclude(now, request.mac, Sign::Nothing);
                }
            }
            Outcome::Silent { request, why } => {
                let kind = || {
                    let asked = Some(Box::new(fingerprint(&request)));
                    Kind::DhcpIgnored { from: request.mac, why: why.to_string(), asked, count: 0 }
                };
                if let Some(kind) = self.ignored.count(now, request.mac, kind) {
                    self.tell(now, None, kind);
                }
            }
            Outcome::Noted { request, .. } if !self.is_news(now, request.mac) => {}
            Outcome::Noted { change: Change::Declined(mac, address), .. } => {
                self.tell(now, Some(mac), Kind::DhcpDecline { address });
            }
            Outcome::Noted {
                change: Change::Released(mac, address) | Change::Bound(mac, address), ..
            } => {
                self.tell(now, Some(mac), Kind::DhcpRelease { address });
            }
            Outcome::Overheard => {}
            Outcome::Send { request, reply, .. } => {
                let takes = reply.kind == dhcp::ReplyKind::Bootp
                    || reply.kind == dhcp::ReplyKind::Ack && request.kind == dhcp::Kind::Request;
                let known = self.state.phone(request.mac).is_some();
                // Who only looks for a server is answered, also on a full bench, and is not made a phone of.
                let told = if known {
                    self.is_news(now, request.mac)
                } else if !takes && self.is_full() {
                    self.limit(now, "phones on one bench");
                    false
                } else {
                    true
                };
                if told {
                    self.dhcp_answered(now, &request, &reply, from);
                } else {
                    let reply = dhcp::Reply { variation: self.variation(request.mac), ..reply };
                    self.dhcp_reply(&request, &reply, from);
                }
            }
            // A question of the program's own: it is no phone, and leaves no trace.
            Outcome::Probe { reply, to } => self.dhcp_send(&reply, to),
        }
    }

    /// Whether what a phone does at this port is told: a phone that does the same a thousand times is answered, and told
    /// of as often as a person can use.
    fn is_news(&mut self, now: Instant, mac: Mac) -> bool {
        let news = self.repeated.allows(now, mac, limits::TOLD_PER_SENDER);
        if !news {
            self.limit(now, "requests of one phone for an address");
        }
        news
    }

    fn dhcp_reply(&mut self, request: &dhcp::Request, reply: &dhcp::Reply, from: SocketAddrV4) {
        self.dhcp_send(reply, dhcp::destination(request, reply, from));
    }

    fn dhcp_send(&mut self, reply: &dhcp::Reply, to: SocketAddrV4) {
        self.queue.push_back(Queued::Reply { from: Endpoint::Dhcp, to, bytes: dhcp::encode(reply) });
    }

    fn dhcp_answered(
        &mut self,
        now: Instant,
        request: &dhcp::Request,
        reply: &dhcp::Reply,
        from: SocketAddrV4,
    ) {
        let mac = request.mac;
        let known = self.state.phone(mac).is_some();
        if !known && !self.has_room(now, Duration::ZERO) {
            return self.limit(now, "phones on one bench");
        }
        let starts_anew = reply.kind == dhcp::ReplyKind::Offer || request.how() == "init-reboot";
        if starts_anew && reply.kind != dhcp::ReplyKind::Nak {
            self.vary(now, request);
        }
        let mut varied = dhcp::Reply { variation: self.variation(mac), ..reply.clone() };
        let ordered =
            reply.kind == dhcp::ReplyKind::Ack && request.how() != "inform" && self.must_ask_anew(mac);
        if ordered {
            varied = varied.refused();
        }
        let to = dhcp::destination(request, &varied, from);
        let bytes = dhcp::encode(&varied);
        let known = self.state.phone(mac).and_then(|phone| phone.asks.as_ref());
        let news = known.is_none_or(|known| !asks_the_same(known, request));
        let asked = news.then(|| Box::new(fingerprint(request)));
        let address = reply.yiaddr;
        let kind = match varied.kind {
            dhcp::ReplyKind::Offer => Kind::DhcpOffer { address, asked },
            dhcp::ReplyKind::Nak => self.nak(request, ordered),
            dhcp::ReplyKind::Ack | dhcp::ReplyKind::Bootp => {
                let address = if address.is_unspecified() { request.ciaddr } else { address };
                self.seen(now, address, mac);
                Kind::DhcpAck { address, how: request.how().to_owned(), asked }
            }
        };
        let starts = matches!(&kind, Kind::DhcpOffer { .. })
            || matches!(&kind, Kind::DhcpAck { how, .. } if matches!(how.as_str(), "selecting" | "init-reboot" | "bootp"));
        if starts {
            self.settle_reads(now, mac);
        }
        self.tell(now, Some(mac), kind);
        let sign = if starts { Sign::Starts(self.state.events) } else { Sign::Nothing };
        self.queue.push_back(Queued::Reply { from: Endpoint::Dhcp, to, bytes });
        self.conclude(now, mac, sign);
    }

    /// Why an address was refused: it is of another network, or somebody else's.
    fn nak(&self, request: &dhcp::Request, ordered: bool) -> Kind {
        let address = request.requested.unwrap_or(request.ciaddr);
        let prefix = self.job.prefix;
        let foreign = network(address, prefix) != network(self.job.server, prefix);
        Kind::DhcpNak { address, foreign, ordered }
    }

    /// The technician wants its remembered address refused once.
    fn must_ask_anew(&self, mac: Mac) -> bool {
        self.state
            .phone(mac)
            .is_some_and(|phone| phone.remedies.contains_key(&Remedy::NakLease) && !phone.asked_anew)
    }
}

/// The first `prefix` bits of an address.
fn network(address: Ipv4Addr, prefix: u8) -> u32 {
    let bits = u32::from(address);
    bits.checked_shr(32 - u32::from(prefix.min(32))).unwrap_or(0)
}

impl Engine {
    /// A phone that had an address, asked for nothing and now starts anew gets an answer that differs in one thing more;
    /// of a model that is known to need a change, in that first.
    fn vary(&mut self, now: Instant, request: &dhcp::Request) {
        let mac = request.mac;
        let Some(phone) = self.state.phone(mac) else { return };
        // One thing is changed at a time, and who asks elsewhere does not stumble over our answer.
        if phone.pause.is_some() || asks_anew_first(phone) || phone.asks_at.is_some() {
            return;
        }
        let under_way = phone.varied.as_ref().is_some_and(Varied::is_under_way);
        if request.kind == dhcp::Kind::Discover && phone.has_forgotten() {
            if under_way {
                let because = "it has forgotten its address, as after a reset".to_owned();
                self.tell(now, Some(mac), Kind::ReplyRestored { all: false, because });
                self.move_web_door();
            }
            return;
        }
        if !asked_for_nothing(phone, self.catalogue.habits().lease_in_vain(), now) {
            return;
        }
        let kept = phone.identity.model.as_ref().and_then(|model| self.state.freed.get(model)).copied();
        let untried = untried(phone).filter(|(_, a)| !(a.variation.unicast && request.broadcast));
        let left: Vec<_> = untried.collect();
        let next = left.iter().find(|(number, _)| Some(*number) == kept).or_else(|| left.first());
        match next {
            Some(next) => self.tell(now, Some(mac), told(*next, left.len())),
            None if under_way => {
                let kind = in_vain(phone);
                self.tell(now, Some(mac), kind);
            }
            None => return,
        }
        self.move_web_door();
    }

    /// The HTTP port is closed to all while a phone is tried without it: others read by TFTP meanwhile.
    pub(super) fn move_web_door(&mut self) {
        let without = |phone: &Phone| {
            let attempt = phone.varied.as_ref().and_then(|varied| attempt(varied.attempt?));
            phone.closed.is_none() && attempt.is_some_and(|attempt| !attempt.variation.has(dhcp::Part::Web))
        };
        let open = !self.state.phones.iter().any(without);
        if open != self.web_door {
            self.web_door = open;
            self.queue.push_back(Queued::WebDoor { open });
        }
    }

    fn variation(&self, mac: Mac) -> dhcp::Variation {
        let varied = self.state.phone(mac).and_then(|phone| attempt(phone.varied.as_ref()?.attempt?));
        varied.map_or(dhcp::Variation::FULL, |attempt| attempt.variation)
    }

    /// A phone whose answers were varied asks for a file: that is told, once.
    pub(super) fn freed(&mut self, now: Instant, mac: Mac, role: Role) {
        let Some(phone) = self.state.phone(mac) else { return };
        let Some(varied) = phone.varied.as_ref().filter(|varied| varied.is_under_way()) else { return };
        let Some((number, attempt)) = varied.attempt.and_then(|number| Some((number, attempt(number)?)))
        else {
            return;
        };
        if varied.heard {
            let (change, doubt) = (attempt.change.to_owned(), doubt(phone, varied.since, role));
            self.tell(now, Some(mac), Kind::ReplyFreed { attempt: number, change, doubt });
        } else {
            let because = "it asks for files before it has heard the other one".to_owned();
            self.tell(now, Some(mac), Kind::ReplyRestored { all: false, because });
        }
        self.move_web_door();
    }
}

/// What else than the change to its answers may have freed a phone since.
fn doubt(phone: &Phone, since: Instant, role: Role) -> Option<String> {
    let pressed = phone.remedies.iter().find(|(remedy, at)| **remedy != Remedy::VaryReply && **at >= since);
    let acted = phone.acted.filter(|(_, at)| *at >= since);
    let had_load = !matches!(phone.identity.condition, Condition::Unknown | Condition::Wiped);
    if let Some((address, _)) = phone.asks_at {
        Some(format!("it looked for its files at {address} before"))
    } else if role == Role::TermList && had_load {
        Some("it was wiped meanwhile".to_owned())
    } else if let Some((remedy, _)) = pressed {
        Some(format!("the technician had the program {} meanwhile", words::remedy(*remedy)))
    } else {
        acted.map(|(request, _)| {
            format!("what the technician was asked for was done ({})", words::request(request))
        })
    }
}

/// The changes that a phone has not started with yet, in the order in which they are tried: from the one before the
/// technician skipped on, or else from the first.
fn untried(phone: &Phone) -> impl Iterator<Item = (u32, &'static dhcp::Attempt)> {
    let varied = phone.varied.as_ref();
    let now = varied.and_then(|varied| varied.attempt);
    let skipped = varied.filter(|varied| !varied.heard).and(now).unwrap_or_default();
    let is_new =
        move |number: u32| Some(number) != now && varied.is_none_or(|varied| !varied.tried.contains(&number));
    let all = move |after: bool| {
        (1..).zip(&dhcp::ATTEMPTS).filter(move |(number, _)| (*number > skipped) == after && is_new(*number))
    };
    all(true).chain(all(false))
}

fn told((number, attempt): (u32, &dhcp::Attempt), left: usize) -> Kind {
    let starts = u32::try_from(left).unwrap_or_default();
    Kind::ReplyVaried { attempt: number, change: attempt.change.to_owned(), starts }
}

fn in_vain(phone: &Phone) -> Kind {
    let tried = phone.varied.as_ref().map_or(0, |varied| varied.tried.len() + 1);
    let because = format!("all {tried} changes were tried, none freed it");
    Kind::ReplyRestored { all: true, because }
}

/// The next change to the answers of a phone that has an address and asks for nothing.
pub(super) fn next_change(phone: &Phone) -> Option<Kind> {
    let asks = phone.trail.leases_in_vain == 0 || phone.varied.as_ref().is_some_and(|varied| varied.freed);
    let left: Vec<_> = untried(phone).collect();
    left.first().filter(|_| !asks && phone.asks_at.is_none()).map(|next| told(*next, left.len()))
}

/// A phone that has started with each change and lies still again gets the full answer.
pub(super) fn all_tried(desk: &Desk<'_>, phone: &Phone, now: Instant) -> Option<Kind> {
    let varied = phone.varied.as_ref().filter(|varied| varied.is_under_way() && varied.heard)?;
    let waited = now.since(phone.trail.leases_last);
    let is = waited >= watch::alarm(desk, phone, Stage::Leased) && phone.trail.leases_unchanged > 0;
    (is && varied.tried.len() + 1 >= dhcp::ATTEMPTS.len()).then(|| in_vain(phone))
}

fn attempt(number: u32) -> Option<&'static dhcp::Attempt> {
    dhcp::ATTEMPTS.get(usize::try_from(number).ok()?.checked_sub(1)?)
}

/// It is to forget its address, or did so at this start: one thing is changed at a time.
fn asks_anew_first(phone: &Phone) -> bool {
    phone.remedies.get(&Remedy::NakLease).is_some_and(|done| *done > phone.trail.leases_last)
}

/// It took an address a while ago and asked for no file since: once for a phone that is being varied already, else only
/// after the alarm.
fn asked_for_nothing(phone: &Phone, vain: Duration, now: Instant) -> bool {
    let trail = &phone.trail;
    let alarm = ["no-read", "lease-in-vain"].iter().any(|code| phone.symptoms.contains_key(*code));
    let varied = phone.varied.as_ref().is_some_and(Varied::is_under_way);
    trail.leases_unchanged > 0 && now.since(trail.leases_last) >= vain && (varied || alarm)
}

/// A REQUEST orders its options otherwise than the DISCOVER before it; that alone is no news.
fn asks_the_same(known: &Fingerprint, request: &dhcp::Request) -> bool {
    known.class == request.class && known.host_name == request.host_name && known.params == request.params
}

fn fingerprint(request: &dhcp::Request) -> Fingerprint {
    Fingerprint {
        class: request.class.clone(),
        host_name: request.host_name.clone(),
        params: request.params.clone(),
        order: request.order.clone(),
    }
}
