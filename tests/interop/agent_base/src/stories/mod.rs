//! The stories that the fixture tells, in the order in which they are written.
//!
//! All content lives here and below, as values of `story`; nothing runs.

mod data;
mod edges;
mod everyday;
mod ops;
mod support;
mod vocabulary;
mod writing;

use crate::story::Story;

/// A real picture: 2 x 2 pixels, red, green, blue and white.
pub const TINY_PNG: &str = "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAE0lEQVR42mP4z8DAsACIGf4DAQAclwWc+3HWXgAAAABJRU5ErkJggg==";

/// Tell all stories.
pub fn all() -> Vec<Story> {
    [
        everyday::stories(),
        support::stories(),
        ops::stories(),
        data::stories(),
        writing::stories(),
        edges::stories(),
        vocabulary::stories(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
