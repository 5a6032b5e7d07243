//! Addresses: of pages, of media, of origins, and URL patterns.

use urlpattern::regexp::RegExp;
use urlpattern::{UrlPattern, UrlPatternInit, UrlPatternOptions};

use super::context::Context;
use super::place::Place;
use crate::markdown;

/// An address that a button or a text leads to.
pub(super) fn check_link(cx: &mut Context<'_>, place: &Place, address: &str) {
    if !markdown::is_safe(address) {
        let message = match markdown::scheme(address.trim()) {
            Some(scheme) => format!("a link must not lead to `{scheme}:`"),
            None if address.is_empty() => "a link leads nowhere".to_owned(),
            None => format!("`{address}` is not an address"),
        };
        let help =
            "use a path such as `/reports`, or an address that begins with `https:` or `mailto:`";
        cx.error(place, message, Some(help.to_owned()));
    } else if let Some(rest) = insecure(address) {
        cx.warn(
            place,
            format!("`{address}` is not encrypted"),
            Some(format!("use `https://{rest}`")),
        );
    }
}

/// What follows `http://` when it is not this machine.
fn insecure(address: &str) -> Option<&str> {
    let rest = address
        .get(..7)
        .filter(|scheme| scheme.eq_ignore_ascii_case("http://"))
        .and_then(|_| address.get(7..))?;
    let host = rest.split(['/', ':', '?', '#']).next().unwrap_or_default();
    (!matches!(host, "localhost" | "127.0.0.1" | "[") && !host.ends_with(".localhost"))
        .then_some(rest)
}

/// An address that a picture or a video is loaded from.
pub(super) fn check_source(cx: &mut Context<'_>, place: &Place, address: &str) {
    let is_path = markdown::scheme(address).is_none() && !address.starts_with("//");
    if is_path && markdown::is_safe(address) {
        return;
    }
    let Some(origin) = origin_of(address).filter(|origin| origin.starts_with("https://")) else {
        cx.error(
            place,
            format!("media cannot be loaded from `{address}`"),
            Some(
                "use a path of the page's own origin, or an address that begins with `https:`"
                    .to_owned(),
            ),
        );
        return;
    };
    let Some(workspace) = &cx.names.workspace else {
        return;
    };
    if !workspace.media_origins.contains(&origin) {
        cx.error(
            place,
            format!("the origin `{origin}` is not among the workspace's `media.origins`"),
            Some(format!(
                "add it to `banso.json`: `\"media\": {{\"origins\": [\"{origin}\"]}}`"
            )),
        );
    }
}

/// `https://host[:port]` of an address that has it.
fn origin_of(address: &str) -> Option<String> {
    let (scheme, rest) = address.split_once("://")?;
    let host = rest.split(['/', '?', '#']).next()?;
    let valid = !host.is_empty()
        && host
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']'));
    (valid && matches!(scheme, "http" | "https"))
        .then(|| format!("{scheme}://{}", host.to_lowercase()))
}

/// An origin that is allowed something: scheme, host and port, and nothing more.
pub(super) fn check_origin(cx: &mut Context<'_>, place: &Place, origin: &str) {
    if origin_of(origin).is_none_or(|own| own != origin) {
        let help = match origin_of(origin) {
            Some(own) => format!("use `{own}`"),
            None => "an origin is a scheme, a host and, where it is not the usual one, a port: \
                     `https://app.example.com`"
                .to_owned(),
        };
        cx.error(place, format!("`{origin}` is not an origin"), Some(help));
    } else if insecure(origin).is_some() {
        cx.warn(
            place,
            format!("pages of `{origin}` are not encrypted"),
            Some("anyone between the page and its reader can change it; use `https`".to_owned()),
        );
    }
}

/// Stands for any origin, so that a pattern may be a path.
const ANY_ORIGIN: &str = "http://any.invalid";

/// A pattern of the URLPattern standard: a path, or an address with its origin.
pub(super) fn check_pattern(cx: &mut Context<'_>, place: &Place, pattern: &str) {
    let help =
        "write a path such as `/reports/:id` or `/settings/*`, or an address with its origin";
    if pattern.is_empty() {
        cx.error(place, "the URL pattern is empty", Some(help.to_owned()));
        return;
    }
    // Resolved against any origin by hand, as a path needs one.
    let absolute = if pattern.starts_with('/') {
        format!("{ANY_ORIGIN}{pattern}")
    } else {
        pattern.to_owned()
    };
    let compiled: Result<UrlPattern, String> = compile(&absolute);
    if let Err(reason) = compiled {
        cx.error(
            place,
            format!(
                "`{pattern}` is not a URL pattern: {}",
                reason.trim_end_matches('.')
            ),
            Some(help.to_owned()),
        );
    }
}

/// Generic, so that the kind of regular expression is the crate's to choose.
fn compile<R: RegExp>(pattern: &str) -> Result<UrlPattern<R>, String> {
    let said = |error: urlpattern::Error| error.to_string();
    let init = UrlPatternInit::parse_constructor_string::<R>(pattern, None).map_err(said)?;
    UrlPattern::parse(init, UrlPatternOptions::default()).map_err(said)
}
