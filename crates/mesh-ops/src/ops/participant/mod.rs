//! Participants, agents, and oneself.

mod agent_heartbeat;
mod agent_register;
mod disable;
mod enable;
mod get;
mod list;
mod me_get;
mod roles;
mod standing;
mod trust;
mod update;
