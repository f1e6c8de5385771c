//! Limits of the public page: nobody who looks at it has an account, so all of it is bounded for everybody together.

/// The newest messages of a room that the public page shows: a screen or two.
pub const PUBLIC_MESSAGES_MAX: usize = 50;
/// Open tasks of a room that it shows.
pub const PUBLIC_TASKS_MAX: usize = 30;
/// Participants of a room that it names; of more it tells how many.
pub const PUBLIC_PRESENT_MAX: usize = 50;
/// Rooms that may be published at a time: a list that somebody reads, and as many pictures as the node keeps for it.
pub const PUBLIC_ROOMS_MAX: usize = 20;
/// Requests of one network for the public page, a second on average.
pub const PUBLIC_PER_SECOND: u32 = 5;
/// Requests of one network at once after a pause: a page, its style, its script and some rooms.
pub const PUBLIC_BURST: u32 = 60;
/// Requests for the public page of all networks together, a second on average: next to nothing of what a node answers.
pub const PUBLIC_ALL_PER_SECOND: u32 = 200;
/// The same at once after a pause.
pub const PUBLIC_ALL_BURST: u32 = 400;
/// Streams of the public page at a time.
pub const PUBLIC_STREAMS_MAX: usize = 200;
/// Streams of the public page of one network: tabs and people behind one address.
pub const PUBLIC_STREAMS_OF_ONE_MAX: usize = 8;
/// Answers of the public page that are under way at a time; whoever comes then is told to come again.
pub const PUBLIC_UNDER_WAY_MAX: usize = 32;
/// Pictures of rooms that are drawn at a time for the public page: the rest of the node reads beside them.
pub const PUBLIC_DRAWN_MAX: usize = 2;
/// How long a picture of a room serves all who ask, milliseconds, if nothing happens that it shows.
pub const PUBLIC_PICTURE_MS: u64 = 1000;
/// How long caches may keep an answer at most, seconds: so long what was taken back may still be seen by them.
pub const PUBLIC_CACHE_SECONDS_MAX: u32 = 60;
/// Between two pictures of a room lie so many milliseconds at least: so often each is read at most.
pub const PUBLIC_PAUSE_MS: u64 = 100;
/// How long a stream of the public page lasts, milliseconds; a browser comes again by itself.
pub const PUBLIC_STREAM_MS: u64 = 15 * 60 * 1000;
