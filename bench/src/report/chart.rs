//! The ratios as a picture.

use std::path::Path;

use anyhow::{Result, anyhow};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::column::{Column, of_role};
use crate::implementation::Role;
use crate::results::Results;
use crate::rows::{ROWS, Row, Side};

const LINE: i32 = 22;
const LABELS: i32 = 290;
const WIDTH: i32 = 1100;
/// Where the legend begins, and how high its lines are.
const LEGEND: (i32, i32) = (63, 20);
const BOTTOM: i32 = 40;

/// The ratios that the axis reaches; what lies outside is drawn at its end.
const RANGE: (f64, f64) = (0.05, 20.0);

/// One for each implementation that there can be without `--also`.
const COLOURS: [RGBColor; 11] = [
    RGBColor(0x1f, 0x77, 0xb4),
    RGBColor(0xd6, 0x27, 0x28),
    RGBColor(0x2c, 0xa0, 0x2c),
    RGBColor(0x94, 0x67, 0xbd),
    RGBColor(0xff, 0x7f, 0x0e),
    RGBColor(0x8c, 0x56, 0x4b),
    RGBColor(0xe3, 0x77, 0xc2),
    RGBColor(0x7f, 0x7f, 0x7f),
    RGBColor(0xbc, 0xbd, 0x22),
    RGBColor(0x17, 0xbe, 0xcf),
    RGBColor(0x00, 0x3f, 0x5c),
];

/// Draws the ratio of every row to the baseline, on a logarithmic axis, a dot for
/// each implementation and a line from quartile to quartile.
pub fn draw(results: &Results, path: &Path) -> Result<()> {
    let columns: Vec<&Column> = results
        .columns
        .iter()
        .filter(|column| column.role != Role::Baseline)
        .collect();
    let measured = |row: &&Row| {
        let cells = columns.iter().filter_map(|column| column.cell(row.name));
        row.side != Side::Builtin && cells.into_iter().any(|cell| cell.ratio.is_some())
    };
    let rows: Vec<&Row> = ROWS.iter().filter(measured).collect();
    let legend = legend(&columns);
    let top = LEGEND.0 + LEGEND.1 * legend.last().map_or(0, |entry| entry.line) + 29;
    let height = top + BOTTOM + LINE * rows.len() as i32;
    let area = SVGBackend::new(path, (WIDTH as u32, height as u32)).into_drawing_area();
    picture(&area, results, &columns, &rows, &legend, top)
        .map_err(|error| anyhow!("drawing {}: {error}", path.display()))
}

type Area<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;

/// What stands for an implementation in the legend.
struct Entry {
    label: String,
    /// Of the legend's lines.
    line: i32,
    x: i32,
}

/// The entries, side by side as long as there is room.
fn legend(columns: &[&Column]) -> Vec<Entry> {
    let (mut line, mut x) = (0, 20);
    let entry = |column: &&Column| {
        let mut label = column.name.clone();
        if let Some(mean) = column.mean(Side::C) {
            label += &format!(" ({mean:.2} in C)");
        }
        // The backend does not know how wide a font will be.
        let width = 36 + 7 * label.len() as i32;
        if x > 20 && x + width > WIDTH {
            (line, x) = (line + 1, 20);
        }
        let entry = Entry { label, line, x };
        x += width;
        entry
    };
    columns.iter().map(entry).collect()
}

fn picture(
    area: &Area<'_>,
    results: &Results,
    columns: &[&Column],
    rows: &[&Row],
    legend: &[Entry],
    top: i32,
) -> Result<(), DrawingAreaErrorKind<std::io::Error>> {
    area.fill(&WHITE)?;
    let baseline =
        of_role(&results.columns, Role::Baseline).map_or("the first column", |column| &column.name);
    text(
        area,
        format!("Cost of HPy operations relative to {baseline} universal"),
        (20, 18),
        20,
        HPos::Left,
    )?;
    let machine = &results.machine;
    text(
        area,
        format!(
            "{}, {}; medians of {} rounds, lines between the quartiles; left is faster",
            machine.processor, machine.kernel, results.plan.rounds
        ),
        (20, 40),
        13,
        HPos::Left,
    )?;
    for (number, Entry { label, line, x }) in legend.iter().enumerate() {
        let colour = COLOURS[number % COLOURS.len()];
        let y = LEGEND.0 + LEGEND.1 * line;
        area.draw(&Circle::new((x + 5, y), 5, colour.filled()))?;
        text(area, label.clone(), (x + 16, y), 13, HPos::Left)?;
    }
    axis(area, top, rows.len())?;
    for (line, row) in rows.iter().enumerate() {
        let y = top + LINE * line as i32 + LINE / 2;
        if line == 0 || rows[line - 1].side != row.side {
            text(area, side(row.side).to_owned(), (20, y), 13, HPos::Left)?;
        }
        if line > 0 && rows[line - 1].side != row.side {
            let rule = [(0, y - LINE / 2), (WIDTH, y - LINE / 2)];
            area.draw(&PathElement::new(rule, BLACK.mix(0.5)))?;
        }
        text(area, row.name.to_owned(), (LABELS - 12, y), 13, HPos::Right)?;
        if let Some(limit) = row.limit {
            let x = place(limit);
            let mark = [(x, y - LINE / 2 + 2), (x, y + LINE / 2 - 2)];
            area.draw(&PathElement::new(mark, BLACK.stroke_width(2)))?;
        }
        for (number, column) in columns.iter().enumerate() {
            let Some(ratio) = column.cell(row.name).and_then(|cell| cell.ratio) else {
                continue;
            };
            let colour = COLOURS[number % COLOURS.len()];
            let spread = [(place(ratio.low), y), (place(ratio.high), y)];
            area.draw(&PathElement::new(spread, colour.stroke_width(2)))?;
            let dot = Circle::new((place(ratio.median), y), 4, colour.mix(0.85).filled());
            area.draw(&dot)?;
        }
    }
    area.present()
}

/// What the rows of a kind are loops in.
fn side(side: Side) -> &'static str {
    match side {
        Side::C => "in C",
        Side::Python | Side::Builtin => "from Python",
    }
}

fn axis(
    area: &Area<'_>,
    top: i32,
    rows: usize,
) -> Result<(), DrawingAreaErrorKind<std::io::Error>> {
    let bottom = top + LINE * rows as i32;
    for tick in [0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0] {
        let x = place(tick);
        let colour = if tick == 1.0 {
            BLACK.mix(0.9)
        } else {
            BLACK.mix(0.15)
        };
        area.draw(&PathElement::new([(x, top), (x, bottom)], colour))?;
        for y in [top - 9, bottom + 12] {
            text(area, format!("{tick}"), (x, y), 12, HPos::Center)?;
        }
    }
    text(
        area,
        "a black mark is the target; what lies outside is at the end".to_owned(),
        (20, bottom + 28),
        12,
        HPos::Left,
    )
}

/// Where a ratio lies on the axis.
fn place(ratio: f64) -> i32 {
    let (low, high) = RANGE;
    let part = (ratio.clamp(low, high) / low).ln() / (high / low).ln();
    LABELS + (part * f64::from(WIDTH - LABELS - 30)).round() as i32
}

fn text(
    area: &Area<'_>,
    words: String,
    at: (i32, i32),
    size: i32,
    side: HPos,
) -> Result<(), DrawingAreaErrorKind<std::io::Error>> {
    let style = ("sans-serif", size)
        .into_font()
        .color(&BLACK)
        .pos(Pos::new(side, VPos::Center));
    area.draw(&Text::new(words, at, style))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_legend_stays_in_the_picture() {
        let column = |name: &str| Column {
            name: name.to_owned(),
            role: Role::Other,
            version: String::new(),
            cells: Vec::new(),
        };
        let columns: Vec<Column> = (0..COLOURS.len())
            .map(|number| column(&format!("implementation {number}")))
            .collect();
        let legend = legend(&columns.iter().collect::<Vec<_>>());
        assert_eq!(legend.len(), COLOURS.len());
        assert!(legend.iter().all(|entry| entry.x < WIDTH - 130));
        let lines: Vec<i32> = legend.iter().map(|entry| entry.line).collect();
        assert!(
            lines.is_sorted() && lines[0] == 0 && lines[9] > 0,
            "{lines:?}"
        );
    }

    #[test]
    fn the_axis_is_logarithmic_and_ends() {
        let (half, one, two) = (place(0.5), place(1.0), place(2.0));
        assert!((one - half - (two - one)).abs() <= 1);
        assert_eq!(place(1000.0), place(RANGE.1));
        assert_eq!(place(0.0), LABELS);
    }
}
