//! "did you mean …?"

/// The candidate nearest to what was written, when it is near enough to be meant.
#[must_use]
pub fn nearest<'a>(
    written: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let plain = folded(written);
    candidates
        .into_iter()
        .filter_map(|candidate| {
            let distance = strsim::osa_distance(&plain, &folded(candidate));
            let allowed = (candidate.chars().count().max(plain.chars().count()) / 3).max(1);
            (distance <= allowed).then_some((distance, candidate))
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// "did you mean `x`?", or what there is to choose from.
#[must_use]
pub fn help<'a>(
    written: &str,
    what: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> String {
    let candidates: Vec<&str> = candidates.into_iter().collect();
    match nearest(written, candidates.iter().copied()) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None if candidates.is_empty() => format!("there are no {what}"),
        None => format!("the {what} here: {}", listed(&candidates)),
    }
}

/// A list for people, cut when it is long.
#[must_use]
pub fn listed(names: &[&str]) -> String {
    const MOST: usize = 24;
    let mut text = names
        .iter()
        .take(MOST)
        .map(|name| format!("`{name}`"))
        .collect::<Vec<_>>()
        .join(", ");
    if names.len() > MOST {
        text.push_str(&format!(" and {} more", names.len() - MOST));
    }
    text
}

/// Case and separators do not matter for what was meant.
fn folded(name: &str) -> String {
    name.chars()
        .filter(|c| !matches!(c, '-' | '_' | '.' | ' '))
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_meant() {
        let fields = [
            "placement",
            "target",
            "title",
            "body",
            "report.create",
            "id",
        ];
        for (written, meant) in [
            ("placment", Some("placement")),
            ("Target", Some("target")),
            ("report_create", Some("report.create")),
            ("reports.create", Some("report.create")),
            ("tittle", Some("title")),
            ("ID", Some("id")),
            ("colour", None),
            ("", None),
        ] {
            assert_eq!(nearest(written, fields), meant, "{written}");
        }
        assert_eq!(help("x", "features", []), "there are no features");
    }
}
