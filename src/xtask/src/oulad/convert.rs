//! From tables to events, in the order in which they were received.

use std::collections::HashMap;
use std::io::Write;

use anyhow::{Context, Result};
use jiff::civil::Date;

use super::course::{self, Zone};
use super::line::{self, Line, Props, Traits};
use super::tables::{Clicks, Learner, Registration, Row, Submission, Tables};

/// Events and outcomes.
pub struct Converted<'t> {
    zone: &'t Zone,
    accounts: Vec<Account<'t>>,
    entries: Vec<Entry<'t>>,
    outcomes: Vec<Ending<'t>>,
    /// What became of the rows.
    pub count: Count,
}

/// What became of the rows.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Rows of clicks that are events.
    pub clicks: usize,
    /// Submissions that are events.
    pub submissions: usize,
    /// Registrations and withdrawals that are events.
    pub registrations: usize,
    /// Learners who withdrew before the course began.
    pub left_out: usize,
    /// Their rows of clicks and submissions.
    pub left_out_rows: usize,
}

struct Account<'t> {
    id: String,
    course: String,
    learner: Learner<'t>,
    registered: Date,
}

/// An event to be: its day and account order it, and the row says the rest.
struct Entry<'t> {
    day: Date,
    account: usize,
    of: Of<'t>,
}

enum Of<'t> {
    Registered(&'t Row<Registration>),
    Left(&'t Row<Registration>),
    Clicked(&'t Row<Clicks>, &'t str),
    Submitted(&'t Row<Submission>, String),
}

struct Ending<'t> {
    account: usize,
    result: &'t str,
    day: Date,
}

/// Whom a row is about.
enum Who {
    Account(usize),
    /// They withdrew before the course began.
    LeftOut,
}

/// Converts.
pub fn convert<'t>(tables: &'t Tables, zone: &'t Zone) -> Result<Converted<'t>> {
    let mut converted = Converted {
        zone,
        accounts: Vec::new(),
        entries: Vec::with_capacity(tables.clicks.len() + tables.submissions.len()),
        outcomes: Vec::new(),
        count: Count::default(),
    };
    let known = converted.add_accounts(&tables.registrations)?;
    converted.add_clicks(tables, &known)?;
    converted.add_submissions(tables, &known)?;
    converted.add_withdrawals(&tables.registrations, &known)?;
    converted.add_outcomes(tables, &known)?;
    // What was received first comes first, and what is of one account on one day together. The sort is stable, so an
    // account is registered before and unregistered after whatever else it did on that day.
    converted
        .entries
        .sort_by_key(|entry| (entry.day, entry.account));
    Ok(converted)
}

impl<'t> Converted<'t> {
    /// How many accounts there are.
    pub fn accounts(&self) -> usize {
        self.accounts.len()
    }

    /// How many events there are.
    pub fn events(&self) -> usize {
        self.entries.len()
    }

    fn add_accounts(
        &mut self,
        registrations: &'t [Row<Registration>],
    ) -> Result<HashMap<Learner<'t>, Who>> {
        let mut known = HashMap::new();
        for row in registrations {
            let learner = row.says.learner();
            if row.says.unregistered.is_some_and(|date| date < 0) {
                self.count.left_out += 1;
                known.insert(learner, Who::LeftOut);
                continue;
            }
            let Learner {
                module,
                presentation,
                student,
            } = learner;
            // A registration without a date is taken to be of the day the course began.
            let registered = course::day(presentation, row.says.registered.unwrap_or(0))?;
            let account = self.accounts.len();
            known.insert(learner, Who::Account(account));
            self.accounts.push(Account {
                id: format!("{module}-{presentation}-{student}"),
                course: format!("{module}-{presentation}"),
                learner,
                registered,
            });
            self.entries.push(Entry {
                day: registered,
                account,
                of: Of::Registered(row),
            });
            self.count.registrations += 1;
        }
        Ok(known)
    }

    fn add_clicks(&mut self, tables: &'t Tables, known: &HashMap<Learner<'_>, Who>) -> Result<()> {
        for row in &tables.clicks {
            let (learner, site) = (row.says.learner(), &row.says.site);
            let activity = tables.activities.get(site).with_context(|| {
                format!(
                    "row {} of clicks is on site {site}, which sites lacks",
                    row.number + 1
                )
            })?;
            match whose(known, learner, "clicks", row.number)? {
                Who::LeftOut => self.count.left_out_rows += 1,
                Who::Account(account) => {
                    self.entries.push(Entry {
                        day: course::day(learner.presentation, row.says.date)?,
                        account: *account,
                        of: Of::Clicked(row, activity),
                    });
                    self.count.clicks += 1;
                }
            }
        }
        Ok(())
    }

    fn add_submissions(
        &mut self,
        tables: &'t Tables,
        known: &HashMap<Learner<'_>, Who>,
    ) -> Result<()> {
        for row in &tables.submissions {
            let Submission {
                assessment,
                student,
                date,
                ..
            } = &row.says;
            let of = tables.assessments.get(assessment).with_context(|| {
                format!(
                    "row {} of submissions is for {assessment}, which assessments lacks",
                    row.number + 1
                )
            })?;
            let learner = Learner {
                module: &of.module,
                presentation: &of.presentation,
                student,
            };
            match whose(known, learner, "submissions", row.number)? {
                Who::LeftOut => self.count.left_out_rows += 1,
                Who::Account(account) => {
                    let mut day = course::day(&of.presentation, *date)?;
                    if row.says.is_banked() {
                        // Carried over for whoever registers, however early the row says it was.
                        day = day.max(self.accounts[*account].registered);
                    }
                    self.entries.push(Entry {
                        day,
                        account: *account,
                        of: Of::Submitted(row, item(of)),
                    });
                    self.count.submissions += 1;
                }
            }
        }
        Ok(())
    }

    fn add_withdrawals(
        &mut self,
        registrations: &'t [Row<Registration>],
        known: &HashMap<Learner<'_>, Who>,
    ) -> Result<()> {
        for row in registrations {
            let learner = row.says.learner();
            let (Some(date), Some(Who::Account(account))) =
                (row.says.unregistered, known.get(&learner))
            else {
                continue;
            };
            self.entries.push(Entry {
                day: course::day(learner.presentation, date)?,
                account: *account,
                of: Of::Left(row),
            });
            self.count.registrations += 1;
        }
        Ok(())
    }

    /// Whoever withdrew did so on that day; of the others it is known on the last day anyone of their run did anything.
    fn add_outcomes(
        &mut self,
        tables: &'t Tables,
        known: &HashMap<Learner<'_>, Who>,
    ) -> Result<()> {
        let mut left = HashMap::new();
        let mut last: HashMap<&str, Date> = HashMap::new();
        for entry in &self.entries {
            let course = &*self.accounts[entry.account].course;
            let last = last.entry(course).or_insert(entry.day);
            *last = entry.day.max(*last);
            if matches!(entry.of, Of::Left(_)) {
                left.insert(entry.account, entry.day);
            }
        }
        let mut outcomes = Vec::new();
        for row in &tables.results {
            match whose(known, row.says.learner(), "results", row.number)? {
                Who::LeftOut => {}
                Who::Account(account) => outcomes.push(Ending {
                    account: *account,
                    result: &row.says.result,
                    day: left
                        .get(account)
                        .copied()
                        .unwrap_or_else(|| last[&*self.accounts[*account].course]),
                }),
            }
        }
        self.outcomes = outcomes;
        Ok(())
    }

    /// Writes the events, a line each.
    pub fn write_events(&self, mut out: &mut dyn Write) -> Result<()> {
        for entry in &self.entries {
            serde_json::to_writer(&mut out, &self.line(entry)?)?;
            out.write_all(b"\n")?;
        }
        Ok(())
    }

    /// Writes the outcomes as CSV: the account, how it ended, and on which day that was.
    pub fn write_outcomes(&self, out: &mut dyn Write) -> Result<()> {
        let mut csv = csv::Writer::from_writer(out);
        csv.write_record(["account", "outcome", "day"])?;
        for ending in &self.outcomes {
            let account = &self.accounts[ending.account];
            csv.write_record([
                &*account.id,
                &ending.result.to_lowercase(),
                &ending.day.to_string(),
            ])?;
        }
        csv.flush()?;
        Ok(())
    }

    fn line<'a>(&'a self, entry: &'a Entry<'_>) -> Result<Line<'a>> {
        let Account {
            id,
            course,
            learner,
            registered: _,
        } = &self.accounts[entry.account];
        let received = self.zone.noon(entry.day)?;
        let named = |file, row, text: &str| line::id(received, file, row, text);
        let line = Line {
            id: String::new(),
            received,
            account: id,
            user: None,
            kind: "track",
            name: "",
            at: received,
            props: Props::default(),
            account_traits: None,
        };
        Ok(match &entry.of {
            Of::Registered(row) => Line {
                id: named("registered", row.number, &row.text),
                name: "registered",
                account_traits: Some(Traits::Registered {
                    course,
                    module: learner.module,
                    presentation: learner.presentation,
                }),
                ..line
            },
            Of::Left(row) => Line {
                id: named("unregistered", row.number, &row.text),
                name: "unregistered",
                account_traits: Some(Traits::Left {
                    churned_at: entry.day.to_string(),
                }),
                ..line
            },
            Of::Clicked(row, activity) => Line {
                id: named("clicks", row.number, &row.text),
                user: Some(learner.student),
                kind: "feature",
                name: activity,
                props: Props {
                    count: Some(row.says.sum),
                    ..Props::default()
                },
                ..line
            },
            Of::Submitted(row, item) => {
                let banked = row.says.is_banked();
                Line {
                    id: named("submissions", row.number, &row.text),
                    // What was banked was done before this course: nobody was active on that day.
                    user: (!banked).then_some(learner.student),
                    kind: "item",
                    name: item,
                    props: Props {
                        score: row.says.score,
                        banked,
                        ..Props::default()
                    },
                    ..line
                }
            }
        })
    }
}

/// The item that an assessment is: each run of a course has a checklist of its own.
fn item(assessment: &super::tables::Assessment) -> String {
    let course = format!("{}-{}", assessment.module, assessment.presentation);
    format!("assessments-{}/{}", course.to_lowercase(), assessment.id)
}

fn whose<'k>(
    known: &'k HashMap<Learner<'k>, Who>,
    learner: Learner<'k>,
    file: &str,
    row: usize,
) -> Result<&'k Who> {
    known.get(&learner).with_context(|| {
        format!(
            "row {} of {file} is about learner {}, who is not in registrations for {} {}",
            row + 1,
            learner.student,
            learner.module,
            learner.presentation
        )
    })
}
