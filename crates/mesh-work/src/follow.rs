//! A plan that an agent made becomes tasks: those it named, side by side, and one that sums them up.

use mesh_model::TaskId;
use mesh_model::api::TaskSpec;
use serde::Deserialize;
use serde_json::{Map, Value};

/// What a task's `input` says when its result is such a plan.
pub const SUBTASKS: &str = "subtasks";

#[derive(Deserialize)]
struct Plan {
    subtasks: Vec<Subtask>,
}

#[derive(Deserialize)]
struct Subtask {
    title: String,
    prompt: String,
    #[serde(default)]
    capability: Option<String>,
}

/// Whether the result is a plan.
pub fn wanted(input: Option<&Map<String, Value>>) -> bool {
    input.is_some_and(|input| input.get("follow").is_some_and(|what| what == SUBTASKS))
}

/// The tasks of a plan; an error says what is wrong with it, for people.
pub fn tasks(
    planned: &Map<String, Value>,
    plan: TaskId,
    title: &str,
    goal: &str,
) -> Result<Vec<TaskSpec>, String> {
    let read: Plan = serde_json::from_value(Value::Object(planned.clone()))
        .map_err(|why| format!("the plan is not of the form that was asked for: {why}"))?;
    let count = read.subtasks.len();
    if !(2..=5).contains(&count) {
        return Err(format!(
            "the plan has {count} subtasks; 2 to 5 were asked for"
        ));
    }
    if read
        .subtasks
        .iter()
        .any(|one| one.title.trim().is_empty() || one.prompt.trim().is_empty())
    {
        return Err("a subtask of the plan has no title or no prompt".to_owned());
    }
    let needs = vec![plan.to_string()];
    let key = |number: usize| format!("part-{number}");
    let mut tasks: Vec<TaskSpec> = read
        .subtasks
        .into_iter()
        .enumerate()
        .map(|(number, one)| TaskSpec {
            key: Some(key(number)),
            title: one.title,
            prompt: one.prompt,
            capability: one.capability.filter(|name| !name.trim().is_empty()),
            needs: needs.clone(),
            ..TaskSpec::default()
        })
        .collect();
    tasks.push(TaskSpec {
        key: Some("summary".to_owned()),
        title: format!("Summary: {title}"),
        prompt: format!(
            "The goal was:\n\n{goal}\n\nIts parts are done; their results are below. Bring them together into one answer to the goal. Say plainly what is missing or where results contradict one another."
        ),
        needs: (0..count).map(key).collect(),
        ..TaskSpec::default()
    });
    Ok(tasks)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn made(plan: Value) -> Result<Vec<TaskSpec>, String> {
        let plan = plan.as_object().unwrap().clone();
        let id = "0193a2b4-5c6d-7e8f-9a0b-1c2d3e4f5a6b".parse().unwrap();
        tasks(&plan, id, "Release", "Write the notes")
    }

    #[test]
    fn parts_wait_for_the_plan_and_the_summary_for_all_parts() {
        let part = |name: &str| json!({"title": name, "prompt": "do", "capability": "research"});
        let tasks =
            made(json!({"subtasks": [part("a"), part("b"), {"title": "c", "prompt": "d"}]}))
                .unwrap();
        assert_eq!(tasks.len(), 4);
        assert_eq!(tasks[0].needs, ["0193a2b4-5c6d-7e8f-9a0b-1c2d3e4f5a6b"]);
        assert_eq!(tasks[3].needs, ["part-0", "part-1", "part-2"]);
        assert_eq!(tasks[2].capability, None);
        assert!(tasks[3].prompt.contains("Write the notes"));
    }

    #[test]
    fn a_plan_of_another_form_is_refused_with_the_reason() {
        let one = json!({"title": "a", "prompt": "b"});
        assert!(
            made(json!({"subtasks": [one]}))
                .unwrap_err()
                .contains("2 to 5")
        );
        assert!(made(json!({"subtasks": vec![one.clone(); 6]})).is_err());
        assert!(made(json!({"steps": []})).unwrap_err().contains("form"));
        assert!(made(json!({"subtasks": [one, {"title": "", "prompt": "x"}]})).is_err());
        assert!(wanted(json!({"follow": "subtasks"}).as_object()));
        assert!(!wanted(json!({"follow": true}).as_object()) && !wanted(None));
    }
}
