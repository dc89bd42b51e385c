//! The wizard as lines of text, for screen readers, serial consoles and pipes: another view of the same [`Model`].
//!
//! A typed line becomes the keys that a technician would press ([`Plain::line`]), and what is new since the last time is
//! told in the words of the screen ([`Plain::tell`]). Nothing is drawn, nothing is coloured, the cursor only goes down.

mod pages;
mod speech;
mod typed;

use super::wizard::{Field, Outcome, Phase, Servers};
use super::{Effect, Model, Msg, Overlay, Page, keys, update};
use pages::{event, heading, sections};
use speech::{Section, paragraph};
use typed::Asked;

/// What has been told already.
#[derive(Clone, Debug, Default)]
pub struct Plain {
    /// Where the technician was.
    place: Option<(Page, Option<Overlay>)>,
    sections: Vec<Section>,
    /// Number of the last event told.
    event: u64,
    coach: Option<Coached>,
    notice: Option<String>,
    ended: bool,
    /// The servers answered.
    answering: bool,
    /// Answers to what was typed.
    replies: String,
}

/// What the coach was about.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Coached {
    sequence: usize,
    phase: Phase,
    wrong: Option<char>,
    /// The time for the keys is over.
    late: bool,
    /// What the wire says.
    outcome: Option<Outcome>,
    /// The phone must not be switched off now.
    waits: bool,
}

impl Coached {
    fn of(model: &Model) -> Self {
        let coach = &model.coach;
        let (sequence, phase, wrong) = (coach.sequence, coach.phase, coach.wrong);
        let late = matches!(phase, Phase::Keys(_)) && pages::time_left(model).is_some_and(|t| t.is_zero());
        let waits = coach.waits(&model.state);
        Self { sequence, phase, wrong, late, outcome: coach.outcome(&model.state), waits }
    }

    const fn types(&self) -> bool {
        matches!(self.phase, Phase::Keys(_)) && !self.late && !self.waits
    }
}

impl Plain {
    /// Takes a line that was typed, and says what the app shall do about it.
    pub fn line(&mut self, model: &mut Model, line: &str) -> Vec<Effect> {
        model.stale = true;
        match typed::understand(model, line.trim()) {
            Asked::Keys(pressed) => {
                let before = (model.page, model.overlay);
                let enter = pressed == [typed::ENTER];
                let effects: Vec<_> =
                    pressed.into_iter().flat_map(|key| update(model, Msg::Key(key))).collect();
                if enter && effects.is_empty() && before == (model.page, model.overlay) {
                    self.why(model, false);
                }
                effects
            }
            Asked::Choice(by) => {
                super::wizard::move_by(model, by);
                Vec::new()
            }
            Asked::Phone(mac) => {
                model.chosen = Some(mac);
                // The same phone once more, as it is now.
                (model.page, self.place) = (Page::Bench, None);
                update(model, Msg::Key(typed::ENTER))
            }
            Asked::Text(text) => {
                let before = sections(model);
                // An answer takes the place of the one before it.
                update(model, Msg::Key(typed::EMPTY));
                let effects = update(model, Msg::Paste(text.clone()));
                if effects.is_empty() && before == sections(model) {
                    let what =
                        if Self::asks_secret(model) { "That".to_owned() } else { format!("\"{text}\"") };
                    self.reply(&format!("{what} is no answer here. {}", options(model)));
                }
                effects
            }
            Asked::Filter(text) => {
                let clear = [typed::char('/'), typed::ESC, typed::char('/')];
                for key in clear {
                    update(model, Msg::Key(key));
                }
                update(model, Msg::Paste(text));
                update(model, Msg::Key(typed::ENTER));
                // What fits is what is asked for.
                (model.page, self.place) = (Page::Log, None);
                Vec::new()
            }
            Asked::Help => {
                update(model, Msg::Key(typed::char('?')));
                let mut help = sections(model);
                // There is no mouse here.
                for section in &mut help {
                    section.rows.retain(|row| !row.text.contains("click"));
                }
                let help: String = help.iter().map(Section::text).collect();
                self.replies.push_str(&help);
                self.replies.push_str(&paragraph(typed::HOW));
                update(model, Msg::Key(typed::ESC))
            }
            Asked::Why => {
                self.why(model, true);
                Vec::new()
            }
            Asked::Status => {
                self.replies.push_str(&pages::bench(model, usize::MAX).text());
                Vec::new()
            }
            Asked::Look => {
                self.place = None;
                Vec::new()
            }
        }
    }

    /// What is new since the last time, as lines; often nothing.
    pub fn tell(&mut self, model: &Model) -> String {
        if awaited(model) {
            return String::new();
        }
        let mut told = self.events(model);
        told.push_str(&std::mem::take(&mut self.replies));
        let place = (model.page, model.overlay);
        let coach = (model.page == Page::Keys).then(|| Coached::of(model));
        let arrived = self.place != Some(place);
        // A page of the bench changes with every event; it is told when it is come to, and when it is asked for.
        let watched = arrived || !model.running() || model.overlay.is_some() || model.page == Page::Keys;
        let sections = if watched { sections(model) } else { std::mem::take(&mut self.sections) };
        if arrived {
            told.push('\n');
            if model.overlay.is_none() {
                told.push_str(&paragraph(&heading(model)));
            }
            told.extend(sections.iter().map(Section::text));
        } else if let Some(coach) = coach.as_ref().filter(|coach| self.coach.as_ref() != Some(coach)) {
            told.push_str(&self.coached(model, coach, &sections));
        } else if !model.running() || model.overlay.is_some() {
            // While the servers start, only the steps are new.
            let steps = model.page == Page::Review && model.overlay.is_none();
            let changed = sections.iter().filter(|new| !self.sections.contains(new));
            told.extend(changed.map(|new| if steps { self.added(new) } else { self.changed(new) }));
        }
        let answering = model.state.session.is_some();
        if answering && !self.answering && !arrived && model.page == Page::Bench && model.overlay.is_none() {
            // What to do now was not true yet when the page was come to.
            told.push_str(&pages::bench(model, pages::AT_ONCE).text());
            told.push_str(&paragraph(&options(model)));
        }
        self.answering = answering;
        if arrived || (!told.is_empty() && !model.running() && !Self::busy(model)) {
            told.push_str(&paragraph(&options(model)));
        }
        if model.notice.is_some() && model.notice != self.notice {
            told.extend(model.notice.as_deref().map(|text| paragraph(&speech::spoken(text))));
        }
        if model.ended && !self.ended {
            told.push_str(&paragraph(&speech::spoken(&pages::totals(model))));
            told.push_str(&paragraph(&options(model)));
        }
        (self.place, self.sections, self.coach) = (Some(place), sections, coach);
        (self.notice, self.ended) = (model.notice.clone(), model.ended);
        told
    }

    /// Something takes time and is better waited for before the next answer is read.
    #[must_use]
    pub fn busy(model: &Model) -> bool {
        model.wizard.as_ref().is_some_and(|w| w.reading || w.servers == Servers::Starting)
    }

    /// What is typed next is a password, which nobody else shall read.
    #[must_use]
    pub fn asks_secret(model: &Model) -> bool {
        let field =
            model.wizard.as_ref().filter(|_| model.page == Page::Account).and_then(|w| w.form.field());
        field == Some(Field::Password) && model.overlay.is_none()
    }

    /// One sentence for each event that is new, as far as the log's filter lets it through and it isn't held still.
    fn events(&mut self, model: &Model) -> String {
        if model.state.events < self.event {
            self.event = 0;
        }
        if !model.log.following() {
            return String::new();
        }
        let told = model
            .log
            .since(self.event)
            .map(|entry| speech::hanging(0, &speech::spoken(&event(entry))))
            .collect();
        self.event = model.state.events;
        told
    }

    fn changed(&self, new: &Section) -> String {
        let same = |old: &&Section| old.title == new.title && old.rows == new.rows;
        match (self.sections.iter().find(same), new.at) {
            (Some(_), Some(at)) => {
                let row = new.rows.iter().find(|row| row.pick == Some(at));
                row.map_or_else(String::new, |row| paragraph(&format!("Chosen: {}. {}", at + 1, row.text)))
            }
            _ => new.text(),
        }
    }

    /// The rows that were not there before, without those that stand where they stood.
    fn added(&self, new: &Section) -> String {
        let old: Vec<_> = self.sections.iter().flat_map(|section| &section.rows).collect();
        let rows =
            new.rows.iter().filter(|row| !old.iter().any(|old| old.text == row.text)).cloned().collect();
        Section { title: String::new(), rows, at: new.at }.text()
    }

    /// What the coach says after a key: only the next one, as long as all goes well.
    fn coached(&self, model: &Model, coach: &Coached, sections: &[Section]) -> String {
        if !coach.types() || !self.coach.as_ref().is_some_and(Coached::types) {
            return sections.iter().filter(|new| !self.sections.contains(new)).map(Section::text).collect();
        }
        let wrong = sections.iter().flat_map(|s| &s.rows).filter(|_| model.coach.wrong.is_some());
        let wrong: String =
            wrong.filter(|row| row.text.starts_with("[!]")).map(|row| paragraph(&row.text)).collect();
        wrong + &pages::next_key(model).iter().map(Section::text).collect::<String>()
    }

    fn reply(&mut self, text: &str) {
        self.replies.push_str(&paragraph(text));
    }

    /// Why the page can't be left, or that it can.
    fn why(&mut self, model: &Model, asked: bool) {
        match model.wizard.as_ref().and_then(|w| w.blocker(model.page)) {
            Some(blocker) => self.reply(&speech::spoken(&format!("Can't go on: {blocker}"))),
            None if asked => self.reply("Nothing is in the way."),
            None => {}
        }
    }
}

/// What the page is about is on its way: it is told as soon as it is there.
fn awaited(model: &Model) -> bool {
    let Some(wizard) = model.wizard.as_deref().filter(|_| model.overlay.is_none()) else { return false };
    match model.page {
        Page::Files => wizard.folder.path.as_os_str().is_empty() && wizard.folder.error.is_none(),
        Page::Network => !wizard.looked,
        Page::Practise => wizard.exercises.is_empty(),
        _ => false,
    }
}

/// What can be typed now.
fn options(model: &Model) -> String {
    let mut said = Vec::new();
    if typed::choices(model) > 0 {
        said.push("Number: choose".to_owned());
    }
    if model.overlay.is_none() && model.page == Page::Bench {
        if !model.state.phones.is_empty() {
            said.push("Number: a phone".to_owned());
        }
        said.push("status: all phones".to_owned());
    }
    let hints = keys::hints(model);
    let worth = |key: &str| {
        !matches!(key, "?" | "Q" | "Esc" | "↑↓" | "PgDn" | "Ctrl-C" | "Backspace") || model.overlay.is_some()
    };
    let worth = hints.iter().filter(|(key, _)| worth(key));
    said.extend(worth.map(|(key, word)| format!("{}: {word}", speech::key(key))));
    if model.overlay.is_some() {
        return format!("{}.", said.join(". "));
    }
    let why = if model.running() { "" } else { ", why" };
    said.push(format!("back, help{why}, quit"));
    format!("({}.)", said.join(". "))
}
