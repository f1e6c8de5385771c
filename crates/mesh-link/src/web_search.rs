//! `web_search`: asks a search engine that speaks SearxNG's JSON.

use mesh_ops::Told;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::settings::WebSearch;
use crate::web::{self, Question};

pub(crate) const NAME: &str = "web_search";
/// Results that are handed on.
const RESULTS_MAX: usize = 10;
/// Characters of each text of a result.
const CHARS_MAX: usize = 500;

pub(crate) fn schema() -> Value {
    json!({
        "type": "object",
        "properties": {
            "query": {"type": "string", "minLength": 1, "maxLength": 500},
            "limit": {"type": "integer", "minimum": 1, "maximum": RESULTS_MAX},
        },
        "required": ["query"],
        "additionalProperties": false,
    })
}

#[derive(Debug, Deserialize)]
struct SearchResponse {
    #[serde(default)]
    results: Vec<SearchHit>,
}

#[derive(Debug, Deserialize)]
struct SearchHit {
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    url: Option<String>,
    #[serde(default)]
    content: Option<String>,
}

pub(crate) async fn search(engine: &WebSearch, input: &Map<String, Value>) -> Result<Told, String> {
    let query = input
        .get("query")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let limit = input
        .get("limit")
        .and_then(Value::as_u64)
        .and_then(|limit| usize::try_from(limit).ok())
        .unwrap_or(5);
    let base = engine.url.trim_end_matches('/').trim_end_matches("/search");
    let question = Question {
        url: format!("{base}/search?q={}&format=json", web::percent(query)),
        ..Question::default()
    };
    let said = web::ask(question)
        .await
        .map_err(|why| format!("the search engine did not help: {why}"))?;
    let answer: SearchResponse = serde_json::from_str(&said).map_err(|_| {
        "the search engine did not answer in JSON; its settings must allow the format json"
            .to_owned()
    })?;
    Ok(told(answer, limit.min(RESULTS_MAX)))
}

fn told(answer: SearchResponse, limit: usize) -> Told {
    let mut lines = Vec::new();
    let mut items = Vec::new();
    for found in answer.results.into_iter().take(limit) {
        let cut = |text: Option<String>| -> String {
            text.unwrap_or_default().chars().take(CHARS_MAX).collect()
        };
        let (title, url, snippet) = (cut(found.title), cut(found.url), cut(found.content));
        lines.push(format!(
            "{}. {title}\n   {url}\n   {snippet}",
            lines.len() + 1
        ));
        items.push(json!({"title": title, "url": url, "snippet": snippet}));
    }
    let text = if lines.is_empty() {
        "Nothing was found.".to_owned()
    } else {
        lines.join("\n")
    };
    let mut data = Map::new();
    data.insert("results".to_owned(), items.into());
    Told {
        text,
        data: Some(data),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_few_and_short() {
        let many: Vec<Value> = (0..50)
            .map(|number| json!({"title": format!("t{number}"), "url": "https://example.org", "content": "x".repeat(9000), "engine": "e"}))
            .collect();
        let answer: SearchResponse = serde_json::from_value(json!({"results": many})).unwrap();
        let told = told(answer, 3);
        let results = told.data.unwrap()["results"].as_array().unwrap().clone();
        assert_eq!(results.len(), 3);
        assert_eq!(results[2]["title"], "t2");
        assert_eq!(results[0]["snippet"].as_str().unwrap().len(), CHARS_MAX);
        assert!(told.text.starts_with("1. t0\n   https://example.org\n"));
    }
}
