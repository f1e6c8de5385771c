//! What the view says of a place of the log is what a view of the log's beginning up to there says, and what is counted is what a
//! walk over the log counts.

use mesh_model::Facts;
use mesh_model::api::PastKind;
use mesh_model::events::{MessageFacts, RoomFacts};
use mesh_store::StoredEvent;
use mesh_store::view::{MomentFilter, MomentRows, Stretches};

use super::*;

fn at_place(view: &View, rooms: &[Visible], place: Seq) -> MomentRows {
    let filter = MomentFilter {
        place,
        rooms: rooms.to_vec(),
        viewer: Some(person(0)),
        open: 500,
        ended: 50,
        approvals: 100,
        members: 500,
    };
    view.moment(&filter).unwrap()
}

fn sorted<T: Ord>(mut list: Vec<T>) -> Vec<T> {
    list.sort();
    list
}

proptest! {
    #![proptest_config(model::config())]

    #[test]
    fn who_was_where_is_what_the_beginning_of_the_log_says(log in entries(160), rooms in visible(), cut in 0usize..160) {
        let cut = cut.min(log.len());
        let (_whole, _p, view) = filled(&log, 50);
        let (_begun, _q, then) = filled(&log[..cut], 50);
        let place = Seq(cut as u64);
        let moment = at_place(&view, &rooms, place);
        for (room, inside) in &moment.rooms {
            let filter = StayFilter { room: Some(*room), ..StayFilter::default() };
            let stays = then.stays(filter, |_| true, 500).unwrap();
            let there = stays.iter().filter(|stay| stay.left_at.is_none());
            prop_assert_eq!(sorted(inside.clone()), sorted(there.map(|stay| stay.participant).collect()));
        }
        if !rooms.is_empty() {
            let open = then.sessions(SessionFilter::default(), 500).unwrap();
            let mut here = sorted(open.iter().map(|session| session.participant).collect());
            here.dedup();
            prop_assert_eq!(sorted(moment.here), here);
        }
    }

    #[test]
    fn messages_are_those_of_the_beginning_of_the_log_and_what_is_gone_stays_gone(
        log in entries(160), cut in 0usize..160, first in 1u64..60, limit in 1usize..20,
    ) {
        let cut = cut.min(log.len());
        let (_whole, _p, view) = filled(&log, 50);
        let then = Model::of(&log[..cut]);
        let now = Model::of(&log);
        for n in 0..4 {
            let found = view.messages_then((room(n), Seq(first)), Seq(cut as u64), limit).unwrap();
            let mut expected = then.history(room(n), Seq(first));
            let older = expected.len().saturating_sub(limit);
            prop_assert_eq!(found.iter().map(|it| it.row.seq).collect::<Vec<_>>(), expected.split_off(older));
            for message in found {
                let (was, is) = (&then.messages[&message.row.seq], &now.messages[&message.row.seq]);
                prop_assert_eq!(message.row.is_gone(), is.is_gone());
                if is.is_gone() {
                    prop_assert!(message.said.is_none() && message.row.text.is_empty());
                    continue;
                }
                // What it said then is what the place says that is told.
                let text = match &message.said {
                    None => message.row.text.clone(),
                    Some(places) => Model::of(&log[..places[0].0.0 as usize]).messages[&message.row.seq].text.clone(),
                };
                prop_assert_eq!(&text, &was.text);
                let answers = then.thread(message.row.seq);
                let answers = answers.iter().filter(|seq| !now.messages[*seq].is_gone()).count();
                prop_assert_eq!(message.row.replies as usize, answers);
                for (reaction, who) in message.row.reactions.iter().flat_map(|it| it.by.iter().map(|by| (&it.reaction, *by))) {
                    prop_assert!(was.reactions.contains(&(reaction.clone(), who)));
                }
            }
        }
    }

    #[test]
    fn what_is_counted_is_what_a_walk_over_the_log_counts(
        log in entries(160), rooms in visible(), width in 1u64..6, count in 1usize..9, place in 0u64..170,
    ) {
        // Some events of each second, and now and then a second without one.
        let at = |seq: Seq| Millis(model::at(0).0 + seq.0 * 137 + seq.0 / 30 * 1500);
        let dir = tempfile::tempdir().unwrap();
        let (mut projector, view) = View::open(dir.path(), MESH).unwrap();
        for batch in log.chunks(7) {
            let events: Vec<_> = batch.iter().map(|entry| StoredEvent { at: at(entry.seq), ..entry.stored() }).collect();
            projector.project(&events).unwrap();
        }
        let first = model::at(0).0 / 1000 + width;
        let stretches = Stretches { since: first, width, count };
        let kinds = [PastKind::Message, PastKind::Joined];
        let found = view.density(&rooms, &kinds, stretches).unwrap();
        let stays = Model::of(&log);
        let happened = |kind: PastKind| -> Vec<Seq> {
            let seen = |room: RoomId, seq: Seq| rooms.iter().any(|(id, from)| *id == room && seq >= *from);
            let mut begun = BTreeSet::new();
            log.iter().filter(|entry| match entry.stored().facts {
                Facts::Message(MessageFacts::Posted(facts)) => kind == PastKind::Message && seen(facts.room, entry.seq),
                Facts::Room(RoomFacts::MemberJoined(facts)) => {
                    let (room, who, at) = (facts.room, facts.participant, model::at(entry.seq.0));
                    kind == PastKind::Joined && stays.began(room, who, at) && begun.insert((room, who, at)) && seen(room, entry.seq)
                }
                _ => false,
            }).map(|entry| entry.seq).collect()
        };
        for (kind, counts) in found {
            let places = happened(kind);
            let expected: Vec<u64> = (0..count).map(|n| {
                let (from, to) = (stretches.begin(n), stretches.begin(n + 1));
                places.iter().filter(|seq| (from..to).contains(&at(**seq))).count() as u64
            }).collect();
            prop_assert_eq!((kind, counts), (kind, expected));
        }
        for (kind, prev, next) in view.near(&rooms, &[PastKind::Message], Seq(place)).unwrap() {
            let places = happened(kind);
            prop_assert_eq!(prev, places.iter().copied().filter(|seq| seq.0 < place).max());
            prop_assert_eq!(next, places.iter().copied().find(|seq| seq.0 > place));
        }
    }
}
