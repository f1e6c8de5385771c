//! Every limit that a client can meet, each with its reason. Bytes unless the name says otherwise.
//!
//! Bounds that nobody outside can meet (a cache, a queue, a block that is read at once) stand in the file that keeps them, with their
//! reason. What a worker's machine and the plugins bear is the affair of `mesh-work` and `mesh-link` and stands there.

mod discovery;
mod entity;
mod journal;
mod past;
mod plan;
mod public;
mod report;
mod simulation;
mod webhook;

pub use discovery::*;
pub use entity::*;
pub use journal::*;
pub use past::*;
pub use plan::*;
pub use public::*;
pub use report::*;
pub use simulation::*;
pub use webhook::*;

/// A message's text with its payload: seed of every buffer size; larger things are files.
pub const MESSAGE_BYTES_MAX: usize = 50 * 1024;
/// One HTTP request body or WebSocket frame: a message with room for escapes and its envelope.
pub const REQUEST_BYTES_MAX: usize = 256 * 1024;
/// A message as it is handed into a running session. Programs cut what is longer, or show a preview of it, and say nothing.
pub const DELIVERY_BYTES_MAX: usize = 8 * 1024;
/// So often a participant's idle sessions are woken within an hour. Each wake costs its owner a request of a model; what comes
/// then waits for the next turn.
pub const WAKES_PER_HOUR_MAX: usize = 20;
/// Content of one event as the log stores it. The door holds a message to [`MESSAGE_BYTES_MAX`] as
/// people count it; with escapes and field names it takes more, but never more than its request.
pub const CONTENT_BYTES_MAX: usize = REQUEST_BYTES_MAX;
/// What one participant has the guard look at by `guard.check`, KiB a second on average: looking costs it a hundredth of a core.
pub const GUARD_CHECK_KIB_PER_SECOND: u32 = 64;
/// The same at once, after a pause, KiB: two of the largest requests.
pub const GUARD_CHECK_KIB_BURST: u32 = 512;
/// Calls of `guard.check` that are looked at at a time; others wait, so that messages find a free thread.
pub const GUARD_CHECKS_MAX: usize = 1;
/// Nesting of any JSON a client sends: parsers recurse, and nobody needs more.
pub const JSON_DEPTH_MAX: usize = 32;
/// A JSON Schema of an event type.
pub const SCHEMA_BYTES_MAX: usize = 16 * 1024;
/// Mentions in one message: each one lands in an inbox.
pub const MENTIONS_MAX: usize = 64;
/// A handle, room or group name: must stay readable in a table of 80 columns.
pub const NAME_CHARS_MAX: usize = 40;
/// A display name, label or role.
pub const LABEL_CHARS_MAX: usize = 80;
/// A topic, profile text or summary.
pub const TEXT_CHARS_MAX: usize = 500;
/// Each metadata value a client states about itself.
pub const METADATA_CHARS_MAX: usize = 256;
/// Roles of one participant.
pub const ROLES_MAX: usize = 16;
/// Skills in one profile: words that others search for.
pub const SKILLS_MAX: usize = 32;
/// Members named when a room or group conversation is created.
pub const INITIAL_MEMBERS_MAX: usize = 100;
/// An idempotency key as the client sends it.
pub const IDEMPOTENCY_KEY_CHARS_MAX: usize = 128;
/// Keyed commands remembered per participant, evicted oldest first: an hour of steady work.
pub const KEYED_COMMANDS_MAX: usize = 10_000;
/// Acknowledged ranges kept above an inbox's watermark: `now` may overtake, but not for ever.
pub const INBOX_RANGES_MAX: usize = 256;
/// A page of any list.
pub const PAGE_ITEMS_MAX: usize = 500;
/// A page when the client names no size.
pub const PAGE_ITEMS_DEFAULT: usize = 50;
/// Events waiting for one subscriber before it is cut off and has to resume.
pub const SUBSCRIBER_EVENTS_MAX: usize = 4096;
/// Bytes waiting for one subscriber before it is cut off.
pub const SUBSCRIBER_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Calls one WebSocket may have in flight: beyond it reading from the socket pauses.
pub const CALLS_IN_FLIGHT_MAX: usize = 512;
/// Time a new WebSocket has to say hello, milliseconds.
pub const HELLO_WAIT_MS: u64 = 10_000;
/// Between WebSocket pings and SSE keepalive comments, milliseconds.
pub const KEEPALIVE_MS: u64 = 30_000;
/// A session whose connection broke is kept open this long for it to come back, milliseconds.
pub const SESSION_GRACE_MS: u64 = 30_000;
/// Sessions that one participant's MCP clients have at a time: many programs on many machines. The one that was silent for
/// longest makes room for another.
pub const SESSIONS_CARRIED_MAX: usize = 256;
/// Sessions that one participant has open at a time: its pages, programs and sockets together.
pub const SESSIONS_OPEN_MAX: usize = 1024;
/// The same of somebody below trust `local`.
pub const SESSIONS_OPEN_OUTSIDE_MAX: usize = 32;
/// Streams of events that one participant listens to at a time, with a session or without.
pub const STREAMS_MAX: usize = 1024;
/// The same of somebody below trust `local`.
pub const STREAMS_OUTSIDE_MAX: usize = 32;
/// A presence beat older than this means away, milliseconds.
pub const PRESENCE_STALE_MS: u64 = 90_000;
/// A browser's sign-in, milliseconds: a day.
pub const COOKIE_MS: u64 = 24 * 60 * 60 * 1000;
/// A one-time sign-in link, milliseconds: ten minutes.
pub const LOGIN_LINK_MS: u64 = 10 * 60 * 1000;
/// Failed logins of one account at one place (a network, or a browser that it knows) in [`LOGIN_WINDOW_MS`].
pub const LOGIN_FAILURES_MAX: u32 = 5;
/// Failed logins of one account from all places that it does not know, or from one network at all accounts that do not
/// know it: a person mistypes less often, and a list of passwords is longer.
pub const LOGIN_STRANGERS_MAX: u32 = 50;
/// How long an account knows a browser or network, milliseconds: ninety days.
pub const LOGIN_KNOWN_MS: u64 = 90 * 24 * 60 * 60 * 1000;
/// Browsers and networks that an account knows.
pub const LOGIN_PLACES_MAX: u32 = 64;
/// The window for failed logins, milliseconds: five minutes.
pub const LOGIN_WINDOW_MS: u64 = 5 * 60 * 1000;
/// Passwords hashed at the same time: each takes 19 MiB and a core.
pub const PASSWORD_HASHES_MAX: usize = 2;
/// A password: shorter ones are guessed, longer ones are somebody's denial of service.
pub const PASSWORD_CHARS_MIN: usize = 10;
/// See [`PASSWORD_CHARS_MIN`].
pub const PASSWORD_CHARS_MAX: usize = 256;
/// Uses of one invite.
pub const INVITE_USES_MAX: u32 = 1000;
/// Requests a minute of an API key that names no limit.
pub const API_KEY_PER_MINUTE_DEFAULT: u32 = 60;
/// Requests a day of an API key that names no limit.
pub const API_KEY_PER_DAY_DEFAULT: u32 = 10_000;
/// Rooms in one list: more are found by name.
pub const ROOMS_LISTED_MAX: usize = 1000;
/// Participants in one list: more are found by words.
pub const PARTICIPANTS_LISTED_MAX: usize = 1000;
/// Stays and ended sessions in one list; narrower questions reach older ones.
pub const STAYS_LISTED_MAX: usize = 500;
/// Events that one replay looks at before it answers with what it found, and a cursor to go on.
pub const REPLAY_EVENTS_MAX: usize = 20_000;
/// Rooms that one subscription names: more is "all of them".
pub const SUBSCRIBED_ROOMS_MAX: usize = 500;
/// Event types named in one replay or subscription.
pub const EVENT_TYPES_MAX: usize = 64;
/// Words of a search query that count: more make a slow query, not a better one.
pub const SEARCH_WORDS_MAX: usize = 16;
/// Commands with which a batch of the writer is full; only the last call's own commands may go beyond it.
pub const BATCH_COMMANDS_MAX: usize = 1024;
/// Calls waiting for the writer before new ones are refused as `overloaded`.
pub const WRITER_QUEUE_MAX: usize = 16_384;
/// Parents of a participant followed upward: an agent of an agent of an agent is deep enough.
pub const PARENT_DEPTH_MAX: usize = 8;
/// Credentials made with credentials: every request walks that line, and people must be able to follow it.
pub const CREDENTIAL_LINE_MAX: usize = 16;
/// A room's policy as JSON: a person must be able to read it.
pub const POLICY_BYTES_MAX: usize = 32 * 1024;
/// Rules of one policy: each is looked at for every message.
pub const POLICY_RULES_MAX: usize = 128;
/// Limits of one policy.
pub const POLICY_LIMITS_MAX: usize = 32;
/// Names in one list of a policy.
pub const POLICY_NAMES_MAX: usize = 256;
/// The reason a rule gives.
pub const POLICY_WHY_CHARS_MAX: usize = 200;
/// Slow mode, seconds between two messages of one participant: an hour and no longer.
pub const SLOW_MODE_SECONDS_MAX: u32 = 3600;
/// Messages that one message quotes.
pub const QUOTES_MAX: usize = 8;
/// Files that one message brings along: each is looked up whenever the message is read.
pub const MESSAGE_FILES_MAX: usize = 10;
/// Kinds of reactions to one message: a row of signs that people take in at a glance.
pub const REACTION_KINDS_MAX: usize = 20;
/// Reactions of one participant to one message.
pub const REACTIONS_OF_ONE_MAX: usize = 5;
/// Reactions that one participant sets or takes back in one room within a minute. They wake nobody, but each is an event.
pub const REACTIONS_PER_MINUTE_MAX: u32 = 30;
/// Of those who reacted alike, how many an answer names; it counts all of them.
pub const REACTORS_TOLD_MAX: usize = 20;
/// Pinned messages of one room: more would be a second history.
pub const PINS_MAX: usize = 50;
/// Versions of one message that its history tells, the newest.
pub const VERSIONS_TOLD_MAX: usize = 100;
/// Rooms whose label one message carries.
pub const LABELS_MAX: usize = 16;
/// Relays a message passed: the path is shown and must stay short.
pub const RELAYS_MAX: usize = 3;
/// Messages that programs pass among themselves, each in answer to one before, until a person is asked; a room may say
/// another number. Twelve is enough for an agreement, and little enough to pay for a loop.
pub const TURNS_DEFAULT: u16 = 12;
/// The most that a room may say.
pub const TURNS_MAX: u16 = 1000;
/// After this long without an answer an exchange among programs is over, milliseconds: ten minutes.
pub const EXCHANGE_QUIET_MS: u64 = 10 * 60 * 1000;
/// How long an exchange rests that a person has refused, milliseconds: an hour.
pub const EXCHANGE_REFUSED_MS: u64 = 60 * 60 * 1000;
/// Programs of one exchange that are remembered one by one; in a larger one nobody is new.
pub const EXCHANGE_PROGRAMS_MAX: usize = 32;
/// Keys of one participant that hold at one time: its devices.
pub const KEYS_MAX: usize = 16;
/// Messages that one call looks at again: it scans each of them.
pub const RESCAN_MESSAGES_MAX: usize = 1000;
/// A stored secret's value.
pub const SECRET_BYTES_MAX: usize = 4096;
/// Rooms that are counted one by one of what a session has read; with more it counts as having read all that its
/// participant may read.
pub const INFLUENCES_MAX: usize = 256;
/// Acts of one participant that wait for a person's word; a new one lets go of the oldest.
pub const HELD_ACTS_MAX: usize = 32;
/// Rooms that a program has left and that still count as read by it.
pub const LEFT_ROOMS_MAX: usize = 256;
/// Invitations of one room that wait for an answer.
pub const INVITATIONS_MAX: usize = 500;
/// Those named to answer in one room what one participant's programs ask.
pub const ANSWERERS_MAX: usize = 16;
/// Rooms that a worker names when it enrols.
pub const ENROL_ROOMS_MAX: usize = 64;
/// Bans of one room.
pub const BANS_MAX: usize = 10_000;
/// A figure in the limits of requests: more is no limit at all.
pub const REQUESTS_MAX: u32 = 1_000_000;
/// Tools and plugins for which the owner said for whom they are: more than any node has.
pub const TOOL_AUDIENCES_MAX: usize = 256;
/// Participants, roles or rooms in one tool's audience: more is a role.
pub const TOOL_AUDIENCE_NAMES_MAX: usize = 64;
/// Secrets of one node.
pub const SECRETS_MAX: usize = 1000;
/// Links to other meshes: each is a task that speaks.
pub const LINKS_MAX: usize = 64;
/// Rooms of this mesh that one peer may follow, and rooms of one peer that are remembered as offered.
pub const LINK_ROOMS_MAX: usize = 128;
/// What one peer may refuse until somebody has looked; with more the link waits.
pub const LINK_DEAD_MAX: usize = 500;
/// Erasures that one peer has not confirmed and that are remembered: with more the oldest are forgotten, for none may be refused.
pub const LINK_ERASING_MAX: usize = 1000;
/// The address of a peer.
pub const LINK_ADDRESS_BYTES_MAX: usize = 512;
/// What is told to a peer before it has acknowledged any of it.
pub const LINK_WINDOW: usize = 64;
/// Whom a peer may name in one message.
pub const LINK_MENTIONS_MAX: usize = 32;
/// So long a task is left to a worker of this mesh that is free and does not take it, before it goes to a peer.
pub const OVERFLOW_GRACE_MS: u64 = 10_000;
/// Capabilities that one peer may be lent, and that a room's tasks may be borrowed for.
pub const LINK_CAPABILITIES_MAX: usize = 32;
/// Tasks of one peer that may be open here at the same time.
pub const LINK_TASKS_MAX: u16 = 64;
/// How long a webhook's old secret signs beside the new one, milliseconds: a day for receivers to learn it.
pub const WEBHOOK_OVERLAP_MS: u64 = 24 * 60 * 60 * 1000;
/// Schedules of one participant.
pub const SCHEDULES_OF_ONE_MAX: usize = 100;
/// Schedules of one node: each is a record in memory.
pub const SCHEDULES_MAX: usize = 10_000;
/// The shortest time between two runs of a schedule, seconds: who wants more often wants an event and not a clock.
pub const SCHEDULE_PERIOD_S_MIN: u32 = 60;
/// The same for those who are trusted less than `local`.
pub const SCHEDULE_PERIOD_STRANGER_S_MIN: u32 = 60 * 60;
/// How far ahead a moment lies at most, milliseconds: five years.
pub const SCHEDULE_AHEAD_MS_MAX: u64 = 5 * 366 * 24 * 60 * 60 * 1000;
/// What runs later than this after its time is late, milliseconds, and left out if the schedule says so.
pub const SCHEDULE_LATE_MS: u64 = 60_000;
/// So many refusals in a row pause a schedule.
pub const SCHEDULE_REFUSALS_MAX: u8 = 5;
/// Runs of one schedule that are told of: the newest say most.
pub const SCHEDULE_RUNS_KEPT: usize = 20;
/// Times that are told ahead.
pub const SCHEDULE_TIMES_TOLD: usize = 10;
/// Tasks that one run creates: it comes again and again.
pub const SCHEDULE_TASKS_MAX: usize = 20;
/// A cron expression.
pub const CRON_CHARS_MAX: usize = 100;
/// What a refusal said, as far as a run remembers it.
pub const SCHEDULE_WHY_CHARS_MAX: usize = 500;
/// Rooms of which somebody says what it wants to hear: as many as anybody sets by hand.
pub const ATTENTION_ROOMS_MAX: usize = 500;
/// The longest silence that somebody asks for, milliseconds: a year.
pub const SILENCE_MS_MAX: u64 = 366 * 24 * 60 * 60 * 1000;
/// The address that a push service gives a browser: the longest in use are half as long.
pub const PUSH_ENDPOINT_BYTES_MAX: usize = 1024;
/// Browsers of one person that are told of what waits: each is a task that listens.
pub const PUSH_BROWSERS_MAX: usize = 8;
/// So long a page that is looked at is believed to be, milliseconds, unless it says so again.
pub const PUSH_LOOK_MS: u64 = 2 * 60 * 1000;
/// Inlets of one room: each is a voice in it.
pub const INLETS_ROOM_MAX: usize = 16;
/// Inlets of one node: what is known of their deliveries stays in memory.
pub const INLETS_MAX: usize = 128;
/// The body of one delivery: what senders tell of one event; larger ones name the rest by its address.
pub const INLET_BODY_BYTES_MAX: usize = 1024 * 1024;
/// Deliveries of one inlet that are told of: the newest say most.
pub const INLET_DELIVERIES_MAX: usize = 50;
/// Bodies of one inlet's deliveries that are kept to be carried out once more: the largest one, or many small ones.
pub const INLET_KEPT_BYTES_MAX: usize = INLET_BODY_BYTES_MAX;
/// How long a body is kept for that, milliseconds: a day to notice.
pub const INLET_KEPT_MS: u64 = 24 * 60 * 60 * 1000;
/// How far the moment of a signed delivery may lie from the node's, seconds: an old one may be somebody's repetition.
pub const INLET_TOLERANCE_S: u64 = 5 * 60;
/// How long an inlet's old secret holds beside the new one, milliseconds: a day to enter it at the sender's.
pub const INLET_OVERLAP_MS: u64 = 24 * 60 * 60 * 1000;
/// A secret that a sender chose, characters: shorter ones are guessed.
pub const INLET_SECRET_CHARS_MIN: usize = 8;
/// See [`INLET_SECRET_CHARS_MIN`].
pub const INLET_SECRET_CHARS_MAX: usize = 256;
/// Whom the messages of one inlet name.
pub const INLET_MENTIONS_MAX: usize = 8;
/// Blanks or fields that one inlet fills in.
pub const INLET_VALUES_MAX: usize = 32;
/// One blank that is filled in from a delivery, characters: what is longer is cut.
pub const INLET_VALUE_CHARS_MAX: usize = 4000;
/// Messages of one participant that wait in quarantine: more would be a flood for its moderators.
pub const QUARANTINED_MAX: usize = 50;
/// Messages of everybody that wait in quarantine.
pub const QUARANTINED_ALL_MAX: usize = 10_000;
/// The name of an origin, sender or relay.
pub const RELAY_CHARS_MAX: usize = 200;
/// Tasks created by one command: a whole graph of work in one batch.
pub const TASKS_CREATED_MAX: usize = 1000;
/// Open tasks of one mesh: with what is kept of ended ones they stay in memory.
pub const TASKS_OPEN_MAX: usize = 200_000;
/// Ended tasks kept in memory to be retried, confirmed or built upon; older ones are in the log.
pub const TASKS_ENDED_MAX: usize = 10_000;
/// Tasks that one task waits for: each result is handed to it.
pub const TASK_NEEDS_MAX: usize = 64;
/// Tasks looked at for a circle of dependencies before a new one is refused.
pub const TASK_PATH_MAX: usize = 20_000;
/// Attempts at a task before it escalates or fails.
pub const TASK_ATTEMPTS_MAX: u8 = 20;
/// Attempts at a task that names no number.
pub const TASK_ATTEMPTS_DEFAULT: u8 = 3;
/// A task's priority goes from 0 to this.
pub const TASK_PRIORITY_MAX: u8 = 9;
/// The priority of a task that names none.
pub const TASK_PRIORITY_DEFAULT: u8 = 5;
/// Handoffs of one task: beyond it nobody seems able to finish it.
pub const TASK_HANDOFFS_MAX: u8 = 16;
/// Partial output that one attempt hands on to the next.
pub const HANDOFF_BYTES_MAX: usize = 32 * 1024;
/// One stored piece of a running task's output.
pub const PROGRESS_BYTES_MAX: usize = 16 * 1024;
/// Pieces of output that one attempt stores: a runner that prints for ever does not fill the log.
pub const PROGRESS_PARTS_MAX: u32 = 2000;
/// Wait before the first repetition of a task that names none, milliseconds.
pub const TASK_BACKOFF_MS_DEFAULT: u32 = 1_000;
/// Wait before any repetition, milliseconds: ten minutes.
pub const TASK_BACKOFF_MS_MAX: u64 = 10 * 60 * 1000;
/// A lease, milliseconds: long enough for two lost heartbeats.
pub const LEASE_MS_DEFAULT: u32 = 60_000;
/// See [`LEASE_MS_DEFAULT`]; shorter ones would be all heartbeats.
pub const LEASE_MS_MIN: u32 = 10_000;
/// See [`LEASE_MS_DEFAULT`]; a dead worker's task waits this long at most.
pub const LEASE_MS_MAX: u32 = 10 * 60 * 1000;
/// How long a ready task is left to a free worker of better reputation, milliseconds.
pub const TAKE_GRACE_MS: u64 = 500;
/// Tasks that one call takes.
pub const TAKE_TASKS_MAX: u8 = 64;
/// Results or pieces of output in one call: as many tasks as one call takes.
pub const TASK_PARTS_MAX: usize = 64;
/// Queued tasks looked at for one that fits before a worker is told to wait.
pub const TAKE_SCAN_MAX: usize = 4096;
/// Of these, tasks looked at one by one because some workers are kept from them.
pub const TAKE_PICKY_MAX: usize = 64;
/// Workers that wait and are tried in one batch: each costs a decision on the writer's thread.
pub const TAKES_TRIED_MAX: usize = 64;
/// Better workers to whose free slots tasks are left.
pub const TAKE_RIVALS_MAX: usize = 8;
/// Tasks that one worker runs at the same time.
pub const WORKER_SLOTS_MAX: u16 = 256;
/// Capabilities of one worker.
pub const WORKER_CAPABILITIES_MAX: usize = 32;
/// Workers of one mesh.
pub const WORKERS_MAX: usize = 10_000;
/// Failures in a row after which a worker gets nothing for [`BREAKER_MS`].
pub const BREAKER_FAILURES: u8 = 3;
/// How long a worker that failed again and again gets nothing, milliseconds.
pub const BREAKER_MS: u64 = 60_000;
/// Confidence in percent below which a second agent looks at a result.
pub const VERIFY_BELOW_DEFAULT: u8 = 70;
/// Votes that have to be in before a vote counts.
pub const VOTE_QUORUM_DEFAULT: u8 = 3;
/// Tokens that an agent uses in a day unless a budget says otherwise.
pub const AGENT_TOKENS_PER_DAY_DEFAULT: u64 = 500_000;
/// Percent of a budget at which a warning is given.
pub const BUDGET_WARN_PERCENT: u8 = 80;
/// A figure in a budget or a cost: beyond it JSON numbers are not exact.
pub const SPEND_MAX: u64 = 1 << 53;
/// Approvals of one participant that wait for an answer.
pub const APPROVALS_MAX: usize = 50;
/// Approvals of one mesh that wait for an answer.
pub const APPROVALS_ALL_MAX: usize = 10_000;
/// An approval that names no end expires after this, milliseconds: an hour.
pub const APPROVAL_MS_DEFAULT: u64 = 60 * 60 * 1000;
/// See [`APPROVAL_MS_DEFAULT`]: a week.
pub const APPROVAL_MS_MAX: u64 = 7 * 24 * 60 * 60 * 1000;
/// Templates of one mesh.
pub const TEMPLATES_MAX: usize = 1000;
/// Variables of one template.
pub const TEMPLATE_VARIABLES_MAX: usize = 16;
/// Keys of one room's shared context.
pub const CONTEXT_KEYS_MAX: usize = 1000;
/// One value of a room's shared context.
pub const CONTEXT_VALUE_BYTES_MAX: usize = 64 * 1024;
/// Paths of one lease. The writer compares each with each of the others' in the room, so these four are small.
pub const LEASE_PATHS_MAX: usize = 8;
/// One path of a lease.
pub const LEASE_PATH_BYTES_MAX: usize = 128;
/// Leases on paths that hold in one room.
pub const LEASES_MAX: usize = 64;
/// Leases of one participant that hold in one room.
pub const LEASES_OF_ONE_MAX: usize = 16;
/// A lease on paths ends by itself after this, minutes.
pub const LEASE_MINUTES_DEFAULT: u32 = 30;
/// See [`LEASE_MINUTES_DEFAULT`].
pub const LEASE_MINUTES_MAX: u32 = 480;
/// Paths that one question looks at; they stand in its address.
pub const LEASE_CHECK_MAX: usize = 32;
/// A shared file: what a person sends by hand, and a node takes in at once a dozen times.
pub const FILE_BYTES_MAX: u64 = 20 * 1024 * 1024;
/// A text that goes through a call, in or out; with escapes it fits into a request, and an agent can read it.
pub const FILE_TEXT_BYTES_MAX: usize = 128 * 1024;
/// The path of a file: every one can be leased.
pub const FILE_PATH_BYTES_MAX: usize = LEASE_PATH_BYTES_MAX;
/// Files of one room, removed ones with versions included: they stay in memory.
pub const FILES_MAX: usize = 5_000;
/// Versions of one file that are kept.
pub const FILE_VERSIONS_MAX: usize = 1_000;
/// Versions of all files of one room that are kept.
pub const FILE_VERSIONS_ROOM_MAX: usize = 20_000;
/// Bytes of all versions that one room keeps: a project's documents, not its builds.
pub const FILES_ROOM_BYTES_MAX: u64 = 1 << 30;
/// Bytes of all versions that one participant has put.
pub const FILES_PARTICIPANT_BYTES_MAX: u64 = 1 << 29;
/// Bytes of all versions on a mesh: what its owner's disk bears beside the log.
pub const FILES_ALL_BYTES_MAX: u64 = 16 << 30;
/// Uploads under way at a time; others are refused and try again.
pub const UPLOADS_MAX: usize = 32;
/// Of these, one participant's.
pub const UPLOADS_OF_ONE_MAX: usize = 4;
/// An upload that sends nothing for so long is over, milliseconds.
pub const UPLOAD_QUIET_MS: u64 = 30_000;
/// Events that one tick decides; the next tick goes on.
pub const TICK_EVENTS_MAX: usize = 512;
/// Memories of one agent.
pub const MEMORIES_MAX: usize = 10_000;
/// Memories of one mesh: all of them are searched in memory.
pub const MEMORIES_ALL_MAX: usize = 100_000;
/// One memory's text.
pub const MEMORY_BYTES_MAX: usize = 8 * 1024;
/// The name of one memory.
pub const MEMORY_KEY_CHARS_MAX: usize = 200;
/// Memories that one consolidation looks at.
pub const CONSOLIDATE_MAX: usize = 200;
/// Tokens of memories that go with a task unless the worker says otherwise, counted as four bytes each.
pub const MEMORY_TOKENS_DEFAULT: u32 = 1000;
/// The most tokens of memories that go with a task.
pub const MEMORY_TOKENS_MAX: u32 = 16_000;
/// What a tool may answer with.
pub const TOOL_ANSWER_BYTES_MAX: usize = 256 * 1024;
/// Servers of tools that one participant offers, withdrawn ones that are remembered included.
pub const TOOL_SERVERS_OF_ONE_MAX: usize = 4;
/// Servers of tools on one mesh: what is known of them stays in memory.
pub const TOOL_SERVERS_MAX: usize = 64;
/// Tools of one server: more than a model chooses among.
pub const TOOL_SERVER_TOOLS_MAX: usize = 64;
/// Rooms in which one server is offered: each is told of every change.
pub const TOOL_SERVER_ROOMS_MAX: usize = 8;
/// The name of an offered tool, as the protocol of its server has it.
pub const TOOL_NAME_BYTES_MAX: usize = 64;
/// What is said of an offered tool.
pub const TOOL_ABOUT_BYTES_MAX: usize = 2 * 1024;
/// All that is said of the tools of one server, with the schemas of their input: it stands in one event.
pub const TOOL_OFFER_BYTES_MAX: usize = 128 * 1024;
/// Calls under way at one server of tools; others are refused and try again.
pub const TOOL_CALLS_OF_SERVER_MAX: usize = 16;
/// Calls of offered tools that one participant has under way.
pub const TOOL_CALLS_OF_ONE_MAX: usize = 4;
/// A server of tools that has asked for no work for so long is away, milliseconds: between two questions lies one way to the node.
pub const TOOL_QUIET_MS: u64 = 10_000;
/// How long a tool may take, milliseconds.
pub const TOOL_MS_MAX: u64 = 60_000;
/// The bundle of a skill's files: instructions, scripts and a few templates. The guard reads every text of it.
pub const SKILL_BYTES_MAX: u64 = 2 * 1024 * 1024;
/// Files of one skill: a person has to be able to look through them.
pub const SKILL_FILES_MAX: usize = 256;
/// A skill's `SKILL.md`: it stands in one event, and a model reads it whole.
pub const SKILL_TEXT_BYTES_MAX: usize = 64 * 1024;
/// The name of a skill, as the Agent Skills format has it.
pub const SKILL_NAME_BYTES_MAX: usize = 64;
/// What a skill is for, as the Agent Skills format has it: every agent reads it that looks for one.
pub const SKILL_DESCRIPTION_CHARS_MAX: usize = 1024;
/// Any other field of a skill's front matter: the format says 500 of one of them.
pub const SKILL_FIELD_CHARS_MAX: usize = 500;
/// Entries of a skill's metadata.
pub const SKILL_METADATA_MAX: usize = 32;
/// Skills of one room: more than anybody chooses among.
pub const SKILLS_ROOM_MAX: usize = 100;
/// Versions of one skill that are kept.
pub const SKILL_VERSIONS_MAX: usize = 32;
/// Versions of skills of one participant that wait until somebody has looked at them.
pub const SKILLS_HELD_OF_ONE_MAX: usize = 8;
/// Bytes of all versions of skills of one room.
pub const SKILLS_ROOM_BYTES_MAX: u64 = 64 << 20;
/// Versions of skills of one mesh: what is known of them stays in memory, and a search looks through the newest of each.
pub const SKILL_VERSIONS_ALL_MAX: usize = 10_000;
/// Bytes of all versions of skills of one mesh.
pub const SKILLS_ALL_BYTES_MAX: u64 = 1 << 30;
/// A query that waits for something to happen answers after so long at the latest, milliseconds: less than
/// proxies and clients give an idle request.
pub const WAIT_MS_MAX: u32 = 30_000;
/// Files that one message of A2A brings: a request has no room for more that say something.
pub const A2A_FILES_MAX: usize = 8;
/// A message by A2A that waits for its task to settle is answered after so long at the latest, milliseconds: ten minutes; who
/// waits longer follows the task.
pub const A2A_WAIT_MS_MAX: u64 = 10 * 60 * 1000;
/// Tasks on a page of A2A's list unless its client asks otherwise: A2A says so.
pub const A2A_PAGE_DEFAULT: usize = 50;
/// See [`A2A_PAGE_DEFAULT`].
pub const A2A_PAGE_MAX: usize = 100;
/// Attempts of a task that are told of with it: the newest say most.
pub const ATTEMPTS_TOLD_MAX: usize = 50;
/// Days that figures of tasks are told for unless the caller names another number: two weeks fit a chart.
pub const STATS_DAYS_DEFAULT: u32 = 14;
/// See [`STATS_DAYS_DEFAULT`]: a quarter.
pub const STATS_DAYS_MAX: u32 = 90;
/// Days of costs that are added up: a year.
pub const COST_DAYS_MAX: u32 = 366;
/// Memories that a search finds unless the caller asks for more.
pub const MEMORIES_FOUND_DEFAULT: usize = 10;
/// See [`MEMORIES_FOUND_DEFAULT`]: more than that is not a search.
pub const MEMORIES_FOUND_MAX: usize = 100;
/// Changes of memories that one task may propose: each of those looked at, and what comes in their place.
pub const CONSOLIDATION_CHANGES_MAX: usize = 500;
/// Seconds over which a policy's rate counts: a day; longer ones would be forgotten by those they bind.
pub const RATE_SECONDS_MAX: u32 = 24 * 60 * 60;
/// Messages that a policy's rate allows: more is no limit.
pub const RATE_COUNT_MAX: u32 = 1_000_000;
/// Days that a room may keep what was said: a century; for ever is no number.
pub const RETENTION_DAYS_MAX: u32 = 36_500;
/// A request's headers with its line: cookies and tokens with room to spare.
pub const HEADER_BYTES_MAX: usize = 32 * 1024;
/// A request's headers: more than browsers behind several proxies send.
pub const HEADERS_MAX: usize = 64;
/// A message on a channel between two meshes: a request's size, for what goes through it are calls and events.
pub const LINK_MESSAGE_BYTES_MAX: usize = REQUEST_BYTES_MAX;
/// A sealed frame: what the Noise protocol allows.
pub const LINK_FRAME_BYTES_MAX: usize = 65_535;
/// Sealed bytes that one side of a channel sends before the other has taken them up: four of the largest messages, and what a
/// slow reader costs the other side at most.
pub const LINK_WINDOW_BYTES: usize = 5 * 4 * LINK_FRAME_BYTES_MAX;
/// Frames by one key of a channel; then both sides make the next one from it.
pub const LINK_REKEY_FRAMES: u64 = 4096;
/// Handshakes of channels that are under way at a node at a time: each costs two signatures and a socket.
pub const LINK_HANDSHAKES_MAX: usize = 64;
/// The same from one address.
pub const LINK_HANDSHAKES_OF_ONE_MAX: usize = 4;
/// Time for each step of a channel's handshake, milliseconds.
pub const LINK_HANDSHAKE_WAIT_MS: u64 = 10_000;
/// A side of a channel that says nothing else says so often that it is there, milliseconds: proxies end what is silent for a minute.
pub const LINK_HERE_MS: u64 = 20_000;
/// A side of a channel that is silent for so long is gone, milliseconds: two signs of life may be late.
pub const LINK_SILENCE_MS: u64 = 65_000;
/// Interchanges by which an envelope goes: two that are bridged and one to spare.
pub const INTERCHANGE_HOPS_MAX: usize = 3;
/// Nodes that are connected to an interchange at a time.
pub const INTERCHANGE_INSTANCES_MAX: usize = 10_000;
/// Connections to an interchange whose node is not known yet, in all and of one address.
pub const INTERCHANGE_HELLOS_MAX: usize = 256;
/// See [`INTERCHANGE_HELLOS_MAX`].
pub const INTERCHANGE_HELLOS_OF_ONE_MAX: usize = 16;
/// Nodes of one address that are connected to an interchange at a time, unless it is for one machine alone.
pub const INTERCHANGE_INSTANCES_OF_ONE_MAX: usize = 128;
/// Names that an interchange gives away, for good.
pub const INTERCHANGE_NAMES_MAX: usize = 100_000;
/// New names for one address at once; after that one a minute.
pub const INTERCHANGE_CLAIMS_BURST: u32 = 20;
/// A message to an interchange that is no envelope: what a mesh publishes at most, with its field names.
pub const INTERCHANGE_WORD_BYTES_MAX: usize = 32 * 1024;
/// What a published room or agent is for.
pub const INTERCHANGE_ABOUT_CHARS_MAX: usize = 200;
/// Bytes of a part of an interchange's list, apart from its last entry.
pub const INTERCHANGE_LISTED_BYTES_MAX: usize = 32 * 1024;
/// Nodes whose coming and going one node is told.
pub const INTERCHANGE_WATCHED_MAX: usize = 1000;
/// Bytes that wait at an interchange for one node: a window of a channel. Whoever sends more waits, and then hears of it.
pub const INTERCHANGE_QUEUE_BYTES: usize = 2 * 1024 * 1024;
/// Envelopes of one node a second on average, and as many more at once.
pub const INTERCHANGE_FRAMES_PER_SECOND: u32 = 2000;
/// Bytes of one node a second on average, and as many more at once.
pub const INTERCHANGE_BYTES_PER_SECOND: u32 = 8 * 1024 * 1024;
/// So many times what one node may send may all nodes of its address together.
pub const INTERCHANGE_ADDRESS_SHARE: u32 = 4;
/// Alerts that are watched or open at a time: more than anybody reads; what is wrong beyond that is in the log all the same.
pub const ALERTS_MAX: usize = 512;
/// Ended alerts that are remembered.
pub const ALERTS_ENDED_KEPT: usize = 100;
/// Events that one alert names as its evidence: the last ones.
pub const ALERT_EVIDENCE_MAX: usize = 8;
/// A surge is counted in windows so long, milliseconds, and is over when none of it has come for as long.
pub const ALERT_SURGE_MS: u64 = 10 * 60 * 1000;
/// An alert that somebody raised to try it ends by itself after this, milliseconds.
pub const ALERT_TEST_MS: u64 = 10 * 60 * 1000;
/// An agent that is down, or a task that failed for good, is an alert for so long, milliseconds: after a week nobody waits for it any more, and
/// those of before would take the place of new ones.
pub const ALERT_STALE_MS: u64 = 7 * 24 * 60 * 60 * 1000;
/// Seconds before an alert that nobody acknowledged reaches more people: a week, after which it is old news.
pub const ALERT_ESCALATE_SECONDS_MAX: u32 = 7 * 24 * 60 * 60;
/// A sentence that is spoken to the mesh: two minutes of talk.
pub const VOICE_CHARS_MAX: usize = 1000;
