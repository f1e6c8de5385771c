//! What the events of links do to the state.

use std::sync::Arc;

use imbl::OrdMap;
use mesh_model::events::{
    LinkAdded, LinkEditWaits, LinkFacts, LinkRefused, MessageRedacted, Place,
};
use mesh_model::limits::LINK_ERASING_MAX;
use mesh_model::{LinkId, MessageId, Seq, TaskId};

use super::open;
use super::{DeadLetter, Lending, Lent, Link, Offer, Share};
use crate::message::paced;
use crate::recent::Waiting;
use crate::{Access, State, Stored};

pub(crate) fn apply(state: &mut State, facts: &LinkFacts, event: &Stored<'_>) {
    match facts {
        LinkFacts::Retried(facts) => waits_again(state, facts.link, facts.of),
        LinkFacts::EditWaits(facts) => return edit_waits(state, facts, event),
        _ => {}
    }
    let access = state.access_at(event.seq);
    match facts {
        LinkFacts::Added(facts) => added(access, facts, event.seq),
        LinkFacts::Paused(facts) => change(access, facts.link, |link| {
            link.paused = Some(facts.why);
        }),
        LinkFacts::Resumed(facts) => change(access, facts.link, |link| link.paused = None),
        LinkFacts::Reset(facts) => change(access, facts.link, |link| {
            link.taken = Some(facts.place);
            link.paused = None;
        }),
        LinkFacts::Removed(facts) => {
            if let Some(gone) = access.links.remove(&facts.link) {
                open::left(access, &gone, event.seq);
            }
        }
        LinkFacts::Opened(facts) => {
            if facts.open {
                access.opened.insert(facts.room, facts.opener);
            } else {
                access.opened.remove(&facts.room);
            }
        }
        LinkFacts::Published(facts) => open::published(access, facts),
        LinkFacts::Unpublished(facts) => {
            access.cards.remove(facts.at.as_str());
        }
        LinkFacts::Shared(facts) => change(access, facts.link, |link| {
            link.shares.insert(facts.room, Share { followed: None });
        }),
        LinkFacts::Follower(facts) => {
            change(access, facts.link, |link| {
                if let Some(share) = link.shares.get_mut(&facts.room) {
                    let since = share.followed.unwrap_or(event.seq);
                    share.followed = facts.follows.then_some(since);
                }
            });
            took_up(state, &facts.place, event.seq, false);
        }
        LinkFacts::Offered(facts) => {
            change(access, facts.link, |link| {
                let room = link.offers.get(&facts.there).and_then(|offer| offer.room);
                let offer = Offer {
                    name: facts.name.clone(),
                    open: true,
                    room,
                };
                link.offers.insert(facts.there, offer);
            });
            took(state, &facts.place, event.seq);
        }
        LinkFacts::Withdrawn(facts) => {
            change(access, facts.link, |link| {
                if let Some(offer) = link.offers.get_mut(&facts.there) {
                    offer.open = false;
                }
            });
            took(state, &facts.place, event.seq);
        }
        LinkFacts::Following(facts) => {
            change(access, facts.link, |link| {
                let open = link.offers.get(&facts.there);
                let offer = Offer {
                    name: facts.name.clone(),
                    open: open.is_some_and(|offer| offer.open),
                    room: Some(facts.room),
                };
                link.offers.insert(facts.there, offer);
            });
            access.mirrors.insert(facts.room, facts.link);
        }
        LinkFacts::Unfollowed(facts) => change(access, facts.link, |link| {
            if let Some(offer) = link.offers.get_mut(&facts.there) {
                offer.room = None;
            }
        }),
        LinkFacts::EditWaits(_) => {}
        LinkFacts::TurnedAway(facts) => took(state, &facts.place, event.seq),
        LinkFacts::Refused(facts) => {
            refused(access, facts);
            took(state, &facts.place, event.seq);
        }
        LinkFacts::Erased(facts) => {
            change(access, facts.link, |link| {
                link.erasing.remove(&facts.of);
                link.dead.remove(&facts.of);
            });
            took(state, &facts.place, event.seq);
        }
        LinkFacts::Retried(facts) => change(access, facts.link, |link| {
            link.dead.remove(&facts.of);
        }),
        LinkFacts::Dropped(facts) => change(access, facts.link, |link| {
            for seq in &facts.seqs {
                link.dead.remove(seq);
            }
        }),
        LinkFacts::Lends(facts) => change(access, facts.link, |link| {
            link.lends = (facts.at_once > 0).then(|| Lending {
                room: facts.room,
                capabilities: facts.capabilities.clone(),
                at_once: facts.at_once,
            });
        }),
        LinkFacts::Lent(facts) => {
            change(access, facts.link, |link| {
                link.lent = (facts.at_once > 0).then(|| Lent {
                    capabilities: facts.capabilities.clone(),
                    at_once: facts.at_once,
                });
            });
            took(state, &facts.place, event.seq);
        }
        LinkFacts::Borrows(facts) => change(access, facts.link, |link| {
            if facts.capabilities.is_empty() {
                link.borrows.remove(&facts.room);
            } else {
                link.borrows.insert(facts.room, facts.capabilities.clone());
            }
        }),
    }
}

/// What stands at this place of a peer's log is in this one from here on.
pub(crate) fn took(state: &mut State, place: &Place, at: Seq) {
    took_up(state, place, at, true);
}

/// The same; of what is only about following rooms nothing is left here that would be taken twice.
fn took_up(state: &mut State, place: &Place, at: Seq, said: bool) {
    let Some(link) = state.access.link_to(&place.mesh) else {
        return;
    };
    if place.seq <= link.taken_seq() {
        return;
    }
    let id = link.id;
    change(state.access_at(at), id, |link| {
        link.said |= said;
        link.taken = Some(Place {
            message: None,
            ..*place
        });
    });
}

/// A peer would have a task done here. What is over of those before is forgotten, so that no more are remembered than are open.
pub(crate) fn asked(state: &mut State, place: &Place, task: TaskId, at: Seq) {
    took(state, place, at);
    let Some(link) = state.access.link_to(&place.mesh) else {
        return;
    };
    let (id, work) = (link.id, &state.work);
    let open = |task: &TaskId| work.task(*task).is_some_and(|task| task.ended.is_none());
    let still = link.asked.iter().filter(|(_, task)| open(task));
    let mut still: OrdMap<Seq, TaskId> = still.map(|(seq, task)| (*seq, *task)).collect();
    still.insert(place.seq, task);
    change(state.access_at(at), id, |link| link.asked = still);
}

/// Peers have to say that they erased it too.
pub(crate) fn asked_to_erase(state: &mut State, facts: &MessageRedacted, at: Seq) {
    for link in &facts.peers {
        change(state.access_at(at), *link, |link| {
            link.erasing.insert(at, facts.message);
            let oldest = link.erasing.keys().next().copied();
            if let Some(oldest) = oldest.filter(|_| link.erasing.len() > LINK_ERASING_MAX) {
                link.erasing.remove(&oldest);
            }
        });
    }
}

fn added(access: &mut Access, facts: &LinkAdded, seq: Seq) {
    access.barred.remove(&facts.peer);
    let link = Link {
        id: facts.link,
        peer: facts.peer,
        participant: facts.participant,
        name: facts.name.clone(),
        address: facts.address.clone(),
        since: seq,
        stranger: facts.stranger,
        said: false,
        paused: None,
        taken: None,
        shares: OrdMap::new(),
        offers: OrdMap::new(),
        dead: OrdMap::new(),
        erasing: OrdMap::new(),
        lends: None,
        asked: OrdMap::new(),
        lent: None,
        borrows: OrdMap::new(),
    };
    access.links.insert(facts.link, Arc::new(link));
}

fn refused(access: &mut Access, facts: &LinkRefused) {
    let letter = DeadLetter {
        code: facts.code.clone(),
        rule: facts.rule.clone(),
        waiting: facts.waiting,
    };
    change(access, facts.link, |link| {
        link.dead.insert(facts.of, letter);
    });
}

/// New words wait for their home's word; they count as what was said.
fn edit_waits(state: &mut State, facts: &LinkEditWaits, event: &Stored<'_>) {
    let room = facts.edit.room;
    paced(&state.access, &mut state.recent, room, event);
    let waiting = Waiting {
        room,
        author: facts.author,
        home: true,
    };
    state.recent.waiting.insert(MessageId(event.seq), waiting);
}

/// Words that their home had refused wait for its word once more.
fn waits_again(state: &mut State, link: LinkId, of: Seq) {
    let letter = state.access.link(link).and_then(|link| link.dead.get(&of));
    if let Some((room, author)) = letter.and_then(|letter| letter.waiting) {
        let waiting = Waiting {
            room,
            author,
            home: true,
        };
        state.recent.waiting.insert(MessageId(of), waiting);
    }
}

fn change(access: &mut Access, id: LinkId, change: impl FnOnce(&mut Link)) {
    if let Some(link) = access.links.get_mut(&id) {
        change(Arc::make_mut(link));
    }
}
