//! Help in the hub: searched at the collector, read here, its reading time measured.

use std::rc::Rc;

use banso_model::event::Kind;
use banso_model::time::Timestamp;
use banso_model::value::Value;
use banso_model::wire::{Article, HelpAnswer, Section};

use super::live::Live;
use super::record::props;
use super::{Message, post};
use crate::activity::Activity;
use crate::browser::{self, joined};
use crate::scene::{HelpScene, Shared};
use crate::{http, json};

/// A search waits for so long for its user to go on typing.
const TYPING_MS: i64 = 250;

/// Help as it is now.
#[derive(Default)]
pub(super) struct Help {
    pub(super) scene: HelpScene,
    /// When what is typed is searched.
    pub(super) search_at: Option<Timestamp>,
    /// The article that is asked for; another that comes late is not opened.
    asked: Option<String>,
    /// How long the open article has been read.
    reading: Option<Activity>,
}

impl Live {
    /// This is searched, once its user has typed it.
    pub(super) fn search(&mut self, query: String) {
        self.help.scene.query = query;
        self.help.search_at = Some(browser::now().plus_ms(TYPING_MS));
    }

    /// Searches what is due; without a query, what is suggested for the page.
    pub(super) fn search_due(&mut self, now: Timestamp) {
        if self.help.search_at.is_none_or(|at| at > now) {
            return;
        }
        self.help.search_at = None;
        let query = self.help.scene.query.clone();
        let url = self.help_url("", &query);
        http::get(
            &url,
            Box::new(move |answer| {
                let found = json::read(&answer.body).filter(|_| answer.status == 200);
                post(Message::Found(query, found));
            }),
        );
    }

    fn help_url(&self, article: &str, query: &str) -> String {
        let text = |text: &str| String::from(js_sys::encode_uri_component(text));
        let hub = self
            .session
            .as_ref()
            .and_then(|session| session.hub.as_ref());
        let whose = hub.map(|hub| hub.help.as_str()).unwrap_or_default();
        joined(&[
            &self.collector,
            "/v1/help",
            article,
            "?key=",
            &text(&self.key),
            "&locale=",
            &text(&self.locale()),
            "&page=",
            &text(&self.address.recorded),
            "&for=",
            &text(whose),
            "&q=",
            &text(query),
        ])
    }

    /// What was searched was found, or nothing was.
    pub(super) fn found_help(&mut self, query: String, found: Option<HelpAnswer>) {
        if query != self.help.scene.query {
            return;
        }
        self.help.scene.failed = found.is_none();
        let missed = found
            .as_ref()
            .is_some_and(|found| found.articles.is_empty());
        self.help.scene.searched.clone_from(&query);
        self.help.scene.found = found.map(|found| Shared(Rc::new(found)));
        if !query.is_empty() && !self.help.scene.failed {
            let act = if missed { "missed" } else { "found" };
            self.record_help("search", act, query.into());
        }
        self.dirty = true;
    }

    fn record_help(&mut self, name: &str, act: &str, value: Value) {
        let props = props(&[("act", act.into()), ("value", value)]);
        self.record(Kind::Help, name, props);
    }

    /// An article is opened, or the open one closed.
    pub(super) fn open_article(&mut self, id: Option<String>) {
        self.end_reading();
        self.help.scene.article = None;
        self.help.scene.solved = None;
        self.help.asked.clone_from(&id);
        let Some(id) = id else { return };
        let path = joined(&["/", &String::from(js_sys::encode_uri_component(&id))]);
        let url = self.help_url(&path, "");
        http::get(
            &url,
            Box::new(|answer| {
                let article = json::read(&answer.body).filter(|_| answer.status == 200);
                post(Message::Article(article.map(Box::new)));
            }),
        );
    }

    /// An article came.
    pub(super) fn read_article(&mut self, article: Option<Box<Article>>) {
        if self.help.asked.is_none() {
            return;
        }
        self.dirty = true;
        self.help.scene.failed = article.is_none();
        let asked = self.help.asked.as_ref();
        let Some(article) = article.filter(|article| Some(&article.id) == asked) else {
            return;
        };
        self.record_help(&article.id, "opened", Value::Null);
        self.help.scene.article = Some(Shared(Rc::from(article)));
        self.help.reading = Some(Activity::default());
        self.look_at_article();
    }

    /// The reader says whether the article helped.
    pub(super) fn solved(&mut self, solved: bool) {
        if let Some(article) = self.help.scene.article.clone() {
            self.help.scene.solved = Some(solved);
            self.record_help(&article.id, "solved", solved.into());
        }
    }

    /// The reader did something.
    pub(super) fn read_on(&mut self) {
        if let Some(reading) = &mut self.help.reading {
            reading.input(browser::now());
        }
    }

    /// The open article came into sight or went out of it.
    pub(super) fn look_at_article(&mut self) {
        let shown = self.visible && self.hub_open && self.section == Some(Section::Help);
        if let Some(reading) = &mut self.help.reading {
            reading.visible(shown, browser::now());
        }
    }

    /// Records how long the open article was read since this was last asked.
    pub(super) fn record_reading(&mut self) {
        let seconds = self
            .help
            .reading
            .as_mut()
            .and_then(|reading| reading.take(browser::now()));
        if let (Some(seconds), Some(article)) = (seconds, self.help.scene.article.clone()) {
            let props = props(&[("seconds", Value::Number(seconds as f64))]);
            self.record(Kind::Content, &article.id, props);
        }
    }

    fn end_reading(&mut self) {
        self.record_reading();
        self.help.reading = None;
    }

    /// A part of the hub is shown.
    pub(super) fn open_section(&mut self, section: Section) {
        self.section = Some(section);
        self.look_at_article();
        match section {
            Section::Help => {
                // What is suggested is suggested for a page, and may be of the one before.
                let scene = &self.help.scene;
                if scene.found.is_none() || scene.query.is_empty() {
                    self.help.search_at = Some(Timestamp(0));
                }
            }
            Section::News => {
                let newest = self
                    .session
                    .as_ref()
                    .and_then(|session| session.hub.as_ref()?.news.first())
                    .map(|news| news.at);
                if newest > self.memory.news {
                    self.memory.news = newest;
                    self.keep_memory();
                }
            }
            Section::Todo | Section::Contact => {}
        }
    }
}
