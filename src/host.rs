//! The operating system, for everybody above: files, interfaces, addresses, firewall.

pub mod files;
