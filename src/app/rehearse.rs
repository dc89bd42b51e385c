//! (in work)
pub(super) fn run(_: &crate::cli::Rehearse, _: Option<&std::path::Path>) -> anyhow::Result<super::Exit> {
    unimplemented!()
}
