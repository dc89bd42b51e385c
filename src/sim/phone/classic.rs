//! 7940 and 7960: what is in their flash, and which part of it is at work.
//!
//! Three eras: one unsigned image (SCCP to 4, SIP to 4), one signed image (5 and 6), and the universal loader with an
//! application beside it. Source: loader of 8.1(2)SR2 and 8.12 as observed, a server log of ten conversions; single
//! images after the vendor's guides and readers' reports.

mod act;
mod application;
mod era;
mod loader;
mod single;

use super::machine::{Context, Heard, Step, Voice};
use super::model::Pace;
use super::spec::{BadPhone, Fault, PhoneSpec, Stage, StartState};
use act::{Act, Burn};
use application::Application;
use era::{Era, era, prefix};
use loader::Loader;
use single::Single;

/// A loader version that no list names: what a phone has when its scenario doesn't say.
const SOME_LOADER: &str = "PAS30000";
/// The reset keys.
const RESET_KEYS: &str = "123456789*0#";

/// What is in flash.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Flash {
    Single(String),
    Universal {
        loader: String,
        application: Option<String>,
    },
    /// The power went while the only image was written.
    Dead,
}

#[derive(Debug)]
enum Part {
    Booting,
    Leasing,
    Burning(Burn),
    Single(Single),
    Loader(Loader),
    Application(Application),
}

#[derive(Debug)]
pub(super) struct Classic {
    flash: Flash,
    part: Part,
    /// The application comes next, without the loader's list.
    straight: bool,
    /// The load for which the application restarted the phone last.
    tried: Option<String>,
}

impl Classic {
    pub(super) fn new(spec: &PhoneSpec) -> Result<Self, BadPhone> {
        let loader = spec.loader.clone().unwrap_or_else(|| SOME_LOADER.to_owned());
        let flash = match (spec.state, &spec.load) {
            (StartState::Pai, _) => Flash::Universal { loader, application: None },
            (StartState::Running, Some(load)) => match era(load) {
                Some(Era::Universal) => Flash::Universal { loader, application: Some(load.clone()) },
                Some(_) => Flash::Single(load.clone()),
                None => return Err(BadPhone::WrongLoad(spec.model.clone(), load.clone())),
            },
            (StartState::Running, None) => {
                return Err(BadPhone::WrongLoad(spec.model.clone(), "nothing".to_owned()));
            }
            (StartState::Wiped, _) => return Err(BadPhone::WrongState(spec.model.clone())),
        };
        Ok(Self { flash, part: Part::Booting, straight: false, tried: None })
    }

    pub(super) fn running(&self) -> Option<&str> {
        match &self.flash {
            Flash::Single(load) => Some(load),
            Flash::Universal { application, .. } => application.as_deref(),
            Flash::Dead => None,
        }
    }

    /// What it announces to its neighbour: what is running now.
    pub(super) fn announced(&self) -> Option<String> {
        match (&self.part, &self.flash) {
            (Part::Application(_) | Part::Single(_), _) | (_, Flash::Single(_)) => {
                self.running().map(str::to_owned)
            }
            (_, Flash::Universal { loader, .. }) => Some(loader.clone()),
            (_, Flash::Dead) => None,
        }
    }

    /// The name of its load on its page. SIP loads have none (`classic-phones` 7).
    pub(super) fn page(&self) -> Option<String> {
        match &self.part {
            Part::Application(application) if application.shows_page() => self.running().map(str::to_owned),
            _ => None,
        }
    }

    /// Power is gone; `burning` while flash was being written.
    pub(super) fn power_lost(&mut self, burning: bool) {
        if let (true, Part::Burning(burn)) = (burning, &self.part) {
            match (burn, &mut self.flash) {
                // The loader survives in its other bank; the application that it overlaps does not.
                (Burn::Loader(_) | Burn::Application(_), Flash::Universal { application, .. }) => {
                    *application = None;
                }
                _ => self.flash = Flash::Dead,
            }
        }
        self.straight = false;
        self.tried = None;
    }

    /// Whether the keys erase the settings. Loads 5 and 6 have no prompt; a doubled digit is tolerated and the answer
    /// to "keep network settings" may follow.
    pub(super) fn reset(&mut self, keys: &str) -> bool {
        let typed = keys.split_inclusive('#').next().unwrap_or("");
        let mut once: Vec<char> = typed.chars().filter(|c| !c.is_whitespace()).collect();
        once.dedup();
        let prompt = match &self.flash {
            Flash::Single(load) => era(load) == Some(Era::Unsigned),
            Flash::Universal { .. } => true,
            Flash::Dead => false,
        };
        prompt && once.into_iter().eq(RESET_KEYS.chars())
    }

    pub(super) fn step(&mut self, heard: Heard, cx: &mut Context<'_>) -> Step {
        let act = match (&mut self.part, heard) {
            (_, Heard::Start) => return self.boot(cx),
            (Part::Booting, _) => {
                self.part = Part::Leasing;
                cx.screen("Configuring IP");
                return Step::Lease(self.voice());
            }
            (Part::Leasing, _) => self.begin(cx),
            (Part::Burning(burn), _) => {
                let burn = burn.clone();
                self.burnt(burn, cx);
                return Step::Restart;
            }
            (Part::Single(part), heard) => part.step(heard, cx),
            (Part::Loader(part), heard) => part.step(heard, cx),
            (Part::Application(part), heard) => part.step(heard, cx),
        };
        self.act(act, cx)
    }

    fn boot(&mut self, cx: &mut Context<'_>) -> Step {
        if self.flash == Flash::Dead {
            cx.show("", "headset, mute and speaker stay dark");
            return Step::Rest;
        }
        self.part = Part::Booting;
        cx.show("Configuring VLAN", "headset, mute, speaker one after another");
        let launch = if self.straight { cx.draw(Pace::Launch) } else { cx.draw(Pace::Vlan) };
        Step::Wait(cx.draw(Pace::Boot) + launch)
    }

    /// How the part that is about to work speaks DHCP.
    fn voice(&self) -> Voice {
        let prefix = self.running().map_or("SEP", prefix);
        match &self.flash {
            Flash::Universal { .. } if self.straight && prefix == "SEP" => Voice::SccpApplication,
            Flash::Universal { .. } => Voice::Loader(prefix),
            Flash::Single(_) | Flash::Dead => Voice::Old(prefix),
        }
    }

    /// There is an address: the first file of whoever is at work.
    fn begin(&mut self, cx: &mut Context<'_>) -> Act {
        let straight = std::mem::take(&mut self.straight);
        cx.show("Requesting Configuration", "off");
        let (part, act) = match &self.flash {
            Flash::Single(load) => {
                let mut part = Single::new(load);
                let act = part.start(cx);
                (Part::Single(part), act)
            }
            Flash::Universal { application: Some(load), .. } if straight => {
                let mut part = Application::new(load, self.tried.take());
                let act = part.start(cx);
                (Part::Application(part), act)
            }
            Flash::Universal { loader, application } => {
                let mut part = Loader::new(loader, application.as_deref());
                let act = part.start(cx);
                (Part::Loader(part), act)
            }
            Flash::Dead => return Act::Do(Step::Rest),
        };
        self.part = part;
        act
    }

    fn act(&mut self, act: Act, cx: &mut Context<'_>) -> Step {
        match act {
            Act::Do(step) => step,
            Act::Burn(burn) => {
                let (screen, stage, pace) = match burn {
                    Burn::Whole(_) | Burn::FirstLoader(_) => {
                        ("Upgrading Software", Stage::ApplicationFlash, Pace::WholeFlash)
                    }
                    Burn::Loader(_) => ("Upgrading Loader", Stage::LoaderFlash, Pace::LoaderFlash),
                    Burn::Application(_) => {
                        ("Upgrading Application", Stage::ApplicationFlash, Pace::ApplicationFlash)
                    }
                };
                cx.screen(screen);
                self.part = Part::Burning(burn);
                Step::Burn(stage, cx.draw(pace))
            }
            Act::Launch => {
                self.straight = true;
                self.part = Part::Booting;
                cx.screen(match self.running().map(prefix) {
                    Some("SIP") => "Booting SIP Protocol",
                    Some("MGC") => "Booting MGCP Protocol",
                    _ => "Booting SEP Protocol",
                });
                cx.wait(Pace::Launch)
            }
            Act::Reset(load) => {
                cx.screen("Resetting");
                self.tried = Some(load);
                Step::Restart
            }
        }
    }

    /// Flash is written.
    fn burnt(&mut self, burn: Burn, cx: &mut Context<'_>) {
        if cx.spec.faults.contains(&Fault::WritesNothing) {
            return;
        }
        match (burn, &mut self.flash) {
            (Burn::Whole(load), flash) => {
                cx.flashed(&load);
                *flash = Flash::Single(load);
            }
            (Burn::Loader(version), Flash::Universal { loader, .. }) => {
                cx.flashed(&version);
                *loader = version;
            }
            (Burn::Application(load), Flash::Universal { application, .. }) => {
                let load = Fault::written(&cx.spec.faults, load);
                cx.flashed(&load);
                *application = Some(load);
                self.straight = true;
                self.tried = None;
            }
            (Burn::FirstLoader(version) | Burn::Loader(version), flash) => {
                cx.flashed(&version);
                *flash = Flash::Universal { loader: version, application: None };
            }
            (Burn::Application(_), _) => {}
        }
    }
}
