//! The window in sled: which pages were seen, which texts are near which, what to send with a conditional request.
//!
//! sled 0.34 is fast and not a record: it is opened inside a guard, kept small, and set aside when it complains.

use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};

use anyhow::{Context, Result, anyhow};

use super::nearest::nearest;
use super::packed::Packed;
use super::repeated::Repeated;
use super::shelf::{Shelf, Text, short_hash};
use super::{Options, Place, Reading, Seen, Sketch};
use crate::clock::Timestamp;
use crate::fetch::Validators;

/// The layout of the keys; another number means that the window is made anew.
const LAYOUT: &[u8] = b"5";
/// Seconds that "not modified" is believed.
const BELIEVED_S: i64 = 24 * 3600;

/// The window. Cheap to share behind an `Arc`.
pub struct Window {
    db: sled::Db,
    seen: Packed,
    http: Packed,
    shelf: sled::Tree,
    repeated: sled::Tree,
    /// Finding a story and joining it is one step, or two copies that arrive together would begin two stories. Where
    /// the texts are is read when it is first wanted.
    texts: Mutex<Option<Texts>>,
    options: Options,
}

/// The texts, as far as they are in memory.
struct Texts {
    shelf: Shelf,
    repeated: Repeated,
}

/// The window was written by another version of lantoa.
#[derive(Debug, thiserror::Error)]
#[error("the dedup window has another layout")]
struct OtherLayout;

/// The texts while nobody else has them.
struct Turn<'w>(MutexGuard<'w, Option<Texts>>);

impl Turn<'_> {
    fn get(&mut self, window: &Window) -> Result<&mut Texts> {
        if self.0.is_none() {
            let known: Vec<sled::IVec> =
                window.repeated.iter().keys().collect::<Result<_, _>>().context("cannot read the dedup window")?;
            let known = known.iter().filter_map(|key| Some(u32::from_be_bytes(key.as_ref().try_into().ok()?)));
            *self.0 = Some(Texts { shelf: Shelf::read(window.shelf.clone())?, repeated: Repeated::new(known) });
        }
        self.0.as_mut().context("the texts of the dedup window cannot be reached")
    }
}

impl std::fmt::Debug for Window {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Window").finish_non_exhaustive()
    }
}

/// A window that was opened.
#[derive(Debug)]
pub struct Opened {
    /// The window.
    pub window: Window,
    /// True when it is empty because there was none, or it was damaged or of another version's layout.
    pub fresh: bool,
    /// Where a damaged one was put.
    pub set_aside: Option<PathBuf>,
}

impl Window {
    /// Opens the window in `folder`; an empty one takes the place of a damaged one, which is moved aside, and of one of
    /// another version, which goes: the record has all that it knew.
    ///
    /// # Errors
    /// When not even an empty one can be made.
    pub fn open(folder: &Path, options: &Options) -> Result<Opened> {
        match open_guarded(folder, options) {
            Ok(window) => {
                let fresh = window.seen.is_empty();
                Ok(Opened { window, fresh, set_aside: None })
            }
            Err(cause) if cause.is::<OtherLayout>() => {
                tracing::info!(folder = %folder.display(), "dedup window of another version is made anew from the record");
                std::fs::remove_dir_all(folder).with_context(|| {
                    format!("cannot remove the dedup window of another version in {}", folder.display())
                })?;
                let window = open_guarded(folder, options)
                    .with_context(|| format!("cannot make a dedup window in {}", folder.display()))?;
                Ok(Opened { window, fresh: true, set_aside: None })
            }
            Err(cause) => {
                tracing::warn!(folder = %folder.display(), cause = %format!("{cause:#}"), "dedup window set aside, making a new one");
                let aside = free_name(folder);
                std::fs::rename(folder, &aside)
                    .with_context(|| format!("cannot move the damaged {} aside", folder.display()))?;
                let window = open_guarded(folder, options)
                    .with_context(|| format!("cannot make a dedup window in {}", folder.display()))?;
                Ok(Opened { window, fresh: true, set_aside: Some(aside) })
            }
        }
    }

    /// What is known of a page of a portal.
    #[must_use]
    pub fn seen(&self, portal: &str, url: &str) -> Option<Seen> {
        let value = self.seen.get(&page_key(portal, url))?;
        let (kind, at) = value.split_first()?;
        let at = i64::from_le_bytes(at.try_into().ok()?);
        Some(match kind {
            0 => Seen::Article,
            _ => Seen::NoArticle(Timestamp::from_second(at).unwrap_or(Timestamp::UNIX_EPOCH)),
        })
    }

    /// Remembers a page. Called last, after the record has it: a crash before repeats work and loses nothing.
    ///
    /// # Errors
    /// When sled cannot write.
    pub fn mark_seen(&self, portal: &str, url: &str, article: bool, now: Timestamp) -> Result<()> {
        let mut value = vec![u8::from(!article)];
        value.extend_from_slice(&now.as_second().to_le_bytes());
        self.seen.set(&page_key(portal, url), &value)
    }

    /// The validators that a page sent last; none a day after it was last read whole, because some servers lie.
    #[must_use]
    pub fn validators(&self, url: &str, now: Timestamp) -> Option<Validators> {
        let value = self.http.get(url.as_bytes())?;
        let (read_at, validators) = value.split_first_chunk::<8>()?;
        let read_at = i64::from_le_bytes(*read_at);
        let (etag, last_modified) = serde_json::from_slice(validators).ok()?;
        let validators = Validators { etag, last_modified };
        // A clock that was set back makes the past look like the future.
        (0..BELIEVED_S).contains(&(now.as_second() - read_at)).then_some(validators)
    }

    /// Remembers the validators of a page that was read whole.
    ///
    /// # Errors
    /// When sled cannot write.
    pub fn set_validators(&self, url: &str, validators: &Validators, now: Timestamp) -> Result<()> {
        if validators.etag.is_none() && validators.last_modified.is_none() {
            return Ok(());
        }
        let mut value = now.as_second().to_le_bytes().to_vec();
        serde_json::to_writer(&mut value, &(&validators.etag, &validators.last_modified))?;
        self.http.set(url.as_bytes(), &value)
    }

    /// Finds the text of another portal that an article's is nearest to, and remembers the article's own.
    ///
    /// # Errors
    /// When sled cannot read or write.
    pub fn place(&self, id: &str, portal: &str, text: &Reading, published: Timestamp) -> Result<Place> {
        let portal = short_hash(portal);
        let sketch = self.count_and_sketch(id, portal, text)?;
        let mut texts = self.texts();
        let shelf = &mut texts.get(self)?.shelf;
        let before = shelf.number_of(id)?;
        let found = nearest(shelf, id, portal, &sketch, published, &self.options)?;
        let story = match (&found.near, &before) {
            (Some(near), _) => near.story.clone(),
            (None, Some((_, before))) => before.story.clone(),
            (None, None) => id.to_owned(),
        };
        let number = before.map(|(number, _)| number);
        shelf.put(number, &Text { id: id.to_owned(), portal, story: story.clone(), published, sketch })?;
        Ok(Place { story, near: found.near, perhaps: found.perhaps })
    }

    /// The sketch of an article's text without what its portal repeats; nothing is remembered.
    ///
    /// # Errors
    /// When sled cannot read.
    pub fn sketch(&self, portal: &str, text: &Reading) -> Result<Sketch> {
        let left_out = self.texts().get(self)?.repeated.among(short_hash(portal), text.telling(), text.len(), false);
        Ok(text.sketch(|paragraph| left_out.contains(&paragraph)))
    }

    /// What an article with this sketch would be placed beside; nothing is remembered.
    ///
    /// # Errors
    /// When sled cannot read.
    pub fn look_up(&self, id: &str, portal: &str, sketch: &Sketch, published: Timestamp) -> Result<Place> {
        let mut texts = self.texts();
        let found = nearest(&texts.get(self)?.shelf, id, short_hash(portal), sketch, published, &self.options)?;
        let story = found.near.as_ref().map_or_else(|| id.to_owned(), |near| near.story.clone());
        Ok(Place { story, near: found.near, perhaps: found.perhaps })
    }

    /// Remembers an article as part of a story that the record knows.
    ///
    /// # Errors
    /// When sled cannot write.
    pub fn join(&self, id: &str, portal: &str, text: &Reading, published: Timestamp, story: &str) -> Result<()> {
        let portal = short_hash(portal);
        let sketch = self.count_and_sketch(id, portal, text)?;
        let mut texts = self.texts();
        let shelf = &mut texts.get(self)?.shelf;
        let number = shelf.number_of(id)?.map(|(number, _)| number);
        shelf.put(number, &Text { id: id.to_owned(), portal, story: story.to_owned(), published, sketch })
    }

    /// Counts the paragraphs of a new text, and sketches it without what its portal repeats under every article. The text
    /// is sketched while others are placed.
    fn count_and_sketch(&self, id: &str, portal: u32, text: &Reading) -> Result<Sketch> {
        let left_out = {
            let mut texts = self.texts();
            let Texts { shelf, repeated } = texts.get(self)?;
            let counted = shelf.number_of(id)?.is_some();
            let left_out = repeated.among(portal, text.telling(), text.len(), counted);
            if !counted {
                for (paragraph, _) in text.telling() {
                    if repeated.count(portal, paragraph) {
                        self.repeated
                            .insert(paragraph.to_be_bytes(), &[])
                            .context("cannot remember a repeated paragraph")?;
                    }
                }
            }
            left_out
        };
        Ok(text.sketch(|paragraph| left_out.contains(&paragraph)))
    }

    fn texts(&self) -> Turn<'_> {
        Turn(self.texts.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
    }

    /// Forgets a text that the record did not take. Its keys lead nowhere from then on.
    ///
    /// # Errors
    /// When sled cannot write.
    pub fn forget(&self, id: &str) -> Result<()> {
        let mut texts = self.texts();
        let shelf = &mut texts.get(self)?.shelf;
        match shelf.number_of(id)? {
            Some((number, _)) => shelf.remove(number),
            None => Ok(()),
        }
    }

    /// Forgets what was last seen before the window, and of each kind the oldest beyond the number of keys; says how
    /// much that was.
    ///
    /// # Errors
    /// When sled cannot read or write.
    pub fn prune(&self, now: Timestamp) -> Result<usize> {
        let oldest = now.as_second() - i64::from(self.options.window_days) * 86_400;
        let most = self.options.max_keys;
        let pages =
            self.seen.drop_oldest(oldest, most, |value| Some(i64::from_le_bytes(*value.get(1..)?.first_chunk()?)))?;
        let validators =
            self.http.drop_oldest(oldest, most, |value| Some(i64::from_le_bytes(*value.first_chunk()?)))?;
        // However old, a text may have copies: one portal's back-catalogue is read long after another's.
        let mut texts = self.texts();
        let forgotten = texts.get(self)?.shelf.drop_oldest(most)?;
        if forgotten > most / 10 {
            // Their keys lead nowhere and take room: where everything is, is read again when it is next wanted.
            texts.0.take();
        }
        Ok(pages + validators + forgotten)
    }

    /// The revision of the record that the window had reached when it was last written to disk.
    #[must_use]
    pub fn revision(&self) -> i64 {
        let value = self.db.get("revision").ok().flatten();
        value.and_then(|value| value.as_ref().try_into().ok()).map_or(0, i64::from_le_bytes)
    }

    /// Notes the revision of the record that the window has reached.
    ///
    /// # Errors
    /// When sled cannot write.
    pub fn set_revision(&self, revision: i64) -> Result<()> {
        // The revision says that everything before it is there.
        if let Some(texts) = self.texts().0.as_mut() {
            texts.shelf.close()?;
        }
        self.db.insert("revision", &revision.to_le_bytes()).context("cannot note the record's revision")?;
        Ok(())
    }

    /// Forgets everything.
    ///
    /// # Errors
    /// When sled cannot write.
    pub fn clear(&self) -> Result<()> {
        self.seen.clear()?;
        self.http.clear()?;
        let mut texts = self.texts();
        texts.0.take();
        for tree in [&self.shelf, &self.repeated] {
            tree.clear().context("cannot clear the dedup window")?;
        }
        drop(texts);
        self.set_revision(0)
    }

    /// Writes what is in memory to disk.
    ///
    /// # Errors
    /// When sled cannot write.
    pub async fn flush(&self) -> Result<()> {
        self.db.flush_async().await.context("cannot flush the dedup window")?;
        Ok(())
    }
}

fn page_key(portal: &str, url: &str) -> Vec<u8> {
    let mut page = Vec::with_capacity(portal.len() + url.len() + 1);
    page.extend_from_slice(portal.as_bytes());
    page.push(0);
    page.extend_from_slice(url.as_bytes());
    page
}

/// sled panics on some damage instead of returning an error.
fn open_guarded(folder: &Path, options: &Options) -> Result<Window> {
    std::panic::catch_unwind(AssertUnwindSafe(|| open(folder, options)))
        .unwrap_or_else(|_| Err(anyhow!("the dedup window in {} is damaged", folder.display())))
}

fn open(folder: &Path, options: &Options) -> Result<Window> {
    let db = sled::Config::new()
        .path(folder)
        // sled refuses to work without a cache.
        .cache_capacity(options.cache_mb.max(1).saturating_mul(1 << 20))
        .flush_every_ms(None)
        .open()
        .with_context(|| format!("cannot open the dedup window in {}", folder.display()))?;
    let tree = |name: &str| db.open_tree(name).with_context(|| format!("cannot open the dedup window's {name}"));
    let layout = db.get("layout").context("cannot read the dedup window")?;
    if layout.as_deref().is_some_and(|layout| layout != LAYOUT) {
        return Err(OtherLayout.into());
    }
    db.insert("layout", LAYOUT).context("cannot write the dedup window")?;
    Ok(Window {
        seen: Packed::new(tree("seen")?),
        http: Packed::new(tree("http")?),
        shelf: tree("texts")?,
        repeated: tree("repeated")?,
        db,
        texts: Mutex::new(None),
        options: options.clone(),
    })
}

fn free_name(folder: &Path) -> PathBuf {
    (1..).map(|n| folder.with_extension(format!("broken-{n}"))).find(|name| !name.exists()).unwrap_or_default()
}
