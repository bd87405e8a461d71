import type { Context } from 'hono';
import { DomainError } from '../../domain/errors.ts';

export const bodyBytesMax = 256 * 1024;

/** A provider's notification carries whole objects of its own. */
export const webhookBytesMax = 1024 * 1024;

/** The raw body, within the limit. A body of unannounced length is counted while it arrives, so memory stays flat. */
export async function readBody(c: Context, bytesMax = bodyBytesMax): Promise<Uint8Array> {
  refuseEncoding(c);
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

/** A compressed body is refused, not unpacked: its size would be what its sender says, not what it becomes. */
function refuseEncoding(c: Context): void {
  const encoding = c.req.header('content-encoding')?.trim().toLowerCase() ?? 'identity';
  if (encoding === 'identity' || encoding === '') return;
  throw new DomainError('unsupported_media_type', 'Send the body as it is: compressed bodies are not taken.');
}

/** JSON by its name, or what clients say who were not told what they send; what names another format is not tried as JSON. */
const acceptedTypes = /^(application\/(json|[\w.+-]+\+json|x-www-form-urlencoded)|text\/(plain|json))$/;

export function refuseOtherFormats(c: Context): void {
  const [type = ''] = (c.req.header('content-type') ?? '').split(';');
  const name = type.trim().toLowerCase();
  if (name === '' || acceptedTypes.test(name)) return;
  throw new DomainError('unsupported_media_type', 'The body must be JSON: Content-Type: application/json.');
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
