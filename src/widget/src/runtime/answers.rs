//! What the collector's answers change.

use std::rc::Rc;

use banso_model::guide::{Content, Guide};
use banso_model::named::Named;
use banso_model::wire::{Session, SessionAnswer};

use super::live::Live;
use super::{Message, post};
use crate::browser::{self, joined};
use crate::http;
use crate::json;
use crate::progress::Memory;

impl Live {
    /// A session answer came. Returns the seconds after which the next is asked for.
    pub(super) fn came(&mut self, answer: SessionAnswer) -> u32 {
        self.dirty = true;
        // What could not be fetched is worth another try; what is on its way comes twice at worst.
        self.guides.retain(|_, guide| guide.is_some());
        let identified = match &answer {
            SessionAnswer::Unchanged { .. } => self
                .session
                .as_ref()
                .is_some_and(|session| session.identified),
            SessionAnswer::Fresh(session) => session.identified,
        };
        // Facts about nobody hold nothing: what was used here still has to be counted here.
        if identified {
            self.overlay.came();
        } else {
            self.overlay.failed();
        }
        match answer {
            SessionAnswer::Unchanged { refresh_after } => refresh_after,
            SessionAnswer::Fresh(session) => {
                let after = session.refresh_after;
                self.take_session(*session);
                after
            }
        }
    }

    fn take_session(&mut self, session: Session) {
        self.take_rules(&session.features, &session.privacy.params);
        if session.token_wanted {
            self.want_token("token_wanted");
        } else {
            self.exchange.token_helps();
        }
        self.session = Some(Rc::new(session));
        if self.address.unmatched {
            self.match_page(None);
        }
    }

    /// Asks the host for a fresh token, less and less often while none helps. Returns whether it was asked now.
    pub(super) fn want_token(&mut self, why: &str) -> bool {
        if !self.exchange.may_want_token(browser::now()) {
            return false;
        }
        let detail = browser::to_js(
            &[("reason".to_owned(), why.to_owned())]
                .into_iter()
                .collect::<Named<_>>(),
        );
        self.loader.emit("token", &detail);
        true
    }

    /// Fetches a guide, unless it is here or on its way. Returns it when it is here.
    pub(super) fn guide(&mut self, hash: &str) -> Option<Rc<Guide>> {
        if let Some(known) = self.guides.get(hash) {
            return known.clone();
        }
        self.guides.insert(hash.to_owned(), None);
        let url = joined(&[&self.collector, "/v1/guides/", hash]);
        let hash = hash.to_owned();
        http::get(
            &url,
            Box::new(|answer| {
                let guide = json::read::<Guide>(&answer.body).filter(|_| answer.status == 200);
                post(Message::Fetched(hash, guide.map(Box::new)));
            }),
        );
        None
    }

    pub(super) fn fetched(&mut self, hash: String, guide: Option<Box<Guide>>) {
        self.dirty = true;
        let Some(guide) = guide else {
            // It stays named without a guide, so that nothing asks for it before the next session answer.
            self.wrong("guide", "a guide could not be fetched");
            self.exchange.ask_later(browser::now());
            return;
        };
        self.problems.remove("guide");
        if let Content::Checklist(list) = &guide.content {
            let items = list.items.iter().map(|item| item.id.clone()).collect();
            self.lists.insert(guide.id.clone(), items);
        }
        self.guides.insert(hash, Some(Rc::from(guide)));
    }

    /// Where this user's progress is kept on the device.
    fn memory_name(user: Option<&str>) -> String {
        joined(&["progress:", user.unwrap_or_default()])
    }

    /// Reads this user's progress.
    pub(super) fn remember(&mut self) {
        self.memory = self
            .storage
            .read(&Self::memory_name(self.identity.user()))
            .unwrap_or_default();
    }

    /// Keeps this user's progress.
    pub(super) fn keep_memory(&self) {
        self.storage
            .write(&Self::memory_name(self.identity.user()), &self.memory);
    }

    /// What the device did before its user was named is the user's.
    pub(super) fn inherit(&mut self) {
        let before = std::mem::take(&mut self.memory);
        self.storage
            .write(&Self::memory_name(None), &Memory::default());
        self.remember();
        self.memory.merge(before);
        self.keep_memory();
    }
}
