//! The identity token: how Hikari proves to Banso who is signed in.
//!
//! A JSON Web Token (RFC 7519) in compact form, signed with HMAC SHA-256 (RFC 7515, HS256).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use serde::Serialize;
use sha2::Sha256;

use crate::people::{Account, Person, Plan, Role};

/// The workspace these tokens are for: the product's own name.
pub const WORKSPACE: &str = "hikari";
/// How long a token may be used, in seconds.
pub const LIFETIME: i64 = 3_600;

/// Signs tokens with one of the workspace's secrets.
pub struct Signer {
    kid: String,
    key: Hmac<Sha256>,
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Signer")
            .field("kid", &self.kid)
            .finish_non_exhaustive()
    }
}

/// Why a secret cannot sign.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// RFC 7518 section 3.2 asks for a key at least as long as the hash.
    #[error("BANSO_IDENTITY_SECRET has {0} bytes: HS256 needs at least 32")]
    Short(usize),
    /// The key cannot be used for HMAC.
    #[error("BANSO_IDENTITY_SECRET cannot be used as an HMAC key: {0}")]
    Unusable(String),
}

/// A signed token and when it ends.
#[derive(Debug, Serialize)]
pub struct Token {
    /// The compact token.
    pub token: String,
    /// Unix time in seconds after which it is refused.
    pub expires: i64,
}

#[derive(Serialize)]
struct Header<'a> {
    alg: &'a str,
    typ: &'a str,
    kid: &'a str,
}

#[derive(Serialize)]
struct Claims<'a> {
    aud: &'a str,
    sub: &'a str,
    account: &'a str,
    iat: i64,
    exp: i64,
    traits: Traits<'a>,
}

/// What Banso may believe about the person and the account, as nobody but this server can sign it.
#[derive(Serialize)]
struct Traits<'a> {
    user: UserTraits<'a>,
    account: AccountTraits<'a>,
}

#[derive(Serialize)]
struct UserTraits<'a> {
    role: Role,
    name: &'a str,
    locale: &'a str,
}

#[derive(Serialize)]
struct AccountTraits<'a> {
    plan: Plan,
    seats: u32,
    name: &'a str,
}

impl Signer {
    /// A signer whose tokens name `kid` as the secret they were signed with.
    pub fn new(kid: &str, secret: &[u8]) -> Result<Self, SecretError> {
        if secret.len() < 32 {
            return Err(SecretError::Short(secret.len()));
        }
        let key = Hmac::new_from_slice(secret)
            .map_err(|error| SecretError::Unusable(error.to_string()))?;
        Ok(Self {
            kid: kid.to_owned(),
            key,
        })
    }

    /// A token for a person of an account that can be used from `now` on for [`LIFETIME`].
    pub fn sign(
        &self,
        person: &Person,
        account: &Account,
        now: Timestamp,
    ) -> Result<Token, serde_json::Error> {
        let issued = now.as_second();
        let expires = issued + LIFETIME;
        let header = serde_json::to_vec(&Header {
            alg: "HS256",
            typ: "JWT",
            kid: &self.kid,
        })?;
        let claims = serde_json::to_vec(&Claims {
            aud: WORKSPACE,
            sub: &person.id,
            account: &account.id,
            iat: issued,
            exp: expires,
            traits: Traits {
                user: UserTraits {
                    role: person.role,
                    name: &person.name,
                    locale: person.locale.tag(),
                },
                account: AccountTraits {
                    plan: account.plan,
                    seats: account.seats,
                    name: &account.name,
                },
            },
        })?;
        let signed = format!(
            "{}.{}",
            URL_SAFE_NO_PAD.encode(header),
            URL_SAFE_NO_PAD.encode(claims)
        );
        let signature = self.signature(signed.as_bytes());
        Ok(Token {
            token: format!("{signed}.{signature}"),
            expires,
        })
    }

    fn signature(&self, signed: &[u8]) -> String {
        let mut mac = self.key.clone();
        mac.update(signed);
        URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_like_the_example_of_rfc_7515() {
        // Appendix A.1: the key, what is signed, and the signature.
        let key = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
        let signed = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
        let signer =
            Signer::new("1", &URL_SAFE_NO_PAD.decode(key).expect("base64url")).expect("64 bytes");
        assert_eq!(
            signer.signature(signed.as_bytes()),
            "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
        );
    }

    #[test]
    fn a_short_secret_is_refused() {
        for (length, refused) in [(0, true), (31, true), (32, false), (64, false)] {
            let signer = Signer::new("1", &vec![b'x'; length]);
            assert_eq!(signer.is_err(), refused, "{length}");
        }
    }
}
