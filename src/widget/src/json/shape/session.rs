//! The collector's answers.

use banso_model::progress::{GuideProgress, ItemProgress, Run};
use banso_model::value::Value;
use banso_model::wire::{
    BatchAnswer, Corner, ErrorAnswer, ErrorBody, Facts, FeatureOn, FeatureRule, GuideEntry, Hub,
    Pacing, Privacy, Rejected, Repeat, Scheme, Session, SessionAnswer, Start, Theme, Uses,
};
use banso_model::words::Words;

use super::{Shape, member, members, object, variant, word};

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
object!(Hub { corner });
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
object!(Words {
    next,
    back,
    done,
    close,
    later,
    step,
    open_hub,
    hub,
    to_do,
    nothing,
    progress,
    item_done,
    item_open,
    start,
    mark_done,
    all_done,
    show,
    collapse,
    expand,
    dismiss,
});

word!(Corner { End "end", Start "start" });
word!(Scheme { Auto "auto", Light "light", Dark "dark" });
word!(Start { Hub "hub", Auto "auto", Api "api" });
word!(Run { Open "open", Done "done", Dismissed "dismissed" });

impl Shape for SessionAnswer {
    fn shape(value: Value) -> Option<Self> {
        let (name, value) = variant(value)?;
        if name == "fresh" {
            return Shape::shape(value).map(Self::Fresh);
        }
        let refresh_after = member(&mut members(value)?, "refresh_after")?;
        Some(Self::Unchanged { refresh_after })
    }
}

impl Shape for Repeat {
    fn shape(value: Value) -> Option<Self> {
        match value {
            Value::Null => Some(Self::default()),
            Value::Text(name) => match name.as_str() {
                "once" => Some(Self::Once),
                "until-done" => Some(Self::UntilDone),
                "always" => Some(Self::Always),
                _ => None,
            },
            value => {
                let mut members = members(variant(value)?.1)?;
                Some(Self::Every {
                    ms: member(&mut members, "ms")?,
                    times: member(&mut members, "times")?,
                })
            }
        }
    }
}
