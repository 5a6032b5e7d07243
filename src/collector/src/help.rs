//! Help articles as they are served: those that are a reader's, found by their words or suggested for a page.

pub mod audience;
pub mod index;
pub mod normal;
pub mod served;

use std::collections::{BTreeMap, BTreeSet};

use banso_engine::page::{PageMatch as _, Patterns};
use banso_engine::reduce::{Facts, Reduced, reduce};
use banso_model::compile::help as compile;
use banso_model::condition::Condition;
use banso_model::config::Article;
use banso_model::wire::{self, Listed};

use audience::Audience;
use index::{Document, Index};

/// Most articles that one answer lists.
const MOST: usize = 10;

/// All articles of a configuration.
#[derive(Debug, Default)]
pub struct Library {
    ids: Vec<String>,
    /// URL patterns of the pages that each is suggested on.
    pages: Vec<Vec<String>>,
    /// Which of the conditions must hold for each; none is everyone's.
    whose: Vec<Option<usize>>,
    /// The conditions, each once.
    conditions: Vec<Condition>,
    shelves: BTreeMap<String, Shelf>,
    patterns: Patterns,
}

/// The articles in one locale.
#[derive(Debug)]
struct Shelf {
    articles: Vec<wire::Article>,
    listed: Vec<Listed>,
    index: Index,
    variables: BTreeSet<String>,
}

impl Library {
    /// The articles in every locale of the workspace.
    #[must_use]
    pub fn new(articles: &[Article], locales: &[String]) -> Self {
        let mut library = Self {
            ids: articles.iter().map(|article| article.id.clone()).collect(),
            pages: articles
                .iter()
                .map(|article| article.page.clone())
                .collect(),
            ..Self::default()
        };
        for article in articles {
            let whose = compile::whose(article).map(|condition| library.place(condition));
            library.whose.push(whose);
        }
        library.shelves = locales
            .iter()
            .map(|locale| (locale.clone(), Shelf::new(articles, locale, locales)))
            .collect();
        library
    }

    fn place(&mut self, condition: Condition) -> usize {
        let known = self.conditions.iter().position(|known| *known == condition);
        known.unwrap_or_else(|| {
            self.conditions.push(condition);
            self.conditions.len() - 1
        })
    }

    /// The conditions that decide whose the articles are.
    #[must_use]
    pub fn conditions(&self) -> &[Condition] {
        &self.conditions
    }

    /// Whose of the articles a user's are. What only a page could decide is nobody's.
    #[must_use]
    pub fn audience<F: Facts + ?Sized>(&self, facts: &F) -> Audience {
        let holds = |condition| matches!(reduce(condition, facts), Reduced::True);
        Audience(self.conditions.iter().map(holds).collect())
    }

    /// The traits that the articles of a locale speak of.
    pub fn variables(&self, locale: &str) -> impl Iterator<Item = &String> {
        let shelf = self.shelves.get(locale);
        shelf.into_iter().flat_map(|shelf| &shelf.variables)
    }

    fn is_for(&self, place: usize, audience: &Audience) -> bool {
        self.whose
            .get(place)
            .is_some_and(|whose| whose.is_none_or(|condition| audience.has(condition)))
    }

    /// Articles that fit a query, best first.
    #[must_use]
    pub fn search(&self, query: &str, locale: &str, audience: &Audience) -> Vec<Listed> {
        let Some(shelf) = self.shelves.get(locale) else {
            return Vec::new();
        };
        let found = shelf.index.search(query).into_iter();
        shelf.list(found.filter(|place| self.is_for(*place, audience)))
    }

    /// Articles that are suggested on a page; where none is, those that come first.
    #[must_use]
    pub fn suggested(&self, page: &str, locale: &str, audience: &Audience) -> Vec<Listed> {
        let Some(shelf) = self.shelves.get(locale) else {
            return Vec::new();
        };
        let theirs = || (0..self.ids.len()).filter(|place| self.is_for(*place, audience));
        let fits = |place: &usize| {
            self.pages.get(*place).is_some_and(|patterns| {
                patterns
                    .iter()
                    .any(|pattern| self.patterns.matches(pattern, page))
            })
        };
        let fitting = shelf.list(theirs().filter(fits));
        if fitting.is_empty() {
            shelf.list(theirs())
        } else {
            fitting
        }
    }

    /// One article, when it is the reader's. Of those to read next only theirs are named.
    #[must_use]
    pub fn article(&self, id: &str, locale: &str, audience: &Audience) -> Option<wire::Article> {
        let place = self.ids.iter().position(|known| known == id)?;
        let mut article = self.shelves.get(locale)?.articles.get(place)?.clone();
        article.related.retain(|related| {
            let place = self.ids.iter().position(|known| *known == related.id);
            place.is_some_and(|place| self.is_for(place, audience))
        });
        self.is_for(place, audience).then_some(article)
    }
}

impl Shelf {
    fn new(articles: &[Article], locale: &str, locales: &[String]) -> Self {
        let listed: Vec<Listed> = articles
            .iter()
            .map(|article| compile::listed(article, locale, locales))
            .collect();
        let compiled: Vec<compile::Compiled> = articles
            .iter()
            .map(|article| {
                let related = article.related.iter();
                let related = related.filter_map(|id| listed.iter().find(|one| one.id == *id));
                compile::article(article, related.cloned().collect(), locale, locales)
            })
            .collect();
        let documents = compiled.iter().map(|compiled| Document {
            title: &compiled.listed.title,
            keywords: &compiled.keywords,
            text: &compiled.text,
        });
        Self {
            index: Index::new(documents),
            variables: compiled
                .iter()
                .flat_map(|compiled| compiled.variables.iter().cloned())
                .collect(),
            articles: compiled.into_iter().map(|one| one.article).collect(),
            listed,
        }
    }

    fn list(&self, places: impl Iterator<Item = usize>) -> Vec<Listed> {
        places
            .filter_map(|place| self.listed.get(place))
            .take(MOST)
            .cloned()
            .collect()
    }
}
