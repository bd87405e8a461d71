import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import openapiTypes, { astToString, type OpenAPI3 } from 'openapi-typescript';
import { buildOpenApiDocument } from '../contracts/rest/openapi.ts';

/** The committed OpenAPI document, and the types the portals' client is made of. */
const folder = join(import.meta.dirname, '..', 'contracts', 'generated');
const isCheck = process.argv.includes('--check');

function readCommitted(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

function settle(name: string, text: string): void {
  const file = join(folder, name);
  const isCurrent = readCommitted(file) === text;
  if (isCheck && !isCurrent) {
    console.error(
      `contracts/generated/${name} differs from the schemas in contracts/rest: run npm run generate and commit it.`,
    );
    process.exitCode = 1;
    return;
  }
  if (!isCurrent) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  console.log(`contracts/generated/${name} ${isCurrent ? 'is current' : 'is written'}`);
}

/** The document says `or null` by `allOf: [ref, {type: [object, null]}]`, which a generator of types takes for an intersection. */
function sayOrNull(_name: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('allOf' in value) || !Array.isArray(value.allOf)) return value;
  const [reference, nullable, ...more] = value.allOf as { type?: unknown }[];
  const isNullable = Array.isArray(nullable?.type) && nullable.type.includes('null') && more.length === 0;
  return isNullable ? { anyOf: [reference, { type: 'null' }] } : value;
}

const document = buildOpenApiDocument();
settle('openapi.json', `${JSON.stringify(document, null, 2)}\n`);
const types = await openapiTypes(JSON.parse(JSON.stringify(document), sayOrNull) as OpenAPI3, { silent: true });
settle('rest.gen.ts', astToString(types));
