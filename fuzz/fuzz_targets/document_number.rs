//! Any text with numbers in it: each place lies in the text, and a canonical number is its own canonical form.

#![no_main]

use lantoa::vietnamese::document;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    for number in document::find(text) {
        assert_eq!(document::canonical(&number).as_deref(), Some(number.as_str()), "found in {text:?}");
        let _ = (document::type_name(&number), document::issuer(&number));
    }
    for cited in document::find_with_places(text) {
        assert!(text.get(cited.start..cited.end).is_some(), "{cited:?} lies outside {text:?}");
    }
});
