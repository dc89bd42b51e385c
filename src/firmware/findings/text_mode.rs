//! Firmware that went through a transfer in text mode.

use crate::firmware::signed::Envelope;

/// Below, statistics say nothing.
const ENOUGH: usize = 4_096;
/// What was mangled is so from the beginning; more needn't be looked at.
const LOOKED_AT: usize = 65_536;
/// Every 256th octet of packed data is an LF; so many in a row without a bare one aren't chance.
const LF_EVERY: usize = 1_024;
/// The replacement character in UTF-8, what an editor leaves of octets that aren't text.
const REPLACED: &[u8] = "\u{fffd}".as_bytes();

/// Whether line ends or octets that aren't text were changed on the way.
pub(super) fn mangled(bytes: &[u8], envelope: Option<&Envelope>) -> bool {
    let head = bytes.get(..LOOKED_AT).unwrap_or(bytes);
    let large = head.len() >= ENOUGH;
    // The header itself has an LF (the tag of the signature algorithm): after the change its fields don't fit.
    let header_stretched =
        envelope.is_some_and(|envelope| !envelope.fits && bytes.len() >= envelope.header_len);
    let often = head.len() / LF_EVERY;
    if let Some(pairs) = only_pairs(head)
        && pairs > 0
        && (header_stretched || large && pairs >= often)
    {
        return true;
    }
    large && head.windows(REPLACED.len()).filter(|window| *window == REPLACED).count() >= often
}

/// How many CR LF there are; `None` when an LF stands alone.
fn only_pairs(bytes: &[u8]) -> Option<usize> {
    let mut pairs = 0;
    let mut last = 0;
    for &byte in bytes {
        if byte == b'\n' {
            if last != b'\r' {
                return None;
            }
            pairs += 1;
        }
        last = byte;
    }
    Some(pairs)
}
