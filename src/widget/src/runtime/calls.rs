//! What the host's calls change.

use super::live::Live;
use crate::address;
use crate::api::Call;
use crate::browser;
use crate::identity::{Change, Naming};

impl Live {
    pub(super) fn called(&mut self, call: Call) {
        match call {
            Call::Identify(named) => self.identify(named),
            Call::Track(name, props) => self.track(&name, props),
            Call::Page(url) => {
                self.opened_page(Some(url.as_deref().unwrap_or_default()));
                self.page_changed();
                self.match_page(None);
            }
            Call::Show(id) => self.ask_for(&id),
            Call::Hide(id) => self.hide(id.as_deref()),
            Call::Hub(open) => self.open_hub(open),
            Call::Locale(tag) => {
                if self.locale.as_deref() != Some(tag.as_str()) {
                    self.locale = Some(tag);
                    self.exchange.ask();
                }
            }
            Call::Flush => self.exchange.at_once(),
            Call::Reset => self.reset(),
            Call::Consent(_) | Call::Trap => {}
        }
        self.dirty = true;
    }

    fn identify(&mut self, named: Naming) {
        let before = (
            self.identity.traits(),
            self.identity.token().map(str::to_owned),
        );
        match self.identity.name(named) {
            Change::Same => {
                let now = (
                    self.identity.traits(),
                    self.identity.token().map(str::to_owned),
                );
                if before == now {
                    self.exchange.same_token();
                    return;
                }
            }
            Change::Login => {
                self.inherit();
                self.exchange.stranger();
            }
            Change::Other => self.stranger(),
        }
        self.problems.remove("token");
        self.exchange.identified();
        self.exchange.ask();
    }

    fn reset(&mut self) {
        let now = self.now();
        self.identity.reset(&mut self.ids, now);
        self.stranger();
    }

    /// Somebody else is here: nothing that was known or shown is theirs.
    fn stranger(&mut self) {
        self.exchange.stranger();
        self.session = None;
        self.overlay.clear();
        self.remember();
        self.asked.clear();
        self.armed.clear();
        self.suspended.clear();
        self.hidden.clear();
        self.finished.clear();
        self.listed.clear();
        self.running.clear();
        self.answers.clear();
        self.answered.clear();
        self.help = super::help::Help::default();
        self.hub_open = false;
    }

    /// Whoever opened the page by a link that names a guide wants to see it.
    pub(super) fn asked_by_link(&mut self) {
        let query = browser::window().and_then(|window| window.location().search().ok());
        if let Some(id) = query.as_deref().and_then(address::asked_guide) {
            self.ask_for(id);
        }
    }

    /// Somebody wants to see a guide: the user, the host, a link or another guide.
    pub(super) fn ask_for(&mut self, id: &str) {
        let now = browser::now();
        self.hidden.remove(id);
        self.suspended.remove(id);
        // One that is on the screen is not begun again after its end.
        if self.running(id).is_none() {
            self.asked.insert(id.to_owned(), now);
        }
        self.dirty = true;
    }

    /// The host takes a guide away, or all that are on the screen. That is no act of the user's, so nothing is recorded.
    fn hide(&mut self, id: Option<&str>) {
        let shown: Vec<String> = match id {
            Some(id) => vec![id.to_owned()],
            None => self.running.iter().map(|one| one.id().to_owned()).collect(),
        };
        for id in shown {
            self.stop(&id);
            self.asked.remove(&id);
            self.hidden.insert(id, ());
        }
    }

    /// The locale the user wants most.
    #[inline(never)]
    pub(super) fn locale(&self) -> String {
        self.locales().into_iter().next().unwrap_or_default()
    }

    /// The user's locales, most wanted first: what the host said, what the page is written in, what the browser wants.
    pub(super) fn locales(&self) -> Vec<String> {
        let mut locales: Vec<String> = self.locale.iter().cloned().collect();
        if let Some(window) = browser::window() {
            let html = window
                .document()
                .and_then(|document| document.document_element());
            locales.extend(
                html.and_then(|html| html.get_attribute("lang"))
                    .filter(|lang| !lang.is_empty()),
            );
            locales.extend(
                window
                    .navigator()
                    .languages()
                    .iter()
                    .filter_map(|tag| tag.as_string()),
            );
        }
        locales
    }
}
