//! Sets of the 7940 and 7960.

use super::envelope::{envelope_len, sign};
use super::files::{Files, Scale};
use super::noise::Noise;
use crate::load::{LoadName, Protocol};

/// Universal loader from SCCP 6, SIP 7 and MGCP 7 on; before that one image, signed from 5 on.
pub(super) fn set(name: &str, load: &LoadName, seed: u64, scale: Scale) -> Files {
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
