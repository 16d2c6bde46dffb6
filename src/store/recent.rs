//! The last few texts of a column and what they came to: lines repeat the client and the order of the line before, and
//! business lines are few, so that most cells need no more than a comparison.

use crate::source::Cell;

/// What the last texts of a column came to.
#[derive(Debug)]
pub(super) struct Recent<T> {
    known: Vec<(String, T)>,
    /// How many are kept.
    most: usize,
    /// The one to be replaced next.
    next: usize,
}

impl<T: Copy> Recent<T> {
    /// Keeps at most so many.
    pub(super) fn new(most: usize) -> Self {
        Self { known: Vec::new(), most, next: 0 }
    }

    /// What this cell came to last time, if it is one of them.
    #[inline]
    pub(super) fn find(&self, cell: Option<&Cell<'_>>) -> Option<T> {
        let Some(Cell::Text(text)) = cell else {
            return None;
        };
        self.known.iter().find(|(known, _)| known == text).map(|(_, value)| *value)
    }

    /// Notes what a cell came to that was not found.
    #[inline]
    pub(super) fn note(&mut self, cell: Option<&Cell<'_>>, value: T) {
        let Some(Cell::Text(text)) = cell else {
            return;
        };
        if self.known.len() < self.most {
            self.known.push(((*text).to_owned(), value));
            return;
        }
        let oldest = &mut self.known[self.next];
        (*text).clone_into(&mut oldest.0);
        oldest.1 = value;
        self.next = (self.next + 1) % self.most;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_text_is_forgotten_first() {
        let mut recent = Recent::new(2);
        for (text, value) in [("a", 1), ("b", 2), ("c", 3)] {
            assert_eq!(recent.find(Some(&Cell::Text(text))), None);
            recent.note(Some(&Cell::Text(text)), value);
        }
        let found = |text| recent.find(Some(&Cell::Text(text)));
        assert_eq!((found("a"), found("b"), found("c")), (None, Some(2), Some(3)));
        assert_eq!((recent.find(None), recent.find(Some(&Cell::Blank))), (None, None));
    }
}
