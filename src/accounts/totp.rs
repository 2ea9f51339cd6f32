//! One-time codes of an authenticator app (RFC 6238: HMAC-SHA-1, six digits, thirty seconds) and the codes for the day
//! on which the phone is lost. Pure, but for the randomness of fresh secrets.

use anyhow::{Context, Result};
use data_encoding::BASE32_NOPAD;
use ring::hmac;

use crate::clock::Timestamp;

/// Seconds for which a code holds.
const STEP_S: i64 = 30;
/// Steps before and after the present one whose codes are taken: clocks differ.
const SKEW: i64 = 1;
/// Recovery codes of one account.
pub const RECOVERY_CODES: usize = 10;

/// A fresh secret of 160 bits, in base 32 as apps take it.
///
/// # Errors
/// When the machine has no randomness to give.
pub fn fresh_secret() -> Result<String> {
    let mut bytes = [0; 20];
    getrandom::fill(&mut bytes).context("cannot draw random bytes for a secret")?;
    Ok(BASE32_NOPAD.encode(&bytes))
}

/// Fresh recovery codes of 80 bits each, in groups of four characters.
///
/// # Errors
/// When the machine has no randomness to give.
pub fn fresh_recovery_codes() -> Result<Vec<String>> {
    (0..RECOVERY_CODES)
        .map(|_| {
            let mut bytes = [0; 10];
            getrandom::fill(&mut bytes).context("cannot draw random bytes for a code")?;
            let code = BASE32_NOPAD.encode(&bytes).to_lowercase();
            Ok(code.as_bytes().chunks(4).map(String::from_utf8_lossy).collect::<Vec<_>>().join("-"))
        })
        .collect()
}

/// A recovery code as it is compared: without blanks, dashes and capitals.
pub(super) fn plain(code: &str) -> String {
    code.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// The time step whose code this is: the present one or its neighbours, and later than `last`, the last one used. A code
/// that was used once is none any more.
pub(super) fn step_of(secret: &str, code: &str, last: i64, now: Timestamp) -> Option<i64> {
    let typed: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let present = now.as_second().div_euclid(STEP_S);
    (present - SKEW..=present + SKEW).find(|step| *step > last && code_at(secret, *step).as_deref() == Some(&typed))
}

/// The code of a time step; nothing when the secret cannot be read.
#[must_use]
pub fn code_at(secret: &str, step: i64) -> Option<String> {
    let secret = BASE32_NOPAD.decode(secret.as_bytes()).ok()?;
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &secret);
    let tag = hmac::sign(&key, &step.to_be_bytes());
    let bytes = tag.as_ref();
    // RFC 4226, 5.3: four bytes from the place that the last one names.
    let at = usize::from(bytes.last()? & 0xf);
    let four: [u8; 4] = bytes.get(at..at + 4)?.try_into().ok()?;
    Some(format!("{:06}", (u32::from_be_bytes(four) & 0x7fff_ffff) % 1_000_000))
}

/// The address that an app takes a secret from.
#[must_use]
pub fn address(name: &str, secret: &str) -> String {
    let name: String = url::form_urlencoded::byte_serialize(name.as_bytes()).collect();
    format!("otpauth://totp/lantoa:{name}?secret={secret}&issuer=lantoa&algorithm=SHA1&digits=6&period={STEP_S}")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

    use super::*;

    /// RFC 6238, appendix B, SHA-1; the last six of its eight digits.
    #[test]
    fn codes_are_those_of_the_standard() {
        let secret = BASE32_NOPAD.encode(b"12345678901234567890");
        let check = |second: i64, expected: &str| {
            assert_eq!(code_at(&secret, second / 30).as_deref(), Some(expected), "{second}");
        };
        check(59, "287082");
        check(1_111_111_109, "081804");
        check(1_111_111_111, "050471");
        check(1_234_567_890, "005924");
        check(2_000_000_000, "279037");
        check(20_000_000_000, "353130");
        assert_eq!(code_at("not base 32!", 1), None);
    }

    #[test]
    fn a_code_holds_for_a_minute_and_a_half_and_once() {
        let secret = fresh_secret().unwrap();
        let now: Timestamp = "2026-11-21T08:00:10Z".parse().unwrap();
        let step = now.as_second() / 30;
        let check = |of: i64, last: i64, expected: Option<i64>| {
            assert_eq!(step_of(&secret, &code_at(&secret, of).unwrap(), last, now), expected, "{of} {last}");
        };
        check(step, 0, Some(step));
        check(step - 1, 0, Some(step - 1));
        check(step + 1, 0, Some(step + 1));
        check(step - 2, 0, None);
        check(step + 2, 0, None);
        check(step, step, None);
        check(step - 1, step, None);
        assert_eq!(step_of(&secret, "", 0, now), None);
        assert_eq!(step_of(&secret, "abcdef", 0, now), None);
    }

    #[test]
    fn recovery_codes_differ_and_are_read_as_people_type_them() {
        let codes = fresh_recovery_codes().unwrap();
        let different: std::collections::HashSet<_> = codes.iter().collect();
        assert_eq!((codes.len(), different.len(), codes[0].len()), (RECOVERY_CODES, RECOVERY_CODES, 19));
        assert_eq!(plain(&codes[0].to_uppercase().replace('-', " ")), plain(&codes[0]));
        assert_eq!(plain(&codes[0]).len(), 16);
    }
}
