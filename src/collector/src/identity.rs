//! Who a request speaks for, and whether that is believed.
//!
//! An identity token is a JSON Web Token (RFC 7519) in compact form. Only HS256 (RFC 7515, RFC 7518 section 3.2) is
//! read, with a secret from the environment: a library for all of JOSE would bring RSA and elliptic curves for one HMAC.

use std::collections::BTreeMap;

use banso_model::time::Timestamp;
use banso_model::value::Values;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::Deserialize;
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

/// How far the vendor's clock may be off, in milliseconds.
const LEEWAY_MS: i64 = 60_000;
/// Shortest secret, in bytes: RFC 7518 section 3.2 asks for at least the length of the hash.
const SHORTEST: usize = 32;
/// Longest token that is looked at, in bytes.
const LONGEST: usize = 8 * 1024;

/// The secrets that identity tokens may be signed with, by key id.
#[derive(Clone, Default)]
pub struct Secrets {
    by_kid: BTreeMap<String, Hmac<Sha256>>,
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.by_kid.keys()).finish()
    }
}

fn seal(key: &Hmac<Sha256>, text: &str) -> String {
    let mut key = key.clone();
    key.update(text.as_bytes());
    // Half of the hash: RFC 2104 section 5 allows that.
    let hash = key.finalize().into_bytes();
    URL_SAFE_NO_PAD.encode(&hash[..16])
}

/// Why the secrets cannot be used.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum SecretsError {
    /// A secret is easy to guess.
    #[error(
        "BANSO_IDENTITY_SECRET: the secret of kid {kid:?} has {len} bytes, HS256 needs at least {SHORTEST}"
    )]
    Short {
        /// Its key id.
        kid: String,
        /// Its length in bytes.
        len: usize,
    },
    /// Two secrets have one id.
    #[error("BANSO_IDENTITY_SECRET: kid {kid:?} is given twice, give every secret its own")]
    Twice {
        /// The id.
        kid: String,
    },
    /// Rotation needs two secrets, not more.
    #[error("BANSO_IDENTITY_SECRET: {count} secrets are given, at most two can be live")]
    Many {
        /// How many there are.
        count: usize,
    },
}

impl Secrets {
    /// Reads `secret` (with key id `1`) or, for rotation, `kid:secret,kid:secret`.
    ///
    /// # Errors
    /// When a secret is shorter than 32 bytes, a key id is given twice or there are more than two.
    pub fn parse(text: &str) -> Result<Self, SecretsError> {
        let mut by_kid = BTreeMap::new();
        for part in text.split(',') {
            let (kid, secret) = part
                .split_once(':')
                .map_or(("1", part), |(kid, secret)| (kid.trim(), secret));
            let secret = secret.trim().as_bytes();
            let short = || SecretsError::Short {
                kid: kid.to_owned(),
                len: secret.len(),
            };
            if secret.len() < SHORTEST {
                return Err(short());
            }
            // HMAC takes a key of any length, so this has no other way to fail.
            let key = Hmac::new_from_slice(secret).map_err(|_| short())?;
            if by_kid.insert(kid.to_owned(), key).is_some() {
                return Err(SecretsError::Twice {
                    kid: kid.to_owned(),
                });
            }
        }
        if by_kid.len() > 2 {
            return Err(SecretsError::Many {
                count: by_kid.len(),
            });
        }
        Ok(Self { by_kid })
    }

    /// Whether there is none, so that no token can be believed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_kid.is_empty()
    }

    /// A seal of a text, which only who has the secret can make. Empty when there is none.
    #[must_use]
    pub fn seal(&self, text: &str) -> String {
        let key = self.by_kid.values().next();
        key.map(|key| seal(key, text)).unwrap_or_default()
    }

    /// Whether this is a seal of a text by one of the secrets; without any, the empty one is.
    #[must_use]
    pub fn is_seal(&self, text: &str, given: &str) -> bool {
        if self.is_empty() {
            return given.is_empty();
        }
        let mut keys = self.by_kid.values();
        keys.any(|key| bool::from(seal(key, text).as_bytes().ct_eq(given.as_bytes())))
    }

    /// Reads a token that was signed with one of the secrets for this workspace. Whether it had expired is for
    /// [`Claims::held_at`] to say.
    ///
    /// # Errors
    /// [`Doubt`] says what is wrong with it.
    pub fn read(&self, token: &str, workspace: &str) -> Result<Claims, Doubt> {
        if token.len() > LONGEST {
            return Err(Doubt::Shape);
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(Doubt::Shape)?;
        let (header, claims) = signed.split_once('.').ok_or(Doubt::Shape)?;
        let header: Header = decode(header)?;
        if header.alg != "HS256" || header.crit.is_some() {
            return Err(Doubt::Algorithm);
        }
        let signature = URL_SAFE_NO_PAD
            .decode(signature)
            .map_err(|_| Doubt::Shape)?;
        self.keys(header.kid.as_deref())?
            .find(|key| {
                let mut mac = (*key).clone();
                mac.update(signed.as_bytes());
                // Compares in constant time.
                mac.verify_slice(&signature).is_ok()
            })
            .ok_or(Doubt::Signature)?;
        let claims: Claims = decode(claims)?;
        if !claims.aud.names(workspace) {
            return Err(Doubt::Audience);
        }
        Ok(claims)
    }

    /// The secret a token names, or all when it names none.
    fn keys(&self, kid: Option<&str>) -> Result<impl Iterator<Item = &Hmac<Sha256>>, Doubt> {
        if let Some(kid) = kid
            && !self.by_kid.contains_key(kid)
        {
            return Err(Doubt::Secret);
        }
        Ok(self
            .by_kid
            .iter()
            .filter(move |(known, _)| kid.is_none_or(|kid| kid == *known))
            .map(|(_, key)| key))
    }
}

fn decode<T: serde::de::DeserializeOwned>(part: &str) -> Result<T, Doubt> {
    let json = URL_SAFE_NO_PAD.decode(part).map_err(|_| Doubt::Shape)?;
    serde_json::from_slice(&json).map_err(|_| Doubt::Claims)
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    #[serde(default)]
    kid: Option<String>,
    #[serde(default)]
    crit: Option<serde_json::Value>,
}

/// Why a token, or an identity without one, is not believed. The word is a label of the metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// There is none.
    Missing,
    /// It is no JWT.
    Shape,
    /// It is not signed with HS256, or asks for an extension.
    Algorithm,
    /// It names a secret that is not live.
    Secret,
    /// Its signature is wrong.
    Signature,
    /// A claim is missing or of the wrong kind.
    Claims,
    /// It is for another workspace.
    Audience,
    /// It speaks of another user or account than the request.
    Other,
    /// It had expired, or was not yet valid.
    Expired,
}

impl Doubt {
    /// Every doubt.
    pub const ALL: [Self; 9] = [
        Self::Missing,
        Self::Shape,
        Self::Algorithm,
        Self::Secret,
        Self::Signature,
        Self::Claims,
        Self::Audience,
        Self::Other,
        Self::Expired,
    ];

    /// The word in the metrics.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Shape => "shape",
            Self::Algorithm => "algorithm",
            Self::Secret => "secret",
            Self::Signature => "signature",
            Self::Claims => "claims",
            Self::Audience => "audience",
            Self::Other => "other",
            Self::Expired => "expired",
        }
    }
}

/// What a signed token says.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Claims {
    /// The user.
    pub sub: String,
    /// The account.
    pub account: String,
    aud: Audience,
    exp: f64,
    #[serde(default)]
    nbf: Option<f64>,
    /// What the vendor's server says of both.
    #[serde(default)]
    pub traits: SignedTraits,
}

/// Traits in a token: nobody but the vendor's server can have signed them.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct SignedTraits {
    /// Of the user.
    #[serde(default)]
    pub user: Values,
    /// Of the account.
    #[serde(default)]
    pub account: Values,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

impl Audience {
    fn names(&self, workspace: &str) -> bool {
        match self {
            Self::One(one) => one == workspace,
            Self::Many(many) => many.iter().any(|one| one == workspace),
        }
    }
}

impl Claims {
    /// Whether the token was valid at an instant, give or take a minute.
    #[must_use]
    pub fn held_at(&self, instant: Timestamp) -> bool {
        instant.0 <= self.expires().0.saturating_add(LEEWAY_MS)
            && self
                .nbf
                .is_none_or(|nbf| instant.0 >= seconds(nbf).saturating_sub(LEEWAY_MS))
    }

    /// When it ends.
    #[must_use]
    pub fn expires(&self) -> Timestamp {
        Timestamp(seconds(self.exp))
    }

    /// Whether it speaks of this user of this account.
    #[must_use]
    pub fn speaks_of(&self, user: &str, account: Option<&str>) -> bool {
        self.sub == user && account.is_none_or(|account| account == self.account)
    }
}

/// Milliseconds of a number of seconds. A float cast saturates, so no claim can wrap round.
fn seconds(seconds: f64) -> i64 {
    (seconds * 1000.0) as i64
}

#[cfg(test)]
mod tests;
