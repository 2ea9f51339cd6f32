//! The window in sled: which pages were seen, which texts are near which, what to send with a conditional request.
//!
//! sled 0.34 is fast and not a record: it is opened inside a guard, kept small, and set aside when it complains.

use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use anyhow::{Context, Result, anyhow};
use xxhash_rust::xxh3::xxh3_128;

use super::filter::Filter;
use super::text::{About, Text, short_hash};
use super::{Options, Place, Seen, Sketch};
use crate::clock::Timestamp;
use crate::fetch::Validators;

/// The layout of the keys; another number means that the window is made anew.
const LAYOUT: &[u8] = b"3";
/// Candidates looked at for one key: a paragraph that a portal repeats under every article leads to many.
const CANDIDATES: usize = 24;
/// Seconds that "not modified" is believed.
const BELIEVED_S: i64 = 24 * 3600;
/// sled keeps small values well; larger ones are not worth a key.
const VALUE_BYTES: usize = 4096;

/// The window. Cheap to share behind an `Arc`.
pub struct Window {
    db: sled::Db,
    pub(super) seen: sled::Tree,
    pub(super) texts: sled::Tree,
    pub(super) keys: sled::Tree,
    pub(super) http: sled::Tree,
    /// Finding a story and joining it is one step, or two copies that arrive together would begin two stories. Which
    /// keys there may be is read when it is first wanted.
    placing: Mutex<Option<Filter>>,
    pub(super) options: Options,
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
    /// True when it is empty because there was none, or it was damaged or of another layout.
    pub fresh: bool,
    /// Where a damaged one was put.
    pub set_aside: Option<PathBuf>,
}

impl Window {
    /// Opens the window in `folder`; a damaged one is moved aside and an empty one takes its place.
    ///
    /// # Errors
    /// When not even an empty one can be made.
    pub fn open(folder: &Path, options: &Options) -> Result<Opened> {
        match open_guarded(folder, options) {
            Ok(window) => {
                let fresh = window.seen.is_empty();
                Ok(Opened { window, fresh, set_aside: None })
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
        let value = self.seen.get(page_key(portal, url)).ok()??;
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
        self.seen.insert(page_key(portal, url), value).context("cannot mark a page seen")?;
        Ok(())
    }

    /// The validators that a page sent last; none a day after it was last read whole, because some servers lie.
    #[must_use]
    pub fn validators(&self, url: &str, now: Timestamp) -> Option<Validators> {
        let value = self.http.get(xxh3_128(url.as_bytes()).to_be_bytes()).ok()??;
        let (read_at, validators): (i64, Validators) = serde_json::from_slice(&value).ok()?;
        // A clock that was set back makes the past look like the future.
        (0..BELIEVED_S).contains(&(now.as_second() - read_at)).then_some(validators)
    }

    /// Remembers the validators of a page that was read whole.
    ///
    /// # Errors
    /// When sled cannot write.
    pub fn set_validators(&self, url: &str, validators: &Validators, now: Timestamp) -> Result<()> {
        let value = serde_json::to_vec(&(now.as_second(), validators))?;
        if value.len() <= VALUE_BYTES && (validators.etag.is_some() || validators.last_modified.is_some()) {
            self.http.insert(xxh3_128(url.as_bytes()).to_be_bytes(), value).context("cannot keep validators")?;
        }
        Ok(())
    }

    /// Finds the story that an article of `portal` belongs to and joins it, or begins one.
    ///
    /// # Errors
    /// When sled cannot read or write.
    pub fn place(&self, id: &str, portal: &str, sketch: &Sketch, published: Timestamp) -> Result<Place> {
        let mut turn = self.placing.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let filter = match &mut *turn {
            Some(filter) => filter,
            empty => empty.insert(self.filter()?),
        };
        let before = self.text(id)?;
        let place = match self.nearest(id, portal, sketch, published, filter)? {
            Some((near, likeness)) => Place { story: near.story, likeness: Some(likeness) },
            None => Place { story: before.map_or_else(|| id.to_owned(), |text| text.story), likeness: None },
        };
        self.insert(id, portal, sketch, published, &place.story)?;
        for key in &sketch.keys {
            filter.add(*key);
        }
        Ok(place)
    }

    /// The keys of all texts. Keys that are forgotten later stay in it and cost a look in vain.
    fn filter(&self) -> Result<Filter> {
        let mut filter = Filter::for_keys(self.options.max_keys);
        for key in self.keys.iter().keys() {
            let key = key.context("cannot read the dedup window")?;
            if let Some(key) = key.first_chunk::<8>() {
                filter.add(u64::from_be_bytes(*key));
            }
        }
        Ok(filter)
    }

    /// Remembers an article as part of a story that the record knows.
    ///
    /// # Errors
    /// When sled cannot write.
    pub fn join(&self, id: &str, portal: &str, sketch: &Sketch, published: Timestamp, story: &str) -> Result<()> {
        let mut turn = self.placing.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(filter) = &mut *turn {
            sketch.keys.iter().for_each(|key| filter.add(*key));
        }
        self.insert(id, portal, sketch, published, story)
    }

    fn insert(&self, id: &str, portal: &str, sketch: &Sketch, published: Timestamp, story: &str) -> Result<()> {
        let text = Text { portal: portal.to_owned(), story: story.to_owned(), published, sketch: sketch.clone() };
        self.texts.insert(id, text.to_bytes()).context("cannot remember a text")?;
        let about = About { published: published.as_second(), portal: short_hash(portal) };
        for key in &sketch.keys {
            let mut path = key.to_be_bytes().to_vec();
            path.extend_from_slice(id.as_bytes());
            self.keys.insert(path, &about.to_bytes()).context("cannot remember a text")?;
        }
        Ok(())
    }

    /// Forgets a text that the record did not take. Its keys lead nowhere from then on.
    ///
    /// # Errors
    /// When sled cannot write.
    pub fn forget(&self, id: &str) -> Result<()> {
        self.texts.remove(id).context("cannot forget a text")?;
        Ok(())
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
        self.db.insert("revision", &revision.to_le_bytes()).context("cannot note the record's revision")?;
        Ok(())
    }

    /// Forgets everything.
    ///
    /// # Errors
    /// When sled cannot write.
    pub fn clear(&self) -> Result<()> {
        for tree in [&self.seen, &self.texts, &self.keys, &self.http] {
            tree.clear().context("cannot clear the dedup window")?;
        }
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

    fn text(&self, id: &str) -> Result<Option<Text>> {
        let value = self.texts.get(id).context("cannot read the dedup window")?;
        Ok(value.as_deref().and_then(Text::from_bytes))
    }

    /// The article of another portal that is nearest, if one is near enough.
    fn nearest(
        &self,
        id: &str,
        portal: &str,
        sketch: &Sketch,
        published: Timestamp,
        filter: &Filter,
    ) -> Result<Option<(Text, f64)>> {
        let mut looked_at = std::collections::HashSet::new();
        let mut best: Option<(Text, f64)> = None;
        let seconds = 86_400 * i64::from(self.options.story_days);
        let own = short_hash(portal);
        for key in sketch.keys.iter().filter(|key| filter.may_have(**key)) {
            for candidate in self.keys.scan_prefix(key.to_be_bytes()).take(CANDIDATES) {
                let (candidate, about) = candidate.context("cannot read the dedup window")?;
                let Some(about) = About::from_bytes(&about) else { continue };
                if about.portal == own || published.as_second().abs_diff(about.published) > seconds.unsigned_abs() {
                    continue;
                }
                let Some(other) = candidate.get(8..).and_then(|id| std::str::from_utf8(id).ok()) else { continue };
                if other == id || !looked_at.insert(candidate.clone().subslice(8, candidate.len() - 8)) {
                    continue;
                }
                let Some(text) = self.text(other)? else { continue };
                if text.portal == portal {
                    continue;
                }
                let likeness = sketch.likeness(&text.sketch);
                let equal = sketch.whole == text.sketch.whole;
                let near = !sketch.short
                    && likeness >= self.options.near
                    && sketch.figures_in_common(&text.sketch) >= self.options.figures;
                if (equal || near) && best.as_ref().is_none_or(|(_, most)| likeness > *most) {
                    best = Some((text, likeness));
                }
            }
        }
        Ok(best)
    }
}

fn page_key(portal: &str, url: &str) -> [u8; 16] {
    let mut page = Vec::with_capacity(portal.len() + url.len() + 1);
    page.extend_from_slice(portal.as_bytes());
    page.push(0);
    page.extend_from_slice(url.as_bytes());
    xxh3_128(&page).to_be_bytes()
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
        return Err(anyhow!("the dedup window has another layout"));
    }
    db.insert("layout", LAYOUT).context("cannot write the dedup window")?;
    Ok(Window {
        seen: tree("seen")?,
        texts: tree("texts")?,
        keys: tree("keys")?,
        http: tree("http")?,
        db,
        placing: Mutex::new(None),
        options: options.clone(),
    })
}

fn free_name(folder: &Path) -> PathBuf {
    (1..).map(|n| folder.with_extension(format!("broken-{n}"))).find(|name| !name.exists()).unwrap_or_default()
}
