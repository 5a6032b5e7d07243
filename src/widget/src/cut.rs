//! Texts cut at a mark of one byte, as the widget itself writes them.
//!
//! The standard library's `split` looks for any character, and fast in long texts: at half a kilobyte of the widget.

/// What is before the first mark, and what is behind it; `None` when there is none. Marks are ASCII.
#[inline(never)]
pub fn cut(text: &str, mark: u8) -> Option<(&str, &str)> {
    let at = text.bytes().position(|byte| byte == mark)?;
    Some((text.get(..at)?, text.get(at + 1..)?))
}

/// What is between marks.
pub fn pieces(text: &str, mark: u8) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let all = rest?;
        let (piece, behind) = match cut(all, mark) {
            Some((piece, behind)) => (piece, Some(behind)),
            None => (all, None),
        };
        rest = behind;
        Some(piece)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_as_split_cuts_them() {
        for text in ["", "=", "a", "a=b", "=b=", "レ=ポ=ート", "==é"] {
            assert_eq!(cut(text, b'='), text.split_once('='), "{text}");
            let expected: Vec<&str> = text.split('=').collect();
            assert_eq!(pieces(text, b'=').collect::<Vec<_>>(), expected, "{text}");
        }
    }
}
