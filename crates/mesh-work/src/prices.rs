//! What tokens cost, from a file that people edit.

use std::collections::BTreeMap;
use std::path::Path;

use mesh_model::events::Spend;
use serde::Deserialize;

use crate::runner::Usage;

/// The table that is written by `mesh work --write-prices` and used without a file.
pub const BUILT_IN: &str = include_str!("prices.toml");

/// Prices by the beginning of a model's name.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prices {
    models: BTreeMap<String, Price>,
}

/// What a million tokens cost, in millionths of the currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// In.
    #[serde(rename = "in")]
    pub tokens_in: u64,
    /// Out.
    #[serde(rename = "out")]
    pub tokens_out: u64,
}

impl Default for Prices {
    fn default() -> Prices {
        Prices::parse(BUILT_IN).expect("a test reads the built-in table")
    }
}

impl Prices {
    /// Reads a table.
    pub fn parse(text: &str) -> Result<Prices, String> {
        toml::from_str(text).map_err(|why| why.to_string())
    }

    /// Reads a file.
    pub fn load(path: &Path) -> Result<Prices, String> {
        let text = std::fs::read_to_string(path)
            .map_err(|why| format!("the price table {} cannot be read: {why}", path.display()))?;
        Prices::parse(&text).map_err(|why| format!("{}: {why}", path.display()))
    }

    /// The price of a model: the longest beginning that fits.
    pub fn of(&self, model: &str) -> Option<Price> {
        let fits = self
            .models
            .iter()
            .filter(|(name, _)| model.starts_with(name.as_str()));
        fits.max_by_key(|(name, _)| name.len())
            .map(|(_, price)| *price)
    }

    /// Tokens and money of what was used. Money that the runner knows goes before the table.
    pub fn spend(&self, usage: Usage, model: Option<&str>) -> Spend {
        let priced = || {
            let price = self.of(model?)?;
            let part = |tokens: u64, price: u64| u128::from(tokens) * u128::from(price);
            let sum =
                part(usage.tokens_in, price.tokens_in) + part(usage.tokens_out, price.tokens_out);
            u64::try_from(sum.div_ceil(1_000_000)).ok()
        };
        Spend {
            tokens: usage.tokens_in.saturating_add(usage.tokens_out),
            micros: usage.micros.or_else(priced).unwrap_or(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_beginning_counts_and_money_goes_before_the_table() {
        let prices = Prices::parse(
            "[models]\n\"a\" = { in = 1000000, out = 2000000 }\n\"a-small\" = { in = 1, out = 1 }\n",
        )
        .unwrap();
        let used = |tokens_in, tokens_out, micros| Usage {
            tokens_in,
            tokens_out,
            micros,
        };
        let spend = |usage, model| prices.spend(usage, Some(model));
        assert_eq!(spend(used(10, 5, None), "a-large").micros, 20);
        assert_eq!(
            spend(used(10, 5, None), "a-small-2").micros,
            1,
            "rounded up"
        );
        assert_eq!(
            spend(used(10, 5, Some(7)), "a-large"),
            Spend {
                tokens: 15,
                micros: 7
            }
        );
        assert_eq!(spend(used(10, 5, None), "other").micros, 0);
        assert_eq!(prices.spend(used(u64::MAX, 1, None), None).tokens, u64::MAX);
    }

    #[test]
    fn the_built_in_table_can_be_read() {
        assert!(Prices::default().of("claude-sonnet-4-5").is_some());
        assert!(Prices::parse("[models]\nx = { in = 1 }").is_err());
    }
}
