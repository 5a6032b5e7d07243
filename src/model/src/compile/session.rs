//! What every session of a workspace says: features to capture, theme, pacing, privacy, hub.

use std::collections::BTreeSet;

use super::{Reader, audience, speak_of};
use crate::condition::Condition;
use crate::config::{self, Workspace};
use crate::wire::{Contact, FeatureRule, Hub, News, Pacing, Privacy};
use crate::words::Words;

/// The features that the page captures: those that say how they are used.
#[must_use]
pub fn features(workspace: &Workspace) -> Vec<FeatureRule> {
    workspace
        .features
        .iter()
        .filter_map(|feature| {
            feature.on.clone().map(|on| FeatureRule {
                id: feature.id.clone(),
                on,
            })
        })
        .collect()
}

/// How often a user may be interrupted.
#[must_use]
pub fn pacing(workspace: &Workspace) -> Pacing {
    let interruptions = &workspace.pacing.interruptions;
    Pacing {
        max: interruptions.max,
        per_ms: interruptions.per.ms(),
    }
}

/// Privacy settings the page obeys.
#[must_use]
pub fn privacy(workspace: &Workspace) -> Privacy {
    Privacy {
        params: workspace.privacy.params.clone(),
    }
}

/// The widget's own words for readers of `locale`, under the hub's own heading where it has one.
#[must_use]
pub fn words(workspace: &Workspace, locale: &str) -> Words {
    let mut words = Words::of(locale);
    let title = workspace.hub.title.as_ref();
    if let Some((_, title)) = title.and_then(|title| title.nearest(locale, &workspace.locales)) {
        words.0.insert("hub".to_owned(), title.to_owned());
    }
    words
}

/// The hub for readers of `locale`, and whose each of its news is: the condition of none is always true.
#[must_use]
pub fn hub(workspace: &Workspace, locale: &str) -> (Hub, Vec<Option<Condition>>) {
    let reader = Reader {
        locale,
        locales: &workspace.locales,
    };
    let written = &workspace.hub;
    let mut newest: Vec<_> = written.news.iter().collect();
    newest.sort_by_key(|news| std::cmp::Reverse(news.at));
    let hub = Hub {
        corner: written.corner,
        launcher: written.launcher,
        sections: written.sections.clone(),
        help: String::new(),
        news: newest.iter().map(|news| reader.news(news)).collect(),
        contact: written.contact.as_ref().map(|contact| Contact {
            title: reader.line(Some(&contact.title)),
            body: reader.body(contact.body.as_ref()),
            buttons: reader.buttons(&contact.buttons),
        }),
    };
    let whose = newest
        .iter()
        .map(|news| audience(&news.stage, news.when.as_ref()))
        .collect();
    (hub, whose)
}

impl Reader<'_> {
    fn news(&self, news: &config::hub::News) -> News {
        News {
            id: news.id.clone(),
            title: self.line(Some(&news.title)),
            body: self.body(news.body.as_ref()),
            media: self.media(news.media.as_ref()),
            at: news.at,
            buttons: self.buttons(&news.buttons),
        }
    }
}

/// The traits that the hub's texts speak of.
#[must_use]
pub fn hub_variables(hub: &Hub) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let contact = hub.contact.iter();
    let said = contact
        .map(|contact| (&contact.title, &contact.body, &contact.buttons))
        .chain(
            hub.news
                .iter()
                .map(|news| (&news.title, &news.body, &news.buttons)),
        );
    for (title, body, buttons) in said {
        speak_of(title, &mut found);
        speak_of(body, &mut found);
        for button in buttons {
            speak_of(&button.label, &mut found);
        }
    }
    found
}
