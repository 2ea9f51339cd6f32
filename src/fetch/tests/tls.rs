//! Servers whose TLS is old, odd or badly certified: each is named for what it is, and none is believed.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;

use rustls::client::danger::ServerCertVerifier;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};

use super::options;
use crate::clock::Clock;
use crate::fetch::tls::{Anchors, Chain};
use crate::fetch::{FetchError, Fetched, Fetcher, Request, TlsFault, What};

/// Made once with openssl, valid for a hundred years: root, intermediate and leaf for `localhost`; a leaf that ended in
/// 2020; two that signed themselves, the second as an authority.
const ROOT: &[u8] = include_bytes!("certificates/root.pem");
const INTERMEDIATE: &[u8] = include_bytes!("certificates/intermediate.pem");
const LEAF: &[u8] = include_bytes!("certificates/leaf.pem");
const LEAF_KEY: &[u8] = include_bytes!("certificates/leaf.key");
const EXPIRED: &[u8] = include_bytes!("certificates/expired.pem");
const SELF: &[u8] = include_bytes!("certificates/self.pem");
const SELF_AUTHORITY: &[u8] = include_bytes!("certificates/self_authority.pem");

fn certificate(pem: &[u8]) -> CertificateDer<'static> {
    CertificateDer::from_pem_slice(pem).expect("a certificate")
}

/// A chain shown to a machine that knows `roots`, for a portal with the certificates `given`.
fn judge(roots: &[&[u8]], shown: &[&[u8]], given: &[&[u8]], name: &str) -> Result<(), TlsFault> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let anchors = Anchors::default();
    anchors.set("localhost", &given.iter().map(|pem| certificate(pem)).collect::<Vec<_>>());
    let chain = Chain::with(roots.iter().map(|pem| certificate(pem)), provider, anchors);
    let shown: Vec<_> = shown.iter().map(|pem| certificate(pem)).collect();
    let name = ServerName::try_from(name).expect("a name");
    let verdict = chain.verify_server_cert(&shown[0], &shown[1..], &name, &[], UnixTime::now());
    verdict.map(|_| ()).map_err(|error| TlsFault::from(&error))
}

#[test]
fn chains_are_believed_or_named() {
    let check = |roots: &[&[u8]], shown: &[&[u8]], expected: Result<(), TlsFault>| {
        assert_eq!(judge(roots, shown, &[], "localhost"), expected);
    };
    check(&[ROOT], &[LEAF, INTERMEDIATE], Ok(()));
    check(&[ROOT], &[LEAF], Err(TlsFault::Incomplete));
    check(&[SELF_AUTHORITY], &[LEAF, INTERMEDIATE], Err(TlsFault::UnknownIssuer));
    check(&[ROOT], &[SELF], Err(TlsFault::SelfSigned));
    check(&[ROOT], &[SELF_AUTHORITY], Err(TlsFault::SelfSigned));
    check(&[ROOT], &[EXPIRED, INTERMEDIATE], Err(TlsFault::Expired));
    // Without authorities of its own the machine may be to blame.
    check(&[], &[LEAF], Err(TlsFault::UnknownIssuer));
    assert_eq!(judge(&[ROOT], &[LEAF, INTERMEDIATE], &[], "bo.gov.vn"), Err(TlsFault::WrongHost));
}

#[test]
fn what_is_given_for_one_portal_completes_its_chain_and_no_other() {
    let check = |roots: &[&[u8]], shown: &[&[u8]], given: &[&[u8]], expected: Result<(), TlsFault>| {
        assert_eq!(judge(roots, shown, given, "localhost"), expected);
    };
    check(&[ROOT], &[LEAF], &[INTERMEDIATE], Ok(()));
    check(&[SELF], &[LEAF], &[INTERMEDIATE], Ok(()));
    check(&[SELF], &[LEAF, INTERMEDIATE], &[ROOT], Ok(()));
    check(&[ROOT], &[SELF], &[SELF], Ok(()));
    check(&[ROOT], &[SELF_AUTHORITY], &[SELF_AUTHORITY], Ok(()));
    // The wrong one, and none that mends what is out of date or for another host.
    check(&[ROOT], &[SELF], &[INTERMEDIATE], Err(TlsFault::SelfSigned));
    check(&[ROOT], &[EXPIRED], &[INTERMEDIATE, EXPIRED], Err(TlsFault::Expired));
    assert_eq!(judge(&[ROOT], &[LEAF], &[INTERMEDIATE], "bo.gov.vn"), Err(TlsFault::Incomplete));
}

/// A server that answers every connection with `answer`, whatever it is told.
fn raw(answer: &'static [u8]) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(answer);
        }
    });
    port
}

fn new() -> Fetcher {
    Fetcher::new(options(), Clock::System).expect("usable options")
}

async fn ask(fetcher: &Fetcher, port: u16) -> Result<Fetched, FetchError> {
    let url = format!("https://127.0.0.1:{port}/").parse().expect("an address");
    fetcher.get(Request { url: &url, what: What::Page, validators: None, home: &url, delay: None }).await
}

/// The bytes are those that `openssl s_server` sends.
#[tokio::test]
async fn old_protocols_and_weak_ciphers_are_told_apart() {
    let fetcher = new();
    let check = async |answer: &'static [u8], expected: TlsFault| {
        let error = ask(&fetcher, raw(answer)).await.expect_err("no secure connection");
        assert_eq!(error, FetchError::Tls(expected));
    };
    // An alert: fatal, protocol_version (70), handshake_failure (40), insufficient_security (71).
    check(&[0x15, 3, 1, 0, 2, 2, 70], TlsFault::OldProtocol).await;
    check(&[0x15, 3, 1, 0, 2, 2, 40], TlsFault::WeakCiphers).await;
    check(&[0x15, 3, 3, 0, 2, 2, 71], TlsFault::WeakCiphers).await;
    // A ServerHello of TLS 1.0, with ECDHE-RSA-AES256-SHA.
    const HELLO: &[u8] = &[
        0x16, 3, 1, 0, 42, 2, 0, 0, 38, 3, 1, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9,
        9, 9, 9, 9, 9, 9, 9, 9, 0, 0xc0, 0x14, 0,
    ];
    check(HELLO, TlsFault::OldProtocol).await;
    check(b"HTTP/1.1 400 Bad Request\r\n\r\n", TlsFault::NoTls).await;
    check(b"", TlsFault::BrokenOff).await;
}

/// A server with a whole handshake that shows its own certificate only.
fn lone_leaf() -> u16 {
    let key = PrivateKeyDer::from_pem_slice(LEAF_KEY).expect("a key");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![certificate(LEAF)], key)
        .expect("a certificate with its key");
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(stream) = stream else { return };
            let connection = rustls::ServerConnection::new(Arc::clone(&config)).expect("a connection");
            let mut stream = rustls::StreamOwned::new(connection, stream);
            if stream.read(&mut [0; 4096]).is_ok() {
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok");
                let _ = stream.flush();
            }
        }
    });
    port
}

#[tokio::test]
async fn a_missing_intermediate_is_mended_for_its_portal() {
    let port = lone_leaf();
    let error = ask(&new(), port).await.expect_err("nobody vouches for it").to_string();
    assert!(error.contains("intermediate") || error.contains("issuer is unknown"), "{error}");
    let trusting = new();
    trusting.trust("127.0.0.1", &[certificate(INTERMEDIATE)]);
    let answer = ask(&trusting, port).await;
    assert!(matches!(&answer, Ok(Fetched::Page(page)) if page.body == b"ok"), "{answer:?}");
    trusting.trust("127.0.0.1", &[certificate(SELF)]);
    assert!(ask(&trusting, lone_leaf()).await.is_err(), "what was given before is forgotten");
}
