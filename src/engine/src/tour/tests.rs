use banso_model::event::GuideAct;
use banso_model::guide::{
    Action, Advance, AdvanceOn, Backdrop, Button, Esc, Interact, Missing, MissingThen, Placement,
    Question, Step, StepKind,
};
use banso_model::time::Period;
use banso_model::words::Words;
use proptest::prelude::{Just, Strategy, prop_assert, prop_oneof, proptest};

use super::{Effect, Happened, Heading, Input, State, Tour, advances};

/// One letter a step: `t` a card with Next, `m` a modal, `c` a card that waits for a click, `w` a step that waits unseen,
/// `s` a card that is skipped when its target is missing, `e` one that ends the tour then, `q` one that asks, `-` one whose condition fails.
fn steps(letters: &str) -> Vec<Step> {
    letters
        .char_indices()
        .map(|(at, letter)| Step {
            id: format!("{letter}{at}"),
            kind: match letter {
                'm' => StepKind::Modal,
                'w' => StepKind::Wait,
                _ => StepKind::Tooltip,
            },
            target: None,
            placement: Placement::Auto,
            backdrop: Backdrop::None,
            interact: Interact::Allow,
            padding: 0.0,
            radius: 0.0,
            missing: Missing {
                wait_ms: 6000,
                then: match letter {
                    's' => MissingThen::Skip,
                    'e' => MissingThen::End,
                    _ => MissingThen::Pause,
                },
            },
            title: Vec::new(),
            body: Vec::new(),
            media: None,
            question: (letter == 'q').then(Question::default),
            buttons: Vec::new(),
            advance: vec![Advance {
                on: if matches!(letter, 'c' | 'w') {
                    AdvanceOn::Click
                } else {
                    AdvanceOn::Next
                },
                ..Advance::default()
            }],
            esc: Esc::Close,
        })
        .collect()
}

fn holds(step: &Step) -> bool {
    !step.id.starts_with('-')
}

fn input(word: &str, steps: &[Step], state: &State) -> Input {
    let here = state
        .step
        .map(|at| steps[at].id.clone())
        .unwrap_or_default();
    match word {
        "next" => Input::Next,
        "back" => Input::Back,
        "close" => Input::Close,
        "snooze" => Input::Snooze,
        "advance" => Input::Advance(here),
        "late" => Input::Advance("elsewhere".to_owned()),
        "shown" => Input::Shown(here),
        "missing" => Input::Missing(here, 6000),
        "page" => Input::PageChanged,
        "changed" => Input::Changed,
        other => Input::Goto(other.to_owned()),
    }
}

fn written(effects: &[Effect]) -> String {
    let words: Vec<_> = effects
        .iter()
        .map(|effect| match effect {
            Effect::Show(at) => format!("show {at}"),
            Effect::Record(act, step) => format!("{} {step}", act.as_str()),
            Effect::RecordMissing(step, _) => format!("missing {step}"),
            Effect::Hide => "hide".to_owned(),
        })
        .collect();
    words.join(", ")
}

/// Runs inputs, separated by blanks; what follows `=` is what the last of them did.
fn check(letters: &str, inputs: &str, expected: &str) {
    let steps = steps(letters);
    let tour = Tour::new(&steps, &holds);
    let (mut state, mut effects) = tour.start(None, false);
    for word in inputs.split_whitespace() {
        let input = input(word, &steps, &state);
        (state, effects) = tour.apply(state, input);
    }
    assert_eq!(written(&effects), expected, "{letters}: {inputs} {state:?}");
}

#[test]
fn a_run_from_step_to_step() {
    for (letters, inputs, expected) in [
        ("tt", "", "show 0"),
        ("-t", "", "show 1"),
        ("--", "", "hide"),
        ("tt", "shown", "seen t0"),
        ("tt", "shown shown", ""),
        ("tt", "shown next", "step t1, show 1"),
        ("tt", "shown next shown", ""),
        ("tt", "next", "show 1"),
        ("t-t", "shown next", "step t2, show 2"),
        ("tt", "shown next next", "done t1, hide"),
        ("tt", "shown next next next", ""),
        ("t-", "shown next", "done t0, hide"),
        ("tt", "next next", "seen t1, done t1, hide"),
        ("ttt", "shown next next back", "step t1, show 1"),
        ("ttt", "shown next next back back", "step t0, show 0"),
        ("ttt", "shown back", ""),
        ("-tt", "shown back", ""),
        ("tttt", "shown t3", "step t3, show 3"),
        ("tttt", "shown t3 back", "step t0, show 0"),
        ("tttt", "shown t3 t1 back", "step t3, show 3"),
        ("tt-t", "shown -2", "step t3, show 3"),
        ("tt", "shown nowhere", ""),
        ("twt", "shown next advance back", "step t0, show 0"),
        ("ct", "shown advance", "step t1, show 1"),
        ("ct", "shown late", ""),
        ("tt", "shown close", "dismissed t0, hide"),
        ("tt", "shown next close", "done t1, hide"),
        ("t-", "shown close", "done t0, hide"),
        ("tt", "shown snooze", "snoozed t0, hide"),
    ] {
        check(letters, inputs, expected);
    }
}

#[test]
fn a_survey_is_finished_before_it_thanks() {
    for (letters, inputs, expected) in [
        ("qqt", "shown next", "step q1, show 1"),
        ("qqt", "shown next next", "done t2, show 2"),
        ("q-t", "shown next", "done t2, show 2"),
        ("q-qt", "shown next", "step q2, show 2"),
        ("q-qt", "shown next back", "step q0, show 0"),
        ("qqt", "shown next close", "dismissed q1, hide"),
        ("qqt", "shown next next close", "hide"),
        ("qqt", "shown next next next", "hide"),
        ("qqt", "shown next next back", "step q1, show 1"),
        ("qqt", "shown next next back next", "step t2, show 2"),
        ("qqt", "shown next next back close", "hide"),
        ("qqt", "shown t2", "done t2, show 2"),
    ] {
        check(letters, inputs, expected);
    }
}

#[test]
fn a_missing_target_is_never_a_dismissal() {
    for (letters, inputs, expected) in [
        ("tt", "missing", "missing t0"),
        ("tt", "missing shown", "seen t0"),
        ("tt", "shown missing shown", ""),
        ("et", "shown missing", "missing e0, hide"),
        ("st", "missing", "missing s0, show 1"),
        ("tst", "shown next missing", "missing s1, step t2, show 2"),
        ("tst", "shown next missing back", "step t0, show 0"),
        (
            "tstt",
            "shown next shown next back missing",
            "missing s1, step t0, show 0",
        ),
        (
            "stt",
            "shown next back missing",
            "missing s0, step t1, show 1",
        ),
        ("ts", "shown next missing", "missing s1, done s1, hide"),
        ("ss", "missing missing", "missing s1, hide"),
        ("tst", "shown next missing page back", "step t0, show 0"),
        (
            "tsst",
            "shown next missing missing page s1",
            "step s1, show 1",
        ),
    ] {
        check(letters, inputs, expected);
    }
}

#[test]
fn a_run_goes_on_where_it_was() {
    for (letters, at, expected) in [
        ("ttt", Some("t1"), "show 1"),
        ("t-t", Some("-1"), "show 2"),
        ("tt-", Some("-2"), "show 1"),
        ("ttt", Some("removed"), "show 0"),
        ("---", Some("-1"), "hide"),
        ("ttt", None, "show 0"),
    ] {
        let steps = steps(letters);
        let (state, effects) = Tour::new(&steps, &holds).start(at, true);
        assert_eq!(written(&effects), expected, "{letters} {at:?}");
        assert!(state.seen);
    }
    let steps = steps("ttt");
    let tour = Tour::new(&steps, &holds);
    let (state, _) = tour.start(Some("t2"), true);
    assert_eq!(
        written(&tour.apply(state, Input::Back).1),
        "step t1, show 1"
    );
}

#[test]
fn a_step_whose_condition_fails_meanwhile_is_left() {
    let steps = steps("ttt");
    let (state, _) = Tour::new(&steps, &holds).start(None, true);
    let not_first = |step: &Step| step.id != "t0";
    let (state, effects) = Tour::new(&steps, &not_first).apply(state, Input::Changed);
    assert_eq!(
        (state.step, written(&effects).as_str()),
        (Some(1), "step t1, show 1")
    );
    let (_, effects) = Tour::new(&steps, &not_first).apply(state, Input::Changed);
    assert_eq!(effects, []);
}

#[test]
fn buttons_and_numbers() {
    let words = Words::of("en");
    for (letters, inputs, buttons, number) in [
        ("tt", "", "Next*", (1, 2)),
        ("tt", "shown next", "Back Done*", (2, 2)),
        ("ttt", "shown next", "Back Next*", (2, 3)),
        ("t-t", "shown next", "Back Done*", (2, 2)),
        ("mt", "", "Next*", (1, 2)),
        ("tm", "shown next", "Done*", (2, 2)),
        ("ct", "", "", (1, 2)),
        ("tct", "shown next", "Back", (2, 3)),
        ("twt", "shown next", "Back", (1, 2)),
        ("twt", "shown next advance", "Back Done*", (2, 2)),
        ("t", "", "Done*", (1, 1)),
        ("wt", "", "", (1, 1)),
        ("t", "next", "", (1, 1)),
    ] {
        let steps = steps(letters);
        let tour = Tour::new(&steps, &holds);
        let (mut state, _) = tour.start(None, false);
        for word in inputs.split_whitespace() {
            let input = input(word, &steps, &state);
            (state, _) = tour.apply(state, input);
        }
        let labels: Vec<_> = tour
            .buttons(&state, &words)
            .iter()
            .map(|Button { label, primary, .. }| match label.as_slice() {
                [text] => {
                    let text = text.strip_prefix('=').expect("a text");
                    format!("{text}{}", if *primary { "*" } else { "" })
                }
                other => panic!("{other:?} is no label"),
            })
            .collect();
        assert_eq!(
            (labels.join(" ").as_str(), tour.number(&state)),
            (buttons, number),
            "{letters}: {inputs}"
        );
    }
}

#[test]
fn own_buttons_come_first() {
    let mut steps = steps("t");
    let own = vec![Button {
        label: Vec::new(),
        act: vec![Action::Snooze],
        primary: false,
    }];
    steps[0].buttons.clone_from(&own);
    let tour = Tour::new(&steps, &holds);
    let (state, _) = tour.start(None, false);
    assert_eq!(tour.buttons(&state, &Words::of("ja")), own);
}

#[test]
fn features_and_time_move_on() {
    let mut step = steps("t").remove(0);
    step.advance = vec![
        Advance {
            on: AdvanceOn::Feature,
            feature: Some("report.create".to_owned()),
            ..Advance::default()
        },
        Advance {
            on: AdvanceOn::Wait,
            after: Some(Period::from_ms(500)),
            ..Advance::default()
        },
    ];
    for (happened, expected) in [
        (Happened::Feature("report.create"), true),
        (Happened::Feature("report.share"), false),
        (Happened::Waited(499), false),
        (Happened::Waited(500), true),
    ] {
        assert_eq!(advances(&step, happened), expected, "{happened:?}");
    }
}

fn any_input() -> impl Strategy<Value = &'static str> {
    prop_oneof![
        4 => Just("next"), 3 => Just("back"), 2 => Just("shown"), 2 => Just("missing"), 1 => Just("page"),
        1 => Just("t1"), 1 => Just("s2"), 1 => Just("changed"), 1 => Just("advance"),
    ]
}

proptest! {
    #[test]
    fn a_tour_stays_in_order(letters in "[tmcwse-]{1,6}", inputs in proptest::collection::vec(any_input(), 0..30)) {
        let steps = steps(&letters);
        let tour = Tour::new(&steps, &holds);
        let (mut state, effects) = tour.start(None, false);
        let mut seen = 0;
        let mut record = |effects: &[Effect]| {
            for effect in effects {
                if let Effect::Record(act, _) = effect {
                    seen += i32::from(*act == GuideAct::Seen);
                }
            }
            seen
        };
        prop_assert!(record(&effects) == 0);
        for word in inputs {
            let before = state.clone();
            let input = input(word, &steps, &state);
            let (after, effects) = tour.apply(state, input);
            // Without Close nothing is ever dismissed, and a run begins once.
            let dismissed = effects.iter().any(|effect| matches!(effect, Effect::Record(GuideAct::Dismissed, _)));
            prop_assert!(!dismissed);
            prop_assert!(record(&effects) <= 1);
            prop_assert!(word != "back" || after.step.is_some() == before.step.is_some());
            prop_assert!(after.step.is_none_or(|at| holds(&steps[at])));
            prop_assert!(before.step.is_some() || effects.is_empty());
            let (number, of) = tour.number(&after);
            prop_assert!(number <= of && of <= steps.len());
            if word == "back" && before != after {
                prop_assert!(after.heading == Heading::Back);
            }
            state = after;
        }
    }
}
