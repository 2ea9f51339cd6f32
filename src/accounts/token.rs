//! Secrets that stand in a cookie or a link: 256 random bits out, and the hash under which the record knows them.

use anyhow::{Context, Result};
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use sha2::{Digest, Sha256};

/// A secret of 256 bits. It is shown once, to its owner, and never printed by accident.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// A fresh secret.
    ///
    /// # Errors
    /// When the machine has no randomness to give.
    pub(super) fn fresh() -> Result<Self> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).context("cannot draw random bytes for a token")?;
        Ok(Self(BASE64URL_NOPAD.encode(&bytes)))
    }

    /// The secret, for the cookie or the link.
    #[must_use]
    pub fn secret(&self) -> &str {
        &self.0
    }

    /// How the record knows it.
    pub(super) fn hash(&self) -> String {
        hash(&self.0)
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(…)")
    }
}

/// How the record knows the token `secret`. SHA-256 is enough: nobody guesses 256 random bits.
pub(super) fn hash(secret: &str) -> String {
    HEXLOWER.encode(&Sha256::digest(secret.as_bytes()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

    use super::*;

    #[test]
    fn tokens_are_long_and_differ_and_do_not_print() {
        let (one, other) = (Token::fresh().unwrap(), Token::fresh().unwrap());
        assert_eq!(one.secret().len(), 43);
        assert_ne!(one, other);
        assert!(!format!("{one:?}").contains(one.secret()));
        assert!(!one.hash().contains(one.secret()));
        assert_eq!(one.hash(), hash(one.secret()));
    }
}
