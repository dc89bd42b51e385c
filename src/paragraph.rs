//! Text for a terminal or a page: paragraphs that end before column 80, and names in a row.

/// Columns of a line.
pub const WIDTH: usize = 80;

/// Adds one paragraph: every line begins with `indent`, breaks stand at blanks, and a word longer than a line is cut.
pub fn add(out: &mut String, indent: &str, text: &str) {
    let room = WIDTH.saturating_sub(indent.chars().count()).max(1);
    let mut flush = |row: &mut String| {
        out.push_str(indent);
        out.push_str(row.trim_end());
        out.push('\n');
        row.clear();
    };
    let mut row = String::new();
    let mut started = false;
    for word in text.split(' ') {
        if started && row.chars().count() + 1 + word.chars().count() > room {
            flush(&mut row);
            started = false;
        }
        if started {
            row.push(' ');
        }
        for c in word.chars() {
            if row.chars().count() == room {
                flush(&mut row);
            }
            row.push(c);
        }
        started = true;
    }
    flush(&mut row);
}

/// Names as they are read aloud: `a`, `a and b`, `a, b and c`.
#[must_use]
pub fn list<S: AsRef<str>>(names: &[S]) -> String {
    match names {
        [] => String::new(),
        [one] => one.as_ref().to_owned(),
        [most @ .., last] => {
            let most: Vec<&str> = most.iter().map(AsRef::as_ref).collect();
            format!("{} and {}", most.join(", "), last.as_ref())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_fit_their_width() {
        let mut out = String::new();
        add(&mut out, "    ", &format!("{} {} end", "word ".repeat(40), "x".repeat(200)));
        assert!(out.lines().all(|l| l.chars().count() <= WIDTH && l.starts_with("    ")), "{out}");
        assert_eq!(out.matches('x').count(), 200);
        assert!(out.ends_with("end\n"));
    }
}
