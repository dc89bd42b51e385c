//! For tests of phones: hand-made firmware, and a server of a few lines that shares no code with the program.

use super::Datagram;
use super::phone::{Deed, Delivery, Phone, PhoneOutput, Refusal};
use super::router::{Router, RouterSpec};
use super::scenario::{PhoneSpec, StartState};
use crate::clock::Instant;
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::time::Duration;

pub(super) const SERVER: Ipv4Addr = Ipv4Addr::new(192, 168, 1, 1);

/// A file in the signed envelope, laid out as in real sets.
pub(super) fn signed(name: &str, payload: &[u8]) -> Vec<u8> {
    let mut m = vec![1, 0, 2, 1, 2, 2, 0, 2, 0, 0];
    let field = |m: &mut Vec<u8>, tag: u8, value: &[u8]| {
        m.push(tag);
        m.extend(u16::try_from(value.len()).unwrap().to_be_bytes());
        m.extend(value);
    };
    m.extend([3, 0, 91]);
    field(&mut m, 4, b"CN=someSigner;OU=someOrgUnit;O=someOrg\0");
    field(&mut m, 5, &[0x12, 0x34, 0x56, 0x78, 0x90, 0xab, 0xcd, 0xef]);
    field(&mut m, 6, b"CN=someCA;OU=someOrgUnit;O=someOrg\0");
    m.extend([7, 0, 15]);
    field(&mut m, 8, &[1]);
    m.extend([9, 0, 8]);
    field(&mut m, 10, &[0]);
    field(&mut m, 11, &[2]);
    field(&mut m, 12, &[0x5a; 256]);
    field(&mut m, 14, format!("{name}\0").as_bytes());
    while m.len() % 4 != 0 || m.len() < 404 {
        m.push(13);
    }
    let length = u16::try_from(m.len()).unwrap().to_be_bytes();
    m[8..10].copy_from_slice(&length);
    m.extend(payload);
    m
}

fn image(id: &str, version: &str, size: usize) -> Vec<u8> {
    let mut m = vec![0x11; size];
    m[0x20..0x40].fill(0);
    m[0x20..0x20 + id.len()].copy_from_slice(id.as_bytes());
    m[0x120..0x128].fill(0);
    m[0x120..0x120 + version.len()].copy_from_slice(version.as_bytes());
    m
}

pub(super) fn loader_image(id: &str, version: &str) -> Vec<u8> {
    image(id, version, 30_000)
}

pub(super) fn whole_image(id: &str) -> Vec<u8> {
    image(id, "", 60_000)
}

/// A Java archive with contents of these sizes.
pub(super) fn archive(sizes: &[u32]) -> Vec<u8> {
    let magic = b"CNU_File_Archive_3.0";
    let first = 0x248 + 20 * sizes.len();
    let mut m = vec![0; first];
    m[..20].copy_from_slice(magic);
    m[0x30..0x34].copy_from_slice(&u32::try_from(sizes.len()).unwrap().to_be_bytes());
    m[0x34..0x38].copy_from_slice(&u32::try_from(first).unwrap().to_be_bytes());
    m[0x38..0x4c].copy_from_slice(magic);
    for (n, size) in sizes.iter().enumerate() {
        m[0x248 + 20 * n + 8..][..4].copy_from_slice(&size.to_be_bytes());
        m.extend(vec![7; *size as usize]);
    }
    m
}

pub(super) type Files = BTreeMap<String, Vec<u8>>;

pub(super) fn put(files: &mut Files, name: &str, bytes: Vec<u8>) {
    files.insert(name.to_ascii_lowercase(), bytes);
}

/// A universal load: list, loader, application.
pub(super) fn universal(files: &mut Files, load: &str, loader: &str, version: &str) {
    let list = format!("{loader}.sbn\n{load}.sb2\nLA_VERSION={version}\n");
    put(files, &format!("{load}.loads"), signed(&format!("{load}.loads"), list.as_bytes()));
    put(files, &format!("{loader}.sbn"), signed(&format!("{loader}.sbn"), &loader_image(loader, version)));
    put(files, &format!("{loader}.bin"), loader_image(loader, version));
    put(files, &format!("{load}.sb2"), signed(&format!("{load}.sb2"), &whole_image(load)));
}

/// A Java load with its default lists: `protocol` in small letters, digits of the family, release with dashes.
pub(super) fn java_set(files: &mut Files, protocol: &str, family: &str, release: &str, terms: &[&str]) {
    let parts = ["jar", "cnu", "apps", "dsp", "cvm"].map(|part| {
        let with = if matches!(part, "jar" | "cvm") { protocol } else { "" };
        format!("{part}{family}{with}.{release}.sbn")
    });
    for part in &parts {
        put(files, part, signed(part, &archive(&[9000, 500])));
    }
    let list = format!("#\r\n# RELEASE load version {release}TH1-6\r\n\r\n{}\r\n", parts.join(" \r\n"));
    let load = format!("{}{family}.{release}S.loads", protocol.to_ascii_uppercase());
    let terms = terms.iter().map(|t| format!("term{t}.default.loads"));
    for name in terms.chain([load]) {
        put(files, &name, signed(&name, list.as_bytes()));
    }
}

/// An own XML file that names a load.
pub(super) fn xml(load: &str) -> Vec<u8> {
    format!("<device><loadInformation>{load}</loadInformation></device>").into_bytes()
}

pub(super) fn spec(model: &str, state: StartState, load: Option<&str>) -> PhoneSpec {
    PhoneSpec {
        model: model.into(),
        mac: "00:1b:0c:18:bd:c1".parse().unwrap(),
        state,
        load: load.map(str::to_owned),
        loader: None,
        takes_up_to: None,
        needs_at_least: None,
        stored_lease: None,
        power_at: 0,
        faults: Vec::new(),
    }
}

pub(super) fn router() -> RouterSpec {
    RouterSpec {
        address: SERVER,
        first: Ipv4Addr::new(192, 168, 1, 20),
        option_150: SERVER.octets().to_vec(),
        option_66: String::new(),
        siaddr: None,
        gateway: true,
        lease: 86_400,
    }
}

/// One phone and one server.
pub(super) struct Bench {
    pub(super) phone: Phone,
    pub(super) router: Option<Router>,
    pub(super) files: Files,
    /// Answers no request at all.
    pub(super) silent: bool,
    /// Every datagram the phone sent.
    pub(super) sent: Vec<(Instant, Datagram)>,
    pub(super) closed: usize,
    now: Instant,
    /// The reads under way, by the port they are served from.
    reads: BTreeMap<u16, Vec<u8>>,
    next_port: u16,
}

impl Bench {
    pub(super) fn new(spec: &PhoneSpec, files: Files) -> Self {
        let mut phone = Phone::new(spec, 1).unwrap();
        phone.power_on(Instant::ZERO);
        Self {
            phone,
            router: Some(Router::new(router())),
            files,
            silent: false,
            sent: Vec::new(),
            closed: 0,
            now: Instant::ZERO,
            reads: BTreeMap::new(),
            next_port: 2000,
        }
    }

    pub(super) fn now(&self) -> Instant {
        self.now
    }

    /// Runs for so many seconds.
    pub(super) fn run(&mut self, seconds: u64) {
        self.run_millis(1000 * seconds);
    }

    pub(super) fn run_millis(&mut self, millis: u64) {
        let end = self.now + Duration::from_millis(millis);
        loop {
            match self.phone.poll(self.now) {
                PhoneOutput::Announce(_) => {}
                PhoneOutput::Send(datagram) => {
                    self.sent.push((self.now, datagram.clone()));
                    self.serve(&datagram);
                }
                PhoneOutput::Idle(Some(at)) if at <= end => {
                    assert!(at >= self.now, "time runs backwards");
                    self.now = at;
                }
                PhoneOutput::Idle(_) => break,
            }
        }
        self.now = end;
    }

    fn serve(&mut self, datagram: &Datagram) {
        if let Some(answer) = self.router.as_mut().and_then(|r| r.handle(datagram)) {
            self.phone.handle(self.now, &answer);
        }
        if self.silent || *datagram.to.ip() != SERVER {
            return;
        }
        let (port, number, bytes) = match (datagram.to.port(), &*datagram.bytes) {
            (69, [0, 1, rest @ ..]) => {
                let name =
                    String::from_utf8_lossy(rest.split(|b| *b == 0).next().unwrap()).to_ascii_lowercase();
                self.next_port += 1;
                match self.files.get(name.trim_start_matches(['.', '/'])) {
                    Some(file) => {
                        self.reads.insert(self.next_port, file.clone());
                        (self.next_port, 1, file.clone())
                    }
                    None => return self.deliver(self.next_port, datagram.from, b"\0\x05\0\x01no\0"),
                }
            }
            (port, [0, 4, high, low]) => match self.reads.get(&port) {
                Some(file) => (port, u16::from_be_bytes([*high, *low]) + 1, file.clone()),
                None => return,
            },
            _ => return,
        };
        let start = 512 * (usize::from(number) - 1);
        if start > bytes.len() {
            return;
        }
        let block = &bytes[start..bytes.len().min(start + 512)];
        let data = [&[0, 3], &number.to_be_bytes()[..], block].concat();
        self.deliver(port, datagram.from, &data);
    }

    pub(super) fn deliver(&mut self, port: u16, to: SocketAddrV4, bytes: &[u8]) {
        let datagram = Datagram { from: SocketAddrV4::new(SERVER, port), to, bytes: bytes.to_vec() };
        if self.phone.handle(self.now, &datagram) == Delivery::PortClosed {
            self.closed += 1;
        }
    }

    /// The files asked for with the second of asking, since `since`.
    pub(super) fn asked_at(&self, since: Instant) -> Vec<(u64, String)> {
        let deeds = self.phone.history().iter().filter(|(at, _)| *at >= since);
        deeds
            .filter_map(|(at, deed)| match deed {
                Deed::Asked(name) => Some(((*at - since).as_secs(), name.replace("001B0C18BDC1", "<mac>"))),
                _ => None,
            })
            .collect()
    }

    pub(super) fn asked(&self) -> Vec<String> {
        self.asked_at(Instant::ZERO).into_iter().map(|(_, name)| name).collect()
    }

    pub(super) fn flashed(&self) -> Vec<&str> {
        let deeds = self.phone.history().iter();
        deeds.filter_map(|(_, d)| if let Deed::Flashed(load) = d { Some(&**load) } else { None }).collect()
    }

    pub(super) fn refused(&self) -> Vec<(&str, Refusal)> {
        let deeds = self.phone.history().iter();
        deeds
            .filter_map(
                |(_, d)| if let Deed::Refused { file, why } = d { Some((&**file, *why)) } else { None },
            )
            .collect()
    }
}
