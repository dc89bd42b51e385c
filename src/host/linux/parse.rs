//! What Linux programs print, read.

use crate::host::change;
use crate::host::system::Holder;
use serde::Deserialize;
use std::net::{IpAddr, Ipv4Addr};

/// `nmcli -t -f GENERAL.STATE device show IF`: 10 is "unmanaged", everything above is looked after.
pub(super) fn network_manager_holds(out: &str) -> bool {
    let state = out.lines().find_map(|l| l.strip_prefix("GENERAL.STATE:"));
    let number = state.and_then(|s| s.split_whitespace().next()).and_then(|n| n.parse::<u32>().ok());
    number.is_some_and(|n| n > 10)
}

/// The same with `GENERAL.CON-UUID`: the connection that is up.
pub(super) fn connection(out: &str) -> Option<String> {
    let id = out.lines().find_map(|l| l.strip_prefix("GENERAL.CON-UUID:"))?.trim();
    (!id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')).then(|| id.to_owned())
}

/// The same: it is connected, whether by its own settings or as it found it.
pub(super) fn connected(out: &str) -> bool {
    out.lines().any(|l| l.starts_with("GENERAL.STATE:100"))
}

/// `ip -j address show dev IF`: addresses that nobody leased and that lead beyond the cable.
pub(super) fn lasting_addresses(out: &str) -> Vec<(IpAddr, u8)> {
    #[derive(Deserialize)]
    struct Link {
        #[serde(default)]
        addr_info: Vec<Address>,
    }
    #[derive(Deserialize)]
    struct Address {
        local: Option<IpAddr>,
        prefixlen: u8,
        scope: String,
        #[serde(default)]
        dynamic: bool,
        #[serde(default)]
        temporary: bool,
    }
    let links: Vec<Link> = serde_json::from_str(out).unwrap_or_default();
    let all = links.into_iter().flat_map(|link| link.addr_info);
    let lasting = all.filter(|a| a.scope != "link" && !a.dynamic && !a.temporary);
    lasting.filter_map(|a| Some((a.local?, a.prefixlen))).collect()
}

/// `ip route show dev IF`: routes that neither follow from an address nor were leased, as they are typed.
pub(super) fn lasting_routes(out: &str) -> Vec<String> {
    const MADE: [&str; 4] = ["proto kernel", "proto dhcp", "proto ra", "proto redirect"];
    let lasting = out.lines().filter(|line| !MADE.iter().any(|made| line.contains(made)));
    lasting
        // What stands behind a route says how it is just now.
        .map(|line| {
            line.split_whitespace().filter(|word| !["linkdown", "dead", "pref", "medium"].contains(word))
        })
        .map(|words| words.collect::<Vec<_>>().join(" "))
        .filter(|line| change::is_route(line))
        .collect()
}

/// `networkctl --no-legend list IF`: it has set what it sets; `None`: not yet.
pub(super) fn networkd_is_done(out: &str, interface: &str) -> Option<()> {
    let mut of = out.lines().filter(|line| line.split_whitespace().any(|word| word == interface));
    of.any(|line| line.split_whitespace().last() == Some("configured")).then_some(())
}

/// `networkctl --no-legend list IF`: the last column is the set-up state.
pub(super) fn networkd_holds(out: &str, interface: &str) -> bool {
    out.lines().any(|line| {
        let words: Vec<_> = line.split_whitespace().map(|w| w.trim_start_matches('●')).collect();
        words.contains(&interface)
            && words.last().is_some_and(|state| {
                ["configured", "configuring", "degraded", "pending", "initialized", "failed"].contains(state)
            })
    })
}

/// `ss -lunpH`: who listens on this UDP port.
pub(super) fn ss(out: &str, port: u16) -> Vec<Holder> {
    out.lines().filter_map(|line| ss_line(line, port)).collect()
}

fn ss_line(line: &str, port: u16) -> Option<Holder> {
    let local = line.split_whitespace().nth(3)?;
    let (address, at) = local.rsplit_once(':')?;
    if at.parse() != Ok(port) {
        return None;
    }
    let (address, interface) = match address.split_once('%') {
        Some((address, interface)) => (address, Some(interface.to_owned())),
        None => (address, None),
    };
    let address = match address {
        "*" | "[::]" => Ipv4Addr::UNSPECIFIED,
        other => other.parse().ok()?,
    };
    // users:(("dnsmasq",pid=1234,fd=4))
    let process = line.split_once("((\"").and_then(|(_, rest)| {
        let (name, rest) = rest.split_once('"')?;
        let pid = rest.split_once("pid=")?.1;
        let pid = pid.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()?;
        Some((name.to_owned(), pid))
    });
    Some(Holder { address, interface, process, service: None })
}

/// `/proc/net/dev_mcast`: an interface is in this group (`01:00:0c:cc:cc:cc`).
pub(super) fn hears(table: &str, interface: &str, group: &str) -> bool {
    let group = group.replace(':', "");
    let line = |line: &str| line.split_whitespace().nth(1) == Some(interface) && line.ends_with(&group);
    table.lines().any(line)
}

/// `/proc/PID/cgroup`: the system's service that a process belongs to.
pub(super) fn unit(cgroup: &str) -> Option<String> {
    let path = cgroup.lines().find_map(|line| line.split_once("/system.slice/"))?.1;
    path.split('/').find(|part| part.ends_with(".service")).map(str::to_owned)
}

/// `/proc/net/route`: the interface of the default route with the smallest metric.
pub(super) fn default_route(table: &str) -> Option<String> {
    let routes = table.lines().skip(1).filter_map(|line| {
        let words: Vec<_> = line.split_whitespace().collect();
        let (name, to, metric, mask) = (words.first()?, words.get(1)?, words.get(6)?, words.get(7)?);
        (*to == "00000000" && *mask == "00000000").then_some((metric.parse::<u32>().ok()?, *name))
    });
    routes.min().map(|(_, name)| name.to_owned())
}

/// `ip neighbour show ADDRESS dev IF`: the hardware address, when there was an answer.
pub(super) fn neighbour(out: &str) -> Option<String> {
    let mut words = out.split_whitespace().skip_while(|w| *w != "lladdr");
    words.nth(1).map(str::to_owned)
}

/// `df -P -k FOLDER`: bytes that are free.
pub(in crate::host) fn df(out: &str) -> Option<u64> {
    out.lines().nth(1)?.split_whitespace().nth(3)?.parse::<u64>().ok()?.checked_mul(1_024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ss_names_the_holder() {
        let out = "\
UNCONN 0 0 0.0.0.0%virbr0:67 0.0.0.0:* users:((\"dnsmasq\",pid=1234,fd=3))
UNCONN 0      0            127.0.0.53%lo:53        0.0.0.0:*
UNCONN 0      0                  *:69              *:*
";
        let dhcp = ss(out, 67);
        assert_eq!(dhcp.len(), 1);
        assert_eq!(dhcp[0].process, Some(("dnsmasq".into(), 1234)));
        assert_eq!(dhcp[0].interface.as_deref(), Some("virbr0"));
        let tftp = Holder { address: Ipv4Addr::UNSPECIFIED, interface: None, process: None, service: None };
        assert_eq!(ss(out, 69), [tftp]);
        let listens = "LISTEN 0 128 [::]:6970 [::]:* users:((\"python3\",pid=77,fd=3))\n";
        assert_eq!(ss(listens, 6970)[0].process, Some(("python3".into(), 77)));
        assert!(ss("", 67).is_empty() && ss("nonsense", 67).is_empty());
    }

    #[test]
    fn managers_say_whether_they_hold() {
        assert!(network_manager_holds("GENERAL.STATE:100 (connected)\n"));
        assert!(network_manager_holds("GENERAL.STATE:30 (disconnected)\n"));
        assert!(!network_manager_holds("GENERAL.STATE:10 (unmanaged)\n"));
        assert!(!network_manager_holds(""));
        assert!(networkd_holds("  2 enp0s25 ether routable configured\n", "enp0s25"));
        assert!(!networkd_holds("  2 enp0s25 ether routable unmanaged\n", "enp0s25"));
        assert!(!networkd_holds("  3 eth1 ether off configured\n", "enp0s25"));
    }

    #[test]
    fn what_outlives_a_lease_is_read() {
        assert_eq!(
            connection("GENERAL.STATE:100 (connected)\nGENERAL.CON-UUID:79-ab\n").as_deref(),
            Some("79-ab")
        );
        assert_eq!(connection("GENERAL.STATE:30 (disconnected)\nGENERAL.CON-UUID:\n"), None);
        let out = r#"[{"ifname":"eth0","addr_info":[
            {"family":"inet","local":"10.9.9.9","prefixlen":24,"scope":"global"},
            {"family":"inet","local":"10.1.1.7","prefixlen":24,"scope":"global","dynamic":true},
            {"family":"inet6","local":"2001:db8::79","prefixlen":64,"scope":"global"},
            {"family":"inet6","local":"fe80::1","prefixlen":64,"scope":"link"}]}]"#;
        let lasting = [("10.9.9.9".parse().unwrap(), 24), ("2001:db8::79".parse().unwrap(), 64)];
        assert_eq!(lasting_addresses(out), lasting);
        assert!(lasting_addresses("nonsense").is_empty());
        let out = "default via 10.9.9.1 proto static metric 100 linkdown \n10.9.9.0/24 proto kernel scope link src 10.9.9.9\n";
        assert_eq!(lasting_routes(out), ["default via 10.9.9.1 proto static metric 100"]);
        assert!(
            lasting_routes("unreachable 10.1.0.0/16 metric 1024 error -101\n\n").is_empty(),
            "can't be typed"
        );
        assert_eq!(networkd_is_done("  2 eth0 ether routable configured\n", "eth0"), Some(()));
        assert_eq!(networkd_is_done("  2 eth0 ether routable configuring\n", "eth0"), None);
    }

    #[test]
    fn groups_of_an_interface_are_read() {
        let table =
            "2    eth0            1     0     333300000001\n2    eth0            1     1     01000ccccccc\n";
        assert!(hears(table, "eth0", "01:00:0c:cc:cc:cc"));
        assert!(!hears(table, "eth1", "01:00:0c:cc:cc:cc"));
        assert!(!hears(table, "eth0", "01:80:c2:00:00:0e"));
    }

    #[test]
    fn a_process_of_a_service_names_it() {
        assert_eq!(unit("0::/system.slice/dnsmasq.service\n").as_deref(), Some("dnsmasq.service"));
        let templated = "0::/system.slice/system-tftp.slice/tftp@1.service\n";
        assert_eq!(unit(templated).as_deref(), Some("tftp@1.service"));
        assert_eq!(unit("0::/user.slice/user-1000.slice/session-2.scope\n"), None);
        assert_eq!(unit(""), None);
    }

    #[test]
    fn the_cheapest_default_route_counts() {
        let table = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n\
            wlp3s0\t00000000\t0100000A\t0003\t0\t0\t600\t00000000\t0\t0\t0\n\
            enp0s25\t00000000\t0100A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0\n\
            enp0s25\t0000A8C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0\n";
        assert_eq!(default_route(table).as_deref(), Some("enp0s25"));
        assert_eq!(default_route("Iface\n"), None);
    }

    #[test]
    fn neighbours_and_free_room_are_read() {
        assert_eq!(
            neighbour("192.168.1.1 lladdr 00:1b:0c:18:bd:c1 REACHABLE\n").as_deref(),
            Some("00:1b:0c:18:bd:c1")
        );
        assert_eq!(neighbour("192.168.1.1  FAILED\n"), None);
        let df_out = "Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/sda1 100 40 60 40% /\n";
        assert_eq!(df(df_out), Some(61_440));
        assert_eq!(df(""), None);
    }
}
