use std::collections::BTreeMap;

use banso_model::condition::{By, FeatureUse, GuideState};
use banso_model::condition::{Condition, Op};
use banso_model::value::Value;
use proptest::prelude::{
    Just, Strategy, any, prop_assert, prop_assert_eq, prop_assume, prop_compose, prop_oneof,
    proptest,
};

use super::{Both, Facts, Known, Reduced, decided, reduce};

/// Facts as a table: user attributes `a` to `f`, pages, segments, a stage and uses.
#[derive(Clone, Debug, Default)]
struct Table {
    user: BTreeMap<String, Option<Value>>,
    pages: BTreeMap<String, bool>,
    segments: BTreeMap<String, Condition>,
    lists: BTreeMap<String, Vec<String>>,
    items: BTreeMap<String, bool>,
    stage: Option<String>,
    uses: Option<u64>,
}

fn of<T>(map: &BTreeMap<String, T>, key: &str) -> Known<T>
where
    T: Clone,
{
    map.get(key).cloned().map_or(Known::Elsewhere, Known::Is)
}

impl Facts for Table {
    fn user(&self, name: &str) -> Known<&Value> {
        match self.user.get(name) {
            Some(Some(value)) => Known::Is(value),
            Some(None) => Known::Absent,
            None => Known::Elsewhere,
        }
    }
    fn segment(&self, id: &str) -> Known<&Condition> {
        self.segments.get(id).map_or(Known::Elsewhere, Known::Is)
    }
    fn stage(&self) -> Known<&str> {
        self.stage.as_deref().map_or(Known::Elsewhere, Known::Is)
    }
    fn feature(&self, _: &FeatureUse) -> Known<u64> {
        self.uses.map_or(Known::Elsewhere, Known::Is)
    }
    fn item(&self, item: &str) -> Known<bool> {
        of(&self.items, item)
    }
    fn items(&self, list: &str) -> Known<&[String]> {
        self.lists
            .get(list)
            .map_or(Known::Elsewhere, |ids| Known::Is(ids.as_slice()))
    }
    fn page(&self, pattern: &str) -> Known<bool> {
        of(&self.pages, pattern)
    }
}

fn condition(json: &str) -> Condition {
    serde_json::from_str(json).unwrap_or_else(|error| panic!("{json}: {error}"))
}

fn known() -> Table {
    Table {
        user: BTreeMap::from([
            ("role".to_owned(), Some("admin".into())),
            ("team".to_owned(), None),
        ]),
        pages: BTreeMap::from([("/reports/*".to_owned(), true), ("/docs".to_owned(), false)]),
        segments: BTreeMap::from([
            (
                "admins".to_owned(),
                condition(r#"{"user":"role","is":"admin"}"#),
            ),
            (
                "here".to_owned(),
                condition(r#"{"all":[{"segment":"admins"},{"page":"/x"}]}"#),
            ),
            (
                "loop".to_owned(),
                condition(r#"{"any":[{"segment":"pool"},{"page":"/x"}]}"#),
            ),
            ("pool".to_owned(), condition(r#"{"segment":"loop"}"#)),
        ]),
        lists: BTreeMap::from([("start".to_owned(), vec!["one".to_owned(), "two".to_owned()])]),
        items: BTreeMap::from([("start/one".to_owned(), true)]),
        stage: Some("setup".to_owned()),
        uses: Some(0),
    }
}

fn check(json: &str, expected: &str) {
    let reduced = match reduce(&condition(json), &known()) {
        Reduced::True => "true".to_owned(),
        Reduced::False => "false".to_owned(),
        Reduced::Rest(rest) => serde_json::to_string(&rest).expect("conditions are JSON"),
    };
    assert_eq!(reduced, expected, "{json}");
}

#[test]
fn known_parts_are_decided_and_the_rest_is_left() {
    for (json, expected) in [
        (r#"{"all":[]}"#, "true"),
        (r#"{"any":[]}"#, "false"),
        (r#"{"user":"role","is":"admin"}"#, "true"),
        (r#"{"user":"team","is":"sales"}"#, "false"),
        (r#"{"user":"team","not":"sales"}"#, "true"),
        (r#"{"not":{"user":"team","is":"sales"}}"#, "true"),
        (r#"{"user":"team","exists":false}"#, "true"),
        (
            r#"{"account":"plan","is":"pro"}"#,
            r#"{"account":"plan","is":"pro"}"#,
        ),
        (r#"{"stage":["setup","daily-use"]}"#, "true"),
        (r#"{"stage":"renewal"}"#, "false"),
        (r#"{"feature":"x","count":{"eq":0}}"#, "true"),
        (r#"{"feature":"x"}"#, "false"),
        (r#"{"page":["/docs","/reports/*"]}"#, "true"),
        (r#"{"page":["/docs","/x"]}"#, r#"{"page":"/x"}"#),
        (r#"{"page":"/docs"}"#, "false"),
        (
            r#"{"all":[{"user":"role","is":"admin"},{"page":"/x"},{"all":[{"page":"/y"},{"any":[{"page":"/docs"},{"page":"/z"}]}]}]}"#,
            r#"{"all":[{"page":"/x"},{"page":"/y"},{"page":"/z"}]}"#,
        ),
        (r#"{"any":[{"page":"/x"},{"stage":"setup"}]}"#, "true"),
        (r#"{"not":{"not":{"page":"/x"}}}"#, r#"{"page":"/x"}"#),
        (
            r#"{"not":{"all":[{"not":{"page":"/x"}},{"stage":"setup"}]}}"#,
            r#"{"page":"/x"}"#,
        ),
        (r#"{"segment":"admins"}"#, "true"),
        (r#"{"segment":"here"}"#, r#"{"page":"/x"}"#),
        (r#"{"segment":"unheard"}"#, r#"{"segment":"unheard"}"#),
        (r#"{"segment":"loop"}"#, r#"{"page":"/x"}"#),
        (r#"{"item":"start/one"}"#, "true"),
        (r#"{"item":"start/one","done":false}"#, "false"),
        (
            r#"{"item":"start/*"}"#,
            r#"{"item":"start/two","done":true}"#,
        ),
        (
            r#"{"item":"start/*","done":false}"#,
            r#"{"not":{"item":"start/two","done":true}}"#,
        ),
        (r#"{"item":"other/*"}"#, r#"{"item":"other/*","done":true}"#),
        (
            r#"{"guide":"g","state":"done"}"#,
            r#"{"guide":"g","state":"done"}"#,
        ),
    ] {
        check(json, expected);
    }
}

fn leaf() -> impl Strategy<Value = Condition> {
    let op = prop_oneof![
        Just(r#"{"is":"x"}"#),
        Just(r#"{"not":"x"}"#),
        Just(r#"{"exists":false}"#),
        Just(r#"{"gte":2}"#),
    ]
    .prop_map(|op| serde_json::from_str::<Op>(op).expect("a comparison"));
    let name = "[a-d]";
    prop_oneof![
        4 => (name, op).prop_map(|(name, op)| Condition::User(name, op)),
        2 => proptest::collection::vec(name, 0..3).prop_map(Condition::Page),
        2 => name.prop_map(Condition::Segment),
        1 => (prop_oneof![Just("l/a"), Just("l/b"), Just("l/*"), Just("m/*")], any::<bool>())
            .prop_map(|(item, done)| Condition::Item(item.to_owned(), done)),
        1 => proptest::collection::vec(name, 0..3).prop_map(Condition::Stage),
        1 => Just(Condition::Guide("g".to_owned(), GuideState::Seen)),
        1 => (0..3_u32).prop_map(|least| Condition::Feature(FeatureUse {
            feature: "f".to_owned(),
            count: Op::at_least(f64::from(least)),
            within: None,
            by: By::User,
        })),
    ]
}

fn tree() -> impl Strategy<Value = Condition> {
    leaf().prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Condition::All),
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Condition::Any),
            inner.prop_map(|part| Condition::Not(Box::new(part))),
        ]
    })
}

prop_compose! {
    fn table()(
        user in proptest::collection::btree_map("[a-d]", proptest::option::of(prop_oneof![
            Just(Value::from("x")), Just(Value::from("y")), Just(Value::from(2.0)),
        ]), 0..5),
        pages in proptest::collection::btree_map("[a-d]", any::<bool>(), 0..5),
        segments in proptest::collection::btree_map("[a-d]", tree(), 0..4),
        known_list in any::<bool>(),
        items in proptest::collection::btree_map(prop_oneof![Just("l/a".to_owned()), Just("l/b".to_owned())], any::<bool>(), 0..3),
        stage in proptest::option::of("[a-d]"),
        uses in proptest::option::of(0..3_u64),
    ) -> Table {
        let lists = if known_list {
            BTreeMap::from([("l".to_owned(), vec!["a".to_owned(), "b".to_owned()])])
        } else {
            BTreeMap::new()
        };
        Table { user, pages, segments, lists, items, stage, uses }
    }
}

/// Splits a table in two by the bits of `mask`.
fn split(table: &Table, mask: u32) -> (Table, Table) {
    let mut bit = 0;
    let mut left = || {
        bit += 1;
        mask >> (bit % 32) & 1 == 0
    };
    let (mut a, mut b) = (Table::default(), Table::default());
    for (name, value) in &table.user {
        if left() { &mut a } else { &mut b }
            .user
            .insert(name.clone(), value.clone());
    }
    for (name, value) in &table.pages {
        if left() { &mut a } else { &mut b }
            .pages
            .insert(name.clone(), *value);
    }
    for (name, value) in &table.segments {
        if left() { &mut a } else { &mut b }
            .segments
            .insert(name.clone(), value.clone());
    }
    for (name, value) in &table.lists {
        if left() { &mut a } else { &mut b }
            .lists
            .insert(name.clone(), value.clone());
    }
    for (name, value) in &table.items {
        if left() { &mut a } else { &mut b }
            .items
            .insert(name.clone(), *value);
    }
    if left() { &mut a } else { &mut b }
        .stage
        .clone_from(&table.stage);
    if left() { &mut a } else { &mut b }.uses = table.uses;
    (a, b)
}

/// Whether a segment's rule leads back to a segment of the table: such rules are refused by `check`, and what a cycle
/// comes to depends on where it is entered.
fn has_segment_in_rules(table: &Table) -> bool {
    fn mentions(condition: &Condition) -> bool {
        match condition {
            Condition::All(parts) | Condition::Any(parts) => parts.iter().any(mentions),
            Condition::Not(part) => mentions(part),
            Condition::Segment(_) => true,
            _ => false,
        }
    }
    table.segments.values().any(mentions)
}

proptest! {
    #[test]
    fn what_is_decided_is_what_it_is_reduced_to(condition in tree(), table in table()) {
        let expected = match reduce(&condition, &table) {
            Reduced::True => Some(true),
            Reduced::False => Some(false),
            Reduced::Rest(_) => None,
        };
        prop_assert_eq!(decided(&condition, &table), expected);
    }

    #[test]
    fn two_steps_equal_one(condition in tree(), table in table(), mask in any::<u32>()) {
        prop_assume!(!has_segment_in_rules(&table));
        let (first, second) = split(&table, mask);
        let once = reduce(&condition, &table);
        prop_assert_eq!(&reduce(&condition, &Both(&first, &second)), &once);
        let twice = match reduce(&condition, &first) {
            Reduced::Rest(rest) => reduce(&rest, &second),
            decided => decided,
        };
        // A segment only the second place knows may ask for what only the first one does, so it is asked again.
        let settled = match twice {
            Reduced::Rest(rest) => reduce(&rest, &table),
            decided => decided,
        };
        prop_assert_eq!(settled, once);
    }

    #[test]
    fn two_steps_equal_one_exactly_when_segments_are_known_first(
        condition in tree(), table in table(), mask in any::<u32>()
    ) {
        prop_assume!(!has_segment_in_rules(&table));
        let (mut first, mut second) = split(&table, mask);
        first.segments.append(&mut second.segments);
        first.lists.append(&mut second.lists);
        let once = reduce(&condition, &table);
        let twice = match reduce(&condition, &first) {
            Reduced::Rest(rest) => reduce(&rest, &second),
            decided => decided,
        };
        prop_assert_eq!(twice, once);
    }

    #[test]
    fn nothing_decidable_is_left(condition in tree(), table in table()) {
        if let Reduced::Rest(rest) = reduce(&condition, &table) {
            prop_assert_eq!(reduce(&rest, &table), Reduced::Rest(rest.clone()));
            prop_assert!(is_plain(&rest, None), "{:?}", rest);
        }
    }

    #[test]
    fn segments_that_lead_to_themselves_end(condition in tree(), table in table()) {
        let reduced = reduce(&condition, &table);
        prop_assert_eq!(reduce(&condition, &table), reduced);
    }

    #[test]
    fn an_unknown_attribute_satisfies_only_not_and_exists_false(name in "[a-d]") {
        let nobody = Table { user: BTreeMap::from([(name.clone(), None)]), ..Table::default() };
        for (op, expected) in [
            (r#"{"is":"x"}"#, Reduced::False), (r#"{"gte":1}"#, Reduced::False), (r#"{"lt":1}"#, Reduced::False),
            (r#"{"contains":"x"}"#, Reduced::False), (r#"{"exists":true}"#, Reduced::False),
            (r#"{"not":"x"}"#, Reduced::True), (r#"{"exists":false}"#, Reduced::True),
        ] {
            let condition = Condition::User(name.clone(), serde_json::from_str(op).expect("a comparison"));
            prop_assert_eq!(reduce(&condition, &nobody), expected, "{}", op);
        }
    }
}

/// Whether a condition is in its simplest shape: no list in a list of its kind, none of fewer than two, no double
/// negation.
fn is_plain(condition: &Condition, parent: Option<&str>) -> bool {
    match condition {
        Condition::All(parts) => {
            parent != Some("all")
                && parts.len() > 1
                && parts.iter().all(|part| is_plain(part, Some("all")))
        }
        Condition::Any(parts) => {
            parent != Some("any")
                && parts.len() > 1
                && parts.iter().all(|part| is_plain(part, Some("any")))
        }
        Condition::Not(part) => parent != Some("not") && is_plain(part, Some("not")),
        _ => true,
    }
}
