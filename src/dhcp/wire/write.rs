//! A reply as it is sent.

use super::MAGIC;
use crate::dhcp::reply::{Order, Part, Reply, ReplyKind};
use crate::limits;
use std::net::Ipv4Addr;

/// What a full reply with its padding takes.
const USUAL_BYTES: usize = 352;

/// A reply as it is sent, padded with zeros to [`limits::DHCP_REPLY_MIN`]; 400 bytes at most.
#[must_use]
pub fn encode(reply: &Reply) -> Vec<u8> {
    let names_files = reply.kind != ReplyKind::Nak;
    let named = |part| names_files && reply.variation.has(part);
    let name = reply.server.to_string();
    let mut bytes = Vec::with_capacity(USUAL_BYTES);
    bytes.extend([2, 1, 6, 0]);
    bytes.extend(reply.xid.to_be_bytes());
    bytes.extend([0, 0, if reply.broadcast { 0x80 } else { 0 }, 0]);
    bytes.extend(reply.ciaddr.octets());
    bytes.extend(reply.yiaddr.octets());
    bytes.extend(if named(Part::Siaddr) { reply.server } else { Ipv4Addr::UNSPECIFIED }.octets());
    bytes.extend(reply.giaddr.octets());
    bytes.extend(reply.mac.0);
    bytes.extend([0; 10]);
    let sname = if named(Part::Sname) { name.as_bytes() } else { &[] };
    bytes.extend(sname);
    bytes.resize(bytes.len() + 64 + 128 - sname.len(), 0);
    bytes.extend(MAGIC);
    for (code, value) in options(reply, &Values::of(reply, name.as_bytes())) {
        bytes.extend([code, u8::try_from(value.len()).unwrap_or(u8::MAX)]);
        bytes.extend(value);
    }
    bytes.push(255);
    if reply.variation.has(Part::Padding) && bytes.len() < limits::DHCP_REPLY_MIN {
        bytes.resize(limits::DHCP_REPLY_MIN, 0);
    }
    bytes
}

/// What the options of a reply say.
struct Values<'a> {
    kind: [u8; 1],
    server: [u8; 4],
    name: &'a [u8],
    mask: [u8; 4],
    /// Lease, renewal, rebinding.
    times: Option<[[u8; 4]; 3]>,
}

impl<'a> Values<'a> {
    fn of(reply: &Reply, name: &'a [u8]) -> Self {
        let times = reply.lease.map(|lease| {
            let seconds = u32::try_from(lease.as_secs()).unwrap_or(u32::MAX);
            [seconds, seconds / 2, seconds - seconds / 8].map(u32::to_be_bytes)
        });
        let kind = match reply.kind {
            ReplyKind::Offer => 2,
            ReplyKind::Ack => 5,
            ReplyKind::Nak => 6,
            ReplyKind::Bootp => 0,
        };
        Self { kind: [kind], server: reply.server.octets(), name, mask: reply.mask().octets(), times }
    }
}

/// The options of a reply in the order in which they are sent, without End.
fn options<'a>(reply: &Reply, is: &'a Values<'_>) -> Vec<(u8, &'a [u8])> {
    let has = |part| reply.variation.has(part);
    let mut options: Vec<(u8, &[u8])> = Vec::with_capacity(10);
    if reply.kind != ReplyKind::Bootp {
        options.push((53, &is.kind));
    }
    options.push((54, &is.server));
    if reply.kind == ReplyKind::Nak {
        return options;
    }
    if let Some([lease, renewal, rebinding]) = is.times.as_ref().filter(|_| has(Part::LeaseTime)) {
        options.extend([(51, &lease[..]), (58, renewal), (59, rebinding)]);
    }
    options.push((1, &is.mask));
    if has(Part::Router) {
        options.push((3, &is.server));
    }
    if has(Part::Dns) {
        options.push((6, &is.server));
    }
    if has(Part::Option150) {
        options.push((150, &is.server));
    }
    if has(Part::Option66) {
        options.push((66, is.name));
    }
    match reply.variation.order {
        Order::Usual => {}
        Order::Ascending => options.sort_by_key(|(code, _)| *code),
        Order::First150 => options.sort_by_key(|(code, _)| match code {
            53 => 0,
            150 => 1,
            _ => 2,
        }),
    }
    options
}
