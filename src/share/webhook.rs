//! Webhooks: what is sent, how it is signed (Standard Webhooks 1.0) and when it is tried again. Pure, but for the
//! randomness of fresh secrets.

use anyhow::{Context, Result};
use data_encoding::BASE64;
use jiff::SignedDuration;
use ring::hmac;
use serde::Serialize;

use crate::clock::Timestamp;

/// What can be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Event {
    /// A story was amplified, corrected or recalled.
    Amplified,
    /// The centre decided about something that the webhook's portals carry.
    Decision,
}

impl Event {
    /// Every event.
    pub const ALL: [Self; 2] = [Self::Amplified, Self::Decision];

    /// The word in the record and in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Amplified => "amplified",
            Self::Decision => "decision",
        }
    }
}

impl std::str::FromStr for Event {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|event| event.as_str() == text);
        known.ok_or_else(|| format!("unknown event `{text}` (one of amplified, decision)"))
    }
}

/// Seconds from one try to the next: at once, then later and later, for three days.
const PAUSES_S: [i64; 10] = [0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];
/// Bytes of a secret; the standard asks for 24 to 64.
const SECRET_BYTES: usize = 32;
/// What a secret begins with.
const PREFIX: &str = "whsec_";

/// A fresh secret as the standard writes it.
///
/// # Errors
/// When the machine has no randomness to give.
pub fn fresh_secret() -> Result<String> {
    let mut bytes = [0; SECRET_BYTES];
    getrandom::fill(&mut bytes).context("cannot draw random bytes for a secret")?;
    Ok(format!("{PREFIX}{}", BASE64.encode(&bytes)))
}

/// The headers of one try: its message, its time, and a signature by each secret.
///
/// # Errors
/// When a secret cannot be read.
pub fn headers(message: &str, at: Timestamp, body: &str, secrets: &[&str]) -> Result<Vec<(&'static str, String)>> {
    let at = at.as_second();
    let signed = format!("{message}.{at}.{body}");
    let mut signatures = Vec::with_capacity(secrets.len());
    for secret in secrets {
        let bytes = BASE64
            .decode(secret.strip_prefix(PREFIX).unwrap_or(secret).as_bytes())
            .context("cannot read the secret of a webhook")?;
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &bytes), signed.as_bytes());
        signatures.push(format!("v1,{}", BASE64.encode(tag.as_ref())));
    }
    Ok(vec![
        ("webhook-id", message.to_owned()),
        ("webhook-timestamp", at.to_string()),
        ("webhook-signature", signatures.join(" ")),
    ])
}

/// When the next try is due after `attempts` of them; nothing when there is none. `chance` (0 to 1) spreads those that
/// failed together by up to a tenth.
#[must_use]
pub fn next_try(attempts: usize, now: Timestamp, chance: f64) -> Option<Timestamp> {
    let pause = *PAUSES_S.get(attempts)?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        reason = "a tenth of a day of milliseconds"
    )]
    let spread = (pause as f64 * 100.0 * chance.clamp(0.0, 1.0)) as i64;
    now.checked_add(SignedDuration::from_millis(pause * 1_000 + spread)).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

    use super::*;

    /// The example of the Standard Webhooks specification.
    #[test]
    fn signatures_are_those_of_the_standard() {
        let at = Timestamp::from_second(1_614_265_330).unwrap();
        let body = "{\"test\": 2432232314}";
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let found = headers("msg_p5jXN8AQM9LWM0D4loKWxJek", at, body, &[secret]).unwrap();
        assert_eq!(found[2].1, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        assert_eq!(found[1].1, "1614265330");
        let both = headers("m", at, body, &[secret, &fresh_secret().unwrap()]).unwrap();
        assert_eq!(both[2].1.split(' ').count(), 2);
        assert!(headers("m", at, body, &["whsec_???"]).is_err());
    }

    #[test]
    fn tries_go_on_for_three_days() {
        let now = Timestamp::UNIX_EPOCH;
        let check = |attempts, chance, seconds: Option<i64>| {
            assert_eq!(next_try(attempts, now, chance).map(|at| at.as_second()), seconds, "{attempts}");
        };
        check(0, 1.0, Some(0));
        check(1, 0.0, Some(5));
        check(2, 0.0, Some(300));
        check(2, 1.0, Some(330));
        check(9, 0.0, Some(86_400));
        check(10, 0.0, None);
    }
}
