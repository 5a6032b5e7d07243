//! Everything in a folder that has a name.

use std::collections::{BTreeMap, BTreeSet};

use super::{Parsed, Read, condition};
use crate::compile;
use crate::condition::Condition;
use crate::config::guide::Content;
use crate::config::{Article, Guide, Workspace};
use crate::guide::Kind;
use crate::schema::FileKind;

/// Everything in a folder that has a name.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    /// `None` while the workspace is broken: then nothing is said of names that it would hold.
    pub workspace: Option<InWorkspace>,
    pub guides: BTreeMap<String, InGuide>,
    pub articles: BTreeSet<String>,
    /// Whether a guide's file is too broken to say even its id.
    pub guides_are_partial: bool,
    /// Whether an article's file is too broken to say even its id.
    pub articles_are_partial: bool,
}

/// Names in the workspace.
#[derive(Clone, Debug, Default)]
pub(super) struct InWorkspace {
    pub features: BTreeSet<String>,
    pub segments: BTreeSet<String>,
    /// Segments that ask about one user or their page, themselves or through others.
    pub segments_of_users: BTreeSet<String>,
    pub stages: Vec<String>,
    pub bands: Vec<String>,
    pub has_scorecards: bool,
    pub assignments: BTreeSet<String>,
    pub locales: Vec<String>,
    pub media_origins: Vec<String>,
}

/// Names in a guide.
#[derive(Clone, Debug, Default)]
pub(super) struct InGuide {
    /// `None` while its file is broken: then nothing is said of names that it would hold.
    pub kind: Option<Kind>,
    pub steps: Vec<String>,
    pub items: Vec<String>,
    pub questions: Vec<String>,
    /// Options of an announcement that lets choose.
    pub options: Vec<String>,
}

impl Names {
    pub fn of(
        workspace: Option<&Read<Workspace>>,
        guides: &[Read<Guide>],
        articles: &[Read<Article>],
        parsed: &[Parsed<'_>],
    ) -> Self {
        let mut names = Self {
            workspace: workspace.map(|read| in_workspace(&read.value)),
            ..Self::default()
        };
        for file in parsed {
            let id = match &file.root {
                Ok(root) => root.field("id").and_then(|id| id.text()),
                Err(_) => None,
            };
            match (file.kind, id) {
                (Some(FileKind::Guide), Some(id)) => {
                    names.guides.insert(id.to_owned(), InGuide::default());
                }
                (Some(FileKind::Article), Some(id)) => {
                    names.articles.insert(id.to_owned());
                }
                (Some(FileKind::Guide), None) => names.guides_are_partial = true,
                (Some(FileKind::Article), None) => names.articles_are_partial = true,
                _ => {}
            }
        }
        for read in guides {
            names
                .guides
                .insert(read.value.id.clone(), in_guide(&read.value));
        }
        for read in articles {
            names.articles.insert(read.value.id.clone());
        }
        names
    }

    /// The guides of a kind, and those whose kind is not known.
    pub fn of_kind(&self, kind: Kind) -> impl Iterator<Item = &str> {
        self.guides
            .iter()
            .filter(move |(_, guide)| guide.kind.is_none_or(|is| is == kind))
            .map(|(id, _)| id.as_str())
    }
}

fn in_workspace(workspace: &Workspace) -> InWorkspace {
    InWorkspace {
        features: workspace.features.iter().map(|f| f.id.clone()).collect(),
        segments: workspace.segments.iter().map(|s| s.id.clone()).collect(),
        segments_of_users: segments_of_users(workspace),
        stages: workspace.journey.iter().map(|s| s.id.clone()).collect(),
        bands: workspace
            .health
            .iter()
            .flat_map(|health| health.bands.iter().map(|(name, _)| name.clone()))
            .collect(),
        has_scorecards: workspace
            .health
            .as_ref()
            .is_some_and(|health| !health.scorecards.is_empty()),
        assignments: workspace.assignments.iter().map(|a| a.id.clone()).collect(),
        locales: workspace.locales.clone(),
        media_origins: workspace.media.origins.clone(),
    }
}

fn segments_of_users(workspace: &Workspace) -> BTreeSet<String> {
    let mut found: BTreeSet<String> = BTreeSet::new();
    // One more each time round, until nothing is added.
    loop {
        let before = found.len();
        for segment in &workspace.segments {
            if condition::is_of_user(&segment.when) || names_one_of(&segment.when, &found) {
                found.insert(segment.id.clone());
            }
        }
        if found.len() == before {
            return found;
        }
    }
}

fn names_one_of(condition: &Condition, segments: &BTreeSet<String>) -> bool {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => {
            parts.iter().any(|part| names_one_of(part, segments))
        }
        Condition::Not(part) => names_one_of(part, segments),
        Condition::Segment(id) => segments.contains(id),
        _ => false,
    }
}

fn in_guide(guide: &Guide) -> InGuide {
    let mut names = InGuide {
        kind: Some(guide.kind()),
        ..InGuide::default()
    };
    match &guide.content {
        Content::Tour(tour) => names.steps = tour.steps.iter().map(|s| s.id.clone()).collect(),
        Content::Checklist(list) => names.items = list.items.iter().map(|i| i.id.clone()).collect(),
        Content::Survey(survey) => {
            names.questions = survey.questions.iter().map(|q| q.id.clone()).collect();
        }
        Content::Announcement(announcement) => {
            names.options = announcement.options.iter().map(|o| o.id.clone()).collect();
            if !names.options.is_empty() {
                names.questions = vec![compile::CHOICE.to_owned()];
            }
        }
        Content::Banner(_) | Content::Hotspot(_) => {}
    }
    names
}
