import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as client from 'openid-client';

/** An application of a business, on a port of its own: it sends browsers to sign in and takes them back. */
export interface TestApplication {
  url: string;
  redirectUri: string;
  /** Once it is registered: discovers the platform by its public address. */
  connect(publicUrl: string, of: { clientId: string; secret: string }): Promise<client.Configuration>;
  /** What the last sign-in brought: tokens, or the error it was told. */
  signedIn(): client.TokenEndpointResponse & client.TokenEndpointResponseHelpers;
  stop(): Promise<void>;
}

const escape = (text: string) => text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
const page = (title: string) =>
  `<!doctype html><html lang="en"><head><title>${escape(title)}</title></head><body><main><h1>${escape(title)}</h1></main></body></html>`;

/** `GET /?scope=…` begins a sign-in, `/callback` finishes it and says who came. */
export async function startTestApplication(): Promise<TestApplication> {
  let configuration: client.Configuration | null = null;
  let checks: client.AuthorizationCodeGrantChecks = {};
  let tokens: ReturnType<TestApplication['signedIn']> | null = null;

  async function begin(config: client.Configuration, asked: URLSearchParams): Promise<string> {
    const pkceCodeVerifier = client.randomPKCECodeVerifier();
    checks = { pkceCodeVerifier, expectedState: client.randomState(), expectedNonce: client.randomNonce() };
    return client.buildAuthorizationUrl(config, {
      ...Object.fromEntries(asked),
      redirect_uri: redirectUri,
      state: String(checks.expectedState),
      nonce: String(checks.expectedNonce),
      code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
    }).href;
  }

  async function finish(config: client.Configuration, at: URL): Promise<string> {
    tokens = null;
    try {
      tokens = await client.authorizationCodeGrant(config, at, checks);
      return `Signed in as ${tokens.claims()?.sub ?? 'nobody'}`;
    } catch (error) {
      if (error instanceof client.AuthorizationResponseError) return `Not signed in: ${error.error}`;
      throw error;
    }
  }

  const server = createServer((request, response) => {
    const at = new URL(request.url ?? '/', url);
    const answer = async (): Promise<void> => {
      if (configuration === null) throw new Error('not connected');
      if (at.pathname === '/') {
        response.writeHead(302, { location: await begin(configuration, at.searchParams) }).end();
      } else if (at.pathname === '/callback') {
        response.writeHead(200, { 'content-type': 'text/html' }).end(page(await finish(configuration, at)));
      } else response.writeHead(404).end();
    };
    answer().catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const redirectUri = `${url}/callback`;

  return {
    ...{ url, redirectUri },
    async connect(publicUrl, { clientId, secret }) {
      const execute = [client.allowInsecureRequests];
      const authentication = client.ClientSecretBasic(secret);
      configuration = await client.discovery(new URL(publicUrl), clientId, {}, authentication, { execute });
      return configuration;
    },
    signedIn() {
      if (tokens === null) throw new Error('nobody is signed in');
      return tokens;
    },
    async stop() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => void server.close(() => resolve()));
    },
  };
}
