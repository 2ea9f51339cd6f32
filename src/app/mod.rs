//! The assembled parts.
