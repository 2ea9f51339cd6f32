//! lantoa gathers what every ministry and province publishes, helps editors choose what deserves wide
//! amplification, and lets citizens search all of it.
//!
//! The flow is the layout. A page travels from left to right, and a module may import only from its left:
//!
//! ```text
//! clock vietnamese store                                       the ground
//!   portal ─► schedule ─► fetch ─► discover ─► extract ─► dedup ─► archive ─► index, triage ─► share
//! accounts                                                     who may decide
//! pipeline                                                     one visit of one portal, in one function; the sweep
//! web                                                          citizens, desk, console, operations
//! config app commands main                                     options, the assembled parts, the command line
//! ```
//!
//! Start with [`pipeline::visit`]: it is the whole flow in one readable function. `tests/layout.rs` checks the order.

pub mod clock;
pub mod vietnamese;
pub mod store;

pub mod portal;
pub mod schedule;
pub mod fetch;
pub mod discover;
pub mod extract;
pub mod dedup;
pub mod archive;
pub mod index;
pub mod triage;
pub mod share;
pub mod accounts;

pub mod pipeline;
pub mod web;

pub mod app;
pub mod commands;
pub mod config;
