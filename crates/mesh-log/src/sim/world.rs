//! What is on the simulated disk, what is only in its cache, and what a power cut leaves of it.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

use super::Fault;

/// The whole disk.
#[derive(Clone)]
pub(super) struct World {
    nodes: BTreeMap<u64, Node>,
    next_node: u64,
    /// Names as processes see them.
    pub names: BTreeMap<PathBuf, u64>,
    durable_names: BTreeMap<PathBuf, u64>,
    unsynced_names: Vec<NameChange>,
    pub locks: BTreeSet<PathBuf>,
    /// Counts restarts, so that handles of earlier processes are known.
    pub process: u64,
    pub points: u64,
    pub faults: BTreeMap<u64, Fault>,
    pub hits: u64,
    pub off: bool,
    pub full: bool,
    random: Random,
}

/// A file.
#[derive(Clone, Default)]
pub(super) struct Node {
    cached: Vec<u8>,
    durable: Vec<u8>,
    unsynced: Vec<Change>,
}

#[derive(Clone)]
enum Change {
    Write { offset: usize, bytes: Vec<u8> },
    SetLen(usize),
}

#[derive(Clone)]
enum NameChange {
    Put {
        path: PathBuf,
        node: u64,
    },
    Rename {
        from: PathBuf,
        to: PathBuf,
        node: u64,
    },
    Remove {
        path: PathBuf,
    },
}

/// SplitMix64: small, and the same everywhere.
#[derive(Clone)]
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    fn coin(&mut self) -> bool {
        self.below(2) == 0
    }
}

impl Node {
    pub fn read(&self) -> &[u8] {
        &self.cached
    }

    fn change(&mut self, change: Change) {
        apply(&mut self.cached, &change);
        self.unsynced.push(change);
    }
}

fn apply(bytes: &mut Vec<u8>, change: &Change) {
    match change {
        Change::SetLen(len) => bytes.resize(*len, 0),
        Change::Write {
            offset,
            bytes: written,
        } => {
            let end = offset + written.len();
            if bytes.len() < end {
                bytes.resize(end, 0);
            }
            bytes[*offset..end].copy_from_slice(written);
        }
    }
}

impl World {
    pub fn new(seed: u64) -> Self {
        Self {
            nodes: BTreeMap::new(),
            next_node: 1,
            names: BTreeMap::new(),
            durable_names: BTreeMap::new(),
            unsynced_names: Vec::new(),
            locks: BTreeSet::new(),
            process: 0,
            points: 0,
            faults: BTreeMap::new(),
            hits: 0,
            off: false,
            full: false,
            random: Random(seed),
        }
    }

    pub fn fork(&self, seed: u64) -> Self {
        let mut fork = self.clone();
        fork.random = Random(seed);
        fork.forget_process();
        fork
    }

    pub fn check_power(&self) -> io::Result<()> {
        if self.off {
            Err(io::Error::other("the power is off"))
        } else {
            Ok(())
        }
    }

    pub fn node(&self, id: u64) -> &Node {
        &self.nodes[&id]
    }

    pub fn contents(&self, path: &Path) -> Option<&Vec<u8>> {
        self.names.get(path).map(|node| &self.nodes[node].cached)
    }

    pub fn tamper(&mut self, path: &Path, bytes: Vec<u8>) {
        let node = self
            .names
            .get(path)
            .copied()
            .unwrap_or_else(|| self.new_node());
        self.names.insert(path.to_owned(), node);
        self.durable_names.insert(path.to_owned(), node);
        self.nodes.insert(
            node,
            Node {
                cached: bytes.clone(),
                durable: bytes,
                unsynced: Vec::new(),
            },
        );
    }

    pub fn create(&mut self, path: &Path) -> io::Result<u64> {
        let fault = self.point()?;
        self.fail(fault)?;
        if self.full {
            return Err(io::ErrorKind::StorageFull.into());
        }
        let node = self.new_node();
        self.names.insert(path.to_owned(), node);
        self.unsynced_names.push(NameChange::Put {
            path: path.to_owned(),
            node,
        });
        self.cut(fault)?;
        Ok(node)
    }

    pub fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        let fault = self.point()?;
        self.fail(fault)?;
        let node = self.names.remove(from).ok_or(io::ErrorKind::NotFound)?;
        self.names.insert(to.to_owned(), node);
        self.unsynced_names.push(NameChange::Rename {
            from: from.to_owned(),
            to: to.to_owned(),
            node,
        });
        self.cut(fault)
    }

    pub fn remove(&mut self, path: &Path) -> io::Result<()> {
        let fault = self.point()?;
        self.fail(fault)?;
        self.names.remove(path).ok_or(io::ErrorKind::NotFound)?;
        self.unsynced_names.push(NameChange::Remove {
            path: path.to_owned(),
        });
        self.cut(fault)
    }

    pub fn sync_dir(&mut self, dir: &Path) -> io::Result<()> {
        let fault = self.point()?;
        self.cut(fault)?;
        let inside = |path: &Path| path.parent() == Some(dir);
        let (synced, rest) = std::mem::take(&mut self.unsynced_names)
            .into_iter()
            .partition(|change| match change {
                NameChange::Put { path, .. } | NameChange::Remove { path } => inside(path),
                NameChange::Rename { to, .. } => inside(to),
            });
        self.unsynced_names = rest;
        if fault == Some(Fault::FailedSync) {
            return Err(failure("sync"));
        }
        let synced: Vec<NameChange> = synced;
        if fault == Some(Fault::Error) || fault == Some(Fault::ShortWrite) {
            self.unsynced_names.extend(synced);
            return Err(failure("sync"));
        }
        synced.iter().for_each(|change| self.make_durable(change));
        Ok(())
    }

    pub fn write(&mut self, node: u64, bytes: &[u8], offset: u64) -> io::Result<usize> {
        let fault = self.point()?;
        if fault != Some(Fault::ShortWrite) {
            self.fail(fault)?;
        }
        let offset = offset as usize;
        let node = self.nodes.get_mut(&node).expect("open files stay");
        if self.full && offset + bytes.len() > node.cached.len() {
            return Err(io::ErrorKind::StorageFull.into());
        }
        let mut taken = bytes.len();
        if fault == Some(Fault::ShortWrite) {
            taken = 1 + self.random.below(taken as u64) as usize;
            self.faults.insert(self.points + 1, Fault::Error);
        }
        node.change(Change::Write {
            offset,
            bytes: bytes[..taken].to_vec(),
        });
        self.cut(fault)?;
        Ok(taken)
    }

    pub fn set_len(&mut self, node: u64, len: u64) -> io::Result<()> {
        let fault = self.point()?;
        self.fail(fault)?;
        self.nodes
            .get_mut(&node)
            .expect("open files stay")
            .change(Change::SetLen(len as usize));
        self.cut(fault)
    }

    pub fn sync(&mut self, node: u64) -> io::Result<()> {
        let fault = self.point()?;
        self.cut(fault)?;
        let node = self.nodes.get_mut(&node).expect("open files stay");
        match fault {
            Some(Fault::FailedSync) => {
                // Some of it may have reached the disk before the failure; the rest never will.
                for change in std::mem::take(&mut node.unsynced) {
                    survive(&mut node.durable, change, &mut self.random);
                }
                Err(failure("sync"))
            }
            Some(Fault::Error | Fault::ShortWrite) => Err(failure("sync")),
            _ => {
                for change in std::mem::take(&mut node.unsynced) {
                    apply(&mut node.durable, &change);
                }
                Ok(())
            }
        }
    }

    /// Power comes back.
    pub fn restart(&mut self) {
        for change in std::mem::take(&mut self.unsynced_names) {
            if self.random.coin() {
                self.make_durable(&change);
            }
        }
        self.names = self.durable_names.clone();
        for node in self.nodes.values_mut() {
            for change in std::mem::take(&mut node.unsynced) {
                survive(&mut node.durable, change, &mut self.random);
            }
            node.cached = node.durable.clone();
        }
        self.forget_process();
    }

    pub fn forget_process(&mut self) {
        self.process += 1;
        self.locks.clear();
        self.off = false;
        self.full = false;
        self.faults.clear();
    }

    fn new_node(&mut self) -> u64 {
        let node = self.next_node;
        self.next_node += 1;
        self.nodes.insert(node, Node::default());
        node
    }

    fn make_durable(&mut self, change: &NameChange) {
        match change {
            NameChange::Put { path, node } => _ = self.durable_names.insert(path.clone(), *node),
            NameChange::Remove { path } => _ = self.durable_names.remove(path),
            NameChange::Rename { from, to, node } => {
                self.durable_names.remove(from);
                self.durable_names.insert(to.clone(), *node);
            }
        }
    }

    /// Passes an IO point and says what goes wrong at it.
    fn point(&mut self) -> io::Result<Option<Fault>> {
        self.check_power()?;
        self.points += 1;
        let fault = self.faults.remove(&self.points);
        self.hits += u64::from(fault.is_some());
        self.full |= fault == Some(Fault::DiskFull);
        Ok(fault)
    }

    /// Faults of calls that either happen or do not.
    fn fail(&self, fault: Option<Fault>) -> io::Result<()> {
        match fault {
            Some(Fault::Error | Fault::ShortWrite | Fault::FailedSync) => Err(failure("call")),
            _ => Ok(()),
        }
    }

    /// The power fails during the call: what it changed is in the cache and nobody hears that it worked.
    fn cut(&mut self, fault: Option<Fault>) -> io::Result<()> {
        self.off |= fault == Some(Fault::PowerCut);
        self.check_power()
    }
}

/// What a power cut leaves of a change that was not synced: nothing, all of it, or any pieces.
fn survive(durable: &mut Vec<u8>, change: Change, random: &mut Random) {
    match (random.below(3), change) {
        (0, _) => {}
        (1, change) | (_, change @ Change::SetLen(_)) => apply(durable, &change),
        (_, Change::Write { offset, bytes }) => {
            // From single bytes to a disk's sectors and a file system's pages.
            let piece = [1, 16, 512, 4096][random.below(4) as usize];
            for (index, part) in bytes.chunks(piece).enumerate() {
                if random.coin() {
                    let offset = offset + index * piece;
                    apply(
                        durable,
                        &Change::Write {
                            offset,
                            bytes: part.to_vec(),
                        },
                    );
                }
            }
        }
    }
}

fn failure(what: &str) -> io::Error {
    io::Error::other(format!("the simulated disk failed this {what}"))
}
