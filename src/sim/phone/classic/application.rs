//! The application of a universal load: reads its own configuration, and restarts the phone when that names another
//! load.

use super::act::{Act, CTL_BYTES, ask, config};
use super::era::{name, prefix};
use crate::load::{Protocol, Release};
use crate::sim::phone::config_reader::{classic_load, text_config, valid_load};
use crate::sim::phone::machine::{Context, Failure, Fetched, Heard, Patience, Step};
use crate::sim::phone::model::Pace;

/// What an SCCP application asks for beside its configuration; misses are harmless. The slash is the phone's.
const SCCP_EXTRAS: [&str; 5] =
    ["7960-tones.xml", "/7960-font.xml", "7960-dictionary.xml", "7960-kate.xml", "RINGLIST.XML"];
const SIP_EXTRAS: [&str; 2] = ["RINGLIST.DAT", "dialplan.xml"];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    Ctl,
    Sep,
    XmlDefault,
    TextDefault,
    OwnText,
    Extra(usize),
    /// Running without its own file, which is asked for again and again.
    Unprovisioned,
}

#[derive(Debug)]
pub(super) struct Application {
    load: String,
    protocol: Protocol,
    at: At,
    /// The load for which the phone was restarted just before, in vain.
    in_vain: Option<String>,
    /// SIP: the load that the default file names.
    wanted: Option<String>,
    /// Its own file, or for SCCP any, was there.
    configured: bool,
}

impl Application {
    pub(super) fn new(load: &str, in_vain: Option<String>) -> Self {
        let protocol = name(load).map_or(Protocol::Sccp, |l| l.protocol);
        Self { load: load.to_owned(), protocol, at: At::Ctl, in_vain, wanted: None, configured: false }
    }

    /// An SCCP application that has read a configuration shows its page.
    pub(super) fn shows_page(&self) -> bool {
        self.protocol == Protocol::Sccp && self.configured
    }

    pub(super) fn start(&mut self, cx: &mut Context<'_>) -> Act {
        self.look(if self.protocol == Protocol::Sccp { At::Ctl } else { At::TextDefault }, cx)
    }

    fn look(&mut self, at: At, cx: &mut Context<'_>) -> Act {
        self.at = at;
        let (mac, letters) = (cx.mac.bare(), prefix(&self.load));
        let name = match at {
            At::Ctl => format!("CTLSEP{mac}.tlv"),
            At::Sep => format!("SEP{mac}.cnf.xml"),
            At::XmlDefault => "XMLDefault.cnf.xml".to_owned(),
            At::TextDefault => format!("{letters}Default.cnf"),
            // SIP 8 spells its own file with the folder.
            At::OwnText | At::Unprovisioned if self.is_sip_8() => format!("./{letters}{mac}.cnf"),
            At::OwnText | At::Unprovisioned => format!("{letters}{mac}.cnf"),
            At::Extra(n) => match self.extras().get(n) {
                Some(name) => (*name).to_owned(),
                None => return self.settle(cx),
            },
        };
        if self.protocol == Protocol::Sccp {
            ask(name, CTL_BYTES, Pace::FileGap, Patience::Application, cx)
        } else {
            config(name, cx)
        }
    }

    const fn extras(&self) -> &'static [&'static str] {
        if matches!(self.protocol, Protocol::Sccp) { &SCCP_EXTRAS } else { &SIP_EXTRAS }
    }

    fn release(&self) -> Option<Release> {
        name(&self.load).map(|l| l.release)
    }

    fn is_sip_8(&self) -> bool {
        self.protocol == Protocol::Sip && self.release().is_some_and(|r| r.major() >= 8)
    }

    pub(super) fn step(&mut self, heard: Heard, cx: &mut Context<'_>) -> Act {
        let Heard::Fetched(fetched) = heard else {
            // A wait is over: the own file again, or for SCCP everything.
            return if self.protocol == Protocol::Sccp {
                self.start(cx)
            } else {
                self.look(At::Unprovisioned, cx)
            };
        };
        if fetched == Err(Failure::NoServer) {
            cx.screen("TFTP Error");
            return Act::Do(Step::Rest);
        }
        match self.at {
            At::Ctl => self.look(At::Sep, cx),
            At::Sep | At::XmlDefault => self.xml(fetched, cx),
            At::TextDefault => {
                self.wanted = fetched.ok().and_then(|bytes| image_version(&bytes));
                self.look(At::OwnText, cx)
            }
            At::OwnText | At::Unprovisioned => self.own_text(fetched, cx),
            At::Extra(n) => self.look(At::Extra(n + 1), cx),
        }
    }

    fn xml(&mut self, fetched: Fetched, cx: &mut Context<'_>) -> Act {
        match fetched {
            Ok(bytes) => {
                self.configured = true;
                let load = classic_load(&bytes, cx.model.type_id);
                self.obey(load).unwrap_or_else(|| self.look(At::Extra(0), cx))
            }
            Err(_) if self.at == At::Sep => self.look(At::XmlDefault, cx),
            Err(_) => {
                cx.screen("CFG File Not Found");
                Act::Do(cx.wait(Pace::ConfigRetry))
            }
        }
    }

    fn own_text(&mut self, fetched: Fetched, cx: &mut Context<'_>) -> Act {
        let again = self.at == At::Unprovisioned;
        if let Ok(bytes) = fetched {
            self.configured = true;
            let own = image_version(&bytes);
            let load = own.or_else(|| self.wanted.clone());
            if let Some(act) = self.obey(load) {
                return act;
            }
        } else if let Some(act) = self.obey(self.wanted.clone()) {
            return act;
        }
        if again { self.settle(cx) } else { self.look(At::Extra(0), cx) }
    }

    /// Restarts for another load. 8.12 does so once and then says W710.
    fn obey(&mut self, load: Option<String>) -> Option<Act> {
        let load = load?;
        let load = load.strip_suffix(".loads").unwrap_or(&load).to_owned();
        if load.eq_ignore_ascii_case(&self.load) {
            return None;
        }
        let careful = self.protocol == Protocol::Sip
            && self.release() >= Release::parse("8.12")
            && self.in_vain.as_ref() == Some(&load);
        (!careful).then_some(Act::Reset(load))
    }

    /// Everything was asked for: the phone is up.
    fn settle(&self, cx: &mut Context<'_>) -> Act {
        if self.protocol == Protocol::Sccp || self.configured {
            cx.show("Registering", "off");
            return Act::Do(Step::Register);
        }
        cx.show("Phone Unprovisioned", "off");
        Act::Do(cx.wait(Pace::Unprovisioned))
    }
}

fn image_version(bytes: &[u8]) -> Option<String> {
    text_config(bytes).remove("image_version").filter(|l| valid_load(l))
}
