//! Declarations of operations.
