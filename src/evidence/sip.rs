//! SIP on UDP and TCP 5060: what a REGISTER tells of a phone, and the answer that lets it rest.

use super::{Said, alarm, text};
use crate::phone_id::Mac;
use std::fmt::Write as _;

/// A request, as far as it matters here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request<'a> {
    /// `REGISTER`, `OPTIONS`, ….
    pub method: &'a str,
    headers: Vec<(&'a str, &'a str)>,
    /// How many bytes of the stream it took, its body included.
    pub length: usize,
}

/// A stream that is not SIP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is not what a telephone says on this port")]
pub struct NotSip;

/// Header lines that are looked at; a phone's REGISTER has under 20.
const HEADERS: usize = 64;

/// The first request of a stream. `Ok(None)`: more must come.
///
/// # Errors
/// [`NotSip`]: it is no request of SIP.
pub fn next(stream: &[u8]) -> Result<Option<Request<'_>>, NotSip> {
    let Some(end) = stream.windows(4).position(|four| four == b"\r\n\r\n") else {
        // A first line that can't be one need not be waited for.
        let first = stream.split(|b| *b == b'\r').next().unwrap_or_default();
        let bad =
            first.iter().any(|b| !(0x20..0x7f).contains(b)) || first.len() < stream.len() && !is_start(first);
        return if bad { Err(NotSip) } else { Ok(None) };
    };
    let head = stream.get(..end).and_then(|head| std::str::from_utf8(head).ok()).ok_or(NotSip)?;
    let mut lines = head.split("\r\n");
    let start = lines.next().unwrap_or_default();
    if !is_start(start.as_bytes()) {
        return Err(NotSip);
    }
    let method = start.split(' ').next().unwrap_or_default();
    let headers: Vec<_> = lines
        .take(HEADERS)
        .filter_map(|line| line.split_once(':'))
        .map(|(n, v)| (n.trim(), v.trim()))
        .collect();
    let mut request = Request { method, headers, length: end + 4 };
    let body =
        request.header("Content-Length", "l").map_or(Ok(0), str::parse::<usize>).map_err(|_| NotSip)?;
    request.length = request.length.checked_add(body).ok_or(NotSip)?;
    if stream.len() < request.length { Ok(None) } else { Ok(Some(request)) }
}

fn is_start(line: &[u8]) -> bool {
    line.ends_with(b" SIP/2.0") && line.first().is_some_and(u8::is_ascii_uppercase)
}

impl Request<'_> {
    fn header(&self, name: &str, short: &str) -> Option<&str> {
        let is = |n: &str| n.eq_ignore_ascii_case(name) || n.eq_ignore_ascii_case(short);
        self.headers.iter().find(|(n, _)| is(n)).map(|(_, value)| *value)
    }

    /// What a REGISTER says of the phone; `None` where it is none, or does not say whose it is.
    #[must_use]
    pub fn said(&self) -> Option<Said> {
        if self.method != "REGISTER" {
            return None;
        }
        let mut said = Said::default();
        if let Some((model, release)) =
            self.header("User-Agent", "User-Agent").and_then(|agent| agent.split_once('/'))
        {
            said.model = model.strip_prefix("Cisco-").map(|model| text(model.as_bytes()));
            said.release = Some(text(release.as_bytes())).filter(|r| !r.is_empty());
        }
        let contact = self.header("Contact", "m").unwrap_or_default();
        said.mac = contact.split_once("urn:uuid:").and_then(|(_, uuid)| {
            let bare: String = uuid.split(['>', '"']).next()?.chars().filter(|c| *c != '-').collect();
            bare.get(20..32)?.parse().ok()
        });
        said.device_type =
            contact.split_once("model.ccm.cisco.com=\"").and_then(|(_, n)| n.split('"').next()?.parse().ok());
        if let Some(reason) = self.header("Reason", "Reason") {
            let words = reason.split_once("text=\"").map_or(reason, |(_, words)| words.trim_end_matches('"'));
            alarm(&mut said, words.as_bytes());
        }
        // The user of the address is the line's name, which our own files set to the device's.
        let named = contact.split_once("sip:").and_then(|(_, user)| Mac::in_name(user));
        said.mac = said.mac.or(named);
        said.mac.is_some().then_some(said)
    }

    /// The answer: a registration is granted for an hour, so that the phone rests; anything else is not known here.
    #[must_use]
    pub fn answer(&self) -> Option<Vec<u8>> {
        if self.method == "ACK" {
            return None;
        }
        let register = self.method == "REGISTER";
        let mut answer =
            String::from(if register { "SIP/2.0 200 OK\r\n" } else { "SIP/2.0 501 Not Implemented\r\n" });
        for (name, short) in [("Via", "v"), ("From", "f"), ("To", "t"), ("Call-ID", "i"), ("CSeq", "CSeq")] {
            let tag = if name == "To" { ";tag=rescue79" } else { "" };
            let of = |n: &str| n.eq_ignore_ascii_case(name) || n.eq_ignore_ascii_case(short);
            for (_, value) in self.headers.iter().filter(|(n, _)| of(n)).take(8) {
                let tag = if value.contains(";tag=") { "" } else { tag };
                // Writing to a String can't fail.
                let _ = write!(answer, "{name}: {value}{tag}\r\n");
            }
        }
        if let Some(contact) = self.header("Contact", "m").filter(|_| register) {
            let bare = contact.split(";expires").next().unwrap_or(contact);
            let _ = write!(answer, "Contact: {bare};expires=3600\r\nExpires: 3600\r\n");
        }
        answer.push_str("Content-Length: 0\r\n\r\n");
        Some(answer.into_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::sayings;

    const OF_7970: &str = "REGISTER sip:192.168.79.1 SIP/2.0\r\n\
        Via: SIP/2.0/TCP 192.168.79.20:49170;branch=z9hG4bK5a1f\r\n\
        From: <sip:100@192.168.79.1>;tag=001d45963f270002\r\nTo: <sip:100@192.168.79.1>\r\n\
        Call-ID: 001d4596-3f270002@192.168.79.20\r\nCSeq: 101 REGISTER\r\n\
        User-Agent: Cisco-CP7970G/8.4.2\r\n\
        Contact: <sip:100@192.168.79.20:49170;transport=tcp>;+sip.instance=\"<urn:uuid:00000000-0000-0000-0000-001d45963f27>\";+u.sip!model.ccm.cisco.com=\"30006\"\r\n\
        Reason: SIP;cause=200;text=\"cisco-alarm:23 Name=SEP001D45963F27 Load=SIP70.8-4-2-30S Last=reset-restart\"\r\n\
        Content-Length: 0\r\nExpires: 3600\r\n\r\n";

    #[test]
    fn the_first_registration_names_the_load() {
        let request = next(OF_7970.as_bytes()).unwrap().unwrap();
        let said = request.said().unwrap();
        assert_eq!(said.mac, Some("00:1d:45:96:3f:27".parse().unwrap()));
        assert_eq!((said.device_type, said.model.as_deref()), (Some(30006), Some("CP7970G")));
        assert_eq!((said.load.as_deref(), said.release.as_deref()), (Some("SIP70.8-4-2-30S"), Some("8.4.2")));
        let answer = String::from_utf8(request.answer().unwrap()).unwrap();
        assert!(
            answer
                .starts_with("SIP/2.0 200 OK\r\nVia: SIP/2.0/TCP 192.168.79.20:49170;branch=z9hG4bK5a1f\r\n")
        );
        assert!(
            answer.contains("To: <sip:100@192.168.79.1>;tag=rescue79\r\n")
                && answer.contains("Expires: 3600\r\n")
        );
    }

    #[test]
    fn a_classic_says_its_release_only() {
        let text = OF_7970
            .replace("Reason", "X-Reason")
            .replace("CP7970G/8.4.2", "CP7960G/8.0")
            .replace("30006", "7");
        let said = next(text.as_bytes()).unwrap().unwrap().said().unwrap();
        assert_eq!((said.load, said.release.as_deref(), said.device_type), (None, Some("8.0"), Some(7)));
    }

    #[test]
    fn a_stream_comes_in_pieces_and_garbage_is_none() {
        for cut in 0..OF_7970.len() {
            assert_eq!(next(&OF_7970.as_bytes()[..cut]), Ok(None), "{cut}");
        }
        for garbage in [
            &b"\xff\xfe\x00"[..],
            b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
            b"hello\r\n",
            b"A SIP/2.0\r\nl: x\r\n\r\n",
        ] {
            assert_eq!(next(garbage), Err(NotSip));
        }
        let other = OF_7970.replacen("REGISTER", "OPTIONS", 1);
        let request = next(other.as_bytes()).unwrap().unwrap();
        assert_eq!(request.said(), None);
        assert!(request.answer().unwrap().starts_with(b"SIP/2.0 501"));
        let huge = OF_7970.replace("Content-Length: 0", "Content-Length: 18446744073709551615");
        assert_eq!(next(huge.as_bytes()), Err(NotSip));
    }

    #[test]
    fn what_the_virtual_phones_send_reads() {
        let mac: Mac = "001b0c18bdc1".parse().unwrap();
        let from = "192.168.1.20:5060".parse().unwrap();
        let sent = sayings::sip_registration(mac, 7, "Cisco-CP7960G/8.0", Some("P0S3-8-12-00"), from);
        let said = next(&sent).unwrap().unwrap().said().unwrap();
        assert_eq!((said.mac, said.load.as_deref()), (Some(mac), Some("P0S3-8-12-00")));
    }
}
