//! An operations agent: the roll-out that went wrong, the one that was put right, and other nights.

use agent_base::RiskLevel;

use crate::story::{Expected, Interruption, Recovery, Story, call, calls, say};
use crate::tools::{Answer, ScriptedTool};

const OPS: &str = "You are the release agent of the shop team. You may read tickets, logs and \
                   settings, change settings of services you deploy, and deploy. Say what you do, \
                   and why, in one or two sentences.";

const TICKET: &str = r#"{"ticket":"OPS-1187","title":"checkout-api 2.14.0: new payment gateway","description":"Before 2.14.0 goes out, point PAYMENTS_URL at the new gateway, payments.internal port 8443 (TLS). The old one, port 8080, is switched off on Friday.","requested_by":"Mina"}"#;

const HEALTHY: &str = r#"{"service":"checkout-api","version":"2.13.4","replicas":{"wanted":6,"ready":6},"error_rate":0.0004,"settings":{"PAYMENTS_URL":"http://payments.internal:8080","CACHE_TTL":"300"}}"#;

const REFUSED: &str = "2026-03-14T02:07:41Z INFO  checkout-api 2.14.0 starting\n\
    2026-03-14T02:07:43Z INFO  database connected in 112 ms\n\
    2026-03-14T02:07:44Z ERROR payments: connect ECONNREFUSED payments.internal:8433\n\
    2026-03-14T02:07:49Z ERROR payments: connect ECONNREFUSED payments.internal:8433\n\
    2026-03-14T02:08:14Z WARN  /healthz answers 503: payments is down\n\
    2026-03-14T02:08:15Z INFO  terminated by the orchestrator";

pub fn stories() -> Vec<Story> {
    vec![
        deploy_that_failed(),
        deploy_put_right(),
        polling(),
        stopped(),
        dashboard(),
    ]
}

fn read_ticket() -> ScriptedTool {
    ScriptedTool::new("read_ticket", "Read a ticket by its number.", &["ticket"]).says([TICKET])
}

fn get_service() -> ScriptedTool {
    ScriptedTool::new(
        "get_service",
        "Show version, health and settings of a service.",
        &["service"],
    )
    .says([HEALTHY])
}

fn set_config() -> ScriptedTool {
    ScriptedTool::new(
        "set_config",
        "Change one setting of a service; it counts from the next deploy on.",
        &["service", "key", "value"],
    )
}

fn deploy_service() -> ScriptedTool {
    ScriptedTool::new(
        "deploy_service",
        "Deploy a version of a service to a share of its replicas.",
        &["service", "version", "share"],
    )
}

fn read_logs() -> ScriptedTool {
    ScriptedTool::new(
        "read_logs",
        "Read the last lines of a service's log.",
        &["service"],
    )
}

/// The story of the notebook: two digits change places on the second turn, and the third one fails.
fn deploy_that_failed() -> Story {
    let unhealthy = "checkout-api 2.14.0: 0 of 1 replicas healthy after 30 s, /healthz answers 503; rolled back";
    Story::external(4071, "deploy/checkout-api")
        .system(OPS)
        .recovery(Recovery::Consecutive(2))
        .record_events()
        .tool(read_ticket())
        .tool(get_service())
        .tool(set_config().says([r#"{"service":"checkout-api","key":"PAYMENTS_URL","old":"http://payments.internal:8080","new":"https://payments.internal:8433"}"#]))
        .tool(deploy_service().answers([
            Answer::Fail(unhealthy),
            Answer::Fail(unhealthy),
            Answer::Fail("checkout-api 2.14.0: 0 of 6 replicas healthy after 30 s, /healthz answers 503; rolled back"),
        ]))
        .tool(read_logs().says([REFUSED]))
        .ask(
            "Morning! Well, night. Is checkout-api in good shape for a release?",
            [
                call("get_service", r#"{"service":"checkout-api"}"#),
                say("Yes: checkout-api runs 2.13.4, all 6 replicas are ready and the error rate is 0.04 %. Nothing stands in the way of a release."),
            ],
        )
        .ask(
            "Good. Prepare 2.14.0 then, the ticket is OPS-1187.",
            [
                call("read_ticket", r#"{"ticket":"OPS-1187"}"#).thinking(
                    "The ticket may ask for changes before the deploy, so I read it first.",
                ),
                call(
                    "set_config",
                    r#"{"service":"checkout-api","key":"PAYMENTS_URL","value":"https://payments.internal:8433"}"#,
                )
                .thinking("The ticket wants PAYMENTS_URL to point at the new gateway with TLS."),
                say("The ticket asks for one thing: `PAYMENTS_URL` must point at the new gateway. I have set it to `https://payments.internal:8433`; it counts from the next deploy on."),
            ],
        )
        .ask_until(
            "Great, roll it out. Canary first, please.",
            [
                call(
                    "deploy_service",
                    r#"{"service":"checkout-api","version":"2.14.0","share":"canary"}"#,
                )
                .saying("I start with one replica as the canary."),
                call("read_logs", r#"{"service":"checkout-api"}"#)
                    .thinking("The canary did not become healthy. The log should say why."),
                call(
                    "deploy_service",
                    r#"{"service":"checkout-api","version":"2.14.0","share":"canary"}"#,
                )
                .saying("The payment gateway refused the connection. It may have been restarting, so I try the canary once more."),
                call(
                    "deploy_service",
                    r#"{"service":"checkout-api","version":"2.14.0","share":"all"}"#,
                )
                .thinking("Twice the same. A single replica may be too little for the health check, so all of them should do.")
                .saying("The canary fails again. I deploy to all replicas, so that the health check has more to go by."),
            ],
            Expected::Failed("0 of 6 replicas healthy"),
        )
}

/// The same night from the second turn on, with the right digits.
fn deploy_put_right() -> Story {
    Story::external(4072, "deploy/checkout-api-rerun")
        .system(OPS)
        .recovery(Recovery::Consecutive(2))
        .tool(read_ticket())
        .tool(get_service())
        .tool(set_config().says([r#"{"service":"checkout-api","key":"PAYMENTS_URL","old":"http://payments.internal:8080","new":"https://payments.internal:8443"}"#]))
        .tool(deploy_service().says([
            r#"{"service":"checkout-api","version":"2.14.0","share":"canary","healthy":1,"wanted":1,"seconds":19}"#,
            r#"{"service":"checkout-api","version":"2.14.0","share":"all","healthy":6,"wanted":6,"seconds":84}"#,
        ]))
        .ask(
            "Morning! Well, night. Is checkout-api in good shape for a release?",
            [
                call("get_service", r#"{"service":"checkout-api"}"#),
                say("Yes: checkout-api runs 2.13.4, all 6 replicas are ready and the error rate is 0.04 %. Nothing stands in the way of a release."),
            ],
        )
        .ask(
            "Good. Prepare 2.14.0 then, the ticket is OPS-1187.",
            [
                call("read_ticket", r#"{"ticket":"OPS-1187"}"#).thinking(
                    "The ticket may ask for changes before the deploy, so I read it first.",
                ),
                call(
                    "set_config",
                    r#"{"service":"checkout-api","key":"PAYMENTS_URL","value":"https://payments.internal:8443"}"#,
                )
                .thinking("The ticket wants PAYMENTS_URL to point at the new gateway with TLS."),
                say("The ticket asks for one thing: `PAYMENTS_URL` must point at the new gateway. I have set it to `https://payments.internal:8443`; it counts from the next deploy on."),
            ],
        )
        .ask(
            "Great, roll it out. Canary first, please.",
            [
                call(
                    "deploy_service",
                    r#"{"service":"checkout-api","version":"2.14.0","share":"canary"}"#,
                )
                .saying("I start with one replica as the canary."),
                call(
                    "deploy_service",
                    r#"{"service":"checkout-api","version":"2.14.0","share":"all"}"#,
                )
                .saying("The canary was healthy after 19 s. Now the other replicas."),
                say("checkout-api 2.14.0 is live: 6 of 6 replicas healthy after 84 s. 🎉"),
            ],
        )
}

/// A job that never gets done, until the runtime has had enough.
fn polling() -> Story {
    let waiting = [62, 71, 78, 84, 88].map(|percent| {
        Answer::Text(format!(
            r#"{{"job":"reindex-products","state":"running","percent":{percent}}}"#
        ))
    });
    let poll = || call("job_status", r#"{"job":"reindex-products"}"#);
    Story::new(17)
        .system("You look after the search cluster.")
        .max_turns(5)
        .tool(
            ScriptedTool::new("job_status", "Show how far a background job is.", &["job"])
                .answers(waiting),
        )
        .ask_until(
            "Tell me as soon as the product index is rebuilt.",
            [
                poll().saying("I'll keep an eye on it."),
                poll(),
                poll(),
                poll(),
                poll().thinking("Still running. Once more."),
            ],
            Expected::MaxTurns(6),
        )
}

/// Two runs that somebody stops: one in the middle of a sentence, one in the middle of a tool.
fn stopped() -> Story {
    Story::external(18, "ops/cleanup")
        .system(OPS)
        .record_events()
        .tool(
            ScriptedTool::new("delete_snapshots", "Delete old disk snapshots.", &["older_than"])
                .answers([
                    Answer::HangAfter("deleted 3 of 41 snapshots"),
                    Answer::Text("deleted 29 of 29 snapshots".to_owned()),
                ]),
        )
        .ask_and_interrupt(
            "Which disk snapshots can go?",
            [say("There are 41 snapshots, and I will go through them one by one. The first one, from \
                  the 3rd of May, belongs to the old mail server and").hanging()],
            "mail server and",
            Interruption::Cancel,
        )
        .ask_and_interrupt(
            "Too long. Just delete everything older than 30 days.",
            [call("delete_snapshots", r#"{"older_than":"30d"}"#)],
            "3 of 41",
            Interruption::Cancel,
        )
        .ask(
            "Sorry, I meant 90 days!",
            [
                call("delete_snapshots", r#"{"older_than":"90d"}"#),
                say("Done: 29 snapshots older than 90 days are gone. Three younger ones went before you stopped me; they can be restored from the vault until Sunday."),
            ],
        )
}

/// A tool that returns a picture.
fn dashboard() -> Story {
    Story::new(9)
        .system("You watch the dashboards and explain what they show.")
        .tool(
            ScriptedTool::new("screenshot", "Take a picture of a dashboard.", &["dashboard"])
                .answers([Answer::Image {
                    text: "latency, last 24 h (2 x 2 px)".to_owned(),
                    base64: super::TINY_PNG,
                }]),
        )
        .tool(
            ScriptedTool::new("page_oncall", "Wake the person on call.", &["reason"])
                .needs_approval(|| RiskLevel::Sensitive, "Wake somebody?", None)
                .says(["paged: Jonas"]),
        )
        .decisions([agent_base::ApprovalDecision::AllowOnce])
        .ask(
            "How does the latency look?",
            [
                call("screenshot", r#"{"dashboard":"latency"}"#),
                say("Bad: the upper right corner is red. Since 01:40 the 99th percentile lies above 4 s."),
            ],
        )
        .ask(
            "Then wake somebody.",
            [
                calls([("page_oncall", r#"{"reason":"p99 latency above 4 s since 01:40"}"#)]),
                say("Jonas is on his way to the keyboard."),
            ],
        )
}
