//! Pages of other sites: which may use the API and the WebSocket.

use reqwest::{Method, StatusCode, header::HeaderMap};

use crate::support::{Home, Server};

const SCHOOL: &str = "https://school.example";
const STRANGER: &str = "https://stranger.example";

async fn server(home: &Home, allowed: &'static str) -> Server {
    home.start_with("serve", |command| {
        command.env("LECTERN_ALLOWED_ORIGINS", allowed);
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_a_listed_origin_may_use_api_and_socket() {
    let home = Home::new();
    let server = server(&home, "https://school.example, http://localhost:3000").await;
    for origin in [SCHOOL, "http://localhost:3000"] {
        let allowed = preflight(&server, origin).await;
        assert_eq!(allowed["access-control-allow-origin"], origin);
        let methods = listed(&allowed, "access-control-allow-methods");
        for method in ["GET", "POST", "PUT", "DELETE"] {
            assert!(methods.iter().any(|listed| listed == method), "{method}: {methods:?}");
        }
        let headers = listed(&allowed, "access-control-allow-headers");
        for header in ["authorization", "content-type", "if-match", "idempotency-key"] {
            assert!(headers.iter().any(|listed| listed == header), "{header}: {headers:?}");
        }
        assert!(!allowed.contains_key("access-control-allow-credentials"), "there are no cookies");

        // Of a refusal, too: the page must be able to read why.
        let seen = answer(&server, origin).await;
        assert_eq!(seen["access-control-allow-origin"], origin);
        assert!(listed(&seen, "vary").iter().any(|name| name == "origin"), "{seen:?}");
        let exposed = listed(&seen, "access-control-expose-headers");
        for header in ["etag", "location", "link", "retry-after", "ratelimit", "ratelimit-policy"] {
            assert!(exposed.iter().any(|listed| listed == header), "{header}: {exposed:?}");
        }
        assert_eq!(socket(&server, origin).await, StatusCode::SWITCHING_PROTOCOLS);
    }
    assert!(!preflight(&server, STRANGER).await.contains_key("access-control-allow-origin"));
    assert!(!answer(&server, STRANGER).await.contains_key("access-control-allow-origin"));
    assert_eq!(socket(&server, STRANGER).await, StatusCode::FORBIDDEN);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_list_only_our_own_pages_may() {
    let home = Home::new();
    let server = server(&home, "").await;
    let own = server.api("");
    assert!(!preflight(&server, SCHOOL).await.contains_key("access-control-allow-origin"));
    for origin in [SCHOOL, "null", "http://127.0.0.1:1"] {
        assert!(!answer(&server, origin).await.contains_key("access-control-allow-origin"));
        assert_eq!(socket(&server, origin).await, StatusCode::FORBIDDEN, "{origin}");
    }
    assert_eq!(socket(&server, &own).await, StatusCode::SWITCHING_PROTOCOLS);
    server.stop().await;
}

/// What a browser asks before it lets a page of `origin` book.
async fn preflight(server: &Server, origin: &str) -> HeaderMap {
    let asked = "authorization,content-type,idempotency-key";
    let request = server
        .client
        .request(Method::OPTIONS, server.api("/api/sessions"))
        .header("origin", origin)
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", asked);
    let answer = request.send().await.expect("the server answers");
    assert_eq!(answer.status(), StatusCode::OK);
    answer.headers().clone()
}

/// What a page of `origin` gets to read of an answer.
async fn answer(server: &Server, origin: &str) -> HeaderMap {
    let request = server.client.get(server.api("/api/me")).header("origin", origin);
    let answer = request.send().await.expect("the server answers");
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "no token was sent");
    answer.headers().clone()
}

/// The handshake that a browser makes for a page of `origin`.
async fn socket(server: &Server, origin: &str) -> StatusCode {
    let request = server
        .client
        .get(server.api("/signal"))
        .header("connection", "upgrade")
        .header("upgrade", "websocket")
        .header("sec-websocket-version", "13")
        .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")
        .header("sec-websocket-protocol", "lectern.v1")
        .header("origin", origin);
    request.send().await.expect("the server answers").status()
}

fn listed(headers: &HeaderMap, name: &str) -> Vec<String> {
    let text = headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("");
    text.split(',').map(|item| item.trim().to_owned()).filter(|item| !item.is_empty()).collect()
}
