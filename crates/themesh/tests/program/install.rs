//! `mesh install` and `mesh uninstall`: files of other programs get what is ours, and are again what they were.

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::agents::peers;
use super::node::{Node, Said, command, said};

const PROGRAMS: [&str; 8] = [
    "claude-code",
    "codex",
    "opencode",
    "gemini",
    "copilot",
    "cursor",
    "claude-desktop",
    "agy",
];

/// A user with a mesh's folder that knows @rex, and a project.
struct User {
    folder: TempDir,
}

impl User {
    fn new() -> User {
        let user = User {
            folder: tempfile::tempdir().unwrap(),
        };
        for folder in ["home/.mesh/clients", "project"] {
            fs::create_dir_all(user.at(folder)).unwrap();
        }
        let rex = json!({"handle": "rex", "url": "http://127.0.0.1:1", "token": "t"});
        fs::write(user.at("home/.mesh/clients/rex.json"), rex.to_string()).unwrap();
        user
    }

    fn at(&self, path: &str) -> std::path::PathBuf {
        self.folder.path().join(path)
    }

    fn command(&self) -> Command {
        let mut command = command(&self.at("home/.mesh"));
        command
            .current_dir(self.at("project"))
            .env("HOME", self.at("home"))
            .stdin(Stdio::null());
        for name in [
            "CLAUDE_CONFIG_DIR",
            "CODEX_HOME",
            "XDG_CONFIG_HOME",
            "COPILOT_HOME",
        ] {
            command.env_remove(name);
        }
        command
    }

    fn mesh(&self, args: &[&str]) -> Said {
        said(self.command().args(args).output().unwrap())
    }

    fn done(&self, args: &[&str]) -> String {
        let said = self.mesh(args);
        assert_eq!(said.code, 0, "{args:?}: {}{}", said.out, said.err);
        said.out
    }

    fn install(&self, program: &str, more: &[&str]) -> String {
        self.done(&[&["--as", "rex", "install", program, "--yes"], more].concat())
    }

    fn uninstall(&self, program: &str, more: &[&str]) -> String {
        self.done(&[&["uninstall", program, "--yes"], more].concat())
    }

    /// Every file outside of the mesh's folder, with its mode.
    fn files(&self) -> BTreeMap<String, (u32, String)> {
        let mut files = BTreeMap::new();
        collect(self.folder.path(), self.folder.path(), &mut files);
        files
    }

    fn json(&self, path: &str) -> Value {
        serde_json::from_str(&fs::read_to_string(self.at(path)).unwrap()).unwrap()
    }
}

fn collect(root: &Path, folder: &Path, files: &mut BTreeMap<String, (u32, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path
            .strip_prefix(root)
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned();
        let about = fs::symlink_metadata(&path).unwrap();
        if name == "home/.mesh" {
            continue;
        }
        let mode = about.permissions().mode();
        if about.is_dir() {
            files.insert(format!("{name}/"), (mode, String::new()));
            collect(root, &path, files);
        } else if about.is_symlink() {
            files.insert(
                name,
                (
                    0,
                    fs::read_link(&path).unwrap().to_str().unwrap().to_owned(),
                ),
            );
        } else {
            files.insert(name, (mode, fs::read_to_string(&path).unwrap()));
        }
    }
}

#[test]
fn every_program_is_again_what_it_was() {
    let user = User::new();
    let empty = user.files();
    for scope in ["user", "project"] {
        for program in PROGRAMS {
            if (program, scope) == ("claude-desktop", "project") {
                continue;
            }
            let scope = ["--scope", scope];
            user.install(program, &scope);
            let once = user.files();
            assert_ne!(once, empty, "{program}");
            let again = user.install(program, &scope);
            assert!(again.contains("already"), "{program}: {again}");
            assert_eq!(user.files(), once, "{program}: twice is not once");
            user.uninstall(program, &scope);
            assert_eq!(user.files(), empty, "{program} {scope:?}");
        }
    }
}

#[test]
fn all_of_them_at_once_come_out_in_another_order() {
    let user = User::new();
    fs::create_dir_all(user.at("home/.claude")).unwrap();
    fs::write(
        user.at("home/.claude.json"),
        "{\"numStartups\":3,\"mcpServers\":{}}",
    )
    .unwrap();
    fs::set_permissions(user.at("home/.claude.json"), Permissions::from_mode(0o600)).unwrap();
    fs::write(user.at("project/AGENTS.md"), "# Ours").unwrap();
    fs::write(
        user.at("project/opencode.jsonc"),
        "{\n\t// theme\n\t\"theme\": \"x\",\n}\n",
    )
    .unwrap();
    let before = user.files();
    for program in PROGRAMS {
        user.install(program, &[]);
        if program != "claude-desktop" {
            user.install(program, &["--scope", "project"]);
        }
    }
    let marks = fs::read_to_string(user.at("project/AGENTS.md")).unwrap();
    assert_eq!(marks.matches("mesh: begin").count(), 1, "{marks}");
    let list = ["mcpServers", "mesh", "args"];
    let args = list
        .iter()
        .fold(user.json("home/.claude.json"), |value, key| {
            value[*key].clone()
        });
    assert_eq!(args, json!(["--as", "rex", "mcp"]));
    for program in PROGRAMS {
        user.uninstall(program, &[]);
        if program != "claude-desktop" {
            user.uninstall(program, &["--scope", "project"]);
        }
    }
    assert_eq!(user.files(), before);
    let nothing = user.uninstall("codex", &[]);
    assert!(
        nothing.contains("nothing of the mesh is installed for codex"),
        "{nothing}"
    );
}

#[test]
fn what_the_user_wrote_since_stays() {
    let user = User::new();
    user.install("claude-code", &[]);
    let path = user.at("home/.claude.json");
    let mut state = user.json("home/.claude.json");
    state["mcpServers"]["other"] = json!({"command": "x"});
    fs::write(&path, state.to_string()).unwrap();
    let skill = user.at("home/.claude/skills/mesh/SKILL.md");
    fs::write(&skill, "mine now").unwrap();
    let out = user.uninstall("claude-code", &[]);
    assert!(out.contains("was edited since, and stays"), "{out}");
    assert_eq!(
        user.json("home/.claude.json"),
        json!({"mcpServers": {"other": {"command": "x"}}})
    );
    assert_eq!(fs::read_to_string(skill).unwrap(), "mine now");
    assert!(!user.at("home/.claude/CLAUDE.md").exists());
}

#[test]
fn it_is_shown_and_asked_before_anything_is_written() {
    let user = User::new();
    fs::write(user.at("project/.mcp.json"), "{\n  \"mcpServers\": {}\n}\n").unwrap();
    let before = user.files();
    let project = [
        "--as",
        "rex",
        "install",
        "claude-code",
        "--scope",
        "project",
    ];
    let shown = user.done(&[&project[..], &["--dry-run"]].concat());
    assert!(
        shown.contains("+     \"mesh\": {") && shown.contains("-   \"mcpServers\": {}"),
        "{shown}"
    );
    let asked = user.mesh(&project);
    assert_eq!(asked.code, 2, "{asked:?}");
    assert!(
        asked
            .err
            .contains("nobody is there to be asked; nothing was written"),
        "{asked:?}"
    );
    assert_eq!(user.files(), before);
    assert!(!user.at("home/.mesh/installed.json").exists());
    let told = user.done(&[&project[..], &["--yes", "--json"]].concat());
    let told: Value = serde_json::from_str(told.lines().next().unwrap()).unwrap();
    assert_eq!(told["files"][0]["change"], "changed");
}

#[test]
fn a_file_that_is_half_written_stops_everything() {
    let user = User::new();
    fs::write(user.at("home/.claude.json"), "{\"mcpServers\": {\"a\":").unwrap();
    fs::create_dir_all(user.at("home/.codex")).unwrap();
    fs::write(user.at("home/.codex/config.toml"), "[mcp_servers.a\n").unwrap();
    let before = user.files();
    for (program, kind) in [("claude-code", "is not JSON"), ("codex", "is not TOML")] {
        let said = user.mesh(&["--as", "rex", "install", program, "--yes"]);
        assert_eq!(said.code, 1);
        assert!(
            said.err.contains(kind) && said.err.contains("nothing was written"),
            "{}",
            said.err
        );
    }
    assert_eq!(user.files(), before);
}

#[test]
fn links_are_followed_and_stay_links() {
    let user = User::new();
    fs::create_dir_all(user.at("dotfiles")).unwrap();
    fs::create_dir_all(user.at("home/.gemini")).unwrap();
    fs::write(user.at("dotfiles/settings.json"), "{}\n").unwrap();
    symlink(
        user.at("dotfiles/settings.json"),
        user.at("home/.gemini/settings.json"),
    )
    .unwrap();
    let before = user.files();
    user.install("gemini", &[]);
    assert_eq!(
        user.json("dotfiles/settings.json")["mcpServers"]["mesh"]["args"][0],
        "--as"
    );
    assert!(user.at("home/.gemini/settings.json").is_symlink());
    user.uninstall("gemini", &[]);
    assert_eq!(user.files(), before);
    // Out of a project leads no link: whoever made the project is not the user.
    symlink(user.at("dotfiles"), user.at("project/.gemini")).unwrap();
    let said = user.mesh(&[
        "--as", "rex", "install", "gemini", "--yes", "--scope", "project",
    ]);
    assert_eq!(said.code, 1);
    assert!(
        said.err.contains("out of the project; nothing was written"),
        "{}",
        said.err
    );
    // Nor is anything made at the end of a link to nothing.
    symlink("nowhere", user.at("project/AGENTS.md")).unwrap();
    let said = user.mesh(&[
        "--as", "rex", "install", "codex", "--yes", "--scope", "project",
    ]);
    assert!(
        said.err.contains("a link to nothing; nothing was written"),
        "{}",
        said.err
    );
    assert!(!user.at("project/.codex").exists());
}

#[test]
fn a_home_that_cannot_be_written_to_stays_as_it_is() {
    let user = User::new();
    fs::create_dir_all(user.at("home/.cursor")).unwrap();
    fs::write(user.at("home/.cursor/mcp.json"), "{}").unwrap();
    // A file where a folder has to be: not even root gets past it.
    fs::write(user.at("home/.cursor/skills"), "").unwrap();
    let before = user.files();
    let said = user.mesh(&["--as", "rex", "install", "cursor", "--yes"]);
    assert_eq!(said.code, 1, "{said:?}");
    assert_eq!(user.files(), before, "{said:?}");
    fs::remove_file(user.at("home/.cursor/skills")).unwrap();
    if rustix::process::geteuid().is_root() {
        return;
    }
    fs::set_permissions(user.at("home/.cursor"), Permissions::from_mode(0o500)).unwrap();
    let said = user.mesh(&["--as", "rex", "install", "cursor", "--yes"]);
    fs::set_permissions(user.at("home/.cursor"), Permissions::from_mode(0o755)).unwrap();
    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.err.contains("nothing was changed"), "{}", said.err);
    assert_eq!(
        fs::read_to_string(user.at("home/.cursor/mcp.json")).unwrap(),
        "{}"
    );
}

#[test]
fn without_a_home_only_the_project_is_known() {
    let user = User::new();
    let run = |scope: &str| {
        let mut command = user.command();
        command
            .env_remove("HOME")
            .args(["--as", "rex", "install", "codex", "--yes", "--scope", scope]);
        said(command.output().unwrap())
    };
    let told = run("user");
    assert_eq!(told.code, 2);
    assert!(told.err.contains("HOME is not set"), "{}", told.err);
    assert_eq!(run("project").code, 0);
    let text = fs::read_to_string(user.at("project/.codex/config.toml")).unwrap();
    assert!(text.contains("command = \"mesh\""), "{text}");
}

#[test]
fn whoever_is_named_has_to_be_known_and_whoever_is_not_is_registered() {
    let user = User::new();
    let before = user.files();
    let said = user.mesh(&["--as", "nobody", "install", "codex", "--yes"]);
    assert_eq!(said.code, 1);
    assert!(
        said.err.contains("nothing is known of 'nobody'"),
        "{}",
        said.err
    );
    let said = user.mesh(&["install", "codex", "--yes"]);
    assert_eq!(said.code, 3, "{said:?}");
    assert_eq!(user.files(), before);
    let node = Node::start();
    let project = tempfile::tempdir().unwrap();
    let mut install = command(&node.home());
    install
        .current_dir(project.path())
        .args(["install", "codex", "--yes", "--scope", "project"]);
    let done = super::node::said(install.output().unwrap());
    assert_eq!(done.code, 0, "{done:?}");
    assert!(done.out.contains("@codex: is registered"), "{}", done.out);
    assert!(node.mesh(&["who", "codex"]).out.contains("@codex"));
    let text = fs::read_to_string(project.path().join(".codex/config.toml")).unwrap();
    assert!(text.contains("\"--as\", \"codex\", \"mcp\""), "{text}");
}

#[test]
fn a_plugin_folder_is_made_and_goes() {
    let user = User::new();
    let before = user.files();
    user.install("claude-code", &["--plugin", "plug"]);
    assert_eq!(
        user.json("project/plug/.claude-plugin/plugin.json")["name"],
        "mesh"
    );
    assert_eq!(
        user.json("project/plug/.mcp.json")["mcpServers"]["mesh"]["type"],
        "stdio"
    );
    assert!(user.at("project/plug/skills/mesh/SKILL.md").exists());
    user.uninstall("claude-code", &["--plugin", "plug"]);
    assert_eq!(user.files(), before);
    let said = user.mesh(&[
        "--as", "rex", "install", "codex", "--yes", "--plugin", "plug",
    ]);
    assert_eq!(said.code, 2, "{said:?}");
}

/// The real programs say what they found: the node's tools answer, and they are started as written.
#[test]
fn the_programs_find_what_was_written() {
    let lists = [
        ("claude-code", "claude", "Connected"),
        ("codex", "codex", "enabled"),
        ("opencode", "opencode", "connected"),
        ("gemini", "gemini", "mcp (stdio)"),
    ];
    let node = Node::start();
    let user = tempfile::tempdir().unwrap();
    for (name, program, said) in lists {
        let Some(peers) = peers(program) else {
            continue;
        };
        let mut install = command(&node.home());
        install.env("HOME", user.path()).current_dir(user.path());
        for moved in [
            "CLAUDE_CONFIG_DIR",
            "CODEX_HOME",
            "XDG_CONFIG_HOME",
            "COPILOT_HOME",
        ] {
            install.env_remove(moved);
        }
        let done = super::node::said(install.args(["install", name, "--yes"]).output().unwrap());
        assert_eq!(done.code, 0, "{done:?}");
        let path = std::env::var("PATH").unwrap();
        let list = Command::new(peers.join("bin").join(program))
            .args(["mcp", "list"])
            .env_clear()
            .env("HOME", user.path())
            .env("PATH", format!("{}:{path}", peers.join("bin").display()))
            .env("DISABLE_AUTOUPDATER", "1")
            .env("DISABLE_TELEMETRY", "1")
            .env("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1")
            .current_dir(user.path())
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let told = format!(
            "{}{}",
            String::from_utf8_lossy(&list.stdout),
            String::from_utf8_lossy(&list.stderr)
        );
        let line = format!("--as {name} mcp");
        assert!(
            told.contains(&line) && told.contains(said),
            "{program}: {told}"
        );
    }
}
