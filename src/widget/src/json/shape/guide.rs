//! Compiled guides.

use banso_model::guide::{
    Action, Advance, AdvanceOn, AnswerKind, Backdrop, Button, Checklist, Choice, Content, Esc,
    Guide, Interact, Item, Kind, Media, Missing, MissingThen, Order, Placement, Progress, Question,
    Step, StepKind,
};
use banso_model::value::Value;

use super::{Shape, Wrong, object, variant, word};

object!(Guide {
    id,
    kind,
    locale,
    dismissable,
    title,
    content
});
object!(Step {
    id,
    kind,
    target,
    placement,
    backdrop,
    interact,
    padding,
    radius,
    missing,
    title,
    body,
    media,
    question,
    buttons,
    advance,
    esc,
});
object!(Media {
    src,
    alt,
    video,
    poster,
    captions,
    ratio
});
object!(Question {
    answer,
    min,
    max,
    low,
    high,
    options,
    required
});
object!(Choice { id, label, body, act as "do" });
object!(Missing { wait_ms, then });
object!(Advance {
    on,
    target,
    is,
    matches,
    page,
    feature,
    after
});
object!(Button { label, act as "do", primary });
object!(Checklist {
    body,
    items,
    order,
    progress,
    collapsible,
    goal
});
object!(Item { id, title, body, media, act as "do", by_hand, leads_to, after });

word!(Kind {
    Tour "tour", Checklist "checklist", Announcement "announcement", Banner "banner", Hotspot "hotspot", Survey "survey",
});
word!(StepKind {
    Tooltip "tooltip", Modal "modal", Wait "wait", Corner "corner", Hotspot "hotspot", Pulse "pulse", Top "top",
    Bottom "bottom", Static "static", Inline "inline",
});
word!(AnswerKind { Scale "scale", One "one", Many "many", Text "text" });
word!(Placement {
    Auto "auto", Top "top", TopStart "top-start", TopEnd "top-end", Bottom "bottom", BottomStart "bottom-start",
    BottomEnd "bottom-end", Left "left", Right "right", Start "start", End "end",
});
word!(Backdrop { None "none", Dim "dim", Spotlight "spotlight" });
word!(Interact { Allow "allow", Target "target", Block "block" });
word!(MissingThen { Pause "pause", Skip "skip", End "end" });
word!(Esc { Close "close", Snooze "snooze", None "none" });
word!(AdvanceOn {
    Next "next", Click "click", Input "input", Page "page", Element "element", Feature "feature", Wait "wait",
});
word!(Order { Free "free", Fixed "fixed" });
word!(Progress { User "user", Account "account" });

impl Shape for Content {
    fn shape(value: &Value, wrong: &mut Wrong) -> Self {
        let (name, value) = variant(value, wrong);
        match name {
            "checklist" => Self::Checklist(Shape::shape(value, wrong)),
            _ => {
                wrong.0 |= name != "steps";
                Self::Steps(Shape::shape(value, wrong))
            }
        }
    }
}

impl Shape for Action {
    fn shape(value: &Value, wrong: &mut Wrong) -> Self {
        if let Value::Text(name) = value {
            let plain = [Self::Next, Self::Back, Self::Close, Self::Snooze];
            let known = plain.into_iter().find(|action| action.as_str() == name);
            wrong.0 |= known.is_none();
            return known.unwrap_or(Self::Close);
        }
        let (name, value) = variant(value, wrong);
        let text = String::shape(value, wrong);
        match name {
            "goto" => Self::Goto(text),
            "open" => Self::Open(text),
            "show" => Self::Show(text),
            "track" => Self::Track(text),
            _ => {
                wrong.0 |= name != "emit";
                Self::Emit(text)
            }
        }
    }
}
