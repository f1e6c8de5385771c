//! The demo: three survey programs come into a room, each with a token of its own, and three workers do a pipeline of
//! tasks there.

use std::io::Read;
use std::path::Path;

use mesh_model::ErrorCode;
use mesh_model::api::{
    AgentRegisterInput, MemberRefInput, Profile, RoomCreateInput, TokenCreateInput,
};
use mesh_model::events::{Kind, RoomAccess, Visibility};
use mesh_model::home::Identity;
use mesh_model::ops::{AgentRegister, MemberAdd, RoomCreate, TokenCreate};
use mesh_model::permission::Preset;
use mesh_sdk::http::Http;
use mesh_sdk::{Error, Signer};
use mesh_survey::Role;
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use crate::Trouble;
use crate::home::Home;
use crate::pipeline::{self, Workers};
use crate::program::Program;

/// Brings everybody in and waits until standard input ends.
pub fn demo(folder: &Path) -> Result<(), Trouble> {
    let dir = folder
        .canonicalize()
        .map_err(|why| format!("{}: {why}; name a folder with code", folder.display()))?;
    let home = Home::find()?;
    let http = home.owner()?;
    let room = room_name(&dir);
    make_room(&http, &room, &dir)?;
    let mut identities = Vec::new();
    for role in Role::ALL {
        let identity = identity(&home, &http, role)?;
        http.call::<MemberAdd>(MemberRefInput {
            room: room.clone(),
            participant: identity.handle.clone(),
        })?;
        identities.push((role, identity));
    }
    let workers = Workers::start(&home, &dir, &room)?;
    pipeline::make_tasks(&http, &dir, &room)?;
    println!(
        "Three programs survey {} in the room '{room}'.",
        dir.display()
    );
    println!("Ask them: mesh say {room} '@surveyor largest Rust files?'");
    pipeline::announce(&dir, &room);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let mut programs = JoinSet::new();
        for (role, identity) in identities {
            let key = home.key_path(role.handle());
            let (dir, room) = (dir.clone(), room.clone());
            programs.spawn(async move { Program::run(role, identity, &key, dir, room).await });
        }
        let mut over = std::pin::pin!(input_ends());
        loop {
            tokio::select! {
                () = &mut over => return,
                ended = programs.join_next(), if !programs.is_empty() => {
                    // The others go on without it.
                    if let Some(Ok(Err(why))) = ended {
                        eprintln!("mesh-survey: {why}");
                    }
                }
            }
        }
    });
    // A survey under way has nothing to save: it is not waited for.
    runtime.shutdown_background();
    workers.stop()
}

async fn input_ends() {
    let (ended, wait) = oneshot::channel();
    std::thread::spawn(move || {
        // Whatever comes or breaks, the input has ended.
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        let _ = ended.send(());
    });
    let _ = wait.await;
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
        format!("code-{name}")
    }
}

fn make_room(http: &Http, name: &str, dir: &Path) -> Result<(), Trouble> {
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
fn identity(home: &Home, http: &Http, role: Role) -> Result<Identity, Trouble> {
    let identity = match home.identity(role.handle()) {
        Some(kept) => kept,
        None => Identity {
            handle: role.handle().to_owned(),
            url: home.url.clone(),
            node_key: Some(home.node_key),
            token: token(home, http, role)?.unwrap_or_default(),
        },
    };
    home.keep(&identity)?;
    Ok(identity)
}

fn token(home: &Home, http: &Http, role: Role) -> Result<Option<String>, Trouble> {
    let key = Signer::load_or_make(&home.key_path(role.handle()))?.public();
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
    });
    match registered {
        Ok(registered) => Ok(registered.token),
        // Registered before, but its token is not on this machine any more.
        Err(Error::Refused(refusal)) if refusal.code == ErrorCode::NameTaken => {
            let input = TokenCreateInput {
                participant: role.handle().to_owned(),
                preset: Some(Preset::Worker),
                permissions: None,
                expires: None,
                label: "demo".to_owned(),
            };
            Ok(http.call::<TokenCreate>(input)?.token)
        }
        Err(other) => Err(other.into()),
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
