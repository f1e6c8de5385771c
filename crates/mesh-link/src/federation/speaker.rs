//! Who speaks with one peer: it meets the peer, tells it what it is owed and takes what it tells, and when the way breaks calls
//! it again, later and later up to a few minutes and never not at all. When the peer calls, everything begins anew at once.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use mesh_model::api::{StreamFrame, StreamItem};
use mesh_model::events::Place;
use mesh_model::limits::LINK_MESSAGE_BYTES_MAX;
use mesh_model::{EventHash, LinkId, ParticipantId, Refusal, RoomId, Seq, refuse};
use mesh_ops::{Door, LinkRecord, Stream, Taken};
use tokio::sync::{Notify, mpsc};
use tokio::time::{Instant, sleep_until, timeout};

use super::board::Board;
use super::channel::{Channel, Dial};
use super::interchanges::OPEN;
use super::lent::Hands;
use super::owed::owed;
use super::strangers::Threshold;
use super::take::take;
use super::talk::{Act, Talk};
use super::wire::{Frame, Item, Mark, What};
use crate::outbox::Pace;

/// What was read longer ago is read again before it is told: it may be erased, or shown no more.
const FRESH: Duration = Duration::from_secs(1);
/// A peer greets within this time.
const GREETS_WITHIN: Duration = Duration::from_secs(15);

/// A way that came, from the peer or by calling it.
pub(super) type Way = Box<dyn Channel>;

pub(super) struct Speaker {
    pub door: Door,
    pub link: LinkId,
    pub dial: Arc<dyn Dial>,
    pub board: Arc<Board>,
    pub pace: Pace,
    /// Ways that the peer opened.
    pub ways: mpsc::Receiver<Way>,
    /// What strangers have to wait at.
    pub threshold: Arc<Threshold>,
    /// Somebody wants the peer to be called at once.
    pub now: Arc<Notify>,
}

/// A speaker ends wherever it is when its link waits or is gone: nobody is spoken with then.
struct Here {
    door: Door,
    speaker: ParticipantId,
}

impl Here {
    fn gone(&self) {
        self.door.link_present(self.speaker, false);
    }
}

impl Drop for Here {
    fn drop(&mut self) {
        self.gone();
    }
}

/// Why a conversation ended.
enum End {
    /// The peer opened another way.
    Anew(Way),
    /// It broke.
    Broke(String),
    /// The link waits, or is gone.
    Over(Refusal),
}

impl Speaker {
    /// Speaks until the link waits for somebody or is gone.
    pub async fn run(mut self) {
        let mut failures = 0;
        let mut next = None;
        // Nobody is spoken with yet, whatever the log says.
        let found = self.door.node().access();
        let Some(found) = found.link(self.link) else {
            return;
        };
        let here = Here {
            door: self.door.clone(),
            speaker: found.participant,
        };
        self.resigns().await;
        loop {
            let way = match next.take() {
                Some(way) => way,
                None => match self.way(failures).await {
                    Ok(Ok(way)) => way,
                    Ok(Err(why)) => {
                        failures += 1;
                        self.board.trouble(self.link, why);
                        continue;
                    }
                    Err(why) => return self.over(&why),
                },
            };
            let mut conversation = match Conversation::begin(&self, way).await {
                Ok(conversation) => conversation,
                Err(why) => return self.over(&why),
            };
            let end = conversation.run(&mut self.ways).await;
            let met = conversation.talk.peer().is_some();
            self.board.closed(self.link);
            here.gone();
            drop(conversation);
            self.resigns().await;
            failures = if met { 1 } else { failures + 1 };
            match end {
                End::Anew(way) => next = Some(way),
                End::Broke(why) => self.board.trouble(self.link, why),
                End::Over(why) => return self.over(&why),
            }
        }
    }

    /// The peer is not there to take tasks.
    async fn resigns(&self) {
        if let Err(why) = self.door.link_enlist(self.link, false).await {
            tracing::debug!(link = %self.link, %why, "a peer is told of as a worker that is there");
        }
    }

    fn over(&self, why: &Refusal) {
        tracing::debug!(link = %self.link, %why, "a link is not spoken by");
    }

    /// The next way to the peer: one that it opens, or one by calling it when the time has come.
    async fn way(&mut self, failures: u32) -> Result<Result<Way, String>, Refusal> {
        let link = self.door.open_link(self.link)?;
        let Some(address) = link.address else {
            self.board.again(self.link, None);
            return match self.ways.recv().await {
                Some(way) => Ok(Ok(way)),
                None => Err(refuse::no_link()),
            };
        };
        if failures > 0 {
            let wait = self.pace.after(failures);
            let ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
            self.board
                .again(self.link, Some(self.door.node().now().plus(ms)));
            let due = Instant::now() + wait;
            tokio::select! {
                way = self.ways.recv() => return way.map(Ok).ok_or_else(refuse::no_link),
                () = self.now.notified() => {}
                () = sleep_until(due) => {}
            }
        }
        self.board.again(self.link, None);
        tokio::select! {
            way = self.ways.recv() => way.map(Ok).ok_or_else(refuse::no_link),
            dialed = self.dial.dial(address, link.peer) => Ok(dialed),
        }
    }
}

/// Greets a peer that called although the link waits, and says what stands between both logs if it still does. The rest is the
/// peer's: it has read that when it goes.
pub(super) async fn part(door: &Door, link: LinkId, way: &mut Way) {
    let told: Result<Result<(), String>, _> = timeout(GREETS_WITHIN, async {
        let access = door.node().access();
        let found = access
            .link(link)
            .ok_or_else(|| refuse::no_link().to_string())?;
        let greets = greeting(door, found).await;
        let mut talk = greets.map_err(|why| why.to_string())?;
        say(way, &talk.hello()).await?;
        let frame = serde_json::from_slice(&way.receive().await?).map_err(|why| why.to_string())?;
        let own = match Talk::asks(&frame) {
            Some(seq) => door.header_hash(seq).await.map_err(|why| why.to_string())?,
            None => None,
        };
        for act in talk.on(frame, own).map_err(|why| why.0.to_owned())? {
            let Act::Send(frame) = act else {
                return Ok(());
            };
            say(way, &frame).await?;
            while way.receive().await.is_ok() {}
        }
        Ok(())
    })
    .await;
    tracing::debug!(%link, ?told, "a peer called while the link waits");
}

async fn say(way: &mut Way, frame: &Frame) -> Result<(), String> {
    let json = serde_json::to_vec(frame).map_err(|why| why.to_string())?;
    way.send(json).await
}

/// What is said first on a way to a peer.
async fn greeting(door: &Door, link: &LinkRecord) -> Result<Talk, Refusal> {
    let head = door.node().head();
    let hash = hash_at(door, head).await?;
    let held = link.taken.map(|place| Mark {
        seq: place.seq,
        hash: place.hash,
    });
    Ok(Talk::new(Mark { seq: head, hash }, held))
}

/// Both speak.
struct Conversation {
    door: Door,
    link: LinkId,
    board: Arc<Board>,
    way: Way,
    talk: Talk,
    began: Instant,
    /// What is to be told, as it was read.
    read: VecDeque<StreamItem>,
    read_at: Instant,
    /// Everything up to here was looked at.
    position: Seq,
    stream: Option<Stream>,
    hands: Hands,
    threshold: Arc<Threshold>,
    /// Rooms of the peer that were asked for.
    knocked: BTreeSet<RoomId>,
}

impl Conversation {
    async fn begin(speaker: &Speaker, way: Way) -> Result<Conversation, Refusal> {
        let (door, link) = (speaker.door.clone(), speaker.link);
        let found = door.open_link(link)?;
        Ok(Conversation {
            talk: greeting(&door, &found).await?,
            board: Arc::clone(&speaker.board),
            way,
            began: Instant::now(),
            read: VecDeque::new(),
            read_at: Instant::now(),
            position: found.since,
            stream: None,
            hands: Hands::new(),
            threshold: Arc::clone(&speaker.threshold),
            knocked: BTreeSet::new(),
            door,
            link,
        })
    }

    async fn run(&mut self, ways: &mut mpsc::Receiver<Way>) -> End {
        let mut rights = self.door.node().rights();
        let mut work = self.door.node().work_changed();
        if let Err(end) = self.knock().await {
            return end;
        }
        if let Err(end) = self.say(&self.talk.hello()).await {
            return end;
        }
        loop {
            if let Err(end) = self.tell().await {
                return end;
            }
            if let Err(end) = self.tell_hands().await {
                return end;
            }
            self.board
                .under_way(self.link, self.talk.under_way() + self.read.len());
            let listens = self.stream.is_some() && self.read.is_empty();
            let stream = &mut self.stream;
            let next = async {
                match stream.as_mut().filter(|_| listens) {
                    Some(stream) => stream.next().await,
                    None => std::future::pending().await,
                }
            };
            let greets = self.talk.peer().is_none();
            let done = tokio::select! {
                frame = self.way.receive() => self.heard(frame).await,
                taken = next => self.took_up(taken),
                way = ways.recv() => Err(match way {
                    Some(way) => End::Anew(way),
                    None => End::Over(refuse::no_link()),
                }),
                changed = work.changed() => changed.map_err(|_| End::Over(refuse::no_link())),
                () = self.hands.beat() => Ok(()),
                changed = rights.changed() => match (changed, self.door.open_link(self.link)) {
                    (Ok(()), Ok(_)) => match self.knock().await {
                        Ok(()) => self.enlist().await,
                        end => end,
                    },
                    (_, Err(why)) => Err(End::Over(why)),
                    (Err(_), _) => Err(End::Over(refuse::no_link())),
                },
                () = sleep_until(self.began + GREETS_WITHIN), if greets => {
                    Err(End::Broke("it does not greet".to_owned()))
                }
            };
            if let Err(end) = done {
                return end;
            }
        }
    }

    /// Asks for rooms that are followed here and that the peer has not offered, and those of a peer that may not know this mesh:
    /// they may be open to strangers.
    async fn knock(&mut self) -> Result<(), End> {
        let link = self.record()?;
        let address = link.address.as_deref().unwrap_or_default();
        let first = address.starts_with(OPEN) && self.talk.peer().is_none();
        let wanted = link.offers.iter().filter(|(there, offer)| {
            offer.room.is_some() && (first || !offer.open) && !self.knocked.contains(*there)
        });
        let wanted: Vec<RoomId> = wanted.map(|(there, _)| *there).collect();
        for room in wanted {
            self.knocked.insert(room);
            self.say(&Frame::Knock { room }).await?;
        }
        Ok(())
    }

    /// What a stranger says waits for what the others say.
    async fn stranger_turn(&mut self, link: &LinkRecord, item: &Item) {
        if self.door.node().access().is_stranger(link) {
            let bytes = serde_json::to_vec(item).map_or(0, |json| json.len());
            self.threshold.hears(bytes).await;
        }
    }

    /// The peer would follow a room that is open to strangers; it is told that it may by the offer.
    async fn knocks(&mut self, room: RoomId) -> Result<(), End> {
        let peer = self.record()?.peer;
        self.door.link_turn(self.link).await.map_err(End::Over)?;
        let Err(why) = self.door.link_admit(peer, room).await else {
            return Ok(());
        };
        let code = why.code.code().to_owned();
        self.say(&Frame::NotOpen { room, code }).await
    }

    /// Whether the peer takes tasks follows from what both owners say.
    async fn enlist(&mut self) -> Result<(), End> {
        if self.talk.peer().is_none() {
            return Ok(());
        }
        self.hands
            .enlist(&self.door, self.link)
            .await
            .map_err(End::Over)
    }

    /// Tells the peer how it stands with the workers that it is lent.
    async fn tell_hands(&mut self) -> Result<(), End> {
        if self.talk.peer().is_none() {
            return Ok(());
        }
        let link = self.record()?;
        match self.hands.tells(&self.door, &link) {
            Some(frame) => self.say(&frame).await,
            None => Ok(()),
        }
    }

    /// Tells the peer what was read, as much as may be under way.
    async fn tell(&mut self) -> Result<(), End> {
        if !self.read.is_empty() && self.read_at.elapsed() > FRESH {
            self.read.clear();
            self.listen()?;
        }
        while self.talk.may_tell()
            && let Some(item) = self.read.pop_front()
        {
            let link = self.record()?;
            let what = owed(&self.door, &link, &item).await.map_err(broke)?;
            self.position = item.seq;
            let Some(what) = what else {
                continue;
            };
            if matches!(
                what,
                What::Done { .. } | What::Over { .. } | What::Refused { .. }
            ) {
                self.hands.moved();
            }
            let bytes = serde_json::to_vec(&what).map_or(0, |json| json.len());
            let hash = hash_at(&self.door, item.seq).await.map_err(broke)?;
            let at = Mark {
                seq: item.seq,
                hash,
            };
            let frame = self.talk.tell(at, what, bytes);
            self.say(&frame).await?;
        }
        Ok(())
    }

    fn took_up(&mut self, taken: Result<Taken, Refusal>) -> Result<(), End> {
        match taken.map_err(End::Over)? {
            Taken::Frames(frames, last) => {
                self.read = frames.iter().flat_map(|frame| items(frame)).collect();
                self.read_at = Instant::now();
                if self.read.is_empty() {
                    self.position = self.position.max(last);
                }
                Ok(())
            }
            Taken::CutOff => self.listen(),
        }
    }

    fn listen(&mut self) -> Result<(), End> {
        let stream = self.door.listen_for_link(self.link, self.position);
        self.stream = Some(stream.map_err(End::Over)?);
        Ok(())
    }

    async fn heard(&mut self, frame: Result<Vec<u8>, String>) -> Result<(), End> {
        let bytes = frame.map_err(End::Broke)?;
        if bytes.len() > LINK_MESSAGE_BYTES_MAX {
            return Err(End::Broke("it says too much at a time".to_owned()));
        }
        let frame = serde_json::from_slice(&bytes)
            .map_err(|_| End::Broke("what it says cannot be read".to_owned()))?;
        let own = match Talk::asks(&frame) {
            Some(seq) => self.door.header_hash(seq).await.map_err(broke)?,
            None => None,
        };
        let acts = self.talk.on(frame, own);
        for act in acts.map_err(|why| End::Broke(why.0.to_owned()))? {
            self.act(act).await?;
        }
        self.board.acknowledged(self.link, self.talk.acked());
        Ok(())
    }

    async fn act(&mut self, act: Act) -> Result<(), End> {
        self.met();
        match act {
            Act::Send(frame) => self.say(&frame).await,
            Act::Begin(after) => {
                self.position = self.position.max(after);
                self.listen()?;
                self.enlist().await
            }
            Act::Knock(room) => self.knocks(room).await,
            Act::Hands(free, at_work) => {
                self.board.free(self.link, self.hands.heard(free));
                let beat = self.door.link_beat(self.link, &at_work);
                beat.await.map_err(broke)?;
                if self.hands.rests() {
                    return self.enlist().await;
                }
                Ok(())
            }
            Act::Take(item) => {
                let (link, seq) = (self.record()?, item.at.seq);
                self.door.link_turn(self.link).await.map_err(End::Over)?;
                self.stranger_turn(&link, &item).await;
                take(&self.door, &link, item).await.map_err(broke)?;
                let ack = self.talk.took(seq);
                self.say(&ack).await
            }
            Act::Stop(why) => {
                self.door.stop_link(self.link, why).await.map_err(broke)?;
                Err(End::Over(refuse::no_link()))
            }
        }
    }

    /// Notes where the peer's log ends, as it says.
    fn met(&self) {
        if let (Some(peer), Ok(link)) = (self.talk.peer(), self.record()) {
            let head = Place {
                mesh: link.peer,
                seq: peer.seq,
                hash: peer.hash,
                message: None,
            };
            self.board.met(self.link, head);
            self.door.link_present(link.participant, true);
        }
    }

    fn record(&self) -> Result<LinkRecord, End> {
        let access = self.door.node().access();
        let found = access.link(self.link).cloned();
        found.ok_or_else(|| End::Over(refuse::no_link()))
    }

    async fn say(&mut self, frame: &Frame) -> Result<(), End> {
        say(&mut self.way, frame).await.map_err(End::Broke)
    }
}

fn broke(why: Refusal) -> End {
    End::Broke(format!("this node could not go on: {why}"))
}

/// The hash of the header at a place that is in this log.
async fn hash_at(door: &Door, seq: Seq) -> Result<EventHash, Refusal> {
    let hash = door.header_hash(seq).await?;
    hash.ok_or_else(|| refuse::internal("an event that was told is not in the log"))
}

/// The events of a frame; what passes by is none.
fn items(frame: &[u8]) -> Vec<StreamItem> {
    match serde_json::from_slice(frame) {
        Ok(StreamFrame::Push { push, .. }) => push,
        Ok(StreamFrame::Tail { .. } | StreamFrame::Ephemeral { .. }) => Vec::new(),
        Err(why) => {
            tracing::error!(%why, "a link cannot read what the node tells");
            Vec::new()
        }
    }
}
