//! Once a load is named: its list, the loader and the application that stand in it, or one old-style image.

use super::{At, Loader, Trouble};
use crate::sim::phone::classic::act::{APPLICATION_BYTES, Act, Burn, LOADER_BYTES, ask};
use crate::sim::phone::image::{self, ClassicImage, ClassicList};
use crate::sim::phone::machine::{Context, Failure, Fetched, Patience, Refusal};
use crate::sim::phone::model::Pace;

impl Loader {
    /// A configuration has spoken.
    pub(super) fn decide(&mut self, load: Option<String>, cx: &mut Context<'_>) -> Act {
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

    pub(super) fn list(&mut self, fetched: Fetched, cx: &mut Context<'_>) -> Act {
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

    pub(super) fn loader_file(&mut self, list: &ClassicList, fetched: Fetched, cx: &mut Context<'_>) -> Act {
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

    pub(super) fn application_file(
        &mut self,
        list: &ClassicList,
        fetched: Fetched,
        cx: &mut Context<'_>,
    ) -> Act {
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
    pub(super) fn old_style(&mut self, fetched: Fetched, cx: &mut Context<'_>) -> Act {
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
