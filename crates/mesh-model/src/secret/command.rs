//! Commands about secrets.

/// What somebody wants of secrets.
#[derive(Debug, Clone)]
#[allow(
    missing_docs,
    reason = "a command's fields are those of the event it leads to, documented there"
)]
pub enum SecretCommand {
    Set { name: String },
    Remove { name: String },
}
