//! Plans: what is wished in plain language, as the operations that an agent proposes for it.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use mesh_model::TaskId;
use mesh_model::api::{
    PlanAskInput, PlanCarried, PlanCarryInput, PlanRefInput, PlanStepState, PlanView, TaskRefInput,
};
use mesh_model::events::TaskState;
use mesh_model::ops::{PlanAsk, PlanCarry, PlanGet, TaskGet};
use mesh_sdk::http::Http;

use super::task::{TaskRef, created, find, short};
use crate::context::Context;
use crate::failure::{Effect, Outcome};
use crate::input::{agreed, text_or_stdin};
use crate::output::{Colour, clean, line, paint, printed_json};

/// Say in plain language what is to be done here, read the plan that an agent makes of it, and carry it out
#[derive(Debug, Subcommand)]
#[command(
    after_help = "Example: mesh plan ask 'give rex a rest and tell everybody why' --room workshop"
)]
pub enum PlanVerb {
    /// Let an agent plan it, watch it, read the plan, and say yes or no
    #[command(
        after_help = "Examples: mesh plan ask 'give rex a rest and tell everybody why' --room workshop\n          mesh plan ask 'which agent fails most?' --room workshop --to scribe\n          mesh plan ask --detach --room workshop < wish.txt"
    )]
    Ask(AskArgs),
    /// Show a plan: what each step does, and what stands against it
    #[command(after_help = "Example: mesh plan show last")]
    Show(TaskRef),
    /// Carry out a plan that you have asked for; a step that was done is not done again
    #[command(after_help = "Example: mesh plan carry last")]
    Carry {
        #[command(flatten)]
        task: TaskRef,
        /// Do not ask: you have read it
        #[arg(long)]
        yes: bool,
    },
}

#[derive(Debug, Args)]
pub struct AskArgs {
    /// What is wished; standard input if absent or '-'
    wish: Vec<String>,
    /// The room in which it is asked
    #[arg(long)]
    room: String,
    /// Who is to plan it (default: whoever can plan, else the room's primary agent)
    #[arg(long, value_name = "NAME")]
    to: Option<String>,
    /// Do not wait for the plan
    #[arg(long)]
    detach: bool,
}

/// `mesh plan …`
pub fn plan(context: &Context, verb: PlanVerb) -> Outcome<ExitCode> {
    let http = context.http()?;
    match verb {
        PlanVerb::Ask(args) => ask(context, &http, args),
        PlanVerb::Show(one) => {
            let task = find(&http, &one)?;
            show(context, &read(&http, task)?)?;
            Ok(ExitCode::SUCCESS)
        }
        PlanVerb::Carry { task, yes } => {
            let found = read(&http, find(&http, &task)?)?;
            carry(context, &http, &found, yes)
        }
    }
}

fn ask(context: &Context, http: &Http, args: AskArgs) -> Outcome<ExitCode> {
    let made = http.call::<PlanAsk>(PlanAskInput {
        room: args.room,
        wish: text_or_stdin(&args.wish)?,
        assigned: args.to,
    })?;
    let task = made.tasks.first().map(|task| task.id);
    let ended = created(context, made, !args.detach)?;
    let Some(task) = task.filter(|_| !args.detach) else {
        return Ok(ended);
    };
    let found = http.call::<TaskGet>(TaskRefInput { task })?;
    if found.task.state != TaskState::Done {
        return Ok(ExitCode::FAILURE);
    }
    let found = read(http, task)?;
    if found.steps.is_empty() {
        show(context, &found)?;
        return Ok(ExitCode::SUCCESS);
    }
    carry(context, http, &found, false)
}

fn read(http: &Http, task: TaskId) -> Outcome<PlanView> {
    Ok(http.call::<PlanGet>(PlanRefInput { task })?)
}

fn show(context: &Context, plan: &PlanView) -> Outcome<()> {
    if printed_json(context, plan)? {
        return Ok(());
    }
    if !plan.answer.is_empty() {
        line(clean(&plan.answer).trim_end());
    }
    for step in &plan.steps {
        let number = paint(Colour::Agent, &format!("{:>2}", step.number));
        line(&format!("{number}  {}", clean(&step.operation)));
        if let Some(does) = &step.does {
            line(&paint(Colour::Quiet, &format!("    {does}")));
        }
        for (name, value) in step.input.iter().flat_map(|input| input.iter()) {
            line(&format!(
                "    {}: {}",
                clean(name),
                clean(&value.to_string())
            ));
        }
        if !step.why.is_empty() {
            let why = clean(&step.why).replace('\n', " ");
            line(&paint(Colour::Quiet, &format!("    why: {why}")));
        }
        if let Some(trouble) = &step.trouble {
            line(&paint(Colour::Bad, &format!("    {trouble}")));
        }
    }
    Ok(())
}

fn carry(context: &Context, http: &Http, plan: &PlanView, yes: bool) -> Outcome<ExitCode> {
    if !yes {
        show(context, plan)?;
        if !plan.ready {
            return Ok(ExitCode::FAILURE);
        }
        let hint = format!(
            "carry it out with: mesh plan carry {} --yes",
            short(plan.task)
        );
        if !agreed("Carry it out?", Effect::NothingDone, &hint)? {
            return Ok(ExitCode::FAILURE);
        }
    }
    let carried = http.call::<PlanCarry>(PlanCarryInput {
        task: plan.task,
        plan: plan.plan,
    })?;
    told(context, &carried)?;
    Ok(if carried.done {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn told(context: &Context, carried: &PlanCarried) -> Outcome<()> {
    if printed_json(context, carried)? {
        return Ok(());
    }
    for step in &carried.steps {
        let (colour, word) = match step.state {
            PlanStepState::Done => (Colour::Good, "done"),
            PlanStepState::Refused => (Colour::Bad, "refused"),
            PlanStepState::Left => (Colour::Quiet, "not tried"),
        };
        let word = paint(colour, word);
        line(&format!("{:>2}  {}  {word}", step.number, step.operation));
        if let Some(problem) = &step.problem {
            line(&format!("    {}", problem.detail));
            line(&paint(Colour::Quiet, &format!("    {}", problem.hint)));
        }
    }
    Ok(())
}
