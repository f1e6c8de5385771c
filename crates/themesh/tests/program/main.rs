//! The real program, driven as a person or a script would: processes, sockets, files.

mod agents;
mod attack;
mod attack_influence;
mod attack_rooms;
mod attack_tasks;
mod confined;
mod consent;
mod editor;
mod first_steps;
mod governance;
mod guard;
mod hooks;
mod identity;
mod install;
mod kill_nine;
mod lease;
mod log_verbs;
mod mcp;
mod node;
mod own_node;
mod skill;
mod steer;
mod tools;
mod troubles;
mod wake;
mod work;
