use super::*;

fn read(name: &str) -> (Family, Protocol, String, bool) {
    let load: LoadName = name.parse().unwrap_or_else(|_| panic!("{name}"));
    (load.family, load.protocol, load.release.to_string(), load.loader)
}

#[test]
fn names_of_real_loads() {
    use {Family::*, Protocol::*};
    for (name, expected) in [
        ("P0S3-8-12-00", (Classic, Sip, "8.12.0", false)),
        ("P0S3-08-11-00", (Classic, Sip, "8.11.0", false)),
        ("P003-8-12-00", (Classic, Sccp, "8.12.0", true)),
        ("P00308000900", (Classic, Sccp, "8.0.9", false)),
        ("P00303010102", (Classic, Sccp, "3.1.1.2", false)),
        ("P0030801SR02", (Classic, Sccp, "8.1SR2", false)),
        ("P0S30202", (Classic, Sip, "2.2", false)),
        ("P0M3-07-7-00", (Classic, Mgcp, "7.7.0", false)),
        ("sip41.8-5-4s.loads", (F41, Sip, "8.5.4", false)),
        ("SIP41.9-4-2SR3-1S", (F41, Sip, "9.4.2SR3-1", false)),
        ("SCCP41.8-0-4ES4-0-1S", (F41, Sccp, "8.0.4ES4-0-1", false)),
        ("TERM70.7-0-2-0S", (F70, Sccp, "7.0.2.0", false)),
    ] {
        assert_eq!(read(name), (expected.0, expected.1, expected.2.to_owned(), expected.3), "{name}");
    }
}

#[test]
fn other_names_are_not_loads() {
    for name in [
        "",
        "P00405000700",
        "S001",
        "SIP9951.9-4-2",
        "sip78xx.12-1-1",
        "term41.default",
        "P0S3",
        "P0S3-",
        "SIP41.",
    ] {
        assert_eq!(name.parse::<LoadName>(), Err(NotALoad), "{name}");
    }
}

#[test]
fn releases_are_ordered_as_published() {
    let order =
        ["2.2", "8.0.9", "8.1.2", "8.3.3", "8.5.2", "8.5.2SR1", "8.5.3", "8.12.0", "9.3.1SR1", "9.4.2SR3-1"];
    let releases: Vec<_> = order.iter().filter_map(|r| Release::parse(r)).collect();
    assert_eq!(releases.len(), order.len());
    assert!(releases.is_sorted());
    assert!(Release::parse("8.5(2)SR1") == Release::parse("8-5-2SR1"));
    assert!(digits_release("0801SR02") > digits_release("08010200"));
}
