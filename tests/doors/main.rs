//! The server as a network meets it, over bare connections: what it was told in confidence and must keep to itself,
//! requests that two readers would split differently, crowds at the door, and how somebody gets in first and is out.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

mod crowd;
mod kills;
mod secrets;
mod sessions;
mod server;
mod smuggling;
