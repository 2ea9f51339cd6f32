//! Why no secure connection came about, by name: protocol, ciphers and certificate apart from each other.

use rustls::{AlertDescription, CertificateError, InvalidMessage, PeerIncompatible};

use super::chain::ChainFault;

/// Why no secure connection came about.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TlsFault {
    /// TLS 1.1 or older.
    #[error("the server offers no protocol newer than TLS 1.1")]
    OldProtocol,
    /// Nothing that both can encrypt with.
    #[error("the server offers only weak ciphers")]
    WeakCiphers,
    /// Something else than TLS is spoken there.
    #[error("the server does not speak TLS at this port")]
    NoTls,
    /// The connection ended during the handshake.
    #[error("the server broke the handshake off (old servers do so instead of saying that they know no TLS 1.2)")]
    BrokenOff,
    /// Out of date.
    #[error("the certificate has expired")]
    Expired,
    /// Of the future.
    #[error("the certificate is not valid yet (is this machine's clock right?)")]
    NotYetValid,
    /// For another name.
    #[error("the certificate is for another host name")]
    WrongHost,
    /// It vouches for itself.
    #[error("the certificate is self-signed")]
    SelfSigned,
    /// The server sent its own certificate only, and its issuer is no authority of this machine.
    #[error("the server does not send the intermediate certificate (give it as the portal's ca_file)")]
    Incomplete,
    /// The chain leads to an authority that this machine does not know.
    #[error("the certificate's issuer is unknown (or this machine lacks ca-certificates)")]
    UnknownIssuer,
    /// Taken back.
    #[error("the certificate was revoked")]
    Revoked,
    /// Refused for another reason.
    #[error("the certificate is not accepted: {0}")]
    Certificate(String),
    /// Anything else.
    #[error("{0}")]
    Other(String),
}

impl From<&rustls::Error> for TlsFault {
    fn from(error: &rustls::Error) -> Self {
        use rustls::Error::{AlertReceived, InappropriateHandshakeMessage, PeerIncompatible as Peer};
        match error {
            rustls::Error::InvalidCertificate(cause) => Self::of_certificate(cause),
            AlertReceived(AlertDescription::ProtocolVersion)
            | Peer(
                PeerIncompatible::ServerDoesNotSupportTls12Or13
                | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig,
            ) => Self::OldProtocol,
            AlertReceived(AlertDescription::HandshakeFailure | AlertDescription::InsufficientSecurity)
            | Peer(
                PeerIncompatible::NoCipherSuitesInCommon
                | PeerIncompatible::NoKxGroupsInCommon
                | PeerIncompatible::NoSignatureSchemesInCommon
                | PeerIncompatible::NullCompressionRequired,
            ) => Self::WeakCiphers,
            rustls::Error::InvalidMessage(
                InvalidMessage::InvalidContentType | InvalidMessage::UnknownProtocolVersion,
            )
            | InappropriateHandshakeMessage { .. } => Self::NoTls,
            other => Self::Other(other.to_string().to_lowercase()),
        }
    }
}

impl TlsFault {
    fn of_certificate(error: &CertificateError) -> Self {
        match error {
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => Self::Expired,
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => Self::NotYetValid,
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => Self::WrongHost,
            CertificateError::UnknownIssuer => Self::UnknownIssuer,
            CertificateError::Revoked => Self::Revoked,
            CertificateError::Other(other) => match other.0.downcast_ref::<ChainFault>() {
                Some(ChainFault::SelfSigned) => Self::SelfSigned,
                Some(ChainFault::Incomplete) => Self::Incomplete,
                None => Self::Certificate(error.to_string().to_lowercase()),
            },
            other => Self::Certificate(other.to_string().to_lowercase()),
        }
    }
}
