//! Colours, marks and borders. One accent and four meanings; each has a word and a shape too, so that nothing is told by
//! colour alone.

use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier, Style};

/// How to draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Theme {
    /// With colours. Without them only bold, dim and reverse are used (`NO_COLOR`; crossterm 0.29 would lose the
    /// attributes of cells that have a colour).
    pub colour: bool,
    /// The terminal has dark letters on a light ground.
    pub light: bool,
    /// Plain ASCII: no line drawing, no marks beyond the typewriter's.
    pub ascii: bool,
}

/// What a colour means, everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Meaning {
    /// Proven good.
    Good,
    /// Going on by itself.
    Working,
    /// Somebody has to do something.
    NeedsYou,
    /// It went wrong.
    Wrong,
}

impl Theme {
    const fn in_colour(self, dark: Color, light: Color) -> Style {
        let style = Style::new();
        if self.colour { style.fg(if self.light { light } else { dark }) } else { style }
    }

    /// Labels, and what is not the matter now.
    pub(super) const fn dim(self) -> Style {
        if self.colour { Style::new().fg(Color::DarkGray) } else { Style::new().add_modifier(Modifier::DIM) }
    }

    /// Where the technician is.
    pub(super) const fn accent(self) -> Style {
        self.in_colour(Color::Cyan, Color::Blue).add_modifier(Modifier::BOLD)
    }

    /// The one thing to do, and names.
    #[expect(clippy::unused_self, reason = "reads as the other styles do")]
    pub(super) const fn bold(self) -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    /// A badge.
    pub(super) const fn badge(self) -> Style {
        self.accent().add_modifier(Modifier::REVERSED)
    }

    /// A meaning.
    pub(super) const fn of(self, meaning: Meaning) -> Style {
        match meaning {
            Meaning::Good => self.in_colour(Color::Green, Color::Green),
            Meaning::Working => self.in_colour(Color::LightBlue, Color::Blue),
            // Yellow letters can't be read on white.
            Meaning::NeedsYou => self.in_colour(Color::Yellow, Color::Magenta).add_modifier(Modifier::BOLD),
            Meaning::Wrong => self.in_colour(Color::Red, Color::Red).add_modifier(Modifier::BOLD),
        }
    }

    /// Replaces everything outside ASCII, when the terminal wants it so.
    pub(super) fn plain(self, buf: &mut Buffer) {
        if self.ascii {
            for cell in buf.content.iter_mut().filter(|c| !c.symbol().is_ascii()) {
                let plain = typewriter(cell.symbol());
                cell.set_symbol(plain);
            }
        }
    }
}

fn typewriter(symbol: &str) -> &'static str {
    match symbol {
        "─" | "·" | "–" | "—" => "-",
        "│" => "|",
        "╭" | "╮" | "╰" | "╯" => "+",
        // Nothing that a corner could be taken for.
        "✓" => "V",
        "█" => "#",
        "░" => ".",
        "▸" | "→" => ">",
        "▲" => "!",
        "●" | "■" => "*",
        "○" => "o",
        "…" => "~",
        "↑" => "^",
        "↓" => "v",
        "“" | "”" => "\"",
        "✗" | "×" => "x",
        _ => "?",
    }
}
