//! What a room knows of things and how they are related: what can be asked.

use crate::api::*;
use crate::ops::{Needs, operations};
use crate::permission::Permission::*;

operations! { LIST Entity
    /// Note what is known of things and how they are related, with its source. All of it is noted, or nothing.
    EntityNote "entity.note" {
        Command Needs::Permission(MemoryWrite), Post "/api/rooms/{room}/entities" => 201,
        EntityNoteInput => EntitiesNoted,
        example r#"{"room": "workshop", "entities": [{"name": "billing", "aliases": ["invoicing"]}], "relations": [{"from": "billing", "kind": "uses", "to": "ledger"}]}"#
    }
    /// List what a room knows, or search it by words, the closest first.
    EntityList "entity.list" {
        Query Needs::Permission(MemoryRead), Get "/api/rooms/{room}/entities" => 200,
        EntityListInput => EntityPage,
        example r#"{"room": "workshop", "q": "invoicing"}"#
    }
    /// All that a room knows of one thing: names, relations, sources, contradictions.
    EntityGet "entity.get" {
        Query Needs::Permission(MemoryRead), Get "/api/rooms/{room}/entities/{entity}" => 200,
        EntityGetInput => EntityDetail,
        example r#"{"room": "workshop", "entity": "billing"}"#
    }
    /// What stands around a thing, one or two relations away.
    EntityNear "entity.near" {
        Query Needs::Permission(MemoryRead), Get "/api/rooms/{room}/entities/{entity}/near" => 200,
        EntityNearInput => EntityGraph,
        example r#"{"room": "workshop", "entity": "billing", "depth": 1}"#
    }
    /// The shortest way from one thing to another, by relations in either direction.
    EntityPath "entity.path" {
        Query Needs::Permission(MemoryRead), Get "/api/rooms/{room}/entities/{entity}/path" => 200,
        EntityPathInput => EntityGraph,
        example r#"{"room": "workshop", "entity": "billing", "to": "ledger"}"#
    }
    /// Say that two names mean one thing, or take that back.
    EntityMerge "entity.merge" {
        Command Needs::Permission(MemoryWrite), Post "/api/rooms/{room}/entities/{entity}/merge" => 200,
        EntityMergeInput => Done,
        example r#"{"room": "workshop", "entity": "billing", "with": "charging"}"#
    }
    /// Forget a thing with all that is claimed of it, or one claim: the words are erased.
    EntityForget "entity.forget" {
        Command Needs::Permission(MemoryWrite), Delete "/api/rooms/{room}/entities/{entity}" => 200,
        EntityForgetInput => Done,
        example r#"{"room": "workshop", "entity": "treasury"}"#
    }
}
