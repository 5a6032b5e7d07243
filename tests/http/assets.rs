//! The loader and the widget's build, or the remedy where this build has none.

use anyhow::Result;
use banso_tests::house::House;

#[tokio::test]
async fn a_build_without_the_widget_says_what_to_do() -> Result<()> {
    let house = House::open()?;
    let answer = house.get("/banso.js").await?;
    match banso_collector::assets::build() {
        None => {
            assert_eq!(answer.outcome(), "503 not_built");
            let message = answer.body["error"]["message"].as_str().unwrap_or_default();
            assert!(message.contains("cargo xtask build"), "{message}");
        }
        Some(_) => {
            assert_eq!(answer.outcome(), "200");
            assert_eq!(
                answer.header("cross-origin-resource-policy"),
                "cross-origin"
            );
        }
    }
    house.close().await
}
