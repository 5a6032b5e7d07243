use super::*;
use proptest::prelude::*;

fn check(markdown: &str, tree: &str) {
    let got = serde_json::to_string(&blocks(markdown)).expect("a tree is JSON");
    assert_eq!(got, tree, "{markdown}");
}

#[test]
fn markdown_becomes_a_tree() {
    for (markdown, tree) in [
        ("", "[]"),
        (
            "Click **New report**.",
            r#"[{"paragraph":[{"text":"Click "},{"strong":[{"text":"New report"}]},{"text":"."}]}]"#,
        ),
        (
            "**新規レポート** を押します。",
            r#"[{"paragraph":[{"strong":[{"text":"新規レポート"}]},{"text":" を押します。"}]}]"#,
        ),
        (
            "# A\n\nb *c* `d`",
            r#"[{"heading":[1,[{"text":"A"}]]},{"paragraph":[{"text":"b "},{"emphasis":[{"text":"c"}]},{"text":" "},{"code":"d"}]}]"#,
        ),
        (
            "- a\n- b\n  1. c",
            r#"[{"bullets":[[{"paragraph":[{"text":"a"}]}],[{"paragraph":[{"text":"b"}]},{"numbers":[1,[[{"paragraph":[{"text":"c"}]}]]]}]]}]"#,
        ),
        (
            "> q\n\n---\n\n    let x;\n",
            r#"[{"quote":[{"paragraph":[{"text":"q"}]}]},"rule",{"code":"let x;\n"}]"#,
        ),
        (
            "a  \nb\nc",
            r#"[{"paragraph":[{"text":"a"},"break",{"text":"b\nc"}]}]"#,
        ),
        (
            "[docs](/docs) <https://x.example> <a@b.example>",
            r#"[{"paragraph":[{"link":["/docs",[{"text":"docs"}]]},{"text":" "},{"link":["https://x.example",[{"text":"https://x.example"}]]},{"text":" "},{"link":["mailto:a@b.example",[{"text":"a@b.example"}]]}]}]"#,
        ),
    ] {
        check(markdown, tree);
    }
}

#[test]
fn html_stays_text_and_unsafe_links_lose_their_address() {
    for (markdown, tree) in [
        (
            "a <b>bold</b> <img src=x onerror=alert(1)>",
            r#"[{"paragraph":[{"text":"a <b>bold</b> <img src=x onerror=alert(1)>"}]}]"#,
        ),
        (
            "<script>\nalert(1)\n</script>",
            r#"[{"paragraph":[{"text":"<script>\nalert(1)\n</script>"}]}]"#,
        ),
        (
            "[x](javascript:alert(1)) [y](JaVaScRiPt:1) [z](data:text/html,x)",
            r#"[{"paragraph":[{"text":"x y z"}]}]"#,
        ),
        (
            "![a chart](https://x.example/c.png)",
            r#"[{"paragraph":[{"text":"a chart"}]}]"#,
        ),
    ] {
        check(markdown, tree);
    }
}

#[test]
fn variables_pass_through_markup() {
    for (markdown, tree) in [
        (
            "Hi **{{user.first_name|*you*}}**, `{{user.id|}}`",
            r#"[{"paragraph":[{"text":"Hi "},{"strong":[{"variable":["user.first_name","*you*"]}]},{"text":", "},{"code":"{{user.id|}}"}]}]"#,
        ),
        (
            "{{account.name|あなたの会社}}様",
            r#"[{"paragraph":[{"variable":["account.name","あなたの会社"]},{"text":"様"}]}]"#,
        ),
        ("{{nope|x}}", r#"[{"paragraph":[{"text":"{{nope|x}}"}]}]"#),
        ("    {{user.name|x}}", r#"[{"code":"{{user.name|x}}"}]"#),
    ] {
        check(markdown, tree);
    }
    assert_eq!(
        plain("*{{user.name|there}}*"),
        [
            Inline::Text("*".to_owned()),
            Inline::Variable("user.name".to_owned(), "there".to_owned()),
            Inline::Text("*".to_owned())
        ]
    );
}

#[test]
fn addresses_that_are_safe() {
    for (address, safe) in [
        ("https://x.example", true),
        ("http://x.example", true),
        ("mailto:a@b.example", true),
        ("/reports?x=1:2", true),
        ("#top", true),
        ("reports/new", true),
        ("//cdn.example/x", true),
        ("javascript:alert(1)", false),
        (" javascript:alert(1)", false),
        ("java\tscript:alert(1)", false),
        ("\u{1}javascript:alert(1)", false),
        ("JAVASCRIPT:alert(1)", false),
        ("data:text/html,x", false),
        ("vbscript:x", false),
        ("blob:x", false),
        ("", false),
    ] {
        assert_eq!(is_safe(address), safe, "{address:?}");
    }
}

#[test]
fn deep_nesting_is_kept_flat() {
    for text in [
        ">".repeat(5000) + "x",
        "- ".repeat(500) + "x",
        "*".repeat(2000) + "x" + &"*".repeat(2000),
        "[".repeat(2000) + "x" + &"](y)".repeat(2000),
    ] {
        let json = serde_json::to_string(&blocks(&text)).expect("a tree is JSON");
        assert!(json.contains('x') && json.len() < 60_000, "{}", json.len());
    }
}

proptest! {
    #[test]
    fn any_text_becomes_a_tree(text in "([a#*_`>\\-\\[\\]()!<>/1. \n|{}&;あ]|javascript:|user\\.){0,60}") {
        let json = serde_json::to_string(&blocks(&text)).expect("a tree is JSON");
        prop_assert!(!json.contains("\"link\":[\"javascript"));
        prop_assert!(!json.contains([OPEN, CLOSE]));
    }
}
