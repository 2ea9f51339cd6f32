//! Passwords: which are good enough, and argon2id hashes of them, a few at a time on threads of their own.
//!
//! Parameters follow OWASP's minimum: 19 MiB, two passes, one lane. A name that nobody has costs the same time as a
//! wrong password, so that the door does not tell who works here.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use argon2::password_hash::phc::{Output, PasswordHash};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use data_encoding::BASE64_NOPAD;
use tokio::sync::oneshot;
use unicode_normalization::UnicodeNormalization;

use super::guess;

/// Fewest characters of a password (ASVS 5.0, 6.2.1, advises 15 and asks for 8; no rules of composition).
pub const MIN_PASSWORD_CHARACTERS: usize = 12;
/// Longest password in bytes: a whole sentence fits, a megabyte does not.
pub const MAX_PASSWORD_BYTES: usize = 1024;

const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// How a hash begins that was made with today's parameters.
const BEGINNING: &str = "$argon2id$v=19$m=19456,t=2,p=1$";
/// Bytes of a fresh salt and of a hash (RFC 9106, 3.1).
const SALT_BYTES: usize = 16;
const HASH_BYTES: usize = 32;
/// How long a thread keeps its memory when nobody comes to the door.
const IDLE: Duration = Duration::from_secs(30);

/// What is compared when there is no such account: same cost, never equal.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$bGFudG9hbGFudG9hbGFudA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Why a password cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Weakness {
    /// Fewer than [`MIN_PASSWORD_CHARACTERS`].
    #[error("the password has fewer than {MIN_PASSWORD_CHARACTERS} characters")]
    Short,
    /// More than [`MAX_PASSWORD_BYTES`].
    #[error("the password has more than {MAX_PASSWORD_BYTES} bytes")]
    Long,
    /// Made of words that everybody guesses first, of a short piece over and over, of a row of keys or of the person's
    /// own name.
    #[error("the password is one of those that are guessed first")]
    Guessable,
}

/// Whether a password can be taken for the account `name`.
///
/// # Errors
/// What is wrong with it.
pub fn judge(password: &str, name: &str) -> Result<(), Weakness> {
    if password.chars().count() < MIN_PASSWORD_CHARACTERS {
        Err(Weakness::Short)
    } else if password.len() > MAX_PASSWORD_BYTES {
        Err(Weakness::Long)
    } else if guess::is_guessed_first(password, name) {
        Err(Weakness::Guessable)
    } else {
        Ok(())
    }
}

/// Hashes and compares, a bounded number at once, off the threads that serve requests. Cheap to clone.
///
/// The threads are its own and so is the memory that each of them works in: taken and given back for every password it
/// would add up to hundreds of megabytes when a crowd is at the door.
#[derive(Clone, Debug)]
pub struct Hasher {
    jobs: Sender<Job>,
}

/// What a thread is given to do, in its own memory.
type Job = Box<dyn FnOnce(&mut Vec<Block>) + Send>;

impl Hasher {
    /// A hasher that works on `parallel` passwords at once.
    #[must_use]
    pub fn new(parallel: usize) -> Self {
        let (jobs, waiting) = channel::<Job>();
        let waiting = Arc::new(Mutex::new(waiting));
        for _ in 0..parallel.max(1) {
            let waiting = Arc::clone(&waiting);
            let started = std::thread::Builder::new().name("hasher".to_owned()).spawn(move || work(&waiting));
            if let Err(error) = started {
                tracing::warn!(%error, "cannot start a thread for passwords");
            }
        }
        Self { jobs }
    }

    /// The hash to keep, as a PHC string.
    ///
    /// # Errors
    /// When the machine has no randomness or no thread to give.
    pub async fn hash(&self, password: &str) -> Result<String> {
        let password = normal(password);
        self.run(move |memory| {
            let mut salt = [0; SALT_BYTES];
            getrandom::fill(&mut salt).context("cannot draw random bytes for a password's salt")?;
            let mut hash = [0; HASH_BYTES];
            fill(&argon2()?, password.as_bytes(), &salt, &mut hash, memory)?;
            let (salt, hash) = (BASE64_NOPAD.encode(&salt), BASE64_NOPAD.encode(&hash));
            Ok(format!("{BEGINNING}{salt}${hash}"))
        })
        .await
    }

    /// Whether `password` is the one behind `kept`; without `kept` it takes as long and says no.
    ///
    /// # Errors
    /// When the kept hash cannot be read, or there is no thread to give.
    pub async fn matches(&self, password: &str, kept: Option<&str>) -> Result<bool> {
        let password = normal(password);
        let known = kept.is_some();
        let kept = kept.unwrap_or(NOBODY).to_owned();
        self.run(move |memory| {
            let unreadable = "cannot read a password hash of the record";
            let kept = PasswordHash::new(&kept).map_err(|e| anyhow!("{unreadable}: {e}"))?;
            let (Some(salt), Some(expected)) = (&kept.salt, &kept.hash) else {
                bail!("{unreadable}: a part is missing")
            };
            let algorithm = Algorithm::try_from(kept.algorithm.as_str()).map_err(|e| anyhow!("{unreadable}: {e}"))?;
            let version = match kept.version {
                Some(number) => Version::try_from(number).map_err(|e| anyhow!("{unreadable}: {e}"))?,
                None => Version::default(),
            };
            let params = Params::try_from(&kept).map_err(|e| anyhow!("{unreadable}: {e}"))?;
            let mut hash = vec![0; expected.len()];
            let argon2 = Argon2::new(algorithm, version, params);
            fill(&argon2, password.as_bytes(), salt.as_ref(), &mut hash, memory)?;
            // Outputs are compared in the same time wherever they differ.
            let found = Output::new(&hash).map_err(|e| anyhow!("cannot hash a password: {e}"))?;
            Ok(found == *expected && known)
        })
        .await
    }

    /// Whether `kept` was made with today's parameters.
    pub(super) fn is_up_to_date(&self, kept: &str) -> bool {
        kept.starts_with(BEGINNING)
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Vec<Block>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (tell, told) = oneshot::channel();
        let job = move |memory: &mut Vec<Block>| {
            // Who went away meanwhile needs no answer.
            if !tell.is_closed() {
                let _ = tell.send(work(memory));
            }
        };
        self.jobs.send(Box::new(job)).map_err(|_| anyhow!("cannot hash a password: no thread is left for it"))?;
        told.await.context("cannot hash a password on a thread of its own")?
    }
}

/// What a thread for passwords does until its hasher is gone. Its memory goes back when nobody comes for a while.
fn work(waiting: &Mutex<Receiver<Job>>) {
    let mut memory = Vec::new();
    loop {
        let next = match waiting.lock() {
            Ok(waiting) => waiting.recv_timeout(IDLE),
            Err(_) => return,
        };
        match next {
            Ok(job) => job(&mut memory),
            Err(RecvTimeoutError::Timeout) => memory = Vec::new(),
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

fn fill(argon2: &Argon2<'_>, password: &[u8], salt: &[u8], hash: &mut [u8], memory: &mut Vec<Block>) -> Result<()> {
    let blocks = argon2.params().block_count();
    if memory.len() < blocks {
        memory.resize(blocks, Block::new());
    }
    argon2
        .hash_password_into_with_memory(password, salt, hash, &mut memory[..blocks])
        .map_err(|e| anyhow!("cannot hash a password: {e}"))
}

fn argon2() -> Result<Argon2<'static>> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|e| anyhow!("cannot set up argon2: {e}"))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// One form for one password: macOS hands accents in as separate marks, other systems do not. Longer ones are cut
/// off, so that nobody makes the hasher read a megabyte.
fn normal(password: &str) -> String {
    password.nfc().take(MAX_PASSWORD_BYTES + 1).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

    use super::*;

    #[test]
    fn length_counts_characters_and_nothing_else() {
        let check = |password: &str, expected| assert_eq!(judge(password, "nguyen.van.a"), expected, "{password}");
        check("mười một cc", Err(Weakness::Short));
        check("một câu dễ nhớ", Ok(()));
        check("correct horse battery staple", Ok(()));
        check("🌊🌊🌊🌊🌊🌊🌊🌊🌊🌊🌊🌪", Ok(()));
        check("aaaaaaaaaaaaaaaa", Err(Weakness::Guessable));
        check("Nguyen.Van.A", Err(Weakness::Guessable));
        // No rule of composition, and nothing is taken off or changed.
        check("chỉ toàn chữ thường thôi", Ok(()));
        check("một câu thật dài về con đường làng đi qua cánh đồng lúa chín mỗi buổi chiều tan học", Ok(()));
        check(&"dài ".repeat(400), Err(Weakness::Long));
    }

    /// Hashes are those of everybody else: theirs are read here, ours are read there.
    #[tokio::test]
    async fn hashes_are_read_as_they_are_written() {
        use argon2::password_hash::{PasswordHasher, PasswordVerifier};
        let hasher = Hasher::new(2);
        let ours = hasher.hash("một câu dễ nhớ").await.unwrap();
        assert!(argon2().unwrap().verify_password("một câu dễ nhớ".as_bytes(), ours.as_str()).is_ok());
        assert_ne!(ours, hasher.hash("một câu dễ nhớ").await.unwrap());
        // One of other parameters leaves more behind in the memory than the next one needs.
        for (memory, passes) in [(MEMORY_KIB, PASSES), (2 * MEMORY_KIB, 1), (64, 3)] {
            let params = Params::new(memory, passes, 1, None).unwrap();
            let other = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
            let theirs = other.hash_password("một câu dễ nhớ".as_bytes()).unwrap().to_string();
            assert!(hasher.matches("một câu dễ nhớ", Some(&theirs)).await.unwrap(), "{theirs}");
            assert!(!hasher.matches("một câu khác hẳn", Some(&theirs)).await.unwrap(), "{theirs}");
            assert_eq!(hasher.is_up_to_date(&theirs), memory == MEMORY_KIB);
        }
        for broken in [
            "",
            "x",
            "$argon2id$v=19$m=19456,t=2,p=1$",
            "$argon2id$v=19$m=19456,t=2,p=1$bGFudG9hbGFudG9hbGFudA",
            "$2b$12$x",
        ] {
            assert!(hasher.matches("một câu dễ nhớ", Some(broken)).await.is_err(), "{broken}");
        }
    }

    #[tokio::test]
    async fn only_the_same_password_matches() {
        let hasher = Hasher::new(1);
        let kept = hasher.hash("mật khẩu của tôi").await.unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        let decomposed: String = "mật khẩu của tôi".nfd().collect();
        assert!(hasher.matches("mật khẩu của tôi", Some(&kept)).await.unwrap());
        assert!(hasher.matches(&decomposed, Some(&kept)).await.unwrap());
        assert!(!hasher.matches("mật khẩu của tớ", Some(&kept)).await.unwrap());
        assert!(!hasher.matches("mật khẩu của tôi", None).await.unwrap());
    }
}
