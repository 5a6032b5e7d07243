//! What people read: translations, variables, Markdown and what it leads to.

use super::context::Context;
use super::place::Place;
use super::{Read, condition, links};
use crate::config::media::Media;
use crate::config::text::Text;
use crate::config::{Article, guide};
use crate::markdown::{self, variable};

/// What kind of text it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// One line in which only variables are special.
    Line,
    /// One line in which nothing is special: it is read where no user is known.
    Plain,
    /// Markdown.
    Markdown,
    /// An address for each locale.
    Address,
}

/// The text of a field that may be left out.
pub(super) fn check_some(
    cx: &mut Context<'_>,
    place: &Place,
    field: &str,
    text: Option<&Text>,
    form: Form,
) {
    if let Some(text) = text {
        check(cx, &place.field(field), text, form);
    }
}

pub(super) fn check(cx: &mut Context<'_>, place: &Place, text: &Text, form: Form) {
    translations(cx, place, text);
    for (tag, said) in &text.0 {
        let at = place.field(tag);
        match form {
            Form::Address => links::check_source(cx, &at, said),
            Form::Line => variables(cx, &at, said),
            Form::Plain => no_variables(cx, &at, said),
            Form::Markdown => {
                variables(cx, &at, said);
                markup(cx, &at, said);
            }
        }
    }
}

fn translations(cx: &mut Context<'_>, place: &Place, text: &Text) {
    if text.0.is_empty() {
        cx.error(
            place,
            "the text is given in no language",
            Some("for example `{\"en\": \"Start here\"}`".to_owned()),
        );
        return;
    }
    for (tag, said) in &text.0 {
        if !is_locale(tag) {
            cx.error(
                &place.name(tag),
                format!("`{tag}` is not a locale"),
                Some("a locale is a language tag such as `en`, `ja` or `pt-BR`".to_owned()),
            );
        } else if said.trim().is_empty() {
            cx.warn(
                &place.field(tag),
                format!("the text for `{tag}` is empty"),
                None,
            );
        }
    }
    let Some(workspace) = &cx.names.workspace else {
        return;
    };
    let missing: Vec<String> = workspace
        .locales
        .iter()
        .filter(|wanted| {
            // A text in the language itself serves all its regions, and one for a region serves the language.
            !text.0.keys().any(|have| {
                have.eq_ignore_ascii_case(wanted)
                    || is_region_of(wanted, have)
                    || is_region_of(have, wanted)
            })
        })
        .map(|tag| format!("`{tag}`"))
        .collect();
    let locales = workspace.locales.clone();
    if !missing.is_empty() {
        let read = text
            .nearest(locales.first().map_or("", String::as_str), &locales)
            .map(|(tag, _)| format!("its readers get `{tag}`"));
        cx.warn(
            place,
            format!("there is no text for {}", missing.join(", ")),
            read,
        );
    }
    for tag in text.0.keys().filter(|tag| is_locale(tag)) {
        let known = locales.iter().any(|known| {
            known.split('-').next().is_some_and(|known| {
                tag.split('-')
                    .next()
                    .is_some_and(|language| language.eq_ignore_ascii_case(known))
            })
        });
        if !known {
            cx.warn(
                &place.name(tag),
                format!("the workspace has no locale `{tag}`"),
                Some("add it to `locales` in `banso.json`, or nobody reads this text".to_owned()),
            );
        }
    }
}

fn is_region_of(region: &str, language: &str) -> bool {
    region
        .split_once('-')
        .is_some_and(|(own, _)| own.eq_ignore_ascii_case(language))
}

/// Whether a text has the form of a language tag: a language, and perhaps scripts, regions and variants.
pub(super) fn is_locale(tag: &str) -> bool {
    let mut parts = tag.split('-');
    let language = parts.next().unwrap_or_default();
    (2..=3).contains(&language.len())
        && language.chars().all(|c| c.is_ascii_alphabetic())
        && parts.all(|part| {
            (1..=8).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric())
        })
}

fn variables(cx: &mut Context<'_>, place: &Place, said: &str) {
    let (pieces, problems) = variable::split(said);
    for (span, problem) in problems {
        let written = said.get(span).unwrap_or_default();
        let cut: String = written.chars().take(40).collect();
        cx.error(
            place,
            format!("`{cut}` is not a variable: {problem}"),
            Some("for example `{{user.name|there}}` or `{{account.plan|your plan}}`".to_owned()),
        );
    }
    for piece in pieces {
        if let variable::Piece::Variable {
            path,
            fallback: None,
        } = piece
        {
            cx.warn(
                place,
                format!("`{{{{{path}}}}}` says nothing for those of whom it is not known"),
                Some(format!("add what to say instead: `{{{{{path}|…}}}}`")),
            );
        }
    }
}

fn no_variables(cx: &mut Context<'_>, place: &Place, said: &str) {
    let (pieces, _) = variable::split(said);
    let is_variable =
        |piece: &variable::Piece<'_>| matches!(piece, variable::Piece::Variable { .. });
    if pieces.iter().any(is_variable) {
        cx.error(
            place,
            "this text takes no variables",
            Some("say the same to everyone here".to_owned()),
        );
    }
}

fn markup(cx: &mut Context<'_>, place: &Place, said: &str) {
    for oddity in markdown::oddities(said) {
        match oddity {
            markdown::Oddity::Link(address) => {
                if address.contains("{{") || address.contains("%7B%7B") {
                    cx.error(
                        place,
                        "a link's address takes no variables",
                        Some("lead to a page that knows who its user is".to_owned()),
                    );
                } else {
                    links::check_link(cx, place, &address);
                }
            }
            markdown::Oddity::Picture(address) => cx.warn(
                place,
                format!("the picture `{address}` is not shown: Markdown here has text only"),
                Some("use the field `media`".to_owned()),
            ),
            markdown::Oddity::Html(html) => {
                let cut: String = html.trim().chars().take(40).collect();
                cx.warn(
                    place,
                    format!("`{cut}` is shown as it is written: there is no HTML in texts"),
                    Some("use Markdown: `**strong**`, `*emphasis*`, `[link](/docs)`".to_owned()),
                );
            }
            markdown::Oddity::LooseStars => cx.warn(
                place,
                "`**` is shown as it is written: it does not begin or end strong text here",
                Some("put a space between `**` and the letter or bracket beside it".to_owned()),
            ),
        }
    }
}

/// A picture or a video.
pub(super) fn check_media(cx: &mut Context<'_>, place: &Place, media: Option<&Media>) {
    let Some(media) = media else {
        return;
    };
    let place = place.field("media");
    match media {
        Media::Image(image) => {
            links::check_source(cx, &place.field("image"), &image.image);
            check_alt(cx, &place, &image.alt);
        }
        Media::Video(video) => {
            links::check_source(cx, &place.field("video"), &video.video);
            check_alt(cx, &place, &video.alt);
            if let Some(poster) = &video.poster {
                links::check_source(cx, &place.field("poster"), poster);
            }
            check_some(
                cx,
                &place,
                "captions",
                video.captions.as_ref(),
                Form::Address,
            );
        }
    }
}

/// An empty alternative text marks decoration, in whatever language.
fn check_alt(cx: &mut Context<'_>, place: &Place, alt: &Text) {
    if alt.0.values().any(|said| !said.trim().is_empty()) {
        check(cx, &place.field("alt"), alt, Form::Plain);
    }
}

/// The labels and actions of buttons.
pub(super) fn check_buttons(
    cx: &mut Context<'_>,
    place: &Place,
    buttons: &[guide::Button],
    steps: Option<&[String]>,
) {
    for (number, button) in buttons.iter().enumerate() {
        let at = place.field("buttons").item(number);
        check(cx, &at.field("label"), &button.label, Form::Line);
        super::guides::check_actions(cx, &at.field("do"), &button.act, steps);
    }
}

/// The help articles.
pub(super) fn check_articles(cx: &mut Context<'_>, articles: &[Read<Article>]) {
    let mut seen: Vec<&str> = Vec::new();
    for Read { place, value } in articles {
        super::guides::check_id(cx, place, &value.id, "article", &mut seen);
        check(cx, &place.field("title"), &value.title, Form::Plain);
        check(cx, &place.field("body"), &value.body, Form::Markdown);
        check_media(cx, place, value.media.as_ref());
        for tag in value.keywords.keys() {
            if !is_locale(tag) {
                cx.error(
                    &place.field("keywords").name(tag),
                    format!("`{tag}` is not a locale"),
                    Some("a locale is a language tag such as `en`, `ja` or `pt-BR`".to_owned()),
                );
            }
        }
        for (number, pattern) in value.page.iter().enumerate() {
            let at = cx.one_of_many(&place.field("page"), number);
            links::check_pattern(cx, &at, pattern);
        }
        condition::check_stages(cx, &place.field("stage"), &value.stage);
        if let Some(when) = &value.when {
            condition::check(cx, &place.field("when"), when, condition::Asked::OfUser);
        }
        for (number, related) in value.related.iter().enumerate() {
            let at = place.field("related").item(number);
            if *related == value.id {
                cx.error(
                    &at,
                    "the article is related to itself",
                    Some("remove it".to_owned()),
                );
            } else if !cx.names.articles.contains(related) && !cx.names.articles_are_partial {
                let known = cx.names.articles.clone();
                cx.unknown(&at, "article", related, known.iter().map(String::as_str));
            }
        }
    }
}
