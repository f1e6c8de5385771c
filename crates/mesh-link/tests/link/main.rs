//! What goes out, on a real node: a real HTTP server beside it, a real child process behind it.

mod built_in;
mod changes;
mod federation;
mod hooks;
mod house;
mod lent;
mod liar;
mod meshes;
mod plugins;
mod push;
mod push_service_double;
mod receiver;
mod strangers;
mod talk;
mod task_hooks;
mod webhooks;
