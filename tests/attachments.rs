//! The child that reads attached files, against files that mean harm: each ends within its limits and says why.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::io::Write;
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::ZlibEncoder;
use lantoa::extract::attachment::Kind;
use lantoa::pipeline::reader::{Limits, Outcome, Reader};

const LIMITS: Limits = Limits { text_chars: 50_000, cpu_s: 10, memory_mb: 384, wall: Duration::from_secs(30) };

async fn read(bytes: &[u8], kind: Kind, limits: &Limits) -> Outcome {
    Reader::at(env!("CARGO_BIN_EXE_lantoa")).read(bytes, kind, limits).await.unwrap()
}

fn said(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Text(text) => text.text.clone(),
        Outcome::Problem(problem) => problem.to_string(),
        Outcome::Lost(why) => why.clone(),
    }
}

fn pdf(objects: &[Vec<u8>]) -> Vec<u8> {
    let mut out = b"%PDF-1.4\n".to_vec();
    for (number, object) in (1..).zip(objects) {
        out.extend(format!("{number} 0 obj\n").bytes());
        out.extend(object);
        out.extend(b"\nendobj\n");
    }
    out.extend(b"trailer\n<< /Size 9 /Root 1 0 R >>\n%%EOF\n");
    out
}

/// A page whose content is `unit` so many times over, packed.
fn packed_page(unit: &[u8], times: usize) -> Vec<u8> {
    let mut packer = ZlibEncoder::new(Vec::new(), Compression::fast());
    for _ in 0..times {
        packer.write_all(unit).unwrap();
    }
    let packed = packer.finish().unwrap();
    let mut stream = format!("<< /Filter /FlateDecode /Length {} >>\nstream\n", packed.len()).into_bytes();
    stream.extend(packed);
    stream.extend(b"\nendstream");
    pdf(&[
        b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_vec(),
        b"<< /Type /Page /Parent 2 0 R /Resources << /Font << /F << /Type /Font /Subtype /Type1 >> >> >> /Contents 4 0 R >>".to_vec(),
        stream,
    ])
}

#[tokio::test(flavor = "multi_thread")]
async fn an_honest_file_is_read() {
    let outcome = read(b"{\\rtf1 Xin ch\\u224?o}", Kind::Rtf, &LIMITS).await;
    assert_eq!(said(&outcome), "Xin chào");
}

#[tokio::test(flavor = "multi_thread")]
async fn memory_is_bounded() {
    let outcome = read(&packed_page(&[b' '; 1 << 20], 1_500), Kind::Pdf, &LIMITS).await;
    assert!(matches!(outcome, Outcome::Lost(_) | Outcome::Problem(_)), "{outcome:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn time_is_bounded() {
    let page = packed_page(&b"BT /F 9 Tf (word) Tj ET ".repeat(40_000), 60);
    let started = Instant::now();
    let outcome = read(&page, Kind::Pdf, &Limits { cpu_s: 1, memory_mb: 1_024, ..LIMITS }).await;
    assert!(started.elapsed() < Duration::from_secs(25), "{:?}", started.elapsed());
    // A fast machine may be done in time: then the text is cut at its limit.
    match &outcome {
        Outcome::Lost(why) => assert!(why.contains("processor time"), "{why}"),
        Outcome::Text(text) => assert!(text.cut),
        Outcome::Problem(problem) => panic!("{problem}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_child_that_hangs_is_killed() {
    // A program that never answers stands for a reader that never ends.
    let sleeper = tempfile::tempdir().unwrap();
    let program = sleeper.path().join("sleeper");
    std::fs::write(&program, "#!/bin/sh\nexec sleep 600\n").unwrap();
    std::fs::set_permissions(&program, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let limits = Limits { wall: Duration::from_millis(300), ..LIMITS };
    let outcome = Reader::at(&program).read(b"%PDF-1.4", Kind::Pdf, &limits).await.unwrap();
    assert!(said(&outcome).contains("stopped after"), "{outcome:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_child_that_talks_without_end_is_stopped() {
    let talker = tempfile::tempdir().unwrap();
    let program = talker.path().join("talker");
    std::fs::write(&program, "#!/bin/sh\nexec yes\n").unwrap();
    std::fs::set_permissions(&program, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let outcome = Reader::at(&program).read(b"%PDF-1.4", Kind::Pdf, &LIMITS).await.unwrap();
    assert!(said(&outcome).contains("wrote more than"), "{outcome:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_believed_of_a_program_that_is_another() {
    let outcome = Reader::at("/bin/true").read(b"x", Kind::Pdf, &LIMITS).await.unwrap();
    assert_eq!(said(&outcome), "the reader gave no answer");
}
