//! Text that has to fit.

use ratatui::text::{Line, Span};

/// Columns that a text takes.
pub(in crate::tui) fn width(text: &str) -> usize {
    Span::raw(text).width()
}

/// A number of columns as the terminal counts them.
pub(in crate::tui) fn cells(n: usize) -> u16 {
    u16::try_from(n).unwrap_or(u16::MAX)
}

/// The text, or as much of it as fits and `…`.
pub(in crate::tui) fn fit(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mut cut = String::new();
    let mut used = 0;
    for c in text.chars() {
        let more = width(c.encode_utf8(&mut [0; 4]));
        if used + more >= columns {
            break;
        }
        used += more;
        cut.push(c);
    }
    if columns > 0 {
        cut.push('…');
    }
    cut
}

/// The text, or `…` and as much of its end as fits: what matters of a path, or of what is being typed.
pub(in crate::tui) fn fit_end(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mut end: Vec<char> = Vec::new();
    let mut used = 1;
    for c in text.chars().rev() {
        used += width(c.encode_utf8(&mut [0; 4]));
        if used > columns {
            break;
        }
        end.push(c);
    }
    std::iter::once('…').chain(end.into_iter().rev()).take(columns).collect()
}

/// The text in exactly so many columns.
pub(in crate::tui) fn pad(text: &str, columns: usize) -> String {
    let mut text = fit(text, columns);
    text.extend(std::iter::repeat_n(' ', columns.saturating_sub(width(&text))));
    text
}

/// The text broken between words into lines of at most so many columns. A longer word is broken where it must.
pub(in crate::tui) fn wrap(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(1);
    // Most sentences are of plain letters with one blank between words, and fit.
    let plain = |text: &str| text.bytes().all(|b| b.is_ascii_graphic() || b == b' ') && text.trim() == text;
    if text.len() <= columns && plain(text) && !text.contains("  ") {
        return vec![text.to_owned()];
    }
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in text.split_whitespace() {
        let long = width(word);
        let start = |lines: &mut Vec<String>| lines.push(String::new());
        if used > 0 && used + 1 + long <= columns {
            if let Some(line) = lines.last_mut() {
                line.push(' ');
                line.push_str(word);
            }
            used += 1 + long;
            continue;
        }
        if used > 0 {
            start(&mut lines);
            used = 0;
        }
        for c in word.chars() {
            let more = width(c.encode_utf8(&mut [0; 4]));
            if used + more > columns {
                start(&mut lines);
                used = 0;
            }
            if let Some(line) = lines.last_mut() {
                line.push(c);
            }
            used += more;
        }
    }
    lines
}

/// As [`wrap`], in at most so many lines; the last ends in `…` when something is left out.
pub(in crate::tui) fn wrap_in(text: &str, columns: usize, most: usize) -> Vec<String> {
    let mut lines = wrap(text, columns);
    if lines.len() > most {
        let rest = lines.get(most.saturating_sub(1)..).unwrap_or_default().join(" ");
        lines.truncate(most.saturating_sub(1));
        if most > 0 {
            lines.push(fit(&rest, columns));
        }
    }
    lines
}

/// Two groups of words at the two ends of a line. Where they don't fit the left one gives way.
pub(in crate::tui) fn spread(
    left: Vec<Span<'static>>,
    right: Vec<Span<'static>>,
    columns: usize,
) -> Line<'static> {
    let taken: usize = right.iter().map(Span::width).sum();
    let gap = usize::from(taken > 0) * 2;
    let mut room = columns.saturating_sub(taken + gap);
    let mut line = Vec::new();
    for span in left {
        let text = fit(&span.content, room);
        room -= width(&text).min(room);
        line.push(Span::styled(text, span.style));
    }
    line.push(Span::raw(" ".repeat(room + gap)));
    line.extend(right);
    Line::from(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_cut_with_a_sign() {
        assert_eq!(fit("P00308000900.sb2", 16), "P00308000900.sb2");
        assert_eq!(fit("P00308000900.sb2", 8), "P003080…");
        assert_eq!(fit("x", 0), "");
        assert_eq!(fit_end("P00308000900.sb2", 16), "P00308000900.sb2");
        assert_eq!(fit_end("P00308000900.sb2", 8), "…900.sb2");
        assert_eq!(fit_end("x", 0), "");
        assert_eq!(pad("ab", 4), "ab  ");
        assert_eq!(pad("abcdef", 4), "abc…");
    }

    #[test]
    fn words_stay_whole_where_they_can() {
        assert_eq!(wrap("leave it alone for now", 10), ["leave it", "alone for", "now"]);
        assert_eq!(wrap("SIP41.9-4-2SR3-1S it is", 8), ["SIP41.9-", "4-2SR3-1", "S it is"]);
        assert_eq!(wrap("", 8), [""]);
        assert_eq!(wrap(" two  blanks ", 20), ["two blanks"], "short or long, blanks are one");
        assert_eq!(wrap("é è", 3), ["é è"]);
        assert_eq!(wrap_in("leave it alone for now", 10, 2), ["leave it", "alone for…"]);
    }

    #[test]
    fn the_right_end_stays_whole() {
        let line = spread(vec![Span::raw("a long stage")], vec![Span::raw("0:07")], 12);
        assert_eq!(line.to_string(), "a lon…  0:07");
    }
}
