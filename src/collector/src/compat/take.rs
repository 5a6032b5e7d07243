//! Takes translated messages by the rules for any event: each is judged alone, believed or not, and stored before the
//! answer.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};

use axum::http::HeaderMap;
use banso_model::rollup::Source;
use banso_model::time::Timestamp;
use banso_model::value::Values;
use banso_model::wire::BatchAnswer;
use banso_store::read::Merged;
use banso_store::write::{NewTrait, Owner, StreamReport, Write};
use rustc_hash::FxHashMap;

use super::foreign::{Foreign, Read};
use super::people::stand_in;
use crate::app::App;
use crate::door::{Caller, Standing, admit, name_of};
use crate::error::Refusal;
use crate::ingest::judge::{Judge, Reason, Rejection, Translated, Visit, Word};
use crate::ingest::{count, id, refuse, report_in, traits, with_signed};
use crate::live::Live;

/// Takes the messages of one request, and answers when they are on disk.
///
/// # Errors
/// [`Refusal`] when nothing of the request was kept.
pub async fn take(
    app: &App,
    headers: &HeaderMap,
    key: &str,
    messages: Vec<Read<'_>>,
) -> Result<BatchAnswer, Refusal> {
    let live = app.live.load_full();
    let caller = admit(app, &live, key, headers, messages.len())?;
    let mut answer = BatchAnswer::default();
    let mut reject = |rejection: Rejection| {
        app.metrics.rejected(rejection.reason);
        answer.rejected.push(rejection.into());
    };
    let mut sound = Vec::new();
    for message in messages {
        match message.and_then(|foreign| match foreign.check_names() {
            Ok(()) => Ok(foreign),
            Err(reason) => Err(foreign.rejected(reason)),
        }) {
            Ok(foreign) if foreign.is_kept() => sound.push(foreign),
            Ok(_) => {}
            Err(rejection) => reject(rejection),
        }
    }
    let mut sorter = Sorter::new(app, &live, caller);
    sorter.find_accounts(&sound).await?;
    for foreign in &sound {
        if let Err(reason) = sorter.sort(foreign) {
            reject(foreign.rejected(reason));
        }
    }
    let received = sorter.received;
    let (mut writes, sources) = sorter.writes().await?;
    let report = StreamReport {
        key: name_of(app, caller, key),
        unplaced: u32::try_from(answer.rejected.len()).unwrap_or(u32::MAX),
        ..StreamReport::default()
    };
    let nobody = Owner::Device(String::new());
    report_in(&mut writes, report, || {
        empty(&live, received, (nobody, None, String::new()))
    });
    let merged: Vec<String> = writes
        .iter()
        .filter(|write| write.merge)
        .map(|write| write.device.clone())
        .collect();
    let stored =
        futures::future::try_join_all(writes.into_iter().map(|write| app.store.write(write)))
            .await?;
    app.people.did_merge(merged);
    count(&mut answer, &stored);
    for (stored, ids) in stored.iter().zip(sources) {
        refuse(app, &mut answer, stored, ids.into_iter());
    }
    app.metrics.answered(&answer);
    app.scoring.wake();
    Ok(answer)
}

/// Whose a write is: owner, user and device.
type Whose = (Owner, Option<String>, String);

/// A write that says nothing yet.
fn empty(live: &Live, received: Timestamp, (owner, user, device): Whose) -> Write {
    Write {
        owner,
        user,
        device,
        received,
        received_day: live.calendar.day(received),
        events: Vec::new(),
        traits: Vec::new(),
        merge: false,
        stream: None,
    }
}

/// Sorts messages by whose they are.
struct Sorter<'a> {
    app: &'a App,
    live: &'a Live,
    caller: Caller,
    received: Timestamp,
    judge: Judge<'a>,
    /// Who each user is, as it is known or as this request says.
    people: FxHashMap<String, Merged>,
    writes: Vec<Write>,
    /// The ids of the events of each write, as they were sent.
    ids: Vec<Vec<String>>,
    of: FxHashMap<Whose, usize>,
    /// What is told of users unless something is known, by the write that it belongs to.
    first: Vec<(usize, Values)>,
}

impl<'a> Sorter<'a> {
    fn new(app: &'a App, live: &'a Live, caller: Caller) -> Self {
        let received = app.now();
        Self {
            app,
            live,
            caller,
            received,
            judge: Judge::new(
                &live.catalog,
                live.calendar.reader(),
                Word::Foreign,
                received,
                None,
            ),
            people: FxHashMap::default(),
            writes: Vec::new(),
            ids: Vec::new(),
            of: FxHashMap::default(),
            first: Vec::new(),
        }
    }

    fn standing(&self, foreign: &Foreign<'_>) -> Standing {
        Standing::of(
            self.app,
            self.live,
            self.caller,
            foreign.user.as_deref(),
            foreign.account.as_deref(),
            foreign.token.as_deref(),
        )
    }

    /// Finds the accounts of users whose messages do not name one. Nothing is looked up for who is not believed.
    async fn find_accounts(&mut self, messages: &[Foreign<'_>]) -> Result<(), Refusal> {
        let unknown = messages
            .iter()
            .filter(|foreign| foreign.account.is_none())
            .filter(|foreign| self.standing(foreign) == Standing::Trusted)
            .filter_map(|foreign| foreign.user.as_deref());
        self.people = self.app.people.who_are(self.app, unknown).await?;
        for foreign in messages {
            if let (Some(user), Some(account)) = (&foreign.user, &foreign.account)
                && self.standing(foreign) == Standing::Trusted
                && !self.people.contains_key(&**user)
            {
                let said = Merged {
                    account: account.clone().into_owned(),
                    user: None,
                };
                self.people.insert(user.clone().into_owned(), said);
            }
        }
        Ok(())
    }

    /// Judges a message and adds it to the write that it belongs to.
    fn sort(&mut self, foreign: &Foreign<'_>) -> Result<(), Reason> {
        self.judge.hear_clock(foreign.sent_at);
        let recorded = self.recorded(foreign);
        self.judge.takes(foreign.size, recorded)?;
        let event = match &foreign.event {
            None => None,
            Some(event) => Some(self.judge.translated(
                Translated {
                    id: &self.id(foreign),
                    recorded,
                    at: foreign.at.or(foreign.recorded),
                    kind: event.kind,
                    name: &event.name,
                    page: event.page.as_deref(),
                    props: &event.props,
                },
                Visit {
                    session: &foreign.session,
                    stream: "",
                },
            )?),
        };
        let standing = self.standing(foreign);
        let believed = standing.at(self.live, recorded).unwrap_or_else(|doubt| {
            self.app.metrics.doubted(doubt);
            false
        });
        let write = if believed {
            self.believed(foreign, &standing)
        } else {
            self.doubted(foreign)?
        };
        if event.is_some() {
            self.ids[write].push(foreign.rejected(Reason::Erased).id);
        }
        self.writes[write].events.extend(event);
        Ok(())
    }

    /// The write of a message whose word is taken, with what it tells.
    fn believed(&mut self, foreign: &Foreign<'_>, standing: &Standing) -> usize {
        let user = foreign.user.as_deref();
        let known = user
            .filter(|_| foreign.account.is_none())
            .and_then(|user| self.people.get(user));
        let account = match (standing.claims(), known) {
            (Some(claims), _) => Some(claims.account.clone()),
            (None, Some(known)) => Some(known.account.clone()),
            (None, None) => foreign.account.as_deref().map(str::to_owned),
        };
        let named = known
            .and_then(|known| known.user.clone())
            .or_else(|| user.map(str::to_owned));
        let own = user.map(stand_in).unwrap_or_default();
        let device = match &*foreign.device {
            "" => own.clone(),
            device => device.to_owned(),
        };
        let owner = match account {
            Some(account) => Owner::Account(account),
            None => Owner::Device(device.clone()),
        };
        let of_account = matches!(owner, Owner::Account(_));
        let write = self.write_of((owner.clone(), named.clone(), device));
        if of_account && user.is_some() {
            self.writes[write].merge = true;
            self.merge_others(foreign, &owner, named.as_deref(), &own);
        }
        let told = self.told(foreign, standing);
        self.writes[write].traits.extend(told);
        if !foreign.first_traits.is_empty() {
            self.first.push((write, foreign.first_traits.clone()));
        }
        write
    }

    /// The write of a message that only its device answers for.
    fn doubted(&mut self, foreign: &Foreign<'_>) -> Result<usize, Reason> {
        if foreign.device.is_empty() {
            return Err(Reason::InvalidEvent);
        }
        let device = foreign.device.clone().into_owned();
        Ok(self.write_of((Owner::Device(device.clone()), None, device)))
    }

    /// Merges what else stands for the user: their stand-in, and the name they had before. That another user's id was
    /// this user's name is believed of a server only.
    fn merge_others(
        &mut self,
        foreign: &Foreign<'_>,
        owner: &Owner,
        user: Option<&str>,
        own: &str,
    ) {
        let previous = foreign.previous.as_deref();
        let server = self.caller == Caller::Server;
        let before = previous.filter(|_| server).map(stand_in);
        let others = [Some(own.to_owned()), previous.map(str::to_owned), before];
        for device in others.into_iter().flatten() {
            if !self.app.people.is_merged(&device) {
                let user = user.map(str::to_owned);
                let write = self.write_of((owner.clone(), user, device));
                self.writes[write].merge = true;
            }
        }
    }

    /// The traits of a message, and with them those of its token.
    fn told(&self, foreign: &Foreign<'_>, standing: &Standing) -> Vec<NewTrait> {
        if !foreign.tells() {
            return Vec::new();
        }
        let source = match self.caller {
            Caller::Browser => Source::Browser,
            Caller::Server => Source::Trusted,
        };
        let claimed = traits(&foreign.user_traits, &foreign.account_traits, source);
        with_signed(claimed, standing)
    }

    fn write_of(&mut self, whose: Whose) -> usize {
        if let Some(known) = self.of.get(&whose) {
            return *known;
        }
        self.writes
            .push(empty(self.live, self.received, whose.clone()));
        self.ids.push(Vec::new());
        let write = self.writes.len() - 1;
        self.of.insert(whose, write);
        write
    }

    /// When a message was recorded. One that does not say is recorded on the day it is received, so that it is known
    /// again when it is sent twice on that day.
    fn recorded(&self, foreign: &Foreign<'_>) -> Timestamp {
        let day = self.received.0 - self.received.0.rem_euclid(banso_model::time::DAY_MS);
        foreign.recorded.or(foreign.at).unwrap_or(Timestamp(day))
    }

    /// The id of a message. Without one, what says when it happened is known by what it says; of what does not, nobody can
    /// tell a repetition from a second use.
    fn id(&self, foreign: &Foreign<'_>) -> String {
        if !foreign.id.is_empty() {
            return foreign.id.clone().into_owned();
        }
        let said = format!(
            "{:?}",
            (&foreign.device, &foreign.user, foreign.at, &foreign.event)
        );
        if foreign.at.is_some() {
            return said;
        }
        let random = RandomState::new().build_hasher().finish();
        id::derived(self.received, format!("{random}{said}").as_bytes())
    }

    /// The writes, and the ids of each one's events; those that would say nothing are left out.
    async fn writes(mut self) -> Result<(Vec<Write>, Vec<Vec<String>>), Refusal> {
        for (write, first) in std::mem::take(&mut self.first) {
            let write = &mut self.writes[write];
            let user = write.user.clone().unwrap_or_default();
            let known = self.app.store.user(write.owner.clone(), &user).await?;
            let mut new = first;
            new.retain(|name, _| {
                !known.traits.contains_key(name)
                    && !write
                        .traits
                        .iter()
                        .any(|told| !told.of_account && told.name == *name)
            });
            let source = match self.caller {
                Caller::Browser => Source::Browser,
                Caller::Server => Source::Trusted,
            };
            write.traits.extend(traits(&new, &Values::new(), source));
        }
        let says = |write: &Write| {
            let merges = write.merge && !self.app.people.is_merged(&write.device);
            merges || !write.events.is_empty() || !write.traits.is_empty()
        };
        let all = self.writes.into_iter().zip(self.ids);
        Ok(all.filter(|(write, _)| says(write)).unzip())
    }
}
