//! The phone's own page, `/DeviceInformationX`: a handful of flat XML elements, read without a tree.

use super::{Said, text};
use crate::phone_id::Mac;

/// Reads the page. `None`: it is not one, or does not say whose it is.
#[must_use]
pub fn read(page: &[u8]) -> Option<Said> {
    let page = std::str::from_utf8(page).ok()?;
    let (_, page) = page.split_once("<DeviceInformation")?;
    let field = |name: &str| {
        let (_, rest) = page.split_once(&format!("<{name}>"))?;
        let value = text(rest.split('<').next()?.as_bytes());
        (!value.is_empty()).then_some(value)
    };
    let mac = field("MACAddress").and_then(|mac| mac.parse().ok());
    let mac = mac.or_else(|| field("HostName").and_then(|name| Mac::in_name(&name)))?;
    let mut words = Vec::new();
    for (label, name) in
        [("serial number", "serialNumber"), ("hardware", "hardwareRevision"), ("boot load", "bootLoadID")]
    {
        words.extend(field(name).map(|value| format!("{label} {value}")));
    }
    // The application of a Java phone is named by its jar (`jar75sccp.9-4-2SR3-1S`), not by its load.
    let load = field("appLoadID").map(|name| loaded(&name));
    Some(Said {
        mac: Some(mac),
        model: field("modelNumber"),
        load,
        release: field("versionID"),
        text: words.join(", "),
        ..Said::default()
    })
}

/// `jar75sccp.9-4-2SR3-1S` is `SCCP75.9-4-2SR3-1S`.
fn loaded(name: &str) -> String {
    let folded = name.to_ascii_lowercase();
    let jar = || {
        let (head, release) = folded.strip_prefix("jar")?.split_once('.')?;
        let protocol = head.trim_start_matches(|c: char| c.is_ascii_digit());
        let family = head.strip_suffix(protocol)?;
        let at = name.len().checked_sub(release.len())?;
        Some(format!("{}{family}.{}", protocol.to_ascii_uppercase(), name.get(at..)?))
    };
    jar().unwrap_or_else(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn real_values_of_a_7940_and_a_7975() {
        let classic = b"<?xml version=\"1.0\"?>\r\n<DeviceInformation>\r\n<HostName>SEP0012D940DE03</HostName>\
            <phoneDN>100</phoneDN><MACAddress>0012D940DE03</MACAddress><serialNumber>INM084919JL</serialNumber>\
            <modelNumber>CP-7940G</modelNumber><versionID>8.1(SR.2)</versionID><appLoadID>P0030801SR02</appLoadID></DeviceInformation>";
        let said = read(classic).unwrap();
        assert_eq!((said.load.as_deref(), said.model.as_deref()), (Some("P0030801SR02"), Some("CP-7940G")));
        assert_eq!(
            (said.text.as_str(), said.release.as_deref()),
            ("serial number INM084919JL", Some("8.1(SR.2)"))
        );
        let java = b"<DeviceInformation><HostName>SEP001D45963F27</HostName><appLoadID>jar75sccp.9-4-2SR3-1S</appLoadID></DeviceInformation>";
        assert_eq!(read(java).unwrap().load.as_deref(), Some("SCCP75.9-4-2SR3-1S"));
        for cut in 0..classic.len() {
            let _ = read(&classic[..cut]);
        }
        assert_eq!(read(b"<html>Cisco</html>"), None);
        assert_eq!(read(b"<DeviceInformation><MACAddress>zz</MACAddress>"), None);
        assert_eq!(loaded("jar.9"), ".9");
    }
}
