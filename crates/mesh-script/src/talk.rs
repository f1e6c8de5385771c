//! A request of any API, reduced to what a scenario can ask about.

use serde_json::Value;

/// A conversation that waits for an answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Talk {
    /// The model that was asked for; it is named in the answer.
    pub model: String,
    /// The instructions.
    pub system: String,
    /// The names of the tools that may be called.
    pub tools: Vec<String>,
    /// What came last.
    pub end: End,
    /// Whether the answer is wanted in pieces.
    pub stream: bool,
}

/// What a conversation ends with.
#[derive(Debug, Clone, PartialEq)]
pub enum End {
    /// Words.
    Said(String),
    /// What a tool gave.
    Result {
        /// Its name.
        tool: String,
        /// What it gave.
        text: String,
    },
}

impl Talk {
    /// A conversation of which only the end is known.
    #[cfg(test)]
    pub fn ending(end: End) -> Talk {
        Talk {
            model: "m".into(),
            system: String::new(),
            tools: Vec::new(),
            end,
            stream: false,
        }
    }

    /// What came, for the error of a question that nothing answers.
    pub fn told(&self) -> String {
        let end = match &self.end {
            End::Said(text) => format!("said last: {:?}", shortened(text)),
            End::Result { tool, text } => format!("last result, of {tool}: {:?}", shortened(text)),
        };
        format!(
            "{end}; {} tools offered; model {}",
            self.tools.len(),
            self.model
        )
    }
}

/// The end of a long text: what was asked stands there.
fn shortened(text: &str) -> &str {
    const SHOWN: usize = 600;
    match text.char_indices().rev().nth(SHOWN) {
        Some((i, _)) => &text[i..],
        None => text,
    }
}

/// All texts in a content, which is a text or a list of parts of which some hold one.
pub fn words(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        Value::Array(parts) => {
            let texts: Vec<String> = parts
                .iter()
                .map(words)
                .filter(|text| !text.is_empty())
                .collect();
            texts.join("\n")
        }
        Value::Object(part) => match (part.get("text"), part.get("content")) {
            (Some(Value::String(text)), _) => text.clone(),
            (_, Some(inner)) => words(inner),
            _ => String::new(),
        },
        _ => String::new(),
    }
}

/// A text of a field, empty if there is none.
pub fn text(value: &Value, field: &str) -> String {
    value[field].as_str().unwrap_or_default().to_owned()
}
