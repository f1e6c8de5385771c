//! `ListTasks`: the tasks that the caller gave, the last changed first.
//!
//! The mesh lists tasks by when they were created and A2A by when they changed. So the newest of the caller's tasks are
//! read whole and put in order here: the list reaches back no further.

use mesh_model::api::{TaskListInput, TaskView};
use mesh_model::events::TaskState;
use mesh_model::limits::{A2A_PAGE_DEFAULT, A2A_PAGE_MAX, PAGE_ITEMS_MAX};
use mesh_model::ops::TaskList;
use mesh_model::{ErrorCode, Millis, TaskId};

use super::asking::{Asking, Whom, is_of};
use super::calls;
use super::fault::Fault;
use super::wire::{List, State, Task, Tasks};
use super::words;

/// A page of them.
pub(super) async fn list(asking: &Asking, whom: &Whom, wanted: List) -> Result<Tasks, Fault> {
    words::history(wanted.history_length)?;
    let size = page_size(wanted.page_size)?;
    let after = place(&wanted.page_token)?;
    let mut found = gathered(asking, whom, &wanted).await?;
    found.sort_by_key(|(_, task)| std::cmp::Reverse(key(task)));
    let total_size = found.len();
    let rest = found
        .into_iter()
        .filter(|(_, task)| after.is_none_or(|after| key(task) < after));
    let mut page: Vec<_> = rest.take(size + 1).collect();
    let more = page.len() > size;
    page.truncate(size);
    let next = page.last().filter(|_| more);
    let next_page_token = next.map(|(_, task)| token(key(task))).unwrap_or_default();
    let mut tasks = Vec::with_capacity(page.len());
    for (task, view) in page {
        let done = wanted.include_artifacts && view.state == TaskState::Done;
        tasks.push(if done {
            calls::told(asking, &asking.read(view.id).await?, 0).await?
        } else {
            Task {
                artifacts: wanted.include_artifacts.then(Vec::new),
                ..task
            }
        });
    }
    Ok(Tasks {
        tasks,
        next_page_token,
        page_size: size,
        total_size,
    })
}

async fn gathered(
    asking: &Asking,
    whom: &Whom,
    wanted: &List,
) -> Result<Vec<(Task, TaskView)>, Fault> {
    let room = match whom {
        Whom::Room(room) => Some(room.id.to_string()),
        _ => Some(wanted.context_id.clone()).filter(|context| !context.is_empty()),
    };
    let input = TaskListInput {
        room,
        creator: Some(asking.me()?.to_string()),
        limit: u32::try_from(PAGE_ITEMS_MAX).ok(),
        ..TaskListInput::default()
    };
    let all = match asking.call::<TaskList>(input).await {
        Ok(page) => page.items,
        // In a context that there is not, or that the caller may not know of, there are no tasks.
        Err(why) if why.code == ErrorCode::NotFound => Vec::new(),
        Err(why) => return Err(why.into()),
    };
    let blocked = all.iter().any(|task| task.state == TaskState::Blocked);
    let questions = if blocked {
        asking.questions().await?
    } else {
        Vec::new()
    };
    let told = all.into_iter().map(|view| {
        let asked = questions.iter().any(|it| it.task == Some(view.id));
        (words::listed(&view, asked), view)
    });
    let state = wanted.status.filter(|state| *state != State::Unspecified);
    // A room has no other context than itself.
    let elsewhere = match whom {
        Whom::Room(room) => ![String::new(), room.id.to_string()].contains(&wanted.context_id),
        Whom::Node | Whom::Agent(_) => false,
    };
    let fits = |(task, view): &(Task, TaskView)| {
        !elsewhere
            && is_of(whom, view)
            && state.is_none_or(|state| task.status.state == state)
            && wanted
                .status_timestamp_after
                .is_none_or(|after| task.status.timestamp >= after)
    };
    Ok(told.filter(fits).collect())
}

/// By what they are put in order.
fn key(task: &TaskView) -> (Millis, TaskId) {
    (words::moment(task), task.id)
}

fn token((at, task): (Millis, TaskId)) -> String {
    format!("{}.{task}", at.0)
}

fn place(token: &str) -> Result<Option<(Millis, TaskId)>, Fault> {
    if token.is_empty() {
        return Ok(None);
    }
    let parts = token.split_once('.');
    let read = parts.and_then(|(at, task)| Some((Millis(at.parse().ok()?), task.parse().ok()?)));
    let bad = || {
        Fault::field(
            "pageToken",
            "it is none that was given out here",
            "send nextPageToken of the page before",
        )
    };
    read.map(Some).ok_or_else(bad)
}

fn page_size(wanted: Option<i64>) -> Result<usize, Fault> {
    let size = usize::try_from(wanted.unwrap_or(A2A_PAGE_DEFAULT as i64));
    let size = size.ok().filter(|size| (1..=A2A_PAGE_MAX).contains(size));
    size.ok_or_else(|| {
        Fault::field(
            "pageSize",
            format!("it is not between 1 and {A2A_PAGE_MAX}"),
            "ask for fewer, and for the next page",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_s_place_comes_back() {
        let task = TaskId("019a0000-0000-7000-8000-000000000001".parse().unwrap());
        let at = (Millis(17), task);
        assert_eq!(place(&token(at)).unwrap(), Some(at));
        assert_eq!(place("").unwrap(), None);
        for bad in ["x", "1", "1.x", "-1.019a0000-0000-7000-8000-000000000001"] {
            assert!(place(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn pages_have_one_to_a_hundred() {
        assert_eq!(page_size(None).unwrap(), A2A_PAGE_DEFAULT);
        assert_eq!(page_size(Some(100)).unwrap(), 100);
        for bad in [0, -1, 101] {
            assert!(page_size(Some(bad)).is_err());
        }
    }
}
