//! `notify`: sends a line to somebody's telephone, by any service that takes what ntfy takes.

use mesh_ops::Told;
use serde_json::{Map, Value, json};

use crate::settings::Notify;
use crate::web::{self, Question};

pub(crate) const NAME: &str = "notify";

pub(crate) fn schema() -> Value {
    json!({
        "type": "object",
        "properties": {
            "text": {"type": "string", "minLength": 1, "maxLength": 4000},
            "title": {"type": "string", "maxLength": 200},
            "priority": {"type": "string", "enum": ["min", "low", "default", "high", "max"]},
        },
        "required": ["text"],
        "additionalProperties": false,
    })
}

pub(crate) async fn send(
    service: &Notify,
    token: Option<String>,
    input: &Map<String, Value>,
) -> Result<Told, String> {
    let text = |name: &str| input.get(name).and_then(Value::as_str).unwrap_or_default();
    let mut headers = vec![("content-type", "text/plain; charset=utf-8".to_owned())];
    if !text("title").is_empty() {
        headers.push(("title", header(text("title"))));
    }
    if !text("priority").is_empty() {
        headers.push(("priority", text("priority").to_owned()));
    }
    if let Some(token) = token {
        headers.push(("authorization", format!("Bearer {token}")));
    }
    let question = Question {
        url: service.url.clone(),
        body: Some(text("text").to_owned()),
        headers,
    };
    web::ask(question)
        .await
        .map_err(|why| format!("the notification was not taken: {why}"))?;
    Ok(Told::text("The notification is sent."))
}

/// A text that fits into a header: other characters than ASCII as RFC 2047 has them.
fn header(text: &str) -> String {
    let line: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    if line.is_ascii() {
        return line;
    }
    let mut coded = String::from("=?UTF-8?Q?");
    for byte in line.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => coded.push(char::from(byte)),
            b' ' => coded.push('_'),
            _ => coded.push_str(&format!("={byte:02X}")),
        }
    }
    coded + "?="
}

#[cfg(test)]
mod tests {
    use super::header;

    #[test]
    fn a_title_cannot_add_headers() {
        assert_eq!(header("a\r\nX-Evil: 1"), "a  X-Evil: 1");
        assert_eq!(header("Prüfung fertig"), "=?UTF-8?Q?Pr=C3=BCfung_fertig?=");
    }
}
