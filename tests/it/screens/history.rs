//! Benches made of fixed events.

use rescue79::catalogue::Catalogue;
use rescue79::clock::Instant;
use rescue79::event::{
    Condition, Event, Evidence, Fingerprint, Identity, Kind, NoPlan, Plan, PlannedHop, ReadFailure, Role,
    Session, Severity, Source, Verdict, weight,
};
use rescue79::load::Family;
use rescue79::phone_id::Mac;
use std::net::{Ipv4Addr, SocketAddrV4};

/// Events in their order.
#[derive(Default)]
pub(crate) struct History {
    pub(crate) events: Vec<Event>,
    ms: u64,
    reads: u64,
}

/// The load that a file belongs to or names, and which part of it the file is.
type Of<'a> = Option<(&'a str, Option<(u32, u32)>)>;

/// Where a phone is left.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Until {
    Lease,
    Reading,
    Flashing,
    Stalled,
    NoPlan,
    Unproven,
    Recovered,
}

impl History {
    pub(crate) fn started() -> Self {
        let mut history = Self::default();
        history.tell(
            None,
            Kind::SessionStarted(Session {
                program: "rescue79 0.1.0".into(),
                mode: "serve".into(),
                server: Ipv4Addr::new(192, 168, 1, 1),
                dhcp: true,
                leads_elsewhere: false,
                targets: vec!["7960=P0S3-8-12-00".into()],
                forced: Vec::new(),
                account: None,
                expect: None,
                scenario: None,
                seed: None,
            }),
        );
        history
    }

    pub(crate) fn wait(&mut self, ms: u64) {
        self.ms += ms;
    }

    pub(crate) fn tell(&mut self, phone: Option<Mac>, kind: Kind) {
        let n = self.events.len() as u64 + 1;
        self.events.push(Event { n, at: Instant::from_millis(self.ms), phone, kind });
    }

    /// One more event at the end of a bench.
    pub(crate) fn tell_last(&mut self, kind: Kind) {
        self.ms = self.events.last().map_or(0, |e| e.at.as_millis());
        self.tell(None, kind);
    }

    fn lease(&mut self, mac: Mac) {
        let address = Ipv4Addr::new(192, 168, 1, 20 + mac.0[5] % 200);
        self.tell(Some(mac), Kind::DhcpOffer { address, asked: None });
        self.wait(12);
        self.tell(Some(mac), Kind::DhcpAck { address, how: "selecting".into(), asked: None });
        self.wait(1_400);
    }

    /// Reads a file of this size, to its end or to `until` bytes of it.
    fn read(&mut self, mac: Mac, (file, role, size): (&str, Role, u64), of: Of<'_>, until: Option<u64>) {
        self.reads += 1;
        let read = self.reads;
        let peer = SocketAddrV4::new(Ipv4Addr::new(192, 168, 1, 20 + mac.0[5] % 200), 50_000);
        let made = matches!(role, Role::SepConfig | Role::SipConfig | Role::Os79xx | Role::SipDefault);
        let (file, load, part) =
            (file.to_owned(), of.map(|(load, _)| load.to_owned()), of.and_then(|(_, part)| part));
        let asked = file.clone();
        self.tell(
            Some(mac),
            Kind::ReadStarted { read, peer, asked, file, role, load, size, made, part, http: false },
        );
        self.wait(5_000);
        match until {
            Some(bytes) => self.tell(Some(mac), Kind::ReadProgress { read, bytes, resent: 0 }),
            None => {
                self.tell(
                    Some(mac),
                    Kind::ReadFinished { read, bytes: size, ms: 5_000, resent: 0, last_ack: true },
                );
            }
        }
    }

    /// A 7960 on its way to SIP 8.12, hop 3 of 4.
    pub(crate) fn classic(&mut self, mac: Mac, until: Until) {
        self.lease(mac);
        let identity = Identity {
            model: Some("7960".into()),
            family: Some(Family::Classic),
            condition: Condition::Loader,
            protocol: None,
            because: "it calls itself \"Cisco Systems, Inc. IP Phone CP-7960\"".into(),
            looks: None,
        };
        self.tell(Some(mac), Kind::Identified(identity));
        if until == Until::NoPlan {
            self.tell(
                Some(mac),
                Kind::NoPlan(NoPlan {
                    code: "hop-missing".into(),
                    text: "Its software is older than 5.0 and can't read a signed load.".into(),
                    get: "Add P00305000500 (it is in cmterm-7940-7960-sccp.5-0-5.zip).".into(),
                }),
            );
            return;
        }
        let whys = [
            "the first load that reads signed files",
            "brings the universal loader",
            "the newest loader, which takes SIP",
            "the target",
        ];
        let loads = ["P00305000500", "P00307020400", "P00308000900", "P0S3-8-12-00"];
        let hops = loads.iter().zip(whys);
        let hops = hops.map(|(load, why)| PlannedHop {
            load: (*load).into(),
            why: why.into(),
            certain: *load != "P00307020400",
        });
        let plan = Plan {
            from: "P00303010102".into(),
            target: "P0S3-8-12-00".into(),
            hops: hops.collect(),
            revised: None,
        };
        self.tell(Some(mac), Kind::Planned(plan));
        if until == Until::Lease {
            return;
        }
        for (hop, load) in (1..).zip(&loads[..2]) {
            self.load(mac, load, None);
            self.wait(31_000);
            self.tell(Some(mac), Kind::Booted { because: "it asks for OS79XX.TXT".into() });
            let proof = vec![format!("event {}: it asked anew after the last block", self.events.len())];
            self.tell(Some(mac), Kind::HopDone { hop, load: (*load).into(), proof });
            self.lease(mac);
        }
        match until {
            Until::Reading => self.load(mac, loads[2], Some(482_000)),
            Until::Stalled => self.stall(mac, loads[2]),
            Until::Flashing => self.load(mac, loads[2], None),
            _ => self.finish(mac, &loads[2..], until),
        }
    }

    fn stall(&mut self, mac: Mac, load: &str) {
        self.load(mac, load, Some(212_000));
        self.wait(20_000);
        let (read, text) = (self.reads, String::new());
        self.tell(
            Some(mac),
            Kind::ReadFailed { read, bytes: 212_000, resent: 7, why: ReadFailure::Silent, text },
        );
        self.tell(
            Some(mac),
            Kind::Symptom {
                code: "read-stalled".into(),
                severity: Severity::Hand,
                seen: "It fell silent in the middle of P00308000900.sb2, after 212000 bytes.".into(),
                means: "It lost its power or its cable, or its answers no longer reach this laptop.".into(),
                next: "Check the cable in the jack marked SW, and leave the phone powered: it will ask again by itself."
                    .into(),
                remedies: Vec::new(),
            },
        );
    }

    fn finish(&mut self, mac: Mac, loads: &[&str], until: Until) {
        for (hop, load) in (3..).zip(loads) {
            self.load(mac, load, None);
            self.wait(29_000);
            self.lease(mac);
            let proof = vec![format!("event {}: it asked anew after the last block", self.events.len())];
            self.tell(Some(mac), Kind::HopDone { hop, load: (*load).into(), proof });
        }
        self.read(mac, ("SIPDefault.cnf", Role::SipDefault, 412), None, None);
        let n = self.events.len();
        let (verdict, reason, running, proof) = match until {
            Until::Unproven => (
                Verdict::Unproven,
                "It read all of P0S3-8-12-00, and has not shown yet that it runs it.",
                None,
                vec![],
            ),
            _ => (
                Verdict::Recovered,
                "It runs P0S3-8-12-00: it read all of it, started anew and behaves as that load does.",
                Some("P0S3-8-12-00".to_owned()),
                vec![
                    format!("event {}: read P0S3-8-12-00.sb2 to its last block", n - 6),
                    format!("event {n}: asked for SIPDefault.cnf, which only a SIP application does"),
                ],
            ),
        };
        self.tell(Some(mac), Kind::Verdict { verdict, running, proof, reason: reason.into() });
    }

    fn load(&mut self, mac: Mac, load: &str, until: Option<u64>) {
        self.read(mac, ("OS79XX.TXT", Role::Os79xx, 14), Some((load, None)), None);
        let peer = SocketAddrV4::new(Ipv4Addr::new(192, 168, 1, 20 + mac.0[5] % 200), 50_001);
        let asked = format!("CTLSEP{}.tlv", mac.bare());
        self.tell(
            Some(mac),
            Kind::ReadRefused { peer, asked, role: Role::TrustList, why: "none".into(), usual: true },
        );
        self.read(mac, (&format!("{load}.loads"), Role::LoadsList, 461), Some((load, None)), None);
        self.read(mac, (&format!("{load}.sbn"), Role::Loader, 130_228), Some((load, Some((1, 2)))), None);
        self.read(
            mac,
            (&format!("{load}.sb2"), Role::Application, 708_564),
            Some((load, Some((2, 2)))),
            until,
        );
    }

    /// A wiped 7961 that reads its third part.
    pub(crate) fn java(&mut self, mac: Mac, until: Until) {
        self.lease(mac);
        let identity = Identity {
            model: Some("7961G-GE".into()),
            family: Some(Family::F41),
            condition: Condition::Wiped,
            protocol: None,
            because: "it asks for term61.default.loads".into(),
            looks: None,
        };
        self.tell(Some(mac), Kind::Identified(identity));
        let hop = |load: &str, why: &str| PlannedHop { load: load.into(), why: why.into(), certain: true };
        let hops = vec![
            hop("SCCP41.8-5-2SR1S", "the load that takes both older and newer signatures"),
            hop("SIP41.9-4-2SR3-1S", "the target"),
        ];
        let plan = Plan { from: "unknown".into(), target: "SIP41.9-4-2SR3-1S".into(), hops, revised: None };
        self.tell(Some(mac), Kind::Planned(plan));
        if until == Until::Lease {
            return;
        }
        let of = |part: Option<(u32, u32)>| Some(("SCCP41.8-5-2SR1S", part));
        self.read(mac, ("term61.default.loads", Role::TermList, 674), of(None), None);
        self.read(mac, ("jar41sccp.8-5-2TH1-9.sbn", Role::Part, 3_211_004), of(Some((1, 5))), None);
        self.read(mac, ("cnu41.8-5-2TH1-9.sbn", Role::Part, 528_110), of(Some((2, 5))), None);
        self.read(mac, ("apps41.8-5-2TH1-9.sbn", Role::Part, 4_830_411), of(Some((3, 5))), Some(1_230_000));
    }
}

/// A 7961 that runs an application and says what it is, by its announcement and by its page; `anew`: and started again.
pub(crate) fn told(anew: bool) -> History {
    let (mut history, mac) = (History::started(), mac(1));
    history.java(mac, Until::Lease);
    history.wait(30_000);
    for (source, load, boot) in
        [(Source::Lldp, None, Some("tnp61.8-3-1-21a.bin")), (Source::Page, Some("SIP41.9-4-2SR3-1S"), None)]
    {
        let said = Evidence {
            source,
            weight: weight(source, load.is_some()),
            model: Some("7961G-GE".into()),
            load: load.map(Into::into),
            release: None,
            text: String::new(),
            boot: boot.map(Into::into),
            hardware: Some("5.0".into()),
            serial: Some("FCH1234A5BC".into()),
        };
        history.tell(Some(mac), Kind::Evidence(said));
        history.wait(2_000);
    }
    if anew {
        history.lease(mac);
    }
    history
}

/// The MAC of the i-th phone.
pub(crate) fn mac(i: usize) -> Mac {
    let byte = |n: usize| u8::try_from(n % 256).unwrap();
    Mac([0x00, 0x1b, 0x0c, 0x18, byte(0xbd + i / 200), byte(0xc1 + i * 7)])
}

/// A bench of so many phones, each left somewhere else.
pub(crate) fn bench(phones: usize) -> History {
    let mut history = History::started();
    let fates = [Until::Reading, Until::Lease, Until::Stalled, Until::Recovered, Until::Flashing];
    for i in 0..phones {
        match i {
            1 => history.java(mac(i), Until::Reading),
            7 => history.classic(mac(i), Until::NoPlan),
            11 => history.classic(mac(i), Until::Unproven),
            _ => {
                history.classic(mac(i), fates[if i > 5 && i % 9 != 2 { [0, 3, 4, 3][i % 4] } else { i % 5 }]);
            }
        }
        // Phones are worked on at the same time.
        history.ms = history.ms.min(150_000);
    }
    history.events.sort_by_key(|e| e.at);
    for (n, event) in (1..).zip(&mut history.events) {
        event.n = n;
    }
    history
}

/// A 7960 that has asked for an address, and for nothing else yet.
pub(crate) fn first_packet() -> History {
    let mut history = History::started();
    history.wait(2_000);
    let asks = Fingerprint {
        class: Some("Cisco Systems, Inc. IP Phone CP-7960G".into()),
        host_name: Some(format!("SIP{}", mac(1).bare())),
        params: vec![1, 66, 6, 3, 15, 150, 35, 151],
        order: vec![53, 61, 60, 12, 55],
    };
    let identity = Identity {
        model: Some("7960".into()),
        family: Some(Family::Classic),
        because: "it calls itself \"Cisco Systems, Inc. IP Phone CP-7960G\"".into(),
        looks: Catalogue::builtin().looks(&asks).map(Box::new),
        ..Identity::default()
    };
    let address = Ipv4Addr::new(192, 168, 1, 20);
    history.tell(Some(mac(1)), Kind::DhcpOffer { address, asked: Some(Box::new(asks)) });
    history.tell(Some(mac(1)), Kind::Identified(identity));
    history
}
