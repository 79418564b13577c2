//! Two outputs side by side, fitted to a width, with the differences marked.

use std::fmt::Write as _;

use console::{Style, measure_text_width};
use similar::{Algorithm, DiffTag, capture_diff_slices};

/// Between the columns where the lines are alike.
const SAME: &str = " │ ";
/// Between the columns where they are not.
const DIFFERENT: &str = " ≠ ";

/// Narrower columns would be all line breaks.
const NARROWEST: usize = 16;

/// Two outputs, to be compared line by line.
#[derive(Clone, Debug)]
pub struct Comparison {
    titles: [String; 2],
    rows: Vec<Row>,
}

#[derive(Clone, Debug, PartialEq)]
struct Row {
    /// A line of each output; `None` where one has none to match.
    cells: [Option<String>; 2],
    same: bool,
}

impl Comparison {
    /// Matches up the lines of two texts.
    pub fn new(left_title: &str, left: &str, right_title: &str, right: &str) -> Self {
        let old: Vec<_> = left.lines().collect();
        let new: Vec<_> = right.lines().collect();
        let mut rows = Vec::new();
        for operation in capture_diff_slices(Algorithm::Myers, &old, &new) {
            let (tag, old_range, new_range) = operation.as_tag_tuple();
            for n in 0..old_range.len().max(new_range.len()) {
                rows.push(Row {
                    cells: [
                        old[old_range.clone()].get(n).map(|line| printable(line)),
                        new[new_range.clone()].get(n).map(|line| printable(line)),
                    ],
                    same: tag == DiffTag::Equal,
                });
            }
        }
        Self {
            titles: [left_title.to_owned(), right_title.to_owned()],
            rows,
        }
    }

    /// How many rows differ.
    pub fn differences(&self) -> usize {
        self.rows.iter().filter(|row| !row.same).count()
    }

    /// Whether the outputs are the same, line by line.
    pub fn is_same(&self) -> bool {
        self.differences() == 0
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether both outputs are empty.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The two columns, in lines of at most `width` columns of the terminal.
    /// Long lines are wrapped, never cut. With `colour`, differing lines are
    /// coloured as well as marked.
    pub fn render(&self, width: usize, colour: bool) -> String {
        let column = (width.saturating_sub(measure_text_width(SAME)) / 2).max(NARROWEST);
        let style = |style: Style| style.force_styling(colour);
        let plain = style(Style::new());
        let title = style(Style::new().bold());
        let dim = style(Style::new().dim());
        let expected = style(Style::new().green());
        let found = style(Style::new().red());
        let mark = style(Style::new().red().bold());

        let mut text = String::new();
        let titles = self.titles.each_ref().map(|title| Some(title.as_str()));
        write_row(&mut text, titles, column, SAME, [&title, &title], &dim);
        let rule = "─".repeat(column + 1);
        let _ = writeln!(text, "{}", dim.apply_to(format!("{rule}┼{rule}")));
        for row in &self.rows {
            let cells = row.cells.each_ref().map(|cell| cell.as_deref());
            let heading = row.same && cells[0].is_some_and(|line| line.starts_with("-- "));
            let (divider, divider_style) = if row.same {
                (SAME, &dim)
            } else {
                (DIFFERENT, &mark)
            };
            let styles = if heading {
                [&dim, &dim]
            } else if row.same {
                [&plain, &plain]
            } else {
                [&expected, &found]
            };
            write_row(&mut text, cells, column, divider, styles, divider_style);
        }
        text
    }
}

/// One row, which is as many lines as its longer cell needs.
fn write_row(
    text: &mut String,
    cells: [Option<&str>; 2],
    width: usize,
    divider: &str,
    styles: [&Style; 2],
    divider_style: &Style,
) {
    let [left, right] = cells.map(|cell| cell.map_or_else(Vec::new, |line| wrapped(line, width)));
    for n in 0..left.len().max(right.len()).max(1) {
        let left = left.get(n).map_or("", String::as_str);
        let right = right.get(n).map_or("", String::as_str);
        let padding = " ".repeat(width.saturating_sub(measure_text_width(left)));
        let line = format!(
            "{}{padding}{}{}",
            styles[0].apply_to(left),
            divider_style.apply_to(divider),
            styles[1].apply_to(right)
        );
        let _ = writeln!(text, "{}", line.trim_end());
    }
}

/// A line in pieces of at most `width` columns, broken at a space where that
/// leaves no large gap. Later pieces are indented.
fn wrapped(line: &str, width: usize) -> Vec<String> {
    const INDENT: &str = "  ";
    let mut pieces = Vec::new();
    let mut piece = String::new();
    for character in line.chars() {
        let size = measure_text_width(character.encode_utf8(&mut [0; 4]));
        if measure_text_width(&piece) + size > width {
            let space = piece.rfind(' ').filter(|&at| at > piece.len() * 2 / 3);
            let rest = piece.split_off(space.map_or(piece.len(), |at| at + 1));
            pieces.push(std::mem::replace(&mut piece, format!("{INDENT}{rest}")));
        }
        piece.push(character);
    }
    pieces.push(piece);
    pieces
}

/// Control characters would move the cursor about: shown as escapes.
fn printable(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    for character in line.chars() {
        if character.is_control() {
            text.extend(character.escape_default());
        } else {
            text.push(character);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered(left: &str, right: &str, width: usize) -> String {
        Comparison::new("one", left, "two", right).render(width, false)
    }

    #[test]
    fn equal_outputs_are_the_same() {
        let comparison = Comparison::new("one", "a\nb\n", "two", "a\nb");
        assert!(comparison.is_same());
        assert_eq!(comparison.len(), 2);
    }

    #[test]
    fn a_missing_line_does_not_spoil_the_rest() {
        let comparison = Comparison::new("one", "a\nb\nc\n", "two", "a\nc\n");
        assert_eq!(comparison.differences(), 1);
        assert_eq!(
            comparison.rows[1],
            Row {
                cells: [Some("b".to_owned()), None],
                same: false
            }
        );
        assert!(comparison.rows[2].same);
    }

    #[test]
    fn an_empty_output_differs_from_any_other() {
        assert!(!Comparison::new("one", "a\n", "two", "").is_same());
        assert!(!Comparison::new("one", "\n", "two", "").is_same());
        assert!(Comparison::new("one", "", "two", "").is_same());
    }

    #[test]
    fn columns_line_up() {
        let text = rendered("same\nleft\n", "same\nright\n", 43);
        assert_eq!(
            text,
            "one                  │ two\n\
             ─────────────────────┼─────────────────────\n\
             same                 │ same\n\
             left                 ≠ right\n"
        );
    }

    #[test]
    fn no_line_is_wider_than_asked_for_and_nothing_is_cut() {
        let long = "0123456789".repeat(5) + "世界世界世界";
        let text = rendered(&long, "short", 47);
        for line in text.lines() {
            assert!(measure_text_width(line) <= 47, "{line}");
        }
        let left: String = text
            .lines()
            .skip(2)
            .map(|line| line.split(['│', '≠']).next().unwrap().trim())
            .collect();
        assert_eq!(left, long);
    }

    #[test]
    fn lines_are_broken_at_spaces() {
        assert_eq!(
            wrapped("TypeError: expected bytes or str, not int", 30),
            ["TypeError: expected bytes or ", "  str, not int"]
        );
        assert_eq!(wrapped("a bcdefghijkl", 8), ["a bcdefg", "  hijkl"]);
    }

    #[test]
    fn control_characters_are_shown() {
        assert_eq!(printable("a\tb\u{1b}[0m"), r"a\tb\u{1b}[0m");
    }

    #[test]
    fn colour_only_when_asked_for() {
        let comparison = Comparison::new("one", "a", "two", "b");
        assert!(comparison.render(80, true).contains('\u{1b}'));
        assert!(!comparison.render(80, false).contains('\u{1b}'));
    }
}
