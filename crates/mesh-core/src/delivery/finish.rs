//! With what a woken turn ended: whether it is the reply that somebody waits for.

use mesh_model::{RoomId, Seq};

/// A message that woke a session and was read there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    /// The message.
    pub seq: Seq,
    /// Where it stands.
    pub room: RoomId,
    /// Whether a person wrote it. Among programs silence ends an exchange, and one that needs a result gives a task.
    pub is_of_person: bool,
    /// Whether its recipient has said something in that room since.
    pub is_answered: bool,
}

/// What becomes of the words with which the turn ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// Everybody was answered.
    Rest,
    /// They answer this message.
    Answers(Asked),
    /// Several rooms wait for an answer: what is for one of them is not told to another.
    Unclear(Vec<Seq>),
}

/// Judges whom the words with which a turn ended answer; of one room's messages it is the newest.
pub fn judge(asked: &[Asked]) -> Ending {
    let open: Vec<Asked> = (asked.iter().copied())
        .filter(|asked| asked.is_of_person && !asked.is_answered)
        .collect();
    let Some(newest) = open.iter().max_by_key(|asked| asked.seq) else {
        return Ending::Rest;
    };
    if open.iter().all(|asked| asked.room == newest.room) {
        return Ending::Answers(*newest);
    }
    Ending::Unclear(open.iter().map(|asked| asked.seq).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(seq: u64, room: u128) -> Asked {
        Asked {
            seq: Seq(seq),
            room: RoomId(uuid::Uuid::from_u128(room)),
            is_of_person: true,
            is_answered: false,
        }
    }

    #[test]
    fn the_newest_open_question_of_the_only_room_is_answered() {
        assert_eq!(judge(&[]), Ending::Rest);
        let both = [asked(3, 1), asked(7, 1)];
        assert_eq!(judge(&both), Ending::Answers(both[1]));
        let settled = Asked {
            is_answered: true,
            ..asked(9, 2)
        };
        assert_eq!(judge(&[both[0], settled]), Ending::Answers(both[0]));
        assert_eq!(judge(&[settled]), Ending::Rest);
    }

    #[test]
    fn what_is_for_one_room_goes_to_no_other() {
        let apart = [asked(3, 1), asked(7, 2)];
        assert_eq!(judge(&apart), Ending::Unclear(vec![Seq(3), Seq(7)]));
    }

    #[test]
    fn programs_are_not_answered_by_a_turns_end() {
        let program = Asked {
            is_of_person: false,
            ..asked(5, 2)
        };
        assert_eq!(judge(&[program]), Ending::Rest);
        assert_eq!(judge(&[program, asked(4, 1)]), Ending::Answers(asked(4, 1)));
    }
}
