//! A late load's HTTP: it asks for a file at port 6970 before it asks by TFTP, and shows a page of its own to who asks.
//! On the virtual wire a connection is one packet each way.
//! Source: `java-phones` 1.5 and 7.2; written without the program's own reader.

use super::image;
use super::machine::{Ask, Failure, Fetched};
use crate::clock::Instant;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::time::Duration;

/// Where files are asked for.
pub const PORT: u16 = 6970;
/// How long an open port may say nothing.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// A file that is being asked for.
#[derive(Debug)]
pub(super) struct Get {
    pub(super) ask: Ask,
    pub(super) from: SocketAddrV4,
    pub(super) server: Ipv4Addr,
    /// The question leaves then; afterwards, when the phone gives up.
    pub(super) due: Instant,
    pub(super) sent: bool,
    /// It only opens a connection, and stumbles when there is one.
    pub(super) stumbles: bool,
}

impl Get {
    pub(super) fn question(&self) -> Vec<u8> {
        if self.stumbles {
            return Vec::new();
        }
        let path: String = self.ask.name.replace(' ', "%20");
        format!("GET /{} HTTP/1.1\r\nHost: {PORT}\r\nConnection: close\r\n\r\n", path.trim_start_matches('/'))
            .into_bytes()
    }

    /// What the answer gives. The length must be said, and be right.
    pub(super) fn read(&self, answer: &[u8]) -> Fetched {
        let end = answer.windows(4).position(|four| four == b"\r\n\r\n").ok_or(Failure::Error)?;
        let (head, body) = answer.split_at_checked(end + 4).ok_or(Failure::Error)?;
        let head = String::from_utf8_lossy(head).to_ascii_lowercase();
        let status = head.split(' ').nth(1).unwrap_or_default();
        let length = head
            .split("\r\n")
            .find_map(|line| line.strip_prefix("content-length:")?.trim().parse::<usize>().ok());
        match (status, length) {
            ("404", _) => Err(Failure::NotFound),
            ("200", Some(length)) if body.len() == length => {
                if length > self.ask.limit {
                    Err(Failure::TooBig)
                } else if self.ask.check_name && image::misnamed(body, &self.ask.name) {
                    Err(Failure::WrongName)
                } else {
                    Ok(body.to_vec())
                }
            }
            _ => Err(Failure::Error),
        }
    }
}

/// The answer of a phone to who asks for its page; `page` is what stands there.
pub(super) fn page(question: &[u8], page: Vec<u8>) -> Vec<u8> {
    if question.starts_with(b"GET /DeviceInformationX ") {
        let head =
            format!("HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: {}\r\n\r\n", page.len());
        [head.into_bytes(), page].concat()
    } else {
        b"HTTP/1.1 404 Not Found\r\n\r\n".to_vec()
    }
}

/// The version that a page gives beside a build: `9.4(2)SR3` for 9-4-2SR3-1S, `8.5(4)` for 8-5-4TH1-6.
pub(super) fn version(build: &str) -> String {
    let mut parts = build.split('-');
    let (major, minor) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let third = parts.next().unwrap_or_default();
    let digits = third.find(|c: char| !c.is_ascii_digit()).unwrap_or(third.len());
    let (number, tail) = third.split_at_checked(digits).unwrap_or((third, ""));
    let tail = if tail.starts_with("SR") { tail } else { "" };
    format!("{major}.{minor}({number}){tail}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::phone::machine::Patience;

    #[test]
    fn an_answer_without_its_length_is_none() {
        let ask = Ask {
            name: "a b.xml".into(),
            after: Duration::ZERO,
            limit: 4,
            patience: Patience::Application,
            check_name: false,
        };
        let from = SocketAddrV4::new([192, 168, 1, 20].into(), 49_152);
        let server = [192, 168, 1, 1].into();
        let get = Get { ask, from, server, due: Instant::ZERO, sent: true, stumbles: false };
        assert!(get.question().starts_with(b"GET /a%20b.xml HTTP/1.1\r\n"));
        assert_eq!(get.read(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nab"), Ok(b"ab".to_vec()));
        assert_eq!(get.read(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabcde"), Err(Failure::TooBig));
        assert_eq!(get.read(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab"), Err(Failure::Error));
        assert_eq!(get.read(b"HTTP/1.1 200 OK\r\n\r\nab"), Err(Failure::Error));
        assert_eq!(get.read(b"HTTP/1.1 404 Not Found\r\n\r\n"), Err(Failure::NotFound));
        assert_eq!(get.read(b""), Err(Failure::Error));
        assert_eq!((version("9-4-2SR3-1S"), version("8-5-4TH1-6")), ("9.4(2)SR3".into(), "8.5(4)".into()));
    }
}
