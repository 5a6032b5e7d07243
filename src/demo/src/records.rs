//! All that Hikari remembers, in memory: one office an account, and who is signed in.

use std::collections::{BTreeMap, HashMap, VecDeque};

use crate::error::{ApiError, Fault};
use crate::people::{Account, Invitation, Person};
use crate::reports::Report;

/// How many accounts may be signed up on one server.
const ACCOUNTS: usize = 5_000;
/// How many people may be signed in; the longest signed in is signed out for the next.
const SESSIONS: usize = 20_000;
/// How many reports an account may have.
const REPORTS: usize = 500;
/// How many invitations of an account may be open.
const INVITATIONS: usize = 100;

/// One account and what belongs to it.
#[derive(Debug)]
pub struct Office {
    /// The customer.
    pub account: Account,
    /// Its people, who joined first comes first.
    pub people: Vec<Person>,
    /// Who has been asked to join.
    pub invitations: Vec<Invitation>,
    /// Its reports, the oldest first.
    pub reports: Vec<Report>,
}

/// Where a signed-in person sits.
#[derive(Debug, Clone)]
struct Seat {
    account: String,
    person: String,
}

/// The memory of one server.
#[derive(Debug, Default)]
pub struct Records {
    offices: BTreeMap<String, Office>,
    /// Account ids in the order they came.
    arrivals: Vec<String>,
    sessions: HashMap<String, Seat>,
    session_order: VecDeque<String>,
}

impl Records {
    /// Takes in a new account with its people.
    pub fn add(&mut self, office: Office) -> Result<(), ApiError> {
        if self.offices.len() >= ACCOUNTS {
            return Err(ApiError::Full {
                what: "accounts",
                limit: ACCOUNTS,
            });
        }
        let id = office.account.id.clone();
        self.arrivals.push(id.clone());
        self.offices.insert(id, office);
        Ok(())
    }

    /// Accounts in the order they came.
    pub fn offices(&self) -> impl DoubleEndedIterator<Item = &Office> {
        self.arrivals.iter().filter_map(|id| self.offices.get(id))
    }

    /// Signs a person in under a session name that nobody can guess.
    pub fn sign_in(&mut self, session: String, person: &str) -> Result<(), ApiError> {
        let seat = self
            .offices
            .values()
            .find(|office| office.people.iter().any(|someone| someone.id == person))
            .map(|office| Seat {
                account: office.account.id.clone(),
                person: person.to_owned(),
            })
            .ok_or(ApiError::NotFound("person"))?;
        if self.session_order.len() >= SESSIONS
            && let Some(oldest) = self.session_order.pop_front()
        {
            self.sessions.remove(&oldest);
        }
        self.session_order.push_back(session.clone());
        self.sessions.insert(session, seat);
        Ok(())
    }

    /// Ends a session; ending one that is over is no error.
    pub fn sign_out(&mut self, session: &str) {
        if self.sessions.remove(session).is_some() {
            self.session_order.retain(|other| other != session);
        }
    }

    /// The person of a session and their account.
    #[must_use]
    pub fn who(&self, session: &str) -> Option<(Person, Account)> {
        let seat = self.sessions.get(session)?;
        let office = self.offices.get(&seat.account)?;
        let person = office
            .people
            .iter()
            .find(|person| person.id == seat.person)?;
        Some((person.clone(), office.account.clone()))
    }

    /// What belongs to an account.
    pub fn office(&mut self, account: &str) -> Result<&mut Office, ApiError> {
        self.offices
            .get_mut(account)
            .ok_or(ApiError::NotFound("account"))
    }
}

impl Office {
    /// A report of this account.
    pub fn report(&mut self, id: &str) -> Result<&mut Report, ApiError> {
        self.reports
            .iter_mut()
            .find(|report| report.id == id)
            .ok_or(ApiError::NotFound("report"))
    }

    /// Keeps a new report.
    pub fn keep(&mut self, report: Report) -> Result<(), ApiError> {
        if self.reports.len() >= REPORTS {
            return Err(ApiError::Full {
                what: "reports",
                limit: REPORTS,
            });
        }
        self.reports.push(report);
        Ok(())
    }

    /// Asks somebody to join.
    pub fn invite(&mut self, invitation: Invitation) -> Result<(), ApiError> {
        let known = self
            .people
            .iter()
            .any(|person| person.email == invitation.email)
            || self
                .invitations
                .iter()
                .any(|other| other.email == invitation.email);
        if known {
            return Err(ApiError::Invalid {
                field: "email",
                fault: Fault::Taken,
            });
        }
        if self.invitations.len() >= INVITATIONS {
            return Err(ApiError::Full {
                what: "invitations",
                limit: INVITATIONS,
            });
        }
        self.invitations.push(invitation);
        Ok(())
    }
}
