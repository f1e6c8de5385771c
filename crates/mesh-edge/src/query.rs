//! Query strings, decoded strictly: text that is not UTF-8 is refused, not replaced.

use mesh_model::Refusal;
use mesh_model::refuse::invalid;

/// The pairs of a query string.
pub(crate) fn pairs(query: Option<&str>) -> Result<Vec<(String, String)>, Refusal> {
    let parts = query
        .unwrap_or_default()
        .split('&')
        .filter(|part| !part.is_empty());
    parts
        .map(|part| {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            Ok((decode(name, true)?, decode(value, true)?))
        })
        .collect()
}

/// A path as it was meant.
pub(crate) fn decoded(path: &str) -> Result<String, Refusal> {
    decode(path, false)
}

fn decode(text: &str, query: bool) -> Result<String, Refusal> {
    let place = if query { "query" } else { "path" };
    let bad = |what: &str| invalid(format!("the {place} {what}"), "percent-encode it as UTF-8");
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' if query => b' ',
            b'%' => {
                let mut digit = || rest.next().and_then(|byte| char::from(byte).to_digit(16));
                let pair = digit()
                    .zip(digit())
                    .ok_or_else(|| bad("holds a % without two hex digits"))?;
                (pair.0 * 16 + pair.1) as u8
            }
            plain => plain,
        });
    }
    String::from_utf8(bytes).map_err(|_| bad("is not UTF-8"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_or_refuses() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(
            pairs(Some("q=a+b%20c&x&y=%C3%A9&")).unwrap(),
            [pair("q", "a b c"), pair("x", ""), pair("y", "é")]
        );
        assert!(pairs(None).unwrap().is_empty());
        for bad in ["q=%", "q=%4", "q=%zz", "q=%ff"] {
            assert!(pairs(Some(bad)).is_err(), "{bad}");
        }
        assert_eq!(decoded("/a+b/7%3Acancel").unwrap(), "/a+b/7:cancel");
    }
}
