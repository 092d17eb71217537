//! The protocol: asking the provider, and reading its answer.

use crate::setup::SignOn;
use base64::Engine as _;
use openidconnect::core::{CoreAuthenticationFlow, CoreClient};
use openidconnect::{
    AuthorizationCode, ClientId, ClientSecret, CsrfToken, HttpRequest, HttpResponse, IssuerUrl, LogoutRequest, Nonce, PkceCodeChallenge,
    PkceCodeVerifier, PostLogoutRedirectUrl, ProviderMetadataWithLogout, RedirectUrl, Scope, TokenResponse,
};
use rounds_kernel::{Error, ErrorKind, Result};
use rounds_store::Keys;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// What the visitor's session remembers between the two requests; used once.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Flow {
    pub state: String,
    pub nonce: String,
    pub verifier: String,
    pub issuer: String,
    pub next: String,
}

/// What the provider says about a person, checked.
#[derive(Debug, Clone)]
pub(super) struct Person {
    pub issuer: String,
    pub subject: String,
    pub email: Option<String>,
    pub name: String,
    /// Values of the claim that names roles.
    pub roles: Vec<String>,
    /// Where the provider ends its own session, if it does.
    pub leave: Option<String>,
}

/// The provider cannot be reached or does not answer as the protocol says.
fn unreachable(detail: impl std::fmt::Display) -> Error {
    tracing::warn!(detail = %detail, "the identity provider could not be used");
    Error::new(
        ErrorKind::Unavailable,
        "sign_on.provider",
        "The identity provider cannot be reached, or does not answer as it should. Nobody was signed in.",
        "Try again in a moment, or sign in with e-mail and password. An administrator finds the reason in the server's log.",
    )
}

/// The answer is not one to be trusted.
pub(super) fn refused(detail: impl std::fmt::Display) -> Error {
    tracing::warn!(detail = %detail, "an answer of the identity provider was refused");
    Error::invalid(
        "sign_on.refused",
        "The identity provider's answer does not belong to this sign-in, or could not be verified. Nobody was signed in.",
        "Start again at the door. If it happens again, an administrator finds the reason in the server's log.",
    )
}

/// What goes wrong on the way to the provider.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Failure(String);

/// The largest answer that is read.
const LARGEST: usize = 1 << 20;

async fn ask(client: reqwest::Client, request: HttpRequest) -> std::result::Result<HttpResponse, Failure> {
    let failure = |e: reqwest::Error| Failure(e.to_string());
    let (parts, body) = request.into_parts();
    let asked = client.request(parts.method, parts.uri.to_string()).headers(parts.headers).body(body);
    let mut answer = asked.send().await.map_err(failure)?;
    let (status, headers) = (answer.status(), answer.headers().clone());
    let mut bytes = Vec::new();
    while let Some(part) = answer.chunk().await.map_err(failure)? {
        bytes.extend_from_slice(&part);
        if bytes.len() > LARGEST {
            return Err(Failure("the answer is larger than 1 MB".into()));
        }
    }
    let mut response = HttpResponse::new(bytes);
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    Ok(response)
}

fn http() -> Result<reqwest::Client> {
    // Whoever came first has set the process's provider of cryptography; both are the same.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).timeout(Duration::from_secs(10));
    builder.build().map_err(unreachable)
}

async fn discovered(settings: &SignOn, client: &reqwest::Client) -> Result<ProviderMetadataWithLogout> {
    let issuer = IssuerUrl::new(settings.issuer.clone()).map_err(unreachable)?;
    let client = client.clone();
    ProviderMetadataWithLogout::discover_async(issuer, &move |r| ask(client.clone(), r)).await.map_err(unreachable)
}

/// Where to send the visitor, and what to remember of it.
pub(super) async fn begin(settings: &SignOn, keys: &Keys, back: &str, next: &str) -> Result<(String, Flow)> {
    let http = http()?;
    let metadata = discovered(settings, &http).await?;
    let secret = settings.secret(keys)?.map(ClientSecret::new);
    let redirect = RedirectUrl::new(back.to_owned()).map_err(unreachable)?;
    let client = CoreClient::from_provider_metadata(metadata, ClientId::new(settings.client_id.clone()), secret).set_redirect_uri(redirect);
    let token = rounds_web::secret::token;
    let (state, nonce) = (token()?, token()?);
    let verifier = PkceCodeVerifier::new(token()?);
    let challenge = PkceCodeChallenge::from_code_verifier_sha256(&verifier);
    let (s, n) = (state.clone(), nonce.clone());
    let (address, _, _) = client
        .authorize_url(CoreAuthenticationFlow::AuthorizationCode, move || CsrfToken::new(s), move || Nonce::new(n))
        .add_scope(Scope::new("email".into()))
        .add_scope(Scope::new("profile".into()))
        .set_pkce_challenge(challenge)
        .url();
    let flow = Flow { state, nonce, verifier: verifier.secret().clone(), issuer: settings.issuer.clone(), next: next.to_owned() };
    Ok((address.to_string(), flow))
}

/// Exchanges the code and checks the token: signature by the provider's present keys, issuer, audience, time, nonce.
/// `back` and `door` are addresses of ours: where the provider answers, and where it sends whoever signed out there.
pub(super) async fn finish(settings: &SignOn, keys: &Keys, (back, door): (&str, &str), flow: Flow, code: &str) -> Result<Person> {
    let http = http()?;
    let metadata = discovered(settings, &http).await?;
    let end = metadata.additional_metadata().end_session_endpoint.clone().filter(|_| !settings.keep_session);
    let secret = settings.secret(keys)?.map(ClientSecret::new);
    let redirect = RedirectUrl::new(back.to_owned()).map_err(unreachable)?;
    let client = CoreClient::from_provider_metadata(metadata, ClientId::new(settings.client_id.clone()), secret).set_redirect_uri(redirect);
    let exchange = client.exchange_code(AuthorizationCode::new(code.to_owned())).map_err(unreachable)?;
    let caller = http.clone();
    let answer = exchange
        .set_pkce_verifier(PkceCodeVerifier::new(flow.verifier))
        .request_async(&move |r| ask(caller.clone(), r))
        .await
        .map_err(refused)?;
    let token = answer.id_token().ok_or_else(|| refused("there is no id token"))?;
    let claims = token.claims(&client.id_token_verifier(), &Nonce::new(flow.nonce)).map_err(refused)?;
    let verified = claims.email_verified() == Some(true);
    let email = claims.email().filter(|_| verified).map(|e| e.to_string());
    // RP-Initiated Logout 1.0: the token tells the provider whose session ends, so that it need not ask.
    let leave = end.zip(PostLogoutRedirectUrl::new(door.to_owned()).ok()).map(|(end, door)| {
        let ask = LogoutRequest::from(end).set_id_token_hint(token).set_client_id(ClientId::new(settings.client_id.clone()));
        ask.set_post_logout_redirect_uri(door).http_get_url().to_string()
    });
    let name = claims.name().and_then(|n| n.get(None)).map(|n| n.to_string()).unwrap_or_default();
    Ok(Person {
        issuer: flow.issuer,
        subject: claims.subject().to_string(),
        email,
        name,
        roles: claim_values(&token.to_string(), &settings.role_claim),
        leave,
    })
}

/// Values of a claim of a token that was verified before: a text or a list of texts.
fn claim_values(token: &str, claim: &str) -> Vec<String> {
    let payload = token.split('.').nth(1).and_then(|p| base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(p).ok());
    let claims: serde_json::Value = payload.and_then(|p| serde_json::from_slice(&p).ok()).unwrap_or_default();
    match claims.get(claim).filter(|_| !claim.is_empty()) {
        Some(serde_json::Value::String(one)) => vec![one.clone()],
        Some(serde_json::Value::Array(all)) => all.iter().filter_map(|v| v.as_str().map(str::to_owned)).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::claim_values;

    #[test]
    fn roles_come_as_text_or_list() {
        let token = |json: &str| {
            use base64::Engine;
            format!("x.{}.y", base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(json))
        };
        assert_eq!(claim_values(&token(r#"{"groups":["a","b",3]}"#), "groups"), ["a", "b"]);
        assert_eq!(claim_values(&token(r#"{"groups":"a"}"#), "groups"), ["a"]);
        assert!(claim_values(&token(r#"{"groups":"a"}"#), "").is_empty());
        assert!(claim_values("no token", "groups").is_empty());
    }
}
