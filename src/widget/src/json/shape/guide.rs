//! Compiled guides.

use banso_model::guide::{
    Action, Advance, AdvanceOn, Backdrop, Block, Button, Checklist, Content, Esc, Guide, Inline,
    Interact, Item, Kind, Missing, MissingThen, Order, Placement, Progress, Step, StepKind,
};
use banso_model::value::Value;

use super::{Shape, object, variant, word};

object!(Guide {
    id,
    locale,
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
    buttons,
    advance,
    esc,
});
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
    dismissable
});
object!(Item { id, title, body, act as "do", by_hand });

word!(Kind {
    Tour "tour", Checklist "checklist", Announcement "announcement", Banner "banner", Hotspot "hotspot", Survey "survey",
});
word!(StepKind { Tooltip "tooltip", Modal "modal", Wait "wait" });
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
    fn shape(value: Value) -> Option<Self> {
        let (name, value) = variant(value)?;
        match name.as_str() {
            "tour" => Vec::shape(value).map(Self::Tour),
            "checklist" => Checklist::shape(value).map(Self::Checklist),
            _ => None,
        }
    }
}

impl Shape for Action {
    fn shape(value: Value) -> Option<Self> {
        if let Value::Text(name) = &value {
            let plain = [Self::Next, Self::Back, Self::Close, Self::Snooze];
            return plain.into_iter().find(|action| action.as_str() == name);
        }
        let (name, value) = variant(value)?;
        let text = String::shape(value)?;
        Some(match name.as_str() {
            "goto" => Self::Goto(text),
            "open" => Self::Open(text),
            "show" => Self::Show(text),
            "track" => Self::Track(text),
            "emit" => Self::Emit(text),
            _ => return None,
        })
    }
}

impl Shape for Block {
    fn shape(value: Value) -> Option<Self> {
        if matches!(&value, Value::Text(name) if name == "rule") {
            return Some(Self::Rule);
        }
        let (name, value) = variant(value)?;
        match name.as_str() {
            "paragraph" => Vec::shape(value).map(Self::Paragraph),
            "heading" => {
                <(u8, Vec<Inline>)>::shape(value).map(|(level, text)| Self::Heading(level, text))
            }
            "bullets" => Vec::shape(value).map(Self::Bullets),
            "numbers" => <(u32, Vec<Vec<Self>>)>::shape(value)
                .map(|(from, items)| Self::Numbers(from, items)),
            "quote" => Vec::shape(value).map(Self::Quote),
            "code" => String::shape(value).map(Self::Code),
            _ => None,
        }
    }
}

impl Shape for Inline {
    fn shape(value: Value) -> Option<Self> {
        if matches!(&value, Value::Text(name) if name == "break") {
            return Some(Self::Break);
        }
        let (name, value) = variant(value)?;
        match name.as_str() {
            "text" => String::shape(value).map(Self::Text),
            "variable" => {
                <(String, String)>::shape(value).map(|(name, or)| Self::Variable(name, or))
            }
            "strong" => Vec::shape(value).map(Self::Strong),
            "emphasis" => Vec::shape(value).map(Self::Emphasis),
            "code" => String::shape(value).map(Self::Code),
            "link" => <(String, Vec<Self>)>::shape(value).map(|(to, text)| Self::Link(to, text)),
            _ => None,
        }
    }
}
