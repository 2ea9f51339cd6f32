//! What one query has looked up in one segment: matching, ordering and checking ask for the same words. In: names. Out:
//! what was found under them, looked up once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use tantivy::postings::TermInfo;
use tantivy::schema::Field;

use super::bits::Bits;
use super::kept::{Name, lock};

/// Two threads of a query may look the same thing up once each.
#[derive(Default)]
pub(super) struct LookedUp {
    infos: ByWord<Option<TermInfo>>,
    docs: ByWord<Arc<Bits>>,
    sets: Mutex<HashMap<Box<str>, Arc<Bits>>>,
    phrases: Mutex<HashMap<Name, Arc<Bits>>>,
}

type ByWord<T> = Mutex<HashMap<Field, HashMap<Box<str>, T>>>;

impl LookedUp {
    /// Where the index keeps a word of a field.
    pub(super) fn info(
        &self,
        field: Field,
        word: &str,
        make: impl FnOnce() -> tantivy::Result<Option<TermInfo>>,
    ) -> tantivy::Result<Option<TermInfo>> {
        of_field(&self.infos, field, word, make)
    }

    /// The articles that hold a word in a field.
    pub(super) fn docs(
        &self,
        field: Field,
        word: &str,
        make: impl FnOnce() -> tantivy::Result<Arc<Bits>>,
    ) -> tantivy::Result<Arc<Bits>> {
        of_field(&self.docs, field, word, make)
    }

    /// A set with a name of its own.
    pub(super) fn set(
        &self,
        name: &str,
        make: impl FnOnce() -> tantivy::Result<Arc<Bits>>,
    ) -> tantivy::Result<Arc<Bits>> {
        if let Some(known) = lock(&self.sets).get(name) {
            return Ok(Arc::clone(known));
        }
        let made = make()?;
        lock(&self.sets).insert(name.into(), Arc::clone(&made));
        Ok(made)
    }

    /// The articles that hold a phrase, as far as they matter to the query.
    pub(super) fn phrase(
        &self,
        name: Name,
        make: impl FnOnce() -> tantivy::Result<Arc<Bits>>,
    ) -> tantivy::Result<Arc<Bits>> {
        if let Some(known) = lock(&self.phrases).get(&name) {
            return Ok(Arc::clone(known));
        }
        let made = make()?;
        lock(&self.phrases).insert(name, Arc::clone(&made));
        Ok(made)
    }
}

fn of_field<T: Clone>(
    known: &ByWord<T>,
    field: Field,
    word: &str,
    make: impl FnOnce() -> tantivy::Result<T>,
) -> tantivy::Result<T> {
    if let Some(found) = lock(known).get(&field).and_then(|words| words.get(word)) {
        return Ok(found.clone());
    }
    let made = make()?;
    lock(known).entry(field).or_default().insert(word.into(), made.clone());
    Ok(made)
}
