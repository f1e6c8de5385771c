//! Rooms and their members.

use crate::api::*;
use crate::ops::{Needs, operations};
use crate::permission::Permission::*;

operations! { LIST room_operations
    /// List the rooms one may see, with what is unread.
    RoomList "room.list" {
        Query Needs::Permission(MessagesRead), Get "/api/rooms" => 200,
        NoInput => List<Room>,
        tool "mesh_rooms",
        example "{}"
    }
    /// Look at one room.
    RoomGet "room.get" {
        Query Needs::Permission(MessagesRead), Get "/api/rooms/{room}" => 200,
        RoomRefInput => Room,
        example r#"{"room": "workshop"}"#
    }
    /// Set up a room. The caller becomes its creator and first member.
    RoomCreate "room.create" {
        Command Needs::Permission(MessagesWrite), Post "/api/rooms" => 201,
        RoomCreateInput => RoomCreated,
        example r#"{"name": "war-room", "topic": "the outage of today"}"#
    }
    /// Change a room's name or topic. Needs the capability moderate.
    RoomUpdate "room.update" {
        Command Needs::Permission(MessagesWrite), Patch "/api/rooms/{room}" => 200,
        RoomUpdateInput => Done,
        example r#"{"room": "workshop", "topic": "where things are made"}"#
    }
    /// Close a room for new messages; its members still read it. Needs the capability moderate.
    RoomArchive "room.archive" {
        Command Needs::Permission(MessagesWrite), Post "/api/rooms/{room}/archive" => 200,
        RoomRefInput => Done,
        example r#"{"room": "attic"}"#
    }
    /// Open an archived room again. Needs the capability moderate.
    RoomRestore "room.restore" {
        Command Needs::Permission(MessagesWrite), Post "/api/rooms/{room}/restore" => 200,
        RoomRefInput => Done,
        example r#"{"room": "attic"}"#
    }
    /// Join a listed room.
    RoomJoin "room.join" {
        Command Needs::Permission(MessagesWrite), Post "/api/rooms/{room}/join" => 200,
        RoomRefInput => Done,
        tool "mesh_join",
        example r#"{"room": "lounge"}"#
    }
    /// Leave a room.
    RoomLeave "room.leave" {
        Command Needs::Permission(MessagesWrite), Post "/api/rooms/{room}/leave" => 200,
        RoomRefInput => Done,
        example r#"{"room": "lounge"}"#
    }
    /// List a room's members and what they may do.
    MemberList "member.list" {
        Query Needs::Permission(MessagesRead), Get "/api/rooms/{room}/members" => 200,
        RoomRefInput => List<Member>,
        example r#"{"room": "workshop"}"#
    }
    /// Add a participant to a room. Needs the capability moderate.
    MemberAdd "member.add" {
        Command Needs::Permission(MessagesWrite), Put "/api/rooms/{room}/members/{participant}" => 200,
        MemberRefInput => Done,
        example r#"{"room": "attic", "participant": "rex"}"#
    }
    /// Remove a member. Nothing more is delivered to it. Needs the capability moderate.
    MemberRemove "member.remove" {
        Command Needs::Permission(MessagesWrite), Delete "/api/rooms/{room}/members/{participant}" => 200,
        ModerateInput => Done,
        example r#"{"room": "attic", "participant": "rex"}"#
    }
    /// Set what one member may do. Needs the capability moderate.
    MemberCapabilities "member.capabilities" {
        Command Needs::Permission(MessagesWrite), Put "/api/rooms/{room}/members/{participant}/capabilities" => 200,
        MemberCapabilitiesInput => Done,
        example r#"{"room": "workshop", "participant": "rex", "capabilities": ["speak", "listen", "execute"]}"#
    }
    /// Set what members may do unless set otherwise for one. Needs the capability moderate.
    RoomDefaults "room.defaults" {
        Command Needs::Permission(MessagesWrite), Put "/api/rooms/{room}/defaults" => 200,
        RoomDefaultsInput => Done,
        example r#"{"room": "workshop", "capabilities": ["speak", "listen", "data-read"]}"#
    }
    /// Say that one is typing. Never stored; it ends by itself after six seconds.
    RoomTyping "room.typing" {
        Command Needs::Permission(MessagesWrite), Post "/api/rooms/{room}/typing" => 200,
        RoomTypingInput => Done,
        example r#"{"room": "workshop", "typing": true}"#
    }
    /// List who was in which room when, as far as one may see the rooms.
    StayList "stay.list" {
        Query Needs::Permission(MessagesRead), Get "/api/stays" => 200,
        StayListInput => List<Stay>,
        example r#"{"participant": "rex"}"#
    }
}
