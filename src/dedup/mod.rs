//! Seen before, changed, or a copy?
