//! What only the embedded engine promises: what `put` acknowledged is on disk, one process writes while others read,
//! and damage is set aside.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::fs;

use super::bits::Bits;
use super::*;
use crate::index::Options;
use crate::portal::Kind;
use crate::store::instant;

fn article(id: &str, title: &str) -> Document {
    Document {
        id: id.to_owned(),
        revision: 1,
        portal: "moha".to_owned(),
        portal_name: "Bộ Nội vụ".to_owned(),
        kind: Kind::Ministry,
        url: String::new(),
        title: title.to_owned(),
        summary: String::new(),
        text: String::new(),
        files: String::new(),
        published_at: instant(1_700_000_000_000),
        documents: Vec::new(),
        topic: String::new(),
        story: String::new(),
        origin: true,
    }
}

fn open(directory: &Path) -> Embedded {
    Embedded::open(directory, &Options::default()).unwrap()
}

async fn total(index: &Embedded, text: &str) -> u64 {
    let query = Query { text: text.to_owned(), page: 1, per_page: 10, ..Query::default() };
    index.search(&query).await.unwrap().total
}

#[tokio::test]
async fn what_was_put_is_there_after_a_restart() {
    let home = tempfile::tempdir().unwrap();
    let directory = home.path().join("index");
    let index = open(&directory);
    assert!(index.take_fresh());
    index.put(&[article("a1", "Bão số ba"), article("a2", "Lũ quét")]).await.unwrap();
    drop(index);
    let index = open(&directory);
    assert!(!index.take_fresh());
    assert_eq!(index.count().await.unwrap(), 2);
    index.put(&[Document { revision: 0, ..article("a1", "Cũ hơn") }]).await.unwrap();
    assert_eq!((total(&index, "bão").await, total(&index, "cũ").await), (1, 0));
    assert_eq!(index.damaged_files().unwrap(), Vec::<PathBuf>::new());
}

#[tokio::test]
async fn readers_follow_the_one_writer() {
    let home = tempfile::tempdir().unwrap();
    let directory = home.path().join("index");
    assert!(Embedded::open_reader(&directory).unwrap_err().to_string().contains("lantoa reindex"));
    let writer = open(&directory);
    writer.put(&[article("a1", "Bão")]).await.unwrap();
    let reader = Embedded::open_reader(&directory).unwrap();
    assert_eq!(total(&reader, "bão").await, 1);
    assert!(!reader.take_fresh());
    let refused = reader.put(&[article("a2", "Lũ")]).await.unwrap_err();
    assert!(refused.to_string().contains("opened for searching"), "{refused}");
    let second = Embedded::open(&directory, &Options::default()).unwrap_err();
    assert!(format!("{second:#}").contains("another process"), "{second:#}");
    assert!(!home.path().join("index.broken-1").exists(), "a busy index is not a broken one");
    // Still well after the second was turned away.
    writer.put(&[article("a2", "Lũ")]).await.unwrap();
    assert_eq!(writer.count().await.unwrap(), 2);
}

#[tokio::test]
async fn damage_is_set_aside() {
    let home = tempfile::tempdir().unwrap();
    let directory = home.path().join("index");
    let hurt: [fn(&Path); 4] = [
        |directory| fs::write(directory.join("meta.json"), "{").unwrap(),
        |directory| truncate(directory, "idx"),
        |directory| truncate(directory, "fast"),
        |directory| truncate(directory, "store"),
    ];
    for (n, hurt) in hurt.into_iter().enumerate() {
        let index = open(&directory);
        index.put(&[article("a1", "Bão"), article("a2", "Lũ")]).await.unwrap();
        drop(index);
        hurt(&directory);
        let index = open(&directory);
        assert!(index.take_fresh(), "damage {n}");
        assert_eq!(index.count().await.unwrap(), 0);
        assert!(home.path().join(format!("index.broken-{}", n + 1)).exists());
    }
    // An index of another schema is treated alike.
    fs::remove_dir_all(&directory).unwrap();
    fs::create_dir_all(&directory).unwrap();
    let mut other = tantivy::schema::Schema::builder();
    other.add_text_field("other", tantivy::schema::STRING);
    Index::create_in_dir(&directory, other.build()).unwrap();
    assert!(Embedded::open_reader(&directory).is_err());
    assert!(open(&directory).take_fresh());
    assert!(home.path().join("index.broken-5").exists());
}

#[tokio::test]
async fn a_new_index_takes_the_place_of_the_old_while_it_is_searched() {
    let home = tempfile::tempdir().unwrap();
    let (directory, built) = (home.path().join("index"), home.path().join("index.new"));
    let old = open(&directory);
    old.put(&[article("a1", "Bão")]).await.unwrap();
    drop(old);
    let reader = Embedded::open_reader(&directory).unwrap();
    let new = open(&built);
    new.put(&[article("a2", "Lũ")]).await.unwrap();
    drop(new);
    Embedded::swap_in(&built, &directory).unwrap();
    assert_eq!(total(&reader, "bão").await, 1);
    let index = open(&directory);
    assert_eq!((total(&index, "bão").await, total(&index, "lũ").await), (0, 1));
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1);
    assert!(Embedded::swap_in(&built, &home.path().join("none")).is_err());
}

#[test]
fn trouble_of_the_machine_is_not_damage() {
    use std::io::Error;
    let check = |make: fn() -> Error, expected: bool| {
        let plain = anyhow::Error::from(make()).context("cannot open");
        let inside = tantivy::TantivyError::IoError(Arc::new(make()));
        assert_eq!(
            (is_machine_trouble(&plain), is_machine_trouble(&inside.into())),
            (expected, expected),
            "{}",
            make()
        );
    };
    check(|| Error::from_raw_os_error(13), true); // EACCES
    check(|| Error::from_raw_os_error(24), true); // EMFILE
    check(|| Error::from_raw_os_error(28), true); // ENOSPC
    check(|| Error::from_raw_os_error(2), false); // ENOENT
    check(|| Error::other("corrupt footer"), false);
    assert!(!is_machine_trouble(&anyhow!("the index is damaged")));
}

/// Whatever bytes are wrong, opening gives an index, and a search gives an answer or an error.
#[tokio::test]
async fn flipped_bytes_stop_nobody() {
    let home = tempfile::tempdir().unwrap();
    let sound = home.path().join("sound");
    let index = open(&sound);
    let many: Vec<_> = (0..50).map(|n| article(&format!("a{n}"), "Bão lũ miền Trung")).collect();
    index.put(&many).await.unwrap();
    drop(index);
    let files: Vec<_> = fs::read_dir(&sound).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    for (n, name) in files.iter().enumerate() {
        for part in [1, 3] {
            let directory = home.path().join(format!("hurt-{n}-{part}"));
            fs::create_dir(&directory).unwrap();
            for file in &files {
                let mut bytes = fs::read(sound.join(file)).unwrap();
                if file == name {
                    let middle = bytes.len() * part / 4;
                    bytes.iter_mut().skip(middle).take(16).for_each(|byte| *byte ^= 0xff);
                }
                fs::write(directory.join(file), bytes).unwrap();
            }
            let index = open(&directory);
            let query = Query { text: "bão lũ".to_owned(), page: 1, per_page: 10, ..Query::default() };
            let _ = index.search(&query).await;
        }
    }
}

fn truncate(directory: &Path, extension: &str) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|found| found == extension) {
            let file = fs::OpenOptions::new().write(true).open(&path).unwrap();
            file.set_len(file.metadata().unwrap().len() / 2).unwrap();
        }
    }
}

#[tokio::test]
async fn topics_filter_and_are_counted() {
    let home = tempfile::tempdir().unwrap();
    let index = open(&home.path().join("index"));
    let about = |id: &str, topic: &str| Document { topic: topic.to_owned(), ..article(id, "Bão số ba") };
    index
        .put(&[about("a1", "thien-tai"), about("a2", "thien-tai"), about("a3", "y-te"), about("a4", "")])
        .await
        .unwrap();
    let check = async |topics: &[&str], expected: u64| {
        let topics = topics.iter().map(|&code| code.to_owned()).collect();
        let query = Query { text: "bão".to_owned(), topics, page: 1, per_page: 10, ..Query::default() };
        let results = index.search(&query).await.unwrap();
        assert_eq!(results.total, expected, "{:?}", query.topics);
        results.topics
    };
    assert_eq!(check(&[], 4).await, [("thien-tai".to_owned(), 2), ("y-te".to_owned(), 1)]);
    check(&["y-te"], 1).await;
    check(&["y-te", "thien-tai"], 3).await;
    check(&["giao-duc"], 0).await;
}

#[tokio::test]
async fn phrases_are_found_within_a_set_and_believed_by_signature() {
    let home = tempfile::tempdir().unwrap();
    let index = open(&home.path().join("index"));
    let texts = ["ủy ban nhân dân tỉnh", "nhân dân và ủy ban", "uy ban nhan dan", "dân nhân ban ủy", "mưa lũ"];
    let articles = (0..50).map(|n| Document { text: texts[n % 5].to_owned(), ..article(&format!("a{n}"), "") });
    index.put(&articles.collect::<Vec<_>>()).await.unwrap();
    let searcher = index.inner.reader.searcher();
    for part in index.inner.parts(&searcher).unwrap() {
        let (field, words) = (part.fields.body_folded, ["uy", "ban", "nhan", "dan"]);
        let sure = part.phrase(field, &words).unwrap();
        assert_eq!(sure.iter().collect::<Vec<_>>(), (0..50).filter(|n| n % 5 == 0 || n % 5 == 2).collect::<Vec<_>>());
        assert_eq!(part.phrase_believed(field, &words, 1_000).unwrap(), sure, "few enough to be looked at");
        assert_eq!(
            part.phrase_believed(field, &words, 0).unwrap(),
            sure,
            "a pair that stands nowhere is told by its bits"
        );
        let mut among = Bits::room_for(50);
        [0, 1, 2, 49].into_iter().for_each(|doc| among.insert(doc));
        let within = part.phrase_within(field, &words, &among).unwrap();
        assert_eq!(within.iter().filter(|doc| among.contains(*doc)).collect::<Vec<_>>(), [0, 2]);
        assert!(within.iter().all(|doc| sure.contains(doc)));
    }
    assert_eq!(total(&index, "\"ủy ban nhân dân\"").await, 20);
    assert_eq!(total(&index, "\"nhân dân\" \"ủy ban\" -\"dân và\"").await, 20);
    assert_eq!(total(&index, "\"ủy ban\" -\"ban nhan\"").await, 10);
}
