//! What happens to firmware on its way to a technician.

use super::files::Files;

/// A part got lost.
pub fn drop_part(files: &mut Files, name: &str) {
    files.retain(|(file, _)| file != name);
}

/// Somebody gave a file another name.
pub fn rename(files: &mut Files, from: &str, to: &str) {
    each(files, from, |file| to.clone_into(&mut file.0));
}

/// A download broke off after `len` octets; 0 leaves an empty file.
pub fn truncate(files: &mut Files, name: &str, len: usize) {
    each(files, name, |file| file.1.truncate(len));
}

/// A transfer in text mode from Unix to Windows: LF becomes CR LF.
pub fn text_mode(files: &mut Files, name: &str) {
    each(files, name, |file| {
        file.1 = file
            .1
            .iter()
            .flat_map(|b| if *b == b'\n' { &b"\r\n"[..] } else { std::slice::from_ref(b) })
            .copied()
            .collect();
    });
}

/// The file holds what another one should.
pub fn copy_over(files: &mut Files, from: &str, to: &str) {
    let content = files.iter().find(|(name, _)| name == from).map(|(_, bytes)| bytes.clone());
    if let Some(content) = content {
        files.retain(|(name, _)| name != to);
        files.push((to.to_owned(), content));
    }
}

/// Two releases unzipped over each other: the later one wins where names are equal.
#[must_use]
pub fn mix(mut earlier: Files, later: Files) -> Files {
    earlier.retain(|(name, _)| later.iter().all(|(other, _)| !name.eq_ignore_ascii_case(other)));
    earlier.extend(later);
    earlier
}

fn each(files: &mut Files, name: &str, change: impl Fn(&mut (String, Vec<u8>))) {
    files.iter_mut().filter(|(file, _)| file == name).for_each(change);
}
