//! rescue79 recovers Cisco 79xx desk phones with its own DHCP and TFTP servers.
//!
//! The modules stand in layers; a module uses only layers below it (`tests/it/layering.rs` keeps it so,
//! `ARCHITECTURE.md` tells why):
//!
//! | layer | modules | what they know |
//! |---|---|---|
//! | 0 words | [`clock`], [`phone_id`], [`load`], [`event`], [`limits`], [`paragraph`] | names and values everybody uses |
//! | 1 knowledge | [`catalogue`], [`firmware`], [`route`], [`provision`], [`dhcp`], [`tftp`], [`evidence`], [`web`], [`session`], [`job`], [`journal`] | phones, files and protocols; no clock, socket or disk |
//! | 2 engine | [`engine`] | one machine that answers datagrams and tells events |
//! | 3 sim | [`sim`] | phones and a LAN without hardware |
//! | 4 shells | [`net`], [`host`], [`tui`] | sockets, the operating system, the terminal |
//! | 5 app | [`app`], [`cli`] | wires everything |

pub mod clock;
pub mod event;
pub mod limits;
pub mod load;
pub mod paragraph;
pub mod phone_id;

pub mod catalogue;
pub mod dhcp;
pub mod evidence;
pub mod firmware;
pub mod job;
pub mod journal;
pub mod provision;
pub mod route;
pub mod session;
pub mod tftp;
pub mod web;

pub mod engine;

pub mod sim;

pub mod host;
pub mod net;
pub mod tui;

pub mod app;
pub mod cli;
