//! One image is the whole phone: loads before the universal loader.

use super::act::{APPLICATION_BYTES, Act, Burn, ask, config};
use super::era::{Era, era, name, prefix};
use crate::load::Protocol;
use crate::sim::phone::config_reader::{classic_load, os79xx, text_config, valid_load};
use crate::sim::phone::image::{self, ClassicImage};
use crate::sim::phone::machine::{Context, Failure, Fetched, Heard, Patience, Refusal, Step};
use crate::sim::phone::model::Pace;

/// The files of one look at the configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum File {
    /// `OS79XX.TXT`: which protocol.
    Protocol,
    /// `SEP<MAC>.cnf.xml`.
    OwnXml,
    /// `XMLDefault.cnf.xml`, if there is no own one.
    DefaultXml,
    /// `SEP<MAC>.cnf`, the binary form of before 3.
    OwnBinary,
    /// `SEPDefault.cnf`, likewise.
    DefaultBinary,
    /// `SIPDefault.cnf` or `MGCDefault.cnf`.
    DefaultText,
    /// `SIP<MAC>.cnf` or `MGC<MAC>.cnf`.
    OwnText,
    Rings,
    DialPlan,
}

#[derive(Debug)]
enum At {
    File(usize),
    /// The image, by its second name when the first isn't there.
    Image {
        load: String,
        file: String,
        second: bool,
    },
    Resting,
}

#[derive(Debug)]
pub(super) struct Single {
    load: String,
    signed: bool,
    protocol: Protocol,
    files: &'static [File],
    at: At,
    /// The image of another protocol that `OS79XX.TXT` names.
    other: Option<String>,
    /// What `OS79XX.TXT` says, whatever the protocol.
    listed: Option<String>,
    /// The load that the configuration names.
    named: Option<String>,
    own_found: bool,
    any_found: bool,
}

impl Single {
    pub(super) fn new(load: &str) -> Self {
        use File::{
            DefaultBinary, DefaultText, DefaultXml, DialPlan, OwnBinary, OwnText, OwnXml, Protocol as Os,
            Rings,
        };
        let (protocol, major) = name(load).map_or((Protocol::Sccp, 0), |l| (l.protocol, l.release.major()));
        let files: &[File] = match (protocol, major) {
            (Protocol::Sccp, ..3) => &[Os, OwnBinary, DefaultBinary],
            (Protocol::Sccp, 3..5) => &[Os, OwnXml, DefaultXml],
            (Protocol::Sccp, _) => &[OwnXml, Os, DefaultXml],
            _ => &[Os, DefaultText, OwnText, Rings, DialPlan],
        };
        Self {
            load: load.to_owned(),
            signed: era(load) != Some(Era::Unsigned),
            protocol,
            files,
            at: At::Resting,
            other: None,
            listed: None,
            named: None,
            own_found: false,
            any_found: false,
        }
    }

    pub(super) fn start(&mut self, cx: &mut Context<'_>) -> Act {
        (self.own_found, self.any_found) = (false, false);
        (self.other, self.listed, self.named) = (None, None, None);
        self.file(0, cx)
    }

    /// Asks for the file at that place, or for one after it.
    fn file(&mut self, place: usize, cx: &mut Context<'_>) -> Act {
        let mac = cx.mac.bare();
        let letters = prefix(&self.load);
        let name = match self.files.get(place) {
            None => return self.decide(cx),
            Some(File::DefaultXml) if self.own_found => return self.file(place + 1, cx),
            // The two spellings that loads of 3 and 5 use.
            Some(File::Protocol) if self.signed => "OS79XX.txt".to_owned(),
            Some(File::Protocol) => "OS79XX.TXT".to_owned(),
            Some(File::OwnXml) => format!("SEP{mac}.cnf.xml"),
            Some(File::DefaultXml) => "XMLDefault.cnf.xml".to_owned(),
            Some(File::OwnBinary) => format!("SEP{mac}.cnf"),
            Some(File::DefaultBinary) => "SEPDefault.cnf".to_owned(),
            Some(File::DefaultText) => format!("{letters}Default.cnf"),
            Some(File::OwnText) => format!("{letters}{mac}.cnf"),
            Some(File::Rings) => "RINGLIST.DAT".to_owned(),
            Some(File::DialPlan) => "dialplan.xml".to_owned(),
        };
        self.at = At::File(place);
        config(name, cx)
    }

    pub(super) fn step(&mut self, heard: Heard, cx: &mut Context<'_>) -> Act {
        let Heard::Fetched(fetched) = heard else { return self.start(cx) };
        match std::mem::replace(&mut self.at, At::Resting) {
            At::File(_) if fetched == Err(Failure::NoServer) => {
                cx.screen("TFTP Error");
                Act::Do(Step::Rest)
            }
            At::File(place) => {
                if let (Ok(bytes), Some(file)) = (fetched, self.files.get(place)) {
                    self.take(*file, &bytes, cx);
                }
                self.file(place + 1, cx)
            }
            At::Image { load, file, second } => self.image(load, &file, second, fetched, cx),
            At::Resting => Act::Do(Step::Rest),
        }
    }

    fn take(&mut self, file: File, bytes: &[u8], cx: &mut Context<'_>) {
        let named = match file {
            File::Protocol => {
                self.listed = os79xx(bytes);
                let same = |text: &String| text.get(..4) == self.load.get(..4);
                self.other = self.listed.clone().filter(|text| !same(text));
                return;
            }
            File::OwnXml | File::DefaultXml => classic_load(bytes, cx.model.type_id),
            File::DefaultText | File::OwnText => {
                text_config(bytes).remove("image_version").filter(|l| valid_load(l))
            }
            // The binary form is made by call managers only; what it names is not readable here.
            File::OwnBinary | File::DefaultBinary | File::Rings | File::DialPlan => None,
        };
        if matches!(file, File::Rings | File::DialPlan) {
            return;
        }
        self.any_found = true;
        self.own_found |= file == File::OwnXml;
        self.named = named.or(self.named.take());
    }

    /// All files were asked for: another image, or on with this one.
    fn decide(&mut self, cx: &mut Context<'_>) -> Act {
        let without_config = self.listed.clone().filter(|_| !self.any_found);
        let wanted = self.other.clone().or_else(|| self.named.clone()).or(without_config);
        match wanted {
            Some(load) if load != self.load => {
                cx.screen("Verifying Load");
                self.fetch(load, false, cx)
            }
            _ if self.any_found => {
                cx.screen(if self.protocol == Protocol::Sip { "Registering" } else { "Opening 192.168.1.1" });
                Act::Do(Step::Rest)
            }
            _ => {
                cx.screen("CFG File Not Found");
                Act::Do(cx.wait(Pace::ConfigRetry))
            }
        }
    }

    fn fetch(&mut self, load: String, second: bool, cx: &mut Context<'_>) -> Act {
        let file = format!("{load}.{}", if self.signed || second { "sbn" } else { "bin" });
        self.at = At::Image { load, file: file.clone(), second };
        ask(file, APPLICATION_BYTES, Pace::LoaderGap, Patience::Loader, cx)
    }

    fn image(
        &mut self,
        load: String,
        file: &str,
        second: bool,
        fetched: Fetched,
        cx: &mut Context<'_>,
    ) -> Act {
        let bytes = match fetched {
            Ok(bytes) => bytes,
            Err(Failure::NotFound) if !self.signed && !second => return self.fetch(load, true, cx),
            Err(Failure::Timeout) => {
                cx.screen("TFTP Timeout");
                return Act::Do(cx.wait(Pace::ConfigRetry));
            }
            Err(_) => {
                cx.refuse(file, Refusal::Missing);
                cx.screen("File Not Found");
                return Act::Do(Step::Rest);
            }
        };
        match self.accept(file, &bytes) {
            Ok(ClassicImage::Application) => Act::Burn(Burn::Whole(load)),
            Ok(ClassicImage::Loader(version)) => Act::Burn(Burn::FirstLoader(version)),
            Err(why) => {
                cx.refuse(file, why);
                cx.screen(if why == Refusal::HopMissing { "Load ID Incorrect" } else { "File Auth Fail" });
                Act::Do(Step::Rest)
            }
        }
    }

    /// Unsigned loads take unsigned images and, from 3 on, the signed whole images of 5 and 6; signed loads take
    /// signed ones only, the universal loader among them.
    fn accept(&self, file: &str, bytes: &[u8]) -> Result<ClassicImage, Refusal> {
        let envelope = image::open(bytes);
        let payload = match &envelope {
            Some(signed) if !signed.name.eq_ignore_ascii_case(file) => return Err(Refusal::WrongName),
            Some(signed) => signed.payload,
            None if self.signed => return Err(Refusal::NotSigned),
            None => bytes,
        };
        match image::classic(payload).ok_or(Refusal::NotAnImage)? {
            ClassicImage::Loader(_) if !self.signed => Err(Refusal::HopMissing),
            image => Ok(image),
        }
    }
}
