//! throwaway
use omicron_domain::*;
use omicron_persistence::*;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::*;
use std::time::Instant;
struct U(std::thread::Thread);
impl Wake for U { fn wake(self: Arc<Self>) { self.0.unpark() } }
fn block_on<T>(f: impl Future<Output = T>) -> T {
    let mut f = pin!(f);
    let w = Waker::from(Arc::new(U(std::thread::current())));
    loop { if let Poll::Ready(v) = f.as_mut().poll(&mut Context::from_waker(&w)) { return v } std::thread::park() }
}
fn time(what: &str, n: u32, mut f: impl FnMut()) {
    for _ in 0..200 { f() }
    let mut best = f64::MAX;
    for _ in 0..5 { let s = Instant::now(); for _ in 0..n { f() } best = best.min(s.elapsed().as_secs_f64()*1e6/f64::from(n)); }
    println!("{what}: {best:.1} us");
}
fn main() {
    let url = std::env::args().nth(1).unwrap();
    let db = Database::create(&url, Options::default()).unwrap();
    let actor = Actor::command_line();
    let uniq = std::process::id();
    let (ann, p) = db.write(&actor, |tx| {
        let new = |n: &str| NewUser { username: format!("{n}{uniq}").parse().unwrap(), email: "a@b".parse().unwrap(), password_hash: "!".into(), administrator: false, approved: true };
        let ann = users::create(tx, &new("ann"))?;
        let bob = users::create(tx, &new("bob"))?;
        tokens::create(tx, ann.id, &[(uniq % 251) as u8; 32], tx.now() + chrono::TimeDelta::hours(1))?;
        let p = projects::create(tx, &NewProject { name: format!("P{uniq}").parse().unwrap(), description: "d".parse().unwrap(), owner: ann.id, members: vec![bob.id] })?;
        Ok::<_, Error>((ann, p))
    }).unwrap();
    let id = p.project.id;
    let h = [(uniq % 251) as u8; 32];
    let v = Viewer::User(ann.id);
    time("empty read", 20000, || db.read(v, |_| Ok::<_, Error>(())).unwrap());
    time("details", 5000, || drop(db.read(v, |view| projects::details(view, &Reference::Id(id))).unwrap()));
    time("find by id", 5000, || drop(db.read(v, |view| projects::find(view, &Reference::Id(id))).unwrap()));
    time("users::find", 5000, || drop(db.read(v, |view| users::find(view, &Reference::Id(ann.id))).unwrap()));
    time("tokens::find", 5000, || drop(db.read(v, |view| tokens::find(view, &h)).unwrap()));
    time("users::list page 20", 1000, || drop(db.read(v, |view| users::list(view, &UserFilter::default(), Page::numbered(1, 20).unwrap())).unwrap()));
    time("projects::list all page 20", 1000, || drop(db.read(Viewer::Everything, |view| projects::list(view, Page::numbered(1, 20).unwrap())).unwrap()));
    let engine = Engine::start(db.clone(), EngineOptions::default()).unwrap();
    time("engine details", 5000, || drop(block_on(engine.read(v, move |view| projects::details(view, &Reference::Id(id)))).unwrap()));
    time("engine tokens::find", 5000, || drop(block_on(engine.read(v, move |view| tokens::find(view, &h))).unwrap()));
    let s = Instant::now();
    let per = 500;
    std::thread::scope(|sc| for t in 0..16 { let engine = &engine; let actor = &actor; sc.spawn(move || for i in 0..per {
        let d = format!("{t} {i}");
        block_on(engine.write(actor.clone(), move |tx| projects::change(tx, id, &ProjectChange { name: None, description: Some(d.parse().unwrap()) }).map(drop))).unwrap();
    }); });
    println!("engine 16 writers: {:.0} writes/s", 16.0*f64::from(per)/s.elapsed().as_secs_f64());
    let s = Instant::now();
    std::thread::scope(|sc| for t in 0..16 { let engine = &engine; let actor = &actor; sc.spawn(move || for i in 0..per {
        let n = format!("p{t}-{i}-{uniq}");
        let owner = UserId(ann_id(engine));
        block_on(engine.write(actor.clone(), move |tx| projects::create(tx, &NewProject { name: n.parse().unwrap(), description: "d".parse().unwrap(), owner, members: vec![] }).map(drop))).unwrap();
    }); });
    println!("engine 16 creators: {:.0} projects/s", 16.0*f64::from(per)/s.elapsed().as_secs_f64());
    let s = Instant::now();
    for i in 0..200 { let d = format!("x{i}"); db.write(&actor, |tx| projects::change(tx, id, &ProjectChange { name: None, description: Some(d.parse().unwrap()) }).map(drop)).unwrap(); }
    println!("one sync writer: {:.0} writes/s", 200.0/s.elapsed().as_secs_f64());
}
fn ann_id(_: &Engine) -> i64 { 1 }
