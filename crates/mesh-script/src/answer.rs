//! What is answered, apart from the form that an API gives it.

use serde_json::Value;

use crate::scenario::{Step, Usage, named};
use crate::talk::Talk;

/// An answer that an API then puts into its own form.
#[derive(Debug, Clone)]
pub struct ModelAnswer {
    /// Unlike all others of this server.
    pub number: u64,
    /// The model that was asked for.
    pub model: String,
    /// The pieces.
    pub text: Vec<String>,
    /// The calls.
    pub calls: Vec<Called>,
    /// What it is said to have used.
    pub usage: Usage,
    /// The end never comes.
    pub hold: bool,
}

/// One call of a tool.
#[derive(Debug, Clone)]
pub struct Called {
    /// Unlike all others of this server.
    pub id: String,
    /// The tool as it was offered.
    pub tool: String,
    /// What it is called with.
    pub input: Value,
}

impl ModelAnswer {
    /// What a step answers; an error names a tool that is not offered.
    pub fn of(step: &Step, talk: &Talk, number: u64) -> Result<ModelAnswer, String> {
        let mut calls = Vec::new();
        for (i, call) in step.calls.iter().enumerate() {
            let Some(tool) = talk.tools.iter().find(|offered| named(offered, &call.tool)) else {
                return Err(format!(
                    "the scenario calls {}, which is not among the offered tools: {}",
                    call.tool,
                    talk.tools.join(", ")
                ));
            };
            let input = if call.input.is_null() {
                serde_json::json!({})
            } else {
                call.input.clone()
            };
            calls.push(Called {
                id: format!("call_{number}_{i}"),
                tool: tool.clone(),
                input,
            });
        }
        Ok(ModelAnswer {
            number,
            model: talk.model.clone(),
            text: step.text.clone(),
            calls,
            usage: step.usage,
            hold: step.hold,
        })
    }

    /// All pieces as one.
    pub fn whole(&self) -> String {
        self.text.concat()
    }
}
