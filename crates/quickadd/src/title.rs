//! What is left of a line.

use crate::line::Word;

/// The words that were not understood, one space between them. `count` is how many words the
/// line had: what joined its end to the rest goes with the end.
pub(crate) fn title(words: &[Word<'_>], count: usize) -> String {
    let mut title = String::new();
    for (index, word) in words.iter().enumerate() {
        let is_cut = index + 1 == words.len() && word.place + 1 < count;
        let tail = if is_cut {
            word.tail.trim_end_matches(is_joint)
        } else {
            word.tail
        };
        title.extend([word.text, tail, " "]);
    }
    title.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn is_joint(c: char) -> bool {
    c.is_whitespace() || matches!(c, ',' | ';' | '-' | '–' | '—')
}
