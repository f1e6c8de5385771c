//! The rules: what words must stand near each other, and in what order, for a text to try something.

use crate::lexicon::Concept::{self, *};
use crate::scan::Hit;

/// A rule that words in order make true.
pub struct Rule {
    pub name: &'static str,
    pub detail: &'static str,
    /// What each word in order must mean: one of these.
    parts: &'static [u64],
    /// The most bytes between two of them.
    gap: usize,
    /// Whether a negation before the first word takes it back.
    negatable: bool,
    /// The weight that training starts from.
    pub weight: f32,
}

const fn rule(
    name: &'static str,
    weight: f32,
    gap: usize,
    negatable: bool,
    parts: &'static [u64],
    detail: &'static str,
) -> Rule {
    Rule {
        name,
        detail,
        parts,
        gap,
        negatable,
        weight,
    }
}

const fn any(concepts: &[Concept]) -> u64 {
    let (mut set, mut at) = (0, 0);
    while at < concepts.len() {
        set |= concepts[at].bit();
        at += 1;
    }
    set
}

/// All rules over words. The place in this table is the place of a rule's trained weight: add at the end.
pub const RULES: &[Rule] = &[
    rule(
        "override_instructions",
        3.5,
        24,
        true,
        &[
            any(&[Override]),
            any(&[Prior]),
            any(&[Instructions, Prompt]),
        ],
        "It asks to ignore instructions that were given before.",
    ),
    rule(
        "override_everything",
        2.5,
        24,
        true,
        &[any(&[RepeatAbove])],
        "It asks to forget or repeat what came before.",
    ),
    rule(
        "new_instructions",
        1.5,
        24,
        false,
        &[any(&[NewTask])],
        "It announces new instructions or a new task.",
    ),
    rule(
        "role_change",
        1.2,
        40,
        true,
        &[any(&[YouAre]), any(&[Persona, Unbound, Jailbreak])],
        "It gives the reader another role without limits.",
    ),
    rule(
        "no_limits",
        1.5,
        24,
        false,
        &[any(&[Unbound])],
        "It says that no limits apply.",
    ),
    rule(
        "bypass_safeguards",
        2.0,
        32,
        true,
        &[any(&[Bypass, Override]), any(&[Safeguard])],
        "It asks to get around safeguards.",
    ),
    rule(
        "prompt_leak",
        2.2,
        40,
        true,
        &[any(&[Reveal, Send]), any(&[Prompt])],
        "It asks for the system prompt or hidden instructions.",
    ),
    rule(
        "secret_exfiltration",
        2.0,
        60,
        true,
        &[any(&[Send]), any(&[Secret]), any(&[Target])],
        "It asks to send secrets to somewhere.",
    ),
    rule(
        "secret_request",
        1.0,
        40,
        true,
        &[any(&[Reveal, Send]), any(&[Secret])],
        "It asks for secrets.",
    ),
    rule(
        "concealment",
        1.5,
        30,
        false,
        &[any(&[Conceal]), any(&[User])],
        "It asks to hide something from the user.",
    ),
    rule(
        "conceal",
        0.6,
        30,
        false,
        &[any(&[Conceal])],
        "It asks for silence.",
    ),
    rule(
        "addresses_the_reader",
        2.0,
        24,
        false,
        &[any(&[Reader])],
        "It speaks to an AI that reads it.",
    ),
    rule(
        "claims_authority",
        0.9,
        24,
        false,
        &[any(&[Authority])],
        "It claims an authority.",
    ),
    rule(
        "urgent_order",
        0.5,
        60,
        false,
        &[
            any(&[Urgency]),
            any(&[Override, Send, Obey, NewTask, Bypass]),
        ],
        "It presses for haste.",
    ),
    rule(
        "fake_role_marker",
        1.5,
        24,
        false,
        &[any(&[RoleMarker])],
        "It has a marker that separates roles in a conversation with a model.",
    ),
    rule(
        "fake_tool_call",
        1.8,
        24,
        false,
        &[any(&[ToolMarker])],
        "It has a block that looks like a tool's call or result.",
    ),
    rule(
        "fake_memory",
        2.2,
        24,
        false,
        &[any(&[MemoryMarker])],
        "It has a block that looks like a write to memory.",
    ),
    rule(
        "memory_order",
        0.9,
        60,
        true,
        &[any(&[Remember]), any(&[Always, Override, YouAre, Answer])],
        "It asks to remember an order for later.",
    ),
    rule(
        "decode_and_obey",
        1.8,
        60,
        false,
        &[any(&[Decode]), any(&[Obey])],
        "It asks to decode something and to act on it.",
    ),
    rule(
        "encoded_order",
        1.2,
        60,
        false,
        &[any(&[Encoded]), any(&[Obey, Decode])],
        "It speaks of an encoded order.",
    ),
    rule(
        "closes_the_data",
        1.2,
        120,
        false,
        &[
            any(&[EndMarker]),
            any(&[
                NewTask,
                Override,
                YouAre,
                RoleMarker,
                Answer,
                RepeatAbove,
                Reader,
            ]),
        ],
        "It pretends that the data ends and orders begin.",
    ),
    rule(
        "jailbreak_phrase",
        1.0,
        80,
        false,
        &[
            any(&[Jailbreak]),
            any(&[Jailbreak, Unbound, Persona, YouAre]),
        ],
        "It uses phrases of known jailbreaks.",
    ),
    rule(
        "command_order",
        0.5,
        60,
        true,
        &[
            any(&[Obey, Override, NewTask, FirstDo, Reader]),
            any(&[Command]),
        ],
        "It asks to run a command.",
    ),
    rule(
        "approval_order",
        1.0,
        60,
        true,
        &[any(&[Approve]), any(&[Unchecked])],
        "It asks for approval without a check.",
    ),
    rule(
        "dictated_answer",
        0.8,
        60,
        false,
        &[
            any(&[Override, Instead, RepeatAbove, NewTask, Reader, FirstDo]),
            any(&[Answer]),
        ],
        "It dictates the answer.",
    ),
    rule(
        "detour",
        0.9,
        80,
        false,
        &[
            any(&[FirstDo]),
            any(&[Send, Reveal, Command, Obey]),
            any(&[Secret, Target, Prompt]),
        ],
        "It puts another task in front of the one at hand.",
    ),
    rule(
        "hidden_place",
        0.4,
        24,
        false,
        &[any(&[Hide])],
        "It has a place that a reader of the page does not see.",
    ),
    rule(
        "hidden_order",
        1.8,
        160,
        false,
        &[
            any(&[Hide]),
            any(&[
                Override,
                NewTask,
                Reader,
                YouAre,
                RepeatAbove,
                Answer,
                Prompt,
                Authority,
            ]),
        ],
        "It has orders where a reader of the page does not see them.",
    ),
    rule(
        "script_injection",
        0.8,
        24,
        false,
        &[any(&[ScriptTag])],
        "It has a script for a browser.",
    ),
    rule(
        "discusses_attacks",
        -0.5,
        24,
        false,
        &[any(&[Discussion])],
        "It speaks about attacks.",
    ),
    rule(
        "override_instructions_last",
        3.0,
        24,
        true,
        &[
            any(&[Prior]),
            any(&[Instructions, Prompt]),
            any(&[OverrideLast]),
        ],
        "It asks to ignore instructions that were given before.",
    ),
    rule(
        "prompt_leak_last",
        2.5,
        40,
        true,
        &[any(&[Prompt]), any(&[RevealLast])],
        "It asks for the system prompt or hidden instructions.",
    ),
    rule(
        "commands_the_assistant",
        0.7,
        24,
        false,
        &[any(&[AgentMust])],
        "It says what an assistant must do.",
    ),
    rule(
        "order_with_data",
        0.8,
        60,
        true,
        &[
            any(&[
                NewTask,
                RepeatAbove,
                Reader,
                AgentMust,
                Authority,
                FirstDo,
                Urgency,
            ]),
            any(&[Send, Reveal, Command]),
            any(&[Secret, Target, Prompt]),
        ],
        "It orders that data goes somewhere.",
    ),
    rule(
        "order_to_a_machine",
        0.6,
        60,
        false,
        &[
            any(&[Machine, Reader]),
            any(&[Must, Please, Obey]),
            any(&[
                Send, Command, Fetch, Install, Destroy, Alter, Publish, Access, Money, Tell, Reveal,
            ]),
        ],
        "It tells a machine to do something.",
    ),
    rule(
        "weakens_checks",
        0.5,
        40,
        true,
        &[any(&[Bypass, Destroy, Override]), any(&[Checks])],
        "It asks to take a check away.",
    ),
    rule(
        "changes_standing_orders",
        0.6,
        60,
        true,
        &[any(&[Alter, Send, Remember]), any(&[Config])],
        "It asks to change what an agent keeps: memory, settings, instruction files.",
    ),
    rule(
        "fetches_and_runs",
        0.6,
        80,
        true,
        &[
            any(&[Fetch]),
            any(&[Target]),
            any(&[Obey, Command, Install]),
        ],
        "It asks to fetch something and to run it.",
    ),
    rule(
        "moves_money",
        0.5,
        60,
        true,
        &[any(&[Send, Money]), any(&[Money]), any(&[Target, Money])],
        "It asks to pay or to transfer.",
    ),
    rule(
        "grants_access",
        0.5,
        60,
        true,
        &[
            any(&[Access, Alter]),
            any(&[Access]),
            any(&[Target, Access]),
        ],
        "It asks to let somebody in.",
    ),
    rule(
        "before_the_task",
        0.8,
        80,
        false,
        &[
            any(&[Sequence, FirstDo]),
            any(&[Task]),
            any(&[
                Send, Command, Fetch, Install, Destroy, Alter, Publish, Access, Money, Reveal,
            ]),
        ],
        "It puts something in front of or behind the task at hand.",
    ),
    rule(
        "dictates_what_is_told",
        0.5,
        60,
        true,
        &[
            any(&[Tell]),
            any(&[User]),
            any(&[Conceal, Approve, Target, Money]),
        ],
        "It dictates what people are told.",
    ),
];

/// How far back a rule looks for its earlier words.
const LOOK_BACK: usize = 16;
/// How near a negation must stand before a rule's first word to take it back.
const NEGATION_GAP: usize = 12;

/// A rule that is true, with its place in the view.
#[derive(Debug, Clone, Copy)]
pub struct RuleMatch {
    pub rule: usize,
    pub start: usize,
    pub end: usize,
}

/// Each place where a rule is true of these words, in order of where it ends.
pub fn apply(text: &str, hits: &[Hit]) -> Vec<RuleMatch> {
    let mut found = Vec::new();
    for (at, hit) in hits.iter().enumerate() {
        if hit.concepts & ENDS == 0 {
            continue;
        }
        for (number, rule) in RULES.iter().enumerate() {
            let last = rule.parts[rule.parts.len() - 1];
            if hit.concepts & last == 0 {
                continue;
            }
            let Some(first) = chain(text, hits, at, rule) else {
                continue;
            };
            if rule.negatable && negated(hits, first) {
                continue;
            }
            found.push(RuleMatch {
                rule: number,
                start: hits[first].start,
                end: hit.end,
            });
        }
    }
    found
}

/// Concepts that a rule ends with.
const ENDS: u64 = {
    let (mut set, mut at) = (0, 0);
    while at < RULES.len() {
        set |= RULES[at].parts[RULES[at].parts.len() - 1];
        at += 1;
    }
    set
};

/// The place of a rule's first word if its words stand in order up to this one.
fn chain(text: &str, hits: &[Hit], last: usize, rule: &Rule) -> Option<usize> {
    let mut at = last;
    for part in rule.parts.iter().rev().skip(1) {
        let from = at.saturating_sub(LOOK_BACK);
        let start = hits[at].start;
        at = (from..at)
            .rev()
            .find(|&earlier| hits[earlier].concepts & part != 0 && hits[earlier].end <= start)?;
        if start.saturating_sub(hits[at].end) > rule.gap
            || sentence_ends(&text[hits[at].end..start])
        {
            return None;
        }
    }
    Some(at)
}

fn negated(hits: &[Hit], first: usize) -> bool {
    hits[first.saturating_sub(3)..first].iter().any(|hit| {
        hit.is(Negation)
            && hit.end <= hits[first].start
            && hits[first].start - hit.end <= NEGATION_GAP
    })
}

fn sentence_ends(between: &str) -> bool {
    [". ", "! ", "? ", "\n\n", "。"]
        .iter()
        .any(|end| between.contains(end))
}

#[cfg(test)]
mod tests;
