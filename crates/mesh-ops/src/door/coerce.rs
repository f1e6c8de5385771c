//! Path and query parameters are text; an operation's input is typed JSON. The input's schema
//! says what each text means.

use mesh_model::ops::Declaration;
use mesh_model::{Effect, ErrorCode, Refusal};
use serde_json::{Map, Value};

use crate::describe::schema::Schemas;

/// Makes an operation's input from the parameters of a path and a query, decoded but not yet
/// typed. A list is given by repetition or with commas. Unknown names are kept as text, so that
/// the operation refuses them by name.
pub fn coerce_query(
    declaration: &Declaration,
    pairs: &[(String, String)],
) -> Result<Value, Refusal> {
    let schemas = Schemas::all();
    let fields = schemas.fields(declaration);
    let mut input = Map::new();
    for (name, text) in pairs {
        let types = match fields.get(name) {
            Some(schema) => schemas.types(schema),
            None if name == "min_seq" => vec!["integer".to_owned()],
            None => vec!["string".to_owned()],
        };
        let is = |wanted: &str| types.iter().any(|found| found == wanted);
        if is("array") {
            let list = input
                .entry(name.clone())
                .or_insert_with(|| Value::Array(Vec::new()));
            let parts = text
                .split(',')
                .filter(|part| !part.is_empty())
                .map(|part| Value::String(part.to_owned()));
            if let Value::Array(list) = list {
                list.extend(parts);
            }
            continue;
        }
        let value = if is("integer") {
            whole_number(name, text)?
        } else if is("boolean") {
            truth(name, text)?
        } else {
            Value::String(text.clone())
        };
        if input.insert(name.clone(), value).is_some() {
            return Err(bad(name, "is given twice; once is enough"));
        }
    }
    Ok(Value::Object(input))
}

fn whole_number(name: &str, text: &str) -> Result<Value, Refusal> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let number: Option<Value> = match plain {
        true if text.starts_with('-') => text.parse::<i64>().ok().map(Value::from),
        true => text.parse::<u64>().ok().map(Value::from),
        false => None,
    };
    number.ok_or_else(|| bad(name, "is not a whole number"))
}

fn truth(name: &str, text: &str) -> Result<Value, Refusal> {
    match text {
        "true" => Ok(Value::Bool(true)),
        "false" => Ok(Value::Bool(false)),
        _ => Err(bad(name, "is neither true nor false")),
    }
}

fn bad(name: &str, what: &str) -> Refusal {
    Refusal::new(
        ErrorCode::InvalidInput,
        format!("the parameter '{name}' {what}"),
        Effect::NothingDone,
        "see /openapi.json for the parameters of each path",
    )
}

#[cfg(test)]
mod tests {
    use mesh_model::ops;
    use serde_json::json;

    use super::*;

    fn coerce(op: &str, pairs: &[(&str, &str)]) -> Result<Value, Refusal> {
        let pairs: Vec<_> = pairs
            .iter()
            .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
            .collect();
        coerce_query(ops::named(op).unwrap(), &pairs)
    }

    #[test]
    fn the_schema_says_what_a_text_means() {
        let made = coerce(
            "message.list",
            &[
                ("room", "12"),
                ("after", "12"),
                ("limit", "3"),
                ("min_seq", "9"),
            ],
        );
        assert_eq!(
            made.unwrap(),
            json!({"room": "12", "after": 12, "limit": 3, "min_seq": 9})
        );
        let made = coerce(
            "participant.list",
            &[("present", "true"), ("kind", "agent"), ("min_seq", "1")],
        );
        assert_eq!(
            made.unwrap(),
            json!({"present": true, "kind": "agent", "min_seq": 1})
        );
        let made = coerce(
            "event.list",
            &[("types", "a,b"), ("types", "c"), ("after", "0")],
        );
        assert_eq!(made.unwrap(), json!({"types": ["a", "b", "c"], "after": 0}));
        assert_eq!(
            coerce("browser.end", &[("browser", "7")]).unwrap(),
            json!({"browser": 7})
        );
        assert_eq!(
            coerce("message.get", &[("message", "m7"), ("x", "1")]).unwrap(),
            json!({"message": "m7", "x": "1"})
        );
    }

    #[test]
    fn texts_that_mean_nothing_are_refused_by_name() {
        for (op, name, text) in [
            ("message.list", "limit", "ten"),
            ("message.list", "limit", "+1"),
            ("message.list", "limit", ""),
            ("message.list", "after", "99999999999999999999999"),
            ("participant.list", "present", "yes"),
        ] {
            let refusal = coerce(op, &[(name, text)]).unwrap_err();
            assert_eq!(refusal.code, ErrorCode::InvalidInput);
            assert!(refusal.detail().contains(name), "{refusal}");
        }
        assert!(coerce("message.list", &[("limit", "1"), ("limit", "2")]).is_err());
    }
}
