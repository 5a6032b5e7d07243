//! From a measure's value to points: piecewise linear, level outside its ends.

/// Points `(value, score)` with values rising; between two of them the score is interpolated linearly.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    points: Box<[(f64, f64)]>,
}

impl Curve {
    /// A curve through `points`. Two points of the same value make a step: the value itself has the later score.
    ///
    /// # Errors
    /// Says why, when there are no points, a value or score is no finite number, values fall or a score is outside
    /// 0 to 100.
    pub fn new(points: &[(f64, f64)]) -> Result<Self, CurveError> {
        if points.is_empty() {
            return Err(CurveError::Empty);
        }
        for (value, score) in points {
            if !value.is_finite() || !(0.0..=100.0).contains(score) {
                return Err(CurveError::Range {
                    value: *value,
                    score: *score,
                });
            }
        }
        match points.windows(2).find(|pair| pair[1].0 < pair[0].0) {
            Some(pair) => Err(CurveError::Falling {
                value: pair[0].0,
                next: pair[1].0,
            }),
            None => Ok(Self {
                points: points.into(),
            }),
        }
    }

    /// The score of `value`, 0 to 100; `None` when it is NaN. Infinities have the score of the nearest end.
    #[must_use]
    pub fn score(&self, value: f64) -> Option<f64> {
        if value.is_nan() {
            return None;
        }
        let after = self.points.partition_point(|(x, _)| *x <= value);
        let (x0, y0) = match after {
            0 => return Some(self.points[0].1),
            _ => self.points[after - 1],
        };
        Some(match self.points.get(after) {
            None => y0,
            Some((x1, y1)) => {
                // A share of each end, and not a slope, so that huge spans neither overflow nor leave the ends' range.
                let share = ((value / 2.0 - x0 / 2.0) / (x1 / 2.0 - x0 / 2.0)).clamp(0.0, 1.0);
                (y0 * (1.0 - share) + y1 * share).clamp(y0.min(*y1), y0.max(*y1))
            }
        })
    }
}

/// Why points make no curve.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum CurveError {
    /// There are no points.
    #[error("the curve has no points; give at least one, such as [[0, 0], [10, 100]]")]
    Empty,
    /// A value is not finite or a score is outside 0 to 100.
    #[error("the point [{value}, {score}] is out of range; scores are 0 to 100 and values finite")]
    Range {
        /// The point's value.
        value: f64,
        /// The point's score.
        score: f64,
    },
    /// A value is lower than the one before it.
    #[error("the value {next} follows {value}; put the curve's points in rising order")]
    Falling {
        /// The value before.
        value: f64,
        /// The lower value after it.
        next: f64,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn scores_are_interpolated_and_level_outside() {
        let curve = Curve::new(&[(0.0, 0.0), (0.5, 60.0), (0.8, 100.0)]).unwrap();
        for (value, score) in [
            (-1.0, Some(0.0)),
            (0.0, Some(0.0)),
            (0.25, Some(30.0)),
            (0.5, Some(60.0)),
            (0.65, Some(80.0)),
            (0.8, Some(100.0)),
            (7.0, Some(100.0)),
            (f64::INFINITY, Some(100.0)),
            (f64::NEG_INFINITY, Some(0.0)),
            (f64::NAN, None),
        ] {
            let found = curve.score(value);
            assert!(
                found == score || (found.unwrap() - score.unwrap()).abs() < 1e-9,
                "{value}: {found:?}"
            );
        }
    }

    #[test]
    fn equal_values_make_a_step() {
        let curve = Curve::new(&[(0.0, 10.0), (5.0, 20.0), (5.0, 80.0), (9.0, 90.0)]).unwrap();
        for (value, score) in [(2.5, 15.0), (5.0, 80.0), (9.0, 90.0)] {
            assert_eq!(curve.score(value), Some(score), "{value}");
        }
        let one = Curve::new(&[(3.0, 42.0)]).unwrap();
        assert_eq!(one.score(-9.0), one.score(9.0));
    }

    #[test]
    fn points_that_make_no_curve() {
        for (points, error) in [
            (&[][..], CurveError::Empty),
            (
                &[(1.0, 0.0), (0.0, 1.0)],
                CurveError::Falling {
                    value: 1.0,
                    next: 0.0,
                },
            ),
            (
                &[(0.0, 101.0)],
                CurveError::Range {
                    value: 0.0,
                    score: 101.0,
                },
            ),
            (
                &[(f64::INFINITY, 1.0)],
                CurveError::Range {
                    value: f64::INFINITY,
                    score: 1.0,
                },
            ),
        ] {
            assert_eq!(Curve::new(points), Err(error));
        }
        assert!(Curve::new(&[(0.0, f64::NAN)]).is_err());
    }

    fn rising() -> impl Strategy<Value = Vec<(f64, f64)>> {
        let sorted = |max: f64| {
            proptest::collection::vec(-max..max, 6).prop_map(|mut list| {
                list.sort_by(f64::total_cmp);
                list
            })
        };
        (sorted(1e300), sorted(50.0)).prop_map(|(values, scores)| {
            let scores = scores.into_iter().map(|score| score + 50.0);
            values.into_iter().zip(scores).collect()
        })
    }

    proptest! {
        #[test]
        fn rising_points_never_fall(points in rising(), a in -1e300..1e300, b in -1e300..1e300) {
            let curve = Curve::new(&points).unwrap();
            let (low, high) = (f64::min(a, b), f64::max(a, b));
            prop_assert!(curve.score(low).unwrap() <= curve.score(high).unwrap() + 1e-9);
        }

        #[test]
        fn any_value_scores_within_the_points(points in rising(), value in proptest::num::f64::ANY) {
            let curve = Curve::new(&points).unwrap();
            let score = curve.score(value);
            prop_assert_eq!(score.is_none(), value.is_nan());
            prop_assert!(score.is_none_or(|score| (points[0].1..=points[5].1).contains(&score)));
        }
    }
}
