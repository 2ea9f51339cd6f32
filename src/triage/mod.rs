//! The queue of what deserves wide amplification.
