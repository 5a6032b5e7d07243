//! Who uses Hikari: accounts, the people in them, and who is invited.

use serde::{Deserialize, Serialize};

use crate::error::{ApiError, Fault};

/// What a person may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Everything, the team included.
    Admin,
    /// Reports, but not the team.
    Editor,
    /// Looking and exporting.
    Viewer,
}

impl Role {
    /// The word used on the wire.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Editor => "editor",
            Self::Viewer => "viewer",
        }
    }

    /// Refuses who may not change reports.
    pub const fn may_edit(self) -> Result<(), ApiError> {
        match self {
            Self::Admin | Self::Editor => Ok(()),
            Self::Viewer => Err(ApiError::Role(self.word())),
        }
    }

    /// Refuses who may not change the team.
    pub const fn may_manage(self) -> Result<(), ApiError> {
        match self {
            Self::Admin => Ok(()),
            Self::Editor | Self::Viewer => Err(ApiError::Role(self.word())),
        }
    }
}

/// A language of the product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Locale {
    /// English.
    En,
    /// Japanese.
    Ja,
}

impl Locale {
    /// The BCP 47 tag.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Ja => "ja",
        }
    }
}

/// What an account pays for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Plan {
    /// The first month.
    Trial,
    /// Small teams.
    Pro,
    /// Companies.
    Enterprise,
}

/// A customer company.
#[derive(Debug, Clone, Serialize)]
pub struct Account {
    /// Its id, also Banso's account id.
    pub id: String,
    /// The company's name.
    pub name: String,
    /// What it pays for.
    pub plan: Plan,
    /// How many people it has paid for.
    pub seats: u32,
}

/// A person of an account.
#[derive(Debug, Clone, Serialize)]
pub struct Person {
    /// Their id, also Banso's user id.
    pub id: String,
    /// Whose customer they are.
    pub account: String,
    /// How they are called.
    pub name: String,
    /// Where exports are mailed to.
    pub email: String,
    /// What they may do.
    pub role: Role,
    /// The language they read.
    pub locale: Locale,
    /// Whether they want a mail every Monday.
    pub digest: bool,
}

/// Somebody asked to join an account who has not answered.
#[derive(Debug, Clone, Serialize)]
pub struct Invitation {
    /// Its id.
    pub id: String,
    /// Whom it was sent to.
    pub email: String,
    /// What they will be allowed to do.
    pub role: Role,
}

/// A single line of text a person typed: trimmed, not empty, at most `limit` characters.
pub fn line(field: &'static str, text: &str, limit: usize) -> Result<String, ApiError> {
    let text = text.trim();
    let refuse = |fault| Err(ApiError::Invalid { field, fault });
    if text.is_empty() {
        return refuse(Fault::Empty);
    }
    if text.chars().count() > limit {
        return refuse(Fault::Long(limit));
    }
    if text.chars().any(char::is_control) {
        return refuse(Fault::Control);
    }
    Ok(text.to_owned())
}

/// A mail address, judged only by what every address has.
pub fn email(field: &'static str, text: &str) -> Result<String, ApiError> {
    let text = line(field, text, 254)?;
    let sound = text.split_once('@').is_some_and(|(person, host)| {
        !person.is_empty() && host.contains('.') && !host.contains('@') && !host.ends_with('.')
    });
    if !sound || text.contains(char::is_whitespace) {
        return Err(ApiError::Invalid {
            field,
            fault: Fault::Mail,
        });
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typed_text() {
        let long = "あ".repeat(81);
        let cases = [
            (" Sales ", Ok("Sales")),
            ("売上", Ok("売上")),
            ("   ", Err("name is empty")),
            ("a\u{7}b", Err("name has a control character")),
            (long.as_str(), Err("name has more than 80 characters")),
        ];
        for (text, expected) in cases {
            let got = line("name", text, 80).map_err(|error| error.to_string());
            assert_eq!(got.as_deref().map_err(String::as_str), expected, "{text:?}");
        }
    }

    #[test]
    fn mail_addresses() {
        let cases = [
            ("mei@example.com", true),
            (" mei@example.co.jp ", true),
            ("mei@", false),
            ("@example.com", false),
            ("mei@example", false),
            ("mei@example.", false),
            ("a@b@c.d", false),
            ("m ei@example.com", false),
            ("", false),
        ];
        for (text, sound) in cases {
            assert_eq!(email("email", text).is_ok(), sound, "{text:?}");
        }
    }
}
