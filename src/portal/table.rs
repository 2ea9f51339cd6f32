//! The registry in the record.
