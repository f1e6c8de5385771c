//! The JSON that clients send and receive: `NOUN/api.rs`. Inputs refuse unknown fields; outputs may
//! gain fields. Where a room or participant is named, id and name both do.

pub use crate::common::*;
pub use crate::stream::{Ephemeral, ReceivedContent, StreamFrame, StreamItem};

macro_rules! all_api_types {
    ($($noun:ident $name:ident: [$($part:ident)*] [$($command:ident)?] [$($facts:ident)?];)*) => {
        $($(all_api_types!(@part $noun $part);)*)*
    };
    (@part $noun:ident api) => {
        pub use crate::$noun::api::*;
    };
    (@part $noun:ident $other:ident) => {};
}
crate::nouns::nouns!(all_api_types);
