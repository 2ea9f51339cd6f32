//! Passwords: which are good enough, and argon2id hashes of them, a few at a time on threads of their own.
//!
//! Parameters follow OWASP's minimum: 19 MiB, two passes, one lane. A name that nobody has costs the same time as a
//! wrong password, so that the door does not tell who works here.

use std::sync::Arc;

use anyhow::{Context, Result, anyhow};
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization;

use super::guess;

/// Fewest characters of a password (ASVS 5.0, 6.2.1, advises 15 and asks for 8; no rules of composition).
pub const MIN_PASSWORD_CHARACTERS: usize = 12;
/// Longest password in bytes: a whole sentence fits, a megabyte does not.
pub const MAX_PASSWORD_BYTES: usize = 1024;

const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

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
#[derive(Clone, Debug)]
pub struct Hasher {
    permits: Arc<Semaphore>,
}

impl Hasher {
    /// A hasher that works on `parallel` passwords at once.
    #[must_use]
    pub fn new(parallel: usize) -> Self {
        Self { permits: Arc::new(Semaphore::new(parallel.max(1))) }
    }

    /// The hash to keep, as a PHC string.
    ///
    /// # Errors
    /// When the machine has no randomness or no thread to give.
    pub async fn hash(&self, password: &str) -> Result<String> {
        let password = normal(password);
        self.run(move || {
            let hash =
                argon2()?.hash_password(password.as_bytes()).map_err(|e| anyhow!("cannot hash a password: {e}"))?;
            Ok(hash.to_string())
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
        self.run(move || {
            let hash =
                PasswordHash::new(&kept).map_err(|e| anyhow!("cannot read a password hash of the record: {e}"))?;
            Ok(argon2()?.verify_password(password.as_bytes(), &hash).is_ok() && known)
        })
        .await
    }

    /// Whether `kept` was made with today's parameters.
    pub(super) fn is_up_to_date(&self, kept: &str) -> bool {
        kept.starts_with(&format!("$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}$"))
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
        let permit = Arc::clone(&self.permits).acquire_owned().await.context("the password hasher is closed")?;
        let outcome = tokio::task::spawn_blocking(move || {
            // Held until the work is done, even when the one who asked went away.
            let _permit = permit;
            work()
        });
        outcome.await.context("cannot hash a password on a thread of its own")?
    }
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
