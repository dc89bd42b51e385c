//! Whether the Windows firewall lets a phone's packets in: PowerShell tells its profiles and rules in one go, and they are
//! weighed as Windows weighs them: a rule that blocks wins over one that allows, and these over the profile.

use super::powershell;
use crate::host::remedy::Act;
use crate::host::run::Argv;
use crate::host::system::{Change, Firewall, Lets, Wall};

/// The network of the interface, the profiles, and the inbound rules, a line each with `|` between the parts. The filters of
/// a rule (ports, program …) are objects of their own: all are fetched at once, for one question a rule takes minutes.
/// What is compared is compared here, for only plain letters come out of a pipe of PowerShell's unharmed.
const QUESTION: &str = "$ErrorActionPreference = 'Stop'; \
    function By($all) { $by = @{}; foreach ($one in $all) { $by[[string]$one.InstanceID] = $one }; $by }; \
    Get-NetConnectionProfile -ErrorAction SilentlyContinue | Where-Object { $_.InterfaceAlias -eq $card } \
    | ForEach-Object { \"net|$($_.NetworkCategory)\" }; \
    Get-NetFirewallProfile -PolicyStore ActiveStore | ForEach-Object { \
    \"profile|$($_.Name)|$($_.Enabled)|$($_.DefaultInboundAction)|$($_.AllowInboundRules)|$($_.DisabledInterfaceAliases -contains $card)\" }; \
    $ports = By (Get-NetFirewallPortFilter -PolicyStore ActiveStore); \
    $programs = By (Get-NetFirewallApplicationFilter -PolicyStore ActiveStore); \
    $services = By (Get-NetFirewallServiceFilter -PolicyStore ActiveStore); \
    $addresses = By (Get-NetFirewallAddressFilter -PolicyStore ActiveStore); \
    $cards = By (Get-NetFirewallInterfaceFilter -PolicyStore ActiveStore); \
    Get-NetFirewallRule -PolicyStore ActiveStore -Direction Inbound -Enabled True | ForEach-Object { \
    $r = $_; $k = [string]$r.InstanceID; \
    $p = $ports[$k]; $a = $programs[$k]; $s = $services[$k]; $n = $addresses[$k]; $c = $cards[$k]; \
    $who = if (-not ($p -and $a -and $s -and $n -and $c)) { 'unknown' } \
    elseif (($a.Package -and $a.Package -ne 'Any') -or ($s.Service -and $s.Service -ne 'Any')) { 'other' } \
    elseif (-not $a.Program -or $a.Program -eq 'Any') { 'any' } \
    elseif ([Environment]::ExpandEnvironmentVariables($a.Program) -eq $program) { 'ours' } else { 'other' }; \
    $narrow = [bool]($r.Owner -or (@($n.RemoteAddress) + @($n.LocalAddress) + @($p.RemotePort) + @($c.InterfaceAlias) \
    | Where-Object { $_ -and $_ -ne 'Any' -and $_ -ne $card })); \
    \"rule|$($r.Action)|$($r.Profile)|$who|$narrow|$($p.Protocol)|$($p.LocalPort -join ',')|$($r.DisplayName)\" }; \
    'end'";

/// Asks for everything that can let a phone's packets in, or keep them out.
pub(super) fn question(interface: &str, program: &str) -> Argv {
    powershell(&format!("$card = {}; $program = {}; {QUESTION}", quoted(interface), quoted(program)))
}

/// As text in PowerShell, which takes the quotation marks of printers for its own, too.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("'");
    for letter in text.chars() {
        if matches!(letter, '\'' | '\u{2018}' | '\u{2019}' | '\u{201a}' | '\u{201b}') {
            quoted.push(letter);
        }
        quoted.push(letter);
    }
    quoted.push('\'');
    quoted
}

/// What Windows told.
#[derive(Debug, Default)]
struct Told {
    /// The profiles that the interface is in; empty when Windows doesn't know its network yet.
    networks: Vec<String>,
    profiles: Vec<Profile>,
    rules: Vec<Rule>,
}

#[derive(Debug)]
struct Profile {
    name: String,
    /// It is at work on this interface.
    on: bool,
    /// It lets in what no rule is about.
    lets_in: bool,
    /// Rules that allow count.
    heeds_rules: bool,
}

/// A rule for UDP and for this program, as far as that is known.
#[derive(Debug)]
struct Rule {
    allows: bool,
    profiles: Vec<String>,
    /// It holds for every phone, and for this program.
    sure: bool,
    /// `None`: all.
    ports: Option<Vec<(u16, u16)>>,
    name: String,
}

/// What becomes of a packet.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Fate {
    Open(Option<String>),
    Unsure,
    Closed(By),
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum By {
    /// The profile blocks everything, whatever a rule allows.
    Profile(String),
    /// A rule blocks it.
    Rule(String),
    /// No rule lets it in to this port.
    NoRule(u16),
}

/// The lines; `None`: they are not what was asked for, or not all.
fn read(out: &str) -> Option<Told> {
    let mut told = Told::default();
    for line in out.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let parts: Vec<_> = line.splitn(8, '|').collect();
        match parts.as_slice() {
            ["net", name] => told.networks.push(name.replace("DomainAuthenticated", "Domain")),
            ["profile", name, enabled, action, heeds_rules, excluded] => told.profiles.push(Profile {
                name: (*name).to_owned(),
                on: *enabled != "False" && *excluded != "True",
                lets_in: *action == "Allow",
                heeds_rules: *heeds_rules != "False",
            }),
            ["rule", action, profiles, who, narrow, protocol, ports, name] => {
                let about_us = *who != "other" && matches!(*protocol, "UDP" | "17" | "Any" | "");
                if about_us && matches!(*action, "Allow" | "Block") {
                    told.rules.push(Rule {
                        allows: *action == "Allow",
                        profiles: profiles.split(',').map(|name| name.trim().to_owned()).collect(),
                        sure: *who != "unknown" && *narrow == "False",
                        ports: numbers(ports),
                        name: (*name).to_owned(),
                    });
                }
            }
            ["end"] => return (!told.profiles.is_empty()).then_some(told),
            _ => return None,
        }
    }
    None
}

/// `67,69`, `67-69`; `None`: any. A word stands for a port of Windows' own.
fn numbers(text: &str) -> Option<Vec<(u16, u16)>> {
    let one = |part: &str| {
        let (low, high) = part.split_once('-').unwrap_or((part, part));
        Some((low.trim().parse().ok()?, high.trim().parse().ok()?))
    };
    (!text.is_empty() && text != "Any").then(|| text.split(',').filter_map(one).collect())
}

impl Rule {
    fn fits(&self, profile: &str, port: u16) -> bool {
        let here = self.profiles.iter().any(|name| name == "Any" || name == profile);
        here && self.ports.as_ref().is_none_or(|all| all.iter().any(|(a, z)| (*a..=*z).contains(&port)))
    }
}

/// What one profile does with a packet to one port.
fn weigh(profile: &Profile, rules: &[Rule], port: u16) -> Fate {
    if !profile.on {
        return Fate::Open(None);
    }
    if !profile.heeds_rules {
        return Fate::Closed(By::Profile(profile.name.clone()));
    }
    let find = |allows, sure| {
        let mut fitting = rules.iter().filter(|rule| rule.fits(&profile.name, port));
        fitting.find(|rule| rule.allows == allows && rule.sure == sure).map(|rule| rule.name.clone())
    };
    if let Some(rule) = find(false, true) {
        return Fate::Closed(By::Rule(rule));
    }
    match (find(false, false), find(true, true)) {
        (Some(_), _) => Fate::Unsure,
        (None, Some(rule)) => Fate::Open(Some(rule)),
        (None, None) if profile.lets_in => Fate::Open(None),
        (None, None) if find(true, false).is_some() => Fate::Unsure,
        (None, None) => Fate::Closed(By::NoRule(port)),
    }
}

/// What becomes of what phones send, and the profiles that were looked at. An interface whose network isn't known yet may
/// come into any of them: only what all of them do is sure.
fn judge(told: &Told, ports: &[u16]) -> (Fate, String) {
    let known = |profile: &&Profile| told.networks.contains(&profile.name);
    let mut profiles: Vec<_> = told.profiles.iter().filter(known).collect();
    if profiles.is_empty() {
        profiles = told.profiles.iter().collect();
    }
    let all = |profile: &&Profile| {
        let fates: Vec<_> = ports.iter().map(|port| weigh(profile, &told.rules, *port)).collect();
        let worst = fates.iter().find(|fate| matches!(fate, Fate::Closed(_)));
        let worst = worst.or_else(|| fates.iter().find(|fate| **fate == Fate::Unsure)).or(fates.first());
        worst.cloned().unwrap_or(Fate::Unsure)
    };
    let fates: Vec<_> = profiles.iter().map(all).collect();
    let alike = fates
        .windows(2)
        .all(|two| matches!(two, [Fate::Open(_), Fate::Open(_)] | [Fate::Closed(_), Fate::Closed(_)]));
    let fate = fates.into_iter().next().filter(|_| alike).unwrap_or(Fate::Unsure);
    (fate, profiles.iter().map(|p| p.name.as_str()).collect::<Vec<_>>().join(", "))
}

/// The answer to the question, for a person.
pub(super) fn look(out: &str, interface: &str, ports: &[u16]) -> Firewall {
    let Some(told) = read(out) else { return cant_ask() };
    let (fate, profiles) = judge(&told, ports);
    match fate {
        Fate::Open(None) => Firewall::Open { seen: "The Windows firewall lets inbound packets pass.".into() },
        Fate::Open(Some(rule)) => {
            Firewall::Open { seen: format!("The firewall rule \"{rule}\" lets phones in.") }
        }
        Fate::Unsure => Firewall::Unknown {
            seen: "Whether the Windows firewall lets phones in can't be told from its rules.".into(),
            remedy: "wf.msc shows them: UDP ports 67 and 69 must be allowed in.".into(),
        },
        Fate::Closed(By::NoRule(port)) => Firewall::Closed {
            seen: format!(
                "The Windows firewall (profile {profiles}) has no rule that lets UDP port {port} in."
            ),
            remedy: opened(interface, ports).into(),
        },
        Fate::Closed(By::Rule(rule)) => Firewall::Closed {
            seen: format!("The firewall rule \"{rule}\" blocks what phones send."),
            remedy: format!("In PowerShell: Disable-NetFirewallRule -DisplayName {}", quoted(&rule)).into(),
        },
        Fate::Closed(By::Profile(name)) => Firewall::Closed {
            seen: format!("The Windows firewall (profile {name}) blocks all that comes in, allowed or not."),
            remedy: format!("In PowerShell: Set-NetFirewallProfile -Name {name} -AllowInboundRules True")
                .into(),
        },
    }
}

/// No answer, or not a whole one.
pub(super) fn cant_ask() -> Firewall {
    Firewall::Unknown {
        seen: "The Windows firewall can't be asked.".into(),
        remedy: "netsh advfirewall show allprofiles".into(),
    }
}

/// The rule that lets phones in.
pub(super) fn allow(ports: &[u16]) -> Argv {
    let ports = ports.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
    Argv::new("netsh advfirewall firewall add rule name=rescue79 dir=in action=allow protocol=UDP")
        .with(format!("localport={ports}"))
}

/// Takes that rule away again.
pub(super) fn forget() -> Argv {
    Argv::new("netsh advfirewall firewall delete rule name=rescue79")
}

/// How many such rules there are, as a number: `netsh` says that there is none in the language of the system.
pub(super) fn count() -> Argv {
    powershell(
        "$ErrorActionPreference = 'Stop'; @(Get-NetFirewallRule | Where-Object { $_.DisplayName -eq 'rescue79' }).Count",
    )
}

/// Opens the firewall by that rule.
fn opened(interface: &str, ports: &[u16]) -> Act {
    let (interface, lets) = (interface.to_owned(), Lets::Ports(ports.to_vec()));
    Act::change(Change::Open { interface, wall: Wall::Windows, lets }, allow(ports))
}

#[cfg(test)]
mod tests;
