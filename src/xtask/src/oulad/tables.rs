//! The files as they were published, row by row. Dates are days since the course began, negative before.

use std::collections::HashMap;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use flate2::read::MultiGzDecoder;
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// A learner in one run of one course.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Learner<'t> {
    /// The course, `AAA`.
    pub module: &'t str,
    /// When it ran, `2013J`: from October; `2013B` from February.
    pub presentation: &'t str,
    /// The learner's number.
    pub student: &'t str,
}

/// A row of `clicks`: how often a learner clicked on a site on a day. There may be several for the same.
#[derive(Debug, Deserialize)]
pub struct Clicks {
    /// The course.
    #[serde(rename = "code_module")]
    module: String,
    /// Its run.
    #[serde(rename = "code_presentation")]
    presentation: String,
    /// The learner.
    #[serde(rename = "id_student")]
    student: String,
    /// On what.
    #[serde(rename = "id_site")]
    pub site: String,
    /// When.
    pub date: i32,
    /// How often.
    #[serde(rename = "sum_click")]
    pub sum: u32,
}

/// A row of `sites`: a part of a course's pages.
#[derive(Debug, Deserialize)]
struct Site {
    #[serde(rename = "id_site")]
    site: String,
    #[serde(rename = "activity_type")]
    activity: String,
}

/// A row of `assessments`.
#[derive(Debug, Deserialize)]
pub struct Assessment {
    /// The course.
    #[serde(rename = "code_module")]
    pub module: String,
    /// Its run.
    #[serde(rename = "code_presentation")]
    pub presentation: String,
    /// Its number.
    #[serde(rename = "id_assessment")]
    pub id: String,
}

/// A row of `submissions`: something was handed in.
#[derive(Debug, Deserialize)]
pub struct Submission {
    /// For which assessment.
    #[serde(rename = "id_assessment")]
    pub assessment: String,
    /// By whom.
    #[serde(rename = "id_student")]
    pub student: String,
    /// When.
    #[serde(rename = "date_submitted")]
    pub date: i32,
    #[serde(rename = "is_banked")]
    banked: String,
    /// From 0 to 100; it may be missing.
    pub score: Option<f64>,
}

impl Submission {
    /// Whether it is carried over from an earlier run of the course.
    pub fn is_banked(&self) -> bool {
        self.banked == "True"
    }
}

/// A row of `registrations`.
#[derive(Debug, Deserialize)]
pub struct Registration {
    /// The course.
    #[serde(rename = "code_module")]
    module: String,
    /// Its run.
    #[serde(rename = "code_presentation")]
    presentation: String,
    /// The learner.
    #[serde(rename = "id_student")]
    student: String,
    /// When they registered; it may be missing.
    #[serde(rename = "date_registration")]
    pub registered: Option<i32>,
    /// When they left; blank for those who stayed.
    #[serde(rename = "date_unregistration")]
    pub unregistered: Option<i32>,
}

/// A row of `results`: how it ended.
#[derive(Debug, Deserialize)]
pub struct Outcome {
    /// The course.
    #[serde(rename = "code_module")]
    module: String,
    /// Its run.
    #[serde(rename = "code_presentation")]
    presentation: String,
    /// The learner.
    #[serde(rename = "id_student")]
    student: String,
    /// `Pass`, `Distinction`, `Fail` or `Withdrawn`.
    #[serde(rename = "final_result")]
    pub result: String,
}

macro_rules! is_about_a_learner {
    ($($row:ty),*) => {$(
        impl $row {
            /// Who it is about.
            pub fn learner(&self) -> Learner<'_> {
                Learner {
                    module: &self.module,
                    presentation: &self.presentation,
                    student: &self.student,
                }
            }
        }
    )*};
}

is_about_a_learner!(Clicks, Registration, Outcome);

/// A row with its place in its file and what it says, of which the ids of events are made.
#[derive(Debug)]
pub struct Row<T> {
    /// Rows before it.
    pub number: usize,
    /// Its fields, with commas between them.
    pub text: String,
    /// What it says.
    pub says: T,
}

/// All files.
#[derive(Debug)]
pub struct Tables {
    /// What was clicked.
    pub clicks: Vec<Row<Clicks>>,
    /// What kind of page each site is.
    pub activities: HashMap<String, String>,
    /// The assessments by their number.
    pub assessments: HashMap<String, Assessment>,
    /// What was handed in.
    pub submissions: Vec<Row<Submission>>,
    /// Who took part.
    pub registrations: Vec<Row<Registration>>,
    /// How it ended.
    pub results: Vec<Row<Outcome>>,
}

/// Reads the files of a folder.
pub fn read(folder: &Path) -> Result<Tables> {
    let sites: Vec<Row<Site>> = table(folder, "sites")?;
    let assessments: Vec<Row<Assessment>> = table(folder, "assessments")?;
    Ok(Tables {
        clicks: table(folder, "clicks")?,
        activities: sites
            .into_iter()
            .map(|row| (row.says.site, row.says.activity))
            .collect(),
        assessments: assessments
            .into_iter()
            .map(|row| (row.says.id.clone(), row.says))
            .collect(),
        submissions: table(folder, "submissions")?,
        registrations: table(folder, "registrations")?,
        results: table(folder, "results")?,
    })
}

fn table<T: DeserializeOwned>(folder: &Path, name: &str) -> Result<Vec<Row<T>>> {
    let (path, bytes) = open(folder, name)?;
    let mut reader = csv::Reader::from_reader(bytes);
    let read = || format!("cannot read {}", path.display());
    let headers = reader.headers().with_context(read)?.clone();
    let mut rows = Vec::new();
    for (number, record) in reader.records().enumerate() {
        let record = record.with_context(read)?;
        let says = record.deserialize(Some(&headers)).with_context(|| {
            format!(
                "cannot read row {} of {}: is it a file of the Open University Learning Analytics Dataset?",
                number + 1,
                path.display()
            )
        })?;
        rows.push(Row {
            number,
            text: record.iter().collect::<Vec<_>>().join(","),
            says,
        });
    }
    Ok(rows)
}

/// Opens `name.csv`, or `name.csv.gz` when there is none.
fn open(folder: &Path, name: &str) -> Result<(PathBuf, Box<dyn Read>)> {
    let plain = folder.join(format!("{name}.csv"));
    match File::open(&plain) {
        Ok(file) => return Ok((plain, Box::new(file))),
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => {
            return Err(error).with_context(|| format!("cannot read {}", plain.display()));
        }
    }
    let packed = folder.join(format!("{name}.csv.gz"));
    match File::open(&packed) {
        Ok(file) => Ok((packed, Box::new(MultiGzDecoder::new(file)))),
        Err(error) if error.kind() == ErrorKind::NotFound => bail!(
            "there is neither {name}.csv nor {name}.csv.gz in {}: name the folder that the data is in",
            folder.display()
        ),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", packed.display())),
    }
}
