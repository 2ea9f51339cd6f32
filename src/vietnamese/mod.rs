//! What Vietnamese text needs: one normal form, folding for search, dates as portals write them, numbers of legal
//! documents, names of places and bodies with their successors. Pure: no clock, no files, no stores.

mod case;
pub mod date;
pub mod document;
pub mod keyboard;
pub mod legacy;
mod person;
pub mod personal;
pub mod place;
pub mod secrecy;
mod syllable;
pub mod synonym;
mod text;
mod words;

pub use case::sentence_case;
pub use person::is_person;
pub use syllable::{is_folded_syllable, is_syllable};
pub use text::{clean, clean_lines, fold, fold_letter, is_letter_or_digit, push_lower, tone_key};
pub use words::words;
