use std::{
    fs,
    io::{Read, Write},
    net::TcpStream,
};

use axum::{
    body::{Body, to_bytes},
    http::Request,
};
use tower::ServiceExt;

use super::*;
use crate::project::Scratch;

/// A small built page, with a secret beside it that must not be served.
fn site() -> (Scratch, Site) {
    let name = format!("serve-{:?}", thread::current().id());
    let scratch = Scratch::new(&name);
    let (page, mnist) = (scratch.0.path("dist"), scratch.0.path("mnist"));
    for (name, content) in [
        ("secret.txt", "secret"),
        ("dist/index.html", "<!doctype html>"),
        ("dist/assets/main-1a2b.js", "plain script"),
        ("dist/assets/main-1a2b.js.br", "as brotli"),
        ("dist/assets/main-1a2b.js.gz", "as gzip"),
        ("dist/assets/web-3c4d.wasm", "wasm"),
        ("dist/assets/style-5e6f.css", "css"),
        ("mnist/t10k-images-idx3-ubyte.gz", "images"),
    ] {
        let file = scratch.0.path(name);
        fs::create_dir_all(file.parent().expect("a folder")).expect("make");
        fs::write(file, content).expect("write");
    }
    (scratch, Site { page, mnist: Some(mnist) })
}

fn ask(site: &Site, method: &str, path: &str, headers: &[(&str, &str)]) -> (Response, String) {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::empty()).expect("a request");
    runtime().expect("a runtime").block_on(async {
        let response = site.router().oneshot(request).await.expect("infallible");
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, 1 << 20).await.expect("a body");
        (Response::from_parts(parts, Body::empty()), String::from_utf8_lossy(&body).into_owned())
    })
}

fn value(response: &Response, name: &str) -> String {
    let value = response.headers().get(name);
    value.map(|value| value.to_str().expect("text").to_owned()).unwrap_or_default()
}

#[test]
fn every_answer_has_the_security_headers() {
    let (_scratch, site) = site();
    for path in ["/", "/assets/main-1a2b.js", "/nothing", "/mnist/t10k-images-idx3-ubyte.gz"] {
        let (response, _) = ask(&site, "GET", path, &[]);
        for (name, expected) in HEADERS {
            assert_eq!(value(&response, name.as_str()), expected, "{path}: {name}");
        }
    }
    for word in
        ["default-src 'none'", "script-src 'self' 'wasm-unsafe-eval';", "frame-ancestors 'none'"]
    {
        assert!(CONTENT_SECURITY_POLICY.contains(word));
    }
    assert!(!CONTENT_SECURITY_POLICY.contains("unsafe-inline"));
}

#[test]
fn files_have_their_types_and_lifetimes() {
    let (_scratch, site) = site();
    for (path, kind, cache) in [
        ("/", "text/html", "no-cache"),
        ("/index.html", "text/html", "no-cache"),
        ("/assets/main-1a2b.js", "text/javascript", "immutable"),
        ("/assets/web-3c4d.wasm", "application/wasm", "immutable"),
        ("/assets/style-5e6f.css", "text/css", "immutable"),
        ("/mnist/t10k-images-idx3-ubyte.gz", "application/gzip", "no-cache"),
    ] {
        let (response, body) = ask(&site, "GET", path, &[("accept-encoding", "gzip")]);
        assert_eq!(response.status(), 200, "{path}");
        assert!(value(&response, "content-type").starts_with(kind), "{path}: {response:?}");
        assert!(value(&response, "cache-control").contains(cache), "{path}: {response:?}");
        assert!(!body.is_empty(), "{path}");
    }
    let (mnist, body) =
        ask(&site, "GET", "/mnist/t10k-images-idx3-ubyte.gz", &[("accept-encoding", "gzip")]);
    assert_eq!((value(&mnist, "content-encoding").as_str(), body.as_str()), ("", "images"));
}

#[test]
fn the_smallest_form_that_the_browser_takes_is_sent() {
    let (_scratch, site) = site();
    for (accepted, encoding, body) in [
        ("gzip, deflate, br, zstd", "br", "as brotli"),
        ("gzip", "gzip", "as gzip"),
        ("br;q=0, gzip", "gzip", "as gzip"),
        ("identity", "", "plain script"),
    ] {
        let (response, sent) =
            ask(&site, "GET", "/assets/main-1a2b.js", &[("accept-encoding", accepted)]);
        assert_eq!(value(&response, "content-encoding"), encoding, "{accepted}");
        assert_eq!(value(&response, "content-type"), "text/javascript");
        assert_eq!(value(&response, "vary").to_lowercase(), "accept-encoding");
        assert_eq!(sent, body);
    }
    let (response, sent) = ask(&site, "GET", "/assets/web-3c4d.wasm", &[("accept-encoding", "br")]);
    assert_eq!((value(&response, "content-encoding").as_str(), sent.as_str()), ("", "wasm"));
}

#[test]
fn what_the_browser_has_is_not_sent_again() {
    let (_scratch, site) = site();
    let (first, _) = ask(&site, "GET", "/", &[]);
    let tag = value(&first, "etag");
    assert!(!tag.is_empty());
    let (again, body) = ask(&site, "GET", "/", &[("if-none-match", &tag)]);
    assert_eq!((again.status().as_u16(), body.as_str()), (304, ""));
    assert_eq!(value(&again, "cache-control"), "no-cache");
}

#[test]
fn head_has_headers_and_no_body_and_other_methods_are_refused() {
    let (_scratch, site) = site();
    let (head, body) = ask(&site, "HEAD", "/assets/web-3c4d.wasm", &[]);
    assert_eq!((head.status().as_u16(), body.as_str()), (200, ""));
    assert_eq!(value(&head, "content-length"), "4");
    assert_eq!(ask(&site, "POST", "/", &[]).0.status(), 405);
}

#[test]
fn no_redirect_leaves_the_host() {
    let (_scratch, site) = site();
    let (folder, _) = ask(&site, "GET", "/assets", &[]);
    assert_eq!(value(&folder, "location"), "/assets/");
    for path in ["//assets", "///assets", "/mnist//assets", "/assets//main-1a2b.js"] {
        let (response, _) = ask(&site, "GET", path, &[]);
        assert_eq!((response.status().as_u16(), value(&response, "location")), (404, "".into()));
        assert_eq!(value(&response, "x-content-type-options"), "nosniff");
    }
}

#[test]
fn ranges_are_served_and_a_suffix_longer_than_the_file_is_the_whole_file() {
    let (_scratch, site) = site();
    for (range, status, expected) in [
        ("bytes=1-2", 206, "ma"),
        ("bytes=-3", 206, "ges"),
        ("bytes=-6", 206, "images"),
        ("bytes=-7", 200, "images"),
        ("bytes=-18446744073709551615", 200, "images"),
        ("bytes=-0", 416, ""),
        ("bytes=9-", 416, ""),
    ] {
        let path = "/mnist/t10k-images-idx3-ubyte.gz";
        let (response, body) = ask(&site, "GET", path, &[("range", range)]);
        assert_eq!(response.status(), status, "{range}");
        assert_eq!(body, expected, "{range}");
    }
}

#[test]
fn a_connection_without_a_request_is_closed() {
    let (_scratch, site) = site();
    let port = spawn_with(site, Duration::from_millis(100)).expect("a free port");
    let asked = "GET / HTTP/1.1\r\nHost: localhost\r\n";
    for (sent, answered) in [("", false), (asked, false), (&format!("{asked}\r\n")[..], true)] {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).expect("connects");
        stream.set_read_timeout(Some(Duration::from_secs(60))).expect("a socket");
        stream.write_all(sent.as_bytes()).expect("sends");
        let mut answer = String::new();
        // Reads until the server closes.
        stream.read_to_string(&mut answer).expect("the server closes the connection");
        assert_eq!(answer.contains("<!doctype html>"), answered, "{sent:?}: {answer}");
    }
}

#[test]
fn a_missing_file_is_a_readable_404_that_is_not_kept() {
    let (_scratch, site) = site();
    let (response, body) = ask(&site, "GET", "/assets/gone-0000.js", &[]);
    assert_eq!(response.status(), 404);
    assert!(body.starts_with("404: there is no such file"), "{body}");
    assert_eq!(value(&response, "cache-control"), "no-cache");
}

#[test]
fn nothing_outside_the_folders_is_served() {
    let (_scratch, site) = site();
    let port = spawn(site).expect("a free port");
    for path in [
        "/../secret.txt",
        "/assets/../../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/..%5csecret.txt",
        "//secret.txt",
        "/mnist/../secret.txt",
        "/mnist/..%2fsecret.txt",
        "/mnist/%2e%2e/secret.txt",
    ] {
        // A client library would normalise the path, so write it to the socket directly.
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).expect("connects");
        write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            .expect("sends");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("answers");
        assert!(
            answer.starts_with("HTTP/1.1 404") || answer.starts_with("HTTP/1.1 400"),
            "{path}: {answer}"
        );
        assert!(!answer.ends_with("secret"), "{path}: {answer}");
    }
}

#[test]
fn a_taken_port_gives_the_next_one_and_only_this_machine_is_listened_to() {
    let (first, listeners) = listen(0, false).expect("a free port");
    let (second, others) = listen(first, false).expect("another free port");
    assert!(second > first);
    for listener in listeners.iter().chain(&others) {
        assert!(listener.local_addr().expect("bound").ip().is_loopback());
    }
}
