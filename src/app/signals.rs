//! The wish to end that comes from outside: a key or the system.

/// Ctrl-C, or the system's wish to end.
pub(super) async fn interrupted() {
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminated() => {}
    }
}

/// The system's wish to end.
pub(super) async fn terminated() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let [term, hup, quit] =
            [SignalKind::terminate(), SignalKind::hangup(), SignalKind::quit()].map(signal);
        if let (Ok(mut term), Ok(mut hup), Ok(mut quit)) = (term, hup, quit) {
            tokio::select! {
                _ = term.recv() => {}
                _ = hup.recv() => {}
                _ = quit.recv() => {}
            }
            return;
        }
    }
    std::future::pending::<()>().await;
}
