//! What phones say of themselves, as bytes: written by the layouts in `classic-phones` 7 and `java-phones` 7, not by the
//! readers that are tested with them.

use super::web_client;
use crate::phone_id::Mac;
use std::net::SocketAddrV4;

/// A frame from its LLC header on, as a phone sends it.
#[must_use]
pub fn announcement(mac: Mac, platform: &str, load: &str) -> Vec<u8> {
    let mut frame = vec![0xaa, 0xaa, 0x03, 0x00, 0x00, 0x0c, 0x20, 0x00];
    frame.extend([2, 180, 0, 0]);
    let name = format!("SEP{}", mac.bare());
    for (kind, value) in [(1_u16, name.as_str()), (3, "Port 1"), (5, load), (6, platform)] {
        let length = u16::try_from(value.len() + 4).unwrap_or(u16::MAX);
        frame.extend(kind.to_be_bytes());
        frame.extend(length.to_be_bytes());
        frame.extend(value.as_bytes());
    }
    frame
}

/// A registration as a phone of the 8.5(3) years sends it; without a load, the short form of older ones.
#[must_use]
pub fn sccp_registration(mac: Mac, device_type: u32, load: Option<&str>) -> Vec<u8> {
    let mut payload = vec![0; if load.is_some() { 124 } else { 44 }];
    let mut put = |at: usize, bytes: &[u8]| {
        for (place, byte) in payload.iter_mut().skip(at).zip(bytes) {
            *place = *byte;
        }
    };
    put(0, format!("SEP{}", mac.bare()).as_bytes());
    put(28, &device_type.to_le_bytes());
    put(40, &[if load.is_some() { 17 } else { 11 }]);
    put(52, if load.is_some() { &mac.0 } else { &[] });
    put(92, load.unwrap_or_default().as_bytes());
    let length = u32::try_from(payload.len() + 4).unwrap_or(u32::MAX);
    [length, 0, 1].into_iter().flat_map(u32::to_le_bytes).chain(payload).collect()
}

/// A REGISTER as a phone sends it; with a load where the phone's years say it.
#[must_use]
pub fn sip_registration(
    mac: Mac,
    device_type: u32,
    agent: &str,
    load: Option<&str>,
    from: SocketAddrV4,
) -> Vec<u8> {
    let bare = mac.bare();
    let low = bare.to_ascii_lowercase();
    let reason = load.map_or_else(String::new, |load| {
        format!(
            "Reason: SIP;cause=200;text=\"cisco-alarm:23 Name=SEP{bare} Load={load} Last=reset-restart\"\r\n"
        )
    });
    format!(
        "REGISTER sip:rescue79 SIP/2.0\r\nVia: SIP/2.0/UDP {from};branch=z9hG4bK{low}\r\nFrom: <sip:{bare}@rescue79>;tag={low}\r\n\
         To: <sip:{bare}@rescue79>\r\nCall-ID: {low}-1@{}\r\nMax-Forwards: 70\r\nCSeq: 101 REGISTER\r\nUser-Agent: {agent}\r\n\
         Contact: <sip:{bare}@{from}>;+sip.instance=\"<urn:uuid:00000000-0000-0000-0000-{low}>\";\
         +u.sip!model.ccm.cisco.com=\"{device_type}\"\r\n{reason}Content-Length: 0\r\nExpires: 3600\r\n\r\n",
        from.ip()
    )
    .into_bytes()
}

/// An LLDP frame from its first field on, as a late load sends it: name, description, inventory.
#[must_use]
pub fn lldp(mac: Mac, model: &str, load: &str) -> Vec<u8> {
    let name = format!("SEP{}", mac.bare());
    let description = format!("Cisco IP Phone {}, V1, {load}", model.trim_start_matches("CP-"));
    let chassis = [&[4], &mac.0[..]].concat();
    let port = format!("\u{7}{}:P1", mac.bare());
    let med = |kind: u8, value: &str| [&[0x00, 0x12, 0xbb, kind], value.as_bytes()].concat();
    let fields = [
        (1, chassis),
        (2, port.into_bytes()),
        (3, vec![0, 180]),
        (5, name.into_bytes()),
        (6, description.into_bytes()),
        (127, med(7, load)),
        (127, med(10, model)),
        (0, Vec::new()),
    ];
    let mut frame = Vec::new();
    for (kind, value) in fields {
        let length = u16::try_from(value.len()).unwrap_or(0x1ff);
        frame.extend((kind << 9 | length).to_be_bytes());
        frame.extend(value);
    }
    frame
}

/// The phone's own page. `running` is what it names its application: a load, or the jar of one.
#[must_use]
pub fn page(mac: Mac, model: &str, running: &str) -> Vec<u8> {
    let version = running.split_once('.').map_or_else(String::new, |(_, build)| web_client::version(build));
    format!(
        "<?xml version=\"1.0\" encoding=\"iso-8859-1\"?>\r\n<DeviceInformation>\r\n  <MACAddress>{mac}</MACAddress>\r\n  \
         <HostName>SEP{mac}</HostName>\r\n  <phoneDN></phoneDN>\r\n  <appLoadID>{running}</appLoadID>\r\n  \
         <bootLoadID>boot</bootLoadID>\r\n  <versionID>{version}</versionID>\r\n  <hardwareRevision>1.0</hardwareRevision>\r\n  \
         <serialNumber>FCH{tail}</serialNumber>\r\n  <modelNumber>{model}</modelNumber>\r\n</DeviceInformation>\r\n",
        mac = mac.bare(),
        tail = mac.tail(),
    )
    .into_bytes()
}
