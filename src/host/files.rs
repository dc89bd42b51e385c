//! Reads the firmware a person names: folders, archives, single files.
//!
//! A given path that can't be read is an error; anything below it that can't be read is a problem on the shelf.

use crate::firmware::{Intake, LeftOut, Shelf};
use crate::limits;
use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// A path that was given can't be read.
#[derive(Debug, thiserror::Error)]
#[error("{} can't be read: {source}", path.display())]
pub struct Unreadable {
    /// The path as given.
    pub path: PathBuf,
    /// What the operating system said.
    pub source: io::Error,
}

/// Reads all paths onto one shelf, in the order given; inside a folder by name.
///
/// # Errors
/// The first given path that doesn't exist, can't be read, or is neither a file nor a folder.
pub fn gather(paths: &[PathBuf]) -> Result<Shelf, Unreadable> {
    gather_while(paths, &|| true)
}

/// Reads all paths onto one shelf as long as `going` says so, which is asked before each file.
///
/// # Errors
/// As [`gather`].
pub fn gather_while(paths: &[PathBuf], going: &dyn Fn() -> bool) -> Result<Shelf, Unreadable> {
    let mut intake = Intake::new();
    for path in paths {
        given(&mut intake, path, going).map_err(|source| Unreadable { path: path.clone(), source })?;
    }
    Ok(intake.finish())
}

/// How many files are below a path, and how many bytes they have, as far as a shelf could take them: it stops counting
/// at [`limits::SHELF_FILES`]. Nothing is opened, links are not followed; what can't be looked into has none.
#[must_use]
pub fn weigh(path: &Path) -> (usize, u64) {
    let (mut files, mut bytes) = (0, 0_u64);
    let mut folders = vec![(path.to_owned(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            match entry.metadata() {
                Ok(metadata) if metadata.is_dir() && depth < limits::FOLDER_DEPTH => {
                    folders.push((entry.path(), depth + 1));
                }
                Ok(metadata) if metadata.is_file() => {
                    files += 1;
                    bytes = bytes.saturating_add(metadata.len());
                }
                _ => {}
            }
            if files >= limits::SHELF_FILES {
                return (files, bytes);
            }
        }
    }
    (files, bytes)
}

fn given(intake: &mut Intake, path: &Path, going: &dyn Fn() -> bool) -> io::Result<()> {
    let metadata = fs::metadata(path)?;
    if metadata.is_dir() {
        fs::read_dir(path)?;
        let mut walk = Walk { intake, root: path, above: Vec::new(), read: HashSet::new(), files: 0, going };
        walk.folder(path, 0);
        return Ok(());
    }
    if !metadata.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "neither a file nor a folder"));
    }
    match read(path, limits::ARCHIVE_BYTES)? {
        Some(bytes) => intake.given(&path.to_string_lossy(), bytes),
        None => intake.left_out(&path.to_string_lossy(), LeftOut::TooLarge),
    }
    Ok(())
}

/// One folder that was given, on the way down.
struct Walk<'a> {
    intake: &'a mut Intake,
    root: &'a Path,
    /// Real paths of the folders above, to notice a link that leads back.
    above: Vec<PathBuf>,
    /// Real paths of all folders that were read: a link to one of them brings nothing new, and a dozen folders that
    /// link to each other have millions of ways through them.
    read: HashSet<PathBuf>,
    files: usize,
    going: &'a dyn Fn() -> bool,
}

impl Walk<'_> {
    fn folder(&mut self, folder: &Path, depth: usize) {
        let shown = folder.to_string_lossy().into_owned();
        if depth > limits::FOLDER_DEPTH {
            return self.intake.left_out(&shown, LeftOut::TooDeep);
        }
        let entries = match fs::canonicalize(folder).and_then(|real| Ok((real, fs::read_dir(folder)?))) {
            Ok((real, _))
                if self.above.contains(&real) || folder.is_symlink() && self.read.contains(&real) =>
            {
                return self.intake.left_out(&shown, LeftOut::Loop);
            }
            Ok((real, entries)) => {
                self.read.insert(real.clone());
                self.above.push(real);
                entries
            }
            Err(error) => return self.intake.unreadable(&shown, &error.to_string()),
        };
        let mut paths: Vec<PathBuf> = entries
            .filter_map(|entry| match entry {
                Ok(entry) => Some(entry.path()),
                Err(error) => {
                    self.intake.unreadable(&shown, &error.to_string());
                    None
                }
            })
            .take(limits::SHELF_FILES)
            .collect();
        paths.sort();
        for path in paths {
            self.entry(&path, depth);
        }
        self.above.pop();
    }

    fn entry(&mut self, path: &Path, depth: usize) {
        let shown = path.to_string_lossy();
        match fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => self.folder(path, depth + 1),
            // Opening a pipe would wait for its writer, so the kind is looked at first.
            Ok(metadata) if !metadata.is_file() => self.intake.left_out(&shown, LeftOut::NotRegular),
            Ok(_) if self.files >= limits::SHELF_FILES || !(self.going)() => {}
            Ok(_) => {
                self.files += 1;
                match read(path, limits::ARCHIVE_BYTES) {
                    Ok(Some(bytes)) => {
                        self.intake.file(&self.root.to_string_lossy(), &self.relative(path), bytes);
                    }
                    Ok(None) => self.intake.left_out(&shown, LeftOut::TooLarge),
                    Err(error) => self.intake.unreadable(&shown, &error.to_string()),
                }
            }
            Err(error) => self.intake.unreadable(&shown, &error.to_string()),
        }
    }

    /// Relative to the folder that was given, with `/` on every system.
    fn relative(&self, path: &Path) -> String {
        let relative = path.strip_prefix(self.root).unwrap_or(path);
        let parts: Vec<_> = relative.components().map(|part| part.as_os_str().to_string_lossy()).collect();
        parts.join("/")
    }
}

/// The whole file; `None` when it is larger than `limit`, whatever its metadata says.
fn read(path: &Path, limit: usize) -> io::Result<Option<Vec<u8>>> {
    let file = File::open(path)?;
    let claimed = file.metadata()?.len();
    if claimed > limit as u64 {
        return Ok(None);
    }
    let mut bytes = Vec::with_capacity(usize::try_from(claimed).unwrap_or(0));
    file.take(limit as u64 + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() <= limit).then_some(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(folder: &Path, name: &str, bytes: &[u8]) {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    #[test]
    fn s20_files_of_a_folder_by_name_and_by_path() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "RINGLIST.DAT", b"ring");
        write(folder.path(), "a/b/dialplan.xml", b"<DIALTEMPLATE/>");
        let shelf = gather(&[folder.path().to_owned()]).unwrap();
        assert_eq!(&*shelf.find("ringlist.dat", None).unwrap().bytes, b"ring");
        assert_eq!(shelf.find("A/B/dialplan.xml", None).unwrap().path, "a/b/dialplan.xml");
        assert_eq!(shelf.find("dialplan.xml", None).unwrap().name, "dialplan.xml");
        assert_eq!(shelf.sets().len(), 2);
        assert_eq!(shelf.problems(), []);
    }

    #[test]
    fn a_folder_and_a_file_in_it_are_taken_once() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "RINGLIST.DAT", b"ring");
        let shelf = gather(&[folder.path().to_owned(), folder.path().join("RINGLIST.DAT")]).unwrap();
        assert_eq!(shelf.files().count(), 1);
    }

    #[test]
    fn a_folder_is_weighed_and_reading_it_can_be_called_off() {
        let folder = tempfile::tempdir().unwrap();
        for n in 0..5 {
            write(folder.path(), &format!("{n}/RINGLIST.DAT"), b"ring");
        }
        assert_eq!(weigh(folder.path()), (5, 20));
        assert_eq!(weigh(&folder.path().join("0/RINGLIST.DAT")), (0, 0), "a file is no folder");
        let asked = std::cell::Cell::new(0);
        let twice = || asked.replace(asked.get() + 1) < 2;
        assert_eq!(gather_while(&[folder.path().to_owned()], &twice).unwrap().files().count(), 2);
    }

    #[test]
    fn a_given_path_that_is_not_there_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let error = gather(&[folder.path().join("nowhere")]).unwrap_err();
        assert!(error.to_string().contains("nowhere"), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn folders_that_all_link_to_each_other_are_read_once_or_twice() {
        let folder = tempfile::tempdir().unwrap();
        for from in 0..11 {
            write(folder.path(), &format!("{from}/{from}.txt"), b"text");
            for to in (0..11).filter(|to| *to != from) {
                let link = folder.path().join(format!("{from}/to{to}"));
                std::os::unix::fs::symlink(folder.path().join(to.to_string()), link).unwrap();
            }
        }
        let shelf = gather(&[folder.path().to_owned()]).unwrap();
        assert!((0..11).all(|n| shelf.find(&format!("{n}/{n}.txt"), None).is_some()));
        assert!((11..=22).contains(&shelf.files().count()), "{}", shelf.files().count());
        assert!(shelf.problems().iter().all(|p| p.code == "link-skipped"), "{:?}", shelf.problems());
    }

    #[cfg(unix)]
    #[test]
    fn loops_pipes_and_depth_end_in_one_problem_each() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "sub/a.txt", b"a");
        std::os::unix::fs::symlink(folder.path(), folder.path().join("sub/back")).unwrap();
        std::os::unix::fs::symlink("nowhere", folder.path().join("dangling")).unwrap();
        let deep = (0..=limits::FOLDER_DEPTH).map(|_| "d").collect::<Vec<_>>().join("/");
        write(folder.path(), &format!("{deep}/lost.txt"), b"lost");
        let socket = std::os::unix::net::UnixListener::bind(folder.path().join("socket")).unwrap();
        let shelf = gather(&[folder.path().to_owned()]).unwrap();
        drop(socket);
        let mut codes: Vec<_> = shelf.problems().iter().map(|p| p.code).collect();
        codes.sort_unstable();
        assert_eq!(codes, ["folder-too-deep", "link-skipped", "special-skipped", "unreadable"]);
        assert!(shelf.find("a.txt", None).is_some() && shelf.find("lost.txt", None).is_none());
    }
}
