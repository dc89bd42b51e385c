//! From `assets/catalogue/*.toml` to the catalogue.

use super::Catalogue;
use super::classes::Classes;
use super::fingerprints::Fingerprints;
use super::phones::{AnyPhone, Foreign, Model, Reset, Shows, StageRange};
use super::rules::Routes;
use super::symptoms::Symptoms;
use super::types::{Confidence, EraRange, Families, Hub, KnownLoad};
use crate::load::{Family, Protocol};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;

/// The texts that make up a catalogue.
pub(super) struct Texts<'a> {
    pub(super) models: &'a str,
    pub(super) foreign: &'a str,
    pub(super) resets: &'a str,
    pub(super) eras: &'a str,
    pub(super) stages: &'a str,
    pub(super) loads: &'a str,
    pub(super) routes: &'a str,
    pub(super) files: &'a str,
    /// Name and text of each chapter of the symptom book.
    pub(super) symptoms: [(&'static str, &'a str); 3],
    pub(super) shows: &'a str,
    pub(super) habits: &'a str,
    pub(super) fingerprints: &'a str,
}

pub(super) const BUILTIN: Texts<'static> = Texts {
    models: include_str!("../../assets/catalogue/models.toml"),
    foreign: include_str!("../../assets/catalogue/foreign.toml"),
    resets: include_str!("../../assets/catalogue/resets.toml"),
    eras: include_str!("../../assets/catalogue/eras.toml"),
    stages: include_str!("../../assets/catalogue/stages.toml"),
    loads: include_str!("../../assets/catalogue/loads.toml"),
    routes: include_str!("../../assets/catalogue/routes.toml"),
    files: include_str!("../../assets/catalogue/files.toml"),
    symptoms: [
        ("bench.toml", include_str!("../../assets/symptoms/bench.toml")),
        ("screen.toml", include_str!("../../assets/symptoms/screen.toml")),
        ("before.toml", include_str!("../../assets/symptoms/before.toml")),
    ],
    shows: include_str!("../../assets/catalogue/shows.toml"),
    habits: include_str!("../../assets/catalogue/habits.toml"),
    fingerprints: include_str!("../../assets/catalogue/fingerprints.toml"),
};

/// A catalogue that doesn't hold together.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    /// The text isn't what its shape asks for.
    #[error("{file}: {cause}")]
    Shape {
        /// Which file.
        file: &'static str,
        /// What the reader says.
        cause: toml::de::Error,
    },
    /// A load whose name says nothing.
    #[error("loads.toml: `{0}` is not the name of a 79xx load")]
    Name(String),
    /// A family without an archive prefix.
    #[error("loads.toml: family {0} has no archive prefix")]
    Archive(Family),
    /// A reset for a model that isn't there.
    #[error("resets.toml: `{0}` is no model")]
    Model(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Models {
    any: AnyPhone,
    model: Vec<Model>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Foreigns {
    foreign: Vec<Foreign>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Resets {
    reset: Vec<Reset>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AllShows {
    shows: Vec<Shows>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Eras {
    era: Vec<EraRange>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stages {
    stage: Vec<StageRange>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Loads {
    archives: BTreeMap<String, String>,
    load: Vec<Load>,
    series: Vec<Series>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Load {
    name: String,
    archive: String,
    #[serde(default)]
    parts: BTreeMap<String, u64>,
    #[serde(default)]
    hub: Option<Hub>,
    source: String,
    confidence: Confidence,
}

/// One release of the Java phones, written once for all families and protocols.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Series {
    name: String,
    archive: String,
    families: Families,
    protocols: Vec<Protocol>,
    #[serde(default)]
    hub: Option<Hub>,
    source: String,
    confidence: Confidence,
}

fn read<T: DeserializeOwned>(file: &'static str, text: &str) -> Result<T, CatalogueError> {
    toml::from_str(text).map_err(|cause| CatalogueError::Shape { file, cause })
}

impl Catalogue {
    /// The files that [`Catalogue::check`] knows.
    #[doc(hidden)]
    pub const FILES: &'static [&'static str] = &[
        "models.toml",
        "foreign.toml",
        "resets.toml",
        "eras.toml",
        "stages.toml",
        "loads.toml",
        "routes.toml",
        "files.toml",
        "symptoms.toml",
        "shows.toml",
        "fingerprints.toml",
    ];

    /// Whether a text has the shape of one of the catalogue's files. For whoever writes one, and for the fuzzer.
    ///
    /// # Errors
    /// What is wrong with it.
    #[doc(hidden)]
    pub fn check(file: &'static str, text: &str) -> Result<(), CatalogueError> {
        match file {
            "models.toml" => read::<Models>(file, text).map(drop),
            "foreign.toml" => read::<Foreigns>(file, text).map(drop),
            "resets.toml" => read::<Resets>(file, text).map(drop),
            "eras.toml" => read::<Eras>(file, text).map(drop),
            "stages.toml" => read::<Stages>(file, text).map(drop),
            "loads.toml" => known_loads(read(file, text)?).map(drop),
            "routes.toml" => read::<Routes>(file, text).map(drop),
            "files.toml" => read::<super::files::Files>(file, text).map(drop),
            "shows.toml" => read::<AllShows>(file, text).map(drop),
            "fingerprints.toml" => read::<Fingerprints>(file, text).map(drop),
            _ => read::<Symptoms>("symptoms.toml", text).map(drop),
        }
    }

    pub(super) fn parse(texts: &Texts<'_>) -> Result<Self, CatalogueError> {
        let Models { any, model: models } = read("models.toml", texts.models)?;
        let Foreigns { foreign } = read("foreign.toml", texts.foreign)?;
        let Resets { reset: resets } = read("resets.toml", texts.resets)?;
        let Eras { era: eras } = read("eras.toml", texts.eras)?;
        let Stages { stage: stages } = read("stages.toml", texts.stages)?;
        let loads = known_loads(read("loads.toml", texts.loads)?)?;
        let routes: Routes = read("routes.toml", texts.routes)?;
        let files = read("files.toml", texts.files)?;
        let (mut symptoms, mut edition) = (Vec::new(), None);
        for (file, text) in texts.symptoms {
            let chapter = read::<Symptoms>(file, text)?;
            symptoms.extend(chapter.symptom);
            edition = edition.or(chapter.edition);
        }
        let AllShows { shows } = read("shows.toml", texts.shows)?;
        let habits = read("habits.toml", texts.habits)?;
        let fingerprints = read("fingerprints.toml", texts.fingerprints)?;
        let named = |name: &&String| models.iter().any(|m| m.name == **name);
        if let Some(wrong) = resets.iter().flat_map(|r| &r.models).find(|name| !named(name)) {
            return Err(CatalogueError::Model(wrong.clone()));
        }
        let classes = Classes::new(&foreign, &any);
        Ok(Self {
            models,
            classes,
            foreign,
            resets,
            eras,
            stages,
            loads,
            routes,
            files,
            fingerprints,
            symptoms,
            edition: edition.unwrap_or_default(),
            shows,
            habits,
        })
    }
}

/// Writes the series out; an entry of its own wins over a series.
fn known_loads(text: Loads) -> Result<Vec<KnownLoad>, CatalogueError> {
    let mut loads = Vec::new();
    for load in text.load {
        let parsed = load.name.parse().map_err(|_| CatalogueError::Name(load.name.clone()))?;
        loads.push(KnownLoad {
            name: load.name,
            load: parsed,
            archive: load.archive,
            parts: load.parts,
            hub: load.hub,
            source: load.source,
            confidence: load.confidence,
        });
    }
    for series in text.series {
        for family in series.families.iter() {
            let prefix = text.archives.get(family.as_str()).ok_or(CatalogueError::Archive(family))?;
            for protocol in &series.protocols {
                let load = series.write_out(family, *protocol, prefix)?;
                match loads.iter_mut().find(|l| l.load == load.load) {
                    Some(own) => own.hub = own.hub.or(load.hub),
                    None => loads.push(load),
                }
            }
        }
    }
    Ok(loads)
}

impl Series {
    fn write_out(
        &self,
        family: Family,
        protocol: Protocol,
        prefix: &str,
    ) -> Result<KnownLoad, CatalogueError> {
        let upper = protocol.to_string();
        let lower = upper.to_ascii_lowercase();
        let filled = |text: &str| {
            text.replace("{P}", &upper)
                .replace("{p}", &lower)
                .replace("{f}", family.as_str())
                .replace("{a}", prefix)
        };
        let name = filled(&self.name);
        Ok(KnownLoad {
            load: name.parse().map_err(|_| CatalogueError::Name(name.clone()))?,
            name,
            archive: filled(&self.archive) + ".zip",
            parts: BTreeMap::new(),
            hub: self.hub,
            source: self.source.clone(),
            confidence: self.confidence,
        })
    }
}
