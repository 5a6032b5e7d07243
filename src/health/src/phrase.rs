//! A measure's value in words.

use banso_model::config::health::{Measure, MeasureUse};

use crate::decimal::Decimal;

/// The value of a measure as a phrase, such as `3 active days in 28`; without a value, `no …`.
pub(crate) fn phrase(used: &MeasureUse, value: Option<f64>) -> String {
    let days = used.days;
    let of = used.of.as_deref().unwrap_or_default();
    let Some(value) = value else {
        return match used.measure {
            Measure::ChecklistProgress | Measure::Fact => format!("{of} is not known"),
            measure => format!("{measure} is not known"),
        };
    };
    let feature = used
        .feature
        .as_deref()
        .map(|feature| format!(" of {feature}"))
        .unwrap_or_default();
    let number = plain(value);
    let percent = format!("{} %", plain((value * 100.0).round()));
    match used.measure {
        Measure::ActiveDays => format!("{number} active days{feature} in {days}"),
        Measure::ActiveUsers => format!("{number} active users in {days} days"),
        Measure::SeatsActive => format!("{percent} of seats active in {days} days"),
        Measure::Sessions => format!("{number} sessions in {days} days"),
        Measure::ActiveMinutes => format!("{number} active minutes in {days} days"),
        Measure::FeaturesBreadth => format!("{percent} of key features used in {days} days"),
        Measure::FeaturesDepth => format!("{number} uses{feature} per active user in {days} days"),
        Measure::Stickiness => format!("{percent} stickiness in {days} days"),
        Measure::RecencyDays => match used.feature.as_deref() {
            Some(feature) => format!("{feature} last used {number} days ago"),
            None => format!("last active {number} days ago"),
        },
        Measure::Trend => format!("{of}{feature} at {percent} of the {days} days before"),
        Measure::GuidesResponseRate if of.is_empty() => {
            format!("{percent} of guides finished in {days} days")
        }
        Measure::GuidesResponseRate => format!("{of} finished by {percent} in {days} days"),
        Measure::ChecklistProgress => format!("{of} {percent} done"),
        Measure::RenewalDays if value < 0.0 => format!("renewal {} days ago", plain(-value)),
        Measure::RenewalDays => format!("renewal in {number} days"),
        Measure::Fact => format!("{of} {number}"),
        measure => format!("{measure} {number}"),
    }
}

/// A number with at most one decimal.
fn plain(value: f64) -> String {
    if value.fract() == 0.0 {
        format!("{value:.0}")
    } else {
        Decimal::round(value, 1).to_string()
    }
}
