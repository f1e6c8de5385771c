//! Any program: the prompt on standard input, the answer on standard output. What the text forms have to
//! carry stands in `MESH_CODE`.

use serde_json::{Map, Value};

use super::{Done, Failed, Job, Options, Progress, Runner, Running};
use crate::child::{Printed, Program};

/// Runs one program.
#[derive(Debug)]
pub struct Command {
    program: String,
    args: Vec<String>,
}

impl Command {
    /// A program and its arguments.
    pub fn new(options: Options) -> Result<Command, String> {
        let mut words = options.command.into_iter();
        let program = words
            .next()
            .ok_or("the runner 'command' needs a program: --command 'PROGRAM ARGS'")?;
        Ok(Command {
            program,
            args: words.collect(),
        })
    }
}

impl Runner for Command {
    fn run<'a>(&'a self, job: Job, io: &'a dyn Progress) -> Running<'a, Result<Done, Failed>> {
        Box::pin(async move {
            let program = Program::new(&self.program, &job.cwd)
                .args(&self.args)
                .env("MESH_CODE", &job.nonce);
            let mut child = job.keep.start(program)?;
            let said = child.talk(job.prompt.as_bytes(), io).await?;
            let ended = child.ended().await;
            if !ended.success() {
                return Err(Failed::new(ended.reason(&self.program)));
            }
            let data = noted(&said, io);
            Ok(Done {
                text: said.text,
                data,
                ..Done::default()
            })
        })
    }
}

/// Whoever reads the result learns that some of it was no text.
fn noted(said: &Printed, io: &dyn Progress) -> Option<Map<String, Value>> {
    if said.replaced == 0 {
        return None;
    }
    io.note(&format!(
        "{} bytes of the output were no UTF-8 and were replaced",
        said.replaced
    ));
    let mut data = Map::new();
    data.insert("bytes_replaced".to_owned(), said.replaced.into());
    Some(data)
}
