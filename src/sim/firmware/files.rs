//! Synthetic files, and how large they are.

/// Names and contents of one set.
pub type Files = Vec<(String, Vec<u8>)>;

/// Room for a header, an archive table and some content.
const SMALLEST: usize = 2_048;

/// How large the files are. A phone doesn't mind, a test that runs a thousand of them does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scale(u32);

impl Scale {
    /// Sizes of real sets.
    pub const FULL: Self = Self(1);
    /// A hundredth: a set of a Java phone has 80 kB.
    pub const FAST: Self = Self(100);

    /// Sizes divided by so much; 0 is 1.
    #[must_use]
    pub fn divided_by(divisor: u32) -> Self {
        Self(divisor.max(1))
    }

    pub(super) fn of(self, size: usize) -> usize {
        (size / self.0.max(1) as usize).max(SMALLEST)
    }
}
