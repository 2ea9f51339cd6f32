//! Every option.
