//! `a=1&b=2` from addresses and forms: read without ever failing, written back in addresses.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request;
use axum::response::IntoResponse;
use url::form_urlencoded;

use super::trouble::Trouble;

/// Pairs that are read at most; nobody ticks more boxes.
const MAX_PAIRS: usize = 200;

/// The fields of a form or of a query, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Form(Vec<(String, String)>);

/// Reads fields; bytes that are no UTF-8 become replacement characters.
pub(super) fn read(bytes: &[u8]) -> Form {
    Form(form_urlencoded::parse(bytes).take(MAX_PAIRS).map(|(key, value)| (key.into(), value.into())).collect())
}

/// Writes fields as the query of an address.
pub(super) fn write<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// A part of an address as people read it.
pub(super) fn unescaped(part: &str) -> String {
    // A plus sign is a blank only in a query.
    let pair = format!("x={}", part.replace('+', "%2B").replace('&', "%26"));
    form_urlencoded::parse(pair.as_bytes()).map(|(_, value)| value.into_owned()).collect()
}

/// A text as one part of a path: a blank becomes `%20` there, not `+`.
pub(super) fn escaped(part: &str) -> String {
    form_urlencoded::byte_serialize(part.as_bytes()).map(|piece| if piece == "+" { "%20" } else { piece }).collect()
}

impl Form {
    /// The first value of a field, without blanks around it; nothing when it is absent or blank.
    pub(super) fn get(&self, key: &str) -> Option<&str> {
        self.all(key).next()
    }

    /// Every value of a field that is not blank.
    pub(super) fn all<'a, 'k>(&'a self, key: &'k str) -> impl Iterator<Item = &'a str> + use<'a, 'k> {
        self.0.iter().filter(move |(k, _)| k == key).map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
    }

    /// The first value exactly as it was sent: blanks belong to a password.
    pub(super) fn exact(&self, key: &str) -> Option<&str> {
        self.0.iter().find(|(k, value)| k == key && !value.is_empty()).map(|(_, value)| value.as_str())
    }

    /// The fields but one, in order.
    pub(super) fn without<'a>(&'a self, key: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.0.iter().filter(move |(k, _)| k != key).map(|(k, value)| (k.as_str(), value.as_str()))
    }
}

/// What stands after the `?`.
pub(super) struct Query(pub(super) Form);

impl<S: Send + Sync> FromRequestParts<S> for Query {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut request::Parts, _: &S) -> Result<Self, Trouble> {
        Ok(Self(read(parts.uri.query().unwrap_or_default().as_bytes())))
    }
}

impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = axum::response::Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Self::Rejection> {
        let body = Bytes::from_request(request, state).await.map_err(IntoResponse::into_response)?;
        Ok(read(&body))
    }
}
