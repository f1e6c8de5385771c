//! The demo: three survey programs come into a room, each a process with a token of its own, and three workers do a
//! pipeline of tasks there.

mod pipeline;

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use clap::Args;
use mesh_model::api::{
    AgentRegisterInput, MemberRefInput, Profile, RoomCreateInput, TokenCreateInput,
};
use mesh_model::events::{Kind, RoomAccess, Visibility};
use mesh_model::ops::{AgentRegister, MemberAdd, RoomCreate, TokenCreate};
use mesh_model::permission::Preset;
use mesh_model::{ErrorCode, PublicKey};
use mesh_sdk::Error;
use mesh_sdk::http::Http;
use mesh_survey::Role;

use crate::context::{Context, Identity};
use crate::failure::{Failure, Outcome};
use crate::output::line;

/// Bring three survey programs and three workers into a room; they look at a code base and answer questions
#[derive(Debug, Args)]
#[command(after_help = "Example: mesh demo ~/src/project")]
pub struct DemoArgs {
    /// The code base
    #[arg(default_value = ".")]
    pub dir: PathBuf,
    /// End when standard input does: how a node keeps its demo
    #[arg(long, hide = true)]
    pub until_input_ends: bool,
}

/// `mesh demo`
pub fn demo(context: &Context, dir: &Path, until_input_ends: bool) -> Outcome<()> {
    let dir = dir.canonicalize().map_err(|why| {
        Failure::usage(
            format!("{}: {why}", dir.display()),
            "name a folder with code",
        )
    })?;
    let http = context.http()?;
    let room = room_name(&dir);
    make_room(&http, &room, &dir)?;
    let mut programs = Vec::new();
    for role in Role::ALL {
        let identity = identity(context, &http, role)?;
        let member = MemberRefInput {
            room: room.clone(),
            participant: identity.handle.clone(),
        };
        http.call::<MemberAdd>(member)?;
        programs.push(start(context, role, &dir, &room)?);
    }
    let workers = pipeline::workers(context, &dir, &room)?;
    pipeline::tasks(&http, &dir, &room)?;
    if !context.json {
        line(&format!(
            "Three programs survey {} in the room '{room}'.",
            dir.display()
        ));
        line(&format!(
            "Ask them: mesh say {room} '@surveyor largest Rust files?'"
        ));
        pipeline::announce(&dir, &room);
    }
    wait(programs, workers, until_input_ends)
}

/// A room name made of the folder's name.
fn room_name(dir: &Path) -> String {
    let name = dir
        .file_name()
        .map(|name| name.to_string_lossy().to_lowercase())
        .unwrap_or_default();
    let name: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .take(32)
        .collect();
    let name = name.trim_matches('-');
    if name.is_empty() {
        "code".to_owned()
    } else {
        format!("code-{name}").trim_end_matches('-').to_owned()
    }
}

fn make_room(http: &Http, name: &str, dir: &Path) -> Outcome<()> {
    let made = http.call::<RoomCreate>(RoomCreateInput {
        name: name.to_owned(),
        topic: format!(
            "Three programs survey {} and answer questions about it; three workers do tasks",
            dir.display()
        ),
        access: RoomAccess::Listed,
        history: None,
        members: Vec::new(),
        defaults: None,
    });
    match made {
        Ok(_) => Ok(()),
        // From an earlier run: the programs go on in it.
        Err(Error::Refused(refusal)) if refusal.code == ErrorCode::NameTaken => Ok(()),
        Err(other) => Err(other.into()),
    }
}

/// The program's participant: registered the first time, known from then on.
fn identity(context: &Context, http: &Http, role: Role) -> Outcome<Identity> {
    if let Ok(mut known) = context.load_identity(role.handle()) {
        let url = context.url()?;
        if known.url != url {
            known.url = url;
            context.save_identity(&known)?;
        }
        return Ok(known);
    }
    let (key, _) = context.key_for(role.handle())?;
    let token = match register(http, role, key) {
        Ok(token) => token,
        // Registered before, but its token is not on this machine any more.
        Err(Error::Refused(refusal)) if refusal.code == ErrorCode::NameTaken => {
            let input = TokenCreateInput {
                participant: role.handle().to_owned(),
                preset: Some(Preset::Worker),
                permissions: None,
                expires: None,
                label: "demo".to_owned(),
            };
            http.call::<TokenCreate>(input)?.token
        }
        Err(other) => return Err(other.into()),
    };
    let identity = Identity {
        handle: role.handle().to_owned(),
        url: context.url()?,
        token: token.unwrap_or_default(),
    };
    context.save_identity(&identity)?;
    Ok(identity)
}

fn register(http: &Http, role: Role, key: PublicKey) -> Result<Option<String>, Error> {
    let registered = http.call::<AgentRegister>(AgentRegisterInput {
        agent: role.handle().to_owned(),
        kind: Some(Kind::Bot),
        key: Some(key),
        parent: None,
        parent_proof: None,
        preset: Some(Preset::Worker),
        permissions: None,
        visibility: Visibility::Public,
        profile: Profile {
            display_name: String::new(),
            about: format!("a program, not an AI: knows {}", role.knows()),
            skills: vec!["survey".to_owned()],
        },
    })?;
    Ok(registered.token)
}

fn start(context: &Context, role: Role, dir: &Path, room: &str) -> Outcome<Child> {
    let cannot = |why: std::io::Error| {
        Failure::here(
            format!("@{} could not be started: {why}", role.handle()),
            "",
        )
    };
    Command::new(std::env::current_exe().map_err(cannot)?)
        .arg("--home")
        .arg(&context.home)
        .args([
            "--as",
            role.handle(),
            "survey",
            "--role",
            role.handle(),
            "--room",
            room,
            "--dir",
        ])
        .arg(dir)
        .env_remove("MESH_TOKEN")
        .env_remove("MESH_URL")
        // It ends when this pipe does: no program outlives the demo.
        .stdin(Stdio::piped())
        .spawn()
        .map_err(cannot)
}

/// Waits for the programs, or for the end of the input that keeps the demo alive. The workers end with them.
fn wait(mut programs: Vec<Child>, mut workers: Vec<Child>, until_input_ends: bool) -> Outcome<()> {
    if until_input_ends {
        // Whatever comes or breaks, the input has ended.
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        let all = programs.iter_mut().chain(&mut workers);
        all.for_each(|program| drop(program.stdin.take()));
    }
    let mut failed = 0;
    for mut program in programs {
        let input = program.stdin.take();
        let status = program.wait();
        drop(input);
        failed += usize::from(!status.is_ok_and(|status| status.success()));
    }
    for mut worker in workers {
        drop(worker.stdin.take());
        failed += usize::from(!worker.wait().is_ok_and(|status| status.success()));
    }
    match failed {
        0 => Ok(()),
        n => Err(Failure::here(
            format!("{n} of the six programs did not end well"),
            "their own lines above say why",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_room_is_named_after_the_folder() {
        for (dir, room) in [
            ("/src/My Project", "code-my-project"),
            ("/", "code"),
            ("/x/-é-", "code"),
        ] {
            assert_eq!(room_name(Path::new(dir)), room, "{dir}");
        }
    }
}
