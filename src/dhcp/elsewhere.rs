//! Another DHCP server: the lines that it needs so that phones find this computer, and what is wrong with what it says.

use super::probe::{Answer, Fault};
use crate::catalogue::Catalogue;
use crate::event::Kind;
use std::net::Ipv4Addr;

/// What is wrong with what another server says of files, as a symptom of the bench, with the one thing to write there.
#[must_use]
pub fn symptom(answer: &Answer, own: Ipv4Addr) -> Option<Kind> {
    let (code, value) = match answer.fault.as_ref()? {
        Fault::Text(text) => ("option-150-text", text.clone()),
        Fault::Length(bytes) => ("option-150-length", bytes.to_string()),
        Fault::Nothing => ("names-no-server", String::new()),
    };
    let values = [("server", answer.server.to_string()), ("own", own.to_string()), ("value", value)];
    Catalogue::builtin().symptom(code).map(|symptom| symptom.raise(&values, Vec::new()))
}

/// A letter of an address that was written as text: `192.168.1.1`, `0xC0A80101`.
pub(super) const fn is_of_address(letter: u8) -> bool {
    letter.is_ascii_hexdigit() || matches!(letter, b'.' | b'x' | b'X')
}

/// The letters that a phone has read as an address, where a server sends option 150 as text: 48.120.48.49 is `0x01`,
/// 49.57.50.46 is `192.` (`peers` 6).
#[must_use]
pub fn letters(asked: Ipv4Addr) -> Option<String> {
    let octets = asked.octets();
    let hex = matches!(octets, [b'0', b'x' | b'X', a, b] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit());
    // The first four letters of an address in decimals hold one dot or two, and never at the front.
    let digits = octets.iter().all(|c| c.is_ascii_digit() || *c == b'.')
        && octets.contains(&b'.')
        && !matches!(octets, [b'.', ..] | [_, b'.', b'.', _] | [_, _, b'.', b'.']);
    (hex || digits).then(|| String::from_utf8_lossy(&octets).into_owned())
}

/// What to write into one kind of server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lines {
    /// The server, as people call it.
    pub server: &'static str,
    /// The lines, to be copied as they stand.
    pub lines: Vec<String>,
}

/// Option 150 (and 66, which some loads believe more) for the servers that people have.
///
/// Sources: Cisco IOS "ip dhcp pool", `option 150 ip` and `option 66 ascii`; dnsmasq(8) `--dhcp-option`; dhcpd.conf(5)
/// "option definitions"; Kea's manual, "standard options" (66 is `tftp-server-name`) and "custom `DHCPv4` options"; Windows
/// `Set-DhcpServerv4OptionValue`, which knows 66, and `Add-DhcpServerv4OptionDefinition`, which must make 150 an IP address,
/// for a text makes phones ignore the whole offer.
#[must_use]
pub fn lines(server: Ipv4Addr) -> Vec<Lines> {
    let entry = |name, lines: Vec<String>| Lines { server: name, lines };
    vec![
        entry(
            "Cisco IOS, in \"ip dhcp pool\"",
            vec![format!("option 150 ip {server}"), format!("option 66 ascii {server}")],
        ),
        entry(
            "dnsmasq",
            vec![format!("dhcp-option-force=150,{server}"), format!("dhcp-option-force=66,{server}")],
        ),
        entry(
            "ISC dhcpd",
            vec![
                "option tftp150 code 150 = array of ip-address;".to_owned(),
                format!("option tftp150 {server};"),
                format!("option tftp-server-name \"{server}\";"),
            ],
        ),
        entry(
            "Kea, in \"Dhcp4\"",
            vec![
                r#""option-def": [{"name": "tftp150", "code": 150, "space": "dhcp4", "type": "ipv4-address", "array": true}],"#
                    .to_owned(),
                format!(
                    r#""option-data": [{{"name": "tftp150", "data": "{server}", "always-send": true}},"#
                ),
                format!(r#"  {{"name": "tftp-server-name", "data": "{server}", "always-send": true}}]"#),
            ],
        ),
        entry(
            "Windows, in PowerShell",
            vec![
                "Add-DhcpServerv4OptionDefinition -Name TFTP150 -OptionId 150 -Type IPv4Address -MultiValued".to_owned(),
                format!("Set-DhcpServerv4OptionValue -OptionId 150 -Value {server}"),
                format!("Set-DhcpServerv4OptionValue -OptionId 66 -Value {server}"),
            ],
        ),
    ]
}

/// The lines as a text for a person.
#[must_use]
pub fn text(server: Ipv4Addr) -> String {
    let head = format!(
        "Another DHCP server gives the addresses. It must send phones to {server}; write this into it:"
    );
    let entries = lines(server).into_iter().flat_map(|entry| {
        let lines = entry.lines.into_iter().map(|line| format!("    {line}"));
        [String::new(), format!("  {}", entry.server)].into_iter().chain(lines)
    });
    let mut all = vec![head];
    all.extend(entries);
    all.push(String::new());
    all.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_server_is_told_this_computers_address_as_an_address() {
        let all = lines(Ipv4Addr::new(192, 168, 1, 1));
        assert_eq!(all.len(), 5);
        for entry in &all {
            let text = entry.lines.join("\n");
            assert!(text.contains("192.168.1.1") && text.contains("150"), "{text}");
        }
        assert_eq!(all[0].lines, ["option 150 ip 192.168.1.1", "option 66 ascii 192.168.1.1"]);
        assert_eq!(all[1].lines[0], "dhcp-option-force=150,192.168.1.1");
        let kea = format!("{{{}}}", all[3].lines.join("\n"));
        let kea: serde_json::Value = serde_json::from_str(&kea).unwrap();
        assert_eq!(kea["option-data"][0]["data"], "192.168.1.1");
        assert_eq!(kea["option-data"][1]["data"], "192.168.1.1");
    }

    #[test]
    fn every_server_is_told_option_66_too() {
        for entry in lines(Ipv4Addr::new(192, 168, 1, 1)) {
            let says = |line: &String| {
                (line.contains("66") || line.contains("tftp-server-name")) && line.contains("192.168.1.1")
            };
            assert!(entry.lines.iter().any(says), "{entry:?}");
        }
    }
}
