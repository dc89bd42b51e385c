//! The command line.

use crate::job::Wish;
use crate::provision::Account;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::time::Duration;

/// Recovers Cisco 79xx desk phones: a wizard with its own DHCP and TFTP servers.
#[derive(Debug, Parser)]
#[command(
    name = "rescue79",
    version,
    about,
    max_term_width = 100,
    after_help = "Without a command the wizard starts, and asks one question at a time:\n  sudo rescue79"
)]
pub struct Cli {
    /// Where journals, leases and the record of changes to this computer live [default: the platform's state folder].
    #[arg(long, global = true, env = "RESCUE79_STATE", value_name = "DIR")]
    pub state: Option<PathBuf>,
    /// Draw with plain ASCII: for serial consoles and old fonts.
    #[arg(long, global = true)]
    pub ascii: bool,
    /// In lines instead of on a screen: for screen readers, serial consoles and scripts.
    #[arg(long, global = true)]
    pub plain: bool,
    /// The terminal has dark letters on a light ground.
    #[arg(long, global = true)]
    pub light: bool,
    /// No colours; read from the environment.
    #[arg(long, env = "NO_COLOR", hide = true, global = true)]
    pub no_color: Option<String>,
    /// What to do.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What the program can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Practise with virtual phones: no privileges, no network, no phone, no firmware.
    #[command(
        after_help = "Example:\n  rescue79 rehearse --phones 5 --speed 50\n  rescue79 rehearse --scenario list"
    )]
    Rehearse(Rehearse),
    /// The servers without the wizard: lead phones to their loads, or only serve files.
    #[command(
        after_help = "Examples:\n  sudo rescue79 serve --interface enp0s25 --firmware ~/loads --target 7960=P0S3-8-12-00\n  \
                      rescue79 serve --listen 127.0.0.1 --tftp-port 6969 --no-dhcp --firmware ~/loads"
    )]
    Serve(Box<Serve>),
    /// What is in these archives or folders, and what is wrong with it.
    #[command(after_help = "Example:\n  rescue79 inspect cmterm-7940-7960-sip.8-12.zip ~/loads")]
    Inspect(Inspect),
    /// Which loads, in which order, from what a phone runs to what it shall run.
    #[command(
        after_help = "Example:\n  rescue79 plan --model 7960 --from P00303010102 --to P0S3-8-12-00 --firmware ~/loads"
    )]
    Plan(PlanArgs),
    /// Is this laptop ready for a session? Changes nothing.
    #[command(after_help = "Example:\n  sudo rescue79 doctor --interface enp0s25")]
    Doctor(Doctor),
    /// Undo what a session that broke off left on this computer.
    #[command(after_help = "Example:\n  sudo rescue79 restore")]
    Restore,
    /// An old session again, as its summary.
    #[command(after_help = "Example:\n  rescue79 replay session.jsonl --headless")]
    Replay(Replay),
    /// What a text on a phone's screen means and what to do; without a text, the whole book.
    #[command(after_help = "Example:\n  rescue79 symptoms Load rejected HC")]
    Symptoms {
        /// What the phone shows, or the code of a symptom.
        #[arg(value_name = "TEXT")]
        text: Vec<String>,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// The models, and what is known about them.
    #[command(after_help = "Example:\n  rescue79 models --json")]
    Models {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
}

/// `rehearse`.
#[derive(Args, Debug)]
pub struct Rehearse {
    /// How many phones.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=250), conflicts_with = "scenario")]
    pub phones: Option<u16>,
    /// A scenario by name, a scenario file, or `list`.
    #[arg(long, value_name = "NAME|FILE")]
    pub scenario: Option<String>,
    /// How many times faster than life [default: 20 on the screen, as fast as possible without].
    #[arg(long, value_name = "X", value_parser = speed)]
    pub speed: Option<f64>,
    /// The chance that is played, for an exact repetition.
    #[arg(long, value_name = "N", default_value_t = 79)]
    pub seed: u64,
    /// Without the screen.
    #[arg(long)]
    pub headless: bool,
    /// Also write the events to this file; `-` is standard output.
    #[arg(long, value_name = "FILE|-")]
    pub events: Option<String>,
}

/// `serve`.
#[derive(Args, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub struct Serve {
    /// The interface that the phones are on.
    #[arg(long, value_name = "NAME", required_unless_present = "listen", conflicts_with = "listen")]
    pub interface: Option<String>,
    /// An address that this computer already has.
    #[arg(long, value_name = "IPV4")]
    pub listen: Option<Ipv4Addr>,
    /// Archives, folders or files to serve.
    #[arg(long, value_name = "PATH", required = true, num_args = 1..)]
    pub firmware: Vec<PathBuf>,
    /// What phones shall run; for all models that can, or for one.
    #[arg(long, value_name = "[MODEL=]LOAD", num_args = 1..)]
    pub target: Vec<Wish>,
    /// What phones run now, where it is known.
    #[arg(long, value_name = "[MODEL=]LOAD", num_args = 1..)]
    pub from: Vec<Wish>,
    /// Targets that are given although the plan says no, in one step. The journal and the report say so.
    #[arg(long, value_name = "[MODEL=]LOAD", num_args = 1..)]
    pub force: Vec<Wish>,
    /// The SIP account of a phone; asked for by the wizard, for a password has no place in a command line.
    #[arg(skip)]
    pub account: Option<Account>,
    /// End when so many phones have a final verdict.
    #[arg(long, value_name = "N")]
    pub expect: Option<u32>,
    /// End after this time: 90s, 10m, 2h.
    #[arg(long = "for", value_name = "DURATION", value_parser = duration)]
    pub time: Option<Duration>,
    /// Whom to give addresses.
    #[arg(long, value_enum, default_value_t = Answer::Phones)]
    pub answer: Answer,
    /// The address to set on the interface, with the length of its network [default: 192.168.1.1/24].
    #[arg(long, value_name = "IPV4/LEN", value_parser = network, conflicts_with_all = ["listen", "keep_address"])]
    pub address: Option<(Ipv4Addr, u8)>,
    /// Leave the interface's address as it is.
    #[arg(long)]
    pub keep_address: bool,
    /// Answer at the address that a phone wrongly asks for files, too: it is set for the session.
    #[arg(long, requires = "interface")]
    pub adopt_addresses: bool,
    /// The DHCP port.
    #[arg(long, value_name = "PORT", default_value_t = 67)]
    pub dhcp_port: u16,
    /// The TFTP port.
    #[arg(long, value_name = "PORT", default_value_t = 69)]
    pub tftp_port: u16,
    /// The port where late loads read by HTTP; 0 opens none, and they read by TFTP.
    #[arg(long, value_name = "PORT", default_value_t = crate::web::PORT)]
    pub http_port: u16,
    /// Give no addresses: another DHCP server does.
    #[arg(long)]
    pub no_dhcp: bool,
    /// Also write the events to this file; `-` is standard output.
    #[arg(long, value_name = "FILE|-")]
    pub events: Option<String>,
    /// Show the Bench instead of lines.
    #[arg(long)]
    pub screen: bool,
}

/// Whom to give addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Answer {
    /// Cisco telephones.
    Phones,
    /// Everybody.
    Any,
}

/// `doctor`.
#[derive(Args, Debug)]
pub struct Doctor {
    /// The interface that the phones will be on [default: the one that suits best].
    #[arg(long, value_name = "NAME")]
    pub interface: Option<String>,
    /// The address that the session will set, with the length of its network [default: 192.168.1.1/24].
    #[arg(long, value_name = "IPV4/LEN", value_parser = network, conflicts_with = "keep_address")]
    pub address: Option<(Ipv4Addr, u8)>,
    /// The session will leave the interface's address as it is.
    #[arg(long)]
    pub keep_address: bool,
    /// As JSON.
    #[arg(long)]
    pub json: bool,
}

/// `inspect`.
#[derive(Args, Debug)]
pub struct Inspect {
    /// Archives, folders or files.
    #[arg(value_name = "PATH", required = true)]
    pub paths: Vec<PathBuf>,
    /// As JSON.
    #[arg(long)]
    pub json: bool,
}

/// `plan`.
#[derive(Args, Debug)]
pub struct PlanArgs {
    /// The phone's model.
    #[arg(long, value_name = "MODEL")]
    pub model: String,
    /// What it runs now: a load, or `unknown`.
    #[arg(long, value_name = "LOAD|unknown")]
    pub from: String,
    /// What it shall run.
    #[arg(long, value_name = "LOAD")]
    pub to: String,
    /// Archives, folders or files that are at hand.
    #[arg(long, value_name = "PATH", required = true, num_args = 1..)]
    pub firmware: Vec<PathBuf>,
    /// As JSON.
    #[arg(long)]
    pub json: bool,
}

/// `replay`.
#[derive(Args, Debug)]
pub struct Replay {
    /// A journal.
    #[arg(value_name = "JOURNAL")]
    pub journal: PathBuf,
    /// As its summary, without the screen.
    #[arg(long)]
    pub headless: bool,
}

fn speed(text: &str) -> Result<f64, String> {
    let speed: f64 = text.parse().map_err(|_| "a number such as 50 is expected".to_owned())?;
    if (0.1..=10_000.0).contains(&speed) { Ok(speed) } else { Err("between 0.1 and 10000".to_owned()) }
}

fn duration(text: &str) -> Result<Duration, String> {
    let (number, unit) = text.split_at(text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len()));
    let number: u64 = number.parse().map_err(|_| "a time such as 90s, 10m or 2h is expected".to_owned())?;
    let seconds = match unit {
        "s" | "" => 1,
        "m" => 60,
        "h" => 3_600,
        _ => return Err("a time such as 90s, 10m or 2h is expected".to_owned()),
    };
    Ok(Duration::from_secs(number.saturating_mul(seconds)))
}

fn network(text: &str) -> Result<(Ipv4Addr, u8), String> {
    let wrong = || "an address and the length of its network are expected, such as 192.168.1.1/24".to_owned();
    let (address, prefix) = text.split_once('/').ok_or_else(wrong)?;
    let prefix: u8 = prefix.parse().map_err(|_| wrong())?;
    if prefix > 32 {
        return Err(wrong());
    }
    Ok((address.parse().map_err(|_| wrong())?, prefix))
}
