//! Limits of what rooms know of things. A room's claims are put together anew for each question, in memory: these numbers keep
//! that to some milliseconds.

/// Claims that one call notes: what a task's output names, more than a model writes at a time.
pub const ENTITY_CLAIMS_MAX: usize = 100;
/// Claims about things themselves, names that are one included, that a room keeps.
pub const ENTITIES_ROOM_MAX: usize = 3_000;
/// Claims about relations that a room keeps.
pub const RELATIONS_ROOM_MAX: usize = 6_000;
/// Bytes of words that a room's claims have in all.
pub const ENTITY_ROOM_BYTES_MAX: u64 = 2 * 1024 * 1024;
/// Claims in a mesh: what the node remembers of each is some hundred bytes.
pub const ENTITY_CLAIMS_ALL_MAX: usize = 100_000;
/// Claims of a participant trusted less than `local` in one room: enough for what one task found, too few to fill it.
pub const ENTITY_UNTRUSTED_MAX: usize = 200;
/// The name of a thing, and what else it is called.
pub const ENTITY_NAME_CHARS_MAX: usize = 120;
/// What kind of thing or relation it is.
pub const ENTITY_KIND_CHARS_MAX: usize = 40;
/// Other names that one claim gives a thing.
pub const ENTITY_ALIASES_MAX: usize = 10;
/// What is said about a thing: some sentences.
pub const ENTITY_DESCRIPTION_BYTES_MAX: usize = 1024;
/// A claim as JSON: all its names at their longest, and its description.
pub const ENTITY_CLAIM_BYTES_MAX: usize = 8 * 1024;
/// How far a claim from across a trust boundary counts, in percent, however sure its author is.
pub const ENTITY_UNTRUSTED_PERCENT_MAX: u8 = 30;
/// How many steps a neighbourhood reaches.
pub const ENTITY_DEPTH_MAX: u32 = 2;
/// Things that a neighbourhood shows: what a picture holds.
pub const ENTITY_NEAR_MAX: usize = 60;
/// Steps of the longest path that is looked for.
pub const ENTITY_PATH_MAX: usize = 8;
/// Bytes of things that go with a task.
pub const ENTITY_OFFERED_BYTES: usize = 2 * 1024;
