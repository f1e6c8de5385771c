//! What is understood in English. The first phrase of each is the one that is named when it may have been meant.

use super::Want;

pub(super) const PHRASES: &[(Want, &[&str])] = &[
    (
        Want::Status,
        &[
            "status",
            "[what is] the status [of the mesh]",
            "what is going on",
            "how is it going",
            "how are things",
            "who is here|online",
        ],
    ),
    (
        Want::Running,
        &[
            "what is running [right]",
            "tasks",
            "what runs",
            "which|what tasks are running",
            "what are the agents doing",
            "who is working [on what]",
        ],
    ),
    (
        Want::Waiting,
        &[
            "what waits for me",
            "what is waiting [for me]",
            "what is blocked",
            "what do i have|need to do|decide|answer",
            "do you need me",
            "does anything|anybody|anyone need me",
            "is anything waiting [for me]",
            "escalations",
        ],
    ),
    (
        Want::Pending,
        &[
            "which approvals are waiting|pending|open",
            "pending",
            "what is there to approve",
            "[read] [me] [the] open|pending approvals|questions",
        ],
    ),
    (
        Want::Costs,
        &[
            "how much did we|i spend today",
            "costs",
            "how much have we|i spent [today]",
            "what did we|i spend today",
            "what did today cost",
            "how much did it|today cost [today]",
            "what did it cost today",
        ],
    ),
    (
        Want::Finished,
        &[
            "what is done|finished",
            "summary",
            "what was|got done|finished [today]",
            "what came out",
        ],
    ),
    (
        Want::MostFailing,
        &[
            "which agent fails [the] most",
            "who fails [the] most",
            "which agent has the highest failure rate",
        ],
    ),
    (
        Want::DoneToday,
        &[
            "how many tasks has {agent} done|completed|finished today",
            "how many tasks did {agent} do|complete|finish today",
        ],
    ),
    (
        Want::DoneWeek,
        &[
            "how many tasks has {agent} done|completed|finished [this] [week]",
            "how many tasks did {agent} do|complete|finish this week",
        ],
    ),
    (
        Want::DoneMonth,
        &[
            "how many tasks has {agent} done|completed|finished this month",
            "how many tasks did {agent} do|complete|finish this month",
        ],
    ),
    (
        Want::Pause,
        &[
            "pause {agent}",
            "let {agent} pause|rest",
            "give {agent} no [more] work",
            "give no more work to {agent}",
        ],
    ),
    (
        Want::Drain,
        &[
            "take {agent} offline",
            "drain {agent}",
            "take {agent} offline for maintenance",
        ],
    ),
    (
        Want::Resume,
        &[
            "resume {agent}",
            "bring {agent} back|online",
            "bring {agent} back online",
            "give {agent} work again",
        ],
    ),
    (
        Want::StopAll,
        &[
            "pause all|everything|everyone|everybody",
            "stop dispatch|everything|all",
            "stop all work",
            "pause all work",
            "stop|pause all [the] agents",
            "hold everything",
        ],
    ),
    (
        Want::ResumeAll,
        &[
            "resume dispatch|all|everything|everyone|work",
            "resume all [the] agents",
            "continue everything",
        ],
    ),
    (
        Want::Approve,
        &[
            "approve [it|that|this]",
            "approve [the] request|question of|from|by {agent}",
            "approve {agent} [request|question]",
            "say yes to {agent}",
        ],
    ),
    (
        Want::Reject,
        &[
            "reject|deny|refuse [it|that|this]",
            "reject|deny|refuse [the] request|question of|from|by {agent}",
            "reject|deny|refuse {agent} [request|question]",
            "say no to {agent}",
        ],
    ),
    (
        Want::Cancel,
        &[
            "cancel [the] task of|from {agent}",
            "cancel {agent} task|work",
            "cancel what {agent} does|runs",
            "cancel what {agent} is doing",
            "cancel|abort [the] [running] task",
            "abort {agent} task",
        ],
    ),
    (
        Want::Task,
        &[
            "ask|tell|let|have|get {agent} [to|that] {text}",
            "give {agent} the task [to|of] {text}",
            "{agent} should|shall|must {text}",
        ],
    ),
    (
        Want::AnyTask,
        &[
            "ask|have|get somebody|someone|anybody|anyone [to] {text}",
            "somebody|someone should|must {text}",
        ],
    ),
];
