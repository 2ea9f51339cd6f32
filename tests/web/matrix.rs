//! Who may ask for what: every route of the router by every principal. A route without a row fails, and a row says in
//! one word who is let in; everybody else is turned away, and learns nothing.

use std::collections::BTreeMap;

use lantoa::accounts::Scope;

use super::*;

/// Everybody who can ask, with what each may: a visitor, every role, an officer of another portal, somebody whose account
/// was disabled, and a key of each scope.
const PRINCIPALS: [(&str, &[&str]); 14] = [
    ("nobody", &["public"]),
    ("admin", &["public", "own", "desk", "propose", "decide", "console", "unanswered", "hooks", "admin", "decisions"]),
    ("operator", &["public", "own", "console", "unanswered", "hooks"]),
    ("editor", &["public", "own", "desk", "propose", "decide", "unanswered", "decisions"]),
    ("officer", &["public", "own", "desk", "propose", "decisions"]),
    ("other officer", &["public", "own", "desk", "propose", "decisions"]),
    ("viewer", &["public", "own", "desk", "decisions"]),
    ("disabled", &["public"]),
    ("key push", &["public", "push"]),
    ("key decisions", &["public", "decisions"]),
    ("key webhooks", &["public", "key hooks"]),
    ("key desk", &["public", "desk"]),
    ("key propose", &["public", "desk", "propose"]),
    ("key decide", &["public", "desk", "propose", "decide"]),
];

/// Every route with who is let in. `{…}` stands for things of the officer's own portal, where there are such.
pub(super) const ROUTES: &[(&str, &str, &str)] = &[
    ("GET", "/", "public"),
    ("GET", "/search", "public"),
    ("GET", "/search.atom", "public"),
    ("GET", "/items/{id}", "public"),
    ("GET", "/stories/{id}", "public"),
    ("GET", "/documents/{*number}", "public"),
    ("GET", "/portals", "public"),
    ("GET", "/portals/{slug}", "public"),
    ("GET", "/suggest", "public"),
    ("GET", "/feeds/{file}", "public"),
    ("GET", "/opensearch.xml", "public"),
    ("GET", "/robots.txt", "public"),
    ("GET", "/sitemap.xml", "public"),
    ("GET", "/accessibility", "public"),
    ("GET", "/crawler", "public"),
    ("GET", "/static/{file}", "public"),
    ("GET", "/api/v1/search", "public"),
    ("GET", "/api/v1/items/{id}", "public"),
    ("GET", "/api/v1/stories/{id}", "public"),
    ("GET", "/api/v1/documents/{*number}", "public"),
    ("GET", "/api/v1/portals", "public"),
    ("GET", "/api/v1/amplified", "public"),
    ("GET", "/api/v1/openapi.json", "public"),
    ("POST", "/api/v1/items", "push"),
    ("GET", "/api/v1/decisions", "decisions"),
    ("GET", "/api/v1/webhooks", "key hooks"),
    ("POST", "/api/v1/webhooks", "key hooks"),
    ("DELETE", "/api/v1/webhooks/{id}", "key hooks"),
    ("GET", "/api/v1/desk/items", "desk"),
    ("POST", "/api/v1/desk/items/{id}/decisions", "propose"),
    ("GET", "/api/v1/desk/questions", "decide"),
    ("POST", "/api/v1/desk/stories/{id}/decisions", "decide"),
    ("GET", "/login", "public"),
    ("POST", "/login", "public"),
    ("GET", "/sign-in/{token}", "public"),
    ("POST", "/sign-in/{token}", "public"),
    ("POST", "/logout", "public"),
    ("GET", "/desk", "desk"),
    ("GET", "/desk/items/{id}", "desk"),
    ("POST", "/desk/items/{id}/decisions", "propose"),
    ("POST", "/desk/decisions", "propose"),
    ("GET", "/desk/events", "desk"),
    ("POST", "/desk/views", "desk"),
    ("POST", "/desk/settings", "desk"),
    ("GET", "/desk/numbers", "desk"),
    ("GET", "/desk/questions", "decide"),
    ("GET", "/desk/stories/{id}", "desk"),
    ("POST", "/desk/stories/{id}/decisions", "decide"),
    ("GET", "/desk/items/{id}/rules", "decide"),
    ("GET", "/console/rules", "decide"),
    ("GET", "/console/rules/new", "decide"),
    ("POST", "/console/rules/draft", "decide"),
    ("GET", "/console/rules/{id}", "decide"),
    ("POST", "/console/rules/{id}", "decide"),
    ("GET", "/console/topics", "decide"),
    ("POST", "/console/topics", "decide"),
    ("GET", "/console/topics/new", "decide"),
    ("GET", "/console/topics/{code}", "decide"),
    ("POST", "/console/topics/{code}", "decide"),
    ("GET", "/console", "console"),
    ("GET", "/console/portals/{slug}", "console"),
    ("POST", "/console/questions", "console"),
    ("GET", "/console/unanswered", "unanswered"),
    ("GET", "/console/unanswered.csv", "unanswered"),
    ("GET", "/account", "own"),
    ("POST", "/account/prove", "own"),
    ("POST", "/account/sessions", "own"),
    ("POST", "/account/password", "own"),
    ("POST", "/account/second", "own"),
    ("GET", "/console/people", "admin"),
    ("POST", "/console/people", "admin"),
    ("POST", "/console/people/{name}", "admin"),
    ("GET", "/console/keys", "admin"),
    ("POST", "/console/keys", "admin"),
    ("POST", "/console/keys/{prefix}", "admin"),
    ("GET", "/console/webhooks", "hooks"),
    ("POST", "/console/webhooks", "hooks"),
    ("POST", "/console/webhooks/{id}", "hooks"),
    ("GET", "/console/audit", "admin"),
    ("GET", "/console/audit.csv", "admin"),
    ("GET", "/healthz", "public"),
    ("GET", "/readyz", "public"),
    ("GET", "/metrics", "public"),
];

/// The routes of the router by path, with their methods.
fn routes() -> BTreeMap<String, Vec<&'static str>> {
    let router = include_str!("../../src/web/router.rs");
    let mut routes = BTreeMap::new();
    for statement in router.split(".route(").skip(1) {
        let path = statement.split('"').nth(1).unwrap().to_owned();
        let handlers = statement.split('"').nth(2).unwrap().split("\n        ").next().unwrap();
        let methods = [("GET", "get("), ("POST", "post("), ("DELETE", "delete("), ("PUT", "put("), ("PATCH", "patch(")];
        let used: Vec<_> = methods.iter().filter(|(_, call)| handlers.contains(call)).map(|(name, _)| *name).collect();
        assert!(!used.is_empty(), "{path} has no method that this test knows: {handlers}");
        assert!(routes.insert(path, used).is_none());
    }
    routes
}

#[test]
fn every_route_has_a_row_and_every_row_a_route() {
    let mut rows: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (method, path, _) in ROUTES {
        rows.entry((*path).to_owned()).or_default().push(method);
    }
    for (path, methods) in routes() {
        let row = rows.remove(&path).unwrap_or_else(|| panic!("no row in tests/web/matrix.rs for {path}"));
        assert_eq!(row, methods, "{path}");
    }
    assert!(rows.is_empty(), "rows without a route: {rows:?}");
}

impl House {
    /// How each principal shows who it is: a cookie, or a key.
    async fn show(&self, who: &str) -> (String, String) {
        let cookie = async |who| (self.enter(who).await, String::new());
        let key = async |scope, portals: &[&str]| (String::new(), self.key(&[scope], portals).await);
        match who {
            "admin" => cookie(Who::Admin).await,
            "operator" => cookie(Who::Operator).await,
            "editor" => cookie(Who::Editor).await,
            "officer" => cookie(Who::Officer).await,
            "other officer" => self.newcomer("khac", Role::Officer, &["chinhphu"]).await,
            "viewer" => self.newcomer("xem", Role::Viewer, &[]).await,
            "disabled" => {
                let shown = self.newcomer("cu", Role::Admin, &[]).await;
                let change = "UPDATE account SET disabled = 1 WHERE name = 'cu'";
                self.store
                    .write(move |c| async move { Ok(sqlx::query(change).execute(c).await?) }.boxed())
                    .await
                    .unwrap();
                shown
            }
            "key push" => key(Scope::Push, &["moh"]).await,
            "key decisions" => key(Scope::Decisions, &["moh"]).await,
            "key webhooks" => key(Scope::Webhooks, &["moh"]).await,
            "key desk" => key(Scope::Desk, &[]).await,
            "key propose" => key(Scope::Propose, &["moh"]).await,
            "key decide" => key(Scope::Decide, &[]).await,
            _ => Default::default(),
        }
    }

    async fn newcomer(&self, name: &'static str, role: Role, portals: &[&str]) -> (String, String) {
        let (now, portals) = (self.clock.now(), portals.iter().map(|slug| (*slug).to_owned()).collect::<Vec<_>>());
        let link = self.store.write(move |c| {
            async move {
                accounts::table::create(c, name, role, &portals, "test", now).await?;
                accounts::table::link(c, name, &accounts::Options::default(), "test", now).await
            }
            .boxed()
        });
        let link = format!("/sign-in/{}", link.await.unwrap().secret());
        (self.post(&link, "", "straight_in=1").await.cookie(), String::new())
    }

    async fn as_principal(
        &self,
        method: &str,
        path: &str,
        (cookie, key): &(String, String),
        extra: &[(&str, &str)],
    ) -> Answer {
        let mut request = Request::builder().method(method.parse::<Method>().unwrap()).uri(path);
        request = request.header("sec-fetch-site", "same-origin");
        if !cookie.is_empty() {
            request = request.header(COOKIE, cookie);
        }
        if !key.is_empty() {
            request = request.header("authorization", format!("Bearer {key}"));
        }
        for (name, value) in extra {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::empty()).unwrap()).await
    }

    pub(super) fn filled(&self, path: &str) -> String {
        let of_the_desk = path.contains("desk/");
        path.replace("/desk/events", "/desk/events?seen=0&wait=0")
            .replace("{*number}", "224/2026/N%C4%90-CP")
            .replace("{code}", "y-te")
            .replace("{id}", if of_the_desk { "1" } else { self.articles[0].as_str() })
            .replace("{slug}", "moh")
            .replace("{file}", if path.starts_with("/feeds") { "amplified.atom" } else { "style.css" })
            .replace("{token}", "nothing")
            .replace("{name}", "nobody")
            .replace("{prefix}", "nothing")
    }
}

/// Whether an answer turned somebody away, as opposed to answering or doubting what was asked.
fn is_turned_away(answer: &Answer, path: &str) -> bool {
    let to_the_door = answer.status == 303 && answer.header(LOCATION).starts_with("/login?");
    to_the_door
        || (answer.status == 401 && path != "/login")
        || (answer.status == 403 && !answer.body.contains("action=\"/account/prove\""))
}

#[tokio::test]
async fn everybody_gets_what_is_theirs_and_no_more() {
    let house = House::new().await;
    for (who, may) in PRINCIPALS {
        let shown = house.show(who).await;
        let by_key = who.starts_with("key ");
        let before = house.state().await;
        for (method, route, needs) in ROUTES {
            if *route == "/logout" || *route == "/account/sessions" {
                continue;
            }
            let path = house.filled(route);
            let answer = house.as_principal(method, &path, &shown, &[]).await;
            // A key opens no page: there whoever sends one is nobody.
            let may = if by_key && !path.starts_with("/api/") { &["public"][..] } else { may };
            let let_in = may.contains(needs);
            assert_eq!(
                !is_turned_away(&answer, &path),
                let_in,
                "{method} {path} as {who}: {} {}",
                answer.status,
                answer.body
            );
            if let_in {
                assert!(answer.status.as_u16() < 500, "{method} {path} as {who}: {}", answer.status);
            }
            // However it is dressed, the verdict is the same.
            if *method == "GET" {
                let head = house.as_principal("HEAD", &path, &shown, &[]).await;
                assert_eq!(head.status, answer.status, "HEAD {path} as {who}");
            }
            let trace = house.as_principal("TRACE", &path, &shown, &[]).await;
            assert_eq!(trace.status, 405, "TRACE {path} as {who}");
            let dressed =
                [("x-http-method-override", "DELETE"), ("x-original-url", "/"), ("x-forwarded-for", "127.0.0.1")];
            let disguised = house.as_principal(method, &path, &shown, &dressed).await;
            assert_eq!(disguised.status, answer.status, "{method} {path} in disguise as {who}");
            if *needs != "public" && !path.contains('?') {
                for other in
                    [format!("/{path}"), format!("{path}/"), path.to_uppercase(), path.replacen('/', "/%2e/", 1)]
                {
                    let answer = house.as_principal(method, &other, &shown, &[]).await;
                    let nothing = [404, 405].contains(&answer.status.as_u16());
                    assert!(nothing || is_turned_away(&answer, &other), "{method} {other} as {who}: {}", answer.status);
                }
            }
        }
        let mut after = house.state().await;
        // Refusals are audited; nothing else changed, whatever was sent without a form.
        after.iter_mut().zip(&before).for_each(|(now, then)| {
            if now.0 == "audit" {
                now.1 = then.1;
            }
        });
        assert_eq!(after, before, "{who}");
    }
}

/// What somebody may not know of looks like what is not there.
#[tokio::test]
async fn what_is_not_ones_own_is_not_there() {
    let house = House::new().await;
    let officer = house.show("officer").await;
    let key = (String::new(), house.key(&[Scope::Propose, Scope::Desk], &["moh"]).await);
    let other = house.show("other officer").await;
    let before = house.state().await;
    for (shown, api_only) in [(&officer, false), (&key, true)] {
        for path in ["/desk/items/{}", "/desk/items/{}/decisions", "/api/v1/desk/items/{}/decisions"] {
            if api_only && !path.starts_with("/api") {
                continue;
            }
            let method = if path.ends_with("decisions") { "POST" } else { "GET" };
            let ask = async |id: &str| house.as_principal(method, &path.replace("{}", id), shown, &[]).await;
            let nothing = ask("987654").await;
            assert_eq!(nothing.status, 404, "{path}");
            for foreign in ["2", "3"] {
                let answer = ask(foreign).await;
                assert_eq!(answer.status, 404, "{path} {foreign}");
                assert_eq!(answer.body.replace(&format!("/{foreign}"), "/987654"), nothing.body, "{path} {foreign}");
            }
        }
        for filter in ["portal=chinhphu", "portal=quangnam&state=closed", "state=open"] {
            let answer = house.as_principal("GET", &format!("/api/v1/desk/items?{filter}"), shown, &[]).await;
            assert_eq!(answer.status, 200, "{filter}");
            answer.lacks("Nghị định mới về bảo hiểm");
        }
    }
    assert_eq!(house.as_principal("GET", "/desk/items/1", &other, &[]).await.status, 404);
    assert_eq!(house.as_principal("GET", "/desk/items/3", &other, &[]).await.status, 200);
    assert_eq!(house.state().await, before);
}

/// Fields that nobody may set are refused, not ignored.
#[tokio::test]
async fn no_body_sets_what_is_not_asked_for() {
    let house = House::new().await;
    let lan = house.enter(Who::Editor).await;
    let path = "/api/v1/desk/items/1/decisions";
    for extra in ["role", "portal_id", "rev", "published_by", "actor", "at", "id", "state", "decided_text"] {
        let body = format!("{{\"action\":\"routine\",\"revision\":1,\"{extra}\":\"x\"}}");
        assert_eq!(house.post(path, &lan, &body).await.status, 400, "{extra}");
    }
    // A form's further fields mean nothing.
    let form = "action=routine&revision=1&actor=hoa&role=admin&state=amplified";
    assert_eq!(house.post("/desk/items/1/decisions", &lan, form).await.status, 303);
    let (actor, to): (String, String) =
        sqlx::query_as("SELECT actor, to_state FROM decision").fetch_one(house.store.pool()).await.unwrap();
    assert_eq!((actor.as_str(), to.as_str()), ("lan", "routine"));
}
