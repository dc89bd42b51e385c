//! The HTTP port: open, closed, and opened again.

use crate::limits;
use crate::net::place::Place;
use mio::net::TcpListener;
use socket2::{Domain, Protocol, Socket, Type};
use std::io;
use std::net::{SocketAddr, SocketAddrV4};

/// The port, open or closed.
#[derive(Debug)]
pub(in crate::net) struct Door {
    pub(super) listener: Option<TcpListener>,
    /// Where it is opened again, and where our questions leave.
    pub(super) at: SocketAddrV4,
}

impl Door {
    /// Opens it where the place has one.
    pub(in crate::net) fn open(place: &Place) -> (Self, io::Result<()>) {
        let at = SocketAddrV4::new(place.address, place.http_port.unwrap_or_default());
        let (listener, result) = match place.http_port.map(|_| listen(at)).transpose() {
            Ok(listener) => (listener, Ok(())),
            Err(e) => (None, Err(e)),
        };
        let at = listener.as_ref().and_then(|l| l.local_addr().ok()).map_or(at, |a| match a {
            SocketAddr::V4(a) => a,
            SocketAddr::V6(_) => at,
        });
        (Self { listener, at }, result)
    }
}

/// Opens the port there.
pub(super) fn listen(at: SocketAddrV4) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, Some(Protocol::TCP))?;
    // Connections of an earlier session may still be dying there. On Windows this would mean something else.
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    // Handed down to its connections.
    socket.set_send_buffer_size(limits::HTTP_SEND_BUFFER)?;
    socket.bind(&at.into())?;
    socket.listen(128)?;
    socket.set_nonblocking(true)?;
    Ok(TcpListener::from_std(socket.into()))
}
