//! `schedule.create`

use super::{check_body, clock_now, made, when};
use crate::prelude::*;

use mesh_model::ScheduleId;
use mesh_model::command::ScheduleCommand;
use mesh_model::events::{SchedulePlan, Timing};
use mesh_model::limits::NAME_CHARS_MAX;

impl Run for ScheduleCreate {
    async fn run(
        door: &Door,
        call: &Call,
        input: ScheduleCreateInput,
    ) -> Result<ScheduleMade, Refusal> {
        let clock = input.clock.as_deref().map(|room| call.room(room));
        let clock = clock.transpose()?.map(|room| room.id);
        let now = clock_now(door, call, clock)?;
        let (when, zone) = when!(input).read(now)?;
        let body = ScheduleBody {
            text: input.text,
            priority: input.priority,
            tasks: input.tasks,
        };
        let repeats = !matches!(when, Timing::Once { .. });
        check_body(door, call, &body, repeats)?;
        let name = match input.name {
            Some(name) => name,
            None => free_name(door, call.me()?, &body),
        };
        let plan = SchedulePlan {
            name,
            when,
            zone,
            to: call.schedule_to(&input.to)?,
            tasks: !body.tasks.is_empty(),
            missed: input.missed,
            clock,
            read: None,
        };
        let command = Command::Schedule(ScheduleCommand::Create {
            schedule: ScheduleId(Uuid::now_v7()),
            plan,
            body: content(&body)?,
        });
        let outcome = call.submit(door, command).await?;
        told::<Self>(door, call, &outcome).await
    }

    fn told(_: &Call, outcome: &Outcome, facts: Vec<Facts>) -> Option<ScheduleMade> {
        made(outcome, facts)
    }
}

/// A name from the first words, with a number if the owner has one of that name.
fn free_name(door: &Door, owner: ParticipantId, body: &ScheduleBody) -> String {
    let task = body.tasks.first();
    let title = task.map(|task| match (&task.template, task.title.as_str()) {
        (Some(wanted), "") => wanted.template.as_str(),
        (None, "") => task.prompt.as_str(),
        (_, title) => title,
    });
    let words = named(title.unwrap_or(&body.text));
    let work = door.node().work();
    let taken: Vec<&str> = work
        .schedules()
        .of(owner)
        .map(|found| found.plan.name.as_str())
        .collect();
    let numbered = (2..).map(|number: u32| format!("{words}-{number}"));
    let mut names = std::iter::once(words.clone()).chain(numbered);
    let free = names.find(|name| !taken.contains(&name.as_str()));
    free.unwrap_or(words)
}

fn named(text: &str) -> String {
    let lower = text.to_lowercase();
    let words = lower.split(|letter: char| !letter.is_ascii_alphanumeric());
    let mut name = String::new();
    for word in words.filter(|word| !word.is_empty()) {
        // Room for a number behind it.
        if name.len() + word.len() >= NAME_CHARS_MAX - 8 || name.matches('-').count() >= 4 {
            break;
        }
        if !name.is_empty() {
            name.push('-');
        }
        name.push_str(word);
    }
    match mesh_model::names::check(&name) {
        Ok(()) => name,
        Err(_) => "reminder".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn names_come_from_the_first_words() {
        assert_eq!(
            named("@rex: Look after the oven, please! It is hot"),
            "rex-look-after-the-oven"
        );
        assert_eq!(named("Über uns"), "ber-uns");
        assert_eq!(named("…"), "reminder");
        assert_eq!(named(&"x".repeat(90)), "reminder");
    }
}
