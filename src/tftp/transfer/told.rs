//! What a read tells: what to do next, how far it is, why it ended.

use thiserror::Error;

use crate::clock::Instant;

/// What to do next for a read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Send this many bytes of the buffer to the reader, then poll again.
    Send(usize),
    /// Nothing to do before this moment, unless a packet comes. Each ACK moves it, nearly always to a later one:
    /// a timer that is set for an earlier moment may stay as it is; when it rings, poll and set it to what is told
    /// then. Only a moment before the one that is set (the wait had doubled, then an ACK came) must be taken over.
    Wait(Instant),
    /// Over, and every block was sent. Told again at every further poll.
    Finished {
        /// The reader has confirmed the last block. Otherwise it has closed its port after the last block was on
        /// its way, as readers do whose last ACK was lost.
        last_ack: bool,
    },
    /// Over before the end. Told again at every further poll.
    Failed(Failure),
}

/// Why a read ended early.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Failure {
    /// Nothing was heard for [`crate::limits::TFTP_GIVE_UP`].
    #[error("the reader fell silent")]
    Silent,
    /// For [`crate::limits::TFTP_GIVE_UP`] the reader has gone on talking but has confirmed nothing new: our packets don't reach
    /// it, or it doesn't take them.
    #[error("the reader repeats itself and takes nothing more")]
    Stuck,
    /// The reader's port was closed before the last block was sent. For a phone that is a refusal of what it has
    /// read so far.
    #[error("the reader closed its port before the end")]
    Closed,
    /// The reader ended it with an ERROR; code 8 refuses the options granted.
    #[error("the reader ended it with error {code}: {message}")]
    Peer {
        /// As in [`crate::tftp::wire::ErrorCode`]; others occur.
        code: u16,
        /// Escaped, at most [`crate::limits::TFTP_MESSAGE_BYTES`] characters of the original.
        message: String,
    },
}

/// How far a read is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Bytes confirmed by the reader, as they travel.
    pub bytes_acked: u64,
    /// Bytes in all, as they travel: in netascii more than the file has.
    pub size: u64,
    /// Blocks that were sent more than once, every time counted.
    pub blocks_resent: u64,
    /// When the request came.
    pub started: Instant,
    /// The reader's last sign of life.
    pub heard: Instant,
}
