//! The ports where phones say themselves what they are: CDP and LLDP, SCCP and SIP. What they say becomes an
//! event; they are answered politely and sent away.

use super::rules::Sign;
use super::{ConnId, Endpoint, Engine, Queued};
use crate::clock::Instant;
use crate::event::{self, Evidence, Kind, Source};
use crate::evidence::sccp::Message;
use crate::evidence::{Said, cdp, lldp, sccp, sip};
use crate::firmware::Load;
use crate::limits;
use std::net::{Ipv4Addr, SocketAddrV4};

/// What somebody says on a connection.
struct Talk {
    at: Endpoint,
    from: SocketAddrV4,
    /// What was not understood yet.
    heard: Vec<u8>,
}

impl Engine {
    /// A neighbour announcement. Everything on a wire may announce itself, so what is no phone's is no garbage.
    pub(super) fn announced(&mut self, now: Instant, at: Endpoint, frame: &[u8]) {
        let (said, source) = match at {
            Endpoint::Lldp => (lldp::read(frame), Source::Lldp),
            _ => (cdp::read(frame), Source::Cdp),
        };
        if let Some(said) = said {
            self.told_us(now, Ipv4Addr::UNSPECIFIED, said, source);
        }
    }

    pub(super) fn sip_datagram(&mut self, now: Instant, from: SocketAddrV4, bytes: &[u8]) {
        match sip::next(bytes) {
            Ok(Some(request)) => self.sip_request(now, Endpoint::SipUdp, from, &request),
            // A datagram is whole or nothing. Some send two bytes or a blank line to keep a door open.
            Ok(None) if bytes.iter().all(u8::is_ascii_whitespace) => {}
            Ok(None) | Err(sip::NotSip) => self.complain(now, "sip", from, sip::NotSip.to_string()),
        }
    }

    fn sip_request(&mut self, now: Instant, at: Endpoint, from: SocketAddrV4, request: &sip::Request<'_>) {
        if let Some(bytes) = request.answer() {
            self.queue.push_back(Queued::Reply { from: at, to: from, bytes });
        }
        if let Some(said) = request.said() {
            self.told_us(now, *from.ip(), said, Source::Sip);
        }
    }

    /// More of a stream. What can't be what it should is told, and the connection is ended.
    pub(super) fn stream(
        &mut self,
        now: Instant,
        at: Endpoint,
        id: ConnId,
        from: SocketAddrV4,
        bytes: &[u8],
    ) {
        if !self.talks.contains_key(&id) && self.talks.len() >= limits::TALKS {
            self.queue.push_back(Queued::HangUp(id));
            return self.limit(now, "connections at once");
        }
        let mut heard = self.talks.remove(&id).unwrap_or_default();
        heard.extend_from_slice(bytes);
        let mut talk = Talk { at, from, heard };
        let kept = match at {
            Endpoint::Sccp(_) => self.sccp_stream(now, &mut talk),
            _ => self.sip_stream(now, &mut talk),
        };
        match kept {
            Ok(true) if talk.heard.len() <= limits::TALK_BYTES => {
                self.talks.insert(id, talk.heard);
            }
            Ok(_) => self.queue.push_back(Queued::HangUp(id)),
            Err(why) => {
                let port = if matches!(at, Endpoint::Sccp(_)) { "sccp" } else { "sip" };
                self.complain(now, port, from, why);
                self.queue.push_back(Queued::HangUp(id));
            }
        }
    }

    /// `false`: all was said that we want to hear.
    fn sccp_stream(&mut self, now: Instant, talk: &mut Talk) -> Result<bool, String> {
        let Talk { at, from, heard } = talk;
        while let Some((message, length)) = sccp::next(heard).map_err(|e| e.to_string())? {
            heard.drain(..length);
            if let Some(bytes) = sccp::answer(&message) {
                self.queue.push_back(Queued::Reply { from: *at, to: *from, bytes });
            }
            match message {
                Message::Said(said) => {
                    let registers = said.device_type.is_some();
                    self.told_us(now, *from.ip(), said, Source::Sccp);
                    if registers {
                        return Ok(false);
                    }
                }
                Message::Token(said) => self.told_us(now, *from.ip(), said, Source::Sccp),
                Message::KeepAlive | Message::Other => {}
            }
        }
        Ok(true)
    }

    fn sip_stream(&mut self, now: Instant, talk: &mut Talk) -> Result<bool, String> {
        let Talk { at, from, heard } = talk;
        loop {
            // Blank lines keep a connection open, and mean nothing.
            let blank = heard.iter().take_while(|b| b.is_ascii_whitespace()).count();
            heard.drain(..blank);
            let taken = match sip::next(heard).map_err(|e| e.to_string())? {
                None => return Ok(true),
                Some(request) => {
                    self.sip_request(now, *at, *from, &request);
                    request.length
                }
            };
            heard.drain(..taken);
        }
    }

    /// A phone has said what it is. Told once for each news.
    pub(super) fn told_us(&mut self, now: Instant, from: Ipv4Addr, said: Said, source: Source) {
        let (leased, seen) = self.last_at(now, from);
        let Some(mac) = said.mac.or(leased).or(seen) else { return };
        let known = self.state.phone(mac);
        if known.is_none() && !self.has_room(now, limits::PHONE_SILENT) {
            return self.limit(now, "phones on one bench");
        }
        let known = self.state.phone(mac);
        let evidence = self.weighed(said, source);
        if known
            .is_some_and(|phone| phone.says.get(&source).is_some_and(|old| !old.said.is_bettered(&evidence)))
        {
            return;
        }
        if !self.repeated.allows(now, mac, limits::TOLD_PER_SENDER) {
            return self.limit(now, "things that one phone says of itself");
        }
        if !from.is_unspecified() {
            self.seen(now, from, mac);
        }
        self.tell(now, Some(mac), Kind::Evidence(evidence));
        self.conclude(now, mac, Sign::Nothing);
    }

    fn weighed(&self, said: Said, source: Source) -> Evidence {
        let by_number = said.device_type.and_then(|number| self.catalogue.by_device_type(number));
        let by_name = || {
            let name = said.model.as_deref()?.trim_start_matches("CP").trim_start_matches('-');
            self.catalogue.model(name)
        };
        let model = by_number.or_else(by_name).map(|model| model.name.clone());
        let load =
            self.load_of_jar(&said.text).filter(|_| source == Source::Page).or_else(|| said.load.clone());
        let weight = event::weight(source, load.is_some());
        let Said { release, text, boot, hardware, serial, .. } = said;
        Evidence { source, weight, model, load, release, text, boot, hardware, serial }
    }
}

impl Engine {
    /// The load of the shelf that a jar is a part of, where it is a part of one only: `jar41sip.8-5-4TH1-6` is of
    /// SIP41.8-5-4S, and its own name doesn't say so.
    fn load_of_jar(&self, jar: &str) -> Option<String> {
        let file = format!("{jar}.sbn");
        let has = |load: &&Load| load.members.iter().any(|member| member.name.eq_ignore_ascii_case(&file));
        let mut names: Vec<_> =
            self.shelf.loads().iter().filter(has).map(|load| load.name.as_str()).collect();
        names.dedup();
        match names.as_slice() {
            [one] => Some((*one).to_owned()),
            _ => None,
        }
    }
}

impl Evidence {
    /// Whether a later piece from the same source says something that this one does not.
    fn is_bettered(&self, later: &Self) -> bool {
        match (&self.load, &later.load) {
            (Some(_), None) => false,
            (old, new) if old != new => true,
            _ => {
                let more = |old: &Option<String>, new: &Option<String>| new.is_some() && old != new;
                more(&self.model, &later.model)
                    || more(&self.release, &later.release)
                    || more(&self.serial, &later.serial)
            }
        }
    }
}
