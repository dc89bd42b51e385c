//! What can be practised.

use crate::firmware::Shelf;

/// A virtual bench that can be practised on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exercise {
    /// Its name for the program.
    pub name: String,
    /// One line.
    pub title: String,
    /// What it teaches.
    pub teaches: String,
}

/// An exercise that ends before anything is served: the wizard itself refuses it.
#[derive(Clone, Debug)]
pub struct Refused {
    /// Its name.
    pub name: String,
    /// The model of its phone.
    pub model: String,
    /// What the phone runs, as somebody would type it.
    pub from: String,
    /// The load that is wanted.
    pub target: String,
    /// The firmware that is there.
    pub shelf: Shelf,
}
