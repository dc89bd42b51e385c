//! Where everything stands. Drawing and mouse ask the same function.

use super::panes::Pane;
use super::widgets::text::cells;
use super::wizard::Step;
use super::{Model, Page, glance, pages, view};
use crate::phone_id::Mac;
use ratatui::layout::Rect;

/// Below this the screen only says that it is too small.
pub(super) const SMALLEST: (u16, u16) = (60, 16);
/// Rows of a large pane, border included: the least that holds route, stage, gauge, steps, and two lines to read.
const LARGE: (u16, u16) = (8, 10);
/// Least columns of a large pane.
const LARGE_WIDTH: u16 = 72;
/// Columns and rows of a medium pane.
const MEDIUM: (u16, u16) = (39, 5);
/// Medium panes only where four stand beside each other; with less a list with one large pane says more.
const MEDIUM_FROM: u16 = 4 * MEDIUM.0;
/// Least columns of a list of phones.
const LIST_WIDTH: u16 = 76;

/// How the phones are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Density {
    /// A pane for each, with everything.
    Large,
    /// A pane for each, with what matters.
    Medium,
    /// A line for each, and one large pane for the chosen one.
    List,
}

/// Where everything stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Areas {
    /// Two lines: the session, and its sums.
    pub header: Rect,
    /// All between header and footer.
    pub body: Rect,
    /// How the phones are drawn.
    pub density: Density,
    /// The phones that can be seen, and where.
    pub phones: Vec<(Mac, Rect)>,
    /// The border around the list of phones, in `Density::List`.
    pub list: Rect,
    /// The place of the first phone seen in the list, from 0.
    pub first: usize,
    /// The large pane for the chosen phone, in `Density::List`.
    pub focus: Rect,
    /// The log.
    pub log: Rect,
    /// The panes of the wizard's pages.
    pub panes: Vec<Pane>,
    /// The breadcrumb: each step, where it stands.
    pub steps: Vec<(Step, Rect)>,
    /// One line, as long as something is not written.
    pub unwritten: Rect,
    /// One line: why the page can't be left.
    pub why: Rect,
    /// One line: keys, or a notice.
    pub footer: Rect,
}

/// Where everything stands on a screen of this size.
#[must_use]
pub fn layout(area: Rect, model: &Model) -> Areas {
    let header = Rect { height: 2.min(area.height), ..area };
    let footer = Rect { y: area.bottom().saturating_sub(1), height: 1.min(area.height), ..area };
    let warned = u16::from(!model.state.unwritten.is_empty());
    // A notice takes its rows from the page, so that it covers no border; the line that says why is one of them.
    let notice = cells(view::notice_lines(model, area.width).len());
    let notice = notice.saturating_sub(u16::from(model.page.is_made_of_panes()));
    // On the Bench the log gives them, or the panes would be others for a moment.
    let taken = if model.page == Page::Bench { 0 } else { notice };
    let body = Rect { y: header.bottom(), height: area.height.saturating_sub(3 + warned + taken), ..area };
    let none = Rect { height: 0, ..body };
    let mut areas = Areas {
        header,
        body,
        density: Density::Large,
        phones: Vec::new(),
        list: none,
        first: 0,
        focus: none,
        log: none,
        panes: Vec::new(),
        steps: Vec::new(),
        unwritten: Rect { y: body.bottom(), height: warned.min(area.height), ..area }.intersection(area),
        why: none,
        footer,
    };
    match model.page {
        Page::Phone(_) => {}
        Page::Log => areas.log = body,
        Page::Bench => {
            bench(model, &mut areas);
            areas.log.height = areas.log.height.saturating_sub(notice);
        }
        _ => {
            let room = Rect { height: body.height.saturating_sub(1), ..body };
            areas.why = Rect { y: room.bottom(), height: body.height - room.height, ..body };
            areas.panes = pages::panes(model, room);
        }
    }
    areas.steps = crumbs(model, header);
    areas
}

/// Before the first step of the breadcrumb stands the program's name.
pub(super) const CRUMBS_FROM: u16 = 11;

/// Below this the breadcrumb has room for one word only.
const CRUMBS_WIDTH: u16 = 74;

/// `✓ Phone  ✓ Load  3 NETWORK  …`: two columns for mark and blank, two of air behind. On a narrow screen only the step
/// at hand has its word: `✓  ✓  3 NETWORK  4`.
fn crumbs(model: &Model, header: Rect) -> Vec<(Step, Rect)> {
    if model.wizard.is_none() {
        return Vec::new();
    }
    let mut x = header.x + CRUMBS_FROM;
    let here = Step::of(model.page);
    let place = |step: Step| {
        let named = header.width >= CRUMBS_WIDTH || step == here;
        let width = if named { u16::try_from(step.word().len() + 2).unwrap_or(0) } else { 1 };
        let area = Rect { x, width, height: 1, ..header }.intersection(header);
        x += width + 2;
        (step, area)
    };
    Step::ALL.into_iter().map(place).collect()
}

fn bench(model: &Model, areas: &mut Areas) {
    let body = areas.body;
    let order = glance::order(&model.state);
    let macs: Vec<_> = order.iter().filter_map(|i| model.state.phones.get(*i)).map(|p| p.mac).collect();
    let count = u16::try_from(macs.len()).unwrap_or(u16::MAX);
    let columns = (body.width / LARGE_WIDTH).clamp(1, count.max(1));
    let rows = count.div_ceil(columns).max(1);
    let height = body.height.saturating_sub(5) / rows;
    if height >= LARGE.0 || count <= 1 {
        areas.density = Density::Large;
        // What to do before the first phone is there matters more than the log.
        let height = if count == 0 { body.height.saturating_sub(3) } else { height };
        grid(areas, &macs, columns, height.min(LARGE.1));
        return;
    }
    let columns = body.width / MEDIUM.0;
    if body.width >= MEDIUM_FROM && count.div_ceil(columns).saturating_mul(MEDIUM.1) + 5 <= body.height {
        areas.density = Density::Medium;
        grid(areas, &macs, columns, MEDIUM.1);
        return;
    }
    areas.density = Density::List;
    list(model, areas, &macs);
}

/// Panes of one height side by side, the log below them.
fn grid(areas: &mut Areas, macs: &[Mac], columns: u16, height: u16) {
    let body = areas.body;
    let mut bottom = body.y + height.min(body.height);
    for (i, mac) in (0u16..).zip(macs) {
        let (column, row) = (i % columns, i / columns);
        let x = |column: u16| {
            body.x
                + u16::try_from(u32::from(body.width) * u32::from(column) / u32::from(columns)).unwrap_or(0)
        };
        let pane = Rect::new(x(column), body.y + row * height, x(column + 1) - x(column), height);
        areas.phones.push((*mac, pane.intersection(body)));
        bottom = pane.bottom();
    }
    areas.log = below(body, bottom);
}

/// The list, a large pane for the chosen phone, the log.
fn list(model: &Model, areas: &mut Areas, macs: &[Mac]) {
    let body = areas.body;
    let columns = usize::from(body.width / LIST_WIDTH).max(1);
    let wanted = u16::try_from(macs.len().div_ceil(columns)).unwrap_or(u16::MAX).saturating_add(2);
    let height = wanted.min(body.height.saturating_sub(11)).max(3).min(body.height);
    areas.list = Rect { height, ..body };
    let rest = body.height - height;
    let focus = rest.saturating_sub(3).min(LARGE.1);
    areas.focus = Rect { height: focus, ..below(body, areas.list.bottom()) };
    areas.log = below(body, areas.focus.bottom());

    let rows = usize::from(height.saturating_sub(2));
    let seen = rows * columns;
    let chosen =
        model.selected().and_then(|phone| macs.iter().position(|mac| *mac == phone.mac)).unwrap_or(0);
    areas.first = chosen.saturating_sub(seen / 2).min(macs.len().saturating_sub(seen));
    let inner = Rect::new(body.x + 2, body.y + 1, body.width.saturating_sub(4), height.saturating_sub(2));
    let width = inner.width / u16::try_from(columns).unwrap_or(1);
    for (i, mac) in macs.iter().skip(areas.first).take(seen).enumerate() {
        let column = u16::try_from(i / rows).unwrap_or(0);
        let row = u16::try_from(i % rows).unwrap_or(0);
        let gap = if columns > 1 { 2 } else { 0 };
        areas.phones.push((*mac, Rect::new(inner.x + column * width, inner.y + row, width - gap, 1)));
    }
}

fn below(body: Rect, y: u16) -> Rect {
    Rect { y, height: body.bottom().saturating_sub(y), ..body }
}
