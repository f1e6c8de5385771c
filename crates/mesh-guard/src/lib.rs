//! The guard against prompt injection: text in, verdict with reasons out. Pure: no files, no network, no clock, no chance.
//!
//! [`check`] folds the text into the form that a reader's mind gives it (`view`), mends words that attacks are made of
//! (`mend`), undoes what hides words (`unhide`), cuts it into sentences and sees what each stands in (`segment`), finds words
//! by what they mean (`lexicon`, `scan`), asks the rules which of them stand together (`rules`), lets a linear model read the
//! wording (`features`, `model`), and judges each window of sentences by itself with trained weights (`reading`, `signals`,
//! `score`). The worst window is the verdict. Time is linear in the length of any text.
//!
//! [`normalise`] is what a text goes through before it is stored, [`confusable_skeleton`] finds imitated names, and
//! [`Envelope`] is how a marked text reaches an agent.

mod confusable;
mod decode;
mod envelope;
mod features;
mod invisible;
mod lexicon;
mod lexicon_acts;
mod mend;
mod model;
mod normalise;
mod provenance;
mod reading;
mod rules;
mod scan;
mod score;
mod segment;
mod signals;
mod structure;
#[doc(hidden)]
pub mod training;
mod unhide;
mod verdict;
mod view;

pub use confusable::{
    composed, confusable_skeleton, is_mixed_script, is_plain_name, path_skeleton,
};
pub use envelope::Envelope;
pub use normalise::normalise;
pub use provenance::{Provenance, Source};
pub use score::{check, check_from};
pub use verdict::{Action, Reason, Thresholds, Verdict, action};

/// The version of rules and weights together. It is stored with each verdict, so that verdicts can be compared later.
pub const VERSION: u32 = 2;
