//! The ports that the server's reads have on the virtual wire.

use crate::engine::TransferId;
use std::collections::HashMap;

/// The first of them.
const FIRST: u16 = 32_768;

/// Which read has which port.
#[derive(Debug)]
pub(super) struct Ports {
    read_at: HashMap<u16, TransferId>,
    port_of: HashMap<TransferId, u16>,
    next: u16,
}

impl Ports {
    pub(super) fn new() -> Self {
        Self { read_at: HashMap::new(), port_of: HashMap::new(), next: FIRST }
    }

    /// The read at that port, while it has it.
    pub(super) fn read_at(&self, port: u16) -> Option<TransferId> {
        self.read_at.get(&port).copied()
    }

    /// The port of that read; a new read gets the next free one.
    pub(super) fn of(&mut self, id: TransferId) -> u16 {
        if let Some(port) = self.port_of.get(&id) {
            return *port;
        }
        while self.read_at.contains_key(&self.next) || self.next < FIRST {
            self.next = self.next.checked_add(1).unwrap_or(FIRST);
        }
        let port = self.next;
        self.next = self.next.checked_add(1).unwrap_or(FIRST);
        self.read_at.insert(port, id);
        self.port_of.insert(id, port);
        port
    }

    /// That read is over.
    pub(super) fn close(&mut self, id: TransferId) {
        if let Some(port) = self.port_of.remove(&id) {
            self.read_at.remove(&port);
        }
    }

    /// All reads are over; the next one gets another port than the last.
    pub(super) fn close_all(&mut self) {
        self.read_at.clear();
        self.port_of.clear();
    }
}
