//! mesh-log
