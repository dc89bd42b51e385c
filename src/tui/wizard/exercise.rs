//! What can be practised.

use super::Wizard;
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

impl Wizard {
    /// The exercises that have what was typed in their title or in what they teach; titles stand first.
    #[must_use]
    pub fn exercises_found(&self) -> Vec<&Exercise> {
        let typed = self.sought.trim().to_lowercase();
        let has = |text: &str| text.to_lowercase().contains(&typed);
        let titled = |e: &&Exercise| has(&e.title) || has(&e.name);
        let mut found: Vec<_> = self.exercises.iter().filter(|e| titled(e) || has(&e.teaches)).collect();
        found.sort_by_key(|e| !titled(e));
        found
    }

    /// The chosen exercise.
    #[must_use]
    pub fn exercise(&self) -> Option<&Exercise> {
        self.exercises_found().get(self.exercise_at).copied()
    }
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
