//! A program that runs within a session of the mesh: what it reads by `mesh` counts there, and nothing else does. The session
//! ends with the program.

use std::ffi::OsStr;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, ExitCode};

use mesh_model::api::ClientInfo;
use mesh_sdk::{Client, Options};
use tokio::runtime::Runtime;

use crate::commands::session::place;
use crate::context::{self, Context};
use crate::failure::{Effect, Failure, Outcome};

pub struct Joined {
    pub runtime: Runtime,
    pub client: Client,
    options: Options,
}

impl Joined {
    /// Opens a session for a program of this name.
    pub fn open(context: &Context, name: &OsStr) -> Outcome<Joined> {
        let mut options = context.options()?;
        // A context of its own is what is asked for.
        options.within = None;
        options.client = ClientInfo {
            name: Some(name.to_string_lossy().into_owned()),
            channel: Some("terminal".to_owned()),
            ..place::here()
        };
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .map_err(|why| Failure::here(why.to_string(), ""))?;
        let client = runtime.block_on(Client::connect(options.clone()))?;
        // Ctrl-C is the program's; the session goes on as long as the program does.
        runtime.spawn(async { while tokio::signal::ctrl_c().await.is_ok() {} });
        Ok(Joined {
            runtime,
            client,
            options,
        })
    }

    /// Its session.
    pub fn session(&self) -> String {
        self.client.welcomed().session.to_string()
    }

    /// How somebody beside the program connects, who only listens: what comes there is in nobody's context.
    pub fn listener(&self, channel: &str) -> Options {
        let mut options = self.options.clone();
        options.client.channel = Some(channel.to_owned());
        options
    }

    /// Runs the program to its end, and gives its exit code.
    pub fn run(&self, command: &mut Command) -> Outcome<ExitCode> {
        command.env(context::SESSION, self.session());
        let status = command.status().map_err(|why| {
            let name = command.get_program().to_string_lossy();
            Failure::here(
                format!("{name}: {why}"),
                "name a program that is on this machine",
            )
            .so(Effect::NothingRun)
        })?;
        let code = status
            .code()
            .or_else(|| status.signal().map(|signal| 128 + signal));
        Ok(ExitCode::from(u8::try_from(code.unwrap_or(1)).unwrap_or(1)))
    }
}
