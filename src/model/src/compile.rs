//! From guides as they are written to what the browser is given: one locale, Markdown as a tree, durations in
//! milliseconds, defaults filled in, and no condition.

use std::collections::{BTreeMap, BTreeSet};

use crate::condition::Condition;
use crate::config::guide::{self as written, BannerPosition, Content, Done, Guide};
use crate::config::media::Media;
use crate::config::text::Text;
use crate::guide::{self as compiled, Placement, Rich};
use crate::markdown::tree;
use crate::time::Period;
use crate::wire::{GuideEntry, Repeat};
use crate::{markdown, wire};

mod cards;
mod conditions;
pub mod help;
pub mod session;

pub use cards::{CHOICE, THANKS};
pub use conditions::conditions;

/// A guide in one locale, ready to be served under its hash.
#[derive(Clone, Debug, PartialEq)]
pub struct Compiled {
    /// The guide.
    pub guide: compiled::Guide,
    /// Its JSON, which is what is served and what the hash is of.
    pub json: String,
    /// Hash of the JSON: the first 16 hexadecimal digits of BLAKE3.
    pub hash: String,
    /// The traits its texts speak of: `user.name`.
    pub variables: BTreeSet<String>,
}

/// Compiles a guide for readers of `locale` in a workspace of `locales`.
///
/// # Errors
/// When the compiled guide cannot be written as JSON, which no checked guide causes.
pub fn guide(
    guide: &Guide,
    locale: &str,
    locales: &[String],
) -> Result<Compiled, serde_json::Error> {
    let reader = Reader { locale, locales };
    let content = match &guide.content {
        Content::Checklist(list) => compiled::Content::Checklist(reader.checklist(guide, list)),
        _ => compiled::Content::Steps(reader.steps(guide)),
    };
    let compiled = compiled::Guide {
        id: guide.id.clone(),
        kind: guide.kind(),
        locale: locale.to_owned(),
        dismissable: guide.dismissable,
        title: reader.line(guide.title.as_ref()),
        content,
    };
    let json = serde_json::to_string(&compiled)?;
    let hash = blake3::hash(json.as_bytes()).to_hex().as_str()[..16].to_owned();
    let variables = variables(&compiled);
    Ok(Compiled {
        guide: compiled,
        json,
        hash,
        variables,
    })
}

/// What the session says of a guide, its conditions not yet reduced.
#[must_use]
pub fn entry(guide: &Guide, hash: String) -> GuideEntry {
    GuideEntry {
        id: guide.id.clone(),
        kind: guide.kind(),
        hash,
        start: guide.start(),
        delay_ms: ms(guide.show.delay),
        priority: guide.show.priority,
        repeat: repeat(guide.show.repeat),
        snooze_ms: ms(guide.show.snooze),
        conditions: conditions(guide),
        items: match &guide.content {
            Content::Checklist(list) => u32::try_from(list.items.len()).unwrap_or(u32::MAX),
            _ => 0,
        },
        edge: match &guide.content {
            Content::Banner(banner) => match banner.position {
                BannerPosition::Top => Placement::Top,
                BannerPosition::Bottom => Placement::Bottom,
                BannerPosition::Inline => Placement::Auto,
            },
            _ => Placement::Auto,
        },
    }
}

const fn repeat(repeat: written::Repeat) -> wire::Repeat {
    match repeat {
        written::Repeat::Once => Repeat::Once,
        written::Repeat::UntilDone => Repeat::UntilDone,
        written::Repeat::Always => Repeat::Always,
        written::Repeat::Every(every) => Repeat::Every {
            ms: every.every.ms(),
            times: every.times,
        },
    }
}

fn ms(period: Period) -> u32 {
    u32::try_from(period.ms()).unwrap_or(u32::MAX)
}

/// Whom a guide is compiled for.
struct Reader<'a> {
    locale: &'a str,
    locales: &'a [String],
}

impl Reader<'_> {
    fn line(&self, text: Option<&Text>) -> Rich {
        let text = self.say(text).unwrap_or_default();
        tree::line(&markdown::plain(text))
    }

    fn body(&self, text: Option<&Text>) -> Rich {
        let text = self.say(text).unwrap_or_default();
        tree::parts(&markdown::blocks(text))
    }

    fn say<'t>(&self, text: Option<&'t Text>) -> Option<&'t str> {
        text?
            .nearest(self.locale, self.locales)
            .map(|(_, text)| text)
    }

    /// A text without formatting; empty when there is none.
    fn plain(&self, text: Option<&Text>) -> String {
        self.say(text).unwrap_or_default().to_owned()
    }

    fn media(&self, media: Option<&Media>) -> Option<compiled::Media> {
        Some(match media? {
            Media::Image(image) => compiled::Media {
                src: image.image.clone(),
                alt: self.plain(Some(&image.alt)),
                ratio: image.ratio.clone().unwrap_or_default(),
                ..compiled::Media::default()
            },
            Media::Video(video) => compiled::Media {
                src: video.video.clone(),
                alt: self.plain(Some(&video.alt)),
                video: true,
                poster: video.poster.clone().unwrap_or_default(),
                captions: self.plain(video.captions.as_ref()),
                ratio: video.ratio.clone().unwrap_or_default(),
            },
        })
    }

    fn buttons(&self, buttons: &[written::Button]) -> Vec<compiled::Button> {
        buttons
            .iter()
            .enumerate()
            .map(|(place, button)| compiled::Button {
                label: self.line(Some(&button.label)),
                act: button.act.clone(),
                primary: place == 0,
            })
            .collect()
    }

    fn checklist(&self, guide: &Guide, list: &written::Checklist) -> compiled::Checklist {
        compiled::Checklist {
            body: self.body(guide.body.as_ref()),
            items: list.items.iter().map(|item| self.item(item)).collect(),
            order: list.order,
            progress: list.progress,
            collapsible: list.collapsible,
            goal: list
                .chooser
                .as_ref()
                .map(|chooser| format!("{chooser}/{CHOICE}"))
                .unwrap_or_default(),
        }
    }

    fn item(&self, item: &written::Item) -> compiled::Item {
        compiled::Item {
            id: item.id.clone(),
            title: self.line(Some(&item.title)),
            body: self.body(item.body.as_ref()),
            media: self.media(item.media.as_ref()),
            act: item.act.clone(),
            by_hand: item.done == Done::ByHand,
            leads_to: item.leads_to.clone(),
            after: item.after.clone(),
        }
    }
}

/// The traits that a guide's texts speak of.
fn variables(guide: &compiled::Guide) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    speak_of(&guide.title, &mut found);
    match &guide.content {
        compiled::Content::Steps(steps) => {
            for step in steps {
                speak_of(&step.title, &mut found);
                speak_of(&step.body, &mut found);
                for button in &step.buttons {
                    speak_of(&button.label, &mut found);
                }
                for option in step.question.iter().flat_map(|asks| &asks.options) {
                    speak_of(&option.label, &mut found);
                    speak_of(&option.body, &mut found);
                }
            }
        }
        compiled::Content::Checklist(list) => {
            speak_of(&list.body, &mut found);
            for item in &list.items {
                speak_of(&item.title, &mut found);
                speak_of(&item.body, &mut found);
            }
        }
    }
    found
}

fn speak_of(text: &Rich, found: &mut BTreeSet<String>) {
    found.extend(tree::variables(text).map(str::to_owned));
}

/// The conditions under which something is shown: its stages and its own.
fn audience(stage: &[String], when: Option<&Condition>) -> Option<Condition> {
    let stage = (!stage.is_empty()).then(|| Condition::Stage(stage.to_vec()));
    match (stage, when.cloned()) {
        (Some(stage), Some(when)) => Some(Condition::All(vec![stage, when])),
        (one, other) => one.or(other),
    }
}

/// Conditions by their place, as [`conditions`] returns them.
type Conditions = BTreeMap<String, Condition>;

#[cfg(test)]
mod tests;
