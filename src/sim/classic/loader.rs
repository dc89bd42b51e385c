//! The universal loader: its list of files, and what it does with the first one that exists.

use super::{APPLICATION_BYTES, Act, Burn, CTL_BYTES, LOADER_BYTES, ask, config};
use crate::sim::config_reader::{classic_load, text_config, valid_load};
use crate::sim::image::{self, ClassicImage, ClassicList};
use crate::sim::machine::{Context, Failure, Fetched, Heard, Patience, Refusal};
use crate::sim::model::Pace;
use crate::sim::scenario::Fault;
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
        let config = text_config(&bytes);
        let load = image_version(&config);
        match config.get("tftp_cfg_dir").filter(|dir| !dir.is_empty()) {
            Some(folder) => {
                self.load = load.unwrap_or_default();
                self.at = At::InFolder;
                super::config(format!("{folder}{letters}{}.cnf", cx.mac.bare()), cx)
            }
            None => self.decide(load, cx),
        }
    }

    /// A configuration has spoken.
    fn decide(&mut self, load: Option<String>, cx: &mut Context<'_>) -> Act {
        let Some(load) = load else {
            cx.refuse("configuration", Refusal::NoLoad);
            return self.conclude(cx);
        };
        let load = load.strip_suffix(".loads").unwrap_or(&load).to_owned();
        if !for_this_platform(&load) {
            cx.refuse(&load, Refusal::WrongFamily);
            return self.conclude(cx);
        }
        cx.screen("Verifying Load");
        self.at = At::List;
        let file = format!("{load}.loads");
        self.load = load;
        ask(file, APPLICATION_BYTES, Pace::FileGap, Patience::Loader, cx)
    }

    fn list(&mut self, fetched: Fetched, cx: &mut Context<'_>) -> Act {
        let file = format!("{}.loads", self.load);
        let bytes = match fetched {
            Ok(bytes) => bytes,
            Err(Failure::NotFound) => {
                self.at = At::OldStyle;
                let file = format!("{}.sbn", self.load);
                return ask(file, APPLICATION_BYTES, Pace::LoaderGap, Patience::Loader, cx);
            }
            Err(_) => return self.conclude(cx),
        };
        let list = match signed(&file, &bytes) {
            Ok(payload) => image::classic_list(payload).ok_or(Refusal::NotAnImage),
            Err(why) => Err(why),
        };
        match list {
            Ok(list) if list.version != self.version => {
                self.at = At::LoaderFile(list.clone());
                ask(list.loader, LOADER_BYTES, Pace::LoaderGap, Patience::Loader, cx)
            }
            Ok(list) => self.application(list, cx),
            Err(why) => self.refuse(&file, why, cx),
        }
    }

    /// The loader is right; what about the application?
    fn application(&mut self, list: ClassicList, cx: &mut Context<'_>) -> Act {
        let name = list.application.strip_suffix(".sb2").unwrap_or(&list.application);
        if self.application.as_deref().is_some_and(|a| a.eq_ignore_ascii_case(name)) {
            return self.conclude(cx);
        }
        let file = list.application.clone();
        self.at = At::ApplicationFile(list);
        ask(file, APPLICATION_BYTES, Pace::ApplicationGap, Patience::Loader, cx)
    }

    fn loader_file(&mut self, list: &ClassicList, fetched: Fetched, cx: &mut Context<'_>) -> Act {
        let bytes = match fetched {
            Ok(bytes) => bytes,
            Err(why) => return self.no_part(&list.loader, why, cx),
        };
        match signed(&list.loader, &bytes).map(image::classic) {
            Ok(Some(ClassicImage::Loader(_))) => Act::Burn(Burn::Loader(list.version.clone())),
            Ok(_) => self.refuse(&list.loader, Refusal::NotAnImage, cx),
            Err(why) => self.refuse(&list.loader, why, cx),
        }
    }

    fn application_file(&mut self, list: &ClassicList, fetched: Fetched, cx: &mut Context<'_>) -> Act {
        let file = &list.application;
        let bytes = match fetched {
            Ok(bytes) => bytes,
            Err(why) => return self.no_part(file, why, cx),
        };
        match signed(file, &bytes).map(image::classic) {
            Ok(Some(ClassicImage::Application)) => {
                let name = file.strip_suffix(".sb2").unwrap_or(file);
                Act::Burn(Burn::Application(name.to_owned()))
            }
            Ok(_) => self.refuse(file, Refusal::NotAnImage, cx),
            Err(why) => self.refuse(file, why, cx),
        }
    }

    /// There is no list of that name: "Downgrading Application" to one signed image.
    fn old_style(&mut self, fetched: Fetched, cx: &mut Context<'_>) -> Act {
        let file = format!("{}.sbn", self.load);
        let bytes = match fetched {
            Ok(bytes) => bytes,
            Err(why) => return self.no_part(&file, why, cx),
        };
        match signed(&file, &bytes).map(image::classic) {
            Ok(Some(ClassicImage::Application)) => {
                cx.screen("Downgrading Application");
                Act::Burn(Burn::Whole(self.load.clone()))
            }
            Ok(_) => self.refuse(&file, Refusal::NotAnImage, cx),
            Err(why) => self.refuse(&file, why, cx),
        }
    }

    fn no_part(&mut self, file: &str, why: Failure, cx: &mut Context<'_>) -> Act {
        if why == Failure::NotFound {
            self.note(Trouble::NotFound);
            cx.refuse(file, Refusal::Missing);
        }
        self.conclude(cx)
    }

    fn refuse(&mut self, file: &str, why: Refusal, cx: &mut Context<'_>) -> Act {
        self.note(Trouble::Auth);
        cx.refuse(file, why);
        self.conclude(cx)
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

/// The payload of a signed file that carries the name it was asked for by.
fn signed<'a>(file: &str, bytes: &'a [u8]) -> Result<&'a [u8], Refusal> {
    let signed = image::open(bytes).ok_or(Refusal::NotSigned)?;
    if signed.name.eq_ignore_ascii_case(file) { Ok(signed.payload) } else { Err(Refusal::WrongName) }
}

/// Fourth character 3, and the first three of the right shape.
fn for_this_platform(load: &str) -> bool {
    matches!(load.as_bytes(), [b'P' | b'p', b'0' | b'D' | b'd', _, b'3', ..])
}

fn image_version(config: &BTreeMap<String, String>) -> Option<String> {
    config.get("image_version").filter(|l| valid_load(l)).cloned()
}
