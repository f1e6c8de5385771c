//! Memories: sealed for the log, opened for whoever may read them, searched in memory only.

mod apply;
mod consolidate;
mod forget;
mod list;
mod search;
mod set;

use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::sync::{Mutex, PoisonError};

use mesh_core::Access;
use mesh_model::Told;
use mesh_model::api::{MemoryView, SealedBody};
use mesh_model::command::{ContentEvidence, MemoryCommand};
use mesh_model::events::{MemorySource, Trust};
use mesh_model::limits::{LABELS_MAX, MEMORY_BYTES_MAX, MEMORY_KEY_CHARS_MAX};
use mesh_model::{
    Command, Effect, ErrorCode, MemoryId, ParticipantId, Permission, Refusal, RoomId, Seq, TaskId,
    refuse,
};
use mesh_node::Outcome;
use mesh_node::machine::{Reader, Whose};
use mesh_store::recall::{MemoryIndex, OpenMemory};
use mesh_store::view::MemoryRow;
use mesh_store::{StoreError, Vault, View};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tokio::sync::MutexGuard;

use crate::door::call::content;
use crate::door::{Call, Door};
use crate::evidence::scan;
use crate::ops::present;

/// Memories that the index takes in at a time.
const TAKEN_IN_MAX: usize = 1000;
/// Memories that are looked at for one task: those that fit it best.
const RECALLED_MAX: usize = 64;
/// Bytes that count as one token.
const TOKEN_BYTES: usize = 4;
/// Turns that agents share: more than sets of memories that are under way at once.
const TURNS: usize = 64;

/// What a memory says, before it is sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Words {
    /// Its name.
    pub key: String,
    /// Its text.
    pub text: String,
}

impl Words {
    /// What can be said against them before anything is done.
    pub fn check(&self) -> Result<(), Refusal> {
        let chars = self.key.chars().count();
        if self.key.trim() != self.key
            || !(1..=MEMORY_KEY_CHARS_MAX).contains(&chars)
            || self.key.chars().any(char::is_control)
        {
            return Err(refuse::invalid(
                format!(
                    "the name of a memory has 1 to {MEMORY_KEY_CHARS_MAX} characters, no control characters and no blanks at its ends"
                ),
                "give it a short name; what is remembered goes into 'text'",
            ));
        }
        if self.text.trim().is_empty() || self.text.contains('\0') {
            return Err(refuse::invalid(
                "the text of a memory is empty or holds a NUL character",
                "say what is to be remembered",
            ));
        }
        if self.text.len() > MEMORY_BYTES_MAX {
            return Err(Refusal::new(
                ErrorCode::TooLarge,
                format!(
                    "the memory has {} bytes, the limit is {MEMORY_BYTES_MAX}",
                    self.text.len()
                ),
                Effect::NothingKept,
                "keep what matters of it, or several memories",
            ));
        }
        Ok(())
    }
}

/// What a door keeps of memories.
pub(crate) struct Memories {
    /// Made when somebody searches first; absent too after it failed.
    index: Mutex<Option<MemoryIndex>>,
    turns: [tokio::sync::Mutex<()>; TURNS],
}

impl Default for Memories {
    fn default() -> Memories {
        Memories {
            index: Mutex::default(),
            turns: std::array::from_fn(|_| tokio::sync::Mutex::default()),
        }
    }
}

impl Memories {
    /// One agent's memories change one after the other: whoever gives one a name has to know who has it.
    pub async fn turn(&self, owner: ParticipantId) -> MutexGuard<'_, ()> {
        let mut hasher = std::hash::DefaultHasher::new();
        owner.hash(&mut hasher);
        self.turns[hasher.finish() as usize % TURNS].lock().await
    }

    /// Asks the index once it holds what the view has.
    fn ask<T>(
        &self,
        view: &View,
        vault: &Vault,
        ask: impl FnOnce(&MemoryIndex) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut kept = self.index.lock().unwrap_or_else(PoisonError::into_inner);
        let mut index = match kept.take() {
            Some(index) => index,
            None => MemoryIndex::new()?,
        };
        // If this fails the index is gone, and the next one begins anew.
        refresh(&mut index, view, vault)?;
        ask(kept.insert(index))
    }
}

fn refresh(index: &mut MemoryIndex, view: &View, vault: &Vault) -> Result<(), StoreError> {
    let upto = view.upto()?;
    while index.upto() < upto {
        let (rows, gone, reached) = view.memories_since(index.upto(), TAKEN_IN_MAX)?;
        let opened = rows.iter().filter_map(|row| {
            let words = open(vault, row)?;
            Some(OpenMemory {
                id: row.facts.memory,
                seq: row.seq,
                owner: row.facts.owner,
                key: words.key,
                text: words.text,
            })
        });
        index.take_in(opened.collect(), &gone, reached)?;
    }
    Ok(())
}

/// A memory's words. What an earlier vault sealed stays closed.
fn open(vault: &Vault, row: &MemoryRow) -> Option<Words> {
    let sealed = row.sealed.as_deref()?;
    match vault.open_memory(row.facts.owner, row.facts.memory, sealed) {
        Ok(bytes) => serde_json::from_slice(&bytes).ok(),
        Err(why) => {
            tracing::debug!(%why, seq = %row.seq, "a memory does not open");
            None
        }
    }
}

/// A memory and its words.
pub(crate) type Opened = (MemoryRow, Words);

/// Opens rows of the view.
pub(crate) async fn opened(door: &Door, rows: Vec<MemoryRow>) -> Result<Vec<Opened>, Refusal> {
    door.vault(move |vault| {
        let opened = rows
            .into_iter()
            .filter_map(|row| open(vault, &row).map(|words| (row, words)));
        Ok(opened.collect())
    })
    .await
}

/// The memory with this name, or this id.
pub(crate) async fn named(
    door: &Door,
    owner: ParticipantId,
    key: String,
) -> Result<Option<MemoryId>, Refusal> {
    // A name that was given a moment ago counts: the view has to be at the log's end.
    let head = door.node().head();
    door.wait_view(head, Some(head)).await?;
    let known = key.parse::<MemoryId>().ok().filter(|id| {
        let work = door.node().work();
        work.memories(owner).is_some_and(|known| known.contains(id))
    });
    if known.is_some() {
        return Ok(known);
    }
    let door_too = door.clone();
    door.blocking(move || {
        let node = door_too.node();
        let found = |index: &MemoryIndex| Ok(index.named(owner, &key));
        door_too.memories().ask(node.view(), node.vault(), found)
    })
    .await?
    .map_err(crate::door::store_failed)
}

/// What fits a text best, with how well it fits, thousandths of the best.
pub(crate) async fn find(
    door: &Door,
    owner: ParticipantId,
    text: String,
    limit: usize,
) -> Result<Vec<(Opened, u32)>, Refusal> {
    let door_too = door.clone();
    let found = door.blocking(move || {
        let node = door_too.node();
        let (view, vault) = (node.view(), node.vault());
        let found = door_too
            .memories()
            .ask(view, vault, |index| index.search(owner, &text, limit))?;
        let places: Vec<Seq> = found.iter().map(|found| found.seq).collect();
        let best = found.first().map_or(0.0, |found| found.score);
        let scores: HashMap<Seq, u32> = found
            .iter()
            .map(|found| (found.seq, thousandths(found.score, best)))
            .collect();
        let rows = view.memories_at(&places)?.into_iter();
        let opened = rows.filter_map(|row| {
            let (words, score) = (open(vault, &row)?, scores.get(&row.seq).copied());
            // A row that is forgotten meanwhile is not there; the others keep their order.
            (row.facts.owner == owner).then_some(((row, words), score.unwrap_or_default()))
        });
        Ok(opened.collect())
    });
    found.await?.map_err(crate::door::store_failed)
}

fn thousandths(score: f64, best: f64) -> u32 {
    if best > 0.0 {
        // A float becomes the nearest number there is.
        (score / best * 1000.0).clamp(0.0, 1000.0).round() as u32
    } else {
        1000
    }
}

/// Whoever remembers, those above it, and whoever leads agents.
pub(crate) fn check_mind(call: &Call, owner: ParticipantId) -> Result<(), Refusal> {
    let me = call.me()?;
    if me == owner || call.access.descends(owner, me) || call.has(Permission::AgentsAdmin) {
        return Ok(());
    }
    Err(Refusal::new(
        ErrorCode::PermissionDenied,
        "somebody else's memories are for them, for those above them and for whoever holds agents:admin",
        Effect::NothingDone,
        "ask whoever made the agent",
    ))
}

/// Whose memories are meant, if the caller may know them.
pub(crate) fn mind(call: &Call, participant: Option<&str>) -> Result<ParticipantId, Refusal> {
    let owner = match participant {
        Some(text) => call.participant(text)?.id,
        None => call.me()?,
    };
    check_mind(call, owner)?;
    Ok(owner)
}

/// A memory that is to be kept.
pub(crate) struct Keep {
    pub memory: MemoryId,
    pub owner: ParticipantId,
    pub source: MemorySource,
    pub task: Option<TaskId>,
    pub replaces: Vec<MemoryId>,
    pub labels: Vec<RoomId>,
    pub words: Words,
}

/// Has the words scanned and sealed, and submits them under a key of the call's own (`Some`) or none.
pub(crate) async fn keep(
    door: &Door,
    call: &Call,
    keep: Keep,
    keyed: bool,
) -> Result<Outcome, Refusal> {
    let Keep {
        memory,
        owner,
        source,
        task,
        replaces,
        mut labels,
        words,
    } = keep;
    labels.sort_unstable();
    labels.dedup();
    if labels.len() > LABELS_MAX {
        return Err(refuse::invalid(
            format!("a memory holds words of at most {LABELS_MAX} rooms"),
            "name fewer rooms, or keep several memories",
        ));
    }
    let scanned = scan::scan(
        door,
        &format!("{}\n{}", words.key, words.text),
        None,
        scan::Origin::default(),
    )
    .await?;
    let evidence = ContentEvidence {
        bytes: u32::try_from(words.text.len()).unwrap_or(u32::MAX),
        guard: Some(scanned),
        ..ContentEvidence::default()
    };
    let json = serde_json::to_vec(&words)
        .map_err(|_| refuse::internal("the memory could not be written as JSON"))?;
    let sealed = door
        .vault(move |vault| vault.seal_memory(owner, memory, &json))
        .await?;
    let command = Command::Memory(MemoryCommand::Keep {
        memory,
        owner,
        source,
        task,
        replaces,
        labels,
        evidence,
        body: content(&SealedBody { sealed })?,
    });
    if keyed {
        call.submit(door, command).await
    } else {
        call.submit_unkeyed(door, command).await
    }
}

/// What somebody remembers that fits a task's text best, the closest first, at most `tokens` of it counted as four
/// bytes each. Memories with words of rooms whose rules keep them out of `room` are left out.
pub(crate) async fn recall(
    door: &Door,
    call: &Call,
    owner: ParticipantId,
    room: RoomId,
    text: &str,
    tokens: u32,
) -> Result<Vec<MemoryView>, Refusal> {
    let mut left = tokens as usize * TOKEN_BYTES;
    if left == 0 {
        return Ok(Vec::new());
    }
    let access = door.node().access();
    let found = find(door, owner, text.to_owned(), RECALLED_MAX).await?;
    let mut fitting = Vec::new();
    for found in found {
        let ((row, words), _) = &found;
        let bytes = words.key.len() + words.text.len();
        if bytes <= left && access.may_carry(&row.facts.labels, room, owner) {
            left -= bytes;
            fitting.push(found);
        }
    }
    shown(door, call, fitting).await
}

/// As their reader gets them: programs get what untrusted participants wrote, or what comes from their tasks, in an
/// envelope.
pub(crate) async fn shown(
    door: &Door,
    call: &Call,
    found: Vec<(Opened, u32)>,
) -> Result<Vec<MemoryView>, Refusal> {
    shown_to(door, call, present::reader(door, call), found).await
}

/// As programs get them, whoever asks.
pub(crate) async fn enveloped(
    door: &Door,
    call: &Call,
    found: Vec<(Opened, u32)>,
) -> Result<Vec<MemoryView>, Refusal> {
    let reader = Reader::Program(door.node().envelopes(), Some(&call.seen));
    shown_to(door, call, reader, found).await
}

async fn shown_to(
    door: &Door,
    call: &Call,
    reader: Reader<'_>,
    found: Vec<(Opened, u32)>,
) -> Result<Vec<MemoryView>, Refusal> {
    let mut tasks: Vec<TaskId> = found
        .iter()
        .filter_map(|((row, _), _)| row.facts.task)
        .collect();
    tasks.sort_unstable();
    tasks.dedup();
    let access = door.node().access();
    let mut trusts: HashMap<TaskId, Trust> = HashMap::new();
    if !tasks.is_empty() {
        for row in door.view(call, move |view| view.tasks(&tasks)).await? {
            let worker = row.result.map(|result| result.facts.worker);
            let worker = worker.map_or(Trust::Owner, |worker| access.trust_of(worker, false));
            trusts.insert(row.task.id, row.task.trust.min(worker));
        }
    }
    let views = found.into_iter().map(|(opened, score)| {
        let trust = match opened.0.facts.task {
            Some(task) => trusts.get(&task).copied().unwrap_or(Trust::Untrusted),
            None => Trust::Owner,
        };
        let mut view = memory(&access, reader, opened, trust);
        view.score = Some(score);
        view
    });
    Ok(views.collect())
}

/// Whether its words are of no other room than this one: they may be shown in it.
pub(crate) fn is_at_home(row: &MemoryRow, room: RoomId) -> bool {
    row.facts.labels.iter().all(|label| *label == room)
}

/// What a task that tidies is shown.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Tidying {
    /// Whose memories.
    pub memories_of: ParticipantId,
    /// The memories.
    pub memories: Vec<Listed>,
}

/// One of them.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Listed {
    pub id: MemoryId,
    pub key: String,
    pub text: String,
}

pub(crate) fn listed(view: MemoryView) -> Listed {
    Listed {
        id: view.id,
        key: view.key.into_inner(),
        text: view.text.into_inner(),
    }
}

/// The same as a task's input.
pub(crate) fn tidying(tidying: &Tidying) -> Result<Map<String, Value>, Refusal> {
    match serde_json::to_value(tidying) {
        Ok(Value::Object(input)) => Ok(input),
        _ => Err(refuse::internal(
            "the memories could not be written as JSON",
        )),
    }
}

/// One memory. `from` is how far what it was taken from is trusted.
fn memory(access: &Access, reader: Reader<'_>, opened: Opened, from: Trust) -> MemoryView {
    let (row, words) = opened;
    match &row.facts.read {
        Some(influence) => reader.note_influence(influence),
        None => reader.note_everything(),
    }
    row.facts.labels.iter().for_each(|room| reader.note(*room));
    let whose = Whose {
        trust: access.trust_of(row.author, false).min(from),
        guard: row.facts.guard.as_ref(),
        ..Whose::of(access, row.author, row.seq)
    };
    let (key, text) = if reader.seals(&whose) {
        // A name can be as long as an order. Inside the envelope it is one with the text.
        let whole = format!("{}\n{}", words.key, words.text);
        (row.facts.memory.to_string(), whole)
    } else {
        (words.key, words.text)
    };
    let (key, text) = (Told::composed(key), reader.tell(access, &whose, text));
    MemoryView {
        id: row.facts.memory,
        key,
        text,
        source: row.facts.source,
        task: row.facts.task,
        labels: row.facts.labels,
        at: row.at,
        seq: row.seq,
        score: None,
    }
}
