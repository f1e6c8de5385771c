//! mesh-survey
