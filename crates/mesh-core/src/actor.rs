//! Who asks: checked before any noun's rule.

use mesh_model::command::{CreateMesh, InviteCommand, MeshCommand};
use mesh_model::{
    Actor, Capability, Command, Ctx, Millis, ParticipantId, Permission, PermissionSet, Refusal,
    RoomId,
};

use crate::policy::Moment;
use crate::{Access, Room, refuse};

/// Whoever gave the command, known to be alive and to hold the declared permission.
pub(crate) struct Asker<'a> {
    pub access: &'a Access,
    pub now: Millis,
    pub actor: Actor,
    /// What the credential and its participant both allow.
    pub permissions: PermissionSet,
}

impl<'a> Asker<'a> {
    /// Checks the actor and the permission the operation declares.
    pub fn check(access: &'a Access, command: &Command, ctx: &Ctx) -> Result<Asker<'a>, Refusal> {
        match (access.mesh(), command) {
            (None, Command::Mesh(MeshCommand::Create(CreateMesh { .. }))) | (Some(_), _) => {}
            (None, _) => {
                return Err(refuse::conflict(
                    "the mesh does not exist yet",
                    "start the node once, it creates the mesh",
                ));
            }
        }
        let permissions = access.standing(&ctx.actor, ctx.now)?;
        if let Some(needed) = ctx.requires
            && !permissions.has(needed)
        {
            return Err(refuse::permission(needed));
        }
        let asker = Asker {
            access,
            now: ctx.now,
            actor: ctx.actor,
            permissions,
        };
        asker.check_door(command)?;
        Ok(asker)
    }

    /// Invites open one door only, and some doors open for the node only.
    fn check_door(&self, command: &Command) -> Result<(), Refusal> {
        let redeeming = matches!(
            command,
            Command::Invite(InviteCommand::Redeem(_) | InviteCommand::Accept(_))
        );
        match self.actor {
            Actor::Invite(_) if !redeeming => {
                Err(refuse::not_yours("do that with an invite alone"))
            }
            Actor::Owner(_) | Actor::User(_) | Actor::Credential(..) if redeeming => Err(
                refuse::not_yours("come in by an invite as somebody who is on the mesh already"),
            ),
            _ => Ok(()),
        }
    }

    /// The participant that acts.
    pub fn me(&self) -> Result<ParticipantId, Refusal> {
        self.actor
            .participant()
            .ok_or_else(|| refuse::not_yours("do that without being a participant"))
    }

    pub fn is_node(&self) -> bool {
        self.actor == Actor::Node
    }

    /// Whether it is the owner by the owner's token or browser, not by a lesser credential.
    pub fn is_owner(&self) -> bool {
        matches!(self.actor, Actor::Owner(_))
    }

    pub fn has(&self, permission: Permission) -> bool {
        self.permissions.has(permission)
    }

    pub fn node_only(&self) -> Result<(), Refusal> {
        if self.is_node() {
            Ok(())
        } else {
            Err(refuse::node_only())
        }
    }

    /// What the asker makes ends with the asker at the latest.
    pub fn no_later(&self, wanted: Option<Millis>) -> Option<Millis> {
        let ends = self.access.ends(&self.actor);
        wanted.into_iter().chain(ends).min()
    }

    /// Whether the participant is the asker or was made by it, however far down.
    pub fn is_mine(&self, participant: ParticipantId) -> bool {
        self.actor
            .participant()
            .is_some_and(|me| me == participant || self.access.descends(participant, me))
    }

    /// Nobody grants a permission they lack.
    pub fn check_grant(&self, wanted: PermissionSet) -> Result<(), Refusal> {
        if wanted.within(self.permissions) {
            return Ok(());
        }
        Err(refuse::cannot_grant(wanted, self.permissions))
    }

    /// Permissions over the mesh itself reach credentials only by the owner's hand.
    pub fn check_admin_grant(&self, wanted: PermissionSet) -> Result<(), Refusal> {
        let admin = wanted
            .iter()
            .find(|permission| permission.name().starts_with("admin:"));
        match admin {
            Some(permission) if !self.is_owner() => {
                Err(refuse::owner_only(format!("grant {permission}")))
            }
            _ => Ok(()),
        }
    }

    /// A room the asker may know of.
    pub fn room(&self, room: RoomId) -> Result<&'a Room, Refusal> {
        self.access
            .visible_room(self.actor.participant(), room)
            .map(|room| &**room)
    }

    /// Whether the room lets the asker do this. The node may do everything everywhere.
    pub fn check_capability(&self, room: &Room, needed: Capability) -> Result<(), Refusal> {
        match self.actor.participant() {
            Some(me) => {
                let moment = Moment {
                    now: self.now,
                    kind: None,
                };
                self.access
                    .check_capability_at(room, me, needed, moment)
                    .map(drop)
            }
            None if self.is_node() => Ok(()),
            None => Err(refuse::no_room()),
        }
    }

    /// A participant the asker may see.
    pub fn participant(&self, id: ParticipantId) -> Result<&'a crate::Participant, Refusal> {
        let found = self
            .access
            .participant(id)
            .ok_or_else(refuse::no_participant)?;
        match self.actor.participant() {
            Some(me)
                if !self.access.sees_participant(me, id) && !self.has(Permission::AgentsAdmin) =>
            {
                Err(refuse::no_participant())
            }
            _ => Ok(found),
        }
    }
}
