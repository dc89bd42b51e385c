//! The neighbour announcement (CDP): device id, platform and, as "version", the load that runs.

use super::{Said, model, some_text, text};
use crate::phone_id::Mac;

/// Where the announcement goes: every switch swallows it, a direct cable and a plain switch don't.
pub const GROUP: [u8; 6] = [0x01, 0x00, 0x0c, 0xcc, 0xcc, 0xcc];
/// LLC and SNAP in front of it.
const SNAP: [u8; 8] = [0xaa, 0xaa, 0x03, 0x00, 0x00, 0x0c, 0x20, 0x00];
const DEVICE_ID: u16 = 1;
const VERSION: u16 = 5;
const PLATFORM: u16 = 6;

/// Reads a frame from its LLC header on. `None`: it is no announcement, or not a telephone's.
#[must_use]
pub fn read(frame: &[u8]) -> Option<Said> {
    let body = frame.strip_prefix(&SNAP)?;
    // Version, time to live, checksum.
    let mut rest = body.get(4..)?;
    let mut said = Said::default();
    while let Some((head, after)) = rest.split_first_chunk::<4>() {
        let [k1, k2, l1, l2] = *head;
        let length = usize::from(u16::from_be_bytes([l1, l2])).checked_sub(4)?;
        let value = after.get(..length)?;
        match u16::from_be_bytes([k1, k2]) {
            DEVICE_ID => said.mac = Mac::in_name(&text(value)),
            VERSION => said.load = some_text(value),
            PLATFORM => said.model = model(&text(value)),
            _ => {}
        }
        rest = after.get(length..)?;
    }
    said.mac.is_some().then_some(said)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::sayings;

    #[test]
    fn a_phone_says_its_load() {
        // Put together by hand, by the layout in java-phones 7.1.
        let mut frame = vec![0xaa, 0xaa, 3, 0, 0, 0x0c, 0x20, 0, 2, 180, 0x12, 0x34];
        frame.extend(b"\0\x01\0\x13SEP001D45963F27");
        frame.extend(b"\0\x03\0\x0aPort 1");
        frame.extend(b"\0\x05\0\x11SCCP42.8-4-2S");
        frame.extend(b"\0\x06\0\x17Cisco IP Phone 7962");
        let said = read(&frame).unwrap();
        assert_eq!(said.mac, Some("00:1d:45:96:3f:27".parse().unwrap()));
        assert_eq!(said.load.as_deref(), Some("SCCP42.8-4-2S"));
        assert_eq!(said.model.as_deref(), Some("7962"));
        for cut in 0..frame.len() {
            let _ = read(&frame[..cut]);
        }
        let mut short = frame.clone();
        short[15] = 2;
        assert_eq!(read(&short), None, "a length below its own head");
    }

    #[test]
    fn a_wiped_phone_says_its_boot_code_and_a_switch_says_nothing_to_us() {
        let mac: Mac = "00:1b:0c:18:bd:c1".parse().unwrap();
        let said = read(&sayings::announcement(mac, "Cisco IP Phone 7970", "TERM70_LOAD")).unwrap();
        assert_eq!((said.mac, said.load.as_deref()), (Some(mac), Some("TERM70_LOAD")));
        let mut switch = SNAP.to_vec();
        switch.extend([2, 180, 0, 0]);
        switch.extend(b"\0\x01\0\x0dSwitch-17");
        assert_eq!(read(&switch), None);
    }
}
