//! The way of firmware onto the shelf: paths that are typed and pasted, folders that are too much, reading called off.

use super::{asking, only, shelf, walk};
use crate::screens::{COLOUR, drawn, text};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use rescue79::tui::wizard::Weight;
use rescue79::tui::{Effect, Model, Msg, Overlay, Page, update};
use std::path::PathBuf;

fn said(model: &Model) -> String {
    text(&drawn(model))
}

/// A model on the page where firmware is looked for.
fn browsing() -> Model {
    let mut model = asking((80, 24), COLOUR);
    walk(&mut model, "7960<enter><enter>");
    assert_eq!(model.page, Page::Files);
    model
}

fn reading(model: &mut Model, path: &str) {
    let effects = update(model, Msg::Paste(path.into()));
    assert!(matches!(effects.as_slice(), [Effect::Open(_)]), "{effects:?}");
}

#[test]
fn a_path_that_is_typed_behind_other_text_stands_alone() {
    let mut model = browsing();
    walk(&mut model, "A/media/stick");
    assert!(said(&model).contains("▸ use /media/stick"), "{}", said(&model));
    assert_eq!(walk(&mut model, "~/loads<enter>"), [Effect::Open(vec!["~/loads".into()])]);
    // Relative to the folder that is looked at, not to where the program was started.
    let mut model = browsing();
    assert_eq!(
        walk(&mut model, "loads/8-12<down><enter>"),
        [Effect::ListDir("/home/tech/loads/8-12".into())]
    );
}

#[test]
fn a_path_that_a_terminal_types_is_no_keys_of_the_page() {
    let mut model = browsing();
    reading(&mut model, "/big");
    update(&mut model, Msg::Shelf(Ok((shelf(), vec!["/big".into()]))));
    // Among its letters are those that remove, find, insist.
    let effects = walk(&mut model, "/media/dafx.zip<enter>");
    assert_eq!(
        effects,
        [Effect::ListDir("/home/tech".into()), Effect::Open(vec!["/media/dafx.zip".into(), "/big".into()])]
    );
    // Also before any folder was looked at.
    let mut model = asking((80, 24), COLOUR);
    update(&mut model, Msg::Shelf(Ok((shelf(), vec!["/big".into()]))));
    let effects = walk(&mut model, "7960<enter><enter>~/a.zip<enter>");
    assert_eq!(effects.last(), Some(&Effect::Open(vec!["~/a.zip".into(), "/big".into()])));
}

#[test]
fn an_enter_while_firmware_is_read_opens_nothing() {
    let mut model = browsing();
    reading(&mut model, "/a.zip\n");
    assert_eq!(walk(&mut model, "<enter>"), []);
    assert_eq!(model.page, Page::Load);
    assert!(said(&model).contains("Reading the firmware"));
}

#[test]
fn what_is_added_while_something_is_read_joins_it() {
    let mut model = browsing();
    reading(&mut model, "/a.zip");
    let effects = update(&mut model, Msg::Paste("/b.zip".into()));
    assert_eq!(effects, [Effect::Open(vec!["/b.zip".into(), "/a.zip".into()])]);
}

#[test]
fn reading_is_called_off_with_esc() {
    let mut model = browsing();
    update(&mut model, Msg::Shelf(Ok((only("P0S3-8-12-00"), vec!["/good.zip".into()]))));
    reading(&mut model, "/huge");
    assert!(said(&model).contains("Esc call it off"), "{}", said(&model));
    assert_eq!(walk(&mut model, "<esc>"), [Effect::StopReading]);
    let seen = said(&model);
    assert!(seen.contains("the shelf is as it was") && seen.contains("✓ P0S3-8-12-00"), "{seen}");
    walk(&mut model, "<esc>");
    assert_eq!(model.page, Page::Shows, "the second one goes back");
}

#[test]
fn a_huge_folder_is_asked_about() {
    let mut model = browsing();
    reading(&mut model, "/home");
    update(&mut model, Msg::Large(Weight { files: 50_000, bytes: 81_000_000_000, more: true }));
    assert_eq!(model.overlay, Some(Overlay::Large));
    let seen = said(&model);
    assert!(
        seen.contains("/home holds at least 50 000 files with 81.0 GB.") && seen.contains("Y read it all"),
        "{seen}"
    );
    assert_eq!(walk(&mut model, "<esc>"), []);
    assert!(!said(&model).contains("Reading"), "nothing is read");
    // It is not on the shelf, and not in what is read next.
    let effects = update(&mut model, Msg::Paste("/a.zip".into()));
    assert_eq!(effects, [Effect::Open(vec!["/a.zip".into()])]);
    reading(&mut model, "/home");
    update(&mut model, Msg::Large(Weight { files: 6_000, bytes: 1, more: false }));
    let all: Vec<PathBuf> = vec!["/home".into(), "/a.zip".into()];
    let yes = Msg::Key(KeyEvent::new(KeyCode::Char('y'), KeyModifiers::NONE));
    assert_eq!(update(&mut model, yes), [Effect::OpenLarge(all)]);
    assert!(said(&model).contains("Reading the firmware"));
}

#[test]
fn a_key_that_opens_a_field_does_not_land_in_it() {
    let mut model = asking((80, 24), COLOUR);
    walk(&mut model, super::TO_READY);
    let typed = |model: &Model| model.wizard.as_ref().unwrap().address.typed.clone();
    walk(&mut model, "aA");
    assert_eq!(typed(&model), "192.168.1.1/24");
    update(&mut model, Msg::Key(KeyEvent::new(KeyCode::Char('u'), KeyModifiers::CONTROL)));
    walk(&mut model, "10.0.0.1/24x<enter>");
    assert_eq!(typed(&model), "10.0.0.1/24");
}

#[test]
fn a_bench_to_practise_on_is_found_by_a_word() {
    let mut model = asking((80, 24), COLOUR);
    walk(&mut model, "p7970");
    let seen = said(&model);
    assert!(seen.contains("7970_") && !seen.contains("Can't go on"), "{seen}");
    let found = model.wizard.as_ref().unwrap().exercise().unwrap().name.clone();
    assert_eq!(walk(&mut model, "<enter>"), [Effect::Practise(found)]);
    let mut model = asking((80, 24), COLOUR);
    assert_eq!(walk(&mut model, "pzzz"), [Effect::Exercises]);
    let seen = said(&model);
    assert!(seen.contains("No bench has") && seen.contains("Esc clear"), "{seen}");
    assert_eq!(walk(&mut model, "<enter><esc><esc>"), []);
    assert_eq!(model.page, Page::Model);
}
