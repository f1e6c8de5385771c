//! How a command fails: what happened, what to do next, and the exit code.

use std::fmt;

use mesh_model::Refusal;
use mesh_model::policy::Ruling;
use mesh_sdk::Error;

/// Why a command did not do what it was asked.
#[derive(Debug)]
pub enum Failure {
    /// The node, or this program, said no. Exit code 1.
    Refused(Refusal),
    /// Something on this machine said no. Exit code 1.
    Here(Reason),
    /// The command line makes no sense. Exit code 2.
    Usage(Reason),
    /// No node answers. Exit code 3.
    Unreachable(Reason),
}

/// A failure as data. Its sentence is built in one place, by `Display`; nobody takes one apart.
#[derive(Debug)]
pub struct Reason {
    /// What happened, without what it means for the asker's data.
    pub what: String,
    /// What it means for the asker's data.
    pub effect: Effect,
    /// What to do next; empty if what happened says it.
    pub hint: String,
}

macro_rules! effects {
    ($($variant:ident = $words:literal;)*) => {
        /// What a failure means for the asker's data.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Effect {
            $(#[doc = $words] $variant,)*
            /// What happened says it, for no effect below fits.
            Told,
        }

        impl Effect {
            /// All that have words of their own.
            #[cfg(test)]
            pub const ALL: &'static [Effect] = &[$(Effect::$variant,)*];

            /// The end of the sentence.
            pub const fn words(self) -> &'static str {
                match self {
                    $(Effect::$variant => $words,)*
                    Effect::Told => "",
                }
            }
        }
    };
}

effects! {
    NothingDone = "nothing was done";
    NothingSent = "nothing was sent";
    NothingChanged = "nothing was changed";
    NothingWritten = "nothing was written";
    NothingTouched = "nothing was read or written";
    NothingKept = "nothing was kept";
    NothingCreated = "nothing was created";
    NothingTaken = "nothing was taken";
    NothingRun = "nothing was run";
    NothingChecked = "nothing was checked";
    NobodyRegistered = "nobody was registered";
    NoRulesSet = "no rules were set";
    NotStarted = "the node has not started";
    Incomplete = "what was written so far is not everything";
    TaskGoesOn = "the task goes on";
    UseRecorded = "the use is recorded";
    AllStored = "everything acknowledged is stored";
}

impl Reason {
    fn new(what: impl Into<String>, hint: impl Into<String>) -> Reason {
        Reason {
            what: what.into(),
            effect: Effect::Told,
            hint: hint.into(),
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (what, effect) = (self.what.trim_end(), self.effect.words());
        f.write_str(what)?;
        if effect.is_empty() {
            return Ok(());
        }
        // What shows a part of a file has a sentence of its own below it.
        let between = if what.contains('\n') { "\n" } else { "; " };
        write!(f, "{between}{effect}")
    }
}

/// What every command gives.
pub type Outcome<T> = Result<T, Failure>;

impl Failure {
    /// Something on this machine said no.
    pub fn here(what: impl Into<String>, hint: impl Into<String>) -> Failure {
        Failure::Here(Reason::new(what, hint))
    }

    /// The command line makes no sense.
    pub fn usage(what: impl Into<String>, hint: impl Into<String>) -> Failure {
        Failure::Usage(Reason::new(what, hint))
    }

    /// No node answers.
    pub fn unreachable(what: impl Into<String>, hint: impl Into<String>) -> Failure {
        Failure::Unreachable(Reason::new(what, hint))
    }

    /// The same, and what it means for the asker's data.
    pub fn so(mut self, effect: Effect) -> Failure {
        match &mut self {
            Failure::Refused(_) => {}
            Failure::Here(reason) | Failure::Usage(reason) | Failure::Unreachable(reason) => {
                reason.effect = effect;
            }
        }
        self
    }

    /// What happened and what it means for the asker's data, without what to do about it.
    pub fn what(&self) -> String {
        match self {
            Failure::Refused(refusal) => refusal.detail(),
            Failure::Here(reason) | Failure::Usage(reason) | Failure::Unreachable(reason) => {
                reason.to_string()
            }
        }
    }

    /// 1 refused, 2 usage, 3 cannot reach the node.
    pub fn exit_code(&self) -> u8 {
        match self {
            Failure::Refused(_) | Failure::Here(_) => 1,
            Failure::Usage(_) => 2,
            Failure::Unreachable(_) => 3,
        }
    }

    /// Tells the user, on standard error.
    pub fn print(&self, json: bool) {
        let what = self.what();
        let hint = match self {
            Failure::Refused(refusal) if json => {
                let problem = serde_json::to_string(&refusal.problem());
                eprintln!("{}", problem.unwrap_or_else(|_| refusal.to_string()));
                return;
            }
            Failure::Refused(refusal) => refusal.hint.as_ref(),
            Failure::Here(reason) | Failure::Usage(reason) | Failure::Unreachable(reason) => {
                reason.hint.as_str()
            }
        };
        if json {
            eprintln!(
                "{}",
                serde_json::json!({"detail": what, "hint": hint, "exit": self.exit_code()})
            );
        } else {
            eprintln!(
                "{} {what}",
                crate::output::paint(crate::output::Colour::Bad, "mesh:")
            );
            if !hint.is_empty() {
                eprintln!("      {hint}");
            }
            if let Failure::Refused(Refusal {
                rule: Some(rule), ..
            }) = self
            {
                eprintln!("      decided by {}", ruling(rule));
            }
        }
    }
}

/// What decided: its name, who set it, when and why.
pub fn ruling(rule: &Ruling) -> String {
    let kind = match serde_json::to_value(rule.by) {
        Ok(serde_json::Value::String(kind)) => kind.replace('_', " "),
        _ => String::new(),
    };
    let mut text = match &rule.name {
        Some(name) => format!("{kind} '{name}'"),
        None => kind,
    };
    if let Some(handle) = &rule.set_by {
        text.push_str(&format!(", set by @{handle}"));
    }
    if let Some(at) = rule.set_at {
        let at = at.to_string();
        text.push_str(&format!(
            " at {}",
            at.get(..16).unwrap_or(&at).replace('T', " ")
        ));
    }
    if let Some(version) = rule.version {
        text.push_str(&format!(", version {version} of the room's rules"));
    }
    if let Some(why) = &rule.why {
        text.push_str(&format!(": {}", crate::output::clean(why)));
    }
    text
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Failure {
        Failure::Refused(refusal)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        let what = error.to_string();
        match error {
            Error::Refused(refusal) => Failure::Refused(refusal),
            Error::Unreachable { .. } => Failure::unreachable(
                what,
                "start it with `mesh up`, or name another with --url; `mesh doctor` looks for the reason",
            ),
            Error::Stranger { .. } => Failure::unreachable(
                what,
                "start the node that is meant with `mesh up`, elsewhere if its place is taken; `mesh doctor` looks for the reason",
            ),
            Error::Key { .. } => Failure::here(
                what,
                "say it without a signature with --unsigned, or make another key: mesh identity rotate",
            )
            .so(Effect::NothingSent),
            Error::Closed => Failure::here(
                what,
                "ask again; `mesh doctor` looks for the reason if it happens again",
            ),
            Error::Invite(_) => Failure::here(
                what,
                "copy the whole address, up to the end of its code",
            ),
            Error::Protocol(_) | Error::Json(_) => Failure::here(
                what,
                "is something else listening there, or a node of another version? `mesh doctor` looks",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_place_makes_the_sentence_of_each_effect() {
        for &effect in Effect::ALL {
            let words = effect.words();
            for failure in [
                Failure::here("a is no b", "give a b").so(effect),
                Failure::usage("a is no b", "give a b").so(effect),
                Failure::unreachable("a is no b", "give a b").so(effect),
            ] {
                assert_eq!(failure.what(), format!("a is no b; {words}"));
            }
            let below = Failure::here("line 1\n  |  ^\n", "").so(effect).what();
            assert_eq!(below, format!("line 1\n  |  ^\n{words}"));
        }
        assert_eq!(Failure::here("it is full", "").what(), "it is full");
    }
}
