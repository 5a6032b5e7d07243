//! What was called before the widget could hear it: on this page, or on an earlier one of this origin that went first.

use banso_model::time::Timestamp;

use super::live::{Address, Live};
use crate::api::{Call, When};
use crate::browser;
use crate::visit::IDLE_MS;

/// A call, with when and where it was made.
pub(super) type Early = (Call, When);

impl Live {
    /// Hears what was called before, in order, and begins to record this page once it is known who is here.
    pub(super) fn hear(&mut self, calls: Vec<Early>) {
        self.read_rules();
        self.remember();
        let now = browser::now();
        let opened = opened();
        let mut here = false;
        let mut begun = false;
        for (call, when) in calls {
            let lasts = call.is_record() || call.is_naming();
            if when.at >= opened {
                self.arrive(&mut here);
                if !begun && !call.is_naming() {
                    // The page comes before what was called on it.
                    self.clock = Some(when.at);
                    self.begin();
                    begun = true;
                }
            } else if !lasts && now.since(when.at) >= IDLE_MS {
                // What was to be shown so long ago is of no interest any more.
                continue;
            }
            self.hear_one(call, when);
        }
        self.clock = None;
        self.arrive(&mut here);
        if !begun {
            self.begin();
        }
    }

    /// Who was named on an earlier page is not known to be on this one.
    fn arrive(&mut self, here: &mut bool) {
        if !std::mem::replace(here, true) && self.clock.is_some() {
            self.identity.unname();
            self.locale = None;
            self.overlay.clear();
            self.remember();
        }
    }

    fn hear_one(&mut self, call: Call, when: When) {
        self.clock = Some(when.at);
        let location = browser::property(&js_sys::global(), "location");
        let path = browser::property(&location, "pathname");
        let here = when.page.is_empty() || path.as_string().as_ref() == Some(&when.page);
        if here && !self.address.url.is_empty() {
            return self.call(call);
        }
        let there = Address {
            url: when.page.clone(),
            recorded: when.page,
            left: true,
            ..Address::default()
        };
        let address = std::mem::replace(&mut self.address, there);
        self.call(call);
        self.address = address;
    }
}

/// When this page was opened.
fn opened() -> Timestamp {
    let performance = browser::property(&js_sys::global(), "performance");
    let at = browser::property(&performance, "timeOrigin").as_f64();
    Timestamp(at.unwrap_or_default() as i64)
}
