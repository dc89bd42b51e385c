//! The phone's own page: `/DeviceInformationX`, flat XML, and its twin in HTML, a table of names and values.
//!
//! Neither is read as a tree: elements and rows are looked for by their names, which is all that a page of some thirty
//! fields needs, and nothing in a hostile one can be nested too deep (`classic-phones` 7, `java-phones` 7.2).

use super::{Said, is_load, some_text};
use crate::phone_id::Mac;

/// Where a phone keeps it, in the order in which it is asked for: XML; HTML of Java phones; HTML of the 7940 and 7960.
pub const PATHS: [&str; 3] =
    ["/DeviceInformationX", "/CGI/Java/Serviceability?adapter=device.statistics.device", "/"];

/// Reads the page, whichever of the two it is. `None`: it is neither, or does not say whose it is.
#[must_use]
pub fn read(page: &[u8]) -> Option<Said> {
    let page = String::from_utf8_lossy(page);
    if let Some((_, elements)) = page.split_once("<DeviceInformation") {
        said(|names| names.iter().find_map(|name| element(elements, name)))
    } else {
        let words = words(&page);
        said(|names| names.iter().find_map(|name| value(&words, name)))
    }
}

/// The same fields under all their names: in XML, in the HTML of Java phones, in that of the 7940 and 7960.
fn said(field: impl Fn(&[&str]) -> Option<String>) -> Option<Said> {
    let mac = field(&["MACAddress", "MAC Address"]).and_then(|mac| mac.parse().ok());
    let mac = mac.or_else(|| field(&["HostName", "Host Name"]).and_then(|name| Mac::in_name(&name)))?;
    let model = field(&["modelNumber", "Model Number"]).filter(|model| model.contains("79"))?;
    let release = field(&["versionID", "Version"]);
    let running = field(&["appLoadID", "App Load ID"])?;
    let load = named(&running, release.as_deref().unwrap_or_default());
    Some(Said {
        mac: Some(mac),
        model: Some(model),
        release: release.or_else(|| Some(running.clone()).filter(|_| load.is_none())),
        load,
        text: running,
        boot: field(&["bootLoadID", "Boot Load ID"]),
        hardware: field(&["hardwareRevision", "Hardware Revision"]),
        serial: field(&["serialNumber", "Serial Number"]),
        ..Said::default()
    })
}

fn element(page: &str, name: &str) -> Option<String> {
    let (_, rest) = page.split_once(&format!("<{name}>"))?;
    some_text(rest.split('<').next()?.as_bytes())
}

/// The words between the tags of a page, in order.
fn words(page: &str) -> Vec<&str> {
    let between = page.split('<').filter_map(|piece| piece.split_once('>').map(|(_, words)| words));
    between
        .map(|words| words.trim_matches(|c: char| c.is_whitespace() || c == ':'))
        .filter(|w| !w.is_empty())
        .collect()
}

/// The word behind that one.
fn value(words: &[&str], name: &str) -> Option<String> {
    let at = words.iter().position(|word| word.eq_ignore_ascii_case(name))?;
    let value = words.iter().skip(at + 1).find(|word| **word != "&nbsp;")?;
    some_text(value.as_bytes())
}

/// The load that runs. A 7940 or 7960 names it; a Java phone names the jar of its application, whose build number is often
/// another than its load's (`jar41sip.8-5-4TH1-6` is of SIP41.8-5-4S). Only where the jar carries the release that the
/// page gives beside it, and no build, its load is called the same.
fn named(running: &str, release: &str) -> Option<String> {
    let Some((family, build)) = jar(running) else {
        return is_load(running).then(|| running.to_owned());
    };
    let release = release.trim().replace(['.', '('], "-").replace(')', "");
    let published = build.strip_prefix(&release).filter(|_| !release.is_empty())?.strip_suffix('S')?;
    let sub = published.strip_prefix('-').unwrap_or("0");
    (published.is_empty() || !sub.is_empty() && sub.bytes().all(|b| b.is_ascii_digit()))
        .then(|| format!("{family}.{build}"))
        .filter(|load| is_load(load))
}

/// The two halves of the name of a jar: `jar75sccp.9-4-2SR3-1S` is `SCCP75` and `9-4-2SR3-1S`.
fn jar(name: &str) -> Option<(String, &str)> {
    let (head, build) = name.split_once('.')?;
    let head = head.to_ascii_lowercase();
    let head = head.strip_prefix("jar")?;
    let protocol = head.trim_start_matches(|c: char| c.is_ascii_digit());
    let family = head.strip_suffix(protocol)?;
    Some((format!("{}{family}", protocol.to_ascii_uppercase()), build))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::sayings;
    use proptest::prelude::*;

    /// The values that `classic-phones` 7 gives of a real 7940.
    const CLASSIC: &str = "<?xml version=\"1.0\"?>\r\n<DeviceInformation>\r\n<HostName>SEP0012D940DE03</HostName>\
        <phoneDN>100</phoneDN><MACAddress>0012D940DE03</MACAddress><serialNumber>INM084919JL</serialNumber>\
        <modelNumber>CP-7940G</modelNumber><versionID>8.1(SR.2)</versionID><appLoadID>P0030801SR02</appLoadID>\
        <hardwareRevision></hardwareRevision></DeviceInformation>";

    fn java(jar: &str, version: &str) -> Said {
        let page = format!(
            "<DeviceInformation><HostName>SEP001D45963F27</HostName><appLoadID>{jar}</appLoadID>\
             <bootLoadID>tnp65.8-3-1-21a.bin</bootLoadID><versionID>{version}</versionID>\
             <hardwareRevision>1.2</hardwareRevision><modelNumber>CP-7975G</modelNumber></DeviceInformation>"
        );
        read(page.as_bytes()).unwrap()
    }

    #[test]
    fn a_7940_names_its_load() {
        let said = read(CLASSIC.as_bytes()).unwrap();
        assert_eq!((said.load.as_deref(), said.model.as_deref()), (Some("P0030801SR02"), Some("CP-7940G")));
        assert_eq!((said.serial.as_deref(), said.hardware), (Some("INM084919JL"), None));
        assert_eq!(said.release.as_deref(), Some("8.1(SR.2)"));
        for cut in 0..CLASSIC.len() {
            let _ = read(&CLASSIC.as_bytes()[..cut]);
        }
    }

    #[test]
    fn a_jar_names_a_load_only_where_its_build_is_the_release() {
        for (jar, version, load) in [
            ("jar75sccp.9-4-2SR3-1S", "9.4(2)SR3", Some("SCCP75.9-4-2SR3-1S")),
            ("jar41sip.8-5-2S", "8.5(2)", Some("SIP41.8-5-2S")),
            ("jar41sip.8-5-4TH1-6", "8.5(4)", None),
            ("jar42sccp.9-4-2ES9", "9.4(2)SR1", None),
            ("jar42sccp.9-4-2S", "", None),
            ("jar42sccp.9-4-2S", "9.4(3)", None),
            ("jar.9", "9", None),
        ] {
            let said = java(jar, version);
            assert_eq!((said.load.as_deref(), said.text.as_str()), (load, jar), "{jar} {version}");
        }
        assert_eq!(java("jar41sip.8-5-4TH1-6", "8.5(4)").release.as_deref(), Some("8.5(4)"));
    }

    #[test]
    fn the_twin_in_html_says_the_same() {
        let row = |name: &str, value: &str| {
            format!("<TR><TD><B>{name}</B></TD><td width=20></TD><TD><B>{value}</B></TD></TR>\r\n")
        };
        let page = ["<HTML><HEAD><TITLE>Cisco Systems, Inc.</TITLE></HEAD><BODY><TABLE>".to_owned()]
            .into_iter()
            .chain(
                [
                    (" MAC Address", "001D45963F27"),
                    (" Host Name", "SEP001D45963F27"),
                    (" Phone DN", ""),
                    (" App Load ID", "P00308010200"),
                    (" Boot Load ID", "PC0303010200"),
                    (" Version", "8.1(2.0)"),
                    (" Hardware Revision", "0.0"),
                    (" Serial Number", "INM084919JL"),
                    (" Model Number", "CP-7960G"),
                ]
                .map(|(name, value)| row(name, value)),
            )
            .collect::<String>();
        let said = read(page.as_bytes()).unwrap();
        assert_eq!(said.mac, Some("00:1d:45:96:3f:27".parse().unwrap()));
        assert_eq!((said.load.as_deref(), said.model.as_deref()), (Some("P00308010200"), Some("CP-7960G")));
        assert_eq!((said.boot.as_deref(), said.hardware.as_deref()), (Some("PC0303010200"), Some("0.0")));
    }

    #[test]
    fn other_pages_say_nothing() {
        for page in [
            "",
            "<html>Cisco</html>",
            "<DeviceInformation><MACAddress>zz</MACAddress>",
            "<DeviceInformation><MACAddress>0012D940DE03</MACAddress></DeviceInformation>",
            "<table><tr><td>MAC Address</td><td>001D45963F27</td></tr></table>",
        ] {
            assert_eq!(read(page.as_bytes()), None, "{page}");
        }
    }

    #[test]
    fn what_the_virtual_phones_show_reads() {
        let mac: Mac = "00:1b:0c:18:bd:c1".parse().unwrap();
        let said = read(&sayings::page(mac, "CP-7960G", "P00308000900")).unwrap();
        assert_eq!((said.mac, said.load.as_deref()), (Some(mac), Some("P00308000900")));
    }

    proptest! {
        #[test]
        fn any_page_is_read_without_a_fall(page in "(<|>|DeviceInformation|MACAddress|appLoadID|jar|[0-9a-f.(-]|.){0,80}") {
            let _ = read(page.as_bytes());
        }
    }
}
