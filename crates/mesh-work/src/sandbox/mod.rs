//! Sandboxes: a program sees its folder, its runner's configuration and the machine's tools, and nothing
//! else of the machine.
//!
//! [`Sandbox`] is what a worker is set up with and says what holds; [`Confined`] is one program's, with
//! its view ([`view`]), its gate to the network ([`gate`]) and its bounds. What is decided here stands in
//! a [`plan::Plan`], and the [`cell`] carries it out.

mod bubblewrap;
#[cfg(target_os = "linux")]
mod cell;
mod config;
pub mod gate;
mod groups;
pub mod hosts;
pub mod kept;
#[cfg(target_os = "linux")]
mod landlock;
pub mod plan;
mod view;

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::access::sealed;
use gate::{Gate, Refusals, SystemNames};
use groups::Group;
use hosts::{Allowed, Place};
use plan::{Bounds, Held, Means, Plan, Reach, USER, WITHIN};
use view::View;

/// Whether programs are confined.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Choice {
    /// Where the machine can.
    #[default]
    Auto,
    /// Not at all.
    Off,
    /// Or nothing is run.
    Require,
}

/// What programs reach over the network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Net {
    /// These places, beside the node and the model's API.
    Places(Vec<Place>),
    /// All that the machine reaches.
    Everything,
}

/// What a worker confines its programs with.
#[derive(Debug, Clone)]
pub struct Sandbox {
    /// By what.
    pub means: Means,
    /// What is reached.
    pub net: Net,
    /// Paths that are seen besides.
    pub see: Vec<PathBuf>,
    /// Paths that may be written besides.
    pub share: Vec<PathBuf>,
    /// What may be used.
    pub bounds: Bounds,
    /// Folders of which nothing is seen, unless it is named deeper than they are.
    pub hidden: Vec<PathBuf>,
    /// The program that carries it out, and its first arguments.
    pub cell: Vec<OsString>,
}

/// Why a machine cannot confine, and what to do, for people.
pub const INSTALL: &str = "install bubblewrap (apt install bubblewrap, dnf install bubblewrap, apk add bubblewrap), or let users make namespaces: \
     sysctl -w kernel.unprivileged_userns_clone=1, and on Ubuntu kernel.apparmor_restrict_unprivileged_userns=0";

/// Runners whose programs make a sandbox of their own for each command, and refuse to run one without.
const NESTING: &[&str] = &["codex"];

/// One program's place.
#[derive(Debug, Clone)]
pub struct Spot {
    /// The folder it works in.
    pub cwd: PathBuf,
    /// Its home: a folder that is made if it is not there.
    pub home: PathBuf,
    /// Bytes of a home in memory instead: it is at that path within, and no folder outside.
    pub scratch: Option<u64>,
    /// A folder for the cell's own files, which the program does not see.
    pub private: PathBuf,
    /// The runner, whose configuration is seen.
    pub runner: String,
    /// Files and folders within it that keep their place: they cannot be moved away.
    pub write: Vec<PathBuf>,
    /// Files and folders that are seen and not written, though they lie in what may be written.
    pub read: Vec<PathBuf>,
    /// URLs that are reached wherever they lie.
    pub urls: Vec<String>,
}

impl Sandbox {
    /// The best means that work here, tried out with this cell; or why there are none.
    pub fn means(cell: &[OsString], not_in: &[&Path]) -> Result<Means, String> {
        if let Some(program) = bubblewrap::find(not_in) {
            let means = Means::Bubblewrap(program);
            if works(&means, cell).is_ok() {
                return Ok(means);
            }
        }
        let why = match works(&Means::Namespaces, cell) {
            Ok(()) => return Ok(Means::Namespaces),
            Err(why) => why,
        };
        if Sandbox::knows_landlock() {
            Ok(Means::Landlock)
        } else {
            Err(why)
        }
    }

    /// Whether the system has Landlock, new enough.
    #[cfg(target_os = "linux")]
    pub fn knows_landlock() -> bool {
        landlock::works()
    }

    /// Whether the system has Landlock: only Linux does.
    #[cfg(not(target_os = "linux"))]
    pub fn knows_landlock() -> bool {
        false
    }

    /// Makes one program's sandbox.
    pub fn confine(&self, spot: &Spot, refusals: Refusals) -> Result<Confined, String> {
        let told = |what: &Path, why: io::Error| format!("{}: {why}", what.display());
        let fresh = !spot.home.exists();
        let kept = spot.scratch.is_none().then_some(&spot.home);
        for folder in kept.into_iter().chain([&spot.private]) {
            make(folder).map_err(|why| told(folder, why))?;
        }
        let gate = match &self.net {
            Net::Everything => None,
            Net::Places(places) => {
                let urls = spot.urls.iter().filter_map(|url| Place::of_url(url));
                Some(Allowed(urls.chain(places.iter().cloned()).collect()))
            }
        };
        let (here, proxy) = match &gate {
            Some(allowed) => (allowed.here(), allowed.elsewhere()),
            None => (Vec::new(), false),
        };
        let folder = spot.private.join("gate");
        let open = |allowed| Gate::open(&folder, allowed, Arc::new(SystemNames), refusals);
        let gate = match gate.filter(|_| !here.is_empty() || proxy) {
            Some(allowed) => Some(open(allowed).map_err(|why| told(&folder, why))?),
            None => None,
        };
        let reach = match (&self.net, &gate) {
            (Net::Everything, _) => Reach::Everything,
            (_, None) => Reach::Nothing,
            (_, Some(gate)) => Reach::Gate {
                socket: gate.socket().to_owned(),
                here,
                proxy,
            },
        };
        let cell: Vec<PathBuf> = self.cell.iter().map(PathBuf::from).collect();
        let program = cell
            .first()
            .ok_or("the sandbox was set up without a cell")?;
        let mut own = vec![(program.clone(), Path::new(WITHIN).join("mesh"))];
        own.extend(
            gate.iter()
                .map(|gate| (gate.socket().to_owned(), Path::new(WITHIN).join("net"))),
        );
        own.extend(etc(spot, &reach).map_err(|why| told(&spot.private, why))?);
        let nests = NESTING.contains(&spot.runner.as_str());
        if nests {
            own.extend(bubblewrap::hide(&spot.private).map_err(|why| told(&spot.private, why))?);
        }
        let mut view = View::of_system(&self.hidden);
        if kept.is_some() {
            view.own_config(&spot.runner, &spot.home, fresh)
                .map_err(|why| told(&spot.home, why))?;
        }
        self.see.iter().for_each(|path| view.show(path, false));
        self.share.iter().for_each(|path| view.show(path, true));
        for path in kept.into_iter().flat_map(|home| [home, &spot.cwd]) {
            view.show(path, true);
        }
        spot.write.iter().for_each(|path| view.show(path, true));
        spot.read.iter().for_each(|path| view.show(path, false));
        let group = Group::make(&self.bounds);
        Ok(Confined {
            plan: Plan {
                means: self.means.clone(),
                seen: Vec::new(),
                own,
                home: spot.home.clone(),
                scratch: spot.scratch,
                reach,
                bounds: self.bounds,
                nests,
                held: group.held,
                groups: group.entries(),
                cell,
            },
            view,
            _group: group,
            _gate: gate,
        })
    }

    /// What holds, for people.
    pub fn holds(&self) -> String {
        let means = match &self.means {
            Means::Bubblewrap(program) => format!("bubblewrap ({})", program.display()),
            Means::Namespaces => "namespaces".to_owned(),
            Means::Landlock => "Landlock alone, without namespaces: other processes are seen and not reached, and of the network only ports are bounded, not hosts".to_owned(),
        };
        let net = match &self.net {
            Net::Everything => "all of the network".to_owned(),
            Net::Places(places) if places.is_empty() => {
                "the node and the model's API alone".to_owned()
            }
            Net::Places(places) => {
                let names: Vec<String> = places.iter().map(ToString::to_string).collect();
                format!("the node, the model's API, {}", names.join(", "))
            }
        };
        let held = Group::make(&self.bounds).held;
        let each = |held: bool| if held { "together" } else { "each" };
        let bounds = &self.bounds;
        let processes = match held.processes {
            false if rustix::process::getuid().is_root() => {
                "processes are not bounded, for root has no bound without control groups".to_owned()
            }
            held => format!(
                "{} processes {}",
                bounds.processes,
                if held { "together" } else { "of this sandbox" }
            ),
        };
        format!(
            "programs are confined by {means}; they see their folder, their runner's configuration and the machine's tools, and reach {net}; {} MiB of memory {}, {processes}, {} MiB of passing files",
            bounds.memory >> 20,
            each(held.memory),
            bounds.passing >> 20,
        )
    }
}

/// Does a step of a cell; the other steps are started by it.
#[cfg(target_os = "linux")]
pub fn step(args: impl Iterator<Item = OsString>) -> u8 {
    cell::step(args)
}

/// Does a step of a cell: there are none on this system.
#[cfg(not(target_os = "linux"))]
pub fn step(_: impl Iterator<Item = OsString>) -> u8 {
    eprintln!("mesh sandbox: only Linux confines programs; the program was not started");
    crate::keeper::NOT_STARTED
}

/// Tries means out with a program that does nothing.
fn works(means: &Means, cell: &[OsString]) -> Result<(), String> {
    let folder = std::env::temp_dir().join(format!("mesh-{}", crate::worker::random_hex::<8>()));
    let sandbox = Sandbox {
        means: means.clone(),
        net: Net::Places(Vec::new()),
        see: Vec::new(),
        share: Vec::new(),
        bounds: Bounds::default(),
        hidden: Vec::new(),
        cell: cell.to_vec(),
    };
    let spot = Spot {
        cwd: folder.join("cwd"),
        home: folder.join("home"),
        scratch: None,
        private: folder.join("private"),
        runner: String::new(),
        write: Vec::new(),
        read: Vec::new(),
        urls: Vec::new(),
    };
    let tried = make(&spot.cwd)
        .map_err(|why| why.to_string())
        .and_then(|()| sandbox.confine(&spot, Arc::new(|_| {})))
        .and_then(|confined| {
            let (words, plan) = confined.words(Path::new("/bin/sh"), &["-c".into(), ":".into()])?;
            let (program, args) = words.split_first().ok_or("no cell")?;
            let said = std::process::Command::new(program)
                .args(args)
                .current_dir(&spot.cwd)
                .stdin(std::process::Stdio::null())
                .output()
                .map_err(|why| why.to_string())?;
            drop(plan);
            if said.status.success() {
                Ok(())
            } else {
                Err(String::from_utf8_lossy(&said.stderr).trim().to_owned())
            }
        });
    let _ = fs::remove_dir_all(&folder);
    tried
}

fn make(folder: &Path) -> io::Result<()> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
}

/// Who and where a program is, as it sees it.
fn etc(spot: &Spot, reach: &Reach) -> io::Result<Vec<(PathBuf, PathBuf)>> {
    let user = USER;
    let home = spot.home.display();
    let mut files = vec![
        (
            "passwd",
            format!("mesh:x:{user}:{user}::{home}:/bin/sh\nnobody:x:65534:65534::/:/bin/false\n"),
        ),
        ("group", format!("mesh:x:{user}:\nnogroup:x:65534:\n")),
        ("hostname", "sandbox\n".to_owned()),
    ];
    if *reach != Reach::Everything {
        files.push(("hosts", "127.0.0.1 localhost\n::1 localhost\n".to_owned()));
    }
    let folder = spot.private.join("etc");
    make(&folder)?;
    let mut own = Vec::new();
    for (name, text) in files {
        let file = folder.join(name);
        fs::write(&file, text)?;
        own.push((file, Path::new("/etc").join(name)));
    }
    Ok(own)
}

/// One program's sandbox. Its gate and its groups go with it.
#[derive(Debug)]
pub struct Confined {
    plan: Plan,
    view: View,
    _group: Group,
    _gate: Option<Gate>,
}

impl Confined {
    /// The words that start a program in it, and an open file that has to live until it is started.
    pub fn words(
        &self,
        program: &Path,
        args: &[OsString],
    ) -> Result<(Vec<OsString>, OwnedFd), String> {
        let mut view = self.view.clone();
        view.show_program(program);
        let plan = Plan {
            seen: view.into_seen(),
            ..self.plan.clone()
        };
        let file = serde_json::to_vec(&plan)
            .map_err(io::Error::from)
            .and_then(|text| sealed("mesh-plan", &text))
            .and_then(|file| {
                rustix::io::fcntl_setfd(&file, rustix::io::FdFlags::empty())?;
                Ok(file)
            })
            .map_err(|why| format!("the plan of the sandbox cannot be kept: {why}"))?;
        let mut words: Vec<OsString> = plan.cell.iter().map(OsString::from).collect();
        words.extend([
            "cell".into(),
            "enter".into(),
            file.as_raw_fd().to_string().into(),
        ]);
        words.push(program.into());
        words.extend(args.iter().cloned());
        Ok((words, file))
    }

    /// The variables that a program gets because it is confined.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        self.plan.environment()
    }

    /// Whether a variable that a runner sets leads to what is not seen.
    pub fn hides(&self, name: &OsStr) -> bool {
        config::FOLDERS.iter().any(|folder| name == *folder)
    }

    /// Which bounds hold for all processes together.
    pub fn held(&self) -> Held {
        self.plan.held
    }
}
