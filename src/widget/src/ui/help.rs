//! Help in the hub: a search, what it found, and an article.

use banso_model::wire::{Article, Listed};

use super::hub::contact;
use super::press::{button, worded};
use super::tag::{Html, Tag, tag};
use super::{Given, icon, media, text};
use crate::scene::{HelpScene, Intent};

/// The search and what it found, or the article that is open.
pub fn view(given: &Given, help: &HelpScene) -> Html {
    if let Some(open) = &help.article {
        return article(given, help, open);
    }
    let words = &given.scene.session.words;
    let search = tag(
        "input",
        "type=search;id=search;autocomplete=off;data-banso-action=search",
    )
    .set("aria-label", words.say("search"))
    .set("placeholder", words.say("search"))
    .set("value", &help.query)
    .on(vec![Intent::Search(String::new())]);
    let found = help.found.as_ref().map(|found| &*found.articles);
    let missed = found.is_some_and(<[_]>::is_empty) && !help.searched.is_empty();
    let (class, said) = if help.failed {
        ("nothing", words.say("offline").to_owned())
    } else if missed {
        ("nothing", words.say("no_hits").to_owned())
    } else {
        // Seen, the list says it.
        let found = found.filter(|_| !help.searched.is_empty());
        let hits = found.map(|found| text::counted(words.say("hits"), found.len(), 0));
        ("unseen", hits.unwrap_or_default())
    };
    let said = tag("p", "role=status").set("class", class).say(&said);
    let mut parts = vec![search, said, list(found.unwrap_or_default())];
    if missed || help.failed {
        parts.extend(contact(given));
    }
    parts
}

fn list(articles: &[Listed]) -> Tag {
    let mut list = tag("ul", "class=articles");
    for article in articles {
        let open = vec![Intent::Article(Some(article.id.clone()))];
        let row = button("row", "article", open)
            .put(
                tag("span", "class=says")
                    .put(tag("span", "class=name").say(&article.title))
                    .put(tag("span", "class=summary").say(&article.summary)),
            )
            .put(icon::chevron());
        list = list.put(
            tag("li", "class=article")
                .set("data-banso-article", &article.id)
                .put(row),
        );
    }
    list
}

fn article(given: &Given, help: &HelpScene, article: &Article) -> Html {
    let session = &given.scene.session;
    let (words, variables) = (&session.words, &session.variables);
    let back = vec![Intent::Article(None)];
    let mut parts = vec![
        worded("quiet", "back", words.say("back"), back),
        tag("h3", "tabindex=-1").with(text::rich(&article.title, variables)),
        tag("p", "class=summary").say(&text::counted(
            words.say("minutes"),
            article.minutes as usize,
            0,
        )),
    ];
    parts.extend(
        article
            .media
            .as_ref()
            .map(|one| media::view(one, &session.locale)),
    );
    parts.push(tag("div", "class=text").with(text::rich(&article.body, variables)));
    let mut asked = tag("div", "class=solved;role=group").set("aria-label", words.say("solved"));
    if help.solved.is_some() {
        asked = asked.put(tag("p", "").say(words.say("thanks")));
    } else {
        asked = asked
            .put(tag("p", "").say(words.say("solved")))
            .put(worded(
                "button",
                "solved",
                words.say("yes"),
                vec![Intent::Solved(true)],
            ))
            .put(worded(
                "button",
                "unsolved",
                words.say("no"),
                vec![Intent::Solved(false)],
            ));
    }
    parts.push(asked);
    if help.solved == Some(false) {
        parts.extend(contact(given));
    }
    if !article.related.is_empty() {
        parts.push(tag("h4", "").say(words.say("related")));
        parts.push(list(&article.related));
    }
    parts
}
