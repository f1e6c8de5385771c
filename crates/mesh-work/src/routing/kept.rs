//! What a worker knows of its models, in a file of its own: what it learned, and up to which place of the log.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};

use mesh_model::api::StreamItem;
use mesh_model::events::{
    Event as _, TaskAttemptFailed, TaskConfirmed, TaskDecided, TaskFinished, TaskHandedOff,
};
use mesh_model::home::FILE_MODE;
use mesh_model::{MeshId, ParticipantId, Seq, TaskId};
use mesh_sdk::Filter;
use serde::{Deserialize, Serialize};

use super::{Choice, Kind, Memory, Router};

/// The form of the file that this program writes. Another one is not read.
const FORM: u32 = 1;

/// What lies in the file.
#[derive(Debug, Serialize, Deserialize)]
pub struct Known {
    form: u32,
    /// Whose log it is from.
    mesh: MeshId,
    /// Everything up to here was taken in.
    position: Seq,
    /// What was learned.
    pub memory: Memory,
}

impl Known {
    /// What is known, if the file is there and can be read.
    pub fn load(path: &Path) -> Option<Known> {
        let known: Known = serde_json::from_slice(&fs::read(path).ok()?).ok()?;
        (known.form == FORM).then_some(known)
    }

    /// Whole or not at all.
    fn save(&self, path: &Path) -> io::Result<()> {
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

/// A worker's choice of models, kept.
#[derive(Debug)]
pub struct Routes {
    me: ParticipantId,
    mesh: MeshId,
    path: PathBuf,
    now: Mutex<(Router, Seq)>,
}

impl Routes {
    /// The file's name in a worker's folder.
    pub const FILE: &str = "models.json";

    /// Goes on with what the file knows of this mesh; `head` is where the log ends now.
    pub fn open(
        path: PathBuf,
        (mesh, head): (MeshId, Seq),
        me: ParticipantId,
        models: Vec<String>,
        give_up: f64,
    ) -> Routes {
        let known = Known::load(&path).filter(|known| known.mesh == mesh && known.position <= head);
        let (memory, position) =
            known.map_or((Memory::default(), head), |it| (it.memory, it.position));
        Routes {
            me,
            mesh,
            path,
            now: Mutex::new((Router::new(models, give_up, memory), position)),
        }
    }

    /// What it has to hear of.
    pub fn filter(&self) -> Filter {
        let types = [
            TaskFinished::KIND,
            TaskAttemptFailed::KIND,
            TaskHandedOff::KIND,
            TaskConfirmed::KIND,
            TaskDecided::KIND,
        ];
        Filter {
            after: Some(self.now().1),
            types: types.map(str::to_owned).to_vec(),
            ..Filter::default()
        }
    }

    /// The model for an attempt, kept before it is asked.
    pub fn choose(
        &self,
        task: TaskId,
        fence: Seq,
        kind: Kind,
        named: Option<&str>,
    ) -> (Choice, io::Result<()>) {
        let mut now = self.now();
        let choice = now.0.choose(task, fence, kind, named);
        (choice, self.save(&now))
    }

    /// The model for a task of a stranger's, which teaches nothing.
    pub fn choose_untaught(&self, task: TaskId, kind: &Kind, named: Option<&str>) -> Choice {
        self.now().0.choose_untaught(task, kind, named)
    }

    /// Takes in what the stream tells.
    pub fn learn(&self, item: &StreamItem) -> io::Result<()> {
        let mut now = self.now();
        now.1 = item.seq;
        let learned = item
            .event()
            .is_some_and(|facts| now.0.learn(self.me, &facts));
        if learned { self.save(&now) } else { Ok(()) }
    }

    fn save(&self, now: &(Router, Seq)) -> io::Result<()> {
        let known = Known {
            form: FORM,
            mesh: self.mesh,
            position: now.1,
            memory: now.0.memory().clone(),
        };
        known.save(&self.path)
    }

    fn now(&self) -> MutexGuard<'_, (Router, Seq)> {
        // Nothing that can panic is done under the lock.
        self.now.lock().unwrap_or_else(|broken| broken.into_inner())
    }
}
