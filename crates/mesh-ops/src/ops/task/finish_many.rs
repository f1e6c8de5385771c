//! `task.finish_many`: results of many tasks, and the next ones behind them, by one sync

use crate::ops::task::take::Behind;
use crate::ops::task::{finish, holds, many};
use crate::prelude::*;

impl Run for TaskFinishMany {
    async fn run(
        door: &Door,
        call: &Call,
        input: TaskFinishManyInput,
    ) -> Result<TasksFinished, Refusal> {
        many::check_count(input.results.len(), "results")?;
        let behind = input.take.as_ref().map(Behind::new).transpose()?;
        let tasks: Vec<_> = input.results.iter().map(|result| result.task).collect();
        let mut parts = Vec::with_capacity(tasks.len());
        for result in input.results {
            parts.push(finish::put_out(door, call, result).await);
        }
        let last = behind.as_ref().map(|behind| behind.command.clone());
        let (answers, outcome) = many::submit(door, call, &parts, last).await?;
        let mut results = Vec::with_capacity(tasks.len());
        for (task, outcome) in tasks.into_iter().zip(answers) {
            let answer = match outcome {
                Ok(outcome) => holds::taken_in(door, task, &outcome).await,
                Err(refusal) => Err(refusal),
            };
            results.push(many::answer(door, call, answer).await);
        }
        let taken = match behind.zip(outcome) {
            Some((behind, outcome)) => {
                let answer = behind.taken(door, call, outcome).await;
                Some(many::answer(door, call, answer).await)
            }
            None => None,
        };
        let seq = call.notes().seq.unwrap_or(call.head);
        Ok(TasksFinished {
            results,
            taken,
            seq,
        })
    }
}
