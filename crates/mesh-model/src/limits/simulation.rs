//! The limits of simulation clocks, and of planes and who stands on them.

/// The fastest that a simulation clock runs: beyond it a simulated day passes in less than a quarter of an hour.
pub const CLOCK_RATE_MAX: u8 = 100;
/// Simulation clocks of one node: each is a record in memory, and may tick.
pub const CLOCKS_MAX: usize = 1_000;
/// The longest interval between two ticks of a simulation clock, simulated seconds: thirty days.
pub const CLOCK_TICK_S_MAX: u32 = 30 * 24 * 60 * 60;
/// Two ticks of a simulation clock are so far apart on the node's clock at least, milliseconds: each is an event for good.
pub const CLOCK_TICK_REAL_MS_MIN: u64 = 1_000;
/// So long a clock ticks while nobody who hears it is connected, milliseconds of the node's clock; then it stands still.
pub const CLOCK_ALONE_MS_MAX: u64 = 10 * 60 * 1000;
/// So often a clock ticks without anybody touching it; then it stands still. At its fastest that is a night.
pub const CLOCK_TICKS_MAX: u32 = 50_000;
/// How far a clock is moved by one step, simulated seconds: a year.
pub const CLOCK_STEP_S_MAX: u32 = 366 * 24 * 60 * 60;
/// Two runs of a schedule that follows a simulation clock are so far apart on the node's clock at least, milliseconds.
pub const CLOCK_SCHEDULE_REAL_MS_MIN: u64 = 10_000;
/// A room's plane reaches so far from its middle in each direction, metres.
pub const PLANE_M_MAX: u32 = 1_000;
/// The longest radius of a room, metres: so far two can be apart on its plane.
pub const RADIUS_M_MAX: u32 = 2_829;
/// The fastest that a room lets its members walk, metres in a second.
pub const SPEED_M_MAX: u32 = 100;
/// Those who stand in one room: each move is compared with all of them.
pub const POSITIONS_OF_ROOM_MAX: usize = 512;
/// Those who stand in all rooms of a node.
pub const POSITIONS_MAX: usize = 20_000;
/// Others hear of one who moves at most so often, milliseconds: twenty times a second; the last place in any case.
pub const POSITION_TOLD_MS_MIN: u64 = 50;
