//! The files in XML: `SEP<MAC>.cnf.xml` and `XMLDefault.cnf.xml`.

use super::line::Line;
use super::load_name::{Unmade, load_name};
use crate::limits;
use crate::load::Protocol;
use quick_xml::Writer;
use quick_xml::events::BytesText;
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
