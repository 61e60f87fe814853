// A real OpenID provider on loopback, for tests. One argument: JSON with clients and accounts. It prints its issuer as
// one line of JSON, and ends when its standard input does. POST /_test/rotate gives it new keys.
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const { clients, accounts } = JSON.parse(process.argv[2]);
const known = new Set(clients.map((client) => client.backchannel_logout_uri).filter(Boolean));

function newKey() {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256', kid: `key-${Date.now()}` };
}

function configured(key) {
  return {
    clients,
    jwks: { keys: [key] },
    cookies: { keys: ['only for tests'] },
    claims: { openid: ['sub', 'groups'], profile: ['name', 'locale'], email: ['email', 'email_verified'] },
    features: {
      devInteractions: { enabled: false },
      backchannelLogout: { enabled: true },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (ctx, form) => {
          ctx.body = page(`${form}<button form="op.logoutForm" name="logout" value="yes">Sign me out</button>`);
        },
      },
    },
    // Loopback is forbidden ground for its own calls; exactly the one address of the test may be called.
    fetch: (url, { dispatcher, ...options }) => (known.has(String(url))
      ? globalThis.fetch(url, options) : Promise.reject(new Error(`not called: ${url}`))),
    interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (ctx, sub) => accounts[sub] && {
      accountId: sub,
      claims: () => ({ sub, ...accounts[sub].claims }),
    },
    // Whoever signs in has agreed.
    loadExistingGrant: async (ctx) => {
      const grant = new ctx.oidc.provider.Grant({
        clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId,
      });
      grant.addOIDCScope('openid profile email');
      await grant.save();
      return grant;
    },
    ttl: { Session: 3600, Grant: 3600, Interaction: 600, IdToken: 600, AccessToken: 600 },
    renderError: (ctx, out) => { ctx.body = page(`<p id="error">${out.error}: ${out.error_description}</p>`); },
  };
}

function page(content) {
  return `<!doctype html><html lang="en"><title>Works login</title><main>${content}</main></html>`;
}

function loginPage(uid, words) {
  return page(`<h1>Works login</h1>${words}<form method="post" action="/interaction/${uid}">
    <label>Name <input name="login" autocomplete="off"></label>
    <label>Password <input name="password" type="password" autocomplete="off"></label>
    <button name="act" value="login">Log in</button><button name="act" value="cancel">Cancel</button></form>`);
}

async function formOf(request) {
  let text = '';
  for await (const part of request) text += part;
  return new URLSearchParams(text);
}

async function interact(request, response, uid) {
  response.setHeader('content-type', 'text/html; charset=utf-8');
  if (request.method !== 'POST') return response.end(loginPage(uid, ''));
  const form = await formOf(request);
  if (form.get('act') === 'cancel') {
    return provider.interactionFinished(request, response, { error: 'access_denied', error_description: 'cancelled' });
  }
  const account = accounts[form.get('login')];
  if (!account || account.password !== form.get('password')) return response.end(loginPage(uid, '<p>Wrong password</p>'));
  return provider.interactionFinished(request, response, { login: { accountId: form.get('login') } });
}

let provider;
let callback;
let issuer;

function start() {
  provider = new Provider(issuer, configured(newKey()));
  callback = provider.callback();
}

const server = createServer(async (request, response) => {
  try {
    if (request.url === '/_test/rotate') {
      start();
      return response.end();
    }
    if (request.url === '/favicon.ico') {
      response.statusCode = 204;
      return response.end();
    }
    const [, uid] = /^\/interaction\/([\w-]+)$/.exec(request.url) ?? [];
    return await (uid ? interact(request, response, uid) : callback(request, response));
  } catch (error) {
    response.statusCode = 500;
    return response.end(String(error.stack));
  }
});

server.listen(0, '127.0.0.1', () => {
  issuer = `http://localhost:${server.address().port}`;
  start();
  console.log(JSON.stringify({ issuer }));
});
process.stdin.on('end', () => process.exit(0)).resume();
