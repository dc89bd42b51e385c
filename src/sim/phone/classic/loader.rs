//! The universal loader: its list of files, and what it does with the first one that exists.

mod files;

use super::act::{Act, CTL_BYTES, ask, config};
use crate::sim::phone::config_reader::{classic_load, text_config, valid_load};
use crate::sim::phone::image::ClassicList;
use crate::sim::phone::machine::{Context, Failure, Fetched, Heard, Patience, Refusal};
use crate::sim::phone::model::Pace;
use crate::sim::phone::spec::Fault;
use std::collections::BTreeMap;

#[derive(Clone, Debug, PartialEq, Eq)]
enum At {
    Ctl,
    CtlAgain,
    Sep,
    SipOwn,
    MgcOwn,
    XmlDefault,
    SipDefault,
    MgcDefault,
    /// `<tftp_cfg_dir>SIP<MAC>.cnf`, after the default file.
    InFolder,
    List,
    /// `<load>.sbn`: an old-style image, because there is no list.
    OldStyle,
    LoaderFile(ClassicList),
    ApplicationFile(ClassicList),
    /// Nothing can be started; the list comes again.
    Invalid,
}

/// What went wrong on the way; the gravest is shown when nothing can be started.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Trouble {
    None,
    Auth,
    Error,
    NotFound,
    Timeout,
}

#[derive(Debug)]
pub(super) struct Loader {
    version: String,
    application: Option<String>,
    at: At,
    load: String,
    trouble: Trouble,
}

impl Loader {
    pub(super) fn new(version: &str, application: Option<&str>) -> Self {
        Self {
            version: version.to_owned(),
            application: application.map(str::to_owned),
            at: At::Ctl,
            load: String::new(),
            trouble: Trouble::None,
        }
    }

    pub(super) fn start(&mut self, cx: &mut Context<'_>) -> Act {
        self.trouble = Trouble::None;
        self.load.clear();
        self.look(At::Ctl, cx)
    }

    /// Asks for the next configuration file.
    fn look(&mut self, at: At, cx: &mut Context<'_>) -> Act {
        let mac = cx.mac.bare();
        let name = match at {
            At::Ctl | At::CtlAgain => {
                let gap = if at == At::Ctl { Pace::FileGap } else { Pace::CtlRetry };
                self.at = at;
                return ask(format!("CTLSEP{mac}.tlv"), CTL_BYTES, gap, Patience::Loader, cx);
            }
            At::Sep => format!("SEP{mac}.cnf.xml"),
            At::SipOwn => format!("SIP{mac}.cnf"),
            At::MgcOwn => format!("MGC{mac}.cnf"),
            At::SipDefault => "SIPDefault.cnf".to_owned(),
            At::MgcDefault => "MGCDefault.cnf".to_owned(),
            _ => "XMLDefault.cnf.xml".to_owned(),
        };
        self.at = at;
        config(name, cx)
    }

    pub(super) fn step(&mut self, heard: Heard, cx: &mut Context<'_>) -> Act {
        let Heard::Fetched(fetched) = heard else { return self.start(cx) };
        match &fetched {
            Err(Failure::NoServer) => return self.conclude(cx),
            Err(Failure::Timeout) => self.note(Trouble::Timeout),
            Err(Failure::Error | Failure::TooBig) => self.note(Trouble::Error),
            Err(Failure::NotFound | Failure::WrongName) | Ok(_) => {}
        }
        match self.at.clone() {
            At::Ctl | At::CtlAgain
                if fetched == Err(Failure::NotFound)
                    && cx.spec.faults.contains(&Fault::WaitsForTrustList) =>
            {
                self.look(At::CtlAgain, cx)
            }
            At::XmlDefault if fetched.is_ok() && cx.spec.faults.contains(&Fault::DefaultStops) => {
                cx.refuse("XMLDefault.cnf.xml", Refusal::NoLoad);
                self.conclude(cx)
            }
            At::Ctl | At::CtlAgain if cx.spec.faults.contains(&Fault::DefaultStops) => {
                self.look(At::XmlDefault, cx)
            }
            // No trust list of ours can be read: once more, then on without.
            At::Ctl if fetched.is_ok() => self.look(At::CtlAgain, cx),
            At::Ctl | At::CtlAgain => self.look(At::Sep, cx),
            At::Sep => self.xml(fetched, At::SipOwn, cx),
            At::XmlDefault => self.xml(fetched, At::SipDefault, cx),
            At::SipOwn => self.own_text(fetched, At::MgcOwn, At::SipDefault, cx),
            At::MgcOwn => self.own_text(fetched, At::XmlDefault, At::MgcDefault, cx),
            At::SipDefault => self.default_text(fetched, "SIP", cx),
            At::MgcDefault => self.default_text(fetched, "MGC", cx),
            At::InFolder => {
                let own = fetched.ok().and_then(|bytes| image_version(&text_config(&bytes)));
                let load = own.or_else(|| Some(self.load.clone()).filter(|l| !l.is_empty()));
                self.decide(load, cx)
            }
            At::List => self.list(fetched, cx),
            At::OldStyle => self.old_style(fetched, cx),
            At::LoaderFile(list) => self.loader_file(&list, fetched, cx),
            At::ApplicationFile(list) => self.application_file(&list, fetched, cx),
            At::Invalid => self.start(cx),
        }
    }

    fn note(&mut self, trouble: Trouble) {
        self.trouble = self.trouble.max(trouble);
    }

    /// An XML file: the first that exists decides, also when it names nothing.
    fn xml(&mut self, fetched: Fetched, next: At, cx: &mut Context<'_>) -> Act {
        match fetched {
            Ok(bytes) => self.decide(classic_load(&bytes, cx.model.type_id), cx),
            Err(Failure::TooBig) => {
                cx.refuse(if self.at == At::Sep { "SEP" } else { "XMLDefault.cnf.xml" }, Refusal::TooBig);
                self.decide(None, cx)
            }
            Err(_) => self.look(next, cx),
        }
    }

    /// `SIP<MAC>.cnf` and its MGCP twin: without a load in it, on to the default file of the protocol.
    fn own_text(&mut self, fetched: Fetched, missing: At, without_load: At, cx: &mut Context<'_>) -> Act {
        let Ok(bytes) = fetched else { return self.look(missing, cx) };
        match image_version(&text_config(&bytes)) {
            Some(load) => self.decide(Some(load), cx),
            None => self.look(without_load, cx),
        }
    }

    fn default_text(&mut self, fetched: Fetched, letters: &str, cx: &mut Context<'_>) -> Act {
        let Ok(bytes) = fetched else {
            if self.at == At::SipDefault {
                return self.look(At::MgcDefault, cx);
            }
            cx.screen("Couldn't find any config files");
            return self.conclude(cx);
        };
        let text = text_config(&bytes);
        let load = image_version(&text);
        match text.get("tftp_cfg_dir").filter(|dir| !dir.is_empty()) {
            Some(folder) => {
                self.load = load.unwrap_or_default();
                self.at = At::InFolder;
                config(format!("{folder}{letters}{}.cnf", cx.mac.bare()), cx)
            }
            None => self.decide(load, cx),
        }
    }

    /// Nothing more to load: the application starts, or there is none.
    fn conclude(&mut self, cx: &mut Context<'_>) -> Act {
        if self.application.is_some() {
            return Act::Launch;
        }
        self.at = At::Invalid;
        cx.screen(match self.trouble {
            Trouble::Timeout => "TFTP timeout",
            Trouble::NotFound => "TFTP file not found",
            Trouble::Error => "TFTP error",
            Trouble::Auth => "File auth error",
            Trouble::None => "Protocol Application Invalid",
        });
        Act::Do(cx.wait(Pace::PaiLoop))
    }
}

fn image_version(config: &BTreeMap<String, String>) -> Option<String> {
    config.get("image_version").filter(|l| valid_load(l)).cloned()
}
