//! The collector's answers.

use banso_model::progress::{GuideProgress, ItemProgress, Run};
use banso_model::value::Value;
use banso_model::wire::{
    Article, BatchAnswer, Contact, Corner, ErrorAnswer, ErrorBody, Facts, FeatureOn, FeatureRule,
    GuideEntry, HelpAnswer, Hub, Listed, News, Pacing, Privacy, Rejected, Repeat, Scheme, Section,
    Session, SessionAnswer, Start, Theme, Uses,
};
use banso_model::words::Words;

use super::{Shape, Wrong, member, object, place, variant, word};

object!(Session {
    etag,
    refresh_after,
    now,
    identified,
    token_wanted,
    locale,
    words,
    theme,
    features,
    guides,
    facts,
    variables,
    pacing,
    privacy,
    hub,
});
object!(Hub {
    corner,
    launcher,
    sections,
    news,
    contact,
    help
});
object!(News {
    id,
    title,
    body,
    media,
    at,
    buttons
});
object!(Contact {
    title,
    body,
    buttons
});
object!(HelpAnswer { articles });
object!(Listed { id, title, summary });
object!(Article {
    id,
    title,
    body,
    media,
    minutes,
    related
});
object!(Theme {
    accent,
    radius,
    scheme
});
object!(FeatureRule { id, on });
object!(FeatureOn { click, page, track });
object!(GuideEntry {
    id,
    kind,
    hash,
    start,
    delay_ms,
    priority,
    repeat,
    snooze_ms,
    conditions,
    items,
    edge,
});
object!(Facts {
    today,
    tomorrow_at,
    features,
    guides,
    items,
    answers,
    interruptions
});
object!(Uses { total, days });
object!(Pacing { max, per_ms });
object!(Privacy { params });
object!(GuideProgress {
    run,
    step,
    runs,
    done,
    first,
    began,
    snoozed_until,
    at
});
object!(ItemProgress { at });
object!(BatchAnswer {
    accepted,
    duplicate,
    rejected,
    refresh
});
object!(Rejected { id, reason });
object!(ErrorAnswer { error });
object!(ErrorBody {
    code,
    message,
    retry_after
});
impl Shape for Words {
    fn shape(value: &Value, wrong: &mut Wrong) -> Self {
        Self(Shape::shape(value, wrong))
    }
}

word!(Section { Todo "todo", Help "help", News "news", Contact "contact" });
word!(Corner { End "end", Start "start" });
word!(Scheme { Auto "auto", Light "light", Dark "dark" });
word!(Start { Hub "hub", Auto "auto", Api "api" });
word!(Run { Open "open", Done "done", Dismissed "dismissed" });

impl Shape for SessionAnswer {
    fn shape(value: &Value, wrong: &mut Wrong) -> Self {
        let (name, value) = variant(value, wrong);
        if name == "fresh" {
            return Self::Fresh(Shape::shape(value, wrong));
        }
        wrong.0 |= name != "unchanged";
        Self::Unchanged {
            refresh_after: member(value, "refresh_after", wrong),
        }
    }
}

impl Shape for Repeat {
    fn shape(value: &Value, wrong: &mut Wrong) -> Self {
        if let Value::Map(_) = value {
            let members = variant(value, wrong).1;
            return Self::Every {
                ms: member(members, "ms", wrong),
                times: member(members, "times", wrong),
            };
        }
        let plain = [Self::UntilDone, Self::Once, Self::Always];
        let place = place(value, &["until-done", "once", "always"], wrong);
        plain.get(place).copied().unwrap_or_default()
    }
}
