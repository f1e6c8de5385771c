//! Step functions without threads, clock, chance or async.

mod fanout;
mod item;
mod sink;
mod writer;

pub(crate) use fanout::push_frame;
pub use fanout::{Fanout, Filter, SubscriberId};
pub use item::{encode_item, ref_of, reference};
pub use sink::{Sink, Taken};
pub use writer::{Batch, Committed, Outcome, Step, Submission, Writer, WriterError};
