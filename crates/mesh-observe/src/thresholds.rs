//! What an observer's rules are tuned by: numbers with a name, a default and bounds.

use std::collections::BTreeMap;

/// A number that can be set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Threshold {
    /// Its name.
    pub name: &'static str,
    /// What it does.
    pub about: &'static str,
    /// What it is counted in.
    pub unit: &'static str,
    /// Why it is what it is unless set.
    pub why: &'static str,
    /// What it is unless set.
    pub default: u64,
    /// The least it may be.
    pub least: u64,
    /// The most it may be.
    pub most: u64,
}

/// A threshold that cannot be set so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadThreshold {
    /// It is not written as `name=number`.
    #[error("'{0}' is not written as name=number")]
    Form(String),
    /// There is none of that name.
    #[error("there is no threshold '{name}'; there are {known}")]
    Unknown {
        /// The name.
        name: String,
        /// Those there are.
        known: String,
    },
    /// It is out of bounds.
    #[error("'{name}' is {least} to {most}, not {value}")]
    Bounds {
        /// The name.
        name: &'static str,
        /// The least.
        least: u64,
        /// The most.
        most: u64,
        /// What was given.
        value: u64,
    },
}

/// What the thresholds of one observer are set to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Thresholds(BTreeMap<&'static str, u64>);

impl Thresholds {
    /// The defaults, and on top of them what is given as `name=number`.
    ///
    /// # Errors
    /// What is unknown, malformed or out of bounds.
    pub fn read(known: &[Threshold], given: &[String]) -> Result<Thresholds, BadThreshold> {
        let defaults = known.iter().map(|one| (one.name, one.default));
        let mut set: BTreeMap<&'static str, u64> = defaults.collect();
        for text in given {
            let form = || BadThreshold::Form(text.clone());
            let (name, value) = text.split_once('=').ok_or_else(form)?;
            let value: u64 = value.trim().parse().map_err(|_| form())?;
            let name = name.trim();
            let Some(found) = known.iter().find(|one| one.name == name) else {
                let known: Vec<&str> = known.iter().map(|one| one.name).collect();
                return Err(BadThreshold::Unknown {
                    name: name.to_owned(),
                    known: known.join(", "),
                });
            };
            if !(found.least..=found.most).contains(&value) {
                return Err(BadThreshold::Bounds {
                    name: found.name,
                    least: found.least,
                    most: found.most,
                    value,
                });
            }
            set.insert(found.name, value);
        }
        Ok(Thresholds(set))
    }

    /// What one is set to.
    pub fn get(&self, one: &Threshold) -> u64 {
        self.0.get(one.name).copied().unwrap_or(one.default)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: &[Threshold] = &[Threshold {
        name: "similar",
        about: "",
        unit: "percent",
        why: "",
        default: 60,
        least: 1,
        most: 100,
    }];

    #[test]
    fn what_is_set_is_known_and_within_its_bounds() {
        let read = |given: &str| Thresholds::read(KNOWN, &[given.to_owned()]);
        assert_eq!(read("similar=70").unwrap().get(&KNOWN[0]), 70);
        assert_eq!(Thresholds::read(KNOWN, &[]).unwrap().get(&KNOWN[0]), 60);
        assert!(matches!(read("similar"), Err(BadThreshold::Form(_))));
        assert!(matches!(read("similar=x"), Err(BadThreshold::Form(_))));
        assert!(matches!(read("same=1"), Err(BadThreshold::Unknown { .. })));
        assert!(matches!(
            read("similar=0"),
            Err(BadThreshold::Bounds { .. })
        ));
    }
}
