//! Events as they are read back from the log.

use mesh_log::{Content, LogReader, Record};
use mesh_model::events::Facts;
use mesh_model::{Millis, Seq};
use serde_json::value::RawValue;

use super::{Committed, Edited, WriterError, edited_by};

impl Committed {
    /// An event as it is read back from the log, to be shown: see [`Committed::read`].
    pub fn read_for_show(
        record: &Record<'_>,
        reader: &LogReader,
    ) -> Result<Committed, WriterError> {
        let mut event = Committed::read(record)?;
        event.edited = edited_by(&event.facts).and_then(|message| Edited::read(message, reader));
        Ok(event)
    }

    /// An event as it is read back from the log.
    pub fn read(record: &Record<'_>) -> Result<Committed, WriterError> {
        let seq = Seq(record.seq);
        let facts = Facts::decode(record.kind, record.v, record.facts.get());
        let facts = facts.map_err(|source| WriterError::Facts { seq, source })?;
        let by = serde_json::from_str(record.by.get())
            .map_err(|source| WriterError::By { seq, source })?;
        let content = match record.content {
            Content::Json(json) => RawValue::from_string(json.to_owned()).ok(),
            Content::None | Content::Erased => None,
        };
        Ok(Committed {
            seq,
            at: Millis(record.at),
            by,
            facts,
            content,
            edited: None,
        })
    }
}
