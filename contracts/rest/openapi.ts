import { OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import type { RefusalCode } from '../../domain/errors.ts';
import { problemCodes, statusOfRefusal } from '../problem.ts';
import { routeRegistry } from './registry.ts';
import type { RouteContract } from './route.ts';
import { paymentDeclined } from './subscription-answers.ts';

const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.enum(problemCodes as [string, ...string[]]),
    detail: z.string(),
    field: z.string().optional(),
    errors: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
  })
  .loose()
  .meta({
    id: 'Problem',
    description: 'RFC 9457. `code` is stable; `field` names the first thing wrong with a request, `errors` all.',
  });

const declinedStatus = statusOfRefusal('payment_declined');

const description = `Subscription billing. Amounts are integers in minor units of the currency beside them, instants RFC 3339
in UTC, dates \`YYYY-MM-DD\` in the customer's zone, ends of periods exclusive. Every POST, PUT and DELETE takes an
\`Idempotency-Key\`, kept for seven days; a replay says \`Idempotency-Replayed: true\`. Refusals are
\`application/problem+json\` with a stable \`code\`. A 503 whose \`detail\` says that it may have been done is asked
again under the same key; of a call without one it carries no \`Retry-After\`.`;

const idempotencyHeader = z.object({
  'Idempotency-Key': z.string().optional().meta({ description: '1 to 255 printable characters, kept seven days.' }),
});

function pathParameters(path: string) {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '');
  return names.length === 0 ? undefined : z.object(Object.fromEntries(names.map((name) => [name, z.string()])));
}

/** Refusals any route of this kind may answer. */
function impliedRefusals(route: RouteContract): RefusalCode[] {
  const implied: RefusalCode[] = [];
  if (route.tag !== 'Webhooks') implied.push('unauthorized', 'rate_limited', 'overloaded');
  if (route.permission !== null) implied.push('forbidden');
  if (route.path.includes('{')) implied.push('not_found');
  if (route.body || route.query || route.method !== 'get') implied.push('invalid_request');
  if (route.method !== 'get') implied.push('body_too_large', 'unsupported_media_type');
  if (route.body) implied.push('idempotency_key_reused', 'idempotency_key_in_use');
  return implied;
}

function refusalResponses(route: RouteContract) {
  const byStatus = new Map<number, RefusalCode[]>();
  for (const code of new Set([...impliedRefusals(route), ...(route.refusals ?? [])])) {
    const status = statusOfRefusal(code);
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      status,
      {
        description: codes.map((code) => `\`${code}\``).join(', '),
        content: {
          'application/problem+json': { schema: status === declinedStatus ? paymentDeclined : problemSchema },
        },
      },
    ]),
  );
}

function answerResponses(route: RouteContract) {
  return Object.fromEntries(
    Object.entries(route.answers).map(([status, answer]) => [
      status,
      {
        description: answer.description,
        content: { [answer.contentType ?? 'application/json']: { schema: answer.schema } },
      },
    ]),
  );
}

function requestOf(route: RouteContract) {
  return {
    params: pathParameters(route.path),
    query: route.query as z.ZodObject | undefined,
    headers: route.body ? idempotencyHeader : undefined,
    body: route.body
      ? { required: !route.body.safeParse({}).success, content: { 'application/json': { schema: route.body } } }
      : undefined,
  };
}

/** The OpenAPI 3.1 document, from the schemas the server checks by. */
export function buildOpenApiDocument(): object {
  const app = new OpenAPIHono();
  app.openAPIRegistry.registerComponent('securitySchemes', 'apiKey', { type: 'http', scheme: 'bearer' });
  for (const [operationId, route] of routeRegistry) {
    app.openAPIRegistry.registerPath({
      method: route.method,
      path: `/v1${route.path}`,
      operationId,
      tags: [route.tag],
      summary: route.summary,
      ...(route.atRoot ? { description: `Also served at \`${route.path}\`.` } : {}),
      security: route.tag === 'Webhooks' ? [] : [{ apiKey: [] }],
      request: requestOf(route),
      responses: { ...answerResponses(route), ...refusalResponses(route) },
    });
  }
  return app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: { title: 'RedCore', version: '1', description, license: { name: 'Apache-2.0' } },
    servers: [{ url: '/' }],
  });
}
