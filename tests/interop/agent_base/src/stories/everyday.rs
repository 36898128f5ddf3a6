//! Everyday chats: travel, weather, riddles and pictures.

use agent_base::{ImageAttachment, ImageDetail};

use crate::story::{Story, call, calls, say};
use crate::tools::ScriptedTool;

pub fn stories() -> Vec<Story> {
    vec![
        lisbon(),
        umbrella(),
        three_cities(),
        riddle(),
        pictures(),
        berlin(),
        onboarding(),
        last_number(),
    ]
}

/// Plain chat.
fn lisbon() -> Story {
    Story::new(1)
        .system("You are a travel companion. Answer in a few sentences.")
        .ask(
            "I have one day in Lisbon. What should I not miss?",
            [say("Take tram 28 early, before it fills up, and get off in Alfama. Walk up to the viewpoint Portas do Sol, have lunch near the cathedral, and end the day with a pastel de nata in Belém.")],
        )
        .ask(
            "Is Belém far from Alfama?",
            [say("About 8 km along the river. Tram 15E takes half an hour from Praça da Figueira; by bicycle it is flat all the way, and prettier.")],
        )
        .ask(
            "Bicycle it is. Thank you! 🚲",
            [say("Enjoy it! Keep to the river side, and stop at the Time Out Market for a coffee halfway.")],
        )
}

/// One tool, in German.
fn umbrella() -> Story {
    Story::new(2)
        .system("Du bist ein freundlicher Wetterdienst und antwortest auf Deutsch.")
        .tool(
            ScriptedTool::new("get_weather", "Current weather of a city, as JSON.", &["city"]).says([
                r#"{"city":"Bremen","temperature":11.5,"unit":"°C","rain_probability":0.85,"wind":"Südwest, 5 Bft"}"#,
            ]),
        )
        .ask(
            "Brauche ich heute in Bremen einen Regenschirm?",
            [
                call("get_weather", r#"{"city":"Bremen"}"#),
                say("Ja – die Regenwahrscheinlichkeit liegt bei 85 %. Bei Windstärke 5 ist eine Regenjacke allerdings die bessere Wahl als ein Schirm."),
            ],
        )
}

/// Several calls in one batch.
fn three_cities() -> Story {
    Story::new(3)
        .system("You help to pick a place for a weekend.")
        .tool(
            ScriptedTool::new("get_weather", "Forecast for a city, as JSON.", &["city", "day"]).says([
                r#"{"city":"Porto","saturday":{"max":19,"sun_hours":9}}"#,
                r#"{"city":"Ghent","saturday":{"max":12,"sun_hours":3}}"#,
                r#"{"city":"Trieste","saturday":{"max":17,"sun_hours":8}}"#,
            ]),
        )
        .tool(
            ScriptedTool::new("find_trains", "Train connections, as JSON.", &["to"])
                .says([r#"{"to":"Trieste","changes":1,"hours":9.5,"price":"59.90 EUR"}"#]),
        )
        .ask(
            "Porto, Ghent or Trieste next Saturday? I want sun, and I'd rather go by train.",
            [
                calls([
                    ("get_weather", r#"{"city":"Porto","day":"saturday"}"#),
                    ("get_weather", r#"{"city":"Ghent","day":"saturday"}"#),
                    ("get_weather", r#"{"city":"Trieste","day":"saturday"}"#),
                    ("find_trains", r#"{"to":"Trieste"}"#),
                ])
                .saying("Let me look at all three at once."),
                say("Trieste: 8 hours of sun at 17 °C, and the train takes nine and a half hours with one change for 59.90 €. Porto is sunnier, but out of reach by rail for a weekend; Ghent stays grey."),
            ],
        )
}

/// A chat in which the model thinks aloud.
fn riddle() -> Story {
    Story::new(7)
        .system("Solve riddles. Give the answer first, then the reason.")
        .ask(
            "On an island, knights always tell the truth and knaves always lie. A says: “We are both knaves.” What are A and B?",
            [say("A is a knave and B is a knight. If A were a knight, the sentence would be true and A a knave: a contradiction. So A lies, hence they are not both knaves, and B must be a knight.")
                .thinking("Suppose A is a knight. Then both are knaves, including A. Contradiction. So A is a knave, the sentence is false, at least one is a knight; it can't be A, so it is B.")],
        )
        .ask(
            "Next one: A says “At least one of us is a knave.”",
            [say("A is a knight and B is a knave. Were A a knave, the sentence would be true, and knaves never say anything true.")
                .thinking("Suppose A is a knave. Then there is at least one knave, so the sentence is true, but knaves lie. Contradiction. A is a knight, the sentence holds, so B is the knave.")],
        )
        .ask(
            "And if A says “B and I are of the same kind”?",
            [say("Then B is a knight for sure, and nothing can be said about A.")
                .thinking("If A is a knight: same kind, so B is a knight. If A is a knave: the sentence is false, so they differ, so B is a knight. Either way B is a knight; A is open.")],
        )
}

/// Pictures by address and as data.
fn pictures() -> Story {
    Story::new(8)
        .system("You describe pictures for people who can't see them.")
        .show(
            "What is on the two pictures?",
            vec![
                ImageAttachment::Url {
                    url: "https://example.com/harbour-at-dusk.jpg".to_owned(),
                    detail: Some(ImageDetail::High),
                },
                ImageAttachment::Base64 {
                    data: super::TINY_PNG.to_owned(),
                    media_type: Some("image/png".to_owned()),
                    detail: Some(ImageDetail::Low),
                },
            ],
            [say("The first one shows a harbour at dusk: three cranes, orange light on the water, a tug on its way out. The second one is tiny, four pixels: red, green, blue and white.")],
        )
        .show(
            "And without any details?",
            vec![
                ImageAttachment::Url { url: "https://example.com/p.png".to_owned(), detail: None },
                ImageAttachment::Base64 {
                    data: super::TINY_PNG.to_owned(),
                    media_type: None,
                    detail: Some(ImageDetail::Auto),
                },
            ],
            [say("A white page with a single full stop, and the four pixels again.")],
        )
}

/// The user changes their mind, again and again.
fn berlin() -> Story {
    Story::external(15, "plan/berlin-trip")
        .system("You plan trips. Always answer with the whole plan, as a list.")
        .ask(
            "Two days in Berlin with two kids, by train from Hamburg.",
            [say("- Fri 08:36 train from Hamburg, arrival 10:22\n- Fri Natural History Museum, dinosaurs\n- Fri evening: pizza in Prenzlauer Berg\n- Sat zoo\n- Sat 17:38 train home")],
        )
        .ask(
            "The kids have seen enough dinosaurs.",
            [say("- Fri 08:36 train from Hamburg, arrival 10:22\n- Fri Museum of Technology, planes on the roof\n- Fri evening: pizza in Prenzlauer Berg\n- Sat zoo\n- Sat 17:38 train home")],
        )
        .ask(
            "It will rain on Saturday, so swap the days. And no pizza.",
            [say("- Fri 08:36 train from Hamburg, arrival 10:22\n- Fri zoo\n- Fri evening: dumplings in Kreuzberg\n- Sat Museum of Technology, planes on the roof\n- Sat 17:38 train home")],
        )
        .ask(
            "Can we stay one more night?",
            [say("- Fri 08:36 train from Hamburg, arrival 10:22\n- Fri zoo\n- Fri evening: dumplings in Kreuzberg\n- Sat Museum of Technology, planes on the roof\n- Sat evening: puppet theatre\n- Sun boat trip from the Museum Island\n- Sun 16:38 train home")],
        )
        .ask(
            "The kids want their dinosaurs after all.",
            [say("- Fri 08:36 train from Hamburg, arrival 10:22\n- Fri zoo\n- Fri evening: dumplings in Kreuzberg\n- Sat Natural History Museum, dinosaurs\n- Sat evening: puppet theatre\n- Sun boat trip from the Museum Island\n- Sun 16:38 train home")],
        )
}

/// The id that the crate's UUID generator would give: number 0 and the UUID as text.
fn onboarding() -> Story {
    Story::external(0, "6f1c0b9e-2f4a-4c57-9b1d-8a35b7c0d2e4")
        .system("Du schreibst kurze, herzliche E-Mails.")
        .ask(
            "Begrüße Jürgen Müßig, er fängt am 1. Juni bei uns im Lager an.",
            [say("Lieber Jürgen,\n\nschön, dass du zu uns kommst! Am 1. Juni um 8 Uhr holt dich Öykü am Tor ab und zeigt dir das Lager. Bring bitte festes Schuhwerk mit; der Kaffee geht auf uns.\n\nHerzliche Grüße\nDein Team")],
        )
        .ask(
            "Bitte per Sie.",
            [say("Lieber Herr Müßig,\n\nschön, dass Sie zu uns kommen! Am 1. Juni um 8 Uhr holt Sie Öykü Şahin am Tor ab und zeigt Ihnen das Lager. Bringen Sie bitte festes Schuhwerk mit; der Kaffee geht auf uns.\n\nHerzliche Grüße\nIhr Team")],
        )
}

/// The largest id there is.
fn last_number() -> Story {
    Story::new(u64::MAX)
        .system("You like numbers.")
        .ask(
            "What is the largest number that fits into 64 bits?",
            [say("18446744073709551615, that is 2⁶⁴ − 1. Give a spreadsheet that number and it will read 18446744073709600000.")],
        )
}
