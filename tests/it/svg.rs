//! A frame as an SVG picture: one `<text>` for each run of equal style, at a fixed place.

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};
use std::fmt::Write as _;

/// A cell in pixels, as a monospaced font of 14 px has it.
const CELL: (f64, u32) = (8.43, 18);

/// What a terminal makes of the names of colours, and of cells that name none.
pub(crate) struct Ground {
    ink: &'static str,
    paper: &'static str,
    colour: fn(Color) -> &'static str,
}

pub(crate) const DARK: Ground = Ground { ink: "#d4d4d4", paper: "#16181d", colour: on_dark };
pub(crate) const LIGHT: Ground = Ground { ink: "#24292f", paper: "#fbfbfa", colour: on_light };

/// The picture. The same frame gives the same bytes.
pub(crate) fn svg(buf: &Buffer, ground: &Ground) -> String {
    let paper = ground.paper;
    let area = buf.area;
    let (w, h) = (f64::from(area.width) * CELL.0 + 16.0, u32::from(area.height) * CELL.1 + 16);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{w:.0}\" height=\"{h}\" viewBox=\"0 0 {w:.0} {h}\" \
         font-family=\"DejaVu Sans Mono, Menlo, Consolas, monospace\" font-size=\"14\">\n\
         <rect width=\"100%\" height=\"100%\" rx=\"6\" fill=\"{paper}\"/>\n"
    );
    for y in 0..area.height {
        let mut x = 0;
        while x < area.width {
            let style = of(&buf[(x, y)], ground);
            let mut text = String::new();
            let start = x;
            while x < area.width && of(&buf[(x, y)], ground) == style {
                text.push_str(buf[(x, y)].symbol());
                x += 1;
            }
            run(&mut out, start, y, x - start, &text, &style);
        }
    }
    out.push_str("</svg>\n");
    out
}

/// Ink, paper and weight of a cell.
#[derive(PartialEq)]
struct Look {
    ink: &'static str,
    paper: Option<&'static str>,
    bold: bool,
    dim: bool,
}

fn of(cell: &Cell, ground: &Ground) -> Look {
    let colour = |named: Color| (named != Color::Reset).then(|| (ground.colour)(named));
    let (mut ink, mut paper) = (colour(cell.fg).unwrap_or(ground.ink), colour(cell.bg));
    if cell.modifier.contains(Modifier::REVERSED) {
        (ink, paper) = (paper.unwrap_or(ground.paper), Some(ink));
    }
    Look {
        ink,
        paper,
        bold: cell.modifier.contains(Modifier::BOLD),
        dim: cell.modifier.contains(Modifier::DIM),
    }
}

fn on_dark(colour: Color) -> &'static str {
    match colour {
        Color::Red => "#f0645c",
        Color::Green => "#4cc38a",
        Color::Yellow => "#e6c84f",
        Color::Blue => "#4c8ee8",
        Color::LightBlue => "#6cb0f5",
        Color::Cyan => "#3fc1d4",
        Color::Magenta => "#cf7de0",
        Color::DarkGray => "#7b8088",
        other => panic!("{other:?} is not a colour of the theme"),
    }
}

fn on_light(colour: Color) -> &'static str {
    match colour {
        Color::Red => "#c02026",
        Color::Green => "#157a34",
        Color::Blue => "#0a53b0",
        Color::Magenta => "#8e24aa",
        Color::DarkGray => "#6b7280",
        other => panic!("{other:?} can't be read on a light ground"),
    }
}

fn run(out: &mut String, x: u16, y: u16, cells: u16, text: &str, look: &Look) {
    let (px, py) = (f64::from(x) * CELL.0 + 8.0, u32::from(y) * CELL.1 + 8);
    let wide = f64::from(cells) * CELL.0;
    if let Some(paper) = look.paper {
        let h = CELL.1;
        writeln!(out, "<rect x=\"{px:.2}\" y=\"{py}\" width=\"{wide:.2}\" height=\"{h}\" fill=\"{paper}\"/>")
            .unwrap();
    }
    if text.trim().is_empty() {
        return;
    }
    let weight = if look.bold { " font-weight=\"bold\"" } else { "" };
    let dim = if look.dim { " opacity=\"0.6\"" } else { "" };
    let (base, ink) = (py + 14, look.ink);
    writeln!(
        out,
        "<text x=\"{px:.2}\" y=\"{base}\" textLength=\"{wide:.2}\" xml:space=\"preserve\" fill=\"{ink}\"{weight}{dim}>{}</text>",
        escape(text)
    )
    .unwrap();
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
