//! Tasks that wait for one another form no circle. New ones may wait for one another and for older
//! ones; older ones never wait for new ones unless somebody links them.

use std::collections::{BTreeMap, BTreeSet};

use mesh_model::command::NewTask;
use mesh_model::limits::TASK_PATH_MAX;
use mesh_model::{Effect, ErrorCode, Refusal, RoomId, TaskId};

use crate::{Task, Work, refuse};

pub(crate) fn other_room() -> Refusal {
    refuse::invalid(
        "a task and what it waits for belong to one room",
        "quote the other's result instead",
    )
}

fn circle(path: &[TaskId]) -> Refusal {
    let path: Vec<String> = path.iter().map(TaskId::to_string).collect();
    Refusal::new(
        ErrorCode::DependencyCycle,
        format!(
            "these tasks would wait for one another: {}",
            path.join(" -> ")
        ),
        Effect::NothingDone,
        "leave out one of these dependencies",
    )
}

/// The new tasks, those first that others wait for.
pub(crate) fn order<'a>(
    work: &Work,
    room: RoomId,
    tasks: &'a [NewTask],
) -> Result<Vec<&'a NewTask>, Refusal> {
    let mut new: BTreeMap<TaskId, &NewTask> = BTreeMap::new();
    for task in tasks {
        if work.tasks.contains_key(&task.task) || new.insert(task.task, task).is_some() {
            return Err(refuse::id_taken("task"));
        }
    }
    for task in tasks {
        let mut seen = BTreeSet::new();
        let named = task.plan.needs.iter().chain(&task.plan.apart);
        for id in named {
            match work.task(*id) {
                Some(known) if known.room != room => return Err(other_room()),
                None if !new.contains_key(id) => return Err(refuse::no_task()),
                _ => {}
            }
        }
        if !task.plan.needs.iter().all(|id| seen.insert(*id)) {
            return Err(refuse::invalid(
                "a task waits for the same one twice",
                "name each need once",
            )
            .so(Effect::NothingCreated));
        }
    }
    let mut walk = Walk {
        new,
        done: BTreeSet::new(),
        order: Vec::with_capacity(tasks.len()),
    };
    for task in tasks {
        walk.visit(task.task)?;
    }
    Ok(walk.order)
}

struct Walk<'a> {
    new: BTreeMap<TaskId, &'a NewTask>,
    done: BTreeSet<TaskId>,
    order: Vec<&'a NewTask>,
}

impl<'a> Walk<'a> {
    /// Depth first, without recursion: graphs may be a thousand deep.
    fn visit(&mut self, root: TaskId) -> Result<(), Refusal> {
        let mut path: Vec<(TaskId, usize)> = vec![(root, 0)];
        let mut open: BTreeSet<TaskId> = BTreeSet::from([root]);
        while let Some((id, next)) = path.last_mut() {
            let id = *id;
            let Some(task) = self.new.get(&id).copied() else {
                path.pop();
                continue;
            };
            if self.done.contains(&id) {
                open.remove(&id);
                path.pop();
                continue;
            }
            match task.plan.needs.get(*next) {
                Some(need) => {
                    *next += 1;
                    if !open.insert(*need) {
                        let from = path.iter().position(|(id, _)| id == need).unwrap_or(0);
                        let mut ids: Vec<_> = path[from..].iter().map(|(id, _)| *id).collect();
                        ids.push(*need);
                        return Err(circle(&ids));
                    }
                    if self.done.contains(need) || !self.new.contains_key(need) {
                        open.remove(need);
                    } else {
                        path.push((*need, 0));
                    }
                }
                None => {
                    self.done.insert(id);
                    self.order.push(task);
                    open.remove(&id);
                    path.pop();
                }
            }
        }
        Ok(())
    }
}

/// Whether `task` may wait for `need`: `need` does not wait for `task`, however indirectly.
pub(crate) fn check_link(work: &Work, task: TaskId, need: TaskId) -> Result<(), Refusal> {
    if task == need {
        return Err(circle(&[task, need]));
    }
    // Where each one was reached from, to name the way.
    let mut from: BTreeMap<TaskId, TaskId> = BTreeMap::new();
    let mut open = vec![need];
    while let Some(id) = open.pop() {
        let Some(found) = work.task(id) else { continue };
        for next in found.waits_for() {
            if next == task {
                let mut path = vec![task, id];
                let mut at = id;
                while let Some(before) = from.get(&at) {
                    path.push(*before);
                    at = *before;
                }
                path.push(task);
                path.reverse();
                return Err(circle(&path));
            }
            if !from.contains_key(&next) && next != need {
                from.insert(next, id);
                open.push(next);
            }
        }
        if from.len() > TASK_PATH_MAX {
            return Err(refuse::conflict(
                format!(
                    "more than {TASK_PATH_MAX} tasks stand before this one, too many to look for a circle"
                ),
                "create the task anew with what it needs",
            ).so(Effect::NothingChanged));
        }
    }
    Ok(())
}

impl Work {
    /// The rooms whose words came with what a task is built on, beside those that are known of it.
    pub(crate) fn labels_of_needs(&self, task: &Task) -> Vec<RoomId> {
        let needs = task.plan.needs.iter().filter_map(|need| self.task(*need));
        let mut labels: Vec<RoomId> = needs
            .flat_map(|need| &need.labels)
            .filter(|label| !task.labels.contains(label))
            .copied()
            .collect();
        labels.sort_unstable();
        labels.dedup();
        labels
    }
}
