//! Undoes the compression of a body as it comes, behind a wall that its size cannot pass.

use std::io::{self, Write};

use brotli_decompressor::DecompressorWriter;
use flate2::write::{DeflateDecoder, GzDecoder, ZlibDecoder};
use reqwest::header::{CONTENT_ENCODING, HeaderMap, HeaderName, TRANSFER_ENCODING};

use super::FetchError;

/// Codings laid over each other; more are a trap.
const MAX_CODINGS: usize = 3;

/// First octet of a gzip member.
const GZIP_MAGIC: u8 = 0x1f;

/// How a body is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coding {
    Identity,
    Gzip,
    Deflate,
    Brotli,
}

impl Coding {
    /// Reads `Content-Encoding`: the codings in the order in which they are undone. Names that no compression has (`utf-8` is one that servers send) mean nothing, as
    /// in browsers; a compression that was not asked for is an error, because its bytes would pass for text.
    pub(super) fn of(headers: &HeaderMap) -> Result<Vec<Self>, FetchError> {
        // The client undoes `chunked` only; we never ask for another transfer coding.
        let transfer = names(headers, &TRANSFER_ENCODING);
        if let Some(other) = transfer.iter().find(|name| !matches!(name.as_str(), "chunked" | "identity")) {
            return Err(FetchError::Broken(format!("transfer coding {other:?}, which was not asked for")));
        }
        let mut codings = Vec::new();
        for name in names(headers, &CONTENT_ENCODING) {
            let next = match name.as_str() {
                "gzip" | "x-gzip" => Self::Gzip,
                "deflate" => Self::Deflate,
                "br" => Self::Brotli,
                "compress" | "x-compress" | "zstd" | "dcb" | "dcz" | "bzip2" => {
                    return Err(FetchError::Broken(format!("compressed with {name}, which was not asked for")));
                }
                _ => continue,
            };
            codings.push(next);
            if codings.len() > MAX_CODINGS {
                return Err(FetchError::Broken(format!("compressed more than {MAX_CODINGS} times")));
            }
        }
        codings.reverse();
        Ok(codings)
    }

    /// Undoes one coding of a body that is at hand whole.
    pub(super) fn unpack(self, body: &[u8], max: usize) -> Result<Vec<u8>, FetchError> {
        let mut decoder = Decoder::new(self, max);
        match decoder.push(body) {
            Err(_) if decoder.is_full() => Err(FetchError::TooLarge { limit_bytes: max as u64 }),
            pushed => pushed.and_then(|()| decoder.finish()).map_err(|error| self.damaged(&error)),
        }
    }

    /// The error of a body that does not unpack.
    pub(super) fn damaged(self, error: &io::Error) -> FetchError {
        let name = match self {
            Self::Identity => "plain",
            Self::Gzip => "gzip",
            Self::Deflate => "deflate",
            Self::Brotli => "brotli",
        };
        FetchError::Broken(format!("the {name} body is damaged or cut short: {}", error.to_string().to_lowercase()))
    }
}

/// The members of a list header, lower case.
fn names(headers: &HeaderMap, header: &HeaderName) -> Vec<String> {
    let values =
        headers.get_all(header).iter().map(|value| String::from_utf8_lossy(value.as_bytes()).to_ascii_lowercase());
    let names = values.flat_map(|value| value.split(',').map(|name| name.trim().to_owned()).collect::<Vec<_>>());
    names.filter(|name| !name.is_empty()).collect()
}

/// The decompressed bytes so far, and a wall they cannot pass.
#[derive(Default)]
pub(super) struct Sink {
    bytes: Vec<u8>,
    max: usize,
    full: bool,
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(self.max - self.bytes.len());
        self.bytes.extend_from_slice(&bytes[..taken]);
        if taken < bytes.len() {
            self.full = true;
            return Err(io::Error::other("the limit was reached"));
        }
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// One coding at work on a [`Sink`].
pub(super) enum Decoder {
    Identity(Sink),
    Gzip(GzDecoder<Sink>),
    /// `deflate` before its first byte, which tells the two forms in use apart.
    Deflate(Sink),
    Zlib(ZlibDecoder<Sink>),
    Raw(DeflateDecoder<Sink>),
    Brotli(Box<DecompressorWriter<Sink>>),
}

impl Decoder {
    pub(super) fn new(coding: Coding, max: usize) -> Self {
        let sink = Sink { max, ..Sink::default() };
        match coding {
            Coding::Identity => Self::Identity(sink),
            Coding::Gzip => Self::Gzip(GzDecoder::new(sink)),
            Coding::Deflate => Self::Deflate(sink),
            Coding::Brotli => Self::Brotli(Box::new(DecompressorWriter::new(sink, 16 << 10))),
        }
    }

    /// Takes a chunk. What follows the end of a compressed stream is padding and is dropped.
    pub(super) fn push(&mut self, chunk: &[u8]) -> io::Result<()> {
        if let (Self::Deflate(sink), Some(&first)) = (&mut *self, chunk.first()) {
            let sink = std::mem::take(sink);
            // RFC 1950 begins with method 8 and a window of at most 32 KiB; some servers send RFC 1951 alone.
            let is_zlib = first & 0x0f == 8 && first >> 4 <= 7;
            *self = if is_zlib { Self::Zlib(ZlibDecoder::new(sink)) } else { Self::Raw(DeflateDecoder::new(sink)) };
        }
        let mut rest = chunk;
        while let Some(&first) = rest.first() {
            match self.writer().write(rest)? {
                0 if first == GZIP_MAGIC && self.next_member()? => {}
                0 => break,
                taken => rest = &rest[taken..],
            }
        }
        // Decoders keep what they could not hand on yet; the limits are about what was unpacked.
        self.writer().flush()
    }

    fn writer(&mut self) -> &mut dyn Write {
        match self {
            Self::Identity(sink) | Self::Deflate(sink) => sink,
            Self::Gzip(decoder) => decoder,
            Self::Zlib(decoder) => decoder,
            Self::Raw(decoder) => decoder,
            Self::Brotli(decoder) => decoder,
        }
    }

    /// Begins the next member of a gzip stream of several (RFC 1952 §2.2).
    fn next_member(&mut self) -> io::Result<bool> {
        let Self::Gzip(decoder) = self else { return Ok(false) };
        decoder.try_finish()?;
        *decoder = GzDecoder::new(std::mem::take(decoder.get_mut()));
        Ok(true)
    }

    fn sink(&self) -> &Sink {
        match self {
            Self::Identity(sink) | Self::Deflate(sink) => sink,
            Self::Gzip(decoder) => decoder.get_ref(),
            Self::Zlib(decoder) => decoder.get_ref(),
            Self::Raw(decoder) => decoder.get_ref(),
            Self::Brotli(decoder) => decoder.get_ref(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.sink().bytes.len()
    }

    pub(super) fn is_full(&self) -> bool {
        self.sink().full
    }

    /// What was unpacked so far.
    pub(super) fn into_bytes(mut self) -> Vec<u8> {
        let sink = match &mut self {
            Self::Identity(sink) | Self::Deflate(sink) => sink,
            Self::Gzip(decoder) => decoder.get_mut(),
            Self::Zlib(decoder) => decoder.get_mut(),
            Self::Raw(decoder) => decoder.get_mut(),
            Self::Brotli(decoder) => decoder.get_mut(),
        };
        std::mem::take(&mut sink.bytes)
    }

    /// Everything, provided that the compressed stream came to its end.
    pub(super) fn finish(self) -> io::Result<Vec<u8>> {
        let sink = match self {
            Self::Identity(sink) | Self::Deflate(sink) => sink,
            Self::Gzip(decoder) => decoder.finish()?,
            Self::Zlib(decoder) => decoder.finish()?,
            Self::Raw(decoder) => decoder.finish()?,
            Self::Brotli(decoder) => decoder.into_inner().map_err(|_| io::Error::from(io::ErrorKind::UnexpectedEof))?,
        };
        Ok(sink.bytes)
    }
}

#[cfg(test)]
mod tests {
    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

    use super::*;

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text).expect("memory");
        encoder.finish().expect("memory")
    }

    fn check(coding: Coding, bytes: &[u8], expected: Result<&[u8], ()>) {
        for size in [1, 3, bytes.len().max(1)] {
            let mut decoder = Decoder::new(coding, 1_000);
            let pushed: io::Result<()> = bytes.chunks(size).try_for_each(|chunk| decoder.push(chunk));
            let got = pushed.and_then(|()| decoder.finish());
            assert_eq!(got.as_deref().map_err(|_| ()), expected, "{coding:?} by {size}");
        }
    }

    #[test]
    fn codings_of_one_text() {
        let text = "Lan tỏa ".repeat(20);
        let text = text.as_bytes();
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::default());
        zlib.write_all(text).expect("memory");
        let mut raw = DeflateEncoder::new(Vec::new(), Compression::default());
        raw.write_all(text).expect("memory");
        check(Coding::Identity, text, Ok(text));
        check(Coding::Gzip, &gzip(text), Ok(text));
        check(Coding::Deflate, &zlib.finish().expect("memory"), Ok(text));
        check(Coding::Deflate, &raw.finish().expect("memory"), Ok(text));
        let padded = [gzip(text), vec![0; 16]].concat();
        check(Coding::Gzip, &padded, Ok(text));
        // An empty meta-block that is the last one, from RFC 7932 §9.
        check(Coding::Brotli, &[0x06], Ok(b""));
        check(Coding::Brotli, b"\x0b\x02\x80hello\x03", Ok(b"hello"));
        let (half, other) = text.split_at(30);
        check(Coding::Gzip, &[gzip(half), gzip(other)].concat(), Ok(text));
        check(Coding::Identity, &[b'a'; 1_001], Err(()));
        check(Coding::Gzip, &gzip(&[b'a'; 1_001]), Err(()));
        check(Coding::Gzip, &gzip(text)[..20], Err(()));
        check(Coding::Gzip, text, Err(()));
        check(Coding::Brotli, b"\x0b\x02\x80hel", Err(()));
    }

    #[test]
    fn content_encoding_as_sent() {
        let check = |value: &str, expected: Option<&[Coding]>| {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_ENCODING, value.parse().expect("a header value"));
            assert_eq!(Coding::of(&headers).ok().as_deref(), expected, "{value}");
        };
        check("", Some(&[]));
        check("utf-8", Some(&[]));
        check("X-GZIP", Some(&[Coding::Gzip]));
        check("identity, br", Some(&[Coding::Brotli]));
        check("deflate, identity, gzip", Some(&[Coding::Gzip, Coding::Deflate]));
        check("gzip, gzip, gzip, gzip", None);
        check("zstd", None);
    }
}
