//! A file of the folder, what is in it once, and the mistake that stands there instead.

const WORKSPACE: &str = "banso.json";
const TOUR: &str = "guides/first-report.json";
const LIST: &str = "guides/get-started.json";
const HELP: &str = "help/export-csv.json";

pub const MISTAKES: &[(&str, &str, &str)] = &[
    // What is no JSON.
    (
        WORKSPACE,
        "\"keys\": [\"wk_demo\"],",
        "\"keys\": [\"wk_demo\"]",
    ),
    (
        WORKSPACE,
        "\"hub\": { \"corner\": \"end\" },",
        "\"hub\": { \"corner\": \"end\", }, // corner",
    ),
    (TOUR, "\"version\": 1", "version: 1"),
    (
        LIST,
        "\"kind\": \"checklist\",",
        "\"kind\": \"checklist\", \"kind\": \"tour\",",
    ),
    // What has not the shape.
    (TOUR, "\"placement\"", "\"placment\""),
    (TOUR, "\"bottom\"", "\"botom\""),
    (TOUR, "\"kind\": \"tour\"", "\"kind\": \"tuor\""),
    (TOUR, "\"kind\": \"tour\",", ""),
    (TOUR, "\"version\": 1", "\"version\": 2"),
    (TOUR, "\"id\": \"first-report\"", "\"id\": \"first report\""),
    (TOUR, "\"steps\"", "\"stages\""),
    (TOUR, "\"delay\": \"1s\"", "\"delay\": \"1 second\""),
    (TOUR, "\"delay\": \"1s\"", "\"delay\": 1"),
    (TOUR, "\"priority\": 50", "\"priority\": 5000"),
    (
        TOUR,
        "{ \"en\": \"Well done\", \"ja\": \"できました\" }",
        "\"Well done\"",
    ),
    (
        TOUR,
        "\"repeat\": \"until-done\"",
        "\"repeat\": { \"evry\": \"90d\" }",
    ),
    (
        TOUR,
        "{ \"user\": \"role\", \"is\": [\"admin\", \"editor\"] }",
        "{ \"usr\": \"role\", \"is\": \"admin\" }",
    ),
    (
        TOUR,
        "{ \"user\": \"role\", \"is\": [\"admin\", \"editor\"] }",
        "{ \"user\": \"role\" }",
    ),
    (
        TOUR,
        "{ \"user\": \"role\", \"is\": [\"admin\", \"editor\"] }",
        "{ \"user\": \"role\", \"iz\": \"admin\" }",
    ),
    (
        TOUR,
        "{ \"user\": \"role\", \"is\": [\"admin\", \"editor\"] }",
        "{ \"user\": \"role\", \"account\": \"plan\", \"is\": \"pro\" }",
    ),
    (
        TOUR,
        "{ \"user\": \"role\", \"is\": [\"admin\", \"editor\"] }",
        "{}",
    ),
    (TOUR, "[\"snooze\"]", "[\"snoze\"]"),
    (TOUR, "[\"snooze\"]", "\"snooze\""),
    (TOUR, "[\"snooze\"]", "[{ \"opn\": \"/docs\" }]"),
    (
        TOUR,
        "\"missing\": { \"wait\": \"6s\", \"then\": \"pause\" }",
        "\"missing\": null",
    ),
    (LIST, "\"done\": \"by-hand\"", "\"done\": \"byhand\""),
    (
        LIST,
        "\"done\": { \"feature\": \"report.create\", \"count\": { \"gte\": 1 } }",
        "\"done\": { \"guide\": \"first-report\" }",
    ),
    (LIST, "\"items\": [", "\"items\": [], \"order\": ["),
    (WORKSPACE, "\"workspace\": \"hikari\",", ""),
    (WORKSPACE, "[[0.5, 0], [1, 80]]", "[[0.5, 0, 1], [1]]"),
    (WORKSPACE, "\"weight\": 60", "\"weight\": 0"),
    (WORKSPACE, "\"seats.active\"", "\"seats.activ\""),
    // What makes no sense: names.
    (TOUR, "\"stage\": [\"setup\"]", "\"stage\": [\"set-up\"]"),
    (
        TOUR,
        "\"feature\": \"report.create\"",
        "\"feature\": \"reports.create\"",
    ),
    (
        TOUR,
        "{ \"page\": \"/reports/*\" }",
        "{ \"segment\": \"payed\" }",
    ),
    (
        TOUR,
        "{ \"page\": \"/reports/*\" }",
        "{ \"guide\": \"get-startd\", \"state\": \"done\" }",
    ),
    (
        TOUR,
        "{ \"page\": \"/reports/*\" }",
        "{ \"item\": \"get-started/raport\" }",
    ),
    (
        TOUR,
        "{ \"page\": \"/reports/*\" }",
        "{ \"item\": \"first-report/*\" }",
    ),
    (
        TOUR,
        "{ \"page\": \"/reports/*\" }",
        "{ \"band\": [\"rot\"] }",
    ),
    (
        LIST,
        "{ \"show\": \"first-report\" }",
        "{ \"show\": \"first-reprot\" }",
    ),
    (TOUR, "\"id\": \"done\"", "\"id\": \"open\""),
    (LIST, "\"id\": \"get-started\"", "\"id\": \"first-report\""),
    (
        LIST,
        "\"id\": \"get-started\"",
        "\"id\": \"getting-started\"",
    ),
    (
        WORKSPACE,
        "\"id\": \"report.export\"",
        "\"id\": \"report.create\"",
    ),
    (
        WORKSPACE,
        "\"of\": \"get-started\"",
        "\"of\": \"first-report\"",
    ),
    (WORKSPACE, "\"of\": \"get-started\", ", ""),
    (
        WORKSPACE,
        "\"of\": \"active_days\"",
        "\"of\": \"active_dayz\"",
    ),
    (
        WORKSPACE,
        "\"groups\": [",
        "\"stage\": [\"setup\"], \"groups\": [",
    ),
    // The way through a checklist.
    (
        LIST,
        "\"items\": [",
        "\"chooser\": \"first-report\", \"items\": [",
    ),
    (
        LIST,
        "\"items\": [",
        "\"chooser\": \"choose-gaol\", \"items\": [",
    ),
    (
        LIST,
        "\"id\": \"read\",",
        "\"id\": \"read\", \"leads_to\": [\"weekly\"],",
    ),
    (
        LIST,
        "\"id\": \"report\",",
        "\"id\": \"report\", \"after\": [\"read\"],",
    ),
    (
        LIST,
        "\"id\": \"read\",",
        "\"id\": \"read\", \"after\": [\"raport\"],",
    ),
    // The hub.
    (
        WORKSPACE,
        "\"hub\": { \"corner\": \"end\" }",
        "\"hub\": { \"title\": { \"en\": \"Hi {{user.name|}}\", \"ja\": \"x\" }, \"sections\": [\"todo\", \"contact\"], \"news\": [{ \"id\": \"n\", \"title\": { \"en\": \"N\", \"ja\": \"N\" }, \"at\": \"2026-01-01T00:00:00Z\" }] }",
    ),
    // Conditions that cannot hold.
    (TOUR, "{ \"page\": \"/reports/*\" }", "{ \"any\": [] }"),
    (
        TOUR,
        "{ \"page\": \"/reports/*\" }",
        "{ \"stage\": [\"daily-use\"] }",
    ),
    (
        TOUR,
        "{ \"page\": \"/reports/*\" }",
        "{ \"user\": \"role\", \"is\": \"guest\" }",
    ),
    (
        TOUR,
        "\"count\": { \"eq\": 0 }",
        "\"count\": { \"gt\": 3, \"lt\": 2 }",
    ),
    (
        WORKSPACE,
        "{ \"item\": \"get-started/*\", \"done\": true }",
        "{ \"page\": \"/done\" }",
    ),
    (WORKSPACE, "\"by\": \"account\", ", ""),
    (
        WORKSPACE,
        "{ \"account\": \"plan\", \"is\": [\"pro\", \"enterprise\"] }",
        "{ \"not\": { \"segment\": \"paid\" } }",
    ),
    (
        LIST,
        "{ \"feature\": \"report.create\", \"count\": { \"gte\": 1 } }",
        "{ \"item\": \"get-started/report\" }",
    ),
    (
        TOUR,
        "\"count\": { \"eq\": 0 }",
        "\"count\": { \"eq\": 0 }, \"within\": \"12h\"",
    ),
    (
        WORKSPACE,
        "{ \"item\": \"get-started/*\", \"done\": true }",
        "{ \"band\": [\"green\"] }",
    ),
    (
        TOUR,
        "{ \"page\": \"/reports/*\" }",
        "{ \"guide\": \"first-report\", \"state\": \"seen\" }",
    ),
    (
        TOUR,
        "\"backdrop\": \"spotlight\"",
        "\"interact\": \"block\"",
    ),
    // Ways through a tour.
    (
        TOUR,
        "\"advance\": [{ \"on\": \"click\" }]",
        "\"buttons\": [{ \"label\": { \"en\": \"Out\", \"ja\": \"出る\" }, \"do\": [\"close\"] }]",
    ),
    (
        TOUR,
        "\"do\": [{ \"open\": \"/reports/share\" }, \"close\"]",
        "\"do\": [{ \"goto\": \"opne\" }]",
    ),
    (
        TOUR,
        "{ \"label\": { \"en\": \"Share\", \"ja\": \"共有\" }, \"do\": [{ \"open\": \"/reports/share\" }, \"close\"] },\n        { \"label\": { \"en\": \"Later\", \"ja\": \"あとで\" }, \"do\": [\"snooze\"] }",
        "{ \"label\": { \"en\": \"Again\", \"ja\": \"もう一度\" }, \"do\": [{ \"goto\": \"open\" }] }",
    ),
    (
        TOUR,
        "\"target\": { \"css\": [\"[data-tour=new-report]\", \"#new-report\"], \"text\": \"New report\" },",
        "",
    ),
    (
        TOUR,
        "\"kind\": \"modal\"",
        "\"kind\": \"modal\", \"interact\": \"allow\"",
    ),
    (TOUR, "{ \"on\": \"click\" }", "{ \"on\": \"page\" }"),
    (
        TOUR,
        "{ \"on\": \"click\" }",
        "{ \"on\": \"click\", \"feature\": \"report.create\" }",
    ),
    // Texts, links, selectors, patterns.
    (
        TOUR,
        "{ \"en\": \"Well done\", \"ja\": \"できました\" }",
        "{ \"en\": \"Well done\" }",
    ),
    (
        TOUR,
        "\"ja\": \"できました\"",
        "\"ja\": \"できました\", \"xx-\": \"?\"",
    ),
    (TOUR, "{{user.name|you}}", "{{name}}"),
    (TOUR, "{{user.name|you}}", "{{user.name}}"),
    (TOUR, "[More](/docs)", "[More](javascript:alert(1))"),
    (TOUR, "[More](/docs)", "<b>More</b> ![](/x.png)"),
    (TOUR, "**新規レポート** を", "**「新規レポート」**を"),
    (
        LIST,
        "{ \"open\": \"/docs\" }",
        "{ \"open\": \"data:text/html,x\" }",
    ),
    (
        LIST,
        "{ \"open\": \"/docs\" }",
        "{ \"open\": \"http://docs.example.com\" }",
    ),
    (TOUR, "\"#new-report\"", "\"#new-report[data-x\""),
    (
        TOUR,
        "{ \"page\": \"/reports/*\" }",
        "{ \"page\": \"/reports/(\" }",
    ),
    (
        TOUR,
        "\"version\": 1,",
        "\"version\": 1, \"media\": { \"image\": \"https://evil.example/x.png\", \"alt\": { \"en\": \"x\", \"ja\": \"x\" } },",
    ),
    // Settings.
    (
        WORKSPACE,
        "\"https://app.example.com\"",
        "\"https://app.example.com/\"",
    ),
    (WORKSPACE, "\"Asia/Tokyo\"", "\"Asia/Tokio\""),
    (WORKSPACE, "\"verified\"", "\"trusted\""),
    (
        WORKSPACE,
        "\"retention\": \"400d\"",
        "\"retention\": \"12h\"",
    ),
    (WORKSPACE, "\"#0b6bcb\"", "\"blue\""),
    (WORKSPACE, "\"human\": 70", "\"human\": 80"),
    (
        WORKSPACE,
        "\"done\": { \"item\": \"get-started/*\", \"done\": true },",
        "",
    ),
    (WORKSPACE, "[\"red\", 0]", "[\"red\", 10]"),
    (WORKSPACE, "[\"green\", 70]", "[\"green\", 30]"),
    (
        WORKSPACE,
        "[[0, 0], [0.5, 60], [0.8, 100]]",
        "[[0, 0], [0.8, 60], [0.5, 101]]",
    ),
    (
        WORKSPACE,
        "\"missing\": \"exclude\"",
        "\"missing\": \"hold\"",
    ),
    (
        WORKSPACE,
        "\"measure\": \"seats.active\"",
        "\"measure\": \"nps\"",
    ),
    (
        HELP,
        "\"page\": \"/reports/*\"",
        "\"related\": [\"export-pdf\"]",
    ),
];
