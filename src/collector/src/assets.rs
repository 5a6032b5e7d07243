//! The files a host page downloads: loader, types, glue and wasm, embedded when the collector was built.
//!
//! A pure lookup from path to bytes. Who serves them adds, beside what each [`Asset`] says, the headers that let any
//! page embed them (`Access-Control-Allow-Origin: *`, `Cross-Origin-Resource-Policy: cross-origin`) and
//! `Vary: Accept-Encoding`, and sends `brotli` with `Content-Encoding: br` to who accepts it.

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

/// One embedded file.
#[derive(Debug, PartialEq, Eq)]
pub struct Asset {
    /// The path it is served under, e.g. `/banso.js` or `/w/0123456789ab/banso_widget_bg.wasm`.
    pub path: &'static str,
    /// The value of `Content-Type`.
    pub content_type: &'static str,
    /// How long a browser may keep it.
    pub cache: Cache,
    /// The value of `ETag`, with its quotes. It names the uncompressed bytes.
    pub etag: &'static str,
    /// The bytes as they are.
    pub raw: &'static [u8],
    /// The bytes after brotli.
    pub brotli: &'static [u8],
}

/// How long a browser may keep a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cache {
    /// The path names the build, so the bytes never change.
    Immutable,
    /// The path is stable, so the bytes change with the next release.
    Short,
}

impl Cache {
    /// The value of `Cache-Control`.
    pub fn control(self) -> &'static str {
        match self {
            Self::Immutable => "public, max-age=31536000, immutable",
            Self::Short => "public, max-age=300, stale-while-revalidate=86400",
        }
    }
}

/// What is known about a path.
#[derive(Debug, PartialEq, Eq)]
pub enum Found {
    /// The file.
    Asset(&'static Asset),
    /// This build has assets, but none under this path: a 404.
    Unknown,
    /// This build has no assets at all: a 503 with [`NOT_BUILT`].
    NotBuilt,
}

/// What to answer when the collector was compiled without assets.
pub const NOT_BUILT: &str = "built without assets: run cargo xtask build";

/// The id of the widget build inside, if there is one.
pub fn build() -> Option<&'static str> {
    BUILD
}

/// Looks a path up.
pub fn find(path: &str) -> Found {
    find_in(FILES, path)
}

fn find_in(files: &'static [Asset], path: &str) -> Found {
    if files.is_empty() {
        return Found::NotBuilt;
    }
    files
        .iter()
        .find(|asset| asset.path == path)
        .map_or(Found::Unknown, Found::Asset)
}

#[cfg(test)]
mod tests {
    use super::*;

    static ONE: [Asset; 1] = [Asset {
        path: "/banso.js",
        content_type: "text/javascript; charset=utf-8",
        cache: Cache::Short,
        etag: "\"0\"",
        raw: b"",
        brotli: b"",
    }];

    #[track_caller]
    fn check(files: &'static [Asset], path: &str, expected: &Found) {
        assert_eq!(&find_in(files, path), expected, "{path}");
    }

    #[test]
    fn a_path_is_found_whole_or_not_at_all() {
        check(&ONE, "/banso.js", &Found::Asset(&ONE[0]));
        for path in [
            "",
            "/",
            "/banso",
            "/banso.js/",
            "banso.js",
            "/w/x/banso.js",
            "/../banso.js",
        ] {
            check(&ONE, path, &Found::Unknown);
        }
    }

    #[test]
    fn a_build_without_assets_says_so() {
        check(&[], "/banso.js", &Found::NotBuilt);
    }

    #[test]
    fn what_is_embedded_is_whole() {
        for asset in FILES {
            assert!(
                !asset.raw.is_empty() && !asset.brotli.is_empty(),
                "{} is empty",
                asset.path
            );
            assert_eq!(
                asset.cache == Cache::Immutable,
                asset.path.starts_with("/w/"),
                "{}",
                asset.path
            );
            assert_eq!(find(asset.path), Found::Asset(asset));
        }
        assert_eq!(build().is_some(), !FILES.is_empty());
    }
}
