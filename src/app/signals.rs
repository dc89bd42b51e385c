//! The wish to end that comes from outside: a key or the system.

/// What is wished.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    /// That the program ends.
    End,
    /// Nothing: the terminal is gone, as when the line to this computer dropped. Nobody meant the phones.
    HungUp,
}

/// Ctrl-C, or the system's wish to end.
pub(super) async fn interrupted() -> Wish {
    tokio::select! {
        _ = tokio::signal::ctrl_c() => Wish::End,
        wish = terminated() => wish,
    }
}

/// The system's wish to end.
pub(super) async fn terminated() -> Wish {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let [term, hup, quit] =
            [SignalKind::terminate(), SignalKind::hangup(), SignalKind::quit()].map(signal);
        if let (Ok(mut term), Ok(mut hup), Ok(mut quit)) = (term, hup, quit) {
            return tokio::select! {
                _ = term.recv() => Wish::End,
                _ = hup.recv() => Wish::HungUp,
                _ = quit.recv() => Wish::End,
            };
        }
    }
    std::future::pending().await
}
