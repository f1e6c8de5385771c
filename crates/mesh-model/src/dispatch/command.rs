//! Commands about dispatch as a whole.

/// What somebody wants of dispatch as a whole.
#[derive(Debug, Clone)]
#[allow(
    missing_docs,
    reason = "a command's fields are those of the event it leads to, documented there"
)]
pub enum DispatchCommand {
    Stop,
    Resume,
}
