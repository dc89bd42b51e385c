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
    #[cfg(windows)]
    {
        use tokio::signal::windows;
        // The window is closed, Ctrl-Break, the user goes, the computer is switched off. Windows ends the program some
        // seconds later, whatever it is doing; what isn't undone by then is in the ledger.
        let all =
            (windows::ctrl_close(), windows::ctrl_break(), windows::ctrl_logoff(), windows::ctrl_shutdown());
        if let (Ok(mut close), Ok(mut key), Ok(mut logoff), Ok(mut shutdown)) = all {
            tokio::select! {
                _ = close.recv() => {}
                _ = key.recv() => {}
                _ = logoff.recv() => {}
                _ = shutdown.recv() => {}
            }
            return Wish::End;
        }
    }
    std::future::pending().await
}
