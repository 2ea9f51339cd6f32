//! What one query has looked up in one segment: matching, ordering and checking ask for the same words. In: names. Out:
//! what was found under them, looked up once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tantivy::postings::TermInfo;
use tantivy::schema::Field;

use super::bits::Bits;

/// Two threads of a query may look the same thing up once each.
#[derive(Default)]
pub(super) struct LookedUp {
    infos: ByWord<Option<TermInfo>>,
    docs: ByWord<Arc<Bits>>,
    sets: Mutex<HashMap<Box<str>, Arc<Bits>>>,
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
        let known = self.sets.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let made = make()?;
        self.sets.lock().unwrap_or_else(PoisonError::into_inner).insert(name.into(), Arc::clone(&made));
        Ok(made)
    }
}

fn of_field<T: Clone>(
    known: &ByWord<T>,
    field: Field,
    word: &str,
    make: impl FnOnce() -> tantivy::Result<T>,
) -> tantivy::Result<T> {
    let lock = || known.lock().unwrap_or_else(PoisonError::into_inner);
    let found = lock().get(&field).and_then(|words| words.get(word).cloned());
    if let Some(found) = found {
        return Ok(found);
    }
    let made = make()?;
    lock().entry(field).or_default().insert(word.into(), made.clone());
    Ok(made)
}
