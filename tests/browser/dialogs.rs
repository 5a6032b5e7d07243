//! Guides while the host opens and closes what makes everything else inert or unseen.

use anyhow::{Context as _, Result};
use banso_tests::browser::{Browser, Engine};
use banso_tests::in_each_engine;
use banso_tests::site::Site;
use serde_json::{Value, json};
use thirtyfour::Key;

in_each_engine!(
    a_guide_can_be_used_whatever_the_host_opens,
    a_guide_points_into_a_dialog,
    escape_in_a_dialog_closes_the_guide_first,
    a_guide_is_in_what_fills_the_screen,
);

const PAGE: &str = "<style>dialog { inset: 20px auto auto 20px; margin: 0; width: 240px; height: 200px } #target { margin: 300px 400px }
        #filled { background: Canvas; height: 400px } [popover] { margin: 0; inset: 40px auto auto 500px }</style>
    <button id=target>Target</button> <button id=fill onclick='document.querySelector(\"#filled\").requestFullscreen()'>Fill</button>
    <dialog id=outer><p>Outer</p><button id=in-outer>In outer</button><dialog id=inner><p>Inner</p></dialog></dialog>
    <dialog id=sibling><p>Sibling</p></dialog>
    <div id=popover popover>A popover</div> <div id=manual popover=manual>Another <button id=in-manual>In it</button></div>
    <div id=filled>It fills the screen</div>
    <script>window.at = id => document.querySelector('#' + id); window.pressed = 0;
        addEventListener('click', e => { if (e.target.closest('banso-root')) pressed++ })</script>";

/// A tour of many steps beside one target, so that pressing Next shows that it can be used.
fn tour(id: &str, target: &str) -> Value {
    let steps: Vec<_> = (0..40)
        .map(|place| json!({ "id": format!("s{place}"), "target": { "css": target }, "placement": "bottom", "title": { "en": format!("Step {place}") } }))
        .collect();
    json!({ "version": 1, "id": id, "kind": "tour", "title": { "en": "A tour" }, "show": { "start": "api", "repeat": "always" }, "steps": steps })
}

async fn on_page(engine: Engine, test: impl AsyncFnOnce(&Browser) -> Result<()>) -> Result<()> {
    let guides = [
        tour("page", "#target"),
        tour("dialog", "#in-outer"),
        tour("popover", "#in-manual"),
    ];
    let site = Site::with_guides("", PAGE, &json!([]), &guides)?;
    Browser::run(engine, async |browser| {
        site.visit(browser, "/").await?;
        test(browser).await?;
        browser.clean(&[]).await
    })
    .await
}

/// What the host does while a guide is shown, and which element the root has to be in then.
const OPENINGS: [(&str, &[(&str, &str)]); 9] = [
    (
        "a dialog",
        &[
            ("at('outer').showModal()", "outer"),
            ("at('outer').close()", ""),
        ],
    ),
    (
        "a dialog again",
        &[
            ("at('outer').showModal()", "outer"),
            ("at('outer').close()", ""),
            ("at('outer').showModal()", "outer"),
            ("at('outer').close()", ""),
        ],
    ),
    (
        "a dialog in a dialog",
        &[
            ("at('outer').showModal()", "outer"),
            ("at('inner').showModal()", "inner"),
            ("at('inner').close()", "outer"),
            ("at('outer').close()", ""),
        ],
    ),
    (
        "both of them closed at once",
        &[
            ("at('outer').showModal(); at('inner').showModal()", "inner"),
            ("at('inner').close(); at('outer').close()", ""),
        ],
    ),
    (
        "one dialog after another",
        &[
            ("at('outer').showModal()", "outer"),
            ("at('sibling').showModal()", "sibling"),
            ("at('sibling').close()", "outer"),
            ("at('outer').close()", ""),
        ],
    ),
    (
        "a dialog that is not modal",
        &[("at('outer').show()", ""), ("at('outer').close()", "")],
    ),
    (
        "a dialog that is removed",
        &[
            ("at('outer').showModal()", "outer"),
            ("window.kept = at('outer'); kept.remove()", ""),
            ("kept.close(); document.body.append(kept)", ""),
        ],
    ),
    (
        "a dialog whose content is replaced",
        &[
            ("at('sibling').showModal()", "sibling"),
            (
                "at('sibling').replaceChildren('Nothing is left')",
                "sibling",
            ),
            ("at('sibling').close()", ""),
        ],
    ),
    (
        "popovers",
        &[
            ("at('popover').showPopover()", ""),
            ("at('manual').showPopover()", ""),
            (
                "at('popover').hidePopover(); at('manual').hidePopover()",
                "",
            ),
        ],
    ),
];

async fn a_guide_can_be_used_whatever_the_host_opens(engine: Engine) -> Result<()> {
    on_page(engine, async |browser| {
        for (name, openings) in OPENINGS {
            browser.js("banso('show', 'page')").await?;
            usable(browser, "page", "").await.context(name)?;
            for (act, home) in openings {
                browser.js(act).await?;
                usable(browser, "page", home)
                    .await
                    .with_context(|| format!("{name}: {act}"))?;
            }
            browser.js("banso('hide')").await?;
            browser.no_guide("[data-banso-step]").await.context(name)?;
        }
        Ok(())
    })
    .await
}

/// Fails unless the root comes to be in the element of that id, or in `<html>`, and the guide's Next leads on from there,
/// without the page hearing of it.
async fn usable(browser: &Browser, guide: &str, home: &str) -> Result<()> {
    browser
        .until_js(
            &format!("the root in {home:?}"),
            &format!("return document.querySelector('banso-root')?.parentElement === ({home:?} ? at({home:?}) : document.documentElement)"),
        )
        .await?;
    let card = format!("[data-banso-guide={guide}][data-banso-step]");
    browser.guide(&card).await?;
    let step = format!(
        "document.querySelector('banso-root').shadowRoot.querySelector('{card}')?.dataset.bansoStep"
    );
    let before = browser.js(&format!("return {step}")).await?;
    browser
        .click_guide(&format!("{card} [data-banso-action=next]"))
        .await?;
    browser
        .until_js(
            "the next step",
            &format!("return {step} && {step} !== {before}"),
        )
        .await?;
    // The step is there for a keyboard, too, once the focus is in it.
    browser
        .until_js(
            "the focus in the card",
            "return document.querySelector('banso-root').shadowRoot.activeElement?.matches('.card')",
        )
        .await?;
    let heard = browser.js("return pressed").await?;
    anyhow::ensure!(heard == json!(0), "the page heard {heard} clicks");
    Ok(())
}

async fn a_guide_points_into_a_dialog(engine: Engine) -> Result<()> {
    on_page(engine, async |browser| {
        // Its target is not to be seen until the host opens what it is in.
        for (guide, open, home, close) in [
            ("dialog", "at('outer').showModal()", "outer", "at('outer').close()"),
            ("popover", "at('manual').showPopover()", "", "at('manual').hidePopover()"),
        ] {
            browser.js(&format!("banso('show', '{guide}')")).await?;
            browser.js(open).await?;
            usable(browser, guide, home).await.context(guide)?;
            browser.js(close).await?;
            browser.no_guide("[data-banso-step]").await.context(guide)?;
            browser
                .until_js("the root to be back", "return document.querySelector('banso-root')?.parentElement === document.documentElement")
                .await?;
            browser.js(open).await?;
            usable(browser, guide, home).await.context(guide)?;
            browser.js(&format!("banso('hide'); {close}")).await?;
            browser.no_guide("[data-banso-step]").await.context(guide)?;
        }
        Ok(())
    })
    .await
}

async fn escape_in_a_dialog_closes_the_guide_first(engine: Engine) -> Result<()> {
    on_page(engine, async |browser| {
        browser
            .js("at('outer').showModal(); banso('show', 'page')")
            .await?;
        usable(browser, "page", "outer").await?;
        browser.press(Key::Escape).await?;
        browser.no_guide("[data-banso-step]").await?;
        let open = browser.js("return at('outer').open").await?;
        anyhow::ensure!(open == json!(true), "the dialog went with the guide");
        // The focus is the dialog's again, and Esc too.
        browser.press(Key::Escape).await?;
        browser
            .until_js("the dialog to close", "return !at('outer').open")
            .await?;
        // Escape in the dialog itself is the dialog's.
        browser
            .js("banso('show', 'page'); at('outer').showModal()")
            .await?;
        usable(browser, "page", "outer").await?;
        browser.click("#in-outer").await?;
        browser.press(Key::Escape).await?;
        browser
            .until_js("the dialog to close", "return !at('outer').open")
            .await?;
        usable(browser, "page", "").await
    })
    .await
}

async fn a_guide_is_in_what_fills_the_screen(engine: Engine) -> Result<()> {
    on_page(engine, async |browser| {
        browser
            .js("banso('show', 'dialog'); at('filled').append(at('outer')); at('outer').show()")
            .await?;
        usable(browser, "dialog", "").await?;
        browser.click("#fill").await?;
        browser
            .until_js(
                "the screen to be filled",
                "return document.fullscreenElement === at('filled')",
            )
            .await?;
        usable(browser, "dialog", "filled").await?;
        browser.js("return document.exitFullscreen()").await?;
        browser
            .until_js(
                "the screen to be left",
                "return !document.fullscreenElement",
            )
            .await?;
        usable(browser, "dialog", "").await
    })
    .await
}
