//! The demo: three programs and three workers come to the node of this machine's mesh and look at a code base.

mod demo;
mod home;
mod pipeline;
mod program;

use std::path::Path;
use std::process::ExitCode;

/// What went wrong, in words for whoever started it.
type Trouble = Box<dyn std::error::Error + Send + Sync>;

const HELP: &str = "\
Brings three survey programs and three workers into a room of the node that runs here; they look at a code base and
answer questions about it. They leave when standard input ends.

Usage: mesh-survey FOLDER         the mesh's folder is $MESH_HOME, else ~/.mesh
       mesh-survey step NAME      one step as a worker's program: survey, test or summarise; the task on standard input

Example: mesh up --with 'mesh-survey .'
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let done = match args.as_slice() {
        ["step", name] => pipeline::step(name),
        ["-h" | "--help"] => {
            print!("{HELP}");
            Ok(())
        }
        [folder] if !folder.starts_with('-') => demo::demo(Path::new(folder)),
        _ => {
            eprint!("{HELP}");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("mesh-survey: {why}");
            ExitCode::FAILURE
        }
    }
}
