//! Which articles are a user's, as a text that a page carries from the session to a search and that nobody can make up.
//!
//! A search is a plain `GET`, so that no request needs a preflight and none has a token in its address. What the session
//! found out is therefore sealed with the secret that identity tokens are signed with; where there is none, the page's
//! word is taken for everything anyway.

use crate::identity::Secrets;

/// Which of a library's conditions hold for a user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Audience(pub Vec<bool>);

impl Audience {
    /// Whether a condition holds.
    #[must_use]
    pub fn has(&self, condition: usize) -> bool {
        self.0.get(condition).copied().unwrap_or_default()
    }

    /// The text that stands for it. Empty when nothing holds, which needs no proof.
    #[must_use]
    pub fn sealed(&self, secrets: &Secrets, workspace: &str) -> String {
        if !self.0.contains(&true) {
            return String::new();
        }
        let bits: String = self
            .0
            .iter()
            .map(|holds| if *holds { '1' } else { '0' })
            .collect();
        let seal = secrets.seal(&spoken(workspace, &bits));
        format!("{bits}.{seal}")
    }

    /// Reads the text. Of one that is not as it was sealed nothing holds; so it is with one that a library of another
    /// number of conditions gave.
    #[must_use]
    pub fn read(text: &str, conditions: usize, secrets: &Secrets, workspace: &str) -> Self {
        let Some((bits, seal)) = text.split_once('.') else {
            return Self::default();
        };
        let fits = bits.len() == conditions && bits.bytes().all(|bit| matches!(bit, b'0' | b'1'));
        if !fits || !secrets.is_seal(&spoken(workspace, bits), seal) {
            return Self::default();
        }
        Self(bits.bytes().map(|bit| bit == b'1').collect())
    }
}

/// What is sealed: nothing else that the secret signs reads like this.
fn spoken(workspace: &str, bits: &str) -> String {
    format!("help\n{workspace}\n{bits}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets(text: &str) -> Secrets {
        Secrets::parse(text).expect("secrets")
    }

    #[test]
    fn only_what_was_sealed_is_believed() {
        let old = secrets("a:0123456789abcdef0123456789abcdef");
        let both = secrets("a:0123456789abcdef0123456789abcdef,b:fedcba9876543210fedcba9876543210");
        let other = secrets("fedcba9876543210fedcba9876543210");
        let audience = Audience(vec![true, false, true]);
        let text = audience.sealed(&old, "hikari");
        assert!(text.starts_with("101."), "{text}");
        let forged = text.replacen("101", "111", 1);
        for (text, conditions, secrets, workspace, believed) in [
            (text.as_str(), 3, &old, "hikari", true),
            (&text, 3, &both, "hikari", true),
            (&text, 3, &other, "hikari", false),
            (&text, 3, &old, "other", false),
            (&text, 4, &old, "hikari", false),
            (&forged, 3, &old, "hikari", false),
            ("111.", 3, &old, "hikari", false),
            ("111", 3, &old, "hikari", false),
            ("", 3, &old, "hikari", false),
        ] {
            let read = Audience::read(text, conditions, secrets, workspace);
            assert_eq!(read == audience, believed, "{text} of {conditions}");
            assert!(believed || !read.0.contains(&true), "{text}");
        }
        assert_eq!(Audience(vec![false]).sealed(&old, "hikari"), "");
        // Without a secret whoever claims to be someone is taken at their word.
        let none = Secrets::default();
        let text = audience.sealed(&none, "hikari");
        assert_eq!(Audience::read(&text, 3, &none, "hikari"), audience);
    }
}
