//! Decimals for showing: parts that add up to the shown total.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// The most decimal places that are shown.
const MAX_PLACES: u8 = 9;

/// A number with a fixed count of decimal places, exact for adding. Travels as text, `-12.3`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Decimal {
    /// The number in units of its last place: -123 for -12.3.
    pub units: i64,
    /// Decimal places, 0 to 9.
    pub places: u8,
}

impl Decimal {
    /// `value` rounded to `places` decimals, halves up.
    #[must_use]
    pub fn round(value: f64, places: u8) -> Self {
        let places = places.min(MAX_PLACES);
        Self {
            units: (value * scale(places) + 0.5).floor() as i64,
            places,
        }
    }
}

fn scale(places: u8) -> f64 {
    10_f64.powi(i32::from(places))
}

/// `values` with `places` decimals whose sum is `total`: each is rounded down, and the units that are left go to those
/// with the largest remainders (Hamilton's method), the earlier first among equals.
///
/// With `total` the rounded sum of `values`, none is off by a unit or more.
#[must_use]
pub fn parts(values: &[f64], total: Decimal) -> Vec<Decimal> {
    let places = total.places;
    let exact: Vec<f64> = values.iter().map(|value| value * scale(places)).collect();
    let mut units: Vec<i64> = exact.iter().map(|value| value.floor() as i64).collect();
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| {
        let remainder = |at: usize| exact[at] - exact[at].floor();
        remainder(*b).total_cmp(&remainder(*a))
    });
    if let Ok(count @ 1..) = i64::try_from(units.len()) {
        let left = total.units - units.iter().sum::<i64>();
        let (all, some) = (left.div_euclid(count), left.rem_euclid(count));
        for (rank, at) in order.into_iter().enumerate() {
            units[at] += all + i64::from((rank as i64) < some);
        }
    }
    units
        .into_iter()
        .map(|units| Decimal { units, places })
        .collect()
}

/// `values` with `places` decimals, which add up to their rounded sum.
#[must_use]
pub fn shown(values: &[f64], places: u8) -> Vec<Decimal> {
    parts(values, Decimal::round(values.iter().sum(), places))
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.units < 0 { "-" } else { "" };
        let scale = 10_u64.pow(u32::from(self.places.min(MAX_PLACES)));
        let (whole, rest) = (
            self.units.unsigned_abs() / scale,
            self.units.unsigned_abs() % scale,
        );
        match self.places {
            0 => write!(f, "{sign}{whole}"),
            places => write!(
                f,
                "{sign}{whole}.{rest:0width$}",
                width = usize::from(places)
            ),
        }
    }
}

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let (whole, rest) = text.split_once('.').unwrap_or((&text, ""));
        let digits = rest.bytes().all(|digit| digit.is_ascii_digit());
        let units = format!("{whole}{rest}").parse();
        match (units, u8::try_from(rest.len())) {
            (Ok(units), Ok(places)) if digits && places <= MAX_PLACES => Ok(Self { units, places }),
            _ => Err(de::Error::invalid_value(
                de::Unexpected::Str(&text),
                &"a decimal such as -12.3",
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn parts_add_up_to_what_is_shown() {
        for (values, places, expected) in [
            (&[][..], 1, ""),
            (&[1.0 / 3.0, 1.0 / 3.0, 1.0 / 3.0], 1, "0.4 0.3 0.3"),
            (&[33.33, 33.33, 33.34], 0, "33 33 34"),
            (&[0.05, 0.05], 1, "0.1 0.0"),
            (&[12.0, 0.0, 60.4], 1, "12.0 0.0 60.4"),
            (&[-1.25, 3.35, 0.0], 1, "-1.2 3.3 0.0"),
            (&[-0.04], 1, "0.0"),
            (&[-0.06], 1, "-0.1"),
            (&[12.345], 2, "12.35"),
        ] {
            let shown: Vec<String> = shown(values, places)
                .iter()
                .map(Decimal::to_string)
                .collect();
            assert_eq!(shown.join(" "), expected, "{values:?}");
        }
    }

    #[test]
    fn decimals_read_back() {
        for text in ["0", "-12.3", "-0.1", "0.05", "72.4"] {
            let json = format!("\"{text}\"");
            let decimal: Decimal = serde_json::from_str(&json).expect(text);
            assert_eq!(serde_json::to_string(&decimal).expect(text), json);
        }
        for bad in ["\"\"", "\"x\"", "\"1.2.3\"", "\"0.0000000001\"", "1.5"] {
            assert!(serde_json::from_str::<Decimal>(bad).is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn any_parts_add_up(values in proptest::collection::vec(-100.0..100.0_f64, 0..12), places in 0..4_u8) {
            let total = Decimal::round(values.iter().sum(), places);
            let parts = shown(&values, places);
            prop_assert_eq!(parts.iter().map(|part| part.units).sum::<i64>(), total.units);
            let unit = 1.0 / 10_f64.powi(i32::from(places));
            for (part, value) in parts.iter().zip(&values) {
                let off = part.units as f64 * unit - value;
                prop_assert!(off.abs() <= unit * (1.0 + 1e-6), "{part} for {value}");
            }
        }
    }
}
