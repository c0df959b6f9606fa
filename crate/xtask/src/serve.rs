//! The server: static files, with the headers that a page with WebAssembly and workers needs.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, UdpSocket},
    path::PathBuf,
    thread,
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use axum::{
    Router,
    body::Body,
    extract::Request,
    handler::HandlerWithoutStateExt,
    http::{HeaderName, HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto::Builder,
    service::TowerToHyperService,
};
use tower_http::services::ServeDir;

/// Allows WebAssembly but no inline script or style. The only other origins allowed are the mirrors
/// in `www/src/worker/dataset-catalogue.js`.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; \
    script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; style-src 'self'; \
    img-src 'self' data: blob:; \
    connect-src 'self' https://cdn.jsdelivr.net https://raw.githubusercontent.com \
    https://codh.rois.ac.jp; \
    font-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'none'";

/// Sent with every response.
const HEADERS: [(HeaderName, &str); 5] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-embedder-policy"), "require-corp"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
];

/// Files under this path have a hash of their content in their names, so they never change.
const HASHED: &str = "/assets/";

/// How long a connection may stay open without a whole request header. One that the other side has
/// forgotten would stay open for ever.
const PATIENCE: Duration = Duration::from_secs(60);

/// How many ports to try, counting up from the first.
const PORTS: u16 = 100;

/// What is served.
#[derive(Clone)]
pub struct Site {
    /// The built page, at `/`.
    pub page: PathBuf,
    /// The four MNIST files, at `/mnist/`.
    pub mnist: Option<PathBuf>,
}

impl Site {
    /// Checks the MNIST folder, so that a wrong path fails before a long build and not after it.
    ///
    /// # Errors
    /// When the folder does not exist.
    pub fn check_mnist(&self) -> Result<()> {
        if let Some(folder) = &self.mnist {
            ensure!(folder.is_dir(), "--mnist: there is no folder {}", folder.display());
        }
        Ok(())
    }

    fn router(&self) -> Router {
        let page = ServeDir::new(&self.page)
            .precompressed_br()
            .precompressed_gzip()
            .not_found_service(not_found.into_service());
        let mut router = Router::new().fallback_service(page);
        if let Some(folder) = &self.mnist {
            router = router.nest_service("/mnist", ServeDir::new(folder));
        }
        router
            .layer(middleware::from_fn(serve_long_suffixes))
            .layer(middleware::from_fn(refuse_double_slashes))
            .layer(middleware::from_fn(add_headers))
    }
}

/// Serves until Ctrl-C.
///
/// # Errors
/// When no port is free.
pub fn run(site: Site, port: u16, host: bool) -> Result<()> {
    let (port, listeners) = listen(port, host)?;
    println!("\n    http://localhost:{port}/");
    if host {
        let address =
            own_address().map_or_else(|| "this machine's address".into(), |a| a.to_string());
        println!(
            "    http://{address}:{port}/ \
             (from other machines; browsers give WebGPU to https and localhost only)"
        );
    }
    println!("    Ctrl-C stops.");
    runtime()?.block_on(async {
        start(&site, listeners, PATIENCE)?;
        tokio::signal::ctrl_c().await.context("wait for Ctrl-C")
    })?;
    println!("\n    stopped");
    Ok(())
}

/// Serves on a background thread until the program ends, for tests. Returns the port.
///
/// # Errors
/// When no port is free.
pub fn spawn(site: Site) -> Result<u16> {
    spawn_with(site, PATIENCE)
}

fn spawn_with(site: Site, patience: Duration) -> Result<u16> {
    let (port, listeners) = listen(0, false)?;
    let runtime = runtime()?;
    thread::spawn(move || {
        runtime.block_on(async {
            match start(&site, listeners, patience) {
                Ok(()) => std::future::pending().await,
                Err(error) => eprintln!("the server could not start: {error:#}"),
            }
        });
    });
    Ok(port)
}

fn runtime() -> Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().context("start the server")
}

fn start(site: &Site, listeners: Vec<TcpListener>, patience: Duration) -> Result<()> {
    for listener in listeners {
        listener.set_nonblocking(true)?;
        let listener = tokio::net::TcpListener::from_std(listener)?;
        tokio::spawn(accept(listener, site.router(), patience));
    }
    Ok(())
}

/// `axum::serve` with a limit to how long a connection waits for a request: that has none.
async fn accept(listener: tokio::net::TcpListener, router: Router, patience: Duration) {
    let mut http = Builder::new(TokioExecutor::new()).http1_only();
    http.http1().timer(TokioTimer::new()).header_read_timeout(patience);
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // It is gone already, or too many files are open: a moment later there may be room.
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        let (http, service) = (http.clone(), TowerToHyperService::new(router.clone()));
        tokio::spawn(async move {
            // It ends with an error when a browser goes away, which is nothing to tell.
            let _ = http.serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

/// Listens on `first` or the next free port; 0 means any port. Without `host`, only this machine
/// can connect. `localhost` can mean 127.0.0.1 or ::1, so a port counts as free only if both are.
fn listen(first: u16, host: bool) -> Result<(u16, Vec<TcpListener>)> {
    for offset in 0..PORTS {
        let port = if first == 0 { 0 } else { first.saturating_add(offset) };
        let ip = if host { Ipv4Addr::UNSPECIFIED } else { Ipv4Addr::LOCALHOST };
        let listener = match TcpListener::bind((ip, port)) {
            Ok(listener) => listener,
            Err(error) if is_taken(&error) => continue,
            Err(error) => return Err(error).with_context(|| format!("listen on {ip}:{port}")),
        };
        let port = listener.local_addr()?.port();
        match TcpListener::bind(SocketAddr::from((Ipv6Addr::LOCALHOST, port))) {
            Ok(second) => return Ok((port, vec![listener, second])),
            Err(error) if is_taken(&error) => {}
            // This machine has no IPv6.
            Err(_) => return Ok((port, vec![listener])),
        }
    }
    anyhow::bail!("the {PORTS} ports from {first} on are not free: give another one with --port")
}

fn is_taken(error: &io::Error) -> bool {
    // Some ports need privileges or are reserved by the system; the next one may work.
    matches!(error.kind(), io::ErrorKind::AddrInUse | io::ErrorKind::PermissionDenied)
}

/// This machine's address on its network. Connecting a UDP socket sends nothing.
fn own_address() -> Option<IpAddr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9)).ok()?;
    Some(socket.local_addr().ok()?.ip())
}

async fn not_found() -> (StatusCode, &'static str) {
    (StatusCode::NOT_FOUND, "404: there is no such file. The page is at /\n")
}

/// For a folder, `ServeDir` redirects to the path with a slash after it: `//models/` would be a
/// folder of the host `models` to a browser.
async fn refuse_double_slashes(request: Request, next: Next) -> Response {
    if request.uri().path().contains("//") {
        return not_found().await.into_response();
    }
    next.run(request).await
}

/// The last 1000 bytes of a file of 10 are the whole file (RFC 9110, 14.1.2), which `ServeDir`
/// refuses.
async fn serve_long_suffixes(request: Request, next: Next) -> Response {
    let range = request.headers().get(header::RANGE).and_then(|range| range.to_str().ok());
    let length = range.and_then(|range| range.strip_prefix("bytes=-")?.parse::<u64>().ok());
    if length.is_none_or(|length| length == 0) {
        return next.run(request).await;
    }
    let mut whole = Request::new(Body::empty());
    *whole.method_mut() = request.method().clone();
    *whole.uri_mut() = request.uri().clone();
    *whole.headers_mut() = request.headers().clone();
    whole.headers_mut().remove(header::RANGE);
    let response = next.clone().run(request).await;
    if response.status() == StatusCode::RANGE_NOT_SATISFIABLE {
        return next.run(whole).await;
    }
    response
}

async fn add_headers(request: Request, next: Next) -> Response {
    let hashed = request.uri().path().starts_with(HASHED);
    let mut response = next.run(request).await;
    let unchanging =
        hashed && (response.status().is_success() || response.status() == StatusCode::NOT_MODIFIED);
    let cache = if unchanging { "public, max-age=31536000, immutable" } else { "no-cache" };
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    response
}

#[cfg(test)]
mod tests;
