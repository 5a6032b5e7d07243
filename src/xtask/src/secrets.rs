//! The demo's secrets: made once, kept beside its data, and given to both servers through the environment.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

/// What the collector and the demo product both know.
#[derive(Serialize, Deserialize)]
pub struct Secrets {
    identity_secret: String,
    admin_token: String,
}

impl Secrets {
    /// Reads the secrets of a data folder, or makes them, readable by their owner alone.
    pub fn kept_in(folder: &Path) -> Result<Self> {
        let path = folder.join("secrets.json");
        if path.is_file() {
            let text =
                std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
            return serde_json::from_slice(&text).with_context(|| {
                format!(
                    "{} is not what the demo wrote: remove it to get new secrets",
                    path.display()
                )
            });
        }
        let secrets = Self {
            identity_secret: random()?,
            admin_token: random()?,
        };
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)
            .with_context(|| format!("cannot write {}", path.display()))?;
        file.write_all(serde_json::to_string_pretty(&secrets)?.as_bytes())?;
        Ok(secrets)
    }

    /// Gives them to a command.
    pub fn give(&self, command: &mut Command) {
        command.env("BANSO_IDENTITY_SECRET", &self.identity_secret);
        command.env("BANSO_ADMIN_TOKEN", &self.admin_token);
    }

    /// What `Authorization: Bearer` takes.
    pub fn admin_token(&self) -> &str {
        &self.admin_token
    }
}

/// 256 bits as 64 hex digits.
fn random() -> Result<String> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).context("the system gives no random bytes")?;
    Ok(blake3::Hash::from_bytes(bytes).to_hex().to_string())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn secrets_stay_with_their_folder_and_are_read_by_their_owner_alone() {
        let (one, other) = (
            tempfile::tempdir().expect("a folder"),
            tempfile::tempdir().expect("a folder"),
        );
        let tokens = [one.path(), one.path(), other.path()]
            .map(|folder| Secrets::kept_in(folder).expect("made or read").admin_token);
        assert_eq!(tokens[0], tokens[1]);
        assert_ne!(tokens[0], tokens[2]);
        assert_eq!(tokens[0].len(), 64);
        let file = std::fs::metadata(one.path().join("secrets.json")).expect("a file");
        assert_eq!(file.permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_broken_file_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("secrets.json"), "{}").expect("written");
        let error = Secrets::kept_in(folder.path())
            .map(|_| ())
            .expect_err("it is broken");
        assert!(
            error.to_string().contains("remove it to get new secrets"),
            "{error}"
        );
    }
}
