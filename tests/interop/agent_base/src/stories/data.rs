//! Agents that work with data: JSON results, broken arguments, a retry, and long reports.

use agent_base::UserEvent;
use serde_json::json;

use crate::story::{Recovery, Story, call, calls, say};
use crate::tools::{Answer, ScriptedTool};

pub fn stories() -> Vec<Story> {
    vec![sales(), library(), import_csv(), unknown_tool(), report()]
}

/// A tool with a nested JSON result.
fn sales() -> Story {
    Story::new(12)
        .system("You answer questions about sales. Use a table where it helps.")
        .tool(ScriptedTool::new("query_sales", "Run a query, get rows as JSON.", &["sql"]).answers([
            Answer::Detail {
                text: r#"{"columns":["region","quarter","revenue"],"rows":[["north","Q1",128400.5],["north","Q2",131250.0],["south","Q1",98760.25],["south","Q2",143020.75]],"meta":{"took_ms":41,"cached":false,"warnings":[]}}"#.to_owned(),
                detail: json!({"rows": 4, "plan": {"scan": "sales", "index": null}}),
            },
            Answer::Text(r#"{"columns":["product","revenue"],"rows":[["Rain barrel 200 l",39800],["Garden hose 25 m",21150]],"meta":{"took_ms":12,"cached":true,"warnings":["limited to 2 rows"]}}"#.to_owned()),
        ]))
        .ask(
            "How did the regions do in the first half of the year?",
            [
                call(
                    "query_sales",
                    r#"{"sql":"SELECT region, quarter, sum(revenue) AS revenue FROM sales WHERE quarter IN ('Q1','Q2') GROUP BY 1, 2 ORDER BY 1, 2"}"#,
                ),
                say("| region | Q1 | Q2 | change |\n|---|---:|---:|---:|\n| north | 128,400.50 | 131,250.00 | +2.2 % |\n| south | 98,760.25 | 143,020.75 | **+44.8 %** |\n\nThe south made the difference."),
            ],
        )
        .ask(
            "What happened in the south?",
            [
                call(
                    "query_sales",
                    r#"{"sql":"SELECT product, sum(revenue) AS revenue FROM sales WHERE region = 'south' AND quarter = 'Q2' GROUP BY 1 ORDER BY 2 DESC LIMIT 2"}"#,
                ),
                say("Rain barrels: 39,800 € in one quarter. April was the driest in 40 years, and the garden hoses sold along with them."),
            ],
        )
}

/// The model's arguments break off; the crate keeps `{}` and asks for the call again.
fn library() -> Story {
    Story::new(11)
        .system("You are a librarian.")
        .tool(
            ScriptedTool::new("search_catalogue", "Search the catalogue.", &["title"]).says([
                r#"[{"title":"Der Zauberberg","author":"Thomas Mann","shelf":"M 114","lent":false}]"#,
                r#"[{"title":"Buddenbrooks","author":"Thomas Mann","shelf":"M 112","lent":true}]"#,
                r#"[{"title":"Der Tod in Venedig","author":"Thomas Mann","shelf":"M 117","lent":false}]"#,
            ]),
        )
        .ask(
            "Do you have The Magic Mountain in German?",
            [
                call("search_catalogue", r#"{"title":"Der Zauber"#)
                    .thinking("The German title is Der Zauberberg."),
                call("search_catalogue", r#"{"title":"Der Zauberberg"}"#),
                say("Yes, “Der Zauberberg” stands on shelf M 114, and nobody has borrowed it."),
            ],
        )
        .ask(
            "And Buddenbrooks, and Death in Venice?",
            [
                calls([
                    ("search_catalogue", r#"{"title":"Buddenbrooks"}"#),
                    ("search_catalogue", "{}"),
                    ("search_catalogue", r#"{"title":"Der Tod in Venedig"}"#),
                ]),
                say("“Buddenbrooks” is lent at the moment; “Der Tod in Venedig” waits on shelf M 117."),
            ],
        )
}

/// A failed call in a batch, put right by the model.
fn import_csv() -> Story {
    Story::new(19)
        .system("You load files into tables.")
        .recovery(Recovery::Retry)
        .tool(
            ScriptedTool::new(
                "load_csv",
                "Load a CSV file into a table.",
                &["file", "delimiter"],
            )
            .answers([
                Answer::Text("members.csv: 214 rows, 5 columns".to_owned()),
                Answer::Fail(
                    "fees.csv, line 1: 1 column found, 4 expected; is ',' the right delimiter?",
                ),
                Answer::Text("fees.csv: 856 rows, 4 columns".to_owned()),
            ]),
        )
        .ask(
            "Load members.csv and fees.csv, please.",
            [
                calls([
                    ("load_csv", r#"{"file":"members.csv","delimiter":","}"#),
                    ("load_csv", r#"{"file":"fees.csv","delimiter":","}"#),
                ]),
                call("load_csv", r#"{"file":"fees.csv","delimiter":";"}"#)
                    .saying("fees.csv seems to use semicolons, as spreadsheets from Germany do."),
                say("Both are in: 214 members and 856 fees."),
            ],
        )
}

/// The model calls a tool that nobody gave it.
fn unknown_tool() -> Story {
    Story::new(28)
        .system("You keep the calendar.")
        .recovery(Recovery::Retry)
        .tool(
            ScriptedTool::new(
                "add_event",
                "Add an event to the calendar.",
                &["title", "when"],
            )
            .says([r#"{"event":311,"title":"Choir rehearsal","when":"2026-05-07T19:30"}"#]),
        )
        .ask(
            "Choir rehearsal on Thursday at half past seven.",
            [
                call(
                    "create_event",
                    r#"{"title":"Choir rehearsal","when":"2026-05-07T19:30"}"#,
                ),
                call(
                    "add_event",
                    r#"{"title":"Choir rehearsal","when":"2026-05-07T19:30"}"#,
                ),
                say("“Choir rehearsal” is in your calendar, Thursday 7 May, 19:30. 🎶"),
            ],
        )
}

/// A plan, progress, partial results and structured events.
fn report() -> Story {
    let partial = |text: &str, is_partial| UserEvent::ToolPartialResult {
        tool_call_id: "call_0002".to_owned(),
        content: text.to_owned(),
        is_partial,
    };
    let plan = |first: &str, second: &str| {
        format!(
            r#"{{"objective":"Report on the energy use of the school","plan":[{{"step":"Read the meters","status":"{first}"}},{{"step":"Write the report","status":"{second}"}}]}}"#
        )
    };
    Story::external(26, "report/energy")
        .system("You write reports for the school board.")
        .record_events()
        .plan_tool()
        .tool(
            ScriptedTool::new("read_meters", "Read all meters of a building.", &["building"])
                .answers([Answer::Events {
                    events: vec![
                        UserEvent::Progress { text: "meter 1 of 3".to_owned() },
                        partial("gym: 4,120 kWh", true),
                        UserEvent::Progress { text: "meter 2 of 3".to_owned() },
                        partial("main building: 9,876 kWh", true),
                        UserEvent::Structured {
                            event_type: "meter_offline".to_owned(),
                            data: json!({"meter": "workshop", "since": "2026-04-02"}),
                        },
                        partial("workshop: no reading", false),
                    ],
                    text: r#"{"gym":4120,"main":9876,"workshop":null}"#.to_owned(),
                }]),
        )
        .ask(
            "How much electricity did the school use in April?",
            [
                call("update_plan", &plan("in_progress", "pending")),
                call("read_meters", r#"{"building":"school"}"#),
                call("update_plan", &plan("completed", "in_progress")),
                say("## Electricity in April\n\n- Gym: **4,120 kWh**\n- Main building: **9,876 kWh**\n- Workshop: the meter has been offline since 2 April; somebody should have a look.\n\nTogether 13,996 kWh, 6 % less than in March."),
            ],
        )
}
