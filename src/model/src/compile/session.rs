//! What every session of a workspace says: features to capture, theme, pacing, privacy, hub.

use crate::config::Workspace;
use crate::wire::{FeatureRule, Hub, Pacing, Privacy};
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
        words.hub = title.to_owned();
    }
    words
}

/// Settings of the hub; `None` when the page shows no launcher.
#[must_use]
pub fn hub(workspace: &Workspace) -> Option<Hub> {
    workspace.hub.launcher.then_some(Hub {
        corner: workspace.hub.corner,
    })
}
