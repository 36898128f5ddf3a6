//! The long one: a vocabulary trainer, two hundred short turns.

use crate::story::{Story, say};

/// German words and their English ones; asked in rounds, until all are known.
const WORDS: [(&str, &str); 40] = [
    ("der Löffel", "spoon"),
    ("die Brücke", "bridge"),
    ("das Ufer", "shore"),
    ("der Schlüssel", "key"),
    ("die Wolke", "cloud"),
    ("das Geländer", "railing"),
    ("der Ärmel", "sleeve"),
    ("die Säge", "saw"),
    ("das Gewitter", "thunderstorm"),
    ("der Nebel", "fog"),
    ("die Treppe", "stairs"),
    ("das Gepäck", "luggage"),
    ("der Zweig", "twig"),
    ("die Schublade", "drawer"),
    ("das Märchen", "fairy tale"),
    ("der Käfig", "cage"),
    ("die Kreide", "chalk"),
    ("das Seil", "rope"),
    ("der Hafen", "harbour"),
    ("die Münze", "coin"),
    ("das Kissen", "pillow"),
    ("der Schatten", "shadow"),
    ("die Ernte", "harvest"),
    ("das Gewürz", "spice"),
    ("der Gürtel", "belt"),
    ("die Quelle", "spring"),
    ("das Werkzeug", "tool"),
    ("der Drachen", "kite"),
    ("die Fähre", "ferry"),
    ("das Versteck", "hiding place"),
    ("der Rucksack", "backpack"),
    ("die Wüste", "desert"),
    ("das Gebirge", "mountains"),
    ("der Specht", "woodpecker"),
    ("die Grenze", "border"),
    ("das Rätsel", "riddle"),
    ("der Strudel", "whirlpool"),
    ("die Schraube", "screw"),
    ("das Lagerfeuer", "campfire"),
    ("der Regenbogen", "rainbow"),
];

const TURNS: usize = 200;

pub fn stories() -> Vec<Story> {
    vec![trainer()]
}

fn trainer() -> Story {
    let start = Story::external(200, "school/vocabulary")
        .system("You train German vocabulary: say whether the answer was right, then ask for the next word.")
        .dump_every(10)
        .ask("Let's go!", [say(&format!("Gern! Was heißt „{}“?", word(0).0))]);
    (0..TURNS - 2).fold(start, question).ask(
        "Enough for today.",
        [say(
            "200 turns! „Das Lagerfeuer“ has to wait. Bis morgen! 🔥",
        )],
    )
}

fn word(turn: usize) -> (&'static str, &'static str) {
    WORDS[turn % WORDS.len()]
}

/// In the first round every third answer is wrong, in the second one every sixth, and so on.
fn question(story: Story, turn: usize) -> Story {
    let (german, english) = word(turn);
    let next = word(turn + 1).0;
    let wrong = turn % (3 * (turn / WORDS.len() + 1)) == 2;
    let (answer, verdict) = if wrong {
        (
            word(turn + 7).1,
            format!("Leider nein: „{german}“ heißt “{english}”."),
        )
    } else {
        (english, "Richtig!".to_owned())
    };
    story.ask(answer, [say(&format!("{verdict} Und „{next}“?"))])
}
