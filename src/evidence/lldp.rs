//! The neighbour announcement of IEEE 802.1AB (LLDP), with the inventory of LLDP-MED (ANSI/TIA-1057 10.2.6).
//!
//! Late loads send it beside CDP (`java-phones` 1.3); which of its fields a 79xx fills in is not settled, so each is used
//! where it is there.

use super::{Said, is_load, model, some_text, text};
use crate::phone_id::Mac;

/// Where the announcement goes: no bridge forwards it.
pub const GROUP: [u8; 6] = [0x01, 0x80, 0xc2, 0x00, 0x00, 0x0e];
/// The type of its frames.
pub const ETHERTYPE: u16 = 0x88cc;

const END: u16 = 0;
const CHASSIS: u16 = 1;
const PORT: u16 = 2;
const SYSTEM_NAME: u16 = 5;
const SYSTEM_DESCRIPTION: u16 = 6;
const ORGANISATION: u16 = 127;
/// The telephone people's own fields.
const MED: [u8; 3] = [0x00, 0x12, 0xbb];
/// Fields that are looked at; a phone sends some 20.
const FIELDS: usize = 64;

/// What the fields say, before it is weighed.
#[derive(Default)]
struct Fields {
    chassis: Option<Mac>,
    port: Option<Mac>,
    name: Option<Mac>,
    description: String,
    model: Option<String>,
    software: Option<String>,
    firmware: Option<String>,
    hardware: Option<String>,
    serial: Option<String>,
}

/// Reads a frame from its first field on. `None`: it is no announcement, or not a telephone's.
#[must_use]
pub fn read(frame: &[u8]) -> Option<Said> {
    let mut fields = Fields::default();
    let mut rest = frame;
    for _ in 0..FIELDS {
        let Some((head, after)) = rest.split_first_chunk::<2>() else { break };
        let head = u16::from_be_bytes(*head);
        let (kind, length) = (head >> 9, usize::from(head & 0x1ff));
        let value = after.get(..length)?;
        if kind == END {
            break;
        }
        fields.take(kind, value);
        rest = after.get(length..)?;
    }
    fields.said()
}

impl Fields {
    fn take(&mut self, kind: u16, value: &[u8]) {
        match (kind, value) {
            (CHASSIS, [4, mac @ ..]) => self.chassis = mac.try_into().ok().map(Mac),
            (PORT, [3, mac @ ..]) => self.port = mac.try_into().ok().map(Mac),
            // `001D45963F27:P1`
            (PORT, [7, local @ ..]) => self.port = text(local).get(..12).and_then(|mac| mac.parse().ok()),
            (SYSTEM_NAME, name) => self.name = Mac::in_name(&text(name)),
            (SYSTEM_DESCRIPTION, words) => self.description = text(words),
            (ORGANISATION, [a, b, c, field, value @ ..]) if [*a, *b, *c] == MED => {
                let place = match field {
                    5 => &mut self.hardware,
                    6 => &mut self.firmware,
                    7 => &mut self.software,
                    8 => &mut self.serial,
                    10 => &mut self.model,
                    _ => return,
                };
                *place = some_text(value);
            }
            _ => {}
        }
    }

    fn said(self) -> Option<Said> {
        // Everything on a wire may announce itself; a telephone is called after its address or says what it is.
        let described = self.description.contains("IP Phone");
        let named = self.model.as_deref().is_some_and(|model| model.starts_with("CP-"));
        let mac =
            self.name.or(self.chassis).or(self.port).filter(|_| described || named || self.name.is_some())?;
        // `Cisco IP Phone 7962G,V5, SCCP42.9-4-2S`
        let mut words = self.description.split(',').map(str::trim);
        let of_words = || words.next().filter(|_| described).and_then(model);
        let model = self.model.or_else(of_words);
        let inventory = [self.software.clone(), self.firmware.clone()].into_iter().flatten();
        let mut names = inventory.chain(self.description.split([',', ' ']).map(str::to_owned));
        let load = names.find(|name| is_load(name));
        let boot = self.firmware.filter(|boot| load.as_ref() != Some(boot));
        let release = self.software.filter(|release| load.as_ref() != Some(release));
        let (hardware, serial) = (self.hardware, self.serial);
        Some(Said { mac: Some(mac), model, load, release, boot, hardware, serial, ..Said::default() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::sayings;
    use proptest::prelude::*;

    fn field(kind: u16, value: &[u8]) -> Vec<u8> {
        let head = kind << 9 | u16::try_from(value.len()).unwrap();
        [&head.to_be_bytes(), value].concat()
    }

    fn med(kind: u8, value: &str) -> Vec<u8> {
        field(127, &[&[0, 0x12, 0xbb, kind], value.as_bytes()].concat())
    }

    /// Put together by hand, by the layouts of the two standards.
    fn of_a_7962() -> Vec<u8> {
        [
            field(1, &[5, 1, 192, 168, 1, 20]),
            field(2, b"\x07001D45963F27:P1"),
            field(3, &[0, 180]),
            field(5, b"SEP001D45963F27.example.net"),
            field(6, b"Cisco IP Phone 7962G,V5, SCCP42.9-4-2S"),
            med(5, "5"),
            med(6, "tnp62.8-3-1-21a.bin"),
            med(7, "SCCP42.9-4-2S"),
            med(8, "FCH1234A5BC"),
            med(9, "Cisco Systems, Inc."),
            med(10, "CP-7962G"),
            field(0, &[]),
        ]
        .concat()
    }

    #[test]
    fn a_phone_says_its_load_and_its_board() {
        let frame = of_a_7962();
        let said = read(&frame).unwrap();
        assert_eq!(said.mac, Some("00:1d:45:96:3f:27".parse().unwrap()));
        assert_eq!((said.model.as_deref(), said.load.as_deref()), (Some("CP-7962G"), Some("SCCP42.9-4-2S")));
        assert_eq!((said.hardware.as_deref(), said.serial.as_deref()), (Some("5"), Some("FCH1234A5BC")));
        assert_eq!((said.boot.as_deref(), said.release.as_deref()), (Some("tnp62.8-3-1-21a.bin"), None));
        // The padding of a short frame is not looked at.
        let padded = [&frame[..], &[0xff; 20]].concat();
        assert_eq!(read(&padded), Some(said));
        for cut in 0..frame.len() {
            let _ = read(&frame[..cut]);
        }
    }

    #[test]
    fn few_fields_are_enough_and_strangers_are_none() {
        let few = [
            field(1, &[4, 0, 0x1d, 0x45, 0x96, 0x3f, 0x27]),
            field(6, b"Cisco IP Phone 7945G,V1, SIP45.9-4-2S"),
        ];
        let said = read(&few.concat()).unwrap();
        assert_eq!((said.model.as_deref(), said.load.as_deref()), (Some("7945G"), Some("SIP45.9-4-2S")));
        let late = [field(5, b"SEP001D45963F27"), med(6, "SCCP42.9-4-2SR1-1S")].concat();
        let said = read(&late).unwrap();
        assert_eq!((said.load.as_deref(), said.boot, said.model), (Some("SCCP42.9-4-2SR1-1S"), None, None));
        let wiped = [field(5, b"SEP001D45963F27"), med(7, "TERM70_LOAD")].concat();
        assert_eq!(read(&wiped).unwrap().load.as_deref(), Some("TERM70_LOAD"));
        let switch =
            [field(1, &[4, 0, 1, 2, 3, 4, 5]), field(5, b"switch-17"), field(6, b"a switch, 9-4-2S")];
        assert_eq!(read(&switch.concat()), None);
        assert_eq!(read(&[]), None);
    }

    #[test]
    fn what_the_virtual_phones_send_reads() {
        let mac: Mac = "00:1b:0c:18:bd:c1".parse().unwrap();
        let said = read(&sayings::lldp(mac, "CP-7941G", "SIP41.8-5-2S")).unwrap();
        assert_eq!((said.mac, said.load.as_deref()), (Some(mac), Some("SIP41.8-5-2S")));
    }

    proptest! {
        #[test]
        fn any_frame_is_read_without_a_fall(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&bytes);
        }
    }
}
