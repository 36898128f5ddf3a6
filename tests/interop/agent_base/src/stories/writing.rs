//! Agents that write: code, essays, minutes; with edits by the host and words thrown in.

use agent_base::ApprovalDecision;
use serde_json::json;

use crate::story::{Expected, HostEdit, Interruption, Story, call, custom, say};
use crate::tools::{Answer, ScriptedTool};

pub fn stories() -> Vec<Story> {
    vec![median(), essay(), minutes(), recipe(), invitation()]
}

/// Markdown and code.
fn median() -> Story {
    Story::new(14)
        .system("You are a patient programming teacher.")
        .ask(
            "How do I compute a median in Python without any package?",
            [say("Sort the values, then take the one in the middle (or the mean of the two middle ones):\n\n```python\ndef median(values: list[float]) -> float:\n    if not values:\n        raise ValueError(\"median of nothing\")\n    ordered = sorted(values)\n    middle = len(ordered) // 2\n    if len(ordered) % 2:\n        return ordered[middle]\n    return (ordered[middle - 1] + ordered[middle]) / 2\n```\n\nThree things to notice:\n\n1. `sorted` leaves your list alone, `list.sort` would not.\n2. `//` divides without a remainder.\n3. An *empty* list has no median, so the function says so.")],
        )
        .ask(
            "What does it cost?",
            [say("Sorting dominates:\n\n| step | cost |\n|---|---|\n| `sorted(values)` | O(n log n) |\n| picking the middle | O(1) |\n\nThere is a way in O(n), called *quickselect*, see [the article](https://en.wikipedia.org/wiki/Quickselect). For fewer than a million values you won't notice:\n\n> Premature optimization is the root of all evil.")],
        )
        .ask(
            "And the test?",
            [say("```python\nimport pytest\n\n@pytest.mark.parametrize((\"values\", \"expected\"), [([3], 3), ([1, 2], 1.5), ([5, 1, 3], 3)])\ndef test_the_median_lies_in_the_middle(values, expected):\n    assert median(values) == expected\n\ndef test_nothing_has_no_median():\n    with pytest.raises(ValueError):\n        median([])\n```")],
        )
}

/// The user edits an earlier message: the host cuts the transcript, and the story goes on anew.
fn essay() -> Story {
    Story::external(16, "essay/bees")
        .system("You help with essays for school.")
        .ask(
            "First sentence of an essay about bees?",
            [say(
                "Without bees, a third of what we eat would vanish from our plates.",
            )],
        )
        .ask(
            "Now the second one. Make it funny.",
            [say(
                "The other two thirds would be rice, and even the rice would be bored.",
            )],
        )
        .ask(
            "And the third.",
            [say(
                "So before you wave that newspaper, think of your breakfast.",
            )],
        )
        .host(HostEdit::KeepFirst(3))
        .ask(
            "Now the second one. Make it serious.",
            [say(
                "Apples, almonds and coffee all depend on an insect that weighs a tenth of a gram.",
            )],
        )
        .ask(
            "And the third.",
            [say("What we do to the meadows, we do to our own table.")],
        )
}

/// An application's own messages within the transcript.
fn minutes() -> Story {
    Story::new(10)
        .system("You write the minutes of the allotment club.")
        .tool(
            ScriptedTool::new("save_document", "Save a document.", &["title", "text"])
                .needs_approval(
                    || agent_base::RiskLevel::Safe,
                    "Save a document?",
                    Some("save_document"),
                )
                .says([r#"{"document":"minutes-2026-04","version":1}"#]),
        )
        .decisions([ApprovalDecision::AllowOnce])
        .host(custom("notification", json!({"level": "info", "text": "Recording started"})))
        .ask(
            "We agreed on a new water pump, 1,200 € at most, Heike buys it. Write that down.",
            [
                call("save_document", r#"{"title":"Minutes, April","text":"The club buys a new water pump for 1,200 € at most. Heike takes care of it."}"#),
                say("It is in the minutes of April."),
            ],
        )
        .host(custom(
            "artifact",
            json!({
                "id": "minutes-2026-04",
                "type": "document",
                "content": "The club buys a new water pump for 1,200 € at most. Heike takes care of it.",
                "tags": ["minutes", "garden"],
                "version": 1,
                "draft": false,
                "reviewer": null,
                "weight": 0.75
            }),
        ))
        .ask(
            "Thanks, that's all.",
            [say("You're welcome. Happy gardening! 🌱")],
        )
}

/// The user throws something in while the agent is at work.
fn recipe() -> Story {
    Story::new(22)
        .system("You cook with what is there.")
        .tool(
            ScriptedTool::new("look_into_fridge", "List what is in the fridge.", &["shelf"])
                .says(["eggs (4), spinach, feta, half a lemon, cream"]),
        )
        .ask_and_interrupt(
            "What can I cook tonight?",
            [
                call("look_into_fridge", r#"{"shelf":"all"}"#),
                say("Spinach frittata without cheese, then: wilt the spinach, pour four beaten eggs with a dash of cream over it, ten minutes on low heat, and a squeeze of lemon at the end."),
            ],
            "look_into_fridge",
            Interruption::Steer("Oh, and no cheese, please.".to_owned()),
        )
}

/// Two tools that end a run in their own way: one waits for a person, one fails for good.
fn invitation() -> Story {
    Story::external(31, "party/invitation")
        .system("You design invitations and print them.")
        .tool(
            ScriptedTool::new("show_designs", "Show designs to choose from.", &["topic"]).answers(
                [Answer::WaitForPerson(
                    "3 designs are on the screen: lanterns, fireflies, paper boats",
                )],
            ),
        )
        .tool(
            ScriptedTool::new(
                "print_document",
                "Print a document.",
                &["document", "copies"],
            )
            .answers([Answer::Fail("printer “Attic” is out of paper")]),
        )
        .ask(
            "We need an invitation for the summer party.",
            [
                call("show_designs", r#"{"topic":"summer party"}"#),
                say("There are three designs on your screen. Which one do you like?"),
            ],
        )
        .ask_until(
            "The fireflies! Print 25, please.",
            [call(
                "print_document",
                r#"{"document":"invitation-fireflies","copies":"25"}"#,
            )
            .saying("A bright choice. I send 25 copies to the printer in the attic.")],
            Expected::Failed("out of paper"),
        )
}
