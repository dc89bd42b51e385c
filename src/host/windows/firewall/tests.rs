use super::*;
use crate::host::remedy::Deed;

/// What PowerShell says of a private network, with these rules.
fn told(rules: &[&str]) -> String {
    let profiles = "net|Private\r\nprofile|Domain|True|NotConfigured|NotConfigured|False\r\n\
        profile|Private|True|Block|NotConfigured|False\r\nprofile|Public|True|Block|NotConfigured|False\r\n";
    let rules: Vec<_> = rules.iter().map(|rule| format!("rule|{rule}\r\n")).collect();
    format!("{profiles}{}end\r\n", rules.concat())
}

fn fate(rules: &[&str]) -> Fate {
    judge(&read(&told(rules)).unwrap(), &[67, 69]).0
}

fn open(rule: &str) -> Fate {
    Fate::Open(Some(rule.to_owned()))
}

#[test]
fn a_rule_lets_phones_in_when_it_is_for_this_program_these_ports_and_this_network() {
    assert_eq!(fate(&["Allow|Any|any|False|UDP|67,69|rescue79"]), open("rescue79"));
    assert_eq!(fate(&["Allow|Domain, Private|ours|False|UDP|Any|ours"]), open("ours"));
    assert_eq!(fate(&["Allow|Private|any|False|Any|60-70|range"]), open("range"));
    for rule in [
        "Allow|Any|other|False|UDP|Any|tftpd",
        "Allow|Public|any|False|UDP|67,69|elsewhere",
        "Allow|Any|any|False|TCP|Any|tcp",
        "Allow|Any|any|False|UDP|Teredo|word",
    ] {
        assert_eq!(fate(&[rule]), Fate::Closed(By::NoRule(67)), "{rule}");
    }
    // One port isn't both.
    assert_eq!(fate(&["Allow|Any|any|False|UDP|67|dhcp"]), Fate::Closed(By::NoRule(69)));
}

#[test]
fn a_rule_that_blocks_wins_and_doubt_is_not_closed() {
    let allow = "Allow|Any|any|False|UDP|67,69|rescue79";
    assert_eq!(fate(&[allow, "Block|Any|ours|False|UDP|Any|asked"]), Fate::Closed(By::Rule("asked".into())));
    assert_eq!(fate(&[allow, "Block|Any|other|False|UDP|Any|theirs"]), open("rescue79"));
    assert_eq!(fate(&[allow, "Block|Any|any|True|UDP|Any|of some addresses"]), Fate::Unsure);
    assert_eq!(fate(&["Allow|Any|any|True|UDP|67,69|of some addresses"]), Fate::Unsure);
    assert_eq!(fate(&["Allow|Any|unknown|False|||half"]), Fate::Unsure);
}

#[test]
fn the_profile_of_the_interface_counts_and_without_one_what_all_do() {
    let of = |out: &str| judge(&read(out).unwrap(), &[67, 69]).0;
    let rule = "Allow|Private|any|False|UDP|67,69|rescue79";
    let unknown = told(&[rule]).replace("net|Private\r\n", "");
    assert_eq!(of(&unknown), Fate::Unsure);
    assert_eq!(of(&unknown.replace("|Private|any", "|Any|any")), open("rescue79"));
    assert_eq!(of(&told(&[]).replace("net|Private\r\n", "")), Fate::Closed(By::NoRule(67)));
    assert_eq!(of(&told(&[]).replace("Private|True|Block", "Private|False|Block")), Fate::Open(None));
    assert_eq!(of(&told(&[]).replace("Private|True|Block", "Private|True|Allow")), Fate::Open(None));
    let excluded =
        told(&[]).replace("Private|True|Block|NotConfigured|False", "Private|True|Block|True|True");
    assert_eq!(of(&excluded), Fate::Open(None));
    let shut = told(&[rule]).replace("Private|True|Block|NotConfigured", "Private|True|Block|False");
    assert_eq!(of(&shut), Fate::Closed(By::Profile("Private".into())));
    let domain =
        told(&[]).replace("net|Private", "net|DomainAuthenticated").replace("Domain|True", "Domain|False");
    assert_eq!(of(&domain), Fate::Open(None));
}

#[test]
fn an_answer_that_is_not_whole_is_unknown() {
    let whole = told(&["Allow|Any|any|False|UDP|67,69|rescue79"]);
    for out in ["", "end\r\n", &whole.replace("end\r\n", ""), &format!("Get-NetFirewallRule : …\r\n{whole}")]
    {
        assert!(matches!(look(out, "Ethernet", &[67, 69]), Firewall::Unknown { .. }), "{out}");
    }
}

#[test]
fn what_is_closed_has_a_remedy() {
    let closed = |rules: &[&str]| match look(&told(rules), "Ethernet", &[67, 69]) {
        Firewall::Closed { seen, remedy } => (seen, remedy),
        other => panic!("{other:?}"),
    };
    let (seen, remedy) = closed(&[]);
    assert!(seen.contains("profile Private") && seen.contains("port 67"), "{seen}");
    assert!(remedy.text.contains("localport=67,69"), "{remedy:?}");
    assert!(matches!(remedy.act.unwrap().deed, Deed::Change(change) if change.survives_restart()));
    let (seen, remedy) = closed(&["Block|Any|ours|False|UDP|Any|the phone's"]);
    assert!(seen.contains("the phone's"), "{seen}");
    assert!(remedy.text.ends_with("-DisplayName 'the phone''s'") && remedy.act.is_none(), "{remedy:?}");
}

#[test]
fn names_go_into_the_question_as_they_are() {
    let asked = question("LAN d\u{2019}ici", r"C:\it's\rescue79.exe").0.pop().unwrap();
    assert!(
        asked.starts_with("$card = 'LAN d\u{2019}\u{2019}ici'; $program = 'C:\\it''s\\rescue79.exe'; "),
        "{asked}"
    );
}
