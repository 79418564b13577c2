//! The ratios as a picture.

use std::path::Path;

use anyhow::{Result, anyhow};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::column::{Column, of_role};
use crate::contestant::Role;
use crate::results::Results;
use crate::rows::{ROWS, Row, Side};

const LINE: i32 = 22;
const LABELS: i32 = 290;
const WIDTH: i32 = 1100;
const TOP: i32 = 92;
const BOTTOM: i32 = 40;

/// The ratios that the axis reaches; what lies outside is drawn at its end.
const RANGE: (f64, f64) = (0.05, 20.0);

const COLOURS: [RGBColor; 6] = [
    RGBColor(0x1f, 0x77, 0xb4),
    RGBColor(0xd6, 0x27, 0x28),
    RGBColor(0x2c, 0xa0, 0x2c),
    RGBColor(0x94, 0x67, 0xbd),
    RGBColor(0xff, 0x7f, 0x0e),
    RGBColor(0x8c, 0x56, 0x4b),
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
    let height = TOP + BOTTOM + LINE * rows.len() as i32;
    let area = SVGBackend::new(path, (WIDTH as u32, height as u32)).into_drawing_area();
    picture(&area, results, &columns, &rows)
        .map_err(|error| anyhow!("drawing {}: {error}", path.display()))
}

type Area<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;

fn picture(
    area: &Area<'_>,
    results: &Results,
    columns: &[&Column],
    rows: &[&Row],
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
    let mut at = 20;
    for (number, column) in columns.iter().enumerate() {
        let colour = COLOURS[number % COLOURS.len()];
        area.draw(&Circle::new((at + 5, 63), 5, colour.filled()))?;
        let mut label = column.name.clone();
        if let Some(mean) = column.mean(Side::C) {
            label += &format!(" ({mean:.2} in C)");
        }
        // The backend does not know how wide a font will be.
        let width = 7 * label.len() as i32;
        text(area, label, (at + 16, 63), 13, HPos::Left)?;
        at += 36 + width;
    }
    axis(area, rows.len())?;
    for (line, row) in rows.iter().enumerate() {
        let y = TOP + LINE * line as i32 + LINE / 2;
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

fn axis(area: &Area<'_>, rows: usize) -> Result<(), DrawingAreaErrorKind<std::io::Error>> {
    let (top, bottom) = (TOP, TOP + LINE * rows as i32);
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
        "a black mark is the target".to_owned(),
        (LABELS - 40, bottom + 12),
        12,
        HPos::Right,
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
    fn the_axis_is_logarithmic_and_ends() {
        let (half, one, two) = (place(0.5), place(1.0), place(2.0));
        assert!((one - half - (two - one)).abs() <= 1);
        assert_eq!(place(1000.0), place(RANGE.1));
        assert_eq!(place(0.0), LABELS);
    }
}
