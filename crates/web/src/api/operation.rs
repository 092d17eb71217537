//! The declaration of an operation, and how it becomes a route.

use super::admit::Caller;
use super::answer::{Failure, FieldError, good};
use super::call::{Call, Input, PathPart};
use super::check::{check, typed};
use super::headers::{Said, said};
use super::schema::Shape;
use crate::route::Route;
use crate::{App, problem};
use axum::body::{Body, Bytes};
use axum::extract::{RawPathParams, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use axum::routing::MethodFilter;
use futures::future::BoxFuture;
use rounds_kernel::{Error, ErrorKind, Permission, Result};
use serde::Serialize;
use serde_json::{Value, json};
use std::any::TypeId;
use std::future::Future;
use std::sync::Arc;
use utoipa::ToSchema;

/// The method of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// Reads; parameters in the address.
    Get,
    /// Does something, or makes something new; JSON body.
    Post,
    /// Changes what is there; JSON body.
    Patch,
    /// Takes something away; parameters in the address.
    Delete,
}

impl Verb {
    /// As in a request.
    pub fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    fn filter(self) -> MethodFilter {
        match self {
            Self::Get => MethodFilter::GET,
            Self::Post => MethodFilter::POST,
            Self::Patch => MethodFilter::PATCH,
            Self::Delete => MethodFilter::DELETE,
        }
    }

    /// Whether the input is a JSON body.
    pub fn has_body(self) -> bool {
        matches!(self, Self::Post | Self::Patch)
    }
}

/// Everything the document says about an operation, and everything its requests are checked against.
#[derive(Debug, Clone)]
pub struct Declared {
    /// Method.
    pub verb: Verb,
    /// Path with `{places}`.
    pub path: &'static str,
    /// What role and key must hold.
    pub permission: Permission,
    /// What it does, in a few words.
    pub summary: &'static str,
    /// What else to know.
    pub about: &'static str,
    /// Status of an answer that went well.
    pub status: StatusCode,
    /// Takes a file as its body instead of JSON, of at most so many bytes.
    pub upload: Option<usize>,
    /// Minds `If-Match`.
    pub matched: bool,
    pub(super) places: Vec<Value>,
    pub(super) input: Value,
    pub(super) output: Shape,
    location: Option<&'static str>,
}

impl Declared {
    /// Names of the places in the path.
    pub fn place_names(&self) -> Vec<&'static str> {
        self.path.split('{').skip(1).filter_map(|p| p.split('}').next()).collect()
    }

    /// Words of the input's schemas that requests are not checked against; none, says a test.
    pub fn unchecked(&self) -> Vec<String> {
        let mut all = Vec::new();
        self.places.iter().chain([&self.input]).for_each(|s| super::check::unchecked(s, &mut all));
        all
    }

    /// Schema of the input: parameters of a `GET` or `DELETE`, body of the others.
    pub fn input(&self) -> &Value {
        &self.input
    }
}

type Handler = Arc<dyn Fn(Call, Vec<Value>, Value) -> BoxFuture<'static, Result<Value>> + Send + Sync>;

/// An operation about to become a route.
pub struct Operation {
    declared: Declared,
    handler: Handler,
}

fn bind<P, I, O, F, Fut>(handler: F) -> Handler
where
    P: PathPart,
    I: Input,
    O: Serialize + Send + 'static,
    F: Fn(Call, P, I) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<O>> + Send + 'static,
{
    let handler = Arc::new(handler);
    Arc::new(move |call, places, input| {
        let handler = handler.clone();
        Box::pin(async move {
            let places = P::take(places).ok_or_else(|| Error::not_found("address"))?;
            // The schema has let it through: what is left are rules that no schema tells, such as a tag of an enum.
            let input: I = serde_json::from_value(input).map_err(|e| {
                Error::invalid(
                    "api.fields",
                    format!("The request cannot be read: {e}. Nothing was changed."),
                    "Compare it with the document at /api.",
                )
            })?;
            let out = handler(call, places, input).await?;
            serde_json::to_value(out).map_err(Error::internal)
        })
    })
}

impl Operation {
    fn new<P, I, O, F, Fut>(verb: Verb, path: &'static str, permission: Permission, summary: &'static str, handler: F) -> Self
    where
        P: PathPart,
        I: Input,
        O: Serialize + ToSchema + Send + 'static,
        F: Fn(Call, P, I) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<O>> + Send + 'static,
    {
        let empty = TypeId::of::<O>() == TypeId::of::<()>();
        let declared = Declared {
            verb,
            path,
            permission,
            summary,
            about: "",
            status: if empty { StatusCode::NO_CONTENT } else { StatusCode::OK },
            upload: None,
            matched: false,
            places: P::schemas(),
            input: Shape::input::<I>(),
            output: if empty { Shape::default() } else { Shape::output::<O>() },
            location: None,
        };
        Self { declared, handler: bind(handler) }
    }

    /// Reads; the handler's third argument are the parameters of the address.
    pub fn get<P, I, O, F, Fut>(path: &'static str, permission: Permission, summary: &'static str, handler: F) -> Self
    where
        P: PathPart,
        I: Input,
        O: Serialize + ToSchema + Send + 'static,
        F: Fn(Call, P, I) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<O>> + Send + 'static,
    {
        Self::new(Verb::Get, path, permission, summary, handler)
    }

    /// Does something; the handler's third argument is the JSON body.
    pub fn post<P, I, O, F, Fut>(path: &'static str, permission: Permission, summary: &'static str, handler: F) -> Self
    where
        P: PathPart,
        I: Input,
        O: Serialize + ToSchema + Send + 'static,
        F: Fn(Call, P, I) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<O>> + Send + 'static,
    {
        Self::new(Verb::Post, path, permission, summary, handler)
    }

    /// Changes what is there; minds `If-Match`. The handler's third argument is the JSON body.
    pub fn patch<P, I, O, F, Fut>(path: &'static str, permission: Permission, summary: &'static str, handler: F) -> Self
    where
        P: PathPart,
        I: Input,
        O: Serialize + ToSchema + Send + 'static,
        F: Fn(Call, P, I) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<O>> + Send + 'static,
    {
        let mut new = Self::new(Verb::Patch, path, permission, summary, handler);
        new.declared.matched = true;
        new
    }

    /// Takes something away.
    pub fn delete<P, I, O, F, Fut>(path: &'static str, permission: Permission, summary: &'static str, handler: F) -> Self
    where
        P: PathPart,
        I: Input,
        O: Serialize + ToSchema + Send + 'static,
        F: Fn(Call, P, I) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<O>> + Send + 'static,
    {
        Self::new(Verb::Delete, path, permission, summary, handler)
    }

    /// What else the document says.
    #[must_use]
    pub fn about(mut self, words: &'static str) -> Self {
        self.declared.about = words;
        self
    }

    /// Makes something new: the answer is 201 with its address, `location` with the answer's `id` in its place.
    #[must_use]
    pub fn created(mut self, location: &'static str) -> Self {
        self.declared.status = StatusCode::CREATED;
        self.declared.location = Some(location);
        self
    }

    /// Starts long work: the answer is 202 with the address of the job.
    #[must_use]
    pub fn accepted(mut self, location: &'static str) -> Self {
        self.declared.status = StatusCode::ACCEPTED;
        self.declared.location = Some(location);
        self
    }

    /// Takes a file of at most `bytes` as its body; its parameters come in the address.
    #[must_use]
    pub fn upload(mut self, bytes: usize) -> Self {
        self.declared.upload = Some(bytes);
        self
    }

    /// The route.
    pub fn route(self) -> Route {
        let (declared, handler) = (Arc::new(self.declared), self.handler);
        let kept = declared.clone();
        let answer = move |State(app): State<App>, places: RawPathParams, request: Request| {
            let (declared, handler) = (kept.clone(), handler.clone());
            async move {
                let path = request.uri().path().to_owned();
                match answer(&declared, &handler, app, &places, request).await {
                    Ok(response) => response,
                    Err(failure) => failure.into_response(&path),
                }
            }
        };
        let on = axum::routing::on(declared.verb.filter(), answer);
        Route {
            link: false,
            method: declared.verb.name(),
            path: declared.path,
            permission: declared.permission,
            menu: None,
            api: Some(declared),
            handler: on,
        }
    }
}

/// JSON bodies are small; files have their own limit.
const BODY_LIMIT: usize = 1 << 20;

async fn answer(
    declared: &Declared,
    handler: &Handler,
    app: App,
    places: &RawPathParams,
    request: Request,
) -> std::result::Result<Response, Failure> {
    let (parts, body) = request.into_parts();
    acceptable(&parts.headers)?;
    let caller = parts.extensions.get::<Caller>().cloned().ok_or_else(|| Error::internal("an operation ran without its guard"))?;
    let mut wrong = Vec::new();
    let places = placed(declared, places, &mut wrong);
    let pairs = || form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()).into_owned().collect::<Vec<_>>();
    let (input, upload) = match (declared.upload, declared.verb.has_body()) {
        (Some(limit), _) => (typed(&declared.input, pairs(), &mut wrong), bytes_of(body, limit).await?),
        (None, true) => (json_of(&parts.headers, body).await?, Bytes::new()),
        (None, false) => (typed(&declared.input, pairs(), &mut wrong), Bytes::new()),
    };
    let mut input = input;
    check(&declared.input, &mut input, "", &mut wrong);
    let Said { idempotency_key, if_match } = said(declared, &parts.headers, &mut wrong);
    if !wrong.is_empty() {
        return Err(Failure::fields(wrong));
    }
    let actor = caller.actor.clone();
    let now = app.runner().now();
    let call = Call { app, actor, now, body: upload, caller, idempotency_key, if_match };
    let out = handler(call, places, input).await?;
    let location = declared.location.map(|l| l.replace("{id}", &out["id"].to_string()));
    let known = parts.headers.get(header::IF_NONE_MATCH).and_then(|v| v.to_str().ok());
    Ok(good(declared.status, &out, location, known))
}

/// The values of the path's places, checked; a text that is none of the place's type stays text and is refused by the check.
fn placed(declared: &Declared, places: &RawPathParams, wrong: &mut Vec<FieldError>) -> Vec<Value> {
    let mut out = Vec::new();
    for ((name, text), schema) in places.iter().zip(&declared.places) {
        let shape = json!({ "properties": { name: schema } });
        let mut value = typed(&shape, vec![(name.to_owned(), text.to_owned())], wrong)[name].take();
        check(schema, &mut value, &format!("/{name}"), wrong);
        out.push(value);
    }
    out
}

async fn bytes_of(body: Body, limit: usize) -> std::result::Result<Bytes, Failure> {
    axum::body::to_bytes(body, limit).await.map_err(|_| {
        let cause = format!("The body is larger than {} MB, or it broke off. Nothing was changed.", limit >> 20);
        Failure::from(Error::invalid("api.too_large", cause, "Send less at once."))
    })
}

async fn json_of(headers: &HeaderMap, body: Body) -> std::result::Result<Value, Failure> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|t| t.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case("application/json") {
        let cause = format!("The body's type is “{}”; this operation reads application/json. Nothing was changed.", kind.escape_default());
        return Err(Error::invalid("api.media_type", cause, "Send JSON with “Content-Type: application/json”.").into());
    }
    let bytes = bytes_of(body, BODY_LIMIT).await?;
    serde_json::from_slice(&bytes).map_err(|e| {
        let cause = format!("The body is no JSON: {e}. Nothing was changed.");
        Error::invalid("api.json", cause, "Send one JSON value in UTF-8.").into()
    })
}

/// Answers are JSON: who takes only something else is told so before anything is done.
fn acceptable(headers: &HeaderMap) -> std::result::Result<(), Failure> {
    let mut asked = headers.get_all(header::ACCEPT).iter().filter_map(|v| v.to_str().ok()).flat_map(|v| v.split(',')).peekable();
    if asked.peek().is_none() {
        return Ok(());
    }
    let takes = |range: &str| {
        let mut parts = range.split(';').map(str::trim);
        let kind = parts.next().unwrap_or_default().to_ascii_lowercase();
        let refused = parts.any(|p| matches!(p.replace(' ', "").as_str(), "q=0" | "q=0.0" | "q=0.00" | "q=0.000"));
        !refused && matches!(kind.as_str(), "*/*" | "application/*" | "application/json" | "application/problem+json" | "")
    };
    if asked.any(takes) {
        return Ok(());
    }
    let cause = "This operation answers in application/json only, which the request does not take. Nothing was changed.";
    Err(Error::new(ErrorKind::Invalid, "api.not_acceptable", cause, "Send “Accept: application/json”.").into())
}

/// The framework's own refusals (a wrong method, a path that is no UTF-8) as problems.
pub(super) async fn translated(response: Response, path: &str) -> Response {
    if response.status() == StatusCode::METHOD_NOT_ALLOWED {
        let allow = response.headers().get(header::ALLOW).cloned();
        let shown = allow.as_ref().and_then(|a| a.to_str().ok()).unwrap_or("another method").to_owned();
        let cause = format!("This address does not take requests of this method, only {shown}. Nothing was changed.");
        let mut told = Failure::from(Error::invalid(problem::WRONG_METHOD, cause, "See /api for what it takes.")).into_response(path);
        if let Some(allow) = allow {
            told.headers_mut().insert(header::ALLOW, allow);
        }
        return told;
    }
    match problem::error_of(response).await {
        Ok(response) => response,
        Err(e) => Failure::from(e).into_response(path),
    }
}
