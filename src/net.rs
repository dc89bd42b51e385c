//! Real sockets for the engine: one thread, one poller, no lock.
//!
//! Each read has a socket of its own, connected to its phone: the kernel sorts the packets, and an ICMP "port
//! unreachable" ends a dead read at once. The thread drains the request ports first, so that a phone that starts does
//! not wait behind phones that read. HTTP has a thread of its own.

mod doors;
mod drive;
mod place;
mod poll;
mod sockets;
mod talks;
mod web;

pub use drive::{Order, Orders, Running, start};
pub use place::{Interface, Place};
pub use sockets::{BindError, Bound, Follower, bind, door};
