//! Tokens of programs: made here, told once, and known afterwards by their hash.

use std::sync::Arc;

use arc_swap::ArcSwap;
use banso_model::time::Timestamp;
use banso_store::token::{Scope, Token};
use banso_store::{Store, StoreError};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rustc_hash::FxHashMap;

/// What a token begins with, so that one that leaked is recognised.
const PREFIX: &str = "banso_";

/// The tokens that are taken now.
#[derive(Debug, Default)]
pub struct Tokens(ArcSwap<FxHashMap<[u8; 32], Known>>);

/// A token that is taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// Its id, which is no secret.
    pub id: String,
    /// What its owner may do.
    pub scope: Scope,
}

impl Tokens {
    /// Reads them anew.
    ///
    /// # Errors
    /// [`StoreError`] when they cannot be read; those known before are taken on.
    pub async fn load(&self, store: &dyn Store) -> Result<(), StoreError> {
        let known = store.tokens().await?.into_iter().map(|token| {
            let known = Known {
                id: token.id,
                scope: token.scope,
            };
            (token.hash, known)
        });
        self.0.store(Arc::new(known.collect()));
        Ok(())
    }

    /// The token with this text. It is looked up by its hash, so the time it takes tells nothing about it.
    #[must_use]
    pub fn known(&self, text: &str) -> Option<Known> {
        let known = self.0.load();
        if known.is_empty() || !text.starts_with(PREFIX) {
            return None;
        }
        known.get(&hash(text)).cloned()
    }
}

fn hash(text: &str) -> [u8; 32] {
    *blake3::hash(text.as_bytes()).as_bytes()
}

/// Makes a token: what is told once, and what is kept.
///
/// # Errors
/// When the system gives no random bytes.
pub fn make(
    scope: Scope,
    name: String,
    created: Timestamp,
) -> Result<(String, Token), getrandom::Error> {
    let (mut id, mut secret) = ([0; 6], [0; 32]);
    getrandom::fill(&mut id)?;
    getrandom::fill(&mut secret)?;
    let id = id
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect::<String>();
    let text = format!("{PREFIX}{id}_{}", URL_SAFE_NO_PAD.encode(secret));
    let token = Token {
        id,
        scope,
        name,
        hash: hash(&text),
        created,
    };
    Ok((text, token))
}
