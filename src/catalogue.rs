//! What is known about phones: models, loads, reset keys, usual times and which load takes which.
//!
//! The facts stand in `assets/catalogue/*.toml`, each with its source and how sure it is; here are only their
//! shapes and the questions that others ask. `docs/catalogue.md` is the same, for reading.

mod classes;
mod files;
mod fingerprints;
mod habits;
mod parse;
mod phones;
pub mod rules;
mod symptoms;
pub mod text;
mod types;

#[cfg(test)]
mod tests;

pub use fingerprints::FingerprintRow;
pub use habits::{Habit, Habits};
pub use parse::CatalogueError;
pub use phones::{Class, Display, Foreign, Model, Reset, Shows, StageRange, Wipes};
pub use symptoms::{ShownBy, Symptom, Touches};
pub use types::{Confidence, Era, EraRange, Families, Hub, Kind, KnownLoad};

use crate::event::Role;
use crate::load::{Family, LoadName, Protocol};
use rules::Routes;
use std::sync::LazyLock;

/// Everything that `assets/catalogue/` says.
#[derive(Debug)]
pub struct Catalogue {
    models: Vec<Model>,
    classes: classes::Classes,
    foreign: Vec<Foreign>,
    resets: Vec<Reset>,
    eras: Vec<EraRange>,
    stages: Vec<StageRange>,
    loads: Vec<KnownLoad>,
    routes: Routes,
    files: files::Files,
    fingerprints: fingerprints::Fingerprints,
    symptoms: Vec<Symptom>,
    edition: String,
    shows: Vec<Shows>,
    habits: Habits,
}

static BUILTIN: LazyLock<Catalogue> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "the text is part of the program and a test reads it")]
    Catalogue::parse(&parse::BUILTIN).expect("the built-in catalogue reads")
});

impl Catalogue {
    /// The catalogue that is part of the program.
    #[must_use]
    pub fn builtin() -> &'static Self {
        &BUILTIN
    }

    /// All models, in the order of the documentation.
    #[must_use]
    pub fn models(&self) -> &[Model] {
        &self.models
    }

    /// The model that a person means: `7960`, `7960g`, `CP-7960G`, `7941G-GE`.
    #[must_use]
    pub fn model(&self, name: &str) -> Option<&Model> {
        let name = name.trim().to_ascii_uppercase();
        let name = name.strip_prefix("CP-").unwrap_or(&name);
        let bare = name.strip_suffix("G-GE").or_else(|| name.strip_suffix("-GE"));
        let bare =
            bare.or_else(|| name.strip_suffix("GE")).or_else(|| name.strip_suffix('G')).unwrap_or(name);
        let gigabit = name.ends_with("GE");
        let find = |wanted: &str| self.models.iter().find(|m| m.name.eq_ignore_ascii_case(wanted));
        if gigabit {
            return find(&format!("{bare}G-GE"));
        }
        // A 7971 was only ever made as 7971G-GE.
        find(bare).or_else(|| find("7971G-GE").filter(|_| bare == "7971"))
    }

    /// The models of one family.
    pub fn models_of(&self, family: Family) -> impl Iterator<Item = &Model> {
        self.models.iter().filter(move |m| m.family == family)
    }

    /// Who sends this vendor class (DHCP option 60). NUL and blanks at its end are ignored, and case.
    ///
    /// A telephone's class that ends in the number of one of our models is taken for that model, also where the catalogue
    /// doesn't have this class: to be told that it can't be recovered would be the worse mistake.
    #[must_use]
    pub fn by_class(&self, class: &str) -> Class<'_> {
        let class = class.trim_end_matches(['\0', ' ']).trim_start();
        if let Some(model) =
            self.models.iter().find(|m| m.class.iter().any(|c| c.eq_ignore_ascii_case(class)))
        {
            return Class::Model(model);
        }
        let numbered = self.classes.number(class).and_then(|number| self.model(number));
        numbered.map_or_else(|| self.classes.of(class, &self.foreign), Class::Model)
    }

    /// The model that registers with this device type number.
    #[must_use]
    pub fn by_device_type(&self, number: u32) -> Option<&Model> {
        self.models.iter().find(|m| m.device_type == number)
    }

    /// The models that ask for this list after a wipe: `term61.default.loads` is the 7961 and the 7961G-GE.
    #[must_use]
    pub fn by_term_list(&self, file: &str) -> Vec<&Model> {
        self.models
            .iter()
            .filter(|m| m.term_list.as_deref().is_some_and(|t| t.eq_ignore_ascii_case(file)))
            .collect()
    }

    /// How often phones do a thing and how soon.
    #[must_use]
    pub const fn habits(&self) -> &Habits {
        &self.habits
    }

    /// Phones that are not ours.
    #[must_use]
    pub fn foreign(&self) -> &[Foreign] {
        &self.foreign
    }

    /// Whose file this is, when it belongs to phones that are not ours.
    #[must_use]
    pub fn foreign_load(&self, file: &str) -> Option<&Foreign> {
        self.foreign.iter().find(|f| f.files.iter().any(|pattern| phones::like(pattern, file)))
    }

    /// How a load is packed, and so what the phone that runs it accepts.
    #[must_use]
    pub fn era(&self, load: &LoadName) -> Era {
        let fallback = if load.family == Family::Classic { Era::Universal } else { Era::Java };
        self.eras.iter().find(|e| e.holds(load)).map_or(fallback, |e| e.era)
    }

    /// The ranges behind [`Catalogue::era`].
    #[must_use]
    pub fn eras(&self) -> &[EraRange] {
        &self.eras
    }

    /// A published load by its name, in any case, with or without `.loads`.
    #[must_use]
    pub fn known_load(&self, name: &str) -> Option<&KnownLoad> {
        if let Some(exact) = self.loads.iter().find(|l| l.name.eq_ignore_ascii_case(name)) {
            return Some(exact);
        }
        let wanted: LoadName = name.parse().ok()?;
        self.loads.iter().find(|l| !wanted.loader && l.load == wanted)
    }

    /// Published loads that plans may ask for.
    #[must_use]
    pub fn loads(&self) -> &[KnownLoad] {
        &self.loads
    }

    /// The newest published load of a family in a protocol.
    #[must_use]
    pub fn newest(&self, family: Family, protocol: Protocol) -> Option<&KnownLoad> {
        let of = |l: &&KnownLoad| l.load.family == family && l.load.protocol == protocol;
        self.loads.iter().filter(of).max_by(|a, b| a.load.release.cmp(&b.load.release))
    }

    /// What a phone of this family does in a stage (`dhcp`, `leased`, `config`, `list`, `loader`, `parts`, `flashing`,
    /// `rebooting`, `wiping`, `proof`, `power`) and how long that usually takes.
    #[must_use]
    pub fn stage(&self, family: Family, stage: &str) -> Option<&StageRange> {
        let kind = Kind::of(family);
        self.stages.iter().find(|s| s.kind == kind && s.stage == stage)
    }

    /// All stages.
    #[must_use]
    pub fn stages(&self) -> &[StageRange] {
        &self.stages
    }

    /// The key sequences of a model, the one to try first standing first.
    #[must_use]
    pub fn resets(&self, model: &Model) -> Vec<&Reset> {
        self.resets.iter().filter(|r| r.models.contains(&model.name)).collect()
    }

    /// All key sequences.
    #[must_use]
    pub fn all_resets(&self) -> &[Reset] {
        &self.resets
    }

    /// Which load takes which.
    #[must_use]
    pub fn routes(&self) -> &Routes {
        &self.routes
    }

    /// What a file is to a phone, by its name, and the protocol of the only application that asks for it.
    #[must_use]
    pub fn role(&self, file: &str) -> (Role, Option<Protocol>) {
        self.files.role(file)
    }

    /// The edition of the book of symptoms: it grows with every change to an entry.
    #[must_use]
    pub fn edition(&self) -> &str {
        &self.edition
    }

    /// A symptom by its code.
    #[must_use]
    pub fn symptom(&self, code: &str) -> Option<&Symptom> {
        self.symptoms.iter().find(|s| s.code == code)
    }

    /// What a phone of this kind may show when it comes to the bench, the most telling first.
    pub fn shows(&self, kind: Kind) -> impl Iterator<Item = &Shows> {
        self.shows.iter().filter(move |s| s.kinds.contains(&kind))
    }

    /// The symptoms that a text on a phone's screen stands for, or a code; the best first. Case, blanks and punctuation
    /// don't matter.
    #[must_use]
    pub fn symptoms_like(&self, typed: &str) -> Vec<&Symptom> {
        symptoms::find(&self.symptoms, typed)
    }

    /// The book of symptoms.
    #[must_use]
    pub fn symptoms(&self) -> &[Symptom] {
        &self.symptoms
    }
}
