//! Words on standard error. While the screen is drawn on they wait, for they would stand in the middle of it; and a
//! terminal that is gone takes none, which ends nothing.

use std::io::{Write as _, stderr};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What waits; `None`: nobody draws.
static HELD: Mutex<Option<Vec<String>>> = Mutex::new(None);

/// Says it, or keeps it until [`release`].
pub fn say(line: &str) {
    match &mut *held() {
        Some(lines) => lines.push(line.to_owned()),
        None => write(line),
    }
}

/// From here on words wait.
pub fn hold() {
    held().get_or_insert_default();
}

/// Nobody draws any more: says what has waited.
pub fn release() {
    for line in held().take().unwrap_or_default() {
        write(&line);
    }
}

fn held() -> MutexGuard<'static, Option<Vec<String>>> {
    HELD.lock().unwrap_or_else(PoisonError::into_inner)
}

fn write(line: &str) {
    let _ = writeln!(stderr(), "rescue79: {line}");
}
