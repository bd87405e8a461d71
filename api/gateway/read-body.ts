import type { Context } from 'hono';
import { DomainError } from '../../domain/errors.ts';

export const bodyBytesMax = 256 * 1024;

/** A provider's notification carries whole objects of its own. */
export const webhookBytesMax = 1024 * 1024;

/** The raw body, within the limit. A body of unannounced length is counted while it arrives, so memory stays flat. */
export async function readBody(c: Context, bytesMax = bodyBytesMax): Promise<Uint8Array> {
  const tooLarge = () => new DomainError('body_too_large', `The body may have at most ${bytesMax} bytes.`);
  const announced = c.req.header('content-length');
  if (announced !== undefined) {
    if (Number(announced) > bytesMax) throw tooLarge();
    return new Uint8Array(await c.req.raw.arrayBuffer());
  }
  if (c.req.header('transfer-encoding') === undefined) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of c.req.raw.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > bytesMax) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Invalid UTF-8 counts as malformed. An empty body is an empty object: some calls need nothing said. */
export function parseJson(bytes: Uint8Array): unknown {
  if (bytes.byteLength === 0) return {};
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) {
      throw new DomainError('invalid_request', 'The body is not valid JSON.');
    }
    throw error;
  }
}
