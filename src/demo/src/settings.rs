//! How one Hikari server is set up.

use std::path::PathBuf;

use reqwest::Url;

use crate::identity::Signer;

/// Whether pages carry the strict content security policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Csp {
    /// The policy a careful product runs under.
    Strict,
    /// The strict policy without WebAssembly, as a host has it that never heard of the widget.
    NoWasm,
    /// No policy, to see the difference.
    Off,
}

/// Everything the pages and the API need to know from outside.
#[derive(Debug)]
pub struct Settings {
    /// Folder with `index.html`, `team.html` and `assets/`.
    pub root: PathBuf,
    /// Where the browser finds Banso.
    pub collector: Collector,
    /// Policy of the pages.
    pub csp: Csp,
    /// Signs identity tokens; without it people are identified without proof.
    pub signer: Option<Signer>,
}

/// Address of the collector: the script is loaded from it and events go to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collector(Url);

/// Why an address cannot be a collector's.
#[derive(Debug, thiserror::Error)]
pub enum CollectorError {
    /// It is no URL.
    #[error("the collector address {0:?} is no URL ({1}): write it like http://localhost:8788")]
    Unreadable(String, String),
    /// It cannot be fetched by a browser.
    #[error(
        "the collector address {0:?} must begin with http:// or https:// and have no query or fragment"
    )]
    Unusable(String),
}

impl std::str::FromStr for Collector {
    type Err = CollectorError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let url = Url::parse(text)
            .map_err(|error| CollectorError::Unreadable(text.to_owned(), error.to_string()))?;
        let plain = url.query().is_none() && url.fragment().is_none();
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() || !plain {
            return Err(CollectorError::Unusable(text.to_owned()));
        }
        Ok(Self(url))
    }
}

impl Collector {
    /// The address without a slash at its end, safe inside a double-quoted attribute.
    #[must_use]
    pub fn base(&self) -> &str {
        self.0.as_str().trim_end_matches('/')
    }

    /// Scheme, host and port, as a policy names a source.
    #[must_use]
    pub fn origin(&self) -> String {
        self.0.origin().ascii_serialization()
    }

    /// The address of a path below the collector; every segment is escaped.
    #[must_use]
    pub fn join(&self, segments: &[&str]) -> Url {
        let mut url = self.0.clone();
        // An http or https URL always has a path, so the segments can be changed.
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        url
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn collector_addresses() {
        // (text, what base and origin it has, or a word of the refusal)
        type Parts = Result<(&'static str, &'static str), &'static str>;
        let cases: &[(&str, Parts)] = &[
            (
                "http://localhost:8788",
                Ok(("http://localhost:8788", "http://localhost:8788")),
            ),
            (
                "http://localhost:8788/",
                Ok(("http://localhost:8788", "http://localhost:8788")),
            ),
            (
                "https://guide.example.com/banso/",
                Ok((
                    "https://guide.example.com/banso",
                    "https://guide.example.com",
                )),
            ),
            (
                "http://h/\"><script>",
                Ok(("http://h/%22%3E%3Cscript%3E", "http://h")),
            ),
            ("localhost:8788", Err("http://")),
            ("ftp://localhost", Err("http://")),
            ("http://h/?x=1", Err("query")),
            ("", Err("no URL")),
        ];
        for (text, expected) in cases {
            match (text.parse::<Collector>(), expected) {
                (Ok(collector), Ok((base, origin))) => {
                    assert_eq!(collector.base(), *base, "{text}");
                    assert_eq!(collector.origin(), *origin, "{text}");
                }
                (Err(error), Err(word)) => {
                    assert!(error.to_string().contains(word), "{text}: {error}");
                }
                (got, _) => panic!("{text}: {got:?}, expected {expected:?}"),
            }
        }
    }

    #[test]
    fn segments_are_escaped() {
        let collector: Collector = "http://h/deep/".parse().expect("a good address");
        assert_eq!(
            collector
                .join(&["v1", "admin", "accounts", "a/../b?c#d", "health"])
                .as_str(),
            "http://h/deep/v1/admin/accounts/a%2F..%2Fb%3Fc%23d/health"
        );
    }
}
