//! mesh-proof
