//! `mesh install` and `mesh uninstall`: a program in which agents live gets the mesh's tools, skill and guidance, and is
//! again what it was.

mod programs;
mod show;

use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use clap::Args;
use mesh_model::home::Entry;
use mesh_model::names;
use rustix::fs::{FlockOperation, flock};

use crate::commands::participant::{self, KindArg, RegisterArgs};
use crate::context::{Context, has_token_given, write_private};
use crate::edit::book::{Book, Change};
use crate::edit::disk::{self, NewText};
use crate::edit::{Part, Trouble};
use crate::failure::{Effect, Failure, Outcome};
use crate::input::agreed;
use crate::output::line;
use programs::{Folders, WakeBy};
pub use programs::{Program, Scope, Start};
pub use show::difference;

/// Give a program the mesh's tools, skill and guidance
#[derive(Debug, Args)]
#[command(
    after_help = "Examples: mesh install claude-code --dry-run        shows what it would write\n          mesh --as rex install codex --scope project\n          mesh install claude-code --plugin ./mesh-plugin\n\nWithout --as the agent is named after the program, and registered if nobody here is called so."
)]
pub struct InstallArgs {
    #[command(flatten)]
    pub which: Which,
    /// Write a folder that Claude Code takes as a plugin, and nothing else
    #[arg(long, value_name = "DIR", conflicts_with = "scope")]
    pub plugin: Option<PathBuf>,
    /// Whose messages wake an idle session (claude-code): of those who are trusted as `local` or more, of strangers too, or of nobody
    #[arg(long, value_enum, default_value = "local", value_name = "WHO")]
    pub wake: WakeBy,
}

/// Take out of a program what `mesh install` put there
#[derive(Debug, Args)]
#[command(
    after_help = "Example: mesh uninstall claude-code\n\nA file that nobody has edited since becomes what it was, byte for byte; out of another only what is the mesh's is taken."
)]
pub struct UninstallArgs {
    #[command(flatten)]
    pub which: Which,
    /// The plugin's folder
    #[arg(long, value_name = "DIR", conflicts_with = "scope")]
    pub plugin: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Which {
    /// The program
    pub program: Program,
    /// For this user everywhere, or for whoever works in this folder
    #[arg(long, value_enum, default_value = "user")]
    pub scope: Scope,
    /// Do not ask
    #[arg(long, short)]
    pub yes: bool,
    /// Only show what would be written
    #[arg(long)]
    pub dry_run: bool,
}

/// `mesh install`
pub fn install(context: &Context, args: &InstallArgs) -> Outcome<()> {
    if has_token_given() {
        return Err(Failure::usage(
            "MESH_TOKEN is set, but the program will be started without it",
            "unset it, and name a participant whose token is kept here with --as",
        )
        .so(Effect::NothingWritten));
    }
    let place = Place::new(&args.which, args.plugin.as_deref())?;
    let program = args.which.program;
    let handle = context.identity().unwrap_or(program.name());
    let handle = handle.trim_start_matches('@').to_owned();
    names::check(&handle).map_err(|why| {
        Failure::usage(format!("'{handle}': {why}"), "").so(Effect::NothingWritten)
    })?;
    let known = context.load_identity(&handle).is_ok();
    if !known && context.identity().is_some() {
        // Whoever is named must be there; the error says how to get it.
        context.load_identity(&handle)?;
    }
    let start = start(context, &handle, args.which.scope, args.wake)?;
    let wanted = match &args.plugin {
        Some(_) => programs::plugin(&place.root, &start),
        None => place.places(program, args.which.scope, &start)?.parts(),
    };
    let shelf = Shelf::open(context, args.which.dry_run)?;
    let plan = shelf.plan(&place, wanted)?;
    if !go_on(
        context,
        &args.which,
        &plan,
        (!known).then_some(handle.as_str()),
    )? {
        return Ok(());
    }
    if !known {
        register(context, &handle)?;
    }
    shelf.carry_out(&plan)?;
    if !context.json {
        show::installed(program, &handle, &plan, args.plugin.is_some());
    }
    Ok(())
}

/// `mesh uninstall`
pub fn uninstall(context: &Context, args: &UninstallArgs) -> Outcome<()> {
    let place = Place::new(&args.which, args.plugin.as_deref())?;
    let shelf = Shelf::open(context, args.which.dry_run)?;
    let plan = shelf.plan(&place, Vec::new())?;
    if plan.is_empty() && !context.json {
        line(&format!(
            "nothing of the mesh is installed for {}",
            place.owner
        ));
        return Ok(());
    }
    if go_on(context, &args.which, &plan, None)? {
        shelf.carry_out(&plan)?;
        if !context.json {
            line(&format!(
                "{} has nothing of the mesh any more; start it again",
                place.owner
            ));
        }
    }
    Ok(())
}

/// For whom something is installed, and from which folder.
struct Place {
    owner: String,
    root: PathBuf,
    /// Nothing is read or written outside of this one.
    bounds: Option<PathBuf>,
}

impl Place {
    fn new(which: &Which, plugin: Option<&Path>) -> Outcome<Place> {
        let name = which.program.name();
        if plugin.is_some() && which.program != Program::ClaudeCode {
            return Err(Failure::usage(
                "only claude-code takes a plugin folder",
                "leave out --plugin",
            )
            .so(Effect::NothingWritten));
        }
        let here = std::env::current_dir().and_then(fs::canonicalize);
        let here = here.map_err(|why| {
            Failure::here(
                format!("the current folder cannot be read: {why}"),
                "change to another",
            )
            .so(Effect::NothingWritten)
        })?;
        Ok(match (plugin, which.scope) {
            (Some(folder), _) => {
                let root = here.join(folder);
                Place {
                    owner: format!("{name} (plugin {})", root.display()),
                    root,
                    bounds: None,
                }
            }
            (None, Scope::User) => Place {
                owner: name.to_owned(),
                root: here,
                bounds: None,
            },
            (None, Scope::Project) => Place {
                owner: format!("{name} (project {})", here.display()),
                bounds: Some(here.clone()),
                root: here,
            },
        })
    }

    fn places(&self, program: Program, scope: Scope, start: &Start) -> Outcome<programs::Places> {
        let given = |name: &str| {
            std::env::var_os(name)
                .filter(|value| !value.is_empty())
                .map(PathBuf::from)
        };
        let folders = Folders {
            home: given("HOME"),
            project: self.root.clone(),
            moved: &given,
        };
        programs::places(program, scope, &folders, start)
    }
}

/// The folder in which a program looks for skills. Within a project it does not lead out of that.
pub fn skills_folder(program: Program, scope: Scope) -> Outcome<PathBuf> {
    let which = Which {
        program,
        scope,
        yes: false,
        dry_run: true,
    };
    let place = Place::new(&which, None)?;
    let start = Start {
        command: String::new(),
        args: Vec::new(),
        wake: WakeBy::Never,
    };
    let skills = place.places(program, scope, &start)?.skill.ok_or_else(|| {
        Failure::usage(
            format!("{} has no folder of skills", program.name()),
            "name another program with --for",
        )
        .so(Effect::NothingWritten)
    })?;
    // What is read there is of no matter: it is asked for where a link would lead.
    disk::read(&skills.join("SKILL.md"), place.bounds.as_deref())?;
    Ok(skills)
}

/// How the program starts the mesh's tools. In a project, whoever works there has a `mesh` of their own.
fn start(context: &Context, handle: &str, scope: Scope, wake: WakeBy) -> Outcome<Start> {
    let command = match scope {
        Scope::Project => "mesh".to_owned(),
        Scope::User => {
            let own = std::env::current_exe().map_err(|why| {
                Failure::here(format!("this program's own file is not known: {why}"), "")
                    .so(Effect::NothingWritten)
            })?;
            text(&own)?
        }
    };
    let usual = std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".mesh"));
    let mut args = Vec::new();
    if usual.as_ref() != Some(&context.home) {
        let home = std::path::absolute(&context.home).unwrap_or_else(|_| context.home.clone());
        args.extend(["--home".to_owned(), text(&home)?]);
    }
    args.extend(["--as".to_owned(), handle.to_owned(), "mcp".to_owned()]);
    Ok(Start {
        command,
        args,
        wake,
    })
}

/// The agent of a program, as `mesh install` chooses it; it is registered if it is named after the program and nobody is.
pub fn agent(context: &Context, program: Program) -> Outcome<Context> {
    if has_token_given() {
        return Err(Failure::usage(
            "MESH_TOKEN is set, but the program acts with a token that is kept here",
            "unset it, and name a participant with --as",
        )
        .so(Effect::NothingRun));
    }
    let handle = context.identity().unwrap_or(program.name());
    let handle = handle.trim_start_matches('@').to_owned();
    let known = context.load_identity(&handle);
    if known.is_err() && context.identity().is_none() {
        register(context, &handle)?;
    } else {
        known?;
    }
    Ok(context.acting_as(handle))
}

/// How a program that runs here starts the tools of who acts.
pub fn here(context: &Context) -> Outcome<Start> {
    let handle = context.identity().unwrap_or_default();
    start(context, handle, Scope::User, WakeBy::Local)
}

/// As whom `mesh` acts within a program that runs for who acts.
pub fn environment(context: &Context) -> Vec<(&'static str, OsString)> {
    let home = std::path::absolute(&context.home).unwrap_or_else(|_| context.home.clone());
    let handle = context.identity().unwrap_or_default();
    vec![("MESH_HOME", home.into()), ("MESH_AS", handle.into())]
}

/// Whether the user has had the mesh installed in a program.
pub fn is_installed(context: &Context, program: Program) -> Outcome<bool> {
    let shelf = Shelf::open(context, true)?;
    Ok(shelf.book.of(program.name()).into_iter().next().is_some())
}

/// A plugin of Claude Code for who acts, in the mesh's own folder.
pub fn plugin_of_run(context: &Context) -> Outcome<PathBuf> {
    let name = format!("claude-{}", context.identity().unwrap_or_default());
    let folder = std::path::absolute(context.home.join("run").join(name));
    let folder = folder.map_err(|why| Failure::here(why.to_string(), "").so(Effect::NothingRun))?;
    for (path, part) in programs::plugin(&folder, &here(context)?) {
        if let Part::Whole { text } = part {
            write_private(&path, &text)?;
        }
    }
    Ok(folder)
}

fn text(path: &Path) -> Outcome<String> {
    path.to_str().map(str::to_owned).ok_or_else(|| {
        Failure::here(
            format!("{} is no text in UTF-8", path.display()),
            "rename it",
        )
        .so(Effect::NothingWritten)
    })
}

fn register(context: &Context, handle: &str) -> Outcome<()> {
    let args = RegisterArgs {
        handle: handle.to_owned(),
        kind: KindArg::Agent,
        preset: "worker".to_owned(),
        parent: None,
        parent_key: None,
    };
    participant::bring_in(&context.owner(), args).map(drop)
}

/// Shows what is about to happen and asks, unless that was answered on the command line.
fn go_on(
    context: &Context,
    which: &Which,
    plan: &[Change],
    newcomer: Option<&str>,
) -> Outcome<bool> {
    let nothing = plan.iter().all(|change| change.before == change.after);
    if context.json {
        show::as_json(context, plan, newcomer)?;
    } else {
        show::differences(plan, newcomer);
    }
    if which.dry_run {
        return Ok(false);
    }
    if nothing && newcomer.is_none() || which.yes {
        return Ok(true);
    }
    agreed(
        "Write this?",
        Effect::NothingWritten,
        "say yes with --yes, or only look with --dry-run",
    )
}

/// The book in the mesh's folder, held by one installation at a time.
struct Shelf {
    path: PathBuf,
    book: Book,
    _lock: Option<File>,
}

impl Shelf {
    fn open(context: &Context, only_look: bool) -> Outcome<Shelf> {
        let path = Entry::Installed.of(&context.home);
        let lock = (!only_look).then(|| lock(&context.home)).transpose()?;
        let book = match fs::read_to_string(&path) {
            Ok(text) => serde_json::from_str(&text).map_err(|why| {
                Failure::here(
                    format!("{} cannot be understood: {why}", path.display()),
                    "move it away; what it knew of has to be taken out by hand then",
                )
                .so(Effect::NothingWritten)
            })?,
            Err(why) if why.kind() == std::io::ErrorKind::NotFound => Book::default(),
            Err(why) => {
                return Err(Failure::here(
                    format!("{} cannot be read: {why}", path.display()),
                    "check its owner and mode",
                )
                .so(Effect::NothingWritten));
            }
        };
        Ok(Shelf {
            path,
            book,
            _lock: lock,
        })
    }

    /// What becomes of each file: those in which something is wanted, and those in which something was.
    fn plan(&self, place: &Place, wanted: Vec<(PathBuf, Part)>) -> Outcome<Vec<Change>> {
        let mut files: Vec<(PathBuf, Option<String>, Vec<Part>)> = Vec::new();
        for (path, part) in wanted {
            let found = disk::read(&path, place.bounds.as_deref())?;
            match files.iter_mut().find(|(known, ..)| *known == found.path) {
                Some((.., parts)) => parts.push(part),
                None => files.push((found.path, found.text, vec![part])),
            }
        }
        for path in self.book.of(&place.owner) {
            if !files.iter().any(|(known, ..)| *known == path) {
                let found = disk::read(&path, place.bounds.as_deref())?;
                files.push((path, found.text, Vec::new()));
            }
        }
        let change = |(path, now, parts): (PathBuf, Option<String>, Vec<Part>)| {
            let shown = path.display().to_string();
            self.book
                .change(path, now, &place.owner, &parts)
                .map_err(|Trouble { what, hint }| {
                    Failure::here(format!("{shown} {what}"), hint).so(Effect::NothingWritten)
                })
        };
        files.into_iter().map(change).collect()
    }

    /// Writes the book first: whatever happens then, it is known what is ours.
    fn carry_out(mut self, plan: &[Change]) -> Outcome<()> {
        let changed = plan.iter().filter(|change| change.before != change.after);
        let writes: Vec<NewText> = changed
            .map(|change| NewText {
                path: &change.path,
                before: change.before.as_deref(),
                after: change.after.as_deref(),
            })
            .collect();
        let mut known = self.book.clone();
        for change in plan {
            if let Some(kept) = change.kept.clone() {
                known.files.insert(change.path.clone(), kept);
            }
        }
        let made = writes.iter().filter(|write| write.after.is_some());
        known
            .folders
            .extend(made.flat_map(|write| disk::missing_folders(write.path)));
        let staged = disk::stage(&writes)?;
        self.save(known)?;
        staged.commit(&writes)?;
        let mut known = self.book.clone();
        for change in plan.iter().filter(|change| change.kept.is_none()) {
            known.files.remove(&change.path);
        }
        let files = known.files.keys().cloned().collect::<Vec<_>>();
        let used = |folder: &PathBuf| files.iter().any(|file| file.starts_with(folder));
        let (used, unused) = known.folders.into_iter().partition(used);
        known.folders = used;
        disk::remove_empty(&unused);
        self.save(known)
    }

    fn save(&mut self, book: Book) -> Outcome<()> {
        if book != self.book {
            let text = serde_json::to_string_pretty(&book)
                .map_err(|why| Failure::here(why.to_string(), "").so(Effect::NothingChanged))?;
            let fresh = self.path.with_extension("json.new");
            write_private(&fresh, &text)?;
            fs::rename(&fresh, &self.path).map_err(|why| {
                Failure::here(
                    format!("{} cannot be written: {why}", self.path.display()),
                    "check the folder's owner and free space",
                )
                .so(Effect::NothingChanged)
            })?;
            self.book = book;
        }
        Ok(())
    }
}

/// Waits for another installation to end.
fn lock(home: &Path) -> Outcome<File> {
    let open = || {
        fs::create_dir_all(home)?;
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(Entry::InstalledLock.of(home))?;
        flock(&file, FlockOperation::LockExclusive)?;
        Ok(file)
    };
    open().map_err(|why: std::io::Error| {
        Failure::here(
            format!("{} cannot be written to: {why}", home.display()),
            "check its owner and mode, or name another folder with --home",
        )
        .so(Effect::NothingChanged)
    })
}
