//! A phone at work: what is due is done, what came of it is told to the firmware, and that says what comes next.

use super::dhcp_client::News;
use super::machine::{Context, Deed, Failure, Heard, Step};
use super::model::Pace;
use super::spec::{Break, Fault, OfferNeed, Stage};
use super::task::Task;
use super::tftp_client::{Progress, Read};
use super::web_client::{self, Get};
use super::{Phone, take_port};
use crate::clock::Instant;
use crate::sim::Datagram;
use std::net::SocketAddrV4;
use std::time::Duration;

/// How long a phone that fell silent stays so: all rounds of its patience.
const SILENCE: Duration = Duration::from_secs(39);
/// The block at which a power cut of the stage `transfer` comes: synthetic images can be small.
const CUT_BLOCK: u64 = 3;
/// A fault that only the HTTP port shows.
const STUMBLES: Fault = Fault::AsksNothing { unless: Some(OfferNeed::WebClosed) };

impl Phone {
    /// Does what is due.
    pub(super) fn advance(&mut self, now: Instant) {
        // A firmware that asked for reads it can't make would turn here for ever; it never makes so many in a row.
        for _ in 0..64 {
            let mut out = Vec::new();
            let news = self.dhcp.tick(now, &mut out);
            self.post(now, out);
            self.network_news(now, news);
            if !self.advance_task(now) {
                break;
            }
        }
    }

    /// Whether anything was due.
    fn advance_task(&mut self, now: Instant) -> bool {
        match &mut self.task {
            Task::Off => match self.back_at {
                Some(at) if at <= now => self.power_on(now),
                _ => return false,
            },
            Task::Keys(at) if *at <= now => self.start(now),
            Task::Wait(at) if *at <= now => self.tell(now, Heard::Waited),
            Task::Burn { cut: Some((at, back)), .. } if *at <= now => {
                let back = *back;
                self.cut(now, back);
            }
            Task::Burn { ends, cut: None } if *ends <= now => self.tell(now, Heard::Waited),
            Task::Silent { until, .. } if *until <= now => {
                self.tell(now, Heard::Fetched(Err(Failure::Timeout)));
            }
            Task::Answer(answer) => {
                let answer = std::mem::replace(answer, Ok(Vec::new()));
                self.tell(now, Heard::Fetched(answer));
            }
            Task::Get(get) if get.due <= now => match get.sent {
                false => {
                    let (from, bytes, name) = (get.from, get.question(), get.ask.name.clone());
                    (get.sent, get.due) = (true, now + web_client::PATIENCE);
                    let asked = !get.stumbles;
                    let to = SocketAddrV4::new(get.server, web_client::PORT);
                    if asked {
                        self.log.push((now, Deed::Asked(name)));
                    }
                    self.post(now, vec![Datagram { from, to, bytes }]);
                }
                true if get.stumbles => return false,
                true => self.by_tftp(now),
            },
            Task::Fetch(read) if read.deadline() <= now => {
                if !read.begun() {
                    let asked = Deed::Asked(read.name().to_owned());
                    self.log.push((now, asked));
                }
                let mut out = Vec::new();
                let next = &mut self.next_port;
                let progress = read.tick(now, || take_port(next), &mut out);
                self.post(now, out);
                self.read_news(now, progress);
            }
            _ => return false,
        }
        true
    }

    pub(super) fn network_news(&mut self, now: Instant, news: News) {
        match news {
            News::Nothing => {}
            News::Lost => self.restart(now),
            News::Bound => {
                if let Some(address) = self.address() {
                    self.note(now, Deed::Leased(address));
                }
                if let Some(back) = self.wear.struck(Stage::Lease) {
                    self.cut(now, back);
                } else if matches!(self.task, Task::Lease) {
                    self.tell(now, Heard::Leased);
                }
            }
        }
    }

    pub(super) fn read_news(&mut self, now: Instant, progress: Progress) {
        let Task::Fetch(read) = &self.task else { return };
        match progress {
            Progress::Going => {}
            Progress::Block(block) => {
                let (image, port, name) = (read.of_an_image(), read.port(), read.name().to_owned());
                if image
                    && block == CUT_BLOCK
                    && let Some(back) = self.wear.struck(Stage::Transfer)
                {
                    self.cut(now, back);
                } else {
                    match self.wear.broken(&name, block) {
                        Some(Break::Restart) => self.restart(now),
                        Some(Break::Silence) => self.task = Task::Silent { until: now + SILENCE, port },
                        None => {}
                    }
                }
            }
            Progress::Over(result) => {
                self.finished = if result.is_ok() { read.finished(now) } else { None };
                self.tell(now, Heard::Fetched(result));
            }
        }
    }

    /// Tells the firmware and does what it says.
    pub(super) fn tell(&mut self, now: Instant, heard: Heard) {
        let mut cx = Context {
            now,
            mac: self.spec.mac,
            model: self.model,
            spec: &self.spec,
            rng: &mut self.rng,
            face: &mut self.face,
            log: &mut self.log,
        };
        let step = self.firmware.step(heard, &mut cx);
        self.task = match step {
            Step::Wait(time) => Task::Wait(now + time),
            Step::Burn(stage, time) => {
                let cut = self.wear.struck(stage).map(|back| (now + time / 2, back));
                Task::Burn { ends: now + time, cut }
            }
            Step::Lease(voice) => {
                self.dhcp.start(now + Pace::DhcpDelay.draw(&mut self.rng), voice);
                Task::Lease
            }
            Step::Fetch(ask) => match self.dhcp.lease() {
                Some(lease) if !lease.mute => match lease.tftp {
                    Some(server) => {
                        let from = SocketAddrV4::new(lease.address, take_port(&mut self.next_port));
                        let due = now + ask.after;
                        let stumbles = self.spec.faults.contains(&STUMBLES);
                        if !self.web_closed && (stumbles || self.firmware.asks_by_http()) {
                            Task::Get(Box::new(Get { ask, from, server, due, sent: false, stumbles }))
                        } else {
                            Task::Fetch(Box::new(Read::new(ask, due, from, server)))
                        }
                    }
                    None => Task::Answer(Err(Failure::NoServer)),
                },
                _ => Task::Answer(Err(Failure::NoServer)),
            },
            Step::Restart => return self.restart(now),
            Step::Rest => Task::Rest,
            Step::Register => {
                self.register(now);
                Task::Rest
            }
        };
    }
}
