//! Firmware X-ray: what is made of archives and folders, whole and damaged, friendly and hostile.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::case_sensitive_file_extension_comparisons,
    reason = "tests and their helpers say what is wrong by failing"
)]

mod damage;
mod hostile;
#[cfg(target_os = "linux")]
mod memory;
mod mutations;
mod pack;
mod page;
mod report;
mod shelf;
