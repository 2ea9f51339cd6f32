//! TLS towards portals: versions 1.2 and 1.3 with certificates that lead to an authority of this machine, or to one that
//! the operator gave for this very portal. Nothing is ever accepted without that; what is missing is named.

mod chain;
mod fault;

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

pub(super) use chain::{Anchors, Chain};
pub use fault::TlsFault;

/// Bytes of a file of certificates, at most.
const LARGEST: u64 = 1 << 20;

/// What the client negotiates with; `anchors` are those of single portals.
pub(super) fn config(anchors: Anchors) -> Result<rustls::ClientConfig> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let chain = Chain::of_this_machine(Arc::clone(&provider), anchors);
    if chain.knows_nobody() {
        tracing::warn!(
            "no CA certificates on this machine: https portals will fail until ca-certificates is installed"
        );
    }
    let mut config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .context("cannot build the http client")?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(chain))
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// The certificates of a PEM file.
///
/// # Errors
/// When the file cannot be read or holds no certificate.
pub fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let trouble = || format!("cannot read the certificates of {}", file.display());
    let size = std::fs::metadata(file).with_context(trouble)?.len();
    ensure!(size <= LARGEST, "{}: the file is larger than 1 MB", trouble());
    let bytes = std::fs::read(file).with_context(trouble)?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&bytes).collect();
    let found = found.map_err(|cause| anyhow::anyhow!("{}: {cause}", trouble()))?;
    ensure!(!found.is_empty(), "{}: it holds no BEGIN CERTIFICATE (write it as PEM)", trouble());
    Ok(found)
}
