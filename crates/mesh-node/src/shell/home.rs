//! Opening a mesh's folder, or making a mesh in it.
//!
//! ```text
//! HOME/log/          the truth
//! HOME/vault/        what the log must not hold; private
//! HOME/view/         may be deleted at any time
//! HOME/files/        the bytes of shared files; the log names them
//! HOME/owner.token   the owner's secret, mode 0600
//! HOME/erased.json   up to where everything that had to be erased is; made anew if it is missing
//! ```

use mesh_model::command::{CreateMesh, MeshCommand};
use mesh_model::home::{Entry, FILE_MODE, FOLDER_MODE};
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use arc_swap::ArcSwap;
use ed25519_dalek::SigningKey;
use mesh_log::{FileLog, FileOptions, Log, OpenError, RealDisk};
use mesh_model::api::Profile;
use mesh_model::limits::WRITER_QUEUE_MAX;
use mesh_model::{
    Actor, Command, MeshId, Millis, ParticipantId, PublicKey, Refusal, RoomId, Seq, VaultId,
};
use mesh_store::vault::secret::{self, SecretHash};
use mesh_store::{StoreError, Vault, View};
use serde_json::value::to_raw_value;
use tokio::sync::watch;
use uuid::Uuid;

use super::blobs::Blobs;
use super::dispatch;
use super::erasures::{self, ErasingTask, Lane, ResumeError};
use super::metrics::Metrics;
use super::modes;
use super::node::{Node, now};
use super::offers::Offers;
use super::positions::Positions;
use super::projector::{self, ProjectorThread, Wanted};
use super::queue::queue;
use super::recent::Recent;
use super::refusals::Refusals;
use super::sessions::Sessions;
use super::snapshots::SnapshotThread;
use super::threads::{Scrub, WriterThread, salt};
use super::ticks;
use super::waiting::Waiters;
use super::words::Fresh;
use crate::machine::{Envelopes, Fanout, Submission, Waiting, Writer, WriterError};

/// How to start a node.
#[derive(Debug, Clone)]
pub struct Config {
    /// The folder; made if it is not there.
    pub home: PathBuf,
    /// The mesh's name, used when it is created.
    pub name: String,
    /// The owner's handle, used when the mesh is created.
    pub owner: String,
    /// Go on without the vault that belongs to the log.
    pub new_vault: bool,
    /// Whether a mesh that is created begins with templates to use and to learn from.
    pub templates: bool,
}

impl Config {
    /// A mesh called `mesh` in `home`, its owner called `owner`.
    pub fn new(home: impl Into<PathBuf>) -> Config {
        Config {
            home: home.into(),
            name: "mesh".to_owned(),
            owner: "owner".to_owned(),
            new_vault: false,
            templates: true,
        }
    }
}

/// Why a node did not start. Nothing was changed unless the text says so.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A file or folder could not be made or read.
    #[error("{path} cannot be used: {source}; check its owner, its mode and the free space")]
    File {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The log does not open.
    #[error(transparent)]
    Log(#[from] OpenError),
    /// The log cannot be understood.
    #[error(transparent)]
    Writer(#[from] WriterError),
    /// Vault or view do not open.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The vault is missing or belongs to another log.
    #[error(
        "the vault in {path} {what} this log; nothing was changed. Put the right one back, or start with --new-vault: \
         every token, password and invite ends then, and what was taken in is delivered again"
    )]
    Vault {
        /// Where it was looked for.
        path: PathBuf,
        /// How it is wrong.
        what: &'static str,
    },
    /// What was redacted before the last stop could not be erased.
    #[error("what was redacted before could not be erased: {0}")]
    Erase(#[from] ResumeError),
    /// The first events could not be stored.
    #[error("the mesh could not be set up: {0}")]
    Refused(#[from] Refusal),
}

pub(super) async fn start(config: Config) -> Result<Arc<Node>, StartError> {
    let handle = tokio::runtime::Handle::current();
    let opened = tokio::task::spawn_blocking(move || open(&config)).await;
    let (node, erasing, last) =
        opened.unwrap_or_else(|broken| std::panic::resume_unwind(broken.into_panic()))?;
    let eraser = handle.spawn(erasing.run());
    node.eraser
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .replace(eraser);
    handle.spawn(ticks::run(Arc::downgrade(&node)));
    handle.spawn(dispatch::run(Arc::downgrade(&node), last));
    Ok(node)
}

fn open(config: &Config) -> Result<(Arc<Node>, ErasingTask, Millis), StartError> {
    private_folder(&config.home)?;
    let mended = modes::mend(&config.home).map_err(|source| StartError::File {
        path: config.home.clone(),
        source,
    })?;
    // What lies in a closed folder was out of reach, whatever its own mode was.
    if mended.contains(&config.home) {
        tracing::warn!(
            folder = %config.home.display(),
            files = mended.len() - 1,
            "others on this machine could look into the folder; from here on only its owner can. If somebody may have, exchange its tokens"
        );
    }
    let log_dir = Entry::Log.of(&config.home);
    let vault = open_vault(config, &log_dir)?;
    let key = SigningKey::from_bytes(&vault.node_seed().0);
    let node_key = PublicKey(key.verifying_key().to_bytes());
    let options = FileOptions {
        key: Some(key),
        ..FileOptions::default()
    };
    let (log, report) = FileLog::open(Arc::new(RealDisk), log_dir, options)?;
    if let Some(torn) = &report.torn {
        let saved = torn.saved_as.display();
        tracing::warn!(%saved, bytes = torn.bytes, "an unfinished batch was set aside; it was never acknowledged");
    }
    let mut writer = Writer::open(log, &mut |seq| tracing::info!(%seq, "replaying the log"))?;
    set_up(config, &mut writer, &vault, node_key)?;
    let last = writer.state().time();
    owner_token(config, &vault)?;
    let mesh = writer
        .state()
        .access
        .mesh()
        .map_or(MeshId(Uuid::nil()), |mesh| mesh.id);
    let (projector, view) = View::open_for(&Entry::View.of(&config.home), mesh)?;
    let blobs = Blobs::open(&config.home, view.clone()).map_err(|source| StartError::File {
        path: Entry::Files.of(&config.home),
        source,
    })?;
    let opened = Opened {
        writer,
        vault,
        projector,
        view,
        blobs,
    };
    let (node, erasing) = run(config, opened)?;
    Ok((node, erasing, last))
}

/// The vault that belongs to the log, or a new one for a new log.
fn open_vault(config: &Config, log_dir: &Path) -> Result<Vault, StartError> {
    let dir = Entry::Vault.of(&config.home);
    let has_log = fs::read_dir(log_dir).is_ok_and(|files| {
        files.flatten().any(|file| {
            file.path()
                .extension()
                .is_some_and(|ending| ending == "jsonl")
        })
    });
    match (Vault::exists(&dir), has_log && !config.new_vault) {
        (true, _) => Ok(Vault::open(&dir)?),
        (false, true) => Err(StartError::Vault {
            path: dir,
            what: "is missing that belongs to",
        }),
        (false, false) => Ok(Vault::create(&dir, VaultId(Uuid::now_v7()))?),
    }
}

/// The first events of a new mesh, or the event that says that another vault belongs to it.
fn set_up(
    config: &Config,
    writer: &mut Writer<FileLog>,
    vault: &Vault,
    node_key: PublicKey,
) -> Result<(), StartError> {
    let owner = ParticipantId(Uuid::now_v7());
    let submissions = match writer.state().access.mesh() {
        None => {
            let created = by(Actor::Node, create_mesh(config, vault, node_key, owner));
            let mut all = vec![created];
            if config.templates {
                let templates = super::templates::all().into_iter();
                all.extend(templates.map(|command| by(Actor::Owner(owner), command)));
            }
            all
        }
        Some(mesh) if mesh.vault == vault.id() => return Ok(()),
        Some(_) if config.new_vault => vec![by(
            Actor::Node,
            Command::Mesh(MeshCommand::ReplaceVault {
                vault: vault.id(),
                node_key,
            }),
        )],
        Some(_) => {
            return Err(StartError::Vault {
                path: vault.path().to_owned(),
                what: "does not belong to",
            });
        }
    };
    // One batch: there is no mesh with half of its beginning.
    for answer in writer
        .step(now(), &mut salt, submissions, Waiting::default())
        .answers
    {
        answer?;
    }
    Ok(())
}

fn by(actor: Actor, command: Command) -> Submission {
    Submission {
        command,
        actor,
        requires: None,
        key: None,
        within: Default::default(),
    }
}

fn create_mesh(
    config: &Config,
    vault: &Vault,
    node_key: PublicKey,
    owner: ParticipantId,
) -> Command {
    let profile = Profile {
        display_name: "Owner".to_owned(),
        ..Profile::default()
    };
    Command::Mesh(MeshCommand::Create(CreateMesh {
        mesh: MeshId(Uuid::now_v7()),
        name: config.name.clone(),
        vault: vault.id(),
        node_key,
        owner,
        owner_handle: config.owner.clone(),
        general: RoomId(Uuid::now_v7()),
        broadcast: RoomId(Uuid::now_v7()),
        profile: to_raw_value(&profile).ok(),
    }))
}

/// Sees that the file with the owner's token is there and true.
fn owner_token(config: &Config, vault: &Vault) -> Result<(), StartError> {
    let path = Entry::OwnerToken.of(&config.home);
    let known = fs::read_to_string(&path).ok();
    if let Some(token) = known.as_deref().map(str::trim)
        && vault.is_owner(token)?
    {
        return Ok(());
    }
    let token = secret::draw(secret::OWNER)?;
    vault.set_owner(SecretHash::of(&token))?;
    let write = || {
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(FILE_MODE)
            .open(&path)?;
        writeln!(file, "{token}")?;
        file.sync_all()
    };
    write().map_err(|source| StartError::File {
        path: path.clone(),
        source,
    })
}

/// What is open of a home before its threads run.
struct Opened {
    writer: Writer<FileLog>,
    vault: Vault,
    projector: mesh_store::Projector,
    view: View,
    blobs: Arc<Blobs>,
}

fn run(config: &Config, opened: Opened) -> Result<(Arc<Node>, ErasingTask), StartError> {
    let (lane, erasing, view_upto, upto) = eraser(config, &opened)?;
    let Opened {
        writer,
        vault,
        projector,
        view,
        blobs,
    } = opened;
    let head = Seq(writer.tail().seq);
    let (jobs, waiting) = queue(WRITER_QUEUE_MAX);
    let (batches, projected) = queue(projector::QUEUE_EVENTS);
    let access = Arc::clone(writer.access());
    let reader = writer.log().reader();
    let envelopes = Envelopes::new(&vault.node_seed().0);
    let open = access
        .sessions()
        .map(|session| (session.id, session.participant));
    let node = Arc::new(Node {
        jobs: Mutex::new(Some(jobs)),
        sessions: Sessions::restored(vault.presences()?, open, now()),
        access: ArcSwap::new(Arc::clone(&access)),
        work_changed: watch::channel(writer.work().changed()).0,
        takes: watch::channel(writer.work().changed()).0,
        clock: Arc::default(),
        rights: watch::channel(0).0,
        work: ArcSwap::new(Arc::clone(writer.work())),
        head: AtomicU64::new(head.0),
        fanout: Arc::new(Mutex::new(Fanout::new(head, envelopes.clone()))),
        view,
        blobs,
        view_upto,
        wanted: Wanted::new(batches.clone()),
        vault: Arc::new(vault),
        reader: reader.clone(),
        home: config.home.clone(),
        started_at: now(),
        metrics: Metrics::default(),
        refusals: Refusals::default(),
        offers: Offers::default(),
        positions: Positions::default(),
        scrub: Scrub::default(),
        read_only: AtomicBool::new(writer.closed().is_some()),
        stopping: watch::channel(false).0,
        threads: Mutex::new(Vec::new()),
        envelopes,
        fresh: Fresh::default(),
        recent: Recent::default(),
        erasing: Mutex::new(Some(lane.clone())),
        eraser: Mutex::new(None),
    });
    let missed = Arc::new(AtomicBool::new(false));
    let thread = WriterThread {
        snapshots: SnapshotThread::new(writer.resumed()),
        writer,
        jobs: waiting,
        fanout: Arc::clone(&node.fanout),
        batches,
        missed: Arc::clone(&missed),
        node: Arc::downgrade(&node),
        erasing: lane,
        waiters: Waiters::default(),
    };
    let projecting = ProjectorThread {
        projector,
        work: projected,
        reader,
        upto,
        wanted: node.wanted.seq(),
        missed: Arc::clone(&missed),
    };
    let spawned = vec![
        spawn("mesh-writer", move || thread.run())?,
        spawn("mesh-projector", move || projecting.run())?,
    ];
    node.threads
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .extend(spawned);
    Ok((node, erasing))
}

/// What runs beside the writer: the way to the eraser, the eraser, and how far the view is, on both ends.
type Beside = (Lane, ErasingTask, watch::Receiver<Seq>, watch::Sender<Seq>);

/// The eraser, with what an earlier run left to it.
fn eraser(config: &Config, opened: &Opened) -> Result<Beside, StartError> {
    let log = opened.writer.log();
    let (eraser, reader) = (log.eraser(), log.reader());
    let (upto, view_upto) = watch::channel(opened.projector.upto());
    let left = erasures::resume(&config.home, &eraser, &reader)?;
    let (send, work) = tokio::sync::mpsc::unbounded_channel();
    let pending = Arc::new(AtomicU64::new(left.len() as u64));
    // The receiver is right here, so these cannot fail.
    let _ = send.send(erasures::EraserJob::Erase(left, None));
    let _ = send.send(erasures::EraserJob::Sweep(Seq(reader.tail().seq)));
    let task = ErasingTask {
        home: config.home.clone(),
        eraser,
        reader,
        view: opened.view.clone(),
        blobs: Arc::clone(&opened.blobs),
        view_upto: view_upto.clone(),
        pending: Arc::clone(&pending),
        work,
    };
    let lane = Lane {
        work: send,
        pending,
    };
    Ok((lane, task, view_upto, upto))
}

fn spawn(
    name: &'static str,
    work: impl FnOnce() + Send + 'static,
) -> Result<thread::JoinHandle<()>, StartError> {
    thread::Builder::new()
        .name(name.to_owned())
        .spawn(work)
        .map_err(|source| StartError::File {
            path: PathBuf::from(name),
            source,
        })
}

fn private_folder(path: &Path) -> Result<(), StartError> {
    let made = fs::DirBuilder::new()
        .recursive(true)
        .mode(FOLDER_MODE)
        .create(path);
    let synced = made
        .and_then(|()| File::open(path))
        .and_then(|folder| folder.sync_all());
    synced.map_err(|source| StartError::File {
        path: path.to_owned(),
        source,
    })
}
