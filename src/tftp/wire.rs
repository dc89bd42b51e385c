//! Packets of RFC 1350 with the options of RFC 2347: bytes in, values out, and back.

use thiserror::Error;

use crate::limits::{TFTP_BLOCK, TFTP_OPTIONS, TFTP_REQUEST_BYTES};

/// The largest packet that is ever sent: a DATA header and the largest block. Buffers are made for it.
pub const PACKET_BYTES: usize = 4 + TFTP_BLOCK as usize;

/// One packet as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Packet<'a> {
    /// Somebody wants to read a file.
    Read(Request<'a>),
    /// Somebody wants to write one.
    Write(Request<'a>),
    /// A block of a file.
    Data {
        /// Its number on the wire.
        block: u16,
        /// Its content.
        bytes: &'a [u8],
    },
    /// Everything up to this block has arrived.
    Ack(u16),
    /// The other side ends the transfer.
    Error {
        /// See [`ErrorCode`]; others occur.
        code: u16,
        /// What it says, without the NUL, as it came: escape it before it is shown.
        message: &'a [u8],
    },
    /// Options granted; only a server sends it.
    OptionAck,
}

/// What was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request<'a> {
    /// The file name as it came; [`super::name::clean`] makes a key of it.
    pub name: &'a [u8],
    /// How the bytes shall travel.
    pub mode: Mode,
    /// The known options among those asked for.
    pub options: Options,
}

/// How bytes travel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// As they are. Phones ask for everything so, text too.
    #[default]
    Octet,
    /// Line ends as CR LF.
    Netascii,
}

/// Options of a request, only where the value is a number at all; which values are granted is decided by
/// [`super::transfer::Transfer`]. Unknown options are left out, as RFC 2347 wants. Of an option given twice the
/// first counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Bytes in a block (RFC 2348).
    pub blksize: Option<u64>,
    /// Seconds before a resend (RFC 2349).
    pub timeout: Option<u64>,
    /// The file's size is asked for (RFC 2349); a reader sends 0.
    pub tsize: Option<u64>,
    /// Blocks for each ACK (RFC 7440).
    pub windowsize: Option<u64>,
}

/// Bytes that are no TFTP packet, or none that we take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Garbage {
    /// The packet ends before its header does.
    #[error("a packet of {0} bytes is too short for what it says it is")]
    Short(usize),
    /// The first two bytes are no operation.
    #[error("there is no operation {0}")]
    Operation(u16),
    /// Larger than [`TFTP_REQUEST_BYTES`].
    #[error("a request of {0} bytes is longer than the {TFTP_REQUEST_BYTES} that the protocol allows")]
    LongRequest(usize),
    /// A name, mode or option has no end.
    #[error("a request breaks off in the middle of a word")]
    Unterminated,
    /// Neither octet nor netascii.
    #[error("a request asks for a transfer mode other than octet and netascii")]
    Mode,
    /// More than [`TFTP_OPTIONS`].
    #[error("a request carries more than {TFTP_OPTIONS} options")]
    Options,
}

impl Garbage {
    /// What the sender is told. Only what is surely a request is answered: an answer to arbitrary bytes could be
    /// answered in turn, for ever.
    #[must_use]
    pub const fn answer(self) -> Option<(ErrorCode, &'static str)> {
        match self {
            Self::Short(_) | Self::Operation(_) => None,
            Self::LongRequest(_) => Some((ErrorCode::Illegal, "request too long")),
            Self::Unterminated => Some((ErrorCode::Illegal, "request broken off")),
            Self::Mode => Some((ErrorCode::NotDefined, "only octet and netascii")),
            Self::Options => Some((ErrorCode::Option, "too many options")),
        }
    }
}

/// Error codes of RFC 1350 and 2347.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u16)]
pub enum ErrorCode {
    /// See the message.
    NotDefined = 0,
    /// No such file. A phone goes on at once when it hears this.
    NotFound = 1,
    /// Not allowed; the answer to every write.
    Access = 2,
    /// No room.
    Full = 3,
    /// Not a thing to ask for.
    Illegal = 4,
    /// The packet belongs to no transfer.
    UnknownTransfer = 5,
    /// The file is there already.
    Exists = 6,
    /// No such user.
    NoUser = 7,
    /// The options don't suit.
    Option = 8,
}

/// Reads one datagram.
///
/// # Errors
/// [`Garbage`] for everything that is no packet, whatever the bytes; see [`Garbage::answer`].
#[inline]
pub fn decode(bytes: &[u8]) -> Result<Packet<'_>, Garbage> {
    let short = Garbage::Short(bytes.len());
    let (operation, body) = bytes.split_first_chunk::<2>().ok_or(short)?;
    let word = || body.split_first_chunk::<2>().map(|(n, rest)| (u16::from_be_bytes(*n), rest)).ok_or(short);
    match u16::from_be_bytes(*operation) {
        4 => word().map(|(block, _)| Packet::Ack(block)),
        1 => request(bytes.len(), body).map(Packet::Read),
        2 => request(bytes.len(), body).map(Packet::Write),
        3 => word().map(|(block, bytes)| Packet::Data { block, bytes }),
        5 => word().map(|(code, rest)| Packet::Error {
            code,
            // Some senders leave the NUL away; the datagram's end serves as well.
            message: rest.split(|b| *b == 0).next().unwrap_or_default(),
        }),
        6 => Ok(Packet::OptionAck),
        other => Err(Garbage::Operation(other)),
    }
}

fn request(len: usize, body: &[u8]) -> Result<Request<'_>, Garbage> {
    if len > TFTP_REQUEST_BYTES {
        return Err(Garbage::LongRequest(len));
    }
    let (name, rest) = text(body)?;
    let (mode, mut rest) = text(rest)?;
    let mode = if mode.eq_ignore_ascii_case(b"octet") {
        Mode::Octet
    } else if mode.eq_ignore_ascii_case(b"netascii") {
        Mode::Netascii
    } else {
        return Err(Garbage::Mode);
    };
    let mut options = Options::default();
    for count in 0.. {
        // NULs after the last word are padding, which old loaders were fond of.
        if rest.first().is_none_or(|b| *b == 0) {
            break;
        }
        if count == TFTP_OPTIONS {
            return Err(Garbage::Options);
        }
        let (option, after) = text(rest)?;
        let (value, after) = text(after)?;
        options.take(option, value);
        rest = after;
    }
    Ok(Request { name, mode, options })
}

/// The bytes up to the next NUL and those behind it.
fn text(bytes: &[u8]) -> Result<(&[u8], &[u8]), Garbage> {
    let end = bytes.iter().position(|b| *b == 0).ok_or(Garbage::Unterminated)?;
    let (word, rest) = bytes.split_at(end);
    Ok((word, rest.get(1..).unwrap_or_default()))
}

impl Options {
    fn take(&mut self, option: &[u8], value: &[u8]) {
        let slot = match option.to_ascii_lowercase().as_slice() {
            b"blksize" => &mut self.blksize,
            b"timeout" => &mut self.timeout,
            b"tsize" => &mut self.tsize,
            b"windowsize" => &mut self.windowsize,
            _ => return,
        };
        // `parse` would take a sign.
        if value.iter().all(u8::is_ascii_digit)
            && let Some(number) = str::from_utf8(value).ok().and_then(|v| v.parse().ok())
        {
            slot.get_or_insert(number);
        }
    }
}

/// Writes an ERROR into `buf` and gives its length. A message too long for `buf` is cut; a `buf` under five bytes
/// gets nothing.
#[must_use]
pub fn error(code: ErrorCode, message: &str, buf: &mut [u8]) -> usize {
    let Some((header, text)) = buf.split_first_chunk_mut::<4>() else { return 0 };
    let Some(room) = text.len().checked_sub(1) else { return 0 };
    let [high, low] = (code as u16).to_be_bytes();
    *header = [0, 5, high, low];
    let message = message.as_bytes().iter().take_while(|b| **b != 0).take(room);
    let mut n = 0;
    for (to, byte) in text.iter_mut().zip(message) {
        *to = *byte;
        n += 1;
    }
    if let Some(end) = text.get_mut(n) {
        *end = 0;
    }
    4 + n + 1
}

/// The file that the program reads from its own server before it asks anybody to power a phone.
pub const SELF_TEST: &str = "rescue79-self-test";

/// Writes a whole short DATA block into `buf` and gives its length; `None` when `buf` is too small.
#[must_use]
pub fn data(block: u16, bytes: &[u8], buf: &mut [u8]) -> Option<usize> {
    let (header, rest) = buf.split_first_chunk_mut::<4>()?;
    let [high, low] = block.to_be_bytes();
    *header = [0, 3, high, low];
    rest.get_mut(..bytes.len())?.copy_from_slice(bytes);
    Some(4 + bytes.len())
}

/// Writes an OACK that grants `options` as they stand and gives its length; `None` when `buf` is too small.
pub(super) fn option_ack(options: &Options, buf: &mut [u8]) -> Option<usize> {
    use std::io::Write;

    let whole = buf.len();
    let mut rest = buf;
    rest.write_all(&[0, 6]).ok()?;
    for (name, value) in [
        ("blksize", options.blksize),
        ("timeout", options.timeout),
        ("tsize", options.tsize),
        ("windowsize", options.windowsize),
    ] {
        if let Some(value) = value {
            write!(rest, "{name}\0{value}\0").ok()?;
        }
    }
    Some(whole - rest.len())
}

#[cfg(test)]
mod tests;
