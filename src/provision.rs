//! The files that tell a phone what to run, made for each phone and each hop.
//!
//! Rules of the loaders (`classic-phones` 4.1, 4.2): no comments, no blanks around a load name, no extension behind it,
//! never without a load name, and small: a classic loader takes 8 192 bytes.

mod account;
mod named;

pub use account::{Account, BadAccount, Secret};
pub use named::named_load;

use crate::limits;
use crate::load::Protocol;
use quick_xml::Writer;
use quick_xml::events::BytesText;
use std::fmt::Write as _;
use std::io;
use std::net::Ipv4Addr;

type Xml = Writer<Vec<u8>>;

/// What a `SEP<MAC>.cnf.xml` says.
#[derive(Clone, Copy, Debug)]
pub struct Sep<'a> {
    /// The load to run.
    pub load: &'a str,
    /// The protocol of that load.
    pub protocol: Protocol,
    /// The call server to turn to: the laptop, or the exchange of an account.
    pub server: &'a str,
    /// Changes whenever the content does; a phone applies a file whose stamp is new.
    pub stamp: &'a str,
    /// A Java phone takes the whole SIP profile; a classic loader needs only the load.
    pub java: bool,
    /// The line of a SIP phone.
    pub line: Option<Line<'a>>,
}

/// The line with which a SIP phone registers.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    /// Where.
    pub proxy: &'a str,
    /// At which port.
    pub port: u16,
    /// Who it is.
    pub user: &'a str,
    /// What others see.
    pub display: &'a str,
    /// Its name for the password.
    pub login: &'a str,
    /// The password; a line without one only comes to say what the phone runs.
    pub password: Option<&'a Secret>,
}

impl<'a> Line<'a> {
    /// A line on which a phone registers with the laptop, so that it comes to say what it runs.
    #[must_use]
    pub const fn to_be_seen(server: &'a str, name: &'a str) -> Self {
        Self { proxy: server, port: 5060, user: name, display: name, login: name, password: None }
    }
}

impl Account {
    /// Its line.
    #[must_use]
    pub fn line(&self) -> Line<'_> {
        Line {
            proxy: &self.proxy,
            port: self.port,
            user: &self.user,
            display: &self.display,
            login: &self.login,
            password: Some(&self.password),
        }
    }
}

/// One line of `XMLDefault.cnf.xml`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DefaultLoad {
    /// Device type number: 7 for a 7960.
    pub device_type: u32,
    /// Model as people call it.
    pub model: String,
    /// The load to run.
    pub load: String,
}

/// A file could not be made.
#[derive(Debug, thiserror::Error)]
pub enum Unmade {
    /// The load name would not survive a phone's own reader.
    #[error("`{0}` is no load name for a configuration file")]
    BadLoad(String),
    /// The file is larger than a classic loader takes.
    #[error("the file would have {0} bytes, a classic phone takes 8192")]
    TooLarge(usize),
    /// Writing to memory failed.
    #[error("the file could not be written: {0}")]
    Write(#[from] io::Error),
}

/// A load name as a configuration file may carry it: no extension, no blanks, at most 31 of the characters that the
/// classic loader's own reader accepts (`classic-phones` 4.1).
///
/// # Errors
/// [`Unmade::BadLoad`] when nothing acceptable is left.
pub fn load_name(load: &str) -> Result<&str, Unmade> {
    let name = load.trim();
    let name = [".loads", ".sbn", ".sb2", ".bin"].iter().find_map(|e| name.strip_suffix(e)).unwrap_or(name);
    let fits = (1..=31).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b":_=.-".contains(&b));
    if fits { Ok(name) } else { Err(Unmade::BadLoad(load.to_owned())) }
}

/// `SEP<MAC>.cnf.xml`.
///
/// # Errors
/// [`Unmade`]: the load name is no load name.
pub fn sep(content: &Sep<'_>) -> Result<Vec<u8>, Unmade> {
    let load = load_name(content.load)?;
    let mut xml = Writer::new(Vec::new());
    xml.create_element("device").write_inner_content(|xml| {
        if content.java {
            text(xml, "deviceProtocol", &content.protocol.to_string())?;
        }
        xml.create_element("devicePool").write_inner_content(|xml| {
            if content.java {
                xml.create_element("dateTimeSetting").write_inner_content(|xml| {
                    text(xml, "dateTemplate", "D/M/Y")?;
                    text(xml, "timeZone", "GMT Standard/Daylight Time")
                })?;
            }
            call_manager_group(xml, content.server)
        })?;
        if content.java && content.protocol == Protocol::Sip {
            sip_profile(xml, content)?;
        }
        text(xml, "versionStamp", content.stamp)?;
        text(xml, "loadInformation", load)?;
        xml.create_element("vendorConfig").write_inner_content(|xml| {
            // 0 is on (`java-phones` 5.1).
            text(xml, "webAccess", "0")?;
            text(xml, "peerFirmwareSharing", "0")
        })?;
        text(xml, "deviceSecurityMode", "1")
    })?;
    finished(xml)
}

/// `XMLDefault.cnf.xml`, with a load for each device type. The plain element is what the first XML-reading loads know.
///
/// # Errors
/// [`Unmade`]: no load is given, or a name is none.
pub fn xml_default(server: Ipv4Addr, plain: Option<&str>, loads: &[DefaultLoad]) -> Result<Vec<u8>, Unmade> {
    let mut xml = Writer::new(Vec::new());
    let plain = plain.map(load_name).transpose()?;
    let loads = loads.iter().map(|l| Ok((l, load_name(&l.load)?))).collect::<Result<Vec<_>, Unmade>>()?;
    if plain.is_none() && loads.is_empty() {
        return Err(Unmade::BadLoad(String::new()));
    }
    xml.create_element("Default").write_inner_content(|xml| {
        call_manager_group(xml, &server.to_string())?;
        for (entry, load) in loads {
            let name = format!("loadInformation{}", entry.device_type);
            let model = format!("IP Phone {}", entry.model);
            let element = xml.create_element(name.as_str()).with_attribute(("model", model.as_str()));
            element.write_text_content(BytesText::new(load))?;
        }
        plain.map_or(Ok(()), |load| text(xml, "loadInformation", load))
    })?;
    finished(xml)
}

/// `SIPDefault.cnf`, `SIP<MAC>.cnf` and `MGCDefault.cnf`: `image_version`, who the call server is, and the line with which
/// the phone registers there so that it comes to say what it runs.
///
/// # Errors
/// [`Unmade`]: the load name is none.
pub fn text_config(load: &str, server: &str, line: Option<Line<'_>>) -> Result<Vec<u8>, Unmade> {
    let load = load_name(load)?;
    let label = line.and_then(|l| l.password.map(|_| l.display)).unwrap_or("rescue79");
    let mut text = format!("image_version: {load}\r\nproxy1_address: \"{server}\"\r\n");
    // Writing to a String can't fail.
    let _ = write!(text, "phone_label: \"{}\"\r\n", label.get(..LABEL).unwrap_or(label).trim_end());
    if let Some(line) = line {
        let entries = [
            ("proxy1_port", line.port.to_string()),
            ("proxy_register", "1".to_owned()),
            // A phone keeps in flash what it was told last: the address of its old place would go into every call.
            ("nat_enable", "0".to_owned()),
            ("line1_name", quoted(line.user)),
            ("line1_displayname", quoted(line.display)),
            ("line1_authname", quoted(line.login)),
        ];
        let password = line.password.map(|p| ("line1_password", quoted(p.reveal())));
        text.extend(entries.into_iter().chain(password).map(|(name, value)| format!("{name}: {value}\r\n")));
    }
    Ok(text.into_bytes())
}

/// A label longer than this runs into the clock of the screen (`classic-phones` 4.3).
const LABEL: usize = 11;

fn quoted(value: &str) -> String {
    format!("\"{value}\"")
}

/// `OS79XX.TXT`: the name of an image, alone on its line, with the line end of the published sets and no blank
/// (a blank becomes part of the name: `CSCdv19260`, `classic-phones` 4.2).
///
/// # Errors
/// [`Unmade`]: the image name is none.
pub fn os79xx(image: &str) -> Result<Vec<u8>, Unmade> {
    Ok(format!("{}\r\n", load_name(image)?).into_bytes())
}

fn finished(xml: Xml) -> Result<Vec<u8>, Unmade> {
    let bytes = xml.into_inner();
    if bytes.len() > limits::CLASSIC_CONFIG_BYTES { Err(Unmade::TooLarge(bytes.len())) } else { Ok(bytes) }
}

fn text(xml: &mut Xml, name: &str, value: &str) -> io::Result<()> {
    xml.create_element(name).write_text_content(BytesText::new(value)).map(drop)
}

/// Needed by all: without it newer phones take no notice of the file (`java-phones` 5.3).
fn call_manager_group(xml: &mut Xml, server: &str) -> io::Result<()> {
    nested(xml, &["callManagerGroup", "members"], &|xml| {
        let member = xml.create_element("member").with_attribute(("priority", "0"));
        member
            .write_inner_content(|xml| {
                nested(xml, &["callManager"], &|xml| {
                    nested(xml, &["ports"], &|xml| {
                        text(xml, "ethernetPhonePort", "2000")?;
                        text(xml, "sipPort", "5060")
                    })?;
                    text(xml, "processNodeName", server)
                })
            })
            .map(drop)
    })
}

/// The parts of a SIP profile without which a Java phone rejects the whole file (`java-phones` 5.1).
fn sip_profile(xml: &mut Xml, content: &Sep<'_>) -> io::Result<()> {
    nested(xml, &["sipProfile"], &|xml| {
        nested(xml, &["sipProxies"], &|xml| text(xml, "registerWithProxy", "true"))?;
        nested(xml, &["sipStack"], &|xml| {
            for (name, value) in
                [("timerRegisterExpires", "3600"), ("remotePartyID", "true"), ("userInfo", "None")]
            {
                text(xml, name, value)?;
            }
            Ok(())
        })?;
        for (name, value) in [
            ("natEnabled", "false"),
            ("natAddress", ""),
            ("phoneLabel", "rescue79"),
            ("startMediaPort", "16384"),
            ("stopMediaPort", "32766"),
            ("voipControlPort", "5060"),
            ("preferredCodec", "none"),
            ("dialTemplate", "dialplan.xml"),
        ] {
            text(xml, name, value)?;
        }
        content.line.map_or(Ok(()), |line| sip_line(xml, line))
    })
}

/// The only line (`java-phones` 5.1).
fn sip_line(xml: &mut Xml, line: Line<'_>) -> io::Result<()> {
    nested(xml, &["sipLines"], &|xml| {
        let element =
            xml.create_element("line").with_attribute(("button", "1")).with_attribute(("lineIndex", "1"));
        let port = line.port.to_string();
        let inner = element.write_inner_content(|xml| {
            for (element, value) in [
                ("featureID", "9"),
                ("featureLabel", line.display),
                ("proxy", line.proxy),
                ("port", port.as_str()),
                ("name", line.user),
                ("displayName", line.display),
                ("authName", line.login),
                ("contact", line.user),
            ] {
                text(xml, element, value)?;
            }
            line.password.map_or(Ok(()), |password| text(xml, "authPassword", password.reveal()))
        });
        inner.map(drop)
    })
}

fn nested(xml: &mut Xml, names: &[&str], inner: &dyn Fn(&mut Xml) -> io::Result<()>) -> io::Result<()> {
    match names.split_first() {
        None => inner(xml),
        Some((name, rest)) => {
            xml.create_element(*name).write_inner_content(|xml| nested(xml, rest, inner)).map(drop)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERVER: Ipv4Addr = Ipv4Addr::new(192, 168, 1, 1);

    fn sep_of(load: &str, protocol: Protocol, java: bool) -> String {
        let line = Some(Line::to_be_seen("192.168.1.1", "18BDC1"));
        let content = Sep { load, protocol, server: "192.168.1.1", stamp: "hop-1", java, line };
        String::from_utf8(sep(&content).unwrap()).unwrap()
    }

    #[test]
    fn a_stranger_reads_what_was_meant() {
        for (load, protocol, java) in [
            ("P0S3-8-12-00", Protocol::Sip, false),
            ("SIP41.8-5-4S", Protocol::Sip, true),
            ("SCCP41.8-5-2S", Protocol::Sccp, true),
        ] {
            let xml = sep_of(load, protocol, java);
            let tree = roxmltree::Document::parse(&xml).unwrap();
            let found = |name: &str| {
                tree.descendants().filter(|n| n.has_tag_name(name)).map(|n| n.text()).collect::<Vec<_>>()
            };
            assert_eq!(found("loadInformation"), [Some(load)]);
            assert_eq!(found("processNodeName"), [Some("192.168.1.1")]);
            assert_eq!(found("deviceProtocol").len(), usize::from(java));
            let registers = java && protocol == Protocol::Sip;
            assert_eq!(found("authName"), if registers { vec![Some("18BDC1")] } else { vec![] });
            assert_eq!(found("peerFirmwareSharing"), [Some("0")]);
            assert!(!xml.contains("<!--") && xml.len() <= 8192, "{xml}");
        }
    }

    #[test]
    fn each_device_type_has_its_load() {
        let loads = [(8, "7940", "P00308000900"), (7, "7960", "P00308000900"), (115, "7941", "SIP41.8-5-4S")]
            .map(|(device_type, model, load)| DefaultLoad {
                device_type,
                model: model.into(),
                load: load.into(),
            });
        let xml = String::from_utf8(xml_default(SERVER, Some("P00308000900"), &loads).unwrap()).unwrap();
        let tree = roxmltree::Document::parse(&xml).unwrap();
        let load = |name: &str| tree.descendants().find(|n| n.has_tag_name(name)).and_then(|n| n.text());
        assert_eq!(load("loadInformation8"), Some("P00308000900"));
        assert_eq!(load("loadInformation115"), Some("SIP41.8-5-4S"));
        assert!(xml_default(SERVER, None, &[]).is_err(), "never a file without a load");
    }

    #[test]
    fn load_names_are_bare() {
        for (given, meant) in [
            ("P0S3-8-12-00.loads", "P0S3-8-12-00"),
            (" P00308000900.sbn ", "P00308000900"),
            ("SIP41.8-5-4S", "SIP41.8-5-4S"),
        ] {
            assert_eq!(load_name(given).unwrap(), meant);
        }
        for bad in ["", " ", "P0S3 8-12", "A234567890123456789012345678901X", "P0S3<x"] {
            assert!(load_name(bad).is_err(), "{bad}");
        }
        assert_eq!(os79xx("P003-8-12-00").unwrap(), b"P003-8-12-00\r\n");
        assert_eq!(
            text_config("P0S3-8-12-00", "192.168.1.1", None).unwrap().split(|b| *b == b'\r').next(),
            Some(&b"image_version: P0S3-8-12-00"[..])
        );
    }

    #[test]
    fn an_account_stands_in_the_files_of_both_kinds_of_phones() {
        let account =
            Account::read("pbx.example.org:5080", "201", "", "s<3&cret", "Front desk, north", "").unwrap();
        let text = text_config("P0S3-8-12-00", &account.proxy, Some(account.line())).unwrap();
        let text = String::from_utf8(text).unwrap();
        for said in [
            "proxy1_address: \"pbx.example.org\"\r\n",
            "proxy1_port: 5080\r\n",
            "nat_enable: 0\r\n",
            "line1_name: \"201\"\r\n",
            "line1_displayname: \"Front desk, north\"\r\n",
            "line1_password: \"s<3&cret\"\r\n",
            "phone_label: \"Front desk,\"\r\n",
        ] {
            assert!(text.contains(said), "{said}:\n{text}");
        }
        let content = Sep {
            load: "SIP41.9-4-2SR3-1S",
            protocol: Protocol::Sip,
            server: &account.proxy,
            stamp: "x",
            java: true,
            line: Some(account.line()),
        };
        let xml = String::from_utf8(sep(&content).unwrap()).unwrap();
        let tree = roxmltree::Document::parse(&xml).unwrap();
        let found = |name: &str| tree.descendants().find(|n| n.has_tag_name(name)).and_then(|n| n.text());
        assert_eq!(found("authPassword"), Some("s<3&cret"), "escaped as XML wants it");
        assert_eq!((found("proxy"), found("port")), (Some("pbx.example.org"), Some("5080")));
        assert_eq!((found("name"), found("displayName")), (Some("201"), Some("Front desk, north")));
        assert_eq!(found("processNodeName"), Some("pbx.example.org"));
        // Said, and said to be off: what was typed on the phone does not stay.
        assert_eq!((found("natEnabled"), found("natAddress")), (Some("false"), None));
        assert!(tree.descendants().any(|n| n.has_tag_name("natAddress")));
        // A line that is only there to be seen has no password.
        let seen =
            text_config("P0S3-8-12-00", "192.168.1.1", Some(Line::to_be_seen("192.168.1.1", "18BDC1")));
        assert!(!String::from_utf8(seen.unwrap()).unwrap().contains("password"));
    }
}
