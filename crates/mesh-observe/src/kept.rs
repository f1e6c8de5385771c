//! Where an observer has got to, in a file of its own: its place in the log and what it remembers.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use mesh_model::home::{FILE_MODE, FOLDER_MODE};
use mesh_model::{MeshId, Seq};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::breaker::Breaker;
use crate::runtime::Since;

/// The form of the file that this program writes. Another one is not read: the observer begins again.
const FORM: u32 = 1;

/// What is kept between runs.
#[derive(Debug, Serialize, Deserialize)]
pub struct Kept {
    form: u32,
    /// Whose log it is about.
    pub mesh: MeshId,
    /// The observer.
    pub observer: String,
    /// Everything up to here was observed.
    pub position: Seq,
    /// From where on claims are published.
    pub since: Since,
    /// How much was said.
    pub breaker: Breaker,
    /// What the observer remembers.
    pub memory: Option<Value>,
}

impl Kept {
    /// The beginning.
    pub fn new(mesh: MeshId, observer: &str, since: Since) -> Kept {
        Kept {
            form: FORM,
            mesh,
            observer: observer.to_owned(),
            position: Seq::ZERO,
            since,
            breaker: Breaker::default(),
            memory: None,
        }
    }

    /// What was kept of this mesh and observer, if it can be read: whatever else lies there, the log has it all.
    pub fn load(path: &Path, mesh: MeshId, observer: &str) -> Option<Kept> {
        let text = fs::read(path).ok()?;
        let kept: Kept = serde_json::from_slice(&text).ok()?;
        (kept.form == FORM && kept.mesh == mesh && kept.observer == observer).then_some(kept)
    }

    /// Keeps it, whole or not at all.
    pub fn save(&self, path: &Path) -> io::Result<()> {
        if let Some(folder) = path.parent() {
            let mut builder = fs::DirBuilder::new();
            std::os::unix::fs::DirBuilderExt::mode(builder.recursive(true), FOLDER_MODE);
            builder.create(folder)?;
        }
        let unfinished = path.with_extension("tmp");
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(FILE_MODE)
            .open(&unfinished)?;
        serde_json::to_writer(&mut file, self)?;
        file.flush()?;
        fs::rename(&unfinished, path)
    }
}
