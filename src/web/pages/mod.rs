//! One file per page, with its template of the same name.

pub(super) mod about;
pub(super) mod account;
pub(super) mod audit;
pub(super) mod compare;
pub(super) mod console;
pub(super) mod console_portal;
pub(super) mod desk;
pub(super) mod desk_story;
pub(super) mod document;
pub(super) mod feeds;
pub(super) mod home;
pub(super) mod item;
pub(super) mod keys;
pub(super) mod login;
pub(super) mod operations;
pub(super) mod questions;
pub(super) mod notes;
pub(super) mod people;
pub(super) mod portal;
pub(super) mod rules;
pub(super) mod search;
pub(super) mod story;
pub(super) mod suggest;
pub(super) mod topics;
pub(super) mod unanswered;
pub(super) mod webhooks;
