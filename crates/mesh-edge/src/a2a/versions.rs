//! Which version of A2A a request speaks.

use axum::http::HeaderMap;

use super::fault::{Fault, Kind};
use super::wire::VERSION;

const HEADER: &str = "a2a-version";

/// What the header says, or the query.
pub(super) fn of(headers: &HeaderMap, query: &[(String, String)]) -> String {
    let header = headers.get(HEADER).and_then(|value| value.to_str().ok());
    let mut pairs = query.iter();
    let pair = pairs.find(|(name, _)| name.eq_ignore_ascii_case(HEADER));
    let text = header.or_else(|| pair.map(|(_, value)| value.as_str()));
    text.unwrap_or_default().trim().to_owned()
}

/// The query without it.
pub(super) fn without(mut query: Vec<(String, String)>) -> Vec<(String, String)> {
    query.retain(|(name, _)| !name.eq_ignore_ascii_case(HEADER));
    query
}

/// Refuses every other than ours. The third number counts for nothing, and who says nothing speaks 0.3.
pub(super) fn check(said: &str) -> Result<(), Fault> {
    let mut numbers = said.split('.');
    let two = (numbers.next(), numbers.next());
    let patch = numbers.all(|number| number.parse::<u32>().is_ok());
    if patch && VERSION.split_once('.') == two.0.zip(two.1) {
        return Ok(());
    }
    let shown: String = said.chars().take(20).collect();
    let what = if shown.is_empty() {
        "the request says no version of A2A, which means 0.3, and that is not spoken here"
            .to_owned()
    } else {
        format!("version {shown} of A2A is not spoken here")
    };
    Err(Fault::new(
        Kind::Version,
        what,
        "send the header `A2A-Version: 1.0`",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_version_is_spoken() {
        for fine in ["1.0", "1.0.3"] {
            assert!(check(fine).is_ok(), "{fine}");
        }
        for other in ["", "0.3", "0.3.0", "1", "1.1", "2.0", "1.0.x", "x"] {
            let fault = check(other).unwrap_err();
            assert_eq!(fault.kind, Kind::Version, "{other}");
        }
    }

    #[test]
    fn the_query_says_it_too() {
        let query = [("A2A-Version".to_owned(), "1.0".to_owned())];
        assert_eq!(of(&HeaderMap::new(), &query), "1.0");
        assert!(without(query.to_vec()).is_empty());
    }
}
