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
