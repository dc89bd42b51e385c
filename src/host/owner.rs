//! Whose files these are: what the program writes as root belongs to whoever called it with `sudo`.

use std::path::Path;

/// User and group of the caller of `sudo`.
#[must_use]
pub fn caller() -> Option<(u32, u32)> {
    let number = |name: &str| {
        #[expect(clippy::disallowed_methods, reason = "`sudo` says it nowhere else")]
        let text = std::env::var(name).ok()?;
        text.parse::<u32>().ok()
    };
    Some((number("SUDO_UID")?, number("SUDO_GID")?))
}

/// Gives a file or a folder to the caller of `sudo`. Whoever isn't root can't give anything away, and need not.
#[cfg(unix)]
pub(super) fn hand_over(path: &Path) {
    if let Some((user, group)) = caller() {
        let _ = std::os::unix::fs::lchown(path, Some(user), Some(group));
    }
}

/// There is no `sudo` here.
#[cfg(not(unix))]
pub(super) const fn hand_over(_path: &Path) {}

/// Makes a folder and those above it; each new one is the caller's.
pub(super) fn folder(path: &Path) -> std::io::Result<()> {
    let missing: Vec<_> = path.ancestors().take_while(|above| !above.exists()).collect();
    std::fs::create_dir_all(path)?;
    missing.into_iter().for_each(hand_over);
    Ok(())
}
