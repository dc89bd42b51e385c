//! A TFTP reader that a test holds in its hands: one step at a time, and nothing of the program's own code in it.

use std::io::ErrorKind;
use std::net::{SocketAddr, SocketAddrV4, UdpSocket};
use std::time::Duration;

/// Sent again when nothing came for so long.
const AGAIN: Duration = Duration::from_secs(1);
/// Given up after so many times.
const PATIENCE: u32 = 20;

/// An ERROR packet.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Refused {
    pub(crate) code: u16,
    pub(crate) text: String,
}

/// A request to read or write.
pub(crate) fn request(opcode: u8, name: &str) -> Vec<u8> {
    [&[0, opcode], name.as_bytes(), b"\0octet\0"].concat()
}

/// One read, block by block.
pub(crate) struct Read {
    pub(crate) socket: UdpSocket,
    /// Where the file comes from, once a block came.
    pub(crate) from: Option<SocketAddr>,
    pub(crate) bytes: Vec<u8>,
    /// How often nothing came for a second.
    pub(crate) silences: u32,
    last_sent: Vec<u8>,
    server: SocketAddrV4,
    block: u16,
}

impl Read {
    pub(crate) fn start(socket: UdpSocket, server: SocketAddrV4, name: &str) -> Self {
        socket.set_read_timeout(Some(AGAIN)).unwrap();
        let last_sent = request(1, name);
        socket.send_to(&last_sent, server).unwrap();
        Self { socket, from: None, bytes: Vec::new(), silences: 0, last_sent, server, block: 0 }
    }

    /// Takes one new block and acknowledges it. `true`: it was the last.
    pub(crate) fn step(&mut self) -> Result<bool, Refused> {
        let mut buf = [0; 2048];
        let mut silence = 0;
        loop {
            let (len, from) = match self.socket.recv_from(&mut buf) {
                Ok(came) => came,
                Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                    silence += 1;
                    self.silences += 1;
                    assert!(silence < PATIENCE, "silence after block {}", self.block);
                    self.repeat();
                    continue;
                }
                // A child of another test has ended, or a signal came.
                Err(e) if e.kind() == ErrorKind::Interrupted => continue,
                Err(e) => panic!("{e} after block {}", self.block),
            };
            match buf[..len] {
                [0, 3, high, low, ref data @ ..] => {
                    assert_eq!(*self.from.get_or_insert(from), from, "a second transfer answers");
                    let number = u16::from_be_bytes([high, low]);
                    if number != self.block.wrapping_add(1) {
                        continue;
                    }
                    self.block = number;
                    self.bytes.extend(data);
                    self.last_sent = vec![0, 4, high, low];
                    self.repeat();
                    return Ok(data.len() < 512);
                }
                [0, 5, high, low, ref text @ ..] => {
                    let text = String::from_utf8_lossy(text).trim_end_matches('\0').to_owned();
                    return Err(Refused { code: u16::from_be_bytes([high, low]), text });
                }
                ref other => panic!("neither DATA nor ERROR: {other:?}"),
            }
        }
    }

    /// Sends the last packet once more.
    pub(crate) fn repeat(&self) {
        self.socket.send_to(&self.last_sent, self.from.unwrap_or(self.server.into())).unwrap();
    }

    pub(crate) fn finish(mut self) -> Result<Vec<u8>, Refused> {
        while !self.step()? {}
        Ok(self.bytes)
    }
}
