//! The window in sled: which pages were seen, which texts are near which, what to send with a conditional request.
//!
//! sled 0.34 is fast and not a record: it is opened inside a guard, kept small, and set aside when it complains.

use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use anyhow::{Context, Result, anyhow};
use xxhash_rust::xxh3::xxh3_128;

use super::{Options, Place, Seen, Sketch};
use crate::clock::Timestamp;
use crate::fetch::Validators;

/// The layout of the keys; another number means that the window is made anew.
const LAYOUT: &[u8] = b"3";
/// Candidates looked at for one key: a paragraph that a portal repeats under every article leads to many.
const CANDIDATES: usize = 24;
/// Keys that lead to one text, about: bands, long paragraphs, and the text itself.
const KEYS_OF_A_TEXT: usize = 16;
/// sled's memory grows with the size of batches; this many keys go at a time.
const BATCH: usize = 200;
/// Seconds that "not modified" is believed.
const BELIEVED_S: i64 = 24 * 3600;
/// sled keeps small values well; larger ones are not worth a key.
const VALUE_BYTES: usize = 4096;

/// The window. Cheap to share behind an `Arc`.
pub struct Window {
    db: sled::Db,
    seen: sled::Tree,
    texts: sled::Tree,
    keys: sled::Tree,
    http: sled::Tree,
    /// Finding a story and joining it is one step, or two copies that arrive together would begin two stories.
    placing: Mutex<()>,
    options: Options,
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
        let _turn = self.placing.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let before = self.text(id)?;
        let place = match self.nearest(id, portal, sketch, published)? {
            Some((near, likeness)) => Place { story: near.story, likeness: Some(likeness) },
            None => Place { story: before.map_or_else(|| id.to_owned(), |text| text.story), likeness: None },
        };
        self.join(id, portal, sketch, published, &place.story)?;
        Ok(place)
    }

    /// Remembers an article as part of a story that the record knows.
    ///
    /// # Errors
    /// When sled cannot write.
    pub fn join(&self, id: &str, portal: &str, sketch: &Sketch, published: Timestamp, story: &str) -> Result<()> {
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

    /// Forgets what was last seen before the window, and of each kind the oldest beyond the number of keys.
    ///
    /// # Errors
    /// When sled cannot read or write.
    pub fn prune(&self, now: Timestamp) -> Result<usize> {
        let oldest = now.as_second() - i64::from(self.options.window_days) * 86_400;
        let most = self.options.max_keys;
        let pages =
            drop_oldest(&self.seen, oldest, most, |value| Some(i64::from_le_bytes(*value.get(1..)?.first_chunk()?)))?;
        let validators = drop_oldest(&self.http, oldest, most, |value| {
            serde_json::from_slice::<(i64, Validators)>(value).ok().map(|(read_at, _)| read_at)
        })?;
        // However old, a text may have copies: one portal's back-catalogue is read long after another's.
        let texts = drop_oldest(&self.texts, i64::MIN, most / KEYS_OF_A_TEXT, |value| {
            Text::from_bytes(value).map(|text| text.published.as_second())
        })?;
        let mut astray = Vec::new();
        for key in self.keys.iter().keys() {
            let key = key.context("cannot read the dedup window")?;
            let id = key.get(8..).unwrap_or_default();
            if !self.texts.contains_key(id).context("cannot read the dedup window")? {
                astray.push(key);
            }
        }
        remove(&self.keys, astray.into_iter())?;
        Ok(pages + validators + texts)
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
    fn nearest(&self, id: &str, portal: &str, sketch: &Sketch, published: Timestamp) -> Result<Option<(Text, f64)>> {
        let mut looked_at = std::collections::HashSet::new();
        let mut best: Option<(Text, f64)> = None;
        let seconds = 86_400 * i64::from(self.options.story_days);
        let own = short_hash(portal);
        for key in &sketch.keys {
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

/// What stands beside each key: enough to pass over most candidates without reading their texts.
struct About {
    /// Seconds since 1970.
    published: i64,
    /// [`short_hash`] of the portal's slug.
    portal: u32,
}

impl About {
    fn to_bytes(&self) -> [u8; 12] {
        let mut bytes = [0; 12];
        bytes[..8].copy_from_slice(&self.published.to_le_bytes());
        bytes[8..].copy_from_slice(&self.portal.to_le_bytes());
        bytes
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (published, portal) = bytes.split_first_chunk::<8>()?;
        Some(Self { published: i64::from_le_bytes(*published), portal: u32::from_le_bytes(portal.try_into().ok()?) })
    }
}

/// Tells portals apart, but for one pair in four thousand million, whose copies of each other are then not found.
fn short_hash(portal: &str) -> u32 {
    xxh3_128(portal.as_bytes()) as u32
}

/// What the window keeps of an article's text.
struct Text {
    portal: String,
    story: String,
    published: Timestamp,
    sketch: Sketch,
}

impl Text {
    fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.published.as_second().to_le_bytes().to_vec();
        for word in [&self.portal, &self.story] {
            // Slugs and ids are shorter than 256 bytes by their own rules.
            bytes.push(u8::try_from(word.len()).unwrap_or(u8::MAX));
            bytes.extend_from_slice(&word.as_bytes()[..word.len().min(255)]);
        }
        bytes.extend(self.sketch.to_bytes());
        bytes
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (seconds, rest) = bytes.split_first_chunk::<8>()?;
        let (portal, rest) = word(rest)?;
        let (story, rest) = word(rest)?;
        Some(Self {
            portal,
            story,
            published: Timestamp::from_second(i64::from_le_bytes(*seconds)).ok()?,
            sketch: Sketch::from_bytes(rest)?,
        })
    }
}

fn word(bytes: &[u8]) -> Option<(String, &[u8])> {
    let (length, rest) = bytes.split_first()?;
    let (word, rest) = rest.split_at_checked(usize::from(*length))?;
    Some((String::from_utf8(word.to_vec()).ok()?, rest))
}

fn page_key(portal: &str, url: &str) -> [u8; 16] {
    let mut page = Vec::with_capacity(portal.len() + url.len() + 1);
    page.extend_from_slice(portal.as_bytes());
    page.push(0);
    page.extend_from_slice(url.as_bytes());
    xxh3_128(&page).to_be_bytes()
}

/// Removes what `age_of` puts before `oldest`, and the oldest beyond `most`; returns how many that were.
fn drop_oldest(tree: &sled::Tree, oldest: i64, most: usize, age_of: impl Fn(&[u8]) -> Option<i64>) -> Result<usize> {
    let mut ages = Vec::new();
    for entry in tree {
        let (key, value) = entry.context("cannot read the dedup window")?;
        ages.push((age_of(&value).unwrap_or(i64::MIN), key));
    }
    ages.sort_unstable();
    let excess = ages.len().saturating_sub(most);
    let stale = ages.partition_point(|(at, _)| *at < oldest).max(excess);
    ages.truncate(stale);
    remove(tree, ages.into_iter().map(|(_, key)| key))?;
    Ok(stale)
}

fn remove(tree: &sled::Tree, keys: impl Iterator<Item = sled::IVec>) -> Result<()> {
    let keys: Vec<_> = keys.collect();
    for part in keys.chunks(BATCH) {
        let mut batch = sled::Batch::default();
        for key in part {
            batch.remove(key);
        }
        tree.apply_batch(batch).context("cannot prune the dedup window")?;
    }
    Ok(())
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
        placing: Mutex::new(()),
        options: options.clone(),
    })
}

fn free_name(folder: &Path) -> PathBuf {
    (1..).map(|n| folder.with_extension(format!("broken-{n}"))).find(|name| !name.exists()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a timestamp")
    }

    fn story(words: &str) -> String {
        (0..30).map(|n| format!("{words} {n}, ")).collect()
    }

    #[test]
    fn copies_join_the_story_of_another_portal_only() {
        let folder = tempfile::tempdir().expect("a folder");
        let window = Window::open(folder.path(), &Options::default()).expect("a window").window;
        let day = at("2026-11-20T01:00:00Z");
        let sketch = Sketch::of(&story("Bộ Y tế họp"));
        let check = |id: &str, portal: &str, published: Timestamp, expected: &str| {
            let place = window.place(id, portal, &sketch, published).expect("a place");
            assert_eq!(place.story, expected, "{id}");
        };
        check("a", "bo-a", day, "a");
        check("b", "bo-b", day + jiff::SignedDuration::from_hours(5), "a");
        // A year later it is another event.
        check("c", "bo-c", day + jiff::SignedDuration::from_hours(24 * 365), "c");
        // Asked again, it stays where it was.
        check("a", "bo-a", day, "a");
        let other = window.place("d", "bo-d", &Sketch::of(&story("Lễ hội")), day).expect("a place");
        assert_eq!(other, Place { story: "d".to_owned(), likeness: None });
    }

    #[test]
    fn a_damaged_window_is_set_aside() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("dedup");
        {
            let opened = Window::open(&path, &Options::default()).expect("a window");
            assert!(opened.fresh);
            opened.window.mark_seen("a", "https://a.vn/1", true, at("2026-11-20T01:00:00Z")).expect("marked");
        }
        assert!(!Window::open(&path, &Options::default()).expect("a window").fresh);
        for entry in std::fs::read_dir(&path).expect("a folder").flatten() {
            // What a power cut leaves of sled's snapshot.
            if entry.file_name().to_string_lossy().starts_with("snap.") {
                let length = entry.metadata().expect("a file").len();
                std::fs::write(entry.path(), vec![0; usize::try_from(length).expect("small")]).expect("written");
            }
        }
        let opened = Window::open(&path, &Options::default()).expect("a window");
        assert!(opened.fresh && opened.set_aside.is_some_and(|aside| aside.exists()));
    }

    #[test]
    fn old_pages_are_forgotten() {
        let folder = tempfile::tempdir().expect("a folder");
        let window = Window::open(folder.path(), &Options::default()).expect("a window").window;
        let (old, new) = (at("2026-09-01T00:00:00Z"), at("2026-11-20T00:00:00Z"));
        window.mark_seen("a", "https://a.vn/1", true, old).expect("marked");
        window.mark_seen("a", "https://a.vn/2", false, new).expect("marked");
        assert_eq!(window.prune(new).expect("pruned"), 1);
        assert_eq!(window.seen("a", "https://a.vn/1"), None);
        assert_eq!(window.seen("a", "https://a.vn/2"), Some(Seen::NoArticle(new)));
    }

    #[test]
    fn texts_are_bounded_and_the_newest_stay() {
        let folder = tempfile::tempdir().expect("a folder");
        let options = Options { max_keys: 5 * KEYS_OF_A_TEXT, ..Options::default() };
        let window = Window::open(folder.path(), &options).expect("a window").window;
        let day = at("2026-11-20T01:00:00Z");
        for n in 0..8 {
            let published = day + jiff::SignedDuration::from_hours(n);
            window
                .place(&format!("id-{n}"), "bo-a", &Sketch::of(&story(&format!("Tin {n}"))), published)
                .expect("placed");
        }
        assert_eq!(window.prune(day).expect("pruned"), 3);
        let oldest = window.place("copy-0", "bo-b", &Sketch::of(&story("Tin 0")), day).expect("placed");
        assert_eq!(oldest.story, "copy-0");
        let newest = window.place("copy-7", "bo-b", &Sketch::of(&story("Tin 7")), day).expect("placed");
        assert_eq!(newest.story, "id-7");
    }
}
