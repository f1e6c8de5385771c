//! What a confined program sees and may use, as the worker decides it and the cell carries it out.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// By what a program is confined.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Means {
    /// Bubblewrap, the program at this path, and our filter of system calls.
    Bubblewrap(PathBuf),
    /// Namespaces of our own making, and our filter of system calls.
    Namespaces,
    /// Landlock and our filter of system calls: files and connections, but no namespaces.
    Landlock,
}

/// A path that is seen, at the place where it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// The path.
    pub path: PathBuf,
    /// Whether it may be written.
    pub write: bool,
}

/// What the program reaches over the network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// Nothing.
    Nothing,
    /// What the gate behind a socket lets through.
    Gate {
        /// The gate's socket.
        socket: PathBuf,
        /// Addresses of this machine that are answered within as if they were there.
        here: Vec<SocketAddr>,
        /// Whether a proxy for named hosts is offered.
        proxy: bool,
    },
    /// Everything that the machine reaches.
    Everything,
}

/// What a program and all it starts may use together, or each of them where the system has no
/// control groups for us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bounds {
    /// Bytes of memory.
    pub memory: u64,
    /// Processes and threads.
    pub processes: u64,
    /// Hundredths of a processor; 0: as many as there are.
    pub cpu: u64,
    /// Bytes of what it keeps in passing folders.
    pub passing: u64,
    /// Seconds of processor time of each process; 0: without a bound.
    pub seconds: u64,
}

impl Default for Bounds {
    fn default() -> Bounds {
        Bounds {
            memory: 8 << 30,
            processes: 2048,
            cpu: 0,
            passing: 1 << 30,
            seconds: 0,
        }
    }
}

/// Which bounds control groups hold for all processes together; the others hold for each alone.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// Memory.
    pub memory: bool,
    /// Processes.
    pub processes: bool,
    /// Processor time.
    pub cpu: bool,
}

/// How a program is confined.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// By what.
    pub means: Means,
    /// What is seen, outer folders before inner ones.
    pub seen: Vec<Seen>,
    /// Files that are seen elsewhere than where they are: from, to.
    pub own: Vec<(PathBuf, PathBuf)>,
    /// Its home, a folder among those it may write.
    pub home: PathBuf,
    /// Bytes of a home in memory, where there is no folder for it.
    pub scratch: Option<u64>,
    /// What it reaches.
    pub reach: Reach,
    /// What it may use.
    pub bounds: Bounds,
    /// Whether the program makes a sandbox of its own for what it starts.
    pub nests: bool,
    /// Which of the bounds control groups hold.
    pub held: Held,
    /// Control groups that its processes join: the files to write into.
    pub groups: Vec<PathBuf>,
    /// The program that carries the plan out, this one, and its first arguments.
    pub cell: Vec<PathBuf>,
}

/// The user that a program is within: nobody's home, no rights.
pub const USER: u32 = 1000;

/// Where the cell's own things are within.
pub const WITHIN: &str = "/run/mesh";

/// The proxy for named hosts, within.
pub const PROXY: &str = "127.0.0.1:3128";

impl Plan {
    /// The cell's program as it is called within.
    pub fn cell_within(&self) -> Vec<PathBuf> {
        let mut cell = self.cell.clone();
        if let Some(program) = cell.first_mut() {
            *program = Path::new(WITHIN).join("mesh");
        }
        cell
    }

    /// The variables that the program gets because it is confined.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let mut env = vec![
            ("HOME", self.home.display().to_string()),
            ("TMPDIR", "/tmp".to_owned()),
        ];
        // Landlock alone has no place within where a proxy could answer.
        let within = self.means != Means::Landlock;
        if let (Reach::Gate { proxy: true, .. }, true) = (&self.reach, within) {
            for name in ["HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"] {
                env.push((name, format!("http://{PROXY}")));
            }
            for name in ["NO_PROXY", "no_proxy"] {
                env.push((name, "localhost,127.0.0.1,::1".to_owned()));
            }
        }
        env
    }
}
