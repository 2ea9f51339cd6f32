//! The description of the API is held against the router and against what the API answers.

use std::collections::BTreeSet;

use serde_json::Value;

use super::*;

fn keys(value: &Value) -> BTreeSet<String> {
    value.as_object().map(|object| object.keys().cloned().collect()).unwrap_or_default()
}

#[tokio::test]
async fn every_route_is_described() {
    let house = House::new().await;
    let answer = house.get("/api/v1/openapi.json", "").await;
    let described: Value = serde_json::from_str(&answer.body).unwrap();
    assert!(described["openapi"].as_str().unwrap().starts_with("3.1"));
    let router = include_str!("../../src/web/router.rs");
    let route = regex::Regex::new(r#"\.route\(\s*"(/api/[^"]+)",(.*)"#).unwrap();
    let mut routes = BTreeSet::new();
    for found in route.captures_iter(router) {
        let path = found[1].replace("{*", "{");
        for verb in ["get", "post", "put", "delete"] {
            if found[2].contains(&format!("{verb}(")) {
                assert!(described["paths"][&path][verb].is_object(), "{verb} {path} is not described");
                routes.insert(path.clone());
            }
        }
    }
    assert_eq!(keys(&described["paths"]), routes);

    let mut operations = BTreeSet::new();
    for (path, verbs) in described["paths"].as_object().unwrap() {
        for (verb, operation) in verbs.as_object().unwrap() {
            assert!(operations.insert(operation["operationId"].as_str().unwrap().to_owned()), "{path} {verb}");
            assert!(operation["responses"].as_object().is_some_and(|answers| !answers.is_empty()), "{path} {verb}");
            for name in path.split('{').skip(1).filter_map(|part| part.split('}').next()) {
                let told = operation["parameters"].as_array().unwrap().iter().any(|told| told["name"] == name);
                assert!(told, "{path} does not describe {name}");
            }
        }
    }
    references(&described, &described);
}

/// Every reference leads somewhere.
fn references(value: &Value, whole: &Value) {
    match value {
        Value::Object(object) => {
            if let Some(Value::String(place)) = object.get("$ref") {
                assert!(whole.pointer(place.trim_start_matches('#')).is_some(), "{place} leads nowhere");
            }
            object.values().for_each(|value| references(value, whole));
        }
        Value::Array(values) => values.iter().for_each(|value| references(value, whole)),
        _ => {}
    }
}

#[tokio::test]
async fn answers_are_as_described() {
    let house = House::new().await;
    let lan = house.enter(Who::Editor).await;
    house.post("/desk/items/2/decisions", &lan, "action=amplify&revision=1").await;
    let described: Value = serde_json::from_str(&house.get("/api/v1/openapi.json", "").await.body).unwrap();
    let check = async |path: &str, cookie: &str, place: &str, schema: &str| {
        let answer: Value = serde_json::from_str(&house.get(path, cookie).await.body).unwrap();
        let told = answer.pointer(place).unwrap_or_else(|| panic!("{path} has no {place}: {answer}"));
        let schema = &described["components"]["schemas"][schema];
        assert_eq!(keys(told), keys(&schema["properties"]), "{path}{place}");
    };
    let (item, story) =
        (format!("/api/v1/items/{}", house.articles[0]), format!("/api/v1/stories/{}", house.articles[0]));
    let document = "/api/v1/documents/224/2026/N%C4%90-CP";
    check("/api/v1/search", "", "", "Found").await;
    check("/api/v1/search", "", "/facets", "Facets").await;
    check("/api/v1/search", "", "/items/0", "Hit").await;
    check(&item, "", "", "Item").await;
    check(&item, "", "/cited/0", "Cited").await;
    check(&story, "", "", "Story").await;
    check(&story, "", "/items/0", "Telling").await;
    check(document, "", "", "Document").await;
    check(document, "", "/first_article", "Citing").await;
    check("/api/v1/portals", "", "/portals/0", "Portal").await;
    check("/api/v1/amplified", "", "/items/0", "Amplified").await;
    check("/api/v1/desk/items", &lan, "/items/0", "Card").await;
    check("/api/v1/items/x", "", "", "Problem").await;
}
