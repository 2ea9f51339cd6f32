//! What Vietnamese text needs: one normal form, folding for search, dates as portals write them, numbers of legal
//! documents, names of places and bodies with their successors. Pure: no clock, no files, no stores.

pub mod date;
pub mod document;
pub mod place;
mod text;

pub use text::{clean, fold, sentence_case, tone_key, words};
