//! A line as words.

/// Ends a word without being part of it.
const STOPS: [char; 7] = [',', '.', ';', ':', '!', '?', '…'];
const DASHES: [char; 3] = ['-', '–', '—'];

/// A word, and the punctuation behind it.
pub(crate) struct Word<'a> {
    pub(crate) text: &'a str,
    pub(crate) lower: String,
    /// Such as `,` or ` -`.
    pub(crate) tail: &'a str,
    /// Where it stands among the words of the line.
    pub(crate) place: usize,
    /// In bytes, without the tail.
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// Quoted or behind a backslash: never to be understood.
    pub(crate) literal: bool,
}

impl Word<'_> {
    pub(crate) fn is_before_dash(&self) -> bool {
        self.tail.ends_with(DASHES)
    }
}

pub(crate) fn split(line: &str) -> Vec<Word<'_>> {
    let mut words: Vec<Word<'_>> = Vec::new();
    let mut from = 0;
    while let Some(space) = line[from..].find(|c: char| !c.is_whitespace()) {
        let start = from + space;
        let end = start + token(&line[start..]).len();
        from = end;
        let is_mark = line[start..end].chars().all(is_mark);
        match words.last_mut() {
            Some(last) if is_mark => last.tail = &line[last.end..end],
            _ => words.push(word(line, start, end, words.len())),
        }
    }
    keep_quoted(&mut words);
    words
}

fn is_mark(c: char) -> bool {
    STOPS.contains(&c) || DASHES.contains(&c)
}

/// Up to the next space, but `+"My project"` is one.
fn token(rest: &str) -> &str {
    let quoted = rest
        .strip_prefix("+\"")
        .and_then(|name| name.find('"'))
        .map_or(0, |length| "+\"".len() + length + 1);
    let more = rest[quoted..]
        .find(char::is_whitespace)
        .unwrap_or(rest.len() - quoted);
    &rest[..quoted + more]
}

fn word(line: &str, start: usize, end: usize, place: usize) -> Word<'_> {
    let token = &line[start..end];
    let core = token.trim_end_matches(STOPS);
    let escaped = core
        .strip_prefix('\\')
        .filter(|rest| rest.starts_with(|c: char| c.is_alphanumeric() || "#+!\"".contains(c)));
    Word {
        text: escaped.unwrap_or(core),
        lower: core.to_lowercase(),
        tail: &token[core.len()..],
        place,
        start,
        end: start + core.len(),
        literal: escaped.is_some() || core.is_empty(),
    }
}

fn keep_quoted(words: &mut [Word<'_>]) {
    let mut at = 0;
    while at < words.len() {
        let opens = !words[at].literal && words[at].text.starts_with(['"', '“']);
        if !opens {
            at += 1;
            continue;
        }
        let closing = (at..words.len()).find(|&end| closes(&words[end], end == at));
        // A quote that is never closed is not one, and then no later one is.
        let Some(closing) = closing else { return };
        for word in &mut words[at..=closing] {
            word.literal = true;
        }
        at = closing + 1;
    }
}

fn closes(word: &Word<'_>, is_opening: bool) -> bool {
    word.text.ends_with(['"', '”']) && !(is_opening && word.text.chars().count() == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(line: &str) -> Vec<String> {
        let show = |word: &Word<'_>| {
            let mark = if word.literal { "=" } else { "" };
            format!("{mark}{}|{}", word.text, word.tail)
        };
        split(line).iter().map(show).collect()
    }

    #[test]
    fn punctuation_hangs_on_the_word_before_it() {
        assert_eq!(shown(" a,  b - c!? "), ["a|,", "b| -", "c|!?"]);
        assert_eq!(shown("- a"), ["-|", "a|"]);
        assert_eq!(shown("..."), ["=|..."]);
    }

    #[test]
    fn quoted_and_escaped_words_are_literal() {
        assert_eq!(shown(r#"a "b c", d"#), ["a|", "=\"b|", "=c\"|,", "d|"]);
        assert_eq!(shown(r#"5" a "b"#), ["5\"|", "a|", "\"b|"]);
        assert_eq!(shown(r#"a " b " c"#), ["a|", "=\"|", "=b|", "=\"|", "c|"]);
        assert_eq!(shown(r"\today \\server"), ["=today|", r"\\server|"]);
        assert_eq!(shown(r#"+"My project", x"#), ["+\"My project\"|,", "x|"]);
    }
}
