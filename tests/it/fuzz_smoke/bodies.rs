//! What is done with any bytes, and what must hold then: the bodies of the fuzz targets.
//!
//! `fuzz/` calls them with the inputs that a fuzzer finds, the ordinary tests with a small corpus and seeded mutations of
//! it (`tests/it/fuzz_smoke.rs`). A new reader gets one function here, one line in [`TARGETS`], one file in
//! `fuzz/fuzz_targets/`, and a corpus folder.

#[path = "conversation.rs"]
pub mod conversation;
#[path = "wire.rs"]
mod wire;

use flate2::Compression;
use flate2::write::GzEncoder;
use rescue79::catalogue::Catalogue;
use rescue79::clock::Wall;
use rescue79::evidence::{Said, cdp, device_page, lldp, sccp, sip};
use rescue79::firmware::{Intake, Shelf, cnu, image, list, report, signed};
use rescue79::journal::{self, Reader};
use rescue79::limits;
use rescue79::session::{State, summary, words};
use rescue79::sim::scenario::Scenario;
use std::io::{Cursor, Write};
pub use wire::{dhcp, tftp};

/// A target: its name, as of its file and its corpus, and its body.
pub type Target = (&'static str, fn(&[u8]));

/// Every target.
pub const TARGETS: &[Target] = &[
    ("dhcp", dhcp),
    ("tftp", tftp),
    ("conversation", conversation::conversation),
    ("signed", signed_header),
    ("loads", loads),
    ("cnu", archive_table),
    ("archive", archive),
    ("sip", sip_stream),
    ("sccp", sccp_stream),
    ("cdp", announcement),
    ("lldp", lldp_announcement),
    ("page", device_page),
    ("journal", journal_lines),
    ("catalogue", catalogue),
];

/// Takes pieces off the front of an input: how a fuzzer's bytes become a story.
pub struct Pieces<'a>(pub &'a [u8]);

impl<'a> Pieces<'a> {
    /// One byte; 0 when there is none.
    pub fn byte(&mut self) -> u8 {
        self.some(1).first().copied().unwrap_or(0)
    }

    /// Two bytes.
    pub fn word(&mut self) -> u16 {
        u16::from_be_bytes([self.byte(), self.byte()])
    }

    /// Up to so many bytes.
    pub fn some(&mut self, len: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(len.min(self.0.len()));
        self.0 = rest;
        taken
    }

    /// A length, then so many bytes.
    pub fn piece(&mut self) -> &'a [u8] {
        let len = usize::from(self.word()) % 2_048;
        self.some(len)
    }

    /// Nothing is left.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The envelope of a signed file: what it says of itself lies inside the file, and its payload goes through the readers of
/// what may be in it.
pub fn signed_header(data: &[u8]) {
    let Some(envelope) = signed::read(data) else { return };
    let payload = envelope.payload(data);
    assert!(data.ends_with(payload), "the payload is the rest of the file");
    assert!(!envelope.fits || payload.len() < data.len(), "an envelope takes room");
    loads(payload);
    archive_table(payload);
    let _ = image::read(payload);
}

/// A list of parts.
pub fn loads(data: &[u8]) {
    if let Some(list) = list::read(data) {
        assert!(data.len() <= limits::LIST_BYTES && list.parts.len() <= limits::LIST_PARTS);
        for part in &list.parts {
            assert!(!part.is_empty() && !part.contains(['/', '\\', '\0']), "{part:?} is no name of a file");
        }
    }
}

/// The table of a CNU archive.
pub fn archive_table(data: &[u8]) {
    let tagged = [cnu::MAGIC, data].concat();
    for bytes in [data, &tagged] {
        if let Some(archive) = cnu::read(bytes) {
            assert!(archive.len >= 0x38);
            let version = archive.version.unwrap_or_default();
            assert!(version.len() <= 32 && version.bytes().all(|b| b.is_ascii_graphic()), "{version:?}");
        }
    }
}

/// An archive as people hand it in: bytes as they are, or members of a well-formed zip, tar or `.cop`, so that the fuzzer
/// need not find out how check sums are made.
pub fn archive(data: &[u8]) {
    let mut pieces = Pieces(data);
    let wrapping = pieces.byte() % 5;
    let bytes = match wrapping {
        0 => pieces.0.to_vec(),
        1 => gzip(pieces.0),
        2 => zip(&members(pieces)),
        3 => tar(&members(pieces)),
        _ => gzip(&tar(&members(pieces))),
    };
    let shelf = taken(bytes);
    let whole: usize = shelf.files().map(|file| file.bytes.len()).sum();
    assert!(whole <= limits::ARCHIVE_BYTES, "{whole}");
    assert!(shelf.files().count() <= limits::ARCHIVE_MEMBERS);
    assert!(shelf.problems().len() <= limits::SHELF_PROBLEMS);
    let text = report::text(&shelf, |_| vec!["7961".to_owned()]);
    assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "{text:?}");
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    for load in shelf.loads().iter().filter(|load| load.complete) {
        for member in &load.members {
            let found = shelf.find(&member.name, Some(load.set));
            assert!(found.is_some_and(|file| file.sound), "{} of a complete load", member.name);
        }
    }
}

fn taken(bytes: Vec<u8>) -> Shelf {
    let mut intake = Intake::of_any_size();
    intake.given("archive", bytes);
    intake.finish()
}

fn members(mut pieces: Pieces<'_>) -> Vec<(String, Vec<u8>)> {
    let mut members = Vec::new();
    while !pieces.is_empty() && members.len() < 24 {
        let len = usize::from(pieces.byte()) % 64;
        let name = String::from_utf8_lossy(pieces.some(len)).into_owned();
        members.push((name, pieces.piece().to_vec()));
    }
    members
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::none());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Members as a zip, not packed.
pub fn zip(members: &[(String, Vec<u8>)]) -> Vec<u8> {
    let plain = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        // Its writer refuses a name that it has written.
        if writer.start_file(name, plain).is_ok() {
            writer.write_all(bytes).unwrap();
        }
    }
    writer.finish().unwrap().into_inner()
}

/// Members as a tar.
pub fn tar(members: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, bytes) in members {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        // Names that its writer refuses are what we want to see read.
        let place = &mut header.as_old_mut().name;
        for (to, from) in place.iter_mut().zip(name.bytes()) {
            *to = from;
        }
        header.set_cksum();
        builder.append(&header, bytes.as_slice()).unwrap();
    }
    builder.into_inner().unwrap()
}

/// A stream at the SIP port. However it is cut, the same is read.
pub fn sip_stream(data: &[u8]) {
    let mut rest = data;
    while let Ok(Some(request)) = sip::next(rest) {
        assert!(request.length <= rest.len() && request.length > 0);
        if let Some(answer) = request.answer() {
            assert!(answer.starts_with(b"SIP/2.0 ") && answer.ends_with(b"\r\n\r\n"));
            let ends = answer.windows(4).filter(|four| four == b"\r\n\r\n").count();
            assert_eq!(
                ends,
                1,
                "what was said can't end our answer early: {:?}",
                String::from_utf8_lossy(&answer)
            );
        }
        if let Some(said) = request.said() {
            harmless(&said);
        }
        let short = rest.get(..request.length - 1).unwrap_or_default();
        assert!(!matches!(sip::next(short), Ok(Some(part)) if part.length >= request.length));
        rest = rest.get(request.length..).unwrap_or_default();
    }
}

/// A stream at the SCCP port.
pub fn sccp_stream(data: &[u8]) {
    let mut rest = data;
    while let Ok(Some((message, length))) = sccp::next(rest) {
        assert!((12..=limits::SCCP_MESSAGE + 8).contains(&length) && length <= rest.len());
        assert!(
            matches!(sccp::next(rest.get(..length - 1).unwrap_or_default()), Ok(None)),
            "it is whole only whole"
        );
        if let Some(answer) = sccp::answer(&message) {
            let stated = answer.first_chunk::<4>().map(|four| u32::from_le_bytes(*four)).unwrap_or_default();
            assert_eq!(stated as usize + 8, answer.len());
        }
        if let sccp::Message::Said(said) | sccp::Message::Token(said) = &message {
            harmless(said);
        }
        rest = rest.get(length..).unwrap_or_default();
    }
}

/// A neighbour announcement, with and without the header that a fuzzer would have to find.
pub fn announcement(data: &[u8]) {
    let tagged = [&[0xaa, 0xaa, 3, 0, 0, 0x0c, 0x20, 0], data].concat();
    for frame in [data, &tagged] {
        if let Some(said) = cdp::read(frame) {
            assert!(said.mac.is_some());
            harmless(&said);
        }
    }
}

/// A neighbour announcement of the other kind.
pub fn lldp_announcement(data: &[u8]) {
    if let Some(said) = lldp::read(data) {
        harmless(&said);
    }
}

/// The phone's own page.
pub fn device_page(data: &[u8]) {
    if let Some(said) = device_page::read(data) {
        harmless(&said);
    }
}

/// What was said is short and can be shown.
fn harmless(said: &Said) {
    for text in [&said.model, &said.load, &said.release].into_iter().flatten().chain([&said.text]) {
        assert!(text.len() <= 2_048 && !text.contains(char::is_control), "{text:?}");
    }
}

/// A journal from anywhere: what can be read is folded, said in words and written again, and then reads the same.
pub fn journal_lines(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let mut reader = Reader::default();
    let mut state = State::default();
    let mut again = State::default();
    for line in text.lines().take(500) {
        let Ok(event) = reader.line(line) else { continue };
        let sentence = words::sentence(&event);
        assert!(!sentence.contains(char::is_control), "{sentence:?} from {line}");
        state.apply(&event);
        assert!(state.phones.len() <= limits::PHONES);
        let start = reader.start().unwrap_or(Wall(0));
        let written = journal::encode(start, &event).unwrap();
        // The start of a session is the time of its first line.
        let mut reader = Reader::default();
        let first = format!(r#"{{"at":"{}","n":1,"event":"forgotten"}}"#, journal::rfc3339(start));
        reader.line(&first).unwrap();
        let read = reader.line(&written).unwrap();
        assert_eq!(read, event, "{line}\n{written}");
        again.apply(&read);
    }
    assert_eq!(state, again);
    let summary = state.summarise();
    assert_eq!(summary.phones.len(), state.phones.len());
    for phone in &state.phones {
        let (_, why) = summary::ending(phone);
        let doing = words::doing(phone);
        assert!(!doing.contains(char::is_control) && !why.contains('\u{1b}'), "{doing:?} {why:?}");
    }
}

/// The catalogue's files and a scenario, as somebody may write them.
pub fn catalogue(data: &[u8]) {
    let mut pieces = Pieces(data);
    let which = pieces.byte();
    let text = String::from_utf8_lossy(pieces.0);
    let files = Catalogue::FILES;
    match files.get(usize::from(which)) {
        Some(file) => drop(Catalogue::check(file, &text)),
        None => drop(Scenario::read("fuzzed", &text)),
    }
}
