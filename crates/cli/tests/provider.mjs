// Identity providers for tests. Usage: node provider.mjs hostile PORT | node provider.mjs real PORT REDIRECT MODULES
//
// "hostile" answers at http://127.0.0.1:PORT/MODE: `good` does all as the protocol says, every other mode does one thing wrong.
// "real" runs the npm package oidc-provider, found under MODULES, with its own sign-in pages; whoever signs in is named by their e-mail.
import { createHash, createHmac, createSign, generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';

const [kind, port, redirect, modules] = process.argv.slice(2);
const base = `http://127.0.0.1:${port}`;

const keys = {};
function pair(name) {
  keys[name] ??= generateKeyPairSync('rsa', { modulusLength: 2048 });
  return keys[name];
}
const b64 = (value) => Buffer.from(value).toString('base64url');
const grants = new Map();
let rotated = 0;

function token(mode, grant) {
  const now = Math.floor(Date.now() / 1000);
  const issuer = `${base}/${mode}`;
  const claims = {
    iss: mode === 'other-issuer' ? `${base}/elsewhere` : issuer,
    aud: mode === 'other-audience' ? 'someone-else' : 'rounds',
    sub: `subject-${mode}`,
    nonce: mode === 'other-nonce' ? 'planted' : grant.nonce,
    iat: mode === 'expired' ? now - 7200 : now,
    exp: mode === 'expired' ? now - 3600 : now + 300,
    email: grant.email,
    email_verified: mode !== 'unverified',
    name: 'Someone <b>New',
    groups: ['reps', 'leads'],
  };
  const alg = mode === 'none' ? 'none' : mode === 'hmac' ? 'HS256' : 'RS256';
  const kid = `k${mode === 'rotating' ? rotated : 0}`;
  const text = `${b64(JSON.stringify({ alg, kid, typ: 'JWT' }))}.${b64(JSON.stringify(claims))}`;
  if (alg === 'none') return `${text}.`;
  if (alg === 'HS256') {
    // The public key as a shared secret: the classic confusion of algorithms.
    const secret = pair('k0').publicKey.export({ type: 'spki', format: 'pem' });
    return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
  }
  const signer = createSign('RSA-SHA256').update(text);
  return `${text}.${signer.sign(pair(mode === 'other-key' ? 'stranger' : kid).privateKey).toString('base64url')}`;
}

function hostile(request, response) {
  const url = new URL(request.url, base);
  const [, mode, ...rest] = url.pathname.split('/');
  const path = rest.join('/');
  const issuer = `${base}/${mode}`;
  const json = (status, value) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(value));
  };
  if (path === '.well-known/openid-configuration') {
    return json(200, {
      issuer, authorization_endpoint: `${issuer}/auth`, token_endpoint: `${issuer}/token`, jwks_uri: `${issuer}/jwks`,
      response_types_supported: ['code'], subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256', 'none', 'HS256'],
    });
  }
  if (path === 'jwks') {
    const kid = `k${mode === 'rotating' ? rotated : 0}`;
    const jwk = pair(kid).publicKey.export({ format: 'jwk' });
    return json(200, { keys: [{ ...jwk, kid, use: 'sig', alg: 'RS256' }] });
  }
  if (path === 'rotate') {
    rotated += 1;
    return json(200, {});
  }
  if (path === 'auth') {
    const asked = url.searchParams;
    const code = randomBytes(12).toString('hex');
    const email = asked.get('login_hint') ?? 'unknown@demo.example';
    grants.set(code, { nonce: asked.get('nonce'), challenge: asked.get('code_challenge'), email });
    const back = new URL(asked.get('redirect_uri'));
    back.searchParams.set('code', code);
    back.searchParams.set('state', asked.get('state'));
    response.writeHead(302, { location: back.toString() });
    return response.end();
  }
  let body = '';
  request.on('data', (part) => { body += part; });
  request.on('end', () => {
    const form = new URLSearchParams(body);
    const grant = grants.get(form.get('code'));
    grants.delete(form.get('code'));
    const challenge = createHash('sha256').update(form.get('code_verifier') ?? '').digest('base64url');
    if (!grant || challenge !== grant.challenge) return json(400, { error: 'invalid_grant' });
    return json(200, { access_token: 'a', token_type: 'Bearer', expires_in: 60, id_token: token(mode, grant) });
  });
}

if (kind === 'hostile') {
  createServer(hostile).listen(Number(port), '127.0.0.1', () => console.log('ready'));
} else {
  const { default: Provider } = await import(createRequire(`${modules}/`).resolve('oidc-provider'));
  const provider = new Provider(base, {
    clients: [{ client_id: 'rounds', client_secret: 'a secret of the test', redirect_uris: [redirect], post_logout_redirect_uris: [new URL('/sign-in', redirect).href] }],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'groups'] },
    conformIdTokenClaims: false,
    cookies: { keys: [randomBytes(16).toString('hex')] },
    findAccount: (_, id) => ({
      accountId: id,
      claims: () => ({ sub: id, email: id, email_verified: true, name: 'Someone', groups: ['reps'] }),
    }),
  });
  provider.listen(Number(port), '127.0.0.1', () => console.log('ready'));
}
