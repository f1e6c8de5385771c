//! Links to other meshes: what can be asked. Whom this mesh knows is for those with `admin:federation`; how far a peer is
//! trusted and what is followed, for the owner; which rooms are shared, for those who moderate them.

use crate::api::*;
use crate::ops::{Needs, operations};
use crate::permission::Permission::*;

operations! { LIST Link
    /// This mesh's own key, for the owner of another one.
    LinkKey "link.key" {
        Query Needs::Permission(MessagesRead), Get "/api/links/key" => 200,
        NoInput => LinkOwnKey,
        example "{}"
    }
    /// Know another mesh by its key, so that rooms can be shared. Nothing is shared by it, and its words are untrusted.
    LinkAdd "link.add" {
        Command Needs::Permission(AdminFederation), Post "/api/links" => 201,
        LinkAddInput => Link,
        example r#"{"name": "north", "key": "8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c"}"#
    }
    /// List the links to other meshes.
    LinkList "link.list" {
        Query Needs::Permission(AdminFederation), Get "/api/links" => 200,
        NoInput => List<Link>,
        example "{}"
    }
    /// Get a link: how it stands, which rooms are shared and offered.
    LinkGet "link.get" {
        Query Needs::Permission(AdminFederation), Get "/api/links/{link}" => 200,
        LinkRefInput => Link,
        example r#"{"link": "$link"}"#
    }
    /// Trust a peer as a verified one: what it brings from here on is `federated`. The owner does it, after both compared.
    LinkPromote "link.promote" {
        Command Needs::Owner, Post "/api/links/{link}/promote" => 200,
        LinkRefInput => Done,
        example r#"{"link": "$link"}"#
    }
    /// Let a link wait: nothing goes either way. What happens meanwhile is told when it goes on.
    LinkPause "link.pause" {
        Command Needs::Permission(AdminFederation), Post "/api/links/{link}/pause" => 200,
        LinkRefInput => Done,
        example r#"{"link": "$link"}"#
    }
    /// Let a link go on, and call the peer at once.
    LinkResume "link.resume" {
        Command Needs::Permission(AdminFederation), Post "/api/links/{link}/resume" => 200,
        LinkRefInput => Done,
        example r#"{"link": "$link"}"#
    }
    /// Forget how far the peer's log was taken, when the peer had to go back to an older one: it speaks again from where it
    /// is now. What it said after its older log is told once more if it is said there again.
    LinkReset "link.reset" {
        Command Needs::Owner, Post "/api/links/{link}/reset" => 200,
        LinkRefInput => Done,
        example r#"{"link": "$link"}"#
    }
    /// Offer a room of this mesh to a peer. It becomes a member of the room by whoever speaks for it here.
    LinkShare "link.share" {
        Command Needs::Permission(MessagesWrite), Post "/api/links/{link}/rooms" => 200,
        LinkShareInput => Done,
        example r#"{"link": "$link", "room": "workshop"}"#
    }
    /// Share a room with a peer no more.
    LinkRevoke "link.revoke" {
        Command Needs::Permission(MessagesWrite), Delete "/api/links/{link}/rooms/{room}" => 200,
        LinkShareInput => Done,
        example r#"{"link": "$link", "room": "workshop"}"#
    }
    /// Follow a room that a peer offers: a room here mirrors it, and what is said in it goes there first.
    LinkFollow "link.follow" {
        Command Needs::Owner, Post "/api/links/{link}/follow" => 201,
        LinkFollowInput => LinkFollowed,
        example r#"{"link": "$link", "room": "0193a2b4-5c6d-7e8f-9a0b-1c2d3e4f5a6b", "name": "elsewhere"}"#
    }
    /// Follow a room of a peer no more. The mirror stays, read only.
    LinkUnfollow "link.unfollow" {
        Command Needs::Owner, Delete "/api/links/{link}/follow/{room}" => 200,
        LinkShareInput => Done,
        example r#"{"link": "$link", "room": "elsewhere"}"#
    }
    /// Let workers of a room of this mesh do a peer's tasks, so many at once. The peer has to be promoted, and the room's rules to
    /// name it in `execution.peers`. What it costs, this mesh pays: the room's budget bounds it.
    LinkLend "link.lend" {
        Command Needs::Owner, Put "/api/links/{link}/lend" => 200,
        LinkLendInput => Done,
        example r#"{"link": "$link", "room": "errands", "capabilities": ["rust"], "at_once": 2}"#
    }
    /// Let a peer's workers do tasks of a room for which nobody here is free. The room's rules have to let the peer's speaker take
    /// words out: `data.leave`.
    LinkBorrow "link.borrow" {
        Command Needs::Owner, Put "/api/links/{link}/borrow" => 200,
        LinkBorrowInput => Done,
        example r#"{"link": "$link", "room": "errands", "capabilities": ["rust"]}"#
    }
    /// Let meshes that nobody here knows follow a room of this mesh, or no more: its moderators who may take its words out and have
    /// `admin:federation`. No more of them, any moderator says. Those who follow it stay until they are removed.
    LinkOpen "link.open" {
        Command Needs::Permission(MessagesWrite), Put "/api/rooms/{room}/strangers" => 200,
        LinkOpenInput => Done,
        example r#"{"room": "workshop", "open": true}"#
    }
    /// Tell others of this mesh at an interchange: its name, words about it, its open rooms, and agents. Everybody there reads it.
    LinkPublish "link.publish" {
        Command Needs::Owner, Put "/api/links/published" => 200,
        LinkPublishInput => Done,
        example r#"{"at": "http://127.0.0.1:7790", "name": "acme", "about": "We make things."}"#
    }
    /// Tell nothing of this mesh at an interchange any more.
    LinkUnpublish "link.unpublish" {
        Command Needs::Owner, Post "/api/links/published/withdraw" => 200,
        LinkUnpublishInput => LinkWithdrawnCard,
        example r#"{"at": "http://127.0.0.1:7790"}"#
    }
    /// What this mesh tells of itself, and where.
    LinkPublished "link.published" {
        Query Needs::Permission(AdminFederation), Get "/api/links/published" => 200,
        NoInput => LinkCards,
        example "{}"
    }
    /// Find meshes at an interchange, with their open rooms and their agents. What they say of themselves is their own word.
    LinkDiscover "link.discover" {
        Query Needs::Permission(AdminFederation), Get "/api/links/discover" => 200,
        LinkDiscoverInput => LinkDiscovered,
        example r#"{"words": "rust"}"#
    }
    /// Follow a room of another mesh that is open to strangers, in one step: the mesh is known by its key from then on.
    LinkJoin "link.join" {
        Command Needs::Owner, Post "/api/links/join" => 201,
        LinkJoinInput => LinkFollowed,
        example r#"{"address": "mesh://4cb5abf6ad79fbf5abbccafcc269d85cd2651ed4b885b5869f241aedf0a5ba29@127.0.0.1:7790/0193a2b4-5c6d-7e8f-9a0b-1c2d3e4f5a6c", "name": "away", "room": "found"}"#
    }
    /// What a peer did not take.
    LinkRefused "link.refused" {
        Query Needs::Permission(AdminFederation), Get "/api/links/{link}/refused" => 200,
        LinkRefInput => List<LinkDeadLetter>,
        example r#"{"link": "$link"}"#
    }
    /// Send once more what a peer did not take.
    LinkRetry "link.retry" {
        Command Needs::Permission(AdminFederation), Post "/api/links/{link}/refused" => 200,
        LinkDeadInput => Done,
        example r#"{"link": "$link"}"#
    }
    /// Drop what a peer did not take.
    LinkDrop "link.drop" {
        Command Needs::Permission(AdminFederation), Post "/api/links/{link}/refused/drop" => 200,
        LinkDeadInput => Done,
        example r#"{"link": "$link"}"#
    }
    /// Remove a link for good. What was said stays; mirrors are read only from then on.
    LinkRemove "link.remove" {
        Command Needs::Permission(AdminFederation), Delete "/api/links/{link}" => 200,
        LinkRefInput => Done,
        example r#"{"link": "$link"}"#
    }
}
