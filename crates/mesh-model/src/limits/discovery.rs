//! Limits of what a mesh tells of itself, and of strangers who follow its rooms.

/// Meshes that nobody here added and that follow rooms which are open to strangers: beside [`LINKS_MAX`](super::LINKS_MAX), so that they
/// take no place of those whom the owner chose.
pub const STRANGERS_MAX: usize = 32;
/// Rooms that one stranger follows.
pub const STRANGER_ROOMS_MAX: usize = 8;
/// Strangers that are let in at once after a pause; each is a participant for good.
pub const STRANGERS_BURST: u32 = 16;
/// After that one more is let in each so many milliseconds: 144 a day.
pub const STRANGER_EVERY_MS: u64 = 10 * 60 * 1000;
/// Strangers who have not said yet which room they want, at a time.
pub const STRANGERS_KNOCKING_MAX: usize = 16;
/// A stranger says within this time which room it wants, milliseconds.
pub const STRANGER_KNOCK_WAIT_MS: u64 = 15_000;
/// What all strangers together say is taken so often, milliseconds: what they are let say stands in the log for good.
pub const STRANGERS_TURN_MS: u64 = 500;
/// So much of it counts as once.
pub const STRANGERS_TURN_BYTES: usize = 4 * 1024;
/// As often at once, after a pause.
pub const STRANGERS_TURNS_BURST: u32 = 120;
/// A stranger who has said nothing yet and is away for so long makes room for another one, milliseconds.
pub const STRANGER_IDLE_MS: u64 = 60 * 60 * 1000;
/// Keys of strangers who were sent away that are remembered; with more the oldest are forgotten.
pub const STRANGERS_BARRED_MAX: usize = 1024;
/// Rooms that are open to strangers, and agents that are told of: what a card has room for.
pub const OPEN_ROOMS_MAX: usize = 25;
/// See [`OPEN_ROOMS_MAX`].
pub const CARD_AGENTS_MAX: usize = 25;
/// Capabilities of one agent that are told.
pub const CARD_CAPABILITIES_MAX: usize = 16;
/// Interchanges at which a mesh tells of itself.
pub const CARDS_MAX: usize = 4;
/// A card as its mesh has signed it.
pub const CARD_BYTES_MAX: usize = 16 * 1024;
/// What a mesh says of itself.
pub const CARD_ABOUT_CHARS_MAX: usize = 500;
/// A card that is older than so is not shown, milliseconds: its mesh signs it anew each day while it is there. A week.
pub const CARD_AGE_MS_MAX: u64 = 7 * 24 * 60 * 60 * 1000;
/// A mesh signs its card anew after so long, milliseconds.
pub const CARD_ANEW_MS: u64 = 24 * 60 * 60 * 1000;
/// Cards that an interchange looks through for one part of an answer.
pub const CARDS_SOUGHT_MAX: usize = 250;
/// Parts of an interchange's list that are fetched for one question.
pub const DISCOVER_PARTS_MAX: usize = 10;
/// Meshes that are shown of one interchange: more than anybody reads, and words find fewer.
pub const DISCOVERED_MAX: usize = 50;
/// Words by which meshes are sought.
pub const DISCOVER_WORDS_CHARS_MAX: usize = 100;
