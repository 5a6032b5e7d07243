//! What a step asks: a scale, options, or free text. All are the browser's own controls, so that keys and screen readers
//! know them.

use banso_model::guide::{AnswerKind, Choice, Question};
use banso_model::time::digits;
use banso_model::value::Value;

use super::press::button;
use super::tag::{Tag, tag};
use super::{Given, text};
use crate::scene::{CardScene, Intent};

/// A question's controls.
pub fn view(given: &Given, card: &CardScene, step: &str, asks: &Question) -> Tag {
    let group = tag("div", "")
        .set("class", "asks")
        .set("aria-labelledby", "title");
    match asks.answer {
        AnswerKind::Scale => scale(group, card, step, asks),
        AnswerKind::Text => group.put(field(given, card, step, asks)),
        AnswerKind::One if asks.options.iter().any(|option| !option.act.is_empty()) => {
            options(group, asks, |option| chooser(given, card, option))
        }
        AnswerKind::One => options(group.set("role", "radiogroup"), asks, |option| {
            let is = card.answer.as_ref().and_then(Value::as_text) == Some(&option.id);
            let press = Intent::Answer(card.run, option.id.as_str().into());
            choice(given, step, "radio", option, is, press)
        }),
        AnswerKind::Many => options(group.set("role", "group"), asks, |option| {
            let is = matches!(&card.answer, Some(Value::List(chosen)) if chosen.iter().any(|one| one.as_text() == Some(&option.id)));
            let press = Intent::Toggle(card.run, option.id.clone());
            choice(given, step, "checkbox", option, is, press)
        }),
    }
}

fn options(group: Tag, asks: &Question, one: impl Fn(&Choice) -> Tag) -> Tag {
    asks.options
        .iter()
        .fold(group, |group, option| group.put(one(option)))
}

fn scale(group: Tag, card: &CardScene, step: &str, asks: &Question) -> Tag {
    let mut row = tag("div", "class=scale;role=radiogroup;aria-labelledby=title");
    for number in asks.min..=asks.max {
        let says = digits(i64::from(number));
        let value = Value::Number(f64::from(number));
        let is = card.answer.as_ref() == Some(&value);
        let mut label = control(step, "radio", &says, is, Intent::Answer(card.run, value));
        // The ends are named in words for those who do not see what is below them.
        let end = match number {
            low if low == asks.min => &asks.low,
            high if high == asks.max => &asks.high,
            _ => "",
        };
        if !end.is_empty() {
            label = label.put(tag("span", "class=unseen").say(end));
        }
        row = row.put(label.put(tag("span", "class=number").say(&says)));
    }
    let ends = tag("div", "class=ends;aria-hidden=true")
        .put(tag("span", "").say(&asks.low))
        .put(tag("span", "").say(&asks.high));
    group.put(row).put(ends)
}

fn choice(given: &Given, step: &str, kind: &str, option: &Choice, is: bool, press: Intent) -> Tag {
    control(step, kind, &option.id, is, press).put(says(given, option))
}

fn says(given: &Given, option: &Choice) -> Tag {
    let variables = &given.scene.session.variables;
    tag("span", "class=says")
        .put(tag("span", "class=name").with(text::rich(&option.label, variables)))
        .with(text::rich(&option.body, variables))
}

/// An option that does something at once.
fn chooser(given: &Given, card: &CardScene, option: &Choice) -> Tag {
    let mut press = vec![Intent::Answer(card.run, option.id.as_str().into())];
    for action in &option.act {
        press.push(Intent::Act(card.run, action.clone()));
    }
    press.push(Intent::Act(card.run, banso_model::guide::Action::Next));
    button("button option", "choose", press)
        .set("data-banso-option", &option.id)
        .put(says(given, option))
}

/// A labelled radio button or checkbox. It is another element at another question, so that what was chosen there stays.
fn control(step: &str, kind: &str, value: &str, is: bool, press: Intent) -> Tag {
    let mut id = String::from(step);
    id.push('-');
    id.push_str(value);
    let mut input = tag("input", "")
        .set("id", &id)
        .set("type", kind)
        .set("name", step)
        .set("value", value)
        .set("data-banso-option", value)
        .on(vec![press]);
    if is {
        input = input.set("checked", "");
    }
    tag("label", "").put(input)
}

fn field(given: &Given, card: &CardScene, step: &str, asks: &Question) -> Tag {
    let mut id = String::from(step);
    id.push_str("-text");
    let text = card.answer.as_ref().and_then(Value::as_text);
    tag("textarea", "rows=4;data-banso-option=text")
        .set("id", &id)
        .set("maxlength", &digits(i64::from(asks.max)))
        .set("aria-label", given.scene.session.words.say("write"))
        .say(text.unwrap_or_default())
        .on(vec![Intent::Text(card.run, String::new())])
}
