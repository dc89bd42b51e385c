//! The coach for reset keys: when it teaches, and when it must not.

use super::{COLOUR, History, Until, asking, drawn, events, mac, text, walk};
use crate::screens::{bench_of, press};
use crossterm::event::KeyCode;
use rescue79::tui::Page;
use rescue79::tui::wizard::Phase;

const fn char(c: char) -> KeyCode {
    KeyCode::Char(c)
}

#[test]
fn keys_are_not_taught_to_a_phone_that_must_stay_powered() {
    let mut history = History::started();
    history.classic(mac(0), Until::Flashing);
    let mut model = bench_of(&history);
    press(&mut model, &[char('k')]);
    assert_eq!(model.page, Page::Keys);
    let said = text(&drawn(&model));
    assert!(said.contains("▲ DO NOT UNPLUG: the 7960 ·18BDC1 is in the middle of a"), "{said}");
    assert!(!said.contains("connect the power") && !said.contains("lamps answer"), "{said}");
    // No key goes on from there, and the way back is open.
    press(&mut model, &[KeyCode::Enter, char('1'), char(' ')]);
    assert_eq!((model.page, model.coach.phase), (Page::Keys, Phase::Hold));
    press(&mut model, &[KeyCode::Esc]);
    assert_eq!(model.page, Page::Bench);
    // A phone that came while the coach was open is the one in hand, whatever was pressed since.
    let mut model = asking((80, 24), COLOUR);
    walk(&mut model, "7960<enter>asks for a pass<enter><enter><enter><enter><enter><enter>");
    assert_eq!((model.page, model.coach.phase), (Page::Keys, Phase::Hold));
    let mut history = History::started();
    history.classic(mac(0), Until::Flashing);
    events(&mut model, history);
    assert!(text(&drawn(&model)).contains("DO NOT UNPLUG"), "{}", text(&drawn(&model)));
    walk(&mut model, "r");
    assert!(text(&drawn(&model)).contains("DO NOT UNPLUG"), "{}", text(&drawn(&model)));
}

#[test]
fn ways_without_lamps_wait_for_none_and_a_phone_that_is_led_needs_no_keys() {
    let mut history = History::started();
    history.classic(mac(0), Until::Lease);
    let mut model = bench_of(&history);
    press(&mut model, &[char('k')]);
    let said = text(&drawn(&model));
    assert!(said.contains("No keys are needed") && said.contains("lamps answer"), "{said}");
    press(&mut model, &[KeyCode::Tab]);
    let said = text(&drawn(&model));
    assert!(said.contains("Enter done") && !said.contains("Enter lamps answer"), "{said}");
}

#[test]
fn the_step_of_the_keys_has_a_tick_only_where_the_coach_was() {
    let mut model = asking((80, 24), COLOUR);
    walk(&mut model, "7960<enter><enter><enter><enter><enter><enter><enter>");
    assert_eq!(model.page, Page::Bench);
    assert!(!text(&drawn(&model)).contains("✓ Keys"));
    walk(&mut model, "k<esc>");
    assert!(text(&drawn(&model)).contains("✓ Keys"), "{}", text(&drawn(&model)));
}
