//! `mesh sandbox run --ours` and `--at`: what is run elsewhere than here, by `sandbox.run`.

use std::ffi::OsString;
use std::io::{IsTerminal, Read};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use mesh_model::api::{SandboxFile, SandboxRan, SandboxRunInput};
use mesh_model::limits::REQUEST_BYTES_MAX;
use mesh_model::ops::SandboxRun;
use mesh_work::sandbox::kept::wire::{base64, of_base64};
use serde_json::Value;

use super::RunArgs;
use crate::context::Context;
use crate::failure::{Effect, Failure, Outcome};
use crate::output::{clean, printed_json};

fn failed(why: impl Into<String>) -> Failure {
    Failure::here(why, "").so(Effect::NothingRun)
}

/// Runs it in a sandbox that somebody offers.
pub fn run(context: &Context, args: &RunArgs) -> Outcome<ExitCode> {
    let words = args.command.iter().map(text).collect::<Outcome<Vec<_>>>()?;
    let files = args.file.iter().map(file);
    let input = SandboxRunInput {
        at: args.at.clone(),
        argv: words,
        stdin: stdin()?,
        files: files.collect::<Outcome<Vec<_>>>()?,
        out: args.out.clone(),
        ..SandboxRunInput::default()
    };
    let ran = context.http()?.call::<SandboxRun>(input)?;
    if printed_json(context, &ran)? {
        return Ok(code(&ran));
    }
    told(&ran)?;
    Ok(code(&ran))
}

fn code(ran: &SandboxRan) -> ExitCode {
    let code = ran.exit.and_then(|code| u8::try_from(code).ok());
    ExitCode::from(code.unwrap_or(1))
}

/// Prints what it said as it was said, made harmless for a terminal, and keeps the files that were asked for.
fn told(ran: &SandboxRan) -> Outcome<()> {
    let Some(data) = ran.data.clone().map(mesh_model::ToldData::into_inner) else {
        // A program gets all of it in an envelope.
        crate::output::line(&clean(&ran.text));
        return Ok(());
    };
    let said = |name: &str| data.get(name).and_then(Value::as_str).unwrap_or_default();
    // A terminal gets nothing that would drive it; another program gets what was said.
    if std::io::stdout().is_terminal() {
        crate::output::print(&clean(said("stdout")));
    } else {
        crate::output::print(said("stdout"));
    }
    eprint!("{}", clean(said("stderr")));
    let notes = [
        (ran.late, "its time was over and it was ended"),
        (
            ran.stdout_cut,
            "it said more on standard output than is told",
        ),
        (
            ran.stderr_cut,
            "it said more on standard error than is told",
        ),
        (
            ran.files_left_out,
            "not all files that were asked for are told",
        ),
    ];
    for (is, note) in notes {
        if is {
            eprintln!("mesh: {note}");
        }
    }
    let files = data.get("files").and_then(Value::as_array);
    for told in files.into_iter().flatten() {
        keep(told)?;
    }
    Ok(())
}

/// Keeps a file in the folder where this runs, by its last name alone, and never over one that is there.
fn keep(told: &Value) -> Outcome<()> {
    let Ok(file) = serde_json::from_value::<SandboxFile>(told.clone()) else {
        return Ok(());
    };
    let Some(name) = Path::new(&file.path).file_name() else {
        return Ok(());
    };
    let bytes = match (file.text, file.base64) {
        (Some(text), _) => text.into_bytes(),
        (None, Some(text)) => of_base64(&text).unwrap_or_default(),
        (None, None) => Vec::new(),
    };
    let mut options = std::fs::OpenOptions::new();
    let kept = options
        .write(true)
        .create_new(true)
        .open(name)
        .and_then(|mut file| std::io::Write::write_all(&mut file, &bytes));
    kept.map_err(|why| {
        Failure::here(
            format!(
                "the program has run, and {} was not kept: {why}",
                Path::new(name).display()
            ),
            "move what is there, or run it in another folder",
        )
        .so(Effect::Told)
    })
}

fn text(word: &OsString) -> Outcome<String> {
    let text = word.to_str().map(str::to_owned);
    text.ok_or_else(|| failed("the command has an argument that is no text"))
}

fn file(path: &PathBuf) -> Outcome<SandboxFile> {
    let bytes = std::fs::read(path).map_err(|why| failed(format!("{}: {why}", path.display())))?;
    let name = path.file_name().and_then(|name| name.to_str());
    let name = name.ok_or_else(|| failed(format!("{} has no name", path.display())))?;
    let (text, bytes) = match String::from_utf8(bytes) {
        Ok(text) => (Some(text), None),
        Err(no_text) => (None, Some(base64(no_text.as_bytes()))),
    };
    Ok(SandboxFile {
        path: name.to_owned(),
        text,
        base64: bytes,
    })
}

/// What is piped in.
fn stdin() -> Outcome<Option<String>> {
    let stdin = std::io::stdin();
    if stdin.is_terminal() {
        return Ok(None);
    }
    let most = u64::try_from(REQUEST_BYTES_MAX).unwrap_or(u64::MAX);
    let mut text = String::new();
    let read = stdin.lock().take(most).read_to_string(&mut text);
    read.map_err(|why| failed(format!("the standard input: {why}")))?;
    Ok((!text.is_empty()).then_some(text))
}
