//! Which pages a URL pattern means.
//!
//! A pattern that begins with `/` is matched against the path, and against query and fragment only where it has them; any
//! other is matched against the whole URL. Both follow the URLPattern standard: in a browser its own `URLPattern` says,
//! elsewhere [`Patterns`] (feature `native`).

/// Whoever can match a page against a URL pattern.
pub trait PageMatch {
    /// Whether `url`, absolute or beginning with `/`, matches `pattern`. A pattern that is none matches nothing.
    fn matches(&self, pattern: &str, url: &str) -> bool;
}

#[cfg(feature = "native")]
pub use native::{PatternError, Patterns};

#[cfg(feature = "native")]
mod native {
    use std::collections::BTreeMap;
    use std::fmt;
    use std::sync::{Arc, PoisonError, RwLock};

    use urlpattern::regexp::RegExp;
    use urlpattern::{UrlPattern, UrlPatternInit, UrlPatternMatchInput, UrlPatternOptions};

    use super::PageMatch;

    /// Stands for any origin: what a pattern without one is resolved against, and the paths it is matched with.
    const ANY_ORIGIN: &str = "http://any.invalid";

    /// A text that is no URL pattern.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct PatternError {
        pattern: String,
        reason: String,
    }

    impl fmt::Display for PatternError {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            let Self { pattern, reason } = self;
            write!(
                f,
                "{pattern:?} is no URL pattern: {reason}; write a path such as /reports/:id or an address with its origin"
            )
        }
    }

    impl std::error::Error for PatternError {}

    /// URL patterns, compiled once each.
    #[derive(Debug, Default)]
    pub struct Patterns {
        compiled: RwLock<BTreeMap<String, Arc<Result<UrlPattern, PatternError>>>>,
    }

    impl Patterns {
        /// Whether `pattern` is a URL pattern.
        ///
        /// # Errors
        /// Says what is wrong with it when it is none.
        pub fn check(pattern: &str) -> Result<(), PatternError> {
            let compiled: Result<UrlPattern, PatternError> = compile(pattern);
            compiled.map(|_| ())
        }

        fn compiled(&self, pattern: &str) -> Arc<Result<UrlPattern, PatternError>> {
            // A panic elsewhere cannot leave half a pattern behind, so a poisoned lock is as good as any.
            let known = self
                .compiled
                .read()
                .unwrap_or_else(PoisonError::into_inner)
                .get(pattern)
                .cloned();
            known.unwrap_or_else(|| {
                let compiled = Arc::new(compile(pattern));
                self.compiled
                    .write()
                    .unwrap_or_else(PoisonError::into_inner)
                    .insert(pattern.to_owned(), Arc::clone(&compiled));
                compiled
            })
        }
    }

    /// Generic, so that the default kind of regular expression is the crate's to choose.
    fn compile<R: RegExp>(pattern: &str) -> Result<UrlPattern<R>, PatternError> {
        let error = |reason: String| PatternError {
            pattern: pattern.to_owned(),
            reason,
        };
        let base = if pattern.starts_with('/') {
            Some(
                ANY_ORIGIN
                    .parse()
                    .map_err(|reason| error(format!("{reason}")))?,
            )
        } else {
            None
        };
        let init = UrlPatternInit::parse_constructor_string::<R>(pattern, base)
            .map_err(|reason| error(reason.to_string()))?;
        UrlPattern::parse(init, UrlPatternOptions::default())
            .map_err(|reason| error(reason.to_string()))
    }

    impl PageMatch for Patterns {
        fn matches(&self, pattern: &str, url: &str) -> bool {
            let compiled = self.compiled(pattern);
            let Ok(compiled) = &*compiled else {
                return false;
            };
            let absolute;
            let url = if pattern.starts_with('/') {
                absolute = format!("{ANY_ORIGIN}{}", path_of(url));
                &absolute
            } else {
                url
            };
            match url.parse() {
                Ok(url) => compiled
                    .test(UrlPatternMatchInput::Url(url))
                    .unwrap_or(false),
                Err(_) => false,
            }
        }
    }

    /// The path of a URL with what follows it; `/` when there is none.
    fn path_of(url: &str) -> &str {
        if url.starts_with('/') {
            return url;
        }
        url.split_once("://")
            .and_then(|(_, rest)| rest.find('/').and_then(|at| rest.get(at..)))
            .unwrap_or("/")
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn patterns_match_as_the_standard_says() {
            let patterns = Patterns::default();
            for (pattern, url, expected) in [
                ("/reports/*", "https://app.example.com/reports/new", true),
                ("/reports/*", "/reports/new/step", true),
                ("/reports/*", "/reports/", true),
                ("/reports/*", "/reports", false),
                ("/reports{/*}?", "/reports", true),
                ("/reports/:id", "/reports/42", true),
                ("/reports/:id", "/reports/42/edit", false),
                ("/reports/:id(\\d+)", "/reports/new", false),
                ("/reports/:id(\\d+)", "/reports/42", true),
                ("/reports", "/reports?sort=name#top", true),
                ("/reports?sort=*", "/reports?sort=name", true),
                ("/reports?sort=*", "/reports", false),
                ("/app#/reports/*", "/app#/reports/1", true),
                ("/app#/reports/*", "/app#/users/1", false),
                ("/", "https://app.example.com", true),
                (
                    "/レポート/*",
                    "/%E3%83%AC%E3%83%9D%E3%83%BC%E3%83%88/1",
                    true,
                ),
                (
                    "https://app.example.com/*",
                    "https://app.example.com/reports",
                    true,
                ),
                (
                    "https://app.example.com/*",
                    "https://www.example.com/reports",
                    false,
                ),
                (
                    "https://*.example.com/*",
                    "https://www.example.com/reports",
                    true,
                ),
                ("https://app.example.com/*", "/reports", false),
            ] {
                assert_eq!(patterns.matches(pattern, url), expected, "{pattern} {url}");
                assert_eq!(
                    patterns.matches(pattern, url),
                    expected,
                    "again: {pattern} {url}"
                );
            }
        }

        #[test]
        fn what_is_no_pattern_matches_nothing_and_says_why() {
            for pattern in ["reports", "", "/reports/:id(", "/reports/{"] {
                let error = Patterns::check(pattern).expect_err(pattern).to_string();
                assert!(error.contains("is no URL pattern"), "{error}");
                assert!(
                    !Patterns::default().matches(pattern, "/reports"),
                    "{pattern}"
                );
            }
            assert_eq!(Patterns::check("/reports/:id"), Ok(()));
        }
    }
}
