use std::collections::BTreeMap;

use banso_model::guide::{Kind, Placement};
use banso_model::progress::{GuideProgress, Run};
use banso_model::time::Timestamp;
use banso_model::wire::{GuideEntry, Pacing, Repeat, Start};
use proptest::prelude::{Just, Strategy, any, prop_assert, prop_oneof, proptest};

use super::{Candidate, Cause, Decision, Moment, Reason, decide, judge};

const NOW: Timestamp = Timestamp(1_000_000);
const PACING: Option<Pacing> = Some(Pacing {
    max: 2,
    per_ms: 1000,
});

fn entry(id: &str, kind: Kind) -> GuideEntry {
    GuideEntry {
        id: id.to_owned(),
        kind,
        hash: String::new(),
        start: Start::Auto,
        delay_ms: 0,
        priority: 0,
        repeat: Repeat::UntilDone,
        snooze_ms: 0,
        conditions: BTreeMap::new(),
        items: 0,
        edge: Placement::Auto,
    }
}

fn candidate(entry: &GuideEntry) -> Candidate<'_> {
    Candidate {
        entry,
        holds: true,
        armed_since: Some(Timestamp(NOW.0 - 500)),
        progress: None,
        asked: None,
        suspended: false,
    }
}

fn moment() -> Moment<'static> {
    Moment {
        now: NOW,
        pacing: None,
        interruptions: &[],
        showing: None,
    }
}

fn ran(run: Run, ago: i64) -> GuideProgress {
    GuideProgress {
        run: Some(run),
        runs: 1,
        done: run == Run::Done,
        began: Some(Timestamp(NOW.0 - ago)),
        at: Timestamp(NOW.0 - ago),
        ..GuideProgress::default()
    }
}

fn at(ms: i64) -> Timestamp {
    Timestamp(NOW.0 + ms)
}

#[test]
fn one_guide_alone() {
    type Case = (
        &'static str,
        fn(&mut GuideEntry, &mut GuideProgress),
        Result<Cause, Reason>,
    );
    let cases: [Case; 22] = [
        ("new", |_, _| {}, Ok(Cause::Auto)),
        (
            "from the hub",
            |e, _| e.start = Start::Hub,
            Err(Reason::NotByItself(Start::Hub)),
        ),
        (
            "by the host",
            |e, _| e.start = Start::Api,
            Err(Reason::NotByItself(Start::Api)),
        ),
        (
            "delayed",
            |e, _| e.delay_ms = 600,
            Err(Reason::Delayed(at(100))),
        ),
        ("delay over", |e, _| e.delay_ms = 500, Ok(Cause::Auto)),
        (
            "snoozed",
            |_, p| p.snoozed_until = Some(at(7)),
            Err(Reason::Snoozed(at(7))),
        ),
        (
            "snooze over",
            |_, p| p.snoozed_until = Some(at(-7)),
            Ok(Cause::Auto),
        ),
        ("open", |_, p| *p = ran(Run::Open, 100), Ok(Cause::Resumed)),
        (
            "open in the hub",
            |e, p| {
                e.start = Start::Hub;
                *p = ran(Run::Open, 100);
            },
            Ok(Cause::Resumed),
        ),
        (
            "open and put off",
            |_, p| {
                *p = ran(Run::Open, 100);
                p.snoozed_until = Some(at(7));
            },
            Err(Reason::Snoozed(at(7))),
        ),
        (
            "until done, done",
            |_, p| *p = ran(Run::Done, 100),
            Err(Reason::Finished),
        ),
        (
            "until done, dismissed",
            |_, p| *p = ran(Run::Dismissed, 100),
            Err(Reason::Dismissed),
        ),
        (
            "once, dismissed",
            |e, p| {
                e.repeat = Repeat::Once;
                *p = ran(Run::Dismissed, 100);
            },
            Err(Reason::Seen),
        ),
        (
            "once, open",
            |e, p| {
                e.repeat = Repeat::Once;
                *p = ran(Run::Open, 100);
            },
            Ok(Cause::Resumed),
        ),
        (
            "always, held since before",
            |e, p| {
                e.repeat = Repeat::Always;
                *p = ran(Run::Done, 100);
            },
            Err(Reason::Held),
        ),
        (
            "always, armed anew",
            |e, p| {
                e.repeat = Repeat::Always;
                *p = ran(Run::Done, 900);
            },
            Ok(Cause::Auto),
        ),
        (
            "every, too soon",
            |e, p| {
                e.repeat = Repeat::Every {
                    ms: 300,
                    times: None,
                };
                *p = ran(Run::Done, 100);
            },
            Err(Reason::TooSoon(at(200))),
        ),
        (
            "every, due",
            |e, p| {
                e.repeat = Repeat::Every {
                    ms: 100,
                    times: None,
                };
                *p = ran(Run::Done, 100);
            },
            Ok(Cause::Auto),
        ),
        (
            "every, dismissed and due",
            |e, p| {
                e.repeat = Repeat::Every {
                    ms: 100,
                    times: None,
                };
                *p = ran(Run::Dismissed, 100);
            },
            Ok(Cause::Auto),
        ),
        (
            "every, often enough",
            |e, p| {
                e.repeat = Repeat::Every {
                    ms: 1,
                    times: Some(1),
                };
                *p = ran(Run::Done, 100);
            },
            Err(Reason::TooOften(1)),
        ),
        (
            "every, once more",
            |e, p| {
                e.repeat = Repeat::Every {
                    ms: 1,
                    times: Some(2),
                };
                *p = ran(Run::Done, 100);
            },
            Ok(Cause::Auto),
        ),
        (
            "snoozed before it was seen",
            |_, p| {
                p.runs = 0;
                p.snoozed_until = Some(at(1));
            },
            Err(Reason::Snoozed(at(1))),
        ),
    ];
    for (name, change, expected) in cases {
        let (mut entry, mut progress) = (entry("g", Kind::Tour), GuideProgress::default());
        change(&mut entry, &mut progress);
        let candidate = Candidate {
            progress: Some(&progress),
            ..candidate(&entry)
        };
        assert_eq!(judge(&candidate, &moment()), expected, "{name}");
    }
}

#[test]
fn conditions_are_asked_of_what_starts_anew_or_comes_back() {
    let entry = entry("g", Kind::Tour);
    let open = ran(Run::Open, 100);
    let put_off = GuideProgress {
        snoozed_until: Some(Timestamp(NOW.0 - 10)),
        ..ran(Run::Open, 100)
    };
    let went_on = GuideProgress {
        snoozed_until: Some(Timestamp(NOW.0 - 200)),
        ..ran(Run::Open, 100)
    };
    for (name, progress, suspended, asked, expected) in [
        ("new", None, false, None, Err(Reason::Conditions)),
        ("asked", None, false, Some(NOW), Ok(Cause::Asked)),
        (
            "asked though done",
            Some(&ran(Run::Done, 1)),
            false,
            Some(NOW),
            Ok(Cause::Asked),
        ),
        ("open", Some(&open), false, None, Ok(Cause::Resumed)),
        ("hidden", Some(&open), true, None, Err(Reason::Conditions)),
        (
            "put off",
            Some(&put_off),
            false,
            None,
            Err(Reason::Conditions),
        ),
        (
            "gone on since",
            Some(&went_on),
            false,
            None,
            Ok(Cause::Resumed),
        ),
    ] {
        let candidate = Candidate {
            holds: false,
            armed_since: None,
            progress,
            asked,
            suspended,
            entry: &entry,
        };
        assert_eq!(judge(&candidate, &moment()), expected, "{name}");
    }
}

fn check(candidates: &[Candidate<'_>], moment: &Moment<'_>, expected: &str) {
    let decision = decide(candidates, moment);
    let shown = decision
        .show
        .as_ref()
        .map(|(id, cause)| format!("{id} {cause:?}"))
        .unwrap_or_default();
    assert_eq!(shown, expected, "{decision:?}");
}

#[test]
fn one_interrupts_at_a_time() {
    let (low, high, list) = (
        entry("low", Kind::Tour),
        GuideEntry {
            priority: 5,
            ..entry("high", Kind::Announcement)
        },
        entry("list", Kind::Checklist),
    );
    let equal = GuideEntry {
        priority: 5,
        ..entry("equal", Kind::Survey)
    };
    let all = [
        candidate(&low),
        candidate(&high),
        candidate(&list),
        candidate(&equal),
    ];
    check(&all, &moment(), "high Auto");
    check(
        &all,
        &Moment {
            showing: Some("low"),
            ..moment()
        },
        "low Showing",
    );
    let open = ran(Run::Open, 100);
    let older = ran(Run::Open, 200);
    let resumed = [
        Candidate {
            progress: Some(&open),
            ..all[0]
        },
        all[1],
        Candidate {
            progress: Some(&older),
            ..all[3]
        },
    ];
    check(&resumed, &moment(), "low Resumed");
    let asked = [
        all[0],
        all[1],
        Candidate {
            asked: Some(NOW),
            holds: false,
            ..all[3]
        },
    ];
    check(
        &asked,
        &Moment {
            showing: Some("high"),
            ..moment()
        },
        "equal Asked",
    );
    let paced = Moment {
        pacing: PACING,
        interruptions: &[Timestamp(NOW.0 - 10), Timestamp(NOW.0 - 20)],
        ..moment()
    };
    check(&all, &paced, "");
    check(&asked, &paced, "equal Asked");
    check(&resumed, &paced, "low Resumed");
    assert_eq!(
        decide(&all, &moment()),
        Decision {
            show: Some(("high".to_owned(), Cause::Auto)),
            beside: vec!["list".to_owned()],
            away: vec![
                ("low".to_owned(), Reason::Waits("high".to_owned())),
                ("equal".to_owned(), Reason::Waits("high".to_owned())),
            ],
            again_at: None,
        }
    );
    assert_eq!(decide(&all, &paced).beside, ["list"]);
    assert_eq!(decide(&all, &paced).again_at, Some(Timestamp(NOW.0 + 980)));
}

/// One word a bar, `t` at the top, `b` at the bottom, `i` at a target, then its priority: which of them are shown.
#[test]
fn an_edge_of_the_window_has_one_bar() {
    for (given, asked, shown) in [
        ("t0 b0 i0 i0", None, &["t0", "b0", "i0", "i0"][..]),
        ("t0 t5 t5' b1", None, &["t5", "b1"]),
        ("t5 t0", Some(1), &["t0"]),
        ("", None, &[]),
    ] {
        let entries: Vec<_> = given
            .split_whitespace()
            .map(|word| GuideEntry {
                priority: word[1..2].parse().expect("a priority"),
                edge: match &word[..1] {
                    "t" => Placement::Top,
                    "b" => Placement::Bottom,
                    _ => Placement::Auto,
                },
                ..entry(word, Kind::Banner)
            })
            .collect();
        let candidates: Vec<_> = entries
            .iter()
            .enumerate()
            .map(|(place, entry)| Candidate {
                asked: (asked == Some(place)).then_some(NOW),
                ..candidate(entry)
            })
            .collect();
        let paced = Moment {
            pacing: Some(Pacing { max: 0, per_ms: 1 }),
            ..moment()
        };
        let decision = decide(&candidates, &paced);
        assert_eq!(decision.beside, shown, "{given}: {decision:?}");
        let all = decision.beside.len() + decision.away.len();
        assert_eq!((all, decision.show), (entries.len(), None), "{given}");
    }
}

#[test]
fn pacing_counts_what_is_recent() {
    let entry = entry("g", Kind::Tour);
    for (ago, max, expected) in [
        (&[][..], 1, Ok(Cause::Auto)),
        (&[1000], 1, Ok(Cause::Auto)),
        (&[999], 1, Err(Reason::Paced(Some(Timestamp(NOW.0 + 1))))),
        (&[10, 500, 5000], 3, Ok(Cause::Auto)),
        (
            &[10, 500, 700],
            2,
            Err(Reason::Paced(Some(Timestamp(NOW.0 + 500)))),
        ),
        (&[], 0, Err(Reason::Paced(None))),
    ] {
        let interruptions: Vec<_> = ago.iter().map(|ago| Timestamp(NOW.0 - ago)).collect();
        let moment = Moment {
            pacing: Some(Pacing { max, per_ms: 1000 }),
            interruptions: &interruptions,
            ..moment()
        };
        assert_eq!(
            judge(&candidate(&entry), &moment),
            expected,
            "{ago:?} {max}"
        );
    }
}

fn progress() -> impl Strategy<Value = Option<GuideProgress>> {
    proptest::option::of(
        (
            prop_oneof![Just(Run::Open), Just(Run::Done), Just(Run::Dismissed)],
            0..2000_i64,
            any::<bool>(),
        )
            .prop_map(|(run, ago, snoozed)| GuideProgress {
                snoozed_until: snoozed.then_some(Timestamp(NOW.0 - 500 + ago)),
                ..ran(run, ago)
            }),
    )
}

proptest! {
    #[test]
    fn every_candidate_is_shown_or_says_why(
        given in proptest::collection::vec((progress(), any::<bool>(), any::<bool>(), 0..3_i32, any::<bool>()), 0..6),
        interrupted in 0..3_usize,
    ) {
        let entries: Vec<_> = given.iter().enumerate().map(|(at, (_, _, _, priority, list))| GuideEntry {
            priority: *priority,
            ..entry(&at.to_string(), if *list { Kind::Checklist } else { Kind::Tour })
        }).collect();
        let candidates: Vec<_> = entries.iter().zip(&given).map(|(entry, (progress, holds, asked, ..))| Candidate {
            entry,
            holds: *holds,
            armed_since: holds.then_some(Timestamp(NOW.0 - 5)),
            progress: progress.as_ref(),
            asked: asked.then_some(NOW),
            suspended: false,
        }).collect();
        let interruptions = vec![NOW; interrupted];
        let moment = Moment { pacing: PACING, interruptions: &interruptions, ..moment() };
        let decision = decide(&candidates, &moment);
        prop_assert!(usize::from(decision.show.is_some()) + decision.beside.len() + decision.away.len() == given.len());
        if let Some((id, cause)) = &decision.show {
            let shown = candidates.iter().find(|candidate| candidate.entry.id == *id).expect("a candidate is shown");
            prop_assert!(shown.entry.kind.interrupts());
            let unheard = |other: &Candidate<'_>| other.asked.is_some() && other.entry.kind.interrupts();
            prop_assert!(*cause == Cause::Asked || !candidates.iter().any(unheard));
            if *cause == Cause::Auto {
                prop_assert!(shown.holds && interrupted < 2);
                let goes_before = |other: &Candidate<'_>| {
                    other.entry.kind.interrupts()
                        && judge(other, &moment) == Ok(Cause::Auto)
                        && other.entry.priority > shown.entry.priority
                };
                prop_assert!(!candidates.iter().any(goes_before));
            }
        }
    }
}
