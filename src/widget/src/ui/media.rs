//! Pictures and videos, loaded when they come into view, with their room kept free.

use banso_model::guide::Media;

use super::tag::{Tag, tag};
use crate::cut::cut;

/// A picture or a video.
pub fn view(media: &Media, locale: &str) -> Tag {
    let (width, height) = cut(&media.ratio, b'/').unwrap_or_default();
    let shown = if media.video {
        let mut video =
            tag("video", "controls=;playsinline=;preload=none").set("aria-label", &media.alt);
        if !media.poster.is_empty() {
            video = video.set("poster", &media.poster);
        }
        if !media.captions.is_empty() {
            video = video.put(
                tag("track", "kind=captions;default=")
                    .set("srclang", locale)
                    .set("src", &media.captions),
            );
        }
        video
    } else {
        tag("img", "loading=lazy;decoding=async").set("alt", &media.alt)
    };
    let shown = shown
        .set("class", "media")
        .set("width", width)
        .set("height", height)
        .set("src", &media.src);
    // Another picture is another element: its room must not show the one before.
    shown.set("id", &media.src)
}
