//! Reading registry files: CSV, OPML, TOML.
