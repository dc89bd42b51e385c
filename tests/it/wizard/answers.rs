//! Answers that are given twice, that contradict each other, that are not right: none is lost, none is passed over.

use super::{asking, click_on, only, started, walk, wish};
use crate::screens::{COLOUR, drawn, text};
use rescue79::tui::wizard::{Field, Wizard};
use rescue79::tui::{Effect, Model, Msg, Page, update};
use std::path::PathBuf;

fn said(model: &Model) -> String {
    text(&drawn(model))
}

fn wizard(model: &Model) -> &Wizard {
    model.wizard.as_ref().unwrap()
}

fn paste(model: &mut Model, text: &str) -> Vec<Effect> {
    update(model, Msg::Paste(text.into()))
}

#[test]
fn an_account_that_is_not_right_is_mended_or_dropped_and_never_left_out() {
    let mut model = asking((80, 24), COLOUR);
    walk(&mut model, "7960<enter><enter><enter>s100<enter>201<esc>");
    assert_eq!(model.page, Page::Load);
    assert!(said(&model).contains("Can't go on: The SIP account isn't right."), "{}", said(&model));
    walk(&mut model, "<enter>");
    assert_eq!(model.page, Page::Load);
    // It is opened at what is wrong, and that is marked.
    walk(&mut model, "s");
    assert_eq!((model.page, wizard(&model).form.field()), (Page::Account, Some(Field::Proxy)));
    assert!(said(&model).contains("▲ proxy         100_"), "{}", said(&model));
    walk(&mut model, "<esc>n");
    assert!(wizard(&model).form.is_empty() && !said(&model).contains("N no account"), "{}", said(&model));
    walk(&mut model, "<home><enter><enter><enter>");
    assert!(said(&model).contains("SIP    no account: the phone gets its load alone"), "{}", said(&model));
    assert_eq!(started(&walk(&mut model, "<enter>")).account, None);
}

#[test]
fn typing_after_coming_back_begins_anew_and_the_choice_stays() {
    let mut model = asking((80, 24), COLOUR);
    walk(&mut model, "7960<enter><esc>7940");
    assert_eq!(wizard(&model).search, "7940");
    walk(&mut model, "<esc>");
    assert_eq!((wizard(&model).search.as_str(), wizard(&model).model().unwrap().name.as_str()), ("", "7940"));
    // Taking a letter back is no new answer.
    walk(&mut model, "7960<enter><esc><back>1");
    assert_eq!(wizard(&model).search, "7961");
}

#[test]
fn another_model_keeps_what_it_can_show_too() {
    let mut model = asking((80, 24), COLOUR);
    walk(&mut model, "7960<enter>");
    click_on(&mut model, "speaks SCCP");
    walk(&mut model, "<esc>7961<enter>");
    assert_eq!(wizard(&model).shown().unwrap().id, "speaks-sccp");
    // A load of another family is none of this phone; a release may be.
    walk(&mut model, "<esc>7960<enter>P00303010102<enter><esc><esc><esc>7961<enter>");
    assert_eq!((model.page, wizard(&model).said.as_str()), (Page::Shows, ""));
    walk(&mut model, "8.3(2)<enter><esc><esc><esc>7962<enter>");
    assert_eq!((model.page, wizard(&model).said.as_str()), (Page::Shows, "8.3(2)"));
}

#[test]
fn answers_that_contradict_each_other_are_said_to() {
    let mut model = asking((80, 24), COLOUR);
    walk(&mut model, "7960<enter>P00303010102");
    let seen = said(&model);
    assert!(seen.contains("these don't go together. What was typed"), "{seen}");
    assert!(!seen.contains("Only the universal loader is left"), "{seen}");
    assert_eq!(wizard(&model).draft().froms, [wish("7960=P00303010102")]);
    // The loader is all that is left of such a phone: that does go together.
    walk(&mut model, "<esc>universal");
    assert!(!said(&model).contains("don't go together"), "{}", said(&model));
    // A number of a model is no release, and a load of another family is none of this phone.
    for (typed, why) in
        [("8845", "is no load, no release"), ("SIP41.9-4-2SR3-1S", "is a load of other phones")]
    {
        walk(&mut model, &format!("<esc>{typed}<enter>"));
        assert!(model.page == Page::Shows && said(&model).contains(why), "{}", said(&model));
    }
}

#[test]
fn a_paste_is_text_and_no_key() {
    let mut model = asking((80, 24), COLOUR);
    assert_eq!(paste(&mut model, "Protocol Application Invalid"), []);
    assert_eq!((model.page, wizard(&model).search.as_str()), (Page::Model, "Protocol Application Invalid"));
    assert!(said(&model).contains("That is what a phone shows; which phone is it?"), "{}", said(&model));
    let mut model = asking((80, 24), COLOUR);
    paste(&mut model, "q?7960");
    assert_eq!((model.overlay, wizard(&model).search.as_str()), (None, "q?7960"));
    // It takes the place of an answer that was gone on from, too.
    walk(&mut model, "<esc>7960<enter><esc>");
    paste(&mut model, "7961");
    assert_eq!(wizard(&model).search, "7961");
}

#[test]
fn a_path_that_cannot_be_read_comes_back_to_be_mended() {
    let mut model = asking((80, 24), COLOUR);
    walk(&mut model, "7960<enter><enter>/nothere/a.zi");
    let seen = said(&model);
    assert!(seen.contains("look into /nothere/a.zi") && !seen.contains("/home/tech"), "{seen}");
    assert!(!seen.contains("can't be firmware"), "that is said of another folder: {seen}");
    walk(&mut model, "p");
    assert!(!said(&model).contains("look into"), "an archive is no folder");
    let key = crossterm::event::KeyEvent::from(crossterm::event::KeyCode::Enter);
    let read = update(&mut model, Msg::Key(key));
    assert_eq!(read, [Effect::Open(vec![PathBuf::from("/nothere/a.zip")])]);
    update(&mut model, Msg::Shelf(Err("/nothere/a.zip can't be read: no such file. Check the path.".into())));
    assert_eq!((model.page, wizard(&model).folder.typed.as_str()), (Page::Files, "/nothere/a.zip"));
    assert!(said(&model).contains("✗ /nothere/a.zip can't be read"), "{}", said(&model));
    walk(&mut model, "<back>q");
    assert_eq!(wizard(&model).folder.typed, "/nothere/a.ziq");
}

#[test]
fn an_accepted_address_leads_on_and_x_is_offered_where_it_does_something() {
    let mut model = asking((80, 24), COLOUR);
    walk(
        &mut model,
        "7961<enter><enter><enter><enter><enter>a<back><back><back><back><back><back>8.1/24<enter><enter>",
    );
    assert_eq!(model.page, Page::Review);
    walk(&mut model, "<esc>a?");
    assert_eq!(model.overlay, Some(rescue79::tui::Overlay::Help));
    walk(&mut model, "<esc>/99<enter>");
    let seen = said(&model);
    assert!(seen.contains("Can't go on") && !seen.contains("X insist"), "{seen}");
    assert_eq!(walk(&mut model, "x"), []);
    assert_eq!(model.overlay, None);
}

#[test]
fn review_says_all_that_is_changed() {
    let mut model = asking((80, 60), COLOUR);
    walk(&mut model, "7961<enter><enter><enter><enter><enter><enter>");
    let seen = said(&model).replace(['│', '\n'], " ");
    let seen = seen.split_whitespace().collect::<Vec<_>>().join(" ");
    for words in ["Announcements of phones (CDP, LLDP)", "is told to leave it alone", "undone at the end"] {
        assert!(seen.contains(words), "{words}: {seen}");
    }
    walk(&mut model, "<esc>k<home><enter>");
    assert!(said(&model).contains("CDP, LLDP") && !said(&model).contains("told to leave it alone"));
    // A model that needs a hop is told by what was typed of it, not by what was chosen before.
    let mut model = asking((80, 24), COLOUR);
    walk(&mut model, "7960<enter>P00308000900<enter><enter>");
    update(&mut model, Msg::Shelf(Ok((only("P0S3-8-12-00"), vec!["/x".into()]))));
    walk(&mut model, "<home><enter><enter><enter>");
    assert!(said(&model).contains("7960 · runs P00308000900, as typed"), "{}", said(&model));
}

#[test]
fn what_is_taken_off_the_shelf_can_be_put_back() {
    let mut model = asking((80, 24), COLOUR);
    walk(&mut model, "7960<enter><enter>");
    paste(&mut model, "/a.zip");
    update(&mut model, Msg::Shelf(Ok((only("P0S3-8-12-00"), vec!["/a.zip".into()]))));
    assert_eq!(walk(&mut model, "d"), [Effect::Open(Vec::new())]);
    assert!(said(&model).contains("Off the shelf: /a.zip. U puts it back"), "{}", said(&model));
    assert_eq!(walk(&mut model, "u"), [Effect::Open(vec!["/a.zip".into()])]);
    assert_eq!(walk(&mut model, "u"), []);
}

#[test]
fn only_what_does_something_is_offered() {
    let mut model = asking((160, 50), COLOUR);
    walk(&mut model, "7960<enter><enter>");
    update(&mut model, Msg::Shelf(Ok((only("P0S3-8-12-00"), vec!["/x".into()]))));
    walk(&mut model, "<esc>");
    let keys = said(&model).lines().last().unwrap().to_owned();
    assert!(!keys.contains("PgDn") && !keys.contains("F all findings"), "{keys}");
    // The smallest window shows the sockets, too.
    let mut model = asking((60, 16), COLOUR);
    walk(&mut model, "7961<enter><enter><enter><enter>");
    assert!(said(&model).contains("enp0s25 ") && said(&model).contains("enp3s0 "), "{}", said(&model));
}
