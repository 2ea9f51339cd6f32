//! Whether a chain of certificates is believed: by the authorities of this machine, then with what the operator gave for
//! this portal alone. A chain that is not believed is looked at once more, only to say why.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, OtherError, RootCertStore, SignatureScheme};

/// The authorities of this machine, read once: they are a hundred and more.
static AUTHORITIES: LazyLock<Arc<RootCertStore>> = LazyLock::new(|| {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    Arc::new(roots)
});

/// Certificates that operators gave for single hosts. Clones share them.
#[derive(Clone, Debug, Default)]
pub(in crate::fetch) struct Anchors(Arc<RwLock<HashMap<String, Given>>>);

/// Certificates of one host.
type Given = Arc<[CertificateDer<'static>]>;

impl Anchors {
    /// Makes `certificates` those of `host`; without any the host has none.
    pub(in crate::fetch) fn set(&self, host: &str, certificates: &[CertificateDer<'static>]) {
        let mut given = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if certificates.is_empty() {
            given.remove(host);
        } else {
            given.insert(host.to_owned(), certificates.into());
        }
    }

    fn of(&self, name: &ServerName<'_>) -> Option<Given> {
        let given = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if given.is_empty() {
            return None;
        }
        given.get(name.to_str().as_ref()).cloned()
    }
}

/// What is wrong with a chain that leads nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum ChainFault {
    #[error("the certificate is self-signed")]
    SelfSigned,
    #[error("the intermediate certificate is not sent")]
    Incomplete,
}

/// Believes or refuses chains.
pub(in crate::fetch) struct Chain {
    /// Nothing on a machine without authorities.
    machine: Option<Arc<WebPkiServerVerifier>>,
    anchors: Anchors,
    provider: Arc<CryptoProvider>,
}

impl Chain {
    /// With the authorities of this machine.
    pub(super) fn of_this_machine(provider: Arc<CryptoProvider>, anchors: Anchors) -> Self {
        let machine = verifier(Arc::clone(&AUTHORITIES), &provider);
        Self { machine, anchors, provider }
    }

    /// With these authorities; what is none is left out.
    #[cfg(test)]
    pub(in crate::fetch) fn with(
        authorities: impl IntoIterator<Item = CertificateDer<'static>>,
        provider: Arc<CryptoProvider>,
        anchors: Anchors,
    ) -> Self {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(authorities);
        let machine = verifier(Arc::new(roots), &provider);
        Self { machine, anchors, provider }
    }

    pub(super) fn knows_nobody(&self) -> bool {
        self.machine.is_none()
    }

    /// Whether what the operator gave for this host makes the chain whole: as the missing link to an authority of this
    /// machine, as an authority of its own, or as the very certificate that is shown.
    fn believes_given(&self, shown: &Shown<'_>, given: &[CertificateDer<'static>], refusal: &Error) -> bool {
        let linked: Vec<CertificateDer<'_>> = shown.intermediates.iter().chain(given).cloned().collect();
        let linked = Shown { intermediates: &linked, ..*shown };
        if self.machine.as_ref().is_some_and(|machine| linked.verify(machine).is_ok()) {
            return true;
        }
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(given.iter().cloned());
        if verifier(Arc::new(roots), &self.provider).is_some_and(|own| linked.verify(&own).is_ok()) {
            return true;
        }
        // An authority's certificate that serves pages itself: dates were looked at before that was found out.
        is_authority(refusal)
            && given.contains(shown.end_entity)
            && ParsedCertificate::try_from(shown.end_entity)
                .is_ok_and(|parsed| rustls::client::verify_server_name(&parsed, shown.name).is_ok())
    }

    /// Why a chain leads to no authority.
    fn fault(&self, shown: &Shown<'_>) -> Option<ChainFault> {
        let mut own = RootCertStore::empty();
        let vouches_for_itself = own.add(shown.end_entity.clone()).is_ok()
            && verifier(Arc::new(own), &self.provider).is_some_and(|own| {
                let lone = Shown { intermediates: &[], ..*shown };
                !matches!(lone.verify(&own), Err(error) if is_unknown(&error))
            });
        if vouches_for_itself {
            return Some(ChainFault::SelfSigned);
        }
        (shown.intermediates.is_empty() && self.machine.is_some()).then_some(ChainFault::Incomplete)
    }
}

/// What a server shows.
#[derive(Clone, Copy)]
struct Shown<'s> {
    end_entity: &'s CertificateDer<'s>,
    intermediates: &'s [CertificateDer<'s>],
    name: &'s ServerName<'s>,
    ocsp: &'s [u8],
    now: UnixTime,
}

impl Shown<'_> {
    fn verify(&self, by: &WebPkiServerVerifier) -> Result<ServerCertVerified, Error> {
        by.verify_server_cert(self.end_entity, self.intermediates, self.name, self.ocsp, self.now)
    }
}

/// None without authorities.
fn verifier(roots: Arc<RootCertStore>, provider: &Arc<CryptoProvider>) -> Option<Arc<WebPkiServerVerifier>> {
    WebPkiServerVerifier::builder_with_provider(roots, Arc::clone(provider)).build().ok()
}

fn is_unknown(error: &Error) -> bool {
    matches!(error, Error::InvalidCertificate(CertificateError::UnknownIssuer))
}

/// Whether the certificate is refused because it is an authority's. The verifier keeps that reason wrapped.
fn is_authority(error: &Error) -> bool {
    matches!(error, Error::InvalidCertificate(CertificateError::Other(other)) if format!("{other:?}").contains("CaUsedAsEndEntity"))
}

impl ServerCertVerifier for Chain {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let shown = Shown { end_entity, intermediates, name: server_name, ocsp: ocsp_response, now };
        let unknown = || Error::InvalidCertificate(CertificateError::UnknownIssuer);
        let refusal = match self.machine.as_ref().map_or_else(|| Err(unknown()), |machine| shown.verify(machine)) {
            Ok(believed) => return Ok(believed),
            Err(refusal) => refusal,
        };
        // What is out of date or for another host stays refused, whatever was given.
        if !is_unknown(&refusal) && !is_authority(&refusal) {
            return Err(refusal);
        }
        let given = self.anchors.of(server_name);
        if given.is_some_and(|given| self.believes_given(&shown, &given, &refusal)) {
            return Ok(ServerCertVerified::assertion());
        }
        let fault = if is_authority(&refusal) { Some(ChainFault::SelfSigned) } else { self.fault(&shown) };
        let Some(fault) = fault else { return Err(refusal) };
        Err(Error::InvalidCertificate(CertificateError::Other(OtherError(Arc::new(fault)))))
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

impl fmt::Debug for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Chain").field("anchors", &self.anchors).finish_non_exhaustive()
    }
}
