//! The door on a real folder, operation by operation.

mod audit;
mod bad_input;
mod chat;
mod events;
mod every_operation;
mod flow;
mod governance;
mod house;
mod idempotency;
mod identity;
mod invites;
mod kept;
mod many;
mod marked;
mod memories;
mod moderation;
mod paging;
mod permissions;
mod privacy;
mod request_limits;
mod search;
mod signatures;
mod stored_secrets;
mod tasks;
mod tasks_words;
mod work;
