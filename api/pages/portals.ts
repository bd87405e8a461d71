import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { Context, Hono } from 'hono';
import { problem } from '../../contracts/problem.ts';
import { pageHeaders } from '../gateway/security-headers.ts';

/** Where the built pages lie, one folder per portal. */
export const builtPortals = join(import.meta.dirname, '..', '..', 'portals', 'dist');

const portals = [
  { base: '/portal', folder: 'customer' },
  { base: '/admin', folder: 'admin' },
] as const;

/** The build writes it wherever the shell carries a nonce. */
const noncePlace = '__style_nonce__';

const typeOf: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

// Scripts are files of ours; styles that a component writes carry the nonce of this answer.
const policyOf = (nonce: string): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');

const always = { 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' };

/** `GET /portal/*` and `GET /admin/*`: the shell at every address, so that links lead into the page; assets by their hashed names. */
export function servePortals(app: Hono, builtFolder: string): void {
  for (const { base, folder } of portals) {
    const built = join(builtFolder, folder);
    app.get(`${base}/assets/:name`, (c) => answerAsset(c, join(built, 'assets')));
    const shell = (): Promise<Response> => answerShell(join(built, 'index.html'));
    app.get(base, shell);
    app.get(`${base}/*`, shell);
  }
}

async function answerShell(file: string): Promise<Response> {
  const page = await readOrNull(file);
  if (page === null) return answerProblem(503, 'service_unavailable', 'The portals are not built here.');
  const nonce = randomBytes(18).toString('base64');
  return new Response(page.toString('utf8').replaceAll(noncePlace, nonce), {
    headers: {
      ...pageHeaders(policyOf(nonce)),
      'cache-control': 'no-store',
    },
  });
}

async function answerAsset(c: Context, folder: string): Promise<Response> {
  const name = c.req.param('name') ?? '';
  const type = typeOf[extname(name)];
  const content = type !== undefined && /^[\w.-]+$/.test(name) ? await readOrNull(join(folder, name)) : null;
  if (content === null || type === undefined) return answerProblem(404, 'not_found', 'There is no such file.');
  return new Response(new Uint8Array(content), {
    headers: { ...always, 'content-type': type, 'cache-control': 'public, max-age=31536000, immutable' },
  });
}

async function readOrNull(file: string): Promise<Buffer | null> {
  try {
    return await readFile(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

function answerProblem(status: number, code: 'not_found' | 'service_unavailable', detail: string): Response {
  const answer = problem(status, code, detail);
  return Response.json(answer.body, { status, headers: { ...always, 'content-type': 'application/problem+json' } });
}
