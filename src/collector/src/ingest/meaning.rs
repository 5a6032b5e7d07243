//! What an event means: what it adds to the sums of its day, and what it changes in its user's progress.

use banso_model::event::{GuideAct, HelpAct, Kind};
use banso_model::rollup::Metric;
use banso_model::time::Timestamp;
use banso_model::value::Value;
use banso_store::write::ProgressChange;
use serde::Deserialize;

use super::batch::Text;
use super::judge::{Reason, Word, short};
use crate::help::normal;
use crate::live::Catalog;

/// Most seconds that one event may say someone was active.
const LONGEST_ACTIVITY: f64 = 3600.0;
/// Most uses that one event of a trusted source may stand for.
const MOST_USES: u64 = 10_000;

/// Tells what events mean.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    /// The names that are summed up.
    pub catalog: &'a Catalog,
    /// Whose word the events are.
    pub word: Word,
    /// What is added to the client's clock.
    pub offset_ms: i64,
}

impl Reader<'_> {
    /// What an event means to the sums and to its user's progress. Only names that the configuration knows are summed
    /// up: the log keeps the others.
    pub fn meaning(&self, kind: Kind, name: &str, props: &str) -> Result<Meaning, Reason> {
        match kind {
            Kind::Feature if self.catalog.has_feature(name) => {
                let uses = self.uses(props)?;
                Ok(Meaning::adding(Metric::Feature(name.to_owned()), uses))
            }
            Kind::Track => {
                let features = self.catalog.tracked_by(name);
                if features.is_empty() {
                    return Ok(Meaning::default());
                }
                let uses = self.uses(props)?;
                let adds = features
                    .iter()
                    .map(|feature| (Metric::Feature(feature.clone()), uses));
                Ok(Meaning {
                    adds: adds.collect(),
                    ..Meaning::default()
                })
            }
            Kind::Active => Ok(Meaning::adding(Metric::ActiveSeconds, seconds(props)?)),
            Kind::Guide => self.guide(name, props),
            Kind::Item if self.catalog.has_item(name) => Ok(Meaning {
                progress: Some(ProgressChange::Item),
                ..Meaning::adding(Metric::Item(name.to_owned()), 1)
            }),
            Kind::Answer if self.catalog.has_question(name) => {
                let Answer { value } = read(props)?;
                Ok(Meaning {
                    progress: Some(ProgressChange::Answer(value)),
                    ..Meaning::default()
                })
            }
            Kind::Help => self.help(name, props),
            Kind::Content if self.catalog.has_article(name) => {
                Ok(Meaning::adding(Metric::ContentSeconds, seconds(props)?))
            }
            Kind::Feature
            | Kind::Item
            | Kind::Answer
            | Kind::Page
            | Kind::Content
            | Kind::Error => Ok(Meaning::default()),
        }
    }

    /// How many uses an event stands for: one, unless a server says how many.
    fn uses(&self, props: &str) -> Result<u64, Reason> {
        if matches!(self.word, Word::Browser | Word::Foreign) || props.is_empty() {
            return Ok(1);
        }
        match read::<Counted>(props)?.count {
            None => Ok(1),
            Some(count) if (1..=MOST_USES).contains(&count) => Ok(count),
            Some(_) => Err(Reason::InvalidEvent),
        }
    }

    /// What was searched is kept normalised and no longer than a query may be.
    fn help(&self, name: &str, props: &str) -> Result<Meaning, Reason> {
        let HelpProps { act, value } = read(props)?;
        let Some(act) = HelpAct::parse(&act, &value) else {
            return Ok(Meaning::default());
        };
        let counted = Metric::Help(act.as_str().to_owned());
        if !matches!(act, HelpAct::Found | HelpAct::Missed) {
            return Ok(if self.catalog.has_article(name) {
                Meaning::adding(counted, 1)
            } else {
                Meaning::default()
            });
        }
        let query = normal::query(value.as_text().ok_or(Reason::InvalidEvent)?);
        if query.is_empty() {
            return Ok(Meaning::default());
        }
        let kept = serde_json::json!({ "act": act.as_str(), "value": query });
        Ok(Meaning {
            props: Some(kept.to_string()),
            progress: (act == HelpAct::Missed).then_some(ProgressChange::Missed(query)),
            ..Meaning::adding(counted, 1)
        })
    }

    fn guide(&self, name: &str, props: &str) -> Result<Meaning, Reason> {
        let props: GuideProps<'_> = read(props)?;
        let act = GuideAct::parse(&props.act).ok_or(Reason::InvalidEvent)?;
        let Some(kind) = self.catalog.guide(name) else {
            return Ok(Meaning::default());
        };
        let counted = Metric::Guide(name.to_owned(), act.as_str().to_owned());
        Ok(Meaning {
            progress: Some(ProgressChange::Guide {
                act,
                step: props.step.map(|step| short(&step)),
                until: props.until.map(|until| until.plus_ms(self.offset_ms)),
                interrupts: act == GuideAct::Seen && props.auto && kind.interrupts(),
            }),
            ..Meaning::adding(counted, 1)
        })
    }
}

/// What an event adds to the sums of its day, and what it changes in its user's progress.
#[derive(Debug, Default)]
pub struct Meaning {
    /// What it adds.
    pub adds: Vec<(Metric, u64)>,
    /// What it changes.
    pub progress: Option<ProgressChange>,
    /// What is kept in place of its props.
    pub props: Option<String>,
}

impl Meaning {
    fn adding(metric: Metric, sum: u64) -> Self {
        Self {
            adds: vec![(metric, sum)],
            ..Self::default()
        }
    }
}

#[derive(Deserialize)]
struct Active {
    seconds: f64,
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    value: Value,
}

#[derive(Deserialize)]
struct HelpProps<'a> {
    #[serde(borrow)]
    act: Text<'a>,
    #[serde(default)]
    value: Value,
}

#[derive(Deserialize)]
struct Counted {
    #[serde(default)]
    count: Option<u64>,
}

#[derive(Deserialize)]
struct GuideProps<'a> {
    #[serde(borrow)]
    act: Text<'a>,
    #[serde(borrow, default)]
    step: Option<Text<'a>>,
    #[serde(default)]
    until: Option<Timestamp>,
    /// Whether it began by itself, and not because its user or the host asked for it.
    #[serde(default)]
    auto: bool,
}

/// How long something was done, in whole seconds.
fn seconds(props: &str) -> Result<u64, Reason> {
    let Active { seconds } = read(props)?;
    if !(0.0..=LONGEST_ACTIVITY).contains(&seconds) {
        return Err(Reason::InvalidEvent);
    }
    // The range above fits; part of a second is rounded.
    Ok(seconds.round() as u64)
}

fn read<'a, T: Deserialize<'a>>(props: &'a str) -> Result<T, Reason> {
    serde_json::from_str(props).map_err(|_| Reason::InvalidEvent)
}
