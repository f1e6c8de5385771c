//! Step functions without threads, clock, chance or async.

mod envelope;
mod erasure;
mod fanout;
mod item;
mod pace;
mod reader;
mod sink;
mod words;
mod writer;

pub use envelope::{Envelopes, Whose};
pub use erasure::{Erasure, erasures};
pub(crate) use fanout::push_frame;
pub use fanout::{Fanout, Filter, SubscriberId};
pub use item::{encode_item, is_sealed, ref_of, reference, take_words};
pub use pace::{Pace, Then};
pub use reader::{Data, Heard, NO_DATA, Noted, Reader, Seen};
pub use sink::{Sink, Taken};
pub use writer::{Batch, Committed, Outcome, Step, Submission, Waiting, Writer, WriterError};
