//! The demo's work: three tasks that need one another, done by three workers, each a process with a token of its own.

use std::path::Path;
use std::process::{Child, Command, Stdio};

use mesh_model::api::{TaskCreateInput, TaskListInput, TaskSpec};
use mesh_model::ops::{TaskCreate, TaskList};
use mesh_sdk::http::Http;
use mesh_survey::Step;

use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::output::line;

/// Who does a step.
fn handle(step: Step) -> &'static str {
    match step {
        Step::Survey => "scout",
        Step::Test => "tester",
        Step::Summarise => "scribe",
    }
}

/// Starts a worker for each step, `mesh work` as anybody would type it. Each ends when its input does.
pub fn workers(context: &Context, dir: &Path, room: &str) -> Outcome<Vec<Child>> {
    let start = |step: Step| {
        let cannot = |why: std::io::Error| {
            Failure::here(format!("@{} could not be started: {why}", handle(step)), "")
        };
        let program = std::env::current_exe().map_err(cannot)?;
        Command::new(&program)
            .arg("--home")
            .arg(&context.home)
            .args(["--as", handle(step), "work", "--yes", "--until-input-ends"])
            .args(["--can", step.name(), "--join", room, "--dir"])
            .arg(dir)
            .args(["--runner", "command", "--command"])
            .arg(format!(
                "\"{}\" survey-step {}",
                program.display(),
                step.name()
            ))
            .env_remove("MESH_TOKEN")
            .env_remove("MESH_URL")
            .stdin(Stdio::piped())
            // The board shows what they do.
            .stdout(Stdio::null())
            .spawn()
            .map_err(cannot)
    };
    Step::ALL.into_iter().map(start).collect()
}

/// Creates the tasks, unless the room had some in an earlier run.
pub fn tasks(http: &Http, dir: &Path, room: &str) -> Outcome<()> {
    let before = http.call::<TaskList>(TaskListInput {
        room: Some(room.to_owned()),
        limit: Some(1),
        ..TaskListInput::default()
    })?;
    if !before.items.is_empty() {
        return Ok(());
    }
    let dir = dir.display();
    let spec = |step: Step, title: &str, prompt: String, needs: &[Step]| TaskSpec {
        key: Some(step.name().to_owned()),
        title: title.to_owned(),
        prompt,
        capability: Some(step.name().to_owned()),
        needs: needs.iter().map(|need| need.name().to_owned()).collect(),
        check: Some(step.schema()),
        ..TaskSpec::default()
    };
    let tasks = vec![
        spec(
            Step::Survey,
            "Survey the code base",
            format!("List the languages of {dir} with their files and lines."),
            &[],
        ),
        spec(
            Step::Test,
            "Test what can be tested without running it",
            format!(
                "Say how {dir} is tested, and check that its files can be read and its links lead somewhere."
            ),
            &[Step::Survey],
        ),
        spec(
            Step::Summarise,
            "Sum it up",
            format!("Sum up what was found about {dir} in a few lines."),
            &[Step::Survey, Step::Test],
        ),
    ];
    http.call::<TaskCreate>(TaskCreateInput {
        room: room.to_owned(),
        tasks,
    })?;
    Ok(())
}

/// Says what to look at, and how a model could work here too.
pub fn announce(dir: &Path, room: &str) {
    line(&format!(
        "Three workers survey, test and sum it up as tasks: mesh task list --room {room}"
    ));
    let found = std::env::var_os("PATH").is_some_and(|path| {
        std::env::split_paths(&path).any(|folder| folder.join("claude").is_file())
    });
    if found {
        line("Claude Code is installed here; it can take tasks too, as you and at your cost:");
        line(&format!(
            "  mesh --as claude work --yes --join {room} --runner claude --dir {:?}",
            dir.display().to_string()
        ));
    }
}
