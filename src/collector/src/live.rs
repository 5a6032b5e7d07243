//! The configuration that is served now: checked, compiled, and ready to be looked things up in.

use std::collections::{BTreeMap, BTreeSet};

use axum::body::Bytes;
use banso_health::{Context, Scorecards};
use banso_model::check::Checked;
use banso_model::compile;
use banso_model::condition::Condition;
use banso_model::config::guide::Content;
use banso_model::config::{Article, Guide, Workspace};
use banso_model::event::Kind as EventKind;
use banso_model::guide::{Kind, Progress};
use banso_model::rollup::Metric;
use banso_model::time::Timestamp;
use banso_model::wire::{FeatureRule, GuideEntry, Hub, Pacing, Privacy};
use banso_store::write::NewEvent;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::calendar::{Calendar, UnknownZone};
use crate::help::Library;
use crate::session::mentions;

/// One generation of the configuration.
#[derive(Debug)]
pub struct Live {
    /// `banso.json`.
    pub workspace: Workspace,
    /// Days of the workspace's zone.
    pub calendar: Calendar,
    /// What events may speak of.
    pub catalog: Catalog,
    /// The guides, oldest first.
    pub guides: Vec<LiveGuide>,
    /// Compiled guides by hash: this generation's and the one before, so that a page that was told a hash can fetch it.
    pub served: FxHashMap<String, Bytes>,
    /// What every session says.
    pub fixed: Fixed,
    /// Help articles.
    pub help: Library,
    /// The rules of the segments.
    pub segments: BTreeMap<String, Condition>,
    /// Ids of the items of each checklist.
    pub lists: BTreeMap<String, Vec<String>>,
    /// How accounts are scored; `None` when the workspace does not.
    pub scorecards: Option<Scorecards>,
    /// The features of which a guide or a segment asks how often everyone in the account has used them, which a session
    /// then has to look up.
    pub asked_of_account: BTreeSet<String>,
    keys: FxHashSet<String>,
    origins: FxHashSet<String>,
}

/// A guide with what is known of it before anyone asks.
#[derive(Debug)]
pub struct LiveGuide {
    /// What a session says of it, without hash and conditions.
    pub entry: GuideEntry,
    /// Its conditions by place.
    pub conditions: BTreeMap<String, Condition>,
    /// The question whose answer is the goal that a checklist is ordered by.
    pub goal: Option<String>,
    /// In each locale, its hash and the variables its texts use.
    pub locales: BTreeMap<String, LocalGuide>,
}

/// A guide in one locale.
#[derive(Debug)]
pub struct LocalGuide {
    /// Where to get it.
    pub hash: String,
    /// The traits its texts speak of, as `user.name`.
    pub variables: Vec<String>,
}

/// What every session of this generation says.
#[derive(Clone, Debug)]
pub struct Fixed {
    /// Features to capture.
    pub features: Vec<FeatureRule>,
    /// How often a user may be interrupted.
    pub pacing: Pacing,
    /// Privacy settings the page obeys.
    pub privacy: Privacy,
    /// The hub in each locale.
    pub hubs: BTreeMap<String, LiveHub>,
}

/// The hub in one locale.
#[derive(Clone, Debug)]
pub struct LiveHub {
    /// All of it.
    pub hub: Hub,
    /// Whose each of its news is.
    pub whose: Vec<Option<Condition>>,
    /// The traits its texts speak of.
    pub variables: BTreeSet<String>,
}

impl LiveHub {
    fn new(workspace: &Workspace, locale: &str) -> Self {
        let (hub, whose) = compile::session::hub(workspace, locale);
        Self {
            variables: compile::session::hub_variables(&hub),
            hub,
            whose,
        }
    }

    /// What one user sees of it.
    #[must_use]
    pub fn seen_by(&self, is_theirs: impl Fn(&Condition) -> bool, now: Timestamp) -> Hub {
        let news = self
            .hub
            .news
            .iter()
            .zip(&self.whose)
            .filter(|(news, whose)| news.at <= now && whose.as_ref().is_none_or(&is_theirs))
            .map(|(news, _)| news.clone());
        Hub {
            news: news.collect(),
            ..self.hub.clone()
        }
    }
}

/// Why a checked configuration cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum LiveError {
    /// Its scorecards cannot be scored with.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Health(Vec<banso_health::Problem>),
    /// Its time zone is not known here.
    #[error(transparent)]
    Zone(#[from] UnknownZone),
    /// A guide cannot be written as JSON.
    #[error("the guide {guide:?} cannot be compiled: {error}")]
    Guide {
        /// Its id.
        guide: String,
        /// Why.
        error: serde_json::Error,
    },
}

impl Live {
    /// Compiles a checked configuration.
    ///
    /// # Errors
    /// When its time zone is not known, or its guides or scorecards cannot be compiled.
    pub fn new(checked: &Checked) -> Result<Self, LiveError> {
        let (workspace, written) = (checked.workspace().clone(), checked.guides());
        let calendar = Calendar::of(&workspace.timezone)?;
        let mut served = FxHashMap::default();
        let guides = written
            .iter()
            .map(|guide| LiveGuide::new(guide, &workspace, &mut served))
            .collect::<Result<Vec<_>, _>>()?;
        let context = Context::new(&workspace.features, written);
        let scorecards = match &workspace.health {
            Some(health) => Some(Scorecards::compile(health, &context).map_err(LiveError::Health)?),
            None => None,
        };
        let segments: BTreeMap<String, Condition> = workspace
            .segments
            .iter()
            .map(|segment| (segment.id.clone(), segment.when.clone()))
            .collect();
        let help = Library::new(checked.help(), &workspace.locales);
        let hubs: BTreeMap<String, LiveHub> = workspace
            .locales
            .iter()
            .map(|locale| (locale.clone(), LiveHub::new(&workspace, locale)))
            .collect();
        let asked_of_account = guides
            .iter()
            .flat_map(|guide| guide.conditions.values())
            .chain(segments.values())
            .chain(help.conditions())
            .chain(hubs.values().flat_map(|hub| hub.whose.iter().flatten()))
            .flat_map(mentions::asked_of_account)
            .collect();
        Ok(Self {
            calendar,
            catalog: Catalog::of(&workspace, written, checked.help()),
            guides,
            served,
            fixed: Fixed {
                features: compile::session::features(&workspace),
                pacing: compile::session::pacing(&workspace),
                privacy: compile::session::privacy(&workspace),
                hubs,
            },
            help,
            segments,
            lists: context.checklists,
            scorecards,
            asked_of_account,
            keys: workspace.keys.iter().cloned().collect(),
            origins: workspace.origins.iter().cloned().collect(),
            workspace,
        })
    }

    /// The same, still serving the guides that `before` compiled itself.
    #[must_use]
    pub fn after(mut self, before: &Self) -> Self {
        let kept = before
            .guides
            .iter()
            .flat_map(|guide| guide.locales.values())
            .filter_map(|local| before.served.get_key_value(&local.hash));
        for (hash, json) in kept {
            self.served
                .entry(hash.clone())
                .or_insert_with(|| json.clone());
        }
        self
    }

    /// Whether an event changes what a session says in a way that its page cannot work out itself: everyone's progress,
    /// or everyone's uses, are not told to it.
    #[must_use]
    pub fn is_news(&self, event: &NewEvent) -> bool {
        let tells_a_trait =
            event.kind == EventKind::Answer && self.catalog.trait_of(&event.name).is_some();
        tells_a_trait
            || event.adds.iter().any(|(metric, _)| match metric {
                Metric::Feature(feature) => self.asked_of_account.contains(feature),
                Metric::Item(item) => self.catalog.is_shared(item),
                Metric::Sessions
                | Metric::ActiveSeconds
                | Metric::Guide(..)
                | Metric::Help(_)
                | Metric::ContentSeconds => false,
            })
    }

    /// Whether this is one of the workspace's browser keys.
    #[must_use]
    pub fn has_key(&self, key: &str) -> bool {
        self.keys.contains(key)
    }

    /// Whether pages of this origin may use the browser keys.
    #[must_use]
    pub fn allows_origin(&self, origin: &str) -> bool {
        self.origins.contains(origin)
    }
}

impl LiveGuide {
    fn new(
        guide: &Guide,
        workspace: &Workspace,
        served: &mut FxHashMap<String, Bytes>,
    ) -> Result<Self, LiveError> {
        let mut locales = BTreeMap::new();
        for locale in &workspace.locales {
            let compiled = compile::guide(guide, locale, &workspace.locales).map_err(|error| {
                LiveError::Guide {
                    guide: guide.id.clone(),
                    error,
                }
            })?;
            served.insert(compiled.hash.clone(), compiled.json.into());
            let local = LocalGuide {
                hash: compiled.hash,
                variables: compiled.variables.into_iter().collect(),
            };
            locales.insert(locale.clone(), local);
        }
        let mut entry = compile::entry(guide, String::new());
        let chooser = match &guide.content {
            Content::Checklist(list) => list.chooser.as_ref(),
            _ => None,
        };
        Ok(Self {
            goal: chooser.map(|chooser| format!("{chooser}/{}", compile::CHOICE)),
            conditions: std::mem::take(&mut entry.conditions),
            entry,
            locales,
        })
    }
}

/// The names that events may speak of. Events that speak of others are kept, but are not summed up.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    features: FxHashSet<String>,
    tracked: FxHashMap<String, Vec<String>>,
    guides: FxHashMap<String, Kind>,
    items: FxHashSet<String>,
    shared: FxHashSet<String>,
    /// Each question, and the user's trait that takes its answer.
    questions: FxHashMap<String, Option<String>>,
    articles: FxHashSet<String>,
}

impl Catalog {
    /// The names of a configuration.
    #[must_use]
    pub fn of(workspace: &Workspace, guides: &[Guide], articles: &[Article]) -> Self {
        let mut catalog = Self {
            articles: articles.iter().map(|article| article.id.clone()).collect(),
            ..Self::default()
        };
        for feature in &workspace.features {
            catalog.features.insert(feature.id.clone());
            if let Some(track) = feature.on.as_ref().and_then(|on| on.track.as_ref()) {
                let features = catalog.tracked.entry(track.clone()).or_default();
                features.push(feature.id.clone());
            }
        }
        for guide in guides {
            catalog.guides.insert(guide.id.clone(), guide.kind());
            match &guide.content {
                Content::Checklist(list) => {
                    let items = list
                        .items
                        .iter()
                        .map(|item| format!("{}/{}", guide.id, item.id));
                    if list.progress == Progress::Account {
                        catalog.shared.insert(guide.id.clone());
                    }
                    catalog.items.extend(items);
                }
                Content::Survey(survey) => {
                    let questions = survey.questions.iter().map(|question| {
                        let name = format!("{}/{}", guide.id, question.id);
                        (name, question.attribute.clone())
                    });
                    catalog.questions.extend(questions);
                }
                Content::Announcement(announcement) if !announcement.options.is_empty() => {
                    let name = format!("{}/{}", guide.id, compile::CHOICE);
                    catalog
                        .questions
                        .insert(name, announcement.attribute.clone());
                }
                Content::Tour(_)
                | Content::Announcement(_)
                | Content::Banner(_)
                | Content::Hotspot(_) => {}
            }
        }
        catalog
    }

    /// Whether there is such a feature.
    #[must_use]
    pub fn has_feature(&self, feature: &str) -> bool {
        self.features.contains(feature)
    }

    /// The features that a tracked name is a use of.
    #[must_use]
    pub fn tracked_by(&self, name: &str) -> &[String] {
        self.tracked.get(name).map_or(&[], Vec::as_slice)
    }

    /// The kind of a guide.
    #[must_use]
    pub fn guide(&self, guide: &str) -> Option<Kind> {
        self.guides.get(guide).copied()
    }

    /// Whether there is such an item, `list/item`.
    #[must_use]
    pub fn has_item(&self, item: &str) -> bool {
        self.items.contains(item)
    }

    /// Whether everyone in the account shares the progress of the checklist that has this item.
    #[must_use]
    pub fn is_shared(&self, item: &str) -> bool {
        item.split_once('/')
            .is_some_and(|(list, _)| self.shared.contains(list))
    }

    /// Whether there is such a question, `survey/question`.
    #[must_use]
    pub fn has_question(&self, question: &str) -> bool {
        self.questions.contains_key(question)
    }

    /// The user's trait that takes the answer to a question.
    #[must_use]
    pub fn trait_of(&self, question: &str) -> Option<&str> {
        self.questions.get(question)?.as_deref()
    }

    /// Whether there is such a help article.
    #[must_use]
    pub fn has_article(&self, article: &str) -> bool {
        self.articles.contains(article)
    }
}
