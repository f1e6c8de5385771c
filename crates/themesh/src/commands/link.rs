//! Links to other meshes: whom this mesh knows, and which rooms are shared.

pub mod discover;

use clap::Subcommand;
use mesh_model::api::{
    Link, LinkAddInput, LinkBorrowInput, LinkDeadInput, LinkFollowInput, LinkLendInput,
    LinkOpenInput, LinkRefInput, LinkShareInput, LinkState, NoInput,
};
use mesh_model::events::{LinkPause, RoomAccess, Trust};
use mesh_model::ops::{
    LinkAdd, LinkBorrow, LinkDrop, LinkFollow, LinkGet, LinkKey, LinkLend, LinkList, LinkOpen,
    LinkPause as PauseOp, LinkPromote, LinkRefused, LinkRemove, LinkReset, LinkResume, LinkRetry,
    LinkRevoke, LinkShare, LinkUnfollow,
};
use mesh_model::{PublicKey, Seq};
use mesh_sdk::http::Http;

use crate::context::Context;
use crate::failure::{Effect, Failure, Outcome};
use crate::output::{Colour, clean, line, paint, printed_json, table};
use crate::times;

/// Links: share rooms with other meshes
#[derive(Debug, Subcommand)]
#[command(
    after_help = "Example: mesh link add north --key 8a88e3dd… --address https://mesh.example.org\n         mesh link share north workshop"
)]
pub enum LinkVerb {
    /// Show this mesh's own key, for the owner of another one
    #[command(after_help = "Example: mesh link key")]
    Key,
    /// Know another mesh by its key; nothing is shared by that
    #[command(
        after_help = "Example: mesh link add north --key 8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c --address https://mesh.example.org\n\nWithout an address the other mesh has to call this one. Two that cannot be called meet at an interchange:\n--address interchange+https://interchange.example.org on both sides."
    )]
    Add {
        /// What it is called here
        name: String,
        /// Its key, as its owner says: mesh link key there
        #[arg(long)]
        key: String,
        /// Where it is called, or where both meet: interchange+URL
        #[arg(long, value_name = "URL")]
        address: Option<String>,
    },
    /// List the links
    #[command(after_help = "Example: mesh link list")]
    List,
    /// Show a link: how it stands, what is shared and offered
    #[command(after_help = "Example: mesh link show north")]
    Show(LinkRef),
    /// Trust the peer as a verified one, after both owners compared the digits of mesh link show
    #[command(after_help = "Example: mesh link promote north")]
    Promote(LinkRef),
    /// Let it wait; what happens meanwhile is told when it goes on
    #[command(after_help = "Example: mesh link pause north")]
    Pause(LinkRef),
    /// Let it go on, and call the peer at once
    #[command(after_help = "Example: mesh link resume north")]
    Resume(LinkRef),
    /// Go on with a peer whose log had to go back to an older one
    #[command(after_help = "Example: mesh link reset north")]
    Reset(LinkRef),
    /// Offer a room to the peer
    #[command(after_help = "Example: mesh link share north workshop")]
    Share(LinkRoom),
    /// Share a room no more
    #[command(after_help = "Example: mesh link revoke north workshop")]
    Revoke(LinkRoom),
    /// Follow a room that the peer offers: a room here mirrors it
    #[command(after_help = "Example: mesh link follow north workshop --name north-workshop")]
    Follow {
        #[command(flatten)]
        link: LinkRoom,
        /// What it is called here
        #[arg(long = "name", value_name = "NAME")]
        name: Option<String>,
        /// Only those find it here who are added
        #[arg(long)]
        private: bool,
    },
    /// Follow a room no more; what was said stays
    #[command(after_help = "Example: mesh link unfollow north north-workshop")]
    Unfollow(LinkRoom),
    /// Let the peer's tasks be done by workers of a room here; none at once: no more
    #[command(
        after_help = "Example: mesh link lend south errands --can rust,docs --at-once 2\n         mesh link lend south errands --at-once 0\n\nThe peer has to be promoted, and the room's rules to name it in execution.peers. This mesh pays what its\nworkers spend on it: mesh budget set bounds the room."
    )]
    Lend {
        #[command(flatten)]
        link: LinkRoom,
        /// What the tasks may ask for
        #[arg(long = "can", value_name = "CAPABILITY", value_delimiter = ',')]
        can: Vec<String>,
        /// Tasks that are open at the same time, at most
        #[arg(long, value_name = "COUNT", default_value_t = 1)]
        at_once: u16,
    },
    /// Let tasks of a room go to the peer when nobody here is free for them; without --can: no more
    #[command(
        after_help = "Example: mesh link borrow north workshop --can rust\n         mesh link borrow north workshop\n\nThe peer has to be promoted, and the room's rules to let it take words out: data.leave."
    )]
    Borrow {
        #[command(flatten)]
        link: LinkRoom,
        /// What the tasks ask for
        #[arg(long = "can", value_name = "CAPABILITY", value_delimiter = ',')]
        can: Vec<String>,
    },
    /// Let meshes that nobody here knows follow a room
    #[command(after_help = "Example: mesh link open workshop")]
    Open {
        /// The room: its name or id
        room: String,
    },
    /// Let no more of them follow it; those who do stay until mesh link remove
    #[command(after_help = "Example: mesh link close workshop")]
    Close {
        /// The room: its name or id
        room: String,
    },
    /// List what the peer did not take
    #[command(after_help = "Example: mesh link refused north")]
    Refused(LinkRef),
    /// Send once more what the peer did not take
    #[command(after_help = "Example: mesh link retry north        # all of it")]
    Retry(LinkLetters),
    /// Drop what the peer did not take
    #[command(after_help = "Example: mesh link drop north 4711")]
    Drop(LinkLetters),
    /// Remove it for good; what was said stays
    #[command(after_help = "Example: mesh link remove north")]
    Remove(LinkRef),
}

#[derive(Debug, clap::Args)]
pub struct LinkRef {
    /// What the peer is called here, or the link's id
    pub link: String,
}

#[derive(Debug, clap::Args)]
pub struct LinkRoom {
    /// What the peer is called here, or the link's id
    pub link: String,
    /// The room: its name or id
    pub room: String,
}

#[derive(Debug, clap::Args)]
pub struct LinkLetters {
    /// What the peer is called here, or the link's id
    pub link: String,
    /// Which: their places; all of them if none is named
    pub seqs: Vec<u64>,
}

impl From<LinkRef> for LinkRefInput {
    fn from(LinkRef { link }: LinkRef) -> LinkRefInput {
        LinkRefInput { link }
    }
}

impl From<LinkRoom> for LinkShareInput {
    fn from(LinkRoom { link, room }: LinkRoom) -> LinkShareInput {
        LinkShareInput { link, room }
    }
}

impl From<LinkLetters> for LinkDeadInput {
    fn from(LinkLetters { link, seqs }: LinkLetters) -> LinkDeadInput {
        LinkDeadInput {
            link,
            seqs: seqs.into_iter().map(Seq).collect(),
        }
    }
}

/// `mesh link …`
pub fn link(context: &Context, verb: LinkVerb) -> Outcome<()> {
    let http = context.http()?;
    match verb {
        LinkVerb::Key => {
            let own = http.call::<LinkKey>(NoInput {})?;
            said(context, &own, &own.key.to_string())
        }
        LinkVerb::Add { name, key, address } => {
            let added = http.call::<LinkAdd>(LinkAddInput {
                name,
                key: read_key(&key)?,
                address,
            })?;
            if !printed_json(context, &added)? {
                show(&added);
                line(&paint(
                    Colour::Quiet,
                    "Compare the digits with the peer's owner, by another way than this one; then: mesh link promote",
                ));
            }
            Ok(())
        }
        LinkVerb::List => list(context, &http),
        LinkVerb::Show(link) => {
            let found = http.call::<LinkGet>(link.into())?;
            if !printed_json(context, &found)? {
                show(&found);
            }
            Ok(())
        }
        LinkVerb::Promote(link) => said(
            context,
            &http.call::<LinkPromote>(link.into())?,
            "what it brings from here on is trusted as federated",
        ),
        LinkVerb::Pause(link) => said(
            context,
            &http.call::<PauseOp>(link.into())?,
            "it waits; mesh link resume lets it go on",
        ),
        LinkVerb::Resume(link) => said(
            context,
            &http.call::<LinkResume>(link.into())?,
            "it goes on",
        ),
        LinkVerb::Reset(link) => said(
            context,
            &http.call::<LinkReset>(link.into())?,
            "it goes on from where the peer's log ends now",
        ),
        LinkVerb::Share(room) => said(
            context,
            &http.call::<LinkShare>(room.into())?,
            "it is offered; the peer's owner follows it with mesh link follow",
        ),
        LinkVerb::Revoke(room) => said(
            context,
            &http.call::<LinkRevoke>(room.into())?,
            "it is shared no more; what the peer has it keeps",
        ),
        LinkVerb::Follow {
            link: LinkRoom { link, room },
            name,
            private,
        } => {
            let access = if private {
                RoomAccess::Private
            } else {
                RoomAccess::Listed
            };
            let followed = http.call::<LinkFollow>(LinkFollowInput {
                link,
                room,
                name,
                access,
            })?;
            said(
                context,
                &followed,
                &format!("the room {} mirrors it", followed.room),
            )
        }
        LinkVerb::Unfollow(room) => said(
            context,
            &http.call::<LinkUnfollow>(room.into())?,
            "it is followed no more; what was said stays",
        ),
        LinkVerb::Lend { link, can, at_once } => lend(context, &http, link, can, at_once),
        LinkVerb::Borrow { link, can } => borrow(context, &http, link, can),
        LinkVerb::Open { room } => said(
            context,
            &http.call::<LinkOpen>(LinkOpenInput { room, open: true })?,
            "strangers may follow it: what is said in it from now on is public; mesh publish tells of it",
        ),
        LinkVerb::Close { room } => said(
            context,
            &http.call::<LinkOpen>(LinkOpenInput { room, open: false })?,
            "no more strangers are let in; those who follow it stay until mesh link remove",
        ),
        LinkVerb::Refused(link) => refused(context, &http, link),
        LinkVerb::Retry(letters) => said(
            context,
            &http.call::<LinkRetry>(letters.into())?,
            "the peer is asked again",
        ),
        LinkVerb::Drop(letters) => said(
            context,
            &http.call::<LinkDrop>(letters.into())?,
            "they are dropped",
        ),
        LinkVerb::Remove(link) => said(
            context,
            &http.call::<LinkRemove>(link.into())?,
            "it is gone for good; what was said stays",
        ),
    }
}

fn lend(
    context: &Context,
    http: &Http,
    LinkRoom { link, room }: LinkRoom,
    capabilities: Vec<String>,
    at_once: u16,
) -> Outcome<()> {
    let done = http.call::<LinkLend>(LinkLendInput {
        link,
        room,
        capabilities,
        at_once: Some(at_once),
    })?;
    let text = match at_once {
        0 => "nobody is lent any more; what is under way there ends as it would",
        _ => "they are lent; the peer's owner says with mesh link borrow which tasks come",
    };
    said(context, &done, text)
}

fn borrow(
    context: &Context,
    http: &Http,
    LinkRoom { link, room }: LinkRoom,
    capabilities: Vec<String>,
) -> Outcome<()> {
    let ends = capabilities.is_empty();
    let done = http.call::<LinkBorrow>(LinkBorrowInput {
        link,
        room,
        capabilities,
    })?;
    let text = if ends {
        "no more tasks of the room go there"
    } else {
        "tasks for which nobody here is free may go there, as far as the peer lends workers"
    };
    said(context, &done, text)
}

fn said(context: &Context, done: &impl serde::Serialize, text: &str) -> Outcome<()> {
    if !printed_json(context, done)? {
        line(text);
    }
    Ok(())
}

fn read_key(text: &str) -> Outcome<PublicKey> {
    text.parse().map_err(|_| {
        Failure::usage(
            "that is no key",
            "64 hex digits: the peer's owner sees them with mesh link key",
        )
        .so(Effect::NothingChanged)
    })
}

fn list(context: &Context, http: &Http) -> Outcome<()> {
    let list = http.call::<LinkList>(NoInput {})?;
    if printed_json(context, &list)? {
        return Ok(());
    }
    if list.items.is_empty() {
        line("No other mesh is known. Add one: mesh link add NAME --key KEY --address URL");
        return Ok(());
    }
    let rows = list.items.iter().map(|link| {
        vec![
            link.name.clone(),
            link.participant.trust.name().to_owned(),
            state(link),
            link.shared.len().to_string(),
            followed(link).to_string(),
            link.dead.to_string(),
        ]
    });
    table(
        &["mesh", "trust", "state", "shared", "followed", "refused"],
        &rows.collect::<Vec<_>>(),
    );
    Ok(())
}

fn followed(link: &Link) -> usize {
    let rooms = link.offered.iter();
    rooms.filter(|room| room.room.is_some()).count()
}

fn state(link: &Link) -> String {
    let why = match link.paused {
        None => "",
        Some(LinkPause::Asked) => "paused",
        Some(LinkPause::WentBack) => {
            "paused: its log went back to an older one; ask its owner, then mesh link reset"
        }
        Some(LinkPause::WeWentBack) => {
            "paused: it holds what this log does not; its owner resets the link there, then mesh link resume"
        }
        Some(LinkPause::Full) => "paused: it refused too much; mesh link refused",
    };
    match link.state {
        LinkState::Open => "open".to_owned(),
        LinkState::Away => match &link.trouble {
            Some(trouble) => format!("away: {}", clean(trouble)),
            None => "away".to_owned(),
        },
        LinkState::Paused => why.to_owned(),
    }
}

fn show(link: &Link) {
    line(&format!("link {}", link.name));
    line(&format!("  key       {}", link.key));
    line(&format!("  compare   {}", link.compare));
    line(&format!("  or        {}", link.words));
    let trust = match link.participant.trust {
        Trust::Federated => "federated",
        _ if link.stranger => "a stranger, who follows what is open: mesh link promote, or remove",
        _ => "untrusted until mesh link promote",
    };
    line(&format!("  trust     {trust}"));
    match &link.address {
        Some(address) => line(&format!("  address   {}", clean(address))),
        None => line("  address   none: it calls this mesh"),
    }
    line(&format!("  state     {}", state(link)));
    if let Some(at) = link.again_at {
        line(&format!("  called    again {}", times::relative(at)));
    }
    show_health(link);
    if link.dead > 0 {
        line(&format!(
            "  refused   {}: mesh link refused {}",
            link.dead, link.name
        ));
    }
    if !link.unerased.is_empty() {
        let messages: Vec<String> = link.unerased.iter().map(ToString::to_string).collect();
        line(&format!(
            "  unerased  {}: the peer has not said that it erased them too",
            messages.join(", ")
        ));
    }
    for room in &link.shared {
        let name = room.name.as_deref().unwrap_or_default();
        let follows = if room.followed {
            "followed there"
        } else {
            "offered"
        };
        line(&format!("  shares    #{name}, {follows}"));
    }
    for room in &link.offered {
        let state = match (room.room, room.open) {
            (Some(_), true) => "followed here",
            (Some(_), false) => "followed here, not shared now",
            (None, true) => "offered: mesh link follow",
            (None, false) => "not shared now",
        };
        line(&format!(
            "  its room  #{} ({}), {state}",
            room.name, room.there
        ));
    }
    show_work(link);
}

/// How far each has the other's log, and since when nothing was heard.
fn show_health(link: &Link) {
    let open = link.state == LinkState::Open;
    if let Some(at) = link.heard_at.filter(|_| !open) {
        line(&format!("  heard     {}", times::relative(at)));
    }
    // Of a log that goes on only some is for the other mesh: without both speaking nobody knows how much.
    let most = |places: Option<u64>| match places.filter(|places| !open && *places > 0) {
        Some(places) => format!(", at most {places} behind"),
        None => String::new(),
    };
    let behind = most(link.unheard);
    line(&format!(
        "  taken     up to {} of its log{behind}",
        link.taken
    ));
    if let Some(upto) = link.acknowledged {
        let behind = most(link.untold);
        line(&format!("  told      up to {upto} of this log{behind}"));
    }
    if link.under_way > 0 {
        line(&format!("  under way {} to it", link.under_way));
    }
    if link.waits > 0 {
        line(&format!(
            "  waits     {} said here, for its word",
            link.waits
        ));
    }
}

fn show_work(link: &Link) {
    if let Some(lends) = &link.lends {
        line(&format!(
            "  lends     {} in #{}, at most {} at once, {} now",
            lends.capabilities.join(", "),
            lends.name.as_deref().unwrap_or_default(),
            lends.at_once,
            lends.tasks.len()
        ));
    }
    let Some(borrows) = &link.borrows else { return };
    let lent = match borrows.at_once {
        0 => "nothing: the peer lends no workers".to_owned(),
        most => format!(
            "{}, at most {most} at once, {} there now",
            borrows.capabilities.join(", "),
            borrows.tasks.len()
        ),
    };
    line(&format!("  borrows   {lent}"));
    for room in &borrows.rooms {
        line(&format!(
            "  tasks of  #{}: {}",
            room.name.as_deref().unwrap_or_default(),
            room.capabilities.join(", ")
        ));
    }
    let free = borrows.free.iter();
    let free: Vec<String> = free
        .map(|free| format!("{} {}", free.slots, clean(&free.capability)))
        .collect();
    if !free.is_empty() {
        line(&format!("  free      {}", free.join(", ")));
    }
}

fn refused(context: &Context, http: &Http, link: LinkRef) -> Outcome<()> {
    let list = http.call::<LinkRefused>(link.into())?;
    if printed_json(context, &list)? {
        return Ok(());
    }
    if list.items.is_empty() {
        line("The peer took everything.");
        return Ok(());
    }
    let rows = list.items.iter().map(|letter| {
        vec![
            letter.seq.to_string(),
            letter
                .author
                .as_ref()
                .map_or_else(String::new, |author| format!("@{}", author.handle)),
            clean(&letter.code),
            letter.rule.as_deref().map(clean).unwrap_or_default(),
        ]
    });
    table(&["place", "by", "why", "rule"], &rows.collect::<Vec<_>>());
    line(&paint(
        Colour::Quiet,
        "mesh link retry asks again, mesh link drop forgets it",
    ));
    Ok(())
}
