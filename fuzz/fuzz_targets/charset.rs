//! Any bytes as HTML and as XML, with and without a declared type: text comes out, under a name that WHATWG knows.

#![no_main]

use lantoa::fetch;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (&[u8], Option<&str>)| {
    let (body, content_type) = input;
    for decoded in [fetch::decode(body, content_type), fetch::decode_xml(body, content_type)] {
        assert!(encoding_rs::Encoding::for_label(decoded.encoding.as_bytes()).is_some(), "{}", decoded.encoding);
        // One byte becomes at most three in UTF-8 (U+FFFD), and normalising may take letters apart but not multiply them.
        assert!(decoded.text.len() <= 9 * body.len() + 16, "{} bytes became {}", body.len(), decoded.text.len());
    }
});
