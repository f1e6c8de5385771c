//! How a command fails: what happened, what to do next, and the exit code.

use mesh_model::Refusal;
use mesh_model::policy::Ruling;
use mesh_sdk::Error;

/// Why a command did not do what it was asked.
#[derive(Debug)]
pub enum Failure {
    /// The node, or this program, said no. Exit code 1.
    Refused(Refusal),
    /// Something on this machine said no. Exit code 1.
    Here { what: String, hint: String },
    /// The command line makes no sense. Exit code 2.
    Usage { what: String, hint: String },
    /// No node answers. Exit code 3.
    Unreachable { what: String, hint: String },
}

/// What every command gives.
pub type Outcome<T> = Result<T, Failure>;

impl Failure {
    /// Something on this machine said no.
    pub fn here(what: impl Into<String>, hint: impl Into<String>) -> Failure {
        Failure::Here {
            what: what.into(),
            hint: hint.into(),
        }
    }

    /// The command line makes no sense.
    pub fn usage(what: impl Into<String>, hint: impl Into<String>) -> Failure {
        Failure::Usage {
            what: what.into(),
            hint: hint.into(),
        }
    }

    /// What happened, without what to do about it.
    pub fn what(&self) -> String {
        match self {
            Failure::Refused(refusal) => refusal.detail(),
            Failure::Here { what, .. }
            | Failure::Usage { what, .. }
            | Failure::Unreachable { what, .. } => what.clone(),
        }
    }

    /// 1 refused, 2 usage, 3 cannot reach the node.
    pub fn exit_code(&self) -> u8 {
        match self {
            Failure::Refused(_) | Failure::Here { .. } => 1,
            Failure::Usage { .. } => 2,
            Failure::Unreachable { .. } => 3,
        }
    }

    /// Tells the user, on standard error.
    pub fn print(&self, json: bool) {
        let detail;
        let (what, hint) = match self {
            Failure::Refused(refusal) if json => {
                let problem = serde_json::to_string(&refusal.problem());
                eprintln!("{}", problem.unwrap_or_else(|_| refusal.to_string()));
                return;
            }
            Failure::Refused(refusal) => {
                detail = refusal.detail();
                (detail.as_str(), refusal.hint.as_ref())
            }
            Failure::Here { what, hint }
            | Failure::Usage { what, hint }
            | Failure::Unreachable { what, hint } => (what.as_str(), hint.as_str()),
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
        match error {
            Error::Refused(refusal) => Failure::Refused(refusal),
            Error::Unreachable { .. } => Failure::Unreachable {
                what: error.to_string(),
                hint: "start it with `mesh up`, or name another with --url; `mesh doctor` looks for the reason".to_owned(),
            },
            Error::Stranger { .. } => Failure::Unreachable {
                what: error.to_string(),
                hint: "start the node that is meant with `mesh up`, elsewhere if its place is taken; `mesh doctor` looks for the reason".to_owned(),
            },
            Error::Key { .. } => Failure::Here {
                what: error.to_string(),
                hint: "nothing was sent; say it without a signature with --unsigned, or make another key: mesh identity rotate".to_owned(),
            },
            Error::Closed => Failure::Here {
                what: error.to_string(),
                hint: "ask again; `mesh doctor` looks for the reason if it happens again".to_owned(),
            },
            Error::Invite(_) => Failure::Here {
                what: error.to_string(),
                hint: "copy the whole address, up to the end of its code".to_owned(),
            },
            Error::Protocol(_) | Error::Json(_) => Failure::Here {
                what: error.to_string(),
                hint: "is something else listening there, or a node of another version? `mesh doctor` looks".to_owned(),
            },
        }
    }
}
