//! Sets of the 7906 to 7975.

use super::envelope::{envelope_len, sign};
use super::files::{Files, Scale};
use super::noise::Noise;
use crate::load::{Family, LoadName, Protocol};

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

pub(super) fn set(name: &str, load: &LoadName, seed: u64, scale: Scale) -> Files {
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
