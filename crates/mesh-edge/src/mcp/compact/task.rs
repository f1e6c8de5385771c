//! Tasks, which are called by the place in the log where they begin: `t41`.

use mesh_model::TaskId;
use mesh_model::api::{
    AttemptRecord, Page as Pages, ResultView, TaskDetail, TaskView, TasksCreated,
};
use mesh_model::ops::{TaskCreate, TaskGet, TaskList};
use serde_json::Value;

use super::message::bounds;
use super::page::{Page, listed, moment, one_line, word};
use super::{Around, Compact};

impl Compact<TaskCreate> for TasksCreated {
    fn tasks(&self) -> Vec<TaskId> {
        self.tasks.iter().map(|task| task.id).collect()
    }

    fn write(&self, _: &Value, around: &Around, page: &mut Page) {
        page.line("created");
        for task in &self.tasks {
            let name = around.task(task.id);
            match &task.key {
                Some(key) => page.line(format!("{name} {}", one_line(key))),
                None => page.line(name),
            }
        }
    }
}

impl Compact<TaskList> for Pages<TaskView> {
    fn tasks(&self) -> Vec<TaskId> {
        self.items.iter().flat_map(spoken_of).collect()
    }

    fn write(&self, _: &Value, around: &Around, page: &mut Page) {
        if self.items.is_empty() {
            page.line("no tasks");
        }
        for task in &self.items {
            line(task, around, page);
        }
        bounds(self.prev, self.next, page);
    }
}

impl Compact<TaskGet> for TaskDetail {
    fn tasks(&self) -> Vec<TaskId> {
        let mut ids = spoken_of(&self.task);
        ids.extend(self.needed_by.iter().chain(&self.task.about));
        ids
    }

    fn write(&self, _: &Value, around: &Around, page: &mut Page) {
        let task = &self.task;
        line(task, around, page);
        let linked = |what: &str, ids: &[TaskId]| {
            if ids.is_empty() {
                String::new()
            } else {
                format!("{what} {}", around.tasks(ids))
            }
        };
        let about: Vec<_> = task.about.into_iter().collect();
        let links = listed([
            linked("needed by", &self.needed_by).as_str(),
            &linked("a second opinion on", &about),
        ]);
        if !links.is_empty() {
            page.line(links);
        }
        match &self.prompt {
            Some(prompt) => {
                page.line("prompt");
                page.block(prompt);
            }
            // The node asks for second opinions without words.
            None if task.about.is_some() => (),
            None => page.line("prompt [erased]"),
        }
        let objects = [
            ("input", &self.input),
            ("its output must match", &self.check),
        ];
        for (what, object) in objects {
            if let Some(object) = object {
                page.said(what, &serde_json::to_string(object).unwrap_or_default());
            }
        }
        if let Some(model) = &self.model {
            page.said("model", &one_line(model));
        }
        self.attempts
            .iter()
            .for_each(|attempt| tried(attempt, page));
        if let Some(result) = &task.result {
            came_of(result, around, page);
        }
    }
}

fn spoken_of(task: &TaskView) -> Vec<TaskId> {
    let of = task.result.as_ref().and_then(|result| result.of);
    [task.id]
        .into_iter()
        .chain(task.needs.iter().copied())
        .chain(of)
        .collect()
}

/// `t41 running #workshop by ana, for rex, needs t39 t40: title`
fn line(task: &TaskView, around: &Around, page: &mut Page) {
    let by = task
        .creator
        .as_ref()
        .map(|who| format!("by {}", who.handle));
    let to = task
        .assigned
        .as_ref()
        .map(|who| format!("for {}", who.handle));
    let has = task.attempt.as_ref().map(|now| {
        format!(
            "{} has it since {}",
            around.names.participant(now.worker),
            moment(now.since)
        )
    });
    let needs = if task.needs.is_empty() {
        None
    } else {
        Some(format!("needs {}", around.tasks(&task.needs)))
    };
    let can = task
        .capability
        .as_ref()
        .map(|can| format!("needs {}", one_line(can)));
    let due = task.deadline.map(|at| format!("due {}", moment(at)));
    let ended = task.ended_at.map(|at| format!("ended {}", moment(at)));
    let facts = [by, to, has, can, needs, due, ended];
    let facts = listed(facts.iter().flatten().map(String::as_str));
    let room = around.names.room(task.room);
    let head = format!(
        "{} {} {room} {facts}",
        around.task(task.id),
        word(task.state)
    );
    match &task.title {
        Some(title) => page.said(&head, &one_line(title)),
        None if task.about.is_some() => page.line(format!("{head} second opinion")),
        None => page.line(format!("{head} [erased]")),
    }
}

fn tried(attempt: &AttemptRecord, page: &mut Page) {
    let who = attempt
        .worker
        .as_ref()
        .map_or("somebody", |worker| worker.handle.as_str());
    let how = attempt.how.map_or_else(|| "under way".to_owned(), word);
    let cause = attempt.cause.map(word).unwrap_or_default();
    let head = format!(
        "attempt {} {}",
        attempt.fence,
        listed([who, how.as_str(), &cause])
    );
    match &attempt.reason {
        Some(reason) => page.said(&head, reason),
        None => page.line(head),
    }
}

fn came_of(result: &ResultView, around: &Around, page: &mut Page) {
    let of = result
        .of
        .map(|of| format!("of {}", around.task(of)))
        .unwrap_or_default();
    let sure = result
        .confidence
        .map(|sure| format!("{sure} % sure"))
        .unwrap_or_default();
    let verdict = result
        .verdict
        .map(|verdict| format!("verdict {}", word(verdict)))
        .unwrap_or_default();
    let verified = match result.verified {
        Some(true) => "found good by another",
        Some(false) => "found wanting by another",
        None => "",
    };
    let facts = listed([
        result.worker.handle.as_str(),
        &of,
        &sure,
        &verdict,
        verified,
    ]);
    let Some(output) = &result.output else {
        page.line(format!("result by {facts} [no output here, or erased]"));
        return;
    };
    page.line(format!("result by {facts}"));
    page.block(&output.text);
    if let Some(data) = &output.data {
        page.block(&format!(
            "data: {}",
            serde_json::to_string(data).unwrap_or_default()
        ));
    }
}
