//! A support agent: refunds, a deletion that nobody allowed, an archive, and tea.

use agent_base::{ApprovalDecision, Language, RiskLevel};

use crate::story::{Expected, Recovery, Story, call, calls, say};
use crate::tools::{Answer, ScriptedTool};

const SUPPORT: &str = "You are the support agent of Blue Kettle, a shop for tea and teapots. \
                       Be brief and kind. Money and data need a colleague's approval.";

pub fn stories() -> Vec<Story> {
    vec![refund(), deletion_denied(), archive(), tea()]
}

fn find_order() -> ScriptedTool {
    ScriptedTool::new("find_order", "Find an order by its number.", &["order"])
}

/// Approved once.
fn refund() -> Story {
    Story::external(42, "support/2031")
        .system(SUPPORT)
        .tool(find_order().says([r#"{"order":"BK-20931","placed":"2026-02-27","items":[{"name":"Teapot \"Nordlicht\", 0.9 l","price":"48.00","currency":"EUR"},{"name":"Assam, 250 g","price":"11.50","currency":"EUR"}],"state":"delivered"}"#]))
        .tool(
            ScriptedTool::new("refund", "Refund an amount for an order.", &["order", "amount"])
                .needs_approval(|| RiskLevel::Sensitive, "Refund money?", Some("refund"))
                .says([r#"{"order":"BK-20931","refunded":"48.00","currency":"EUR","reference":"RF-5520"}"#]),
        )
        .decisions([ApprovalDecision::AllowOnce])
        .ask(
            "Hello, my teapot arrived in two pieces. Order BK-20931.",
            [
                call("find_order", r#"{"order":"BK-20931"}"#),
                say("I'm sorry about your teapot “Nordlicht”! Would you like a new one, or your 48.00 € back?"),
            ],
        )
        .ask(
            "My money back, please. I'll glue it.",
            [
                call("refund", r#"{"order":"BK-20931","amount":"48.00"}"#),
                say("48.00 € are on their way to you (reference RF-5520). Good luck with the glue, and enjoy the Assam!"),
            ],
        )
}

/// Denied: the run ends at once, and the transcript doesn't hold the call.
fn deletion_denied() -> Story {
    Story::external(43, "support/2032")
        .system(SUPPORT)
        .record_events()
        .tool(
            ScriptedTool::new("find_customer", "Find a customer by e-mail.", &["email"]).says([
                r#"{"customer":7718,"email":"ada@example.com","orders":12,"open_orders":1,"points":340}"#,
            ]),
        )
        .tool(
            ScriptedTool::new("delete_customer", "Delete a customer and all data.", &["customer"])
                .needs_approval(|| RiskLevel::Destructive, "Delete a customer?", Some("delete")),
        )
        .decisions([ApprovalDecision::Deny])
        .ask(
            "Please delete the account of ada@example.com, all of it.",
            [
                call("find_customer", r#"{"email":"ada@example.com"}"#),
                calls([("delete_customer", r#"{"customer":"7718"}"#)])
                    .saying("The account has 12 orders, one of them open. I delete it now."),
            ],
        )
        .ask(
            "Why didn't it work?",
            [say("A colleague said no, and rightly so: one order of that account is still open. Once it has arrived, I can ask again.")],
        )
}

/// Allowed for good on the first request; the next ones aren't asked about.
fn archive() -> Story {
    let archived = ["2019", "2020", "2021"]
        .map(|year| Answer::Text(format!(r#"{{"archived":true,"year":{year}}}"#)));
    Story::external(44, "support/2033")
        .system(SUPPORT)
        .tool(
            ScriptedTool::new("archive_tickets", "Move a year's tickets to the archive.", &["year"])
                .needs_approval(
                    || RiskLevel::Sensitive,
                    "Move tickets to the archive?",
                    Some("archive_tickets"),
                )
                .answers(archived),
        )
        .decisions([ApprovalDecision::AllowAlways])
        .ask(
            "Please archive the tickets of 2019.",
            [call("archive_tickets", r#"{"year":"2019"}"#), say("The tickets of 2019 are archived.")],
        )
        .ask(
            "And those of 2020 and 2021.",
            [
                calls([
                    ("archive_tickets", r#"{"year":"2020"}"#),
                    ("archive_tickets", r#"{"year":"2021"}"#),
                ]),
                say("Done, both years. You allowed archiving for this session, so nobody was asked again."),
            ],
        )
}

/// In Chinese, with a tool that fails at first.
fn tea() -> Story {
    Story::external(23, "客服/0001")
        .system("你是“蓝壶”茶店的客服，请用简短、友好的中文回答。")
        .language(Language::Zh)
        .recovery(Recovery::Retry)
        .tool(
            ScriptedTool::new("query_stock", "查询商品库存。", &["item"]).answers([
                Answer::Fail("库存服务暂时不可用"),
                Answer::Text(r#"{"item":"龙井","grade":"明前特级","grams":1500}"#.to_owned()),
            ]),
        )
        .ask(
            "你好，明前龙井还有货吗？",
            [
                call("query_stock", r#"{"item":"龙井"}"#),
                call("query_stock", r#"{"item":"龙井"}"#)
                    .saying("库存系统刚才没有回应，我再查一次。"),
                say("有的！明前特级龙井还剩 1.5 公斤。🍵"),
            ],
        )
        .ask_until(
            "太好了，请给我留 500 克。",
            [say(
                "好的，已经为您预留 500 克明前龙井，保留到周五晚上八点。",
            )],
            Expected::Completed,
        )
}
