//! What is wrong with the firmware somebody has, in the words they read.

mod codes;

pub use codes::CODES;

use crate::firmware::names;
use crate::paragraph::list;
use serde::Serialize;

/// How much a problem matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// A phone will refuse it, or it can't be read at all.
    Error,
    /// It may work, or something beside it won't.
    Warning,
    /// Good to know.
    Info,
}

impl Severity {
    /// The word of the report and of JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "info",
        }
    }
}

/// One finding about one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Stable name of the kind of finding, such as `part-missing`.
    pub code: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// The file it is about: what was given, then the way inside.
    pub file: String,
    /// What it is, what it means for the phone, what to do.
    pub text: String,
}

impl Problem {
    /// The file can't be read as what it is: it doesn't open, isn't what its name says, or is cut off or damaged
    /// as an archive.
    #[must_use]
    pub fn is_unreadable(&self) -> bool {
        let archive = self.code.starts_with("archive-")
            && !matches!(self.code, "archive-too-deep" | "archive-duplicate");
        archive || matches!(self.code, "unreadable" | "not-an-archive" | "web-page" | "empty")
    }

    pub(super) fn new(severity: Severity, code: &'static str, file: &str, text: impl Into<String>) -> Self {
        debug_assert!(CODES.iter().any(|(known, ..)| *known == code), "{code} isn't explained");
        Self { code, severity, file: names::shown(file), text: names::shown(&text.into()) }
    }

    pub(super) fn error(code: &'static str, file: &str, text: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, file, text)
    }

    pub(super) fn warning(code: &'static str, file: &str, text: impl Into<String>) -> Self {
        Self::new(Severity::Warning, code, file, text)
    }

    pub(super) fn info(code: &'static str, file: &str, text: impl Into<String>) -> Self {
        Self::new(Severity::Info, code, file, text)
    }
}

/// `a`, `a and b`, `a, b and c`, `a, b, c and 4 more`.
pub(super) fn enumerate<S: AsRef<str>>(names: &[S]) -> String {
    const SHOWN: usize = 3;
    match names.split_at_checked(SHOWN) {
        Some((shown, rest)) if !rest.is_empty() => {
            let shown: Vec<&str> = shown.iter().map(AsRef::as_ref).collect();
            format!("{} and {} more", shown.join(", "), rest.len())
        }
        _ => list(names),
    }
}

#[cfg(test)]
mod tests {
    use super::enumerate;

    #[test]
    fn names_read_well_aloud() {
        for (count, text) in [(0, ""), (1, "a"), (2, "a and b"), (3, "a, b and c"), (4, "a, b, c and 1 more")]
        {
            assert_eq!(enumerate(&["a", "b", "c", "d"][..count]), text);
        }
    }
}
