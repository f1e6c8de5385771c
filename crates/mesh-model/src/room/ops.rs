//! Rooms and who is in them: what can be asked.

use crate::api::*;
use crate::ops::{Needs, operations};
use crate::permission::Permission::*;

operations! { LIST Room
    /// Let another member set the room's rules. Only its creator and the owner of the mesh may.
    RoomTransfer "room.transfer" {
        Command Needs::Permission(MessagesWrite), Post "/api/rooms/{room}/transfer" => 200,
        TransferInput => Done,
        example r#"{"room": "cellar", "to": "rex"}"#
    }
    /// Let each participant wait so many seconds between two messages. Needs the capability moderate.
    RoomSlowMode "room.slow_mode" {
        Command Needs::Permission(MessagesWrite), Put "/api/rooms/{room}/slow-mode" => 200,
        SlowModeInput => Done,
        example r#"{"room": "attic", "seconds": 10}"#
    }
    /// Name the member to whom a line of chat goes that is no command. Needs the capability moderate.
    RoomPrimary "room.primary" {
        Command Needs::Permission(MessagesWrite), Put "/api/rooms/{room}/primary" => 200,
        PrimaryInput => Done,
        example r#"{"room": "workshop", "participant": "rex"}"#
    }
    /// Let everybody in the world read on the public page what is said in a room from here on. Only a person who sets the room's
    /// rules may, while the owner of the mesh has the page on, and only a room that is not private and whose rules let words out
    /// of the mesh (`data.leave.outside`).
    RoomPublish "room.publish" {
        Command Needs::Permission(MessagesWrite), Post "/api/rooms/{room}/publish" => 200,
        RoomRefInput => Done,
        example r#"{"room": "square"}"#
    }
    /// Take a room from the public page at once. Whoever sets the room's rules may, and the owner of the mesh.
    RoomUnpublish "room.unpublish" {
        Command Needs::Permission(MessagesWrite), Post "/api/rooms/{room}/unpublish" => 200,
        RoomRefInput => Done,
        example r#"{"room": "square"}"#
    }
    /// Keep everything said in a room from being erased, or end that.
    RoomHold "room.hold" {
        Command Needs::Owner, Put "/api/rooms/{room}/hold" => 200,
        HoldInput => Done,
        example r#"{"room": "attic", "hold": false}"#
    }
    /// List who is muted and who is banned in a room. Needs the capability moderate.
    MemberRestrained "member.restrained" {
        Query Needs::Permission(MessagesRead), Get "/api/rooms/{room}/restrained" => 200,
        RoomRefInput => Restrained,
        example r#"{"room": "attic"}"#
    }
    /// Keep a member from speaking for a while. Needs the capability moderate.
    MemberMute "member.mute" {
        Command Needs::Permission(MessagesWrite), Put "/api/rooms/{room}/muted/{participant}" => 200,
        MuteInput => Done,
        example r#"{"room": "workshop", "participant": "rex", "seconds": 60, "reason": "too loud"}"#
    }
    /// Let a member speak again. Needs the capability moderate.
    MemberUnmute "member.unmute" {
        Command Needs::Permission(MessagesWrite), Delete "/api/rooms/{room}/muted/{participant}" => 200,
        MemberRefInput => Done,
        example r#"{"room": "workshop", "participant": "rex"}"#
    }
    /// Remove a participant from a room and keep it out. Needs the capability moderate.
    MemberBan "member.ban" {
        Command Needs::Permission(MessagesWrite), Put "/api/rooms/{room}/banned/{participant}" => 200,
        ModerateInput => Done,
        example r#"{"room": "attic", "participant": "rex", "reason": "spam"}"#
    }
    /// Let a participant in again. It has to join or be added. Needs the capability moderate.
    MemberUnban "member.unban" {
        Command Needs::Permission(MessagesWrite), Delete "/api/rooms/{room}/banned/{participant}" => 200,
        MemberRefInput => Done,
        example r#"{"room": "attic", "participant": "rex"}"#
    }
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
    /// Add a participant to a room, if it lets the caller. Needs the capability moderate.
    MemberAdd "member.add" {
        Command Needs::Permission(MessagesWrite), Put "/api/rooms/{room}/members/{participant}" => 200,
        MemberRefInput => Done,
        example r#"{"room": "attic", "participant": "rex"}"#
    }
    /// Invite a participant into a room: it, or somebody above it, accepts or declines. Needs the capability moderate.
    MemberInvite "member.invite" {
        Command Needs::Permission(MessagesWrite), Post "/api/rooms/{room}/invitations/{participant}" => 200,
        MemberRefInput => Done,
        example r#"{"room": "cellar", "participant": "mole"}"#
    }
    /// Accept an invitation into a room, for oneself or for somebody below oneself.
    MemberAccept "member.accept" {
        Command Needs::Permission(MessagesWrite), Post "/api/rooms/{room}/accept" => 200,
        InvitationInput => Done,
        example r#"{"room": "cellar", "participant": "mole"}"#
    }
    /// Decline an invitation into a room, or take it back as a moderator.
    MemberDecline "member.decline" {
        Command Needs::Permission(MessagesWrite), Post "/api/rooms/{room}/decline" => 200,
        InvitationInput => Done,
        example r#"{"room": "attic", "participant": "mole"}"#
    }
    /// List the invitations into rooms that wait for oneself and for those below oneself; of one room, whoever moderates it sees all.
    MemberInvitations "member.invitations" {
        Query Needs::Permission(MessagesRead), Get "/api/invitations" => 200,
        InvitationListInput => List<Invitation>,
        example r#"{"room": "attic"}"#
    }
    /// Say whether a participant runs commands of a room: its own side says so, whatever the room allows.
    MemberExecution "member.execution" {
        Command Needs::Permission(MessagesWrite), Put "/api/rooms/{room}/execution" => 200,
        ExecutionInput => Done,
        example r#"{"room": "workshop", "participant": "rex", "agreed": true}"#
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
