//! Bytes to a [`Request`], a [`Reply`](super::Reply) to bytes.
//!
//! Requests are read here and not by a codec: `dhcproto`'s decoder stops silently at the first option that it finds
//! malformed and drops all later ones (a phone's option 150 with two addresses hides its message type), drops
//! options whose text is not UTF-8, keeps only the last of repeated options, reads no options from `sname` and
//! `file` (option 52), checks neither cookie nor hardware address length, and asserts on some lengths. A scan in
//! which the option's length is the only ruler has none of that. Replies have ten options of three shapes; written here
//! they cost a tenth of what its typed options cost. The tests have it as a second opinion on both.

mod write;

use super::request::{Kind, Request};
use crate::limits;
use crate::phone_id::Mac;
use std::net::Ipv4Addr;
pub use write::encode;

/// What stands before the options (RFC 2131 3).
pub(super) const MAGIC: [u8; 4] = [99, 130, 83, 99];

/// The datagram is not a DHCP or BOOTP request of an Ethernet host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Garbage {
    /// The fixed part of the message and its cookie take 240 bytes.
    #[error("{0} bytes are too short for a DHCP message")]
    TooShort(usize),
    /// See [`limits::DHCP_REQUEST_BYTES`].
    #[error("{0} bytes are too long for a DHCP request")]
    TooLong(usize),
    /// Another server's reply, or noise.
    #[error("operation {0} is not a request")]
    NotARequest(u8),
    /// Hardware type and address length.
    #[error("hardware type {0} with {1} address bytes is not Ethernet")]
    NotEthernet(u8, u8),
    /// All zeros or all ones.
    #[error("{0} can't be the address of a device")]
    NotADevice(Mac),
    /// Without the cookie there are no options.
    #[error("the DHCP cookie is missing")]
    NoCookie,
    /// Option 53 names something that clients don't send.
    #[error("message type {0} is none that a client sends")]
    Kind(u8),
}

/// The fixed part, RFC 2131 2.
struct Header<'a> {
    op: u8,
    htype: u8,
    hlen: u8,
    xid: u32,
    secs: u16,
    flags: u16,
    ciaddr: Ipv4Addr,
    giaddr: Ipv4Addr,
    mac: Mac,
    sname: &'a [u8],
    file: &'a [u8],
    cookie: [u8; 4],
    options: &'a [u8],
}

impl<'a> Header<'a> {
    fn read(mut bytes: &'a [u8]) -> Option<Self> {
        fn take<'a, const N: usize>(bytes: &mut &'a [u8]) -> Option<&'a [u8; N]> {
            let (head, rest) = bytes.split_first_chunk::<N>()?;
            *bytes = rest;
            Some(head)
        }
        let [op, htype, hlen, _hops] = *take(&mut bytes)?;
        let xid = u32::from_be_bytes(*take(&mut bytes)?);
        let secs = u16::from_be_bytes(*take(&mut bytes)?);
        let flags = u16::from_be_bytes(*take(&mut bytes)?);
        let ciaddr = Ipv4Addr::from(*take::<4>(&mut bytes)?);
        let _yiaddr_siaddr = take::<8>(&mut bytes)?;
        let giaddr = Ipv4Addr::from(*take::<4>(&mut bytes)?);
        let mac = Mac(*take(&mut bytes)?);
        let _chaddr_padding = take::<10>(&mut bytes)?;
        let sname = take::<64>(&mut bytes)?;
        let file = take::<128>(&mut bytes)?;
        let cookie = *take(&mut bytes)?;
        Some(Self {
            op,
            htype,
            hlen,
            xid,
            secs,
            flags,
            ciaddr,
            giaddr,
            mac,
            sname,
            file,
            cookie,
            options: bytes,
        })
    }
}

/// What the scan of the options has found so far.
#[derive(Default)]
struct Found {
    kind: Option<u8>,
    overload: u8,
    requested: Option<Ipv4Addr>,
    server: Option<Ipv4Addr>,
    class: Vec<u8>,
    host_name: Vec<u8>,
    client_id: Vec<u8>,
    params: Vec<u8>,
    order: Vec<u8>,
}

impl Found {
    /// Reads options up to End or to one that is longer than what is left; those before it count.
    fn scan(&mut self, mut field: &[u8]) {
        loop {
            match field {
                [0, rest @ ..] => field = rest,
                [code, length, rest @ ..] if *code != 255 => {
                    let Some((value, after)) = rest.split_at_checked(usize::from(*length)) else { return };
                    self.take(*code, value);
                    field = after;
                }
                _ => return,
            }
        }
    }

    /// A fixed-size option of another size is as if it weren't there, and the first good one counts. Pieces of a
    /// text or list are joined wherever they stand (RFC 3396).
    fn take(&mut self, code: u8, value: &[u8]) {
        fn address(value: &[u8]) -> Option<Ipv4Addr> {
            <[u8; 4]>::try_from(value).ok().map(Ipv4Addr::from)
        }
        self.order.push(code);
        match (code, value) {
            (53, [kind]) => self.kind = self.kind.or(Some(*kind)),
            (52, [fields]) if self.overload == 0 => self.overload = *fields,
            (50, _) => self.requested = self.requested.or(address(value)),
            (54, _) => self.server = self.server.or(address(value)),
            (60, _) => self.class.extend_from_slice(value),
            (12, _) => self.host_name.extend_from_slice(value),
            (61, _) => self.client_id.extend_from_slice(value),
            (55, _) => self.params.extend_from_slice(value),
            _ => {}
        }
    }
}

/// Bytes as text that is safe to show and to keep; `None` when nothing is left.
fn text(bytes: &[u8]) -> Option<String> {
    let end = bytes.iter().rposition(|b| *b != 0)?;
    let text = bytes.get(..=end)?;
    let plain = text.iter().all(|b| matches!(b, b' '..=b'~') && !b"\"'\\".contains(b));
    let as_is = || String::from_utf8(text.to_vec()).ok();
    plain.then(as_is).flatten().or_else(|| Some(text.escape_ascii().to_string()))
}

/// Reads a datagram. Total: every input is a request or [`Garbage`].
pub fn decode(bytes: &[u8]) -> Result<Request, Garbage> {
    if bytes.len() > limits::DHCP_REQUEST_BYTES {
        return Err(Garbage::TooLong(bytes.len()));
    }
    let header = Header::read(bytes).ok_or(Garbage::TooShort(bytes.len()))?;
    if header.op != 1 {
        return Err(Garbage::NotARequest(header.op));
    }
    if (header.htype, header.hlen) != (1, 6) {
        return Err(Garbage::NotEthernet(header.htype, header.hlen));
    }
    if matches!(header.mac.0, [0, 0, 0, 0, 0, 0] | [255, 255, 255, 255, 255, 255]) {
        return Err(Garbage::NotADevice(header.mac));
    }
    if header.cookie != MAGIC {
        return Err(Garbage::NoCookie);
    }
    let mut found = Found::default();
    found.scan(header.options);
    // Option 52 may only stand in the options field; it names further fields that hold options.
    let overload = found.overload;
    if matches!(overload, 1 | 3) {
        found.scan(header.file);
    }
    if matches!(overload, 2 | 3) {
        found.scan(header.sname);
    }
    let kind = match found.kind {
        None => Kind::Bootp,
        Some(1) => Kind::Discover,
        Some(3) => Kind::Request,
        Some(4) => Kind::Decline,
        Some(7) => Kind::Release,
        Some(8) => Kind::Inform,
        Some(other) => return Err(Garbage::Kind(other)),
    };
    Ok(Request {
        mac: header.mac,
        xid: header.xid,
        kind,
        secs: header.secs,
        ciaddr: header.ciaddr,
        giaddr: header.giaddr,
        broadcast: header.flags & 0x8000 != 0,
        requested: found.requested,
        server: found.server,
        class: text(&found.class),
        host_name: text(&found.host_name),
        client_id: Some(found.client_id).filter(|id| !id.is_empty()),
        params: found.params,
        order: found.order,
    })
}

#[cfg(test)]
mod tests;
