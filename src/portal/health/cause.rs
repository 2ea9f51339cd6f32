//! What can be wrong with a portal, by name. Each cause has a code that stays, words in both languages, and what an
//! operator can do about it ([`super::words`]).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::words;

/// Why a portal is not as it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", from = "String")]
pub enum Cause {
    /// The name has no address.
    Dns,
    /// The machine turns connections away.
    ConnectionRefused,
    /// Nobody is at the address.
    Unreachable,
    /// No connection or no answer within the limit.
    TimedOut,
    /// The answer comes too slowly.
    TooSlow,
    /// The name leads to a private or reserved address.
    PrivateAddress,
    /// The scheme or port is not among those that are asked.
    PortNotAllowed,
    /// Only TLS 1.1 or older is offered.
    TlsTooOld,
    /// TLS is new enough, and no cipher is shared.
    TlsWeakCiphers,
    /// The handshake breaks for another reason.
    TlsBroken,
    /// The certificate is out of date.
    CertificateExpired,
    /// The certificate is of the future.
    CertificateNotYetValid,
    /// The certificate vouches for itself.
    CertificateSelfSigned,
    /// The certificate names another host.
    CertificateWrongHost,
    /// The server does not send the intermediate certificate.
    CertificateIncomplete,
    /// The chain leads to an authority that this machine does not know.
    CertificateUnknownIssuer,
    /// The certificate was taken back.
    CertificateRevoked,
    /// The certificate is not accepted for another reason.
    CertificateRefused,
    /// Status 401 or 403, or a page that says as much.
    Refused,
    /// Status 429, or a pause that was asked for.
    AskedToWait,
    /// Captcha or a check of the browser.
    Challenge,
    /// The page asked for is not there: 404 or 410.
    NotFound,
    /// Status 5xx, or a page that says as much.
    ServerError,
    /// Closed for repairs.
    Maintenance,
    /// A status that means nothing here.
    OddStatus,
    /// Redirects in a circle or without end.
    Redirects,
    /// An answer larger than the limit.
    TooLarge,
    /// The answer is no HTTP, or cut short.
    BrokenAnswer,
    /// robots.txt closes the portal.
    RobotsForbids,
    /// robots.txt cannot be read, which closes the portal.
    RobotsUnreachable,
    /// A registered feed is no feed, or empty.
    NotAFeed,
    /// The text is loaded by JavaScript.
    NeedsJavascript,
    /// No feed, sitemap or listing with articles.
    NothingListed,
    /// Titles, dates or texts are no longer found.
    LayoutChanged,
    /// The home page leads to another site.
    Moved,
    /// Many articles are gone at once, or the name is parked.
    EmptiesItself,
    /// It answered at first, then no more.
    StoppedAnswering,
    /// Our own record cannot be written.
    Record,
    /// Anything else.
    Other,
}

/// Which causes are one when many portals have them at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kin {
    /// An outage shows as any of these.
    Network,
    /// Only with its like.
    Alone(Cause),
}

impl Cause {
    /// Every cause.
    pub fn all() -> impl Iterator<Item = Self> {
        words::ALL.iter().map(|words| words.cause)
    }

    /// The word in the record, in JSON and in addresses; it stays.
    #[must_use]
    pub fn code(self) -> &'static str {
        words::of(self).code
    }

    /// What is wrong, in English.
    #[must_use]
    pub fn english(self) -> &'static str {
        words::of(self).english
    }

    /// What is wrong, in Vietnamese.
    #[must_use]
    pub fn vietnamese(self) -> &'static str {
        words::of(self).vietnamese
    }

    /// What the operator can do, in English.
    #[must_use]
    pub fn mend(self) -> &'static str {
        words::of(self).mend
    }

    /// What the operator can do, in Vietnamese.
    #[must_use]
    pub fn mend_vietnamese(self) -> &'static str {
        words::of(self).mend_vietnamese
    }

    /// Failure points of one visit: 1 for what somebody must mend, 0.5 for what the server may get over, 0.25 for what
    /// the network may. A portal is failing from one point on.
    #[must_use]
    pub fn points(self) -> f64 {
        match self {
            Self::Dns | Self::ConnectionRefused | Self::Unreachable | Self::TimedOut => 0.25,
            Self::TooSlow
            | Self::AskedToWait
            | Self::NotFound
            | Self::ServerError
            | Self::Maintenance
            | Self::BrokenAnswer
            | Self::RobotsUnreachable
            | Self::StoppedAnswering => 0.5,
            // Not the portal's doing.
            Self::Record => 0.0,
            _ => 1.0,
        }
    }

    /// What it is one with when many portals are struck at once.
    #[must_use]
    pub fn kin(self) -> Kin {
        match self {
            Self::Dns
            | Self::ConnectionRefused
            | Self::Unreachable
            | Self::TimedOut
            | Self::TooSlow
            | Self::StoppedAnswering
            | Self::BrokenAnswer => Kin::Network,
            other => Kin::Alone(other),
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

impl FromStr for Cause {
    type Err = String;

    fn from_str(code: &str) -> Result<Self, String> {
        let known = words::ALL.iter().find(|words| words.code == code);
        known.map(|words| words.cause).ok_or_else(|| format!("unknown cause `{code}`"))
    }
}

impl From<Cause> for String {
    fn from(cause: Cause) -> Self {
        cause.code().to_owned()
    }
}

/// A cause that a newer version wrote is [`Cause::Other`].
impl From<String> for Cause {
    fn from(code: String) -> Self {
        code.parse().unwrap_or(Self::Other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_words_are_there_and_differ() {
        let mut codes = std::collections::HashSet::new();
        for cause in Cause::all() {
            assert!(codes.insert(cause.code()), "{cause} twice");
            assert_eq!(cause.code().parse(), Ok(cause));
            assert!(cause.code().bytes().all(|b| b.is_ascii_lowercase() || b == b'_'), "{cause}");
            for words in [cause.english(), cause.vietnamese(), cause.mend(), cause.mend_vietnamese()] {
                assert!(!words.is_empty() && !words.ends_with('.') && !words.contains('\n'), "{cause}: {words}");
            }
            assert!(!cause.vietnamese().is_ascii() && !cause.mend_vietnamese().is_ascii(), "{cause}");
            assert!((0.0..=1.0).contains(&cause.points()));
        }
        assert_eq!(codes.len(), 39);
        assert_eq!(Cause::from("of the future".to_owned()), Cause::Other);
    }
}
