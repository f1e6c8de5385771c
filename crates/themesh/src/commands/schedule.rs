//! Schedules and reminders: what is said or created at a time.

use clap::{Args, Subcommand};
use mesh_model::api::{
    List, NoInput, ParticipantListInput, Schedule, ScheduleChangeInput, ScheduleCreateInput,
    ScheduleDone, ScheduleMade, ScheduleMoment, ScheduleOutcome, SchedulePreviewInput,
    ScheduleRefInput, ScheduleState, ScheduleTimes, ScheduleWhen, TaskSpec, TemplateUse,
};
use mesh_model::events::{Missed, ScheduleHalt, ScheduleTo};
use mesh_model::ops::{
    ParticipantList, RoomList, ScheduleChange, ScheduleCreate, ScheduleGet, ScheduleList,
    SchedulePause, SchedulePreview, ScheduleRemove, ScheduleResume, ScheduleRun,
};
use mesh_sdk::http::Http;

use super::template::values_of;
use crate::context::Context;
use crate::failure::{Effect, Failure, Outcome};
use crate::input::text_or_stdin;
use crate::output::{Colour, clean, line, paint, printed_json, table};
use crate::times;

/// Be reminded of something, or remind somebody
#[derive(Debug, Args)]
#[command(
    after_help = "Examples: mesh remind me 'Look after the build' --in 20m\n          mesh remind @rex 'Send the report' --at '2026-12-24 18:00' --zone Europe/Berlin\n          mesh remind shop 'We close' --at '2026-12-24 18:00' --clock shop"
)]
pub struct RemindArgs {
    /// Whom: 'me', @handle, or a room
    pub to: String,
    /// The text; standard input if absent or '-'
    pub text: Vec<String>,
    #[command(flatten)]
    pub when: When,
    /// Only answer with the next times, and remind nobody
    #[arg(long, conflicts_with = "clock")]
    pub preview: bool,
    /// All times are those of this room's simulation clock
    #[arg(long, value_name = "ROOM")]
    pub clock: Option<String>,
}

/// When something happens: exactly one of the four.
#[derive(Debug, Clone, Args)]
pub struct When {
    /// Once, so long from now: 20m, 2h, 1d
    #[arg(long = "in", value_name = "SPAN")]
    pub after: Option<String>,
    /// Once, then: '2026-12-24 18:00' on the clock of --zone, or 2026-12-24T18:00:00Z
    #[arg(long, value_name = "TIME")]
    pub at: Option<String>,
    /// Again and again, so far apart: 15m, 2h, 1d
    #[arg(long, value_name = "SPAN")]
    pub every: Option<String>,
    /// As cron says: minute, hour, day of the month, month, day of the week
    #[arg(long, value_name = "'M H D M W'")]
    pub cron: Option<String>,
    /// The time zone, such as Europe/Berlin; 'local' for this machine's (default: UTC)
    #[arg(long, value_name = "ZONE")]
    pub zone: Option<String>,
}

/// Schedules: say something or create tasks at a time
#[derive(Debug, Subcommand)]
#[command(
    after_help = "Example: mesh schedule add ops 'Stand-up: what is in your way?' --cron '0 9 * * MON-FRI' --zone Europe/Berlin"
)]
pub enum ScheduleVerb {
    /// Add a schedule; it acts with your rights of the time when it runs
    #[command(
        after_help = "Examples: mesh schedule add ops 'Stand-up: what is in your way?' --cron '0 9 * * MON-FRI' --zone Europe/Berlin\n          mesh schedule add ops 'Look through the new issues' --task --every 2h --missed skip\n          mesh schedule add ops --template research topic='log formats' --cron '0 7 * * MON'"
    )]
    Add {
        /// Whom it is for: 'me', @handle, or a room
        to: String,
        /// The text, or the task's prompt; with --template name=value for each blank; standard input if '-'
        text: Vec<String>,
        #[command(flatten)]
        when: When,
        /// Create a task with this prompt instead of saying it
        #[arg(long)]
        task: bool,
        /// Create a task from this template
        #[arg(long, value_name = "NAME", conflicts_with = "task")]
        template: Option<String>,
        /// What a worker of the task must be able to do
        #[arg(long, value_name = "SKILL")]
        can: Option<String>,
        /// A name for it (default: from the text)
        #[arg(long)]
        name: Option<String>,
        /// What becomes of times that pass while the node is down: once (late), or skip
        #[arg(long, default_value = "once", value_parser = ["once", "skip"])]
        missed: String,
        /// Only answer with the next times, and make nothing
        #[arg(long, conflicts_with = "clock")]
        preview: bool,
        /// All times are those of this room's simulation clock
        #[arg(long, value_name = "ROOM")]
        clock: Option<String>,
    },
    /// List the schedules
    #[command(after_help = "Example: mesh schedule list")]
    List,
    /// Show a schedule, its next ten times and its last runs
    #[command(after_help = "Example: mesh schedule show stand-up")]
    Show(ScheduleRef),
    /// Let it wait
    #[command(after_help = "Example: mesh schedule pause stand-up")]
    Pause(ScheduleRef),
    /// Let it go on; what passed meanwhile is left out
    #[command(after_help = "Example: mesh schedule resume stand-up")]
    Resume(ScheduleRef),
    /// Run it now; the times that come stay as they are
    #[command(after_help = "Example: mesh schedule run stand-up")]
    Run(ScheduleRef),
    /// Change it; what is left out stays as it is
    #[command(after_help = "Example: mesh schedule change stand-up --cron '30 8 * * MON-FRI'")]
    Change {
        #[command(flatten)]
        schedule: ScheduleRef,
        #[command(flatten)]
        when: When,
        /// Another text
        #[arg(long)]
        text: Option<String>,
        /// For somebody else, or another room
        #[arg(long)]
        to: Option<String>,
        /// Another name
        #[arg(long)]
        name: Option<String>,
        /// What becomes of times that pass while the node is down
        #[arg(long, value_parser = ["once", "skip"])]
        missed: Option<String>,
    },
    /// Remove it for good
    #[command(after_help = "Example: mesh schedule remove stand-up")]
    Remove(ScheduleRef),
}

#[derive(Debug, Clone, Args)]
pub struct ScheduleRef {
    /// The schedule: its name, its id, or the end of that
    pub schedule: String,
}

/// `mesh remind`
pub fn remind(context: &Context, args: RemindArgs) -> Outcome<()> {
    if args.preview {
        return preview(context, args.when);
    }
    let input = ScheduleCreateInput {
        to: addressed(&args.to),
        text: text_or_stdin(&args.text)?,
        clock: args.clock.as_deref().map(addressed),
        ..args.when.into_input()?
    };
    add(context, input)
}

/// `mesh schedule …`
pub fn schedule(context: &Context, verb: ScheduleVerb) -> Outcome<()> {
    let http = context.http()?;
    match verb {
        ScheduleVerb::Add {
            when,
            preview: true,
            ..
        } => preview(context, when),
        ScheduleVerb::Add {
            to,
            text,
            when,
            task,
            template,
            can,
            name,
            missed,
            preview: _,
            clock,
        } => {
            let input = ScheduleCreateInput {
                to: addressed(&to),
                name,
                missed: missed_of(&missed),
                clock: clock.as_deref().map(addressed),
                ..when.into_input()?
            };
            add(context, does(&http, input, &text, task, template, can)?)
        }
        ScheduleVerb::List => list(context, &http),
        ScheduleVerb::Show(named) => {
            let found = http.call::<ScheduleGet>(find(&http, &named)?)?;
            if !printed_json(context, &found)? {
                show(&http, &found)?;
            }
            Ok(())
        }
        ScheduleVerb::Pause(named) => {
            let done = http.call::<SchedulePause>(find(&http, &named)?)?;
            said(
                context,
                &done,
                "it waits; mesh schedule resume lets it go on",
            )
        }
        ScheduleVerb::Resume(named) => {
            let done = http.call::<ScheduleResume>(find(&http, &named)?)?;
            said(context, &done, "it goes on with its next time")
        }
        ScheduleVerb::Run(named) => {
            let ran = http.call::<ScheduleRun>(find(&http, &named)?)?;
            said(context, &ran, &format!("done: {}", outcome(&ran)))
        }
        ScheduleVerb::Change {
            schedule,
            when,
            text,
            to,
            name,
            missed,
        } => {
            let when = when.into_input()?;
            let made = http.call::<ScheduleChange>(ScheduleChangeInput {
                schedule: find(&http, &schedule)?.schedule,
                to: to.as_deref().map(addressed),
                text,
                name,
                in_seconds: when.in_seconds,
                at: when.at,
                every_seconds: when.every_seconds,
                cron: when.cron,
                zone: when.zone,
                missed: missed.as_deref().map(missed_of),
                ..ScheduleChangeInput::default()
            })?;
            told(context, &made)
        }
        ScheduleVerb::Remove(named) => {
            let done = http.call::<ScheduleRemove>(find(&http, &named)?)?;
            said(context, &done, "it is gone for good")
        }
    }
}

impl When {
    fn into_input(self) -> Outcome<ScheduleCreateInput> {
        let span = |text: Option<String>| text.map(|text| times::seconds(&text)).transpose();
        Ok(ScheduleCreateInput {
            in_seconds: span(self.after)?.map(u64::from),
            at: self.at,
            every_seconds: span(self.every)?,
            cron: self.cron,
            zone: self.zone.map(zone).transpose()?,
            ..ScheduleCreateInput::default()
        })
    }
}

/// This machine's zone only if somebody asks for it: the node may stand elsewhere.
pub fn zone(named: String) -> Outcome<String> {
    if named != "local" {
        return Ok(named);
    }
    let here = jiff::tz::TimeZone::system();
    let name = here.iana_name().map(str::to_owned);
    name.ok_or_else(|| {
        Failure::here(
            "this machine does not say in which time zone it is",
            "name it: --zone Europe/Berlin",
        )
        .so(Effect::NothingSent)
    })
}

fn missed_of(text: &str) -> Missed {
    match text {
        "skip" => Missed::Skip,
        _ => Missed::Once,
    }
}

/// A shell takes `#general` for a comment, and people write rooms with it all the same.
fn addressed(to: &str) -> String {
    to.strip_prefix('#').unwrap_or(to).to_owned()
}

/// What the schedule does: text, a task, or a task from a template.
fn does(
    http: &Http,
    mut input: ScheduleCreateInput,
    text: &[String],
    task: bool,
    template: Option<String>,
    can: Option<String>,
) -> Outcome<ScheduleCreateInput> {
    let template = match template {
        Some(name) => Some(TemplateUse {
            values: values_of(http, &name, text)?,
            template: name,
        }),
        None => None,
    };
    if !task && template.is_none() {
        input.text = text_or_stdin(text)?;
        return Ok(input);
    }
    input.tasks = vec![TaskSpec {
        prompt: match template {
            Some(_) => String::new(),
            None => text_or_stdin(text)?,
        },
        template,
        capability: can,
        ..TaskSpec::default()
    }];
    Ok(input)
}

fn add(context: &Context, input: ScheduleCreateInput) -> Outcome<()> {
    let made = context.http()?.call::<ScheduleCreate>(input)?;
    told(context, &made)
}

fn told(context: &Context, made: &ScheduleMade) -> Outcome<()> {
    if printed_json(context, made)? {
        return Ok(());
    }
    let how = match made.clock {
        None => times::relative(made.next),
        Some(_) => SIMULATED.to_owned(),
    };
    line(&format!(
        "schedule {}: next {} ({how})",
        made.name, made.next
    ));
    line(&paint(
        Colour::Quiet,
        &format!("mesh schedule show {} has its next times", made.name),
    ));
    Ok(())
}

/// How far away a simulated time is nobody can say: its clock is set, and stands still.
const SIMULATED: &str = "simulated";

fn preview(context: &Context, when: When) -> Outcome<()> {
    let when = when.into_input()?;
    let found: ScheduleTimes = context
        .http()?
        .call::<SchedulePreview>(SchedulePreviewInput {
            in_seconds: when.in_seconds,
            at: when.at,
            every_seconds: when.every_seconds,
            cron: when.cron,
            zone: when.zone,
        })?;
    if !printed_json(context, &found)? {
        moments(&found.times, &found.zone, false);
    }
    Ok(())
}

fn moments(list: &[ScheduleMoment], zone: &str, simulated: bool) {
    for moment in list {
        let how = if simulated {
            SIMULATED.to_owned()
        } else {
            times::relative(moment.at)
        };
        line(&format!(
            "  {}  {}",
            moment.local,
            paint(Colour::Quiet, &how)
        ));
    }
    line(&paint(Colour::Quiet, &format!("  on the clocks of {zone}")));
}

fn said(context: &Context, done: &impl serde::Serialize, text: &str) -> Outcome<()> {
    if !printed_json(context, done)? {
        line(text);
    }
    Ok(())
}

/// The schedule that is meant: one's own by its name is for the node to find.
fn find(http: &Http, named: &ScheduleRef) -> Outcome<ScheduleRefInput> {
    let wanted = named.schedule.as_str();
    let found: Vec<String> = http
        .call::<ScheduleList>(NoInput {})?
        .items
        .iter()
        .filter(|found| found.name == wanted || found.id.to_string().ends_with(wanted))
        .map(|found| found.id.to_string())
        .collect();
    if found.len() > 1 {
        return Err(Failure::usage(
            format!("several schedules are called or end in '{wanted}'"),
            "name it by its id: mesh schedule list --json",
        )
        .so(Effect::NothingChanged));
    }
    let schedule = found.into_iter().next();
    Ok(ScheduleRefInput {
        schedule: schedule.unwrap_or_else(|| wanted.to_owned()),
    })
}

fn list(context: &Context, http: &Http) -> Outcome<()> {
    let list: List<Schedule> = http.call::<ScheduleList>(NoInput {})?;
    if printed_json(context, &list)? {
        return Ok(());
    }
    if list.items.is_empty() {
        line("No schedules yet. Try one: mesh remind me 'Stretch' --in 20m");
        return Ok(());
    }
    let names = Names::read(http)?;
    let rows = list.items.iter().map(|found| {
        vec![
            found.name.clone(),
            format!("@{}", found.owner.handle),
            names.of(found.to),
            when(found),
            state(found),
        ]
    });
    table(
        &["schedule", "by", "for", "when", "next"],
        &rows.collect::<Vec<_>>(),
    );
    Ok(())
}

fn when(found: &Schedule) -> String {
    match &found.when {
        ScheduleWhen::Once { .. } => "once".to_owned(),
        ScheduleWhen::Every { seconds, .. } => {
            format!("every {}", times::span(u64::from(*seconds) * 1000))
        }
        ScheduleWhen::Cron { cron } => format!("{cron} {}", found.zone),
    }
}

fn state(found: &Schedule) -> String {
    match (found.state, found.paused, &found.next) {
        (_, Some(ScheduleHalt::Asked), _) => "paused".to_owned(),
        (_, Some(ScheduleHalt::Refused), _) => "paused: it was refused".to_owned(),
        (_, Some(ScheduleHalt::Missed), _) => "paused: its only time was missed".to_owned(),
        (ScheduleState::Due, None, _) => "runs now".to_owned(),
        (_, None, Some(next)) if found.clock.is_some() => format!("{} {SIMULATED}", next.local),
        (_, None, Some(next)) => times::relative(next.at),
        (_, None, None) => "never".to_owned(),
    }
}

fn show(http: &Http, found: &Schedule) -> Outcome<()> {
    line(&format!("schedule {} ({})", found.name, found.id));
    line(&format!("  by      @{}", found.owner.handle));
    line(&format!("  for     {}", Names::read(http)?.of(found.to)));
    line(&format!("  when    {}", when(found)));
    line(&format!("  state   {}", state(found)));
    let missed = match found.missed {
        Missed::Once => "done once, late",
        Missed::Skip => "left out",
    };
    line(&format!("  missed  {missed}"));
    if !found.text.is_empty() {
        line(&format!("  says    {}", clean(&found.text)));
    }
    for task in &found.tasks {
        line(&format!("  task    {}", clean(task)));
    }
    if !found.upcoming.is_empty() {
        line("next");
        moments(&found.upcoming, &found.zone, found.clock.is_some());
    }
    if !found.runs.is_empty() {
        line("last");
        for run in &found.runs {
            line(&format!("  {}  {}", times::relative(run.at), outcome(run)));
        }
    }
    Ok(())
}

fn outcome(run: &ScheduleDone) -> String {
    let what = match (run.outcome, run.message, run.tasks.len()) {
        (ScheduleOutcome::Done, Some(message), _) => format!("posted {message}"),
        (ScheduleOutcome::Done, None, tasks) => format!("created {tasks} tasks"),
        (ScheduleOutcome::Waits, ..) => "waits for the room's moderators".to_owned(),
        (ScheduleOutcome::Missed, ..) => "missed, and left out".to_owned(),
        (ScheduleOutcome::Refused, ..) => {
            let why = run.why.as_deref().map(clean).unwrap_or_default();
            format!("refused: {why}")
        }
    };
    if run.late && run.outcome != ScheduleOutcome::Missed {
        let late = times::span(run.at.since(run.due));
        return format!("{what}, {late} late");
    }
    what
}

/// Handles and room names, for what a schedule is for.
struct Names(Vec<(String, String)>);

impl Names {
    fn read(http: &Http) -> Outcome<Names> {
        let rooms = http.call::<RoomList>(NoInput {})?.items;
        let rooms = rooms.into_iter().filter_map(|room| {
            let name = room.name?;
            Some((room.id.to_string(), format!("#{name}")))
        });
        let people = http.call::<ParticipantList>(ParticipantListInput::default())?;
        let people = people
            .items
            .into_iter()
            .map(|it| (it.id.to_string(), format!("@{}", it.handle)));
        Ok(Names(rooms.chain(people).collect()))
    }

    fn of(&self, to: ScheduleTo) -> String {
        let id = match to {
            ScheduleTo::Participant(id) => id.to_string(),
            ScheduleTo::Room(id) => id.to_string(),
        };
        let found = self.0.iter().find(|(known, _)| *known == id);
        found.map_or(id, |(_, name)| name.clone())
    }
}
