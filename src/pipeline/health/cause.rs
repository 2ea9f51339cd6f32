//! The name of what went wrong: an error of the fetcher or the reason why a page is no article in, a cause out. Pure.

use crate::extract;
use crate::fetch::{FetchError, Stage, TlsFault};
use crate::portal::health::Cause;

/// The cause behind an error; nothing when it says nothing about the portal.
pub(super) fn of_error(error: &FetchError) -> Option<Cause> {
    Some(match error {
        FetchError::Cancelled => return None,
        FetchError::RobotsDenied => Cause::RobotsForbids,
        // That no rules can be had because nobody answers is a trouble of the network.
        FetchError::RobotsUnreachable { cause } if cause.is_of_the_host() => return of_error(cause),
        FetchError::RobotsUnreachable { .. } => Cause::RobotsUnreachable,
        FetchError::AddressRefused { .. } => Cause::PrivateAddress,
        FetchError::Scheme(_) | FetchError::Port(_) => Cause::PortNotAllowed,
        FetchError::Dns { .. } => Cause::Dns,
        FetchError::Refused => Cause::ConnectionRefused,
        FetchError::Connect(_) => Cause::Unreachable,
        FetchError::Tls(fault) => of_tls(fault),
        FetchError::Timeout { stage: Stage::Connect | Stage::FirstByte } => Cause::TimedOut,
        FetchError::Timeout { stage: Stage::Rate | Stage::Total } => Cause::TooSlow,
        FetchError::TooLarge { .. } => Cause::TooLarge,
        FetchError::TooManyRedirects | FetchError::RedirectLoop => Cause::Redirects,
        FetchError::Status(401 | 403 | 406 | 451) => Cause::Refused,
        FetchError::Status(404 | 410) => Cause::NotFound,
        FetchError::Status(429) | FetchError::Waiting { .. } => Cause::AskedToWait,
        FetchError::Status(500..) => Cause::ServerError,
        FetchError::Status(_) => Cause::OddStatus,
        FetchError::Broken(_) => Cause::BrokenAnswer,
    })
}

fn of_tls(fault: &TlsFault) -> Cause {
    match fault {
        TlsFault::OldProtocol => Cause::TlsTooOld,
        TlsFault::WeakCiphers => Cause::TlsWeakCiphers,
        TlsFault::NoTls | TlsFault::BrokenOff | TlsFault::Other(_) => Cause::TlsBroken,
        TlsFault::Expired => Cause::CertificateExpired,
        TlsFault::NotYetValid => Cause::CertificateNotYetValid,
        TlsFault::WrongHost => Cause::CertificateWrongHost,
        TlsFault::SelfSigned => Cause::CertificateSelfSigned,
        TlsFault::Incomplete => Cause::CertificateIncomplete,
        TlsFault::UnknownIssuer => Cause::CertificateUnknownIssuer,
        TlsFault::Revoked => Cause::CertificateRevoked,
        TlsFault::Certificate(_) => Cause::CertificateRefused,
    }
}

/// The cause behind a page that is no article; nothing when it is simply another kind of page.
pub(super) fn of_page(reason: &str) -> Option<Cause> {
    let kinds = [
        ("challenge page", Cause::Challenge),
        ("block page", Cause::Refused),
        ("log-in page", Cause::Refused),
        ("error page", Cause::ServerError),
        ("maintenance page", Cause::Maintenance),
        ("parked page", Cause::EmptiesItself),
        ("consent page", Cause::Challenge),
        ("script shell", Cause::NeedsJavascript),
        (extract::NOT_FOUND, Cause::NotFound),
    ];
    kinds.into_iter().find(|(words, _)| reason.starts_with(words)).map(|(_, cause)| cause)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_has_a_name() {
        let check = |error: FetchError, expected: Option<Cause>| assert_eq!(of_error(&error), expected, "{error}");
        let robots = |cause| FetchError::RobotsUnreachable { cause: Box::new(cause) };
        let dns = || FetchError::Dns { host: "a.vn".into(), cause: "x".into() };
        check(FetchError::Cancelled, None);
        check(dns(), Some(Cause::Dns));
        check(robots(dns()), Some(Cause::Dns));
        check(robots(FetchError::Status(500)), Some(Cause::RobotsUnreachable));
        check(robots(FetchError::Tls(TlsFault::OldProtocol)), Some(Cause::TlsTooOld));
        check(FetchError::Status(403), Some(Cause::Refused));
        check(FetchError::Status(522), Some(Cause::ServerError));
        check(FetchError::Status(418), Some(Cause::OddStatus));
        check(FetchError::Timeout { stage: Stage::Rate }, Some(Cause::TooSlow));
        check(FetchError::Tls(TlsFault::Incomplete), Some(Cause::CertificateIncomplete));
    }

    /// The reasons are words of extraction: this notices when they change there.
    #[test]
    fn pages_that_are_none_have_names() {
        let check = |html: &str, expected: Option<Cause>| {
            let url = "https://bo.gov.vn/tin/1.html".parse().expect("an address");
            let now = "2026-11-21T08:00:00Z".parse().expect("an instant");
            let read = extract::article(html, &url, &extract::Hints::default(), None, now);
            let reason = read.not_an_article.unwrap_or_default();
            assert_eq!(of_page(&reason), expected, "{html}: {reason}");
        };
        check("<title>Just a moment...</title><p>Checking your browser", Some(Cause::Challenge));
        check("<script>document.cookie='D1N=1';location.reload()</script>", Some(Cause::Challenge));
        check("<title>403 Forbidden</title><h1>403 Forbidden</h1>", Some(Cause::Refused));
        check("<title>Runtime Error</title><h1>Server Error in '/' Application.</h1>", Some(Cause::ServerError));
        check("<h1>Hệ thống đang bảo trì</h1>", Some(Cause::Maintenance));
        check("<title>Welcome to nginx!</title><h1>Welcome to nginx!</h1>", Some(Cause::EmptiesItself));
        check("<div id=root></div><script src=a.js></script>", Some(Cause::NeedsJavascript));
        check("<title>404 Not Found</title><h1>Không tìm thấy trang</h1>", Some(Cause::NotFound));
        check("<title>Tin tức</title>", None);
    }
}
