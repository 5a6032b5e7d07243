//! Pictures and videos in guides.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::text::Text;

/// Where images and videos may come from, beside the pages' own origins.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct MediaSources {
    /// Origins (scheme and host) that `image`, `video`, `poster` and `captions` may be loaded from. The page's own
    /// `img-src` and `media-src` policies must allow them too.
    #[schemars(extend("examples" = [["https://media.example.com"]]))]
    pub origins: Vec<String>,
}

/// A picture or a video: exactly one of `image` and `video`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Media {
    /// A picture.
    Image(Image),
    /// A video, which never starts by itself.
    Video(Video),
}

/// A picture.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Image {
    /// Address of the picture: `https:`, or a path on the page's own origin.
    #[schemars(example = &"/guides/report.png")]
    pub image: String,
    /// What it shows, for those who do not see it. Required: an empty text marks mere decoration.
    pub alt: Text,
    /// Width ÷ height, so that nothing moves when it has loaded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = "^[1-9][0-9]{0,4}/[1-9][0-9]{0,4}$"), example = &"16/9")]
    pub ratio: Option<String>,
}

/// A video.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Video {
    /// Address of the video file: `https:`, or a path on the page's own origin.
    #[schemars(example = &"https://media.example.com/report.mp4")]
    pub video: String,
    /// What it shows, for those who do not see it.
    pub alt: Text,
    /// Picture shown until it plays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub poster: Option<String>,
    /// Addresses of WebVTT captions, one a locale.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub captions: Option<Text>,
    /// Width ÷ height, so that nothing moves when it has loaded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = "^[1-9][0-9]{0,4}/[1-9][0-9]{0,4}$"), example = &"16/9")]
    pub ratio: Option<String>,
}
