//! What the footer says on the wizard's pages.

use crate::tui::wizard::{Choice, LoadRow, Phase, ReadyRow, Servers, Wizard};
use crate::tui::{Model, Page};

type Hint = (&'static str, &'static str);

/// The keys of the wizard's pages, the most wanted first.
pub(super) fn hints(model: &Model, page: Page) -> Vec<Hint> {
    let wizard = model.wizard.as_deref();
    let typed = match page {
        Page::Model => wizard.is_some_and(|w| !w.search.is_empty()),
        Page::Shows => wizard.is_some_and(|w| !w.said.is_empty()),
        Page::Ready => wizard.is_some_and(|w| w.address.before.is_some()),
        Page::Practise => wizard.is_some_and(|w| !w.sought.is_empty()),
        Page::Files | Page::Account => true,
        _ => false,
    };
    let help = if page == Page::Account { "F1" } else { "?" };
    let mut hints = vec![(help, "help"), if typed { ("Ctrl-C", "quit") } else { ("Q", "quit") }];
    hints.extend(wizard.and_then(|wizard| enter(wizard, page)));
    hints.extend_from_slice(match page {
        Page::Model if typed => &[("↑↓", "choose"), ("Esc", "clear")],
        Page::Model => &[("P", "practise"), ("↑↓", "choose"), ("type", "its number")],
        Page::Shows if typed && wizard.is_some_and(|w| w.fresh) => &[("Esc", "back"), ("↑↓", "choose")],
        Page::Shows | Page::Practise if typed => &[("Esc", "clear"), ("↑↓", "choose")],
        Page::Shows => &[("Esc", "back"), ("↑↓", "choose"), ("type", "load or screen text")],
        Page::Files if wizard.is_some_and(|w| !w.folder.typed.is_empty()) => {
            &[("Esc", "clear"), ("↑↓", "choose")]
        }
        Page::Files => &[("Esc", "back"), ("↑↓", "choose"), ("type", "find"), ("Backspace", "up")],
        Page::Account => &[("Esc", "back"), ("↑↓", "field"), ("Ctrl-U", "empty it")],
        Page::Practise => &[("Esc", "back"), ("↑↓", "choose"), ("type", "find")],
        Page::Network => &[("Esc", "back"), ("↑↓", "choose")],
        Page::Ready if typed => &[("Esc", "leave it"), ("Ctrl-U", "empty it")],
        Page::Review if wizard.is_some_and(|w| w.servers == Servers::Starting) => &[("Esc", "call it off")],
        Page::Review => &[("Esc", "back, nothing is lost"), ("PgDn", "read on")],
        Page::Keys if model.coach.waits(&model.state) => &[("Esc", "bench")],
        Page::Keys => match model.coach.phase {
            Phase::Hold if model.coach.reset().is_some_and(|reset| reset.hold.is_none()) => {
                &[("Enter", "done"), ("Esc", "bench"), ("Tab", "another way")]
            }
            Phase::Hold => &[("Enter", "lamps answer"), ("Esc", "bench"), ("Tab", "another way")],
            Phase::Keys(_) => {
                &[("Space", "key pressed"), ("R", "again"), ("Esc", "bench"), ("Tab", "another way")]
            }
            Phase::Wait => &[("Enter", "bench"), ("R", "again"), ("Tab", "another way")],
        },
        Page::Report if model.ended && !wizard.is_some_and(|w| w.practice) => {
            &[("Esc", "bench"), ("S", "save"), ("PgDn", "read on")]
        }
        Page::Report => &[("Esc", "bench"), ("S", "save"), ("N", "next phone"), ("PgDn", "read on")],
        _ => &[],
    });
    if let Some(wizard) = wizard {
        hints.extend(more(wizard, page));
    }
    hints
}

/// What Enter does on the row under the cursor.
fn enter(wizard: &Wizard, page: Page) -> Option<Hint> {
    let word = match page {
        Page::Ready if wizard.address.before.is_some() => "take it",
        Page::Ready => match wizard.ready_row() {
            ReadyRow::On if wizard.blocker(page).is_some() => return None,
            ReadyRow::On => "go on",
            ReadyRow::Set if wizard.address.keep => "set one",
            ReadyRow::Set => "type another",
            ReadyRow::Keep => "keep it",
            ReadyRow::Ours | ReadyRow::Theirs => "choose it",
            ReadyRow::Finding(_) => {
                wizard.finding()?.fix.as_ref()?;
                "do it from here"
            }
        },
        Page::Account if wizard.form.field().is_some() => "next field",
        Page::Load => match wizard.load_rows().get(wizard.load_row)? {
            LoadRow::Add if wizard.reading => return None,
            LoadRow::Add => "look for files",
            LoadRow::Account => "type it",
            LoadRow::Offer(_) if wizard.blocker(page).is_some() => return None,
            LoadRow::Offer(_) => "go on",
        },
        Page::Review if matches!(wizard.servers, Servers::Failed(_)) => "try again",
        _ if wizard.blocker(page).is_some() => return None,
        Page::Account => "take it",
        Page::Review if wizard.servers == Servers::Off => "start the servers",
        Page::Practise => "start",
        Page::Files => match wizard.folder.chosen(&wizard.places)?.choice {
            Choice::Take(_) => "take it",
            Choice::Into(_) => "look into it",
        },
        Page::Keys | Page::Report | Page::Review => return None,
        _ => "go on",
    };
    Some(("Enter", word))
}

/// The letters of the page.
fn more(wizard: &Wizard, page: Page) -> Vec<Hint> {
    match page {
        Page::Load if wizard.reading => vec![("Esc", "call it off"), ("PgDn", "read on")],
        Page::Load if wizard.aside.is_some() => vec![("Esc", "back"), ("PgDn", "read on")],
        Page::Load => {
            let insist = wizard.may_insist().then_some(("X", "insist"));
            let back = wizard.can_put_back().then_some(("U", "put back"));
            let account = wizard.wants_account().then_some(("S", "SIP account"));
            let drop = wizard.can_drop_account().then_some(("N", "no account"));
            let remove = wizard.can_remove().then_some(("D", "remove"));
            let others = wizard.shelf.problems().iter().any(|problem| !wizard.concerns(problem));
            let word = if wizard.all_findings { "its findings" } else { "all findings" };
            [
                Some(("Esc", "back")),
                Some(("↑↓", "choose")),
                insist,
                Some(("A", "add firmware")),
                remove,
                back,
                account,
                drop,
            ]
            .into_iter()
            .flatten()
            .chain([("PgDn", "read on")])
            .chain(others.then_some(("F", word)))
            .collect()
        }
        Page::Network if wizard.may_insist_on(page) => vec![("X", "insist")],
        Page::Ready if wizard.address.before.is_some() => Vec::new(),
        Page::Ready => {
            let insist = wizard.may_insist_on(page).then_some(("X", "insist"));
            let keys = [("Esc", "back"), ("↑↓", "choose"), ("A", "address"), ("D", "DHCP"), ("R", "again")];
            keys.into_iter().take(2).chain(insist).chain(keys.into_iter().skip(2)).collect()
        }
        _ => Vec::new(),
    }
}
