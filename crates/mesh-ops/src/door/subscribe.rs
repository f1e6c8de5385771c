//! Subscribing: the one request that is answered for as long as its asker listens. It is counted and
//! refused like every other.

use std::net::IpAddr;
use std::pin::Pin;

use mesh_core::Action;
use mesh_model::events::{Event as _, MessagePosted};
use mesh_model::limits::{EVENT_TYPES_MAX, SUBSCRIBED_ROOMS_MAX};
use mesh_model::ops::Needs;
use mesh_model::{Actor, LinkId, Permission, Refusal, Seq, SessionId, WebhookId, refuse};
use mesh_node::machine::Taken;
use mesh_node::{Filter, Subscribe as _, Subscription};
use mesh_store::vault::PushTo;

use crate::door::streams::Held;
use crate::door::{Caller, Door, resolve};

/// What a subscription is called where operations are named.
pub(crate) const NAME: &str = "subscribe";
/// What it needs, as an operation's declaration says it.
pub(crate) const NEEDS: Needs = Needs::Permission(Permission::MessagesRead);

/// What a subscriber asks for.
#[derive(Debug, Default)]
pub struct Wanted {
    /// Everything later than this place; from now on if absent.
    pub after: Option<Seq>,
    /// Only these rooms, by id or name; all that the subscriber reads if empty.
    pub rooms: Vec<String>,
    /// Only these types; all if empty.
    pub types: Vec<String>,
    /// The session by which it was asked for.
    pub session: Option<SessionId>,
}

/// A subscription for as long as its asker may have it.
pub struct Stream {
    subscription: Subscription,
    over: Pin<Box<dyn Future<Output = Refusal> + Send>>,
    /// Somebody's place among the streams; a webhook's is counted among the webhooks.
    _place: Option<Held>,
}

impl Door {
    /// Begins a subscription, if the caller may have one.
    pub async fn subscribe(
        &self,
        caller: &Caller,
        address: Option<IpAddr>,
        wanted: Wanted,
    ) -> Result<Stream, Refusal> {
        let mut begun = self.begin_subscription(caller, address, wanted).await;
        if let Err(refusal) = &mut begun {
            self.refused(caller.actor.and_then(Actor::participant), NAME, refusal)
                .await;
        }
        begun
    }

    async fn begin_subscription(
        &self,
        caller: &Caller,
        address: Option<IpAddr>,
        wanted: Wanted,
    ) -> Result<Stream, Refusal> {
        let watch = self.watch();
        self.limit(caller, address)?;
        self.check_needs(caller, NEEDS)?;
        let me = caller.actor.and_then(Actor::participant);
        let me = me.ok_or_else(refuse::unauthenticated)?;
        let Wanted {
            after,
            rooms,
            mut types,
            session,
        } = wanted;
        if rooms.len() > SUBSCRIBED_ROOMS_MAX || types.len() > EVENT_TYPES_MAX {
            return Err(refuse::invalid(
                format!(
                    "a subscription names at most {SUBSCRIBED_ROOMS_MAX} rooms and {EVENT_TYPES_MAX} types"
                ),
                "name fewer, or none for all",
            ));
        }
        self.check_cursor(after)?;
        let access = self.node().access();
        let readable = |text: &String| {
            let room = resolve::room(&access, me, text)?.id;
            access.may(me, Action::Read, room)?;
            Ok(room)
        };
        let mut rooms: Vec<_> = rooms.iter().map(readable).collect::<Result<_, Refusal>>()?;
        rooms.sort_unstable();
        rooms.dedup();
        types.sort_unstable();
        types.dedup();
        let place = self.streams().hold(me, access.trust_of(me, false))?;
        // Words are noted in nobody else's context.
        let session = access.counting_session(session, me);
        let over = Box::pin(watch.over(caller.clone(), NEEDS, rooms.clone()));
        Ok(Stream {
            subscription: {
                let filter = Filter { rooms, types };
                self.node().subscribe_within(me, session, filter, after)
            },
            over,
            _place: Some(place),
        })
    }
}

impl Door {
    /// Listens for a webhook, with the eyes that it has, to what is later than `after`. It ends when the webhook may be told
    /// nothing any more. Nobody asked, so it counts as nobody's request.
    pub fn listen_for(&self, webhook: WebhookId, after: Seq) -> Result<Stream, Refusal> {
        let watch = self.watch();
        let access = self.node().access();
        let found = access.webhook(webhook).ok_or_else(refuse::no_webhook)?;
        access.check_webhook(found, self.node().now())?;
        let mut types = found.kinds.clone();
        if found.addressed {
            types = vec![MessagePosted::KIND.to_owned()];
        }
        types.sort_unstable();
        types.dedup();
        let filter = Filter {
            rooms: found.room.into_iter().collect(),
            types,
        };
        Ok(Stream {
            subscription: self.node().overhear(found.participant, filter, after),
            over: Box::pin(watch.webhook_over(webhook)),
            _place: None,
        })
    }
}

impl Door {
    /// Listens for a browser that is told of what waits, with its person's own eyes, to what is later than `after`. It ends when
    /// the person may sign in no more, or the credential ends by which it was asked for. Nobody asked, so it counts as
    /// nobody's request.
    pub fn listen_to_tell(
        &self,
        to: &PushTo,
        types: &[&str],
        after: Seq,
    ) -> Result<Stream, Refusal> {
        let (watch, who) = (self.watch(), to.participant);
        self.check_may_sign_in(who)?;
        let actor = match to.address.by {
            Some(credential) => Actor::Credential(who, credential),
            None if self.node().access().is_owner(who) => Actor::Owner(who),
            None => Actor::User(who),
        };
        self.check_permitted(&Caller::known(actor), NEEDS)?;
        let mut types: Vec<String> = types.iter().copied().map(str::to_owned).collect();
        types.sort_unstable();
        let filter = Filter {
            types,
            ..Filter::default()
        };
        Ok(Stream {
            subscription: self.node().overhear(who, filter, after),
            over: Box::pin(watch.over(Caller::known(actor), NEEDS, Vec::new())),
            _place: None,
        })
    }

    /// Listens for a peer mesh, with the eyes of whoever speaks for it here, to what is later than `after`. It ends when the
    /// link is gone or waits for somebody.
    pub fn listen_for_link(&self, link: LinkId, after: Seq) -> Result<Stream, Refusal> {
        let watch = self.watch();
        let found = self.open_link(link)?;
        let filter = Filter {
            rooms: Vec::new(),
            types: Vec::new(),
        };
        Ok(Stream {
            subscription: self.node().overhear(found.participant, filter, after),
            over: Box::pin(watch.link_over(link)),
            _place: None,
        })
    }
}

impl Stream {
    /// Does something as long as the right lasts on which the stream stands; after that it is dropped where it is.
    pub async fn while_held<T>(&mut self, work: impl Future<Output = T>) -> Result<T, Refusal> {
        tokio::select! {
            biased;
            why = &mut self.over => Err(why),
            done = work => Ok(done),
        }
    }

    /// Where it began, or the last event up to which it told everything.
    pub fn position(&self) -> Seq {
        self.subscription.position()
    }

    /// The next frames, or why there are none any more: after that there is nothing to wait for. Safe to drop
    /// while it waits.
    pub async fn next(&mut self) -> Result<Taken, Refusal> {
        tokio::select! {
            // What came after the right had ended is not given, even if it is there already.
            biased;
            why = &mut self.over => Err(why),
            taken = self.subscription.next() => Ok(taken),
        }
    }
}
