//! What articles are found by: an index in memory, small enough for some thousands of them.
//!
//! Japanese is written without spaces, so its text is indexed by every letter and every pair of letters; a query of one
//! letter or two is then found like any other. What is written with spaces is indexed by words, and a word finds those it
//! begins. How much a part of a query counts is how rare it is (its inverse document frequency); pairs of hiragana, which
//! mostly are endings and particles, and the small words of English count little. An article is found when it has half of
//! what the query's parts count together, and ranks by how much it has, in its title above all.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::normal::{folded, normal};

/// The part of a query's weight that an article must have.
const ENOUGH: f64 = 0.5;
/// How much more a part counts in a title, and among the keywords, than once in a text.
const IN_TITLE: f64 = 4.0;
const IN_KEYWORDS: f64 = 3.0;
/// How much a part counts that is there as the beginning of a word, or begins with one.
const BEGUN: f64 = 0.7;
/// How much an article gains when the query stands in its title, or in its text, as it was written.
const PHRASE: (f64, f64) = (2.0, 1.3);
/// Words that say little of what is asked.
const SMALL: [&str; 40] = [
    "a", "about", "an", "and", "any", "are", "as", "at", "be", "by", "can", "do", "does", "for",
    "from", "get", "have", "how", "i", "if", "in", "is", "it", "me", "my", "not", "of", "on", "or",
    "our", "so", "that", "the", "this", "to", "we", "what", "when", "with", "you",
];

/// What is indexed of an article.
#[derive(Clone, Copy, Debug)]
pub struct Document<'a> {
    /// Its title.
    pub title: &'a str,
    /// Other words by which it is found.
    pub keywords: &'a [String],
    /// Its text without formatting.
    pub text: &'a str,
}

/// An index of documents, which are named by their places.
#[derive(Debug, Default)]
pub struct Index {
    /// By word, letter or pair of letters.
    postings: BTreeMap<Box<str>, Vec<Posting>>,
    /// Titles and texts, normalised and folded, for queries that stand in them as they are.
    texts: Vec<(String, String)>,
}

/// That a document has something.
#[derive(Clone, Copy, Debug, Default)]
struct Posting {
    document: u32,
    title: bool,
    keyword: bool,
    text: u16,
}

impl Posting {
    /// How much it counts to have it.
    fn gain(self) -> f64 {
        let often = f64::from(self.text);
        let place = |is: bool, counts: f64| if is { counts } else { 0.0 };
        place(self.title, IN_TITLE) + place(self.keyword, IN_KEYWORDS) + often / (often + 1.0)
    }
}

/// A part of a query.
#[derive(Debug, PartialEq)]
struct Part {
    text: String,
    /// How much it counts beside others as rare.
    weight: f64,
    /// Whether it is a word, which finds those it begins.
    is_word: bool,
}

impl Index {
    /// Indexes documents.
    pub fn new<'a>(documents: impl Iterator<Item = Document<'a>>) -> Self {
        let mut index = Self::default();
        for (place, document) in documents.enumerate() {
            index.add(u32::try_from(place).unwrap_or(u32::MAX), document);
        }
        index
    }

    fn add(&mut self, document: u32, of: Document<'_>) {
        let mut found: FxHashMap<String, Posting> = FxHashMap::default();
        let (title, text) = (normal(of.title), normal(of.text));
        each_term(&title, |term| found.entry(term).or_default().title = true);
        for keyword in of.keywords {
            each_term(&normal(keyword), |term| {
                found.entry(term).or_default().keyword = true;
            });
        }
        each_term(&text, |term| {
            let posting = found.entry(term).or_default();
            posting.text = posting.text.saturating_add(1);
        });
        for (term, posting) in found {
            let list = self.postings.entry(term.into_boxed_str()).or_default();
            list.push(Posting {
                document,
                ..posting
            });
        }
        self.texts.push((fold(&title), fold(&text)));
    }

    /// The places of the documents that fit a query, best first.
    #[must_use]
    pub fn search(&self, query: &str) -> Vec<usize> {
        let query = normal(query);
        let parts = parts(&query);
        let count = self.texts.len() as f64;
        let mut whole = 0.0;
        // By document: how much of the query it has, and how well.
        let mut scores: FxHashMap<u32, (f64, f64)> = FxHashMap::default();
        for part in &parts {
            let found = self.find(part);
            let rare = (1.0 + count / (found.len() as f64).max(0.5)).ln() * part.weight;
            whole += rare;
            for (document, (fits, gain)) in found {
                let (has, score) = scores.entry(document).or_default();
                *has += rare * fits;
                *score += rare * fits * gain;
            }
        }
        let phrase = fold(&query);
        let mut ranked: Vec<(f64, usize)> = scores
            .into_iter()
            .filter(|(_, (has, _))| *has >= whole * ENOUGH * BEGUN)
            .map(|(document, (has, score))| {
                let document = document as usize;
                (
                    score * (has / whole) * self.stands(document, &phrase),
                    document,
                )
            })
            .collect();
        ranked.sort_unstable_by(|(a, one), (b, other)| b.total_cmp(a).then(one.cmp(other)));
        ranked.into_iter().map(|(_, document)| document).collect()
    }

    /// How much better a document fits in which the query stands as it was written.
    fn stands(&self, document: usize, phrase: &str) -> f64 {
        let (in_title, in_text) = PHRASE;
        match self.texts.get(document) {
            Some((title, _)) if title.contains(phrase) => in_title,
            Some((_, text)) if text.contains(phrase) => in_text,
            _ => 1.0,
        }
    }

    /// The documents that have a part of a query: how well it fits, and how much that counts.
    fn find(&self, part: &Part) -> FxHashMap<u32, (f64, f64)> {
        let mut found: FxHashMap<u32, (f64, f64)> = FxHashMap::default();
        let mut take = |postings: &[Posting], fits: f64| {
            for posting in postings {
                let gain = posting.gain();
                let best = found.entry(posting.document).or_default();
                if fits * gain > best.0 * best.1 {
                    *best = (fits, gain);
                }
            }
        };
        let text = part.text.as_str();
        if let Some(exact) = self.postings.get(text) {
            take(exact, 1.0);
        }
        if part.is_word {
            let begun = self
                .postings
                .range::<str, _>((std::ops::Bound::Excluded(text), std::ops::Bound::Unbounded));
            for (_, postings) in begun.take_while(|(term, _)| term.starts_with(text)) {
                take(postings, BEGUN);
            }
            // `exporting` finds `export`, but no word finds one that is much shorter.
            for (end, _) in text.char_indices().skip(4) {
                let begins = &text[..end];
                if text.len() - end <= 4
                    && let Some(postings) = self.postings.get(begins)
                {
                    take(postings, BEGUN);
                }
            }
        }
        found
    }
}

/// A run of letters that are written the same way.
enum Run<'a> {
    /// Words are apart.
    Word(&'a str),
    /// Words are not apart.
    Wide(&'a str),
}

/// The runs of a normalised text.
fn runs(text: &str) -> impl Iterator<Item = Run<'_>> {
    text.split(|letter: char| !letter.is_alphanumeric() && !is_wide(letter))
        .flat_map(|part| {
            let mut rest = part;
            std::iter::from_fn(move || {
                let wide = is_wide(rest.chars().next()?);
                let end = rest.find(|letter| is_wide(letter) != wide);
                let (run, after) = rest.split_at(end.unwrap_or(rest.len()));
                rest = after;
                Some(if wide { Run::Wide(run) } else { Run::Word(run) })
            })
        })
}

/// Letters of scripts in which words are not apart: kana, Chinese characters, and what belongs to them.
const fn is_wide(letter: char) -> bool {
    matches!(letter, '々' | '〆' | 'ー' | '\u{3041}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
        && !matches!(letter, '・' | '゠')
}

const fn is_hiragana(letter: char) -> bool {
    matches!(letter, '\u{3041}'..='\u{309f}')
}

/// What a document is found by.
fn each_term(text: &str, mut found: impl FnMut(String)) {
    for run in runs(text) {
        match run {
            Run::Word(word) => found(word.to_owned()),
            Run::Wide(run) => {
                let mut before = None;
                for letter in run.chars().map(folded) {
                    found(letter.to_string());
                    if let Some(before) = before {
                        found(String::from_iter([before, letter]));
                    }
                    before = Some(letter);
                }
            }
        }
    }
}

/// The parts of a normalised query, each once.
fn parts(query: &str) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    let mut add = |text: String, weight: f64, is_word: bool| {
        if !parts.iter().any(|part| part.text == text) {
            parts.push(Part {
                text,
                weight,
                is_word,
            });
        }
    };
    for run in runs(query) {
        match run {
            Run::Word(word) => {
                let weight = if SMALL.contains(&word) { 0.1 } else { 1.0 };
                add(word.to_owned(), weight, true);
            }
            Run::Wide(run) => {
                let letters: Vec<char> = run.chars().collect();
                if let [one] = letters[..] {
                    add(folded(one).to_string(), weight_of(&[one]), false);
                }
                for pair in letters.windows(2) {
                    let text = pair.iter().copied().map(folded).collect();
                    add(text, weight_of(pair), false);
                }
            }
        }
    }
    parts
}

/// Hiragana are mostly endings and particles.
fn weight_of(letters: &[char]) -> f64 {
    match letters
        .iter()
        .filter(|letter| is_hiragana(**letter))
        .count()
    {
        0 => 1.0,
        some if some == letters.len() => 0.2,
        _ => 0.5,
    }
}

fn fold(text: &str) -> String {
    text.chars().map(folded).collect()
}

#[cfg(test)]
mod tests;
