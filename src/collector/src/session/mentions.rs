//! What conditions ask about, so that a session answers that and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use banso_model::condition::{By, Condition};

/// What the conditions that a browser is sent ask of the user.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Mentions {
    /// Features, each with how many days back it is asked about.
    pub features: BTreeMap<String, u32>,
    /// Guides.
    pub guides: BTreeSet<String>,
    /// Items, `list/item` or `list/*`.
    pub items: BTreeSet<String>,
    /// Questions, `survey/question`.
    pub answers: BTreeSet<String>,
}

impl Mentions {
    /// Adds what one condition asks.
    pub fn add(&mut self, condition: &Condition) {
        visit(condition, &mut |part| match part {
            Condition::Feature(uses) => {
                let days = uses
                    .within
                    .map_or(0, |within| within.whole_days().unwrap_or(1));
                let most = self.features.entry(uses.feature.clone()).or_default();
                *most = days.max(*most);
            }
            Condition::Guide(guide, _) => {
                self.guides.insert(guide.clone());
            }
            Condition::Item(item, _) => {
                self.items.insert(item.clone());
            }
            Condition::Answer(question, _) => {
                self.answers.insert(question.clone());
            }
            _ => {}
        });
    }
}

/// The features of which a condition asks how often everyone in the account has used them.
#[must_use]
pub fn asked_of_account(condition: &Condition) -> Vec<String> {
    let mut features = Vec::new();
    visit(condition, &mut |part| {
        if let Condition::Feature(uses) = part
            && uses.by == By::Account
        {
            features.push(uses.feature.clone());
        }
    });
    features
}

fn visit(condition: &Condition, see: &mut impl FnMut(&Condition)) {
    see(condition);
    match condition {
        Condition::All(parts) | Condition::Any(parts) => {
            for part in parts {
                visit(part, see);
            }
        }
        Condition::Not(part) => visit(part, see),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_a_condition_asks_is_found() {
        let condition: Condition = serde_json::from_str(
            r#"{"all":[
                {"feature":"a","within":"7d"}, {"not":{"feature":"a","within":"28d"}}, {"feature":"b"},
                {"any":[{"guide":"g","state":"done"}, {"item":"l/*"}, {"answer":"s/q","gt":1}, {"page":"/x"}]}
            ]}"#,
        )
        .expect("a condition");
        let mut mentions = Mentions::default();
        mentions.add(&condition);
        let set = |name: &str| BTreeSet::from([name.to_owned()]);
        assert_eq!(
            mentions,
            Mentions {
                features: BTreeMap::from([("a".to_owned(), 28), ("b".to_owned(), 0)]),
                guides: set("g"),
                items: set("l/*"),
                answers: set("s/q"),
            }
        );
        assert!(asked_of_account(&condition).is_empty());
        let by_account = serde_json::from_str(r#"{"not":{"feature":"a","by":"account"}}"#);
        assert_eq!(asked_of_account(&by_account.expect("a condition")), ["a"]);
    }
}
