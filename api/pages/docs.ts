import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Hono } from 'hono';
import getAbsoluteFSPath from 'swagger-ui-dist/absolute-path.js';
import { buildOpenApiDocument } from '../../contracts/rest/openapi.ts';

const assetTypes: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
};

const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>RedCore REST API</title>
    <link rel="stylesheet" href="/docs/swagger-ui.css">
  </head>
  <body>
    <div id="reference"></div>
    <script src="/docs/swagger-ui-bundle.js"></script>
    <script src="/docs/start.js"></script>
  </body>
</html>
`;

const start = `SwaggerUIBundle({ url: '/openapi.json', dom_id: '#reference', deepLinking: true, tryItOutEnabled: true });\n`;

// Everything comes from here, inline styles excepted: the reference's own components set them.
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const pageHeaders = {
  'content-security-policy': policy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};

/** The contract as a document and as a reference to browse, without anything fetched from elsewhere. */
export function serveDocs(app: Hono): void {
  let document: string | undefined;
  app.get('/openapi.json', () => {
    document ??= JSON.stringify(buildOpenApiDocument());
    return new Response(document, {
      headers: { 'content-type': 'application/json', 'x-content-type-options': 'nosniff' },
    });
  });
  app.get('/docs', () => respond(page, 'text/html; charset=utf-8'));
  app.get('/docs/start.js', () => respond(start, 'text/javascript; charset=utf-8'));
  const folder = getAbsoluteFSPath();
  for (const [name, type] of Object.entries(assetTypes)) {
    app.get(`/docs/${name}`, async () => respond(await readFile(join(folder, name)), type));
  }
}

function respond(body: string | Buffer<ArrayBuffer>, type: string): Response {
  return new Response(body, { headers: { ...pageHeaders, 'content-type': type } });
}
