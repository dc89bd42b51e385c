//! Whose files these are, and how they are opened: what the program writes as root belongs to whoever called it with
//! `sudo`, and so does the folder. Whoever owns a folder can put a link where a file of ours stood; it is never followed.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

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

/// Opens a file of ours that may be there already. What stands in its place and isn't ours is refused, before anything is
/// done to it; so the options must not say `truncate`.
pub(super) fn open(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        use std::os::unix::fs::OpenOptionsExt as _;
        // And a pipe in its place holds nobody up.
        options.custom_flags((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed());
    }
    let refused = |e| if path.is_symlink() { strange("it is a link to something else") } else { e };
    let file = options.open(path).map_err(refused)?;
    check(&file.metadata()?)?;
    Ok(file)
}

/// Makes a file; nothing may stand in its place, not even a link that leads nowhere.
pub(super) fn create(path: &Path) -> io::Result<File> {
    let file = File::create_new(path)?;
    hand_over(&file);
    Ok(file)
}

/// Writes a file whole or not at all. What stood in its place is replaced: a link, and not what it led to.
///
/// # Errors
/// The folder can't be written, or has no room; then what was there still is.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    let new = PathBuf::from(name);
    let _ = fs::remove_file(&new); // left by a session that broke off
    let written = create(&new).and_then(|mut file| file.write_all(bytes));
    let written = written.and_then(|()| fs::rename(&new, path));
    written.inspect_err(|_| drop(fs::remove_file(&new)))
}

/// Makes a folder and those above it; each new one is the caller's.
pub(super) fn folder(path: &Path) -> io::Result<()> {
    let missing: Vec<_> = path.ancestors().take_while(|above| !above.exists()).collect();
    fs::create_dir_all(path)?;
    missing.into_iter().for_each(hand_over_folder);
    Ok(())
}

/// Refuses a link in the place of a folder of ours, where root would follow it.
pub(super) fn no_link(folder: &Path) -> io::Result<()> {
    if is_root() && folder.is_symlink() {
        return Err(strange(&format!("{} is a link to something else", folder.display())));
    }
    Ok(())
}

fn strange(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, format!("{what}, which this program never made; remove it"))
}

#[cfg(unix)]
pub(super) fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

#[cfg(unix)]
fn check(data: &Metadata) -> io::Result<()> {
    use std::os::unix::fs::MetadataExt as _;
    let ours = [Some(0), caller().map(|(user, _)| user)];
    if !data.is_file() {
        return Err(strange("it is no file"));
    }
    if data.nlink() > 1 {
        return Err(strange("it is a second name of another file"));
    }
    if is_root() && !ours.contains(&Some(data.uid())) {
        return Err(strange(&format!("it belongs to user {}", data.uid())));
    }
    Ok(())
}

/// Nobody but this user of the computer can have written it.
#[cfg(unix)]
pub(super) fn is_mine(data: &Metadata) -> bool {
    std::os::unix::fs::MetadataExt::uid(data) == rustix::process::geteuid().as_raw()
}

/// Gives a file to the caller of `sudo`. Whoever isn't root can't give anything away, and need not.
#[cfg(unix)]
fn hand_over(file: &File) {
    if let Some((user, group)) = caller() {
        let _ = std::os::unix::fs::fchown(file, Some(user), Some(group));
    }
}

#[cfg(unix)]
fn hand_over_folder(path: &Path) {
    if let Some((user, group)) = caller() {
        let _ = std::os::unix::fs::lchown(path, Some(user), Some(group));
    }
}

// There is no `sudo` here.

#[cfg(not(unix))]
pub(super) const fn is_root() -> bool {
    false
}

#[cfg(not(unix))]
const fn check(_: &Metadata) -> io::Result<()> {
    Ok(())
}

#[cfg(not(unix))]
pub(super) const fn is_mine(_: &Metadata) -> bool {
    true
}

#[cfg(not(unix))]
const fn hand_over(_: &File) {}

#[cfg(not(unix))]
const fn hand_over_folder(_: &Path) {}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::{chown, symlink};

    fn append(path: &Path) -> io::Result<File> {
        open(path, File::options().append(true).create(true))
    }

    #[test]
    fn what_is_not_ours_is_refused_and_stays_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let (theirs, ours) = (folder.path().join("theirs"), folder.path().join("ours"));
        fs::write(&theirs, "theirs").unwrap();
        symlink(&theirs, &ours).unwrap();
        let said = append(&ours).unwrap_err().to_string();
        assert_eq!(said, "it is a link to something else, which this program never made; remove it");
        fs::remove_file(&ours).unwrap();
        fs::hard_link(&theirs, &ours).unwrap();
        assert!(append(&ours).unwrap_err().to_string().contains("second name"));
        fs::remove_file(&ours).unwrap();
        fs::create_dir(&ours).unwrap();
        assert!(open(&ours, File::options().read(true)).unwrap_err().to_string().contains("no file"));
        fs::remove_dir(&ours).unwrap();
        drop(append(&ours).unwrap());
        drop(append(&ours).unwrap());
        if chown(&ours, Some(65_534), None).is_ok() && is_root() {
            assert!(append(&ours).unwrap_err().to_string().contains("belongs to user 65534"));
        }
        assert_eq!(fs::read_to_string(theirs).unwrap(), "theirs");
    }

    #[test]
    fn what_is_written_replaces_links_and_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let [theirs, ours, new] = ["theirs", "ours", "ours.new"].map(|name| folder.path().join(name));
        fs::write(&theirs, "theirs").unwrap();
        symlink(&theirs, &ours).unwrap();
        symlink(&theirs, &new).unwrap();
        write(&ours, b"ours").unwrap();
        assert_eq!(fs::read_to_string(&theirs).unwrap(), "theirs");
        assert!(!ours.is_symlink() && !new.exists());
        assert_eq!(fs::read_to_string(ours).unwrap(), "ours");
    }
}
