//! Where each program reads which tools, skills and guidance it has.

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use serde_json::{Map, Value, json};

use crate::commands::hook::Event;
use crate::edit::Part;
use crate::failure::{Effect, Failure, Outcome};

/// The skill: when to use the mesh and how.
pub const SKILL: &str = include_str!("skill.md");
/// The guidance: what an agent is told in every session.
const GUIDANCE: &str = include_str!("guidance.md");
/// What wakes an idle session of Claude Code from within.
const MOD: &str = include_str!("mod.js");

/// A program in which agents live.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Program {
    ClaudeCode,
    Codex,
    Opencode,
    Gemini,
    Copilot,
    Cursor,
    ClaudeDesktop,
    Agy,
}

/// For whom: this user everywhere, or whoever works in this folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Scope {
    User,
    Project,
}

impl Program {
    /// Its name on the command line, and the handle of its agent unless another is given.
    pub fn name(self) -> &'static str {
        match self {
            Program::ClaudeCode => "claude-code",
            Program::Codex => "codex",
            Program::Opencode => "opencode",
            Program::Gemini => "gemini",
            Program::Copilot => "copilot",
            Program::Cursor => "cursor",
            Program::ClaudeDesktop => "claude-desktop",
            Program::Agy => "agy",
        }
    }

    /// Whether its places were read in its makers' documents only.
    pub fn is_untried(self) -> bool {
        matches!(
            self,
            Program::Cursor | Program::ClaudeDesktop | Program::Agy
        )
    }
}

/// How a program starts `mesh mcp`.
pub struct Start {
    pub command: String,
    pub args: Vec<String>,
    pub wake: WakeBy,
}

/// Whose messages wake an idle session: those of anybody who may address its agent, or of those who are trusted as `local`
/// or more, or of nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum WakeBy {
    Anyone,
    Local,
    Never,
}

/// The folders from which paths are made.
pub struct Folders<'a> {
    /// The user's own; none where HOME is not set.
    pub home: Option<PathBuf>,
    /// The project's, without links.
    pub project: PathBuf,
    /// Folders that the user has moved, by the environment.
    pub moved: &'a dyn Fn(&str) -> Option<PathBuf>,
}

impl Folders<'_> {
    fn home(&self) -> Outcome<PathBuf> {
        self.home.clone().ok_or_else(|| {
            Failure::usage(
                "HOME is not set, so it is not known where the program looks",
                "set HOME, or use --scope project in the project's folder",
            )
            .so(Effect::NothingTouched)
        })
    }

    /// A folder that an environment variable may have moved, else one in the user's own.
    fn own(&self, variable: &str, under: &str) -> Outcome<PathBuf> {
        match (self.moved)(variable) {
            Some(folder) => Ok(folder),
            None => Ok(self.home()?.join(under)),
        }
    }
}

/// What goes where.
pub struct Places {
    pub mcp: (PathBuf, Part),
    pub skill: Option<PathBuf>,
    pub guidance: Option<PathBuf>,
    /// A folder that its skill shares with a plugin which wakes its sessions, if it has such.
    pub wakes: Vec<(PathBuf, Part)>,
    /// Its settings, if hooks in them hand messages into its conversations and keep leases on paths.
    pub hooks: Option<(PathBuf, Vec<Part>)>,
}

impl Places {
    /// Each file with what goes into it.
    pub fn parts(self) -> Vec<(PathBuf, Part)> {
        let skill = self.skill.map(|folder| {
            let text = SKILL.to_owned();
            (folder.join("mesh/SKILL.md"), Part::Whole { text })
        });
        let guidance = self.guidance.map(|file| {
            let text = GUIDANCE.to_owned();
            (file, Part::Block { text })
        });
        let (settings, hooks) = self.hooks.unwrap_or_default();
        let hooks = hooks.into_iter().map(|hook| (settings.clone(), hook));
        let others = [Some(self.mcp), skill, guidance].into_iter().flatten();
        others.chain(self.wakes).chain(hooks).collect()
    }
}

/// Where a program looks, and what it finds there.
pub fn places(
    program: Program,
    scope: Scope,
    folders: &Folders<'_>,
    start: &Start,
) -> Outcome<Places> {
    match scope {
        Scope::User => of_user(program, folders, start),
        Scope::Project => of_project(program, &folders.project, start),
    }
}

fn of_user(program: Program, folders: &Folders<'_>, start: &Start) -> Outcome<Places> {
    let places = |mcp: (PathBuf, Part), skill: PathBuf, guidance: PathBuf| Places {
        mcp,
        skill: Some(skill),
        guidance: Some(guidance),
        wakes: Vec::new(),
        hooks: None,
    };
    Ok(match program {
        Program::ClaudeCode => {
            let own = folders.own("CLAUDE_CONFIG_DIR", ".claude")?;
            // The file stands beside the folder, but in it where the folder was moved.
            let moved = (folders.moved)("CLAUDE_CONFIG_DIR").is_some();
            let state = if moved {
                own.join(".claude.json")
            } else {
                folders.home()?.join(".claude.json")
            };
            Places {
                wakes: waker(&own.join("skills/mesh"), start),
                hooks: Some((own.join("settings.json"), hooks(start))),
                ..places(
                    servers(state, stdio(start)),
                    own.join("skills"),
                    own.join("CLAUDE.md"),
                )
            }
        }
        Program::Codex => {
            let own = folders.own("CODEX_HOME", ".codex")?;
            places(
                table(own.join("config.toml"), start),
                folders.home()?.join(".agents/skills"),
                own.join("AGENTS.md"),
            )
        }
        Program::Opencode => {
            let own = folders.own("XDG_CONFIG_HOME", ".config")?.join("opencode");
            places(
                opencode(&own, start),
                own.join("skills"),
                own.join("AGENTS.md"),
            )
        }
        Program::Gemini => {
            let own = folders.home()?.join(".gemini");
            places(
                servers(own.join("settings.json"), plain(start)),
                own.join("skills"),
                own.join("GEMINI.md"),
            )
        }
        Program::Copilot => {
            let own = folders.own("COPILOT_HOME", ".copilot")?;
            places(
                servers(own.join("mcp-config.json"), local(start)),
                own.join("skills"),
                own.join("copilot-instructions.md"),
            )
        }
        Program::Cursor => {
            let own = folders.home()?.join(".cursor");
            Places {
                mcp: servers(own.join("mcp.json"), plain(start)),
                skill: Some(own.join("skills")),
                guidance: None,
                wakes: Vec::new(),
                hooks: None,
            }
        }
        Program::ClaudeDesktop => {
            let own = if cfg!(target_os = "macos") {
                folders.home()?.join("Library/Application Support")
            } else {
                folders.own("XDG_CONFIG_HOME", ".config")?
            };
            Places {
                mcp: servers(own.join("Claude/claude_desktop_config.json"), plain(start)),
                skill: None,
                guidance: None,
                wakes: Vec::new(),
                hooks: None,
            }
        }
        Program::Agy => {
            let own = folders.home()?.join(".gemini");
            let cli = own.join("antigravity-cli");
            places(
                servers(cli.join("mcp_config.json"), plain(start)),
                cli.join("skills"),
                own.join("GEMINI.md"),
            )
        }
    })
}

fn of_project(program: Program, root: &Path, start: &Start) -> Outcome<Places> {
    let places = |mcp: (PathBuf, Part), skills: &str, guidance: &str| Places {
        mcp,
        skill: Some(root.join(skills)),
        guidance: Some(root.join(guidance)),
        wakes: Vec::new(),
        hooks: None,
    };
    Ok(match program {
        Program::ClaudeCode => Places {
            wakes: waker(&root.join(".claude/skills/mesh"), start),
            hooks: Some((root.join(".claude/settings.json"), hooks(start))),
            ..places(
                servers(root.join(".mcp.json"), stdio(start)),
                ".claude/skills",
                "CLAUDE.md",
            )
        },
        Program::Codex => places(
            table(root.join(".codex/config.toml"), start),
            ".agents/skills",
            "AGENTS.md",
        ),
        Program::Opencode => places(opencode(root, start), ".opencode/skills", "AGENTS.md"),
        Program::Gemini => places(
            servers(root.join(".gemini/settings.json"), plain(start)),
            ".gemini/skills",
            "GEMINI.md",
        ),
        Program::Copilot => places(
            servers(root.join(".github/mcp.json"), local(start)),
            ".github/skills",
            ".github/copilot-instructions.md",
        ),
        Program::Cursor => places(
            servers(root.join(".cursor/mcp.json"), plain(start)),
            ".cursor/skills",
            "AGENTS.md",
        ),
        Program::ClaudeDesktop => {
            return Err(Failure::usage(
                "Claude Desktop has settings of the user only",
                "leave out --scope project",
            )
            .so(Effect::NothingWritten));
        }
        Program::Agy => places(
            servers(root.join(".agents/mcp_config.json"), plain(start)),
            ".agents/skills",
            "AGENTS.md",
        ),
    })
}

/// The tools before which Claude Code asks whether others edit there.
const EDITING: &str = "Edit|Write|MultiEdit|NotebookEdit|Bash";

/// How Claude Code calls this program when something happens in a session. Its other hooks stay as they are.
fn hooks(start: &Start) -> Vec<Part> {
    let part = |(event, value): (&str, Value)| {
        let path = vec!["hooks".to_owned(), event.to_owned()];
        Part::Item { path, value }
    };
    calls(start).into_iter().map(part).collect()
}

/// The event of each hook, and what is called then.
fn calls(start: &Start) -> Vec<(&'static str, Value)> {
    let deliver = |event: Event| {
        let verb = format!("hook claude-code {}", event.name());
        (event.name(), json!({"hooks": [hook(start, &verb)]}))
    };
    let leases = json!({"matcher": EDITING, "hooks": [hook(start, "lease guard --hook")]});
    let events = Event::HOOKED.into_iter().map(deliver);
    events.chain([("PreToolUse", leases)]).collect()
}

fn hook(start: &Start, verb: &str) -> Value {
    let words = std::iter::once(&start.command).chain(verbless(start));
    let mut command: Vec<String> = words.map(|word| quoted(word)).collect();
    command.push(verb.to_owned());
    let command = command.join(" ");
    // A node that hangs must not hold up the agent for longer.
    json!({"type": "command", "command": command, "timeout": 5})
}

/// The last argument is `mcp`, in place of which others stand.
fn verbless(start: &Start) -> &[String] {
    &start.args[..start.args.len().saturating_sub(1)]
}

/// A word for the shell.
fn quoted(word: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./".contains(letter);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// A folder that Claude Code takes as a plugin: tools, skill and hooks in one.
pub fn plugin(folder: &Path, start: &Start) -> Vec<(PathBuf, Part)> {
    let servers = json!({"mcpServers": {"mesh": stdio(start)}});
    let hooks: Map<String, Value> = calls(start)
        .into_iter()
        .map(|(event, value)| (event.to_owned(), json!([value])))
        .collect();
    let whole = |name: &str, text: String| (folder.join(name), Part::Whole { text });
    let mut about_hooks = json!({"hooks": hooks});
    let mut files = Vec::new();
    if start.wake != WakeBy::Never {
        about_hooks["modules"] = json!([MODULE]);
        files.push(whole("hooks/mesh.js", module(start)));
    }
    files.extend([
        whole(".claude-plugin/plugin.json", pretty(&about())),
        whole(".mcp.json", pretty(&servers)),
        whole("skills/mesh/SKILL.md", SKILL.to_owned()),
        whole("hooks/hooks.json", pretty(&about_hooks)),
    ]);
    files
}

/// The mod beside the skill, which makes a plugin of that folder. Hooks stand in the settings, where they were tried longer.
fn waker(folder: &Path, start: &Start) -> Vec<(PathBuf, Part)> {
    let whole = |name: &str, text: String| (folder.join(name), Part::Whole { text });
    if start.wake == WakeBy::Never {
        return Vec::new();
    }
    vec![
        whole(".claude-plugin/plugin.json", pretty(&about())),
        whole("hooks/hooks.json", pretty(&json!({"modules": [MODULE]}))),
        whole("hooks/mesh.js", module(start)),
    ]
}

/// The mod's file, by its plugin's hooks.
const MODULE: &str = "./mesh.js";

fn module(start: &Start) -> String {
    let command: Vec<&String> = std::iter::once(&start.command)
        .chain(verbless(start))
        .collect();
    let not_for_strangers = start.wake == WakeBy::Local;
    MOD.replace("$COMMAND", &json!(command).to_string())
        .replace("$NOT_FOR_STRANGERS", &not_for_strangers.to_string())
}

fn about() -> Value {
    json!({
        "name": "mesh",
        "version": env!("CARGO_PKG_VERSION"),
        "description": "Rooms in which AI agents and people work together: tools to read, speak and take tasks",
    })
}

fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}

fn servers(file: PathBuf, value: Value) -> (PathBuf, Part) {
    let path = vec!["mcpServers".to_owned(), "mesh".to_owned()];
    (file, Part::Json { path, value })
}

fn table(file: PathBuf, start: &Start) -> (PathBuf, Part) {
    let path = vec!["mcp_servers".to_owned(), "mesh".to_owned()];
    (
        file,
        Part::Toml {
            path,
            value: plain(start),
        },
    )
}

/// It reads either file, and both if both are there.
fn opencode(folder: &Path, start: &Start) -> (PathBuf, Part) {
    let with_comments = folder.join("opencode.jsonc");
    let file = if with_comments.exists() {
        with_comments
    } else {
        folder.join("opencode.json")
    };
    let command: Vec<&str> = std::iter::once(&start.command)
        .chain(&start.args)
        .map(String::as_str)
        .collect();
    let value = json!({"type": "local", "command": command, "enabled": true});
    let path = vec!["mcp".to_owned(), "mesh".to_owned()];
    (file, Part::Json { path, value })
}

fn plain(start: &Start) -> Value {
    json!({"command": start.command, "args": start.args})
}

fn stdio(start: &Start) -> Value {
    json!({"type": "stdio", "command": start.command, "args": start.args})
}

fn local(start: &Start) -> Value {
    json!({"type": "local", "command": start.command, "args": start.args, "tools": ["*"]})
}
