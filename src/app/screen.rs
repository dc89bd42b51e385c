//! (in work)
use super::bench::Bench;
pub(super) fn rehearsal(_: &crate::sim::scenario::Scenario) {}
pub(super) async fn run(
    b: Bench,
    _c: tokio::sync::watch::Receiver<crate::clock::Instant>,
    (): (),
) -> anyhow::Result<super::Exit> {
    b.headless(false).await
}
