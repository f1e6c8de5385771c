//! From a line to what it asks for. Pure; whether a name is somebody's is asked of the caller.

/// What a line asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Line {
    /// Who is here and what they do.
    Status,
    /// The latest tasks.
    Tasks,
    /// What is waiting for a person.
    Escalations,
    /// Approvals that wait.
    Pending,
    /// What was spent today.
    Costs,
    /// What came of the latest tasks.
    Summary,
    /// The room's shared context.
    Context,
    /// Set a value of it.
    SetContext { key: String, value: String },
    /// A task for one agent.
    Ask { who: String, text: String },
    /// A task for whoever fits.
    Do { text: String },
    /// A goal that an agent takes apart.
    Auto { goal: String },
    /// Answer the latest approval.
    Decide { approve: bool, reason: String },
    /// Give somebody no work, or work again.
    Mode { who: String, mode: Mode },
    /// How many tasks at the same time.
    Slots { who: String, slots: u16 },
    /// Only this kind of work.
    Only {
        who: String,
        capabilities: Vec<String>,
    },
    /// Give out no work at all.
    Stop,
    /// Give out work again.
    Resume,
    /// Whose attempts fail most.
    MostFailing,
    /// How much somebody did.
    DoneBy { who: String, days: u32 },
    /// A command without what it needs.
    Incomplete {
        command: &'static str,
        form: &'static str,
    },
    /// Something that begins like a command and is none.
    Unknown { word: String },
    /// Something that is said.
    Say,
}

/// Whether somebody is given work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Open,
    Paused,
    Draining,
}

impl Line {
    /// What the command is called in answers.
    pub fn name(&self) -> &'static str {
        match self {
            Line::Status => "status",
            Line::Tasks => "tasks",
            Line::Escalations => "escalations",
            Line::Pending => "pending",
            Line::Costs => "costs",
            Line::Summary => "summary",
            Line::Context => "context",
            Line::SetContext { .. } => "context_set",
            Line::Ask { .. } => "ask",
            Line::Do { .. } => "do",
            Line::Auto { .. } => "auto",
            Line::Decide { approve: true, .. } => "approve",
            Line::Decide { approve: false, .. } => "reject",
            Line::Mode {
                mode: Mode::Open, ..
            } => "resume",
            Line::Mode {
                mode: Mode::Paused, ..
            } => "pause",
            Line::Mode {
                mode: Mode::Draining,
                ..
            } => "drain",
            Line::Slots { .. } => "slots",
            Line::Only { .. } => "move",
            Line::Stop => "stop_dispatch",
            Line::Resume => "resume_dispatch",
            Line::MostFailing => "most_failing",
            Line::DoneBy { .. } => "done_by",
            Line::Incomplete { command, .. } => command,
            Line::Unknown { .. } => "unknown",
            Line::Say => "chat",
        }
    }
}

/// Reads a line. A leading `/` says that it is a command and no talk. `known` says whether a handle is somebody's: "pause rex" is a
/// command if there is a rex, and talk if there is none.
pub(crate) fn parse(text: &str, known: impl Fn(&str) -> bool) -> Line {
    let text = text.trim();
    let line = text.strip_prefix('/');
    let text = line.unwrap_or(text).trim_start();
    let (first, rest) = match text.split_once(char::is_whitespace) {
        Some((first, rest)) => (first, rest.trim()),
        None => (text, ""),
    };
    let lower = first.to_lowercase();
    if let Some(line) = with_words(&lower, rest) {
        return line;
    }
    if let Some(handle) = lower
        .strip_prefix('@')
        .map(|handle| handle.trim_end_matches([',', ':']))
        && known(handle)
    {
        let who = handle.to_owned();
        return if rest.is_empty() {
            Line::Incomplete {
                command: "ask",
                form: "@NAME what is to be done",
            }
        } else {
            Line::Ask {
                who,
                text: rest.to_owned(),
            }
        };
    }
    // A path is talk: `/etc/hosts is wrong`.
    let is_command = line.is_some() && !first.is_empty() && !first.contains('/');
    let other = if is_command {
        Line::Unknown {
            word: first.to_owned(),
        }
    } else {
        Line::Say
    };
    bare(text)
        .or_else(|| operator(text, &known))
        .unwrap_or(other)
}

/// Commands whose first word is followed by words of one's own.
fn with_words(first: &str, rest: &str) -> Option<Line> {
    let missing = |command, form| Some(Line::Incomplete { command, form });
    match (first, rest) {
        ("do", "") => missing("do", "do what is to be done"),
        ("do", text) => Some(Line::Do {
            text: text.to_owned(),
        }),
        ("auto", "") => missing("auto", "auto the goal"),
        ("auto", goal) => Some(Line::Auto {
            goal: goal.to_owned(),
        }),
        ("@context", "") => Some(Line::Context),
        ("@context", pair) => match pair.split_once('=') {
            Some((key, value)) if !key.trim().is_empty() => Some(Line::SetContext {
                key: key.trim().to_owned(),
                value: value.trim().to_owned(),
            }),
            _ => missing("context_set", "@context name=value"),
        },
        ("approve:" | "reject:", reason) => Some(Line::Decide {
            approve: first == "approve:",
            reason: reason.to_owned(),
        }),
        _ => None,
    }
}

/// Commands of a word or two and nothing else.
fn bare(text: &str) -> Option<Line> {
    let decide = |approve| Line::Decide {
        approve,
        reason: String::new(),
    };
    let line = match simple(text).as_str() {
        "status" => Line::Status,
        "tasks" => Line::Tasks,
        "escalations" => Line::Escalations,
        "pending" => Line::Pending,
        "costs" | "@costs" => Line::Costs,
        "summary" => Line::Summary,
        "approve" => decide(true),
        "reject" => decide(false),
        "stop dispatch" => Line::Stop,
        "resume dispatch" => Line::Resume,
        "which agent fails most"
        | "which agent fails the most"
        | "which agent has the highest failure rate" => Line::MostFailing,
        _ => return None,
    };
    Some(line)
}

/// What those who run the mesh say about workers.
fn operator(text: &str, known: &impl Fn(&str) -> bool) -> Option<Line> {
    let simple = simple(text);
    let words: Vec<&str> = simple.split(' ').collect();
    let who = |word: &str| {
        let handle = word.trim_start_matches('@');
        known(handle).then(|| handle.to_owned())
    };
    let mode = |word: &str, mode| who(word).map(|who| Line::Mode { who, mode });
    let slots = |word: &str, number: &str| {
        let slots = number.parse().ok()?;
        who(word).map(|who| Line::Slots { who, slots })
    };
    match words.as_slice() {
        ["pause", name] => mode(name, Mode::Paused),
        ["drain", name] => mode(name, Mode::Draining),
        ["resume", name] => mode(name, Mode::Open),
        ["take", name, "offline", ..] => mode(name, Mode::Draining),
        ["bring", name, "online" | "back"] => mode(name, Mode::Open),
        ["set", name, "max", "concurrent", "to", number]
        | ["set", name, "max", "concurrent", number]
        | ["set", name, "slots", "to", number]
        | ["set", name, "slots", number] => slots(name, number),
        ["move", name, "to", capabilities @ .., "only"] => {
            let capabilities = capabilities
                .iter()
                .flat_map(|word| word.split(','))
                .filter(|word| !word.is_empty() && *word != "and")
                .map(str::to_owned)
                .collect::<Vec<_>>();
            (!capabilities.is_empty())
                .then(|| who(name))
                .flatten()
                .map(|who| Line::Only { who, capabilities })
        }
        [
            "how",
            "many",
            "tasks",
            "has",
            name,
            "done" | "completed" | "finished",
            span @ ..,
        ] => {
            let days = match span {
                [] | ["this", "week"] => 7,
                ["today"] => 1,
                ["this", "month"] => 30,
                _ => return None,
            };
            who(name).map(|who| Line::DoneBy { who, days })
        }
        _ => None,
    }
}

/// Small letters, single blanks, no mark at the end.
fn simple(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words
        .join(" ")
        .trim_end_matches(['.', '!', '?'])
        .trim_end()
        .to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Line {
        parse(text, |handle| ["rex", "archon"].contains(&handle))
    }

    fn decide(approve: bool, reason: &str) -> Line {
        Line::Decide {
            approve,
            reason: reason.to_owned(),
        }
    }

    fn mode(mode: Mode) -> Line {
        Line::Mode {
            who: "rex".to_owned(),
            mode,
        }
    }

    fn slots(slots: u16) -> Line {
        Line::Slots {
            who: "rex".to_owned(),
            slots,
        }
    }

    #[test]
    fn the_commands_of_one_word() {
        for (text, line) in [
            ("status", Line::Status),
            ("/status", Line::Status),
            (" Tasks ", Line::Tasks),
            ("@context", Line::Context),
            ("approve", decide(true, "")),
            ("reject", decide(false, "")),
            ("approve: looks fine", decide(true, "looks fine")),
            ("pending", Line::Pending),
            ("costs", Line::Costs),
            ("@costs", Line::Costs),
            ("escalations", Line::Escalations),
            ("summary", Line::Summary),
            ("Stop dispatch.", Line::Stop),
            ("resume  dispatch", Line::Resume),
            ("Which agent fails most?", Line::MostFailing),
        ] {
            assert_eq!(read(text), line, "{text}");
        }
    }

    #[test]
    fn words_of_ones_own_are_kept_as_they_are() {
        let text = |text: &str| text.to_owned();
        assert_eq!(
            read("@context branch = Main=2"),
            Line::SetContext {
                key: text("branch"),
                value: text("Main=2")
            }
        );
        for line in [
            "@rex Survey the\nparser",
            "@Rex, Survey the\nparser",
            "/@rex: Survey the\nparser",
        ] {
            let asked = Line::Ask {
                who: text("rex"),
                text: text("Survey the\nparser"),
            };
            assert_eq!(read(line), asked, "{line}");
        }
        assert_eq!(
            read("do Write IT"),
            Line::Do {
                text: text("Write IT")
            }
        );
        assert_eq!(
            read("auto ship v2"),
            Line::Auto {
                goal: text("ship v2")
            }
        );
        for (line, name) in [
            ("do", "do"),
            ("auto", "auto"),
            ("@rex", "ask"),
            ("@context branch", "context_set"),
        ] {
            assert!(matches!(read(line), Line::Incomplete { .. }), "{line}");
            assert_eq!(read(line).name(), name);
        }
    }

    #[test]
    fn operators_say_it_in_their_own_words() {
        for (text, line) in [
            ("pause rex", mode(Mode::Paused)),
            ("drain @rex", mode(Mode::Draining)),
            ("resume rex", mode(Mode::Open)),
            ("take rex offline", mode(Mode::Draining)),
            ("Take Rex offline for maintenance", mode(Mode::Draining)),
            ("bring rex back", mode(Mode::Open)),
            ("set rex max concurrent to 3", slots(3)),
            ("set rex slots 4", slots(4)),
        ] {
            assert_eq!(read(text), line, "{text}");
        }
        let only = Line::Only {
            who: "rex".to_owned(),
            capabilities: vec!["code-review".to_owned(), "test".to_owned()],
        };
        assert_eq!(read("move rex to code-review, test only"), only);
        assert_eq!(read("move rex to code-review and test only"), only);
        let done = |days| Line::DoneBy {
            who: "rex".to_owned(),
            days,
        };
        assert_eq!(read("how many tasks has rex done this week?"), done(7));
        assert_eq!(read("How many tasks has @rex completed today?"), done(1));
    }

    #[test]
    fn a_slash_begins_a_command_or_a_path() {
        for text in ["/typo", "/ typo", "/typo with words", "/statsu"] {
            assert!(matches!(read(text), Line::Unknown { .. }), "{text}");
        }
        assert_eq!(
            read("/Typo it"),
            Line::Unknown {
                word: "Typo".to_owned()
            }
        );
        for text in ["/etc/hosts is wrong", "/", "a /typo"] {
            assert_eq!(read(text), Line::Say, "{text}");
        }
    }

    #[test]
    fn everything_else_is_talk() {
        for text in [
            "",
            "hello there",
            "status of the build?",
            "approve of this plan, please",
            "pause for a moment",
            "pause nobody",
            "take a walk offline",
            "@nobody look",
            "set rex slots many",
            "move rex to only",
            "how many tasks has rex done since Tuesday?",
            "domain names are hard",
            "autopilot",
            "@contextual",
        ] {
            assert_eq!(read(text), Line::Say, "{text}");
        }
    }
}
