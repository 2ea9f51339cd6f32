//! The seam at which other houses vouch for people. In: an identity that was checked elsewhere. Out: a session. Roles and
//! portals are never taken from outside.

use anyhow::Result;
use futures::FutureExt;

use super::sign_in::{admit, from};
use super::{Caller, Options, SignedIn, table};
use crate::clock::Timestamp;
use crate::store::Store;

/// Somebody whose identity another house vouches for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Who vouches, e.g. the issuer of an OpenID Connect token.
    pub issuer: String,
    /// The name of the account here. Accounts are made by administrators, never by a sign-in.
    pub name: String,
}

/// Lets in whom another house vouches for, or nobody when there is no such account or it is disabled: the seam at which
/// OpenID Connect is added. Whoever calls this has checked signature, audience, nonce and time of the token; role and
/// portals are the account's own.
///
/// # Errors
/// When the record cannot be read or written.
pub async fn enter_as(
    store: &Store,
    options: &Options,
    identity: &Identity,
    caller: &Caller,
    now: Timestamp,
) -> Result<Option<SignedIn>> {
    let (identity, options, caller) = (identity.clone(), options.clone(), caller.clone());
    store
        .write(move |connection| {
            async move {
                let known = table::by_name(connection, &identity.name).await?;
                match known.filter(|account| !account.disabled) {
                    Some(account) => admit(connection, account.id, &options, &identity.issuer, &caller, now).await,
                    None => {
                        let detail =
                            format!("unknown or disabled, vouched for by {}{}", identity.issuer, from(&caller));
                        table::audit(connection, "", "sign-in refused", &identity.name, &detail, now).await?;
                        Ok(None)
                    }
                }
            }
            .boxed()
        })
        .await
}
