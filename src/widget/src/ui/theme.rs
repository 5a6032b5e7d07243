//! The workspace's colours as custom properties, which the host's style sheet may override on `banso-root`.

use banso_model::time::digits;
use banso_model::wire::{Scheme, Theme};

/// The theme's style sheet. A value that is no colour is left out: it is text from outside.
#[must_use]
pub fn css(theme: &Theme) -> String {
    let mut css = String::from(":host{");
    if let Some((accent, colour)) = theme
        .accent
        .as_deref()
        .and_then(|accent| Some((accent, rgb(accent)?)))
    {
        css.push_str("--banso-accent:");
        css.push_str(accent);
        css.push_str(";--banso-on-accent:");
        css.push_str(if is_light(colour) { "#111" } else { "#fff" });
        css.push(';');
        if is_light(colour) {
            // As text on a light surface a light accent would not be read.
            css.push_str("--banso-link:color-mix(in srgb,var(--banso-accent),#000 55%);");
        }
    }
    if let Some(radius) = theme.radius {
        css.push_str("--banso-radius:");
        css.push_str(&digits(radius.clamp(0.0, 32.0) as i64));
        css.push_str("px;");
    }
    css.push('}');
    css
}

/// The word for light, dark or what the system says.
#[must_use]
pub const fn scheme(theme: &Theme) -> &'static str {
    match theme.scheme {
        Scheme::Auto => "auto",
        Scheme::Light => "light",
        Scheme::Dark => "dark",
    }
}

/// Red, green and blue of `#rgb` or `#rrggbb`.
fn rgb(colour: &str) -> Option<[u32; 3]> {
    let hex = colour.strip_prefix('#')?;
    let digits: Vec<u32> = hex
        .chars()
        .map(|digit| digit.to_digit(16))
        .collect::<Option<_>>()?;
    match *digits.as_slice() {
        [r, g, b] => Some([r * 17, g * 17, b * 17]),
        [r1, r2, g1, g2, b1, b2] => Some([r1 * 16 + r2, g1 * 16 + g2, b1 * 16 + b2]),
        _ => None,
    }
}

/// Whether dark text reads better on a colour than white: its relative luminance is over 0.179, where both have the same
/// contrast (WCAG 2.2, "contrast ratio"). The square stands for sRGB's curve.
fn is_light([r, g, b]: [u32; 3]) -> bool {
    const SAME: u32 = 179 * 255 * 255;
    (213 * r * r + 715 * g * g + 72 * b * b) > SAME
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(accent: &str, radius: Option<f64>, expected: &str) {
        let theme = Theme {
            accent: Some(accent.to_owned()),
            radius,
            scheme: Scheme::Auto,
        };
        assert_eq!(css(&theme), expected, "{accent}");
    }

    #[test]
    fn colours_and_shape() {
        check(
            "#0b6bcb",
            Some(8.0),
            ":host{--banso-accent:#0b6bcb;--banso-on-accent:#fff;--banso-radius:8px;}",
        );
        check(
            "#fc0",
            None,
            ":host{--banso-accent:#fc0;--banso-on-accent:#111;--banso-link:color-mix(in srgb,var(--banso-accent),#000 55%);}",
        );
        check(
            "#FFFFFF",
            Some(-4.0),
            ":host{--banso-accent:#FFFFFF;--banso-on-accent:#111;--banso-link:color-mix(in srgb,var(--banso-accent),#000 55%);--banso-radius:0px;}",
        );
        check(
            "#000",
            Some(1e9),
            ":host{--banso-accent:#000;--banso-on-accent:#fff;--banso-radius:32px;}",
        );
    }

    #[test]
    fn what_is_no_colour_is_left_out() {
        for accent in ["red", "#12", "#12345g", "#fff;}*{display:none", "", "#ああ"] {
            check(accent, None, ":host{}");
        }
    }
}
