//! What other sites can make a browser do here, and what they can read of the answers: nothing.

use super::matrix::ROUTES;
use super::*;

/// Every route that changes something, by the one who may do everything, asked for by another site.
#[tokio::test]
async fn no_route_acts_for_another_site() {
    let house = House::new().await;
    let hoa = house.enter(Who::Admin).await;
    let before = house.state().await;
    let mut tried = 0;
    for (method, route, _) in ROUTES.iter().filter(|(method, ..)| *method != "GET") {
        for (name, value) in [
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
            ("origin", "https://evil.example"),
            ("origin", "https://127.0.0.1:8080.evil.example"),
            ("origin", "null"),
        ] {
            for kind in ["application/x-www-form-urlencoded", "text/plain", "application/json"] {
                let request = Request::builder().method(method.parse::<Method>().unwrap()).uri(house.filled(route));
                let request = request.header(COOKIE, &hoa).header("host", "127.0.0.1:8080").header(name, value);
                let body = Body::from("action=routine&revision=1");
                let answer = house.send(request.header(CONTENT_TYPE, kind).body(body).unwrap()).await;
                assert_eq!(answer.status, 403, "{method} {route} {name}: {value} {kind}");
                tried += 1;
            }
        }
    }
    assert!(tried > 300, "{tried}");
    assert_eq!(house.state().await, before);
    assert_eq!(house.get("/desk", &hoa).await.status, 200, "signed out by another site");
}

/// No answer may be read by a page of another site.
#[tokio::test]
async fn no_route_shares_its_answers() {
    let house = House::new().await;
    let hoa = house.enter(Who::Admin).await;
    for (method, route, _) in ROUTES {
        for asked in ["OPTIONS", "GET"] {
            let request = Request::builder().method(asked).uri(house.filled(route)).header(COOKIE, &hoa);
            let request = request
                .header("origin", "https://evil.example")
                .header("access-control-request-method", *method)
                .header("access-control-request-headers", "authorization");
            let answer = house.send(request.body(Body::empty()).unwrap()).await;
            let shared = answer.headers.keys().find(|name| name.as_str().starts_with("access-control-"));
            assert_eq!(shared, None, "{asked} {route}");
        }
    }
}

/// Links that are handed on begin with the address that people type, whatever a request calls this house.
#[tokio::test]
async fn no_request_names_the_house() {
    let house = House::new().await;
    let hoa = house.enter(Who::Admin).await;
    for (name, value) in [
        ("host", "evil.example"),
        ("x-forwarded-host", "evil.example"),
        ("forwarded", "host=evil.example;proto=gopher"),
        ("x-forwarded-proto", "gopher"),
        ("x-forwarded-prefix", "//evil.example"),
    ] {
        let request = Request::post("/console/people/lan").header(COOKIE, &hoa).header("sec-fetch-site", "same-origin");
        let answer = house.send(request.header(name, value).body(Body::from("action=link")).unwrap()).await;
        assert_eq!(answer.status, 200, "{name}");
        answer.has("<code>http://127.0.0.1:8080/sign-in/").lacks("evil.example").lacks("gopher");
    }
}
