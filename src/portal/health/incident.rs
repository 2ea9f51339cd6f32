//! Trouble that struck many portals at once, told once: ours (network, an upgrade), or that of one family of software.

use jiff::tz::TimeZone;
use serde::Serialize;

use super::{Cause, Kin};
use crate::clock::{Timestamp, vietnam};
use crate::portal::Health;

/// One trouble of many portals.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Incident {
    /// Its row in the record.
    pub id: i64,
    /// What they all have; for the network the commonest.
    pub cause: Cause,
    /// The software family whose portals were struck; nothing where it is not one family's.
    pub family: Option<String>,
    /// Since when.
    pub began_at: Timestamp,
    /// When it was last seen.
    pub last_at: Timestamp,
    /// When it was over.
    pub ended_at: Option<Timestamp>,
    /// Portals that were struck.
    pub struck: i64,
    /// Portals that were visited, or that the family has.
    pub asked: i64,
}

impl Incident {
    /// `12 of 14 portals visited since 10:00 failed (DNS): it is probably our connection`.
    #[must_use]
    pub fn words(&self, vietnamese: bool) -> String {
        let (struck, asked, since) = (self.struck, self.asked, self.clock());
        match (&self.family, vietnamese) {
            (Some(family), false) => format!(
                "{struck} of {asked} portals on {family} give less since {since}: the family's selectors probably need a new line"
            ),
            (Some(family), true) => format!(
                "{struck} trong {asked} cổng dùng {family} đọc được ít hơn từ {since}: có lẽ bộ chọn của họ phần mềm cần thêm một dòng"
            ),
            (None, false) => {
                format!(
                    "{struck} of {asked} portals visited since {since} failed, {}: it is probably {}",
                    self.cause.english(),
                    self.suspect(false)
                )
            }
            (None, true) => format!(
                "{struck} trong {asked} cổng được thăm từ {since} bị lỗi, {}: có lẽ do {}",
                self.cause.vietnamese(),
                self.suspect(true)
            ),
        }
    }

    /// Who is to blame when it is so many.
    fn suspect(&self, vietnamese: bool) -> &'static str {
        let [english, other] = match self.cause.kin() {
            Kin::Network => ["our connection", "đường truyền của ta"],
            Kin::Alone(Cause::PrivateAddress) => ["our resolver", "máy chủ DNS của ta"],
            Kin::Alone(Cause::CertificateUnknownIssuer | Cause::CertificateIncomplete) => {
                ["this machine's list of authorities", "danh sách chứng thư gốc của máy này"]
            }
            Kin::Alone(Cause::CertificateExpired | Cause::CertificateNotYetValid) => {
                ["this machine's clock", "đồng hồ của máy này"]
            }
            Kin::Alone(Cause::Refused | Cause::Challenge | Cause::AskedToWait) => {
                ["our address that is blocked", "địa chỉ của ta bị chặn"]
            }
            Kin::Alone(_) => ["our own doing, such as an upgrade", "chính ta, chẳng hạn do nâng cấp"],
        };
        if vietnamese { other } else { english }
    }

    /// Whether it is what a portal suffers from, so that nobody need be told of the portal.
    #[must_use]
    pub fn covers(&self, health: &Health) -> bool {
        health.cause == Some(self.cause) && self.family.is_some() && self.family == health.family
    }

    /// What the operator can do.
    #[must_use]
    pub fn mend(&self, vietnamese: bool) -> &'static str {
        if self.family.is_some() {
            return if vietnamese {
                "xem một trang bằng lantoa extract --url, rồi thêm dòng mới (lantoa families show)"
            } else {
                "read one page with lantoa extract --url, then add a line to the family (lantoa families show)"
            };
        }
        let [english, other] = match self.cause.kin() {
            Kin::Network => [
                "see whether this machine reaches the network and resolves names",
                "kiểm tra máy này có mạng và tra được tên miền không",
            ],
            Kin::Alone(Cause::PrivateAddress) => {
                ["see what this machine's resolver answers", "kiểm tra máy chủ DNS mà máy này dùng"]
            }
            Kin::Alone(Cause::CertificateUnknownIssuer | Cause::CertificateIncomplete) => {
                ["install ca-certificates on this machine", "cài ca-certificates trên máy này"]
            }
            Kin::Alone(Cause::CertificateExpired | Cause::CertificateNotYetValid) => {
                ["set this machine's clock right", "chỉnh lại đồng hồ của máy này"]
            }
            Kin::Alone(Cause::Refused | Cause::Challenge | Cause::AskedToWait) => [
                "ask the operators of their firewall to let the crawler through, and raise fetch.delay_ms",
                "đề nghị bên quản lý tường lửa cho phép bộ thu thập, và tăng fetch.delay_ms",
            ],
            Kin::Alone(_) => [
                "think of what changed here lately: an upgrade, an option, a rule",
                "xem gần đây ta đã đổi gì: nâng cấp, tùy chọn, quy tắc",
            ],
        };
        if vietnamese { other } else { english }
    }

    /// Hour and day in Vietnam.
    fn clock(&self) -> String {
        let zone: TimeZone = vietnam();
        self.began_at.to_zoned(zone).strftime("%H:%M %d/%m").to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_sentence_for_all() {
        let check = |cause: Cause, family: Option<&str>, english: &str, vietnamese: &str| {
            let at: Timestamp = "2026-11-21T03:00:00Z".parse().expect("an instant");
            let family = family.map(str::to_owned);
            let incident =
                Incident { id: 1, cause, family, began_at: at, last_at: at, ended_at: None, struck: 12, asked: 14 };
            assert_eq!(incident.words(false), english);
            assert_eq!(incident.words(true), vietnamese);
            assert!(!incident.mend(false).is_empty() && !incident.mend(true).is_ascii());
        };
        check(
            Cause::Dns,
            None,
            "12 of 14 portals visited since 10:00 21/11 failed, the name has no address (DNS): it is probably our connection",
            "12 trong 14 cổng được thăm từ 10:00 21/11 bị lỗi, không tìm được địa chỉ của tên miền (DNS): có lẽ do đường truyền của ta",
        );
        check(
            Cause::LayoutChanged,
            Some("Liferay"),
            "12 of 14 portals on Liferay give less since 10:00 21/11: the family's selectors probably need a new line",
            "12 trong 14 cổng dùng Liferay đọc được ít hơn từ 10:00 21/11: có lẽ bộ chọn của họ phần mềm cần thêm một dòng",
        );
        check(
            Cause::CertificateUnknownIssuer,
            None,
            "12 of 14 portals visited since 10:00 21/11 failed, its certificate's authority is unknown: it is probably this machine's list of authorities",
            "12 trong 14 cổng được thăm từ 10:00 21/11 bị lỗi, không rõ bên cấp chứng thư số: có lẽ do danh sách chứng thư gốc của máy này",
        );
    }
}
