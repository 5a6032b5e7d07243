//! The customers Hikari already has when it starts.

use jiff::{Timestamp, ToSpan as _};

use crate::people::{Account, Invitation, Locale, Person, Plan, Role};
use crate::records::Office;
use crate::reports::{Chart, Report, Schedule};
use crate::series::{Period, Source};

/// Three companies, each with people and reports; `now` is when the server starts.
#[must_use]
pub fn offices(now: Timestamp) -> Vec<Office> {
    vec![acme(now), sakura(now), northwind(now)]
}

fn acme(now: Timestamp) -> Office {
    let people = vec![
        person("u1", "acme", "Maya Okafor", Role::Admin, Locale::En),
        person("u2", "acme", "Daniel Reyes", Role::Editor, Locale::En),
        person("u3", "acme", "Priya Nair", Role::Viewer, Locale::En),
    ];
    let names = [
        "Weekly sales",
        "Orders by day",
        "Shop visits",
        "Support load",
        "Sales, last 12 months",
        "Quarterly orders",
        "Visits, last 12 months",
        "Ticket trend",
        "Month-end sales",
        "Order volume",
        "Spring campaign visits",
        "Support, last 12 months",
        "Sales for the board",
        "Weekend orders",
        "Landing page visits",
        "Returns and complaints",
    ];
    Office {
        account: account("acme", "Acme Foods", Plan::Pro, 20),
        reports: reports("acme", &names, &people, now),
        invitations: vec![Invitation {
            id: "i1".to_owned(),
            email: "lena@acme.example.com".to_owned(),
            role: Role::Editor,
        }],
        people,
    }
}

fn sakura(now: Timestamp) -> Office {
    let people = vec![
        person("u4", "sakura", "佐藤 美咲", Role::Admin, Locale::Ja),
        person("u5", "sakura", "田中 健太", Role::Editor, Locale::Ja),
        person("u6", "sakura", "鈴木 陽子", Role::Viewer, Locale::Ja),
    ];
    let names = [
        "週次売上",
        "日別注文数",
        "サイト訪問数",
        "問い合わせ件数",
        "年間売上推移",
        "四半期の注文数",
        "年間訪問数",
        "問い合わせの傾向",
        "月末売上",
        "注文数の推移",
        "春キャンペーンの訪問数",
        "年間問い合わせ件数",
    ];
    Office {
        account: account("sakura", "さくら商事", Plan::Enterprise, 120),
        reports: reports("sakura", &names, &people, now),
        invitations: Vec::new(),
        people,
    }
}

fn northwind(now: Timestamp) -> Office {
    let people = vec![person(
        "u7",
        "northwind",
        "Erik Lindqvist",
        Role::Admin,
        Locale::En,
    )];
    Office {
        account: account("northwind", "Northwind Studio", Plan::Trial, 5),
        reports: reports("northwind", &[], &people, now),
        invitations: Vec::new(),
        people,
    }
}

fn account(id: &str, name: &str, plan: Plan, seats: u32) -> Account {
    Account {
        id: id.to_owned(),
        name: name.to_owned(),
        plan,
        seats,
    }
}

fn person(id: &str, account: &str, name: &str, role: Role, locale: Locale) -> Person {
    Person {
        id: id.to_owned(),
        account: account.to_owned(),
        name: name.to_owned(),
        email: format!("{id}@{account}.example.com"),
        role,
        locale,
        digest: true,
    }
}

/// Reports named as given, each a few days older than the one before, made by people in turn.
fn reports(account: &str, names: &[&str], people: &[Person], now: Timestamp) -> Vec<Report> {
    let sources = [
        Source::Sales,
        Source::Orders,
        Source::Visits,
        Source::Tickets,
    ];
    let (month, quarter, year) = (Period::Month, Period::Quarter, Period::Year);
    let periods = [
        month, month, month, month, year, quarter, year, quarter, month, quarter, quarter, year,
        year, month, month, quarter,
    ];
    let schedules = [
        Schedule::Weekly,
        Schedule::None,
        Schedule::Daily,
        Schedule::Monthly,
    ];
    let mut reports: Vec<Report> = names
        .iter()
        .zip((1_i64..).map(|turn| now - (turn * 41).hours()))
        .enumerate()
        .map(|(turn, (name, updated_at))| Report {
            id: format!("{account}-{}", turn + 1),
            name: (*name).to_owned(),
            source: sources[turn % sources.len()],
            chart: if turn % 3 == 0 {
                Chart::Bar
            } else {
                Chart::Line
            },
            period: periods[turn % periods.len()],
            schedule: schedules[turn % schedules.len()],
            owner: people[turn % people.len()].name.clone(),
            created_at: updated_at - (24 * 9).hours(),
            updated_at,
            shared_with: Vec::new(),
        })
        .collect();
    reports.reverse();
    reports
}
