//! HTTP/1 as far as phones speak it: their GET for a file (TCP 6970, `java-phones` 1.5), and their answer to our GET for
//! the page of their own.
//!
//! The heads are read by `httparse`; every connection carries one question and ends after its answer.

use crate::limits;
use httparse::{EMPTY_HEADER, Status as Parsed};

/// Where late loads ask for their files before they ask by TFTP (`java-phones` 1.5).
pub const PORT: u16 = 6970;

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// How.
    pub method: Method,
    /// The path, its `%41` resolved, without host and query. It is a name, not yet a clean one.
    pub path: Vec<u8>,
}

/// How something is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// The file.
    Get,
    /// What is known about the file.
    Head,
    /// Something that a place to read from doesn't do.
    Other,
}

/// A stream that is no request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Bad {
    /// It is something else.
    #[error("it is no HTTP request")]
    NotHttp,
    /// Its head doesn't end.
    #[error("its head is longer than {} bytes or {} lines", limits::HTTP_HEAD, limits::HTTP_LINES)]
    TooLong,
}

/// The request at the front of a stream. `Ok(None)`: more must come.
///
/// # Errors
/// [`Bad`]: nothing that follows can make a request of it.
pub fn request(stream: &[u8]) -> Result<Option<Request>, Bad> {
    let mut lines = [EMPTY_HEADER; limits::HTTP_LINES];
    let mut parsed = httparse::Request::new(&mut lines);
    let end = parsed.parse(stream).map_err(|why| match why {
        httparse::Error::TooManyHeaders => Bad::TooLong,
        _ => Bad::NotHttp,
    })?;
    let within = match end {
        Parsed::Complete(head) => head <= limits::HTTP_HEAD,
        Parsed::Partial => stream.len() <= limits::HTTP_HEAD,
    };
    if !within {
        return Err(Bad::TooLong);
    }
    let (Parsed::Complete(_), Some(method), Some(target)) = (end, parsed.method, parsed.path) else {
        return Ok(None);
    };
    let method = match method {
        "GET" => Method::Get,
        "HEAD" => Method::Head,
        _ => Method::Other,
    };
    // A target may name the host, too (RFC 9112 3.2.2).
    let path = target
        .split_once("://")
        .map_or(target, |(_, rest)| rest.split_once('/').map_or("", |(_, path)| path));
    let path = path.split(['?', '#']).next().unwrap_or_default();
    Ok(Some(Request { method, path: resolved(path.as_bytes()) }))
}

/// `%41` as `A`; a `%` that leads to no number stays what it is.
fn resolved(path: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(path.len());
    let mut rest = path;
    while let Some((first, after)) = rest.split_first() {
        let digit = |at: usize| after.get(at).and_then(|d| char::from(*d).to_digit(16));
        let code = match (first, digit(0), digit(1)) {
            (b'%', Some(high), Some(low)) => u8::try_from(high * 16 + low).ok(),
            _ => None,
        };
        plain.push(code.unwrap_or(*first));
        rest = after.get(if code.is_some() { 2 } else { 0 }..).unwrap_or_default();
    }
    plain
}

/// What a request comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Here it is.
    Given,
    /// It could not be understood.
    NotUnderstood,
    /// That is not a name of a file here.
    Forbidden,
    /// There is no such file.
    NotFound,
    /// Here files are only read.
    ReadOnly,
    /// Its head doesn't end.
    TooLong,
}

/// The head of an answer with a body of this length; the connection ends behind it.
#[must_use]
pub fn head(status: Status, length: usize) -> Vec<u8> {
    let (line, kind) = match status {
        Status::Given => ("200 OK", "application/octet-stream"),
        Status::NotUnderstood => ("400 Bad Request", "text/plain"),
        Status::Forbidden => ("403 Forbidden", "text/plain"),
        Status::NotFound => ("404 Not Found", "text/plain"),
        Status::ReadOnly => ("405 Method Not Allowed\r\nAllow: GET, HEAD", "text/plain"),
        Status::TooLong => ("431 Request Header Fields Too Large", "text/plain"),
    };
    format!(
        "HTTP/1.1 {line}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    )
    .into_bytes()
}

/// The request for a page of a phone. In the words of 1.0, so that the answer is one piece and ends with the connection.
#[must_use]
pub fn question(path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.0\r\nAccept: text/xml, text/html\r\nConnection: close\r\n\r\n").into_bytes()
}

/// The page in a phone's answer. `None`: it has no such page, or sends the reader elsewhere, where we don't go.
#[must_use]
pub fn page(answer: &[u8]) -> Option<&[u8]> {
    let mut lines = [EMPTY_HEADER; limits::HTTP_LINES];
    let mut parsed = httparse::Response::new(&mut lines);
    let Ok(Parsed::Complete(head)) = parsed.parse(answer) else { return None };
    let length = parsed.headers.iter().find(|line| line.name.eq_ignore_ascii_case("Content-Length"));
    let length = length.and_then(|line| std::str::from_utf8(line.value).ok()?.trim().parse::<usize>().ok());
    let body = answer.get(head..).filter(|_| parsed.code == Some(200))?;
    Some(length.and_then(|length| body.get(..length)).unwrap_or(body))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn asked(text: &str) -> (Method, String) {
        let request = request(text.as_bytes()).unwrap().unwrap();
        (request.method, String::from_utf8_lossy(&request.path).into_owned())
    }

    #[test]
    fn a_request_says_what_is_wanted() {
        let get = |path: &str| asked(&format!("GET {path} HTTP/1.1\r\nHost: 192.168.1.1:6970\r\n\r\n"));
        assert_eq!(get("/SEP001B0C18BDC1.cnf.xml"), (Method::Get, "/SEP001B0C18BDC1.cnf.xml".into()));
        assert_eq!(get("/a%20b%2Fc%zz%4?x=1#y").1, "/a b/c%zz%4");
        assert_eq!(get("http://192.168.1.1:6970/English/g3-tones.xml").1, "English/g3-tones.xml");
        assert_eq!(get("http://192.168.1.1").1, "");
        assert_eq!(get("/%2e%2e/etc/passwd").1, "/../etc/passwd", "resolved before it is judged");
        assert_eq!(asked("HEAD /x HTTP/1.0\r\n\r\n"), (Method::Head, "/x".into()));
        assert_eq!(asked("DELETE /x HTTP/1.1\r\n\r\n").0, Method::Other);
    }

    #[test]
    fn a_head_comes_in_pieces_and_has_an_end() {
        let whole = b"GET /x HTTP/1.1\r\nHost: y\r\nUser-Agent: z\r\n\r\n";
        for cut in 0..whole.len() {
            assert_eq!(request(&whole[..cut]), Ok(None), "{cut}");
        }
        for garbage in
            [&b"\x16\x03\x01\x02\0"[..], b"REGISTER sip:x SIP/2.0\r\n\r\n", b"GET\r\n\r\n", b"\xff\xff\xff"]
        {
            assert_eq!(request(garbage), Err(Bad::NotHttp), "{garbage:?}");
        }
        let long = [&b"GET /"[..], &vec![b'a'; limits::HTTP_HEAD]].concat();
        assert_eq!(request(&long), Err(Bad::TooLong));
        let lines = "a: b\r\n".repeat(limits::HTTP_LINES + 1);
        assert_eq!(request(format!("GET / HTTP/1.1\r\n{lines}\r\n").as_bytes()), Err(Bad::TooLong));
    }

    #[test]
    fn an_answer_gives_its_page_and_leads_nowhere_else() {
        assert_eq!(page(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcdef"), Some(&b"abc"[..]));
        assert_eq!(page(b"HTTP/1.0 200 OK\r\n\r\nabc"), Some(&b"abc"[..]));
        assert_eq!(page(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nabc"), Some(&b"abc"[..]), "cut off");
        for none in [
            &b"HTTP/1.1 302 Found\r\nLocation: http://10.0.0.1/\r\n\r\n"[..],
            b"HTTP/1.1 404 Not Found\r\n\r\nabc",
            b"HTTP/1.1 200 OK\r\n",
            b"nonsense",
            b"",
        ] {
            assert_eq!(page(none), None);
        }
        let ours = [head(Status::Given, 2), b"ok".to_vec()].concat();
        assert_eq!(page(&ours), Some(&b"ok"[..]));
        let question = question("/DeviceInformationX");
        assert_eq!(request(&question).unwrap().unwrap().path, b"/DeviceInformationX");
    }

    proptest! {
        #[test]
        fn any_stream_is_read_without_a_fall(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = request(&bytes);
            let _ = page(&bytes);
        }
    }
}
