//! Names of files and members: made safe, made comparable, made readable.

/// Comparable name: ASCII letters lowered, so that `TERM41.default.loads` is `term41.DEFAULT.loads`.
#[must_use]
pub fn fold(name: &str) -> String {
    name.to_ascii_lowercase()
}

/// The last component of a path with `/`.
pub(super) fn base(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The folder part of a path with `/`; empty for a file that lies in none.
pub(super) fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Name without its last extension.
pub(super) fn stem(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

/// Last extension, lowered; empty when there is none.
pub(super) fn extension(name: &str) -> String {
    name.rsplit_once('.').map_or_else(String::new, |(_, extension)| fold(extension))
}

/// The name leaves the folder (`..`, an absolute path, a drive letter) or holds a NUL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unsafe;

/// Relative path with `/` and without `.` components.
///
/// No path is ever opened with it; it is refused all the same, because a name that tries to leave its folder isn't
/// the name of firmware.
pub(super) fn safe(path: &str) -> Result<String, Unsafe> {
    let path = path.replace('\\', "/");
    let drive = matches!(path.as_bytes(), [letter, b':', ..] if letter.is_ascii_alphabetic());
    if path.starts_with('/') || drive || path.contains('\0') {
        return Err(Unsafe);
    }
    let mut parts = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => return Err(Unsafe),
            part => parts.push(part),
        }
    }
    if parts.is_empty() { Err(Unsafe) } else { Ok(parts.join("/")) }
}

/// For the screen: control characters are shown as escapes.
pub(super) fn shown(name: &str) -> String {
    name.chars()
        .map(|c| if c.is_control() { c.escape_default().to_string() } else { c.to_string() })
        .collect()
}

/// The way to a member, as it is shown: what was given, then the path inside.
pub(super) fn join(label: &str, path: &str) -> String {
    let path = shown(path);
    if label.is_empty() { path } else { format!("{}/{path}", shown(label)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn safe_paths() {
        for (path, safe_path) in [
            ("a.sbn", Ok("a.sbn")),
            ("./P0S3/a.sbn", Ok("P0S3/a.sbn")),
            ("win\\a.sbn", Ok("win/a.sbn")),
            ("a//b", Ok("a/b")),
            ("../a", Err(Unsafe)),
            ("a/../../b", Err(Unsafe)),
            ("/etc/passwd", Err(Unsafe)),
            ("\\\\host\\a", Err(Unsafe)),
            ("C:\\a", Err(Unsafe)),
            ("", Err(Unsafe)),
        ] {
            assert_eq!(safe(path), safe_path.map(str::to_owned), "{path}");
        }
    }

    #[test]
    fn parts_of_names() {
        assert_eq!(
            (base("a/b.c"), folder("a/b.c"), stem("b.c"), extension("b.C")),
            ("b.c", "a", "b", "c".into())
        );
        assert_eq!((base("b"), folder("b"), stem("b"), extension("b")), ("b", "", "b", String::new()));
        assert_eq!(shown("a\u{1b}[2Jb"), "a\\u{1b}[2Jb");
    }
}
