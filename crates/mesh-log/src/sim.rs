//! A disk in memory that loses power, tears writes and fails on demand: always the same way for the same seed.
//!
//! It is as unkind as the rules of POSIX allow. Until it is synced, any part of a write may or may not survive a power
//! cut, whatever was written before or after it, and so may every change of a length or a name. After a failed sync the
//! bytes still read back as if they were written, but no later sync saves them. Folders themselves always survive.
//!
//! Every call that changes something is an *IO point*; points are counted from 1, so that a test can stop at each.

mod world;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::disk::{Access, Disk, DiskFile, DiskLock};
use world::World;

/// What goes wrong at an IO point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fault {
    /// Power fails while the call is under way. Everything fails until [`SimDisk::power_on`].
    PowerCut,
    /// The call fails and does nothing.
    Error,
    /// A write takes only some of the bytes, and the next write fails. Other calls fail and do nothing.
    ShortWrite,
    /// A sync fails and what it should have saved is lost to every later sync. Other calls fail and do nothing.
    FailedSync,
    /// From here on nothing can grow until [`SimDisk::make_space`].
    DiskFull,
}

/// A simulated disk. Clones are the same disk.
#[derive(Clone)]
pub struct SimDisk(Arc<Mutex<World>>);

impl SimDisk {
    /// An empty disk. The seed decides what survives power cuts.
    pub fn new(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(World::new(seed))))
    }

    /// A disk of its own with the same files, what is synced and what is not included. Nobody has opened it yet.
    pub fn fork(&self, seed: u64) -> Self {
        Self(Arc::new(Mutex::new(self.world().fork(seed))))
    }

    /// Number of IO points passed.
    pub fn io_points(&self) -> u64 {
        self.world().points
    }

    /// Plans a fault for IO point `point`, counted from the disk's beginning.
    pub fn fail_at(&self, point: u64, fault: Fault) {
        self.world().faults.insert(point, fault);
    }

    /// Number of planned faults that have happened.
    pub fn faults_hit(&self) -> u64 {
        self.world().hits
    }

    /// Whether power has failed.
    pub fn is_off(&self) -> bool {
        self.world().off
    }

    /// Power fails now, between two calls.
    pub fn power_off(&self) {
        self.world().off = true;
    }

    /// Power comes back: what was not synced is kept, torn or dropped by the seed. All open files and locks are gone.
    pub fn power_on(&self) {
        self.world().restart();
    }

    /// The process dies but the machine goes on: open files and locks are gone, written bytes are still there.
    pub fn kill_process(&self) {
        self.world().forget_process();
    }

    /// Ends [`Fault::DiskFull`].
    pub fn make_space(&self) {
        self.world().full = false;
    }

    /// A file's bytes as a process would read them now.
    pub fn contents(&self, path: impl AsRef<Path>) -> Option<Vec<u8>> {
        self.world().contents(path.as_ref()).cloned()
    }

    /// Replaces a file, durably, behind everybody's back: what a meddler or bit rot does.
    pub fn tamper(&self, path: impl AsRef<Path>, bytes: Vec<u8>) {
        self.world().tamper(path.as_ref(), bytes);
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn file(&self, node: u64, access: Access) -> Arc<dyn DiskFile> {
        let process = self.world().process;
        Arc::new(SimFile {
            disk: self.clone(),
            node,
            process,
            access,
        })
    }
}

impl Disk for SimDisk {
    fn create_dir(&self, _dir: &Path) -> io::Result<()> {
        self.world().check_power()
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<String>> {
        let world = self.world();
        world.check_power()?;
        let name = |path: &PathBuf| {
            let inside = path.parent() == Some(dir);
            inside
                .then(|| path.file_name()?.to_str().map(str::to_owned))
                .flatten()
        };
        Ok(world.names.keys().filter_map(name).collect())
    }

    fn open(&self, path: &Path, access: Access) -> io::Result<Arc<dyn DiskFile>> {
        let world = self.world();
        world.check_power()?;
        let node = *world.names.get(path).ok_or(io::ErrorKind::NotFound)?;
        drop(world);
        Ok(self.file(node, access))
    }

    fn create(&self, path: &Path) -> io::Result<Arc<dyn DiskFile>> {
        let node = self.world().create(path)?;
        Ok(self.file(node, Access::Write))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.world().rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.world().remove(path)
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        self.world().sync_dir(dir)
    }

    fn lock(&self, path: &Path) -> io::Result<Option<Box<dyn DiskLock>>> {
        let mut world = self.world();
        world.check_power()?;
        if !world.locks.insert(path.to_owned()) {
            return Ok(None);
        }
        let process = world.process;
        drop(world);
        Ok(Some(Box::new(SimLock {
            disk: self.clone(),
            path: path.to_owned(),
            process,
        })))
    }
}

/// An open file of a [`SimDisk`].
struct SimFile {
    disk: SimDisk,
    node: u64,
    /// The process that opened it: after a restart the handle is dead.
    process: u64,
    access: Access,
}

impl SimFile {
    fn world(&self) -> io::Result<MutexGuard<'_, World>> {
        let world = self.disk.world();
        world.check_power()?;
        if world.process != self.process {
            return Err(io::Error::other(
                "the process that opened this file is gone",
            ));
        }
        Ok(world)
    }

    fn writable(&self) -> io::Result<MutexGuard<'_, World>> {
        match self.access {
            Access::Write => self.world(),
            Access::Read => Err(io::ErrorKind::PermissionDenied.into()),
        }
    }
}

impl DiskFile for SimFile {
    fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<usize> {
        let world = self.world()?;
        let bytes = world
            .node(self.node)
            .read()
            .get(offset as usize..)
            .unwrap_or_default();
        let len = bytes.len().min(buf.len());
        buf[..len].copy_from_slice(&bytes[..len]);
        Ok(len)
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<usize> {
        self.writable()?.write(self.node, bytes, offset)
    }

    fn len(&self) -> io::Result<u64> {
        Ok(self.world()?.node(self.node).read().len() as u64)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.writable()?.set_len(self.node, len)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.world()?.sync(self.node)
    }
}

/// A held lock of a [`SimDisk`].
struct SimLock {
    disk: SimDisk,
    path: PathBuf,
    process: u64,
}

impl DiskLock for SimLock {}

impl Drop for SimLock {
    fn drop(&mut self) {
        let mut world = self.disk.world();
        if world.process == self.process {
            world.locks.remove(&self.path);
        }
    }
}
