//! Firmware that went through a transfer in text mode.

use crate::firmware::signed::Envelope;

/// Below, statistics say nothing.
const ENOUGH: usize = 4_096;
/// Every 256th octet of packed data is an LF; so many in a row without a bare one aren't chance.
const LF_EVERY: usize = 1_024;
/// The replacement character in UTF-8, what an editor leaves of octets that aren't text.
const REPLACED: &[u8] = "\u{fffd}".as_bytes();

/// Whether line ends or octets that aren't text were changed on the way.
pub(super) fn mangled(bytes: &[u8], envelope: Option<&Envelope>) -> bool {
    let mut lone = 0_usize;
    let mut pairs = 0_usize;
    let mut last = 0;
    for &byte in bytes {
        if byte == b'\n' {
            if last == b'\r' { pairs += 1 } else { lone += 1 }
        }
        last = byte;
    }
    let large = bytes.len() >= ENOUGH;
    let expanded = lone == 0 && pairs > 0;
    // The header itself has an LF (the tag of the signature algorithm): after the change its fields don't fit.
    let header_stretched =
        envelope.is_some_and(|envelope| !envelope.fits && bytes.len() >= envelope.header_len);
    (expanded && (header_stretched || large && pairs >= bytes.len() / LF_EVERY))
        || large && bytes.windows(REPLACED.len()).filter(|w| *w == REPLACED).count() >= bytes.len() / LF_EVERY
}
