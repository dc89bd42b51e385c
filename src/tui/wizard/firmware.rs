//! From a place on the disk to the shelf: looked for, taken, read, removed.

use super::Wizard;
use super::folder::{Choice, is_path};
use super::update::go;
use crate::tui::{Effect, Model, Page};
use std::path::PathBuf;

/// Opens the file browser where it was last.
pub(super) fn browse(model: &mut Model) -> Vec<Effect> {
    go(model, Page::Files);
    let path = model.wizard.as_ref().map(|w| w.folder.path.clone()).unwrap_or_default();
    vec![Effect::ListDir(path)]
}

pub(super) fn folder_above(model: &mut Model) -> Vec<Effect> {
    let above = model.wizard.as_ref().and_then(|w| w.folder.path.parent());
    above.map(|path| Effect::ListDir(path.to_owned())).into_iter().collect()
}

pub(super) fn choose_file(model: &mut Model) -> Vec<Effect> {
    let Some(wizard) = &model.wizard else { return Vec::new() };
    match wizard.folder.chosen(&wizard.places).map(|item| item.choice) {
        Some(Choice::Take(path)) => take(model, path),
        Some(Choice::Into(path)) => vec![Effect::ListDir(path)],
        None => Vec::new(),
    }
}

pub(super) fn take(model: &mut Model, path: PathBuf) -> Vec<Effect> {
    go(model, Page::Load);
    let Some(wizard) = &mut model.wizard else { return Vec::new() };
    // Also what is still being read.
    let mut paths = if wizard.reading { wizard.wanted.clone() } else { wizard.paths.clone() };
    paths.retain(|other| *other != path);
    // The newest is read first: a big folder that was added before leaves it no room otherwise.
    paths.insert(0, path);
    // What was typed is done with: the next path must not be appended to it.
    let typed = std::mem::take(&mut wizard.folder.typed);
    wizard.folder.tried = is_path(&typed).then_some(typed);
    vec![read(wizard, paths)]
}

fn read(wizard: &mut Wizard, paths: Vec<PathBuf>) -> Effect {
    (wizard.reading, wizard.unreadable) = (true, None);
    wizard.wanted.clone_from(&paths);
    Effect::Open(paths)
}

/// The technician wants all of a huge folder.
pub(in crate::tui) fn read_large(model: &mut Model) -> Vec<Effect> {
    let Some(wizard) = model.wizard.as_deref_mut().map(Wizard::real_mut) else { return Vec::new() };
    wizard.reading = true;
    vec![Effect::OpenLarge(wizard.wanted.clone())]
}

/// Takes what was added last off the shelf; the rest is read again.
pub(super) fn remove(model: &mut Model) -> Vec<Effect> {
    let Some(wizard) = model.wizard.as_mut().filter(|w| w.can_remove()) else { return Vec::new() };
    let rest = wizard.paths.iter().skip(1).cloned().collect();
    wizard.removed = wizard.paths.first().cloned();
    let name = wizard.removed.as_ref().map(|path| path.display().to_string()).unwrap_or_default();
    let effects = vec![read(wizard, rest)];
    model.notice = Some(format!("Off the shelf: {name}. U puts it back; on the disk nothing is changed."));
    effects
}

/// Puts back what was taken off last.
pub(super) fn put_back(model: &mut Model) -> Vec<Effect> {
    let removed = model.wizard.as_mut().filter(|w| w.can_put_back()).and_then(|w| w.removed.take());
    removed.map_or_else(Vec::new, |path| take(model, path))
}

impl Wizard {
    /// Something was taken off the shelf and can be put back.
    #[must_use]
    pub fn can_put_back(&self) -> bool {
        self.aside.is_none() && !self.reading && self.removed.is_some()
    }

    /// Something that was added can be taken off the shelf again.
    #[must_use]
    pub fn can_remove(&self) -> bool {
        self.aside.is_none() && !self.reading && !self.paths.is_empty()
    }
}
