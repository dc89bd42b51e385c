//! The scenarios that come with the program.

use super::bench::{BadScenario, Scenario};

/// Name and text of every file in `assets/scenarios/`, sorted.
const FILES: [(&str, &str); 42] = [
    ("7911-wiped", include_str!("../../../assets/scenarios/7911-wiped.toml")),
    ("7970-from-8-0", include_str!("../../../assets/scenarios/7970-from-8-0.toml")),
    ("alternate-server", include_str!("../../../assets/scenarios/alternate-server.toml")),
    ("asks-nothing", include_str!("../../../assets/scenarios/asks-nothing.toml")),
    ("back-to-sccp", include_str!("../../../assets/scenarios/back-to-sccp.toml")),
    ("blind-to-150", include_str!("../../../assets/scenarios/blind-to-150.toml")),
    ("breaks-off", include_str!("../../../assets/scenarios/breaks-off.toml")),
    ("chain-from-3-1", include_str!("../../../assets/scenarios/chain-from-3-1.toml")),
    ("deaf", include_str!("../../../assets/scenarios/deaf.toml")),
    ("default-file-only", include_str!("../../../assets/scenarios/default-file-only.toml")),
    ("default-in-the-way", include_str!("../../../assets/scenarios/default-in-the-way.toml")),
    ("hardware-refuses", include_str!("../../../assets/scenarios/hardware-refuses.toml")),
    ("hop-missing", include_str!("../../../assets/scenarios/hop-missing.toml")),
    ("key-wall", include_str!("../../../assets/scenarios/key-wall.toml")),
    ("killed-and-back", include_str!("../../../assets/scenarios/killed-and-back.toml")),
    ("lies-still", include_str!("../../../assets/scenarios/lies-still.toml")),
    ("line-for-7940", include_str!("../../../assets/scenarios/line-for-7940.toml")),
    ("lossy-line", include_str!("../../../assets/scenarios/lossy-line.toml")),
    ("missing-part", include_str!("../../../assets/scenarios/missing-part.toml")),
    ("mixed-bench", include_str!("../../../assets/scenarios/mixed-bench.toml")),
    ("no-reset-on-5-0", include_str!("../../../assets/scenarios/no-reset-on-5-0.toml")),
    ("other-families", include_str!("../../../assets/scenarios/other-families.toml")),
    ("own-file", include_str!("../../../assets/scenarios/own-file.toml")),
    ("pai-to-sip", include_str!("../../../assets/scenarios/pai-to-sip.toml")),
    ("pallet", include_str!("../../../assets/scenarios/pallet.toml")),
    ("power-cut", include_str!("../../../assets/scenarios/power-cut.toml")),
    ("power-cut-java", include_str!("../../../assets/scenarios/power-cut-java.toml")),
    ("refused-and-went-on", include_str!("../../../assets/scenarios/refused-and-went-on.toml")),
    ("renamed-file", include_str!("../../../assets/scenarios/renamed-file.toml")),
    ("reset-by-keys", include_str!("../../../assets/scenarios/reset-by-keys.toml")),
    ("router-gives-addresses", include_str!("../../../assets/scenarios/router-gives-addresses.toml")),
    ("router-with-text-150", include_str!("../../../assets/scenarios/router-with-text-150.toml")),
    ("sip-7-4-loop", include_str!("../../../assets/scenarios/sip-7-4-loop.toml")),
    ("stale-lease", include_str!("../../../assets/scenarios/stale-lease.toml")),
    ("stale-server", include_str!("../../../assets/scenarios/stale-server.toml")),
    ("stuck-at-upgrading", include_str!("../../../assets/scenarios/stuck-at-upgrading.toml")),
    ("truncated-part", include_str!("../../../assets/scenarios/truncated-part.toml")),
    ("two-releases", include_str!("../../../assets/scenarios/two-releases.toml")),
    ("varied-at-a-key", include_str!("../../../assets/scenarios/varied-at-a-key.toml")),
    ("waits-for-trust-list", include_str!("../../../assets/scenarios/waits-for-trust-list.toml")),
    ("writes-in-vain", include_str!("../../../assets/scenarios/writes-in-vain.toml")),
    ("wrong-family", include_str!("../../../assets/scenarios/wrong-family.toml")),
];

/// All of them. A test reads every file, so the error is one of a changed source tree only.
pub fn builtin() -> Result<Vec<Scenario>, BadScenario> {
    FILES.iter().map(|(name, text)| Scenario::read(name, text)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{BTreeMap, BTreeSet};

    #[test]
    fn every_file_is_built_in_and_reads() {
        let mut on_disk: Vec<String> = std::fs::read_dir("assets/scenarios")
            .unwrap()
            .map(|f| f.unwrap().file_name().to_str().unwrap().trim_end_matches(".toml").to_owned())
            .collect();
        on_disk.sort();
        assert_eq!(on_disk, FILES.map(|(name, _)| name));
        for (name, text) in FILES {
            let scenario = Scenario::read(name, text).unwrap_or_else(|e| panic!("{name}: {e}"));
            let texts = [&scenario.title, &scenario.teaches];
            assert!(texts.iter().all(|t| t.len() > 20 && !t.contains('\t')), "{name}");
        }
    }

    /// Every row of the guide and its readers that a wire can show. The others are about the laptop (G1, G3, G7, S20).
    #[test]
    fn every_row_a_wire_can_show_is_rehearsed() {
        let rows: BTreeSet<String> = builtin().unwrap().into_iter().flat_map(|s| s.seed_rows).collect();
        let guide = [2, 4, 5, 6, 8, 9, 10, 11, 12, 13].map(|n| format!("G{n}"));
        let readers = (1..=19).map(|n| format!("S{n}"));
        let missing: Vec<_> = guide.into_iter().chain(readers).filter(|row| !rows.contains(row)).collect();
        assert_eq!(missing, [""; 0]);
        assert!(rows.iter().all(|row| row.starts_with(['G', 'S'])));
    }

    #[test]
    fn phones_differ_and_expectations_agree_with_targets() {
        for scenario in builtin().unwrap() {
            let phones = scenario.phones();
            let macs: BTreeSet<_> = phones.iter().map(|(spec, _)| spec.mac).collect();
            assert_eq!(macs.len(), phones.len(), "{}", scenario.name);
            for (spec, expect) in &phones {
                let target = scenario.targets.get(&spec.model);
                let there = expect.running.as_ref() == target;
                let recovered = expect.verdict == super::super::Verdict::Recovered;
                // At that key the shelf names the target.
                let key = super::super::Deed::Remedy(crate::event::Remedy::OwnFile);
                let there = there || target.is_none() && scenario.actions.iter().any(|a| a.what == key);
                assert!(!recovered || there, "{}: {}", scenario.name, spec.model);
                assert!(expect.hops.last().is_none_or(|last| Some(last) == target), "{}", scenario.name);
            }
        }
        let pallet = builtin().unwrap().into_iter().find(|s| s.name == "pallet").unwrap();
        let by_model = pallet.phones().into_iter().fold(BTreeMap::new(), |mut all, (spec, _)| {
            *all.entry(spec.model).or_insert(0) += 1;
            all
        });
        assert_eq!(by_model, BTreeMap::from([("7942".into(), 15), ("7960".into(), 15)]));
    }

    #[test]
    fn what_is_not_a_scenario() {
        let good = FILES.iter().find(|(name, _)| *name == "alternate-server").unwrap().1;
        let bad = |from: &str, to: &str| {
            assert!(good.contains(from), "{from}");
            Scenario::read("x", &good.replace(from, to)).unwrap_err().to_string()
        };
        assert!(bad("seconds = ", "minutes = ").starts_with("not a scenario"));
        assert!(bad("phone = 0", "phone = 9").contains("only "));
        assert!(bad("state = \"running\"", "state = \"wiped\"").contains("7960"));
        assert!(bad("model = \"7960\"", "model = \"7961\"").contains("can't run"));
    }
}
