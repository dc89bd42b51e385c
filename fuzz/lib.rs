//! The bodies of the targets stand beside the ordinary tests, which run them too.
#[path = "../tests/it/fuzz_smoke/bodies.rs"]
pub mod bodies;
