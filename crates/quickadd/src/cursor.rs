//! A place among the words, from which phrases are read.

use crate::line::Word;

/// Copied freely: to try something is to go on with a copy.
#[derive(Clone, Copy)]
pub(crate) struct Cursor<'w> {
    words: &'w [Word<'w>],
    pub(crate) at: usize,
    /// Punctuation before this place has been read.
    read: usize,
}

impl<'w> Cursor<'w> {
    pub(crate) fn new(words: &'w [Word<'w>], at: usize) -> Self {
        Self {
            words,
            at,
            read: at,
        }
    }

    /// The next word, unless punctuation comes first.
    pub(crate) fn peek(self) -> Option<&'w Word<'w>> {
        let paused = self.at > self.read && !self.words[self.at - 1].tail.is_empty();
        let word = self.words.get(self.at)?;
        (!paused && !word.literal).then_some(word)
    }

    /// Steps over the next word if it means something to `meaning`.
    pub(crate) fn read<T>(self, meaning: impl FnOnce(&str) -> Option<T>) -> Option<(T, Self)> {
        let value = meaning(&self.peek()?.lower)?;
        Some((value, self.next()))
    }

    pub(crate) fn one_of(self, words: &[&str]) -> Option<Self> {
        let word = self.peek()?;
        words.contains(&word.lower.as_str()).then(|| self.next())
    }

    pub(crate) fn word(self, word: &str) -> Option<Self> {
        self.one_of(&[word])
    }

    pub(crate) fn words(self, words: &[&str]) -> Option<Self> {
        words
            .iter()
            .try_fold(self, |cursor, word| cursor.word(word))
    }

    /// Steps over the word if it is there.
    pub(crate) fn maybe(self, word: &str) -> Self {
        self.word(word).unwrap_or(self)
    }

    /// Steps over punctuation that is exactly this.
    pub(crate) fn punctuation(self, mark: &str) -> Option<Self> {
        let last = self.at.checked_sub(1)?;
        let there = self.at > self.read && self.words[last].tail == mark;
        there.then_some(Self {
            read: self.at,
            ..self
        })
    }

    /// Steps over "," or "and" or both, between the items of a list.
    pub(crate) fn and(self) -> Option<Self> {
        let comma = self.punctuation(",");
        let and = comma.unwrap_or(self).one_of(&["and", "&"]);
        and.or(comma)
    }

    fn next(self) -> Self {
        Self {
            at: self.at + 1,
            ..self
        }
    }
}

/// One or more, with commas, "and" or nothing but a space between them; at most `most`.
pub(crate) fn list<'w, T>(
    cursor: Cursor<'w>,
    most: usize,
    item: impl Fn(Cursor<'w>) -> Option<(T, Cursor<'w>)>,
) -> Option<(Vec<T>, Cursor<'w>)> {
    let (first, mut cursor) = item(cursor)?;
    let mut items = vec![first];
    while items.len() < most
        && let Some((next, after)) = item(cursor.and().unwrap_or(cursor))
    {
        items.push(next);
        cursor = after;
    }
    Some((items, cursor))
}
