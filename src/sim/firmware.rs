//! Synthetic firmware with the real layout, for rehearsals and tests. No octet of a vendor is in it.
//!
//! The bytes are written here by hand, not with the parsers of [`crate::firmware`], so that each checks the other.
//! Sizes and layout: measured on public copies of real sets (cmterm archives of 8.5(4), 9.4(2)SR1, P0S3-8-12-00).

use crate::load::{Family, LoadName, Protocol};

/// How large the files are. A phone doesn't mind, a test that runs a thousand of them does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scale(u32);

impl Scale {
    /// Sizes of real sets.
    pub const FULL: Self = Self(1);
    /// A hundredth: a set of a Java phone has 80 kB.
    pub const FAST: Self = Self(100);

    /// Sizes divided by so much; 0 is 1.
    #[must_use]
    pub fn divided_by(divisor: u32) -> Self {
        Self(divisor.max(1))
    }

    fn of(self, size: usize) -> usize {
        (size / self.0.max(1) as usize).max(SMALLEST)
    }
}

/// Names and contents of one set.
pub type Files = Vec<(String, Vec<u8>)>;

/// Room for a header, an archive table and some content.
const SMALLEST: usize = 2_048;

/// All files of a load as its archive has them; empty when the name isn't a load's.
#[must_use]
pub fn set(load_name: &str, seed: u64, scale: Scale) -> Files {
    let name = load_name.trim().trim_end_matches(".loads");
    match name.parse::<LoadName>() {
        Ok(load) if load.family == Family::Classic => classic(name, &load, seed, scale),
        Ok(load) => java(name, &load, seed, scale),
        Err(_) => Files::new(),
    }
}

/// A payload in a signed envelope that carries `name`.
#[must_use]
pub fn sign(name: &str, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![1, 0, 2, 1, 2, 2, 0, 2, 0, 0];
    bytes.extend([3, 0, 91]);
    field(&mut bytes, 4, b"CN=someSigner;OU=someOrgUnit;O=someOrg\0");
    field(&mut bytes, 5, &[0x12, 0x34, 0x56, 0x78, 0x90, 0xab, 0xcd, 0xef]);
    field(&mut bytes, 6, b"CN=someCA;OU=someOrgUnit;O=someOrg\0");
    bytes.extend([7, 0, 15, 8, 0, 1, 1, 9, 0, 8, 10, 0, 1, 0, 11, 0, 1, 2]);
    let mut signature = Noise::new(name, payload.len() as u64);
    field(&mut bytes, 12, &signature.bytes(256));
    field(&mut bytes, 14, &[name.as_bytes(), &[0]].concat());
    let len = bytes.len().next_multiple_of(4);
    bytes.resize(len, 13);
    let stated = u16::try_from(len).unwrap_or(u16::MAX).to_be_bytes();
    bytes.splice(8..10, stated);
    bytes.extend(payload);
    bytes
}

fn field(bytes: &mut Vec<u8>, tag: u8, value: &[u8]) {
    bytes.push(tag);
    bytes.extend(u16::try_from(value.len()).unwrap_or(u16::MAX).to_be_bytes());
    bytes.extend(value);
}

/// Length of the envelope that [`sign`] puts around a file of this name.
fn envelope_len(name: &str) -> usize {
    (384 + name.len() + 1).next_multiple_of(4)
}

/// Universal loader from SCCP 6, SIP 7 and MGCP 7 on; before that one image, signed from 5 on.
fn classic(name: &str, load: &LoadName, seed: u64, scale: Scale) -> Files {
    let universal = load.release.major() >= if load.protocol == Protocol::Sccp { 6 } else { 7 };
    if !universal {
        let (size, extension) = if load.release.major() >= 5 { (397_840, "sbn") } else { (349_794, "bin") };
        let image = image(name, None, scale.of(size), seed);
        let file = format!("{name}.{extension}");
        let bytes = if extension == "sbn" { sign(&file, &image) } else { image };
        return vec![(file, bytes)];
    }
    let loader = match load.protocol {
        Protocol::Sccp => name.to_owned(),
        Protocol::Sip | Protocol::Mgcp => format!("P003{}", name.get(4..).unwrap_or_default()),
    };
    let version = if name.ends_with("SR02") { "PAS30831" } else { "PAS30830" };
    // The list of 7.2(3) has three bytes more than its names need; with CR LF it comes out.
    let (loader_size, end) = if name == "P00307020300" { (128_996, "\r\n") } else { (130_552, "\n") };
    let bin = image(&loader, Some(version), scale.of(loader_size), seed);
    let (sbn, sb2, loads) = (format!("{loader}.sbn"), format!("{name}.sb2"), format!("{name}.loads"));
    let application = match name {
        "P0S3-8-12-00" => 756_524,
        "P00307020300" => 681_290,
        _ => 708_460,
    };
    let app = image(name, None, scale.of(application - envelope_len(&sb2)), seed);
    let list = format!("{sbn}{end}{sb2}{end}LA_VERSION={version}{end}");
    let mut files = vec![
        (format!("{loader}.bin"), bin.clone()),
        (sbn.clone(), sign(&sbn, &bin)),
        (loads.clone(), sign(&loads, list.as_bytes())),
        (sb2.clone(), sign(&sb2, &app)),
    ];
    if load.protocol == Protocol::Sccp {
        files.push((format!("{name}.txt"), format!("Load {name} for the 7940 and 7960.\r\n").into_bytes()));
    } else {
        files.push(("OS79XX.TXT".to_owned(), format!("{loader}\r\n").into_bytes()));
    }
    files
}

/// A branch, the load id at 0x20, a loader's version at 0x120, and noise.
fn image(load: &str, version: Option<&str>, size: usize, seed: u64) -> Vec<u8> {
    let mut bytes = Noise::new(load, seed ^ u64::from(version.is_some())).bytes(size.max(0x200));
    let mut put = |at: usize, text: &[u8]| {
        bytes.splice(at..at + text.len(), text.iter().copied());
    };
    put(0, &[0xea, 0, 0, 0x46]);
    put(0x20, &[load.as_bytes(), &[0]].concat());
    put(0x120, version.map_or(&[0; 8], |version| version.as_bytes()));
    bytes
}

/// Sets that were measured on public copies: the build in the names of the parts, sizes of jar, cnu, apps, dsp and cvm,
/// and the length of a list without its envelope.
const MEASURED: [(&str, &str, [usize; 5], usize); 5] = [
    ("SIP41.8-5-4S", "8-5-4TH1-6", [1_629_894, 499_863, 2_933_341, 539_513, 2_490_633], 246),
    ("SIP42.8-5-4S", "8-5-4TH1-6", [1_758_418, 524_894, 2_936_005, 342_219, 2_493_545], 264),
    ("SCCP42.9-4-2SR1-1S", "9-4-2ES9", [1_763_397, 582_093, 4_637_232, 364_207, 2_217_086], 254),
    ("SCCP11.9-4-2SR1-1S", "9-4-2ES9", [1_618_309, 559_855, 3_156_351, 364_207, 2_225_648], 254),
    ("SCCP70.8-3-3S", "8-3-2-27", [538_527, 547_706, 2_494_499, 530_601, 2_456_051], 234),
];

/// Sizes of jar, cnu, apps, dsp and cvm, the hardware mark of the list, and the numbers in the names of term lists.
type JavaSet = ([usize; 5], Option<u32>, &'static [&'static str]);

fn java_set(family: Family) -> JavaSet {
    match family {
        Family::F11 => ([1_618_309, 559_713, 3_157_531, 364_895, 2_227_521], Some(1), &["06", "11"]),
        Family::F31 => ([1_617_571, 553_975, 3_150_897, 356_907, 2_209_268], None, &["31"]),
        Family::F42 => ([1_763_397, 581_755, 4_637_232, 364_895, 2_218_670], Some(5), &["42", "62"]),
        Family::F45 => ([2_258_101, 582_170, 4_637_232, 364_907, 2_223_028], Some(15), &["45", "65"]),
        Family::F70 => ([1_830_557, 557_249, 3_157_527, 562_693, 2_222_958], None, &["70", "71"]),
        Family::F75 => ([2_260_245, 582_220, 4_637_232, 364_907, 2_222_932], Some(5), &["75"]),
        Family::F41 | Family::Classic => {
            ([1_630_052, 556_833, 3_157_527, 562_693, 2_219_477], None, &["41", "61"])
        }
    }
}

fn java(name: &str, load: &LoadName, seed: u64, scale: Scale) -> Files {
    let (sizes, hardware, terms) = java_set(load.family);
    let digits = load.family.as_str();
    let protocol = if load.protocol == Protocol::Sip { "sip" } else { "sccp" };
    let build = build(name);
    let measured = MEASURED.iter().find(|(load, ..)| *load == name);
    let (named, sizes) = measured.map_or((build.as_str(), sizes), |(_, named, sizes, _)| (*named, *sizes));
    let mut files = Files::new();
    let mut list = format!("#\r\n# RELEASE load version {build}\r\n#\r\n");
    list += &hardware.map_or_else(String::new, |mark| format!("#HARDWARE_COMP_1 {mark}\r\n"));
    list += "\r\n";
    for (part, size) in ["jar", "cnu", "apps", "dsp", "cvm"].into_iter().zip(sizes) {
        let spoken = if matches!(part, "jar" | "cvm") { protocol } else { "" };
        let blank = if matches!(part, "dsp" | "cvm") { " " } else { "" };
        let file = format!("{part}{digits}{spoken}.{named}.sbn");
        list.extend([file.as_str(), blank, "\r\n"]);
        let payload = scale.of(size).saturating_sub(envelope_len(&file));
        let bytes = sign(&file, &cnu_archive(&file, &build, payload, seed));
        files.push((file, bytes));
    }
    if let Some(rest) = measured.and_then(|(.., len)| len.checked_sub(list.len() + 3)) {
        list.extend(["#", &"-".repeat(rest), "\r\n"]);
    }
    let lists = terms.iter().map(|term| format!("term{term}.default.loads"));
    for list_name in std::iter::once(format!("{name}.loads")).chain(lists) {
        let bytes = sign(&list_name, list.as_bytes());
        files.push((list_name, bytes));
    }
    files
}

/// The build in the names of the parts isn't the release in the name of the load: `9-4-2SR1-1S` has `9-4-2ES9`.
fn build(name: &str) -> String {
    let release = name.split_once('.').map_or(name, |(_, release)| release).trim_end_matches('S');
    match release.split_once("SR") {
        None => format!("{release}TH1-6"),
        Some((base, service)) => {
            let number = service.chars().next().and_then(|c| c.to_digit(10)).unwrap_or(1);
            format!("{base}ES{}", if number == 3 { 26 } else { 9 * number })
        }
    }
}

/// Magic, table, names and contents; `cnu…` has a kernel that tells its version as first content.
fn cnu_archive(file: &str, build: &str, size: usize, seed: u64) -> Vec<u8> {
    const MAGIC: &[u8] = b"CNU_File_Archive_3.0";
    const FILES: usize = 4;
    let names: Vec<u8> = (0..FILES).flat_map(|n| format!("file{n}\0").into_bytes()).collect();
    let first = 0x248 + 20 * FILES + names.len();
    let content = size.saturating_sub(first).max(FILES * 64);
    let mut bytes = Vec::with_capacity(size);
    bytes.extend(MAGIC);
    bytes.resize(0x30, 0);
    let word = |n: usize| u32::try_from(n).unwrap_or(u32::MAX).to_be_bytes();
    bytes.extend(word(FILES));
    bytes.extend(word(first));
    bytes.extend(MAGIC);
    bytes.resize(0x248, 0);
    for n in 0..FILES {
        let rest = if n == 0 { content % FILES } else { 0 };
        for value in [if n == 0 { 6 } else { 7 }, 2, content / FILES + rest, 0, 0x248 + 20 * FILES + 6 * n] {
            bytes.extend(word(value));
        }
    }
    bytes.extend(names);
    let mut contents = Noise::new(file, seed).bytes(content);
    if file.starts_with("cnu") {
        let version = build.replacen('-', ".", 1).replacen('-', "(", 1);
        let header = [&b"LoadHdrStart"[..], &[0; 20], version.as_bytes(), b".)\0"].concat();
        contents.splice(..header.len(), header);
    }
    bytes.extend(contents);
    bytes
}

/// Octets that don't compress, the same for the same name and seed (splitmix64).
struct Noise(u64);

impl Noise {
    fn new(name: &str, seed: u64) -> Self {
        let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        Self(hash ^ seed.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    fn bytes(&mut self, count: usize) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(count + 8);
        while bytes.len() < count {
            self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = self.0;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            bytes.extend((z ^ (z >> 31)).to_le_bytes());
        }
        bytes.truncate(count);
        bytes
    }
}

/// What happens to firmware on its way to a technician.
pub mod damage {
    use super::Files;

    /// A part got lost.
    pub fn drop_part(files: &mut Files, name: &str) {
        files.retain(|(file, _)| file != name);
    }

    /// Somebody gave a file another name.
    pub fn rename(files: &mut Files, from: &str, to: &str) {
        each(files, from, |file| to.clone_into(&mut file.0));
    }

    /// A download broke off after `len` octets; 0 leaves an empty file.
    pub fn truncate(files: &mut Files, name: &str, len: usize) {
        each(files, name, |file| file.1.truncate(len));
    }

    /// A transfer in text mode from Unix to Windows: LF becomes CR LF.
    pub fn text_mode(files: &mut Files, name: &str) {
        each(files, name, |file| {
            file.1 = file
                .1
                .iter()
                .flat_map(|b| if *b == b'\n' { &b"\r\n"[..] } else { std::slice::from_ref(b) })
                .copied()
                .collect();
        });
    }

    /// The file holds what another one should.
    pub fn copy_over(files: &mut Files, from: &str, to: &str) {
        let content = files.iter().find(|(name, _)| name == from).map(|(_, bytes)| bytes.clone());
        if let Some(content) = content {
            files.retain(|(name, _)| name != to);
            files.push((to.to_owned(), content));
        }
    }

    /// Two releases unzipped over each other: the later one wins where names are equal.
    #[must_use]
    pub fn mix(mut earlier: Files, later: Files) -> Files {
        earlier.retain(|(name, _)| later.iter().all(|(other, _)| !name.eq_ignore_ascii_case(other)));
        earlier.extend(later);
        earlier
    }

    fn each(files: &mut Files, name: &str, change: impl Fn(&mut (String, Vec<u8>))) {
        files.iter_mut().filter(|(file, _)| file == name).for_each(change);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes(name: &str) -> Vec<(String, usize)> {
        set(name, 7, Scale::FULL).into_iter().map(|(name, bytes)| (name, bytes.len())).collect()
    }

    #[test]
    fn sizes_of_a_real_classic_set() {
        let sizes = sizes("P0S3-8-12-00");
        let expected = [
            ("P003-8-12-00.bin", 130_552),
            ("P003-8-12-00.sbn", 130_956),
            ("P0S3-8-12-00.loads", 458),
            ("P0S3-8-12-00.sb2", 756_524),
            ("OS79XX.TXT", 14),
        ];
        assert_eq!(sizes, expected.map(|(name, size)| (name.to_owned(), size)));
    }

    #[test]
    fn names_of_a_real_java_set() {
        let names: Vec<_> = sizes("SCCP42.9-4-2SR1-1S").into_iter().map(|(name, _)| name).collect();
        assert_eq!(
            names,
            [
                "jar42sccp.9-4-2ES9.sbn",
                "cnu42.9-4-2ES9.sbn",
                "apps42.9-4-2ES9.sbn",
                "dsp42.9-4-2ES9.sbn",
                "cvm42sccp.9-4-2ES9.sbn",
                "SCCP42.9-4-2SR1-1S.loads",
                "term42.default.loads",
                "term62.default.loads",
            ]
        );
        assert!(sizes("SIP41.8-5-4S").contains(&("cnu41.8-5-4TH1-6.sbn".to_owned(), 499_863)));
    }

    #[test]
    fn eras_and_seeds() {
        assert_eq!(sizes("P00303010102"), [("P00303010102.bin".to_owned(), 349_794)]);
        assert_eq!(sizes("P00305000500"), [("P00305000500.sbn".to_owned(), 398_244)]);
        assert_eq!(sizes("P00308000900").len(), 5);
        assert!(set("SIP9951.9-4-2", 1, Scale::FAST).is_empty());
        assert_eq!(set("SIP75.9-3-1S", 1, Scale::FAST), set("SIP75.9-3-1S", 1, Scale::FAST));
        assert_ne!(set("SIP75.9-3-1S", 1, Scale::FAST), set("SIP75.9-3-1S", 2, Scale::FAST));
    }
}
