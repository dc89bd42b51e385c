use rescue79::sim::{run, scenario::Scenario, firmware::Scale};
use rescue79::clock::Instant;
#[test]
fn try_one() {
    let path = std::env::var("SC").unwrap();
    let s = Scenario::read("x", &std::fs::read_to_string(path).unwrap()).unwrap();
    let shelf = run::shelf(&s, 1, Scale::FAST);
    for p in shelf.problems() { println!("{} {} {}", p.code, p.file, p.text); }
    for l in shelf.loads() { println!("{} {} {:?}", l.name, l.complete, l.members); }
    let mut w = match run::World::new(&s, shelf, 1) { Ok(w)=>w, Err(e)=>{println!("{e:?}"); return;} };
    let start = rescue79::clock::Wall(1_763_800_000_000);
    for e in w.advance(Instant::from_millis(s.seconds*1000)) {
        println!("{}", rescue79::journal::encode(start, &e).unwrap());
    }
    for e in w.finish() { println!("{}", rescue79::journal::encode(start, &e).unwrap()); }
    for p in w.phones() { println!("{:?} {} {:?}", p.running(), p.screen(), p.history()); }
}
