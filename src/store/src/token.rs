//! Tokens of programs: what each may do, and how it is recognised. The token itself is never kept.

use banso_model::time::Timestamp;

/// What a token's owner may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Post events as a server.
    Ingest,
    /// Everything in the admin API.
    Admin,
    /// Import history.
    Import,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 3] = [Self::Ingest, Self::Admin, Self::Import];

    /// Its word in commands, answers and tables.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ingest => "ingest",
            Self::Admin => "admin",
            Self::Import => "import",
        }
    }

    /// Reads its word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.word() == word)
    }
}

/// A token as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is called by in lists and when it is revoked; no secret.
    pub id: String,
    /// What its owner may do.
    pub scope: Scope,
    /// Whose it is, in the words of whoever made it.
    pub name: String,
    /// BLAKE3 of the token. A token is 256 random bits, so that no slower hash is needed.
    pub hash: [u8; 32],
    /// When it was made.
    pub created: Timestamp,
}
