//! SCCP on TCP 2000: what a phone says when it registers, alarms, or asks for a token; and how it is sent away politely.

use super::{Said, alarm, text};
use crate::limits;
use crate::phone_id::Mac;

const KEEP_ALIVE: u32 = 0x0000;
const REGISTER: u32 = 0x0001;
const ALARM: u32 = 0x0020;
const TOKEN: u32 = 0x0029;
const XML_ALARM: u32 = 0x015a;
const KEEP_ALIVE_ACK: u32 = 0x0100;
const REGISTER_REJECT: u32 = 0x009d;
const TOKEN_REJECT: u32 = 0x011b;
/// Length and version in front of the message number.
const HEAD: usize = 8;

/// A message of a phone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// It says who it is.
    Said(Said),
    /// It asks whether we are there.
    KeepAlive,
    /// It wants to register first, or anew; it says only its name.
    Token(Said),
    /// Something else.
    Other,
}

/// A stream that is not SCCP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is not what a telephone says on this port")]
pub struct NotSccp;

/// The first message of a stream and how many bytes it took. `Ok(None)`: more must come.
///
/// # Errors
/// [`NotSccp`]: its length is none that a phone sends.
pub fn next(stream: &[u8]) -> Result<Option<(Message, usize)>, NotSccp> {
    let Some(length) = number(stream, 0) else { return Ok(None) };
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    if !(4..=limits::SCCP_MESSAGE).contains(&length) {
        return Err(NotSccp);
    }
    let total = HEAD + length;
    let Some(frame) = stream.get(..total) else { return Ok(None) };
    let (Some(kind), Some(payload)) = (number(frame, HEAD), frame.get(HEAD + 4..)) else {
        return Err(NotSccp);
    };
    let message = match kind {
        KEEP_ALIVE => Message::KeepAlive,
        REGISTER => Message::Said(register(payload)),
        TOKEN => Message::Token(named(payload)),
        ALARM => {
            let mut said = Said::default();
            alarm(&mut said, payload.get(4..84).or_else(|| payload.get(4..)).unwrap_or_default());
            Message::Said(said)
        }
        XML_ALARM => {
            let mut said = Said::default();
            let words = text(payload);
            said.mac = words.find("SEP").and_then(|at| Mac::in_name(words.get(at..)?));
            said.text = words;
            Message::Said(said)
        }
        _ => Message::Other,
    };
    Ok(Some((message, total)))
}

fn named(payload: &[u8]) -> Said {
    let name = text(payload.get(..16).unwrap_or(payload));
    Said { mac: Mac::in_name(&name), ..Said::default() }
}

/// Old phones end before the load, some (7936) before the protocol (`java-phones` 7.4, `classic-phones` 7).
fn register(payload: &[u8]) -> Said {
    let load = payload.get(92..124).or_else(|| payload.get(92..)).map(text).unwrap_or_default();
    Said {
        device_type: number(payload, 28),
        load: Some(load).filter(|load| !load.is_empty()),
        ..named(payload)
    }
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    let four = bytes.get(at..at + 4)?;
    four.first_chunk::<4>().map(|four| u32::from_le_bytes(*four))
}

/// What we answer: life for a sign of life, and a friendly no to the rest. `None`: nothing.
#[must_use]
pub fn answer(message: &Message) -> Option<Vec<u8>> {
    let mut words = [0; 33];
    for (place, byte) in words.iter_mut().zip(b"rescue79 only listens") {
        *place = *byte;
    }
    match message {
        Message::KeepAlive => Some(frame(KEEP_ALIVE_ACK, &[])),
        Message::Said(said) if said.device_type.is_some() => Some(frame(REGISTER_REJECT, &words)),
        // Seconds until it may ask again.
        Message::Token(_) => Some(frame(TOKEN_REJECT, &30_u32.to_le_bytes())),
        Message::Said(_) | Message::Other => None,
    }
}

/// A message with its head.
#[must_use]
pub fn frame(kind: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len() + 4).unwrap_or(u32::MAX);
    let mut frame = length.to_le_bytes().to_vec();
    frame.extend([0; 4]);
    frame.extend(kind.to_le_bytes());
    frame.extend(payload);
    frame
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::sayings;

    /// By the table in java-phones 7.4, field by field.
    fn of_8_5_3() -> Vec<u8> {
        let mut payload = vec![0; 124];
        payload[..15].copy_from_slice(b"SEP001F9E266369");
        payload[24..28].copy_from_slice(&[192, 168, 79, 20]);
        payload[28] = 0x73;
        payload[32] = 5;
        payload[40] = 0x11;
        payload[41..44].copy_from_slice(&[0, 0x72, 0x85]);
        payload[52..58].copy_from_slice(&[0, 0x1f, 0x9e, 0x26, 0x63, 0x69]);
        payload[92..106].copy_from_slice(b"SCCP41.8-5-3S\0");
        let mut frame = vec![128, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0];
        frame.extend(payload);
        frame
    }

    #[test]
    fn a_registration_names_the_load() {
        let frame = of_8_5_3();
        let Ok(Some((Message::Said(said), taken))) = next(&frame) else { panic!() };
        assert_eq!(taken, frame.len());
        assert_eq!(said.mac, Some("00:1f:9e:26:63:69".parse().unwrap()));
        assert_eq!((said.device_type, said.load.as_deref()), (Some(115), Some("SCCP41.8-5-3S")));
        for cut in 0..frame.len() {
            assert_eq!(next(&frame[..cut]), Ok(None), "{cut}");
        }
        assert_eq!(
            sayings::sccp_registration("001f9e266369".parse().unwrap(), 115, Some("SCCP41.8-5-3S"))[8..36],
            frame[8..36]
        );
    }

    #[test]
    fn a_short_registration_names_the_model_alone() {
        let mut frame = vec![36, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0];
        frame.extend(b"SEP0012D940DE03\0");
        frame.extend([0; 12]);
        frame.extend(7_u32.to_le_bytes());
        let Ok(Some((Message::Said(said), _))) = next(&frame) else { panic!() };
        assert_eq!((said.device_type, said.load), (Some(7), None));
    }

    #[test]
    fn an_alarm_names_the_release() {
        let mut payload = vec![2, 0, 0, 0];
        let words = b"25: Name=SEP001F9E266369 Load= 9.4(2SR3.1S) Last=Initialized";
        payload.extend(words);
        payload.resize(92, 0);
        let Ok(Some((Message::Said(said), _))) = next(&frame(ALARM, &payload)) else { panic!() };
        assert_eq!(said.mac, Some("00:1f:9e:26:63:69".parse().unwrap()));
        assert_eq!((said.load, said.release.as_deref()), (None, Some("9.4(2SR3.1S)")));
    }

    #[test]
    fn garbage_is_none_and_answers_are_well_formed() {
        assert_eq!(next(b"GET / HTTP/1.0\r\n\r\n"), Err(NotSccp));
        assert_eq!(next(&[0; 12]), Err(NotSccp));
        assert_eq!(next(&[0xff; 64]), Err(NotSccp));
        assert_eq!(next(&frame(0x7777, &[1, 2])), Ok(Some((Message::Other, 14))));
        let (register, _) = next(&of_8_5_3()).unwrap().unwrap();
        let reject = answer(&register).unwrap();
        assert_eq!((reject[0], reject[8], reject.len()), (37, 0x9d, 45));
        assert_eq!(answer(&Message::KeepAlive).unwrap(), [4, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0]);
        assert_eq!(answer(&Message::Other), None);
    }
}
