//! Scorecards: bands, measures, curves, and that every stage has one.

use super::condition;
use super::context::Context;
use super::place::Place;
use super::suggest;
use crate::config::health::{Group, Health, Measure, MeasureUse, Missing, Of, Scorecard};
use crate::config::workspace::Workspace;

pub(super) fn check(cx: &mut Context<'_>, place: &Place, workspace: &Workspace, health: &Health) {
    check_bands(cx, &place.field("bands"), &health.bands);
    let mut everywhere = false;
    let mut covered: Vec<&str> = Vec::new();
    for (number, card) in health.scorecards.iter().enumerate() {
        let at = place.field("scorecards").item(number);
        if card.stage.is_empty() {
            if everywhere {
                cx.error(
                    &at,
                    "there is another scorecard without a stage",
                    Some("name the stages it is for".to_owned()),
                );
            }
            everywhere = true;
        }
        condition::check_stages(cx, &at.field("stage"), &card.stage);
        for (number, stage) in card.stage.iter().enumerate() {
            if covered.contains(&stage.as_str()) {
                cx.error(
                    &at.field("stage").item(number),
                    format!("another scorecard is for the stage `{stage}`"),
                    Some("a stage has one scorecard".to_owned()),
                );
            }
            covered.push(stage);
        }
        check_card(cx, &at, workspace, card);
    }
    let uncovered: Vec<&str> = workspace
        .journey
        .iter()
        .map(|stage| stage.id.as_str())
        .filter(|stage| !covered.contains(stage))
        .collect();
    if !everywhere && !uncovered.is_empty() && !health.scorecards.is_empty() {
        cx.warn(
            &place.field("scorecards"),
            format!("no scorecard is for {}", suggest::listed(&uncovered)),
            Some(
                "accounts there have no score; a scorecard without `stage` is for all others"
                    .to_owned(),
            ),
        );
    }
    if health.scorecards.is_empty() {
        cx.warn(
            place,
            "there is no scorecard, so no account has a score",
            Some("add `scorecards`".to_owned()),
        );
    }
}

fn check_bands(cx: &mut Context<'_>, place: &Place, bands: &[(String, f64)]) {
    for (number, (name, from)) in bands.iter().enumerate() {
        let at = place.item(number);
        if name.trim().is_empty() {
            cx.error(&at.item(0), "the name of the band is empty", None);
        }
        if bands
            .iter()
            .take(number)
            .any(|(earlier, _)| earlier == name)
        {
            cx.error(
                &at.item(0),
                format!("there is another band `{name}`"),
                Some("give each band its own name".to_owned()),
            );
        }
        if number == 0 && *from != 0.0 {
            cx.error(
                &at.item(1),
                format!("the first band begins at {from}, so lower scores are in none"),
                Some("let it begin at 0".to_owned()),
            );
        }
        if number > 0
            && bands
                .get(number - 1)
                .is_some_and(|(_, before)| from <= before)
        {
            cx.error(
                &at.item(1),
                format!("the band `{name}` begins no higher than the one before it"),
                Some("put the bands in the order of their scores".to_owned()),
            );
        }
        if *from > 100.0 {
            cx.error(
                &at.item(1),
                format!("no score reaches {from}"),
                Some("scores are 0 to 100".to_owned()),
            );
        }
    }
}

fn check_card(cx: &mut Context<'_>, place: &Place, workspace: &Workspace, card: &Scorecard) {
    for (number, group) in card.groups.iter().enumerate() {
        let at = place.field("groups").item(number);
        if card
            .groups
            .iter()
            .take(number)
            .any(|earlier| earlier.id == group.id)
        {
            cx.error(
                &at.field("id"),
                format!("there is another group `{}`", group.id),
                Some("give each group of a scorecard its own id".to_owned()),
            );
        }
        check_group(cx, &at, workspace, group);
    }
}

fn check_group(cx: &mut Context<'_>, place: &Place, workspace: &Workspace, group: &Group) {
    for (number, measured) in group.measures.iter().enumerate() {
        let at = place.field("measures").item(number);
        check_measure(cx, &at, workspace, measured);
        check_curve(cx, &at.field("curve"), &measured.curve);
        check_missing(cx, &at, measured);
    }
}

fn check_measure(
    cx: &mut Context<'_>,
    place: &Place,
    workspace: &Workspace,
    measured: &MeasureUse,
) {
    let measure = measured.measure;
    if !measure.is_fed() {
        let fed: Vec<&str> = Measure::ALL
            .into_iter()
            .filter(|measure| measure.is_fed())
            .map(Measure::name)
            .collect();
        cx.error(
            &place.field("measure"),
            format!("the measure `{measure}` is not fed yet"),
            Some(format!(
                "it would never be known; those that are: {}",
                suggest::listed(&fed)
            )),
        );
    }
    check_of(cx, place, measured);
    if let Some(feature) = &measured.feature {
        condition::check_feature(cx, &place.field("feature"), feature);
        let takes = match (measure, measured.of.as_deref().and_then(Measure::named)) {
            (Measure::Trend, Some(compared)) => compared.takes_feature(),
            _ => measure.takes_feature(),
        };
        if !takes {
            cx.error(
                &place.name("feature"),
                format!("the measure `{measure}` is not about one feature"),
                Some("remove `feature`".to_owned()),
            );
        }
    }
    let compared = match measure {
        Measure::Trend => measured.of.as_deref().and_then(Measure::named),
        _ => None,
    };
    if [Some(measure), compared].contains(&Some(Measure::FeaturesBreadth))
        && !workspace.features.iter().any(|feature| feature.key)
    {
        cx.error(
            &place.field("measure"),
            "no feature is marked as key, so there is no breadth",
            Some("add `\"key\": true` to the features that matter".to_owned()),
        );
    }
}

fn check_of(cx: &mut Context<'_>, place: &Place, measured: &MeasureUse) {
    let measure = measured.measure;
    let at = place.field("of");
    match (measure.of(), measured.of.as_deref()) {
        (Of::Nothing, None) | (Of::Guide, None) => {}
        (Of::Nothing, Some(_)) => cx.error(
            &place.name("of"),
            format!("the measure `{measure}` takes no `of`"),
            Some("remove it".to_owned()),
        ),
        (Of::Guide, Some(id)) => condition::check_guide(cx, &at, id),
        (Of::Checklist, Some(id)) => {
            condition::check_checklist(cx, &at, id);
        }
        (Of::Trait, Some(name)) => {
            if name.trim().is_empty() {
                cx.error(&at, "the name of the trait is empty", None);
            }
        }
        (Of::Measure, Some(name)) => {
            if !Measure::named(name).is_some_and(Measure::has_trend) {
                let known: Vec<&str> = Measure::ALL
                    .into_iter()
                    .filter(|measure| measure.has_trend())
                    .map(Measure::name)
                    .collect();
                let help = suggest::help(name, "measures that have a trend", known);
                cx.error(&at, format!("there is no trend of `{name}`"), Some(help));
            }
        }
        (Of::Checklist, None) => needs_of(cx, place, measure, "a checklist"),
        (Of::Trait, None) => needs_of(cx, place, measure, "a trait of the account"),
        (Of::Measure, None) => needs_of(cx, place, measure, "another measure"),
    }
}

fn needs_of(cx: &mut Context<'_>, place: &Place, measure: Measure, what: &str) {
    cx.error(
        place,
        format!("the measure `{measure}` does not say of what"),
        Some(format!("add `of`: the name of {what}")),
    );
}

fn check_curve(cx: &mut Context<'_>, place: &Place, curve: &[(f64, f64)]) {
    for (number, (value, score)) in curve.iter().enumerate() {
        let at = place.item(number);
        if number > 0
            && curve
                .get(number - 1)
                .is_some_and(|(before, _)| value <= before)
        {
            cx.error(
                &at.item(0),
                format!("the curve goes back to {value}"),
                Some("put its points in the order of their values, each once".to_owned()),
            );
        }
        if !(0.0..=100.0).contains(score) {
            cx.error(
                &at.item(1),
                format!("{score} is not a score"),
                Some("scores are 0 to 100".to_owned()),
            );
        }
    }
}

fn check_missing(cx: &mut Context<'_>, place: &Place, measured: &MeasureUse) {
    match (measured.missing, measured.hold_days) {
        (Missing::Hold, None) => cx.error(
            &place.field("missing"),
            "this does not say for how long the last known value stands",
            Some("add `hold_days`: for example `\"hold_days\": 28`".to_owned()),
        ),
        (Missing::Exclude | Missing::Zero, Some(_)) => cx.error(
            &place.name("hold_days"),
            "nothing is held without `\"missing\": \"hold\"`",
            Some("remove `hold_days`, or add `\"missing\": \"hold\"`".to_owned()),
        ),
        _ => {}
    }
}
