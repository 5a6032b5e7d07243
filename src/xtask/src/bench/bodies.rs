//! Requests as the widget sends them, made once and then only filled in: who sends, the ids and the times.
//!
//! What changes has a fixed width, so filling a request in moves nothing and costs nanoseconds.

use std::ops::Range;

use super::random::Random;

/// The browser key of the workspace under test.
pub const KEY: &str = "wk_bench";
/// An origin it allows.
pub const ORIGIN: &str = "http://localhost:8787";
/// Accounts that send.
pub const ACCOUNTS: u64 = 20_000;
/// Users of each account, with a device each.
pub const USERS: u64 = 5;
/// Length of an event, in bytes.
const EVENT: usize = 300;
/// Milliseconds between two events of a batch.
const PACE: u64 = 120;

const FEATURES: [&str; 12] = [
    "report.create",
    "report.view",
    "report.export",
    "report.share",
    "dashboard.view",
    "filter.apply",
    "comment.add",
    "member.invite",
    "settings.view",
    "search.run",
    "alert.create",
    "import.csv",
];
const PAGES: [&str; 10] = [
    "/",
    "/reports",
    "/reports/new",
    "/reports/4821",
    "/reports/4822/share",
    "/dashboards/sales",
    "/settings/profile",
    "/settings/team",
    "/search",
    "/imports",
];
const WORDS: [&str; 24] = [
    "toolbar", "menu", "shortcut", "sidebar", "weekly", "monthly", "region", "margin", "orders",
    "returns", "stock", "north", "south", "draft", "final", "shared", "private", "table", "chart",
    "pivot", "csv", "sheet", "owner", "viewer",
];

/// A request with holes.
#[derive(Debug)]
pub struct Request {
    bytes: Vec<u8>,
    sender: Sender,
    events: Vec<Hole>,
}

/// Where the sender is written.
#[derive(Debug, Default)]
struct Sender {
    device: usize,
    stream: usize,
    session: usize,
    user: usize,
    account: usize,
    sent_at: usize,
}

/// Where an event is written.
#[derive(Debug)]
struct Hole {
    id: usize,
    seq: Range<usize>,
    at: usize,
}

/// Who sends: a user on a device, in one page load of one visit.
#[derive(Debug)]
pub struct Visit {
    account: u64,
    user: u64,
    device: u128,
    session: u128,
    stream: u128,
    seq: usize,
}

impl Visit {
    /// Anybody's, beginning now.
    pub fn begin(random: &mut Random) -> Self {
        let account = random.below(ACCOUNTS);
        let user = random.below(USERS);
        let device = Random::of(account * USERS + user).wide();
        Self {
            account,
            user,
            device,
            session: random.wide(),
            stream: random.wide(),
            seq: 0,
        }
    }

    /// Events it has sent.
    pub const fn sent(&self) -> usize {
        self.seq
    }
}

impl Request {
    /// A request of `events` events, of features mostly, of pages, activity and a checklist's items too.
    pub fn new(host: &str, events: usize, random: &mut Random) -> Self {
        let mut body = Draft::default();
        body.text(&format!("{{\"key\":\"{KEY}\""));
        let sender = Sender {
            device: body.field("device", 36),
            stream: body.field("stream", 36),
            session: body.field("session", 36),
            user: body.field("user", 13),
            account: body.field("account", 13),
            sent_at: body.field("sent_at", 24),
        };
        body.text(",\"dropped\":0,\"events\":[");
        let mut holes = Vec::with_capacity(events);
        for number in 0..events {
            if number > 0 {
                body.text(",");
            }
            holes.push(body.event(random));
        }
        body.text("]}");
        let head = format!(
            "POST /v1/events HTTP/1.1\r\nHost: {host}\r\nOrigin: {ORIGIN}\r\nContent-Type: text/plain;charset=UTF-8\r\nContent-Length: {}\r\n\r\n",
            body.bytes.len()
        );
        let mut request = Self {
            bytes: head.into_bytes(),
            sender,
            events: holes,
        };
        request.shift(request.bytes.len());
        request.bytes.extend_from_slice(&body.bytes);
        request
    }

    /// Moves every hole behind the head.
    fn shift(&mut self, head: usize) {
        let Sender {
            device,
            stream,
            session,
            user,
            account,
            sent_at,
        } = &mut self.sender;
        for place in [device, stream, session, user, account, sent_at] {
            *place += head;
        }
        for Hole { id, seq, at } in &mut self.events {
            *id += head;
            *seq = seq.start + head..seq.end + head;
            *at += head;
        }
    }

    /// Fills it in: sent `now` (milliseconds since 1970) on a visit, with ids that were never used.
    pub fn fill(&mut self, visit: &mut Visit, now: u64, random: &mut Random) -> &[u8] {
        let bytes = &mut self.bytes;
        put_uuid(bytes, self.sender.device, as_version(visit.device, 4));
        put_uuid(bytes, self.sender.stream, as_version(visit.stream, 4));
        put_uuid(bytes, self.sender.session, as_version(visit.session, 4));
        put_name(
            bytes,
            self.sender.user,
            b"user-",
            visit.account * USERS + visit.user,
        );
        put_name(bytes, self.sender.account, b"acct-", visit.account);
        put_time(bytes, self.sender.sent_at, now);
        let mut at = now.saturating_sub(PACE * self.events.len() as u64);
        for hole in &self.events {
            at += PACE;
            let id = u128::from(at) << 80 | random.wide() >> 48;
            put_uuid(bytes, hole.id, as_version(id, 7));
            put_number(bytes, hole.seq.clone(), visit.seq);
            put_time(bytes, hole.at, at);
            visit.seq += 1;
        }
        bytes
    }
}

/// A body in the making.
#[derive(Default)]
struct Draft {
    bytes: Vec<u8>,
}

impl Draft {
    fn text(&mut self, text: &str) {
        self.bytes.extend_from_slice(text.as_bytes());
    }

    /// Leaves room and says where it is.
    fn hole(&mut self, width: usize) -> usize {
        let start = self.bytes.len();
        self.bytes.resize(start + width, b' ');
        start
    }

    fn field(&mut self, name: &str, width: usize) -> usize {
        self.text(&format!(",\"{name}\":\""));
        let place = self.hole(width);
        self.text("\"");
        place
    }

    fn event(&mut self, random: &mut Random) -> Hole {
        let start = self.bytes.len();
        self.text("{\"id\":\"");
        let id = self.hole(36);
        self.text("\",\"seq\":");
        let seq = self.hole(6);
        self.text(",\"at\":\"");
        let at = self.hole(24);
        let page = random.one(&PAGES);
        let (kind, name, props) = match random.below(20) {
            0..12 => (
                "feature",
                *random.one(&FEATURES),
                format!("\"source\":\"{}\"", random.one(&WORDS)),
            ),
            12..16 => ("page", "", format!("\"from\":\"{}\"", random.one(&PAGES))),
            16..18 => (
                "active",
                "",
                format!("\"seconds\":{}", 5 + random.below(55)),
            ),
            18 => (
                "item",
                *random.one(&["start/report", "start/share", "start/invite"]),
                "\"by\":\"condition\"".to_owned(),
            ),
            _ => (
                "track",
                *random.one(&["sort_changed", "report_exported", "tab_opened"]),
                format!("\"rows\":{}", random.below(10_000)),
            ),
        };
        self.text(&format!(
            "\",\"kind\":\"{kind}\",\"name\":\"{name}\",\"page\":\"{page}\",\"props\":{{{props},\"note\":\""
        ));
        // A host's own details fill the rest.
        let end = start + EVENT - "\"}}".len();
        while self.bytes.len() < end {
            self.text(random.one::<&str>(&WORDS));
            self.text(" ");
        }
        self.bytes.truncate(end);
        self.text("\"}}");
        Hole {
            id,
            seq: seq..seq + 6,
            at,
        }
    }
}

/// A UUID of a version, with the variant every UUID has.
const fn as_version(bits: u128, version: u128) -> u128 {
    bits & !(0xf << 76) & !(0b11 << 62) | version << 76 | 0b10 << 62
}

fn put_uuid(bytes: &mut [u8], place: usize, id: u128) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut at = place;
    for (number, byte) in id.to_be_bytes().into_iter().enumerate() {
        if matches!(number, 4 | 6 | 8 | 10) {
            bytes[at] = b'-';
            at += 1;
        }
        bytes[at] = DIGITS[usize::from(byte >> 4)];
        bytes[at + 1] = DIGITS[usize::from(byte & 15)];
        at += 2;
    }
}

fn put_name(bytes: &mut [u8], place: usize, prefix: &[u8; 5], number: u64) {
    bytes[place..place + 5].copy_from_slice(prefix);
    put_digits(&mut bytes[place + 5..place + 13], number, b'0');
}

/// A number with spaces before it, as JSON allows.
fn put_number(bytes: &mut [u8], place: Range<usize>, number: usize) {
    let hole = &mut bytes[place];
    put_digits(hole, number as u64, b' ');
}

fn put_digits(hole: &mut [u8], mut number: u64, before: u8) {
    for (back, digit) in hole.iter_mut().rev().enumerate() {
        *digit = if number == 0 && back > 0 {
            before
        } else {
            b'0' + (number % 10) as u8
        };
        number /= 10;
    }
    debug_assert_eq!(number, 0, "there are more digits than room");
}

/// An instant as RFC 3339 with milliseconds.
fn put_time(bytes: &mut [u8], place: usize, ms: u64) {
    let (seconds, ms) = (ms / 1000, ms % 1000);
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    let (year, month, day) = civil(days);
    let hole = &mut bytes[place..place + 24];
    hole.copy_from_slice(b"0000-00-00T00:00:00.000Z");
    for (range, number) in [
        (0..4, year),
        (5..7, month),
        (8..10, day),
        (11..13, second / 3600),
        (14..16, second / 60 % 60),
        (17..19, second % 60),
        (20..23, ms),
    ] {
        put_digits(&mut hole[range], number, b'0');
    }
}

/// Year, month and day of a number of days since 1970: Howard Hinnant's `civil_from_days`
/// (<https://howardhinnant.github.io/date_algorithms.html>) for days that are not negative.
const fn civil(days: u64) -> (u64, u64, u64) {
    let shifted = days + 719_468;
    let era = shifted / 146_097;
    let day_of_era = shifted % 146_097;
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = year_of_era + era * 400 + if month <= 2 { 1 } else { 0 };
    (year, month, day_of_year - (153 * shifted_month + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use banso_model::time::Timestamp;
    use banso_model::wire::Batch;

    use super::*;

    const NOW: u64 = 1_796_000_000_123;

    /// The batch that a filled request carries, as the collector would read it.
    fn batch(bytes: &[u8]) -> Batch {
        let text = std::str::from_utf8(bytes).expect("text");
        let (head, body) = text.split_once("\r\n\r\n").expect("a head");
        let length = format!("Content-Length: {}", body.len());
        assert!(head.lines().any(|line| line == length), "{head}");
        serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {body}"))
    }

    #[track_caller]
    fn check(events: usize) {
        let mut random = Random::of(7);
        let mut request = Request::new("localhost:1", events, &mut random);
        let mut visit = Visit::begin(&mut random);
        let mut ids = HashSet::new();
        for round in 0..3_usize {
            let batch = batch(request.fill(&mut visit, NOW, &mut random));
            assert_eq!(batch.sender.sent_at, Timestamp(NOW as i64));
            assert_eq!(batch.events.len(), events);
            for (number, event) in batch.events.iter().enumerate() {
                assert_eq!(event.seq as usize, round * events + number);
                assert!(ids.insert(event.id.clone()), "{} twice", event.id);
                let time = i64::from_str_radix(&event.id.replace('-', "")[..12], 16);
                assert_eq!(time.map(Timestamp), Ok(event.at), "{}", event.id);
                assert_eq!((&event.id[14..15], event.id.len()), ("7", 36));
                assert!(event.at <= batch.sender.sent_at);
            }
        }
        assert_eq!(visit.sent(), 3 * events);
    }

    #[test]
    fn requests_are_batches_that_the_wire_knows() {
        check(1);
        check(50);
        check(500);
    }

    #[test]
    fn events_have_one_length() {
        let mut random = Random::of(1);
        let length = |events, random: &mut Random| {
            let request = Request::new("h", events, random);
            let text = String::from_utf8(request.bytes).expect("text");
            text.split_once("\"events\":").expect("events").1.len()
        };
        // Brackets and the end of the body, and commas between the events.
        assert_eq!(length(1, &mut random), EVENT + 3);
        assert_eq!(length(50, &mut random), 50 * EVENT + 49 + 3);
    }

    #[test]
    fn times_are_written_as_they_are_read() {
        for ms in [
            0,
            951_782_400_000,
            1_709_164_799_999,
            NOW,
            4_102_444_800_001,
        ] {
            let mut bytes = [0; 24];
            put_time(&mut bytes, 0, ms);
            let text = std::str::from_utf8(&bytes).expect("text");
            assert_eq!(text, Timestamp(ms as i64).to_string());
        }
    }
}
