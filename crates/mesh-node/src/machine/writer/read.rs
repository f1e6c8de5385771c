//! Events as they are read back from the log.

use mesh_log::{Content, LogReader, Record};
use mesh_model::events::{Facts, MessageFacts, MessagePosted, Trust};
use mesh_model::{MessageId, Millis, Seq};
use serde_json::value::RawValue;

use super::{Committed, WriterError};

impl Committed {
    /// An event as it is read back from the log, to be shown. Edits of older logs do not say how far their message is
    /// trusted and from where it came: that is read where the message stands.
    pub fn read_for_show(
        record: &Record<'_>,
        reader: &LogReader,
    ) -> Result<Committed, WriterError> {
        let mut event = Committed::read(record)?;
        if let Facts::Message(MessageFacts::Edited(edited)) = &mut event.facts
            && edited.trust.is_none()
        {
            let posted = posted(edited.message, reader);
            // Words of which nobody knows where they come from are trusted least.
            edited.trust = Some(posted.as_ref().map_or(Trust::Untrusted, |it| it.trust));
            edited.relayed = posted.and_then(|posted| posted.relayed);
        }
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
        })
    }
}

fn posted(message: MessageId, reader: &LogReader) -> Option<MessagePosted> {
    let facts = reader.get(message.0.0, |record| {
        Facts::decode(record.kind, record.v, record.facts.get()).ok()
    });
    match facts {
        Ok(Some(Some(Facts::Message(MessageFacts::Posted(posted))))) => Some(posted),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;

    use mesh_log::{Log, LogEvent, MemoryLog};
    use mesh_model::Actor;
    use mesh_model::events::{By, Relayed};
    use serde_json::value::to_raw_value;

    use super::*;

    /// What an edit says of its message after it was read back.
    fn read_back(edit: &str) -> (Option<Trust>, Option<Relayed>) {
        let room = "01a22545-9ae6-75b9-a9fa-b44d5795dbb8";
        let raw = |json: String| RawValue::from_string(json).unwrap();
        let by = By {
            actor: Actor::Node,
            key: None,
        };
        let by = to_raw_value(&by).unwrap();
        let posted = raw(format!(
            r#"{{"room":"{room}","trust":"federated","relayed":{{"origin":"there","sender":"ada"}}}}"#
        ));
        let edited = raw(format!(r#"{{"room":"{room}",{edit}}}"#));
        let event = |kind, facts| LogEvent {
            at: 1,
            kind,
            v: 1,
            by: &by,
            facts,
            content: None,
            salt: [0; 16],
        };
        let mut log = MemoryLog::new();
        let lines = [
            event("message.posted", &posted),
            event("message.edited", &edited),
        ];
        log.append(log.tail(), &lines).unwrap();
        let (reader, mut found) = (log.reader(), None);
        reader
            .read(2, |record| {
                found = Some(Committed::read_for_show(&record, &reader).unwrap());
                ControlFlow::Continue(())
            })
            .unwrap();
        let facts = found.unwrap().facts;
        (facts.trust(), facts.relayed().cloned())
    }

    #[test]
    fn an_edit_of_an_older_log_is_trusted_as_its_message() {
        let there = |sender: &str| Relayed {
            place: None,
            origin: "there".to_owned(),
            sender: sender.to_owned(),
            path: Vec::new(),
        };
        let old = read_back(r#""message":"m1""#);
        assert_eq!(old, (Some(Trust::Federated), Some(there("ada"))));
        let new = r#""message":"m1","trust":"local","relayed":{"origin":"there","sender":"eve"}"#;
        assert_eq!(read_back(new), (Some(Trust::Local), Some(there("eve"))));
        let nobodys = read_back(r#""message":"m7""#);
        assert_eq!(nobodys, (Some(Trust::Untrusted), None));
    }
}
