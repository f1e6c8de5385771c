//! Rooms, their members, and how long those stay.

mod archive;
mod create;
mod defaults;
mod get;
mod hold;
mod join;
mod leave;
mod list;
mod member_add;
mod member_ban;
mod member_capabilities;
mod member_list;
mod member_mute;
mod member_remove;
mod member_restrained;
mod member_unban;
mod member_unmute;
mod restore;
mod slow_mode;
mod stay_list;
mod transfer;
mod typing;
mod update;
