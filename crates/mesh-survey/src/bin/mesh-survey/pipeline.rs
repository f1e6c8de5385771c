//! The demo's work: three tasks that need one another, done by three workers, each a process with a token of its own.

use std::io::{Read, stdin, stdout};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use mesh_model::api::{TaskCreateInput, TaskListInput, TaskSpec};
use mesh_model::ops::{TaskCreate, TaskList};
use mesh_sdk::http::Http;
use mesh_survey::Step;

use crate::Trouble;
use crate::home::Home;

/// What is read of a task.
const TASK_BYTES_MAX: u64 = 4 << 20;

/// Who does a step.
fn handle(step: Step) -> &'static str {
    match step {
        Step::Survey => "scout",
        Step::Test => "tester",
        Step::Summarise => "scribe",
    }
}

/// The workers' processes: `mesh work` as anybody would type it.
pub struct Workers(Vec<Child>);

impl Workers {
    /// Starts a worker for each step. Each ends when its input does, so none outlives the demo.
    pub fn start(home: &Home, dir: &Path, room: &str) -> Result<Workers, Trouble> {
        let me = std::env::current_exe()?;
        // Both programs are built into the same folder.
        let mesh = me.with_file_name("mesh");
        let start = |step: Step| {
            Command::new(&mesh)
                .arg("--home")
                .arg(&home.folder)
                .args(["--as", handle(step), "work", "--yes", "--until-input-ends"])
                .args(["--can", step.name(), "--join", room, "--dir"])
                .arg(dir)
                .args(["--runner", "command", "--command"])
                .arg(format!("\"{}\" step {}", me.display(), step.name()))
                .env_remove("MESH_TOKEN")
                .env_remove("MESH_URL")
                .stdin(Stdio::piped())
                // The board shows what they do.
                .stdout(Stdio::null())
                .spawn()
                .map_err(|why| format!("{} could not be started: {why}", mesh.display()).into())
        };
        let started: Result<Vec<Child>, Trouble> = Step::ALL.into_iter().map(start).collect();
        Ok(Workers(started?))
    }

    /// Ends them by the end of their input, and waits until they have.
    pub fn stop(mut self) -> Result<(), Trouble> {
        self.0
            .iter_mut()
            .for_each(|worker| drop(worker.stdin.take()));
        let mut failed = 0;
        for worker in &mut self.0 {
            failed += usize::from(!worker.wait()?.success());
        }
        if failed > 0 {
            return Err(format!(
                "{failed} of the three workers did not end well; their own lines above say why"
            )
            .into());
        }
        Ok(())
    }
}

/// One step, as a worker's program. The task comes on standard input.
pub fn step(name: &str) -> Result<(), Trouble> {
    let step = Step::from_name(name)
        .ok_or_else(|| format!("'{name}' is no step; there are survey, test and summarise"))?;
    let mut task = Vec::new();
    stdin().lock().take(TASK_BYTES_MAX).read_to_end(&mut task)?;
    let here = std::env::current_dir()?;
    step.run(&here, &String::from_utf8_lossy(&task), &mut stdout().lock())?;
    Ok(())
}

/// Creates the tasks, unless the room had some in an earlier run.
pub fn make_tasks(http: &Http, dir: &Path, room: &str) -> Result<(), Trouble> {
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
    println!("Three workers survey, test and sum it up as tasks: mesh task list --room {room}");
    let found = std::env::var_os("PATH").is_some_and(|path| {
        std::env::split_paths(&path).any(|folder| folder.join("claude").is_file())
    });
    if found {
        println!("Claude Code is installed here; it can take tasks too, as you and at your cost:");
        println!(
            "  mesh --as claude work --yes --join {room} --runner claude --dir {:?}",
            dir.display().to_string()
        );
    }
}
